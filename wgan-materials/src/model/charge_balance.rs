//! Charge balance as a feature with a gradient.

use burn::tensor::{Device, Tensor, TensorData};
use rayon::prelude::*;

use crate::element::Element;

/// Fractions are counted in millionths.
const GRID: f32 = 1e6;
/// Total charge per atom, in millionths of e, that passes for zero: the round-off of single
/// precision. Small-integer formulas that are not neutral are off by at least 1 / number of atoms.
const TOLERANCE: i64 = 20;

/// Oxidation states that occur.
const STATES: std::ops::RangeInclusive<i64> = -5..=9;

/// Whether compositions are charge neutral, and which single replacement of an element would make
/// them so.
///
/// Neutrality is a yes or no, without a slope. Its gradient here is the difference that replacing
/// one element makes, others held fixed: the coefficient of element `e` in slot `i` is 1 if the
/// composition with `e` in slot `i` is neutral.
#[derive(Clone, Debug)]
pub(super) struct ChargeBalance {
    /// Common oxidation states of each element of the alphabet, lowest first.
    states: Vec<Vec<i64>>,
}

impl ChargeBalance {
    /// Charge balance over these elements.
    pub(super) fn new(elements: &[Element]) -> Self {
        let states = |e: &Element| e.oxidation_states().iter().map(|&q| i64::from(q)).collect();
        Self { states: elements.iter().map(states).collect() }
    }

    /// 1 for neutral samples, else 0, with the gradient of single replacements: `[n, 1]`.
    ///
    /// The gradient is worked out only where `elements` are tracked: it costs one balance per slot.
    ///
    /// # Shapes
    /// - `elements`: `[n, k, e]`, one-hot in used slots
    /// - `fractions`: `[n, k]`, 0 in empty slots
    pub(super) fn feature(&self, elements: Tensor<3>, fractions: Tensor<2>) -> Tensor<2> {
        let [n, k, e] = elements.dims();
        let device = elements.device();
        let one_hot: Vec<f32> = elements.clone().into_data().iter::<f32>().collect();
        let amounts: Vec<f32> = fractions.into_data().iter::<f32>().collect();
        let slots =
            |i: usize| slots(&one_hot[i * k * e..][..k * e], &amounts[i * k..(i + 1) * k], e);
        if !elements.is_autodiff() {
            let values = (0..n).into_par_iter().map(|i| self.value(&slots(i))).collect();
            return column(values, &device);
        }
        let mut coefficients = vec![0.0_f32; n * k * e];
        let mut surplus = vec![0.0_f32; n];
        coefficients.par_chunks_mut(k * e).zip(surplus.par_iter_mut()).enumerate().for_each(
            |(i, (coefficients, surplus))| {
                let slots = slots(i);
                let is_neutral = self.replacements(&slots, e, coefficients);
                // Each used slot counts the sample's own neutrality once.
                *surplus = if is_neutral { slots.len() as f32 - 1.0 } else { 0.0 };
            },
        );
        let coefficients =
            Tensor::<3>::from_data(TensorData::new(coefficients, [n, k, e]), &device);
        let surplus: Tensor<2> = column(surplus, &device);
        let total = (elements * coefficients.inner()).sum_dim(2).sum_dim(1); // [n, 1, 1]
        total.squeeze_dim::<2>(2) - surplus.inner()
    }

    /// [`value`](Self::value) of a composition as filled slots.
    pub(super) fn of(&self, slots: &[(usize, f64)]) -> f32 {
        let total: f64 = slots.iter().map(|(_, amount)| amount).sum();
        let millionths = |amount: f64| (amount / total * f64::from(GRID)).round() as i64;
        let slots: Vec<_> = slots.iter().map(|&(e, amount)| (e, millionths(amount))).collect();
        self.value(&slots)
    }

    /// A fraction in millionths.
    pub(super) fn millionths(fraction: f32) -> i64 {
        (fraction * GRID).round() as i64
    }

    /// Adds `g` times the gradient of [`feature`](Self::feature) of one sample: `[used slots, e]`.
    pub(super) fn pull(&self, slots: &[(usize, i64)], e: usize, g: f32, in_elements: &mut [f32]) {
        let mut coefficients = vec![0.0; slots.len() * e];
        self.replacements(slots, e, &mut coefficients);
        in_elements.iter_mut().zip(&coefficients).for_each(|(to, c)| *to += c * g);
    }

    /// 1 for a neutral sample, else 0.
    ///
    /// # Shapes
    /// - `slots`: index of the element and fraction in millionths, for each used slot
    pub(super) fn value(&self, slots: &[(usize, i64)]) -> f32 {
        let Some((&(element, amount), others)) = slots.split_first() else {
            return 0.0;
        };
        let balanced = self.balanced(amount, others);
        let is_neutral = self.states[element].iter().any(|&q| balanced[position(q)]);
        f32::from(u8::from(is_neutral))
    }

