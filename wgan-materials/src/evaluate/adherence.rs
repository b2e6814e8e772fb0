//! Do candidates have the properties that were asked for?

use ndarray::Axis;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::conditional_law::ConditionalDistance;
use super::consistency::predicted;
use crate::composition::Composition;
use crate::error::MaterialsError;
use crate::features::feature_rows;
use crate::forest::{Forest, ForestConfig};
use crate::table::Table;
use crate::target::Target;

/// Forests, each of which leaves out another part of the reference.
const N_FORESTS: usize = 3;

/// Trees of each.
const N_TREES: usize = 40;

/// Larger references are sampled.
const MOST_ROWS: usize = 8000;

/// How far candidates have what was asked for, as forests see it that learnt the property from the composition of
/// the known materials.
///
/// Forests draw every prediction towards the middle, so the share of `real` is what perfect candidates have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adherence {
    /// What was asked for.
    pub asked: String,
    /// Share of candidates whose predicted property meets it.
    pub within: Option<f64>,
    /// Mean `|prediction − centre|` of candidates in the unit of the column, for a class one minus its predicted share; none for
    /// several columns together.
    pub deviation: Option<f64>,
    /// Share of candidates that were drawn without being asked for it; only where such were drawn.
    pub within_unasked: Option<f64>,
    /// Mean deviation of those.
    pub deviation_unasked: Option<f64>,
    /// Known materials that have what was asked for.
    pub n_real: usize,
    /// Share of them whose property, predicted by a forest that has not seen them, meets it.
    pub real: Option<f64>,
    /// How far the candidates are from the known materials that have it, whatever the forests say.
    #[serde(default)]
    pub w1: Option<ConditionalDistance>,
    /// The same of the candidates that were drawn without being asked for it and whose predicted property meets it: what
    /// filtering would keep.
    #[serde(default)]
    pub filtered_w1: Option<ConditionalDistance>,
}

/// The compositions that are compared.
#[derive(Clone, Copy)]
struct Sides<'a> {
    reference: &'a Table,
    candidates: &'a [Composition],
    unasked: &'a [Composition],
}

/// Predictions for one target.
struct Predicted {
    asked: Vec<f64>,
    unasked: Vec<f64>,
    /// One per reference row; none where it has no value or was not sampled.
    real: Vec<Option<f64>>,
}

/// Adherence to each target and, where there are several, to all of them together.
///
/// Three forests learn from two thirds each of the reference rows that have the property; a candidate's property
/// is the mean of their predictions.
///
/// # Errors
/// A target that the reference has no such property for, or fewer than three rows with it.
pub fn adherence(
    reference: &Table,
    candidates: &[Composition],
    unasked: &[Composition],
    targets: &[Target],
    seed: u64,
) -> Result<Vec<Adherence>, MaterialsError> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let sides = Sides { reference, candidates, unasked };
    let predicted: Result<Vec<Predicted>, MaterialsError> =
        targets.iter().map(|target| predict(sides, target, &mut rng)).collect();
    let predicted = predicted?;
    let mut found: Vec<Adherence> = targets
        .iter()
        .zip(&predicted)
        .map(|(target, predicted)| together(sides, &[target], &[predicted], &mut rng))
        .collect();
    if targets.len() > 1 {
        let (targets, predicted): (Vec<_>, Vec<_>) =
            (targets.iter().collect(), predicted.iter().collect());
        found.push(together(sides, &targets, &predicted, &mut rng));
    }
    Ok(found)
}

fn predict(
    Sides { reference, candidates, unasked }: Sides,
    target: &Target,
    rng: &mut ChaCha8Rng,
) -> Result<Predicted, MaterialsError> {
    let column = reference.column(&target.name)?;
    let label = |row: usize| column.value(row).map(|value| target.label(value));
    let mut rows: Vec<usize> = (0..reference.len()).filter(|&row| label(row).is_some()).collect();
    rows.shuffle(rng);
    rows.truncate(MOST_ROWS);
    let compositions: Vec<_> = rows.iter().map(|&row| reference.formulas()[row].clone()).collect();
    let x = feature_rows(&compositions);
    let mut found = Predicted {
        asked: vec![0.0; candidates.len()],
        unasked: vec![0.0; unasked.len()],
        real: vec![None; reference.len()],
    };
    for part in 0..N_FORESTS {
        let is_out = |i: &usize| i % N_FORESTS == part;
        let (out, kept): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(is_out);
        let values: Vec<f64> = kept.iter().filter_map(|&i| label(rows[i])).collect();
        let config = ForestConfig { n_trees: N_TREES, ..ForestConfig::numbers(rng.random()) };
        let forest = config.fit(x.select(Axis(0), &kept).view(), &values)?;
        add_mean(&forest, candidates, &mut found.asked)?;
        add_mean(&forest, unasked, &mut found.unasked)?;
        for (&i, value) in out.iter().zip(forest.predict(x.select(Axis(0), &out).view())?) {
            found.real[rows[i]] = Some(value);
        }
    }
    Ok(found)
}

fn add_mean(
    forest: &Forest,
    compositions: &[Composition],
    to: &mut [f64],
) -> Result<(), MaterialsError> {
    for (sum, value) in to.iter_mut().zip(predicted(forest, compositions)?) {
        *sum += value / N_FORESTS as f64;
    }
    Ok(())
}

