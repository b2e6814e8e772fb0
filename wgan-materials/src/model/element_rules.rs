//! Which elements candidates may have, must have and must not have.

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::Alphabet;
use crate::composition::Composition;
use crate::element::Element;
use crate::error::MaterialsError;

/// Known materials that patterns are taken from, at least, before those without the required elements are taken too.
const MIN_ROWS: usize = 20;

/// Rules on the elements of candidates, which hold for each of them by construction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElementRules {
    /// No other elements than these.
    pub only: Option<Vec<Element>>,
    /// Each of these.
    pub contains: Vec<Element>,
    /// None of these.
    pub without: Vec<Element>,
    /// At most so many different elements.
    pub max_elements: Option<usize>,
}

impl ElementRules {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a composition meets the rules.
    pub fn allow(&self, composition: &Composition) -> bool {
        self.max_elements.is_none_or(|most| composition.n_elements() <= most)
            && self.contains.iter().all(|&element| composition.fraction(element) > 0.0)
            && composition.elements().all(|element| self.may_have(element))
    }

    fn may_have(&self, element: Element) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&element))
            && !self.without.contains(&element)
    }
}

/// [`ElementRules`] in terms of the slots of an alphabet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotRules {
    /// Elements that may be chosen, rising.
    allowed: Vec<usize>,
    /// Those of them that must be, rising.
    required: Vec<usize>,
    max_elements: usize,
}

impl SlotRules {
    /// The rules for candidates with the elements of `alphabet`.
    ///
    /// # Errors
    /// Rules that contradict each other, or an element that no known material has.
    pub fn new(rules: &ElementRules, alphabet: &Alphabet) -> Result<Self, MaterialsError> {
        let elements = alphabet.elements();
        let place = |wanted: &Element| elements.iter().position(|element| element == wanted);
        let asked = rules.contains.iter().chain(rules.only.iter().flatten());
        if let Some(unknown) = asked.clone().find(|&element| place(element).is_none()) {
            return refused(format!("no known material has {unknown}"));
        }
        if let Some(barred) = rules.contains.iter().find(|&&element| !rules.may_have(element)) {
            return refused(format!("{barred} is asked for and excluded"));
        }
        let allowed: Vec<usize> =
            (0..elements.len()).filter(|&i| rules.may_have(elements[i])).collect();
        let mut required: Vec<usize> = rules.contains.iter().filter_map(place).collect();
        required.sort_unstable();
        required.dedup();
        let max_elements = rules.max_elements.unwrap_or(usize::MAX).min(allowed.len());
        if allowed.is_empty() {
            return refused("no element is left".to_owned());
        }
        if required.len() > max_elements {
            return refused(format!(
                "{} elements are asked for where {max_elements} are allowed",
                required.len()
            ));
        }
        Ok(Self { allowed, required, max_elements })
    }

    /// The rows of `rows` whose patterns of amounts can be filled: those that have the required elements where there are
    /// enough of them.
    ///
    /// # Errors
    /// If no pattern can be filled.
    pub fn rows(
        &self,
        rows: &[usize],
        known: &[Composition],
        alphabet: &Alphabet,
    ) -> Result<Vec<usize>, MaterialsError> {
        let fits = |row: &usize| {
            let n = known[*row].n_elements();
            n >= self.required.len() && n <= self.max_elements
        };
        let fitting: Vec<usize> = rows.iter().copied().filter(fits).collect();
        if fitting.is_empty() {
            let (low, high) = (self.required.len().max(1), self.max_elements);
            return refused(format!("no known material has {low} to {high} different elements"));
        }
        let elements = alphabet.elements();
        let has = |row: &usize| {
            self.required.iter().all(|&place| known[*row].fraction(elements[place]) > 0.0)
        };
        let having: Vec<usize> = fitting.iter().copied().filter(has).collect();
        Ok(if having.len() >= MIN_ROWS { having } else { fitting })
    }

    /// 1 where an element must not fill slot `slot`, else 0: `[n, e]`.
    ///
    /// # Shapes
    /// - `counts`: elements of each pattern, `[n]`
    /// - `last`: index of the element of the slot before, −1 before the first, `[n]`
    pub(super) fn barred(
        &self,
        slot: usize,
        counts: &[f32],
        last: &[f32],
        n_elements: usize,
        device: &Device,
    ) -> Tensor<2> {
        let mut barred = vec![1.0_f32; counts.len() * n_elements];
        for ((row, &count), &last) in barred.chunks_mut(n_elements).zip(counts).zip(last) {
            let count = count as usize;
            if slot < count {
                let last = (last >= 0.0).then_some(last as usize);
                self.choices(count - slot, last).for_each(|element| row[element] = 0.0);
            }
        }
        Tensor::from_data(TensorData::new(barred, [counts.len(), n_elements]), device)
    }

