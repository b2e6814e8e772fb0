//! What is asked of a column.

use std::fmt;

use wgan_cond::{Condition, Value};
use wgan_core::mean_and_deviation;

use crate::error::MaterialsError;
use crate::table::{Cells, Column, ColumnRole, Table};

/// Half width of an interval that is not given, in standard deviations of the numbers.
const DEFAULT_WIDTH: f64 = 0.1;

/// One column and what candidates shall have in it: a number in `centre ± half_width`, or a class.
///
/// A number without a width gets a tenth of the column's standard deviation. An interval asked of classes that are named by
/// numbers means all classes within it.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Name of the column.
    pub name: String,
    /// What its cells shall be.
    pub wanted: Wanted,
}

/// What a cell shall be.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// A number.
    Within {
        /// Middle of the interval, in the unit of the column.
        centre: f64,
        /// Half the length of the interval.
        half_width: f64,
        /// Smallest and largest known number.
        range: (f64, f64),
        /// Standard deviation of the known numbers.
        deviation: f64,
    },
    /// One of these classes.
    Classes {
        /// Their places among the classes of the column, rising.
        places: Vec<u32>,
        /// As they were asked for.
        text: String,
    },
}

impl Target {
    /// What `conditions` ask of the columns of `table`, in the order of its columns.
    ///
    /// A name is that of a column or, where only one fits, differs from it in upper and lower case.
    ///
    /// # Errors
    /// A name that no column has, a constant, one asked for twice, a value that is no number or a class that does not occur.
    pub fn of_table(conditions: &[Condition], table: &Table) -> Result<Vec<Self>, MaterialsError> {
        for name in conditions.iter().flat_map(Condition::names) {
            check_role(name, table)?;
        }
        Self::of(conditions, &table.columns)
    }

    /// What `conditions` ask of `columns`, in their order.
    ///
    /// # Errors
    /// As [`Target::of_table`].
    pub fn of(conditions: &[Condition], columns: &[Column]) -> Result<Vec<Self>, MaterialsError> {
        let mut found: Vec<(usize, Self)> = Vec::new();
        for condition in conditions {
            for name in condition.names() {
                let place = position(name, columns)?;
                let column = &columns[place];
                if found.iter().any(|(other, _)| *other == place) {
                    return Err(refused(&column.name, "it is asked for twice"));
                }
                if let Some(value) = condition.get(name) {
                    found.push((place, Self::new(column, value)?));
                }
            }
        }
        found.sort_by_key(|(place, _)| *place);
        Ok(found.into_iter().map(|(_, target)| target).collect())
    }

    /// Names of the columns that `names` stand for, in the order of the table.
    ///
    /// # Errors
    /// A name that no column has, a constant, one named twice.
    pub fn names(names: &[String], table: &Table) -> Result<Vec<String>, MaterialsError> {
        let mut places: Vec<usize> = Vec::new();
        for name in names {
            check_role(name, table)?;
            let place = position(name, &table.columns)?;
            check_varies(&table.columns[place])?;
            if places.contains(&place) {
                return Err(refused(name, "it is asked for twice"));
            }
            places.push(place);
        }
        places.sort_unstable();
        Ok(places.into_iter().map(|place| table.columns[place].name.clone()).collect())
    }

    fn new(column: &Column, value: &Value) -> Result<Self, MaterialsError> {
        check_varies(column)?;
        let name = column.name.clone();
        let wanted = match &column.cells {
            Cells::Numbers(numbers) => within(column, numbers, value)?,
            Cells::Classes { levels, .. } => classes(column, levels, value)?,
        };
        Ok(Self { name, wanted })
    }

    /// Rows of `table` that meet all targets.
    pub fn rows(targets: &[Self], table: &Table) -> Vec<usize> {
        let has = |target: &Self, row: usize| {
            let value = table.column(&target.name).ok().and_then(|column| column.value(row));
            value.is_some_and(|value| target.holds(value))
        };
        (0..table.len()).filter(|&row| targets.iter().all(|target| has(target, row))).collect()
    }

