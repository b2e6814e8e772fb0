//! How much new nodes are like real ones that were held out.

use std::collections::HashSet;

use burn::tensor::Device;
use ndarray::{Array2, Axis};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use wgan_core::mean_and_deviation;
use wgan_core::transport::{GroundNorm, w1};

use super::attributes::NodeAttributes;
use super::averages::mean;
use super::classes::Classes;
use super::config::NodeGeneratorConfig;
use super::node_generator::NodeGenerator;
use super::pattern::{clustering, log_neighbour_degree};
use super::result::NewNodes;
use crate::error::GraphError;
use crate::network::Network;
use crate::paths::ShortestPaths;

/// Parts that are held out in turn, each of a tenth of the nodes: together one half, which has another half to be
/// compared with.
const N_PARTS: usize = 5;
const PARTS_PER_NETWORK: usize = 10;
/// Most nodes of a part: exact transport between five times as many takes seconds.
const MAX_PART: usize = 500;
/// Pairs of halves whose mean distance is the floor.
const N_FLOORS: usize = 5;
/// Numbers of a node: degree, clustering, degree of the neighbours, distance.
const NUMBERS: [&str; 4] = ["degree", "clustering", "ln degree of the neighbours", "mean hops"];

/// How far new nodes are from held-out ones.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NewNodesEvaluation {
    /// New nodes, as many as were held out.
    pub n_new: usize,
    /// Each compared law.
    pub figures: Vec<NewNodesFigure>,
    /// Share of the new nodes that have exactly the neighbours of a node of their training network.
    pub copies: f64,
}

/// `W₁` between new and held-out nodes in one respect.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NewNodesFigure {
    /// What is compared.
    pub name: String,
    /// `W₁` between the new and the held-out nodes.
    pub w1: f64,
    /// The same between two halves of the real nodes, mean of five.
    pub floor: f64,
}

impl NewNodesFigure {
    /// `W₁ / floor`; 1 says that new nodes are like other real ones.
    pub fn ratio(&self) -> f64 {
        self.w1 / self.floor
    }
}

