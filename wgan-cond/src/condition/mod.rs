//! Conditions: named values, the columns they belong to, and their coding as numbers.

mod arrays;
mod coding;
mod encoded;
mod row;
mod schema;
mod value;

pub use coding::{Coding, Scale};
pub(crate) use encoded::tensor;
pub use encoded::{Encoded, Extrapolation};
pub use row::Condition;
pub(crate) use schema::Cell;
pub use schema::{ConditionColumn, Schema};
pub use value::Value;
