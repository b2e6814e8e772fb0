//! Samples with conditions, as a data set to train on.

use std::ops::Range;

use burn::tensor::{Device, Int, Tensor, TensorData};
use ndarray::{Array2, ArrayView2};
use rand::Rng;
use wgan_core::WganError;
use wgan_core::train::Dataset;

use super::class_sampling::WeightedRows;
use super::vicinity::Neighbours;
use super::{ClassSampling, ConditionDropout, Vicinity};
use crate::condition::{Cell, Condition, Schema, tensor};
use crate::error::CondError;
use crate::labelled::Labelled;

/// Samples `x: [n, d]` and their conditions.
#[derive(Clone, Debug)]
pub struct ConditionalData {
    x: Tensor<2>,
    y: Array2<f32>,
    cells: Vec<Cell>,
    numbers: Vec<usize>,
    blocks: Vec<Range<usize>>,
    device: Device,
    rows: WeightedRows,
    neighbours: Option<Neighbours>,
    dropout: ConditionDropout,
}

impl ConditionalData {
    /// Samples with one condition each; values may be missing only where training
    /// [withholds](ConditionalData::with_condition_dropout) them anyway.
    ///
    /// # Shapes
    /// - `x`: `[n, d]`, on a scale of about one; `conditions`: `n`
    ///
    /// # Errors
    /// No samples, numbers of rows that differ, a sample that is not finite, a condition that
    /// `schema` refuses.
    pub fn new(
        x: ArrayView2<'_, f64>,
        conditions: &[Condition],
        schema: &Schema,
        device: &Device,
    ) -> Result<Self, CondError> {
        Self::from_coded(x, schema.encode(conditions)?.y, schema, device)
    }

    /// Like [`ConditionalData::new`] for conditions with missing values; what is missing is hidden,
    /// as `dropout` hides other values now and then.
    ///
    /// # Shapes
    /// - `x`: `[n, d]`, `conditions`: `n`
    ///
    /// # Errors
    /// As [`ConditionalData::new`], and [`WganError::Config`] if `dropout` is never or out of range.
    pub fn with_missing(
        x: ArrayView2<'_, f64>,
        conditions: &[Condition],
        schema: &Schema,
        dropout: ConditionDropout,
        device: &Device,
    ) -> Result<Self, CondError> {
        if dropout == ConditionDropout::Never {
            let expected = "All or Each, since conditions have missing values";
            return Err(WganError::config("condition dropout", expected, "Never").into());
        }
        Self::from_coded(x, schema.encode_given(conditions)?.y, schema, device)?
            .with_condition_dropout(dropout)
    }

    fn from_coded(
        x: ArrayView2<'_, f64>,
        y: Array2<f32>,
        schema: &Schema,
        device: &Device,
    ) -> Result<Self, CondError> {
        if x.nrows() != y.nrows() {
            return Err(CondError::rows("conditions", x.nrows(), y.nrows()));
        }
        if x.is_empty() {
            return Err(WganError::TooFew {
                at: "samples",
                what: "rows",
                expected: 1,
                got: x.nrows(),
            }
            .into());
        }
        // Training is in single precision, which ends at 3e38.
        let is_odd = |value: &f64| !(*value as f32).is_finite();
        if let Some(((i, j), &got)) = x.indexed_iter().find(|(_, value)| is_odd(value)) {
            return Err(WganError::NotFinite { at: "samples", index: vec![i, j], got }.into());
        }
        let cells: Vec<Cell> = (0..y.nrows()).map(|row| schema.cell(&y, row)).collect();
        Ok(Self {
            x: tensor(&x.mapv(|value| value as f32), device),
            rows: WeightedRows::new(&cells, ClassSampling::AsInData),
            y,
            cells,
            numbers: schema.number_entries(),
            blocks: schema.blocks().map(|(block, _, _)| block).collect(),
            device: device.clone(),
            neighbours: None,
            dropout: ConditionDropout::Never,
        })
    }

    /// Draws classes as `sampling` says.
    #[must_use]
    pub fn with_class_sampling(mut self, sampling: ClassSampling) -> Self {
        self.rows = WeightedRows::new(&self.cells, sampling);
        self
    }

