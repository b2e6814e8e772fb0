//! A table is refused in one sentence, or read; what was read makes a frame and can be read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wgan_fuzz as _;
use wgan_materials::{OnBadRow, OnRepeat, ReadOptions, Table};

fuzz_target!(|bytes: &[u8]| {
    let Some((&first, bytes)) = bytes.split_first() else { return };
    let mut options = ReadOptions::default();
    if first & 1 == 1 {
        options = options.with_on_bad_row(OnBadRow::Blank);
    }
    if first & 2 == 2 {
        options = options.with_on_repeat(OnRepeat::Keep);
    }
    match Table::from_bytes(bytes, &options) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(table) => {
            assert!(!table.is_empty());
            assert!(!table.summary.to_string().is_empty());
            assert_eq!(table.frame().unwrap().height(), table.len());
        }
    }
});
