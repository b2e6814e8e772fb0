//! Tiles of a result in the registers of a core.
//!
//! Arrays are filled in loops here: `array::from_fn` is not always inlined, and is then compiled without the vectors.

use pulp::Simd;

use super::tile::PanelRow;

/// Vectors at a time for `width` columns that are left.
#[inline(always)]
pub(super) fn vectors<S: Simd>(width: usize) -> usize {
    let most = if S::REGISTER_COUNT < 32 { 2 } else { 4 };
    match width.div_ceil(S::F32_LANES) {
        1 => 1,
        2 => 2,
        _ => most,
    }
}

/// `V` vectors of `row`, from column `from` on.
#[inline(always)]
pub(super) fn vectors_of<S: Simd, const V: usize>(
    simd: S,
    row: &PanelRow,
    from: usize,
) -> [S::f32s; V] {
    let mut vectors = [simd.splat_f32s(0.0); V];
    vectors.copy_from_slice(S::as_simd_f32s(&row[from..from + V * S::F32_LANES]).0);
    vectors
}

/// `sums ← rows`, from column `from` on.
#[inline(always)]
pub(super) fn load<S: Simd, const V: usize, const ROWS: usize>(
    simd: S,
    rows: &[PanelRow; ROWS],
    from: usize,
    sums: &mut [[S::f32s; V]; ROWS],
) {
    for (sums, row) in sums.iter_mut().zip(rows) {
        *sums = vectors_of(simd, row, from);
    }
}

/// `rows ← sums`, from column `from` on.
#[inline(always)]
pub(super) fn store<S: Simd, const V: usize, const ROWS: usize>(
    sums: &[[S::f32s; V]; ROWS],
    from: usize,
    rows: &mut [PanelRow; ROWS],
) {
    for (sums, row) in sums.iter().zip(rows) {
        S::as_mut_simd_f32s(&mut row[from..from + V * S::F32_LANES]).0.copy_from_slice(sums);
    }
}

/// `sums ← sums + x·b`.
#[inline(always)]
pub(super) fn add_multiple<S: Simd, const V: usize>(
    simd: S,
    sums: &mut [S::f32s; V],
    x: f32,
    b: &[S::f32s; V],
) {
    let x = simd.splat_f32s(x);
    for (sum, b) in sums.iter_mut().zip(b) {
        *sum = simd.mul_add_e_f32s(x, *b, *sum);
    }
}
