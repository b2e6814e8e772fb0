//! The conditions of one sample.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::Value;
use crate::error::CondError;

/// Named values: what one sample is conditioned on.
///
/// ```
/// use wgan_cond::Condition;
///
/// let condition = Condition::new().with("phase", "cubic").with("band_gap", 1.5);
/// assert_eq!(condition.to_string(), "band_gap=1.5, phase=cubic");
/// assert_eq!("band_gap=1.5, phase=cubic".parse::<Condition>()?, condition);
/// # Ok::<(), wgan_cond::CondError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Condition(BTreeMap<String, Value>);

impl Condition {
    /// Nothing given.
    pub fn new() -> Self {
        Self::default()
    }

    /// Also `name`, in place of the value it may have had.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// The value of `name`, if it is given.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The names that are given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The condition with a number drawn from each interval.
    #[must_use]
    pub fn drawn<R: Rng>(&self, rng: &mut R) -> Self {
        Self(self.0.iter().map(|(name, value)| (name.clone(), value.drawn(rng))).collect())
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, value)) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(out, "{comma}{name}={value}")?;
        }
        Ok(())
    }
}

/// Reads `name=value` parts separated by commas; `1.5±0.2` (or `1.5+-0.2`) is an interval.
impl FromStr for Condition {
    type Err = CondError;

    fn from_str(text: &str) -> Result<Self, CondError> {
        let unreadable = || CondError::Unreadable { text: text.to_owned() };
        text.split(',').try_fold(Condition::new(), |condition, part| {
            let (name, value) = part.split_once('=').ok_or_else(unreadable)?;
            let (name, value) = (name.trim(), value.trim());
            if name.is_empty() || value.is_empty() {
                return Err(unreadable());
            }
            if condition.get(name).is_some() {
                return Err(CondError::DuplicateColumn { name: name.to_owned() });
            }
            Ok(condition.with(name, read_value(value)))
        })
    }
}

/// A number, an interval, or else a category.
fn read_value(text: &str) -> Value {
    if let Ok(number) = text.parse::<f64>() {
        return Value::Number(number);
    }
    let interval = text.split_once('±').or_else(|| text.split_once("+-"));
    let read = |part: &str| part.trim().parse::<f64>().ok();
    match interval.and_then(|(centre, width)| Some((read(centre)?, read(width)?))) {
        Some((centre, half_width)) => Value::Within { centre, half_width: half_width.abs() },
        None => Value::Category(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn text_gives_numbers_intervals_and_categories() {
        let condition: Condition = "gap_ev=1.5±0.2, phase = cubic,n=-3e2".parse().unwrap();
        let within = Value::Within { centre: 1.5, half_width: 0.2 };
        assert_eq!(condition.get("gap_ev"), Some(&within));
        assert_eq!(condition.get("phase"), Some(&Value::Category("cubic".into())));
        assert_eq!(condition.get("n"), Some(&Value::Number(-300.0)));
    }

    #[test]
    fn text_that_is_no_condition_says_how_to_write_one() {
        for text in ["gap", "=3", "gap=", "gap=1,,"] {
            let message = text.parse::<Condition>().unwrap_err().to_string();
            assert!(message.contains("is not a condition; write name=value"), "{message}");
        }
        let message = "a=1,a=2".parse::<Condition>().unwrap_err().to_string();
        assert_eq!(message, "condition `a` is declared twice");
    }

    #[test]
    fn an_interval_is_drawn_from_evenly() {
        let condition: Condition = "gap=1.5+-0.2".parse().unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let draws: Vec<f64> = (0..2000)
            .map(|_| match condition.drawn(&mut rng).get("gap") {
                Some(Value::Number(x)) => *x,
                other => panic!("{other:?}"),
            })
            .collect();
        assert!(draws.iter().all(|x| (x - 1.5).abs() <= 0.2));
        let mean = draws.iter().sum::<f64>() / 2000.0;
        let below = draws.iter().filter(|&&x| x < 1.4).count();
        // Standard errors: 0.2/√3/√2000 = 0.0026 and √(2000·¼·¾) = 19.
        assert!((mean - 1.5).abs() < 0.01 && (below as f64 - 500.0).abs() < 80.0);
    }
}
