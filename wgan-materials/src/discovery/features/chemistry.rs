//! What chemistry says of the elements and amounts, whatever the table.

use crate::discovery::compound::Compound;
use crate::element::Element;
use crate::oxidation::{electronegativity_ok, is_charge_neutral, is_charge_neutral_mixed};
use crate::property::ElementProperty;

/// Number of features.
pub(super) const D: usize = 10;

/// Charge balance, sizes of the formula, spread of electronegativity and radius.
pub(super) fn evidence(c: &Compound) -> [f32; D] {
    let composition = c.composition().ok();
    let passes = |test: fn(&crate::composition::Composition) -> bool| {
        f32::from(u8::from(composition.as_ref().is_some_and(test)))
    };
    let fact = |property: ElementProperty| -> Vec<f64> {
        let elements = c.order().into_iter().map(|i| usize::from(c.parts[i].0));
        elements.map(|e| property.filled(Element::ALL[e])).collect()
    };
    let chi = fact(ElementProperty::Electronegativity);
    let narrowest = chi.windows(2).map(|pair| pair[1] - pair[0]).reduce(f64::min);
    let amounts: Vec<f64> = c.amounts().map(|(_, x)| x).collect();
    [
        passes(is_charge_neutral),
        passes(electronegativity_ok),
        passes(is_charge_neutral_mixed),
        c.len() as f32,
        amounts.iter().sum::<f64>() as f32,
        range(&chi),
        narrowest.unwrap_or(0.0) as f32,
        range(&fact(ElementProperty::AtomicRadius)),
        f32::from(u8::from(c.is_integer())),
        amounts.iter().copied().fold(0.0, f64::max) as f32,
    ]
}

fn range(values: &[f64]) -> f32 {
    let of = |pick: fn(f64, f64) -> f64| values.iter().copied().reduce(pick).unwrap_or(0.0);
    (of(f64::max) - of(f64::min)) as f32
}
