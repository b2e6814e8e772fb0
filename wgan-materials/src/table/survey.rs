//! What the cells of each column are, over all rows.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashSet};
use std::hash::{Hash, Hasher};

use rayon::prelude::*;

use super::cell::{Cell, read_cell};
use super::frame::{Kind, TextColumn};
use super::marks::{MarkCounts, Marks};
use super::source::{Part, Source};
use crate::error::MaterialsError;

/// Cells of each column that are kept as they are, at most twice as many.
const KEPT: usize = 1000;

/// A table seen once from start to end.
pub(super) struct Survey {
    /// Rows with the right number of cells.
    pub(super) n_rows: usize,
    /// Rows with another one.
    pub(super) n_ragged: usize,
    /// One for each column.
    pub(super) columns: Vec<ColumnSurvey>,
    /// What else the reader should know.
    pub(super) notes: Vec<String>,
}

impl Survey {
    /// Looks at every cell; once more where a column has marks of its own in its numbers.
    pub(super) fn of(source: &Source) -> Result<Self, MaterialsError> {
        let plain = vec![Marks::Plain; source.names.len()];
        let first = Self::with_marks(source, &plain)?;
        let separator = source.separator();
        let mut marks: Vec<Marks> =
            first.columns.iter().map(|column| column.mark_counts.judged(separator)).collect();
        if marks == plain {
            return Ok(first);
        }
        // Who writes decimals behind a comma in one column writes thousands with a dot in another.
        if marks.contains(&Marks::DecimalComma) {
            for (marks, column) in marks.iter_mut().zip(&first.columns) {
                if column.mark_counts.has_dots_before_three_digits() {
                    *marks = Marks::DecimalComma;
                }
            }
        }
        Self::with_marks(source, &marks)
    }

    fn with_marks(source: &Source, marks: &[Marks]) -> Result<Self, MaterialsError> {
        let named = source.names.iter().zip(&source.kinds).zip(marks);
        let mut columns: Vec<_> = named
            .map(|((name, kind), &marks)| ColumnSurvey::new(name, kind.clone(), marks))
            .collect();
        let (mut n_rows, mut n_ragged) = (0, 0);
        let notes = source.for_each_part(|part: Part| {
            n_rows += part.rows.len();
            n_ragged += part.ragged.len();
            let pairs = columns.par_iter_mut().zip(&part.columns);
            pairs.for_each(|(survey, column)| survey.add(column));
            Ok(())
        })?;
        if n_rows + n_ragged == 0 || columns.is_empty() {
            return source.without_rows();
        }
        Ok(Self { n_rows, n_ragged, columns, notes })
    }
}

/// One column seen once from start to end.
pub(super) struct ColumnSurvey {
    /// The name in the header.
    pub(super) name: String,
    /// What it holds, as far as its type tells.
    pub(super) kind: Kind,
    /// Number of cells.
    pub(super) n: usize,
    /// Cells without any text.
    pub(super) n_empty: usize,
    /// Cells that say that nothing is known, empty ones among them.
    pub(super) n_missing: usize,
    /// Numbers written as codes are: with a zero in front, or with more digits than a number keeps.
    pub(super) n_codes: usize,
    /// How numbers are written.
    pub(super) marks: Marks,
    mark_counts: MarkCounts,
    /// The cells that are numbers.
    pub(super) numbers: Numbers,
    /// How often each reason stood in the way of a number.
    pub(super) faults: BTreeMap<&'static str, usize>,
    /// Characters of all texts that are not numbers.
    n_characters: usize,
    /// Digests of the other texts.
    texts: HashSet<u64>,
    /// Digests of numbers written as codes.
    codes: HashSet<u64>,
    /// Every `stride`-th cell.
    kept: Vec<String>,
    stride: usize,
}

/// Unit in which numbers are summed, a power of two: sums of large ones stay finite.
const MEAN_UNIT: f64 = (1_u64 << 40) as f64;

/// Statistics of numbers.
#[derive(Default)]
pub(super) struct Numbers {
    /// How many there are.
    pub(super) n: usize,
    /// Whether each is the one before and 1.
    pub(super) is_counting: bool,
    /// Whether all are integers.
    pub(super) is_integer: bool,
    /// Smallest and largest.
    pub(super) range: Option<(f64, f64)>,
    sum: f64,
    last: f64,
    distinct: HashSet<u64>,
}

impl Numbers {
    fn add(&mut self, value: f64) {
        let is_first = self.n == 0;
        self.is_counting = is_first || (self.is_counting && value == self.last + 1.0);
        self.is_integer = (is_first || self.is_integer) && value.fract() == 0.0;
        let (min, max) = self.range.unwrap_or((value, value));
        self.range = Some((min.min(value), max.max(value)));
        self.n += 1;
        self.sum += value / MEAN_UNIT;
        self.last = value;
        self.distinct.insert((value + 0.0).to_bits()); // 0 and −0 are one number
    }

    /// How many differ.
    pub(super) fn distinct(&self) -> usize {
        self.distinct.len()
    }

    /// Mean, none for no numbers.
    pub(super) fn mean(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum * (MEAN_UNIT / self.n as f64))
    }
}

