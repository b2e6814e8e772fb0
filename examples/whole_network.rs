//! Predicts held-out links of a network, and generates whole new networks like it.
//!
//! As NetGAN was measured (Bojchevski et al. 2018): 10 % of the edges are held out for validation
//! and 5 % for testing, a random spanning tree is never held out, and as many pairs without an
//! edge stand against them. The length of the walks is chosen on the validation pairs. New
//! networks are learnt from the rest of the edges and compared with it.
//!
//! `whole_network [EDGES.csv [NODES.csv]]`; with a column `label` in the node list the densities
//! of edges between and inside of the groups are compared too. Without an edge list: six groups of
//! sixty nodes.

use std::collections::HashSet;
use std::path::Path;

use petgraph::unionfind::UnionFind;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use wgan_examples::{Failure, mean};
use wgan_graph::{
    ArcRule, CostColumn, Edge, Network, NetworkStatistics, ReadOptions, WalkConfig,
    WholeNetworkConfig, generate_network, link_scores, read_network,
};

type Pair = (usize, usize);

/// Splits, each with its own seed.
const SEEDS: u64 = 5;
/// Continuation of the walks: the validation pairs choose one.
const CONTINUATIONS: [f64; 4] = [0.5, 0.65, 0.8, 0.9];

struct Split {
    train: Network,
    /// Pairs with and without an edge.
    validation: (Vec<Pair>, Vec<Pair>),
    test: (Vec<Pair>, Vec<Pair>),
}

fn split(network: &Network, seed: u64) -> Result<Split, Failure> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (n, m) = (network.n_nodes(), network.n_edges());
    let mut edges: Vec<Pair> = network.edges().map(|(u, v, _)| (u, v)).collect();
    edges.shuffle(&mut rng);
    // Kruskal: an edge that joins two parts of the edges before it belongs to the tree.
    let mut parts = UnionFind::<usize>::new(n);
    let (tree, rest): (Vec<Pair>, Vec<Pair>) =
        edges.into_iter().partition(|&(u, v)| parts.union(u, v));
    let share = |percent: usize| (percent * m + 50) / 100;
    let (n_validation, n_test) = (share(10), share(5));
    if rest.len() < n_validation + n_test {
        return Err("too few edges outside of a spanning tree".into());
    }
    let (validation, rest) = rest.split_at(n_validation);
    let (test, rest) = rest.split_at(n_test);
    let mut strangers = Vec::new();
    let mut seen = HashSet::new();
    while strangers.len() < n_validation + n_test {
        let (u, v) = (rng.random_range(0..n), rng.random_range(0..n));
        if u < v && !network.has_arc(u, v) && seen.insert((u, v)) {
            strangers.push((u, v));
        }
    }
    let kept = tree.iter().chain(rest).map(|&(u, v)| Edge { u, v, cost: 1.0 });
    let train = Network::from_edges(network.ids().to_vec(), &kept.collect::<Vec<_>>(), false)?.0;
    let test_strangers = strangers.split_off(n_validation);
    Ok(Split {
        train,
        validation: (validation.to_vec(), strangers),
        test: (test.to_vec(), test_strangers),
    })
}

/// Area under the ROC curve and average precision, in percent; equal scores count against us.
fn auc_and_ap(
    train: &Network,
    pairs: &(Vec<Pair>, Vec<Pair>),
    walk: &WalkConfig,
) -> Result<(f64, f64), Failure> {
    let n_links = pairs.0.len() as f64;
    let all: Vec<Pair> = pairs.0.iter().chain(&pairs.1).copied().collect();
    let scores = link_scores(train, &all, walk)?;
    let mut ranked: Vec<(f64, bool)> =
        scores.into_iter().enumerate().map(|(i, s)| (s, i < pairs.0.len())).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let (mut links, mut strangers, mut area, mut precision) = (0.0, 0.0, 0.0, 0.0);
    for (_, is_link) in ranked {
        if is_link {
            links += 1.0;
            precision += links / (links + strangers);
        } else {
            strangers += 1.0;
            area += links;
        }
    }
    Ok((100.0 * area / (n_links * strangers), 100.0 * precision / n_links))
}

/// Chooses the walks on the validation pairs; scores on the test pairs.
fn predict(split: &Split) -> Result<(WalkConfig, f64, f64), Failure> {
    let mut best = (f64::NEG_INFINITY, WalkConfig::new());
    for continuation in CONTINUATIONS {
        let walk = WalkConfig::new().with_continuation(continuation);
        let (auc, ap) = auc_and_ap(&split.train, &split.validation, &walk)?;
        if auc + ap > best.0 {
            best = (auc + ap, walk);
        }
    }
    let (auc, ap) = auc_and_ap(&split.train, &split.test, &best.1)?;
    Ok((best.1, auc, ap))
}

