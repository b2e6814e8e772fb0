//! How close candidates are to the known materials, in numbers.

mod adherence;
mod c2st;
mod compared;
mod conditional_law;
mod consistency;
mod correlations;
mod elements;
mod floor;
mod property_law;
mod row_coding;
mod row_evaluation;
mod rows;
mod structures;
mod synthetic;
mod text;

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::composition::Composition;
use crate::novelty::{Known, unique};
use crate::oxidation::{electronegativity_ok, is_charge_neutral, is_charge_neutral_mixed};

pub use adherence::{Adherence, adherence};
pub use compared::ClassDistance;
pub use conditional_law::ConditionalDistance;
use consistency::Consistency;
pub(crate) use elements::occurrences;
pub use floor::WithFloor;
pub use property_law::PropertyDistance;
pub use row_evaluation::{ClosestRecord, RowEvaluation, evaluate_rows};
pub use rows::{MaterialRows, PropertyColumn};
pub use structures::{StructureEvaluation, evaluate_structures};
pub use synthetic::synthetic_score;

/// What can be said about candidates against a reference; a figure that cannot be computed is `None`, with the
/// reason in `notes`.
///
/// Two compositions count as the same if their atomic fractions agree when rounded to 1e-4, so that a known
/// compound with its last digit changed is not a new one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Number of candidates.
    pub n: usize,
    /// Distinct compositions among the candidates, divided by `n`.
    pub unique: Option<f64>,
    /// Share of candidates whose composition is not in the reference.
    pub novel: Option<f64>,
    /// Share of candidates that are neutral, see [`is_charge_neutral`].
    pub charge_neutral: Option<f64>,
    /// Share of candidates that are neutral if one element may be in two states, see [`is_charge_neutral_mixed`].
    pub charge_neutral_mixed: Option<f64>,
    /// Share of candidates that pass [`electronegativity_ok`].
    pub electronegativity_ok: Option<f64>,
    /// The same share of the reference: what a perfect model would have.
    pub reference_charge_neutral: Option<f64>,
    /// The same share of the reference: what a perfect model would have.
    pub reference_charge_neutral_mixed: Option<f64>,
    /// The same share of the reference: what a perfect model would have.
    pub reference_electronegativity_ok: Option<f64>,
    /// W₁ between the laws of the number of elements of a row, in elements.
    pub element_count_w1: Option<f64>,
    /// Total variation `½ Σ |pₑ − qₑ|`, where `pₑ` is the share of rows that contain element `e`, scaled to sum one.
    pub element_prevalence_tv: Option<f64>,
    /// W₁ between the laws of the largest atomic fraction of a row.
    pub largest_fraction_w1: Option<f64>,
    /// Accuracy of a random forest that tells real rows from candidates that are not copies, by their atomic
    /// fractions: 0.5 means that it cannot, 1 that it always can.
    ///
    /// Five-fold cross-validation on equally many rows of both, mean of two repetitions; its standard deviation by
    /// chance is about `0.5/√(rows)`.
    ///
    /// # References
    /// Lopez-Paz, Oquab (2017), Revisiting classifier two-sample tests, ICLR.
    pub c2st: Option<f64>,
    /// Share of candidates whose composition is in the reference, `1 − novel`.
    pub copies: Option<f64>,
    /// Share of candidates whose set of elements is in no row of the reference.
    pub novel_system: Option<f64>,
    /// Mean of `property_consistency_by_property`.
    pub property_consistency: Option<f64>,
    /// Mean absolute difference between a candidate's property and what a forest trained on the reference
    /// predicts from its composition, in standard deviations of the reference property; of at most 100,000 random
    /// candidates.
    pub property_consistency_by_property: Option<BTreeMap<String, Option<f64>>>,
    /// How far each property's law is from the reference's.
    pub property_w1: Option<BTreeMap<String, PropertyDistance>>,
    /// Share of candidates that were neutral before any was made so; only where candidates were just drawn.
    pub charge_neutral_as_drawn: Option<f64>,
    /// Share of candidates that were known when first drawn, see [`crate::Sampler::chunk`]; only where candidates
    /// were just drawn.
    pub known_as_drawn: Option<f64>,
    /// How far the properties that were asked for hold, see [`adherence()`]; only where some were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adherence: Vec<Adherence>,
    /// What can be said about the crystals, see [`evaluate_structures`]; only where both sides have some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structures: Option<StructureEvaluation>,
    /// What was left out, and why figures are missing.
    pub notes: Vec<String>,
}

