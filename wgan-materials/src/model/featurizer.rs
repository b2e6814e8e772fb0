//! What the critic sees of a composition.

mod rows;

use std::ops::Range;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use wgan_cond::Labelled;

pub(super) use rows::{Filled, SampleRow, SlotGradients, filled_slots};

use super::charge_balance::ChargeBalance;
use super::{Alphabet, ColumnSpace, Conditions};
use crate::descriptor::element_descriptors;

/// Sizes shared by the parts of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeaturizerShape {
    /// Slots `k`: most elements in one composition.
    pub n_slots: usize,
    /// Elements `e` of the alphabet.
    pub n_elements: usize,
    /// Descriptors `p` per element.
    pub n_descriptors: usize,
    /// Entries `d` of the codes of numbers and classes.
    pub n_properties: usize,
    /// How many of these are for classes; they come last.
    pub n_class_entries: usize,
    /// Entries `m` of the code of the given columns.
    pub n_given: usize,
    /// Given columns `g`; the last entries of their code are their codes as among the generated ones, and `g` flags that say
    /// whether they are known.
    pub n_held: usize,
}

impl FeaturizerShape {
    /// Width of the statistics of a composition: `e + 2p`.
    pub fn n_statistics(&self) -> usize {
        self.n_elements + 2 * self.n_descriptors
    }

    /// Width of the critic's sample: slots, their descriptors, fractions, mean descriptors, charge
    /// balance, deviations from the given properties and properties.
    pub fn n_features(&self) -> usize {
        (self.n_slots + 1) * (self.n_elements + self.n_descriptors)
            + 1
            + self.n_held
            + self.n_properties
    }

    /// Width of the condition: two numbers per slot and the code of the given properties.
    pub fn n_conditions(&self) -> usize {
        2 * self.n_slots + self.n_given
    }
}

/// Chemical features of compositions, as tensor operations with gradients in the elements.
///
/// Given the amounts, every feature but charge balance, which is a yes or no, is linear in the one-hot elements.
#[derive(Module, Debug)]
pub struct Featurizer {
    #[module(skip)]
    shape: FeaturizerShape,
    /// Standardised descriptors of the elements, `[e, p]`.
    descriptors: Tensor<2>,
    /// The same as numbers, row by row.
    #[module(skip)]
    host_descriptors: Vec<f32>,
    #[module(skip)]
    charge_balance: ChargeBalance,
    /// Entries of each given column in the codes that are generated.
    #[module(skip)]
    held: Vec<Range<usize>>,
}

/// Weights of the feature groups, which set how much a change of each counts as distance.
const DESCRIPTOR_WEIGHT: f32 = 0.5;
const FRACTION_WEIGHT: f32 = 2.0;
const GIVEN_WEIGHT: f32 = 2.0;

impl Featurizer {
    /// Featurizer of an alphabet and of the numbers and classes of `space`.
    pub fn new(alphabet: &Alphabet, space: &ColumnSpace, device: &Device) -> Self {
        let rows = element_descriptors(alphabet.elements());
        let (n_elements, n_descriptors) = rows.dim();
        let values: Vec<f32> = rows.iter().map(|&v| v as f32).collect();
        let shape = [n_elements, n_descriptors];
        let descriptors = Tensor::from_data(TensorData::new(values.clone(), shape), device);
        let n_slots = alphabet.n_slots();
        let shape = FeaturizerShape {
            n_slots,
            n_elements,
            n_descriptors,
            n_properties: space.width(),
            n_class_entries: space.n_class_entries(),
            n_given: 0,
            n_held: 0,
        };
        let charge_balance = ChargeBalance::new(alphabet.elements());
        Self { shape, descriptors, host_descriptors: values, charge_balance, held: Vec::new() }
    }

    /// The same with these columns given besides the amounts; `space` is that of all columns.
    #[must_use]
    pub fn with_given(mut self, conditions: &Conditions, space: &ColumnSpace) -> Self {
        let columns = conditions.columns().iter();
        let held: Vec<_> = columns.filter_map(|column| space.entries(&column.name)).collect();
        (self.shape.n_given, self.shape.n_held) = (conditions.width(), held.len());
        Self { held, ..self }
    }

    /// Sizes of everything.
    pub fn shape(&self) -> FeaturizerShape {
        self.shape
    }

    /// Descriptors of the elements, `[e, p]`, row by row.
    pub(super) fn host_descriptors(&self) -> &[f32] {
        &self.host_descriptors
    }

    /// Descriptors of the elements, `[e, p]`.
    pub fn descriptors(&self) -> Tensor<2> {
        self.descriptors.clone()
    }

    /// Whether each composition is charge neutral, 1 or 0, with a gradient in the elements:
    /// `[n, k, e]` and `[n, k]` to `[n, 1]`.
    pub fn charge_balance(&self, elements: Tensor<3>, amounts: Tensor<2>) -> Tensor<2> {
        self.charge_balance.feature(elements, fractions(amounts))
    }

    /// The same of one composition as filled slots, without a gradient.
    pub fn charge_balance_of(&self, slots: &[(usize, f64)]) -> f32 {
        self.charge_balance.of(slots)
    }

