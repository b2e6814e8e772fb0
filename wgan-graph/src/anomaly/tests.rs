//! Planted anomalies are found, ordinary networks are not accused.

use rand::RngExt;

use super::*;
use crate::network::{Edge, ReadOptions, read_features, read_network};
use crate::shared_data;
use crate::table::{Blanks, Header, read_table};

/// A ring of `n` nodes with `n` chords, and a clique on every tenth node up to 60.
fn ring_with_a_clique(n: usize) -> Network {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let ring = (0..n).map(|u| (u, (u + 1) % n));
    let chords: Vec<_> = (0..n).map(|_| (rng.random_range(0..n), rng.random_range(0..n))).collect();
    let clique = (0..6).flat_map(|i| (i + 1..6).map(move |j| (10 * i, 10 * j)));
    let edges: Vec<Edge> =
        ring.chain(chords).chain(clique).map(|(u, v)| Edge { u, v, cost: 1.0 }).collect();
    let ids = (0..n).map(|i| i.to_string()).collect();
    Network::from_edges(ids, &edges, false).unwrap().0
}

fn highest(found: &[NodeAnomaly], n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by(|&a, &b| found[b].score.total_cmp(&found[a].score));
    order.truncate(n);
    order.sort_unstable();
    order
}

#[test]
fn a_planted_clique_scores_highest_and_is_explained_by_its_edges() {
    let network = ring_with_a_clique(300);
    let found = find_anomalies(&network, None, &AnomalyConfig::default(), 1).unwrap();
    assert_eq!(highest(&found, 6), [0, 10, 20, 30, 40, 50]);
    let smallest = found.iter().map(|node| node.p_value).fold(1.0, f64::min);
    assert_eq!(smallest, AnomalyConfig::default().smallest_p_value(300));
    let Reason::Edge { u, v, saving, around } = &found[20].reasons[0] else { panic!("an edge") };
    assert!(u % 10 == 0 && v % 10 == 0 && *saving == 1.0);
    let around = around.as_ref().unwrap();
    assert_eq!((around[0], around[around.len() - 1]), (*u, *v));
    assert!(around.windows(2).all(|e| network.has_arc(e[0], e[1])));
    assert!(found[20].explain(&network).starts_with("edge "));
    assert!(found[20].p_value <= 6.0 / 60.0);
}

#[test]
fn a_node_with_the_features_of_another_group_is_found() {
    // Two groups on two halves of a ring; node 7 has the features of the other half.
    let n = 200;
    let edges: Vec<Edge> =
        (0..n).flat_map(|u| [1, 2].map(|step| Edge { u, v: (u + step) % n, cost: 1.0 })).collect();
    let ids = (0..n).map(|i| i.to_string()).collect();
    let (network, _) = Network::from_edges(ids, &edges, false).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let row = |v: usize| {
        let group = if (v < 100) != (v == 7) { 1.0 } else { -1.0 };
        let mut noise = || rng.random::<f64>() - 0.5;
        vec![(0, group + noise()), (1, group + noise()), (2, noise())]
    };
    let names = ["x", "y", "z"].map(String::from).to_vec();
    let features = NodeFeatures::new(names, (0..n).map(row).collect());
    let found = find_anomalies(&network, Some(&features), &AnomalyConfig::default(), 1).unwrap();
    assert_eq!(highest(&found, 1), [7]);
    let Reason::Features { route, distance, usual } = &found[7].reasons[0] else {
        panic!("features")
    };
    assert!(route[0] == 7 && *distance > 1.5 && *usual < 0.8);
}

#[test]
fn of_ordinary_nodes_a_share_alpha_has_a_p_value_up_to_alpha() {
    let network = ring_with_a_clique(1000);
    let found = find_anomalies(&network, None, &AnomalyConfig::default(), 3).unwrap();
    for alpha in [0.01, 0.05, 0.2] {
        let share = found.iter().filter(|a| a.p_value <= alpha).count() as f64 / 1000.0;
        assert!(share <= alpha + 1e-12, "{alpha}: {share}");
    }
}