impl ColumnSurvey {
    fn new(name: &str, kind: Kind, marks: Marks) -> Self {
        Self {
            name: name.to_string(),
            kind,
            n: 0,
            n_empty: 0,
            n_missing: 0,
            n_codes: 0,
            marks,
            mark_counts: MarkCounts::default(),
            numbers: Numbers::default(),
            faults: BTreeMap::new(),
            n_characters: 0,
            texts: HashSet::new(),
            codes: HashSet::new(),
            kept: Vec::new(),
            stride: 1,
        }
    }

    fn add(&mut self, column: &TextColumn) {
        (0..column.len()).for_each(|row| self.add_cell(column.get(row)));
    }

    fn add_cell(&mut self, text: &str) {
        if self.n.is_multiple_of(self.stride) {
            self.keep(text);
        }
        self.n += 1;
        self.n_empty += usize::from(text.is_empty());
        self.mark_counts.add(text);
        match read_cell(text, self.marks) {
            Cell::Number(value) => {
                if is_code(text) {
                    self.n_codes += 1;
                    self.codes.insert(digest(text));
                }
                return self.numbers.add(value);
            }
            Cell::Missing => self.n_missing += 1,
            Cell::Odd(reason) => *self.faults.entry(reason).or_default() += 1,
        }
        self.n_characters += text.len();
        if !text.is_empty() {
            self.texts.insert(digest(text));
        }
    }

    fn keep(&mut self, text: &str) {
        self.kept.push(text.to_string());
        if self.kept.len() > 2 * KEPT {
            let mut is_even = false;
            self.kept.retain(|_| {
                is_even = !is_even;
                is_even
            });
            self.stride *= 2;
        }
    }

    /// What is to be said about the way in which the numbers were read.
    pub(super) fn said_of_marks(&self) -> Option<&'static str> {
        let doubt = "dots before three digits are read as decimal points, `1.250` as 1.25";
        let is_doubtful = self.marks == Marks::Plain && self.mark_counts.is_doubtful();
        self.marks.said().or(is_doubtful.then_some(doubt))
    }

    /// Cells that are there and no numbers.
    pub(super) fn n_texts(&self) -> usize {
        self.n - self.n_empty - self.numbers.n
    }

    /// Mean length of the texts that are no numbers.
    pub(super) fn mean_length(&self) -> f64 {
        self.n_characters as f64 / self.n_texts().max(1) as f64
    }

    /// Cells at equal distances, all of them where there are few.
    pub(super) fn sample(&self) -> &[String] {
        &self.kept
    }

    /// How many texts differ, numbers by their value, or as codes where more of these differ; two of a million texts have one digest by chance once in `4·10⁷` times.
    pub(super) fn distinct_texts(&self) -> usize {
        self.texts.len() + self.numbers.distinct().max(self.codes.len())
    }
}

fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Digits that every number keeps.
const MAX_DIGITS: usize = 15;

/// Whether a number is written as codes are: `007`, or more digits than a number keeps.
fn is_code(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    let is_long = digits.len() > 1 && digits.starts_with('0') || digits.len() > MAX_DIGITS;
    is_long && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey(cells: impl IntoIterator<Item = String>) -> ColumnSurvey {
        let mut survey = ColumnSurvey::new("x", Kind::Untyped, Marks::Plain);
        cells.into_iter().for_each(|cell| survey.add_cell(&cell));
        survey
    }

    #[test]
    fn cells_are_counted_by_what_they_are() {
        let cells = ["2", "", "a", "NA", "3.0", "3", "<1", "a", "-0", "0"];
        let found = survey(cells.map(str::to_string));
        assert_eq!((found.n, found.n_empty, found.n_missing), (10, 1, 2));
        assert_eq!((found.numbers.n, found.numbers.distinct()), (5, 3));
        assert_eq!(found.numbers.mean(), Some(1.6));
        assert_eq!(found.numbers.range, Some((0.0, 3.0)));
        assert!(found.numbers.is_integer && !found.numbers.is_counting);
        assert_eq!(found.distinct_texts(), 6); // 0, 2, 3, a, NA, <1
        assert_eq!(found.faults["a bound, not a number"], 1);
    }

    #[test]
    fn the_mean_of_large_numbers_is_finite() {
        let found = survey(["1.797e308"; 100].map(str::to_string));
        assert!((found.numbers.mean().unwrap() / 1.797e308 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn codes_are_told_by_their_digits() {
        for code in ["007", "00", "-01", "12345678901234567", "0000"] {
            assert!(is_code(code), "{code}");
        }
        for number in ["0", "7", "0.5", "1e20", "123456789012345", "-3"] {
            assert!(!is_code(number), "{number}");
        }
    }

    #[test]
    fn what_is_kept_is_spread_over_all_cells() {
        let found = survey((0..100_000).map(|i| i.to_string()));
        let kept: Vec<usize> = found.sample().iter().map(|cell| cell.parse().unwrap()).collect();
        assert!((KEPT..=2 * KEPT).contains(&kept.len()));
        assert!(kept.windows(2).all(|pair| pair[1] - pair[0] == 64));
        assert_eq!((kept[0], found.numbers.is_counting), (0, true));
    }
}