/// Densities of edges between groups and inside of them, each divided by the number of pairs of
/// groups as in NetGAN's code.
fn densities(network: &Network, groups: &[usize]) -> (f64, f64) {
    let k = groups.iter().max().map_or(1, |largest| largest + 1);
    let size = |g: usize| groups.iter().filter(|&&h| h == g).count() as f64;
    let sizes: Vec<f64> = (0..k).map(size).collect();
    let (mut between, mut inside) = (0.0, 0.0);
    for (u, v, _) in network.edges() {
        let (g, h) = (groups[u], groups[v]);
        // Each edge is there both ways in the matrix of blocks.
        let sum = if g == h { &mut inside } else { &mut between };
        *sum += 2.0 / (sizes[g] * sizes[h]);
    }
    (between / (k * k) as f64, inside / (k * k) as f64)
}

fn table(columns: &[(String, &Network)], old: &Network, groups: &[usize]) -> Result<(), Failure> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (name, network) in columns {
        let s = NetworkStatistics::of(network)?;
        let common = network.edges().filter(|&(u, v, _)| old.has_arc(u, v)).count();
        let (between, inside) = densities(network, groups);
        rows.push(vec![
            name.clone(),
            format!("{:.1} %", 100.0 * common as f64 / network.n_edges() as f64),
            s.max_degree.to_string(),
            format!("{:.3}", s.assortativity),
            s.triangles.to_string(),
            s.power_law_exponent.map_or("–".to_owned(), |x| format!("{x:.3}")),
            format!("{between:.1e}"),
            format!("{inside:.1e}"),
            s.wedges.to_string(),
            s.claws.to_string(),
            format!("{:.3}", s.gini),
            s.largest_component.to_string(),
            format!("{:.2}", s.mean_hops),
        ]);
    }
    let names = [
        "",
        "edge overlap",
        "max degree",
        "assortativity",
        "triangles",
        "power law",
        "between",
        "inside",
        "wedges",
        "claws",
        "Gini",
        "largest part",
        "mean hops",
    ];
    for (i, name) in names.iter().enumerate() {
        let cells: Vec<String> = rows.iter().map(|row| format!("{:>10}", row[i])).collect();
        println!("{name:14}{}", cells.join(""));
    }
    Ok(())
}

/// Six groups of sixty nodes with hubs in each.
fn groups() -> Result<(Network, Vec<usize>), Failure> {
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut edges = Vec::new();
    for v in 1..360_usize {
        let first = v / 60 * 60;
        for _ in 0..5 {
            let is_inside = rng.random::<f64>() < 0.9 && v > first;
            let from = if is_inside { first..v } else { 0..v };
            let far = rng.random_range(from.clone());
            let near = rng.random_range(from); // the smaller number of two is a hub more often
            edges.push(Edge { u: v, v: far.min(near), cost: 1.0 });
        }
    }
    let ids = (0..360).map(|v| v.to_string()).collect();
    Ok((Network::from_edges(ids, &edges, false)?.0, (0..360).map(|v| v / 60).collect()))
}

fn read() -> Result<(Network, Vec<usize>), Failure> {
    let mut args = std::env::args().skip(1);
    let Some(path) = args.next() else { return groups() };
    let options =
        ReadOptions { cost: CostColumn::Hops, arcs: ArcRule::Symmetrise, ..ReadOptions::default() };
    let network = read_network(Path::new(&path), &options)?.0.largest_component();
    let mut labels = vec![0; network.n_nodes()];
    if let Some(path) = args.next() {
        let text = std::fs::read_to_string(path)?;
        let mut lines = text.lines();
        let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
        let column = header.iter().position(|name| *name == "label").ok_or("no column `label`")?;
        for line in lines {
            let cells: Vec<&str> = line.split(',').collect();
            if let Some(v) = network.number(cells[0]) {
                labels[v] = cells[column].parse()?;
            }
        }
    }
    Ok((network, labels))
}

fn main() -> Result<(), Failure> {
    let (network, labels) = read()?;
    println!("{} nodes, {} edges", network.n_nodes(), network.n_edges());
    println!("\nseed  continuation  test ROC-AUC  average precision");
    let (mut aucs, mut aps) = (Vec::new(), Vec::new());
    for seed in 0..SEEDS {
        let (walk, auc, ap) = predict(&split(&network, seed)?)?;
        println!("{seed:4}  {:12}  {auc:12.2}  {ap:17.2}", walk.continuation);
        aucs.push(auc);
        aps.push(ap);
    }
    println!("mean  {:12}  {:12.2}  {:17.2}\n", "", mean(&aucs), mean(&aps));
    for seed in 0..3 {
        let train = split(&network, seed)?.train;
        let mut columns = vec![(format!("seed {seed}"), train.clone())];
        for overlap in [0.5, 0.25] {
            let config = WholeNetworkConfig::new().with_overlap(overlap);
            let new = generate_network(&train, &config, seed)?;
            columns.push((format!("new {overlap}"), new));
        }
        let borrowed: Vec<_> = columns.iter().map(|(name, n)| (name.clone(), n)).collect();
        table(&borrowed, &train, &labels)?;
        println!();
    }
    Ok(())
}