#[test]
fn anomalies_do_not_depend_on_the_unit_of_the_costs() {
    let network = ring_with_a_clique(100);
    let edges: Vec<Edge> =
        network.edges().map(|(u, v, cost)| Edge { u, v, cost: 1e-10 * cost }).collect();
    let (small, _) = Network::from_edges(network.ids().to_vec(), &edges, false).unwrap();
    let scores = |network: &Network| -> Vec<f64> {
        let found = find_anomalies(network, None, &AnomalyConfig::default(), 1).unwrap();
        found.iter().map(|a| a.score).collect()
    };
    for (a, b) in scores(&network).iter().zip(scores(&small)) {
        assert!((a - b).abs() < 1e-9);
    }
}

#[test]
fn networks_with_nothing_to_compare_are_refused_or_ordinary() {
    let ids = |n: usize| (0..n).map(|i| i.to_string()).collect::<Vec<_>>();
    let (one, _) = Network::from_edges(ids(1), &[], false).unwrap();
    let config = AnomalyConfig::default();
    let message = find_anomalies(&one, None, &config, 0).unwrap_err().to_string();
    assert_eq!(message, "nodes to compare: expected at least 4, got 1");
    let (alone, _) = Network::from_edges(ids(6), &[], false).unwrap();
    for node in find_anomalies(&alone, None, &config, 0).unwrap() {
        assert_eq!((node.score, node.p_value), (0.0, 1.0));
        assert_eq!(node.explain(&alone), "nothing above the mean");
    }
}

/// Area under the ROC curve and average precision.
fn auc_and_ap(scores: &[f64], is_outlier: &[bool]) -> (f64, f64) {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let n_true = is_outlier.iter().filter(|&&is| is).count() as f64;
    let n_false = scores.len() as f64 - n_true;
    let (mut auc, mut ap, mut seen, mut first) = (0.0, 0.0, 0.0, 0);
    while first < order.len() {
        let level = scores[order[first]];
        let tied = order[first..].iter().take_while(|&&v| scores[v] == level);
        let (mut positive, mut n) = (0.0, 0);
        tied.for_each(|&v| {
            positive += f64::from(u8::from(is_outlier[v]));
            n += 1;
        });
        let negative = f64::from(n) - positive;
        auc += negative * (seen + positive / 2.0);
        seen += positive;
        first += n as usize;
        ap += positive * seen / first as f64;
    }
    (auc / (n_true * n_false), ap / n_true)
}

#[test]
fn a_planted_clique_and_swapped_features_are_found() {
    let (n, network) = (600, ring_with_a_clique(600));
    // Ten kinds of nodes along the ring, three words each; every thirtieth node has those of the other side.
    let is_swapped = |v: usize| v % 30 == 17;
    let kind = |v: usize| if is_swapped(v) { (v + n / 2) % n } else { v } * 10 / n;
    let words = |v: usize| (0..3).map(|k| (3 * kind(v) as u32 + k, 1.0)).collect();
    let names = (0..30).map(|k| format!("word {k}")).collect();
    let features = NodeFeatures::new(names, (0..n).map(words).collect());
    let is_clique = |v: usize| v.is_multiple_of(10) && v < 60;
    let is_outlier: Vec<bool> = (0..n).map(|v| is_clique(v) || is_swapped(v)).collect();
    for seed in 0..2 {
        let found = find_anomalies(&network, Some(&features), &AnomalyConfig::default(), seed);
        let scores: Vec<f64> = found.unwrap().iter().map(|a| a.score).collect();
        let (auc, ap) = auc_and_ap(&scores, &is_outlier);
        assert!(auc > 0.95 && ap > 0.75, "{auc} {ap}");
    }
}

