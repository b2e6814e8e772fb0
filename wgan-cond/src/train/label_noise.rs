//! Labels that are wrong in a known way.

use std::ops::Range;

use burn::tensor::{Device, Tensor, TensorData};
use ndarray::Array2;
use rand::{Rng, RngExt};
use wgan_core::WganError;
use wgan_core::model::Prior;

use crate::condition::{Coding, Schema};
use crate::error::CondError;
use crate::generator::{ConditionalLatent, ConditionalPrior};
use crate::labelled::Labelled;

/// How often class `k` is labelled as class `l`: `T(k, l) = P(label l | class k)`.
#[derive(Clone, Debug, PartialEq)]
pub struct NoisyLabels {
    transition: Array2<f64>,
}

/// Updates of the class shares; each is a step of an expectation maximisation, which never
/// decreases the likelihood of the observed labels.
const N_UPDATES: usize = 2000;

impl NoisyLabels {
    /// Known transition probabilities `[K, K]`, one row per true class.
    ///
    /// # Shapes
    /// - `transition`: `[K, K]`
    ///
    /// # Errors
    /// A matrix that is not square, entries outside `[0, 1]`, rows that do not sum to 1 within
    /// 1e-6.
    pub fn new(transition: Array2<f64>) -> Result<Self, WganError> {
        let (n, m) = transition.dim();
        if n != m {
            let at = "label transition";
            return Err(WganError::Shape { at, expected: vec![n, n], got: vec![n, m] });
        }
        let is_law = |row: ndarray::ArrayView1<'_, f64>| {
            row.iter().all(|p| (0.0..=1.0).contains(p)) && (row.sum() - 1.0).abs() < 1e-6
        };
        match transition.rows().into_iter().find(|row| !is_law(*row)) {
            None => Ok(Self { transition }),
            Some(row) => {
                let expected = "rows of probabilities with sum 1";
                Err(WganError::config("label transition", expected, row))
            }
        }
    }

    /// A share `flipped` of the labels replaced by any of the `k − 1` others.
    ///
    /// # Errors
    /// [`WganError::Config`] for fewer than two classes or a share outside `[0, 1]`.
    pub fn flips(k: usize, flipped: f64) -> Result<Self, WganError> {
        if k < 2 {
            return Err(WganError::config("classes", "at least 2", k));
        }
        if !(0.0..=1.0).contains(&flipped) {
            return Err(WganError::config("flipped", "a share in [0, 1]", flipped));
        }
        let other = flipped / (k - 1) as f64;
        Self::new(Array2::from_shape_fn(
            (k, k),
            |(i, j)| if i == j { 1.0 - flipped } else { other },
        ))
    }

    /// Number of classes.
    pub fn n_classes(&self) -> usize {
        self.transition.nrows()
    }

    /// Class shares under which the labels would occur as often as observed, the most likely ones
    /// where no shares would.
    ///
    /// # Shapes
    /// - `labels`: share of each label, `[K]`
    pub fn class_shares(&self, labels: &[f64]) -> Vec<f64> {
        let k = self.n_classes();
        let mut shares = vec![1.0 / k as f64; k];
        for _ in 0..N_UPDATES {
            let posterior = self.posterior(&shares);
            shares = (0..k).map(|i| (0..k).map(|l| labels[l] * posterior[[l, i]]).sum()).collect();
        }
        shares
    }

    /// `P(class k | label l)` as `[l, k]` for given class shares; a label that cannot occur is taken
    /// at its word.
    ///
    /// # Shapes
    /// - `shares`: `[K]`
    /// - returns: `[K, K]`, one row per label
    pub fn posterior(&self, shares: &[f64]) -> Array2<f64> {
        let joint = |l: usize, k: usize| shares[k] * self.transition[[k, l]];
        let k = self.n_classes();
        Array2::from_shape_fn((k, k), |(label, class)| {
            let total: f64 = (0..k).map(|i| joint(label, i)).sum();
            if total > 0.0 {
                joint(label, class) / total
            } else {
                f64::from(u8::from(label == class))
            }
        })
    }
}

/// Prior of a generator that learns the *true* classes from wrong labels.
///
/// A real sample with label `l` is compared with a fake one that is made for a class drawn from
/// `P(class | l)` and shown to the critic with the label `l`. At the optimum the mixtures
/// `Σₖ P(k | l)·G(· | k)` equal the laws of the labelled data; where the transition can be inverted,
/// `G(· | k)` is then the law of the true class `k`.
///
/// # References
/// Thekumparampil et al. (2018), Robustness of conditional GANs to noisy labels, NeurIPS, section 3
/// (RCGAN: generated labels pass through the same noise); here with the classes drawn given the label, since
/// real and fake samples meet under the same condition.
#[derive(Clone, Debug)]
pub struct NoisyLabelPrior {
    noise: ConditionalPrior,
    block: Range<usize>,
    posterior: Array2<f64>,
}

