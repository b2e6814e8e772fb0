//! Places of the nodes in the plane, so that distances look as they are.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::network::Network;
use crate::paths::ShortestPaths;

/// Pivots whose distances to all nodes the layout keeps.
const N_PIVOTS: usize = 48;
/// Sweeps over all pairs that are kept.
const N_SWEEPS: usize = 40;

/// A point of the plane.
pub type Point = [f64; 2];

/// A pair of nodes and the distance they should have.
struct Pair {
    u: usize,
    v: usize,
    distance: f64,
}

/// One point per node. Every edge and the distances to some pivots pull the points, with step
/// sizes that fall from "jump there" to almost nothing; parts that are not connected are placed
/// at random.
///
/// # References
/// Zheng, Pawar, Goodman (2019), Graph drawing by stochastic gradient descent, IEEE TVCG.
pub fn layout(network: &Network, seed: u64) -> Vec<Point> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut pairs = pairs(network, &mut rng);
    let extent = pairs.iter().map(|p| p.distance).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let mut draw = || (rng.random::<f64>() - 0.5) * extent;
    let mut points: Vec<Point> = (0..network.n_nodes()).map(|_| [draw(), draw()]).collect();
    let shortest = pairs.iter().map(|p| p.distance).fold(extent, f64::min);
    // From steps that move the farthest pair all the way to steps that move the nearest a tenth.
    let (first, last) = (extent * extent, 0.1 * shortest * shortest);
    for sweep in 0..N_SWEEPS {
        let rate = first * (last / first).powf(sweep as f64 / (N_SWEEPS - 1) as f64);
        pairs.shuffle(&mut rng);
        for pair in &pairs {
            pull(&mut points, pair, (rate / (pair.distance * pair.distance)).min(1.0));
        }
    }
    points
}

/// All edges, and the distances from pivots far from each other.
fn pairs(network: &Network, rng: &mut ChaCha8Rng) -> Vec<Pair> {
    let n = network.n_nodes();
    let paths = ShortestPaths::new(network);
    let mut pivots: Vec<usize> = (0..n).collect();
    pivots.shuffle(rng);
    pivots.truncate(N_PIVOTS);
    let rows = paths.rows(&pivots);
    let edges = network.edges().map(|(u, v, distance)| Pair { u, v, distance });
    let far = pivots.iter().zip(&rows).flat_map(|(&u, row)| {
        row.iter().enumerate().map(move |(v, &distance)| Pair { u, v, distance })
    });
    edges.chain(far).filter(|p| p.distance > 0.0 && p.distance.is_finite()).collect()
}

/// Moves both ends by `share` of what is wrong with their distance.
fn pull(points: &mut [Point], pair: &Pair, share: f64) {
    let (a, b) = (points[pair.u], points[pair.v]);
    let (dx, dy) = (a[0] - b[0], a[1] - b[1]);
    let length = dx.hypot(dy).max(1e-9 * pair.distance);
    let move_by = share * (length - pair.distance) / (2.0 * length);
    points[pair.u] = [a[0] - move_by * dx, a[1] - move_by * dy];
    points[pair.v] = [b[0] + move_by * dx, b[1] + move_by * dy];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Edge;

    fn length(a: Point, b: Point) -> f64 {
        (a[0] - b[0]).hypot(a[1] - b[1])
    }

    #[test]
    fn a_path_is_drawn_as_a_line_of_its_length() {
        let edges: Vec<Edge> = (0..9).map(|u| Edge { u, v: u + 1, cost: 2.0 }).collect();
        let ids = (0..10).map(|i| i.to_string()).collect();
        let (path, _) = Network::from_edges(ids, &edges, false).unwrap();
        let points = layout(&path, 1);
        assert!((length(points[0], points[9]) / 18.0 - 1.0).abs() < 0.05);
        assert!((length(points[3], points[4]) / 2.0 - 1.0).abs() < 0.15);
        assert_eq!(points, layout(&path, 1));
    }

    #[test]
    fn nodes_without_edges_have_a_place_too() {
        let ids = (0..3).map(|i| i.to_string()).collect();
        let (alone, _) = Network::from_edges(ids, &[], false).unwrap();
        assert!(layout(&alone, 1).iter().flatten().all(|x| x.is_finite()));
    }
}
