//! The choice of elements without a tape: forward slot by slot, and back.

use burn::module::Param;
use burn::optim::GradientsParams;
use burn::tensor::{Tensor, TensorData};
use wgan_core::fused::{LinearValues, Network, Pass, Share, copied};
use wgan_core::model::Activation;

use super::MaterialsGenerator;
use super::latent_rows::LatentRows;
use super::straight_through::{argmax, pull_softmax, softmax};

/// The layers of a [`MaterialsGenerator`] that choose elements, as numbers.
///
/// What a layer makes of an element and what another one makes of its descriptors `D` are added, so both are one layer here:
/// `W + D·V`, and `W + V·Dᵀ` where elements come out.
pub(super) struct SlotNetworks {
    start: Network,
    /// From what is known at a slot to its logits.
    choice: Network,
    /// From the element of a slot to what later slots know, for all slots but the last.
    memory: Vec<Network>,
    slot: Vec<f32>,
    amount: LinearValues,
    frequency: Vec<f32>,
    /// `[e, p]`.
    descriptors: Vec<f32>,
    k: usize,
    e: usize,
    w: usize,
}

/// Elements of some rows and what led to them.
pub(super) struct Filling {
    /// Elements of the used slots of each row.
    pub(super) chosen: Vec<Vec<usize>>,
    start: Pass,
    slots: Vec<SlotPass>,
}

/// What happened at one slot to the rows that use it.
struct SlotPass {
    rows: Vec<usize>,
    /// Inputs of the choice, whose sign tells the slope before them, `[rows, w]`.
    inputs: Vec<f32>,
    choice: Pass,
    /// Softmax of the noisy logits, `[rows, e]`.
    soft: Vec<f32>,
    /// For the rows that use the next slot too.
    memory: Option<(Vec<usize>, Pass)>,
}

/// What some rows add to the gradients of [`SlotNetworks`].
pub(super) struct SlotShares {
    start: Share,
    choice: Vec<Share>,
    memory: Vec<Option<Share>>,
    slot: Vec<f32>,
    amount: LinearValues,
    frequency: Vec<f32>,
}

/// Slope of the rectifiers for negative inputs.
const LEAK: f32 = 0.2;

impl SlotNetworks {
    /// None where the weights lie outside the memory of the process.
    pub(super) fn of(generator: &MaterialsGenerator) -> Option<Self> {
        let shape = generator.featurizer.shape();
        let (k, e) = (shape.n_slots, shape.n_elements);
        let descriptors = generator.featurizer.host_descriptors().to_vec();
        let start = LinearValues::of(&generator.start)?;
        let w = start.bias.len();
        let logits = with_descriptors_after(
            LinearValues::of(&generator.to_elements)?,
            &LinearValues::of(&generator.to_descriptors)?,
            &descriptors,
        );
        let layers =
            [LinearValues::of(&generator.hidden)?, LinearValues::of(&generator.state)?, logits];
        let both = generator.from_elements.iter().zip(&generator.from_descriptors);
        let memory = both.map(|(elements, described)| {
            let layer = with_descriptors_before(
                LinearValues::of(elements)?,
                &LinearValues::of(described)?,
                &descriptors,
            );
            Some(Network::new(&[layer], Activation::LeakyRelu))
        });
        Some(Self {
            start: Network::new(&[start], Activation::LeakyRelu),
            choice: Network::new(&layers, Activation::LeakyRelu),
            memory: memory.collect::<Option<_>>()?,
            slot: copied(generator.slot.val().inner())?,
            amount: LinearValues::of(&generator.amount)?,
            frequency: copied(generator.frequency.val().inner())?,
            descriptors,
            k,
            e,
            w,
        })
    }

    /// Elements for these latents, slot by slot.
    pub(super) fn fill(&self, latent: &LatentRows) -> Filling {
        let (e, w) = (self.e, self.w);
        let start = self.start.pass(&latent.pattern_inputs());
        let mut memory = start.output().to_vec();
        let mut chosen: Vec<Vec<usize>> =
            latent.counts.iter().map(|&n| Vec::with_capacity(n)).collect();
        let mut slots = Vec::new();
        for slot in 0..self.k {
            let rows = latent.rows_with_more_than(slot);
            if rows.is_empty() {
                break;
            }
            let mut inputs = Vec::with_capacity(rows.len() * w);
            for &row in &rows {
                let known = &memory[row * w..][..w];
                self.append_input(slot, latent.fraction(row, slot), known, &mut inputs);
            }
            let choice = self.choice.pass(&inputs);
            let mut soft = choice.output().to_vec();
            for (&row, noisy) in rows.iter().zip(soft.chunks_exact_mut(e)) {
                let count = latent.counts[row];
                let frequency = &self.frequency[(count * self.k + slot) * e..][..e];
                let noise = latent.gumbel(row, slot);
                let sums = noisy.iter_mut().zip(frequency).zip(noise);
                sums.for_each(|((noisy, frequency), noise)| *noisy += frequency + noise);
                latent.bar(slot, count, chosen[row].last().copied(), noisy);
                chosen[row].push(argmax(noisy));
                softmax(noisy);
            }
            let next = latent.rows_with_more_than(slot + 1);
            let network = self.memory.get(slot).filter(|_| !next.is_empty());
            let to_next = network.map(|network| {
                let mut one_hot = vec![0.0; next.len() * e];
                for (&row, one_hot) in next.iter().zip(one_hot.chunks_exact_mut(e)) {
                    one_hot[chosen[row][slot]] = 1.0;
                }
                let pass = network.pass(&one_hot);
                for (&row, added) in next.iter().zip(pass.output().chunks_exact(w)) {
                    add(&mut memory[row * w..][..w], added);
                }
                (next, pass)
            });
            slots.push(SlotPass { rows, inputs, choice, soft, memory: to_next });
        }
        Filling { chosen, start, slots }
    }

