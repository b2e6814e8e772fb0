//! The program as a user runs it: real files, real exit codes, real output.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const COLUMNS: &str = "charge_neutral,electronegativity_ok,novel,nearest_known,nearest_distance,critic_score,score,source";

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_wgan-materials"))
}

fn run(args: &[&str]) -> Output {
    program().args(args).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A small table of real compounds.
fn table() -> String {
    let mut text = String::from("formula,band_gap_ev,density_g_cm3\n");
    for row in [
        "NaCl,8.5,2.16",
        "KCl,8.4,1.98",
        "LiF,14.2,2.64",
        "NaF,11.5,2.56",
        "KBr,7.6,2.74",
        "MgO,7.8,3.58",
        "CaO,7.0,3.34",
        "SrO,5.9,4.7",
        "BaO,4.2,5.72",
        "ZnO,3.4,5.61",
        "TiO2,3.0,4.23",
        "SnO2,3.6,6.95",
        "ZrO2,5.8,5.68",
        "SiO2,9.0,2.65",
        "GeO2,,4.25",
        "Al2O3,8.8,3.99",
        "Fe2O3,2.1,5.24",
        "Cr2O3,3.4,5.21",
        "In2O3,2.9,7.18",
        "Ga2O3,4.8,",
        "CaTiO3,3.5,3.98",
        "SrTiO3,3.2,5.12",
        "BaTiO3,3.2,6.02",
        "KNbO3,3.3,4.62",
        "LaAlO3,5.6,6.52",
        "ZnS,3.6,4.09",
        "CdS,2.4,4.83",
        "ZnSe,2.7,5.27",
        "CdTe,1.5,5.85",
        "PbS,0.4,7.6",
    ] {
        text.push_str(row);
        text.push('\n');
    }
    text
}

fn file(folder: &TempDir, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Runs a short `generate` on `data` and returns its output and the candidates' file.
fn generate(folder: &TempDir, data: &Path, extra: &[&str]) -> (Output, PathBuf) {
    let out = folder.path().join("candidates.csv");
    let mut args = vec!["generate", path(data), "--out", path(&out), "--n", "50", "--steps", "5"];
    args.extend(extra);
    (run(&args), out)
}

#[test]
fn generate_writes_candidates_and_both_reports() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table());
    let (output, out) = generate(&folder, &data, &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = fs::read_to_string(out).unwrap();
    let header = format!("formula,band_gap_ev,density_g_cm3,{COLUMNS}");
    assert_eq!(text.lines().next().unwrap(), header);
    assert_eq!(text.lines().count(), 51);
    let report = fs::read_to_string(folder.path().join("report.json")).unwrap();
    for key in [
        "n",
        "unique",
        "novel",
        "charge_neutral",
        "electronegativity_ok",
        "reference_charge_neutral",
        "element_count_w1",
        "element_prevalence_tv",
        "largest_fraction_w1",
        "c2st",
        "copies",
        "novel_system",
        "property_consistency",
        "property_w1",
    ] {
        assert!(report.contains(&format!("\"{key}\"")), "{key} is missing");
    }
    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(page.contains("<svg"));
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_one_and_two_threads() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table());
    let of = |threads: &str| {
        let out = folder.path().join(format!("{threads}.csv"));
        let args = ["generate", path(&data), "--out", path(&out), "--n", "200", "--steps", "10"];
        let output = program().args(args).env("RAYON_NUM_THREADS", threads).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        fs::read(out).unwrap()
    };
    assert!(of("1") == of("2"));
}

#[test]
fn another_seed_gives_other_candidates() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table());
    let (_, out) = generate(&folder, &data, &["--seed", "1"]);
    let one = fs::read(&out).unwrap();
    let (_, out) = generate(&folder, &data, &["--seed", "2"]);
    assert!(one != fs::read(out).unwrap());
}

