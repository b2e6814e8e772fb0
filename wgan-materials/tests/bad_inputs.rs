//! Bad tables by kind: the program ends with exit code 0, 1 or 2, says why where it fails, and never panics.

use std::fs;
use std::process::{Command, Output};

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Inputs of each kind.
const N_EACH: usize = 16;

const GOOD: &str = "formula,gap_eV,phase\nNaCl,8.5,fcc\nMgO,7.8,fcc\nTiO2,3.0,rutile\nCuSO4.5H2O,2.25,\nZnS,3.6,fcc\n";

type Rng = ChaCha8Rng;

/// A kind of bad input, made from a good one.
type Kind = (&'static str, fn(&mut Rng) -> Vec<u8>);

const KINDS: [Kind; 17] = [
    ("cut off", |rng| GOOD.as_bytes()[..rng.random_range(0..GOOD.len())].to_vec()),
    ("bytes of chance", |rng| (0..rng.random_range(0..300)).map(|_| rng.random()).collect()),
    ("bytes changed", |rng| changed(rng, |rng| rng.random())),
    ("zero bytes", |rng| changed(rng, |_| 0)),
    ("quotes", |rng| changed(rng, |_| b'"')),
    ("separators", |rng| changed(rng, |rng| *b",;\t| ".choose(rng).unwrap_or(&b','))),
    ("line ends", |rng| changed(rng, |rng| *b"\r\n".choose(rng).unwrap_or(&b'\n'))),
    ("signatures", |rng| {
        let start: &[&[u8]] =
            &[b"PAR1", b"PK\x03\x04", b"\x1f\x8b", b"\xff\xfe", b"\xef\xbb\xbf", b"#", b"%", b"<"];
        [start.choose(rng).copied().unwrap_or_default(), GOOD.as_bytes()].concat()
    }),
    ("formulas", |rng| {
        rows(rng, |rng| format!("{},1.5", word(rng, "ABCFHINOSacdl0123456789.()[]_· ")))
    }),
    ("brackets", |rng| {
        rows(rng, |rng| format!("{}Fe{},1", "(".repeat(rng.random_range(0..200)), ")".repeat(9)))
    }),
    ("numbers", |rng| rows(rng, |rng| format!("NaCl,{}", word(rng, "0123456789.eE+-<>~±()")))),
    ("commas in numbers", |rng| {
        rows(rng, |rng| format!("NaCl,\"{}\"", word(rng, "0123456789,.' ")))
    }),
    ("huge numbers", |rng| {
        rows(rng, |rng| format!("NaCl,{}e{}", rng.random::<f64>(), rng.random_range(-400..400)))
    }),
    ("long cells", |rng| rows(rng, |rng| "Na".repeat(rng.random_range(1..20_000)))),
    ("many columns", |rng| ",".repeat(rng.random_range(1..5000)).into_bytes()),
    ("names", |rng| format!("{}\nNaCl,1,2\n", word(rng, "ab,,01#\"%= \u{e9}")).into_bytes()),
    ("comments", |rng| format!("{}\n{GOOD}", word(rng, "#%, \n\"formula")).into_bytes()),
];

/// The good table with some bytes replaced.
fn changed(rng: &mut Rng, byte: impl Fn(&mut Rng) -> u8) -> Vec<u8> {
    let mut bytes = GOOD.as_bytes().to_vec();
    for _ in 0..rng.random_range(1..12) {
        let at = rng.random_range(0..bytes.len());
        bytes[at] = byte(rng);
    }
    bytes
}

/// A table of such rows.
fn rows(rng: &mut Rng, row: impl Fn(&mut Rng) -> String) -> Vec<u8> {
    let rows: Vec<String> = (0..rng.random_range(1..30)).map(|_| row(rng)).collect();
    format!("formula,x\n{}\n", rows.join("\n")).into_bytes()
}

fn word(rng: &mut Rng, letters: &str) -> String {
    let letters: Vec<char> = letters.chars().collect();
    let n = rng.random_range(0..24);
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
fn bad_tables_end_in_a_table_or_in_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.csv");
    let mut rng = Rng::seed_from_u64(22);
    for (kind, make) in KINDS {
        for i in 0..N_EACH {
            let bytes = make(&mut rng);
            fs::write(&path, &bytes).unwrap();
            let output = Command::new(env!("CARGO_BIN_EXE_wgan-materials"))
                .arg("inspect")
                .arg(&path)
                .output();
            check(&format!("{kind} {i}: {}", String::from_utf8_lossy(&bytes)), &output.unwrap());
        }
    }
}
