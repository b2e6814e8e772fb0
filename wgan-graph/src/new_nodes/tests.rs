//! New nodes on a network with known patterns.

use std::collections::HashSet;

use rand::RngExt;

use burn::tensor::Device;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::error::GraphError;
use crate::network::{Edge, Network};
use crate::paths::ShortestPaths;
use crate::test_networks::{network, unit_network};

/// A ring of `n` nodes, each joined to the next two, and `n / 4` chords.
fn small_world(n: usize) -> Network {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let near = (0..n).flat_map(|u| [(u, (u + 1) % n), (u, (u + 2) % n)]);
    let chords: Vec<_> =
        (0..n / 4).map(|_| (rng.random_range(0..n), rng.random_range(0..n))).collect();
    let edges: Vec<Edge> = near.chain(chords).map(|(u, v)| Edge { u, v, cost: 2.0 }).collect();
    let ids = (0..n).map(|i| if i == 0 { "new-2".to_owned() } else { i.to_string() }).collect();
    Network::from_edges(ids, &edges, false).unwrap().0
}

fn generate(network: &Network, n: usize, seed: u64) -> Result<NewNodes, GraphError> {
    let config = NodeGeneratorConfig::new().with_n_steps(60).with_width(16).with_max_copies(0.0);
    Ok(NodeGenerator::fit(network, &config, seed, (), &Device::flex())?.generate(n, seed))
}

#[test]
fn new_nodes_are_marked_and_joined_to_the_network() {
    let network = small_world(80);
    let new = generate(&network, 12, 1).unwrap();
    assert_eq!(new.ids().len(), 12);
    assert_eq!(new.ids()[1], "new-3"); // `new-2` is taken
    assert!(new.edges().all(|e| e.cost == 2.0));
    let graph = new.to_graph();
    assert_eq!(graph.node_weights().filter(|node| node.is_new).count(), 12);
    assert_eq!(petgraph::algo::connected_components(&graph), 1);
    let pairs: HashSet<(&str, &str)> = new.edges().map(|e| (e.source, e.target)).collect();
    assert_eq!(pairs.len(), new.network().n_edges() - network.n_edges());
}

