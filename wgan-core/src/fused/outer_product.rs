//! Products that are sums over samples, on one core.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

use super::gaps::{Gaps, places};
use super::panels::Panels;
use super::tile::{PANEL, PanelRow, TILE};
use super::vectors::{add_multiple, load, store, vectors, vectors_of};

/// Rows of a term at a time: a block of each factor and one of the result are 48 kB, which is about the first cache of a core.
/// At most 64, the bits of a word of [`Gaps`].
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
                    let rows = &a.panel(first + p)[from..from + b.len()];
                    let gaps = a.gaps().map(|gaps| (gaps, first + p, from));
                    let n = PANEL.min(self.n - p * PANEL);
                    add_outer_product(simd, Pair { a: rows, b, gaps }, self.d, &mut sums[..n]);
                }
            }
        }
    }
}

/// Rows of a panel of two matrices, as many of each.
#[derive(Clone, Copy)]
struct Pair<'a> {
    a: &'a [PanelRow],
    b: &'a [PanelRow],
    /// Where `a` has few numbers that are not zero: its panel, and its first row.
    gaps: Option<(&'a Gaps, usize, usize)>,
}

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
    Pair { a, b, gaps }: Pair<'_>,
    (first, from): (usize, usize),
    out: &mut [PanelRow; ROWS],
) {
    let mut sums = [[simd.splat_f32s(0.0); V]; ROWS];
    load(simd, out, from, &mut sums);
    match gaps {
        Some((gaps, panel, row)) => {
            for i in places(gaps.rows(panel, first, row, a.len())) {
                add_row(simd, &mut sums, (&a[i], first), (&b[i], from));
            }
        }
        None => {
            for (a, b) in a.iter().zip(b) {
                add_row(simd, &mut sums, (a, first), (b, from));
            }
        }
    }
    store::<S, V, ROWS>(&sums, from, out);
}

/// `sums ← sums + aᵀ b` of one row, with the columns of `a` from `first` on and those of `b` from `from` on.
#[inline(always)]
fn add_row<S: Simd, const V: usize, const ROWS: usize>(
    simd: S,
    sums: &mut [[S::f32s; V]; ROWS],
    (a, first): (&PanelRow, usize),
    (b, from): (&PanelRow, usize),
) {
    let (a, b) = (&a[first..first + ROWS], vectors_of::<S, V>(simd, b, from));
    for (sums, &a) in sums.iter_mut().zip(a) {
        add_multiple(simd, sums, a, &b);
    }
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
            for depth in [32, DEPTH] {
                on_each_width!(Check { factors: (&left, &right), depth, expected: &expected });
            }
        }
    }

    #[test]
    fn zeros_that_are_left_out_change_nothing() {
        let (k, n, d) = (150, 100, 50);
        let is_kept = |at: usize| (at * 7).is_multiple_of(37);
        let thin = |(at, x): (usize, f32)| if is_kept(at) { x } else { 0.0 };
        let a: Vec<f32> = numbers(k, n, 1).into_iter().enumerate().map(thin).collect();
        let b = Panels::of_rows(&numbers(k, d, 2), d);
        let product = |a: &Panels| {
            let mut sums = [[[f32::NAN; PANEL]; PANEL]; BLOCK];
            let term =
                |rows: Range<usize>| Term { a, first: 0, b: &b.panel(0)[rows.clone()], rows };
            outer_products([term(3..70), term(70..k)].into_iter(), (n, d), &mut sums);
            let rows = &sums.as_flattened()[..n];
            rows.iter().flat_map(|row| row[..d].to_vec()).collect::<Vec<f32>>()
        };
        let gaps = Panels::of_inputs(&a, n);
        assert!(gaps.gaps().is_some());
        assert_eq!(product(&gaps), product(&Panels::of_rows(&a, n)));
    }
}
