//! The volume of a crystal from its composition.

use crate::composition::Composition;
use crate::element::Element;
use crate::linear::solved;

/// Weight of `Σ wₑ²`, in rows: an element that a table has once keeps a usual volume.
const RIDGE: f64 = 0.01;

/// `ln(V / n) = w₀ + Σ wₑ·xₑ` over atomic fractions `xₑ`: the logarithm of the volume per atom in Å³.
///
/// Its differences matter: a candidate takes the volumes of known members of its prototype, each scaled by the ratio of the two
/// predictions.
#[derive(Clone, Debug, PartialEq)]
pub struct VolumeModel {
    intercept: f64,
    weights: Vec<f64>,
}

impl VolumeModel {
    /// Least squares with a small ridge on materials with their volumes per atom in Å³.
    pub fn fit<'a>(known: impl Iterator<Item = (&'a Composition, f64)> + Clone) -> Self {
        let (n, sum) = known.clone().fold((0.0, 0.0), |(n, sum), (_, v)| (n + 1.0, sum + v.ln()));
        let intercept = if n > 0.0 { sum / n } else { 0.0 };
        let k = Element::COUNT;
        let mut rows = vec![vec![0.0; k + 1]; k];
        for (composition, volume) in known {
            let fractions: Vec<(usize, f64)> =
                composition.fractions().map(|(e, x)| (e.index(), x)).collect();
            for &(i, x) in &fractions {
                fractions.iter().for_each(|&(j, y)| rows[i][j] += x * y);
                rows[i][k] += x * (volume.ln() - intercept);
            }
        }
        rows.iter_mut().enumerate().for_each(|(i, row)| row[i] += RIDGE);
        Self { intercept, weights: solved(rows) }
    }

    /// `ln(V / n)`, `V / n` in Å³.
    pub fn log_volume(&self, composition: &Composition) -> f64 {
        let fractions = composition.fractions();
        self.intercept + fractions.map(|(e, x)| x * self.weights[e.index()]).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;

    #[test]
    fn volumes_that_add_up_in_logarithms_are_found() {
        let known: Vec<(Composition, f64)> = [("NaCl", 22.0), ("KCl", 31.0), ("NaBr", 26.0)]
            .map(|(f, v)| (f.parse().unwrap(), v))
            .into();
        let model = VolumeModel::fit(known.iter().map(|(c, v)| (c, *v)));
        let of = |f: &str| model.log_volume(&f.parse().unwrap()).exp();
        // The ridge of 0.01 row against three rows moves a logarithm of 0.2 by some thousandths.
        assert_relative_eq!(of("KCl"), 31.0, max_relative = 0.02);
        assert_relative_eq!(of("KBr"), 26.0 * 31.0 / 22.0, max_relative = 0.03);
    }

    #[test]
    fn nothing_known_is_no_volume_known() {
        assert_eq!(VolumeModel::fit(std::iter::empty()).log_volume(&"NaCl".parse().unwrap()), 0.0);
    }
}
