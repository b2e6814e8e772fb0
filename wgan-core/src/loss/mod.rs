//! What critic and generator play for, as values: objectives, penalties on slopes, the figures of a step.
//!
//! Below the networks that are trained and the strategies that choose a penalty, so that an engine without a tape
//! can know what it differentiates.

mod engine;
mod figures;
mod gradient_penalty;
mod objective;

pub use engine::{Engine, Engines};
pub use figures::{CriticStep, GeneratorStep};
pub use gradient_penalty::{GradientPenalty, PenaltyPoints, Sides};
pub use objective::Objective;
