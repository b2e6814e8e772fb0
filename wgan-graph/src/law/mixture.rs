//! The generator: observations spread over the network and shared between contexts.

use serde::{Deserialize, Serialize};

use super::heat::{Heat, Walk};
use crate::network::Network;

/// How much of a law is borrowed from other contexts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sharing {
    /// Place of the bandwidth in [`Mixture::bandwidths`].
    pub bandwidth: usize,
    /// Observations that the law of all contexts counts as; infinite where only that law counts.
    #[serde(with = "infinite_as_null")]
    pub prior: f64,
}

/// JSON has no infinity.
mod infinite_as_null {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        value.is_finite().then_some(*value).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        Ok(Option::deserialize(deserializer)?.unwrap_or(f64::INFINITY))
    }
}

/// `p = Σ αₛⱼ·Hⱼ Bₛ + α·(the two stationary laws)`: which share `α` of the law is observations `Bₛ` that are shared
/// between contexts by the rule `s` and spread for the time and walk `j`.
///
/// It has the empirical law, a heat kernel of any bandwidth and the law of all contexts in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mixture {
    /// Shares of the range of a number within which contexts are close; the first is 0.
    pub bandwidths: Vec<f64>,
    /// Rules of sharing.
    pub sharings: Vec<Sharing>,
    /// Mean numbers of steps of the walks.
    pub times: Vec<f64>,
    /// `α`: for each rule as observed, by the one walk for each time, by the other; then the two
    /// stationary laws.
    pub weights: Vec<f64>,
}

/// What was observed that bears on one context.
pub struct Evidence {
    /// Counts on the nodes by bandwidth, each `[n]`, weighted by how close the contexts are.
    pub counts: Vec<Vec<f64>>,
    /// Their totals.
    pub totals: Vec<f64>,
    /// The law of all contexts, `[n]`.
    pub pooled: Vec<f64>,
}

/// Both walks on a network.
pub struct Walks {
    conductance: Heat,
    uniform: Heat,
}

impl Walks {
    /// The walks on `network`.
    pub fn new(network: &Network) -> Self {
        Self {
            conductance: Heat::new(network, Walk::Conductance),
            uniform: Heat::new(network, Walk::Uniform),
        }
    }
}

impl Sharing {
    /// `(a, b)` with `B = a·counts + b·pooled`, a law: `a·total + b = 1`.
    fn coefficients(&self, total: f64) -> (f64, f64) {
        let all = total + self.prior;
        if self.prior.is_infinite() || all <= 0.0 {
            (0.0, 1.0)
        } else {
            (1.0 / all, self.prior / all)
        }
    }
}

impl Mixture {
    /// All components alike. Without contexts there is nothing to share.
    pub fn new(has_contexts: bool, has_numbers: bool, times: Vec<f64>) -> Self {
        let bandwidths: Vec<f64> = if has_numbers { vec![0.0, 0.03, 0.1, 0.3] } else { vec![0.0] };
        let priors: &[f64] = match (has_contexts, has_numbers) {
            (false, _) => &[0.0],
            (true, false) => &[0.0, 1.0, 4.0, 16.0, 64.0, 256.0],
            (true, true) => &[0.0, 4.0, 32.0, 256.0],
        };
        let mut sharings: Vec<Sharing> = (0..bandwidths.len())
            .flat_map(|bandwidth| priors.iter().map(move |&prior| Sharing { bandwidth, prior }))
            .collect();
        if has_contexts {
            sharings.push(Sharing { bandwidth: 0, prior: f64::INFINITY });
        }
        let n = sharings.len() * (1 + 2 * times.len()) + 2;
        Self { bandwidths, sharings, times, weights: vec![1.0 / n as f64; n] }
    }

    /// Ways to spread: as observed, and by two walks for each time.
    fn n_spreads(&self) -> usize {
        1 + 2 * self.times.len()
    }

