//! A structure text is refused, or read; a structure that was read is written as CIF that reads as the same composition.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wgan_fuzz as _;
use wgan_materials::structure::{read_cif, read_poscar, read_structure};

fuzz_target!(|text: &str| {
    let _ = read_poscar(text);
    if let Ok(reading) = read_structure(text) {
        let structure = reading.structure;
        assert!(structure.n_sites() > 0 && structure.volume() > 0.0);
        if let Ok(again) = read_cif(&structure.to_cif("again")) {
            assert_eq!(again.structure.n_sites(), structure.n_sites());
        }
    }
});
