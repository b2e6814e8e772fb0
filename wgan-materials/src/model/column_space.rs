//! The numbers and classes of a table as codes that the model generates.

use std::ops::Range;

use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::RankTransform;
use crate::table::{Column, ColumnSpec};

/// Numbers by rank, with a flag where some are missing; classes one-hot, with an entry of its own for what is missing.
///
/// Codes are laid out `[numbers, missing flags, classes]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnSpace {
    specs: Vec<ColumnSpec>,
    numbers: Vec<NumberCode>,
    classes: Vec<ClassCode>,
}

/// Coding of a column of numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct NumberCode {
    column: usize,
    ranks: RankTransform,
    /// Transform of the flag that says where the number is missing; none where it never is.
    missing: Option<RankTransform>,
}

/// Coding of a column of classes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct ClassCode {
    column: usize,
    n_levels: usize,
    has_missing: bool,
}

impl ClassCode {
    fn width(&self) -> usize {
        self.n_levels + usize::from(self.has_missing)
    }
}

impl ColumnSpace {
    /// Space of these columns.
    pub fn fit(columns: &[Column]) -> Self {
        let (mut numbers, mut classes) = (Vec::new(), Vec::new());
        for (place, column) in columns.iter().enumerate() {
            let values = || (0..column.len()).map(|row| column.value(row));
            let has_missing = column.n_missing() > 0;
            match column.spec().levels {
                None => numbers.push(NumberCode {
                    column: place,
                    ranks: RankTransform::fit(values().flatten()),
                    missing: has_missing.then(|| {
                        RankTransform::fit(values().map(|v| f64::from(u8::from(v.is_none()))))
                    }),
                }),
                Some(levels) => {
                    let n_levels = levels.len();
                    classes.push(ClassCode { column: place, n_levels, has_missing });
                }
            }
        }
        Self { specs: columns.iter().map(Column::spec).collect(), numbers, classes }
    }

    /// Whether it could have been fitted: a code for each column, as wide as the column has classes.
    pub fn is_sound(&self) -> bool {
        let columns = || self.specs.iter().enumerate();
        let numbers = columns().filter(|(_, spec)| spec.levels.is_none()).map(|(at, _)| at);
        let classes = columns().filter_map(|(at, spec)| Some((at, spec.levels.as_ref()?.len())));
        self.numbers.iter().map(|number| number.column).eq(numbers)
            && self.classes.iter().map(|class| (class.column, class.n_levels)).eq(classes)
            && self.classes.iter().all(|class| class.width() > 0)
            && self
                .numbers
                .iter()
                .flat_map(|n| n.missing.iter().chain([&n.ranks]))
                .all(RankTransform::is_sound)
    }

    /// What the columns are, in the order of the table.
    pub fn specs(&self) -> &[ColumnSpec] {
        &self.specs
    }

    /// Entries of a code.
    pub fn width(&self) -> usize {
        self.n_number_entries() + self.n_class_entries()
    }

    /// Entries for numbers and for the flags of missing ones.
    pub fn n_number_entries(&self) -> usize {
        self.numbers.len() + self.flags().count()
    }

    /// Entries for classes.
    pub fn n_class_entries(&self) -> usize {
        self.classes.iter().map(ClassCode::width).sum()
    }

    /// Entries of each column of classes, counted from the first entry for classes.
    pub fn class_ranges(&self) -> Vec<Range<usize>> {
        let mut end = 0;
        let range = |class: &ClassCode| {
            let start = end;
            end += class.width();
            start..end
        };
        self.classes.iter().map(range).collect()
    }

    /// Entries of the codes for the column of this name: one for a number, one for each class.
    pub fn entries(&self, name: &str) -> Option<Range<usize>> {
        let column = self.specs.iter().position(|spec| spec.name == name)?;
        if let Some(place) = self.numbers.iter().position(|number| number.column == column) {
            return Some(place..place + 1);
        }
        let place = self.classes.iter().position(|class| class.column == column)?;
        let range = self.class_ranges().swap_remove(place);
        let start = self.n_number_entries() + range.start;
        Some(start..start + self.classes[place].n_levels)
    }