#[test]
fn a_killed_fit_resumes_to_the_same_candidates() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table());
    let fit = |model: &Path, resume: bool| {
        let mut command = program();
        command.args(["fit", path(&data), "--model", path(model), "--steps", "160"]);
        if resume {
            command.arg("--resume");
        }
        command.stderr(Stdio::null());
        command
    };
    let (whole, killed) = (folder.path().join("whole"), folder.path().join("killed"));
    assert!(fit(&whole, false).status().unwrap().success());

    let mut child = fit(&killed, false).spawn().unwrap();
    let checkpoint = killed.join("checkpoints").join("checkpoint-50");
    while !checkpoint.exists() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    child.kill().unwrap(); // SIGKILL
    child.wait().unwrap();
    assert!(!killed.join("weights.safetensors").exists(), "the fit ended before it was killed");

    let refused = fit(&killed, false).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("--resume"), "{}", stderr(&refused));

    assert!(fit(&killed, true).status().unwrap().success());
    let sample = |model: &Path, name: &str| {
        let out = folder.path().join(name);
        let output = run(&["sample", "--model", path(model), "--n", "100", "--out", path(&out)]);
        assert!(output.status.success(), "{}", stderr(&output));
        fs::read(out).unwrap()
    };
    assert!(sample(&whole, "whole.csv") == sample(&killed, "killed.csv"));
}

#[test]
fn neutral_candidates_are_all_neutral() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table());
    let (output, out) = generate(&folder, &data, &["--neutral"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = fs::read_to_string(out).unwrap();
    let position = text.lines().next().unwrap().split(',').position(|c| c == "charge_neutral");
    for line in text.lines().skip(1) {
        assert_eq!(line.split(',').nth(position.unwrap()), Some("true"), "{line}");
    }
}

#[test]
fn properties_can_be_chosen_or_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table());
    let header = |properties: &str| {
        let (output, out) = generate(&folder, &data, &["--properties", properties]);
        assert!(output.status.success(), "{}", stderr(&output));
        fs::read_to_string(out).unwrap().lines().next().unwrap().to_owned()
    };
    assert_eq!(header("none"), format!("formula,{COLUMNS}"));
    assert_eq!(header("density_g_cm3"), format!("formula,density_g_cm3,{COLUMNS}"));
}

#[test]
fn candidates_are_sorted_best_first() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table());
    let (_, out) = generate(&folder, &data, &[]);
    let (novel, scores) = (texts(&out, "novel"), column(&out, "score"));
    let keys: Vec<(bool, f64)> = novel.iter().map(|n| n == "true").zip(scores).collect();
    for pair in keys.windows(2) {
        let (first, second) = (pair[0], pair[1]);
        assert!((first.0 && !second.0) || (first.0 == second.0 && first.1 >= second.1));
    }
}

