//! Distances against closed forms, Floyd–Warshall and the reference numbers of the shared data.

use proptest::prelude::*;

use super::*;
use crate::network::{CostColumn, ReadOptions, read_network};
use crate::shared_data;
use crate::test_networks::{directed_network, network, ring_with_chords};

/// Name, mean hops, diameter in hops, mean and largest weighted distance, and one distance.
type Reference = (&'static str, f64, f64, Option<(f64, f64, [&'static str; 2], f64)>);

/// SciPy's figures within the largest component, from the README of the shared data.
const REFERENCE: [Reference; 14] = [
    ("karate", 2.4082, 5.0, None),
    ("lesmis", 2.6411, 5.0, None),
    ("football", 2.5082, 4.0, None),
    ("polblogs", 2.7375, 8.0, None),
    ("cora_ml", 5.2714, 17.0, None),
    ("as733", 3.7050, 9.0, None),
    ("siouxfalls", 3.0109, 6.0, Some((11.32971, 23.0, ["1", "24"], 15.0))),
    ("anaheim", 11.8676, 31.0, Some((9.090075, 25.010946, ["1", "416"], 12.41869883))),
    ("chicago_sketch", 12.6765, 32.0, Some((41.636264, 170.34337, ["1", "933"], 45.82976))),
    ("us_flights_2008", 2.3317, 5.0, Some((2541.333767, 9963.38, ["ABE", "YUM"], 3584.08))),
    ("power_ieee118", 6.3087, 14.0, Some((0.52182, 1.274, ["1", "118"], 0.6032))),
    ("power_polish2383", 12.7590, 30.0, Some((0.497151, 1.68248, ["1", "2383"], 0.40554))),
    ("disney", 4.3918, 11.0, None),
    ("inj_cora", 6.0046, 18.0, None),
];

#[test]
fn distances_are_those_of_scipy_on_every_shared_graph() {
    for (name, mean_hops, diameter, weighted) in REFERENCE {
        let Some(path) = shared_data::graph(&format!("{name}_edges.csv")) else { return };
        let cost = match weighted {
            Some(_) => CostColumn::Cost("weight".to_owned()),
            None => CostColumn::Hops,
        };
        let (network, _) =
            read_network(&path, &ReadOptions { cost, ..ReadOptions::default() }).unwrap();
        let network = network.largest_component();
        let hops = ShortestPaths::hops(&network).summary();
        // The references are rounded to four digits, weighted ones to six.
        assert!((hops.mean - mean_hops).abs() <= 5.1e-5, "{name}: {}", hops.mean);
        assert_eq!(hops.max, diameter, "{name}");
        let Some((mean, max, [from, to], one)) = weighted else { continue };
        let paths = ShortestPaths::new(&network);
        let found = paths.summary();
        assert!((found.mean - mean).abs() <= 5.1e-6 * mean.max(1.0), "{name}: {}", found.mean);
        assert!((found.max - max).abs() < 1e-6 * max, "{name}: {}", found.max);
        let [from, to] = [from, to].map(|id| network.number(id).unwrap());
        assert!((paths.row(from)[to] - one).abs() < 1e-8 * one.max(1.0), "{name}");
        let path = paths.path(from, to).unwrap();
        let along: f64 = path.windows(2).map(|e| network.arcs().cost(e[0], e[1]).unwrap()).sum();
        assert!((along - one).abs() < 1e-8 * one.max(1.0), "{name}: along the path {along}");
    }
}

#[test]
fn distances_are_those_of_scipy() {
    // `shortest_path(m, directed=False)` of SciPy 1.17.1, sums over the ordered pairs.
    let network = ring_with_chords();
    assert_eq!(network.n_edges(), 296);
    let (paths, hops) = (ShortestPaths::new(&network), ShortestPaths::hops(&network));
    let pairs = (150 * 149) as f64;
    assert_eq!(paths.summary().mean * pairs, 240_227.25);
    assert_eq!((paths.summary().max, hops.summary().max), (20.5, 6.0));
    assert_eq!(hops.summary().mean * pairs, 77_298.0);
    assert_eq!([paths.row(0)[75], paths.row(17)[120]], [8.625, 10.875]);
}