/// Holds out five tenths of the nodes of the largest component in turn, at most 500 each, generates as many from the
/// rest, and compares all new nodes with all that were held out.
///
/// Degree, clustering, the logarithm of the neighbours' degree and the mean hops to all others are compared by `W₁` in
/// standard deviations of the real nodes. For each column of classes so is the joint law of class, degree and
/// classes of the neighbours, with the exact transport under
/// `d(u, v) = [c(u) ≠ c(v)] + |k(u) − k(v)| / sd(k) + ½ Σ |s(u) − s(v)|`: classes `c`, degrees `k`, shares
/// `s` of the neighbours in each class.
///
/// # Errors
/// As [`NodeGenerator::fit`] and [`NodeGenerator::with_attributes`]; `attributes` are those of the nodes of
/// `network.largest_component()`.
pub fn evaluate_new_nodes(
    network: &Network,
    attributes: Option<&NodeAttributes>,
    config: &NodeGeneratorConfig,
    seed: u64,
    device: &Device,
) -> Result<NewNodesEvaluation, GraphError> {
    let network = network.undirected()?.largest_component();
    let n = network.n_nodes();
    let k = (n / PARTS_PER_NETWORK).min(MAX_PART);
    if k == 0 {
        return Err(GraphError::TooFew {
            at: "nodes to evaluate with",
            expected: PARTS_PER_NETWORK,
            got: n,
        });
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(2); // not the numbers that models are trained with
    let mut order: Vec<usize> = (0..n).collect();
    order.shuffle(&mut rng);
    let none = NodeAttributes::new(n);
    let classes = Classes::of(attributes.unwrap_or(&none));
    let mut new = Described::default();
    let mut copies = 0.0;
    for part in order.chunks(k).take(N_PARTS) {
        let is_out: HashSet<usize> = part.iter().copied().collect();
        let rest: Vec<usize> = (0..n).filter(|v| !is_out.contains(v)).collect();
        let rest = network.restricted(&rest);
        let mut generator = NodeGenerator::fit(&rest, config, seed, (), device)?;
        let numbers: Vec<usize> =
            generator.network().ids().iter().filter_map(|id| network.number(id)).collect();
        if let Some(attributes) = attributes {
            generator = generator.with_attributes(&attributes.restricted(&numbers))?;
        }
        let made = generator.generate(k, seed);
        copies += n_copies(&made) as f64 / (k * N_PARTS) as f64;
        // New nodes take the levels of the classes that all nodes have.
        let levels = attributes
            .zip(made.attributes())
            .map(|(all, new)| Classes::of_others(all, &all.restricted(&numbers).followed_by(new)));
        let levels = levels.unwrap_or_default();
        let first = made.network().n_nodes() - k;
        let nodes: Vec<usize> = (first..first + k).collect();
        new.extend(Described::of(made.network(), &levels, &nodes));
    }
    let half = k * N_PARTS;
    order.truncate(2 * half);
    let real = Described::of(&network, &classes, &order);
    let mut places: Vec<usize> = (0..order.len()).collect();
    let mut halves = vec![places.clone()];
    for _ in 1..N_FLOORS {
        places.shuffle(&mut rng);
        halves.push(places.clone());
    }
    let figures = laws(attributes, &classes).map(|law| {
        let points = law.points(&real, &real);
        let (held_out, _) = points.view().split_at(Axis(0), half);
        let made = w1(law.points(&new, &real).view(), held_out, GroundNorm::L1)?.value;
        let floor = |places: &Vec<usize>| {
            let of = |places: &[usize]| points.select(Axis(0), places);
            let (first, second) = (of(&places[..half]), of(&places[half..]));
            w1(first.view(), second.view(), GroundNorm::L1).map(|plan| plan.value)
        };
        let floors = halves.iter().map(floor).collect::<Result<Vec<f64>, _>>()?;
        Ok(NewNodesFigure { name: law.name, w1: made, floor: mean(floors) })
    });
    let figures = figures.collect::<Result<_, GraphError>>()?;
    Ok(NewNodesEvaluation { n_new: half, figures, copies })
}

/// New nodes that have exactly the neighbours of an old one.
fn n_copies(new: &NewNodes) -> usize {
    let arcs = new.network().arcs();
    let n_old = arcs.n_nodes() - new.ids().len();
    let old = |v: usize| {
        let around = arcs.neighbours(v);
        &around[..around.partition_point(|&u| (u as usize) < n_old)]
    };
    let known: HashSet<&[u32]> = (0..n_old).map(old).collect();
    (n_old..arcs.n_nodes()).filter(|&v| known.contains(old(v))).count()
}

/// Nodes in numbers.
#[derive(Default)]
struct Described {
    /// As [`NUMBERS`].
    numbers: Vec<[f64; 4]>,
    /// Levels of the classes of each node, and their shares among its neighbours.
    levels: Vec<Vec<u16>>,
    shares: Vec<Vec<f64>>,
}

impl Described {
    fn of(network: &Network, classes: &Classes, nodes: &[usize]) -> Self {
        let arcs = network.arcs();
        let hops = ShortestPaths::hops(network).mean_rows(nodes);
        let numbers = nodes.iter().zip(hops).map(|(&v, hops)| {
            [arcs.degree(v) as f64, clustering(network, v), log_neighbour_degree(network, v), hops]
        });
        Self {
            numbers: numbers.collect(),
            levels: nodes.iter().map(|&v| classes.at(v).to_vec()).collect(),
            shares: nodes.iter().map(|&v| classes.shares(arcs.neighbours(v))).collect(),
        }
    }

    fn extend(&mut self, more: Self) {
        self.numbers.extend(more.numbers);
        self.levels.extend(more.levels);
        self.shares.extend(more.shares);
    }
}

/// What is compared: one of the numbers, or a column of classes with degree and neighbours.
struct Law {
    name: String,
    number: usize,
    /// Column of classes, and its levels.
    column: Option<(usize, std::ops::Range<usize>)>,
}

fn laws(attributes: Option<&NodeAttributes>, classes: &Classes) -> impl Iterator<Item = Law> {
    let numbers = NUMBERS.iter().enumerate();
    let numbers =
        numbers.map(|(number, &name)| Law { name: name.to_owned(), number, column: None });
    let joint: Vec<Law> = attributes
        .into_iter()
        .flat_map(NodeAttributes::classes)
        .enumerate()
        .map(|(column, (name, _))| Law {
            name: format!("{name}, degree, {name} of the neighbours"),
            number: 0,
            column: Some((column, classes.levels(column))),
        })
        // One class for all says nothing.
        .filter(|law| law.column.as_ref().is_some_and(|(_, levels)| levels.len() > 1))
        .collect();
    numbers.chain(joint)
}

impl Law {
    /// Points whose `ℓ1` distance is that of [`evaluate_new_nodes`], in units of the `real` nodes.
    fn points(&self, nodes: &Described, real: &Described) -> Array2<f64> {
        let all: Vec<f64> = real.numbers.iter().map(|numbers| numbers[self.number]).collect();
        let unit = match mean_and_deviation(&all).1 {
            deviation if deviation > 0.0 => deviation,
            _ => 1.0,
        };
        let levels = self.column.as_ref().map_or(0..0, |(_, levels)| levels.clone());
        let first = 1 + levels.len();
        let mut points = Array2::zeros((nodes.numbers.len(), first + levels.len()));
        for (i, mut point) in points.rows_mut().into_iter().enumerate() {
            point[0] = nodes.numbers[i][self.number] / unit;
            if let Some((column, levels)) = &self.column {
                point[1 + usize::from(nodes.levels[i][*column]) - levels.start] = 0.5;
                let shares = nodes.shares[i][levels.clone()].iter();
                shares.enumerate().for_each(|(j, share)| point[first + j] = 0.5 * share);
            }
        }
        points
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_networks::unit_network;

    #[test]
    fn the_distance_of_two_nodes_by_hand() {
        // A path with the classes a, a, b: ends of degree 1 beside an a, the middle of degree 2 between a and b.
        let path = unit_network(3, [(0, 1), (1, 2)]);
        let names = ["a", "a", "b"].map(str::to_owned).to_vec();
        let attributes = NodeAttributes::new(3).with_classes("kind", names);
        let classes = Classes::of(&attributes);
        let all = Described::of(&path, &classes, &[0, 1, 2]);
        let law = laws(Some(&attributes), &classes).last().unwrap();
        let points = law.points(&all, &all);
        let distance = |i, j| GroundNorm::L1.between(points.row(i), points.row(j));
        let deviation = mean_and_deviation(&[1.0, 2.0, 1.0]).1;
        // Same class; a degree apart; half of the neighbours of the middle are of another class.
        assert!((distance(0, 1) - (1.0 / deviation + 0.5)).abs() < 1e-12);
        // Other classes with equal degrees, both beside an a.
        assert!((distance(0, 2) - 1.0).abs() < 1e-12);
        assert!((distance(1, 2) - (1.0 + 1.0 / deviation + 0.5)).abs() < 1e-12);
        let hops = laws(None, &classes).nth(3).unwrap().points(&all, &all);
        let unit = mean_and_deviation(&[1.5, 1.0, 1.5]).1;
        assert!((hops[[0, 0]] - 1.5 / unit).abs() < 1e-12);
    }
}
