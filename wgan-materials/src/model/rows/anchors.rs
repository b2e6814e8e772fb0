//! Known rows from which new ones depart.

use std::ops::Range;

use ndarray::{Array1, Array2, ArrayView1, Axis};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::neighbours::{nearest, square_distance};

/// Codes of the known rows, and how they are blurred.
///
/// The numbers of a blurred row are `xᵢ + a/√K · Σⱼ εⱼ (xⱼ − xᵢ) + a·b·ε` over its `K` nearest rows, with standard normal `εⱼ`, `ε`.
/// So the blur follows the directions in which rows differ near `i`. Each one-hot block comes from one of these rows with a
/// probability.
///
/// The factor `a` is the least for which blurred rows lie about as far from the nearest known row as known rows from one another.
/// With less, new rows would be near copies.
///
/// # References
/// Vincent, Bengio (2003), Manifold Parzen windows, NeurIPS, eq. 4; Aitchison, Aitken (1976), Multivariate binary discrimination
/// by the kernel method, Biometrika 63, for classes.
#[derive(Clone, Debug)]
pub struct Anchors {
    /// `[n, k + e]`
    codes: Array2<f32>,
    /// Neighbours of the rows in `learnt`.
    neighbours: Vec<Vec<u32>>,
    /// Rows with neighbours, rising; all of them in all but long tables.
    learnt: Vec<usize>,
    /// Codes of the rows in `learnt`, `[·, k + e]`.
    near: Array2<f32>,
    n_coordinates: usize,
    blocks: Vec<Range<usize>>,
    blur: f32,
}

/// Rows `K` that give the directions of the blur.
const N_NEIGHBOURS: usize = 10;

/// Part `b` of the blur that is the same in all directions.
const EVEN: f32 = 0.1;

/// Probability that a block comes from a neighbour.
const EXCHANGE: f64 = 0.3;

/// Rows that the blur is chosen with.
const N_PROBES: usize = 500;

/// Steps in which the factor `a` is raised, and how many, at most.
const STEP: f32 = 0.1;
const MAX_STEPS: usize = 20;

/// Rows with neighbours, at most: finding them takes the square of that number.
const MAX_LEARNT: usize = 20_000;

impl Anchors {
    /// Anchors with these codes `[n, k + e]` of the known rows.
    ///
    /// # Complexity
    /// `O(m² (k + e))` with `m = min(n, 20,000)`.
    pub fn new<R: Rng>(
        codes: Array2<f32>,
        n_coordinates: usize,
        blocks: Vec<Range<usize>>,
        rng: &mut R,
    ) -> Self {
        let n = codes.nrows();
        let mut learnt: Vec<usize> = (0..n).collect();
        if n > MAX_LEARNT {
            for i in 0..MAX_LEARNT {
                learnt.swap(i, rng.random_range(i..n));
            }
            learnt.truncate(MAX_LEARNT);
            learnt.sort_unstable();
        }
        let near = codes.select(Axis(0), &learnt);
        let of = |i: usize| nearest(near.view(), near.row(i), Some(i), N_NEIGHBOURS);
        let neighbours = (0..learnt.len()).into_par_iter().map(of).collect();
        let mut anchors =
            Self { codes, neighbours, learnt, near, n_coordinates, blocks, blur: 0.0 };
        anchors.choose_blur(rng);
        anchors
    }

    fn choose_blur<R: Rng>(&mut self, rng: &mut R) {
        let m = self.learnt.len();
        let probes: Vec<usize> = (0..N_PROBES.min(m)).map(|_| rng.random_range(0..m)).collect();
        let first = |i: &usize| match self.neighbours[*i].first() {
            Some(&j) => square_distance(self.near.row(*i), self.near.row(j as usize)),
            None => 0.0,
        };
        let between = median(probes.iter().map(first).collect());
        for step in 1..=MAX_STEPS {
            self.blur = STEP * step as f32;
            let drawn: Vec<Array1<f32>> =
                probes.iter().map(|&i| self.blurred(self.learnt[i], rng)).collect();
            let away = |x: &Array1<f32>| {
                let found = nearest(self.near.view(), x.view(), None, 1);
                found.first().map_or(0.0, |&j| square_distance(x.view(), self.near.row(j as usize)))
            };
            if median(drawn.par_iter().map(away).collect()) >= between {
                break;
            }
        }
    }

    /// Number of known rows.
    pub fn len(&self) -> usize {
        self.codes.nrows()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The factor `a` of the blur.
    pub fn blur(&self) -> f32 {
        self.blur
    }

    /// Rows that are quick to blur, rising: all of them in a table of at most 20,000.
    pub fn learnt(&self) -> &[usize] {
        &self.learnt
    }

    /// Code of a known row, `[k + e]`.
    pub fn code(&self, row: usize) -> ArrayView1<'_, f32> {
        self.codes.row(row)
    }