/// Compares candidates of any origin with a reference; see [`Table::material_rows`](crate::Table::material_rows).
///
/// Properties are compared where both have a column of the same name. The same seed gives the same figures,
/// whatever the number of threads; small inputs give fewer figures and never an error.
///
/// # Example
/// ```
/// use wgan_materials::{Composition, MaterialRows, evaluate};
///
/// let read = |list: &[&str]| list.iter().map(|f| Composition::parse(f)).collect::<Result<Vec<_>, _>>();
/// let (known, new) = (read(&["NaCl", "MgO", "TiO2"])?, read(&["KCl", "NaCl"])?);
/// let found = evaluate(&MaterialRows::new(&known), &MaterialRows::new(&new), 0);
/// assert_eq!(found.novel, Some(0.5)); // KCl
/// assert_eq!(found.charge_neutral, Some(1.0));
/// assert_eq!(found.c2st, None); // too few rows to tell
/// # Ok::<(), wgan_materials::MaterialsError>(())
/// ```
pub fn evaluate(reference: &MaterialRows, candidates: &MaterialRows, seed: u64) -> Evaluation {
    evaluate_asked(reference, reference, candidates, seed)
}

/// Like [`evaluate`] for candidates that were asked for something: laws, shares and the two-sample test compare with the
/// rows `like`, the known ones that have it; what is new and what properties fit a composition is still told by the
/// whole reference.
///
/// Properties that were asked for are given, not generated: leave them out of `like`, and their laws are not compared.
pub fn evaluate_asked(
    reference: &MaterialRows,
    like: &MaterialRows,
    candidates: &MaterialRows,
    seed: u64,
) -> Evaluation {
    let (real, fake) = (like.compositions, candidates.compositions);
    let mut notes = Notes::default();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    property_law::note_missing(reference, candidates, &mut notes);
    let known = Known::new(reference.compositions);
    let copies: Vec<bool> = fake.par_iter().map(|composition| known.has(composition)).collect();
    let compared = |figure: Option<f64>| figure.filter(|_| reference.len() > 0);
    let c2st = c2st::accuracy(real, &without_copies(fake, &copies), &mut rng);
    let consistency = consistency::measure(reference, candidates, &mut rng, &mut notes);
    let property_w1 = property_law::distances(like, candidates, &mut rng, &mut notes);
    if real.is_empty() || fake.is_empty() {
        notes.add(format!(
            "{} candidates against {} reference rows: figures need both",
            fake.len(),
            real.len()
        ));
    }
    Evaluation {
        n: fake.len(),
        unique: unique(fake),
        novel: compared(share(&copies, |copy| !copy)),
        charge_neutral: share(fake, is_charge_neutral),
        charge_neutral_mixed: share(fake, is_charge_neutral_mixed),
        electronegativity_ok: share(fake, electronegativity_ok),
        reference_charge_neutral: share(real, is_charge_neutral),
        reference_charge_neutral_mixed: share(real, is_charge_neutral_mixed),
        reference_electronegativity_ok: share(real, electronegativity_ok),
        element_count_w1: elements::count_w1(real, fake),
        element_prevalence_tv: elements::prevalence_tv(real, fake),
        largest_fraction_w1: elements::largest_fraction_w1(real, fake),
        c2st: notes.keep("c2st", c2st),
        copies: compared(share(&copies, |&copy| copy)),
        novel_system: compared(share(fake, |composition| !known.has_system(composition))),
        property_consistency: consistency.as_ref().and_then(Consistency::mean),
        property_consistency_by_property: consistency.map(Consistency::into_map),
        property_w1,
        charge_neutral_as_drawn: None,
        known_as_drawn: None,
        adherence: Vec::new(),
        structures: None,
        notes: notes.into_lines(),
    }
}

fn without_copies(compositions: &[Composition], copies: &[bool]) -> Vec<Composition> {
    let kept = compositions.iter().zip(copies).filter(|(_, copy)| !**copy);
    kept.map(|(composition, _)| composition.clone()).collect()
}