/// Adherence to all of these targets at once.
fn together(
    sides: Sides,
    targets: &[&Target],
    predicted: &[&Predicted],
    rng: &mut ChaCha8Rng,
) -> Adherence {
    let Sides { reference, candidates, unasked } = sides;
    let pairs = || targets.iter().zip(predicted);
    let share = |n: usize, holds: &dyn Fn(usize) -> bool| {
        (n > 0).then(|| (0..n).filter(|&i| holds(i)).count() as f64 / n as f64)
    };
    let mean = |values: &[f64]| {
        let total: f64 = values.iter().map(|&value| targets[0].deviation(value)).sum();
        (targets.len() == 1 && !values.is_empty()).then(|| total / values.len() as f64)
    };
    let has = |row: &usize| {
        pairs().all(|(target, predicted)| {
            let value = reference.column(&target.name).ok().and_then(|c| c.value(*row));
            value.is_some_and(|value| target.holds(value)) && predicted.real[*row].is_some()
        })
    };
    let real: Vec<usize> = (0..reference.len()).filter(has).collect();
    let met: Vec<Composition> = real.iter().map(|&r| reference.formulas()[r].clone()).collect();
    let is_kept =
        |i: &usize| pairs().all(|(target, found)| target.holds_predicted(found.unasked[*i]));
    let kept: Vec<Composition> =
        (0..unasked.len()).filter(is_kept).map(|i| unasked[i].clone()).collect();
    let names: Vec<String> = targets.iter().map(|target| target.to_string()).collect();
    Adherence {
        asked: names.join(", "),
        within: share(predicted[0].asked.len(), &|i| {
            pairs().all(|(target, predicted)| target.holds_predicted(predicted.asked[i]))
        }),
        deviation: mean(&predicted[0].asked),
        within_unasked: share(unasked.len(), &|i| is_kept(&i)),
        deviation_unasked: mean(&predicted[0].unasked),
        n_real: real.len(),
        real: share(real.len(), &|i| {
            pairs().all(|(target, predicted)| {
                predicted.real[real[i]].is_some_and(|value| target.holds_predicted(value))
            })
        }),
        w1: ConditionalDistance::between(&met, candidates, rng),
        filtered_w1: ConditionalDistance::between(&met, &kept, rng),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Element;
    use crate::table::Column;

    /// Oxides `MO`; the property is the atomic number of the metal, one of the features is a function of it.
    fn oxides() -> (Vec<Composition>, Vec<Option<f64>>) {
        let oxygen = Element::from_symbol("O").unwrap();
        let oxide = |i: usize| {
            let metal = Element::ALL[20 + i % 60];
            let x = 0.3 + 0.1 * (i / 60) as f64;
            let composition = Composition::from_amounts([(metal, x), (oxygen, 1.0 - x)]).unwrap();
            (composition, Some(metal.atomic_number() as f64))
        };
        (0..240).map(oxide).unzip()
    }

    fn target(values: &[Option<f64>], text: &str) -> Vec<Target> {
        let column = Column::numbers("z", values.to_vec());
        Target::of(&[text.parse().unwrap()], &[column]).unwrap()
    }

    #[test]
    fn candidates_that_have_it_adhere_and_others_do_not() {
        let (known, z) = oxides();
        let columns = vec![Column::numbers("z", z.clone())];
        let reference = Table::from_columns(Some(known.clone().into()), columns).unwrap();
        let of = |from: f64, to: f64| -> Vec<Composition> {
            let is_in = |i: &usize| (from..=to).contains(&z[*i].unwrap());
            (0..240).filter(is_in).map(|i| known[i].clone()).collect()
        };
        let targets = target(&z, "z=50±6");
        let found = adherence(&reference, &of(46.0, 54.0), &of(22.0, 30.0), &targets, 0).unwrap();
        assert_eq!((found.len(), found[0].n_real), (1, 13 * 4));
        assert!(found[0].within.unwrap() > 0.95, "{found:?}");
        assert_eq!(found[0].within_unasked, Some(0.0));
        assert!((found[0].deviation_unasked.unwrap() - 24.0).abs() < 2.0, "{found:?}");
        assert!(found[0].real.unwrap() > 0.8, "{found:?}");
        // The same rows, and none that were not asked and have it.
        assert!(found[0].w1.unwrap().ratio() < 1.3, "{found:?}");
        assert_eq!(found[0].filtered_w1, None);
        let found = adherence(&reference, &of(22.0, 30.0), &known, &targets, 0).unwrap();
        // Every metal is another one, up to amounts half of the atoms, and oxygen is the same.
        assert!(found[0].w1.unwrap().ratio() > 1.5, "{found:?}");
        assert!(found[0].filtered_w1.unwrap().ratio() < 1.3, "{found:?}");
    }

    #[test]
    fn several_targets_are_also_counted_together() {
        let (known, z) = oxides();
        let class: Vec<Option<&str>> = (0..240).map(|i| Some(["0", "1"][i / 60 % 2])).collect();
        let columns = vec![Column::numbers("z", z), Column::classes("c", &class)];
        let reference = Table::from_columns(Some(known.clone().into()), columns).unwrap();
        let asked = ["z=50±6,c=1".parse().unwrap()];
        let targets = Target::of_table(&asked, &reference).unwrap();
        let found = adherence(&reference, &known, &[], &targets, 0).unwrap();
        assert_eq!(found.len(), 3);
        assert_eq!(
            (found[2].n_real, found[2].deviation, found[2].within_unasked),
            (26, None, None)
        );
        let all = found[2].within.unwrap();
        assert!(all <= found[0].within.unwrap().min(found[1].within.unwrap()) && all > 0.05);
    }
}
