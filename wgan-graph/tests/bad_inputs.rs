//! Bad edge lists by kind: the program ends with exit code 0, 1 or 2, says why where it fails, and never panics.

use std::fs;
use std::process::{Command, Output};

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Inputs of each kind.
const N_EACH: usize = 12;

const GOOD: &str = "source,target,weight\na,b,2\nb,c,3.5\nc,d,1e3\na,d,0\n";

type Rng = ChaCha8Rng;

/// A kind of bad input, made from a good one.
type Kind = (&'static str, fn(&mut Rng) -> Vec<u8>);

const KINDS: [Kind; 10] = [
    ("cut off", |rng| GOOD.as_bytes()[..rng.random_range(0..GOOD.len())].to_vec()),
    ("bytes of chance", |rng| (0..rng.random_range(0..300)).map(|_| rng.random()).collect()),
    ("bytes changed", |rng| changed(rng, |rng| rng.random())),
    ("quotes", |rng| changed(rng, |_| b'"')),
    ("separators", |rng| changed(rng, |rng| *b",;\t| ".choose(rng).unwrap_or(&b','))),
    ("line ends", |rng| changed(rng, |rng| *b"\r\n".choose(rng).unwrap_or(&b'\n'))),
    ("signatures", |rng| {
        let start: &[&[u8]] =
            &[b"%%MatrixMarket", b"PK\x03\x04", b"\x1f\x8b", b"\xff\xfe", b"\xfe\xff", b"#", b"<"];
        [start.choose(rng).copied().unwrap_or_default(), GOOD.as_bytes()].concat()
    }),
    ("weights", |rng| {
        rows(rng, |rng| format!("a,{},{}", word(rng, "abc"), word(rng, "0123456789.eE+-")))
    }),
    ("ids", |rng| {
        rows(rng, |rng| format!("{},{},1", word(rng, "a \"\u{e9}\u{202e}0-"), word(rng, "a0 ")))
    }),
    ("comments", |rng| format!("{}\n{GOOD}", word(rng, "#%, \n\"source")).into_bytes()),
];

/// The good list with some bytes replaced.
fn changed(rng: &mut Rng, byte: impl Fn(&mut Rng) -> u8) -> Vec<u8> {
    let mut bytes = GOOD.as_bytes().to_vec();
    for _ in 0..rng.random_range(1..12) {
        let at = rng.random_range(0..bytes.len());
        bytes[at] = byte(rng);
    }
    bytes
}

/// A list of such rows.
fn rows(rng: &mut Rng, row: impl Fn(&mut Rng) -> String) -> Vec<u8> {
    let rows: Vec<String> = (0..rng.random_range(1..30)).map(|_| row(rng)).collect();
    format!("source,target,weight\n{}\n", rows.join("\n")).into_bytes()
}

fn word(rng: &mut Rng, letters: &str) -> String {
    let letters: Vec<char> = letters.chars().collect();
    let n = rng.random_range(0..12);
    (0..n).filter_map(|_| letters.choose(rng)).collect()
}

fn check(told: &str, output: &Output) {
    let message = String::from_utf8_lossy(&output.stderr);
    let code = output.status.code();
    assert!(matches!(code, Some(0..=2)), "{told}: {code:?}: {message}");
    assert!(!message.contains("panicked"), "{told}: {message}");
    if code != Some(0) {
        assert!(message.starts_with("error: "), "{told}: {message}");
    }
}

#[test]
fn bad_edge_lists_end_in_a_network_or_in_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("edges.csv");
    let mut rng = Rng::seed_from_u64(22);
    for (kind, make) in KINDS {
        for i in 0..N_EACH {
            let bytes = make(&mut rng);
            fs::write(&path, &bytes).unwrap();
            for more in [&[][..], &["--cost", "weight"], &["--no-header"]] {
                let mut command = Command::new(env!("CARGO_BIN_EXE_wgan-graph"));
                let output = command.args(["inspect", "--edges"]).arg(&path).args(more).output();
                let told = format!("{kind} {i} {more:?}: {}", String::from_utf8_lossy(&bytes));
                check(&told, &output.unwrap());
            }
        }
    }
}
