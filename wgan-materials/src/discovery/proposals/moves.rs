//! Known compounds with other amounts of the same elements, or with a site shared or no longer shared.

use rayon::prelude::*;

use super::heaviest;
use crate::discovery::amounts::{
    Amounts, Digest, aligned, places_filled, places_shared, shift_origin,
};
use crate::discovery::compound::Compound;
use crate::discovery::holes::pairs;
use crate::discovery::library::Library;

/// Moves that are kept for each compound.
const MOST_MOVES: usize = 60;

/// Targets that are tried of one amount, of two, of a split.
const TARGETS: usize = 8;

/// Elements that are tried as guests.
const GUESTS: usize = 10;

/// Weights of joining two elements on a site, to the main one and to the other.
const JOINED: [f32; 2] = [0.15, 0.05];

/// Weight of a known way to share a site where the shift itself is not known.
const SHARED_ANEW: f32 = 0.5;

/// Elements with their new amounts in steps of 1e-9; zero takes the element out.
type Change = [(u8, u64); 2];

/// The `n` best supported compounds of the elements of a known one in another pattern.
pub(super) fn same_elements(library: &Library, n: usize) -> Vec<Compound> {
    let all = library.compounds.par_iter().flat_map_iter(|c| {
        let all = other_patterns(library, c).filter(|(_, found)| !library.has(found.key));
        all.map(|(weight, found)| (found.key, weight, found))
    });
    heaviest(all.collect(), n)
}

/// The `n` best supported compounds that are one move on amounts away.
pub(super) fn moves(library: &Library, n: usize) -> Vec<Compound> {
    let all = library.compounds.par_iter().flat_map_iter(|c| {
        let changed = changes(c, &library.amounts)
            .into_iter()
            .filter_map(|(weight, change)| Some((weight, changed(c, change)?)));
        let all = changed.chain(other_patterns(library, c));
        all.filter(|(_, found)| !library.has(found.key))
            .map(|(weight, found)| (found.key, weight, found))
    });
    heaviest(all.collect(), n)
}

/// The elements of a compound in patterns that often come with its own.
fn other_patterns<'a>(
    library: &'a Library,
    c: &'a Compound,
) -> impl Iterator<Item = (f32, Compound)> + 'a {
    let (pattern, order) = (c.pattern(), c.order());
    library.followers(pattern).filter_map(move |(next, example)| {
        let amounts: Vec<u64> = example.steps().map(|(_, x)| x).collect();
        let places = order.iter().zip(example.order());
        let steps: Vec<(u8, u64)> = places.map(|(&i, j)| (c.parts[i].0, amounts[j])).collect();
        let found = Compound::from_steps(steps.into_iter(), example.kind).ok()?;
        Some((library.follow_rate(pattern, next), found))
    })
}

fn changed(c: &Compound, change: Change) -> Option<Compound> {
    let mut steps: Vec<(u8, u64)> = c.steps().collect();
    for (element, amount) in change {
        match steps.iter_mut().find(|(e, _)| *e == element) {
            Some((_, old)) => *old = amount,
            None => steps.push((element, amount)),
        }
    }
    Compound::from_steps(steps.into_iter().filter(|&(_, x)| x > 0), c.kind).ok()
}

/// The likeliest changes of a compound.
fn changes(c: &Compound, amounts: &Amounts) -> Vec<(f32, Change)> {
    let steps: Vec<(u8, u64)> = c.steps().collect();
    let mut all: Vec<(f32, Change)> = Vec::new();
    for &(e, x) in &steps {
        if steps.len() > 1 {
            let targets = amounts.single_moves.targets(x.digest()).take(TARGETS);
            all.extend(targets.map(|(y, weight)| (weight, [(e, y); 2])));
        }
        all.extend(splits(c, amounts, e, x));
    }
    for (i, j) in pairs(steps.len()) {
        let (i, j) = if steps[i].1 > steps[j].1 { (j, i) } else { (i, j) };
        all.extend(shifts(amounts, steps[i], steps[j]));
    }
    all.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    all.dedup_by_key(|(_, change)| *change);
    all.truncate(MOST_MOVES);
    all
}

/// Gives a part of the places of an element to a guest.
fn splits(c: &Compound, amounts: &Amounts, e: u8, x: u64) -> Vec<(f32, Change)> {
    let Some(places) = places_filled(x) else {
        return Vec::new();
    };
    let guests =
        amounts.guests.targets(e.digest()).take(GUESTS).filter(|&(guest, _)| !c.has(guest));
    let shares: Vec<(u64, f32)> = amounts.splits.targets(places.digest()).take(TARGETS).collect();
    guests
        .flat_map(|(guest, weight)| {
            shares.iter().map(move |&(y, share)| (weight * share, [(e, x - y), (guest, y)]))
        })
        .collect()
}

/// Changes two amounts, the smaller first; joins them if they share a site.
fn shifts(amounts: &Amounts, (e, x): (u8, u64), (f, y): (u8, u64)) -> Vec<(f32, Change)> {
    let known = amounts.shift_moves.targets(shift_origin(x, y)).take(TARGETS);
    let mut all: Vec<(f32, Change)> = known
        .map(|(target, weight)| {
            let (p, q) = aligned((x, y), target);
            (weight, [(e, p), (f, q)])
        })
        .collect();
    if let Some(places) = places_shared(x, y) {
        let splits = amounts.splits.targets(places.digest()).filter(|&(p, _)| p < x + y);
        all.extend(splits.map(|(p, weight)| (SHARED_ANEW * weight, [(e, p), (f, x + y - p)])));
        all.push((JOINED[0], [(e, 0), (f, x + y)]));
        all.push((JOINED[1], [(f, 0), (e, x + y)]));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::compound::compounds;

    fn proposed(known: &[&str]) -> Vec<Compound> {
        moves(&Library::new(compounds(known)), 1000)
    }

    fn has(found: &[Compound], formula: &str) -> bool {
        found.iter().any(|c| c.key == compounds(&[formula])[0].key)
    }

    #[test]
    fn a_shared_site_is_shifted_joined_and_split() {
        let found =
            proposed(&["La1.85Sr0.15CuO4", "La1.8Sr0.2CuO4", "Nd1.85Ce0.15CuO4", "Nd2NiO4"]);
        assert!(has(&found, "Nd1.8Ce0.2CuO4"), "the step of lanthanum cuprate");
        assert!(has(&found, "La2CuO4") && has(&found, "Nd2CuO4"), "no longer doped");
        assert!(has(&found, "Nd1.85Ce0.15NiO4"), "doped like the cuprate");
    }

    #[test]
    fn amounts_of_elements_alone_are_not_moved() {
        assert!(proposed(&["Fe", "Cu", "NaCl"]).is_empty());
    }
}
