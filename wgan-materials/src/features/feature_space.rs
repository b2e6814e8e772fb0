//! The feature space of a table: named features with units, whitened on request.

use std::ops::Range;
use std::path::Path;

use ndarray::{Array2, ArrayView2, Axis, Slice};
use polars::prelude::{Column as FrameColumn, DataFrame};
use serde::{Deserialize, Serialize};
use wgan_core::WganError;
use wgan_core::file::write_atomically;
use wgan_core::whitening::{Whitener, Whitening};

use super::composition_features::feature_rows;
use super::feature_block::{ColumnBlock, CompositionBlock, Feature};
use crate::composition::Composition;
use crate::error::MaterialsError;
use crate::table::Table;

/// Feature vectors of tables like the one it was fitted to.
///
/// - A composition brings the atomic fractions of the elements that the table has and the statistics of
///   [`feature_rows`].
/// - A number brings its value, a missing one the mean of the column and a 1 in `NAME is missing`.
/// - A class is one-hot; a missing one has an entry of its own.
///
/// With a [`Whitening`] the vectors are `z = (x − m)·W`, whose covariance is the identity over the rows of the table. Constant
/// and collinear features cost no more than their directions: PCA and Cholesky leave them out, and the inverse gives
/// them back.
///
/// # Example
/// ```
/// use wgan_materials::polars::prelude::df;
/// use wgan_materials::{FeatureSpace, ReadOptions, Table, Whitening};
///
/// let frame = df!(
///     "density" => [2.7, 7.9, 8.9, 4.5],
///     "melting_K" => [933, 1811, 1358, 1941],
///     "phase" => ["fcc", "bcc", "fcc", "hcp"],
/// )?;
/// let table = Table::from_frame(&frame, &ReadOptions::default())?;
/// let space = FeatureSpace::fit(&table, Some(Whitening::Pca))?;
/// let vectors = space.transform(&table)?; // [4, 3]: four rows vary in three directions at most
/// assert_eq!(vectors.dim(), (4, 3));
/// assert_eq!(space.inverse(vectors.view())?.frame()?, frame);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeatureSpace {
    composition: Option<CompositionBlock>,
    columns: Vec<ColumnBlock>,
    whitener: Option<Whitener>,
}

impl FeatureSpace {
    /// The space of the rows of `table`.
    ///
    /// # Errors
    /// Numbers so large that their variance is not finite.
    pub fn fit(table: &Table, whitening: Option<Whitening>) -> Result<Self, MaterialsError> {
        let composition = table.compositions.as_deref().map(CompositionBlock::fit);
        let columns = table.columns.iter().map(ColumnBlock::fit).collect();
        let mut space = Self { composition, columns, whitener: None };
        if let Some(whitening) = whitening {
            let rows = space.raw(table)?;
            space.whitener = Some(whitening.fit(rows.view(), 0.0)?);
        }
        Ok(space)
    }

    /// The features before whitening, in the order of their columns.
    pub fn features(&self) -> Vec<Feature> {
        let composition = self.composition.iter().flat_map(CompositionBlock::features);
        composition.chain(self.columns.iter().flat_map(ColumnBlock::features)).collect()
    }

    /// The whitening, if there is one.
    pub fn whitener(&self) -> Option<&Whitener> {
        self.whitener.as_ref()
    }

    /// Names of the columns of the vectors: those of the features, or `component_1`, … after whitening.
    pub fn names(&self) -> Vec<String> {
        match &self.whitener {
            None => self.features().into_iter().map(|feature| feature.name).collect(),
            Some(whitener) => {
                (1..=whitener.n_outputs()).map(|i| format!("component_{i}")).collect()
            }
        }
    }

    /// Vectors of the rows of a table with the same columns.
    ///
    /// # Shapes
    /// - returns: `[n, d]` in the units of the features, or `[n, k]` without unit after whitening
    ///
    /// # Errors
    /// A column that is not there; an element, a class or a missing cell that the fitted table did not have.
    pub fn transform(&self, table: &Table) -> Result<Array2<f64>, MaterialsError> {
        let rows = self.raw(table)?;
        Ok(match &self.whitener {
            Some(whitener) => whitener.transform(rows.view())?,
            None => rows,
        })
    }

    /// Vectors of the rows of a table as a frame, with the names of the columns.
    ///
    /// # Errors
    /// As [`transform`](Self::transform).
    pub fn frame(&self, table: &Table) -> Result<DataFrame, MaterialsError> {
        let vectors = self.transform(table)?;
        let column = |(name, values): (String, ndarray::ArrayView1<f64>)| {
            FrameColumn::new(name.into(), values.to_vec())
        };
        let columns = self.names().into_iter().zip(vectors.axis_iter(Axis(1))).map(column);
        Ok(DataFrame::new(table.len(), columns.collect())?)
    }

