//! The command `stability` as a user runs it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

fn run(folder: &Path, args: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_wgan-materials");
    Command::new(program).current_dir(folder).arg("stability").args(args).output().unwrap()
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
