//! Can a forest learn from generated rows what it would learn from real ones?

use ndarray::Array2;
use wgan_cond::{Conditioned, SyntheticScore, train_on_synthetic};

use super::model::{conditions, schema};
use super::{MixedCells, MixedTable};
use crate::error::MaterialsError;
use crate::forest::ForestLearner;

/// Trains a forest on `synthetic` rows to predict column `label` from the others and tests it on `test` rows, beside the
/// same forest trained on `real` rows: share of right classes, or mean absolute error of a number.
///
/// A number with at most ten different values, all whole, counts as classes. Forests see numbers as they are and
/// classes by their place in the alphabet; a missing cell is below all others.
///
/// # Errors
/// Columns of other names or kinds, a row without label.
pub fn synthetic_score(
    label: &str,
    synthetic: &MixedTable,
    real: &MixedTable,
    test: &MixedTable,
    seed: u64,
) -> Result<SyntheticScore, MaterialsError> {
    let names = [label.to_owned()];
    let tables = [synthetic, real, test];
    let rows: Result<Vec<_>, MaterialsError> =
        tables.iter().map(|table| conditions(table, &names)).collect();
    let rows = rows?;
    let schema = schema(real, &names, &rows.concat())?;
    let mut features = features(label, &tables)?.into_iter().zip(rows);
    let mut side = || {
        let (x, rows) = features.next().unwrap_or_default();
        Conditioned::new(x, rows)
    };
    let (synthetic, real, test) = (side()?, side()?, side()?);
    Ok(train_on_synthetic(&ForestLearner { seed }, &schema, label, &synthetic, &real, &test)?)
}

/// All columns but the label as numbers, one matrix per table, coded alike.
fn features(label: &str, tables: &[&MixedTable]) -> Result<Vec<Array2<f64>>, MaterialsError> {
    let mut found: Vec<Array2<f64>> = Vec::new();
    let names: Vec<&str> =
        tables[1].columns().iter().map(|c| c.name.as_str()).filter(|&name| name != label).collect();
    for table in tables {
        found.push(Array2::zeros((table.len(), names.len())));
    }
    for (j, name) in names.iter().enumerate() {
        let columns: Result<Vec<&MixedCells>, _> =
            tables.iter().map(|table| table.column(name).map(|column| &column.cells)).collect();
        for (x, values) in found.iter_mut().zip(numbers(name, &columns?)?) {
            values.into_iter().enumerate().for_each(|(i, value)| x[[i, j]] = value);
        }
    }
    Ok(found)
}

/// One column of several tables as numbers.
fn numbers(name: &str, columns: &[&MixedCells]) -> Result<Vec<Vec<f64>>, MaterialsError> {
    let mut classes: Vec<&String> = Vec::new();
    let mut least = 0.0_f64;
    for column in columns {
        match column {
            MixedCells::Classes(cells) => classes.extend(cells.iter().flatten()),
            MixedCells::Numbers(cells) => {
                least = cells.iter().flatten().copied().fold(least, f64::min)
            }
        }
    }
    classes.sort_unstable();
    classes.dedup();
    let is_classes = !classes.is_empty();
    let column = |cells: &&MixedCells| match cells {
        MixedCells::Numbers(_) if is_classes => {
            let reason = "it holds classes in one table and numbers in another".to_owned();
            Err(MaterialsError::MixedColumn { name: name.to_owned(), reason })
        }
        MixedCells::Numbers(cells) => Ok(cells.iter().map(|v| v.unwrap_or(least - 1.0)).collect()),
        MixedCells::Classes(cells) => {
            let place = |cell: &Option<String>| {
                cell.as_ref()
                    .and_then(|c| classes.binary_search(&c).ok())
                    .map_or(-1.0, |i| i as f64)
            };
            Ok(cells.iter().map(place).collect())
        }
    };
    columns.iter().map(column).collect()
}
