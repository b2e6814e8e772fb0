//! The weight matrices of a critic and their gradients.

use burn::module::{ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use rayon::prelude::*;

use crate::model::Critic;

/// The critic with every weight matrix changed outside the tape, all of them at once.
pub(super) fn change_matrices<C: Critic>(
    critic: C,
    change: impl Fn(Tensor<2>) -> Tensor<2> + Sync,
) -> C {
    let mut changed = GradientsParams::new();
    let found: Vec<_> = matrices(&critic).into_par_iter().map(|(id, w)| (id, change(w))).collect();
    found.into_iter().for_each(|(id, w)| changed.register(id, w));
    critic.map(&mut Replace(changed))
}

/// The gradients with `change(w, g)` for the gradient `g` of every weight matrix `w`, all of them at once.
pub(super) fn change_gradients<C: Critic>(
    critic: &C,
    mut gradients: GradientsParams,
    change: impl Fn(Tensor<2>, Tensor<2>) -> Tensor<2> + Sync,
) -> GradientsParams {
    let pairs: Vec<_> = matrices(critic)
        .into_iter()
        .filter_map(|(id, w)| gradients.remove::<2>(id).map(|g| (id, w, g)))
        .collect();
    let found: Vec<_> = pairs.into_par_iter().map(|(id, w, g)| (id, change(w, g))).collect();
    found.into_iter().for_each(|(id, g)| gradients.register(id, g));
    gradients
}

fn matrices<C: Critic>(critic: &C) -> Vec<(ParamId, Tensor<2>)> {
    let mut collect = Collect(Vec::new());
    critic.visit(&mut collect);
    collect.0
}

struct Collect(Vec<(ParamId, Tensor<2>)>);

impl ModuleVisitor for Collect {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let w = param.val().inner();
        if let [rows, columns] = w.dims()[..] {
            self.0.push((param.id, w.reshape([rows, columns])));
        }
    }
}

/// Tensors by parameter; burn's gradient container is its map from parameters to tensors.
struct Replace(GradientsParams);

impl ModuleMapper for Replace {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match self.0.remove::<D>(param.id) {
            Some(changed) => super::replace_values(param, |_| changed),
            None => param,
        }
    }
}
