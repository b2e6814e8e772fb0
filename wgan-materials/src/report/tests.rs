use super::*;
use crate::{Composition, evaluate};

fn read(formulas: &[&str]) -> Vec<Composition> {
    formulas.iter().map(|formula| Composition::parse(formula).unwrap()).collect()
}

/// Passes a small report on, with names that would be markup if they were not escaped.
fn with_report<T>(known: &[&str], new: &[&str], look: impl Fn(&Report) -> T) -> T {
    let (known, new) = (read(known), read(new));
    let gaps: Vec<_> = (0..known.len()).map(|i| Some(i as f64)).collect();
    let new_gaps: Vec<_> = (0..new.len()).map(|i| Some(i as f64 + 0.5)).collect();
    let scores: Vec<f64> = (0..new.len()).map(|i| -(i as f64)).collect();
    let reference = MaterialRows::new(&known).with_property("<gap>", &gaps);
    let candidates = MaterialRows::new(&new).with_property("<gap>", &new_gaps);
    let evaluation = evaluate(&reference, &candidates, 0);
    let settings =
        [("seed".to_string(), "0".to_string()), ("<note>".to_string(), "a & b".to_string())];
    look(&Report {
        source: "my <data>.csv",
        settings: &settings,
        compared: reference.clone(),
        reference,
        candidates,
        crystals: None,
        scores: &[0.5, 0.25],
        critic_scores: &scores,
        stabilities: Vec::new(),
        evaluation: &evaluation,
        estimates: &[(1, 3.0), (2, 1.5), (3, f64::NAN)],
    })
}

#[test]
fn the_page_is_complete_escaped_and_loads_nothing() {
    let html =
        with_report(&["NaCl", "MgO", "TiO2"], &["KCl", "CaTiO3"], |report| report.html().unwrap());
    for expected in [
        "my &lt;data&gt;.csv",
        "&lt;gap&gt;",
        "CaTiO<sub>3</sub>",
        "Generator step",
        "a &amp; b",
        "✓ yes",
        "About 1 of 2 candidates with the scores of the first 2",
        "<li>KCl: score 0.50</li>",
    ] {
        assert!(html.contains(expected), "{expected}");
    }
    for forbidden in ["<script", "<data>", "<gap>", "<note>", "<link", "<img", "src=", "href="] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    assert_eq!(html.matches("<svg").count(), 4); // estimate, elements, numbers of elements, gap
}

#[test]
fn nothing_to_report_still_makes_a_page() {
    let html = with_report(&[], &[], |report| report.html().unwrap());
    assert!(html.contains("0 generated rows") && html.contains("figures need both"));
    assert!(with_report(&["NaCl"], &[], |report| report.html()).is_ok());
    assert!(with_report(&[], &["NaCl"], |report| report.html()).is_ok());
}

#[test]
fn json_has_the_figures_at_the_top_and_the_settings_beside_them() {
    let json = with_report(&["NaCl", "MgO"], &["KCl"], |report| report.json().unwrap());
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["n"], 1);
    assert_eq!(value["novel"], 1.0);
    assert!(value["c2st"].is_null() && value.get("c2st").is_some());
    assert_eq!(value["settings"]["seed"], "0");
    assert_eq!(value["source"], "my <data>.csv");
}

#[test]
fn both_files_are_written_and_a_missing_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    with_report(&["NaCl"], &["KCl"], |report| report.write(folder.path()).unwrap());
    let mut names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["report.html", "report.json"]);
    let missing = folder.path().join("missing");
    let error =
        with_report(&["NaCl"], &["KCl"], |report| report.write(&missing).unwrap_err().to_string());
    assert!(error.starts_with("report, report.html: "), "{error}");
}
