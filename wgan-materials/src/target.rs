//! What is asked of a property.

use std::fmt;

use wgan_cond::{Condition, Value};

use crate::error::MaterialsError;
use crate::table::{ColumnRole, Property, Table};

/// Most different values of a property that counts as classes.
const MOST_CLASSES: usize = 10;

/// Half width of an interval that is not given, in standard deviations of the property.
const DEFAULT_WIDTH: f64 = 0.1;

/// One property and where it shall lie: `centre ± half_width`, or a class.
///
/// A property with at most ten different values, all whole numbers, is a class; any other is a number. A number
/// without a width gets a tenth of the property's standard deviation.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Name of the property.
    pub name: String,
    /// Middle of the interval, in the unit of the property; or the class.
    pub centre: f64,
    /// Half the length of the interval; 0 for a single class.
    pub half_width: f64,
    /// Whether the property is a class.
    pub is_class: bool,
    /// Smallest and largest known value.
    range: (f64, f64),
    /// Standard deviation of the known values.
    pub(crate) deviation: f64,
}

impl Target {
    /// What `conditions` ask of the properties of `table`, in the order of its columns.
    ///
    /// A name is that of a column or, where only one fits, differs from it in upper and lower case.
    ///
    /// # Errors
    /// A name that no property has, a constant property, one asked for twice, a value that is no number or a
    /// class that does not occur.
    pub fn of_table(conditions: &[Condition], table: &Table) -> Result<Vec<Self>, MaterialsError> {
        for name in conditions.iter().flat_map(Condition::names) {
            check_role(name, table)?;
        }
        Self::of(conditions, &table.properties())
    }

    /// What `conditions` ask of `properties`, in their order.
    ///
    /// # Errors
    /// As [`Target::of_table`].
    pub fn of(
        conditions: &[Condition],
        properties: &[Property],
    ) -> Result<Vec<Self>, MaterialsError> {
        let mut found: Vec<(usize, Self)> = Vec::new();
        for condition in conditions {
            for name in condition.names() {
                let place = position(name, properties)?;
                let property = &properties[place];
                if found.iter().any(|(other, _)| *other == place) {
                    return Err(refused(&property.name, "it is asked for twice"));
                }
                if let Some(value) = condition.get(name) {
                    found.push((place, Self::new(property, value)?));
                }
            }
        }
        found.sort_by_key(|(place, _)| *place);
        Ok(found.into_iter().map(|(_, target)| target).collect())
    }

    /// Names of the properties that `names` stand for, in the order of the table.
    ///
    /// # Errors
    /// A name that no property has, a constant property, one named twice.
    pub fn names(names: &[String], table: &Table) -> Result<Vec<String>, MaterialsError> {
        let properties = table.properties();
        let mut places: Vec<usize> = Vec::new();
        for name in names {
            check_role(name, table)?;
            let place = position(name, &properties)?;
            spread(&properties[place])?;
            if places.contains(&place) {
                return Err(refused(name, "it is asked for twice"));
            }
            places.push(place);
        }
        places.sort_unstable();
        Ok(places.into_iter().map(|place| properties[place].name.clone()).collect())
    }

    fn new(property: &Property, value: &Value) -> Result<Self, MaterialsError> {
        let name = property.name.clone();
        let (range, deviation) = spread(property)?;
        let classes = classes(&property.values);
        let (centre, half_width) = match *value {
            Value::Number(centre) if classes.is_some() => (centre, 0.0),
            Value::Number(centre) => (centre, DEFAULT_WIDTH * deviation),
            Value::Within { centre, half_width } => (centre, half_width),
            Value::Category(ref text) => {
                return Err(refused(&name, not_a_number(text, property, classes.as_deref())));
            }
        };
        if !centre.is_finite() || !half_width.is_finite() {
            return Err(refused(&name, format!("{value} is not finite")));
        }
        let is_class = classes.is_some();
        if let Some(classes) = classes.filter(|known| half_width == 0.0 && !known.contains(&centre))
        {
            let reason =
                format!("no row has the value {centre}; the values are {}", list(&classes));
            return Err(refused(&name, reason));
        }
        Ok(Self { name, centre, half_width, is_class, range, deviation })
    }