    /// Numbers with a flag, by their place among the numbers, and the transform of the flag.
    fn flags(&self) -> impl Iterator<Item = (usize, &RankTransform)> {
        let flag = |(j, number): (usize, &'_ NumberCode)| number.missing.is_some().then_some(j);
        let flagged = self.numbers.iter().enumerate().filter_map(flag);
        flagged.filter_map(|j| Some((j, self.numbers[j].missing.as_ref()?)))
    }

    /// `n × width` codes of the rows of `columns`, which must be the columns the space was fitted to; 0
    /// where a number is missing.
    pub fn encode(&self, columns: &[Column]) -> Vec<f32> {
        let n = columns.first().map_or(0, Column::len);
        let mut codes = vec![0.0_f32; n * self.width()];
        let width = self.width();
        for (row, code) in codes.chunks_mut(width.max(1)).enumerate().take(n) {
            for (j, number) in self.numbers.iter().enumerate() {
                let value = columns[number.column].value(row);
                code[j] = value.map_or(0.0, |value| number.ranks.encode(value)) as f32;
            }
            for (k, (j, transform)) in self.flags().enumerate() {
                let is_missing = columns[self.numbers[j].column].value(row).is_none();
                code[self.numbers.len() + k] =
                    transform.encode(f64::from(u8::from(is_missing))) as f32;
            }
            let classes = self.classes.iter().zip(self.class_ranges());
            for (class, range) in classes {
                let place = columns[class.column].value(row).map_or(class.n_levels, |v| v as usize);
                if place < class.width() {
                    code[self.n_number_entries() + range.start + place] = 1.0;
                }
            }
        }
        codes
    }

    /// Moves the codes of numbers in rows `[n, width]` to those of values that occur, and missing ones to 0.
    pub(super) fn snap_rows(&self, codes: &mut [f32]) {
        let width = self.width();
        if self.n_number_entries() == 0 {
            return;
        }
        for row in codes.chunks_mut(width) {
            for (code, number) in row.iter_mut().zip(&self.numbers) {
                *code = number.ranks.snap(f64::from(*code)) as f32;
            }
            for (k, (j, transform)) in self.flags().enumerate() {
                let flag = self.numbers.len() + k;
                if is_missing(transform, row[flag]) {
                    row[j] = 0.0;
                }
                row[flag] = transform.snap(f64::from(row[flag])) as f32;
            }
        }
    }

    /// Codes with those of numbers moved to those of values that occur, and missing ones to 0; the gradient
    /// passes as if nothing had been moved.
    ///
    /// # Shapes
    /// - `codes`: `[n, width]`
    pub fn snap(&self, codes: Tensor<2>) -> Tensor<2> {
        let (n_numbers, width) = (self.n_number_entries(), self.width());
        if n_numbers == 0 {
            return codes;
        }
        let n = codes.dims()[0];
        let free: Vec<f32> = codes.clone().into_data().iter::<f32>().collect();
        let mut snapped = free.clone();
        self.snap_rows(&mut snapped);
        let moved: Vec<f32> = snapped.iter().zip(&free).map(|(s, f)| s - f).collect();
        let moved = Tensor::<2>::from_data(TensorData::new(moved, [n, width]), &codes.device());
        codes + moved.inner()
    }

    /// 1 where the code of a number of real samples stands for a known value: `[n, width]` to `[n, number entries]`.
    pub fn known(&self, codes: Tensor<2>) -> Tensor<2> {
        let flags: Vec<(usize, &RankTransform)> = self.flags().collect();
        let column = |j: usize| match flags.iter().position(|(of, _)| *of == j) {
            Some(k) => {
                let between = missing_threshold(flags[k].1) as f32;
                let flag = codes.clone().narrow(1, self.numbers.len() + k, 1);
                flag.lower_scalar(between).float()
            }
            None => codes.clone().narrow(1, j, 1).ones_like(),
        };
        Tensor::cat((0..self.n_number_entries()).map(column).collect(), 1)
    }

    /// The same of rows of codes `[n, width]`, into `known: [n, number entries]`.
    pub(super) fn write_known(&self, codes: &[f32], known: &mut [f32]) {
        known.fill(1.0);
        let (width, entries) = (self.width(), self.n_number_entries());
        for (codes, known) in codes.chunks_exact(width).zip(known.chunks_exact_mut(entries)) {
            for (k, (j, transform)) in self.flags().enumerate() {
                let is_known = codes[self.numbers.len() + k] < missing_threshold(transform) as f32;
                known[j] = f32::from(u8::from(is_known));
            }
        }
    }

    /// Values of generated rows, column by column in the order of the table: numbers, or places of classes.
    ///
    /// Numbers are taken by the rank of their codes among the `n` rows, so each column follows the law of the
    /// data and keeps its order among the rows. The rows of one call therefore belong together.
    pub fn decode(&self, codes: &[f32], n: usize) -> Vec<Vec<Option<f64>>> {
        let width = self.width();
        let entry = |j: usize| -> Vec<f32> { (0..n).map(|i| codes[i * width + j]).collect() };
        let flags: Vec<(usize, &RankTransform)> = self.flags().collect();
        let number = |j: usize| {
            let present: Vec<usize> = match flags.iter().position(|(of, _)| *of == j) {
                Some(k) => {
                    let missing = by_rank(flags[k].1, &entry(self.numbers.len() + k), &all(n));
                    (0..n).filter(|&i| missing[i] == Some(0.0)).collect()
                }
                None => all(n),
            };
            by_rank(&self.numbers[j].ranks, &entry(j), &present)
        };
        self.columns(codes, number)
    }

    /// Values of generated rows, column by column, each row by its own code.
    ///
    /// For rows that were drawn under a condition, whose numbers need not follow the law of the data.
    pub fn decode_each(&self, codes: &[f32]) -> Vec<Vec<Option<f64>>> {
        let flags: Vec<(usize, &RankTransform)> = self.flags().collect();
        let number = |j: usize| {
            let flag = flags.iter().position(|(of, _)| *of == j);
            let value = |row: &[f32]| {
                let is_missing =
                    flag.is_some_and(|k| is_missing(flags[k].1, row[self.numbers.len() + k]));
                (!is_missing).then(|| self.numbers[j].ranks.value(f64::from(row[j])))
            };
            codes.chunks(self.width()).map(value).collect()
        };
        self.columns(codes, number)
    }

    /// The columns in the order of the table: `number` gives those of numbers by place, the largest entry those of classes.
    fn columns(
        &self,
        codes: &[f32],
        number: impl Fn(usize) -> Vec<Option<f64>>,
    ) -> Vec<Vec<Option<f64>>> {
        let mut columns = vec![Vec::new(); self.specs.len()];
        for (j, code) in self.numbers.iter().enumerate() {
            columns[code.column] = number(j);
        }
        for (class, range) in self.classes.iter().zip(self.class_ranges()) {
            let start = self.n_number_entries() + range.start;
            let place = |row: &[f32]| {
                let entries = &row[start..start + class.width()];
                let larger =
                    |best: usize, i: usize| if entries[i] > entries[best] { i } else { best };
                let place = (0..entries.len()).fold(0, larger);
                (place < class.n_levels).then_some(place as f64)
            };
            columns[class.column] = codes.chunks(self.width()).map(place).collect();
        }
        columns
    }
}

/// Code between "present" and "missing".
fn missing_threshold(flags: &RankTransform) -> f64 {
    (flags.encode(0.0) + flags.encode(1.0)) / 2.0
}

fn is_missing(flags: &RankTransform, code: f32) -> bool {
    f64::from(code) > missing_threshold(flags)
}

fn all(n: usize) -> Vec<usize> {
    (0..n).collect()
}

/// Quantiles of `transform` at the ranks of the codes of `rows`; ties by position.
fn by_rank(transform: &RankTransform, codes: &[f32], rows: &[usize]) -> Vec<Option<f64>> {
    let mut order = rows.to_vec();
    order.sort_by(|&a, &b| codes[a].total_cmp(&codes[b]).then(a.cmp(&b)));
    let mut values = vec![None; codes.len()];
    for (rank, &row) in order.iter().enumerate() {
        let u = (rank as f64 + 0.5) / order.len() as f64;
        values[row] = Some(transform.quantile(u));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn columns() -> Vec<Column> {
        vec![
            Column::classes("phase", &[Some("fcc"), Some("bcc"), None, Some("fcc")]),
            Column::numbers("gap", vec![Some(0.0), None, Some(2.0), Some(0.0)]),
            Column::numbers("density", vec![Some(3.0), Some(1.0), Some(2.0), Some(4.0)]),
            Column::classes("flag", &["1", "0", "0", "1"].map(Some)),
        ]
    }

    fn values(column: &Column) -> Vec<Option<f64>> {
        (0..column.len()).map(|row| column.value(row)).collect()
    }

    #[test]
    fn decoding_the_codes_of_the_data_returns_the_data() {
        let columns = columns();
        let space = ColumnSpace::fit(&columns);
        assert_eq!((space.width(), space.n_number_entries(), space.n_class_entries()), (8, 3, 5));
        assert_eq!(space.class_ranges(), [0..3, 3..5]);
        assert_eq!((space.entries("phase"), space.entries("density")), (Some(3..5), Some(1..2)));
        let codes = space.encode(&columns);
        let decoded = space.decode(&codes, 4);
        let expected: Vec<_> = columns.iter().map(values).collect();
        assert_eq!(decoded, expected);
        assert_eq!(space.decode_each(&codes), decoded);
        let back = space.specs().iter().zip(decoded).map(|(s, v)| s.column(v.into_iter()));
        assert_eq!(back.collect::<Vec<_>>(), columns);
    }

    #[test]
    fn snapped_codes_of_the_data_are_the_codes_themselves() {
        let columns = columns();
        let space = ColumnSpace::fit(&columns);
        let codes = space.encode(&columns);
        let tensor = Tensor::from_data(TensorData::new(codes.clone(), [4, 8]), &Device::flex());
        let snapped: Vec<f32> = space.snap(tensor).into_data().iter::<f32>().collect();
        for (a, b) in snapped.iter().zip(&codes) {
            assert!((a - b).abs() < 1e-6);
        }
    }

    #[test]
    fn no_columns_have_no_codes() {
        let space = ColumnSpace::fit(&[]);
        assert_eq!((space.width(), space.encode(&[]).len()), (0, 0));
    }
}
