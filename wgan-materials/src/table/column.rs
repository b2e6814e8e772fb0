//! A column of the table: numbers or classes, any of whose cells may be missing.

use std::collections::HashMap;

use polars::prelude::{
    BooleanChunked, Column as FrameColumn, DataType, IntoSeries, NamedFrom, NewChunkedArray,
    PlSmallStr, PolarsResult, Series, StringChunked,
};
use serde::{Deserialize, Serialize};

/// A named column of numbers or classes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Name in the header.
    pub name: String,
    /// Unit, as far as the name tells.
    pub unit: Option<String>,
    /// Type of the cells in the frame it came from, which samples get too.
    pub cell_type: CellType,
    /// One cell for each row.
    pub cells: Cells,
}

/// What a column is, without its cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnSpec {
    /// Name in the header.
    pub name: String,
    /// Unit, as far as the name tells.
    pub unit: Option<String>,
    /// Type of the cells in a frame.
    pub cell_type: CellType,
    /// Names of the classes; none for numbers.
    pub levels: Option<Vec<String>>,
}

impl ColumnSpec {
    /// The column of these values: numbers, or places of classes.
    pub fn column(&self, values: impl Iterator<Item = Option<f64>>) -> Column {
        let cells = match &self.levels {
            None => Cells::Numbers(values.collect()),
            Some(levels) => {
                let codes = values.map(|place| place.map(|place| place as u32)).collect();
                Cells::Classes { levels: levels.clone(), codes }
            }
        };
        let (name, unit) = (self.name.clone(), self.unit.clone());
        Column { name, unit, cell_type: self.cell_type, cells }
    }
}

/// The cells of a column, `None` where nothing is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Cells {
    /// Finite numbers, in the unit of the column.
    Numbers(Vec<Option<f64>>),
    /// Classes.
    Classes {
        /// Names of the classes: by value if all are numbers, else in alphabetical order.
        levels: Vec<String>,
        /// Place of each cell's class in `levels`.
        codes: Vec<Option<u32>>,
    },
}

impl Cells {
    /// Whether numbers are finite and classes have names.
    pub(crate) fn is_sound(&self) -> bool {
        match self {
            Cells::Numbers(numbers) => numbers.iter().flatten().all(|number| number.is_finite()),
            Cells::Classes { levels, codes } => {
                codes.iter().flatten().all(|&code| (code as usize) < levels.len())
            }
        }
    }
}

/// Types of cells that samples come back in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum CellType {
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Float32,
    Float64,
    Boolean,
    Text,
    Category,
}

impl CellType {
    /// The type of the cells of a frame's column; none for dates, lists and other types that are not modelled.
    pub fn of(dtype: &DataType) -> Option<Self> {
        Some(match dtype {
            DataType::Int8 => Self::Int8,
            DataType::Int16 => Self::Int16,
            DataType::Int32 => Self::Int32,
            DataType::Int64 => Self::Int64,
            DataType::UInt8 => Self::UInt8,
            DataType::UInt16 => Self::UInt16,
            DataType::UInt32 => Self::UInt32,
            DataType::UInt64 => Self::UInt64,
            DataType::Float32 => Self::Float32,
            DataType::Float64 => Self::Float64,
            DataType::Boolean => Self::Boolean,
            DataType::String => Self::Text,
            DataType::Categorical(..) | DataType::Enum(..) => Self::Category,
            _ => return None,
        })
    }

    /// The type in polars; categories come out as text, which every reader has.
    pub fn dtype(self) -> DataType {
        match self {
            Self::Int8 => DataType::Int8,
            Self::Int16 => DataType::Int16,
            Self::Int32 => DataType::Int32,
            Self::Int64 => DataType::Int64,
            Self::UInt8 => DataType::UInt8,
            Self::UInt16 => DataType::UInt16,
            Self::UInt32 => DataType::UInt32,
            Self::UInt64 => DataType::UInt64,
            Self::Float32 => DataType::Float32,
            Self::Float64 => DataType::Float64,
            Self::Boolean => DataType::Boolean,
            Self::Text | Self::Category => DataType::String,
        }
    }
}