    /// The table of these vectors, in the units and types of the fitted one: numbers inside its range and with its decimals, the
    /// likeliest class, amounts from the fractions.
    ///
    /// # Shapes
    /// - `vectors`: `[n, d]`, or `[n, k]` after whitening
    ///
    /// # Errors
    /// Another width, no row, a composition without any element.
    pub fn inverse(&self, vectors: ArrayView2<'_, f64>) -> Result<Table, MaterialsError> {
        let rows = self.inverse_features(vectors)?;
        let blocks = self.ranges();
        let of = |range: &Range<usize>| rows.slice_axis(Axis(1), Slice::from(range.clone()));
        let (composition, columns) = match &self.composition {
            Some(block) => {
                let fractions = of(&blocks[0]);
                let decoded = fractions.rows().into_iter().map(|row| block.decode(row));
                (Some(decoded.collect::<Result<Vec<Composition>, _>>()?.into()), &blocks[1..])
            }
            None => (None, &blocks[..]),
        };
        let columns =
            self.columns.iter().zip(columns).map(|(block, range)| block.decode(of(range)));
        Table::from_columns(composition, columns.collect())
    }

    /// The features of these vectors before whitening, as real numbers.
    ///
    /// # Shapes
    /// - `vectors`: `[n, k]`; returns `[n, d]`
    ///
    /// # Errors
    /// Another width.
    pub fn inverse_features(
        &self,
        vectors: ArrayView2<'_, f64>,
    ) -> Result<Array2<f64>, MaterialsError> {
        if let Some(whitener) = &self.whitener {
            return Ok(whitener.inverse(vectors)?);
        }
        let d = self.ranges().last().map_or(0, |range| range.end);
        if vectors.ncols() != d {
            let (expected, got) = (vec![vectors.nrows(), d], vectors.shape().to_vec());
            return Err(WganError::Shape { at: "feature vectors", expected, got }.into());
        }
        Ok(vectors.to_owned())
    }