    /// Appends `σ(known + amount + slot)`.
    fn append_input(&self, slot: usize, fraction: f32, known: &[f32], to: &mut Vec<f32>) {
        let place = &self.slot[slot * self.w..][..self.w];
        let parts = known.iter().zip(&self.amount.weight).zip(&self.amount.bias).zip(place);
        to.extend(parts.map(|(((known, weight), bias), place)| {
            let sum = known + fraction * weight + bias + place;
            if sum > 0.0 { sum } else { sum * LEAK }
        }));
    }

    /// Shares of the gradients of a function whose gradient in the elements is `in_elements`, which is used up.
    ///
    /// # Shapes
    /// - `in_elements`: `[n, k, e]`
    pub(super) fn pull(
        &self,
        latent: &LatentRows,
        filling: Filling,
        in_elements: &mut [f32],
    ) -> SlotShares {
        let (k, e, w) = (self.k, self.e, self.w);
        let mut in_memory = vec![0.0; latent.n * w];
        let mut slot_gradient = vec![0.0; self.slot.len()];
        let mut amount = LinearValues { weight: vec![0.0; w], bias: vec![0.0; w] };
        let mut frequency = vec![0.0; self.frequency.len()];
        let mut choice = Vec::with_capacity(filling.slots.len());
        let mut memory: Vec<Option<Share>> = Vec::with_capacity(filling.slots.len());
        for (slot, pass) in filling.slots.into_iter().enumerate().rev() {
            memory.push(pass.memory.map(|(rows, pass)| {
                let cotangent: Vec<f32> =
                    rows.iter().flat_map(|&row| &in_memory[row * w..][..w]).copied().collect();
                let (pulled, share) = self.memory[slot].pull(pass, &cotangent);
                for (&row, pulled) in rows.iter().zip(pulled.chunks_exact(e)) {
                    add(&mut in_elements[(row * k + slot) * e..][..e], pulled);
                }
                share
            }));
            let mut in_logits = Vec::with_capacity(pass.soft.len());
            for (&row, soft) in pass.rows.iter().zip(pass.soft.chunks_exact(e)) {
                let start = in_logits.len();
                in_logits.extend_from_slice(&in_elements[(row * k + slot) * e..][..e]);
                pull_softmax(soft, &mut in_logits[start..]);
                let at = (latent.counts[row] * k + slot) * e;
                add(&mut frequency[at..][..e], &in_logits[start..]);
            }
            let (mut pulled, share) = self.choice.pull(pass.choice, &in_logits);
            choice.push(share);
            let place = &mut slot_gradient[slot * w..][..w];
            for ((&row, g), input) in
                pass.rows.iter().zip(pulled.chunks_exact_mut(w)).zip(pass.inputs.chunks_exact(w))
            {
                g.iter_mut().zip(input).for_each(|(g, x)| *g *= if *x > 0.0 { 1.0 } else { LEAK });
                let fraction = latent.fraction(row, slot);
                amount.weight.iter_mut().zip(g.iter()).for_each(|(to, g)| *to += fraction * g);
                add(&mut amount.bias, g);
                add(place, g);
                add(&mut in_memory[row * w..][..w], g);
            }
        }
        memory.reverse();
        let start = self.start.share(filling.start, &in_memory);
        SlotShares { start, choice, memory, slot: slot_gradient, amount, frequency }
    }

