//! The first screen: how good the list is, what comes first, what to be careful about.

use super::Report;
use super::html::{cards, formula, list, percent};
use super::summary::limits;

/// Candidates that are named.
const N_FIRST: usize = 5;

/// Candidates whose scores are added up.
const N_HEAD: usize = 100;

pub(super) fn overview(report: &Report) -> String {
    cards([
        ("How good is the list?", list(&quality(report))),
        ("Which candidates come first?", first(report)),
        ("What to be careful about", list(&cautions(report))),
    ])
}

fn quality(report: &Report) -> Vec<String> {
    let e = report.evaluation;
    let head = &report.scores[..N_HEAD.min(report.scores.len())];
    let expected = (!head.is_empty()).then(|| {
        let (sum, n) = (head.iter().sum::<f64>(), head.len());
        let count = if sum < 0.5 { "Fewer than 1".to_owned() } else { format!("About {sum:.0}") };
        format!(
            "{count} of {n} candidates with the scores of the first {n} turned out to be known compounds when a fifth of the table was \
             hidden. Real compounds that the table lacks are not counted."
        )
    });
    let adherence = e.adherence.iter().filter(|held| held.within.is_some()).map(|held| {
        format!(
            "Asked for {}: it is predicted for {} of the candidates.",
            held.asked,
            percent(held.within)
        )
    });
    let novel = format!(
        "{} of the candidates are not in the table, and {} are different from each other.",
        percent(e.novel),
        percent(e.unique)
    );
    let neutral = e.charge_neutral.map(|share| {
        format!(
            "{} are neutral in charge; of the table, {} are.",
            percent(Some(share)),
            percent(e.reference_charge_neutral)
        )
    });
    expected.into_iter().chain(adherence).chain([novel]).chain(neutral).collect()
}

/// The first candidates with their scores.
fn first(report: &Report) -> String {
    let item = |(row, composition): (usize, &crate::composition::Composition)| {
        let score = report.scores.get(row).map(|score| format!("score {score:.2}"));
        let stable = report.stabilities.get(row).and_then(|of| of.probability);
        let stable = stable.map(|p| format!("probably stable {}", percent(Some(p))));
        let told: Vec<String> = score.into_iter().chain(stable).collect();
        let told = if told.is_empty() { String::new() } else { format!(": {}", told.join(", ")) };
        format!("<li>{}{told}</li>\n", formula(&composition.to_string()))
    };
    let shown = report.candidates.compositions.iter().take(N_FIRST).enumerate();
    let items: String = shown.map(item).collect();
    let order = match report.scores.is_empty() {
        true => "The candidates are in the order in which they were drawn.",
        false => {
            "The score is the share of hidden compounds of the table among candidates like this one."
        }
    };
    format!("<ol>\n{items}</ol>\n<p>{order}</p>\n")
}

fn cautions(report: &Report) -> Vec<String> {
    let mut told = vec![limits(report.crystals.is_some())[0].clone()];
    if !report.scores.is_empty() {
        told.push(
            "The score knows the table only. To test it on the table, run wgan-materials validate."
                .to_owned(),
        );
    }
    if !report.stabilities.is_empty() {
        told.push(
            "Probabilities to be stable are too high where the table has stable compounds only."
                .to_owned(),
        );
    }
    let n_notes = report.evaluation.notes.len();
    if n_notes > 0 {
        let what = if n_notes == 1 { "note" } else { "notes" };
        told.push(format!("{n_notes} {what} below: what was left out, and what is uncertain."));
    }
    told
}