    /// Elements that may come next, with `left` slots to fill: none so large that a required one is passed over or that too
    /// few are left for the other slots.
    pub(super) fn choices(
        &self,
        left: usize,
        last: Option<usize>,
    ) -> impl Iterator<Item = usize> + '_ {
        let from = |list: &[usize]| last.map_or(0, |last| list.partition_point(|&e| e <= last));
        let missing = &self.required[from(&self.required)..];
        let following = &self.allowed[from(&self.allowed)..];
        let n = following.len().saturating_sub(left.saturating_sub(1));
        let next = missing.first().copied();
        let must = (missing.len() >= left).then_some(next).flatten();
        let choice = move |&element: &usize| match must {
            Some(must) => element == must,
            None => next.is_none_or(|next| element <= next),
        };
        // A required element has room behind it even where it is the last of many.
        let n = if must.is_some() { following.len() } else { n };
        following[..n].iter().copied().filter(choice)
    }
}

fn refused<T>(reason: String) -> Result<T, MaterialsError> {
    Err(MaterialsError::ElementRules { reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(symbols: &[&str]) -> Vec<Element> {
        symbols.iter().map(|symbol| Element::from_symbol(symbol).unwrap()).collect()
    }

    fn known() -> Vec<Composition> {
        ["CaTiO3", "NaCl", "Fe2O3", "LiF", "BaTiO3", "KNbO3", "LiFePO4"]
            .iter()
            .map(|formula| Composition::parse(formula).unwrap())
            .collect()
    }

    /// All fillings of `count` slots that the rules allow.
    fn fillings(rules: &SlotRules, count: usize) -> Vec<Vec<usize>> {
        let mut open: Vec<Vec<usize>> = vec![Vec::new()];
        for slot in 0..count {
            let next = |filled: &Vec<usize>| {
                let more = rules.choices(count - slot, filled.last().copied());
                more.map(|e| [filled.as_slice(), &[e]].concat()).collect::<Vec<_>>()
            };
            open = open.iter().flat_map(next).collect();
        }
        open
    }

    #[test]
    fn exactly_the_fillings_that_meet_the_rules_can_be_chosen() {
        let alphabet = Alphabet::of(&known());
        let all = alphabet.elements();
        for (contains, without) in [
            (&["Li"][..], &["F"][..]),
            (&["O", "Fe"], &[]),
            (&["Cl", "K", "Ti"], &["Na"]),
            (&[], &["O", "F", "Cl", "P"]),
        ] {
            let (contains, without) = (elements(contains), elements(without));
            let rules = ElementRules { contains, without, ..ElementRules::default() };
            let slots = SlotRules::new(&rules, &alphabet).unwrap();
            for count in 3..=4 {
                let found = fillings(&slots, count);
                let subsets =
                    (0..1_u32 << all.len()).filter(|set| set.count_ones() == count as u32);
                let meets = |set: &u32| {
                    let chosen = (0..all.len()).filter(|i| set >> i & 1 == 1);
                    let amounts = chosen.map(|i| (all[i], 1.0));
                    rules.allow(&Composition::from_amounts(amounts).unwrap())
                };
                assert_eq!(found.len(), subsets.filter(meets).count(), "{rules:?}, {count}");
                assert!(found.iter().all(|filled| filled.len() == count));
            }
        }
    }

    #[test]
    fn patterns_come_from_materials_that_can_be_filled() {
        let (known, rules) = (known(), |max_elements| ElementRules {
            contains: elements(&["Li"]),
            max_elements,
            ..ElementRules::default()
        });
        let alphabet = Alphabet::of(&known);
        let rows = |rules: &ElementRules| {
            let slots = SlotRules::new(rules, &alphabet).unwrap();
            slots.rows(&[0, 1, 2, 3, 4, 5, 6], &known, &alphabet)
        };
        assert_eq!(rows(&rules(Some(2))).unwrap(), [1, 2, 3]);
        assert_eq!(rows(&rules(None)).unwrap().len(), 7);
        let message = rows(&rules(Some(1))).unwrap_err().to_string();
        assert!(message.contains("no known material has 1 to 1 different elements"), "{message}");
    }

    #[test]
    fn rules_that_nothing_meets_are_refused() {
        let alphabet = Alphabet::of(&known());
        let error =
            |rules: &ElementRules| SlotRules::new(rules, &alphabet).unwrap_err().to_string();
        let rules = ElementRules { contains: elements(&["U"]), ..ElementRules::default() };
        assert_eq!(error(&rules), "elements of candidates: no known material has U");
        let both = elements(&["Li"]);
        let rules = ElementRules { contains: both.clone(), without: both, ..Default::default() };
        assert!(error(&rules).contains("Li is asked for and excluded"));
        let contains = elements(&["Li", "O"]);
        let rules = ElementRules { contains, max_elements: Some(1), ..Default::default() };
        assert!(error(&rules).contains("2 elements are asked for where 1 are allowed"));
        let rules = ElementRules { only: Some(Vec::new()), ..Default::default() };
        assert!(error(&rules).contains("no element is left"));
    }
}
