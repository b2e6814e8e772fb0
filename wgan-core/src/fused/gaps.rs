//! Zeros that products leave out.
//!
//! One-hot entries are zero for the most part. A product that passes over them adds the same numbers in the same order.

use super::tile::{PANEL, TILE};

/// Where the numbers of a matrix that are not zero lie, tile by tile.
#[derive(Debug)]
pub(super) struct Gaps {
    /// For each panel and tile of rows, a bit for each column in which one of the rows is not zero.
    columns: Vec<u64>,
    row_tiles: usize,
    /// For each panel and tile of columns, a bit for each row in which one of the columns is not zero.
    rows: Vec<u64>,
    words: usize,
}

/// Tiles of columns in a panel.
const COLUMN_TILES: usize = PANEL.div_ceil(TILE);

/// Bits of a word: the columns of a panel.
const BITS: usize = u64::BITS as usize;

/// Share of the tiles' columns that must be empty to be worth a look.
const WORTH: f64 = 0.5;

impl Gaps {
    /// Of rows of `d` numbers; none where too few are zero.
    pub(super) fn of_rows(values: &[f32], d: usize) -> Option<Self> {
        let n = values.len() / d;
        let (n_panels, row_tiles, words) = (d.div_ceil(PANEL), n.div_ceil(TILE), n.div_ceil(BITS));
        let mut columns = vec![0_u64; n_panels * row_tiles];
        let mut rows = vec![0_u64; n_panels * COLUMN_TILES * words];
        for (i, row) in values.chunks_exact(d).enumerate() {
            for (p, part) in row.chunks(PANEL).enumerate() {
                let bits = part.iter().rev().fold(0, |bits, &x| bits << 1 | u64::from(x != 0.0));
                columns[p * row_tiles + i / TILE] |= bits;
                for tile in 0..part.len().div_ceil(TILE) {
                    if bits >> (tile * TILE) & TILE_BITS != 0 {
                        rows[(p * COLUMN_TILES + tile) * words + i / BITS] |= 1 << (i % BITS);
                    }
                }
            }
        }
        let n_full: u32 = columns.iter().map(|bits| bits.count_ones()).sum();
        let is_worth = f64::from(n_full) < (1.0 - WORTH) * (row_tiles * d) as f64;
        is_worth.then_some(Self { columns, row_tiles, rows, words })
    }

    /// Columns of panel `p` that are not zero in tile `tile` of the rows.
    #[inline(always)]
    pub(super) fn columns(&self, p: usize, tile: usize) -> u64 {
        self.columns[p * self.row_tiles + tile]
    }

    /// Of the `len` rows from row `from` on, at most 64, those that are not zero in the tile of columns of panel `p` that
    /// `column` belongs to.
    #[inline(always)]
    pub(super) fn rows(&self, p: usize, column: usize, from: usize, len: usize) -> u64 {
        let words = &self.rows[(p * COLUMN_TILES + column / TILE) * self.words..][..self.words];
        let (word, shift) = (from / BITS, from % BITS);
        let low = words[word] >> shift;
        let high = match words.get(word + 1) {
            Some(next) if shift > 0 => next << (BITS - shift),
            _ => 0,
        };
        let kept = if len < BITS { (1 << len) - 1 } else { u64::MAX };
        (low | high) & kept
    }
}

/// A bit for each column of a tile.
const TILE_BITS: u64 = (1 << TILE) - 1;

/// Places of the bits that are set, rising.
#[inline(always)]
pub(super) fn places(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = (bits != 0).then(|| bits.trailing_zeros() as usize);
        bits &= bits.wrapping_sub(1);
        place
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_that_is_not_zero_is_seen_by_rows_and_by_columns() {
        let (n, d) = (150, 131);
        let is_set = |i: usize, j: usize| (i * 31 + j * 17).is_multiple_of(97);
        let values: Vec<f32> =
            (0..n * d).map(|at| f32::from(u8::from(is_set(at / d, at % d)))).collect();
        let gaps = Gaps::of_rows(&values, d).unwrap();
        for i in 0..n {
            for j in 0..d {
                let of_tile = |rows: std::ops::Range<usize>, columns: std::ops::Range<usize>| {
                    rows.filter(|&i| i < n)
                        .any(|i| columns.clone().filter(|&j| j < d).any(|j| is_set(i, j)))
                };
                let (p, column, tile) = (j / PANEL, j % PANEL, i / TILE);
                let seen = gaps.columns(p, tile) >> column & 1 == 1;
                assert_eq!(seen, of_tile(tile * TILE..(tile + 1) * TILE, j..j + 1), "{i} {j}");
                let first = p * PANEL + column / TILE * TILE;
                let last = (first + TILE).min((p + 1) * PANEL);
                for from in [0, i.saturating_sub(40), i.saturating_sub(63), i] {
                    let len = (n - from).min(64);
                    let seen = gaps.rows(p, column, from, len) >> (i - from).min(63) & 1 == 1;
                    if i - from < len {
                        assert_eq!(seen, of_tile(i..i + 1, first..last), "{i} {j} from {from}");
                    }
                }
            }
        }
    }

    #[test]
    fn full_rows_are_not_worth_a_look() {
        assert!(Gaps::of_rows(&[1.0; 600], 60).is_none());
    }

    #[test]
    fn places_are_those_of_the_bits() {
        assert_eq!(places(0b1010_0001).collect::<Vec<_>>(), [0, 5, 7]);
        assert_eq!(places(1 << 63).collect::<Vec<_>>(), [63]);
        assert_eq!(places(0).count(), 0);
    }
}
