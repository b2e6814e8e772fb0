//! Existing nodes that new ones take their classes and numbers from.

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};
use rayon::prelude::*;
use wgan_core::WganError;
use wgan_core::mean_and_deviation;
use wgan_core::whitening::RankScale;

use super::attributes::{AttributeColumn, NodeAttributes};
use super::classes::Classes;
use super::pattern::Pattern;
use crate::network::Network;

/// A donor is one of this many nearest nodes: with one, equal new nodes would have equal attributes.
const N_NEAREST: usize = 5;
/// A number is replaced by one within this share of the ranks.
const WINDOW: f64 = 0.01;
/// Weights in the distance between two patterns, beside one for a standard deviation of the other numbers: of a
/// factor e of degree, and of neighbours that all have other classes.
const DEGREE: f64 = 4.0;
const CLASSES: f64 = 6.0;

/// Attributes of the existing nodes, to be handed on (hot deck).
///
/// # References
/// Andridge, Little (2010), A review of hot deck imputation for survey non-response, International Statistical Review.
pub struct Donors {
    attributes: NodeAttributes,
    classes: Classes,
    /// One per column of numbers, in the order of the columns.
    scales: Vec<RankScale>,
    units: Units,
}

/// Standard deviations over the existing nodes.
struct Units {
    clustering: f64,
    log_neighbour_degree: f64,
    mean_hops: f64,
    landmarks: f64,
}

impl Donors {
    /// Donors with these attributes and patterns, one of each per node.
    pub fn new(attributes: &NodeAttributes, known: &[Pattern]) -> Result<Self, WganError> {
        let numbers = attributes.columns.iter().filter_map(|(_, column)| match column {
            AttributeColumn::Numbers(values) => {
                Some(RankScale::fit(values.iter().flatten().copied()))
            }
            AttributeColumn::Classes(_) => None,
        });
        let scales = numbers.collect::<Result<_, _>>()?;
        let classes = Classes::of(attributes);
        Ok(Self { attributes: attributes.clone(), classes, scales, units: Units::of(known) })
    }

    /// Attributes of the existing nodes.
    pub fn attributes(&self) -> &NodeAttributes {
        &self.attributes
    }

    /// Classes of the existing nodes.
    pub fn classes(&self) -> &Classes {
        &self.classes
    }

    /// Gives each pattern the classes that its neighbours are to have. Degrees of `drawn` are `growth` times those of
    /// `known` nodes.
    pub fn draw_neighbours<R: Rng>(
        &self,
        drawn: &mut [Pattern],
        growth: f64,
        network: &Network,
        known: &[Pattern],
        rng: &mut R,
    ) {
        let donors = self.near(drawn, growth, network, known, rng);
        for (pattern, donor) in drawn.iter_mut().zip(donors) {
            let around = network.arcs().neighbours(donor);
            // As many as there are to be: some of those of the donor, or all and some of them twice.
            let n_all = pattern.degree / around.len();
            let mut like: Vec<u32> =
                std::iter::repeat_n(around, n_all).flatten().copied().collect();
            like.extend(around.sample(rng, pattern.degree % around.len()));
            pattern.neighbour_classes = self.classes.shares(&like);
        }
    }

    /// Attributes for nodes that were attached with these patterns.
    pub fn draw_attributes<R: Rng>(
        &self,
        attached: &[Pattern],
        growth: f64,
        network: &Network,
        known: &[Pattern],
        rng: &mut R,
    ) -> NodeAttributes {
        let donors = self.near(attached, growth, network, known, rng);
        let mut given = self.attributes.restricted(&donors);
        let mut scales = self.scales.iter();
        for (_, column) in &mut given.columns {
            if let (AttributeColumn::Numbers(values), Some(scale)) = (column, scales.next()) {
                values.iter_mut().flatten().for_each(|x| *x = near_value(scale, *x, rng));
            }
        }
        given
    }