    /// Hands the sum of the shares, in their order, to an optimiser of `generator`.
    pub(super) fn register(
        &self,
        generator: &MaterialsGenerator,
        shares: Vec<SlotShares>,
        params: &mut GradientsParams,
    ) {
        let mut slot = vec![0.0; self.slot.len()];
        let mut frequency = vec![0.0; self.frequency.len()];
        let mut amount = LinearValues { weight: vec![0.0; self.w], bias: vec![0.0; self.w] };
        let (mut start, mut choice) = (Vec::new(), Vec::new());
        let mut memory: Vec<Vec<Share>> = self.memory.iter().map(|_| Vec::new()).collect();
        for share in shares {
            add(&mut slot, &share.slot);
            add(&mut frequency, &share.frequency);
            add(&mut amount.weight, &share.amount.weight);
            add(&mut amount.bias, &share.amount.bias);
            start.push(share.start);
            choice.extend(share.choice);
            for (all, one) in memory.iter_mut().zip(share.memory) {
                all.extend(one);
            }
        }
        amount.register(&generator.amount, params);
        register(&generator.slot, slot, [self.k, self.w], params);
        register(&generator.frequency, frequency, [self.k + 1, self.k, self.e], params);
        let layers = self.start.gradients(start).into_iter().chain(self.choice.gradients(choice));
        let into = [&generator.start, &generator.hidden, &generator.state, &generator.to_elements];
        for (gradient, layer) in layers.zip(into) {
            if std::ptr::eq(layer, &generator.to_elements) {
                let described = in_descriptors_after(&gradient, &self.descriptors, self.e);
                described.register(&generator.to_descriptors, params);
            }
            gradient.register(layer, params);
        }
        let both = generator.from_elements.iter().zip(&generator.from_descriptors);
        for ((network, shares), (elements, described)) in self.memory.iter().zip(memory).zip(both) {
            for gradient in network.gradients(shares) {
                let of_described = in_descriptors_before(&gradient, &self.descriptors, self.w);
                of_described.register(described, params);
                gradient.register(elements, params);
            }
        }
    }
}

fn register<const D: usize>(
    param: &Param<Tensor<D>>,
    values: Vec<f32>,
    shape: [usize; D],
    params: &mut GradientsParams,
) {
    let device = param.val().inner().device();
    params.register(param.id, Tensor::<D>::from_data(TensorData::new(values, shape), &device));
}

/// `x(W + V·Dᵀ) + b + c·Dᵀ` for the layers `xW + b` and `xV + c` and the descriptors `D: [e, p]`.
fn with_descriptors_after(
    mut elements: LinearValues,
    described: &LinearValues,
    descriptors: &[f32],
) -> LinearValues {
    let (e, p) = (elements.bias.len(), described.bias.len());
    let add_row = |to: &mut [f32], row: &[f32]| {
        for (to, d) in to.iter_mut().zip(descriptors.chunks_exact(p)) {
            *to += dot(row, d);
        }
    };
    for (to, row) in elements.weight.chunks_exact_mut(e).zip(described.weight.chunks_exact(p)) {
        add_row(to, row);
    }
    add_row(&mut elements.bias, &described.bias);
    elements
}

/// The gradient in `V` and `c` of [`with_descriptors_after`] from that in what it gives.
fn in_descriptors_after(gradient: &LinearValues, descriptors: &[f32], e: usize) -> LinearValues {
    let p = descriptors.len() / e;
    let pulled = |rows: &[f32]| {
        let mut all = Vec::with_capacity(rows.len() / e * p);
        for row in rows.chunks_exact(e) {
            let start = all.len();
            all.resize(start + p, 0.0);
            for (g, d) in row.iter().zip(descriptors.chunks_exact(p)) {
                add_multiple(&mut all[start..], *g, d);
            }
        }
        all
    };
    LinearValues { weight: pulled(&gradient.weight), bias: pulled(&gradient.bias) }
}

/// `x(W + D·V) + b + c` for the layers `xW + b` and `yV + c` with `y = xD`.
fn with_descriptors_before(
    mut elements: LinearValues,
    described: &LinearValues,
    descriptors: &[f32],
) -> LinearValues {
    let w = elements.bias.len();
    let p = described.weight.len() / w;
    for (to, d) in elements.weight.chunks_exact_mut(w).zip(descriptors.chunks_exact(p)) {
        for (d, row) in d.iter().zip(described.weight.chunks_exact(w)) {
            add_multiple(to, *d, row);
        }
    }
    add(&mut elements.bias, &described.bias);
    elements
}

/// The gradient in `V` and `c` of [`with_descriptors_before`] from that in what it gives.
fn in_descriptors_before(gradient: &LinearValues, descriptors: &[f32], w: usize) -> LinearValues {
    let p = descriptors.len() * w / gradient.weight.len();
    let mut weight = vec![0.0; p * w];
    for (g, d) in gradient.weight.chunks_exact(w).zip(descriptors.chunks_exact(p)) {
        for (d, row) in d.iter().zip(weight.chunks_exact_mut(w)) {
            add_multiple(row, *d, g);
        }
    }
    LinearValues { weight, bias: gradient.bias.clone() }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `to ← to + other`.
pub(super) fn add(to: &mut [f32], other: &[f32]) {
    to.iter_mut().zip(other).for_each(|(to, x)| *to += x);
}

/// `to ← to + factor·other`.
fn add_multiple(to: &mut [f32], factor: f32, other: &[f32]) {
    to.iter_mut().zip(other).for_each(|(to, x)| *to += factor * x);
}
