//! The page, section by section.

use super::Report;
use super::chart;
use super::html::{decimal, escape, figure, formula, list, percent, section, short, table};
use super::laws::{self, Histogram, Law};
use super::overview::overview;
use super::structures;
use super::summary::{limits, sentences};
use crate::error::MaterialsError;
use crate::evaluate::{ConditionalDistance, PropertyColumn};
use crate::nearest::NearestIndex;
use crate::novelty::Known;
use crate::oxidation::{electronegativity_ok, is_charge_neutral};
use crate::stability::CandidateStability;

/// Elements in the chart of prevalence.
const N_ELEMENTS: usize = 30;

/// Rows in the table of candidates.
const N_SHOWN: usize = 25;

/// Properties with a histogram.
const N_HISTOGRAMS: usize = 12;

/// Properties in the table of candidates: more make it too wide.
const N_SHOWN_PROPERTIES: usize = 4;

/// What is not said in the table of figures itself.
const WORDS: &str = "<p>Read each figure beside that of real data. <b>W₁</b>, the Wasserstein distance, is the mean way when the values of \
candidates are moved onto those of the table. Beside it stands the <b>floor</b>: the same distance between two parts of the table, the best that can be \
expected. A <b>forest</b> is a random forest, many decision trees that learnt the table.</p>\n";

/// What the colours of a chart stand for.
fn legend(report: &Report) -> String {
    format!(
        "<span class=\"legend\"><span class=\"key real\"></span>{} <span class=\"key fake\"></span>generated</span><br>",
        compared(report)
    )
}

/// The rows that candidates are compared with, in words.
fn compared(report: &Report) -> &'static str {
    if is_part(report) { "rows of the table as asked for" } else { "table" }
}

fn is_part(report: &Report) -> bool {
    report.compared.len() < report.reference.len()
}

pub(super) fn page(report: &Report) -> Result<String, MaterialsError> {
    let title = format!("Candidate materials from {}", escape(report.source));
    let body = [
        header(&title, report),
        overview(report),
        section(
            "How good the candidates are, in words",
            &list(&sentences(report.evaluation, report.reference.len())),
        ),
        section(
            &format!("The first {} candidates", N_SHOWN.min(report.candidates.len())),
            &first_candidates(report),
        ),
        section("Figures", &(WORDS.to_owned() + &figures(report))),
        section("Training", &training(report.estimates)?),
        section("Elements", &elements(report)?),
        section("Properties", &properties(report)?),
        section("Crystals", &crystals(report)?),
        section("Settings", &settings(report)),
        section("Notes", &list(&report.evaluation.notes)),
        section("Limits", &list(&limits(report.crystals.is_some()))),
    ];
    Ok(document(&title, &body.concat()))
}

/// A whole page; title and body are HTML already.
pub(super) fn document(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>\n{}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        include_str!("style.css"),
    )
}

fn crystals(report: &Report) -> Result<String, MaterialsError> {
    report.crystals.as_ref().map_or(Ok(String::new()), structures::section)
}

fn header(title: &str, report: &Report) -> String {
    let (n, n_known) = (report.candidates.len(), report.reference.len());
    let with = if is_part(report) {
        let n_asked = report.compared.len();
        format!(
            "{n_asked} of the {n_known} rows the model learnt from: those that have what was asked for, or come nearest. \
             What is new is told by all {n_known} of them."
        )
    } else {
        format!("the {n_known} rows the model learnt from.")
    };
    format!("<h1>{title}</h1>\n<p class=\"lead\">{n} generated rows, compared with {with}</p>\n")
}

