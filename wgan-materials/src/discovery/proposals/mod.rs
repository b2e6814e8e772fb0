//! Where candidates come from: swaps, fillings of patterns, moves on amounts, new patterns, a generator.

mod fillings;
mod moves;
mod new_patterns;
mod swaps;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::compound::{Compound, KeyMap};
use super::library::Library;
use crate::material::Material;

/// Where a candidate comes from; the first source that proposes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A known compound with one element replaced.
    Swap,
    /// A known compound with two elements replaced.
    TwoSwaps,
    /// A known compound with other amounts: a site split or joined, an amount shifted, a pattern of the same elements.
    Amounts,
    /// A known pattern filled with elements that its slots prefer.
    Filling,
    /// The elements of a known compound in a prototype that often comes with its own.
    Prototype,
    /// Small whole amounts, neutral in common oxidation states, in a pattern the table does not have.
    NewPattern,
    /// A generator.
    Generator,
}

impl Source {
    /// As it is written in a list of candidates.
    pub fn name(self) -> &'static str {
        match self {
            Self::Swap => "swap",
            Self::TwoSwaps => "two swaps",
            Self::Amounts => "amounts",
            Self::Filling => "filling",
            Self::Prototype => "prototype",
            Self::NewPattern => "new pattern",
            Self::Generator => "generator",
        }
    }
}

/// A candidate from outside, such as a generator.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// What is proposed; where structures are known, a composition without one is tried in the prototypes its amounts are
    /// known in.
    pub material: Material,
    /// Where it comes from.
    pub source: Source,
    /// What the critic says of it; carried along to the ranked list.
    pub critic_score: Option<f64>,
}

/// A candidate of the pool.
pub(super) struct Pooled {
    pub(super) compound: Compound,
    pub(super) source: Source,
}

/// Candidates none of which is known, each once; at most `most` of each of the two large sources together.
///
/// The order, and so the result, does not depend on the number of threads.
pub(super) fn pool(library: &Library, most: usize) -> Vec<Pooled> {
    let half = most / 2;
    let mut sources = vec![
        (Source::Swap, swaps::one_swap(library, half)),
        (Source::TwoSwaps, swaps::two_swaps(library, half)),
    ];
    // A structure fixes the amounts: only what has none can shift them.
    match library.has_structures() {
        true => sources.push((Source::Prototype, moves::same_elements(library, half))),
        false => sources.push((Source::Amounts, moves::moves(library, half))),
    }
    sources.push((Source::Filling, fillings::fillings(library, half)));
    if !library.has_structures() {
        sources.push((Source::NewPattern, new_patterns::new_patterns(library, half / 4)));
    }
    let mut seen: KeyMap<()> = KeyMap::default();
    let mut pool = Vec::new();
    for (source, compounds) in sources {
        for compound in compounds {
            if !library.has(compound.key) && seen.insert(compound.key, ()).is_none() {
                pool.push(Pooled { compound, source });
            }
        }
    }
    pool
}

/// Sums the weights of what is proposed more than once, and keeps the `n` heaviest, heaviest first.
///
/// Of equal keys the heaviest, then the smallest recipe is kept.
fn heaviest<T: Ord + Send>(mut all: Vec<(u64, f32, T)>, n: usize) -> Vec<T> {
    all.par_sort_unstable_by(|a, b| {
        a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then_with(|| a.2.cmp(&b.2))
    });
    let mut merged: Vec<(u64, f32, T)> = Vec::new();
    for next in all {
        match merged.last_mut() {
            Some(last) if last.0 == next.0 => last.1 += next.1,
            _ => merged.push(next),
        }
    }
    merged.par_sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    merged.truncate(n);
    merged.into_iter().map(|(_, _, recipe)| recipe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::compound::compounds;

    #[test]
    fn weights_of_one_candidate_add_up() {
        let all = vec![(7, 0.5, 'b'), (9, 0.8, 'c'), (7, 0.4, 'a'), (3, 0.1, 'd')];
        assert_eq!(heaviest(all, 2), ['b', 'c']);
    }

    #[test]
    fn the_pool_holds_nothing_known_and_nothing_twice() {
        let known = compounds(&["NaCl", "KCl", "NaBr", "MgO", "CaO", "FeCl2", "FeCl3", "TiCl3"]);
        let library = Library::new(known);
        let pool = pool(&library, 1000);
        let mut keys: Vec<u64> = pool.iter().map(|p| p.compound.key).collect();
        keys.sort_unstable();
        let n = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), n);
        assert!(keys.iter().all(|&key| !library.has(key)));
        let has = |formula| keys.binary_search(&compounds(&[formula])[0].key).is_ok();
        assert!(has("KBr")); // one swap
        assert!(has("TiCl2")); // another pattern of the same elements
    }
}