#[test]
fn sampling_more_keeps_the_first_candidates_and_writes_parquet() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table());
    let model = folder.path().join("model");
    let output = run(&["fit", path(&data), "--model", path(&model), "--steps", "3"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let sample = |n: &str, name: &str| {
        let out = folder.path().join(name);
        let output = run(&["sample", "--model", path(&model), "--n", n, "--out", path(&out)]);
        assert!(output.status.success(), "{}", stderr(&output));
        fs::read(out).unwrap()
    };
    let (few, many) = (sample("10", "few.csv"), sample("3000", "many.csv"));
    assert!(many.starts_with(&few));
    assert_eq!(many.iter().filter(|&&b| b == b'\n').count(), 3001);
    assert!(sample("10", "few.parquet").starts_with(b"PAR1"));
}

#[test]
fn a_long_list_that_was_killed_is_resumed_to_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table());
    let model = folder.path().join("model");
    let output = run(&["fit", path(&data), "--model", path(&model), "--steps", "3"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let sample = |name: &str, more: &[&str]| {
        let out = folder.path().join(name);
        let mut command = program();
        command.args(["sample", "--model", path(&model), "--n", "70000", "--out"]).arg(&out);
        (command.args(more).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap(), out)
    };
    let (whole, expected) = sample("whole.csv", &[]);
    assert!(whole.wait_with_output().unwrap().status.success());

    let (mut killed, out) = sample("killed.csv", &[]);
    let parts = folder.path().join("killed.csv.parts");
    while !parts.join("000000.parquet").exists() {
        assert!(killed.try_wait().unwrap().is_none(), "the list ended before it was killed");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(!out.exists(), "the list was complete before it was killed");

    let (refused, _) = sample("killed.csv", &[]);
    let refused = refused.wait_with_output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("--resume"), "{}", stderr(&refused));
    let (other, _) = sample("killed.csv", &["--resume", "--seed", "1"]);
    let other = other.wait_with_output().unwrap();
    assert!(stderr(&other).contains("other settings"), "{}", stderr(&other));

    let (resumed, _) = sample("killed.csv", &["--resume"]);
    assert!(resumed.wait_with_output().unwrap().status.success());
    assert!(fs::read(expected).unwrap() == fs::read(out).unwrap());
    assert!(!parts.exists());
}

#[test]
fn evaluate_takes_candidates_of_any_origin() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table());
    let candidates = file(&folder, "mine.csv", "formula\nRbCl\nCsF\nNaCl\nCaSnO3\n");
    let args =
        ["evaluate", "--reference", path(&data), "--candidates", path(&candidates), "--json"];
    let output = run(&args);
    assert!(output.status.success(), "{}", stderr(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["n"], 4);
    assert_eq!(report["novel"], 0.75);
    assert_eq!(report["copies"], 0.25);
    assert_eq!(report["charge_neutral"], 1.0);
}

#[test]
fn evaluate_counts_candidates_that_repeat_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table());
    let candidates = file(&folder, "mine.csv", "formula\nRbCl\nRbCl\nRbCl\nCsF\n");
    let output =
        run(&["evaluate", "--reference", path(&data), "--candidates", path(&candidates), "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["n"], &report["unique"]), (&4.into(), &0.5.into()));
}

/// Each awkward file ends in a result or in one clear sentence; never in a panic.
#[test]
fn awkward_files_end_in_a_result_or_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let plain = table();
    let with_gaps: String = plain
        .lines()
        .enumerate()
        .map(|(i, line)| match line.split(',').collect::<Vec<_>>()[..] {
            [formula, gap, _] if i > 0 && i % 5 < 2 => format!("{formula},{gap},\n"),
            [formula, _, density] if i > 0 && i % 5 > 2 => format!("{formula},,{density}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let cases: [(&str, String, bool); 9] = [
        ("bom.csv", format!("\u{feff}{plain}"), true),
        ("semicolons.csv", plain.replace(',', ";"), true),
        ("crlf.csv", plain.replace('\n', "\r\n"), true),
        ("gaps.csv", with_gaps, true),
        ("empty.csv", String::new(), false),
        ("header.csv", "formula,band_gap_ev\n".into(), false),
        ("one_row.csv", "formula,band_gap_ev\nNaCl,8.5\n".into(), true),
        ("no_formula.csv", "a,b\n1,2\n3,4\n".into(), true),
        ("words.csv", "formula,gap\nhello,1\nworld,2\n".into(), false),
    ];
    for (name, text, is_usable) in cases {
        let data = file(&folder, name, text);
        let inspected = run(&["inspect", path(&data)]);
        let (generated, _) = generate(&folder, &data, &[]);
        for output in [&inspected, &generated] {
            let message = stderr(output);
            assert!(!message.contains("panicked"), "{name}: {message}");
            assert_eq!(output.status.success(), is_usable, "{name}: {message}");
            if !is_usable {
                assert_eq!(output.status.code(), Some(1), "{name}: {message}");
                assert_eq!(message.lines().count(), 1, "{name}: {message}");
                assert!(message.starts_with("error: "), "{name}: {message}");
            }
        }
    }
}

#[test]
fn wrong_usage_and_failed_runs_have_their_own_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table());
    let missing = run(&["inspect", "nowhere.csv"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(stderr(&missing).contains("nowhere.csv"));
    assert_eq!(run(&["generate"]).status.code(), Some(2));
    assert_eq!(run(&["inspect", path(&data), "--formula-column", "nope"]).status.code(), Some(1));
    let model = folder.path().join("absent");
    let out = folder.path().join("out.csv");
    let output = run(&["sample", "--model", path(&model), "--out", path(&out)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!out.exists());
}

#[test]
fn no_output_replaces_the_table_or_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table());
    let model = folder.path().join("model");
    let is_refused = |args: &[&str]| {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", stderr(&output));
        assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
    };
    let same = folder.path().join(".").join("data.csv");
    let report = folder.path().join("report.json");
    for out in [path(&data), path(&same), path(&report), path(folder.path()), "nowhere/c.csv"] {
        is_refused(&["generate", path(&data), "--out", out]);
    }
    assert_eq!(fs::read_to_string(&data).unwrap(), table());
    let report = file(&folder, "report.json", table());
    is_refused(&["generate", path(&report), "--out", path(&folder.path().join("c.csv"))]);
    is_refused(&["sample", "--model", path(&model), "--out", path(folder.path())]);
    let none = run(&["sample", "--model", path(&model), "--out", path(&report), "--n", "0"]);
    assert_eq!(none.status.code(), Some(2));
}

#[test]
fn candidates_can_be_the_next_table() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table());
    let (_, out) = generate(&folder, &data, &[]);
    let first = folder.path().join("first.csv");
    fs::rename(out, &first).unwrap();
    let (output, out) = generate(&folder, &first, &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = fs::read_to_string(out).unwrap();
    assert!(text.starts_with(&format!("formula,band_gap_ev,density_g_cm3,{COLUMNS}\n")), "{text}");
}