/// Share of items for which `holds`, none if there are no items.
fn share<T: Sync>(items: &[T], holds: impl Fn(&T) -> bool + Sync) -> Option<f64> {
    let n = items.par_iter().filter(|item| holds(item)).count();
    (!items.is_empty()).then(|| n as f64 / items.len() as f64)
}

/// Remarks in the order in which they came up.
#[derive(Default)]
struct Notes(Vec<String>);

impl Notes {
    fn add(&mut self, line: String) {
        self.0.push(line);
    }

    /// The value, or a remark why there is none.
    fn keep<T>(&mut self, name: &str, value: Result<T, String>) -> Option<T> {
        value.map_err(|reason| self.add(format!("{name}: {reason}"))).ok()
    }

    fn into_lines(self) -> Vec<String> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared_data::{Row, tables};
    use approx::assert_abs_diff_eq;
    use rand::seq::SliceRandom;

    fn read(formulas: &[&str]) -> Vec<Composition> {
        formulas.iter().map(|formula| Composition::parse(formula).unwrap()).collect()
    }

    /// Compositions and band gaps of the compounds that ship, and of a larger table where it is at hand.
    fn gaps() -> Vec<(Vec<Composition>, Vec<Option<f64>>)> {
        let row = |row: &Row| {
            let gap = row.get("band_gap_ev").or_else(|| row.get("band_gap_eV"))?;
            Some((Composition::parse(&row["formula"]).ok()?, gap.parse().ok()))
        };
        let read = |(_, rows): (_, Vec<Row>)| rows.iter().filter_map(row).unzip();
        tables(&["expt_gap"]).into_iter().map(read).collect()
    }

    #[test]
    fn a_table_against_itself_is_all_copies_at_distance_zero() {
        let known = read(&["NaCl", "MgO", "TiO2", "Fe2O3"]);
        let gap = [Some(8.5), None, Some(3.2), Some(2.1)];
        let rows = MaterialRows::new(&known).with_property("gap_eV", &gap);
        let found = evaluate(&rows, &rows, 0);
        assert_eq!((found.n, found.unique, found.novel), (4, Some(1.0), Some(0.0)));
        assert_eq!((found.copies, found.novel_system), (Some(1.0), Some(0.0)));
        assert_eq!(found.element_count_w1, Some(0.0));
        assert_eq!(found.element_prevalence_tv, Some(0.0));
        assert_eq!(found.largest_fraction_w1, Some(0.0));
        assert_eq!(found.charge_neutral, found.reference_charge_neutral);
        assert_eq!(found.c2st, None);
        let gap = &found.property_w1.unwrap()["gap_eV"];
        assert_eq!((gap.w1, gap.n), (Some(0.0), 3));
        assert_eq!(
            found.notes,
            [
                "gap_eV: missing in 1 of 4 reference rows and 1 of 4 candidates, which are left out",
                "property_consistency of gap_eV: 3 reference rows with a value, at least 10 are needed",
                "c2st: 0 candidates that are not copies and 4 reference rows, at least 20 of each are needed",
            ]
        );
    }

    #[test]
    fn formulas_alone_give_no_property_figures() {
        let known = read(&["NaCl"]);
        let gap = [Some(8.5)];
        let reference = MaterialRows::new(&known).with_property("gap_eV", &gap);
        let found = evaluate(&reference, &MaterialRows::new(&read(&["KCl"])), 0);
        assert_eq!(found.property_w1, None);
        assert_eq!(found.property_consistency, None);
        assert!(found.notes[0].starts_with("gap_eV: the candidates have no such column"));
        let json = serde_json::to_value(&found).unwrap();
        assert!(json["property_w1"].is_null() && json["c2st"].is_null());
    }

    #[test]
    fn nothing_at_all_gives_no_figures() {
        let none = MaterialRows::new(&[]);
        let found = evaluate(&none, &none, 0);
        assert_eq!(
            (found.n, found.unique, found.novel, found.charge_neutral),
            (0, None, None, None)
        );
        let some = read(&["NaCl"]);
        assert_eq!(evaluate(&none, &MaterialRows::new(&some), 0).novel, None);
        assert_eq!(
            evaluate(&MaterialRows::new(&some), &none, 0).reference_charge_neutral,
            Some(1.0)
        );
    }

