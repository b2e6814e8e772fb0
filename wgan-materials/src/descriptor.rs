//! Elements as vectors of chemical facts.

use ndarray::Array2;

use crate::element::Element;
use crate::property::ElementProperty;

/// Facts are standardised over the elements up to uranium, of which compounds are made.
const STANDARD: usize = 92;
/// Largest descriptor: a few elements lie far outside on some facts.
const LIMIT: f64 = 3.0;
/// Oxidation states that have a column of their own.
const STATES: std::ops::RangeInclusive<i8> = -5..=8;

/// Standardised descriptors of `elements`.
///
/// Every [`ElementProperty`], one column per oxidation state (1 where it is common), and mean,
/// lowest and highest common state.
///
/// # Shapes
/// - returns: `[n, p]`, without unit
pub fn element_descriptors(elements: &[Element]) -> Array2<f64> {
    let rows: Vec<Vec<f64>> = elements.iter().map(|&e| descriptors(e)).collect();
    let p = rows.first().map_or(0, Vec::len);
    Array2::from_shape_fn((elements.len(), p), |(i, j)| rows[i][j])
}

fn descriptors(element: Element) -> Vec<f64> {
    let mut row: Vec<f64> =
        ElementProperty::ALL.iter().map(|&property| standardised(property, element)).collect();
    let states = element.oxidation_states();
    row.extend(STATES.map(|q| f64::from(u8::from(states.contains(&q))) - 0.2));
    let charge = |q: Option<&i8>| f64::from(q.copied().unwrap_or(0)) / 3.0;
    let mean = states.iter().map(|&q| f64::from(q)).sum::<f64>() / states.len().max(1) as f64;
    row.extend([mean / 3.0, charge(states.iter().min()), charge(states.iter().max())]);
    row
}

fn standardised(property: ElementProperty, element: Element) -> f64 {
    let values: Vec<f64> = Element::ALL[..STANDARD].iter().map(|&e| property.filled(e)).collect();
    let mean = values.iter().sum::<f64>() / STANDARD as f64;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / STANDARD as f64;
    ((property.filled(element) - mean) / variance.sqrt().max(f64::MIN_POSITIVE))
        .clamp(-LIMIT, LIMIT)
}
