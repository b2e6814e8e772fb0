//! Costs of new edges that keep the triangle inequality, so that the metric stays as it is.

use rayon::prelude::*;

use crate::network::{Adjacency, Network};
use crate::paths::LocalSearch;

/// Nodes whose edges are checked to tell a metric, evenly spaced.
const N_CHECKED: usize = 1000;
/// Relative round-off of a sum of costs.
const ROUND_OFF: f64 = 1e-9;

/// Whether the costs are a metric on the edges: not all the same, and every edge is a shortest path
/// between its ends.
pub fn is_metric(network: &Network) -> bool {
    let arcs = network.arcs();
    let n = network.n_nodes();
    let step = n.div_ceil(N_CHECKED).max(1);
    let checked: Vec<usize> = (0..n).step_by(step).collect();
    let is_shortest = |search: &mut LocalSearch, &u: &usize| {
        let farthest = arcs.costs(u).iter().copied().fold(0.0, f64::max);
        let mut holds = true;
        search.run(
            arcs,
            u,
            |_, _| true,
            |v, distance| {
                let cost = arcs.cost(u, v).unwrap_or(0.0);
                holds &= v == u || distance >= cost * (1.0 - ROUND_OFF);
                holds && distance <= farthest
            },
        );
        holds
    };
    let search = || LocalSearch::new(n);
    arcs.common_cost().is_none()
        && checked.par_iter().map_init(search, is_shortest).all(|holds| holds)
}

/// Moves the costs `w` of the edges of each new node into the cone
/// `|w(a) − w(b)| ≤ d(a, b) ≤ w(a) + w(b)` over its neighbours `a`, `b`, with `d` the shortest-path
/// distance without it.
///
/// Then every edge of the new node is a shortest path, and no path through it is shorter than one
/// that was there. First each cost becomes the largest function below that changes by at most
/// `d` (McShane), then all are raised by the same amount where two are too small together.
///
/// # Complexity
/// One search per neighbour, until it has met the others; in parallel over the new nodes.
pub fn project(network: &Network, neighbours: &[Vec<u32>], costs: &mut [Vec<f64>]) {
    let n = network.n_nodes();
    let into = |search: &mut LocalSearch, (around, w): (&Vec<u32>, &mut Vec<f64>)| {
        let d = distances(network.arcs(), around, search);
        let k = w.len();
        let lower = |a: usize| (0..k).map(|b| w[b] + d[a][b]).fold(f64::INFINITY, f64::min);
        let lowered: Vec<f64> = (0..k).map(lower).collect();
        let pairs = (0..k).flat_map(|a| (0..a).map(move |b| (a, b)));
        let missing = pairs.map(|(a, b)| d[a][b] - lowered[a] - lowered[b]).fold(0.0, f64::max);
        w.iter_mut().zip(lowered).for_each(|(w, lower)| *w = lower + missing / 2.0);
    };
    let search = || LocalSearch::new(n);
    neighbours.par_iter().zip(costs).for_each_init(search, into);
}

/// Distances between the nodes `around`, `[k][k]`.
fn distances(arcs: &Adjacency, around: &[u32], search: &mut LocalSearch) -> Vec<Vec<f64>> {
    let from = |&source: &u32| {
        let mut row = vec![f64::INFINITY; around.len()];
        let mut left = around.len();
        search.run(
            arcs,
            source as usize,
            |_, _| true,
            |v, distance| {
                if let Ok(place) = around.binary_search(&(v as u32)) {
                    row[place] = distance;
                    left -= 1;
                }
                left > 0
            },
        );
        row
    };
    around.iter().map(from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_networks::network;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn costs_are_a_metric_where_every_edge_is_a_shortest_path() {
        assert!(is_metric(&network(3, &[(0, 1, 1.0), (1, 2, 2.0), (0, 2, 3.0)])));
        assert!(!is_metric(&network(3, &[(0, 1, 1.0), (1, 2, 2.0), (0, 2, 3.5)])));
        assert!(!is_metric(&network(3, &[(0, 1, 1.0), (1, 2, 1.0)]))); // hops
    }

    #[test]
    fn the_costs_of_a_path_by_hand() {
        // Neighbours at 0, 3 and 10 on a line; (9, 1, 1): 9 → 1 + 3, 1, 1; then 7 − 2 are missing.
        let line = network(3, &[(0, 1, 3.0), (1, 2, 7.0)]);
        let mut costs = vec![vec![9.0, 1.0, 1.0]];
        project(&line, &[vec![0, 1, 2]], &mut costs);
        assert_eq!(costs, [[6.5, 3.5, 3.5]]);
    }

    #[test]
    fn nothing_is_violated_after_and_nothing_is_moved_inside() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let points: Vec<(f64, f64)> = (0..60).map(|_| (rng.random(), rng.random())).collect();
        let length = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).hypot(a.1 - b.1);
        let pairs = (0..60).flat_map(|u| (u + 1..60).map(move |v| (u, v)));
        let edges: Vec<(usize, usize, f64)> =
            pairs.map(|(u, v)| (u, v, length(points[u], points[v]))).collect();
        let plane = network(60, &edges);
        assert!(is_metric(&plane));
        let around: Vec<Vec<u32>> =
            (0..24).map(|i| (0..2 + i % 5).map(|j| (i + 7 * j) as u32).collect()).collect();
        let draw = |a: &Vec<u32>| a.iter().map(|_| 2.0 * rng.random::<f64>()).collect();
        let mut costs: Vec<Vec<f64>> = around.iter().map(draw).collect();
        let largest = |costs: &[Vec<f64>]| {
            let mut largest = 0.0_f64;
            for (around, w) in around.iter().zip(costs) {
                for (i, &a) in around.iter().enumerate() {
                    for (j, &b) in around.iter().enumerate().filter(|&(j, _)| j != i) {
                        let d = length(points[a as usize], points[b as usize]);
                        largest = largest.max((w[i] - w[j]).abs() - d).max(d - w[i] - w[j]);
                    }
                }
            }
            largest
        };
        assert!(largest(&costs) > 0.5);
        project(&plane, &around, &mut costs);
        assert!(largest(&costs) < 1e-12, "{}", largest(&costs));
        let once = costs.clone();
        project(&plane, &around, &mut costs);
        for (a, b) in once.iter().flatten().zip(costs.iter().flatten()) {
            assert!((a - b).abs() < 1e-12);
        }
    }
}