impl Column {
    /// A column of numbers.
    pub fn numbers(name: impl Into<String>, values: Vec<Option<f64>>) -> Self {
        let (cell_type, cells) = (CellType::Float64, Cells::Numbers(values));
        Self { name: name.into(), unit: None, cell_type, cells }
    }

    /// A column of classes.
    pub fn classes<S: AsRef<str>>(name: impl Into<String>, cells: &[Option<S>]) -> Self {
        let mut builder = ClassBuilder::default();
        cells.iter().for_each(|cell| builder.push(cell.as_ref().map(AsRef::as_ref)));
        Self {
            name: name.into(),
            unit: None,
            cell_type: CellType::Text,
            cells: builder.into_cells(),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match &self.cells {
            Cells::Numbers(values) => values.len(),
            Cells::Classes { codes, .. } => codes.len(),
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the cells are classes.
    pub fn is_class(&self) -> bool {
        matches!(self.cells, Cells::Classes { .. })
    }

    /// The number in a row: a class counts as the number that it is named by.
    pub fn number(&self, row: usize) -> Option<f64> {
        match &self.cells {
            Cells::Numbers(values) => values[row],
            Cells::Classes { levels, codes } => {
                codes[row].and_then(|code| levels[code as usize].parse().ok())
            }
        }
    }

    /// What the column is.
    pub fn spec(&self) -> ColumnSpec {
        let levels = match &self.cells {
            Cells::Numbers(_) => None,
            Cells::Classes { levels, .. } => Some(levels.clone()),
        };
        let (name, unit) = (self.name.clone(), self.unit.clone());
        ColumnSpec { name, unit, cell_type: self.cell_type, levels }
    }

    /// The number in a row, or the place of its class.
    pub fn value(&self, row: usize) -> Option<f64> {
        match &self.cells {
            Cells::Numbers(values) => values[row],
            Cells::Classes { codes, .. } => codes[row].map(f64::from),
        }
    }

    /// Whether the cells are numbers or all classes are named by numbers.
    pub fn has_numbers(&self) -> bool {
        match &self.cells {
            Cells::Numbers(_) => true,
            Cells::Classes { levels, .. } => levels.iter().all(|l| l.parse::<f64>().is_ok()),
        }
    }

    /// All numbers, where the cells are numbers or all classes are named by numbers.
    pub fn values(&self) -> Option<Vec<Option<f64>>> {
        match &self.cells {
            Cells::Numbers(values) => Some(values.clone()),
            Cells::Classes { levels, codes } => {
                let numbers: Option<Vec<f64>> =
                    levels.iter().map(|level| level.parse().ok()).collect();
                let numbers = numbers?;
                Some(codes.iter().map(|code| code.map(|code| numbers[code as usize])).collect())
            }
        }
    }

    /// A cell as text; none where it is missing.
    pub fn text(&self, row: usize) -> Option<String> {
        match &self.cells {
            Cells::Numbers(values) => values[row].map(|value| value.to_string()),
            Cells::Classes { levels, codes } => {
                codes[row].map(|code| levels[code as usize].clone())
            }
        }
    }

    /// Number of missing cells.
    pub fn n_missing(&self) -> usize {
        match &self.cells {
            Cells::Numbers(values) => values.iter().filter(|value| value.is_none()).count(),
            Cells::Classes { codes, .. } => codes.iter().filter(|code| code.is_none()).count(),
        }
    }

    /// The rows with these numbers, in this order; all classes are kept.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        let cells = match &self.cells {
            Cells::Numbers(values) => Cells::Numbers(rows.iter().map(|&row| values[row]).collect()),
            Cells::Classes { levels, codes } => Cells::Classes {
                levels: levels.clone(),
                codes: rows.iter().map(|&row| codes[row]).collect(),
            },
        };
        Self { name: self.name.clone(), unit: self.unit.clone(), cell_type: self.cell_type, cells }
    }

    /// The column of a frame, of the type that the cells came in.
    ///
    /// # Errors
    /// A number that does not fit its type.
    pub fn to_polars(&self) -> PolarsResult<FrameColumn> {
        let name = PlSmallStr::from(self.name.as_str());
        let series = match (&self.cells, self.cell_type) {
            (Cells::Numbers(values), _) => Series::new(name, values),
            (Cells::Classes { levels, codes }, CellType::Boolean) => {
                let truth = |code: &Option<u32>| code.map(|code| levels[code as usize] == "true");
                BooleanChunked::from_iter_options(name, codes.iter().map(truth)).into_series()
            }
            (Cells::Classes { .. }, CellType::Text | CellType::Category) => {
                let cells = (0..self.len()).map(|row| self.text(row));
                StringChunked::from_iter_options(name, cells).into_series()
            }
            (Cells::Classes { .. }, _) => {
                Series::new(name, (0..self.len()).map(|row| self.number(row)).collect::<Vec<_>>())
            }
        };
        Ok(series.strict_cast(&self.cell_type.dtype())?.into())
    }
}

/// Collects the classes of a column cell by cell.
#[derive(Default)]
pub(super) struct ClassBuilder {
    places: HashMap<String, u32>,
    codes: Vec<Option<u32>>,
}

impl ClassBuilder {
    /// Adds a cell.
    pub(super) fn push(&mut self, cell: Option<&str>) {
        let code = cell.map(|cell| match self.places.get(cell) {
            Some(&place) => place,
            None => {
                let place = self.places.len() as u32;
                self.places.insert(cell.to_owned(), place);
                place
            }
        });
        self.codes.push(code);
    }