#[test]
fn injected_anomalies_of_cora_are_found() {
    let Some(edges) = shared_data::graph("inj_cora_edges.csv") else { return };
    let Some(nodes) = shared_data::graph("inj_cora_nodes.csv") else { return };
    let Some(features) = shared_data::graph("inj_cora_features.csv") else { return };
    let options = ReadOptions { nodes: Some(nodes.clone()), ..ReadOptions::default() };
    let (network, _) = read_network(&edges, &options).unwrap();
    let features = read_features(&features, &network).unwrap();
    let table = read_table(&nodes, Header::First, Blanks::Belong).unwrap();
    let labels = table.numbers("label", "0 or 1", Some).unwrap();
    let mut is_outlier = vec![false; network.n_nodes()];
    for (row, label) in labels.into_iter().enumerate() {
        is_outlier[network.number(table.id(row, 0).unwrap()).unwrap()] = label == 1.0;
    }
    for seed in 0..2 {
        let of = |features: Option<&NodeFeatures>| {
            let found = find_anomalies(&network, features, &AnomalyConfig::default(), seed);
            let scores: Vec<f64> = found.unwrap().iter().map(|a| a.score).collect();
            auc_and_ap(&scores, &is_outlier)
        };
        let (auc, ap) = of(Some(&features));
        assert!(auc > 0.95 && ap > 0.75, "with features: {auc} {ap}");
        let (auc, ap) = of(None); // half of the outliers differ in their features only
        assert!(auc > 0.73 && ap > 0.5, "structure only: {auc} {ap}");
    }
}

/// A ring of 900 nodes in three kinds; on edges kind 0 meets 1, 1 meets 2 and 2 meets 0, and near features never do. Every
/// 45th node has the features of its neighbours.
fn ring_of_kinds() -> (Network, NodeFeatures, Vec<bool>) {
    let n = 900;
    let edges: Vec<Edge> =
        (0..n).flat_map(|u| [1, 2].map(|step| Edge { u, v: (u + step) % n, cost: 1.0 })).collect();
    let ids = (0..n).map(|i| i.to_string()).collect();
    let (network, _) = Network::from_edges(ids, &edges, false).unwrap();
    let is_odd: Vec<bool> = (0..n).map(|v| v % 45 == 7).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let row = |v: usize| {
        let kind = if is_odd[v] { v + 1 } else { v } % 3;
        (0..3)
            .map(|k| (k as u32, f64::from(u8::from(k == kind)) + 0.2 * rng.random::<f64>()))
            .collect()
    };
    let names = ["x", "y", "z"].map(String::from).to_vec();
    let features = NodeFeatures::new(names, (0..n).map(row).collect());
    (network, features, is_odd)
}

#[test]
fn a_critic_learns_that_unlike_features_meet() {
    let (network, features, is_odd) = ring_of_kinds();
    let auc = |method| {
        let config = AnomalyConfig { method, ..AnomalyConfig::default() };
        let found = find_anomalies(&network, Some(&features), &config, 1).unwrap();
        let scores: Vec<f64> = found.iter().map(|a| a.score).collect();
        (auc_and_ap(&scores, &is_odd).0, found)
    };
    let (by_transport, _) = auc(AnomalyMethod::Transport);
    let (by_critic, found) = auc(AnomalyMethod::Critic);
    assert!(by_transport < 0.7 && by_critic > 0.95, "{by_transport} and {by_critic}");
    assert!(matches!(found[7].reasons[0], Reason::Meeting { .. }), "{:?}", found[7].reasons);
    assert!(found[7].explain(&network).contains("rarely meet"));
}

#[test]
fn without_triangles_the_number_of_neighbours_tells_nodes_apart() {
    // Bipartite: 40 users of 20 shops, the last one of all shops.
    let edges: Vec<Edge> = (0..40)
        .flat_map(|u| (0..if u == 39 { 20 } else { 2 }).map(move |k| (u, 40 + (u + 7 * k) % 20)))
        .map(|(u, v)| Edge { u, v, cost: 1.0 })
        .collect();
    let ids = (0..60).map(|i| i.to_string()).collect();
    let (network, _) = Network::from_edges(ids, &edges, false).unwrap();
    let found = find_anomalies(&network, None, &AnomalyConfig::default(), 1).unwrap();
    assert_eq!(highest(&found, 1), [39]);
    assert_eq!(found[39].reasons, [Reason::Degree { degree: 20 }]);
}