    /// Writes the space to a file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), MaterialsError> {
        let text = serde_json::to_vec_pretty(self).map_err(|e| WganError::saved(path, e))?;
        Ok(write_atomically(path, &text)?)
    }

    /// Reads a space from a file.
    ///
    /// # Errors
    /// If it cannot be read or is damaged.
    pub fn load(path: &Path) -> Result<Self, MaterialsError> {
        let text = std::fs::read(path).map_err(|e| WganError::io(path, e))?;
        let space: Self = serde_json::from_slice(&text).map_err(|e| WganError::saved(path, e))?;
        let d = space.ranges().last().map_or(0, |range| range.end);
        match &space.whitener {
            Some(whitener) if whitener.n_inputs() != d => {
                let reason = format!("{d} features, but a whitening of {}", whitener.n_inputs());
                Err(WganError::saved(path, reason).into())
            }
            _ => Ok(space),
        }
    }

    /// Features of each block: the composition, if there is one, then the columns.
    fn ranges(&self) -> Vec<Range<usize>> {
        let composition = self.composition.iter().map(|block| block.places().count());
        let mut end = 0;
        let range = |width: usize| {
            let start = end;
            end += width;
            start..end
        };
        composition.chain(self.columns.iter().map(ColumnBlock::width)).map(range).collect()
    }

    /// Features before whitening, `[n, d]`.
    fn raw(&self, table: &Table) -> Result<Array2<f64>, MaterialsError> {
        let ranges = self.ranges();
        let mut rows = Array2::zeros((table.len(), ranges.last().map_or(0, |range| range.end)));
        let mut ranges = ranges.into_iter();
        if let Some((block, range)) = self
            .composition
            .as_ref()
            .zip(self.composition.is_some().then(|| ranges.next()).flatten())
        {
            let compositions = table.formulas();
            if compositions.len() != table.len() {
                let columns = table.columns.iter().map(|column| column.name.clone()).collect();
                return Err(MaterialsError::NoSuchColumn { name: "formula".into(), columns });
            }
            if let Some((row, element)) = block.unseen(compositions) {
                let (name, got) = ("formula".to_owned(), element.to_string());
                return Err(MaterialsError::UnseenValue { name, row: row + 1, got });
            }
            let all = feature_rows(compositions);
            for (to, from) in range.zip(block.places()) {
                rows.column_mut(to).assign(&all.column(from));
            }
        }
        for (block, range) in self.columns.iter().zip(ranges) {
            let column = table.column(block.name())?;
            for row in 0..table.len() {
                let mut to = rows.row_mut(row);
                block.encode(
                    column,
                    row,
                    to.slice_axis_mut(Axis(0), Slice::from(range.clone())),
                )?;
            }
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Column, ReadOptions};
    use approx::assert_abs_diff_eq;

    /// A table with a constant column, two equal ones and missing cells, from a recurrence.
    fn table(n: usize) -> Table {
        let mut state = 7_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            ((state >> 33) % 10_000) as f64 / 100.0
        };
        let a: Vec<Option<f64>> = (0..n).map(|_| Some(next())).collect();
        let b: Vec<Option<f64>> =
            (0..n).map(|i| (i % 3 > 0).then(|| (1e6 * next()).round())).collect();
        let class: Vec<Option<&str>> =
            (0..n).map(|i| ["x", "y", "z"].get(i % 4).copied()).collect();
        let columns = vec![
            Column::numbers("a", a.clone()),
            Column::numbers("same as a", a),
            Column::numbers("b", b),
            Column::numbers("constant", vec![Some(3.0); n]),
            Column::classes("class", &class),
        ];
        let symbols = ["Na", "K", "Mg", "Fe", "Cu"];
        let formula = |i: usize| format!("{}{}O{}", symbols[i % 5], i % 7 + 1, i % 3 + 1);
        let compositions = (0..n).map(|i| Composition::parse(&formula(i)).unwrap()).collect();
        Table::from_columns(Some(compositions), columns).unwrap()
    }

    fn check(table: &Table, whitening: Whitening) {
        let space = FeatureSpace::fit(table, Some(whitening)).unwrap();
        let raw = FeatureSpace::fit(table, None).unwrap().transform(table).unwrap();
        let z = space.transform(table).unwrap();
        let n = table.len() as f64;
        let rank = space.whitener().unwrap().rank();
        let mut n_unit = 0.0;
        for i in 0..z.ncols() {
            for j in 0..z.ncols() {
                let covariance = z.column(i).dot(&z.column(j)) / (n - 1.0);
                match whitening {
                    // ZCA keeps all columns: its covariance projects on the kept directions.
                    Whitening::Zca if i == j => n_unit += covariance,
                    Whitening::Zca => {}
                    _ => {
                        assert_abs_diff_eq!(covariance, f64::from(u8::from(i == j)), epsilon = 1e-6)
                    }
                }
            }
        }
        if whitening == Whitening::Zca {
            assert_abs_diff_eq!(n_unit, rank as f64, epsilon = 1e-6);
        }
        let back = space.inverse_features(z.view()).unwrap();
        for (column, from) in raw.columns().into_iter().zip(back.columns()) {
            let deviation = column.std(0.0).max(1e-300);
            let scale = if deviation > 1e-12 * column[0].abs() { deviation } else { 1.0 };
            for (x, y) in column.iter().zip(from) {
                assert!((x - y).abs() <= 1e-9 * scale, "{x} {y} {scale}");
            }
        }
        assert_eq!(space.inverse(z.view()).unwrap().columns, table.columns);
        let decoded = space.inverse(z.view()).unwrap();
        for (a, b) in decoded.formulas().iter().zip(table.formulas()) {
            assert!(a.distance(b) < 1e-6, "{a} {b}");
        }
    }

    #[test]
    fn whitened_vectors_have_unit_covariance_and_come_back() {
        for whitening in [Whitening::Pca, Whitening::Zca, Whitening::Cholesky] {
            check(&table(400), whitening);
            check(&table(30), whitening); // more features than rows
        }
    }

    #[test]
    fn features_have_names_and_units() {
        let frame = polars::prelude::df!(
            "formula" => ["NaCl", "KCl"], "gap_eV" => [Some(8.5), None], "phase" => ["a", "b"],
        );
        let options = ReadOptions { classes: vec!["phase".into()], ..ReadOptions::default() };
        let table = Table::from_frame(&frame.unwrap(), &options).unwrap();
        let space = FeatureSpace::fit(&table, None).unwrap();
        let features = space.features();
        let names: Vec<&str> = features.iter().map(|feature| feature.name.as_str()).collect();
        assert_eq!(names[..3], ["fraction_Na", "fraction_Cl", "fraction_K"]);
        assert_eq!(names[names.len() - 4..], ["gap_eV", "gap_eV is missing", "phase=a", "phase=b"]);
        assert_eq!(features[names.len() - 4].unit.as_deref(), Some("eV"));
        assert_eq!(space.frame(&table).unwrap().width(), names.len());
        let radius = features.iter().find(|feature| feature.name == "atomic_radius_mean").unwrap();
        assert_eq!(radius.unit.as_deref(), Some("pm"));
    }

    #[test]
    fn what_was_not_there_is_refused() {
        let table = table(30);
        let space = FeatureSpace::fit(&table, None).unwrap();
        let other = |column: Column| {
            let mut columns = table.columns.clone();
            let place = columns.iter().position(|known| known.name == column.name).unwrap();
            columns[place] = column;
            let table = Table::from_columns(table.compositions.clone(), columns).unwrap();
            space.transform(&table).unwrap_err().to_string()
        };
        let classes = vec![Some("w"); 30];
        let message = other(Column::classes("class", &classes));
        assert_eq!(message, "column `class`, row 1: \"w\" did not occur when the table was fitted");
        let message = other(Column::numbers("a", vec![None; 30]));
        assert_eq!(message, "column `a`, row 1: nothing did not occur when the table was fitted");
        let nothing = Array2::zeros((2, 3));
        assert!(space.inverse(nothing.view()).is_err());
    }

    #[test]
    fn a_saved_space_is_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("space.json");
        let space = FeatureSpace::fit(&table(50), Some(Whitening::Pca)).unwrap();
        space.save(&path).unwrap();
        assert_eq!(FeatureSpace::load(&path).unwrap(), space);
        std::fs::write(&path, "{}").unwrap();
        assert!(FeatureSpace::load(&path).is_err());
    }
}