#[test]
fn no_new_node_has_the_neighbours_of_another() {
    let network = small_world(80);
    let new = generate(&network, 30, 2).unwrap().to_graph();
    let mut seen = HashSet::new();
    for node in new.node_indices() {
        let mut around: Vec<_> = new.neighbors(node).filter(|v| !new[*v].is_new).collect();
        around.sort();
        if new[node].is_new {
            assert!(!seen.contains(&around), "a copy");
        } else {
            seen.insert(around);
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_nodes() {
    let network = small_world(40);
    let made = |seed| generate(&network, 5, seed).unwrap();
    assert_eq!(made(7).network(), made(7).network());
    assert_ne!(made(7).network(), made(8).network());
}

#[test]
fn new_nodes_shorten_no_distance_where_costs_are_a_metric() {
    let n = 60;
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let at: Vec<f64> = (0..n).map(|_| rng.random()).collect();
    // A ladder of points on a line: every edge is as long as the way around it.
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&u, &v| at[u].total_cmp(&at[v]));
    let edges: Vec<_> = (1..n)
        .flat_map(|i| [(i - 1, i), (i.saturating_sub(3), i)])
        .map(|(i, j)| (order[i], order[j]))
        .map(|(u, v)| (u, v, (at[u] - at[v]).abs()))
        .collect();
    let line = network(n, &edges);
    let new = generate(&line, 10, 1).unwrap();
    let (before, after) = (ShortestPaths::new(&line), ShortestPaths::new(new.network()));
    for u in 0..n {
        let after = after.row(u);
        for (v, d) in before.row(u).into_iter().enumerate() {
            assert!((after[v] - d).abs() < 1e-9, "{u} to {v}: {} in place of {d}", after[v]);
        }
    }
}

#[test]
fn too_small_networks_are_refused() {
    let two = unit_network(13, (1..9).chain(10..13).map(|u| (u - 1, u)));
    let message = generate(&two, 1, 1).unwrap_err().to_string();
    assert_eq!(message, "nodes to learn from: expected at least 10, got 9");
}

#[test]
fn the_largest_component_grows_and_ids_of_the_others_are_taken() {
    let (mut ids, mut edges) = (Vec::new(), Vec::new());
    for u in 0..15 {
        ids.push(u.to_string());
        edges.push(Edge { u, v: (u + 1) % 15, cost: 1.0 });
    }
    ids.push("new-1".to_owned());
    let (network, _) = Network::from_edges(ids, &edges, false).unwrap();
    let new = generate(&network, 2, 1).unwrap();
    assert_eq!(new.ids(), ["new-2", "new-3"]);
    assert_eq!(new.network().n_nodes(), 17);
}

#[test]
fn small_networks_of_every_shape_grow_by_few_and_by_many() {
    let n = 12;
    let complete = (0..n).flat_map(|u| (u + 1..n).map(move |v| (u, v))).collect();
    let path = (1..n).map(|u| (u - 1, u)).collect();
    let star = (1..n).map(|u| (0, u)).collect();
    for pairs in [complete, path, star] {
        let pairs: Vec<(usize, usize)> = pairs;
        let network = unit_network(n, pairs);
        for n_new in [0, 1, 30] {
            let new = generate(&network, n_new, 1).unwrap();
            let is_none = n_new == 0;
            assert!(is_none || new.mean_hops() >= 1.0 && new.expected_mean_hops() >= 1.0);
            let graph = new.to_graph();
            assert_eq!(graph.node_count(), n + n_new);
            assert_eq!(petgraph::algo::connected_components(&graph), 1);
        }
    }
}

#[test]
fn new_nodes_are_as_far_from_all_as_is_said() {
    let network = small_world(200);
    let new = generate(&network, 20, 4).unwrap();
    let distances = ShortestPaths::hops(new.network());
    let mean = (200..220).flat_map(|v| distances.row(v)).sum::<f64>() / (20 * 219) as f64;
    assert!((mean - new.mean_hops()).abs() < 1e-12, "{mean}");
    // The best of six trials, of which one has a standard deviation of about 1 %.
    assert!((mean / new.expected_mean_hops() - 1.0).abs() < 0.01, "{mean}");
}

#[test]
fn in_a_complete_graph_everything_stays_a_hop_away() {
    let complete = unit_network(12, (0..12).flat_map(|u| (u + 1..12).map(move |v| (u, v))));
    let new = generate(&complete, 3, 1).unwrap();
    assert!((new.expected_mean_hops() - 1.0).abs() < 1e-12, "{}", new.expected_mean_hops());
    // As no new node is joined to another one, two of 14 are two hops away.
    assert!((new.mean_hops() - 16.0 / 14.0).abs() < 1e-12, "{}", new.mean_hops());
}

#[test]
fn trials_take_away_what_the_search_is_off_by() {
    let config = NodeGeneratorConfig::new().with_n_steps(60).with_width(16);
    let model = NodeGenerator::fit(&small_world(400), &config, 1, (), &Device::flex()).unwrap();
    let off = |seed| {
        let new = model.generate(40, seed);
        new.mean_hops() / new.expected_mean_hops() - 1.0
    };
    // With one trial each they are too near by .9 % on average; the search stops at half a percent
    // either way.
    let mean = (0..6).map(off).sum::<f64>() / 6.0;
    assert!(mean.abs() < 0.005, "{mean}");
}

#[test]
fn a_generator_draws_again_and_the_same_on_any_number_of_threads() {
    let network = small_world(60);
    let on = |n_threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| {
            let config = NodeGeneratorConfig::new().with_n_steps(20).with_width(16);
            let model = NodeGenerator::fit(&network, &config, 1, (), &Device::flex()).unwrap();
            [5, 6, 5].map(|seed| model.generate(7, seed).network().clone())
        })
    };
    let [first, other, again] = on(1);
    assert_eq!(first, again);
    assert_ne!(first, other);
    assert_eq!([first, other, again], on(4));
}

