//! Generator of compositions and their properties.

use burn::config::Config;
use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::{Device, Int, Tensor, TensorData, activation};
use rand::{Rng, RngExt};
use wgan_cond::Labelled;
use wgan_core::model::{Mlp, linear};
use wgan_core::{Generator, MlpConfig, WganError};

use super::alphabet::Slots;
use super::featurizer::{fractions, used};
use super::prior::{ELEMENT_NOISE, PROPERTY_NOISE};
use super::{Featurizer, FeaturizerShape, MaterialsLatent, PropertySpace};

/// Sizes of the networks of a [`MaterialsGenerator`].
#[derive(Config, Debug, PartialEq)]
pub struct MaterialsGeneratorConfig {
    /// Units per hidden layer of the element network.
    #[config(default = 128)]
    pub width: usize,
    /// Units per hidden layer of the property network.
    #[config(default = 128)]
    pub property_width: usize,
}

/// Fills the slots of a given pattern of amounts with elements, one after the other, and then
/// draws the properties of what came out.
///
/// Slot `i` sees the pattern, the given properties, the latent and the elements of the slots before it. The
/// properties are drawn from the composition alone, so what the critic makes of a property that does not fit the
/// given one reaches the choice of the elements. Its element is
/// drawn by the Gumbel-max trick; the gradient passes straight through to the softmax (Bengio,
/// Léonard, Courville 2013; Jang, Gu, Poole 2017). Indices into the alphabet must rise from slot
/// to slot, so no element comes twice.
#[derive(Module, Debug)]
pub struct MaterialsGenerator {
    start: Linear,
    slot: Param<Tensor<2>>,
    amount: Linear,
    hidden: Linear,
    state: Linear,
    to_elements: Linear,
    to_descriptors: Linear,
    from_elements: Vec<Linear>,
    from_descriptors: Vec<Linear>,
    frequency: Param<Tensor<3>>,
    properties: Mlp,
    featurizer: Featurizer,
    #[module(skip)]
    space: PropertySpace,
}

/// Elements chosen for a batch and their codes of properties.
pub struct Generated {
    /// One-hot elements, `[n, k, e]`.
    pub elements: Tensor<3>,
    /// Codes of the properties, not snapped, `[n, d]`.
    pub codes: Tensor<2>,
}

impl MaterialsGenerator {
    /// Generator with host-drawn weights whose first draws have the element frequencies of
    /// `known`, slot by slot.
    ///
    /// # Errors
    /// [`WganError::Config`] if a width is zero.
    pub fn new<R: Rng>(
        config: &MaterialsGeneratorConfig,
        featurizer: Featurizer,
        space: PropertySpace,
        known: impl Iterator<Item = Slots>,
        rng: &mut R,
        device: &Device,
    ) -> Result<Self, WganError> {
        let shape = featurizer.shape();
        let (w, k) = (config.width, shape.n_slots);
        let property_inputs = shape.n_statistics() + k + PROPERTY_NOISE;
        let properties = MlpConfig::new(property_inputs, shape.n_properties.max(1))
            .with_width(config.property_width)
            .with_depth(2);
        let slot: Vec<f32> = (0..k * w).map(|_| rng.random_range(-0.5..=0.5)).collect();
        let mut per_slot =
            |d_in: usize| -> Vec<Linear> { (1..k).map(|_| linear(d_in, w, rng, device)).collect() };
        let from_elements = per_slot(shape.n_elements);
        let from_descriptors = per_slot(shape.n_descriptors);
        Ok(Self {
            start: linear(ELEMENT_NOISE + 3 * k + shape.n_given, w, rng, device),
            slot: Param::from_data(TensorData::new(slot, [k, w]), device),
            amount: linear(1, w, rng, device),
            hidden: linear(w, w, rng, device),
            state: linear(w, w, rng, device),
            to_elements: linear(w, shape.n_elements, rng, device),
            to_descriptors: linear(w, shape.n_descriptors, rng, device),
            from_elements,
            from_descriptors,
            frequency: Param::from_data(log_frequencies(known, shape), device),
            properties: properties.init(rng, device)?,
            featurizer,
            space,
        })
    }

