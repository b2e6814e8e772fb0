//! What is normal: location and scale of each part of the score.

use wgan_core::mean_and_deviation;

/// Mean and standard deviation of each part over the nodes it was fitted on.
pub struct NormalModel {
    parts: Vec<(f64, f64)>,
}

impl NormalModel {
    /// Fits to `parts[part][node]` over `nodes`; parts without a value are left out.
    pub fn fit(parts: &[Vec<Option<f64>>], nodes: &[usize]) -> Self {
        let moments = |part: &Vec<Option<f64>>| {
            let known: Vec<f64> = nodes.iter().filter_map(|&v| part[v]).collect();
            if known.is_empty() { (0.0, 0.0) } else { mean_and_deviation(&known) }
        };
        Self { parts: parts.iter().map(moments).collect() }
    }

    /// Standard deviations by which each part of a node is above the mean; 0 where it has no value,
    /// or where nothing varies.
    pub fn standardise(&self, parts: &[Vec<Option<f64>>], node: usize) -> Vec<f64> {
        let of = |(part, &(mean, sd)): (&Vec<Option<f64>>, &(f64, f64))| match part[node] {
            Some(x) if sd > 0.0 => (x - mean) / sd,
            _ => 0.0,
        };
        parts.iter().zip(&self.parts).map(of).collect()
    }

    /// Mean of part `i`.
    pub fn mean(&self, i: usize) -> f64 {
        self.parts[i].0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_in_standard_deviations() {
        let parts = vec![vec![Some(1.0), Some(3.0), Some(8.0), None], vec![Some(2.0); 4]];
        let model = NormalModel::fit(&parts, &[0, 1, 3]); // mean 2, sd 1
        assert_eq!(model.standardise(&parts, 2), [6.0, 0.0]);
        assert_eq!(model.standardise(&parts, 0), [-1.0, 0.0]);
        assert_eq!(model.standardise(&parts, 3), [0.0, 0.0]);
    }
}
