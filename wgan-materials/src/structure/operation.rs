//! Symmetry operations, written as `x, 1/2+y, -z`.

use std::fmt;
use std::str::FromStr;

use super::error::StructureError;
use super::vectors::{Matrix, Vector, add, apply, float};

/// A symmetry operation `x ↦ W·x + w` on fractional positions.
///
/// # Example
/// ```
/// use wgan_materials::structure::Operation;
///
/// let screw: Operation = "-x, y+1/2, -z".parse()?;
/// assert_eq!(screw.apply([0.25, 0.25, 0.0]), [-0.25, 0.75, 0.0]);
/// assert_eq!(screw.to_string(), "-x,y+1/2,-z");
/// # Ok::<(), wgan_materials::structure::StructureError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Operation {
    /// `W`, rows.
    pub rotation: [[i32; 3]; 3],
    /// `w`, in units of the lattice vectors.
    pub translation: [f64; 3],
}

impl Operation {
    /// The image of a position, not wrapped.
    pub fn apply(&self, position: [f64; 3]) -> [f64; 3] {
        add(apply(&float(&self.rotation), position), self.translation)
    }
}

impl FromStr for Operation {
    type Err = StructureError;

    fn from_str(text: &str) -> Result<Self, StructureError> {
        let fault = || StructureError::Operation { text: text.chars().take(60).collect() };
        let (linear, translation) = affine(text).ok_or_else(fault)?;
        let whole = linear.iter().flatten().all(|x| x.fract() == 0.0 && x.abs() <= 4.0);
        let rotation = linear.map(|row| row.map(|x| x as i32));
        if !whole || super::vectors::determinant_int(&rotation).abs() != 1 {
            return Err(fault());
        }
        Ok(Self { rotation, translation })
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |i: usize| {
            let mut text = String::new();
            for (n, name) in self.rotation[i].into_iter().zip(["x", "y", "z"]) {
                match n {
                    0 => {}
                    1 if text.is_empty() => text += name,
                    1 => text += &format!("+{name}"),
                    -1 => text += &format!("-{name}"),
                    n if text.is_empty() => text += &format!("{n}{name}"),
                    n => text += &format!("{n:+}{name}"),
                }
            }
            text + &fraction(self.translation[i], self.rotation[i] != [0; 3])
        };
        write!(f, "{},{},{}", row(0), row(1), row(2))
    }
}

/// A translation as a fraction of 24 parts, or as a decimal where it is none.
fn fraction(x: f64, signed: bool) -> String {
    if x == 0.0 {
        return if signed { String::new() } else { "0".to_string() };
    }
    let sign = if x < 0.0 {
        "-"
    } else if signed {
        "+"
    } else {
        ""
    };
    let parts = (x.abs() * 24.0).round();
    if (x.abs() * 24.0 - parts).abs() > 1e-6 {
        return format!("{sign}{}", x.abs());
    }
    let divisor =
        [24, 12, 8, 6, 4, 3, 2, 1].into_iter().find(|d| parts as i64 % d == 0).unwrap_or(1);
    match (parts as i64 / divisor, 24 / divisor) {
        (n, 1) => format!("{sign}{n}"),
        (n, d) => format!("{sign}{n}/{d}"),
    }
}

/// Reads three sums such as `x, 2x+1/4, -z`: the factors of x, y, z in each, and the constants.
pub(super) fn affine(text: &str) -> Option<(Matrix, Vector)> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let parts: Vec<&str> = text.split(',').collect();
    let rows: Vec<(Vector, f64)> = parts.into_iter().map(sum).collect::<Option<_>>()?;
    let [a, b, c]: [(Vector, f64); 3] = rows.try_into().ok()?;
    Some(([a.0, b.0, c.0], [a.1, b.1, c.1]))
}

/// One sum: factors of x, y, z and the constant.
fn sum(text: &str) -> Option<(Vector, f64)> {
    let (mut factors, mut constant) = ([0.0; 3], 0.0);
    let mut rest = text;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let (sign, after) = match rest.as_bytes()[0] {
            b'+' => (1.0, &rest[1..]),
            b'-' => (-1.0, &rest[1..]),
            _ if rest.len() == text.len() => (1.0, rest),
            _ => return None,
        };
        let end = after.find(['+', '-']).unwrap_or(after.len());
        let (number, variable) = term(&after[..end])?;
        match variable {
            Some(k) => factors[k] += sign * number,
            None => constant += sign * number,
        }
        rest = &after[end..];
    }
    Some((factors, constant))
}

/// One term such as `2x`, `2*x`, `y`, `1/2` or `0.25`.
fn term(text: &str) -> Option<(f64, Option<usize>)> {
    let variable = text.chars().last().and_then(|c| "xyz".find(c.to_ascii_lowercase()));
    let number = match variable {
        Some(_) => text[..text.len() - 1].trim_end_matches('*'),
        None => text,
    };
    if number.is_empty() {
        return variable.map(|k| (1.0, Some(k)));
    }
    let plain = |text: &str| {
        let is_plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.len() < 20;
        text.parse::<f64>().ok().filter(|_| is_plain)
    };
    let number = match number.split_once('/') {
        Some((n, d)) => plain(n)? / plain(d).filter(|d| *d != 0.0)?,
        None => plain(number)?,
    };
    Some((number, variable))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn operations_are_read_in_all_usual_writings() {
        let cases = [
            ("x,y,z", "x,y,z"),
            (" X , -Y, +Z ", "x,-y,z"),
            ("1/2+x, 1/2-y, -z+0.25", "x+1/2,-y+1/2,-z+1/4"),
            ("-y, x-y, z+2/3", "-y,x-y,z+2/3"),
            ("y-x,y,-z-1/2", "-x+y,y,-z-1/2"),
            ("x,y,z+.333333333", "x,y,z+1/3"),
        ];
        for (text, shown) in cases {
            assert_eq!(text.parse::<Operation>().unwrap().to_string(), shown, "{text}");
        }
    }

    #[test]
    fn what_is_no_operation_is_refused() {
        let cases = [
            "",
            "x,y",
            "x,y,z,x",
            "x,y,w",
            "x,x,z",
            "x,y,1/0",
            "x y z",
            "x,,z",
            "x,y,z+",
            "xy,y,z",
            "x,y,é",
            "2x,y,z",
            "x,y,1e5+z",
            "--x,y,z",
        ];
        for text in cases {
            assert!(text.parse::<Operation>().is_err(), "{text}");
        }
        let message = "x,y".parse::<Operation>().unwrap_err().to_string();
        assert_eq!(message, "`x,y` is not an operation such as `x, 1/2+y, -z`");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[xyzXYZ0-9+*/., é-]{0,25}") {
            let _ = text.parse::<Operation>();
        }
    }
}