    /// Elements and properties for a batch of latents.
    pub fn forward(&self, latent: &MaterialsLatent) -> Generated {
        let elements = self.elements(latent);
        let statistics = self.property_inputs(elements.clone(), latent.amounts.clone());
        let z = latent.z_property.clone().narrow(1, 0, PROPERTY_NOISE);
        Generated { codes: self.property_codes(statistics, z), elements }
    }

    /// One-hot elements slot by slot, `[n, k, e]`.
    fn elements(&self, latent: &MaterialsLatent) -> Tensor<3> {
        let shape = self.featurizer.shape();
        let amounts = latent.amounts.clone();
        let [n, k] = amounts.dims();
        let device = amounts.device();
        let fraction = fractions(amounts.clone()) * 2.0;
        let used = used(amounts);
        let count = used.clone().sum_dim(1); // [n, 1]
        let frequency = self.frequencies(count.clone()); // [n, k, e]
        let index = Tensor::<1, Int>::arange(0..shape.n_elements as i64, &device).float();
        let index = index.unsqueeze_dim::<2>(0); // [1, e]
        let mut last = Tensor::<2>::full([n, 1], -1.0, &device);
        let mut memory = self.start.forward(pattern_inputs(latent, &fraction, &used));
        let mut slots = Vec::with_capacity(k);
        for i in 0..k {
            let here = self.amount.forward(fraction.clone().narrow(1, i, 1));
            let place = self.slot.val().narrow(0, i, 1);
            let hidden = leaky(self.hidden.forward(leaky(memory.clone() + here + place)));
            let state = leaky(self.state.forward(hidden));
            let logits = self.to_elements.forward(state.clone())
                + self
                    .to_descriptors
                    .forward(state)
                    .matmul(self.featurizer.descriptors().transpose())
                + frequency.clone().narrow(1, i, 1).squeeze_dim::<2>(1);
            // Later slots need room for rising indices.
            let highest = count.clone().neg() + (shape.n_elements + i) as f32;
            let barred = index.clone().lower_equal(last.clone()).float()
                + index.clone().greater(highest).float();
            let on = used.clone().narrow(1, i, 1);
            let noisy = logits + latent.gumbel.clone().narrow(1, i, 1).squeeze_dim::<2>(1)
                - barred * BARRED;
            let chosen = noisy.clone().inner().argmax(1).float(); // [n, 1]
            let one_hot = index.clone().equal(chosen.clone()).float();
            let soft = activation::softmax(noisy, 1);
            let element = (soft.clone() + (one_hot - soft.inner())) * on.clone();
            last = last.clone() + (chosen - last) * on;
            if i + 1 < k {
                let described = element.clone().matmul(self.featurizer.descriptors());
                memory = memory
                    + self.from_elements[i].forward(element.clone())
                    + self.from_descriptors[i].forward(described);
            }
            slots.push(element.unsqueeze_dim::<3>(1));
        }
        Tensor::cat(slots, 1)
    }

    /// Log frequency of each element in each slot given the number of elements, `[n, k, e]`.
    fn frequencies(&self, count: Tensor<2>) -> Tensor<3> {
        let count = count.squeeze_dim::<1>(1).int();
        let [counts, k, e] = self.frequency.val().dims();
        let n = count.dims()[0];
        self.frequency.val().reshape([counts, k * e]).select(0, count).reshape([n, k, e])
    }

    fn property_inputs(&self, elements: Tensor<3>, amounts: Tensor<2>) -> Tensor<2> {
        let statistics = self.featurizer.statistics(elements, amounts.clone());
        Tensor::cat(vec![statistics, used(amounts)], 1)
    }

    /// Codes of the properties, `[n, d]`, from the inputs and `[n, 8]` noise; one unused column
    /// where there are no properties, as tensors cannot be empty.
    fn property_codes(&self, inputs: Tensor<2>, z: Tensor<2>) -> Tensor<2> {
        self.properties.forward(Tensor::cat(vec![inputs, z], 1))
    }
}

/// Logit of an element that must not be chosen.
const BARRED: f32 = 1e9;

