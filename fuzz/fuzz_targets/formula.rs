//! A formula is refused, or read as a composition that reads itself back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wgan_fuzz as _;
use wgan_materials::Composition;

fuzz_target!(|text: &str| {
    let Ok(composition) = Composition::parse(text) else { return };
    let written = composition.to_string();
    assert_eq!(Composition::parse(&written).unwrap(), composition, "{text:?} was written {written}");
});