#[test]
fn evaluate_says_what_it_could_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table());
    let mine = "formula,band_gap_ev,density_g_cm3\nRbCl,~8,\nsalt,1,\nCsF,9,\n";
    let mine = file(&folder, "mine.csv", mine);
    let args = ["evaluate", "--reference", path(&data), "--candidates", path(&mine), "--json"];
    let output = run(&args);
    assert!(output.status.success(), "{}", stderr(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["n"], 2);
    let notes = report["notes"].to_string();
    assert!(notes.contains("candidates, skipped: 1 not a formula"), "{notes}");
    assert!(notes.contains("density_g_cm3: the candidates have no such column"), "{notes}");
}

#[test]
fn a_model_is_used_again_only_for_the_same_data() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table());
    let model = folder.path().join("model");
    let (_, out) = generate(&folder, &data, &["--model", path(&model)]);
    let first = fs::read(out).unwrap();
    let (output, out) = generate(&folder, &data, &["--model", path(&model)]);
    assert!(stderr(&output).contains("already holds this model"), "{}", stderr(&output));
    assert!(fs::read(out).unwrap() == first);
    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(page.contains("Generator step"), "the estimates of the saved model are not drawn");
    // the same formulas and the same values, in other rows
    let swapped = table().replace("NaCl,8.5", "NaCl,8.4").replace("KCl,8.4", "KCl,8.5");
    let other = file(&folder, "swapped.csv", swapped);
    let (output, _) = generate(&folder, &other, &["--model", path(&model)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("fitted to other data"), "{}", stderr(&output));
}

#[cfg(not(feature = "cuda"))]
#[test]
fn a_device_that_is_not_built_in_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table());
    let (output, _) = generate(&folder, &data, &["--device", "cuda"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("device `cuda` is not built in"), "{}", stderr(&output));
    // Nor does it leave a fit that stands in the way of the next one.
    let model = folder.path().join("model");
    let fit = ["fit", path(&data), "--model", path(&model), "--steps", "1"];
    for device in ["--device", "--devices"] {
        let output = run(&[&fit[..], &[device, "cuda"]].concat());
        assert_eq!(output.status.code(), Some(2));
        assert!(!model.exists());
    }
}

