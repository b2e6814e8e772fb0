//! Known compounds with one or two elements replaced.

use rayon::prelude::*;

use super::heaviest;
use crate::discovery::compound::{Compound, part_key};
use crate::discovery::holes::pairs;
use crate::discovery::library::Library;

/// Elements that are tried for each element of a compound.
const TARGETS: usize = 25;

/// Elements that are tried for each of two.
const TARGETS_OF_TWO: usize = 10;

/// Pairs of swaps that are kept for each compound.
const MOST_PAIRS: usize = 60;

/// Compound, place, element.
type One = (u32, u8, u8);

/// Place, element, place, element.
type Two = (u8, u8, u8, u8);

/// The `n` best supported compounds one swap away, by the sum of the rates of all swaps that lead to them.
pub(super) fn one_swap(library: &Library, n: usize) -> Vec<Compound> {
    let known = &library.compounds;
    let all =
        known.par_iter().enumerate().flat_map_iter(|(p, c)| of_compound(library, p as u32, c));
    let best = heaviest(all.collect(), n);
    best.into_par_iter()
        .map(|(p, i, b)| known[p as usize].swapped(&[(usize::from(i), b)]))
        .collect()
}

fn of_compound<'a>(
    library: &'a Library,
    p: u32,
    c: &'a Compound,
) -> impl Iterator<Item = (u64, f32, One)> + 'a {
    c.parts.iter().enumerate().flat_map(move |(i, &(a, _))| {
        let targets = library.rates.targets(a).iter().take(TARGETS);
        targets.filter(|&&b| !c.has(b)).filter_map(move |&b| {
            let key = c.swapped_key(i, b);
            (!library.has(key)).then(|| (key, library.rates.rate(a, b), (p, i as u8, b)))
        })
    })
}

/// The `n` best supported compounds two swaps away, by the sum of the products of the rates.
pub(super) fn two_swaps(library: &Library, n: usize) -> Vec<Compound> {
    let known = &library.compounds;
    let all = known.par_iter().enumerate().flat_map_iter(|(p, c)| {
        pairs_of_compound(library, c).into_iter().filter_map(move |(w, (i, x, j, y))| {
            let (old, part) = c.parts[usize::from(j)];
            let key = c.swapped_key(usize::from(i), x).wrapping_sub(part_key(old, part));
            let key = key.wrapping_add(part_key(y, part));
            (!library.has(key)).then_some((key, w, (p as u32, (i, x, j, y))))
        })
    });
    let best = heaviest(all.collect(), n);
    best.into_par_iter()
        .map(|(p, (i, x, j, y))| {
            known[p as usize].swapped(&[(usize::from(i), x), (usize::from(j), y)])
        })
        .collect()
}

/// The likeliest pairs of swaps of one compound.
fn pairs_of_compound(library: &Library, c: &Compound) -> Vec<(f32, Two)> {
    let rates = &library.rates;
    let targets =
        |a: u8| rates.targets(a).iter().copied().take(TARGETS_OF_TWO).filter(|&x| !c.has(x));
    let mut all: Vec<(f32, Two)> = Vec::new();
    for (i, j) in pairs(c.len()) {
        let (a, b) = (c.parts[i].0, c.parts[j].0);
        for x in targets(a) {
            let others = targets(b).filter(|&y| y != x);
            all.extend(
                others.map(|y| (rates.rate(a, x) * rates.rate(b, y), (i as u8, x, j as u8, y))),
            );
        }
    }
    all.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    all.truncate(MOST_PAIRS);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::compound::compounds;

    #[test]
    fn the_compound_that_closes_a_square_comes_first() {
        let library =
            Library::new(compounds(&["NaCl", "KCl", "RbCl", "NaBr", "RbBr", "MgO", "CaO"]));
        assert_eq!(one_swap(&library, 1), compounds(&["KBr"]));
    }

    #[test]
    fn two_swaps_leave_no_element_in_its_place() {
        let known = compounds(&["NaCl", "KCl", "NaBr", "KBr"]);
        let library = Library::new(known.clone());
        for found in two_swaps(&library, 100) {
            assert!(known.iter().any(|c| found.parts.iter().all(|&(e, _)| !c.has(e))), "{found:?}");
        }
    }
}