/// Every figure, what real data have or would have beside it, and what it means.
fn figures(report: &Report) -> String {
    let e = report.evaluation;
    let none = || "–".to_string();
    let row = |name: &str, value: String, reference: String, meaning: &str| {
        vec![name.to_string(), value, reference, meaning.to_string()]
    };
    let mut rows = vec![
        row("Unique", percent(e.unique), none(), "distinct among the candidates"),
        row("Novel", percent(e.novel), none(), "not in the table"),
        row("Copies", percent(e.copies), none(), "in the table"),
        row(
            "New chemical system",
            percent(e.novel_system),
            none(),
            "set of elements that no row of the table has",
        ),
        row(
            "Charge neutral",
            percent(e.charge_neutral),
            percent(e.reference_charge_neutral),
            "one common oxidation state per element sums to zero",
        ),
        row(
            "Charge neutral, mixed valence",
            percent(e.charge_neutral_mixed),
            percent(e.reference_charge_neutral_mixed),
            "the same if one element may be in two states at once",
        ),
        row(
            "Charge neutral as drawn",
            percent(e.charge_neutral_as_drawn),
            percent(e.reference_charge_neutral),
            "before any was chosen or made neutral",
        ),
        row(
            "Known as drawn",
            percent(e.known_as_drawn),
            none(),
            "in the table when first drawn; these are drawn again up to three times",
        ),
        row(
            "Electronegativity in order",
            percent(e.electronegativity_ok),
            percent(e.reference_electronegativity_ok),
            "neutral, with every cation less electronegative than every anion",
        ),
        row(
            "Number of elements, W₁",
            decimal(e.element_count_w1),
            "0".into(),
            "how many elements a row has; in elements",
        ),
        row(
            "Element prevalence, total variation",
            decimal(e.element_prevalence_tv),
            "0".into(),
            "how often each element occurs; 0 equal, 1 nothing in common",
        ),
        row(
            "Largest fraction, W₁",
            decimal(e.largest_fraction_w1),
            "0".into(),
            "the largest share of an element; in atomic fractions",
        ),
        row(
            "Two-sample test (c2st)",
            decimal(e.c2st),
            "0.5".into(),
            "accuracy of a forest that tells candidates from the table; 0.5 guessing, 1 always right",
        ),
        row(
            "Property consistency",
            decimal(e.property_consistency),
            none(),
            "difference from what a forest predicts for the composition; in standard deviations, lower is better",
        ),
    ];
    for (name, distance) in e.property_w1.iter().flatten() {
        let name = format!("{}, W₁", escape(name));
        let meaning = format!("in standard deviations; {} generated values", distance.n);
        rows.push(row(&name, decimal(distance.w1), decimal(distance.floor), &meaning));
    }
    for held in &e.adherence {
        let name = format!("Adherence to {}", escape(&held.asked));
        let unasked = held.within_unasked.map_or(String::new(), |share| {
            format!("; {} of candidates drawn without asking", percent(Some(share)))
        });
        let meaning = format!("property predicted by forests that learnt the table{unasked}");
        rows.push(row(&name, percent(held.within), percent(held.real), &meaning));
        let distances = [
            ("W₁ to the rows with", held.w1, "by atomic fractions, 0 to 2"),
            (
                "W₁, filtered for",
                held.filtered_w1,
                "candidates drawn without asking that are predicted to have it",
            ),
        ];
        for (what, distance, meaning) in distances {
            if let Some(ConditionalDistance { w1, floor, n }) = distance {
                let name = format!("{what} {}", escape(&held.asked));
                let meaning = format!("{meaning}; {n} rows a side{}", noise(n));
                rows.push(row(&name, decimal(Some(w1)), decimal(Some(floor)), &meaning));
            }
        }
    }
    let header = ["Figure", "Candidates", "Real data", "Meaning"].map(String::from);
    table("figures", &header, &rows)
}

/// A warning where there are too few rows to tell much.
fn noise(n: usize) -> &'static str {
    if n < 100 { ", so few that both figures are noisy" } else { "" }
}

pub(super) fn training(estimates: &[(usize, f64)]) -> Result<String, MaterialsError> {
    if estimates.is_empty() {
        return Ok(String::new());
    }
    let points: Vec<(f64, f64)> =
        estimates.iter().map(|&(step, estimate)| (step as f64, estimate)).collect();
    let finite: Vec<_> = points.into_iter().filter(|point| point.1.is_finite()).collect();
    let picture = chart::line(&finite, "Generator step", "Estimate")?;
    let caption = "The estimate says how far the critic, the network that judges, tells real from generated rows apart: E f(real) − E f(fake) on one \
                   batch. It rises while the critic learns and falls while the generator does. Its level is no proof of quality; the figures above are.";
    Ok(figure(&picture, caption))
}

fn elements(report: &Report) -> Result<String, MaterialsError> {
    let (real, fake) = (report.compared.compositions, report.candidates.compositions);
    if real.is_empty() && fake.is_empty() {
        return Ok(String::new());
    }
    let prevalence = laws::prevalence(real, fake, N_ELEMENTS);
    let caption = format!(
        "{}The {} elements most frequent in the {}.",
        legend(report),
        prevalence.labels.len(),
        compared(report)
    );
    let prevalence = chart::bars(&prevalence, "Element", "Rows with the element (%)")?;
    let counts = chart::bars(&laws::element_counts(real, fake), "Number of elements", "Rows (%)")?;
    Ok(figure(&prevalence, &caption)
        + &figure(&counts, &format!("{}How many elements a row has.", legend(report))))
}

fn properties(report: &Report) -> Result<String, MaterialsError> {
    let mut html = String::new();
    for real in report.compared.properties.iter().take(N_HISTOGRAMS) {
        html += &property(report, real)?;
    }
    let n_more = report.compared.properties.len().saturating_sub(N_HISTOGRAMS);
    if n_more > 0 {
        html += &format!("<p>{n_more} more properties are in the table of figures.</p>\n");
    }
    Ok(html)
}

