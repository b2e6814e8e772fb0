//! Which element takes which slot of a prototype.

use crate::composition::Composition;
use crate::discovery::element_similarity;
use crate::element::Element;
use crate::structure::Prototype;

/// Slots of one amount up to which all orders of the elements are tried.
const MAX_TRIED: usize = 5;

/// Elements of a composition by the amounts they have, and the slots that hold as many atoms.
pub(super) struct Groups(Vec<(Vec<usize>, Vec<Element>)>);

impl Groups {
    /// None where the amounts are not those of the prototype.
    pub(super) fn new(composition: &Composition, prototype: &Prototype) -> Option<Self> {
        let slots = prototype.amounts();
        if slots.len() != composition.n_elements() {
            return None;
        }
        let atoms: usize = slots.iter().sum();
        let total: u64 = composition.ratio().sum();
        let mut groups: Vec<(Vec<usize>, Vec<Element>)> = Vec::new();
        for (element, part) in composition.elements().zip(composition.ratio()) {
            let holds = |&s: &usize| slots[s] as u64 * total == part * atoms as u64;
            let places: Vec<usize> = (0..slots.len()).filter(holds).collect();
            match groups.iter_mut().find(|(of, _)| *of == places) {
                Some((_, elements)) => elements.push(element),
                None => groups.push((places, vec![element])),
            }
        }
        groups.iter().all(|(slots, elements)| slots.len() == elements.len()).then_some(Self(groups))
    }

    /// The elements by slot that come nearest to those of a known member, and how far they are:
    /// `Σ (1/similarity − 1)` over the slots.
    pub(super) fn nearest(&self, member: &[Element]) -> (f64, Vec<Element>) {
        let mut assigned = member.to_vec();
        let mut distance = 0.0;
        for (slots, elements) in &self.0 {
            let (d, order) = best_order(slots, elements, member);
            distance += d;
            slots.iter().zip(order).for_each(|(&slot, element)| assigned[slot] = element);
        }
        (distance, assigned)
    }
}

fn cost(a: Element, b: Element) -> f64 {
    if a == b { 0.0 } else { 1.0 / element_similarity(a, b) - 1.0 }
}

/// The elements in the order of the slots.
fn best_order(slots: &[usize], elements: &[Element], member: &[Element]) -> (f64, Vec<Element>) {
    let total = |order: &[Element]| -> f64 {
        slots.iter().zip(order).map(|(&slot, &e)| cost(e, member[slot])).sum()
    };
    let mut order = elements.to_vec();
    if order.len() > MAX_TRIED {
        greedy(slots, &mut order, member);
        return (total(&order), order);
    }
    let mut best = (total(&order), order.clone());
    each_order(&mut order, 0, &mut |order| {
        let cost = total(order);
        if cost < best.0 {
            best = (cost, order.to_vec());
        }
    });
    best
}

/// Each slot in turn takes the nearest element that is left.
fn greedy(slots: &[usize], order: &mut [Element], member: &[Element]) {
    for (i, &slot) in slots.iter().enumerate() {
        let of = |j: &usize| cost(order[*j], member[slot]);
        if let Some(j) = (i..order.len()).min_by(|a, b| of(a).total_cmp(&of(b))) {
            order.swap(i, j);
        }
    }
}

fn each_order(order: &mut [Element], from: usize, take: &mut impl FnMut(&[Element])) {
    if from + 1 >= order.len() {
        return take(order);
    }
    for i in from..order.len() {
        order.swap(from, i);
        each_order(order, from + 1, take);
        order.swap(from, i);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(symbols: &[&str]) -> Vec<Element> {
        symbols.iter().map(|s| s.parse().unwrap()).collect()
    }

    #[test]
    fn elements_go_where_similar_ones_stand() {
        let perovskite: Prototype = "221:a|b|c".parse().unwrap();
        let groups = Groups::new(&"SrZrO3".parse().unwrap(), &perovskite).unwrap();
        assert_eq!(perovskite.amounts(), [1, 1, 3]);
        for (member, expected) in
            [(["Ca", "Ti", "O"], ["Sr", "Zr", "O"]), (["Ti", "Ca", "O"], ["Zr", "Sr", "O"])]
        {
            let (distance, found) = groups.nearest(&elements(&member));
            assert_eq!(found, elements(&expected));
            assert!(distance > 0.0);
        }
    }

    #[test]
    fn other_amounts_do_not_fit() {
        let rock_salt: Prototype = "225:a|b".parse().unwrap();
        assert!(Groups::new(&"CaF2".parse().unwrap(), &rock_salt).is_none());
        assert!(Groups::new(&"KNaCl2".parse().unwrap(), &rock_salt).is_none());
        let (distance, found) = Groups::new(&"NaCl".parse().unwrap(), &rock_salt)
            .unwrap()
            .nearest(&elements(&["Cl", "Na"]));
        assert_eq!((distance, found), (0.0, elements(&["Cl", "Na"])));
    }
}
