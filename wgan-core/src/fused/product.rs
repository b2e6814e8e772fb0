//! Products of matrices on one core.
//!
//! faer's and gemm's products pack both factors anew in every call, which costs a third of a product of 64 rows with a weight
//! of 512 × 512; matrixmultiply has no kernel for 512 bits. These read [`Panels`], which are packed once.

use pulp::{Arch, Simd, WithSimd};

use super::gaps::places;
use super::panels::{Panels, width};
use super::tile::{PANEL, PanelRow, TILE};
use super::vectors::{add_multiple, load, store, vectors, vectors_of};

/// Rows of the second factor at a time: 32 kB of a panel, which stay in the first cache of a core.
const DEPTH: usize = 2 * PANEL;

/// What a product is added to.
#[derive(Clone, Copy)]
pub(super) enum Onto<'a> {
    /// Nothing.
    Zero,
    /// The same row, `[d]`, for all samples.
    Row(&'a [f32]),
    /// What is there.
    Itself,
}

/// `out ← onto + a·b` for the first rows of `a`, as many as `out` has; `then(p, panel)` is called for each panel of
/// `out` while it is in the cache.
pub(super) fn multiply(
    a: &Panels,
    b: &Panels,
    onto: Onto<'_>,
    out: &mut Panels,
    then: impl FnMut(usize, &mut [PanelRow]),
) {
    Arch::new().dispatch(Product { a, b, onto, out, then, depth: DEPTH });
}

struct Product<'a, F> {
    a: &'a Panels,
    b: &'a Panels,
    onto: Onto<'a>,
    out: &'a mut Panels,
    then: F,
    /// A multiple of [`PANEL`].
    depth: usize,
}

impl<F: FnMut(usize, &mut [PanelRow])> WithSimd for Product<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let d = self.out.d;
        for (p, out) in self.out.panels_mut().enumerate() {
            let mut start = [0.0; PANEL];
            if let Onto::Row(row) = self.onto {
                start[..width(d, p)].copy_from_slice(&row[p * PANEL..][..width(d, p)]);
            }
            let b = &self.b.panel(p)[..self.b.n];
            let depth = self.depth / PANEL;
            for (i, b) in b.chunks(self.depth).enumerate() {
                let block = Block {
                    a: self.a,
                    first: i * depth,
                    b,
                    start: (i == 0 && !matches!(self.onto, Onto::Itself)).then_some(&start),
                };
                block.add_to(simd, width(d, p), out);
            }
            (self.then)(p, out);
        }
    }
}

/// Some rows of a panel of the second factor, and the columns of the first that they are multiplied with.
struct Block<'a> {
    a: &'a Panels,
    /// First panel of `a`.
    first: usize,
    b: &'a [PanelRow],
    /// What each row starts from; none where that is what is there.
    start: Option<&'a PanelRow>,
}

impl Block<'_> {
    /// The first `width` columns of `out`, by as many vectors at a time as there are registers for.
    #[inline(always)]
    fn add_to<S: Simd>(&self, simd: S, width: usize, out: &mut [PanelRow]) {
        let mut from = 0;
        while from < width {
            let n = vectors::<S>(width - from);
            match n {
                4 => self.add_columns::<S, 4>(simd, from, out),
                2 => self.add_columns::<S, 2>(simd, from, out),
                _ => self.add_columns::<S, 1>(simd, from, out),
            }
            from += n * S::F32_LANES;
        }
    }

    #[inline(always)]
    fn add_columns<S: Simd, const V: usize>(&self, simd: S, from: usize, out: &mut [PanelRow]) {
        let zero = [0.0; PANEL];
        let start = vectors_of::<S, V>(simd, self.start.unwrap_or(&zero), from);
        for (tile, out) in out.as_chunks_mut::<TILE>().0.iter_mut().enumerate() {
            let mut sums = [start; TILE];
            if self.start.is_none() {
                load(simd, out, from, &mut sums);
            }
            for (q, b) in self.b.chunks(PANEL).enumerate() {
                let a = &self.a.panel(self.first + q).as_chunks::<TILE>().0[tile];
                match self.a.gaps() {
                    Some(gaps) => {
                        for k in places(gaps.columns(self.first + q, tile)) {
                            add_term(simd, &mut sums, (a, k), (&b[k], from));
                        }
                    }
                    None => {
                        for (k, b) in b.iter().enumerate() {
                            add_term(simd, &mut sums, (a, k), (b, from));
                        }
                    }
                }
            }
            store::<S, V, TILE>(&sums, from, out);
        }
    }
}