    /// The law of a context.
    ///
    /// # Shapes
    /// `[n]`, with total one.
    pub fn law(&self, walks: &Walks, evidence: &Evidence) -> Vec<f64> {
        let n = evidence.pooled.len();
        let spread = |j: usize| {
            let mut law = vec![0.0; n];
            let mut add = |share: f64, of: &[f64]| {
                if share > 0.0 {
                    law.iter_mut().zip(of).for_each(|(p, x)| *p += share * x);
                }
            };
            let mut of_counts = vec![0.0; self.bandwidths.len()];
            let mut of_pooled = 0.0;
            for (s, sharing) in self.sharings.iter().enumerate() {
                let (a, b) = sharing.coefficients(evidence.totals[sharing.bandwidth]);
                let weight = self.weights[s * self.n_spreads() + j];
                of_counts[sharing.bandwidth] += weight * a;
                of_pooled += weight * b;
            }
            of_counts.iter().zip(&evidence.counts).for_each(|(&share, counts)| add(share, counts));
            add(of_pooled, &evidence.pooled);
            law
        };
        let t = self.times.len();
        let mut law = spread(0);
        let [by_conductance, uniform] = self.stationary_weights();
        for (heat, first, rest) in
            [(&walks.conductance, 1, by_conductance), (&walks.uniform, 1 + t, uniform)]
        {
            let used: Vec<usize> = (0..t).filter(|i| self.is_used(first + i)).collect();
            let laws: Vec<Vec<f64>> = used.iter().map(|i| spread(first + i)).collect();
            let times: Vec<f64> = used.iter().map(|&i| self.times[i]).collect();
            let moved = heat.moved(&laws, &times);
            let terms = moved.iter().zip(heat.stationary());
            law.iter_mut().zip(terms).for_each(|(p, (x, s))| *p += x + rest * s);
        }
        let total: f64 = law.iter().sum();
        law.iter_mut().for_each(|p| *p /= total);
        law
    }

    /// Whether any weight of this way to spread is not zero.
    fn is_used(&self, spread: usize) -> bool {
        (0..self.sharings.len()).any(|s| self.weights[s * self.n_spreads() + spread] > 0.0)
    }

    /// `∂ E_p f / ∂α`, one number per weight; zero for ways to spread that are not used.
    pub fn gradient(&self, walks: &Walks, evidence: &Evidence, f: &[f64]) -> Vec<f64> {
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let t = self.times.len();
        let mut spreads = vec![vec![0.0; f.len()]; self.n_spreads()];
        spreads[0].copy_from_slice(f);
        for (heat, first) in [(&walks.conductance, 1), (&walks.uniform, 1 + t)] {
            let used: Vec<usize> = (0..t).filter(|i| self.is_used(first + i)).collect();
            let times: Vec<f64> = used.iter().map(|&i| self.times[i]).collect();
            for (i, mean) in used.into_iter().zip(heat.means(f, &times)) {
                spreads[first + i] = mean;
            }
        }
        let on_counts: Vec<Vec<f64>> = evidence
            .counts
            .iter()
            .map(|counts| spreads.iter().map(|f| dot(f, counts)).collect())
            .collect();
        let on_pooled: Vec<f64> = spreads.iter().map(|f| dot(f, &evidence.pooled)).collect();
        let mut gradient = Vec::with_capacity(self.weights.len());
        for sharing in &self.sharings {
            let (a, b) = sharing.coefficients(evidence.totals[sharing.bandwidth]);
            let counts = on_counts[sharing.bandwidth].iter();
            gradient.extend(counts.zip(&on_pooled).map(|(x, y)| a * x + b * y));
        }
        for heat in [&walks.conductance, &walks.uniform] {
            gradient.push(dot(heat.stationary(), f));
        }
        gradient
    }

    fn stationary_weights(&self) -> [f64; 2] {
        let n = self.weights.len();
        [self.weights[n - 2], self.weights[n - 1]]
    }

    fn observed_share(&self) -> f64 {
        (0..self.sharings.len()).map(|s| self.weights[s * self.n_spreads()]).sum()
    }

    /// Share of the law that is as observed, spread, and at rest on the network; they sum to one.
    pub fn shares(&self) -> [f64; 3] {
        let observed = self.observed_share();
        let rest: f64 = self.stationary_weights().iter().sum();
        [observed, (1.0 - observed - rest).max(0.0), rest]
    }

    /// Mean number of steps of what is spread; 0 where nothing is.
    pub fn mean_steps(&self) -> f64 {
        let (mut weight, mut steps) = (0.0, 0.0);
        for s in 0..self.sharings.len() {
            for (j, time) in self.times.iter().chain(&self.times).enumerate() {
                let share = self.weights[s * self.n_spreads() + 1 + j];
                weight += share;
                steps += share * time;
            }
        }
        if weight > 0.0 { steps / weight } else { 0.0 }
    }

