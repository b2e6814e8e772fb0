//! Columns that are given before anything is generated.

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};
use wgan_cond::{Condition, ConditionColumn, Schema};

use super::ColumnSpace;
use crate::error::MaterialsError;
use crate::table::{Cells, Column};
use crate::target::Target;

/// Rows that candidates take their amounts from, at least: the nearest ones where fewer meet the targets.
const MIN_ROWS: usize = 32;

/// The given columns of the known materials, and their coding.
///
/// A number is coded by its rank, a class one-hot, what is missing as zeros; then come the codes of the given cells as among the
/// generated ones, and for each column 1 where it is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conditions {
    schema: Schema,
    space: ColumnSpace,
    columns: Vec<Column>,
}

impl Conditions {
    /// Conditions on these columns of the known materials.
    ///
    /// # Errors
    /// A column that does not vary.
    pub fn fit(columns: Vec<Column>) -> Result<Self, MaterialsError> {
        let declared = |column: &Column| match column.is_class() {
            true => ConditionColumn::categories(&column.name),
            false => {
                let unit = column.unit.as_deref().unwrap_or("");
                ConditionColumn::number(&column.name, unit).by_rank()
            }
        };
        let declared: Vec<ConditionColumn> = columns.iter().map(declared).collect();
        let n = columns.first().map_or(0, Column::len);
        let rows: Vec<Condition> = (0..n).map(|row| condition(&columns, row)).collect();
        let schema = Schema::fit(&declared, &rows)?;
        Ok(Self { schema, space: ColumnSpace::fit(&columns), columns })
    }

    /// Whether it could have been fitted to columns of `n` rows.
    pub(crate) fn is_sound(&self, n: usize) -> bool {
        let is_whole = |column: &Column| column.len() == n && column.cells.is_sound();
        self.columns.iter().all(is_whole)
            && Self::fit(self.columns.clone()).is_ok_and(|fitted| fitted == *self)
    }

    /// The given columns, with the cells of the known materials.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Width of a coded condition; 0 if nothing is given.
    pub fn width(&self) -> usize {
        let expected = |column: &Column| self.space.entries(&column.name).map_or(0, |e| e.len());
        let expected: usize = self.columns.iter().map(expected).sum();
        self.schema.width() + expected + self.columns.len()
    }

    /// What the known materials have themselves.
    ///
    /// # Errors
    /// A class that the columns did not have when this was fitted.
    pub fn given(&self) -> Result<Given, MaterialsError> {
        let n = self.columns.first().map_or(0, Column::len);
        self.coded((0..n).collect(), self.columns.clone())
    }

    /// What the candidates shall have: the known materials that meet the targets, or the 32 nearest ones with
    /// their numbers moved to the nearest that does.
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
        near.truncate(n_meeting.max(MIN_ROWS));
        if near.is_empty() {
            let targets = targets.iter().map(Target::to_string).collect();
            return Err(MaterialsError::NoneMeets { targets });
        }
        let mut columns = self.columns.clone();
        for column in &mut columns {
            let target = targets.iter().find(|target| target.name == column.name);
            if let (Some(target), Cells::Numbers(numbers)) = (target, &mut column.cells) {
                for number in numbers.iter_mut().flatten() {
                    if !target.holds(*number) {
                        *number = target.nearest(*number);
                    }
                }
            }
        }
        let mut rows: Vec<usize> = near.into_iter().map(|(_, row)| row).collect();
        rows.sort_unstable();
        Ok(Given { n_meeting, ..self.coded(rows, columns)? })
    }

    fn distance(&self, row: usize, targets: &[Target]) -> Option<f64> {
        let one = |target: &Target| {
            let column = self.columns.iter().find(|column| column.name == target.name)?;
            target.distance(column.value(row)?)
        };
        targets.iter().map(one).sum()
    }

    /// `columns` coded; those of `rows` are going to be asked for.
    fn coded(&self, rows: Vec<usize>, columns: Vec<Column>) -> Result<Given, MaterialsError> {
        let wanted: Vec<Condition> = rows.iter().map(|&row| condition(&columns, row)).collect();
        let coded = self.schema.encode_given(&wanted)?.y;
        let width = self.width();
        let n = columns.first().map_or(0, Column::len);
        let generated = self.space.encode(&columns);
        let entries = columns.iter().filter_map(|column| self.space.entries(&column.name));
        let places: Vec<usize> = entries.flatten().collect();
        let mut codes = vec![0.0; n * width];
        for (&row, code) in rows.iter().zip(coded.rows()) {
            let of_row = &generated[row * self.space.width()..];
            let expected = places.iter().map(|&place| of_row[place]);
            let is_known = columns.iter().map(|c| f32::from(u8::from(c.value(row).is_some())));
            let code = code.iter().copied().chain(expected).chain(is_known);
            codes[row * width..].iter_mut().zip(code).for_each(|(to, entry)| *to = entry);
        }
        Ok(Given { n_meeting: rows.len(), rows, columns, codes, width })
    }
}

