//! New networks against the given one, and the chain against its law.

use std::collections::HashMap;

use rand::RngExt;

use super::*;
use crate::network::Components;

fn network(n: usize, edges: &[(usize, usize)]) -> Network {
    let ids = (0..n).map(|i| i.to_string()).collect();
    let edges: Vec<Edge> = edges.iter().map(|&(u, v)| Edge { u, v, cost: 2.0 }).collect();
    Network::from_edges(ids, &edges, false).unwrap().0
}

/// A ring of `n` nodes, each joined to the next three, with `n / 2` chords to a few hubs.
fn ring_with_hubs(n: usize) -> Network {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let near = (0..n).flat_map(|u| (1..4).map(move |k| (u, (u + k) % n)));
    let chords = (0..n / 2).map(|_| (rng.random_range(0..n), rng.random_range(0..n / 20)));
    let edges: Vec<_> = near.chain(chords.filter(|(u, v)| u != v).collect::<Vec<_>>()).collect();
    network(n, &edges)
}

fn common(a: &Network, b: &Network) -> f64 {
    a.edges().filter(|&(u, v, _)| b.has_arc(u, v)).count() as f64 / a.n_edges() as f64
}

#[test]
fn the_counts_are_kept_and_the_overlap_is_the_one_of_the_settings() {
    let old = ring_with_hubs(300);
    let before = NetworkStatistics::of(&old).unwrap();
    for overlap in [0.3, 0.6] {
        let config = WholeNetworkConfig::new().with_overlap(overlap);
        let (mut triangles, mut squares) = (0.0, 0.0);
        for seed in 0..4 {
            let new = generate_network(&old, &config, seed).unwrap();
            let after = NetworkStatistics::of(&new).unwrap();
            assert_eq!((after.nodes, after.edges), (before.nodes, before.edges));
            assert!((common(&new, &old) - overlap).abs() < 0.05, "{}", common(&new, &old));
            let parts = Components::of(&new);
            assert!((0..300).all(|v| parts.size(parts.label(v)) >= 16));
            let off = |v| new.arcs().degree(v).abs_diff(old.arcs().degree(v)).pow(2) as f64;
            squares += (0..300).map(off).sum::<f64>() / 4.0;
            triangles += after.triangles as f64 / 4.0;
        }
        // Draws differ by a tenth or two, and the tilt is still a little behind after 200 sweeps.
        let n_new = (1.0 - overlap) * before.edges as f64;
        for (mean, expected) in [(triangles, before.triangles as f64), (squares, 2.0 * n_new)] {
            assert!((mean / expected - 1.0).abs() < 0.2, "{mean} in place of {expected}");
        }
    }
}

#[test]
fn without_the_tilt_by_triangles_most_of_them_would_be_lost() {
    let old = ring_with_hubs(300);
    let law = WalkLaw::new(&old, &WholeNetworkConfig::new().walk).unwrap();
    let mut chain = Chain::new(&old, law, 0.3).with_tilt([-1.5, 0.0, 0.0, 0.0]);
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let before = chain.counts();
    for _ in 0..100 * old.n_edges() {
        chain.step(&mut rng);
    }
    let after = chain.counts();
    assert!(after[1] < 0.6 * before[1] && after[0] > 0.2 * before[0], "{after:?} from {before:?}");
}

