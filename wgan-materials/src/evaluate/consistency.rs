//! Does a candidate's property fit its composition?

use std::collections::BTreeMap;

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

use super::Notes;
use super::rows::{MaterialRows, PropertyColumn, shared, standard_deviation};
use crate::composition::Composition;
use crate::error::MaterialsError;
use crate::features::feature_rows;
use crate::forest::{Forest, ForestConfig};

/// Trees of the forest; with 100 the error on held-out rows of the real sets is lower by less than 1 %.
const N_TREES: usize = 60;

/// Larger references are sampled: the error changes by little and the time grows with the rows.
const MOST_ROWS: usize = 8000;

/// Of more candidates, so many are drawn: their mean deviates from that of all by a third of a percent.
const MOST_ASKED: usize = 100_000;

/// Fewer reference rows teach nothing.
const LEAST_ROWS: usize = 10;

/// Error by property; none where it cannot be measured.
pub(super) struct Consistency(BTreeMap<String, Option<f64>>);

impl Consistency {
    /// Mean over the properties that have an error.
    pub(super) fn mean(&self) -> Option<f64> {
        let known: Vec<f64> = self.0.values().copied().flatten().collect();
        (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
    }

    pub(super) fn into_map(self) -> BTreeMap<String, Option<f64>> {
        self.0
    }
}

/// `mean |property − forest(composition)| / deviation` for each property that both have; none if there is none.
///
/// The forest learns the reference from atomic fractions and the statistics of element properties.
pub(super) fn measure(
    reference: &MaterialRows,
    candidates: &MaterialRows,
    rng: &mut impl Rng,
    notes: &mut Notes,
) -> Option<Consistency> {
    let pairs = shared(reference, candidates);
    if pairs.is_empty() {
        return None;
    }
    let mut errors = BTreeMap::new();
    for (real, fake) in pairs {
        let error = error(reference, real, candidates.compositions, fake, rng);
        let name = format!("property_consistency of {}", real.name);
        errors.insert(real.name.to_string(), notes.keep(&name, error));
    }
    Some(Consistency(errors))
}

/// The error of one property, or the reason why there is none.
fn error(
    reference: &MaterialRows,
    real: PropertyColumn,
    asked: &[Composition],
    fake: PropertyColumn,
    rng: &mut impl Rng,
) -> Result<f64, String> {
    let (mut rows, values) = real.known(reference.len());
    if rows.len() < LEAST_ROWS {
        return Err(format!(
            "{} reference rows with a value, at least {LEAST_ROWS} are needed",
            rows.len()
        ));
    }
    let deviation = standard_deviation(&values).ok_or("the reference values do not vary")?;
    let (mut asked_rows, _) = fake.known(asked.len());
    if asked_rows.is_empty() {
        return Err("no candidate has a value".to_string());
    }
    if asked_rows.len() > MOST_ASKED {
        asked_rows = asked_rows.partial_shuffle(rng, MOST_ASKED).0.to_vec();
    }
    let asked_values: Vec<f64> = asked_rows.iter().filter_map(|&row| fake.value(row)).collect();
    rows.shuffle(rng);
    rows.truncate(MOST_ROWS);
    let known: Vec<_> = rows.iter().map(|&row| reference.compositions[row].clone()).collect();
    let targets: Vec<f64> = rows.iter().filter_map(|&row| real.value(row)).collect();
    let config = ForestConfig { n_trees: N_TREES, ..ForestConfig::numbers(rng.random()) };
    let forest = config.fit(feature_rows(&known).view(), &targets);
    let predicted = forest.and_then(|forest| {
        let asked: Vec<Composition> = asked_rows.iter().map(|&row| asked[row].clone()).collect();
        predicted(&forest, &asked)
    });
    let predicted = predicted.map_err(|error| error.to_string())?;
    let total: f64 = predicted.iter().zip(&asked_values).map(|(p, v)| (p - v).abs()).sum();
    Ok(total / asked_values.len() as f64 / deviation)
}

/// Rows whose features are in memory together.
const ROWS_AT_ONCE: usize = 1 << 14;

/// What a forest of the [`feature_rows`] of compositions says of these.
pub(super) fn predicted(
    forest: &Forest,
    compositions: &[Composition],
) -> Result<Vec<f64>, MaterialsError> {
    let mut all = Vec::with_capacity(compositions.len());
    for part in compositions.chunks(ROWS_AT_ONCE) {
        all.extend(forest.predict(feature_rows(part).view())?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Element;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// Oxides `MO` of forty metals, each five times over with other amounts, and their mean atomic number.
    fn oxides() -> (Vec<Composition>, Vec<Option<f64>>) {
        let oxygen = Element::from_symbol("O").unwrap();
        let oxide = |i: usize| {
            let metal = Element::ALL[20 + i % 40];
            let x = 0.3 + 0.1 * (i / 40) as f64;
            let composition = Composition::from_amounts([(metal, x), (oxygen, 1.0 - x)]).unwrap();
            (composition, Some(x * metal.atomic_number() as f64 + (1.0 - x) * 8.0))
        };
        (0..200).map(oxide).unzip()
    }

    fn measured(shift: f64, constant: Option<f64>) -> (Option<Consistency>, Vec<String>) {
        let (compositions, z) = oxides();
        let reference: Vec<_> = z.iter().map(|z| constant.or(*z)).collect();
        let shifted: Vec<_> = z.iter().map(|z| z.map(|z| z + shift)).collect();
        let mut notes = Notes::default();
        let found = measure(
            &MaterialRows::new(&compositions).with_property("z", &reference),
            &MaterialRows::new(&compositions).with_property("z", &shifted),
            &mut ChaCha8Rng::seed_from_u64(0),
            &mut notes,
        );
        (found, notes.into_lines())
    }

    #[test]
    fn a_property_that_follows_from_the_composition_is_consistent() {
        let error = measured(0.0, None).0.unwrap().mean().unwrap();
        assert!(error < 0.05, "{error}"); // one of the features is this property
    }

    #[test]
    fn an_error_is_counted_in_deviations() {
        let (_, z) = oxides();
        let known: Vec<f64> = z.into_iter().flatten().collect();
        let deviation = standard_deviation(&known).unwrap();
        let error = measured(3.0 * deviation, None).0.unwrap().mean().unwrap();
        assert!((error - 3.0).abs() < 0.05, "{error}");
    }

    #[test]
    fn a_constant_reference_gives_a_reason() {
        let (found, notes) = measured(0.0, Some(1.0));
        assert_eq!(found.unwrap().mean(), None);
        assert_eq!(notes, ["property_consistency of z: the reference values do not vary"]);
    }
}