/// The law of one property; nothing if the candidates do not have it.
fn property(report: &Report, real: &PropertyColumn) -> Result<String, MaterialsError> {
    let Some(fake) = report.candidates.property(real.name) else {
        return Ok(String::new());
    };
    let (real_values, fake_values) =
        (real.known(report.compared.len()).1, fake.known(report.candidates.len()).1);
    let title = axis_title(real);
    let mut remark = String::new();
    let picture = match laws::property(&real_values, &fake_values) {
        None => return Ok(String::new()),
        Some(Law::Few(categories)) => chart::bars(&categories, &title, "Rows (%)")?,
        Some(Law::Many(histogram)) => {
            remark = ends_and_spike(&histogram);
            chart::histogram(&histogram, &title, "Rows (%)")?
        }
    };
    let (n_real, n_fake) = (real_values.len(), fake_values.len());
    let caption = format!(
        "{}{}: {n_real} real and {n_fake} generated values.{remark}",
        legend(report),
        escape(real.name)
    );
    Ok(figure(&picture, &caption))
}

/// What a histogram does not show.
fn ends_and_spike(histogram: &Histogram) -> String {
    let ends = " The outermost bins hold what lies beyond them.";
    let spike = histogram.spike.as_ref().map_or(String::new(), |spike| {
        let value = short(spike.value);
        format!(
            " Not drawn: {:.1} % of the real and {:.1} % of the generated values are {value}.",
            spike.real, spike.fake
        )
    });
    spike + ends
}

/// Name and unit: `band_gap_eV (eV)`.
fn axis_title(property: &PropertyColumn) -> String {
    property.unit.map_or(property.name.to_string(), |unit| format!("{} ({unit})", property.name))
}

fn first_candidates(report: &Report) -> String {
    let shown = &report.candidates.compositions[..N_SHOWN.min(report.candidates.len())];
    if shown.is_empty() {
        return String::new();
    }
    let properties =
        &report.candidates.properties[..N_SHOWN_PROPERTIES.min(report.candidates.properties.len())];
    let mut header = vec!["Formula".to_string()];
    if !report.scores.is_empty() {
        header.push("Score".to_string());
    }
    header.extend(properties.iter().map(|property| escape(property.name).replace('_', "_<wbr>")));
    header.extend(
        ["Neutral", "Electro&shy;negativity", "Novel", "Nearest known", "Distance"]
            .map(String::from),
    );
    if !report.stabilities.is_empty() {
        header.extend(["Above hull (eV/atom)", "Probably stable"].map(String::from));
    }
    if !report.critic_scores.is_empty() {
        header.push("Critic score".to_string());
    }
    let (known, index) = (
        Known::new(report.reference.compositions),
        NearestIndex::new(report.reference.compositions),
    );
    let cells = |row: usize| {
        let mut cells = candidate(report, properties, row, &known, &index);
        cells.extend(report.stabilities.get(row).into_iter().flat_map(|of| stability(of)));
        cells.extend(report.critic_scores.get(row).map(|score| short(*score)));
        cells
    };
    table("numbers", &header, &(0..shown.len()).map(cells).collect::<Vec<_>>()) + COLUMNS
}

/// What the columns of the table of candidates mean.
const COLUMNS: &str = "<p><b>Score</b>: the share of compounds of the table among candidates like this one, when a fifth of the table was hidden; a lower \
bound, since real compounds that the table lacks do not count. <b>Neutral</b>: one common oxidation \
state per element sums to zero. <b>Electronegativity</b>: neutral, with every cation less electronegative than every anion. <b>Novel</b>: not in the \
table. <b>Distance</b>: sum of the differences of atomic fractions to the nearest known compound, 0 to 2. <b>Critic score</b>: how real the candidate \
looks to the critic, the network that judges while the model is trained.</p>\n";

/// Formula, score, properties, checks and the nearest known compound.
fn candidate(
    report: &Report,
    properties: &[PropertyColumn],
    row: usize,
    known: &Known,
    index: &NearestIndex,
) -> Vec<String> {
    let none = || "–".to_string();
    let composition = &report.candidates.compositions[row];
    let mut cells = vec![formula(&composition.to_string())];
    cells.extend(report.scores.get(row).map(|score| short(*score)));
    cells.extend(properties.iter().map(|property| property.value(row).map_or_else(none, short)));
    let checks = [
        is_charge_neutral(composition),
        electronegativity_ok(composition),
        !known.has(composition),
    ];
    cells.extend(checks.map(|holds| yes(holds).to_string()));
    let nearest = index.nearest(composition);
    let name = |(row, _): (usize, f64)| formula(&report.reference.compositions[row].to_string());
    cells.push(nearest.map_or_else(none, name));
    cells.push(nearest.map_or_else(none, |(_, distance)| short(distance)));
    cells
}

/// Predicted energy above the hull, and the probability to be stable.
fn stability(of: &CandidateStability) -> [String; 2] {
    let above = of.energy_above_hull().map(|above| format!("{above:.3}"));
    [above.unwrap_or_else(|| "–".to_string()), percent(of.probability)]
}

fn yes(holds: bool) -> &'static str {
    if holds { "✓ yes" } else { "✗ no" }
}

fn settings(report: &Report) -> String {
    if report.settings.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> =
        report.settings.iter().map(|(name, value)| vec![escape(name), escape(value)]).collect();
    table("settings", &["Setting".to_string(), "Value".to_string()], &rows)
}
