//! How many hidden compounds a list of candidates finds, and how soon.

use serde::Serialize;

use super::compound::{Compound, KeyMap, material_kind};
use super::holes::{hole_key, pairs, two_hole_key};
use super::library::Library;
use super::substitution::substitution_of;
use crate::material::Material;

/// Hidden compounds that a method of a kind could find.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reachable {
    /// Some known compound has the same amounts in the same order of electronegativity.
    pub pattern: usize,
    /// Some known compound differs in one element.
    pub one_swap: usize,
    /// Some known compound differs in at most two elements.
    pub two_swaps: usize,
}

/// Hits of one list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hits {
    /// Candidates that are not known, each counted once.
    pub novel: usize,
    /// Hidden compounds among the first 100 of them.
    pub hits_at_100: usize,
    /// Hidden compounds among the first 1,000.
    pub hits_at_1000: usize,
    /// Hidden compounds among all.
    pub hits: usize,
    /// Hidden compounds found whose pattern no known compound has.
    pub hits_with_new_pattern: usize,
    /// Chance that a hit stands before a miss; none without both.
    pub auc: Option<f64>,
    /// `(candidates, hits among them)` at up to 200 places, the last at the end of the list.
    #[serde(skip)]
    pub curve: Vec<(usize, usize)>,
}

/// What a list finds of what was hidden, beside a list of element substitutions of the same length.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rediscovery {
    /// Different known materials.
    pub known: usize,
    /// Different hidden materials.
    pub hidden: usize,
    /// Hidden materials whose pattern no known compound has.
    pub hidden_with_new_pattern: usize,
    /// What could be found at all.
    pub reachable: Reachable,
    /// Hits of the list.
    #[serde(flatten)]
    pub list: Hits,
    /// Hits of the list that is made without the generative model, if there is one: what the model adds is the difference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without_model: Option<Hits>,
    /// Hits of the [`substitution_list`](super::substitution_list).
    pub substitution: Hits,
}

/// Looks for hidden materials in a list, best first, and in one that was made without the generative model.
///
/// Compositions are the same if their ratios are, materials if their prototypes are too; known ones and repeats in the list
/// do not count, and hidden ones that are known too are no secret. With structures the substitution list keeps those of the
/// known materials.
pub fn rediscovery(
    known: &[Material],
    hidden: &[Material],
    list: &[Material],
    without_model: Option<&[Material]>,
) -> Rediscovery {
    let compounds = |materials: &[Material]| -> Vec<Compound> {
        materials.iter().map(|m| Compound::of_kind(&m.composition, material_kind(m))).collect()
    };
    let library = Library::new(compounds(known));
    let mut secret = compounds(hidden);
    secret.sort_unstable();
    secret.dedup_by_key(|c| c.key);
    secret.retain(|c| !library.has(c.key));
    let keys: KeyMap<()> = secret.iter().map(|c| (c.key, ())).collect();
    let has_new_pattern = |c: &Compound| library.slots.n_pattern(c.pattern()) == 0;
    let found = hits(&compounds(list), &library, &keys);
    let without_model = without_model.map(|list| hits(&compounds(list), &library, &keys));
    let substituted = substitution_of(&library, found.novel);
    Rediscovery {
        known: library.compounds.len(),
        hidden: secret.len(),
        hidden_with_new_pattern: secret.iter().filter(|c| has_new_pattern(c)).count(),
        reachable: reachable(&secret, &library),
        substitution: hits(&substituted, &library, &keys),
        list: found,
        without_model,
    }
}

fn hits(list: &[Compound], library: &Library, secret: &KeyMap<()>) -> Hits {
    let mut seen: KeyMap<()> = KeyMap::default();
    let is_new = |c: &&Compound| !library.has(c.key) && seen.insert(c.key, ()).is_none();
    let novel: Vec<&Compound> = list.iter().filter(is_new).collect();
    let is_hit: Vec<bool> = novel.iter().map(|c| secret.contains_key(&c.key)).collect();
    let among = |n: usize| is_hit.iter().take(n).filter(|hit| **hit).count();
    let new_pattern = |c: &&&Compound| library.slots.n_pattern(c.pattern()) == 0;
    let found = novel.iter().filter(|c| secret.contains_key(&c.key));
    Hits {
        novel: novel.len(),
        hits_at_100: among(100),
        hits_at_1000: among(1000),
        hits: among(usize::MAX),
        hits_with_new_pattern: found.filter(new_pattern).count(),
        auc: auc(&is_hit),
        curve: curve(&is_hit),
    }
}

