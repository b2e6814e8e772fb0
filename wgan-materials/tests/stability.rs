//! The command `stability` as a user runs it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

fn run(folder: &Path, args: &[&str]) -> Output {
    program(folder, &[&["stability"], args].concat())
}

fn program(folder: &Path, args: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_wgan-materials");
    Command::new(program).current_dir(folder).args(args).output().unwrap()
}

/// Twenty candidates from `known.csv`, after next to no training.
fn generate(folder: &Path, more: &[&str]) -> Output {
    let args = ["generate", "known.csv", "--out", "found.csv", "--n", "20", "--steps", "2"];
    program(folder, &[&args, more].concat())
}

/// The cells of a column of a file.
fn column(file: &Path, name: &str) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let place = text.lines().next().unwrap().split(',').position(|c| c == name).unwrap();
    text.lines().skip(1).map(|line| line.split(',').nth(place).unwrap().to_owned()).collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn folder_with(data: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("known.csv"), data).unwrap();
    folder
}

/// 96 salts; 2 : 1 ones are unstable against 1 : 1 ones and the metal.
fn salts() -> String {
    let mut rows = String::from("formula,e_form_eV_per_atom\n");
    for (i, cation) in ["Li", "Na", "K", "Rb", "Cs", "Ag"].into_iter().enumerate() {
        for (j, anion) in ["F", "Cl", "Br", "I", "O", "S", "Se", "Te"].into_iter().enumerate() {
            let energy = -2.0 + 0.05 * i as f64 + 0.1 * j as f64;
            rows.push_str(&format!(
                "{cation}{anion},{energy}\n{cation}2{anion},{}\n",
                0.5 * energy
            ));
        }
    }
    rows
}

#[test]
fn known_compounds_get_their_place_on_the_hull() {
    let data = "formula,band_gap,Formation Energy\nCaO,6,-3.0\nTiO2,3,-3.2\nCaTiO3,3,-3.3\nCa2TiO4,3,-3.0\n";
    let folder = folder_with(data);
    let output = run(folder.path(), &["known.csv", "--out", "s.csv", "--stable-within", "0.1"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(
        text(&output.stdout)
            .contains("4 known compounds with a formation energy (`Formation Energy`)")
    );
    assert!(text(&output.stdout).contains("3 are on the hull, 3 within 0.1 eV/atom of it"));
    let table = fs::read_to_string(folder.path().join("s.csv")).unwrap();
    assert_eq!(
        table.lines().next().unwrap(),
        "formula,formation_energy_eV_per_atom,decomposition_energy_eV_per_atom,energy_above_hull_eV_per_atom,\
         decomposes_into"
    );
    // CaTiO3 and CaO have 5 and 2 of the 7 atoms of Ca2TiO4: −3.0 + (5 · 3.3 + 2 · 3.0) / 7 = 0.2143
    let row = table.lines().find(|line| line.starts_with("Ca2TiO4")).unwrap();
    assert!(row.starts_with("Ca2TiO4,-3.0,0.214285") && row.contains("CaTiO3"), "{row}");
}

#[test]
fn candidates_get_a_probability() {
    let folder = folder_with(&salts());
    let candidates = "formula\nNa3Cl\nLiXe\nNaCl\nNaCl\nLi2F\n";
    fs::write(folder.path().join("candidates.csv"), candidates).unwrap();
    let args = ["known.csv", "--out", "s.csv", "--candidates", "candidates.csv", "--json"];
    let output = run(folder.path(), &args);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&json["compounds"], &json["candidates"], &json["known_candidates"]),
        (&96.into(), &4.into(), &2.into())
    );
    assert_eq!(json["held_out"]["n"], 19);
    assert!(text(&output.stderr).contains(
        "note: 1 candidate has an element that no known compound has, and no energy is predicted: Xe"
    ));
    let table = fs::read_to_string(folder.path().join("s.csv")).unwrap();
    let formulas: Vec<&str> =
        table.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!((formulas[0], formulas[3]), ("NaCl", "LiXe")); // surely stable first, without an energy last
    assert!(table.contains("LiXe,false,,,,,,Li + Xe"), "{table}");
    let first = fs::read(folder.path().join("s.csv")).unwrap();
    run(folder.path(), &args);
    assert_eq!(first, fs::read(folder.path().join("s.csv")).unwrap(), "same seed, same bytes");
}

#[test]
fn what_is_wrong_with_the_energies_is_said_in_one_sentence() {
    let cases = [
        (
            "formula,band_gap\nNaCl,8.5\nKCl,8.4\nMgO,7\n",
            &[][..],
            2,
            "no one column is named like a formation energy",
        ),
        (
            "formula,energy\nNa,-1.3\nNaCl,-3.4\nCl,-1.8\n",
            &["--energy", "energy"],
            2,
            "these are total energies; give --total-energy",
        ),
        (
            "formula,energy\nNa,-1.3\nNaCl,-3.4\nKCl,-3.6\n",
            &["--energy", "energy", "--total-energy"],
            1,
            "got none for Cl, K",
        ),
        (
            "formula,e_form\nAl2O3,-17.3\nNaCl,-4.2\nKCl,-4.5\n",
            &[],
            0,
            "this looks like eV per formula unit",
        ),
        (
            "formula,e_form\nTiO2,-3.2\nTi2O4,-3.1\nNaCl,-2.1\n",
            &[],
            0,
            "1 composition has several energies",
        ),
    ];
    for (data, more, code, sentence) in cases {
        let folder = folder_with(data);
        let output = run(folder.path(), &[&["known.csv", "--out", "s.csv"], more].concat());
        let said = text(&output.stderr);
        assert!(
            output.status.code() == Some(code) && said.contains(sentence),
            "{code} {sentence}: {said}"
        );
    }
}