fn leaky(x: Tensor<2>) -> Tensor<2> {
    activation::leaky_relu(x, 0.2)
}

/// What the first layer sees: latent, fractions, logarithms of the amounts, used slots, given properties.
fn pattern_inputs(latent: &MaterialsLatent, fraction: &Tensor<2>, used: &Tensor<2>) -> Tensor<2> {
    let logs = ((fraction.clone() + 1e-9).log().clamp(-5.0, 1.0) + 1.0) * used.clone() * 0.5;
    let always = [latent.z.clone(), fraction.clone(), logs, used.clone()];
    Tensor::cat(always.into_iter().chain(latent.given.clone()).collect(), 1)
}

/// `ln` of the smoothed share of each element in each slot, by number of elements: `[k + 1, k, e]`.
fn log_frequencies(known: impl Iterator<Item = Slots>, shape: FeaturizerShape) -> TensorData {
    let (k, e) = (shape.n_slots, shape.n_elements);
    let at = |count: usize, slot: usize, element: usize| (count * k + slot) * e + element;
    let mut counts = vec![0.0_f64; (k + 1) * k * e];
    for row in known {
        for (slot, &(element, _)) in row.iter().enumerate() {
            counts[at(row.len(), slot, element)] += 1.0;
        }
    }
    let mut logs = vec![0.0_f32; counts.len()];
    for slot in 0..k {
        let total: Vec<f64> =
            (0..e).map(|x| (0..=k).map(|c| counts[at(c, slot, x)]).sum()).collect();
        let all: f64 = total.iter().sum::<f64>().max(1.0);
        for count in 0..=k {
            // Three pseudo-counts spread as the slot's elements are, whatever the number.
            let smooth: Vec<f64> =
                (0..e).map(|x| counts[at(count, slot, x)] + 3.0 * total[x] / all + 0.02).collect();
            let sum: f64 = smooth.iter().sum();
            for (x, value) in smooth.iter().enumerate() {
                logs[at(count, slot, x)] = (value / sum).ln() as f32;
            }
        }
    }
    TensorData::new(logs, [k + 1, k, e])
}

impl Generator for MaterialsGenerator {
    type Latent = MaterialsLatent;
    type Sample = Labelled;

    fn generate(&self, latent: &MaterialsLatent) -> Labelled {
        let generated = self.forward(latent);
        let codes = self.space.snap(generated.codes);
        let amounts = latent.amounts.clone();
        let balance = self.featurizer.charge_balance(generated.elements.clone(), amounts.clone());
        let given = latent.given.clone();
        self.featurizer.features(generated.elements, amounts, balance, codes, given)
    }

    /// Energy score of the properties given the *real* composition.
    ///
    /// `E|Y − y| − ½ E|Y − Y′|` with `Y, Y′` drawn for the composition whose known properties are
    /// `y`: a proper score, least when the drawn law is the true one (Gneiting, Raftery 2007,
    /// eq. 21). The critic alone learns the joint law too, but needs far more steps for it.
    fn regularizer(&self, real: &Labelled, latent: &MaterialsLatent) -> Option<Tensor<1>> {
        let shape = self.featurizer.shape();
        if shape.n_properties == 0 {
            return None;
        }
        let (elements, truth) = self.featurizer.split(real);
        let known = self.space.known(truth.clone());
        let inputs = self.property_inputs(elements, latent.amounts.clone());
        let draw = |i: usize| {
            let z = latent.z_property.clone().narrow(1, i * PROPERTY_NOISE, PROPERTY_NOISE);
            self.property_codes(inputs.clone(), z)
        };
        let (first, second) = (draw(0), draw(1));
        let to_truth = distance(first.clone(), truth.clone(), &known)
            + distance(second.clone(), truth, &known);
        Some((to_truth - distance(first, second, &known)) * 0.5)
    }
}

