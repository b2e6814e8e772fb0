//! Wasserstein GANs: critics, generators, Lipschitz strategies and training.

mod error;
mod file;
mod lipschitz;
mod model;
mod norm;
mod sample;
mod train;
pub mod transport;
mod weights;
pub mod whitening;

pub use error::WganError;
pub use file::{temporary_name, write_atomically};
pub use lipschitz::{
    GradientPenalty, LipschitzStrategy, Penalty, PenaltyPoints, Sides, SlopePenalty, SpectralNorm,
    WeightClip,
};
pub use model::{
    Activation, Critic, GaussianPrior, Generator, InputGradient, Mlp, MlpConfig, MlpCritic,
    MlpGenerator, Prior, linear,
};
pub use norm::GroundNorm;
pub use sample::Sample;
pub use train::{
    Checkpoints, CriticStep, Dataset, Fit, FitOutcome, History, JsonLines, OptimizerConfig,
    Plateau, Progress, Record, Recorder, Schedule, StopReason, StopRule, TrainConfig, Wgan,
};
pub use weights::{load_weights, save_weights};
