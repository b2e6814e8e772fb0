//! Tables with crystal structures, as a user runs the program on them.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;
use wgan_materials::structure::{Embedding, read_structure};

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wgan-materials")).args(args).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", stderr(output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Prototype, elements, cell lengths in Å, band gap in eV: measured values, rounded.
const CRYSTALS: [(&str, &[&str], f64, f64); 28] = [
    ("225:a|b", &["Li", "F"], 4.03, 14.2),
    ("225:a|b", &["Na", "F"], 4.63, 11.5),
    ("225:a|b", &["K", "F"], 5.34, 10.8),
    ("225:a|b", &["Li", "Cl"], 5.14, 9.4),
    ("225:a|b", &["Na", "Cl"], 5.64, 8.5),
    ("225:a|b", &["K", "Cl"], 6.29, 8.4),
    ("225:a|b", &["Li", "Br"], 5.50, 7.6),
    ("225:a|b", &["Na", "Br"], 5.97, 7.1),
    ("225:a|b", &["Mg", "O"], 4.21, 7.8),
    ("225:a|b", &["Ca", "O"], 4.81, 7.0),
    ("225:a|b", &["Sr", "O"], 5.16, 5.9),
    ("225:a|b", &["Ba", "O"], 5.54, 4.2),
    ("221:a|b", &["Cs", "Cl"], 4.12, 8.3),
    ("221:a|b", &["Cs", "Br"], 4.29, 7.3),
    ("221:a|b", &["Tl", "Cl"], 3.83, 3.4),
    ("216:a|c", &["Zn", "S"], 5.41, 3.7),
    ("216:a|c", &["Zn", "Se"], 5.67, 2.8),
    ("216:a|c", &["Cd", "Te"], 6.48, 1.5),
    ("216:a|c", &["Ga", "As"], 5.65, 1.4),
    ("216:a|c", &["In", "P"], 5.87, 1.3),
    ("216:a|c", &["Ga", "P"], 5.45, 2.3),
    ("225:a|c", &["Ca", "F"], 5.46, 12.1),
    ("225:a|c", &["Sr", "F"], 5.80, 11.3),
    ("225:a|c", &["Ba", "F"], 6.20, 10.6),
    ("221:a|b|c", &["Sr", "Ti", "O"], 3.90, 3.2),
    ("221:a|b|c", &["Ba", "Zr", "O"], 4.19, 5.3),
    ("221:a|b|c", &["K", "Ta", "O"], 3.99, 3.6),
    ("221:a|b|c", &["Sr", "Zr", "O"], 4.10, 5.6),
];

fn cifs() -> Vec<String> {
    let cif = |&(prototype, elements, a, _): &(&str, &[&str], f64, f64)| {
        let elements = elements.iter().map(|e| e.parse().unwrap()).collect();
        let crystal = Embedding::new(prototype.parse().unwrap(), elements, vec![a], Vec::new());
        crystal.unwrap().to_cif().unwrap()
    };
    CRYSTALS.iter().map(cif).collect()
}

/// The crystals as a table, with rows that cannot be used below them.
fn table(folder: &Path, bad: &[&str]) -> String {
    let path = folder.join("crystals.csv");
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut text = String::from("gap_eV,n_atoms,cif\n");
    for (cif, (prototype, _, _, gap)) in cifs().iter().zip(CRYSTALS) {
        let n = match prototype {
            "225:a|c" => 3,
            "221:a|b|c" => 5,
            _ => 2,
        };
        text += &format!("{gap},{n},{}\n", quoted(cif));
    }
    bad.iter().for_each(|cif| text += &format!("1.0,2,{}\n", quoted(cif)));
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn candidates(path: &Path) -> Vec<csv::StringRecord> {
    csv::Reader::from_path(path).unwrap().records().map(Result::unwrap).collect()
}

fn place(path: &Path, name: &str) -> usize {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.headers().unwrap().iter().position(|column| column == name).unwrap()
}

fn generate(data: &str, out: &Path, more: &[&str]) -> Output {
    let out = out.display().to_string();
    let mut args = vec!["generate", data, "--out", &out, "--steps", "5", "--n", "30"];
    args.extend(more);
    run(&args)
}

#[test]
fn candidates_are_crystals_of_the_space_group_that_is_written() {
    let folder = TempDir::new().unwrap();
    let (data, out) = (table(folder.path(), &[]), folder.path().join("c.csv"));
    let cif_dir = folder.path().join("cif");
    fs::create_dir(&cif_dir).unwrap();
    fs::write(cif_dir.join("0001_Xx_1.cif"), "of an earlier list").unwrap();
    fs::write(cif_dir.join("mine.cif"), "not of a list").unwrap();
    let output = generate(&data, &out, &["--cif-dir", cif_dir.to_str().unwrap()]);
    stdout(&output);
    let told = stderr(&output);
    assert!(told.contains("column `n_atoms` of candidates is that of their structures"), "{told}");
    let rows = candidates(&out);
    assert!(rows.len() >= 20, "{}", rows.len());
    let column = |name| place(&out, name);
    let (formula, cif, group) = (column("formula"), column("cif"), column("space_group_number"));
    let (prototype, atoms) = (column("prototype"), column("n_atoms"));
    for (i, row) in rows.iter().enumerate() {
        let structure = read_structure(&row[cif]).unwrap().structure;
        let found = structure.symmetry(0.01).unwrap();
        assert_eq!(found.space_group.to_string(), row[group]);
        assert_eq!(structure.composition().to_string(), row[formula]);
        let embedding = structure.embedding(0.01).unwrap();
        assert_eq!(embedding.prototype().to_string(), row[prototype]);
        assert_eq!(embedding.prototype().n_atoms().to_string(), row[atoms]);
        assert_eq!(&row[column("symmetry_ok")], "true");
        let file = cif_dir.join(format!("{:04}_{}_{}.cif", i + 1, &row[formula], &row[group]));
        assert_eq!(fs::read_to_string(file).unwrap(), row[cif].replace("\r\n", "\n"));
    }
    assert_eq!(fs::read_dir(&cif_dir).unwrap().count(), rows.len() + 1);
    let report = fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(report.contains("<h2>Crystals</h2>"));
}

#[test]
fn rules_on_structures_hold_for_all_and_impossible_ones_are_told() {
    let folder = TempDir::new().unwrap();
    let (data, out) = (table(folder.path(), &[]), folder.path().join("c.csv"));
    for (rule, name, value) in [
        (["--space-group", "216"], "space_group_number", "216"),
        (["--space-group", "F-43m"], "space_group_number", "216"),
        (["--prototype", "221:a|b|c"], "prototype", "221:a|b|c"),
    ] {
        let output = generate(&data, &out, &rule);
        stdout(&output);
        let rows = candidates(&out);
        assert!(!rows.is_empty());
        assert!(rows.iter().all(|row| row[place(&out, name)] == *value));
    }
    let output = generate(&data, &out, &["--space-group", "62"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("space group 62"), "{}", stderr(&output));
    let plain = folder.path().join("plain.csv");
    fs::write(&plain, "formula,gap\nNaCl,8.5\nKCl,8.4\nNaBr,7.1\n").unwrap();
    let output = generate(plain.to_str().unwrap(), &out, &["--crystal-system", "cubic"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("the table has no structures"), "{}", stderr(&output));
    let output = generate(&data, &out, &["--crystal-system", "round"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn conditions_and_structures_go_together() {
    let folder = TempDir::new().unwrap();
    let (data, out) = (table(folder.path(), &[]), folder.path().join("c.csv"));
    let output = generate(&data, &out, &["--condition", "gap_eV=8±2", "--space-group", "225"]);
    stdout(&output);
    let rows = candidates(&out);
    assert_eq!(rows.len(), 30);
    let (group, gap) = (place(&out, "space_group_number"), place(&out, "gap_eV"));
    for row in rows {
        assert_eq!(&row[group], "225");
        assert!((6.0..=10.0).contains(&row[gap].parse::<f64>().unwrap()), "{}", &row[gap]);
    }
}

#[test]
fn structures_that_cannot_be_used_are_counted_and_explained() {
    let folder = TempDir::new().unwrap();
    let good = &cifs()[4];
    let cut = &good[..good.len() / 2];
    let odd = good.replace("5.64", "nan");
    let part = good.replace("Na", "Xx");
    let flat = good.replace("5.64", "0.00");
    let data = table(folder.path(), &[cut, &odd, &part, &flat, ""]);
    let text = stdout(&run(&["inspect", &data]));
    assert!(text.contains("33 rows, 28 kept, 5 skipped"), "{text}");
    assert!(text.contains("not a structure") && text.contains("no structure"), "{text}");
    assert!(text.contains("28 structures in 3 space groups"), "{text}");
    assert!(
        text.contains("5 prototypes, the most frequent with their structures: 225:a|b (12)"),
        "{text}"
    );
}

#[test]
fn a_folder_of_files_is_a_table_and_can_stand_beside_one() {
    let folder = TempDir::new().unwrap();
    let files = folder.path().join("files");
    fs::create_dir_all(files.join("more.cif")).unwrap();
    for (i, cif) in cifs().iter().enumerate() {
        fs::write(files.join(format!("c-{i}.cif")), cif).unwrap();
    }
    fs::write(files.join("notes.txt"), "nothing").unwrap();
    let files = files.display().to_string();
    let text = stdout(&run(&["inspect", &files]));
    assert!(text.contains("28 rows, 28 kept, 0 skipped"), "{text}");
    assert!(text.contains("1 folders and 1 files that are no structures are left out"), "{text}");
    let beside = folder.path().join("gaps.csv");
    let rows: String = (0..30).map(|i| format!("c-{i},{}\n", 1.0 + f64::from(i) / 7.0)).collect();
    fs::write(&beside, format!("name,gap_eV\n{rows}")).unwrap();
    let text = stdout(&run(&["inspect", beside.to_str().unwrap(), "--structures", &files]));
    assert!(text.contains("30 rows, 28 kept, 2 skipped"), "{text}");
    let none =
        run(&["inspect", folder.path().join("gaps.csv").to_str().unwrap(), "--structures", "/"]);
    assert_eq!(none.status.code(), Some(1));
}

#[test]
fn a_saved_model_draws_crystals_and_evaluation_compares_them() {
    let folder = TempDir::new().unwrap();
    let (data, out) = (table(folder.path(), &[]), folder.path().join("s.csv"));
    let (model, list) = (folder.path().join("model"), out.display().to_string());
    let model = model.display().to_string();
    stdout(&run(&["fit", &data, "--steps", "5", "--model", &model]));
    stdout(&run(&[
        "sample",
        "--model",
        &model,
        "--n",
        "25",
        "--out",
        &list,
        "--space-group",
        "225",
    ]));
    let rows = candidates(&out);
    assert_eq!(rows.len(), 25);
    let group = place(&out, "space_group_number");
    assert!(rows.iter().all(|row| &row[group] == "225"));
    let found = run(&["evaluate", "--reference", &data, "--candidates", &list, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&stdout(&found)).unwrap();
    let structures = &json["structures"];
    assert_eq!((structures["n"].as_u64(), structures["valid"].as_f64()), (Some(25), Some(1.0)));
    assert!(structures["column_w1"]["density_g_cm3"]["w1"].as_f64().unwrap() > 0.0);
    let itself = run(&["evaluate", "--reference", &data, "--candidates", &data, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&stdout(&itself)).unwrap();
    assert_eq!(json["structures"]["novel"].as_f64(), Some(0.0));
    // Shares are added and taken away again: round-off only.
    assert!(json["structures"]["class_tv"]["space_group"]["tv"].as_f64().unwrap() < 1e-12);
}

#[test]
fn hidden_crystals_are_looked_for_as_crystals() {
    let folder = TempDir::new().unwrap();
    let data = table(folder.path(), &[]);
    let page = folder.path().join("v.html").display().to_string();
    let args = ["validate", &data, "--folds", "4", "--parts", "1", "--n", "200", "--steps", "5"];
    let found = run(&[&args[..], &["--json", "--report", &page]].concat());
    let json: serde_json::Value = serde_json::from_str(&stdout(&found)).unwrap();
    assert_eq!(json["hidden"].as_f64(), Some(7.0));
    assert!(json["hits"].as_f64().unwrap() > 0.0, "{json}");
    assert!(fs::read_to_string(page).unwrap().contains("Hidden materials found"));
}