    /// Rows of `table` that meet all targets.
    pub fn rows(targets: &[Self], table: &Table) -> Vec<usize> {
        let has = |target: &Self, row: usize| {
            let number = table.column(&target.name).ok().and_then(|column| column.number(row));
            number.is_some_and(|number| target.holds(number))
        };
        (0..table.len()).filter(|&row| targets.iter().all(|target| has(target, row))).collect()
    }

    /// The nearest value that meets the target.
    pub fn nearest(&self, value: f64) -> f64 {
        value.clamp(self.centre - self.half_width, self.centre + self.half_width)
    }

    /// Whether a value meets the target.
    pub fn holds(&self, value: f64) -> bool {
        // Decimal fractions such as 1.5 ± 0.2 end a rounding error off.
        (value - self.centre).abs() <= self.half_width + 1e-9 * self.deviation
    }

    /// Whether a predicted value meets the target; a class is met by what rounds to it.
    pub fn holds_predicted(&self, value: f64) -> bool {
        let rounding = if self.is_class { 0.5 } else { 0.0 };
        (value - self.centre).abs() < self.half_width + rounding || self.holds(value)
    }

    /// Why the target is an extrapolation, if it is one.
    pub fn extrapolation(&self) -> Option<String> {
        let (least, most) = self.range;
        (self.centre < least || self.centre > most)
            .then(|| format!("{self} is an extrapolation: the known values are {least} to {most}"))
    }
}

/// As it is written on the command line.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.centre)?;
        if self.is_class && self.half_width == 0.0 {
            return Ok(());
        }
        let rounded: f64 = format!("{:.2e}", self.half_width).parse().unwrap_or(self.half_width);
        write!(f, "±{rounded}")
    }
}

/// The classes of a column of numbers in rising order, none if it is one of numbers proper.
pub(crate) fn classes(values: &[Option<f64>]) -> Option<Vec<f64>> {
    let mut values: Vec<f64> = values.iter().flatten().copied().collect();
    values.sort_unstable_by(f64::total_cmp);
    values.dedup();
    let is_class = values.len() <= MOST_CLASSES && values.iter().all(|value| value.fract() == 0.0);
    is_class.then_some(values)
}

/// Refuses a column that is there but is no property.
fn check_role(name: &str, table: &Table) -> Result<(), MaterialsError> {
    let column = table.summary.columns.iter().find(|column| column.name == name);
    match column.filter(|column| !column.role.is_modelled()) {
        Some(column) if column.role == ColumnRole::Formula => {
            Err(refused(name, "it holds the formulas"))
        }
        Some(column) => Err(refused(name, column.reason.as_deref().unwrap_or("it is no property"))),
        None => Ok(()),
    }
}

/// Place of the property of this name.
fn position(name: &str, properties: &[Property]) -> Result<usize, MaterialsError> {
    if let Some(place) = properties.iter().position(|property| property.name == name) {
        return Ok(place);
    }
    let lower = name.to_lowercase();
    let alike = |place: &usize| properties[*place].name.to_lowercase() == lower;
    match (0..properties.len()).filter(alike).collect::<Vec<_>>()[..] {
        [place] => Ok(place),
        _ => Err(MaterialsError::NoSuchProperty {
            name: name.to_owned(),
            properties: properties.iter().map(|property| property.name.clone()).collect(),
        }),
    }
}

