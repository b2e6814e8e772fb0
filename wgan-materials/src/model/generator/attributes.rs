//! Numbers and classes of compositions without a tape: forward, back, and their scores.

use burn::optim::GradientsParams;
use wgan_core::fused::{Network, Pass, Share};

use super::MaterialsGenerator;
use super::latent_rows::LatentRows;
use super::slots::add;
use super::straight_through::{argmax, pull_softmax, softmax};
use crate::model::ColumnSpace;
use crate::model::prior::PROPERTY_NOISE;

/// The networks of a [`MaterialsGenerator`] for numbers and classes, as numbers.
pub(super) struct AttributeNetworks<'a> {
    numbers: Option<Network>,
    classes: Option<Network>,
    space: &'a ColumnSpace,
}

/// Codes of some rows and what led to them.
pub(super) struct Attributes {
    /// Codes of numbers, not snapped, and one-hot classes, `[n, d]`.
    pub(super) codes: Vec<f32>,
    numbers: Option<Pass>,
    /// With the softmax of the noisy logits, `[n, c]`.
    classes: Option<(Pass, Vec<f32>)>,
}

/// What some rows add to the gradients of [`AttributeNetworks`].
#[derive(Default)]
pub(super) struct AttributeShares {
    numbers: Vec<Share>,
    classes: Vec<Share>,
}

impl<'a> AttributeNetworks<'a> {
    /// None where the weights lie outside the memory of the process.
    pub(super) fn of(generator: &'a MaterialsGenerator) -> Option<Self> {
        // Some(None) where there is no network, none where there is one that cannot be written out.
        let network =
            |mlp: &Option<_>| mlp.as_ref().map_or(Some(None), |mlp| Some(Some(Network::of(mlp)?)));
        Some(Self {
            numbers: network(&generator.numbers)?,
            classes: network(&generator.classes)?,
            space: &generator.space,
        })
    }

    fn n_numbers(&self) -> usize {
        self.space.n_number_entries()
    }

    fn n_classes(&self) -> usize {
        self.space.n_class_entries()
    }

    /// Codes of the compositions with these `inputs`, `[n, s]`, under the first noise of the latents.
    pub(super) fn draw(&self, inputs: &[f32], latent: &LatentRows) -> Attributes {
        let (n, c) = (latent.n, self.n_classes());
        let mut one_hot = vec![0.0; n * c];
        let classes = self.classes.as_ref().map(|network| {
            let pass = network.pass(inputs);
            let mut soft = pass.output().to_vec();
            add(&mut soft, latent.gumbel_class());
            for (soft, one_hot) in soft.chunks_exact_mut(c).zip(one_hot.chunks_exact_mut(c)) {
                for range in self.space.class_ranges() {
                    one_hot[range.start + argmax(&soft[range.clone()])] = 1.0;
                    softmax(&mut soft[range]);
                }
            }
            (pass, soft)
        });
        let numbers = self
            .numbers
            .as_ref()
            .map(|network| network.pass(&side_by_side(n, [inputs, &one_hot, &noise(latent, 0)])));
        let drawn = numbers.as_ref().map_or(&[][..], Pass::output);
        Attributes { codes: side_by_side(n, [drawn, &one_hot]), numbers, classes }
    }

    /// The gradient in the inputs of a function whose gradient in the codes is `in_codes`, and the shares of that in the
    /// parameters.
    pub(super) fn pull(
        &self,
        n: usize,
        drawn: Attributes,
        in_codes: &[f32],
    ) -> (Vec<f32>, AttributeShares) {
        let (numbers, c) = (self.n_numbers(), self.n_classes());
        let mut shares = AttributeShares::default();
        let mut in_classes = columns(n, in_codes, numbers, c);
        let mut in_inputs = Vec::new();
        if let Some((network, pass)) = self.numbers.as_ref().zip(drawn.numbers) {
            let (pulled, share) = network.pull(pass, &columns(n, in_codes, 0, numbers));
            shares.numbers.push(share);
            let s = pulled.len() / n - c - PROPERTY_NOISE;
            in_inputs = columns(n, &pulled, 0, s);
            add(&mut in_classes, &columns(n, &pulled, s, c));
        }
        if let Some((network, (pass, soft))) = self.classes.as_ref().zip(drawn.classes) {
            for (g, soft) in in_classes.chunks_exact_mut(c).zip(soft.chunks_exact(c)) {
                for range in self.space.class_ranges() {
                    pull_softmax(&soft[range.clone()], &mut g[range]);
                }
            }
            let (pulled, share) = network.pull(pass, &in_classes);
            shares.classes.push(share);
            in_inputs.resize(pulled.len(), 0.0);
            add(&mut in_inputs, &pulled);
        }
        (in_inputs, shares)
    }

