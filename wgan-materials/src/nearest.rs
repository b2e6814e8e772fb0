//! The nearest known compound.

use rayon::prelude::*;

use crate::composition::Composition;
use crate::element::Element;

/// Overlaps closer than this are ties: a sum of fractions carries round-off of about 1e-16 per element.
const TIE: f64 = 1e-12;

/// An inverted index over elements that finds the nearest of many compositions exactly.
///
/// The distance is `‖x − y‖₁ = 2 (1 − Σₑ min(xₑ, yₑ))` of the atomic fractions, so only elements that a
/// query has need to be looked at. Ties go to the first in the order of the reference.
///
/// # Example
/// ```
/// use wgan_materials::{Composition, NearestIndex};
///
/// let known = ["MgO", "NaCl", "TiO2"].map(Composition::parse).into_iter().collect::<Result<Vec<_>, _>>()?;
/// let index = NearestIndex::new(&known);
/// let (nearest, distance) = index.nearest(&Composition::parse("TiO")?).unwrap();
/// assert_eq!(nearest, 2); // O: 1/2 against 2/3, Ti: 1/2 against 1/3
/// assert!((distance - 1.0 / 3.0).abs() < 1e-12);
/// # Ok::<(), wgan_materials::MaterialsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct NearestIndex {
    /// For each element, the rows that have it.
    postings: Vec<Vec<Posting>>,
    n_rows: usize,
}

/// A row of the reference that has the element.
#[derive(Clone, Copy, Debug)]
struct Posting {
    row: u32,
    fraction: f64,
}

impl NearestIndex {
    /// Indexes the reference, in its order.
    pub fn new(reference: &[Composition]) -> Self {
        let mut postings = vec![Vec::new(); Element::COUNT];
        for (row, composition) in (0u32..).zip(reference) {
            for (element, fraction) in composition.fractions() {
                postings[element.index()].push(Posting { row, fraction });
            }
        }
        Self { postings, n_rows: reference.len() }
    }

    /// Row of the nearest reference compound and its distance, 0 to 2; none if the reference is empty.
    ///
    /// # Complexity
    /// `O(n + rows that share an element with the query)`.
    pub fn nearest(&self, query: &Composition) -> Option<(usize, f64)> {
        self.search(query, &mut vec![0.0; self.n_rows])
    }

    /// [`nearest`](Self::nearest) of each query, in parallel, in the order of the queries.
    pub fn nearest_all(&self, queries: &[Composition]) -> Vec<Option<(usize, f64)>> {
        let overlaps = || vec![0.0; self.n_rows];
        let search = |overlaps: &mut Vec<f64>, query| self.search(query, overlaps);
        queries.par_iter().map_init(overlaps, search).collect()
    }

    /// `overlaps`: `[n]` zeros, left as zeros.
    fn search(&self, query: &Composition, overlaps: &mut [f64]) -> Option<(usize, f64)> {
        for (element, fraction) in query.fractions() {
            for posting in &self.postings[element.index()] {
                overlaps[posting.row as usize] += fraction.min(posting.fraction);
            }
        }
        let best = largest(overlaps);
        let first = overlaps.iter().position(|&overlap| overlap >= best - TIE);
        overlaps.fill(0.0);
        first.map(|row| (row, distance(best)))
    }
}

/// The largest of numbers that are not negative, in eight lanes: one after the other would wait for each comparison.
fn largest(values: &[f64]) -> f64 {
    let (chunks, rest) = values.as_chunks::<8>();
    let mut lanes = [0.0f64; 8];
    for chunk in chunks {
        lanes
            .iter_mut()
            .zip(chunk)
            .for_each(|(lane, value)| *lane = if value > lane { *value } else { *lane });
    }
    lanes.iter().chain(rest).copied().fold(0.0, f64::max)
}

/// `2 (1 − overlap)`, exactly 0 where only round-off is left.
fn distance(overlap: f64) -> f64 {
    if overlap >= 1.0 - TIE { 0.0 } else { 2.0 * (1.0 - overlap) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared_data::tables;
    use approx::assert_abs_diff_eq;

    fn read(formulas: &[&str]) -> Vec<Composition> {
        formulas.iter().map(|formula| Composition::parse(formula).unwrap()).collect()
    }

    #[test]
    fn ties_go_to_the_first_and_an_exact_match_is_at_zero() {
        let index = NearestIndex::new(&read(&["KCl", "NaF", "Al2O3", "LiCl", "O3Al2"]));
        let near = |formula: &str| index.nearest(&Composition::parse(formula).unwrap()).unwrap();
        assert_eq!(near("RbCl"), (0, 1.0));
        assert_eq!(near("Al2O3"), (2, 0.0));
        assert_eq!(near("FeS"), (0, 2.0)); // nothing shared: the first
    }

    #[test]
    fn an_empty_reference_has_no_nearest() {
        assert_eq!(NearestIndex::new(&[]).nearest(&read(&["NaCl"])[0]), None);
    }

    #[test]
    fn it_agrees_with_comparing_all_pairs_on_real_compounds() {
        for (_, rows) in tables(&["supercon_tc"]) {
            let all: Vec<_> =
                rows.iter().filter_map(|row| Composition::parse(&row["formula"]).ok()).collect();
            let (queries, known) = all[..all.len().min(3200)].split_at(200);
            let found = NearestIndex::new(known).nearest_all(queries);
            for (query, found) in queries.iter().zip(found) {
                let distances: Vec<f64> = known.iter().map(|other| query.distance(other)).collect();
                let least = distances.iter().copied().fold(f64::INFINITY, f64::min);
                let first = distances.iter().position(|d| *d <= least + 1e-11).unwrap();
                let (row, distance) = found.unwrap();
                assert_eq!(row, first, "{query}");
                assert_abs_diff_eq!(distance, least, epsilon = 1e-11);
            }
        }
    }
}
