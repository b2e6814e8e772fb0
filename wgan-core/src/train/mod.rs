//! One iteration ([`Wgan`]), the loop around it ([`Fit`]), and what is kept of a run.

mod average;
mod checkpoint;
mod config;
mod data;
mod fit;
mod history;
mod optimizer;
mod recorder;
mod schedule;
mod stop;
mod wgan;

pub use checkpoint::Checkpoints;
pub use config::TrainConfig;
pub use data::Dataset;
pub use fit::{Fit, FitOutcome};
pub use history::{History, Record};
pub use optimizer::OptimizerConfig;
pub use recorder::{JsonLines, Progress, Recorder};
pub use schedule::Schedule;
pub use stop::{Plateau, StopReason, StopRule};
pub use wgan::{CriticStep, Wgan};
