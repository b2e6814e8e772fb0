//! What real rows have: the same figure between random parts of the reference.

use rand::Rng;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

/// Random splits of the reference over which floors are averaged.
pub(super) const N_SPLITS: usize = 5;

/// A figure and what real rows have.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WithFloor {
    /// The figure.
    pub value: f64,
    /// The figure of real rows.
    pub floor: f64,
}

/// Mean of a figure between `min(n, half)` random rows of `n_real` and others.
pub(super) fn floor(
    n_real: usize,
    n: usize,
    rng: &mut impl Rng,
    figure: impl Fn(&[usize], &[usize]) -> Option<f64>,
) -> Option<f64> {
    let n = n.min(n_real / 2);
    let mut order: Vec<usize> = (0..n_real).collect();
    let mut split = || {
        order.shuffle(rng);
        figure(&order[n..], &order[..n])
    };
    let total: Option<f64> = (0..N_SPLITS).map(|_| split()).sum();
    total.map(|total| total / N_SPLITS as f64)
}
