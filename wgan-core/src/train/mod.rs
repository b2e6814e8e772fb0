//! One iteration ([`Wgan`]), the loop around it ([`Fit`]), and what is kept of a run.

mod adam;
mod average;
mod checkpoint;
mod config;
mod convergence;
mod critic_fit;
mod data;
mod data_parallel;
mod diffusion;
mod evaluation;
mod fit;
mod history;
mod optimizer;
mod recorder;
mod schedule;
mod stop;
mod wgan;

pub use crate::loss::{CriticStep, Engine, Engines, GeneratorStep, Objective};
pub use checkpoint::Checkpoints;
pub use config::TrainConfig;
pub use convergence::Convergence;
pub use critic_fit::CriticConfig;
pub use data::Dataset;
pub use diffusion::{Diffused, Diffusion, DiffusionConfig, DiffusionNoise};
pub use evaluation::W1Evaluation;
pub use fit::{Fit, FitOutcome};
pub use history::{Evaluated, History, Record};
pub use optimizer::OptimizerConfig;
pub use recorder::{JsonLines, Recorder};
pub use schedule::Schedule;
pub use stop::{Indistinguishable, Plateau, StopReason, StopRule};
pub use wgan::Wgan;
