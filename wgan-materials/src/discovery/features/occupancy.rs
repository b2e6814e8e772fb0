//! How usual the elements are: in their slots, beside each other, as a set.

use crate::discovery::compound::Compound;
use crate::discovery::holes::pairs;
use crate::discovery::library::Library;

/// Number of features.
pub(super) const D: usize = 11;

/// Slots, pairs, sets, pattern and elements, by counts among the known compounds.
pub(super) fn evidence(c: &Compound, library: &Library) -> [f32; D] {
    let (slots, n, pattern, set) = (&library.slots, c.len(), c.pattern(), c.system());
    let elements = c.order().into_iter().map(|i| c.parts[i].0);
    let in_slot = elements.enumerate().map(|(s, e)| slots.log_slot(pattern, n, s, e));
    let in_slot: Vec<f32> = in_slot.collect();
    let pairs: Vec<(u8, u8)> = pairs(n).map(|(i, j)| (c.parts[i].0, c.parts[j].0)).collect();
    let lifts: Vec<f32> = pairs.iter().map(|&(a, b)| slots.log_lift(a, b)).collect();
    let unseen = pairs.iter().filter(|&&(a, b)| slots.n_pair(a, b) == 0.0).count();
    let known_binaries =
        pairs.iter().filter(|&&(a, b)| library.has_system(1 << a | 1 << b)).count();
    let without_one = c.parts.iter().filter(|&&(e, _)| library.has_system(set & !(1 << e))).count();
    let counts: Vec<f32> = c.parts.iter().map(|&(e, _)| slots.n_element(e).ln_1p()).collect();
    [
        in_slot.iter().sum(),
        least(&in_slot),
        mean(&lifts),
        least(&lifts),
        unseen as f32,
        (library.in_system(set).len() as f32).ln_1p(),
        without_one as f32 / n as f32,
        known_binaries as f32 / pairs.len().max(1) as f32,
        (slots.n_pattern(pattern) as f32).ln_1p(),
        least(&counts),
        mean(&counts),
    ]
}

/// The least value, zero of none.
fn least(values: &[f32]) -> f32 {
    values.iter().copied().reduce(f32::min).unwrap_or(0.0)
}

/// The mean, zero of none.
fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}
