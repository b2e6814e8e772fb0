//! From the cells of one column to numbers a network can take, and back.

use serde::{Deserialize, Serialize};

use super::{Component, MixedCells, MixedColumn, Mixture};
use crate::error::MaterialsError;

/// A value that at least this share of the rows have is a mode of its own.
const SPIKE: f64 = 0.05;

/// A column of at most so many different values has a mode for each.
const MOST_ATOMS: usize = 24;

/// Standard deviations per unit of the offset: offsets then have a deviation of one half, like the entries of a
/// one-hot code.
pub(super) const WIDTH: f64 = 2.0;

/// Decimals that numbers are looked at for; beyond, they are taken as they are.
const MOST_DECIMALS: i32 = 9;

/// Fitted coding of one column: one-hot entries, the last of them for "missing" where that occurs, and for numbers
/// with a mode of positive width the offset within the mode.
///
/// # References
/// Xu et al. (2019), Modeling tabular data using conditional GAN, NeurIPS, section 4.2 (mode-specific normalisation);
/// here with modes of no width for values that many rows share, and offsets that are not cut off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ColumnCoding {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) has_missing: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum Kind {
    /// Classes in alphabetical order.
    Classes(Vec<String>),
    Numbers(NumberCoding),
}

/// Modes of a column of numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct NumberCoding {
    /// Values with a mode of their own, and their shares of the values; ascending.
    pub(super) atoms: Vec<(f64, f64)>,
    /// Mixture of the other values; none if there are none.
    pub(super) mixture: Option<Mixture>,
    /// Smallest and largest value.
    pub(super) range: (f64, f64),
    /// Digits behind the point; none where there are more than nine.
    decimals: Option<i32>,
}

/// What one cell is coded as.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Code {
    /// Its one-hot entry.
    pub(super) entry: usize,
    /// Its offset within the mode.
    pub(super) offset: f64,
}

impl ColumnCoding {
    /// Coding of a column of the training data, with at most `most_modes` modes of positive width.
    pub(super) fn fit(column: &MixedColumn, most_modes: usize) -> Self {
        let (kind, has_missing) = match &column.cells {
            MixedCells::Numbers(cells) => {
                let numbers = NumberCoding::fit(cells.iter().flatten().copied(), most_modes);
                (Kind::Numbers(numbers), cells.iter().any(Option::is_none))
            }
            MixedCells::Classes(cells) => {
                let mut classes: Vec<String> = cells.iter().flatten().cloned().collect();
                classes.sort_unstable();
                classes.dedup();
                (Kind::Classes(classes), cells.iter().any(Option::is_none))
            }
        };
        Self { name: column.name.clone(), kind, has_missing }
    }

    /// One-hot entries.
    pub(super) fn n_entries(&self) -> usize {
        let n = match &self.kind {
            Kind::Classes(classes) => classes.len(),
            Kind::Numbers(numbers) => numbers.n_modes(),
        };
        n + usize::from(self.has_missing)
    }

    /// Whether an offset follows the one-hot entries.
    pub(super) fn has_offset(&self) -> bool {
        matches!(&self.kind, Kind::Numbers(numbers) if numbers.mixture.is_some())
    }

    /// Entries of a code.
    pub(super) fn width(&self) -> usize {
        self.n_entries() + usize::from(self.has_offset())
    }

    /// Codes of all cells.
    pub(super) fn encode(&self, cells: &MixedCells) -> Result<Vec<Code>, MaterialsError> {
        let missing = |row: usize| {
            let entry = self.n_entries() - 1;
            let code = self.has_missing.then_some(Code { entry, offset: 0.0 });
            code.ok_or_else(|| self.unseen(row, "nothing".to_owned()))
        };
        match (&self.kind, cells) {
            (Kind::Numbers(numbers), MixedCells::Numbers(cells)) => {
                let code = |(row, cell): (usize, &Option<f64>)| match cell {
                    None => missing(row),
                    Some(v) => numbers.encode(*v).ok_or_else(|| self.unseen(row, v.to_string())),
                };
                cells.iter().enumerate().map(code).collect()
            }
            (Kind::Classes(classes), MixedCells::Classes(cells)) => {
                let code = |(row, cell): (usize, &Option<String>)| match cell {
                    None => missing(row),
                    Some(name) => match classes.binary_search(name) {
                        Ok(entry) => Ok(Code { entry, offset: 0.0 }),
                        Err(_) => Err(self.unseen(row, format!("{name:?}"))),
                    },
                };
                cells.iter().enumerate().map(code).collect()
            }
            (Kind::Numbers(_), _) => Err(self.wrong_kind("numbers")),
            (Kind::Classes(_), _) => Err(self.wrong_kind("classes")),
        }
    }