    /// The sum over these rows of a batch of `total` of their terms of
    /// [`Generator::regularizer`](wgan_core::Generator::regularizer), and the shares of its gradients.
    ///
    /// # Shapes
    /// - `inputs`: `[n, s]` of real compositions; `truth`: `[n, d]`, their codes
    /// - `z`: `[n, 16]`
    pub(super) fn scores(
        &self,
        (inputs, truth, z): (&[f32], &[f32], &[f32]),
        (n, total): (usize, usize),
    ) -> (f64, AttributeShares) {
        let (numbers, c) = (self.n_numbers(), self.n_classes());
        let classes = columns(n, truth, numbers, c);
        let (mut sum, mut shares) = (0.0, AttributeShares::default());
        if let Some(network) = &self.classes {
            let pass = network.pass(inputs);
            let mut g = pass.output().to_vec();
            for (logits, truth) in g.chunks_exact_mut(c).zip(classes.chunks_exact(c)) {
                for range in self.space.class_ranges() {
                    sum += score_class(&mut logits[range.clone()], &truth[range]);
                }
            }
            g.iter_mut().for_each(|g| *g /= total as f32);
            shares.classes.push(network.share(pass, &g));
        }
        if let Some(network) = &self.numbers {
            let draw = |i: usize| {
                let z = columns(n, z, i * PROPERTY_NOISE, PROPERTY_NOISE);
                network.pass(&side_by_side(n, [inputs, &classes, &z]))
            };
            let (first, second) = (draw(0), draw(1));
            let mut known = vec![0.0; n * numbers];
            self.space.write_known(truth, &mut known);
            let truth = columns(n, truth, 0, numbers);
            let mut in_first = vec![0.0; n * numbers];
            let mut in_second = vec![0.0; n * numbers];
            for row in 0..n {
                let at = row * numbers..(row + 1) * numbers;
                let (u, v) = (&first.output()[at.clone()], &second.output()[at.clone()]);
                let (y, known) = (&truth[at.clone()], &known[at.clone()]);
                let (in_u, in_v) = (&mut in_first[at.clone()], &mut in_second[at]);
                let scale = 0.5 / total as f32;
                sum += 0.5 * distance((u, y), known, scale, in_u, None);
                sum += 0.5 * distance((v, y), known, scale, in_v, None);
                sum -= 0.5 * distance((u, v), known, -scale, in_u, Some(in_v));
            }
            for (pass, g) in [(first, in_first), (second, in_second)] {
                shares.numbers.push(network.share(pass, &g));
            }
        }
        (sum, shares)
    }

    /// Hands the sum of the shares, in their order, to an optimiser of `generator`.
    pub(super) fn register(
        &self,
        generator: &MaterialsGenerator,
        shares: Vec<AttributeShares>,
        params: &mut GradientsParams,
    ) {
        let (mut of_numbers, mut of_classes) = (Vec::new(), Vec::new());
        for share in shares {
            of_numbers.extend(share.numbers);
            of_classes.extend(share.classes);
        }
        let parts = [
            (&self.numbers, &generator.numbers, of_numbers),
            (&self.classes, &generator.classes, of_classes),
        ];
        for (network, mlp, shares) in parts {
            if let (Some(network), Some(mlp)) = (network, mlp) {
                for (gradient, layer) in network.gradients(shares).into_iter().zip(mlp.layers()) {
                    gradient.register(layer, params);
                }
            }
        }
    }
}

/// Noise number `i` of the latents, `[n, 8]`.
fn noise(latent: &LatentRows, i: usize) -> Vec<f32> {
    columns(latent.n, latent.z_property(), i * PROPERTY_NOISE, PROPERTY_NOISE)
}

/// `−Σ tᵢ ln softmax(a)ᵢ`, and its gradient in the place of the logits `a`.
fn score_class(logits: &mut [f32], truth: &[f32]) -> f64 {
    softmax(logits);
    let weight: f32 = truth.iter().sum();
    let mut score = 0.0;
    for (p, &t) in logits.iter_mut().zip(truth) {
        if t != 0.0 {
            score -= f64::from(t) * f64::from(p.max(f32::MIN_POSITIVE).ln());
        }
        *p = *p * weight - t;
    }
    score
}

/// `mean |u − v| + ‖u − v‖ / √d` over the known entries, as the tracked score has it; adds `scale` times its gradient in `u`
/// and `v`.
fn distance(
    (u, v): (&[f32], &[f32]),
    known: &[f32],
    scale: f32,
    in_u: &mut [f32],
    in_v: Option<&mut [f32]>,
) -> f64 {
    let d = u.len() as f32;
    let difference: Vec<f32> = u.iter().zip(v).zip(known).map(|((u, v), k)| (u - v) * k).collect();
    let apart = difference.iter().map(|x| x.abs()).sum::<f32>() / d;
    let together = (difference.iter().map(|x| x * x).sum::<f32>() / d + SMOOTH).sqrt();
    let slope = |x: f32, known: f32| {
        let sign = if x == 0.0 { 0.0 } else { x.signum() };
        scale * known / d * (sign + x / together)
    };
    for ((to, &x), &k) in in_u.iter_mut().zip(&difference).zip(known) {
        *to += slope(x, k);
    }
    for ((to, &x), &k) in in_v.into_iter().flatten().zip(&difference).zip(known) {
        *to -= slope(x, k);
    }
    f64::from(apart + together)
}

/// Keeps the slope of the root finite at zero.
pub(super) const SMOOTH: f32 = 1e-8;

/// `width` columns of `n` rows from column `from` on.
pub(super) fn columns(n: usize, rows: &[f32], from: usize, width: usize) -> Vec<f32> {
    let d = rows.len() / n;
    (0..n).flat_map(|row| &rows[row * d + from..][..width]).copied().collect()
}

/// Matrices of `n` rows side by side.
fn side_by_side<const N: usize>(n: usize, parts: [&[f32]; N]) -> Vec<f32> {
    let mut all = Vec::with_capacity(parts.iter().map(|part| part.len()).sum());
    for row in 0..n {
        for part in parts {
            let d = part.len() / n;
            all.extend_from_slice(&part[row * d..][..d]);
        }
    }
    all
}
