//! From strengths (larger is closer) to costs (larger is farther).

use serde::Serialize;

/// How a strength becomes a cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StrengthToCost {
    /// `1 / s`: twice the strength, half the cost.
    Inverse,
    /// `−ln(s / s_max)`: costs add where strengths multiply. The strongest edge costs zero.
    NegativeLog,
}

impl StrengthToCost {
    /// Cost of a strength, `None` where it has none (a strength that is not positive and finite).
    pub fn cost(self, strength: f64, largest: f64) -> Option<f64> {
        if !(strength > 0.0 && strength.is_finite()) {
            return None;
        }
        Some(match self {
            StrengthToCost::Inverse => strength.recip(),
            StrengthToCost::NegativeLog => -(strength / largest).ln(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stronger_is_closer() {
        assert_eq!(StrengthToCost::Inverse.cost(4.0, 8.0), Some(0.25));
        assert_eq!(StrengthToCost::NegativeLog.cost(8.0, 8.0), Some(0.0));
        assert!(StrengthToCost::NegativeLog.cost(1.0, 8.0) > Some(2.0));
        assert_eq!(StrengthToCost::Inverse.cost(0.0, 8.0), None);
        assert_eq!(StrengthToCost::Inverse.cost(f64::NAN, 8.0), None);
    }
}