/// Share of pairs of a hit and a miss in which the hit comes first.
fn auc(is_hit: &[bool]) -> Option<f64> {
    let (mut hits, mut pairs) = (0_u64, 0_u64);
    for &hit in is_hit {
        if hit { hits += 1 } else { pairs += hits }
    }
    let all = hits * (is_hit.len() as u64 - hits);
    (all > 0).then(|| pairs as f64 / all as f64)
}

fn curve(is_hit: &[bool]) -> Vec<(usize, usize)> {
    const MOST: usize = 200;
    let step = is_hit.len().div_ceil(MOST).max(1);
    let (mut hits, mut curve) = (0, vec![(0, 0)]);
    for (i, &hit) in is_hit.iter().enumerate() {
        hits += usize::from(hit);
        if (i + 1) % step == 0 || i + 1 == is_hit.len() {
            curve.push((i + 1, hits));
        }
    }
    curve
}

fn reachable(secret: &[Compound], library: &Library) -> Reachable {
    let one = |c: &Compound| {
        (0..c.len()).any(|i| library.one_holes.of(hole_key(c, i)).iter().any(|&(e, _)| !c.has(e)))
    };
    let two = |c: &Compound| {
        pairs(c.len()).any(|(i, j)| {
            let fillings = library.two_holes.of(two_hole_key(c, i, j));
            fillings.iter().any(|&(a, b, _)| !c.has(a) && !c.has(b))
        })
    };
    Reachable {
        pattern: secret.iter().filter(|c| library.slots.n_pattern(c.pattern()) > 0).count(),
        one_swap: secret.iter().filter(|c| one(c)).count(),
        two_swaps: secret.iter().filter(|c| one(c) || two(c)).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composition::Composition;

    fn read(formulas: &[&str]) -> Vec<Material> {
        formulas.iter().map(|formula| Composition::parse(formula).unwrap().into()).collect()
    }

    #[test]
    fn hits_are_counted_among_novel_candidates_only() {
        let known = read(&["NaCl", "KCl", "NaBr", "MgO"]);
        let hidden = read(&["KBr", "Ti2O4", "MgO"]);
        let list = read(&["MgO", "K2Br2", "LiF", "KBr", "TiO2", "CaO"]);
        let found = rediscovery(&known, &hidden, &list, Some(&hidden));
        assert_eq!(found.without_model.as_ref().map(|hits| (hits.novel, hits.hits)), Some((2, 2)));
        assert_eq!((found.known, found.hidden), (4, 2)); // MgO is known
        assert_eq!((found.list.novel, found.list.hits, found.list.hits_at_100), (4, 2, 2));
        // KBr, LiF, TiO2, CaO: of the four pairs of hit and miss three are in order.
        assert_eq!(found.list.auc, Some(0.75));
        assert_eq!(found.list.curve, [(0, 0), (1, 1), (2, 1), (3, 2), (4, 2)]);
        assert_eq!((found.hidden_with_new_pattern, found.list.hits_with_new_pattern), (1, 1));
        assert_eq!(found.reachable, Reachable { pattern: 1, one_swap: 1, two_swaps: 1 });
        assert!(found.substitution.novel <= 4);
    }

    #[test]
    fn without_hits_or_misses_there_is_no_order() {
        let known = read(&["NaCl"]);
        assert_eq!(rediscovery(&known, &read(&["KBr"]), &read(&["LiF"]), None).list.auc, None);
        assert_eq!(rediscovery(&known, &read(&["KBr"]), &read(&["KBr"]), None).list.auc, None);
        let nothing = rediscovery(&[], &[], &[], None);
        assert_eq!((nothing.known, nothing.hidden, nothing.list.novel), (0, 0, 0));
    }

    #[test]
    fn json_has_the_keys_of_both_lists() {
        let found =
            rediscovery(&read(&["NaCl", "KCl"]), &read(&["KBr"]), &read(&["KBr", "LiF"]), None);
        let json = serde_json::to_value(&found).unwrap();
        for key in
            ["known", "hidden", "reachable", "novel", "hits_at_100", "hits_at_1000", "hits", "auc"]
        {
            assert!(json.get(key).is_some(), "{key}");
        }
        assert_eq!(json["hits"], 1);
        assert!(json["substitution"].get("hits_at_1000").is_some());
    }
}