    /// Whether a number, or the place of a class, meets the target.
    pub fn holds(&self, value: f64) -> bool {
        match &self.wanted {
            // Decimal fractions such as 1.5 ± 0.2 end a rounding error off.
            Wanted::Within { centre, half_width, deviation, .. } => {
                (value - centre).abs() <= half_width + 1e-9 * deviation
            }
            Wanted::Classes { places, .. } => places.contains(&(value as u32)),
        }
    }

    /// How far a number is from the interval, in standard deviations; 0 where the target is met, none for another class.
    pub fn distance(&self, value: f64) -> Option<f64> {
        if self.holds(value) {
            return Some(0.0);
        }
        match self.wanted {
            Wanted::Within { deviation, .. } => {
                Some((value - self.nearest(value)).abs() / deviation)
            }
            Wanted::Classes { .. } => None,
        }
    }

    /// The nearest number that meets the target; a class stays what it is.
    pub fn nearest(&self, value: f64) -> f64 {
        match self.wanted {
            Wanted::Within { centre, half_width, .. } => {
                value.clamp(centre - half_width, centre + half_width)
            }
            Wanted::Classes { .. } => value,
        }
    }

    /// What forests learn for the target: the number, or 1 for one of the classes and 0 for another.
    pub fn label(&self, value: f64) -> f64 {
        match self.wanted {
            Wanted::Within { .. } => value,
            Wanted::Classes { .. } => f64::from(u8::from(self.holds(value))),
        }
    }

    /// Whether what a forest predicts for [`label`](Self::label) meets the target.
    pub fn holds_predicted(&self, label: f64) -> bool {
        match self.wanted {
            Wanted::Within { .. } => self.holds(label),
            Wanted::Classes { .. } => label > 0.5,
        }
    }

    /// How far a predicted label is from what was asked for: from the centre of the interval, or from 1.
    pub fn deviation(&self, label: f64) -> f64 {
        match self.wanted {
            Wanted::Within { centre, .. } => (label - centre).abs(),
            Wanted::Classes { .. } => (1.0 - label).abs(),
        }
    }

    /// Why the target is an extrapolation, if it is one.
    pub fn extrapolation(&self) -> Option<String> {
        match self.wanted {
            Wanted::Within { centre, range: (low, high), .. } => (centre < low || centre > high)
                .then(|| {
                    format!("{self} is an extrapolation: the known values are {low} to {high}")
                }),
            Wanted::Classes { .. } => None,
        }
    }
}

/// As it is written on the command line.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.wanted {
            Wanted::Within { centre, half_width, .. } => {
                let rounded: f64 = format!("{half_width:.2e}").parse().unwrap_or(*half_width);
                write!(f, "{}={centre}±{rounded}", self.name)
            }
            Wanted::Classes { text, .. } => write!(f, "{}={text}", self.name),
        }
    }
}

/// The interval that is asked of a column of numbers.
fn within(
    column: &Column,
    numbers: &[Option<f64>],
    value: &Value,
) -> Result<Wanted, MaterialsError> {
    let known: Vec<f64> = numbers.iter().flatten().copied().collect();
    let low = known.iter().copied().fold(f64::INFINITY, f64::min);
    let high = known.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let deviation = mean_and_deviation(&known).1;
    let (centre, half_width) = match *value {
        Value::Number(centre) => (centre, DEFAULT_WIDTH * deviation),
        Value::Within { centre, half_width } => (centre, half_width),
        Value::Category(ref text) => {
            let unit = column.unit.as_ref();
            let unit = unit.map(|unit| format!("; the unit is {unit} and is not written"));
            let reason = format!(
                "{text:?} is not a number such as 1.5 or 1.5±0.2{}",
                unit.unwrap_or_default()
            );
            return Err(refused(&column.name, reason));
        }
    };
    if !centre.is_finite() || !half_width.is_finite() {
        return Err(refused(&column.name, format!("{value} is not finite")));
    }
    Ok(Wanted::Within { centre, half_width, range: (low, high), deviation })
}

