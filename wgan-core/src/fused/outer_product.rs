//! Products that are sums over samples, on one core.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use super::panels::{PANEL, PanelRow, Panels, TILE};
use super::vectors::{add_multiple, load, store, vectors, vectors_of};

/// Rows of a term at a time: a block of each factor and one of the result are 48 kB, which is about the first cache of a core.
const DEPTH: usize = PANEL;

/// Panels of the first factor that an outer product takes at a time: a block of the second one is then read from afar once
/// for 128 rows of the result.
pub(super) const BLOCK: usize = 2;

/// A term of an outer product: `aᵀ b` over `rows` of `a`, for its panels from the `first` on.
pub(super) struct Term<'a> {
    pub(super) a: &'a Panels,
    pub(super) first: usize,
    pub(super) rows: Range<usize>,
    /// As many rows.
    pub(super) b: &'a [PanelRow],
}

/// A panel of the result of an outer product, row by row of each panel of the first factor.
pub(super) type Sums = [[PanelRow; PANEL]; BLOCK];

/// `sums ← Σ aᵀ b` over `terms`, of which the first `n` rows are wanted and `d` columns.
pub(super) fn outer_products<'a>(
    terms: impl Iterator<Item = Term<'a>>,
    (n, d): (usize, usize),
    sums: &mut Sums,
) {
    Arch::new().dispatch(OuterProducts { terms, n, d, sums, depth: DEPTH });
}

struct OuterProducts<'a, I> {
    terms: I,
    n: usize,
    d: usize,
    sums: &'a mut Sums,
    depth: usize,
}

impl<'t, I: Iterator<Item = Term<'t>>> WithSimd for OuterProducts<'_, I> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.sums.as_flattened_mut().iter_mut().for_each(|row| row.fill(0.0));
        for Term { a, first, rows, b } in self.terms {
            for (i, b) in b.chunks(self.depth).enumerate() {
                let from = rows.start + i * self.depth;
                for (p, sums) in self.sums.iter_mut().enumerate().take(self.n.div_ceil(PANEL)) {
                    let pair = (&a.panel(first + p)[from..from + b.len()], b);
                    let n = PANEL.min(self.n - p * PANEL);
                    add_outer_product(simd, pair, self.d, &mut sums[..n]);
                }
            }
        }
    }
}

/// Rows of two matrices, as many of each.
type Pair<'a> = (&'a [PanelRow], &'a [PanelRow]);

/// `sums ← sums + aᵀ b`, the first `d` columns.
#[inline(always)]
fn add_outer_product<S: Simd>(simd: S, pair: Pair<'_>, d: usize, sums: &mut [PanelRow]) {
    let mut from = 0;
    while from < d {
        let n = vectors::<S>(d - from);
        match n {
            4 => add_outer::<S, 4>(simd, pair, from, sums),
            2 => add_outer::<S, 2>(simd, pair, from, sums),
            _ => add_outer::<S, 1>(simd, pair, from, sums),
        }
        from += n * S::F32_LANES;
    }
}

/// Rows of a tile at the end of a panel, of which [`TILE`] is no divisor.
const LAST: usize = PANEL % TILE;

#[inline(always)]
fn add_outer<S: Simd, const V: usize>(simd: S, pair: Pair<'_>, from: usize, out: &mut [PanelRow]) {
    let (tiles, rest) = out.as_chunks_mut::<TILE>();
    for (i, tile) in tiles.iter_mut().enumerate() {
        add_outer_tile::<S, V, TILE>(simd, pair, (i * TILE, from), tile);
    }
    let first = tiles.len() * TILE;
    if let Ok(rest) = <&mut [PanelRow; LAST]>::try_from(&mut *rest) {
        add_outer_tile::<S, V, LAST>(simd, pair, (first, from), rest);
    } else {
        for (i, row) in rest.iter_mut().enumerate() {
            add_outer_tile::<S, V, 1>(simd, pair, (first + i, from), std::array::from_mut(row));
        }
    }
}

#[inline(always)]
fn add_outer_tile<S: Simd, const V: usize, const ROWS: usize>(
    simd: S,
    (a, b): Pair<'_>,
    (first, from): (usize, usize),
    out: &mut [PanelRow; ROWS],
) {
    let mut sums = [[simd.splat_f32s(0.0); V]; ROWS];
    load(simd, out, from, &mut sums);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (&a[first..first + ROWS], vectors_of::<S, V>(simd, b, from));
        for (sums, &a) in sums.iter_mut().zip(a) {
            add_multiple(simd, sums, a, &b);
        }
    }
    store::<S, V, ROWS>(&sums, from, out);
}

#[cfg(test)]
mod tests {
    use super::super::oracle::{SHAPES, assert_near, exact, numbers, on_each_width, turned};
    use super::*;

    struct Check<'a> {
        factors: (&'a Panels, &'a Panels),
        depth: usize,
        expected: &'a [f64],
    }

    impl WithSimd for Check<'_> {
        type Output = ();

        /// All rows but the first, in two terms.
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let (a, b) = self.factors;
            let (k, n, d) = (a.n, a.d, b.d);
            let mut sums = [[[f32::NAN; PANEL]; PANEL]; BLOCK];
            let half = 1 + k / 2;
            let term =
                |rows: Range<usize>| Term { a, first: 0, b: &b.panel(0)[rows.clone()], rows };
            let terms = [term(1..half), term(half..k)].into_iter();
            OuterProducts { terms, n, d, sums: &mut sums, depth: self.depth }.with_simd(simd);
            let rows = &sums.as_flattened()[..n];
            let ours: Vec<f32> = rows.iter().flat_map(|row| row[..d].to_vec()).collect();
            let what = format!("{n} × {k} × {d} by {}, {} lanes", self.depth, S::F32_LANES);
            assert_near(&ours, self.expected, &what);
        }
    }

    #[test]
    fn an_outer_product_is_that_of_the_definition_with_vectors_and_blocks_of_any_size() {
        for (n, k, d) in SHAPES {
            let (n, k, d) = (n.min(BLOCK * PANEL), k + 1, d.min(PANEL));
            let (a, b) = (numbers(k, n, 1), numbers(k, d, 2));
            let expected = exact(&turned(&a[n..], n), &b[d..], k - 1, d);
            let (left, right) = (Panels::of_rows(&a, n), Panels::of_rows(&b, d));
            for depth in [32, DEPTH, 16 * PANEL] {
                on_each_width!(Check { factors: (&left, &right), depth, expected: &expected });
            }
        }
    }
}
