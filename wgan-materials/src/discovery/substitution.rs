//! The list that a trivial method gives: known compounds with one element replaced by a similar one.

use super::compound::{Compound, KeyMap};
use super::library::Library;
use super::similarity::{most_similar, similarity};
use crate::composition::Composition;

/// Similar elements that are tried for each.
const N_SIMILAR: usize = 5;

/// Every known compound with one element replaced by one of its five most similar, best supported first.
///
/// Similar are elements of the table that are near in electronegativity, radius, group and period
/// ([`element_similarity`](super::element_similarity)). The support of a candidate is the sum of the similarities
/// over all known compounds that lead to it. The yardstick for rankings: anything learnt should find more.
pub fn substitution_list(known: &[Composition], n: usize) -> Vec<Composition> {
    let library = Library::new(known.iter().map(Compound::new).collect());
    let list = substitution_of(&library, n);
    list.iter().filter_map(|c| c.composition().ok()).collect()
}

/// As [`substitution_list`], from what is known.
pub(super) fn substitution_of(library: &Library, n: usize) -> Vec<Compound> {
    let present: Vec<u8> = (0..118).filter(|&e| library.slots.n_element(e) > 0.0).collect();
    let similar: Vec<Vec<u8>> = (0..118).map(|e| most_similar(e, &present, N_SIMILAR)).collect();
    let mut support: KeyMap<(f64, Compound)> = KeyMap::default();
    for c in &library.compounds {
        for (i, &(a, _)) in c.parts.iter().enumerate() {
            for &b in similar[usize::from(a)].iter().filter(|&&b| !c.has(b)) {
                let key = c.swapped_key(i, b);
                if !library.has(key) {
                    let of = support.entry(key).or_insert_with(|| (0.0, c.swapped(&[(i, b)])));
                    of.0 += similarity(a, b);
                }
            }
        }
    }
    let mut all: Vec<(f64, Compound)> = support.into_values().collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    all.truncate(n);
    all.into_iter().map(|(_, compound)| compound).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn support_adds_up_over_known_compounds() {
        let known: Vec<Composition> =
            ["NaCl", "KCl", "NaBr"].iter().map(|f| Composition::parse(f).unwrap()).collect();
        let list = substitution_list(&known, 10);
        // KBr follows from KCl and from NaBr; everything else from one compound.
        assert_eq!(list[0].to_string(), "KBr");
        assert!(list.iter().all(|candidate| !known.contains(candidate)));
        assert_eq!(substitution_list(&known, 1).len(), 1);
        assert!(substitution_list(&[], 10).is_empty());
    }
}
