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

/// Most choices of states in one half of the elements for which all charges are listed.
const MOST_LISTED: usize = 1 << 18;

/// Steps into which the range of charges is divided where they cannot be listed.
const MOST_STEPS: i64 = 1 << 24;

/// Whether some choice of one state per element has a total charge inside `target`.
///
/// An element without states cannot be chosen, so the answer is no. Exact, in integers, with one exception:
/// more than about 20 elements whose charges span more than 2²⁴ steps, each of which is then rounded to that
/// fraction of the span.
///
/// # Complexity
/// While the possible charges span fewer than 128 steps they are the bits of one word, and every state costs
/// one shift. Beyond that the charges of two halves of the elements are listed and merged: at worst the square
/// root of the number of choices. Where that is too many, the charges are the bits of 2 MB.
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
    let (left, right) = ions.split_at(ions.len() / 2);
    if n_choices(left).max(n_choices(right)) <= MOST_LISTED {
        return halves_reach(ions, from, to);
    }
    steps_reach(ions, from - lowest..=to - lowest, highest - lowest)
}

fn n_choices(ions: &[Ions]) -> usize {
    ions.iter().map(|ions| ions.states.len()).fold(1, usize::saturating_mul)
}

/// As [`reaches`], with `target` and all charges counted from the lowest total, which is `span` below the highest.
fn steps_reach(ions: &[Ions], target: RangeInclusive<i64>, span: i64) -> bool {
    let step = span / MOST_STEPS + 1;
    let slack = if step == 1 { 0 } else { ions.len() as i64 };
    let n_words = (span / step + slack) as usize / 64 + 2;
    let mut reached = vec![0_u64; n_words];
    reached[0] = 1;
    for ions in ions {
        let before = std::mem::replace(&mut reached, vec![0; n_words]);
        let lowest = ions.lowest().unwrap_or(0);
        for charge in ions.charges() {
            add_shifted(&mut reached, &before, ((charge - lowest + step / 2) / step) as usize);
        }
    }
    let (from, to) = (target.start() / step - slack, target.end() / step + slack);
    let last = reached.len() as i64 * 64 - 1;
    (from.max(0)..=to.min(last)).any(|i| reached[i as usize / 64] >> (i % 64) & 1 == 1)
}

/// Sets the bits of `bits`, moved up by `shift`, in `sum`; those moved beyond its end are lost.
fn add_shifted(sum: &mut [u64], bits: &[u64], shift: usize) {
    let (words, shift) = (shift / 64, shift % 64);
    for (i, word) in sum.iter_mut().enumerate().skip(words) {
        *word |= bits[i - words] << shift;
        if shift > 0 && i > words {
            *word |= bits[i - words - 1] >> (64 - shift);
        }
    }
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
        fn all_ways_agree_with_enumeration(
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
                let lowest: i64 = ions.iter().filter_map(Ions::lowest).sum();
                let highest: i64 = ions.iter().filter_map(Ions::highest).sum();
                if from >= lowest {
                    let target = from - lowest..=from + width - lowest;
                    prop_assert_eq!(steps_reach(&ions, target, highest - lowest), expected);
                }
            }
        }
    }
    #[test]
    fn thirty_elements_are_answered_at_once() {
        // Thirty-one odd charges never sum to an even one; of thirty, some choice cancels.
        let states = [-3_i8, -1, 1, 3];
        let odd: Vec<Ions> =
            (0..31).map(|i| Ions { count: 2 * i + 501, states: &states }).collect();
        assert!(!reaches(&odd[..31], 2..=2));
        assert!(reaches(&odd[..30], 0..=0));
    }
}