    /// A blurred code of a known row, `[k + e]`.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn blurred<R: Rng>(&self, row: usize, rng: &mut R) -> Array1<f32> {
        let found;
        let neighbours = match self.learnt.binary_search(&row) {
            Ok(i) => &self.neighbours[i],
            Err(_) => {
                found = nearest(self.near.view(), self.codes.row(row), None, N_NEIGHBOURS);
                &found
            }
        };
        let mut code = self.codes.row(row).to_owned();
        let (own, _) = self.codes.row(row).split_at(Axis(0), self.n_coordinates);
        let (mut numbers, mut entries) = code.view_mut().split_at(Axis(0), self.n_coordinates);
        let factor = self.blur / (neighbours.len().max(1) as f32).sqrt();
        for &j in neighbours {
            let epsilon: f32 = StandardNormal.sample(rng);
            let (other, _) = self.near.row(j as usize).split_at(Axis(0), self.n_coordinates);
            numbers.scaled_add(factor * epsilon, &(&other - &own));
        }
        for number in &mut numbers {
            let epsilon: f32 = StandardNormal.sample(rng);
            *number += self.blur * EVEN * epsilon;
        }
        for block in &self.blocks {
            if !neighbours.is_empty() && rng.random_bool(EXCHANGE) {
                let j = neighbours[rng.random_range(0..neighbours.len())] as usize;
                let (_, other) = self.near.row(j).split_at(Axis(0), self.n_coordinates);
                block.clone().for_each(|entry| entries[entry] = other[entry]);
            }
        }
        code
    }
}

fn median(mut values: Vec<f32>) -> f32 {
    values.sort_unstable_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// Points near a line in space, with a block of two entries that says which half they are in.
    fn line(n: usize) -> Array2<f32> {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let t: Vec<f32> = (0..n).map(|_| rng.random_range(-1.0..1.0)).collect();
        Array2::from_shape_fn((n, 4), |(i, j)| match j {
            0 => t[i],
            1 => 2.0 * t[i],
            2 => f32::from(u8::from(t[i] < 0.0)),
            _ => f32::from(u8::from(t[i] >= 0.0)),
        })
    }

    fn anchors(n: usize) -> (Anchors, ChaCha8Rng) {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        (Anchors::new(line(n), 2, std::iter::once(0..2).collect(), &mut rng), rng)
    }

    #[test]
    fn the_blur_follows_the_line_and_draws_are_as_far_apart_as_rows() {
        let (anchors, mut rng) = anchors(400);
        let draws: Vec<Array1<f32>> = (0..400).map(|row| anchors.blurred(row, &mut rng)).collect();
        let moved = |x: &Array1<f32>, row: usize| (x[0] - anchors.code(row)[0]).abs();
        let off = |x: &Array1<f32>| (x[1] - 2.0 * x[0]).abs();
        let along = median(draws.iter().enumerate().map(|(row, x)| moved(x, row)).collect());
        // What leaves the line is the even part: √5 · blur · 0.1 times the median of |N(0, 1)|.
        let expected = 5_f32.sqrt() * anchors.blur() * EVEN * 0.674;
        assert!((median(draws.iter().map(off).collect()) / expected - 1.0).abs() < 0.2);
        assert!(along > 0.0 && anchors.blur() > 0.0);
    }

    #[test]
    fn blocks_stay_one_hot_and_mostly_as_they_were() {
        let (anchors, mut rng) = anchors(400);
        let mut n_same = 0;
        for row in 0..400 {
            let code = anchors.blurred(row, &mut rng);
            assert!(code[2] + code[3] == 1.0 && code[2] * code[3] == 0.0);
            n_same += usize::from(code[2] == anchors.code(row)[2]);
        }
        assert!(n_same > 380); // neighbours are nearly always in the same half
    }

    #[test]
    fn one_row_and_two_equal_ones_are_no_exception() {
        for n in [1, 2] {
            let mut rng = ChaCha8Rng::seed_from_u64(3);
            let anchors =
                Anchors::new(Array2::ones((n, 3)), 2, std::iter::once(0..1).collect(), &mut rng);
            assert!(anchors.blurred(0, &mut rng).iter().all(|v| v.is_finite()));
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_anchors() {
        let (mut a, mut b) = (anchors(100), anchors(100));
        assert_eq!(a.0.blurred(7, &mut a.1), b.0.blurred(7, &mut b.1));
    }
}
