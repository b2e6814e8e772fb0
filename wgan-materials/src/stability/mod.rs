//! Stability against decomposition: the convex hull of formation energies, and predicted energies relative to it.

mod analogues;
mod assessment;
mod calibration;
mod decomposition;
mod energies;
mod family;
mod features;
mod frame;
mod held_out;
mod hull;
mod known;
mod learnt;
mod predictor;
mod simplex;

pub use assessment::{CandidateStability, KnownStability};
pub use decomposition::{Decomposition, Product};
pub use energies::{energy_notes, formation_energies, formation_energy_column};
pub use frame::{candidate_stability_frame, known_stability_frame};
pub use held_out::HeldOut;
pub use hull::ConvexHull;
pub use predictor::{EnergyPredictor, EnergyPredictorConfig, PredictedEnergy};
