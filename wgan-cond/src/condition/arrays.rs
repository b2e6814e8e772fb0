//! Conditions that come as arrays: class labels, and numbers.

use ndarray::{ArrayView1, ArrayView2, Axis};

use super::{Coding, Condition, ConditionColumn, Scale, Schema};
use crate::error::CondError;

/// Name of the column of labels.
const CLASS: &str = "class";

impl Condition {
    /// The class `label` of a [`Schema::of_classes`].
    pub fn class(label: usize) -> Self {
        Self::new().with(CLASS, label.to_string())
    }

    /// The numbers of a row of [`Schema::of_numbers`].
    pub fn numbers<'a>(values: impl IntoIterator<Item = &'a f64>) -> Self {
        Self::new().with_numbers(values)
    }

    /// Also these numbers: `c0`, `c1`, ….
    #[must_use]
    pub fn with_numbers<'a>(self, values: impl IntoIterator<Item = &'a f64>) -> Self {
        let numbered = values.into_iter().enumerate();
        numbered.fold(self, |condition, (k, &value)| condition.with(number_name(k), value))
    }
}

impl Schema {
    /// One condition, the class; the conditions of the rows, in their order.
    ///
    /// Classes are coded in the order of their labels.
    ///
    /// # Shapes
    /// - `labels`: `[n]`
    ///
    /// # Errors
    /// [`CondError::Useless`] without rows.
    ///
    /// # Example
    /// ```
    /// use ndarray::array;
    /// use wgan_cond::{Condition, Schema};
    ///
    /// let labels = array![0_usize, 2, 0, 1];
    /// let (schema, conditions) = Schema::of_classes(labels.view())?;
    /// assert_eq!(schema.width(), 3);
    /// assert_eq!(conditions[1], Condition::class(2));
    /// # Ok::<(), wgan_cond::CondError>(())
    /// ```
    pub fn of_classes(labels: ArrayView1<'_, usize>) -> Result<(Self, Vec<Condition>), CondError> {
        let conditions: Vec<Condition> = labels.iter().map(|&k| Condition::class(k)).collect();
        Ok((Self::of_codings(vec![class_column(labels)?], &conditions)?, conditions))
    }

    /// One condition per column of numbers, `c0`, `c1`, …, standardised; the conditions of the rows, in their order.
    ///
    /// # Shapes
    /// - `values`: `[n, m]`
    ///
    /// # Errors
    /// [`CondError::NotFinite`], and [`CondError::Useless`] for a column of equal numbers.
    pub fn of_numbers(values: ArrayView2<'_, f64>) -> Result<(Self, Vec<Condition>), CondError> {
        let conditions: Vec<Condition> =
            values.rows().into_iter().map(Condition::numbers).collect();
        Ok((Self::fit(&number_columns(values.ncols()), &conditions)?, conditions))
    }

    /// A class and numbers of each row, [`Schema::of_classes`] and [`Schema::of_numbers`] in one.
    ///
    /// # Shapes
    /// - `labels`: `[n]`, `values`: `[n, m]`
    ///
    /// # Errors
    /// As both, and another number of rows.
    pub fn of_classes_and_numbers(
        labels: ArrayView1<'_, usize>,
        values: ArrayView2<'_, f64>,
    ) -> Result<(Self, Vec<Condition>), CondError> {
        if labels.len() != values.nrows() {
            return Err(CondError::rows("numbers", labels.len(), values.nrows()));
        }
        let rows = labels.iter().zip(values.axis_iter(Axis(0)));
        let conditions: Vec<Condition> =
            rows.map(|(&k, row)| Condition::class(k).with_numbers(row)).collect();
        let (numbers, _) = Self::of_numbers(values)?;
        let mut columns = vec![class_column(labels)?];
        columns.extend(numbers.columns().iter().cloned());
        Ok((Self::of_codings(columns, &conditions)?, conditions))
    }
}

/// The column of labels, with the labels that occur in ascending order.
fn class_column(labels: ArrayView1<'_, usize>) -> Result<(ConditionColumn, Coding), CondError> {
    let mut occurring = labels.to_vec();
    occurring.sort_unstable();
    occurring.dedup();
    if occurring.is_empty() {
        let reason = "the training data has no value of it";
        return Err(CondError::Useless { name: CLASS.to_owned(), reason });
    }
    let categories = occurring.iter().map(ToString::to_string).collect();
    Ok((ConditionColumn::categories(CLASS), Coding::OneHot { categories }))
}

fn number_columns(m: usize) -> Vec<ConditionColumn> {
    let column =
        |k| ConditionColumn { name: number_name(k), unit: None, scale: Some(Scale::Standard) };
    (0..m).map(column).collect()
}

fn number_name(k: usize) -> String {
    format!("c{k}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array1, array};

    #[test]
    fn classes_are_coded_in_the_order_of_their_labels() {
        let labels = Array1::from_iter((0..12).rev());
        let (schema, conditions) = Schema::of_classes(labels.view()).unwrap();
        let y = schema.encode(&conditions).unwrap().y;
        for (row, &label) in labels.iter().enumerate() {
            assert_eq!(y[[row, label]], 1.0);
            assert_eq!(y.row(row).sum(), 1.0);
        }
        assert_eq!("class=10".parse::<Condition>().unwrap().to_string(), "class=10");
        let parsed = schema.encode(&["class=10".parse().unwrap()]).unwrap().y;
        assert_eq!(parsed[[0, 10]], 1.0);
    }

    #[test]
    fn numbers_are_standardised_beside_classes() {
        let (labels, values) = (array![1_usize, 0], array![[3.0, -2.0], [5.0, 2.0]]);
        let (schema, conditions) =
            Schema::of_classes_and_numbers(labels.view(), values.view()).unwrap();
        let y = schema.encode(&conditions).unwrap().y;
        // Two classes; each number is its standard score and 1.
        assert_eq!(y, array![[0.0, 1.0, -1.0, 1.0, -1.0, 1.0], [1.0, 0.0, 1.0, 1.0, 1.0, 1.0]]);
        let asked = Condition::class(0).with_numbers(&[4.0, 0.0]);
        let found = schema.encode(&[asked]).unwrap();
        assert_eq!(found.y.row(0).to_vec(), [1.0, 0.0, 0.0, 1.0, 0.0, 1.0]);
        assert!(found.extrapolations.is_empty());
    }

    #[test]
    fn arrays_that_do_not_fit_are_refused() {
        let labels = array![1_usize, 0];
        let refused = Schema::of_classes_and_numbers(labels.view(), array![[1.0]].view());
        assert_eq!(refused.unwrap_err().to_string(), "numbers: expected shape [2], got [1]");
        let none: Array1<usize> = array![];
        assert!(Schema::of_classes(none.view()).is_err());
        let equal = Schema::of_numbers(array![[1.0], [1.0]].view()).unwrap_err().to_string();
        let expected = "expected at least two different numbers in the training data";
        assert_eq!(equal, format!("condition `c0`: {expected}"));
        assert!(Schema::of_numbers(array![[1.0], [f64::NAN]].view()).is_err());
    }
}
