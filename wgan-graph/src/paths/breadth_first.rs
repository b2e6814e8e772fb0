//! Breadth-first search: shortest paths where all edges cost the same.

use crate::network::Adjacency;

/// Distances from `source` at `cost` per edge.
///
/// `queue` is a buffer; the nodes leave it in order of their distance.
pub fn fill(arcs: &Adjacency, source: usize, cost: f64, row: &mut [f64], queue: &mut Vec<u32>) {
    row.fill(f64::INFINITY);
    queue.clear();
    row[source] = 0.0;
    queue.push(source as u32);
    let (mut first, mut hops) = (0, 0.0);
    while first < queue.len() {
        hops += 1.0;
        let end = queue.len();
        for i in first..end {
            for &v in arcs.neighbours(queue[i] as usize) {
                let distance = &mut row[v as usize];
                if *distance == f64::INFINITY {
                    *distance = hops * cost;
                    queue.push(v);
                }
            }
        }
        first = end;
    }
}
