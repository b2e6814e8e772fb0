//! All shortest paths of random networks: breadth first where every edge costs the same, Dijkstra otherwise.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use wgan_graph::{Edge, MemoryLimit, Network, ShortestPaths};

/// As many edges per node as a citation network has.
const EDGES_PER_NODE: usize = 3;

/// Each node is joined to three earlier ones, preferably to those that have many edges.
fn network(n: usize, seed: u64) -> Network {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut ends = vec![0];
    let mut edges = Vec::new();
    for v in 1..n {
        for _ in 0..EDGES_PER_NODE {
            let u = ends[rng.random_range(0..ends.len())];
            edges.push(Edge { u, v, cost: rng.random_range(1.0..2.0) });
            ends.extend([u, v]);
        }
    }
    let ids = (0..n).map(|v| v.to_string()).collect();
    match Network::from_edges(ids, &edges, false) {
        Ok((network, _)) => network,
        Err(error) => unreachable!("the edges are valid: {error}"),
    }
}

fn all_pairs(c: &mut Criterion) {
    let mut group = c.benchmark_group("all_pairs");
    group.sample_size(10);
    for n in [1000, 2000, 4000] {
        let network = network(n, 1);
        for (name, paths) in
            [("hops", ShortestPaths::hops(&network)), ("costs", ShortestPaths::new(&network))]
        {
            let id = BenchmarkId::new(name, n);
            group.bench_function(id, |b| b.iter(|| paths.all_pairs(MemoryLimit::default())));
        }
    }
    group.finish();
}

criterion_group!(benches, all_pairs);
criterion_main!(benches);