#[test]
fn generated_candidates_have_predicted_energies() {
    let folder = folder_with(&salts());
    let output = generate(folder.path(), &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let told = "energies of candidates are predicted from column `e_form_eV_per_atom`";
    assert!(text(&output.stderr).contains(told), "{}", text(&output.stderr));
    let found = folder.path().join("found.csv");
    let numbers = |name: &str| -> Vec<f64> {
        column(&found, name).iter().map(|cell| cell.parse().unwrap()).collect()
    };
    let (low, high) = (numbers("predicted_energy_low"), numbers("predicted_energy_high"));
    let energies = numbers("predicted_energy_eV_per_atom");
    assert_eq!(energies.len(), 20);
    for ((low, energy), high) in low.iter().zip(&energies).zip(&high) {
        assert!(low <= energy && energy <= high, "{low} {energy} {high}");
    }
    assert!(numbers("predicted_above_hull_eV_per_atom").iter().all(|above| *above >= 0.0));
    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(
        page.contains("Probably stable") && page.contains("known compounds hidden and predicted")
    );
    // The list read back is no table of predictions.
    let output = program(folder.path(), &["inspect", "found.csv"]);
    let told = "candidates have a column of this name";
    assert!(text(&output.stdout).matches(told).count() > 10, "{}", text(&output.stdout));
}

#[test]
fn only_stable_candidates_are_listed_where_that_is_asked_for() {
    let folder = folder_with(&salts());
    let output = generate(folder.path(), &["--stable-only", "0.6", "--stable-within", "0.1"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let probabilities = column(&folder.path().join("found.csv"), "probability_stable");
    assert!(!probabilities.is_empty());
    for probability in probabilities {
        assert!(probability.parse::<f64>().unwrap() >= 0.6, "{probability}");
    }
}

#[test]
fn energies_that_cannot_be_used_are_refused_or_noted() {
    let (named, other) = ("formula,e_form,kind\n", "formula,energy,kind\n");
    let rows = |energy: &dyn Fn(usize) -> String| -> String {
        let cations = ["Li", "Na", "K", "Rb", "Cs", "Ag", "Cu", "Tl"];
        let pairs = cations.iter().flat_map(|c| ["F", "Cl", "Br", "I", "H"].map(|a| (c, a)));
        let row = |(i, (c, a)): (usize, (&&str, &str))| {
            format!("{c}{a},{},{}\n", energy(i), ["halide", "salt"][i % 2])
        };
        pairs.enumerate().map(row).collect()
    };
    let ordinary = rows(&|i| format!("{}", -1.0 - 0.01 * i as f64));
    let missing = rows(&|_| String::new());
    let cases: [(&str, &str, &[&str], i32, &str); 8] = [
        (named, &ordinary, &["--energy", "gap"], 1, "there is no column `gap`"),
        (named, &ordinary, &["--energy", "kind"], 2, "column `kind`: expected formation energies"),
        (named, &missing, &["--energy", "e_form"], 2, "it is left out: empty"),
        (
            named,
            &ordinary,
            &["--energy", "e_form"],
            1,
            "at least 50 compounds with a formation energy, got 40",
        ),
        (named, &ordinary, &[], 0, "note: no energies are predicted from column `e_form`"),
        (
            named,
            &ordinary,
            &["--stable-only", "0.5"],
            2,
            "--stable-only: no formation energies are known",
        ),
        (other, &ordinary, &["--energy", "energy", "--total-energy"], 1, "got none for H, Li"),
        (named, &ordinary, &["--stable-only", "2"], 2, "expected a share from 0 to 1"),
    ];
    for (header, rows, more, code, sentence) in cases {
        let folder = folder_with(&format!("{header}{rows}"));
        let output = generate(folder.path(), more);
        let said = text(&output.stderr);
        assert!(output.status.code() == Some(code) && said.contains(sentence), "{more:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
    let folder = folder_with(&salts());
    let output = generate(folder.path(), &["--energy", "none"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let list = fs::read_to_string(folder.path().join("found.csv")).unwrap();
    assert!(!list.lines().next().unwrap().contains("predicted"), "{list}");
}

#[test]
fn a_saved_model_keeps_the_energies() {
    let folder = folder_with(&salts());
    let run = |args: &[&str]| program(folder.path(), args);
    let fit = ["fit", "known.csv", "--model", "m", "--steps", "2"];
    let sample = ["sample", "--model", "m", "--n", "30", "--out", "found.csv"];
    let header = || {
        let text = fs::read_to_string(folder.path().join("found.csv")).unwrap();
        text.lines().next().unwrap().to_owned()
    };
    assert!(text(&run(&fit).stderr).contains("are kept for `sample`"));
    let output = run(&sample);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(header().contains("probability_stable"), "{}", header());
    // The same model without energies.
    assert!(run(&[&fit[..], &["--energy", "none"]].concat()).status.success());
    assert!(run(&sample).status.success());
    assert!(!header().contains("probability_stable"), "{}", header());
    fs::write(folder.path().join("m/energies.json"), "{\"column\":\"e\",\"energies\":[]}").unwrap();
    let output = run(&sample);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("expected 96 energies, got 0"),
        "{}",
        text(&output.stderr)
    );
}