/// Mean over the batch of `mean |u − v| + ‖u − v‖ / √d` over the known entries.
///
/// The first part scores each property on its own, the second all of them together.
fn distance(u: Tensor<2>, v: Tensor<2>, known: &Tensor<2>) -> Tensor<1> {
    let difference = (u - v) * known.clone();
    let together = (difference.clone().square().mean_dim(1) + 1e-8).sqrt();
    difference.abs().mean() + together.mean()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composition::Composition;
    use crate::model::data::amounts_tensor;
    use crate::model::{Alphabet, Conditions, MaterialsData, MaterialsPrior};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use wgan_core::model::Prior;
    use wgan_core::train::Dataset;

    fn known() -> Vec<Composition> {
        ["CaTiO3", "NaCl", "Sr0.15La1.85CuO4", "Fe2O3", "LiF", "BaTiO3", "KNbO3"]
            .iter()
            .map(|f| Composition::parse(f).unwrap())
            .collect()
    }

    fn generator() -> (MaterialsGenerator, MaterialsPrior, Vec<Slots>) {
        let device = Device::flex();
        let known = known();
        let alphabet = Alphabet::of(&known);
        let slots: Vec<Slots> = known.iter().map(|c| alphabet.encode(c).unwrap()).collect();
        let space = PropertySpace::fit(&[]);
        let featurizer = Featurizer::new(&alphabet, space.width(), &device);
        let prior = MaterialsPrior::new(featurizer.shape());
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let config = MaterialsGeneratorConfig::new().with_width(16);
        let generator = MaterialsGenerator::new(
            &config,
            featurizer,
            space,
            slots.iter().cloned(),
            &mut rng,
            &device,
        )
        .unwrap();
        (generator, prior, slots)
    }

    fn amounts(slots: &[Slots], rows: &[usize]) -> Tensor<2> {
        let rows = rows.iter().map(|&row| slots[row].as_slice());
        amounts_tensor(rows, 4, &Device::flex())
    }

    #[test]
    fn used_slots_hold_one_element_each_with_rising_indices() {
        let (generator, prior, slots) = generator();
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let rows: Vec<usize> = (0..200).map(|i| i % slots.len()).collect();
        let latent = prior.latent(amounts(&slots, &rows), None, &mut rng, &Device::flex());
        let elements = generator.forward(&latent).elements;
        let [n, k, e] = elements.dims();
        let values: Vec<f32> = elements.into_data().iter::<f32>().collect();
        for i in 0..n {
            let mut last = None;
            for slot in 0..k {
                let one_hot = &values[(i * k + slot) * e..][..e];
                let total: f32 = one_hot.iter().sum();
                let is_used = slot < slots[rows[i]].len();
                assert!((total - f32::from(u8::from(is_used))).abs() < 1e-5);
                if is_used {
                    let index = one_hot.iter().position(|&v| v > 0.5);
                    assert!(index > last, "slot {slot}: {index:?} after {last:?}");
                    last = index;
                }
            }
        }
    }

    #[test]
    fn fake_samples_meet_real_ones_of_the_same_amounts() {
        let (generator, prior, _) = generator();
        let (known, device) = (known(), Device::flex());
        let (alphabet, space) = (Alphabet::of(&known), PropertySpace::fit(&[]));
        let given = Conditions::fit(Vec::new()).unwrap().given().unwrap();
        let data = MaterialsData::new(known.into(), &[], &alphabet, &space, given, &device);
        let real = data.batch(&[2, 0, 5, 3]);
        let latent = prior.draw(&real, &mut ChaCha8Rng::seed_from_u64(5), &device);
        let values = |y: Tensor<2>| -> Vec<f32> { y.into_data().iter::<f32>().collect() };
        let (real, fake) = (values(real.y), values(generator.generate(&latent).y));
        assert!(real.iter().zip(&fake).all(|(a, b)| (a - b).abs() < 1e-6)); // amounts come back as fractions
    }

    #[test]
    fn the_gradient_reaches_the_logits_through_the_drawn_elements() {
        let (generator, prior, slots) = generator();
        let generator = generator.train();
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let latent = prior.latent(amounts(&slots, &[0, 1, 2, 3]), None, &mut rng, &Device::flex());
        let sample = generator.generate(&latent);
        let gradients = sample.x.square().sum().backward();
        let gradient = generator.frequency.val().grad(&gradients).unwrap();
        assert!(gradient.abs().sum().into_scalar::<f32>() > 0.0);
    }
}
