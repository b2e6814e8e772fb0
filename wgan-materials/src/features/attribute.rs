//! What one column is in an attribute space.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::linear_relations::LinearRelation;
use super::normal_scores::NormalScores;
use crate::table::{Cells, Column};

/// What a column is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Role {
    /// A number feature.
    Number(NumberCode),
    /// A class with a one-hot block; `levels` may be followed by an entry for what is missing.
    Class { entries: std::ops::Range<usize>, levels: Vec<String> },
    /// A sum of others, which needs no feature.
    Sum { relation: LinearRelation, scores: NormalScores },
    /// A column that another one decides.
    Lookup { source: usize, table: Vec<(Cell, Cell)> },
}

/// Where a number is in a code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumberCode {
    /// Its scores.
    pub scores: NormalScores,
    /// Entry that is 1 where the number is missing; it may be shared by columns that miss the same cells.
    pub missing: Option<usize>,
    /// Entry that is 1 where the number is the [spike](NormalScores::spike) of its column.
    pub spike: Option<usize>,
}

/// One cell.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Cell {
    Missing,
    Number(f64),
    Class(u32),
}

impl Cell {
    pub(super) fn of(cells: &Cells, row: usize) -> Self {
        match cells {
            Cells::Numbers(values) => values[row].map_or(Self::Missing, Self::Number),
            Cells::Classes { codes, .. } => codes[row].map_or(Self::Missing, Self::Class),
        }
    }

    /// Equal for equal cells of a column.
    fn key(self) -> u64 {
        match self {
            Self::Missing => u64::MAX,
            // −0 and 0 are equal.
            Self::Number(value) => (value + 0.0).to_bits(),
            Self::Class(code) => u64::from(code),
        }
    }

    /// The number, or the place of the class.
    pub(super) fn value(self) -> Option<f64> {
        match self {
            Self::Missing => None,
            Self::Number(value) => Some(value),
            Self::Class(code) => Some(f64::from(code)),
        }
    }
}

/// Each cell as a small whole number, equal where the cells are.
pub(super) fn places(column: &Column) -> Vec<u32> {
    let mut known = HashMap::new();
    let place = |row| {
        let next = known.len() as u32;
        *known.entry(Cell::of(&column.cells, row).key()).or_insert(next)
    };
    (0..column.len()).map(place).collect()
}

/// The different cells of `from`, each with the cell of `to` beside it.
pub(super) fn pairs(from: &Column, to: &Column) -> Vec<(Cell, Cell)> {
    let mut seen = HashSet::new();
    let pair = |row| (Cell::of(&from.cells, row), Cell::of(&to.cells, row));
    (0..from.len()).map(pair).filter(|(from, _)| seen.insert(from.key())).collect()
}

/// What stands beside each of these cells in the table; beside a new number what stands beside the nearest one.
pub(super) fn looked_up(
    cells: impl Iterator<Item = Cell>,
    table: &[(Cell, Cell)],
) -> Vec<Option<f64>> {
    let known: HashMap<u64, Cell> = table.iter().map(|(from, to)| (from.key(), *to)).collect();
    let nearest = |value: f64| {
        let distance = |from: &Cell| from.value().map_or(f64::INFINITY, |v| (v - value).abs());
        let closer =
            |a: &&(Cell, Cell), b: &&(Cell, Cell)| distance(&a.0).total_cmp(&distance(&b.0));
        table.iter().min_by(closer).map(|(_, to)| *to)
    };
    let beside = |cell: Cell| {
        let exact = known.get(&cell.key()).copied();
        exact.or_else(|| nearest(cell.value()?)).and_then(Cell::value)
    };
    cells.map(beside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_pairs_answers_also_for_new_numbers() {
        let from = Column::numbers("r", vec![Some(1.0), Some(2.0), Some(1.0), None]);
        let to = Column::classes("q", &[Some("a"), Some("b"), Some("a"), None]);
        let table = pairs(&from, &to);
        assert_eq!(table.len(), 3);
        let asked = [Cell::Number(2.0), Cell::Number(1.2), Cell::Missing].into_iter();
        assert_eq!(looked_up(asked, &table), [Some(1.0), Some(0.0), None]);
        assert_eq!(places(&from), [0, 1, 0, 2]);
    }
}
