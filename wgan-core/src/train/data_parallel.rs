//! One batch on several devices.

use std::ops::Range;
use std::panic::resume_unwind;
use std::thread;

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};

use crate::sample::Batch;

/// What `gradients` gives for a batch of `n` rows, parted evenly over `devices`: the gradients of the whole batch where the
/// weights of `networks` are, and the figures of each part with its share of the rows. Without devices, the batch is one
/// part and stays where it is.
///
/// A loss that is a mean over rows has the mean of its parts' gradients, weighted by their rows, for a gradient.
///
/// # Panics
/// If a device does, as burn's remote devices do when their server is gone.
pub(super) fn shared_gradients<M: Module, B: Batch, F: Send>(
    devices: &[Device],
    networks: M,
    (batch, n): (B, usize),
    gradients: impl Fn(&M, B) -> (GradientsParams, F) + Sync,
) -> (GradientsParams, Vec<(f64, F)>) {
    if devices.is_empty() {
        let (gradients, figures) = gradients(&networks, batch);
        return (gradients, vec![(1.0, figures)]);
    }
    let home = networks.devices().into_iter().next().unwrap_or_else(|| devices[0].clone());
    let (home, gradients) = (&home, &gradients);
    let on_device = |(device, rows): (_, Range<usize>)| {
        let (networks, part) = (networks.clone(), batch.part(rows));
        move || {
            let networks = networks.fork(device);
            let (found, figures) = gradients(&networks, part.to_device(device));
            (found.to_device(home, &networks), figures)
        }
    };
    let found = side_by_side(parts(devices, n).map(on_device).collect());
    let shares = parts(devices, n).map(|(_, rows)| rows.len() as f64 / n as f64);
    let (terms, figures) =
        shares.zip(found).map(|(w, (gradients, figures))| ((w, gradients), (w, figures))).unzip();
    (weighted_sum(&networks, terms), figures)
}

/// Each device with its rows of a batch of `n`; numbers of rows differ by one at most, and none is 0.
fn parts(devices: &[Device], n: usize) -> impl Iterator<Item = (&Device, Range<usize>)> {
    let n_parts = devices.len().min(n.max(1));
    let parts = (0..n_parts).map(move |i| i * n / n_parts..(i + 1) * n / n_parts);
    devices.iter().zip(parts)
}

