//! A graph whose edges come and go.

use crate::network::Network;

/// Edges in a list, for drawing one, and by node, for counting common neighbours.
#[derive(Clone, Debug)]
pub struct EdgeSet {
    edges: Vec<(u32, u32)>,
    /// Ascending.
    neighbours: Vec<Vec<u32>>,
}

impl EdgeSet {
    /// The edges of an undirected network.
    pub fn of(network: &Network) -> Self {
        let arcs = network.arcs();
        Self {
            edges: network.edges().map(|(u, v, _)| (u as u32, v as u32)).collect(),
            neighbours: (0..network.n_nodes()).map(|u| arcs.neighbours(u).to_vec()).collect(),
        }
    }

    /// All edges.
    pub fn edges(&self) -> &[(u32, u32)] {
        &self.edges
    }

    /// Number of edges of `u`.
    pub fn degree(&self, u: u32) -> usize {
        self.neighbours[u as usize].len()
    }

    /// Whether `u` and `v` are joined.
    pub fn contains(&self, u: u32, v: u32) -> bool {
        self.neighbours[u as usize].binary_search(&v).is_ok()
    }

    /// Number of common neighbours, which is that of the triangles on an edge between the two.
    pub fn n_common(&self, u: u32, v: u32) -> usize {
        let (a, b) = (&self.neighbours[u as usize], &self.neighbours[v as usize]);
        let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
        few.iter().filter(|w| many.binary_search(w).is_ok()).count()
    }

    /// Whether the component of `u` has at least `n` nodes, `n` being small.
    pub fn reaches(&self, u: u32, n: usize) -> bool {
        let mut found = vec![u];
        let mut next = 0;
        while found.len() < n && next < found.len() {
            for &v in &self.neighbours[found[next] as usize] {
                if found.len() < n && !found.contains(&v) {
                    found.push(v);
                }
            }
            next += 1;
        }
        found.len() >= n
    }

    /// Puts an edge between `u` and `v`, which are not joined, in the place of edge number `i`.
    pub fn replace(&mut self, i: usize, u: u32, v: u32) {
        let (a, b) = std::mem::replace(&mut self.edges[i], (u, v));
        for (from, to) in [(a, b), (b, a)] {
            let around = &mut self.neighbours[from as usize];
            if let Ok(place) = around.binary_search(&to) {
                around.remove(place);
            }
        }
        for (from, to) in [(u, v), (v, u)] {
            let around = &mut self.neighbours[from as usize];
            if let Err(place) = around.binary_search(&to) {
                around.insert(place, to);
            }
        }
    }
}