    /// The cells, with their classes in order.
    pub(super) fn into_cells(self) -> Cells {
        let mut found: Vec<(String, u32)> = self.places.into_iter().collect();
        let number = |level: &str| level.parse::<f64>().ok();
        let is_numeric = found.iter().all(|(level, _)| number(level).is_some());
        found.sort_by(|(a, _), (b, _)| match (number(a), number(b)) {
            (Some(x), Some(y)) if is_numeric => x.total_cmp(&y).then_with(|| a.cmp(b)),
            _ => a.cmp(b),
        });
        let mut place = vec![0; found.len()];
        for (new, (_, old)) in found.iter().enumerate() {
            place[*old as usize] = new as u32;
        }
        let codes = self.codes.into_iter().map(|code| code.map(|code| place[code as usize]));
        let codes = codes.collect();
        Cells::Classes { levels: found.into_iter().map(|(level, _)| level).collect(), codes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_in_order_of_their_values_or_names() {
        let cells = [Some("10"), Some("9"), None, Some("10")];
        let column = Column::classes("n", &cells);
        let expected = Cells::Classes {
            levels: vec!["9".into(), "10".into()],
            codes: vec![Some(1), Some(0), None, Some(1)],
        };
        assert_eq!(column.cells, expected);
        assert_eq!(column.values(), Some(vec![Some(10.0), Some(9.0), None, Some(10.0)]));
        let words = Column::classes("phase", &[Some("fcc"), Some("bcc"), Some("10")]);
        assert_eq!((words.text(0).as_deref(), words.values()), (Some("fcc"), None));
        assert_eq!(words.number(2), Some(10.0));
    }

    #[test]
    fn cells_come_back_in_their_type() {
        let mut column = Column::numbers("n", vec![Some(3.0), None]);
        column.cell_type = CellType::Int8;
        let series = column.to_polars().unwrap();
        assert_eq!((series.dtype(), series.null_count()), (&DataType::Int8, 1));
        column.cells = Cells::Numbers(vec![Some(300.0)]);
        assert!(column.to_polars().is_err());
        let mut flag = Column::classes("flag", &[Some("true"), Some("false"), None]);
        flag.cell_type = CellType::Boolean;
        let series = flag.to_polars().unwrap();
        assert_eq!(
            series.bool().unwrap().iter().collect::<Vec<_>>(),
            [Some(true), Some(false), None]
        );
    }
}
