//! Adam in one pass over the weights.

use burn::optim::{Adam, AdamConfig, AdamState, AdaptiveMomentumState, LearningRate, Optimizer};
use burn::tensor::{DType, Device, Tensor, TensorData};
use rayon::prelude::*;

use crate::fused::{copied, is_host, put_back};

/// burn's [`Adam`], computed in one pass where the weights are in the memory of the process, without a tensor for each of its
/// operations.
#[derive(Clone)]
pub(super) struct OnePassAdam {
    plain: Adam,
    beta_1: f32,
    beta_2: f32,
    epsilon: f32,
}

/// Weights per task; handing over fewer takes longer than updating them.
const PART: usize = 1 << 16;

impl OnePassAdam {
    pub(super) fn new(beta_1: f32, beta_2: f32, epsilon: f32) -> Self {
        let config =
            AdamConfig::new().with_beta_1(beta_1).with_beta_2(beta_2).with_epsilon(epsilon);
        Self { plain: config.build(), beta_1, beta_2, epsilon }
    }

    /// One step on slices; `time` counts from 1.
    fn update(
        &self,
        rate: f32,
        time: usize,
        weights: &mut [f32],
        g: &[f32],
        m: &mut [f32],
        v: &mut [f32],
    ) {
        let power = |beta: f32| 1.0 - beta.powi(time as i32);
        let root = power(self.beta_2).sqrt();
        let (scale, floor) = (root / power(self.beta_1), self.epsilon * root);
        let (keep_1, keep_2) = (self.beta_1, self.beta_2);
        let part = |w: &mut [f32], g: &[f32], m: &mut [f32], v: &mut [f32]| {
            // With the widest vectors that the processor has; the result is the same to the bit.
            pulp::Arch::new().dispatch(
                #[inline(always)]
                || {
                    for (((w, &g), m), v) in w.iter_mut().zip(g).zip(m).zip(v) {
                        *m = *m * keep_1 + g * (1.0 - keep_1);
                        *v = *v * keep_2 + g * g * (1.0 - keep_2);
                        *w -= *m * scale / (v.sqrt() + floor) * rate;
                    }
                },
            );
        };
        if weights.len() <= PART {
            part(weights, g, m, v);
            return;
        }
        weights
            .par_chunks_mut(PART)
            .zip(g.par_chunks(PART))
            .zip(m.par_chunks_mut(PART))
            .zip(v.par_chunks_mut(PART))
            .for_each(|(((w, g), m), v)| part(w, g, m, v));
    }
}

impl Optimizer for OnePassAdam {
    type State<const D: usize> = AdamState<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        weights: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<AdamState<D>>,
    ) -> (Tensor<D>, Option<AdamState<D>>) {
        let device = weights.device();
        if !is_host(&device) || weights.dtype() != DType::F32 {
            return self.plain.step(rate, weights, gradient, state);
        }
        let shape = weights.dims();
        let state = state.map_or_else(
            || {
                AdaptiveMomentumState::new(
                    0,
                    Tensor::zeros(shape, &device),
                    Tensor::zeros(shape, &device),
                )
            },
            |state| state.momentum,
        );
        let time = state.time + 1;
        let (mut m, mut v) = (values(state.moment_1), values(state.moment_2));
        let (mut w, g) = (copied(weights).unwrap_or_default(), values(gradient));
        self.update(rate as f32, time, &mut w, &g, &mut m, &mut v);
        put_back(g);
        let tensor = |values| Tensor::<D>::from_data(TensorData::new(values, shape), &device);
        let momentum = AdaptiveMomentumState::new(time, tensor(m), tensor(v));
        (tensor(w), Some(AdamState::new(momentum)))
    }

    fn to_device<const D: usize>(state: AdamState<D>, device: &Device) -> AdamState<D> {
        Adam::to_device(state, device)
    }
}

/// The values of an `f32` tensor, in order.
fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_burns_adam() {
        let device = Device::flex();
        let ours = OnePassAdam::new(0.5, 0.9, 1e-8);
        let tensor = |values: [[f32; 3]; 2]| Tensor::<2>::from_floats(values, &device);
        let mut ones = tensor([[1.0, -2.0, 0.0], [0.5, 1e-3, 1e3]]);
        let mut others = ones.clone();
        let (mut state, mut plain) = (None, None);
        for step in 0..5 {
            let g = tensor([[0.1, -3.0, 0.0], [1e-6, 2.0, -1.0]]) * (step as f32 - 1.5);
            (ones, state) = ours.step(1e-2, ones, g.clone(), state);
            (others, plain) = ours.plain.step(1e-2, others, g, plain);
        }
        assert_eq!(values(ones), values(others));
        let moment = |state: Option<AdamState<2>>| state.map(|s| values(s.momentum.moment_2));
        assert_eq!(moment(state), moment(plain));
    }
}
