//! Rows of a table without formulas, given some of its columns.

use std::path::Path;

use burn::tensor::Device;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use wgan_core::WganError;
use wgan_core::file::write_atomically;
use wgan_core::train::Recorder;

use super::{RowConfig, RowModel};
use crate::error::MaterialsError;
use crate::model::{Conditions, Given};
use crate::table::{Column, Table};
use crate::target::Target;

const CONDITIONS: &str = "conditions.json";

/// A [`RowModel`] of a table whose rows can be asked to have certain numbers or classes.
pub struct ConditionalRows {
    rows: RowModel,
    conditions: Conditions,
}

impl ConditionalRows {
    /// Fits a model of the rows of `table`, given the columns of these names; none for a model without conditions.
    ///
    /// # Errors
    /// A column that is not there or does not vary, a setting out of range.
    pub fn fit(
        table: &Table,
        names: &[String],
        config: &RowConfig,
        recorder: impl Recorder,
        device: &Device,
    ) -> Result<Self, MaterialsError> {
        let columns: Result<Vec<Column>, MaterialsError> =
            names.iter().map(|name| table.column(name).cloned()).collect();
        let conditions = Conditions::fit(columns?)?;
        let given = match conditions.width() {
            0 => None,
            _ => {
                let all: Vec<usize> = (0..table.len()).collect();
                conditions.given()?.codes(&all, device)
            }
        };
        let rows = RowModel::fit(&table.columns, given, config, recorder, device)?;
        Ok(Self { rows, conditions })
    }

    /// The model of rows.
    pub fn rows(&self) -> &RowModel {
        &self.rows
    }

    /// The columns that are given.
    pub fn conditions(&self) -> &Conditions {
        &self.conditions
    }

    /// `n` new rows, with conditions as in the table.
    ///
    /// # Errors
    /// No row asked for.
    pub fn sample(&self, n: usize, seed: u64) -> Result<Table, MaterialsError> {
        Table::from_columns(None, self.rows.sample(n, seed)?)
    }

    /// `n` new rows that meet the targets, and the known rows that they depart from.
    ///
    /// # Errors
    /// [`MaterialsError::NoneMeets`] if no known row is near; no row asked for.
    pub fn sample_meeting(
        &self,
        targets: &[Target],
        n: usize,
        seed: u64,
        device: &Device,
    ) -> Result<(Table, Given), MaterialsError> {
        let given = self.conditions.meeting(targets)?;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut rows = Vec::with_capacity(n);
        // Each row as often as any other, but for the last round.
        while rows.len() < n {
            let mut order = given.rows.clone();
            let (taken, _) = order.partial_shuffle(&mut rng, n - rows.len());
            rows.extend_from_slice(taken);
        }
        let codes = given.codes(&rows, device);
        let mut columns = self.rows.sample_near(&rows, codes, rng.random())?;
        for column in &mut columns {
            if let Some(asked) = given.columns.iter().find(|asked| asked.name == column.name) {
                column.cells = asked.select(&rows).cells;
            }
        }
        // What follows from a given number follows from the one that was put in.
        let kept: Vec<&str> = given.columns.iter().map(|column| column.name.as_str()).collect();
        let columns = self.rows.space().with_derived(columns, &kept)?;
        Ok((Table::from_columns(None, columns)?, given))
    }

    /// Writes the model to the directory `folder`, weights last.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), MaterialsError> {
        std::fs::create_dir_all(folder).map_err(|e| WganError::io(folder, e))?;
        let path = folder.join(CONDITIONS);
        let text = serde_json::to_vec(&self.conditions).map_err(|e| WganError::saved(&path, e))?;
        write_atomically(&path, &text)?;
        self.rows.save(folder)
    }

    /// Whether `folder` holds a complete model of rows.
    pub fn is_saved(folder: &Path) -> bool {
        folder.join(CONDITIONS).exists() && RowModel::is_saved(folder)
    }

    /// Whether it was fitted to this table, given the columns of these names, with these settings.
    pub fn is_of(&self, table: &Table, names: &[String], config: &RowConfig) -> bool {
        let given = self.conditions.columns().iter().map(|column| &column.name);
        given.eq(names) && self.rows.is_of(&table.columns, config)
    }

    /// Loads the model of the directory `folder`.
    ///
    /// # Errors
    /// If a file is missing, damaged, of another version, of other shapes or not finite.
    pub fn load(folder: &Path, device: &Device) -> Result<Self, MaterialsError> {
        let path = folder.join(CONDITIONS);
        let text = std::fs::read(&path).map_err(|e| WganError::io(&path, e))?;
        let conditions: Conditions =
            serde_json::from_slice(&text).map_err(|e| WganError::saved(&path, e))?;
        let rows = RowModel::load(folder, device)?;
        if !conditions.is_sound(rows.n_known()) || conditions.width() != rows.n_given() {
            return Err(
                WganError::saved(&path, "it does not belong to the rows of the model").into()
            );
        }
        Ok(Self { rows, conditions })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let x: Vec<Option<f64>> = (0..120).map(|i| Some(f64::from(i % 40) / 4.0)).collect();
        let y = x.iter().map(|x| x.map(|x| 2.0 * x + 1.0)).collect();
        let kind: Vec<Option<&str>> = (0..120).map(|i| Some(["a", "b", "c"][i % 3])).collect();
        let columns =
            vec![Column::numbers("x", x), Column::numbers("y", y), Column::classes("kind", &kind)];
        Table::from_columns(None, columns).unwrap()
    }

    #[test]
    fn conditions_hold_for_every_row() {
        let (table, device) = (table(), Device::flex());
        let config = RowConfig::new(5).with_width(8).with_batch_size(32);
        let names = ["x".to_owned(), "kind".to_owned()];
        let model = ConditionalRows::fit(&table, &names, &config, (), &device).unwrap();
        let targets = Target::of_table(&["x=5±1, kind=b".parse().unwrap()], &table).unwrap();
        let (made, given) = model.sample_meeting(&targets, 50, 1, &device).unwrap();
        assert_eq!((made.len(), Target::rows(&targets, &made).len()), (50, 50));
        assert!(given.n_meeting > 0);
        let folder = tempfile::tempdir().unwrap();
        model.save(folder.path()).unwrap();
        assert!(ConditionalRows::is_saved(folder.path()));
        let loaded = ConditionalRows::load(folder.path(), &device).unwrap();
        assert_eq!(loaded.sample(20, 3).unwrap().columns, model.sample(20, 3).unwrap().columns);
        let (again, _) = loaded.sample_meeting(&targets, 50, 1, &device).unwrap();
        assert_eq!(again.columns, made.columns);
    }
}
