//! Gaussian mixtures on a line.

use serde::{Deserialize, Serialize};

/// Updates of a mixture; each is a step of an expectation maximisation, which never decreases the likelihood.
const N_UPDATES: usize = 100;

/// Values that a mixture is fitted to, at most: larger samples are thinned to so many of their quantiles.
const MOST_VALUES: usize = 4096;

/// Smallest standard deviation of a component, as a share of that of all values.
const NARROWEST: f64 = 1e-3;

/// One component of a [`Mixture`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// Share of the values.
    pub weight: f64,
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
}

/// `Σₖ wₖ N(μₖ, σₖ²)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mixture {
    /// Components by rising mean.
    pub components: Vec<Component>,
}

impl Mixture {
    /// The mixture of at most `most` components with the least Bayesian information criterion
    /// `(3k − 1)·ln n − 2·ln L`; none for no values.
    ///
    /// It starts from components at the quantiles, so that nothing is drawn.
    ///
    /// # References
    /// Schwarz (1978), Estimating the dimension of a model, Annals of Statistics 6, 461-464.
    pub fn fit(values: &[f64], most: usize) -> Option<Self> {
        let values = thinned(values);
        let moments = Component::of(&values)?;
        if moments.sd == 0.0 {
            return Some(Self { components: vec![moments] });
        }
        let fitted = (1..=most.clamp(1, values.len())).map(|k| {
            let mixture = Self::at_quantiles(&values, k, moments).updated(&values, moments);
            (mixture.criterion(&values), mixture)
        });
        fitted.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, mixture)| mixture)
    }

    /// Number of the component that `value` most probably comes from.
    pub fn component(&self, value: f64) -> usize {
        let log = |k: &usize| self.components[*k].log_density(value);
        (0..self.components.len()).max_by(|a, b| log(a).total_cmp(&log(b))).unwrap_or(0)
    }

    fn at_quantiles(sorted: &[f64], k: usize, all: Component) -> Self {
        let at = |j: usize| sorted[(2 * j + 1) * sorted.len() / (2 * k)];
        let component =
            |j| Component { weight: 1.0 / k as f64, mean: at(j), sd: all.sd / k as f64 };
        Self { components: (0..k).map(component).collect() }
    }

    fn updated(mut self, values: &[f64], all: Component) -> Self {
        for _ in 0..N_UPDATES {
            // Weight, first and second moment of each component.
            let mut sums = vec![[0.0; 3]; self.components.len()];
            for &value in values {
                let shares = self.shares(value);
                for (sum, share) in sums.iter_mut().zip(shares) {
                    let v = value - all.mean;
                    *sum = [sum[0] + share, sum[1] + share * v, sum[2] + share * v * v];
                }
            }
            for (component, [weight, first, second]) in self.components.iter_mut().zip(sums) {
                // A component that nothing belongs to any more stays where it is, without weight.
                if weight > 0.0 {
                    let mean = first / weight;
                    let variance = (second / weight - mean * mean).max(0.0);
                    component.mean = mean + all.mean;
                    component.sd = variance.sqrt().max(NARROWEST * all.sd);
                }
                component.weight = weight / values.len() as f64;
            }
        }
        // Half a value: round-off must not take a component that holds one.
        self.components.retain(|component| component.weight * values.len() as f64 >= 0.5);
        self.components.sort_by(|a, b| a.mean.total_cmp(&b.mean));
        self
    }

    /// Probability of each component given the value.
    fn shares(&self, value: f64) -> Vec<f64> {
        let logs: Vec<f64> = self.components.iter().map(|c| c.log_density(value)).collect();
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = logs.iter().map(|log| (log - largest).exp()).collect();
        let total: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / total).collect()
    }

    fn criterion(&self, values: &[f64]) -> f64 {
        let log_likelihood: f64 = values
            .iter()
            .map(|&value| self.components.iter().map(|c| c.log_density(value).exp()).sum::<f64>())
            .map(|density| density.max(f64::MIN_POSITIVE).ln())
            .sum();
        let n_parameters = 3 * self.components.len() - 1;
        n_parameters as f64 * (values.len() as f64).ln() - 2.0 * log_likelihood
    }
}

impl Component {
    /// Mean and standard deviation of all values.
    fn of(values: &[f64]) -> Option<Self> {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
        let sd = if values.first() == values.last() { 0.0 } else { variance.sqrt() };
        (!values.is_empty()).then_some(Self { weight: 1.0, mean, sd })
    }

    /// `ln(w·N(v; μ, σ²))`.
    fn log_density(&self, value: f64) -> f64 {
        let z = (value - self.mean) / self.sd;
        self.weight.ln() - self.sd.ln() - 0.5 * (z * z + std::f64::consts::TAU.ln())
    }
}

/// Sorted values, or as many of their quantiles as are looked at.
fn thinned(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len();
    if n <= MOST_VALUES {
        return sorted;
    }
    (0..MOST_VALUES).map(|i| sorted[(2 * i + 1) * n / (2 * MOST_VALUES)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_abs_diff_eq;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, StandardNormal};

    fn sample(components: &[(f64, f64, f64)], n: usize) -> Vec<f64> {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut draw = || {
            let mut u: f64 = rng.random();
            let chosen = components.iter().find(|c| {
                u -= c.0;
                u < 0.0
            });
            let &(_, mean, sd) = chosen.unwrap_or(&components[0]);
            let z: f64 = StandardNormal.sample(&mut rng);
            mean + sd * z
        };
        (0..n).map(|_| draw()).collect()
    }

    #[test]
    fn a_known_mixture_is_found() {
        let truth = [(0.3, -4.0, 0.5), (0.5, 0.0, 1.0), (0.2, 20.0, 3.0)];
        let found = Mixture::fit(&sample(&truth, 20_000), 8).unwrap();
        assert_eq!(found.components.len(), 3);
        for (component, (weight, mean, sd)) in found.components.iter().zip(truth) {
            // Four standard errors of 4,096 quantiles: they vary no more than the sample.
            assert_abs_diff_eq!(component.weight, weight, epsilon = 0.015);
            assert_abs_diff_eq!(component.mean, mean, epsilon = 4.0 * sd / 600_f64.sqrt());
            assert_abs_diff_eq!(component.sd, sd, epsilon = 0.1 * sd);
        }
        assert_eq!([-4.5, 0.3, 12.0].map(|v| found.component(v)), [0, 1, 2]);
    }

    #[test]
    fn one_normal_is_one_component() {
        let found = Mixture::fit(&sample(&[(1.0, 1e6, 0.25)], 5000), 8).unwrap();
        assert_eq!(found.components.len(), 1);
        assert_abs_diff_eq!(found.components[0].mean, 1e6, epsilon = 4.0 * 0.25 / 64.0);
    }

    #[test]
    fn equal_values_and_none_are_no_exception() {
        let found = Mixture::fit(&[2.5; 4], 8).unwrap();
        assert_eq!(found.components, [Component { weight: 1.0, mean: 2.5, sd: 0.0 }]);
        assert_eq!(Mixture::fit(&[], 8), None);
        assert!(Mixture::fit(&[1.0, 2.0], 8).is_some());
    }
}