impl NoisyLabelPrior {
    /// Prior with noise of dimension `dim` for the labels of column `name`.
    ///
    /// `label_counts` are the rows per label in the training data, in the order of the categories.
    ///
    /// # Errors
    /// No such column, a column of numbers, another number of classes, no labels at all.
    pub fn new(
        dim: usize,
        schema: &Schema,
        name: &str,
        labels: &NoisyLabels,
        label_counts: &[usize],
    ) -> Result<Self, CondError> {
        let (block, _, coding) = schema.column(name)?;
        if !matches!(coding, Coding::OneHot { .. }) {
            return Err(WganError::config("column", "a column of categories", name).into());
        }
        for got in [labels.n_classes(), label_counts.len()] {
            if got != block.len() {
                return Err(CondError::rows("label classes", block.len(), got));
            }
        }
        let n: usize = label_counts.iter().sum();
        if n == 0 {
            return Err(WganError::TooFew {
                at: "label_counts",
                what: "labels",
                expected: 1,
                got: 0,
            }
            .into());
        }
        let observed: Vec<f64> = label_counts.iter().map(|&c| c as f64 / n as f64).collect();
        let posterior = labels.posterior(&labels.class_shares(&observed));
        Ok(Self { noise: ConditionalPrior { dim }, block, posterior })
    }

    /// A class for label `label`.
    fn class<R: Rng>(&self, label: usize, rng: &mut R) -> usize {
        let u: f64 = rng.random_range(0.0..1.0);
        let mut sum = 0.0;
        let reached = self.posterior.row(label).iter().position(|p| {
            sum += p;
            u < sum
        });
        reached.unwrap_or(label)
    }
}

impl Prior<Labelled> for NoisyLabelPrior {
    type Latent = ConditionalLatent;

    fn draw<R: Rng>(&self, real: &Labelled, rng: &mut R, device: &Device) -> ConditionalLatent {
        let shown = real.y.clone();
        let [n, m] = shown.dims();
        let mut y: Vec<f32> = shown.clone().into_data().iter::<f32>().collect();
        for row in y.chunks_mut(m) {
            let one_hot = &mut row[self.block.clone()];
            // A label that is withheld stays withheld.
            if let Some(label) = one_hot.iter().position(|&v| v > 0.0) {
                let class = self.class(label, rng);
                one_hot.fill(0.0);
                one_hot[class] = 1.0;
            }
        }
        let y = Tensor::from_data(TensorData::new(y, [n, m]), device);
        ConditionalLatent { shown, ..self.noise.sample(y, rng, device) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::{Condition, ConditionColumn};
    use approx::assert_abs_diff_eq;
    use ndarray::array;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn class_shares_are_recovered_from_the_shares_of_wrong_labels() {
        let labels =
            NoisyLabels::new(array![[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.0, 0.3, 0.7]]).unwrap();
        // 0.5, 0.3, 0.2 through the matrix, by hand.
        let observed =
            [0.5 * 0.9 + 0.3 * 0.2, 0.5 * 0.1 + 0.3 * 0.7 + 0.2 * 0.3, 0.3 * 0.1 + 0.2 * 0.7];
        let shares = labels.class_shares(&observed);
        for (got, expected) in shares.iter().zip([0.5, 0.3, 0.2]) {
            assert_abs_diff_eq!(*got, expected, epsilon = 1e-6);
        }
        let posterior = labels.posterior(&shares);
        assert_abs_diff_eq!(posterior[[0, 0]], 0.45 / 0.51, epsilon = 1e-6); // Bayes by hand
    }

    #[test]
    fn impossible_shares_give_the_nearest_possible_ones() {
        // Fewer of label 0 than flips of class 1 alone make: class 0 is empty.
        let shares = NoisyLabels::flips(2, 0.3).unwrap().class_shares(&[0.1, 0.9]);
        assert!(shares[0] < 1e-6 && shares[0] >= 0.0);
    }

    #[test]
    fn matrices_that_are_no_transition_are_refused() {
        let message = |m| NoisyLabels::new(m).unwrap_err().to_string();
        assert_eq!(
            message(array![[0.9, 0.2], [0.0, 1.0]]),
            "label transition: expected rows of probabilities with sum 1, got [0.9, 0.2]"
        );
        assert_eq!(
            message(Array2::zeros((2, 3))),
            "label transition: expected shape [2, 2], got [2, 3]"
        );
        assert!(NoisyLabels::flips(1, 0.1).is_err() && NoisyLabels::flips(3, 1.5).is_err());
    }

    #[test]
    fn fakes_are_made_for_the_true_class_and_shown_with_the_label() {
        let rows = ["a", "b"].map(|label| Condition::new().with("label", label));
        let schema = Schema::fit(&[ConditionColumn::categories("label")], &rows).unwrap();
        let labels = NoisyLabels::flips(2, 0.25).unwrap();
        let prior = NoisyLabelPrior::new(3, &schema, "label", &labels, &[500, 500]).unwrap();
        let device = Device::flex();
        let y: Tensor<2> = Tensor::<2>::from_floats([[1.0, 0.0]], &device).repeat_dim(0, 4000);
        let real = Labelled { x: Tensor::zeros([4000, 1], &device), y: y.clone() };
        let latent = prior.draw(&real, &mut ChaCha8Rng::seed_from_u64(2), &device);
        assert_eq!(latent.shown.into_data(), y.into_data());
        assert_eq!(latent.z.dims(), [4000, 3]);
        let share: Vec<f32> = latent.y.mean_dim(0).into_data().iter::<f32>().collect();
        // Even classes: P(class a | label a) = 0.75; four standard errors.
        assert!((share[0] - 0.75).abs() < 0.028 && (share[0] + share[1] - 1.0).abs() < 1e-5);
    }
}