/// Given cells of rows of the known materials.
#[derive(Clone, Debug)]
pub struct Given {
    /// The rows, rising.
    pub rows: Vec<usize>,
    /// How many of them met the targets before anything was moved.
    pub n_meeting: usize,
    /// The given columns, one cell per known material; those outside `rows` are of no use.
    pub columns: Vec<Column>,
    /// `n × width` codes of the known materials.
    codes: Vec<f32>,
    width: usize,
}

impl Given {
    /// Nothing about `n` known materials.
    pub fn nothing(n: usize) -> Self {
        let (columns, codes) = (Vec::new(), Vec::new());
        Self { rows: (0..n).collect(), n_meeting: n, columns, codes, width: 0 }
    }

    /// Entries `m` of a code.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Code `[m]` of a row of the known materials.
    pub(super) fn code(&self, row: usize) -> &[f32] {
        &self.codes[row * self.width..(row + 1) * self.width]
    }

    /// Codes `[n, m]` of these rows of the known materials; none if nothing is given.
    ///
    /// # Shapes
    /// - returns: `[n, m]`
    pub fn codes(&self, rows: &[usize], device: &Device) -> Option<Tensor<2>> {
        if self.width == 0 {
            return None;
        }
        let codes: Vec<f32> = rows.iter().flat_map(|&row| self.code(row)).copied().collect();
        Some(Tensor::from_data(TensorData::new(codes, [rows.len(), self.width]), device))
    }
}

/// What is known of these columns in a row.
fn condition(columns: &[Column], row: usize) -> Condition {
    columns.iter().fold(Condition::new(), |condition, column| match &column.cells {
        Cells::Numbers(numbers) => match numbers[row] {
            Some(number) => condition.with(&column.name, number),
            None => condition,
        },
        Cells::Classes { .. } => match column.text(row) {
            Some(class) => condition.with(&column.name, class.as_str()),
            None => condition,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conditions() -> Conditions {
        let gap = (0..100).map(|i| (i != 7).then_some(f64::from(i) / 10.0)).collect();
        let class: Vec<Option<&str>> = (0..100).map(|i| Some(["0", "1"][i % 4 / 3])).collect(); // every fourth row is 1
        let columns = vec![Column::numbers("gap", gap), Column::classes("class", &class)];
        Conditions::fit(columns).unwrap()
    }

    fn meeting(text: &str) -> Given {
        let (conditions, asked) = (conditions(), text.parse().unwrap());
        let targets = Target::of(&[asked], conditions.columns()).unwrap();
        conditions.meeting(&targets).unwrap()
    }

    #[test]
    fn rows_within_the_interval_keep_their_values() {
        let given = meeting("gap=5±2");
        assert_eq!(given.rows, (30..=70).collect::<Vec<_>>());
        assert!(
            given.rows.iter().all(|&row| given.columns[0].value(row) == Some(row as f64 / 10.0))
        );
    }

    #[test]
    fn a_narrow_interval_takes_the_nearest_rows_and_moves_their_values() {
        let given = meeting("gap=5±0.1");
        assert_eq!((given.rows.len(), given.n_meeting), (MIN_ROWS, 3));
        assert!(given.rows.iter().all(|row| (34..=66).contains(row)));
        for &row in &given.rows {
            let value = given.columns[0].value(row).unwrap();
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
        // number and whether it is known, two classes; as generated: number, two classes; known, twice
        assert_eq!(conditions.width(), 9);
        let codes = given.codes(&[7, 99], &Device::flex()).unwrap();
        let codes: Vec<f32> = codes.into_data().iter::<f32>().collect();
        assert_eq!(codes[..9], [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0]);
        let last = 12_f32.sqrt() * (0.5 - 0.5 / 99.0);
        assert!((codes[9] - last).abs() < 1e-5 && (codes[13] - last).abs() < 1e-5, "{codes:?}");
        assert_eq!(
            (&codes[10..13], &codes[14..]),
            (&[1.0, 0.0, 1.0][..], &[0.0, 1.0, 1.0, 1.0][..])
        );
    }
}
