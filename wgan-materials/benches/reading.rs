//! A table of 33,188 compounds, as many as the sample of formation energies of the Materials Project: reading it, and the features of its rows.

use std::fmt::Write as _;
use std::path::PathBuf;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wgan_materials::{Element, ReadOptions, Table, feature_rows};

const N: usize = 33_188;

/// Compounds of two to five elements, some of them with fractions, and a number.
fn table() -> std::io::Result<PathBuf> {
    let mut text = "formula,energy_eV\n".to_string();
    for i in 0..N {
        for k in 0..2 + i % 4 {
            let element = Element::ALL[(7 * i + 19 * k) % 90];
            let amount = ((i + k) % 12 + 1) as f64 / if i % 5 == 0 { 4.0 } else { 1.0 };
            let _ = write!(text, "{element}{amount}");
        }
        let _ = writeln!(text, ",{}", (i % 977) as f64 / 250.0 - 2.0);
    }
    let path = std::env::temp_dir().join(format!("reading-{}.csv", std::process::id()));
    std::fs::write(&path, text)?;
    Ok(path)
}

fn reading(c: &mut Criterion) {
    let Ok(path) = table() else { unreachable!("a temporary file can be written") };
    let read = || Table::read(&path, &ReadOptions::default()).ok();
    let mut group = c.benchmark_group("table");
    group.sample_size(10).throughput(Throughput::Elements(N as u64));
    group.bench_function("read", |b| b.iter(|| read().map(|table| table.len())));
    group.bench_function("read_and_featurise", |b| {
        b.iter(|| read().map(|table| feature_rows(table.formulas()).sum()))
    });
    group.finish();
    let _ = std::fs::remove_file(path);
}

criterion_group!(benches, reading);
criterion_main!(benches);
