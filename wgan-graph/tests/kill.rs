//! A program that is killed at random moments leaves its output whole or not at all.
//!
//! `WGAN_KILLS=50 cargo test --release -p wgan-graph --test kill -- --nocapture` kills it at 50 moments.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Instant;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn n_kills() -> usize {
    std::env::var("WGAN_KILLS").map_or(2, |n| n.parse().unwrap())
}

#[test]
fn generate_nodes() {
    let folder = tempfile::tempdir().unwrap();
    let [edges, out] = ["edges.csv", "out.csv"].map(|name| folder.path().join(name));
    // A circle with chords.
    let rows = (0..60).map(|i| format!("{i},{}\n{i},{}\n", (i + 1) % 60, (7 * i + 3) % 60));
    let text: String = std::iter::once("source,target\n".to_owned()).chain(rows).collect();
    fs::write(&edges, text).unwrap();
    let program = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wgan-graph"));
        command.args(["generate-nodes", "--n", "10", "--steps", "100", "--out"]).arg(&out);
        command.arg(&edges).stderr(Stdio::null());
        command
    };
    let started = Instant::now();
    assert!(program().status().unwrap().success());
    let (length, expected) = (started.elapsed(), fs::read(&out).unwrap());
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut n_running = 0;
    for _ in 0..n_kills() {
        fs::remove_file(&out).unwrap();
        let mut child = program().spawn().unwrap();
        std::thread::sleep(length.mul_f64(rng.random_range(0.0..1.0)));
        n_running += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
        assert!(!out.exists() || fs::read(&out).unwrap() == expected);
        assert!(program().status().unwrap().success());
        assert!(fs::read(&out).unwrap() == expected);
    }
    println!("{} runs of {length:?}, {n_running} of them killed before their end", n_kills());
}