/// Four nodes and four edges: all fifteen graphs, each as often as the formula says.
#[test]
fn graphs_are_drawn_as_often_as_the_law_says() {
    let given = network(4, &[(0, 1), (1, 2), (2, 0), (2, 3)]);
    let law = WalkLaw::new(&given, &WalkConfig::new()).unwrap();
    let rows: Vec<_> = (0..4).map(|u| law.row(u)).collect();
    let tilt = [0.4, -0.3, -0.1, 0.05];
    let pairs: Vec<(usize, usize)> = (0..4).flat_map(|u| (u + 1..4).map(move |v| (u, v))).collect();
    let weight = |graph: &[(usize, usize)]| {
        let s = NetworkStatistics::of(&network(4, graph)).unwrap();
        let old = graph.iter().filter(|e| given.has_arc(e.0, e.1)).count();
        let degree = |v: usize| given.arcs().degree(v) as f64;
        let network = network(4, graph);
        let off = |v: usize| (network.arcs().degree(v) as f64 - degree(v)).powi(2);
        let products: f64 = graph.iter().map(|&(u, v)| degree(u) * degree(v)).sum();
        let counts = [old as f64, s.triangles as f64, (0..4).map(off).sum(), products];
        let exponent: f64 = counts.iter().zip(&tilt).map(|(c, t)| c * t).sum();
        graph.iter().map(|&(u, v)| rows[u][v]).product::<f64>() * exponent.exp()
    };
    let mut expected = HashMap::new();
    for i in 0..6 {
        for j in i + 1..6 {
            let kept = |&(k, _): &(usize, &(usize, usize))| k != i && k != j;
            let graph: Vec<_> = pairs.iter().enumerate().filter(kept).map(|(_, &e)| e).collect();
            expected.insert(graph.clone(), weight(&graph));
        }
    }
    let total: f64 = expected.values().sum();
    let mut chain = Chain::new(&given, law, 0.5).with_tilt(tilt);
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let n = 400_000;
    let mut counts: HashMap<Vec<(usize, usize)>, f64> = HashMap::new();
    for _ in 0..n {
        chain.step(&mut rng);
        let sorted = |&(u, v): &(u32, u32)| (u.min(v) as usize, u.max(v) as usize);
        let mut graph: Vec<_> = chain.edges().iter().map(sorted).collect();
        graph.sort_unstable();
        *counts.entry(graph).or_default() += 1.0 / f64::from(n);
    }
    for (graph, weight) in &expected {
        let share = counts.get(graph).copied().unwrap_or(0.0);
        assert!((share - weight / total).abs() < 0.006, "{graph:?}: {share}, {}", weight / total);
    }
}

#[test]
fn the_same_seed_gives_the_same_network_and_costs_play_no_part() {
    let old = ring_with_hubs(60);
    let config = WholeNetworkConfig::new().with_n_sweeps(20);
    let edges = |network: &Network, seed| {
        generate_network(network, &config, seed).unwrap().edges().collect::<Vec<_>>()
    };
    assert_eq!(edges(&old, 7), edges(&old, 7));
    assert_ne!(edges(&old, 7), edges(&old, 8));
    let pairs: Vec<_> =
        old.edges().map(|(u, v, _)| Edge { u, v, cost: (1 + u * v) as f64 }).collect();
    let priced = Network::from_edges(old.ids().to_vec(), &pairs, false).unwrap().0;
    assert_eq!(edges(&old, 7), edges(&priced, 7));
}

#[test]
fn components_stay_apart_and_lonely_nodes_stay_lonely() {
    let two = network(7, &[(0, 1), (1, 2), (2, 0), (3, 4), (4, 5)]);
    let new = generate_network(&two, &WholeNetworkConfig::new(), 1).unwrap();
    assert_eq!(new.n_edges(), 5);
    assert!(new.edges().all(|(u, v, _)| (u < 3) == (v < 3)));
    assert_eq!((new.arcs().degree(6), Components::of(&new).n()), (0, 3));
}

#[test]
fn networks_without_an_edge_and_wrong_settings_are_refused() {
    let none = network(3, &[]);
    let message = generate_network(&none, &WholeNetworkConfig::new(), 1).unwrap_err().to_string();
    assert_eq!(message, "edges to learn from: expected at least 1, got 0");
    let pair = network(2, &[(0, 1)]);
    assert_eq!(generate_network(&pair, &WholeNetworkConfig::new(), 1).unwrap().n_edges(), 1);
    for config in [
        WholeNetworkConfig::new().with_overlap(1.5),
        WholeNetworkConfig::new().with_overlap(f64::NAN),
        WholeNetworkConfig::new().with_n_sweeps(0),
    ] {
        assert!(generate_network(&pair, &config, 1).is_err());
    }
}