    /// What was learnt from half of the observations, for all of them. What is not as observed counts as `κ` observations
    /// beside the `n/2` there were: a share `λ = κ/(n/2 + κ)` becomes `κ/(n + κ) = λ/(2 − λ)`.
    pub fn with_twice_the_observations(&mut self) {
        let (n, observed) = (self.n_spreads(), self.observed_share());
        let share = 1.0 - observed;
        if observed <= 0.0 || share <= 0.0 {
            return;
        }
        let less = 1.0 / (2.0 - share);
        let more = (1.0 - share * less) / observed;
        for (i, weight) in self.weights.iter_mut().enumerate() {
            let is_observed = i % n == 0 && i < self.sharings.len() * n;
            *weight *= if is_observed { more } else { less };
        }
    }

    /// Whether the weights are a law over the components that there are.
    pub fn is_sound(&self) -> bool {
        let n = self.sharings.len() * self.n_spreads() + 2;
        let is_share = |w: &f64| w.is_finite() && *w >= 0.0;
        self.weights.len() == n
            && !self.bandwidths.is_empty()
            && self.weights.iter().all(is_share)
            && (self.weights.iter().sum::<f64>() - 1.0).abs() < 1e-6
            && self.sharings.iter().all(|s| s.bandwidth < self.bandwidths.len() && s.prior >= 0.0)
            && self.bandwidths.iter().all(is_share)
            && self.times.iter().all(|&t| t > 0.0 && t <= MAX_TIME)
    }
}

/// The longest time of a walk.
pub const MAX_TIME: f64 = 256.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_networks::ring_with_chords;

    fn evidence(n: usize) -> Evidence {
        let every = |k: u32| -> Vec<f64> { (0..n as u32).map(|v| f64::from(v % k)).collect() };
        let counts = [5, 3, 4, 7].map(every).to_vec();
        let totals = counts.iter().map(|counts| counts.iter().sum()).collect();
        let pooled = every(2);
        let total: f64 = pooled.iter().sum();
        Evidence { counts, totals, pooled: pooled.iter().map(|p| p / total).collect() }
    }

    #[test]
    fn the_gradient_is_that_of_differences() {
        let graph = ring_with_chords();
        let walks = Walks::new(&graph);
        let mut mixture = Mixture::new(true, true, vec![0.5, 8.0]);
        let n = mixture.weights.len();
        mixture.weights = (0..n).map(|i| 1.0 + (i % 7) as f64).collect();
        let total: f64 = mixture.weights.iter().sum();
        mixture.weights.iter_mut().for_each(|w| *w /= total);
        let evidence = evidence(graph.n_nodes());
        let f: Vec<f64> = (0..graph.n_nodes()).map(|v| ((v * v) % 17) as f64).collect();
        let mean = |mixture: &Mixture| -> f64 {
            mixture.law(&walks, &evidence).iter().zip(&f).map(|(p, f)| p * f).sum()
        };
        let gradient = mixture.gradient(&walks, &evidence, &f);
        let before = mean(&mixture);
        // The law is a mean over components: the gradient is exact up to its own mean.
        for i in (0..n).step_by(5) {
            let mut more = mixture.clone();
            more.weights[i] += 1e-4;
            let expected = (gradient[i] - before) * 1e-4 / (1.0 + 1e-4);
            assert!((mean(&more) - before - expected).abs() < 1e-10);
        }
    }

    #[test]
    fn what_is_spread_counts_half_as_much_beside_twice_the_observations() {
        let mut mixture = Mixture::new(true, false, vec![1.0, 4.0]);
        let share = 1.0 - mixture.observed_share();
        mixture.with_twice_the_observations();
        assert!(mixture.is_sound());
        let found = 1.0 - mixture.observed_share();
        assert!((found - share / (2.0 - share)).abs() < 1e-12, "{share} to {found}");
    }

    #[test]
    fn a_single_component_is_the_empirical_law() {
        let graph = ring_with_chords();
        let walks = Walks::new(&graph);
        let mut mixture = Mixture::new(false, false, vec![1.0]);
        mixture.weights.fill(0.0);
        mixture.weights[0] = 1.0;
        assert!(mixture.is_sound());
        let evidence = evidence(graph.n_nodes());
        let law = mixture.law(&walks, &evidence);
        let expected = evidence.counts[0].iter().map(|c| c / evidence.totals[0]);
        law.iter().zip(expected).for_each(|(a, b)| assert!((a - b).abs() < 1e-15));
    }
}