#[test]
fn devices_that_share_the_batches_train_as_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table());
    let history = |name: &str, devices: &[&str]| -> Vec<f64> {
        let model = folder.path().join(name);
        let fit = ["fit", path(&data), "--model", path(&model), "--steps", "1"];
        let output = run(&[&fit[..], devices].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        let text = fs::read_to_string(model.join("history.csv")).unwrap();
        let (header, last) = (text.lines().next().unwrap(), text.lines().last().unwrap());
        // A constant added to f changes the generator loss, and nothing but rounding moves it.
        let columns = header.split(',').zip(last.split(','));
        let columns = columns.filter(|(name, _)| !["seconds", "generator_loss"].contains(name));
        columns.map(|(_, value)| value.parse().unwrap()).collect()
    };
    let (alone, shared) = (history("alone", &[]), history("shared", &["--devices", "flex,flex"]));
    assert_eq!(alone.len(), shared.len());
    for (a, b) in alone.iter().zip(&shared) {
        // Rounding of five critic steps; later Adam makes whole steps of it.
        assert!((a - b).abs() < 1e-5 * a.abs().max(1.0), "{alone:?} {shared:?}");
    }
    let output = run(&["fit", path(&data), "--model", "no", "--devices", "flex,gpu"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("expected flex, tch"), "{}", stderr(&output));
}

#[test]
fn a_damaged_model_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table());
    let model = folder.path().join("model");
    run(&["fit", path(&data), "--model", path(&model), "--steps", "2"]);
    let out = folder.path().join("out.csv");
    let refuses = |file: &str, bytes: &[u8], expected: &str| {
        let whole = fs::read(model.join(file)).unwrap();
        fs::write(model.join(file), bytes).unwrap();
        let output = run(&["sample", "--model", path(&model), "--out", path(&out)]);
        fs::write(model.join(file), whole).unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = stderr(&output);
        assert!(said.contains(file) && said.contains(expected), "{said}");
        assert!(!said.contains("panicked"), "{said}");
    };
    let weights = fs::read(model.join("weights.safetensors")).unwrap();
    refuses("weights.safetensors", &weights[..weights.len() / 2], "");
    let known = fs::read_to_string(model.join("known.csv")).unwrap();
    let lines: Vec<&str> = known.lines().collect();
    refuses("known.csv", lines[..lines.len() - 1].join("\n").as_bytes(), "are not those that");
    refuses("known.csv", b"formula\n", "its 0 formulas");
    refuses("known.csv", b"formula\nNaCl\nsalt\n", "line 3");
}

/// The small table with a class.
fn table_with_class() -> String {
    let is_oxide = |line: &str| u8::from(line.split(',').next().is_some_and(|f| f.contains('O')));
    let row = |(i, line): (usize, &str)| match i {
        0 => format!("{line},is_oxide\n"),
        _ => format!("{line},{}\n", is_oxide(line)),
    };
    table().lines().enumerate().map(row).collect()
}

/// The numbers of a column of candidates.
fn column(out: &Path, name: &str) -> Vec<f64> {
    let text = fs::read_to_string(out).unwrap();
    let place = text.lines().next().unwrap().split(',').position(|c| c == name).unwrap();
    text.lines().skip(1).map(|line| line.split(',').nth(place).unwrap().parse().unwrap()).collect()
}

