//! Properties that are given before anything is generated.

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};
use wgan_cond::{Condition, ConditionColumn, Schema};

use super::RankTransform;
use crate::error::MaterialsError;
use crate::table::Property;
use crate::target::{Target, classes};

/// Rows that candidates take their amounts from, at least: the nearest ones where fewer meet the targets.
const LEAST_ROWS: usize = 32;

/// The given properties of the known materials, and their coding.
///
/// A number is coded by its rank, a class one-hot, what is missing as zeros; then come the rank of each property, as
/// among the generated ones, and 1 where it is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conditions {
    schema: Schema,
    ranks: Vec<RankTransform>,
    properties: Vec<Property>,
}

impl Conditions {
    /// Conditions on these properties of the known materials.
    ///
    /// # Errors
    /// A property that does not vary.
    pub fn fit(properties: Vec<Property>) -> Result<Self, MaterialsError> {
        let column = |property: &Property| match classes(&property.values) {
            Some(_) => ConditionColumn::categories(&property.name),
            None => {
                let unit = property.unit.as_deref().unwrap_or("");
                ConditionColumn::number(&property.name, unit).by_rank()
            }
        };
        let columns: Vec<ConditionColumn> = properties.iter().map(column).collect();
        let schema = Schema::fit(&columns, &rows(&properties))?;
        let rank =
            |property: &Property| RankTransform::fit(property.values.iter().flatten().copied());
        Ok(Self { schema, ranks: properties.iter().map(rank).collect(), properties })
    }

    /// The given properties, with the values of the known materials.
    pub fn properties(&self) -> &[Property] {
        &self.properties
    }

    /// Width of a coded condition; 0 if nothing is given.
    pub fn width(&self) -> usize {
        self.schema.width() + 2 * self.properties.len()
    }

    /// What the known materials have themselves.
    ///
    /// # Errors
    /// A class that the properties did not have when this was fitted.
    pub fn given(&self) -> Result<Given, MaterialsError> {
        let n = self.properties.first().map_or(0, |property| property.values.len());
        self.coded((0..n).collect(), self.properties.clone())
    }

    /// What the candidates shall have: the known materials that meet the targets, or the 32 nearest ones with
    /// their values moved to the nearest that does.
    ///
    /// Nearness is the sum over the targets of the distance to the interval in standard deviations. A row that
    /// misses a value or is of another class than asked for does not count.
    ///
    /// # Errors
    /// [`MaterialsError::NoneMeets`] if no row counts.
    pub fn meeting(&self, targets: &[Target]) -> Result<Given, MaterialsError> {
        let mut near: Vec<(f64, usize)> = (0..self.given()?.rows.len())
            .filter_map(|row| Some((self.distance(row, targets)?, row)))
            .collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let n_meeting = near.iter().filter(|(distance, _)| *distance == 0.0).count();
        near.truncate(n_meeting.max(LEAST_ROWS));
        if near.is_empty() {
            let targets = targets.iter().map(Target::to_string).collect();
            return Err(MaterialsError::NoneMeets { targets });
        }
        let mut properties = self.properties.clone();
        for property in &mut properties {
            if let Some(target) = targets.iter().find(|target| target.name == property.name) {
                for value in property.values.iter_mut().flatten() {
                    if !target.holds(*value) {
                        *value = target.nearest(*value);
                    }
                }
            }
        }
        let mut rows: Vec<usize> = near.into_iter().map(|(_, row)| row).collect();
        rows.sort_unstable();
        Ok(Given { n_meeting, ..self.coded(rows, properties)? })
    }

    fn distance(&self, row: usize, targets: &[Target]) -> Option<f64> {
        let one = |target: &Target| {
            let property = self.properties.iter().find(|p| p.name == target.name)?;
            let value = property.values[row]?;
            if target.holds(value) {
                return Some(0.0);
            }
            let away = (value - target.nearest(value)).abs() / target.deviation;
            (!target.is_class).then_some(away)
        };
        targets.iter().map(one).sum()
    }

    /// `properties` coded; those of `rows` are going to be asked for.
    fn coded(&self, rows: Vec<usize>, properties: Vec<Property>) -> Result<Given, MaterialsError> {
        let wanted: Vec<Condition> = rows.iter().map(|&row| condition(&properties, row)).collect();
        let coded = self.schema.encode_given(&wanted)?.y;
        let width = self.width();
        let n = properties.first().map_or(0, |property| property.values.len());
        let mut codes = vec![0.0; n * width];
        for (&row, code) in rows.iter().zip(coded.rows()) {
            let values = || self.ranks.iter().zip(properties.iter().map(|p| p.values[row]));
            let ranks = values().map(|(rank, v)| v.map_or(0.0, |v| rank.encode(v)) as f32);
            let is_known = values().map(|(_, v)| f32::from(u8::from(v.is_some())));
            let code = code.iter().copied().chain(ranks).chain(is_known);
            codes[row * width..].iter_mut().zip(code).for_each(|(to, entry)| *to = entry);
        }
        Ok(Given { n_meeting: rows.len(), rows, properties, codes, width })
    }
}

