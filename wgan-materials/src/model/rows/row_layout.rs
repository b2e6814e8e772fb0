//! Where the code of a row has its parts, as tensors.

use std::ops::Range;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData, activation};
use ndarray::{Array2, Axis};
use wgan_core::{WganError, points_of, tensor_of};

use crate::features::{AttributeSpace, NumberCode};

/// The parts of a code `[n, k + e]`, and what a critic sees of it.
#[derive(Module, Debug)]
pub struct RowLayout {
    numbers: Option<NumberTensors>,
    #[module(skip)]
    codes: Vec<NumberCode>,
    #[module(skip)]
    blocks: Vec<Range<usize>>,
}

/// Maps between coordinates and scores of the numbers.
#[derive(Module, Debug)]
struct NumberTensors {
    /// `scores = coordinates·to_scores + mean`, `[k, d]` and `[1, d]`.
    to_scores: Tensor<2>,
    mean: Tensor<2>,
    /// `coordinates = (scores − mean)·to_coordinates`, `[d, k]`.
    to_coordinates: Tensor<2>,
    /// One over the deviation of each score, on the diagonal, `[d, d]`.
    scale: Tensor<2>,
    /// 1 where an entry says that the number is missing, `[e, d]`; none where no number ever is.
    missing: Option<Tensor<2>>,
    /// 1 where an entry says that the number is the spike of its column, `[e, d]`; none without spikes.
    spike: Option<Tensor<2>>,
    /// Scores of the spikes, `[1, d]`.
    spike_scores: Tensor<2>,
}

/// Weight of the standardised numbers beside the whitened ones in what the critic sees.
///
/// Whitened directions alone can hide that one column is off by a little; standardised ones alone can hide a small direction.
const STANDARDISED: f64 = 0.7;

impl RowLayout {
    /// The layout of a space.
    ///
    /// # Errors
    /// None that a fitted space can bring about.
    pub fn new(space: &AttributeSpace, device: &Device) -> Result<Self, WganError> {
        let codes: Vec<NumberCode> = space.numbers().cloned().collect();
        let numbers = (space.coordinates().width() > 0)
            .then(|| NumberTensors::new(space, &codes, device))
            .transpose()?;
        Ok(Self { numbers, codes, blocks: space.blocks().to_vec() })
    }

    /// Number of coordinates `k`.
    pub fn n_coordinates(&self) -> usize {
        self.numbers.as_ref().map_or(0, |numbers| numbers.to_scores.dims()[0])
    }