/// The classes that are asked of a column of classes.
fn classes(column: &Column, levels: &[String], value: &Value) -> Result<Wanted, MaterialsError> {
    let meets = |level: &str| match *value {
        Value::Category(ref text) => level == text,
        Value::Number(number) => level.parse() == Ok(number),
        Value::Within { centre, half_width } => {
            level.parse().is_ok_and(|number: f64| (number - centre).abs() <= half_width + 1e-9)
        }
    };
    let places: Vec<u32> =
        (0..levels.len()).filter(|&i| meets(&levels[i])).map(|i| i as u32).collect();
    if places.is_empty() {
        let reason = format!("no row has the value {value}; the values are {}", list(levels));
        return Err(refused(&column.name, reason));
    }
    Ok(Wanted::Classes { places, text: value.to_string() })
}

/// Classes that a message shows.
const MAX_SHOWN: usize = 20;

fn list(levels: &[String]) -> String {
    let shown = levels.iter().take(MAX_SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match levels.len().saturating_sub(MAX_SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Refuses a column that is there but is not modelled.
fn check_role(name: &str, table: &Table) -> Result<(), MaterialsError> {
    let column = table.summary.columns.iter().find(|column| column.name == name);
    match column.filter(|column| !column.role.is_modelled()) {
        Some(column) if column.role == ColumnRole::Formula => {
            Err(refused(name, "it holds the formulas"))
        }
        Some(column) => {
            Err(refused(name, column.reason.as_deref().unwrap_or("it is not modelled")))
        }
        None => Ok(()),
    }
}

/// Place of the column of this name.
fn position(name: &str, columns: &[Column]) -> Result<usize, MaterialsError> {
    if let Some(place) = columns.iter().position(|column| column.name == name) {
        return Ok(place);
    }
    let lower = name.to_lowercase();
    let alike = |place: &usize| columns[*place].name.to_lowercase() == lower;
    match (0..columns.len()).filter(alike).collect::<Vec<_>>()[..] {
        [place] => Ok(place),
        _ => Err(MaterialsError::NoSuchProperty {
            name: name.to_owned(),
            properties: columns.iter().map(|column| column.name.clone()).collect(),
        }),
    }
}

/// Refuses a column whose cells are all the same.
fn check_varies(column: &Column) -> Result<(), MaterialsError> {
    let mut values = (0..column.len()).filter_map(|row| column.value(row).map(|v| (row, v)));
    let Some((row, first)) = values.next() else {
        return Err(refused(&column.name, "no row has a value"));
    };
    match values.any(|(_, value)| value != first) {
        true => Ok(()),
        false => {
            let text = column.text(row).unwrap_or_default();
            Err(refused(&column.name, format!("constant: every value is {text}")))
        }
    }
}

fn refused(name: &str, reason: impl Into<String>) -> MaterialsError {
    MaterialsError::NoCondition { name: name.to_owned(), reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column> {
        let column = |name: &str, values: &[f64]| {
            let mut column = Column::numbers(name, values.iter().copied().map(Some).collect());
            column.unit = name.strip_suffix("_eV").map(|_| "eV".to_owned());
            column
        };
        vec![
            column("gap_eV", &[0.0, 1.0, 2.5, 4.5]),
            Column::classes("is_oxide", &["0", "1", "1", "0"].map(Some)),
            column("same", &[3.0, 3.0, 3.0, 3.0]),
            column("Tc", &[0.5, 1.0, 2.5, 4.5]),
            column("TC", &[0.5, 1.0, 2.5, 4.5]),
            Column::classes("phase", &["bcc", "fcc", "hcp", "fcc"].map(Some)),
            Column::classes("grade", &["3", "4", "5", "7"].map(Some)),
        ]
    }

    fn targets(texts: &[&str]) -> Result<Vec<Target>, MaterialsError> {
        let conditions: Vec<Condition> = texts.iter().map(|text| text.parse().unwrap()).collect();
        Target::of(&conditions, &columns())
    }

    fn target(text: &str) -> Target {
        targets(&[text]).unwrap().remove(0)
    }

    #[test]
    fn intervals_classes_and_default_widths_are_read() {
        for text in ["gap_eV=1.5±0.2", "gap_eV=1.5+-0.2", "GAP_ev = 1.5 ± 0.2"] {
            assert_eq!(target(text).to_string(), "gap_eV=1.5±0.2");
        }
        let both = targets(&["is_oxide=1", "gap_eV=2"]).unwrap();
        assert_eq!(both[1].to_string(), "is_oxide=1");
        // (0, 1, 2.5, 4.5): mean 2, deviation √((4 + 1 + 0.25 + 6.25)/4)
        let Wanted::Within { half_width, .. } = both[0].wanted else { panic!("{both:?}") };
        assert!((half_width - 0.1 * 2.875_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn ordinary_numbers_are_asked_for_beside_large_ones() {
        for large in [1e155, 1e200, -1e300, 1.797e308, 1e-200] {
            let column = Column::numbers("x", [1.0, 2.0, 4.0, large].map(Some).to_vec());
            let target = Target::of(&["x=4".parse().unwrap()], &[column]).unwrap().remove(0);
            let Wanted::Within { centre, half_width, .. } = target.wanted else { panic!() };
            assert!(centre == 4.0 && half_width.is_normal(), "{large:e}");
        }
    }

    #[test]
    fn classes_are_asked_for_by_name_number_or_interval() {
        let phase = target("phase=fcc");
        assert!(phase.holds(1.0) && !phase.holds(0.0) && phase.distance(0.0).is_none());
        assert_eq!((phase.label(1.0), phase.label(2.0)), (1.0, 0.0));
        assert!(phase.holds_predicted(0.6) && !phase.holds_predicted(0.5));
        let grades = target("grade=4±1");
        assert_eq!(
            (0..4).map(|i| grades.holds(f64::from(i))).collect::<Vec<_>>(),
            [true, true, true, false]
        );
    }

    #[test]
    fn what_cannot_be_asked_for_is_named() {
        for (texts, expected) in [
            (&["gap=1"][..], "no property `gap`; the properties are `gap_eV`, `is_oxide`"),
            (&["tc=1"][..], "no property `tc`"),
            (
                &["gap_eV=1.5 eV"][..],
                "`gap_eV`: \"1.5 eV\" is not a number such as 1.5 or 1.5±0.2; the unit is eV and is not written",
            ),
            (&["Tc=high"][..], "condition `Tc`: \"high\" is not a number such as 1.5 or 1.5±0.2"),
            (&["is_oxide=yes"][..], "no row has the value yes; the values are 0, 1"),
            (&["gap_eV=nan"][..], "condition `gap_eV`: NaN is not finite"),
            (&["is_oxide=2"][..], "no row has the value 2; the values are 0, 1"),
            (&["phase=liquid"][..], "no row has the value liquid; the values are bcc, fcc, hcp"),
            (&["same=3"][..], "condition `same`: constant: every value is 3"),
            (&["gap_eV=1", "GAP_EV=2"][..], "condition `gap_eV`: it is asked for twice"),
        ] {
            let message = targets(texts).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn beyond_the_known_values_is_allowed_and_flagged() {
        assert_eq!(target("gap_eV=4±1").extrapolation(), None);
        let flag = target("gap_eV=9±1").extrapolation().unwrap();
        assert_eq!(flag, "gap_eV=9±1 is an extrapolation: the known values are 0 to 4.5");
    }

    #[test]
    fn both_ends_of_the_interval_belong_to_it() {
        let target = target("gap_eV=1.5±0.2");
        assert!(target.holds(1.7) && target.holds(1.3) && !target.holds(1.701));
        assert!(target.holds(target.nearest(9.0)) && target.holds(target.nearest(0.0)));
        assert_eq!(target.nearest(1.45), 1.45);
    }
}
