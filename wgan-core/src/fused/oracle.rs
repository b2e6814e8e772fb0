//! What products of matrices are compared with.

use super::panels::Panels;

/// Rows, terms of a sum and columns: less than a tile or a panel, whole ones, and more.
pub(super) const SHAPES: [(usize, usize, usize); 7] = [
    (1, 1, 1),
    (6, 64, 64),
    (7, 65, 66),
    (64, 132, 20),
    (13, 2, 130),
    (100, 600, 1),
    (66, 300, 96),
];

/// Row-major numbers between −1 and 1.
pub(super) fn numbers(n: usize, d: usize, seed: u32) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..n * d).map(|_| next()).collect()
}

/// `a·b` in `f64`, entry by entry.
pub(super) fn exact(a: &[f32], b: &[f32], k: usize, d: usize) -> Vec<f64> {
    let entry = |i: usize, j: usize| -> f64 {
        (0..k).map(|q| f64::from(a[i * k + q]) * f64::from(b[q * d + j])).sum()
    };
    (0..a.len() / k).flat_map(|i| (0..d).map(move |j| (i, j))).map(|(i, j)| entry(i, j)).collect()
}

pub(super) fn turned(rows: &[f32], d: usize) -> Vec<f32> {
    (0..d).flat_map(|j| rows.chunks_exact(d).map(move |row| row[j])).collect()
}

pub(super) fn rows_of(panels: &Panels) -> Vec<f32> {
    let mut rows = Vec::new();
    panels.append_rows(&mut rows);
    rows
}

pub(super) fn assert_near(ours: &[f32], exact: &[f64], what: &str) {
    assert_eq!(ours.len(), exact.len(), "{what}");
    for (a, b) in ours.iter().zip(exact) {
        assert!((f64::from(*a) - b).abs() < 1e-4, "{what}: {a} against {b}"); // 600 terms of at most 1
    }
}

/// Calls `job` with vectors of every width that this processor has, and with none.
macro_rules! on_each_width {
    ($job:expr) => {
        pulp::Simd::vectorize(pulp::Scalar::new(), $job);
        #[cfg(target_arch = "x86_64")]
        {
            if let Some(simd) = pulp::x86::V3::try_new() {
                pulp::Simd::vectorize(simd, $job);
            }
            if let Some(simd) = pulp::x86::V4::try_new() {
                pulp::Simd::vectorize(simd, $job);
            }
        }
    };
}
pub(super) use on_each_width;