    /// Number of one-hot entries `e`.
    pub fn n_entries(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.end)
    }

    /// Entries of a code, `k + e`.
    pub fn width(&self) -> usize {
        self.n_coordinates() + self.n_entries()
    }

    /// One-hot blocks, counted from the first entry behind the coordinates.
    pub fn blocks(&self) -> &[Range<usize>] {
        &self.blocks
    }

    /// Number of features `f = k + d + e`.
    pub fn n_features(&self) -> usize {
        self.n_coordinates()
            + self.codes.len() * usize::from(self.numbers.is_some())
            + self.n_entries()
    }

    /// One-hot entries with the largest logits; the gradient passes straight through to the softmax of each block.
    ///
    /// With standard Gumbel noise in the logits the entries are drawn from that softmax.
    ///
    /// # Shapes
    /// - `logits`, returns: `[n, e]`
    ///
    /// # References
    /// Bengio, Léonard, Courville (2013), Estimating or propagating gradients through stochastic neurons; Jang, Gu, Poole (2017),
    /// Categorical reparameterization with Gumbel-softmax, ICLR.
    pub fn draw(&self, logits: Tensor<2>) -> Tensor<2> {
        let [n, e] = logits.dims();
        let values: Vec<f32> = logits.clone().inner().into_data().iter::<f32>().collect();
        let mut hard = vec![0.0_f32; n * e];
        for (row, logits) in values.chunks(e).enumerate() {
            for block in &self.blocks {
                let larger =
                    |best: usize, i: usize| if logits[i] > logits[best] { i } else { best };
                hard[row * e + block.clone().fold(block.start, larger)] = 1.0;
            }
        }
        let hard = Tensor::<2>::from_data(TensorData::new(hard, [n, e]), &logits.device());
        let soft =
            |b: &Range<usize>| activation::softmax(logits.clone().narrow(1, b.start, b.len()), 1);
        let soft = Tensor::cat(self.blocks.iter().map(soft).collect(), 1);
        soft.clone() + (hard - soft.inner())
    }

    /// What the critic sees of codes, `[n, k + e] → [n, f]`: numbers as they will stand in the table, first whitened, then
    /// standardised, and the one-hot entries. Missing numbers are at the middle of their column.
    ///
    /// # Shapes
    /// - `codes`: `[n, k + e]`
    /// - returns: `[n, f]`
    pub fn features(&self, codes: Tensor<2>) -> Tensor<2> {
        let (k, e) = (self.n_coordinates(), self.n_entries());
        let entries = (e > 0).then(|| codes.clone().narrow(1, k, e));
        let Some(numbers) = &self.numbers else { return codes };
        let scores = codes.narrow(1, 0, k).matmul(numbers.to_scores.clone()) + numbers.mean.clone();
        let mut scores = scores.clone() + (self.snapped(&scores) - scores.inner());
        if let (Some(spike), Some(entries)) = (&numbers.spike, &entries) {
            let is_spike = entries.clone().matmul(spike.clone()); // [n, d]
            scores = scores.clone() + is_spike * (numbers.spike_scores.clone() - scores);
        }
        if let (Some(missing), Some(entries)) = (&numbers.missing, &entries) {
            scores = scores.clone() - entries.clone().matmul(missing.clone()) * scores;
        }
        let centred = scores - numbers.mean.clone();
        let whitened = centred.clone().matmul(numbers.to_coordinates.clone());
        let standardised = centred.matmul(numbers.scale.clone()) * STANDARDISED;
        Tensor::cat([whitened, standardised].into_iter().chain(entries).collect(), 1)
    }

    /// Scores of the numbers, `[n, d]`, and one-hot entries, `[n, e]`, of codes.
    pub(super) fn parts(&self, codes: &Tensor<2>) -> (Array2<f64>, Array2<f64>) {
        let n = codes.dims()[0];
        let (k, e) = (self.n_coordinates(), self.n_entries());
        let scores = match &self.numbers {
            Some(numbers) => {
                let coordinates = codes.clone().narrow(1, 0, k);
                points_of(&(coordinates.matmul(numbers.to_scores.clone()) + numbers.mean.clone()))
            }
            None => Array2::zeros((n, self.codes.len())),
        };
        let entries =
            if e > 0 { points_of(&codes.clone().narrow(1, k, e)) } else { Array2::zeros((n, 0)) };
        (scores, entries)
    }

    /// Scores of the values that these scores stand for, outside spikes, as a constant.
    fn snapped(&self, scores: &Tensor<2>) -> Tensor<2> {
        let [n, d] = scores.dims();
        let mut values: Vec<f32> = scores.clone().inner().into_data().iter::<f32>().collect();
        for row in values.chunks_mut(d) {
            for (value, code) in row.iter_mut().zip(&self.codes) {
                let score = f64::from(*value);
                let beside =
                    if code.spike.is_some() { code.scores.beside_spike(score) } else { score };
                *value = code.scores.snap(beside) as f32;
            }
        }
        Tensor::from_data(TensorData::new(values, [n, d]), &scores.device())
    }
}