/// `sums ← sums + a[k]·b` for the rows of a tile, with the columns of `b` from `from` on.
#[inline(always)]
fn add_term<S: Simd, const V: usize>(
    simd: S,
    sums: &mut [[S::f32s; V]; TILE],
    (a, k): (&[PanelRow; TILE], usize),
    (b, from): (&PanelRow, usize),
) {
    let b = vectors_of::<S, V>(simd, b, from);
    for (sums, a) in sums.iter_mut().zip(a) {
        add_multiple(simd, sums, a[k], &b);
    }
}

#[cfg(test)]
mod tests {
    use super::super::oracle::{SHAPES, assert_near, exact, numbers, on_each_width, rows_of};
    use super::*;

    struct Check<'a> {
        factors: (&'a Panels, &'a Panels),
        depth: usize,
        expected: &'a [f64],
    }

    impl WithSimd for Check<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let (a, b) = self.factors;
            let mut out = Panels::blank(a.n, b.d);
            let then = |_: usize, _: &mut [PanelRow]| {};
            Product { a, b, onto: Onto::Zero, out: &mut out, then, depth: self.depth }
                .with_simd(simd);
            let what =
                format!("{} × {} × {} by {}, {} lanes", a.n, a.d, b.d, self.depth, S::F32_LANES);
            assert_near(&rows_of(&out), self.expected, &what);
        }
    }

    #[test]
    fn a_product_is_that_of_the_definition_with_vectors_and_blocks_of_any_size() {
        for (n, k, d) in SHAPES {
            let (a, b) = (numbers(n, k, 1), numbers(k, d, 2));
            let expected = exact(&a, &b, k, d);
            let (left, right) = (Panels::of_rows(&a, k), Panels::of_rows(&b, d));
            for depth in [PANEL, DEPTH, 16 * PANEL] {
                on_each_width!(Check { factors: (&left, &right), depth, expected: &expected });
            }
        }
    }

    #[test]
    fn zeros_that_are_left_out_change_nothing() {
        for (n, k, d) in SHAPES {
            let is_kept = |at: usize| (at * 7).is_multiple_of(37);
            let thin = |(at, x): (usize, f32)| if is_kept(at) { x } else { 0.0 };
            let a: Vec<f32> = numbers(n, k, 1).into_iter().enumerate().map(thin).collect();
            let b = numbers(k, d, 2);
            let (full, thin) = (Panels::of_rows(&a, k), Panels::of_inputs(&a, k));
            assert_eq!(thin.gaps().is_some(), n * k > 6);
            let right = Panels::of_rows(&b, d);
            let product = |left: &Panels| {
                let mut out = Panels::blank(n, d);
                multiply(left, &right, Onto::Zero, &mut out, |_, _| {});
                rows_of(&out)
            };
            assert_eq!(product(&thin), product(&full));
        }
    }

    #[test]
    fn it_is_added_to_a_row_or_to_what_is_there() {
        let (n, k, d) = (9, 70, 67);
        let (a, b, row) = (numbers(n, k, 1), numbers(k, d, 2), numbers(1, d, 3));
        let (left, right) = (Panels::of_rows(&a, k), Panels::of_rows(&b, d));
        let exact = exact(&a, &b, k, d);
        let with = |times: f64| -> Vec<f64> {
            exact.iter().enumerate().map(|(i, x)| times * x + f64::from(row[i % d])).collect()
        };
        let mut out = Panels::blank(n, d);
        let mut seen = Vec::new();
        multiply(&left, &right, Onto::Row(&row), &mut out, |p, _| seen.push(p));
        assert_eq!(seen, [0, 1]);
        assert_near(&rows_of(&out), &with(1.0), "row");
        multiply(&left, &right, Onto::Itself, &mut out, |_, _| {});
        assert_near(&rows_of(&out), &with(2.0), "itself");
    }
}
