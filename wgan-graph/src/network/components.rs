//! Connected components, in either direction.

use petgraph::unionfind::UnionFind;

use super::Network;

/// Which nodes are connected, whatever the direction of the arcs.
#[derive(Clone, Debug)]
pub struct Components {
    labels: Vec<u32>,
    sizes: Vec<usize>,
}

impl Components {
    /// Components of `network`, numbered by their first node.
    pub fn of(network: &Network) -> Self {
        let n = network.n_nodes();
        let mut sets = UnionFind::<u32>::new(n);
        for (u, v, _) in network.edges() {
            sets.union(u as u32, v as u32);
        }
        let mut number = vec![u32::MAX; n];
        let mut sizes = Vec::new();
        let mut labels = Vec::with_capacity(n);
        for root in sets.into_labeling() {
            let number = &mut number[root as usize];
            if *number == u32::MAX {
                *number = sizes.len() as u32;
                sizes.push(0);
            }
            sizes[*number as usize] += 1;
            labels.push(*number);
        }
        Self { labels, sizes }
    }

    /// Number of components.
    pub fn n(&self) -> usize {
        self.sizes.len()
    }

    /// Component of node `v`.
    pub fn label(&self, v: usize) -> usize {
        self.labels[v] as usize
    }

    /// Number of nodes of component `label`.
    pub fn size(&self, label: usize) -> usize {
        self.sizes[label]
    }

    /// Nodes of the largest component, ascending; of the first one where several are largest.
    pub fn largest(&self) -> Vec<usize> {
        let largest = (0..self.n()).rev().max_by_key(|&c| self.sizes[c]).unwrap_or(0);
        (0..self.labels.len()).filter(|&v| self.label(v) == largest).collect()
    }
}
