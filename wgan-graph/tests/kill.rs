//! A program that is killed at random moments leaves its output whole or not at all.
//!
//! `WGAN_KILLS=50 cargo test --release -p wgan-graph --test kill -- --nocapture` kills it at 50 moments.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn n_kills() -> usize {
    std::env::var("WGAN_KILLS").map_or(2, |n| n.parse().unwrap())
}

/// A circle of 60 nodes with chords, and observations on it.
fn files(folder: &Path) -> [PathBuf; 2] {
    let rows = (0..60).map(|i| format!("{i},{}\n{i},{}\n", (i + 1) % 60, (7 * i + 3) % 60));
    let edges: String = std::iter::once("source,target\n".to_owned()).chain(rows).collect();
    let seen = (0..400).map(|i| format!("{},{}\n", i * i % 60, i % 4));
    let seen: String = std::iter::once("id,hour\n".to_owned()).chain(seen).collect();
    let paths = ["edges.csv", "seen.csv"].map(|name| folder.join(name));
    fs::write(&paths[0], edges).unwrap();
    fs::write(&paths[1], seen).unwrap();
    paths
}

/// Runs the program, then kills it at random moments: its output `out` is whole or not there, and made again as it was.
fn killed(args: &[&OsStr], out: &Path) {
    let program = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wgan-graph"));
        command.args(args).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let started = Instant::now();
    assert!(program().status().unwrap().success());
    let (length, expected) = (started.elapsed(), fs::read(out).unwrap());
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut n_running = 0;
    for _ in 0..n_kills() {
        fs::remove_file(out).unwrap();
        let mut child = program().spawn().unwrap();
        std::thread::sleep(length.mul_f64(rng.random_range(0.0..1.0)));
        n_running += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
        assert!(!out.exists() || fs::read(out).unwrap() == expected);
        assert!(program().status().unwrap().success());
        assert!(fs::read(out).unwrap() == expected);
    }
    println!("{} runs of {length:?}, {n_running} of them killed before their end", n_kills());
}

#[test]
fn generate_nodes() {
    let folder = tempfile::tempdir().unwrap();
    let [edges, _] = files(folder.path());
    let out = folder.path().join("out.csv");
    let args = ["generate-nodes", "--n", "10", "--steps", "100", "--edges"].map(OsStr::new);
    killed(&[&args[..], &[edges.as_ref(), "--out".as_ref(), out.as_ref()]].concat(), &out);
}

#[test]
fn fit_law() {
    let folder = tempfile::tempdir().unwrap();
    let [edges, seen] = files(folder.path());
    let model = folder.path().join("model");
    let args = ["fit-law", "--edges"].map(OsStr::new);
    let files = [edges.as_ref(), "--observations".as_ref(), seen.as_ref()];
    let args = [&args[..], &files, &["--model".as_ref(), model.as_ref()]].concat();
    killed(&args, &model.join("law.json"));
}
