//! One iteration ([`Wgan`]), the loop around it ([`Fit`]), and what is kept of a run.

mod adam;
mod average;
mod checkpoint;
mod config;
mod critic_fit;
mod data;
mod evaluation;
mod fit;
mod history;
mod optimizer;
mod recorder;
mod schedule;
mod stop;
mod wgan;

pub use checkpoint::Checkpoints;
pub use config::TrainConfig;
pub use critic_fit::CriticConfig;
pub use data::Dataset;
pub use evaluation::W1Evaluation;
pub use fit::{Fit, FitOutcome};
pub use history::{Evaluated, History, Record};
pub use optimizer::OptimizerConfig;
pub use recorder::{JsonLines, Progress, Recorder};
pub use schedule::Schedule;
pub use stop::{Indistinguishable, Plateau, StopReason, StopRule};
pub use wgan::{CriticStep, Wgan};