    /// Smooths over neighbouring numbers.
    ///
    /// # Errors
    /// [`WganError::Config`] if there is no neighbour, or no number to be near in.
    pub fn with_vicinity(mut self, vicinity: Vicinity) -> Result<Self, CondError> {
        if vicinity.n_neighbours == 0 {
            return Err(WganError::config("n_neighbours", "at least 1", 0).into());
        }
        if self.numbers.is_empty() {
            let expected = "a condition that is a number";
            return Err(WganError::config("vicinity", expected, "categories only").into());
        }
        // Rows with missing numbers are near no other rows: their cells differ.
        let given = |row: usize| -> Vec<bool> {
            self.numbers.iter().map(|&entry| self.y[[row, entry + 1]] > 0.0).collect()
        };
        let cells: Vec<(&Cell, Vec<bool>)> =
            self.cells.iter().enumerate().map(|(row, cell)| (cell, given(row))).collect();
        let neighbours = Neighbours::new(&self.y, &cells, &self.numbers, vicinity.n_neighbours);
        self.neighbours = Some(neighbours);
        Ok(self)
    }

    /// Hides conditions now and then.
    ///
    /// # Errors
    /// [`WganError::Config`] if the probability is out of range.
    pub fn with_condition_dropout(mut self, dropout: ConditionDropout) -> Result<Self, CondError> {
        dropout.check()?;
        self.dropout = dropout;
        Ok(self)
    }

    /// Dimension `d` of the samples.
    pub fn sample_width(&self) -> usize {
        self.x.dims()[1]
    }

    /// Coded conditions.
    ///
    /// # Shapes
    /// - returns: `[n, m]`
    pub fn coded_conditions(&self) -> ArrayView2<'_, f32> {
        self.y.view()
    }

    fn labelled(&self, rows: &[usize], y: Vec<f32>) -> Labelled {
        let numbers: Vec<i64> = rows.iter().map(|&row| row as i64).collect();
        let numbers: Tensor<1, Int> =
            Tensor::from_data(TensorData::new(numbers, [rows.len()]), &self.device);
        let y = TensorData::new(y, [rows.len(), self.y.ncols()]);
        Labelled { x: self.x.clone().select(0, numbers), y: Tensor::from_data(y, &self.device) }
    }

    /// The condition that row `row` is shown with this time.
    fn shown_condition<R: Rng>(&self, row: usize, rng: &mut R) -> Vec<f32> {
        let mut y = self.y.row(row).to_vec();
        if let Some(neighbours) = &self.neighbours {
            let (other, share) = neighbours.draw(row, rng);
            self.numbers.iter().for_each(|&e| y[e] += share * (self.y[[other, e]] - y[e]));
        }
        self.dropout.apply(&mut y, &self.blocks, rng);
        y
    }
}

impl Dataset for ConditionalData {
    type Sample = Labelled;

    fn len(&self) -> usize {
        self.y.nrows()
    }

    fn batch(&self, rows: &[usize]) -> Labelled {
        let y = rows.iter().flat_map(|&row| self.y.row(row).to_vec()).collect();
        self.labelled(rows, y)
    }

