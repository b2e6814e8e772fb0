//! Programs that are killed at random moments and run again leave the same bytes as those that were never stopped.
//!
//! `WGAN_KILLS=50 cargo test --release -p wgan-materials --test kill -- --nocapture` kills each of them at 50 moments.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/compounds.csv");

/// Files that tell the time, and the lock.
const TIMED: [&str; 4] = ["history.csv", "report.html", "report.json", "lock"];

fn n_kills() -> usize {
    std::env::var("WGAN_KILLS").map_or(2, |n| n.parse().unwrap())
}

fn program(args: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wgan-materials"));
    command.args(args).stdout(Stdio::null());
    command
}

/// Runs to the end; standard error.
fn run(args: &[String]) -> String {
    let output = program(args).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{args:?}: {said}");
    said
}

/// Runs and kills after `delay`; whether it was still running.
fn killed(args: &[String], delay: Duration) -> bool {
    let mut child = program(args).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(delay);
    let is_running = child.try_wait().unwrap().is_none();
    child.kill().unwrap(); // SIGKILL
    child.wait().unwrap();
    is_running
}

/// Names and bytes of the files below `folder`, without those that tell the time or that a killed program was just writing.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let is_unfinished = path.extension().is_some_and(|ending| ending == "tmp");
            if path.is_dir() {
                folders.push(path);
            } else if !is_unfinished && !TIMED.iter().any(|name| path.ends_with(name)) {
                let name = path.strip_prefix(folder).unwrap().to_owned();
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

/// Kills a command at random moments of a run of its length, goes on with `resume` added, and compares the files of its folder
/// with those of a run that was never stopped. The command is made for a folder.
fn kills_leave_no_trace(seed: u64, command: impl Fn(&Path) -> Vec<String>, resume: &[&str]) {
    let here = tempfile::tempdir().unwrap();
    let folder = |name: &str| {
        let folder = here.path().join(name);
        fs::create_dir(&folder).unwrap();
        folder
    };
    let whole = folder("whole");
    let started = Instant::now();
    run(&command(&whole));
    let (length, expected) = (started.elapsed(), files(&whole));
    assert!(!expected.is_empty());

    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (n, mut n_running) = (n_kills(), 0);
    for i in 0..n {
        let folder = folder(&format!("killed {i}"));
        let delay = length.mul_f64(rng.random_range(0.0..1.0));
        let mut args = command(&folder);
        n_running += usize::from(killed(&args, delay));
        args.extend(resume.iter().map(|&arg| arg.to_owned()));
        let said = run(&args);
        let got = files(&folder);
        let differs = |name: &&PathBuf| got.get(*name) != expected.get(*name);
        let names: Vec<&PathBuf> = expected.keys().chain(got.keys()).filter(differs).collect();
        assert!(names.is_empty(), "killed after {delay:?}: {names:?} differ; {said}");
        fs::remove_dir_all(folder).unwrap();
    }
    println!("{n} runs of {length:?}, {n_running} of them killed before their end");
}

fn args(words: &str, folder: &Path) -> Vec<String> {
    let place = |word: &str| word.replace("TABLE", TABLE).replace("HERE", folder.to_str().unwrap());
    words.split(' ').map(place).collect()
}

#[test]
fn fit() {
    let command = |folder: &Path| args("fit TABLE --model HERE/model --steps 120", folder);
    kills_leave_no_trace(1, command, &["--resume"]);
}

#[test]
fn generate() {
    let words = "generate TABLE --model HERE/model --out HERE/out.csv --n 300 --steps 60";
    kills_leave_no_trace(2, |folder| args(words, folder), &[]);
}

#[test]
fn sample() {
    let model = tempfile::tempdir().unwrap();
    run(&args("fit TABLE --model HERE --steps 3", model.path()));
    let command = |folder: &Path| {
        let mut command = args("sample --out HERE/out.csv --n 140000 --model", folder);
        command.push(model.path().to_str().unwrap().to_owned());
        command
    };
    kills_leave_no_trace(3, command, &["--resume"]);
}

/// A table without formulas in this folder.
fn numbers(folder: &Path) -> String {
    let rows = (0..200).map(|i| format!("{},{},{}\n", i % 13, (i * i) % 31, ["a", "b"][i % 2]));
    let text: String = std::iter::once("x,y,class\n".to_owned()).chain(rows).collect();
    let table = folder.join("table.csv");
    fs::write(&table, text).unwrap();
    table.to_str().unwrap().to_owned()
}

#[test]
fn generate_from_a_table_without_formulas() {
    let data = tempfile::tempdir().unwrap();
    let table = numbers(data.path());
    let command = |folder: &Path| {
        let words = "generate --model HERE/model --out HERE/out.csv --n 300 --steps 60";
        [args(words, folder), vec![table.clone()]].concat()
    };
    kills_leave_no_trace(4, command, &[]);
}

#[test]
fn fit_of_a_table_without_formulas() {
    let data = tempfile::tempdir().unwrap();
    let table = numbers(data.path());
    let command = |folder: &Path| {
        let words = "fit --model HERE/model --condition class --steps 160";
        [args(words, folder), vec![table.clone()]].concat()
    };
    kills_leave_no_trace(5, command, &["--resume"]);
}