#[test]
fn copies_are_as_many_as_may_be() {
    // A new leaf of the hub is a copy, and most of the nodes of a star are leaves.
    let star = unit_network(40, (1..40).map(|u| (0, u)));
    let copies = |share| {
        let config =
            NodeGeneratorConfig::new().with_n_steps(3).with_width(8).with_max_copies(share);
        let model = NodeGenerator::fit(&star, &config, 1, (), &Device::flex()).unwrap();
        let new = model.generate(20, 1);
        let arcs = new.network().arcs();
        (40..60).filter(|&v| arcs.neighbours(v) == [0]).count()
    };
    assert_eq!([0.0, 0.1].map(copies), [0, 2]);
    assert!(copies(1.0) > 10, "{}", copies(1.0));
    let config = NodeGeneratorConfig::new().with_max_copies(1.5);
    let refused = NodeGenerator::fit(&star, &config, 1, (), &Device::flex()).err().unwrap();
    assert!(refused.to_string().contains("max_copies"), "{refused}");
}

/// Two rings of `n / 2` nodes, each joined to the next three, with one edge between them; the class is that of the
/// ring and the number the place in it.
fn two_rings(n: usize) -> (Network, NodeAttributes) {
    let half = n / 2;
    let ring = |first: usize| {
        (0..half).flat_map(move |u| (1..4).map(move |step| (first + u, first + (u + step) % half)))
    };
    let network = unit_network(n, ring(0).chain(ring(half)).chain([(0, half)]));
    let class = |v: usize| if v < half { "left" } else { "right" }.to_owned();
    let attributes = NodeAttributes::new(n)
        .with_classes("ring", (0..n).map(class).collect())
        .with_numbers("place", (0..n).map(|v| (v % half) as f64).collect());
    (network, attributes)
}

#[test]
fn new_nodes_are_of_the_class_that_they_are_joined_to() {
    let (network, attributes) = two_rings(120);
    let config = NodeGeneratorConfig::new().with_n_steps(60).with_width(16);
    let model = NodeGenerator::fit(&network, &config, 1, (), &Device::flex()).unwrap();
    assert!(model.generate(2, 1).attributes().is_none());
    let model = model.with_attributes(&attributes).unwrap();
    let new = model.generate(24, 1);
    let given = new.attributes().unwrap();
    assert_eq!((given.n_nodes(), given.names().collect::<Vec<_>>()), (24, vec!["ring", "place"]));
    let arcs = new.network().arcs();
    let mut left = 0;
    for i in 0..24 {
        let is_left = given.cell(i, 0) == "left";
        left += usize::from(is_left);
        let around = arcs.neighbours(120 + i).iter();
        let alike = around.filter(|&&v| (v < 60) == is_left).count();
        assert!(
            2 * alike > arcs.degree(120 + i),
            "new node {i}: {alike} of {}",
            arcs.degree(120 + i)
        );
        assert!((0.0..60.0).contains(&given.cell(i, 1).parse().unwrap()));
    }
    assert!((6..=18).contains(&left), "{left}"); // half of 24, four standard deviations are 9.8
}

#[test]
fn attributes_are_the_same_on_any_number_of_threads_and_one_per_node() {
    let (network, attributes) = two_rings(60);
    let config = NodeGeneratorConfig::new().with_n_steps(20).with_width(16);
    let on = |n_threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| {
            let model = NodeGenerator::fit(&network, &config, 1, (), &Device::flex()).unwrap();
            model.with_attributes(&attributes).unwrap().generate(9, 2).attributes().cloned()
        })
    };
    assert_eq!(on(1), on(3));
    let model = NodeGenerator::fit(&network, &config, 1, (), &Device::flex()).unwrap();
    let refused = model.with_attributes(&NodeAttributes::new(7)).err().unwrap().to_string();
    assert_eq!(refused, "attributes: expected shape [60], got [7]");
}

#[test]
fn an_evaluation_compares_as_many_new_nodes_as_were_held_out() {
    let (network, attributes) = two_rings(100);
    let config = NodeGeneratorConfig::new().with_n_steps(40).with_width(16);
    let evaluate =
        |attributes| evaluate_new_nodes(&network, attributes, &config, 3, &Device::flex()).unwrap();
    let found = evaluate(Some(&attributes));
    assert_eq!((found.n_new, found.figures.len()), (50, 5));
    assert_eq!(found.figures[4].name, "ring, degree, ring of the neighbours");
    assert!(found.figures.iter().all(|f| f.w1.is_finite() && f.floor > 0.0), "{found:?}");
    // Classes do not matter to the nodes that are held out.
    let without = evaluate(None);
    assert_eq!(without.figures.len(), 4);
    assert_eq!(without.figures[0].floor, found.figures[0].floor);
}
