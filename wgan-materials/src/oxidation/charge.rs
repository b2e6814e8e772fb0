//! Which total charges a choice of one state per element can reach.

use std::ops::RangeInclusive;

/// Atoms of one element, all in the same one of some states.
#[derive(Clone, Copy)]
pub(super) struct Ions<'a> {
    /// How many atoms, in the parts of a composition's ratio.
    pub(super) count: i64,
    /// States to choose from, lowest first.
    pub(super) states: &'a [i8],
}

impl Ions<'_> {
    fn lowest(&self) -> Option<i64> {
        self.states.first().map(|&state| self.count * i64::from(state))
    }

    fn highest(&self) -> Option<i64> {
        self.states.last().map(|&state| self.count * i64::from(state))
    }

    fn charges(&self) -> impl Iterator<Item = i64> + '_ {
        self.states.iter().map(|&state| self.count * i64::from(state))
    }
}

/// Whether some choice of one state per element has a total charge inside `target`.
///
/// Exact, in integers. An element without states cannot be chosen, so the answer is no.
///
/// # Complexity
/// While the possible charges span fewer than 128 steps they are the bits of one word, and every state costs
/// one shift. Beyond that the charges of two halves of the elements are listed and merged: at worst the square
/// root of the number of choices.
pub(super) fn reaches(ions: &[Ions], target: RangeInclusive<i64>) -> bool {
    let (Some(lowest), Some(highest)) = (
        ions.iter().map(Ions::lowest).sum::<Option<i64>>(),
        ions.iter().map(Ions::highest).sum::<Option<i64>>(),
    ) else {
        return false;
    };
    let (from, to) = ((*target.start()).max(lowest), (*target.end()).min(highest));
    if from > to {
        return false;
    }
    if highest - lowest < 128 {
        return bits(ions) & ones(from - lowest, to - lowest) != 0;
    }
    halves_reach(ions, from, to)
}

/// Bit `i` is set if the lowest charge plus `i` can be reached; the span is below 128.
fn bits(ions: &[Ions]) -> u128 {
    ions.iter().fold(1, |reached, ions| {
        let lowest = ions.lowest().unwrap_or(0);
        let shifted = ions.charges().map(|charge| reached << (charge - lowest));
        shifted.fold(0, |all, bits| all | bits)
    })
}

/// Bits `from..=to`.
fn ones(from: i64, to: i64) -> u128 {
    (u128::MAX >> (127 - (to - from))) << from
}

fn halves_reach(ions: &[Ions], from: i64, to: i64) -> bool {
    let (left, right) = ions.split_at(ions.len() / 2);
    let (left, right) = (sums(left), sums(right));
    let mut above = right.len();
    left.iter().any(|&sum| {
        while above > 0 && sum + right[above - 1] > to {
            above -= 1;
        }
        above > 0 && sum + right[above - 1] >= from
    })
}

/// Every total charge, sorted, each once.
pub(super) fn sums(ions: &[Ions]) -> Vec<i64> {
    ions.iter().fold(vec![0], |sums, ions| {
        let mut next: Vec<i64> =
            ions.charges().flat_map(|charge| sums.iter().map(move |sum| sum + charge)).collect();
        next.sort_unstable();
        next.dedup();
        next
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every choice, one by one.
    fn by_enumeration(ions: &[Ions], target: RangeInclusive<i64>) -> bool {
        match ions {
            [] => target.contains(&0),
            [first, rest @ ..] => first.charges().any(|charge| {
                by_enumeration(rest, target.start() - charge..=target.end() - charge)
            }),
        }
    }

    proptest! {
        #[test]
        fn both_ways_agree_with_enumeration(
            elements in prop::collection::vec((1i64..40, prop::collection::btree_set(-5i8..8, 0..5)), 1..6),
            from in -30i64..30,
            width in 0i64..3,
        ) {
            let states: Vec<Vec<i8>> = elements.iter().map(|(_, set)| set.iter().copied().collect()).collect();
            let ions: Vec<Ions> = elements.iter().zip(&states)
                .map(|((count, _), states)| Ions { count: *count, states })
                .collect();
            let expected = by_enumeration(&ions, from..=from + width);
            prop_assert_eq!(reaches(&ions, from..=from + width), expected);
            if states.iter().all(|states| !states.is_empty()) {
                prop_assert_eq!(halves_reach(&ions, from, from + width), expected);
            }
        }
    }
}