/// Range and standard deviation of a property that varies.
fn spread(property: &Property) -> Result<((f64, f64), f64), MaterialsError> {
    let values: Vec<f64> = property.values.iter().flatten().copied().collect();
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if least >= most {
        return Err(refused(&property.name, format!("constant: every value is {least}")));
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
    Ok(((least, most), variance.sqrt()))
}

/// What could have been written in place of a text.
fn not_a_number(text: &str, property: &Property, classes: Option<&[f64]>) -> String {
    if let Some(classes) = classes {
        return format!("{text:?} is not one of the values {}", list(classes));
    }
    let unit =
        property.unit.as_ref().map(|unit| format!("; the unit is {unit} and is not written"));
    format!("{text:?} is not a number such as 1.5 or 1.5±0.2{}", unit.unwrap_or_default())
}

fn list(values: &[f64]) -> String {
    values.iter().map(f64::to_string).collect::<Vec<_>>().join(", ")
}

fn refused(name: &str, reason: impl Into<String>) -> MaterialsError {
    MaterialsError::NoCondition { name: name.to_owned(), reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties() -> Vec<Property> {
        let column = |name: &str, values: &[f64]| {
            let values = values.iter().copied().map(Some).collect();
            let unit = name.strip_suffix("_eV").map(|_| "eV".to_owned());
            Property { name: name.to_owned(), unit, values }
        };
        vec![
            column("gap_eV", &[0.0, 1.0, 2.5, 4.5]),
            column("is_oxide", &[0.0, 1.0, 1.0, 0.0]),
            column("same", &[3.0, 3.0, 3.0, 3.0]),
            column("Tc", &[0.5, 1.0, 2.5, 4.5]),
            column("TC", &[0.5, 1.0, 2.5, 4.5]),
        ]
    }

    fn targets(texts: &[&str]) -> Result<Vec<Target>, MaterialsError> {
        let conditions: Vec<Condition> = texts.iter().map(|text| text.parse().unwrap()).collect();
        Target::of(&conditions, &properties())
    }

    #[test]
    fn intervals_classes_and_default_widths_are_read() {
        for text in ["gap_eV=1.5±0.2", "gap_eV=1.5+-0.2", "GAP_ev = 1.5 ± 0.2"] {
            let target = &targets(&[text]).unwrap()[0];
            assert_eq!((target.centre, target.half_width, target.is_class), (1.5, 0.2, false));
            assert_eq!(target.to_string(), "gap_eV=1.5±0.2");
        }
        let both = targets(&["is_oxide=1", "gap_eV=2"]).unwrap();
        assert_eq!(both[1].to_string(), "is_oxide=1");
        assert!(both[1].is_class);
        // (0, 1, 2.5, 4.5): mean 2, deviation √((4 + 1 + 0.25 + 6.25)/4)
        assert!((both[0].half_width - 0.1 * 2.875_f64.sqrt()).abs() < 1e-12);
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
            (&["is_oxide=yes"][..], "`is_oxide`: \"yes\" is not one of the values 0, 1"),
            (&["gap_eV=nan"][..], "condition `gap_eV`: NaN is not finite"),
            (&["is_oxide=2"][..], "no row has the value 2; the values are 0, 1"),
            (&["same=3"][..], "condition `same`: constant: every value is 3"),
            (&["gap_eV=1", "GAP_EV=2"][..], "condition `gap_eV`: it is asked for twice"),
        ] {
            let message = targets(texts).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn beyond_the_known_values_is_allowed_and_flagged() {
        let target = |text: &str| targets(&[text]).unwrap().remove(0);
        assert_eq!(target("gap_eV=4±1").extrapolation(), None);
        let flag = target("gap_eV=9±1").extrapolation().unwrap();
        assert_eq!(flag, "gap_eV=9±1 is an extrapolation: the known values are 0 to 4.5");
    }

    #[test]
    fn both_ends_of_the_interval_belong_to_it() {
        let target = targets(&["gap_eV=1.5±0.2"]).unwrap().remove(0);
        assert!(target.holds(1.7) && target.holds(1.3) && !target.holds(1.701));
        assert!(target.holds(target.nearest(9.0)) && target.holds(target.nearest(0.0)));
        assert_eq!(target.nearest(1.45), 1.45);
    }
}