    #[test]
    fn json_has_the_keys_of_the_contract_and_reads_back() {
        let known = read(&["NaCl", "MgO"]);
        let found = evaluate(&MaterialRows::new(&known), &MaterialRows::new(&known), 0);
        let json = serde_json::to_value(&found).unwrap();
        let keys = [
            "n",
            "unique",
            "novel",
            "charge_neutral",
            "electronegativity_ok",
            "reference_charge_neutral",
            "reference_electronegativity_ok",
            "element_count_w1",
            "element_prevalence_tv",
            "largest_fraction_w1",
            "c2st",
            "copies",
            "novel_system",
            "property_consistency",
            "property_w1",
        ];
        keys.iter().for_each(|key| assert!(json.get(key).is_some(), "{key}"));
        assert_eq!(serde_json::from_value::<Evaluation>(json).unwrap(), found);
    }

    #[test]
    fn two_halves_of_real_data_cannot_be_told_apart() {
        for (compositions, gaps) in gaps() {
            // in random order: neighbouring rows of the file are alike, so every second one is not a fair half
            let mut order: Vec<usize> = (0..compositions.len()).collect();
            order.shuffle(&mut ChaCha8Rng::seed_from_u64(3));
            let half = |rows: &[usize]| -> (Vec<_>, Vec<_>) {
                rows.iter().map(|&row| (compositions[row].clone(), gaps[row])).unzip()
            };
            let n = (order.len() / 2).min(1000);
            let ((real, real_gap), (fake, fake_gap)) = (half(&order[..n]), half(&order[n..2 * n]));
            let reference = MaterialRows::new(&real).with_property("gap", &real_gap);
            let found =
                evaluate(&reference, &MaterialRows::new(&fake).with_property("gap", &fake_gap), 0);
            // 2n rows: deviation 0.5/√(2n), so four of them
            assert_abs_diff_eq!(found.c2st.unwrap(), 0.5, epsilon = 2.0 / (2.0 * n as f64).sqrt());
            // counts of an element differ by the root of their number: 0.12 for 1,000 rows
            assert!(found.element_prevalence_tv.unwrap() < 0.12 * (1000.0 / n as f64).sqrt());
            assert!(found.element_count_w1.unwrap() < 0.1 * (1000.0 / n as f64).sqrt());
            assert!(found.property_consistency.unwrap() < 0.6);
            let gap = &found.property_w1.unwrap()["gap"];
            assert!(gap.w1.unwrap() < 3.0 * gap.floor.unwrap());
        }
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let (compositions, gaps) = &gaps()[0];
        let reference = MaterialRows::new(&compositions[..300]).with_property("gap", &gaps[..300]);
        let candidates =
            MaterialRows::new(&compositions[300..400]).with_property("gap", &gaps[300..400]);
        let run = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| serde_json::to_string(&evaluate(&reference, &candidates, 5)).unwrap())
        };
        assert_eq!(run(1), run(3));
    }

    #[test]
    fn candidates_like_the_asked_rows_are_like_them_and_known() {
        let all = read(&["NaCl", "KCl", "TiO2", "CaTiO3", "MgO"]);
        let oxides = read(&["TiO2", "CaTiO3", "MgO"]);
        let new = read(&["TiO2", "CaTiO3", "MgO"]);
        let (all, asked) = (MaterialRows::new(&all), MaterialRows::new(&oxides));
        let found = evaluate_asked(&all, &asked, &MaterialRows::new(&new), 0);
        assert_eq!((found.element_prevalence_tv, found.element_count_w1), (Some(0.0), Some(0.0)));
        assert_eq!(found.novel, Some(0.0));
        assert!(evaluate(&all, &MaterialRows::new(&new), 0).element_prevalence_tv > Some(0.1));
        // New among the oxides, known in the table.
        let salts = read(&["NaCl", "KBr"]);
        let found = evaluate_asked(&all, &asked, &MaterialRows::new(&salts), 0);
        assert_eq!(found.novel, Some(0.5));
    }
}