/// Given properties of rows of the known materials.
#[derive(Clone, Debug)]
pub struct Given {
    /// The rows, rising.
    pub rows: Vec<usize>,
    /// How many of them met the targets before anything was moved.
    pub n_meeting: usize,
    /// The given properties, one value per known material; those outside `rows` are of no use.
    pub properties: Vec<Property>,
    /// `n × width` codes of the known materials.
    codes: Vec<f32>,
    width: usize,
}

impl Given {
    /// Nothing about `n` known materials.
    pub fn nothing(n: usize) -> Self {
        let (properties, codes) = (Vec::new(), Vec::new());
        Self { rows: (0..n).collect(), n_meeting: n, properties, codes, width: 0 }
    }

    /// Entries `m` of a code.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Codes `[n, m]` of these rows of the known materials; none if nothing is given.
    pub fn codes(&self, rows: &[usize], device: &Device) -> Option<Tensor<2>> {
        if self.width == 0 {
            return None;
        }
        let of = |row: &usize| &self.codes[row * self.width..(row + 1) * self.width];
        let codes: Vec<f32> = rows.iter().flat_map(of).copied().collect();
        Some(Tensor::from_data(TensorData::new(codes, [rows.len(), self.width]), device))
    }
}

fn rows(properties: &[Property]) -> Vec<Condition> {
    let n = properties.first().map_or(0, |property| property.values.len());
    (0..n).map(|row| condition(properties, row)).collect()
}

fn condition(properties: &[Property], row: usize) -> Condition {
    properties.iter().fold(Condition::new(), |condition, property| match property.values[row] {
        Some(value) => condition.with(&property.name, value),
        None => condition,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conditions() -> Conditions {
        let gap = (0..100).map(|i| (i != 7).then_some(f64::from(i) / 10.0)).collect();
        let class = (0..100).map(|i| Some(f64::from(i % 4 / 3))).collect(); // every fourth row is 1
        let property = |name: &str, values| Property { name: name.into(), unit: None, values };
        Conditions::fit(vec![property("gap", gap), property("class", class)]).unwrap()
    }

    fn meeting(text: &str) -> Given {
        let (conditions, asked) = (conditions(), text.parse().unwrap());
        let targets = Target::of(&[asked], conditions.properties()).unwrap();
        conditions.meeting(&targets).unwrap()
    }

    #[test]
    fn rows_within_the_interval_keep_their_values() {
        let given = meeting("gap=5±2");
        assert_eq!(given.rows, (30..=70).collect::<Vec<_>>());
        assert!(
            given
                .rows
                .iter()
                .all(|&row| given.properties[0].values[row] == Some(row as f64 / 10.0))
        );
    }

    #[test]
    fn a_narrow_interval_takes_the_nearest_rows_and_moves_their_values() {
        let given = meeting("gap=5±0.1");
        assert_eq!((given.rows.len(), given.n_meeting), (LEAST_ROWS, 3));
        assert!(given.rows.iter().all(|row| (34..=66).contains(row)));
        for &row in &given.rows {
            let value = given.properties[0].values[row].unwrap();
            assert!((4.9 - 1e-9..=5.1 + 1e-9).contains(&value), "{value}");
        }
    }

    #[test]
    fn a_class_is_never_taken_for_another() {
        let given = meeting("gap=5±0.1,class=1");
        assert_eq!(given.rows.len(), 24); // of 25, one has no gap
        assert!(given.rows.iter().all(|row| row % 4 == 3 && *row != 7));
    }

    #[test]
    fn codes_are_those_of_the_schema_and_missing_values_are_zeros() {
        let conditions = conditions();
        let given = conditions.given().unwrap();
        assert_eq!(conditions.width(), 8);
        let codes = given.codes(&[7, 99], &Device::flex()).unwrap();
        let codes: Vec<f32> = codes.into_data().iter::<f32>().collect();
        assert_eq!(codes[..5], [0.0, 0.0, 0.0, 1.0, 0.0]);
        assert_eq!(codes[6..8], [0.0, 1.0]);
        let last = 12_f32.sqrt() * (0.5 - 0.5 / 99.0);
        assert!((codes[8] - last).abs() < 1e-5 && (codes[12] - last).abs() < 1e-5, "{codes:?}");
        assert_eq!((&codes[9..12], &codes[14..]), (&[1.0, 0.0, 1.0][..], &[1.0, 1.0][..]));
    }
}
