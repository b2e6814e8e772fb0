//! Is each condition met, and how well?

mod adherence;
mod audit;
mod groups;
mod learner;
mod nearest_neighbours;
mod per_condition;
mod synthetic;

pub use audit::largest_slope_in_x;
pub use learner::{Learner, Predictor, Targets};
pub use nearest_neighbours::NearestNeighbours;
pub use per_condition::{ConditionRow, ConditionalReport, Examination, ReportConfig};
pub use synthetic::{SyntheticScore, train_on_synthetic};
