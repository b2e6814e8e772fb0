//! Markov chain over graphs with a fixed number of edges.

use rand::{Rng, RngExt};

use super::edge_set::EdgeSet;
use crate::network::{Components, Network};
use crate::walk_law::WalkLaw;

/// What the tilt holds: old edges, triangles, squared deviations of degrees, products of degrees.
const N_COUNTS: usize = 4;
/// No component of fewer nodes may come off.
const SMALL: usize = 16;
/// Share of a Newton step by which the tilt is corrected at first: a graph follows its tilt slowly.
const GAIN: f64 = 0.3;
/// Sweeps after which the corrections are halved; they fall as `1/t`.
const SETTLING: f64 = 60.0;

type Counts = [f64; N_COUNTS];

/// Metropolis chain: an edge at random gives way to the ends of a random walk.
pub struct Chain<'a> {
    given: &'a Network,
    law: WalkLaw<'a>,
    set: EdgeSet,
    /// Fewest nodes that the component of each node may have.
    smallest: Vec<usize>,
    counts: Counts,
    targets: Counts,
    tilt: Counts,
}

impl<'a> Chain<'a> {
    /// Starts at the given network.
    pub fn new(given: &'a Network, law: WalkLaw<'a>, overlap: f64) -> Self {
        let set = EdgeSet::of(given);
        let parts = Components::of(given);
        let of_node = |v: usize| parts.size(parts.label(v)).min(SMALL);
        let smallest = (0..given.n_nodes()).map(of_node).collect();
        let zero = [0.0; N_COUNTS];
        let mut chain = Self { given, law, set, smallest, counts: zero, targets: zero, tilt: zero };
        for &(u, v) in chain.set.edges() {
            let at = chain.counts_at(u, v);
            // A triangle is at three edges; no degree deviates yet.
            for (k, share) in [1.0, 1.0 / 3.0, 0.0, 1.0].into_iter().enumerate() {
                chain.counts[k] += share * at[k];
            }
        }
        chain.targets = chain.counts;
        let n_new = (1.0 - overlap) * chain.counts[0];
        chain.targets[0] -= n_new;
        // Independent edges would have ends of Poisson degrees, whose variance is their mean.
        chain.targets[2] = 2.0 * n_new;
        chain
    }

    #[cfg(test)]
    pub fn with_tilt(self, tilt: Counts) -> Self {
        Self { tilt, ..self }
    }

    #[cfg(test)]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The edges now.
    pub fn edges(&self) -> &[(u32, u32)] {
        self.set.edges()
    }

    /// As many proposals as there are edges; then the tilt is corrected, less and less.
    ///
    /// The correction is a Newton step in which `mσ²`, with `σ²` the mean square change by a
    /// proposal, stands for the variance of a count.
    pub fn sweep<R: Rng>(&mut self, number: usize, rng: &mut R) {
        let m = self.set.edges().len();
        let mut squares = [0.0; N_COUNTS];
        for _ in 0..m {
            let change = self.step(rng);
            squares.iter_mut().zip(change).for_each(|(sum, c)| *sum += c * c);
        }
        let gain = GAIN / (1.0 + number as f64 / SETTLING);
        let off = self.targets.iter().zip(&self.counts).map(|(target, count)| target - count);
        for ((tilt, off), square) in self.tilt.iter_mut().zip(off).zip(squares) {
            if square > 0.0 {
                *tilt += gain * off / square;
            }
        }
    }

    /// One proposal and the change that it makes, were it accepted. New edges are proposed in
    /// proportion to `S`, which is their weight in the law too, so that only the tilt decides.
    pub fn step<R: Rng>(&mut self, rng: &mut R) -> Counts {
        let i = rng.random_range(0..self.set.edges().len());
        let (a, b) = self.set.edges()[i];
        let (u, v) = self.law.draw(rng);
        let uniform = rng.random::<f64>();
        let mut change = [0.0; N_COUNTS];
        if u == v || self.set.contains(u, v) {
            return change;
        }
        let before = self.counts_at(a, b);
        self.set.replace(i, u, v);
        let after = self.counts_at(u, v);
        (0..N_COUNTS).for_each(|k| change[k] = after[k] - before[k]);
        let exponent: f64 = change.iter().zip(&self.tilt).map(|(c, t)| c * t).sum();
        if uniform < exponent.exp() && self.is_whole(a) && self.is_whole(b) {
            self.counts.iter_mut().zip(change).for_each(|(count, c)| *count += c);
        } else {
            self.set.replace(i, a, b);
        }
        change
    }

    /// Whether the component of `v` has as many nodes as it must.
    fn is_whole(&self, v: u32) -> bool {
        self.set.reaches(v, self.smallest[v as usize])
    }

    /// What the edge between `u` and `v` counts for.
    fn counts_at(&self, u: u32, v: u32) -> Counts {
        let (old_u, old_v) = (u as usize, v as usize);
        let degree = |v: usize| self.given.arcs().degree(v) as f64;
        [
            f64::from(self.given.has_arc(old_u, old_v)),
            self.set.n_common(u, v) as f64,
            2.0 * (self.set.degree(u) as f64 - degree(old_u))
                + 2.0 * (self.set.degree(v) as f64 - degree(old_v))
                - 2.0,
            degree(old_u) * degree(old_v),
        ]
    }
}
