//! Rows of a table without formulas, given some of its columns.

use std::path::Path;

use burn::tensor::{Device, Tensor};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use wgan_core::WganError;
use wgan_core::file::write_atomically;
use wgan_core::train::{Checkpoints, Recorder};

use super::row_card::RowCard;
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
    /// With `checkpoints` it resumes from the newest one, and the result is the one an uninterrupted fit gives.
    ///
    /// # Errors
    /// A column that is not there or does not vary, a setting out of range, a checkpoint that cannot be read or written.
    pub fn fit(
        table: &Table,
        names: &[String],
        config: &RowConfig,
        checkpoints: Option<Checkpoints>,
        recorder: impl Recorder,
        device: &Device,
    ) -> Result<Self, MaterialsError> {
        let (conditions, given) = conditions(table, names, device)?;
        let rows = RowModel::fit(&table.columns, given, config, checkpoints, recorder, device)?;
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
        write_conditions(&self.conditions, folder)?;
        self.rows.save(folder)
    }

    /// Whether `folder` holds a complete model of rows.
    pub fn is_saved(folder: &Path) -> bool {
        folder.join(CONDITIONS).exists() && RowModel::is_saved(folder)
    }

    /// Loads the model of the directory `folder`.
    ///
    /// # Errors
    /// If a file is missing, damaged, of another version, of other shapes or not finite.
    pub fn load(folder: &Path, device: &Device) -> Result<Self, MaterialsError> {
        let conditions = read_conditions(folder)?;
        let rows = RowModel::load(folder, device)?;
        check_conditions(&conditions, (rows.n_known(), rows.n_given()), folder)?;
        Ok(Self { rows, conditions })
    }
}

/// Settings and data of a [`ConditionalRows`], which a directory has before the fit is finished.
#[derive(Clone, Debug)]
pub struct RowsCard {
    rows: RowCard,
    conditions: Conditions,
}

impl RowsCard {
    /// Card of a model of `table`, given the columns of these names, with these settings.
    ///
    /// # Errors
    /// As [`ConditionalRows::fit`].
    pub fn new(
        table: &Table,
        names: &[String],
        config: &RowConfig,
    ) -> Result<Self, MaterialsError> {
        let (conditions, given) = conditions(table, names, &Device::flex())?;
        Ok(Self { rows: RowCard::new(&table.columns, given.as_ref(), config)?, conditions })
    }

    /// Card in the model directory `folder`, if there is one.
    ///
    /// # Errors
    /// If it is damaged, of another version, or contradicts itself.
    pub fn read(folder: &Path) -> Result<Option<Self>, MaterialsError> {
        if !RowCard::is_in(folder) {
            return Ok(None);
        }
        let rows = RowCard::read(folder)?;
        let conditions = read_conditions(folder)?;
        check_conditions(&conditions, (rows.n_known(), rows.n_given), folder)?;
        Ok(Some(Self { rows, conditions }))
    }

    /// Writes the card to the model directory `folder`.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), MaterialsError> {
        write_conditions(&self.conditions, folder)?;
        self.rows.write(folder)
    }

    /// What makes a model with the card `other` a different one; none if nothing does.
    pub fn difference(&self, other: &Self) -> Option<String> {
        let difference = self.rows.difference(&other.rows);
        difference.or_else(|| {
            (self.conditions != other.conditions).then(|| "to other conditions".to_owned())
        })
    }
}

/// The given columns of these names, and their codes for the rows of the table, `[n, m]`.
fn conditions(
    table: &Table,
    names: &[String],
    device: &Device,
) -> Result<(Conditions, Option<Tensor<2>>), MaterialsError> {
    let columns: Result<Vec<Column>, MaterialsError> =
        names.iter().map(|name| table.column(name).cloned()).collect();
    let conditions = Conditions::fit(columns?)?;
    let given = match conditions.width() {
        0 => None,
        _ => conditions.given()?.codes(&(0..table.len()).collect::<Vec<_>>(), device),
    };
    Ok((conditions, given))
}

fn write_conditions(conditions: &Conditions, folder: &Path) -> Result<(), MaterialsError> {
    let path = folder.join(CONDITIONS);
    let text = serde_json::to_vec(conditions).map_err(|e| WganError::saved(&path, e))?;
    Ok(write_atomically(&path, &text)?)
}

fn read_conditions(folder: &Path) -> Result<Conditions, MaterialsError> {
    let path = folder.join(CONDITIONS);
    let text = std::fs::read(&path).map_err(|e| WganError::io(&path, e))?;
    Ok(serde_json::from_slice(&text).map_err(|e| WganError::saved(&path, e))?)
}

fn check_conditions(
    conditions: &Conditions,
    (n_known, n_given): (usize, usize),
    folder: &Path,
) -> Result<(), MaterialsError> {
    if conditions.is_sound(n_known) && conditions.width() == n_given {
        return Ok(());
    }
    let reason = "it does not belong to the rows of the model";
    Err(WganError::saved(folder.join(CONDITIONS), reason).into())
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
        let model = ConditionalRows::fit(&table, &names, &config, None, (), &device).unwrap();
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