#[test]
fn candidates_have_the_properties_that_were_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table_with_class());
    let asked = ["--condition", "BAND_GAP_EV=3.2±0.4", "--condition", "is_oxide=1"];
    let (output, out) = generate(&folder, &data, &asked);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(column(&out, "band_gap_ev").iter().all(|gap| (gap - 3.2).abs() < 0.4 + 1e-9));
    assert!(column(&out, "is_oxide").iter().all(|&class| class == 1.0));
    assert_eq!(column(&out, "is_oxide").len(), 50);
    let report = fs::read(folder.path().join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    let held = report["adherence"].as_array().unwrap();
    assert_eq!(held.len(), 3);
    assert_eq!(held[0]["asked"], "band_gap_ev=3.2±0.4");
    assert!(held.iter().all(|held| held["within"].is_f64() && held["within_unasked"].is_f64()));
    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(page.contains("Adherence to band_gap_ev=3.2±0.4"));
    assert!(page.contains("rows of the table as asked for"));
    assert!(String::from_utf8_lossy(&output.stdout).contains("adherence"));
}

#[test]
fn a_saved_model_is_asked_for_what_it_was_fitted_for() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table_with_class());
    let (model, out) = (folder.path().join("model"), folder.path().join("out.csv"));
    let fit = ["fit", path(&data), "--model", path(&model), "--steps", "3"];
    let fitted = run(&[&fit[..], &["--condition", "density_g_cm3"]].concat());
    assert!(fitted.status.success(), "{}", stderr(&fitted));
    let sample = |asked: &str| {
        let args = ["sample", "--model", path(&model), "--n", "40", "--out", path(&out)];
        run(&[&args[..], &["--condition", asked]].concat())
    };
    let output = sample("density_g_cm3=9+-0.5");
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("density_g_cm3=9±0.5 is an extrapolation"),
        "{}",
        stderr(&output)
    );
    assert!(column(&out, "density_g_cm3").iter().all(|value| (value - 9.0).abs() <= 0.5));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(printed.contains("to density_g_cm3=9±0.5") && printed.contains("unasked"), "{printed}");
    let output = sample("band_gap_ev=3");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("the properties are `density_g_cm3`"), "{}", stderr(&output));
    let other = run(&fit);
    assert_eq!(other.status.code(), Some(2));
    assert!(stderr(&other).contains("with other settings"), "{}", stderr(&other));
}

#[test]
fn conditions_that_cannot_be_met_end_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table_with_class());
    for (asked, code, expected) in [
        (
            "gap=1",
            1,
            "there is no property `gap`; the properties are `band_gap_ev`, `density_g_cm3`",
        ),
        ("is_oxide=2", 1, "no row has the value 2; the values are 0, 1"),
        ("band_gap_ev=wide", 1, "\"wide\" is not a number"),
        ("formula=NaCl", 1, "it holds the formulas"),
        ("band_gap_ev", 2, "is not a condition; write name=value"),
    ] {
        let (output, out) = generate(&folder, &data, &["--condition", asked]);
        assert_eq!(output.status.code(), Some(code), "{asked}: {}", stderr(&output));
        assert!(stderr(&output).contains(expected), "{asked}: {}", stderr(&output));
        assert!(!out.exists());
    }
}

/// The small table with the structure as text, and columns that are not modelled.
fn table_with_text() -> String {
    let structure = |formula: &str| match formula {
        f if f.ends_with("O3") => "perovskite",
        f if f.ends_with("O2") => "rutile",
        f if f.contains('S') => "zinc blende",
        _ => "rock salt",
    };
    let row = |(i, line): (usize, &str)| match (i, line.split(',').next()) {
        (0, _) => format!("{line},structure,measured\n"),
        (_, Some(formula)) => format!("{line},{},2024-03-{:02}\n", structure(formula), i % 28 + 1),
        (_, None) => String::new(),
    };
    table().lines().enumerate().map(row).collect()
}

/// The texts of a column of candidates.
fn texts(out: &Path, name: &str) -> Vec<String> {
    let text = fs::read_to_string(out).unwrap();
    let place = text.lines().next().unwrap().split(',').position(|c| c == name).unwrap();
    text.lines().skip(1).map(|line| line.split(',').nth(place).unwrap().to_owned()).collect()
}

