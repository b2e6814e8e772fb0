//! Faults of the field: disks that are full or read-only, folders that go away, interrupts, two programs at once, directories
//! of models that are not what they say.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use wgan_materials::{ReadOptions, Table, write_frame};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/compounds.csv");

fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wgan-materials"));
    command.args(args).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn run(args: &[&str]) -> Output {
    program(args).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Standard error of a run that must end with this exit code.
fn ends(args: &[&str], code: i32) -> String {
    ended(run(args), code)
}

fn ended(output: Output, code: i32) -> String {
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A model that was fitted in three steps.
fn fit(folder: &Path) -> PathBuf {
    let model = folder.join("model");
    ends(&["fit", TABLE, "--model", text(&model), "--steps", "3"], 0);
    model
}

fn sample(model: &Path, out: &Path, code: i32) -> String {
    ends(&["sample", "--model", text(model), "--n", "20", "--out", text(out)], code)
}

/// Waits until `path` is there, while the program runs.
fn wait_for(path: &Path, child: &mut Child) {
    while !path.exists() {
        assert!(
            child.try_wait().unwrap().is_none(),
            "it ended before {} was there",
            path.display()
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// A disk of its own of so many kilobytes; none, with a word, where this user may not mount one.
struct Disk(TempDir);

impl Disk {
    fn new(kilobytes: usize) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={kilobytes}k");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path());
        let is_mounted = mount.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        if !is_mounted {
            println!("skipped: no right to mount a disk");
        }
        is_mounted.then_some(Self(folder))
    }

    fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        let done = Command::new("mount").args(["-o", &options]).arg(self.0.path()).status();
        assert!(done.unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_is_named_and_what_was_finished_goes_on() {
    let here = tempfile::tempdir().unwrap();
    let whole = here.path().join("whole");
    ends(&["fit", TABLE, "--model", text(&whole), "--steps", "120"], 0);
    // Room for a checkpoint, but not for the next one beside it.
    let size = fs::metadata(whole.join("weights.safetensors")).unwrap().len() / 1024;
    let Some(disk) = Disk::new(size as usize * 6) else { return };
    let model = disk.0.path().join("model");
    let again = ["fit", TABLE, "--model", text(&model), "--steps", "120", "--resume"];
    let said = ends(&again, 1);
    assert!(said.contains(text(&model)) && said.contains("No space left"), "{said}");
    assert!(said.contains("the checkpoint of step 50 is kept"), "{said}");
    disk.remount("size=100m");
    ends(&again, 0);
    for file in ["config.json", "known.csv", "weights.safetensors"] {
        assert!(
            fs::read(model.join(file)).unwrap() == fs::read(whole.join(file)).unwrap(),
            "{file}"
        );
    }

    disk.remount(&format!("size={}k", size * 2));
    let out = disk.0.path().join("out.csv");
    let args = ["sample", "--model", text(&model), "--n", "60000", "--out", text(&out)];
    let said = ends(&args, 1);
    assert!(said.contains(text(&out)) && said.contains("No space left"), "{said}");
    assert!(!out.exists() && !out.with_extension("csv.tmp").exists());
}

#[test]
fn a_read_only_folder_is_named_before_time_is_spent() {
    let Some(disk) = Disk::new(20_000) else { return };
    let model = fit(disk.0.path());
    disk.remount("ro");
    let out = disk.0.path().join("out.csv");
    let said = sample(&model, &out, 2);
    assert!(said.contains(text(&out)) && said.contains("Read-only"), "{said}");
    let other = disk.0.path().join("other");
    let said = ends(&["fit", TABLE, "--model", text(&other), "--steps", "3"], 1);
    assert!(said.contains(text(&other)) && said.contains("Read-only"), "{said}");
    let elsewhere = tempfile::tempdir().unwrap();
    sample(&model, &elsewhere.path().join("out.csv"), 0);
}

#[test]
fn a_folder_that_goes_away_is_named() {
    let here = tempfile::tempdir().unwrap();
    let model = fit(here.path());
    let folder = here.path().join("folder");
    fs::create_dir(&folder).unwrap();
    let out = folder.join("out.csv");
    let args = ["sample", "--model", text(&model), "--n", "300000", "--out", text(&out)];
    let mut child = program(&args).spawn().unwrap();
    wait_for(&folder.join("out.csv.parts").join("000000.parquet"), &mut child);
    // A rename takes the folder away at once; a removal would meet parts that are being written.
    fs::rename(&folder, here.path().join("elsewhere")).unwrap();
    let said = ended(child.wait_with_output().unwrap(), 1);
    assert!(said.contains(text(&folder)), "{said}");
}

#[test]
fn an_interrupt_says_what_is_kept_and_where() {
    for name in ["-INT", "-TERM"] {
        let here = tempfile::tempdir().unwrap();
        let model = here.path().join("model");
        let args = ["fit", TABLE, "--model", text(&model), "--steps", "5000"];
        let mut child = program(&args).spawn().unwrap();
        wait_for(&model.join("checkpoints").join("checkpoint-50"), &mut child);
        signal(&child, name);
        let said = ended(child.wait_with_output().unwrap(), 1);
        let expected = format!("is kept in {}: add --resume to go on", text(&model));
        assert!(
            said.contains("interrupted: the checkpoint of step") && said.contains(&expected),
            "{said}"
        );
    }
    let here = tempfile::tempdir().unwrap();
    let (model, out) = (fit(here.path()), here.path().join("out.csv"));
    let args = ["sample", "--model", text(&model), "--n", "300000", "--out", text(&out)];
    let mut child = program(&args).spawn().unwrap();
    wait_for(&here.path().join("out.csv.parts").join("000000.parquet"), &mut child);
    signal(&child, "-INT");
    let said = ended(child.wait_with_output().unwrap(), 1);
    assert!(
        said.contains("complete parts are kept in") && said.contains("out.csv.parts"),
        "{said}"
    );
    assert!(!out.exists());
}

#[test]
fn of_two_programs_at_one_output_or_model_the_second_says_so() {
    let here = tempfile::tempdir().unwrap();
    let [model, out] = ["model", "out.csv"].map(|name| here.path().join(name));
    let args = ["generate", TABLE, "--model", text(&model), "--out", text(&out), "--steps", "5000"];
    let mut first = program(&args).spawn().unwrap();
    wait_for(&model.join("config.json"), &mut first);
    let said = ends(&args, 2);
    assert!(said.contains(text(&out)) && said.contains("another program"), "{said}");
    // Reports stand beside the candidates.
    let other = here.path().join("other.csv");
    let said = ends(&["generate", TABLE, "--out", text(&other)], 2);
    assert!(said.contains("report.html") && said.contains("another program"), "{said}");
    let said = ends(&["fit", TABLE, "--model", text(&model), "--steps", "5000"], 2);
    assert!(said.contains(text(&model)) && said.contains("another program"), "{said}");
    first.kill().unwrap();
    first.wait().unwrap();
}

#[test]
fn a_damaged_parquet_file_is_refused_or_read() {
    let here = tempfile::tempdir().unwrap();
    let path = here.path().join("table.parquet");
    let table = Table::read(TABLE, &ReadOptions::default()).unwrap();
    write_frame(&path, table.frame().unwrap().head(Some(20))).unwrap();
    let whole = fs::read(&path).unwrap();
    let mut n_refused = 0;
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        n_refused += usize::from(Table::from_bytes(bytes, &ReadOptions::default()).is_err());
    }
    assert!(n_refused > whole.len() / 4, "{n_refused} of {}", whole.len());
}

#[test]
fn links_blanks_and_unicode_in_paths_are_no_exception() {
    let here = tempfile::tempdir().unwrap();
    let folder = here.path().join("données – 材料 (2)");
    fs::create_dir(&folder).unwrap();
    let table = folder.join("mes composés.csv");
    fs::copy(TABLE, &table).unwrap();
    let model = folder.join("mon modèle");
    ends(&["fit", text(&table), "--model", text(&model), "--steps", "3"], 0);
    let [link, file, named] = ["link", "file.csv", "named.csv"].map(|name| folder.join(name));
    symlink(&model, &link).unwrap();
    fs::write(&file, "earlier").unwrap();
    symlink(&file, &named).unwrap();
    sample(&link, &named, 0);
    assert!(fs::symlink_metadata(&named).unwrap().is_symlink(), "the link stays");
    assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 21);
    // Files of a model that lead elsewhere, nowhere or in a circle.
    let weights = model.join("weights.safetensors");
    let moved = folder.join("moved");
    fs::rename(&weights, &moved).unwrap();
    symlink(&moved, &weights).unwrap();
    sample(&model, &folder.join("again.csv"), 0);
    for to in [folder.join("nowhere"), weights.clone(), PathBuf::from("/dev/null")] {
        fs::remove_file(&weights).unwrap();
        symlink(to, &weights).unwrap();
        let said = sample(&model, &folder.join("never.csv"), 1);
        assert!(said.contains("weights.safetensors"), "{said}");
    }
}

/// Where a value stands in `config.json` (RFC 6901), what is put there, and what the refusal says.
const CHANGES: [(&str, &str, &str); 22] = [
    ("/schema", "5", "expected schema"),
    ("/config/generator_width", "30000", "too few for the"),
    ("/config/generator_width", "1000000000000000", "too few for the"),
    ("/config/critic_width", "18446744073709551615", "too few for the"),
    ("/config/generator_width", "0", "its config cannot be"),
    ("/config/batch_size", "0", "its config cannot be"),
    ("/config/lambda", "null", "expected f64"),
    ("/config/lambda", "1e999", "number out of range"),
    ("/config/conditions", r#"["gap"]"#, "its config.conditions cannot be"),
    ("/alphabet/n_slots", "0", "its alphabet cannot be"),
    ("/alphabet/n_slots", "1000000000000", "its alphabet cannot be"),
    ("/alphabet/elements", "[]", "its alphabet cannot be"),
    ("/alphabet/elements/0", r#""O""#, "its alphabet cannot be"),
    ("/alphabet/elements/0", r#""Xx""#, "not the symbol of an element"),
    ("/space/specs", "[]", "its space cannot be"),
    ("/space/numbers", "[]", "its space cannot be"),
    ("/space/numbers/0/column", "99", "its space cannot be"),
    ("/space/numbers/0/ranks/values", "[]", "its space cannot be"),
    ("/space/numbers/0/ranks/cumulative", "[2.0]", "its space cannot be"),
    (
        "/space/classes",
        r#"[{"column": 0, "n_levels": 1000000000000, "has_missing": false}]"#,
        "its space cannot be",
    ),
    (
        "/conditions/columns",
        r#"[{"name": "x", "unit": null, "cell_type": "float64", "cells": {"Numbers": [1.0, 2.0]}}]"#,
        "its conditions cannot be",
    ),
    ("/known_digest", r#""0""#, "are not those that"),
];

#[test]
fn hostile_models_are_refused_by_file_within_bounded_memory() {
    let here = tempfile::tempdir().unwrap();
    let model = fit(here.path());
    let out = here.path().join("out.csv");
    let config = model.join("config.json");
    let whole = fs::read_to_string(&config).unwrap();
    for (pointer, value, expected) in CHANGES {
        let mut changed: Value = serde_json::from_str(&whole).unwrap();
        *changed.pointer_mut(pointer).unwrap() = "HERE".into();
        fs::write(&config, changed.to_string().replace("\"HERE\"", value)).unwrap();
        let said = sample_bounded(&model, &out);
        assert!(said.contains(text(&model)) && said.contains(expected), "{pointer}: {said}");
    }
}

/// Standard error of a failing `sample` with 2 GB of address space.
fn sample_bounded(model: &Path, out: &Path) -> String {
    let command = "ulimit -v 2000000; exec \"$@\"";
    let mut bounded = Command::new("sh");
    bounded.args(["-c", command, "sh", env!("CARGO_BIN_EXE_wgan-materials"), "sample", "--n", "5"]);
    bounded.args(["--model", text(model), "--out", text(out)]).env("RAYON_NUM_THREADS", "1");
    ended(bounded.output().unwrap(), 1)
}
