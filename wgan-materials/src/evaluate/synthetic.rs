//! Can a forest learn from generated rows what it would learn from real ones?

use ndarray::{Array2, Axis};
use wgan_cond::{
    Condition, ConditionColumn, Conditioned, Schema, SyntheticScore, train_on_synthetic,
};

use super::row_coding::RowCoding;
use crate::error::MaterialsError;
use crate::forest::ForestLearner;
use crate::table::Table;

/// Trains a forest on `synthetic` rows to predict the column `label` from the others and tests it on `test` rows, beside the
/// same forest trained on `real` rows: share of right classes, or mean absolute error of a number.
///
/// # Errors
/// A label that a table does not have, a row without label.
///
/// # References
/// Esteban, Hyland, Rätsch (2017), Real-valued (medical) time series generation with recurrent conditional GANs, section 4.
pub fn synthetic_score(
    label: &str,
    synthetic: &Table,
    real: &Table,
    test: &Table,
    seed: u64,
) -> Result<SyntheticScore, MaterialsError> {
    let coding = RowCoding::fit(real, real);
    let place = coding.columns().position(|column| column.name == label);
    let others: Vec<usize> = (0..coding.columns().count()).filter(|&j| Some(j) != place).collect();
    let is_class = real.column(label)?.is_class();
    let declared = match is_class {
        true => ConditionColumn::categories(label),
        false => ConditionColumn::number(label, ""),
    };
    let rows = |table: &Table| -> Result<Vec<Condition>, MaterialsError> {
        let column = table.column(label)?;
        let row = |row: usize| match (is_class, column.number(row), column.text(row)) {
            (false, Some(number), _) => Condition::new().with(label, number),
            (true, _, Some(class)) => Condition::new().with(label, class.as_str()),
            _ => Condition::new(),
        };
        Ok((0..table.len()).map(row).collect())
    };
    let tables = [synthetic, real, test];
    let conditions: Result<Vec<_>, MaterialsError> = tables.iter().map(|t| rows(t)).collect();
    let conditions = conditions?;
    let schema = Schema::fit(&[declared], &conditions.concat())?;
    let features =
        |table: &Table| -> Array2<f64> { coding.ordinal(table).select(Axis(1), &others) };
    let mut sides = tables.iter().zip(conditions);
    let mut side = || {
        let (table, rows) = sides.next().unwrap_or((&real, Vec::new()));
        Conditioned::new(features(table), rows)
    };
    let (synthetic, real, test) = (side()?, side()?, side()?);
    Ok(train_on_synthetic(&ForestLearner { seed }, &schema, label, &synthetic, &real, &test)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;

    /// A class that follows from a number, and a number that follows from the class.
    fn table(from: usize, n: usize) -> Table {
        let x = (from..from + n).map(|i| Some((i % 17) as f64)).collect();
        let class: Vec<Option<&str>> =
            (from..from + n).map(|i| Some(if i % 17 < 8 { "low" } else { "high" })).collect();
        let columns = vec![Column::numbers("x", x), Column::classes("c", &class)];
        Table::from_columns(None, columns).unwrap()
    }

    #[test]
    fn rows_of_the_same_law_teach_the_same() {
        let (real, test) = (table(0, 200), table(3, 60));
        let score = synthetic_score("c", &table(7, 200), &real, &test, 0).unwrap();
        assert_eq!((score.real, score.synthetic), (1.0, 1.0));
        let score = synthetic_score("x", &real, &real, &test, 0).unwrap();
        assert_eq!(score.real, score.synthetic);
        assert!(synthetic_score("y", &real, &real, &test, 0).is_err());
    }
}