#[test]
fn classes_are_generated_and_asked_for_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table_with_text());
    let (output, out) = generate(&folder, &data, &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    let known = ["perovskite", "rutile", "zinc blende", "rock salt"];
    assert!(texts(&out, "structure").iter().all(|text| known.contains(&text.as_str())));
    let told = "column `measured` is ignored: dates are not modelled";
    assert!(stderr(&output).contains(told), "{}", stderr(&output));
    for report in ["report.json", "report.html"] {
        let text = fs::read_to_string(folder.path().join(report)).unwrap();
        assert!(text.contains("dates are not modelled"), "{report}");
    }
    let (output, out) = generate(&folder, &data, &["--condition", "structure=rutile"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(texts(&out, "structure").iter().all(|text| text == "rutile"));
}

#[test]
fn rules_on_elements_hold_for_every_candidate() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table());
    let rules = ["--contains", "O", "--without", "Ti,Pb", "--max-elements", "2"];
    let asked = ["--condition", "band_gap_ev=4±2"];
    let (output, out) = generate(&folder, &data, &[&rules[..], &asked[..]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    let formulas = texts(&out, "formula");
    assert_eq!(formulas.len(), 50);
    for formula in formulas {
        let found: wgan_materials::Composition = formula.parse().unwrap();
        let symbols: Vec<String> = found.elements().map(|e| e.to_string()).collect();
        assert!(symbols.contains(&"O".to_owned()) && symbols.len() <= 2, "{formula}");
        assert!(!symbols.iter().any(|s| s == "Ti" || s == "Pb"), "{formula}");
    }
    for (rules, code, expected) in [
        (["--contains", "U"], 1, "no known material has U"),
        (["--only", "Xx"], 2, "Xx"),
        (["--max-elements", "0"], 2, "at least 1"),
    ] {
        let (output, _) = generate(&folder, &data, &rules);
        assert_eq!(output.status.code(), Some(code), "{rules:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(expected), "{rules:?}: {}", stderr(&output));
    }
}

#[test]
fn features_are_written_with_and_without_whitening() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table_with_text());
    let out = folder.path().join("features.csv");
    let output = run(&["features", path(&data), "--out", path(&out)]);
    assert!(output.status.success(), "{}", stderr(&output));
    let header = fs::read_to_string(&out).unwrap().lines().next().unwrap().to_owned();
    assert!(header.contains("fraction_O,") && header.contains("structure=rutile"), "{header}");
    assert!(header.contains("band_gap_ev is missing"), "{header}");
    let space = folder.path().join("space.json");
    let args = ["features", path(&data), "--out", path(&out), "--whiten", "pca"];
    let output = run(&[&args[..], &["--space", path(&space)]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("follow from others"), "{}", stderr(&output));
    let first = column(&out, "component_1");
    let variance = first.iter().map(|v| v * v).sum::<f64>() / (first.len() - 1) as f64;
    assert!((variance - 1.0).abs() < 1e-6, "{variance}");
    assert!(wgan_materials::FeatureSpace::load(&space).is_ok());
    let output = run(&["features", path(&data), "--out", path(&data)]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}

#[test]
fn candidates_get_the_features_of_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let numbers: String = (0..60).map(|i| format!("{},{}\n", i % 17, (i * i) % 23)).collect();
    let known = file(&folder, "known.csv", table());
    let rows = file(&folder, "rows.csv", format!("x,y\n{numbers}"));
    for (data, n) in [(known, 12), (rows, 20)] {
        let [out, vectors, of_table] =
            ["out.csv", "vectors.csv", "table.csv"].map(|name| folder.path().join(name));
        let n_asked = n.to_string();
        let args = ["generate", path(&data), "--out", path(&out), "--n", &n_asked, "--steps", "3"];
        let output = run(&[&args[..], &["--features", path(&vectors)]].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(run(&["features", path(&data), "--out", path(&of_table)]).status.success());
        let lines = |path: &Path| -> Vec<String> {
            fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
        };
        let (vectors, of_table) = (lines(&vectors), lines(&of_table));
        assert_eq!((vectors.len(), &vectors[0]), (n + 1, &of_table[0]));
    }
    let args = ["generate", "known.csv", "--out", "out.csv", "--whiten", "pca"];
    assert_eq!(run(&args).status.code(), Some(2));
}

#[test]
fn few_different_formulas_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table());
    let (model, out) = (folder.path().join("model"), folder.path().join("out.csv"));
    let fitted = run(&["fit", path(&data), "--model", path(&model), "--steps", "3"]);
    assert!(fitted.status.success(), "{}", stderr(&fitted));
    let left = fs::read_dir(&model).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<String> = left.map(|name| name.to_string_lossy().into_owned()).collect();
    assert!(!left.iter().any(|name| name == "lock" || name == "checkpoints"), "{left:?}");
    let args = ["sample", "--model", path(&model), "--out", path(&out), "--n", "300"];
    let said = |rule: &[&str]| {
        let output = run(&[&args[..], rule].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        stderr(&output)
    };
    let few = said(&["--only", "K,Cl"]);
    assert!(few.contains("different formulas; what is asked for leaves few"), "{few}");
    let many = said(&[]);
    assert!(!many.contains("warning"), "{many}");
}

#[test]
fn rows_without_formulas_are_evaluated() {
    let folder = tempfile::tempdir().unwrap();
    let rows = |shift: usize| {
        let row = |i: usize| {
            let x = (i * 37 + shift) % 101;
            let y =
                if i.is_multiple_of(9) { String::new() } else { format!("{:.2}", 0.5 * x as f64) };
            format!("{x}.5,{y},{}\n", ["a", "b", "c"][i % 3])
        };
        format!("x,y,kind\n{}", (0..120).map(row).collect::<String>())
    };
    let (real, fake) = (file(&folder, "real.csv", rows(0)), file(&folder, "fake.csv", rows(3)));
    let args = ["evaluate", "--reference", path(&real), "--candidates", path(&fake), "--json"];
    let output = run(&args);
    assert!(output.status.success(), "{}", stderr(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for key in [
        "n",
        "unique",
        "copies",
        "column_w1",
        "class_tv",
        "correlation_error",
        "w1_joint",
        "c2st",
        "missing_error",
        "closest_record",
    ] {
        assert!(report.get(key).is_some_and(|value| !value.is_null()), "{key}: {report}");
    }
    assert!(
        report["column_w1"]["x"]["floor"].is_f64() && report["class_tv"]["kind"]["tv"].is_f64()
    );
    assert!(report["closest_record"]["held_out"].is_f64());
}

#[test]
fn a_model_is_explored_between_two_materials_and_uphill() {
    let folder = tempfile::tempdir().unwrap();
    let data = file(&folder, "data.csv", table_with_text());
    let (model, out) = (folder.path().join("model"), folder.path().join("path.csv"));
    let fitted = run(&["fit", path(&data), "--model", path(&model), "--steps", "3"]);
    assert!(fitted.status.success(), "{}", stderr(&fitted));
    let explore = ["explore", "--model", path(&model), "--out", path(&out), "--n", "9"];
    let output = run(&[&explore[..], &["--from", "BaTiO3", "--to", "KF"]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    let formulas = texts(&out, "formula");
    assert_eq!((formulas[0].as_str(), formulas[8].as_str(), formulas.len()), ("BaTiO3", "KF", 9));
    assert_eq!((column(&out, "position")[0], column(&out, "position")[8]), (0.0, 1.0));
    let output = run(&[&explore[..], &["--from", "BaTiO3"]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(texts(&out, "structure").len(), 9);
    let output = run(&[&explore[..], &["--from", "UO2"]].concat());
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("no known material has"), "{}", stderr(&output));
}