/// Runs tasks on a thread each: a device waits for its own results only. What panics there panics here.
fn side_by_side<T: Send, F: FnOnce() -> T + Send>(tasks: Vec<F>) -> Vec<T> {
    thread::scope(|scope| {
        let running: Vec<_> = tasks.into_iter().map(|task| scope.spawn(task)).collect();
        let results = running.into_iter().map(thread::ScopedJoinHandle::join);
        results.map(|result| result.unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

/// `Σᵢ wᵢ·gᵢ` for every parameter of `module` that has a gradient.
fn weighted_sum<M: Module>(module: &M, terms: Vec<(f64, GradientsParams)>) -> GradientsParams {
    let mut sum = WeightedSum { terms, sum: GradientsParams::new() };
    module.visit(&mut sum);
    sum.sum
}

struct WeightedSum {
    terms: Vec<(f64, GradientsParams)>,
    sum: GradientsParams,
}

impl ModuleVisitor for WeightedSum {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let of_param = |(w, gradients): &mut (f64, GradientsParams)| {
            Some(gradients.remove::<D>(param.id)? * *w)
        };
        if let Some(sum) = self.terms.iter_mut().filter_map(of_param).reduce(|a, b| a + b) {
            self.sum.register(param.id, sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lipschitz::{GradientPenalty, LipschitzStrategy, SpectralNorm};
    use crate::model::{Activation, GaussianPrior, MlpConfig, MlpCritic, MlpGenerator};
    use crate::train::{Fit, Objective, OptimizerConfig, TrainConfig, Wgan};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn parts_cover_the_batch_evenly() {
        let rows = |n_devices, n| -> Vec<Range<usize>> {
            parts(&vec![Device::flex(); n_devices], n).map(|(_, rows)| rows).collect()
        };
        assert_eq!(rows(2, 6), [0..3, 3..6]);
        assert_eq!(rows(3, 7), [0..2, 2..4, 4..7]);
        assert_eq!(rows(3, 2), [0..1, 1..2]);
    }

    /// Weights after some steps on two devices against those after the same steps on one.
    fn assert_same_run<S>(strategy: S, activation: Activation, config: TrainConfig)
    where
        S: LipschitzStrategy<MlpCritic> + Clone,
    {
        let run = |devices: &[Device]| {
            let (device, mut rng) = (Device::flex(), ChaCha8Rng::seed_from_u64(3));
            let mlp = |d_in, d_out| {
                let mlp = MlpConfig::new(d_in, d_out).with_width(16).with_depth(2);
                mlp.with_activation(activation)
            };
            let critic = MlpCritic::new(&mlp(4, 1), &mut rng, &device).unwrap();
            let generator = MlpGenerator::new(&mlp(3, 4), &mut rng, &device).unwrap();
            let data = GaussianPrior { dim: 4 }.sample(200, &mut rng, &device) * 2.0;
            let prior = GaussianPrior { dim: 3 };
            let wgan = Wgan::new(critic, generator, strategy.clone(), &config).on_devices(devices);
            let fit = Fit::new(&data, &prior, &device, 7).unwrap();
            let outcome = fit.run(wgan).unwrap();
            let weights = (weights(&outcome.wgan.critic), weights(&outcome.wgan.averaged));
            (weights, outcome.history.records)
        };
        let (alone, shared) = (run(&[]), run(&[Device::flex(), Device::flex(), Device::flex()]));
        for (ours, expected) in [(&shared.0.0, &alone.0.0), (&shared.0.1, &alone.0.1)] {
            assert_eq!(ours.len(), expected.len());
            assert_ne!(ours, expected, "sums are rounded otherwise, so nothing was shared");
            for (a, b) in ours.iter().zip(expected) {
                assert!((a - b).abs() < 1e-5, "{a} against {b}");
            }
        }
        for (a, b) in shared.1.iter().zip(&alone.1) {
            assert!((a.estimate - b.estimate).abs() < 1e-5);
            assert!((a.generator_loss - b.generator_loss).abs() < 1e-5);
            assert!((a.penalty - b.penalty).abs() < 1e-4 * b.penalty.max(1.0));
            assert_eq!(a.gradient_norm.is_some(), b.gradient_norm.is_some());
        }
    }

    fn weights<M: Module>(module: &M) -> Vec<f32> {
        struct Collect(Vec<f32>);
        impl ModuleVisitor for Collect {
            fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
                self.0.extend(param.val().into_data().iter::<f32>());
            }
        }
        let mut collect = Collect(Vec::new());
        module.visit(&mut collect);
        collect.0
    }

    #[test]
    fn devices_that_share_a_batch_train_as_one_does_on_all_of_it() {
        // 50 rows on three devices: parts of 16, 17 and 17. Leaky ReLU has no tape, tanh has one.
        // Descent, since Adam makes whole steps of a gradient that is rounding alone, as that of the last bias.
        let descent = OptimizerConfig::Sgd { learning_rate: 1e-2 };
        let config = TrainConfig::new(50, 10).with_record_every(1).with_ema_decay(0.5);
        let config = config.with_critic_optimizer(descent).with_generator_optimizer(descent);
        for activation in [Activation::LeakyRelu, Activation::Tanh] {
            assert_same_run(GradientPenalty::default(), activation, config.clone());
        }
        assert_same_run(SpectralNorm, Activation::LeakyRelu, config.clone());
        let config = config.with_objective(Objective::NonSaturating);
        assert_same_run(GradientPenalty::default(), Activation::Relu, config);
    }

    #[test]
    #[should_panic(expected = "lost")]
    fn what_panics_on_a_device_panics_here() {
        let task = |is_there: bool| move || assert!(is_there, "lost");
        side_by_side(vec![task(true), task(false)]);
    }
}
