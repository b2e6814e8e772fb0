//! The weight matrices of a critic and their gradients, one by one.

use burn::module::{ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use crate::model::Critic;

/// The critic with every weight matrix changed outside the tape.
pub(super) fn change_matrices<C: Critic>(critic: C, change: impl Fn(Tensor<2>) -> Tensor<2>) -> C {
    critic.map(&mut Change(change))
}

/// The gradients with `change(w, g)` for the gradient `g` of every weight matrix `w`.
pub(super) fn change_gradients<C: Critic>(
    critic: &C,
    gradients: GradientsParams,
    change: impl Fn(Tensor<2>, Tensor<2>) -> Tensor<2>,
) -> GradientsParams {
    let mut visitor = Direct { gradients, change };
    critic.visit(&mut visitor);
    visitor.gradients
}

struct Change<F>(F);

impl<F: Fn(Tensor<2>) -> Tensor<2>> ModuleMapper for Change<F> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if D != 2 {
            return param;
        }
        super::replace_values(param, |w| {
            let shape = w.dims();
            (self.0)(matrix(w)).reshape(shape)
        })
    }
}

struct Direct<F> {
    gradients: GradientsParams,
    change: F,
}

impl<F: Fn(Tensor<2>, Tensor<2>) -> Tensor<2>> ModuleVisitor for Direct<F> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if D != 2 {
            return;
        }
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            let shape = gradient.dims();
            let changed = (self.change)(matrix(param.val().inner()), matrix(gradient));
            self.gradients.register(param.id, changed.reshape(shape));
        }
    }
}

/// A tensor of two dimensions, which the compiler does not know to be one.
fn matrix<const D: usize>(tensor: Tensor<D>) -> Tensor<2> {
    let [rows, columns] = [tensor.dims()[0], tensor.dims()[1]];
    tensor.reshape([rows, columns])
}
