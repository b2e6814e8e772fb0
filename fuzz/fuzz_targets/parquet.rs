//! A changed Parquet file is refused, or read.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use wgan_fuzz::edited;
use wgan_materials::polars::prelude::{ParquetCompression, ParquetWriter, df};
use wgan_materials::{ReadOptions, Table};

/// Small files of all the types that are modelled, with and without compression.
static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mut frame = df!(
        "formula" => ["NaCl", "KCl", "TiO2", "MgO", "CaTiO3"],
        "gap" => [Some(8.5), None, Some(3.2), Some(7.8), Some(3.5)],
        "single" => [1.5_f32, 2.5, 3.5, 4.5, 5.5],
        "count" => [3_i64, 7, 5, 3, 2],
        "is_oxide" => [false, false, true, true, true],
        "class" => ["a", "b", "a", "b", "a"],
    )
    .unwrap();
    let compressions = [ParquetCompression::Uncompressed, ParquetCompression::Zstd(None)];
    let file = |compression| {
        let mut bytes = Vec::new();
        let writer = ParquetWriter::new(&mut bytes).with_compression(compression);
        writer.finish(&mut frame).unwrap();
        bytes
    };
    compressions.into_iter().map(file).collect()
});

// Panics in polars are errors of the reader; one that gets out still ends the run.
fuzz_target!(init: std::panic::set_hook(Box::new(|_| {})), |input: &[u8]| {
    let Some((&file, change)) = input.split_first() else { return };
    let original = &FILES[usize::from(file) % FILES.len()];
    match Table::from_bytes(edited(original, change), &ReadOptions::default()) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(table) => assert!(!table.is_empty()),
    }
});