impl NumberTensors {
    fn new(
        space: &AttributeSpace,
        codes: &[NumberCode],
        device: &Device,
    ) -> Result<Self, WganError> {
        let (k, d, e) = (space.coordinates().width(), codes.len(), space.n_entries());
        let coordinates = space.coordinates();
        let mean = coordinates.inverse(Array2::zeros((1, k)).view())?;
        let to_scores = coordinates.inverse(Array2::eye(k).view())? - &mean;
        let origin = coordinates.transform(Array2::zeros((1, d)).view())?;
        let to_coordinates = coordinates.transform(Array2::eye(d).view())? - &origin;
        // The coordinates have variance one, so this is the deviation of the scores.
        let deviation = (&to_scores * &to_scores).sum_axis(Axis(0)).mapv(f64::sqrt);
        let scale = Array2::from_diag(&deviation.mapv(|s| if s > 1e-9 { 1.0 / s } else { 0.0 }));
        let spikes = Array2::from_shape_fn((1, d), |(_, j)| {
            codes[j].scores.spike().map_or(0.0, |(_, score)| score)
        });
        let tensor = |matrix: Array2<f64>| tensor_of(matrix.view(), device);
        let of = |entry: fn(&NumberCode) -> Option<usize>| {
            let says = |(i, j): (usize, usize)| f64::from(u8::from(entry(&codes[j]) == Some(i)));
            let any = codes.iter().any(|code| entry(code).is_some());
            any.then(|| tensor(Array2::from_shape_fn((e, d), says)))
        };
        Ok(Self {
            missing: of(|code| code.missing),
            spike: of(|code| code.spike),
            to_scores: tensor(to_scores),
            mean: tensor(mean),
            to_coordinates: tensor(to_coordinates),
            scale: tensor(scale),
            spike_scores: tensor(spikes),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;
    use wgan_core::whitening::Whitening;

    /// A number with missing cells and a spike, another one, and a class.
    fn table() -> Vec<Column> {
        let spiky = (0..120).map(|i| match i % 6 {
            0 => None,
            1 | 2 => Some(0.0),
            _ => Some(f64::from(i * i % 97) + 1.0),
        });
        let other = (0..120).map(|i| Some(f64::from(i * 7 % 120) / 4.0));
        let class: Vec<_> = (0..120).map(|i| Some(["a", "b", "c"][i % 7 % 3])).collect();
        vec![
            Column::numbers("spiky", spiky.collect()),
            Column::numbers("other", other.collect()),
            Column::classes("class", &class),
        ]
    }

    fn layout() -> (RowLayout, Tensor<2>) {
        let table = table();
        let space = AttributeSpace::fit(&table, Some(Whitening::Pca)).unwrap();
        let codes = tensor_of(space.encode(&table).unwrap().view(), &Device::flex());
        (RowLayout::new(&space, &Device::flex()).unwrap(), codes)
    }

    #[test]
    fn real_rows_are_seen_as_they_are() {
        let (layout, codes) = layout();
        let features = points_of(&layout.features(codes.clone()));
        assert_eq!(features.dim(), (120, layout.n_features()));
        // Missing cells are coded by the middle, and spikes by their score, so nothing moves.
        let seen = features.select(Axis(1), &[0, 1]);
        let coded = points_of(&codes.narrow(1, 0, 2));
        assert!((seen - coded).iter().all(|e| e.abs() < 1e-4));
        assert_eq!(features.column(4).sum() + features.column(5).sum(), 120.0);
    }

    #[test]
    fn a_missing_number_looks_the_same_whatever_its_coordinates() {
        let (layout, codes) = layout();
        let missing = codes.clone().narrow(0, 0, 1);
        let (k, e) = (layout.n_coordinates(), layout.n_entries());
        let moved =
            |by: f32| {
                // Moves the score of the first number only.
                let numbers = layout.numbers.as_ref().unwrap();
                let step = Tensor::<2>::from_floats([[by, 0.0]], &Device::flex())
                    .matmul(numbers.to_coordinates.clone());
                let entries = missing.clone().narrow(1, k, e);
                points_of(&layout.features(Tensor::cat(
                    vec![missing.clone().narrow(1, 0, k) + step, entries],
                    1,
                )))
            };
        assert!((moved(0.0) - moved(3.0)).iter().all(|e| e.abs() < 1e-4));
    }

    #[test]
    fn one_entry_of_each_block_is_drawn_and_the_gradient_reaches_all() {
        let (layout, _) = layout();
        let device = Device::flex().autodiff();
        let e = layout.n_entries();
        let logits: Vec<f32> = (0..4 * e).map(|i| ((i * 31 % 17) as f32) / 5.0).collect();
        let logits =
            Tensor::<2>::from_data(TensorData::new(logits, [4, e]), &device).require_grad();
        let drawn = layout.draw(logits.clone());
        let values = points_of(&drawn.clone().inner());
        for block in layout.blocks() {
            let sums = values.select(Axis(1), &block.clone().collect::<Vec<_>>()).sum_axis(Axis(1));
            assert!(sums.iter().all(|sum| (sum - 1.0).abs() < 1e-6));
        }
        let gradient = logits.grad(&drawn.square().sum().backward()).unwrap();
        assert!(points_of(&gradient).iter().all(|g| g.is_finite()));
        assert!(gradient.abs().sum().into_scalar::<f32>() > 0.0);
    }
}
