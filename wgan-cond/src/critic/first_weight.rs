//! The first weight of a perceptron on sample and condition, one row per input.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};
use wgan_core::model::Mlp;

/// The network with zeros in the rows after the first `d`.
pub(super) fn without_condition_rows(mlp: Mlp, d: usize) -> Mlp {
    mlp.map(&mut FirstWeight(Some(|w: Tensor<2>| w.clone() * sample_rows(&w, d))))
}

/// The network with the rows of `source` after the first `d`.
pub(super) fn with_condition_rows_of(mlp: Mlp, source: &Mlp, d: usize) -> Mlp {
    let mut first = FirstFound(None);
    source.visit(&mut first);
    let Some(original) = first.0 else { return mlp };
    mlp.map(&mut FirstWeight(Some(|w: Tensor<2>| {
        let of_sample = sample_rows(&w, d);
        w * of_sample.clone() + original * (of_sample.neg() + 1.0)
    })))
}

/// 1 for each of the first `d` rows of `w`, else 0, `[rows, 1]`.
fn sample_rows(w: &Tensor<2>, d: usize) -> Tensor<2> {
    let n = w.dims()[0];
    let is_sample: Vec<f32> = (0..n).map(|row| f32::from(u8::from(row < d))).collect();
    Tensor::from_data(TensorData::new(is_sample, [n, 1]), &w.device())
}

/// Changes the first matrix of a module outside the tape; it stays trainable as before.
struct FirstWeight<F>(Option<F>);

impl<F: FnOnce(Tensor<2>) -> Tensor<2>> ModuleMapper for FirstWeight<F> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if D != 2 {
            return param;
        }
        let Some(change) = self.0.take() else { return param };
        param.map(|w| {
            let (is_autodiff, is_trained) = (w.is_autodiff(), w.is_require_grad());
            let shape = w.dims();
            let changed = change(w.inner().reshape([shape[0], shape[1]])).reshape(shape);
            if is_autodiff { changed.autodiff().set_require_grad(is_trained) } else { changed }
        })
    }
}

/// The first matrix of a module, without a tape.
struct FirstFound(Option<Tensor<2>>);

impl ModuleVisitor for FirstFound {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if D == 2 && self.0.is_none() {
            let w = param.val().inner();
            let shape = w.dims();
            self.0 = Some(w.reshape([shape[0], shape[1]]));
        }
    }
}
