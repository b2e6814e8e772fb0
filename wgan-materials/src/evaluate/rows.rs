//! The rows that are compared, wherever they come from.

use wgan_core::mean_and_deviation;

use crate::composition::Composition;
use crate::table::{Column, Table};

/// Compositions with named numeric properties of the same length, some of them missing.
#[derive(Clone, Debug)]
pub struct MaterialRows<'a> {
    /// One for each row.
    pub compositions: &'a [Composition],
    /// Columns, in the order in which they are shown.
    pub properties: Vec<PropertyColumn<'a>>,
}

/// A named property, one value for each row.
#[derive(Clone, Copy, Debug)]
pub struct PropertyColumn<'a> {
    /// The column's name.
    pub name: &'a str,
    /// Unit, where it is known.
    pub unit: Option<&'a str>,
    values: Values<'a>,
}

/// Where the values of a property stand.
#[derive(Clone, Copy, Debug)]
enum Values<'a> {
    Numbers(&'a [Option<f64>]),
    Column(&'a Column),
}

impl<'a> MaterialRows<'a> {
    /// Compositions without properties.
    pub fn new(compositions: &'a [Composition]) -> Self {
        Self { compositions, properties: Vec::new() }
    }

    /// Adds a property; rows beyond the end of `values` have none, and what is not finite counts as missing.
    pub fn with_property(mut self, name: &'a str, values: &'a [Option<f64>]) -> Self {
        let values = Values::Numbers(values);
        self.properties.push(PropertyColumn { name, unit: None, values });
        self
    }

    /// The property of this name.
    pub fn property(&self, name: &str) -> Option<PropertyColumn<'a>> {
        self.properties.iter().copied().find(|property| property.name == name)
    }

    pub(crate) fn len(&self) -> usize {
        self.compositions.len()
    }
}

impl Table {
    /// The rows for comparison with others: compositions, and the columns whose cells are numbers.
    pub fn material_rows(&self) -> MaterialRows<'_> {
        let columns = self.columns.iter().filter(|column| column.has_numbers());
        let property = |column| PropertyColumn::from(column);
        MaterialRows { compositions: self.formulas(), properties: columns.map(property).collect() }
    }
}

impl<'a> From<&'a Column> for PropertyColumn<'a> {
    fn from(column: &'a Column) -> Self {
        let values = Values::Column(column);
        Self { name: &column.name, unit: column.unit.as_deref(), values }
    }
}

impl<'a> PropertyColumn<'a> {
    /// The value of a row, if it has a finite one.
    pub fn value(&self, row: usize) -> Option<f64> {
        let value = match self.values {
            Values::Numbers(values) => values.get(row).copied().flatten(),
            Values::Column(column) => column.number(row),
        };
        value.filter(|value| value.is_finite())
    }

    /// Rows below `n` that have a value, with their values.
    pub(crate) fn known(&self, n: usize) -> (Vec<usize>, Vec<f64>) {
        (0..n).filter_map(|row| Some((row, self.value(row)?))).unzip()
    }
}

/// Properties that both tables have, reference first.
pub(super) fn shared<'a, 'b>(
    reference: &MaterialRows<'a>,
    candidates: &MaterialRows<'b>,
) -> Vec<(PropertyColumn<'a>, PropertyColumn<'b>)> {
    let pair = |real: &PropertyColumn<'a>| Some((*real, candidates.property(real.name)?));
    reference.properties.iter().filter_map(pair).collect()
}

/// Standard deviation `√(Σ (x − m)²/n)`, none for no values or a constant.
pub(super) fn standard_deviation(values: &[f64]) -> Option<f64> {
    let first = *values.first()?;
    if values.iter().all(|value| *value == first) {
        return None;
    }
    Some(mean_and_deviation(values).1).filter(|deviation| deviation.is_normal())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_number_is_missing() {
        let values = [Some(1.0), None, Some(f64::NAN), Some(f64::INFINITY), Some(-2.0)];
        let column = PropertyColumn { name: "x", unit: None, values: Values::Numbers(&values) };
        assert_eq!(column.known(6), (vec![0, 4], vec![1.0, -2.0]));
    }

    #[test]
    fn deviations_of_large_numbers_are_finite() {
        assert_eq!(standard_deviation(&[1e200, 3e200]), Some(1e200));
        assert!(standard_deviation(&[1.0, 2.0, f64::MAX]).is_some());
    }

    #[test]
    fn deviation_is_the_population_s_and_constants_have_none() {
        assert_eq!(standard_deviation(&[1.0, 3.0]), Some(1.0));
        assert_eq!(standard_deviation(&[0.1, 0.1, 0.1]), None);
        assert_eq!(standard_deviation(&[]), None);
    }
}
