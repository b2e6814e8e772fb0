//! What the fuzz targets share.

use std::alloc::System;

use cap::Cap;

/// Memory of a target, all threads together: what asks for more is stopped at once, also between two looks of libFuzzer.
const MAX_BYTES: usize = 512 << 20;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, MAX_BYTES);

/// `input` as a change of `original`: a first byte of 0 replaces it by the rest; any other begins a list of edits, each a
/// place (2 bytes), a number of bytes to leave out (1), a number of bytes to put in (1), and these bytes.
pub fn edited(original: &[u8], input: &[u8]) -> Vec<u8> {
    let Some((&kind, mut edits)) = input.split_first() else {
        return original.to_vec();
    };
    if kind == 0 {
        return edits.to_vec();
    }
    let mut bytes = original.to_vec();
    while let [high, low, n_out, n_in, rest @ ..] = edits {
        let at = usize::from(u16::from_be_bytes([*high, *low])) % (bytes.len() + 1);
        let end = (at + usize::from(*n_out)).min(bytes.len());
        let (put_in, rest) = rest.split_at(usize::from(*n_in).min(rest.len()));
        bytes.splice(at..end, put_in.iter().copied());
        edits = rest;
    }
    bytes
}