    /// Cells of these codes.
    pub(super) fn decode(&self, codes: impl Iterator<Item = Code>) -> MixedCells {
        let n = self.n_entries() - usize::from(self.has_missing);
        match &self.kind {
            Kind::Numbers(numbers) => MixedCells::Numbers(
                codes.map(|c| (c.entry < n).then(|| numbers.decode(c))).collect(),
            ),
            Kind::Classes(classes) => {
                MixedCells::Classes(codes.map(|c| classes.get(c.entry).cloned()).collect())
            }
        }
    }

    fn unseen(&self, row: usize, got: String) -> MaterialsError {
        MaterialsError::UnseenValue { name: self.name.clone(), row: row + 1, got }
    }

    fn wrong_kind(&self, expected: &str) -> MaterialsError {
        let reason = format!("it held {expected} when the table was fitted");
        MaterialsError::MixedColumn { name: self.name.clone(), reason }
    }
}

impl NumberCoding {
    fn fit(values: impl Iterator<Item = f64>, most_modes: usize) -> Self {
        let mut sorted: Vec<f64> = values.collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let runs = || sorted.chunk_by(|a, b| a == b);
        let (n, is_few) = (sorted.len() as f64, runs().count() <= MOST_ATOMS);
        let is_atom = |run: &&[f64]| is_few || run.len() as f64 >= SPIKE * n;
        let atoms = runs().filter(is_atom).map(|run| (run[0], run.len() as f64 / n)).collect();
        let others: Vec<f64> = runs().filter(|run| !is_atom(run)).flatten().copied().collect();
        Self {
            atoms,
            mixture: Mixture::fit(&others, most_modes),
            range: sorted.first().copied().zip(sorted.last().copied()).unwrap_or((0.0, 0.0)),
            decimals: (0..=MOST_DECIMALS).find(|&d| sorted.iter().all(|&v| rounded(v, d) == v)),
        }
    }

    fn n_modes(&self) -> usize {
        self.atoms.len() + self.mixture.as_ref().map_or(0, |mixture| mixture.components.len())
    }

    /// The modes: first those of single values, then those of the mixture, each with its share of the values.
    pub(super) fn modes(&self) -> impl Iterator<Item = Component> {
        let atoms = self.atoms.iter().map(|&(mean, weight)| Component { weight, mean, sd: 0.0 });
        let rest = 1.0 - self.atoms.iter().map(|(_, share)| share).sum::<f64>();
        let scaled = move |c: &Component| Component { weight: c.weight * rest, ..*c };
        atoms.chain(self.mixture.iter().flat_map(move |m| m.components.iter().map(scaled)))
    }

    /// None for a value that no mode has.
    fn encode(&self, value: f64) -> Option<Code> {
        if let Ok(entry) = self.atoms.binary_search_by(|(atom, _)| atom.total_cmp(&value)) {
            return Some(Code { entry, offset: 0.0 });
        }
        let mixture = self.mixture.as_ref()?;
        let k = mixture.component(value);
        let Component { mean, sd, .. } = mixture.components[k];
        let offset = if sd > 0.0 { (value - mean) / (WIDTH * sd) } else { 0.0 };
        Some(Code { entry: self.atoms.len() + k, offset })
    }

    fn decode(&self, code: Code) -> f64 {
        let mode = self.modes().nth(code.entry);
        let value = mode.map_or(0.0, |mode| mode.mean + WIDTH * mode.sd * code.offset);
        let value = self.decimals.map_or(value, |decimals| rounded(value, decimals));
        value.clamp(self.range.0, self.range.1)
    }
}

/// The nearest number with so many decimals.
fn rounded(value: f64, decimals: i32) -> f64 {
    let unit = 10_f64.powi(decimals);
    let scaled = (value * unit).round();
    // Beyond 2⁵³ doubles have no decimals to lose.
    if scaled.abs() < 9e15 { scaled / unit } else { value }
}