    /// Marks the replacements that give a neutral sample; returns whether it is neutral itself.
    fn replacements(&self, slots: &[(usize, i64)], e: usize, coefficients: &mut [f32]) -> bool {
        let mut is_neutral = false;
        for (i, &(element, amount)) in slots.iter().enumerate() {
            let others: Vec<(usize, i64)> =
                slots.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, &slot)| slot).collect();
            let balanced = self.balanced(amount, &others);
            let is_balanced = |&q: &i64| balanced[position(q)];
            for (other, states) in self.states.iter().enumerate() {
                if states.iter().any(is_balanced) {
                    coefficients[i * e + other] = 1.0;
                }
            }
            is_neutral = coefficients[i * e + element] > 0.0;
        }
        is_neutral
    }

    /// For each oxidation state of [`STATES`], whether `amount` of it can be balanced by `others`.
    fn balanced(&self, amount: i64, others: &[(usize, i64)]) -> Vec<bool> {
        let extreme = |pick: fn(&[i64]) -> Option<&i64>| -> Option<i64> {
            others.iter().map(|&(e, amount)| Some(amount * pick(&self.states[e])?)).sum()
        };
        let range = extreme(<[i64]>::first).zip(extreme(<[i64]>::last));
        let is_within = |q: i64| {
            range.is_some_and(|(low, high)| {
                (low - TOLERANCE..=high + TOLERANCE).contains(&(-amount * q))
            })
        };
        if !STATES.clone().any(is_within) {
            return vec![false; STATES.count()]; // as in alloys
        }
        // Charges of two halves: far fewer than those of all the others together.
        let (left, right) = others.split_at(others.len() / 2);
        let (left, right) = (self.charges(left), self.charges(right));
        STATES.map(|q| is_within(q) && meets(&left, &right, -amount * q)).collect()
    }

    /// Total charges that these slots can have, sorted, each once.
    fn charges(&self, slots: &[(usize, i64)]) -> Vec<i64> {
        slots.iter().fold(vec![0], |sums, &(element, amount)| {
            extended(&sums, amount, &self.states[element])
        })
    }
}

/// Place of an oxidation state in [`STATES`].
fn position(state: i64) -> usize {
    (state - STATES.start()) as usize
}

/// A column `[n, 1]`.
fn column(values: Vec<f32>, device: &Device) -> Tensor<2> {
    let n = values.len();
    Tensor::from_data(TensorData::new(values, [n, 1]), device)
}

/// Elements of the used slots and their fractions in millionths.
fn slots(one_hot: &[f32], amounts: &[f32], e: usize) -> Vec<(usize, i64)> {
    one_hot
        .chunks(e)
        .zip(amounts)
        .filter_map(|(row, &amount)| {
            let element = row.iter().position(|&v| v > 0.5)?;
            Some((element, ChargeBalance::millionths(amount)))
        })
        .collect()
}

/// Sums of `sums` and one of `amount · state`, sorted, each once.
fn extended(sums: &[i64], amount: i64, states: &[i64]) -> Vec<i64> {
    let mut all: Vec<i64> =
        states.iter().flat_map(|q| sums.iter().map(move |sum| sum + amount * q)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether a sum of one entry of each sorted list is `target`, up to round-off.
fn meets(left: &[i64], right: &[i64], target: i64) -> bool {
    let mut above = right.len();
    left.iter().any(|&sum| {
        while above > 0 && sum + right[above - 1] > target + TOLERANCE {
            above -= 1;
        }
        above > 0 && sum + right[above - 1] >= target - TOLERANCE
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composition::Composition;
    use crate::oxidation::is_charge_neutral;

    const SYMBOLS: [&str; 8] = ["F", "O", "Cl", "Ti", "Fe", "Cu", "Ca", "Na"];

    /// The feature of a composition and its gradient by slot and element.
    fn feature(slots: &[(usize, f32)]) -> (f32, Vec<f32>) {
        let device = Device::flex();
        let elements: Vec<Element> =
            SYMBOLS.iter().map(|s| Element::from_symbol(s).unwrap()).collect();
        let total: f32 = slots.iter().map(|s| s.1).sum();
        let k = slots.len();
        let mut one_hot = vec![0.0; k * 8];
        slots.iter().enumerate().for_each(|(i, s)| one_hot[i * 8 + s.0] = 1.0);
        let fractions: Vec<f32> = slots.iter().map(|s| s.1 / total).collect();
        let x = Tensor::<3>::from_data(TensorData::new(one_hot, [1, k, 8]), &device);
        let x = x.autodiff().require_grad();
        let fractions = Tensor::from_data(TensorData::new(fractions, [1, k]), &device);
        let value = ChargeBalance::new(&elements).feature(x.clone(), fractions);
        let gradient = x.grad(&value.clone().sum().backward()).unwrap();
        (value.into_scalar(), gradient.into_data().iter::<f32>().collect())
    }

    #[test]
    fn the_gradient_is_the_neutrality_of_each_single_replacement() {
        let formula = |slots: &[(usize, f32)]| {
            let amounts = slots
                .iter()
                .map(|&(i, a)| (Element::from_symbol(SYMBOLS[i]).unwrap(), f64::from(a)));
            Composition::from_amounts(amounts).unwrap()
        };
        for slots in [
            vec![(1, 3.0), (3, 1.0), (6, 1.0)], // CaTiO3
            vec![(0, 1.0), (6, 1.0)],           // CaF
            vec![(1, 4.0), (4, 3.0)],           // Fe3O4
            vec![(1, 4.0), (5, 1.0), (6, 0.15), (7, 1.85)],
        ] {
            let (value, gradient) = feature(&slots);
            assert_eq!(value > 0.5, is_charge_neutral(&formula(&slots)), "{slots:?}");
            for slot in 0..slots.len() {
                for element in 0..SYMBOLS.len() {
                    let mut other = slots.clone();
                    other[slot].0 = element;
                    let is_repeated = other.iter().filter(|s| s.0 == element).count() > 1;
                    if !is_repeated {
                        let expected = is_charge_neutral(&formula(&other));
                        assert_eq!(gradient[slot * 8 + element] > 0.5, expected, "{other:?}");
                    }
                }
            }
        }
    }
}
