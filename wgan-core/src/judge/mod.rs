//! What a critic's value and a generated sample are worth, judged by exact transport.
//!
//! | question | answer |
//! | --- | --- |
//! | what a critic finds on fresh samples, and how sure that is | [`Estimate`] |
//! | what a sample can say about W₁ at all | [`W1Report`]: bracket, floor, permutation test |
//! | is everything covered, is anything copied | [`mode_coverage`], [`precision_coverage`], [`memorisation`] |
//! | what a critic should find | [`known_pairs`] |

mod coverage;
mod estimate;
pub mod known_pairs;
mod scored;
mod w1_report;

pub use coverage::{
    Memorisation, ModeCoverage, PrecisionCoverage, memorisation, mode_coverage, precision_coverage,
};
pub use estimate::Estimate;
pub(crate) use scored::Judge;
pub use w1_report::{Scores, W1Config, W1Report};
