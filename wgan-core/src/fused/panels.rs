//! Matrices in the memory of the process, in panels of columns.

use super::buffers;
use super::gaps::Gaps;
use super::tile::{PANEL, PanelRow, TILE};

/// `n` rows of `d` numbers, panel after panel: the first [`PANEL`] numbers of all rows, then the next ones.
///
/// A product reads both of its factors and writes its result from start to end in this form, so none of them is packed
/// again. The last panel is filled up with any numbers, and so is the last tile of rows.
#[derive(Debug)]
pub(super) struct Panels {
    values: Vec<f32>,
    pub(super) n: usize,
    pub(super) d: usize,
    /// Where most numbers are zero, which ones are not.
    gaps: Option<Gaps>,
}

impl Panels {
    /// Rows to be written over, with any values.
    pub(super) fn blank(n: usize, d: usize) -> Self {
        Self { values: buffers::take(d.div_ceil(PANEL) * stride(n) * PANEL), n, d, gaps: None }
    }

    /// The rows of `values`, which has one after the other.
    pub(super) fn of_rows(values: &[f32], d: usize) -> Self {
        let mut panels = Self::blank(values.len() / d, d);
        for (p, panel) in panels.panels_mut().enumerate() {
            let width = width(d, p);
            for (to, row) in panel.iter_mut().zip(values.chunks_exact(d)) {
                to[..width].copy_from_slice(&row[p * PANEL..][..width]);
            }
        }
        panels
    }

    /// As [`Panels::of_rows`], for rows that may be zero for the most part: products with them then leave zeros out.
    pub(super) fn of_inputs(values: &[f32], d: usize) -> Self {
        let mut panels = Self::of_rows(values, d);
        panels.gaps = Gaps::of_rows(values, d);
        panels
    }

    /// Where the numbers that are not zero lie, if they are few.
    pub(super) fn gaps(&self) -> Option<&Gaps> {
        self.gaps.as_ref()
    }

    /// One column.
    pub(super) fn column(values: impl IntoIterator<Item = f32>) -> Self {
        let values: Vec<f32> = values.into_iter().collect();
        Self::of_rows(&values, 1)
    }

    /// The columns of `values` as rows, where `values` has rows of `d` numbers.
    pub(super) fn of_columns(values: &[f32], d: usize) -> Self {
        let n_columns = values.len() / d;
        let mut panels = Self::blank(d, n_columns);
        for (p, panel) in panels.panels_mut().enumerate() {
            transpose(&values[p * PANEL * d..][..width(n_columns, p) * d], d, panel);
        }
        panels
    }

    /// Panel `p`; rows after the `n`-th are any numbers.
    pub(super) fn panel(&self, p: usize) -> &[PanelRow] {
        let stride = stride(self.n);
        &self.values.as_chunks().0[p * stride..][..stride]
    }

    /// Panel `p`, as [`Panels::panel`] has it.
    pub(super) fn panel_mut(&mut self, p: usize) -> &mut [PanelRow] {
        let stride = stride(self.n);
        &mut self.values.as_chunks_mut().0[p * stride..][..stride]
    }

    /// All panels, from the first column to the last.
    pub(super) fn panels_mut(&mut self) -> std::slice::ChunksExactMut<'_, PanelRow> {
        let stride = stride(self.n);
        self.values.as_chunks_mut().0.chunks_exact_mut(stride)
    }

    /// Number of panels.
    pub(super) fn n_panels(&self) -> usize {
        self.d.div_ceil(PANEL)
    }

    /// The two halves of the columns, panel after panel; none where a panel has columns of both.
    pub(super) fn halves_mut(&mut self) -> Option<(&mut [f32], &mut [f32])> {
        let half = self.values.len() / 2;
        self.d.is_multiple_of(2 * PANEL).then(|| self.values.split_at_mut(half))
    }

    /// `self ← other`, of the same shape.
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.values.copy_from_slice(&other.values);
    }

    /// `self ← self + other`, of the same shape.
    pub(super) fn add(&mut self, other: &Self) {
        self.values.iter_mut().zip(&other.values).for_each(|(x, y)| *x += y);
    }

    /// Writes row `i` into `to: [d]`.
    pub(super) fn copy_row(&self, i: usize, to: &mut [f32]) {
        for (p, part) in to.chunks_mut(PANEL).enumerate() {
            part.copy_from_slice(&self.panel(p)[i][..part.len()]);
        }
    }

    /// Replaces row `i` by `from: [d]`.
    pub(super) fn set_row(&mut self, i: usize, from: &[f32]) {
        for (p, part) in from.chunks(PANEL).enumerate() {
            self.panel_mut(p)[i][..part.len()].copy_from_slice(part);
        }
    }

    /// The rows, one after the other, at the end of `to`.
    pub(super) fn append_rows(&self, to: &mut Vec<f32>) {
        self.append_columns(self.d, to);
    }

    /// The first `d` numbers of each row, one after the other, at the end of `to`.
    pub(super) fn append_columns(&self, d: usize, to: &mut Vec<f32>) {
        for i in 0..self.n {
            for p in 0..d.div_ceil(PANEL) {
                to.extend_from_slice(&self.panel(p)[i][..width(d, p)]);
            }
        }
    }

    /// Numbers of the first column.
    pub(super) fn first_column(&self) -> impl Iterator<Item = f32> {
        self.panel(0)[..self.n].iter().map(|row| row[0])
    }
}

impl Drop for Panels {
    fn drop(&mut self) {
        buffers::put_back(std::mem::take(&mut self.values));
    }
}

/// Columns of panel `p` of `d` columns.
pub(super) fn width(d: usize, p: usize) -> usize {
    PANEL.min(d - p * PANEL)
}

/// Rows between panels: whole tiles.
fn stride(n: usize) -> usize {
    n.next_multiple_of(TILE)
}

/// Columns of a block that is turned at one time: a line of the cache.
const LINE: usize = 16;

/// `to[j][i] ← rows[i][j]`, for rows of `d` numbers.
fn transpose(rows: &[f32], d: usize, to: &mut [PanelRow]) {
    for from in (0..d).step_by(LINE) {
        let n = LINE.min(d - from);
        for (i, row) in rows.chunks_exact(d).enumerate() {
            for (to, &value) in to[from..from + n].iter_mut().zip(&row[from..from + n]) {
                to[i] = value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::oracle::{numbers, rows_of, turned};
    use super::*;

    #[test]
    fn columns_as_rows_and_back_are_the_matrix() {
        for (n, d) in [(1, 1), (5, 70), (70, 5), (130, 67)] {
            let values = numbers(n, d, 4);
            assert_eq!(rows_of(&Panels::of_rows(&values, d)), values);
            assert_eq!(rows_of(&Panels::of_columns(&values, d)), turned(&values, d));
        }
    }
}