    /// Sample and condition for the critic.
    ///
    /// # Shapes
    /// - `elements`: `[n, k, e]`, one-hot in used slots, 0 in empty ones
    /// - `amounts`: `[n, k]`, 0 in empty slots
    /// - `charge_balance`: `[n, 1]`, see [`Featurizer::charge_balance`]
    /// - `properties`: `[n, d]`
    /// - `given`: `[n, m]`, none for `m = 0`
    /// - returns: `x: [n, n_features]`, `y: [n, n_conditions]`
    pub fn features(
        &self,
        elements: Tensor<3>,
        amounts: Tensor<2>,
        charge_balance: Tensor<2>,
        properties: Tensor<2>,
        given: Option<Tensor<2>>,
    ) -> Labelled {
        let fractions = fractions(amounts.clone());
        let described = self.describe(elements.clone());
        let slot_scale = DESCRIPTOR_WEIGHT / (self.shape.n_slots as f32).sqrt();
        let mut columns = vec![
            elements.clone().flatten::<2>(1, 2),
            described.clone().flatten::<2>(1, 2) * slot_scale,
            weighted_sum(elements, fractions.clone()) * FRACTION_WEIGHT,
            weighted_sum(described, fractions),
            charge_balance,
        ];
        columns.extend(given.clone().map(|given| self.deviations(&properties, given)));
        if self.shape.n_properties > 0 {
            columns.push(properties);
        }
        Labelled { x: Tensor::cat(columns, 1), y: condition(amounts, given) }
    }

    /// How far numbers and classes, as drawn from the composition, are from the given ones: `[n, g]`, 0 where none is given.
    ///
    /// For a class it is the total variation, 0 or 1. The critic could work it out, in many more steps.
    fn deviations(&self, properties: &Tensor<2>, given: Tensor<2>) -> Tensor<2> {
        let FeaturizerShape { n_given: m, n_held: g, .. } = self.shape;
        let mut start = m - g - self.held.iter().map(Range::len).sum::<usize>();
        let mut deviation = |entries: &Range<usize>| {
            let width = entries.len();
            let drawn = properties.clone().narrow(1, entries.start, width);
            let difference = drawn - given.clone().narrow(1, start, width);
            start += width;
            match width {
                1 => difference,
                _ => difference.abs().sum_dim(1) * 0.5,
            }
        };
        let deviations = self.held.iter().map(&mut deviation).collect();
        Tensor::cat(deviations, 1) * given.narrow(1, m - g, g) * GIVEN_WEIGHT
    }

    /// One-hot elements `[n, k, e]` and codes `[n, d]` of numbers and classes of a sample.
    pub fn split(&self, sample: &Labelled) -> (Tensor<3>, Tensor<2>) {
        let FeaturizerShape { n_slots, n_elements, n_properties, .. } = self.shape;
        let n = sample.x.dims()[0];
        let elements = sample.x.clone().narrow(1, 0, n_slots * n_elements);
        let codes =
            sample.x.clone().narrow(1, self.shape.n_features() - n_properties, n_properties);
        (elements.reshape([n, n_slots, n_elements]), codes)
    }

    /// Fractions of the elements, and mean and mean deviation of each descriptor:
    /// `[n, k, e] → [n, e + 2p]`.
    pub fn statistics(&self, elements: Tensor<3>, amounts: Tensor<2>) -> Tensor<2> {
        let fractions = fractions(amounts);
        let described = self.describe(elements.clone()); // [n, k, p]
        let mean = weighted_sum(described.clone(), fractions.clone()); // [n, p]
        let deviation = (described - mean.clone().unsqueeze_dim::<3>(1)).abs();
        Tensor::cat(
            vec![
                weighted_sum(elements, fractions.clone()) * FRACTION_WEIGHT,
                mean,
                weighted_sum(deviation, fractions),
            ],
            1,
        )
    }

    /// Descriptors of the element in each slot, `[n, k, e] → [n, k, p]`.
    fn describe(&self, elements: Tensor<3>) -> Tensor<3> {
        let [n, k, e] = elements.dims();
        elements.reshape([n * k, e]).matmul(self.descriptors.clone()).reshape([
            n,
            k,
            self.shape.n_descriptors,
        ])
    }
}

/// Amounts that sum to one, `[n, k]`.
pub(super) fn fractions(amounts: Tensor<2>) -> Tensor<2> {
    amounts.clone() / amounts.sum_dim(1)
}

/// 1 in used slots, 0 in empty ones, `[n, k]`.
pub(super) fn used(amounts: Tensor<2>) -> Tensor<2> {
    amounts.greater_scalar(0.0).float()
}

/// What is given, not generated: fraction and use of each slot, then the code of the given properties, `[n, 2k + m]`.
pub(super) fn condition(amounts: Tensor<2>, given: Option<Tensor<2>>) -> Tensor<2> {
    let fractions = fractions(amounts.clone()) * FRACTION_WEIGHT;
    Tensor::cat([fractions, used(amounts)].into_iter().chain(given).collect(), 1)
}

/// `Σₖ wₖ vₖ`: `[n, k, c]` and `[n, k]` to `[n, c]`.
fn weighted_sum(values: Tensor<3>, weights: Tensor<2>) -> Tensor<2> {
    (values * weights.unsqueeze_dim::<3>(2)).sum_dim(1).squeeze_dim::<2>(1)
}