    /// For each pattern, one of the nodes that are nearest to it.
    fn near<R: Rng>(
        &self,
        patterns: &[Pattern],
        growth: f64,
        network: &Network,
        known: &[Pattern],
        rng: &mut R,
    ) -> Vec<usize> {
        let n_nearest = N_NEAREST.min(known.len());
        let places: Vec<usize> = patterns.iter().map(|_| rng.random_range(0..n_nearest)).collect();
        let nearest = |(pattern, place): (&Pattern, usize)| {
            let gap = |v: usize| {
                self.units.gap(pattern, &known[v], growth) + self.other_classes(pattern, network, v)
            };
            let mut gaps: Vec<(f64, usize)> = (0..known.len()).map(|v| (gap(v), v)).collect();
            let by_gap =
                |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
            gaps.select_nth_unstable_by(place, by_gap).1.1
        };
        patterns.par_iter().zip(places).map(nearest).collect()
    }

    /// Weighted share of the neighbours of `v` that have other classes than those of the pattern.
    fn other_classes(&self, pattern: &Pattern, network: &Network, v: usize) -> f64 {
        if pattern.neighbour_classes.is_empty() {
            return 0.0;
        }
        let overlap =
            self.classes.overlap(network.arcs().neighbours(v), &pattern.neighbour_classes);
        CLASSES * (1.0 - overlap / self.classes.n_columns() as f64)
    }
}

/// A value of the data within [`WINDOW`] of the ranks of `x`.
fn near_value<R: Rng>(scale: &RankScale, x: f64, rng: &mut R) -> f64 {
    let width = WINDOW * 12_f64.sqrt(); // the scale has √12 standard deviations per unit of rank
    let spread = scale.spread(x, rng) + width * (2.0 * rng.random::<f64>() - 1.0);
    let end = 3_f64.sqrt();
    // Reflected at the ends, so that a uniform rank stays uniform.
    let inside =
        if spread.abs() > end { spread.signum() * (2.0 * end - spread.abs()) } else { spread };
    scale.value(inside)
}

impl Units {
    fn of(known: &[Pattern]) -> Self {
        // Where all are alike nothing is compared.
        let unit = |values: Vec<f64>| match mean_and_deviation(&values).1 {
            deviation if deviation > 0.0 => deviation,
            _ => f64::INFINITY,
        };
        let n_landmarks = known.first().map_or(0, |p| p.landmarks.len());
        let landmarks = (0..n_landmarks).map(|i| known.iter().map(|p| p.landmarks[i]).collect());
        Self {
            clustering: unit(known.iter().map(|p| p.clustering).collect()),
            log_neighbour_degree: unit(known.iter().map(|p| p.log_neighbour_degree).collect()),
            mean_hops: unit(known.iter().map(|p| p.mean_hops).collect()),
            landmarks: landmarks.map(unit).fold(0.0, f64::max),
        }
    }

    /// How far a pattern is from that of a known node, in standard deviations.
    fn gap(&self, pattern: &Pattern, known: &Pattern, growth: f64) -> f64 {
        let degree = (pattern.degree as f64 / (growth * known.degree as f64)).ln();
        // Distances to landmarks are points of ℓ∞: none of them may be far off.
        let off = |(a, b): (&f64, &f64)| (a - b).abs();
        let landmarks = pattern.landmarks.iter().zip(&known.landmarks).map(off).fold(0.0, f64::max);
        DEGREE * degree.abs()
            + (pattern.clustering - known.clustering).abs() / self.clustering
            + (pattern.log_neighbour_degree - known.log_neighbour_degree).abs()
                / self.log_neighbour_degree
            + (pattern.mean_hops - known.mean_hops).abs() / self.mean_hops
            + landmarks / self.landmarks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn a_number_is_replaced_by_one_of_near_rank_and_margins_stay() {
        let values: Vec<f64> = (0..1000).map(|i| f64::from(i * i)).collect();
        let scale = RankScale::fit(values.clone()).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut mean_rank = 0.0;
        for (i, &x) in values.iter().enumerate() {
            let near = near_value(&scale, x, &mut rng);
            let rank = values.iter().position(|&v| v == near).unwrap();
            assert!(rank.abs_diff(i) <= 11, "{i} to {rank}");
            mean_rank += rank as f64 / 1000.0;
        }
        // Uniform within ±10: a standard deviation of 5.8 for one, of 0.2 for the mean of a thousand.
        assert!((mean_rank - 499.5).abs() < 0.6, "{mean_rank}");
    }
}
