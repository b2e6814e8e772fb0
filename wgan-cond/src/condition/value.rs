//! The value of one condition.

use std::fmt;

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

/// Value of one condition of one sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// A class by its name.
    Category(String),
    /// A number in the unit of its column; for a column of categories the class that is written so.
    Number(f64),
    /// Any number of an interval, all equally likely: `centre ± half_width`.
    Within {
        /// Middle of the interval.
        centre: f64,
        /// Half its length, not negative.
        half_width: f64,
    },
}

impl Value {
    /// The value itself, or a number drawn from the interval.
    pub(crate) fn drawn<R: Rng>(&self, rng: &mut R) -> Self {
        match *self {
            Value::Within { centre, half_width } => {
                Value::Number(centre + half_width * rng.random_range(-1.0..=1.0))
            }
            _ => self.clone(),
        }
    }
}

impl From<&str> for Value {
    fn from(name: &str) -> Self {
        Value::Category(name.to_owned())
    }
}

impl From<String> for Value {
    fn from(name: String) -> Self {
        Value::Category(name)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::Number(number)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Value::Number(f64::from(number))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Category(name) => out.write_str(name),
            Value::Number(number) => write!(out, "{number}"),
            Value::Within { centre, half_width } => write!(out, "{centre}±{half_width}"),
        }
    }
}