#[test]
fn all_pairs_say_what_they_need() {
    let path = network(3, &[(0, 1, 1.0), (1, 2, 1.0)]);
    let paths = ShortestPaths::new(&path);
    let message = paths.all_pairs(MemoryLimit(35)).unwrap_err().to_string();
    assert!(message.starts_with("all pairs of 3 nodes take 0 MiB"), "{message}");
    let all = paths.all_pairs(MemoryLimit(36)).unwrap();
    assert_eq!(all.between(0, 2), 2.0);
}

#[test]
fn costs_of_very_different_size_add_up() {
    let graph = network(3, &[(0, 1, 1e-10), (1, 2, 1.0), (0, 2, 1.1)]);
    assert_eq!(ShortestPaths::new(&graph).row(0), [0.0, 1e-10, 1.0 + 1e-10]);
}

#[test]
fn directed_arcs_are_followed_and_unreachable_nodes_are_infinite() {
    let graph = directed_network(3, &[(0, 1, 1.0), (1, 2, 1.0)]);
    let paths = ShortestPaths::new(&graph);
    assert_eq!(paths.row(2), [f64::INFINITY, f64::INFINITY, 0.0]);
    assert_eq!(paths.path(2, 0), None);
    assert_eq!(paths.summary().pairs, 3);
}

#[test]
fn landmarks_of_a_path_are_its_ends_then_its_middle() {
    let edges: Vec<_> = (0..8).map(|i| (i, i + 1, 1.0)).collect();
    let path = network(9, &edges);
    let found = ShortestPaths::new(&path).landmarks(3, 0).unwrap();
    assert_eq!(found.nodes(), [0, 8, 4]);
    assert_eq!(found.lower_bound(2, 7), 5.0);
    let alone = network(3, &[(0, 1, 1.0)]);
    assert!(ShortestPaths::new(&alone).landmarks(2, 0).is_err());
}

#[test]
fn a_single_node_has_no_pairs() {
    let one = network(1, &[]);
    assert_eq!(ShortestPaths::new(&one).summary(), DistanceSummary::default());
}

fn edges(n: usize) -> impl Strategy<Value = Vec<(usize, usize, f64)>> {
    prop::collection::vec((0..n, 0..n, (0..20u32).prop_map(f64::from)), 0..3 * n)
}

/// Floyd–Warshall.
fn all_pairs_by_relaxation(n: usize, edges: &[(usize, usize, f64)]) -> Vec<Vec<f64>> {
    let mut d = vec![vec![f64::INFINITY; n]; n];
    (0..n).for_each(|v| d[v][v] = 0.0);
    for &(u, v, cost) in edges {
        d[u][v] = d[u][v].min(cost);
    }
    for k in 0..n {
        for i in 0..n {
            for j in 0..n {
                d[i][j] = d[i][j].min(d[i][k] + d[k][j]);
            }
        }
    }
    d
}

proptest! {
    #[test]
    fn rows_agree_with_floyd_warshall(edges in edges(9)) {
        let graph = directed_network(9, &edges);
        let all = all_pairs_by_relaxation(9, &edges);
        let paths = ShortestPaths::new(&graph);
        for (source, row) in all.iter().enumerate() {
            prop_assert_eq!(&paths.row(source), row); // whole numbers: no rounding
        }
    }

    #[test]
    fn hops_do_not_depend_on_the_algorithm(edges in edges(9)) {
        let unit: Vec<_> = edges.iter().map(|&(u, v, _)| (u, v, 1.0)).collect();
        let graph = network(9, &unit);
        let by_breadth = ShortestPaths::new(&graph);
        let by_cost = ShortestPaths { network: &graph, common_cost: None };
        for source in 0..9 {
            prop_assert_eq!(by_breadth.row(source), by_cost.row(source));
        }
    }
}