    fn draw<R: Rng>(&self, size: usize, rng: &mut R) -> Labelled {
        let rows: Vec<usize> = (0..size).map(|_| self.rows.draw(rng)).collect();
        let y = rows.iter().flat_map(|&row| self.shown_condition(row, rng)).collect();
        self.labelled(&rows, y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::ConditionColumn;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// Sample and number are equal, the class is the sign.
    fn line() -> (Array2<f64>, Vec<Condition>, Schema) {
        let x = Array2::from_shape_fn((40, 1), |(i, _)| i as f64 - 19.5);
        let conditions: Vec<Condition> = x
            .iter()
            .map(|&v| {
                Condition::new().with("sign", if v > 0.0 { "plus" } else { "minus" }).with("v", v)
            })
            .collect();
        let columns = [ConditionColumn::categories("sign"), ConditionColumn::number("v", "")];
        let schema = Schema::fit(&columns, &conditions).unwrap();
        (x, conditions, schema)
    }

    fn values(t: Tensor<2>) -> Vec<f32> {
        t.into_data().iter::<f32>().collect()
    }

    fn drawn(data: &ConditionalData, n: usize) -> (Vec<f32>, Vec<[f32; 4]>) {
        let batch = data.draw(n, &mut ChaCha8Rng::seed_from_u64(4));
        let y = values(batch.y).chunks(4).map(|row| [row[0], row[1], row[2], row[3]]).collect();
        (values(batch.x), y)
    }

    /// Standard deviation of 40 numbers one apart.
    const SD: f32 = 11.543_396;

    #[test]
    fn samples_keep_their_own_conditions() {
        let (x, conditions, schema) = line();
        let data = ConditionalData::new(x.view(), &conditions, &schema, &Device::flex()).unwrap();
        let (x, y) = drawn(&data, 100);
        for (x, y) in x.iter().zip(y) {
            assert_eq!([y[0], y[1]], if *x > 0.0 { [0.0, 1.0] } else { [1.0, 0.0] });
            assert!((y[2] * SD - x).abs() < 1e-4 && y[3] == 1.0);
        }
    }

    #[test]
    fn samples_beyond_single_precision_are_named() {
        for odd in [1e200, -1e39, f64::NAN, f64::INFINITY, f64::MAX] {
            let (mut x, conditions, schema) = line();
            x[[3, 0]] = odd;
            let data = ConditionalData::new(x.view(), &conditions, &schema, &Device::flex());
            let message = data.err().unwrap().to_string();
            assert!(message.starts_with("samples: entry [3, 0] is "), "{message}");
        }
    }

    #[test]
    fn smoothing_moves_numbers_by_the_gaps_and_never_the_class() {
        let (x, conditions, schema) = line();
        let data = ConditionalData::new(x.view(), &conditions, &schema, &Device::flex())
            .unwrap()
            .with_vicinity(Vicinity { n_neighbours: 2 })
            .unwrap();
        let (x, y) = drawn(&data, 4000);
        let shifts: Vec<f32> = x.iter().zip(&y).map(|(x, y)| y[2] * SD - x).collect();
        for ((x, y), shift) in x.iter().zip(&y).zip(&shifts) {
            assert_eq!(y[1] > 0.5, *x > 0.0);
            // Two neighbours: one on each side, or the two next ones at an end.
            assert!(shift.abs() < 2.0 + 1e-3);
        }
        let inner: Vec<f32> = x
            .iter()
            .zip(&shifts)
            .filter(|(x, _)| (2.0..18.0).contains(*x))
            .map(|(_, s)| *s)
            .collect();
        let mean = inner.iter().sum::<f32>() / inner.len() as f32;
        // Symmetric, with variance 1/3: four standard errors.
        assert!(mean.abs() < 4.0 * (1.0 / 3.0 / inner.len() as f32).sqrt(), "{mean}");
        assert!(inner.iter().any(|s| s.abs() > 0.5));
    }

    #[test]
    fn withheld_columns_are_zero_as_often_as_asked() {
        let (x, conditions, schema) = line();
        let data = ConditionalData::new(x.view(), &conditions, &schema, &Device::flex()).unwrap();
        let all = data.clone().with_condition_dropout(ConditionDropout::All(0.25)).unwrap();
        let (_, y) = drawn(&all, 4000);
        let n_zero = y.iter().filter(|y| **y == [0.0; 4]).count() as f64;
        assert!((n_zero / 4000.0 - 0.25).abs() < 0.03); // four standard errors
        assert!(y.iter().all(|y| *y == [0.0; 4] || (y[0] + y[1] == 1.0 && y[3] == 1.0)));

        let (_, y) =
            drawn(&data.with_condition_dropout(ConditionDropout::Each(0.5)).unwrap(), 4000);
        for (class, number) in [(true, true), (true, false), (false, true), (false, false)] {
            let is_like = |y: &&[f32; 4]| (y[0] + y[1] == 1.0) == class && (y[3] == 1.0) == number;
            let share = y.iter().filter(is_like).count() as f64 / 4000.0;
            assert!((share - 0.25).abs() < 0.03, "{class} {number}: {share}");
        }
    }

    #[test]
    fn missing_values_need_a_model_that_can_do_without() {
        let (x, mut conditions, schema) = line();
        conditions[3] = Condition::new().with("sign", "minus");
        let device = Device::flex();
        let refused = ConditionalData::new(x.view(), &conditions, &schema, &device).unwrap_err();
        assert_eq!(refused.to_string(), "condition 4: `v` is missing; it takes a number");
        let dropout = ConditionDropout::Each(0.1);
        let data = ConditionalData::with_missing(x.view(), &conditions, &schema, dropout, &device)
            .unwrap();
        assert_eq!(data.coded_conditions().row(3).to_vec(), [1.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn tables_that_do_not_fit_are_refused() {
        let (x, conditions, schema) = line();
        let device = Device::flex();
        let error =
            ConditionalData::new(x.view(), &conditions[..39], &schema, &device).unwrap_err();
        assert_eq!(error.to_string(), "conditions: expected shape [40], got [39]");
        let mut bad = x.clone();
        bad[[7, 0]] = f64::INFINITY;
        let error = ConditionalData::new(bad.view(), &conditions, &schema, &device).unwrap_err();
        assert_eq!(error.to_string(), "samples: entry [7, 0] is inf, expected a finite number");
        let data = ConditionalData::new(x.view(), &conditions, &schema, &device).unwrap();
        let error = data.with_condition_dropout(ConditionDropout::All(1.0)).unwrap_err();
        assert_eq!(error.to_string(), "condition dropout: expected a probability in [0, 1), got 1");
    }
}
