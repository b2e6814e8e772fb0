//! Practice on the table itself: hide a part, propose from the rest, and see what was hidden.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::compound::{Compound, KeyMap, mixed};
use super::features::Evidence;
use super::learner::{Logistic, Rows};
use super::proposals::pool;

/// How often and how much is practised.
#[derive(Clone, Copy, Debug)]
pub(super) struct Practice {
    /// Parts the table is cut into; each is hidden once.
    pub(super) folds: usize,
    /// Size of the pool, as in [`pool`].
    pub(super) pool: usize,
    /// Candidates that are not hidden compounds and are kept, over all folds.
    pub(super) misses: usize,
}

/// Candidates with their features, and whether they were hidden; misses stand for others by their weight.
pub(super) struct Practised<const D: usize> {
    pub(super) rows: Rows<D>,
    /// The fold of each row.
    pub(super) fold: Vec<usize>,
}

/// Proposes from the known compounds without a part, for each part.
///
/// Nothing that a candidate is judged by has seen the hidden part. A miss is kept with a probability that grows
/// with the square root of its chance under a first model, so that those hard to tell from hits are dense.
pub(super) fn practised<E: Evidence<D>, const D: usize>(
    known: &[Compound],
    practice: Practice,
    seed: u64,
) -> Practised<D> {
    let mut order: Vec<usize> = (0..known.len()).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    let mut all: Practised<D> = Practised { rows: no_rows(), fold: Vec::new() };
    let mut first_model: Option<Logistic> = None;
    for fold in 0..practice.folds {
        let pool = labelled::<E, D>(known, &order, fold, practice);
        let model = first_model.get_or_insert_with(|| Logistic::fit(&evenly(&pool, practice)));
        let kept = dense_where_likely(&pool, model, practice.misses / practice.folds, seed);
        all.fold.extend(vec![fold; kept.len()]);
        all.rows.x.extend(kept.x);
        all.rows.is_hit.extend(kept.is_hit);
        all.rows.weight.extend(kept.weight);
    }
    all
}

fn no_rows<const D: usize>() -> Rows<D> {
    Rows { x: Vec::new(), is_hit: Vec::new(), weight: Vec::new() }
}

/// All candidates of one fold.
fn labelled<E: Evidence<D>, const D: usize>(
    known: &[Compound],
    order: &[usize],
    fold: usize,
    practice: Practice,
) -> Rows<D> {
    let is_hidden = |place: usize| place % practice.folds == fold;
    let mut hidden: KeyMap<()> = KeyMap::default();
    let mut rest = Vec::new();
    for (place, &i) in order.iter().enumerate() {
        if is_hidden(place) {
            hidden.insert(known[i].key, ());
        } else {
            rest.push(known[i].clone());
        }
    }
    let evidence = E::of(rest);
    let pool = pool(evidence.library(), practice.pool);
    Rows {
        x: pool.par_iter().map(|p| evidence.figures(&p.compound)).collect(),
        is_hit: pool.iter().map(|p| hidden.contains_key(&p.compound.key)).collect(),
        weight: vec![1.0; pool.len()],
    }
}

/// All hits, and every so manieth miss.
fn evenly<const D: usize>(pool: &Rows<D>, practice: Practice) -> Rows<D> {
    let misses = pool.is_hit.iter().filter(|is_hit| !**is_hit).count();
    let step = (misses / (practice.misses / 2).max(1)).max(1);
    let mut rows: Vec<usize> = (0..pool.len()).collect();
    rows.retain(|&i| pool.is_hit[i] || i % step == 0);
    let mut picked = pool.picked(&rows);
    for (weight, &is_hit) in picked.weight.iter_mut().zip(&picked.is_hit) {
        *weight = if is_hit { 1.0 } else { step as f32 };
    }
    picked
}

/// All hits, and about `n` misses, each weighted with one over the probability that it was kept.
fn dense_where_likely<const D: usize>(
    pool: &Rows<D>,
    model: &Logistic,
    n: usize,
    seed: u64,
) -> Rows<D> {
    let roots: Vec<f32> = pool.x.par_iter().map(|x| model.chance(x).sqrt()).collect();
    let misses = roots.iter().zip(&pool.is_hit).filter(|(_, is_hit)| !**is_hit);
    let total: f64 = misses.map(|(&root, _)| f64::from(root)).sum();
    let kept = |i: usize| match pool.is_hit[i] {
        true => 1.0,
        false => (f64::from(roots[i]) * n as f64 / total.max(f64::MIN_POSITIVE)).min(1.0),
    };
    let uniform = |i: usize| mixed(i as u64 ^ mixed(seed)) as f64 / u64::MAX as f64;
    let rows: Vec<usize> = (0..pool.len()).filter(|&i| uniform(i) <= kept(i)).collect();
    let mut picked = pool.picked(&rows);
    picked.weight.iter_mut().zip(&rows).for_each(|(weight, &i)| *weight = (1.0 / kept(i)) as f32);
    picked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool_of(n: usize) -> Rows<4> {
        let x = (0..n).map(|i| std::array::from_fn(|j| ((i * (j + 3)) % 101) as f32)).collect();
        Rows { x, is_hit: (0..n).map(|i| i % 50 == 0).collect(), weight: vec![1.0; n] }
    }

    #[test]
    fn weights_make_up_for_what_was_left_out() {
        let pool = pool_of(50_000);
        let practice = Practice { folds: 1, pool: 0, misses: 5000 };
        let model = Logistic::fit(&evenly(&pool, practice));
        let kept = dense_where_likely(&pool, &model, 5000, 1);
        assert_eq!(kept.is_hit.iter().filter(|hit| **hit).count(), 1000);
        let misses = kept.len() - 1000;
        assert!((4500..5500).contains(&misses), "{misses}");
        let total: f32 = kept.weight.iter().sum();
        assert!((total / 50_000.0 - 1.0).abs() < 0.05, "{total}"); // n^(−1/2) of 5000 draws is 0.014
    }
}
