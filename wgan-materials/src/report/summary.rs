//! What the figures say, in sentences.

use super::html::{decimal, percent};
use crate::evaluate::{Adherence, Evaluation};

/// What a reader should know before using any candidate, whether it has a crystal or not.
pub(super) fn limits(has_crystals: bool) -> Vec<String> {
    let first = match has_crystals {
        true => {
            "Cells and atoms of a candidate follow known crystals of the same structure type. They are a starting point for a calculation, \
             not a relaxed structure, and nothing here says that it is stable or can be made."
        }
        false => {
            "A candidate is a composition that follows the statistics of the table. It has no crystal structure, and nothing here \
             says that it is stable or can be made."
        }
    };
    let all = [
        first,
        "Charge neutrality means that one common oxidation state per element sums to zero. Metals, alloys and mixed valence fail this \
         test although they exist, so read the share beside that of the table.",
        "Property values of candidates are generated together with the composition. They were not measured or computed.",
        "New means not in the table. It does not mean unknown to science.",
    ];
    all.map(String::from).to_vec()
}

/// Sentences on how good the candidates are; what cannot be computed is left out.
pub(super) fn sentences(evaluation: &Evaluation, n_reference: usize) -> Vec<String> {
    let mut sentences = vec![novelty(evaluation, n_reference)];
    sentences.extend(evaluation.adherence.iter().filter_map(adherence));
    sentences.extend(neutrality(evaluation));
    sentences.extend(likeness(evaluation));
    sentences.extend(laws(evaluation));
    sentences.extend(consistency(evaluation));
    sentences
}

fn novelty(evaluation: &Evaluation, n_reference: usize) -> String {
    let Evaluation { n, unique, novel, novel_system, .. } = evaluation;
    format!(
        "Of {n} candidates, {} are different from each other and {} are not among the {n_reference} known rows. {} combine \
         elements that no known row combines.",
        percent(*unique),
        percent(*novel),
        percent(*novel_system)
    )
}

fn neutrality(evaluation: &Evaluation) -> Option<String> {
    let (share, ceiling) = (evaluation.charge_neutral?, evaluation.reference_charge_neutral?);
    Some(format!(
        "{} are neutral in charge under common oxidation states. Of the known rows that they are compared with, {} are.",
        percent(Some(share)),
        percent(Some(ceiling))
    ))
}

fn likeness(evaluation: &Evaluation) -> Option<String> {
    let accuracy = evaluation.c2st?;
    let verdict = match accuracy {
        a if a < 0.55 => "can hardly tell them apart",
        a if a < 0.65 => "tells some of them apart",
        a if a < 0.80 => "tells many of them apart",
        _ => "tells most of them apart",
    };
    Some(format!(
        "A random forest that sees the atomic fractions of real rows and of candidates that are not copies {verdict}: it is right in \
         {} of the cases, where 50 % is guessing.",
        percent(Some(accuracy))
    ))
}

fn laws(evaluation: &Evaluation) -> Vec<String> {
    let sentence = |(name, distance): (&String, &crate::evaluate::PropertyDistance)| {
        let (w1, floor) = (distance.w1?, distance.floor?);
        Some(format!(
            "{name}: the distribution of the {} generated values is {} standard deviations from the real one (W₁). Two parts of the real \
             values are {} from each other.",
            distance.n,
            decimal(Some(w1)),
            decimal(Some(floor))
        ))
    };
    evaluation.property_w1.iter().flatten().filter_map(sentence).collect()
}

fn consistency(evaluation: &Evaluation) -> Option<String> {
    Some(format!(
        "A forest that learnt the known rows predicts properties from the composition. Generated ones differ from that by {} \
         standard deviations on average.",
        decimal(Some(evaluation.property_consistency?))
    ))
}

fn adherence(held: &Adherence) -> Option<String> {
    let share = percent(Some(held.within?));
    let unasked = held.within_unasked.map_or(String::new(), |share| {
        format!(", against {} of candidates drawn without asking", percent(Some(share)))
    });
    let distance = held.w1.map_or(String::new(), |found| {
        let filtered = held.filtered_w1.map_or(String::new(), |other| {
            format!(", and {:.2} times for what a filter would keep of candidates drawn without asking", other.ratio())
        });
        let few = if found.n < 100 { " With so few rows these ratios are noisy." } else { "" };
        format!(
            " In elements and amounts the candidates are {:.2} times as far from those rows as some of them are from \
             others (W₁ of {} against {}){filtered}.{few}",
            found.ratio(),
            found.n,
            found.n
        )
    });
    Some(format!(
        "{}: forests trained on the known rows predict it for {share} of the candidates{unasked}; they predict it for {} of the {} \
         known rows that have it and that they have not seen.{distance}",
        held.asked,
        percent(held.real),
        held.n_real
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Composition, MaterialRows, evaluate};

    #[test]
    fn figures_that_are_missing_give_no_sentence() {
        let known = [Composition::parse("NaCl").unwrap()];
        let evaluation = evaluate(&MaterialRows::new(&known), &MaterialRows::new(&known), 0);
        let found = sentences(&evaluation, 1);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].contains("100.0 %") && found[1].ends_with("100.0 % are."), "{found:?}");
    }

    #[test]
    fn the_verdict_follows_the_accuracy() {
        let known = [Composition::parse("NaCl").unwrap()];
        let mut evaluation = evaluate(&MaterialRows::new(&known), &MaterialRows::new(&known), 0);
        let verdict = |accuracy: f64, evaluation: &mut crate::Evaluation| {
            evaluation.c2st = Some(accuracy);
            likeness(evaluation).unwrap()
        };
        assert!(verdict(0.51, &mut evaluation).contains("can hardly tell"));
        assert!(verdict(0.93, &mut evaluation).contains("tells most"));
    }
}
