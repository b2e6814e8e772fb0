//! Exact W₁ against the path, the dense solver and itself.

use approx::assert_abs_diff_eq;
use ndarray::Array2;
use proptest::prelude::*;
use wgan_core::transport::{DenseCost, solve_transport};

use super::*;
use crate::network::Network;
use crate::paths::ShortestPaths;
use crate::test_networks::{directed_network, network};

/// Weights of `balls` balls thrown into `n` bins.
fn law(n: usize, balls: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(0..n, balls).prop_map(move |thrown| {
        let mut law = vec![0.0; n];
        thrown.into_iter().for_each(|bin| law[bin] += 1.0);
        law
    })
}

/// A connected graph: a random tree and some more edges, whole-number costs with ties and zeros.
fn connected(n: usize) -> impl Strategy<Value = Vec<(usize, usize, f64)>> {
    let tree = (1..n).map(|v| (0..v, 0..9u32)).collect::<Vec<_>>();
    let more = prop::collection::vec((0..n, 0..n, 0..9u32), 0..2 * n);
    (tree, more).prop_map(|(tree, more)| {
        let tree = tree.into_iter().enumerate().map(|(i, (u, c))| (u, i + 1, f64::from(c)));
        tree.chain(more.into_iter().map(|(u, v, c)| (u, v, f64::from(c)))).collect()
    })
}

fn check(network: &Network, transport: &GraphTransport, mu: &[f64], nu: &[f64]) {
    let mut left: Vec<f64> = mu.iter().zip(nu).map(|(m, n)| m - n).collect();
    for edge in &transport.flow {
        left[edge.source] -= edge.mass;
        left[edge.target] += edge.mass;
        let drop = transport.potential[edge.source] - transport.potential[edge.target];
        assert_abs_diff_eq!(drop, edge.cost, epsilon = 1e-9); // mass runs at the full slope
    }
    let total: f64 = mu.iter().sum();
    assert!(left.iter().all(|l| l.abs() < 1e-12 * total), "flow does not carry mu to nu");
    assert!(largest_violation(network, &transport.potential) < 1e-9);
    assert_abs_diff_eq!(transport.gap, 0.0, epsilon = 1e-9 * total);
}

/// A directed ring, so that every node leads to every other one, and some more arcs.
fn strongly_connected(n: usize) -> impl Strategy<Value = Vec<(usize, usize, f64)>> {
    let ring = prop::collection::vec(0..9u32, n);
    let more = prop::collection::vec((0..n, 0..n, 0..9u32), 0..2 * n);
    (ring, more).prop_map(move |(ring, more)| {
        let ring = ring.into_iter().enumerate().map(|(u, c)| (u, (u + 1) % n, f64::from(c)));
        ring.chain(more.into_iter().map(|(u, v, c)| (u, v, f64::from(c)))).collect()
    })
}

/// `W₁` by the dense solver, with the distances along the arcs as costs.
fn dense_w1(network: &Network, mu: &[f64], nu: &[f64]) -> f64 {
    let n = network.n_nodes();
    let rows = ShortestPaths::new(network).rows(&(0..n).collect::<Vec<_>>());
    let cost = DenseCost::new(Array2::from_shape_fn((n, n), |(i, j)| rows[i][j])).unwrap();
    solve_transport(&cost, mu, nu).unwrap().value
}

proptest! {
    #[test]
    fn along_arcs_it_agrees_with_the_dense_solver(
        arcs in strongly_connected(12), mu in law(12, 20), nu in law(12, 20),
    ) {
        let graph = directed_network(12, &arcs);
        let transport = graph_w1(&graph, &mu, &nu).unwrap();
        check(&graph, &transport, &mu, &nu);
        prop_assert!((transport.value - dense_w1(&graph, &mu, &nu)).abs() < 1e-9);
    }

    #[test]
    fn it_agrees_with_the_dense_solver(
        edges in connected(12), mu in law(12, 20), nu in law(12, 20),
    ) {
        let graph = network(12, &edges);
        let transport = graph_w1(&graph, &mu, &nu).unwrap();
        check(&graph, &transport, &mu, &nu);
        prop_assert!((transport.value - dense_w1(&graph, &mu, &nu)).abs() < 1e-9);
    }

    #[test]
    fn on_a_path_it_is_the_sum_of_absolute_cumulative_differences(
        costs in prop::collection::vec(0.0..3.0f64, 14), mu in law(15, 9), nu in law(15, 9),
    ) {
        let edges: Vec<_> = costs.iter().enumerate().map(|(i, &c)| (i, i + 1, c)).collect();
        let path = network(15, &edges);
        let transport = graph_w1(&path, &mu, &nu).unwrap();
        check(&path, &transport, &mu, &nu);
        prop_assert!((transport.value - path_w1(&costs, &mu, &nu).unwrap()).abs() < 1e-9);
    }

    #[test]
    fn the_extension_is_the_largest_lipschitz_function_below(
        edges in connected(10), values in prop::collection::vec(-9.0..9.0f64, 10),
    ) {
        let graph = network(10, &edges);
        let extended = mcshane_extension(&graph, &values);
        prop_assert!(largest_violation(&graph, &extended) < 1e-12);
        prop_assert!(extended.iter().zip(&values).all(|(e, v)| e <= v));
        prop_assert_eq!(mcshane_extension(&graph, &extended), extended); // a fixed point
    }
}

#[test]
fn weights_that_are_no_whole_numbers_keep_their_marginals() {
    let edges: Vec<_> = (0..50).map(|i| (i, (i + 1) % 50, 0.1 + i as f64)).collect();
    let ring = network(50, &edges);
    let weights = |k: i32| -> Vec<f64> {
        let raw: Vec<f64> = (0..50).map(|i| 10f64.powi(-((i * k) % 13))).collect();
        let total: f64 = raw.iter().sum();
        raw.iter().map(|w| w / total).collect()
    };
    let (mu, nu) = (weights(3), weights(7));
    check(&ring, &graph_w1(&ring, &mu, &nu).unwrap(), &mu, &nu);
}

#[test]
fn mass_in_another_component_has_no_distance() {
    let two = network(4, &[(0, 1, 1.0), (2, 3, 1.0)]);
    let apart = graph_w1(&two, &[1.0, 0.0, 0.0, 0.0], &[0.0, 0.0, 1.0, 0.0]);
    assert!(apart.unwrap_err().to_string().contains("W1 is infinite"));
    let balanced = graph_w1(&two, &[0.5, 0.0, 0.5, 0.0], &[0.0, 0.5, 0.0, 0.5]).unwrap();
    assert_eq!(balanced.value, 1.0);
}

#[test]
fn laws_that_do_not_fit_are_refused() {
    let path = network(2, &[(0, 1, 1.0)]);
    let message = |mu: &[f64], nu: &[f64]| graph_w1(&path, mu, nu).unwrap_err().to_string();
    assert_eq!(message(&[1.0], &[1.0, 0.0]), "first law: expected shape [2], got [1]");
    assert!(message(&[1.0, 0.0], &[0.5, 0.0]).starts_with("total masses differ"));
    assert!(message(&[2.0, -1.0], &[1.0, 0.0]).contains("weight 1 is -1"));
    assert_eq!(graph_w1(&network(1, &[]), &[1.0], &[1.0]).unwrap().value, 0.0);
}
