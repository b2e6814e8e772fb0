//! Training without conditions, some of the time.

use std::ops::Range;

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use wgan_core::WganError;

/// How often training hides conditions, so that one model also samples without them.
///
/// A hidden column is coded as zeros, for the real sample and for the fake one it is compared with:
/// at the zero condition both stand for the law of all samples.
///
/// # References
/// Ho, Salimans (2022), Classifier-free diffusion guidance, section 3.2, for the same device in
/// diffusion models.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum ConditionDropout {
    /// Never: every condition must be given when sampling.
    #[default]
    Never,
    /// All columns at once with this probability, in `[0, 1)`.
    All(f64),
    /// Each column on its own with this probability, in `[0, 1)`: any part of the conditions may be
    /// given when sampling.
    Each(f64),
}

impl ConditionDropout {
    /// Checks the probability.
    ///
    /// # Errors
    /// [`WganError::Config`].
    pub fn check(self) -> Result<(), WganError> {
        match self {
            Self::All(p) | Self::Each(p) if !(0.0..1.0).contains(&p) => {
                Err(WganError::config("condition dropout", "a probability in [0, 1)", p))
            }
            _ => Ok(()),
        }
    }

    /// Hides columns of one coded condition.
    pub(super) fn apply<R: Rng>(self, y: &mut [f32], blocks: &[Range<usize>], rng: &mut R) {
        match self {
            Self::Never => {}
            Self::All(p) => {
                if rng.random_bool(p) {
                    y.fill(0.0);
                }
            }
            Self::Each(p) => {
                for block in blocks {
                    if rng.random_bool(p) {
                        y[block.clone()].fill(0.0);
                    }
                }
            }
        }
    }
}
