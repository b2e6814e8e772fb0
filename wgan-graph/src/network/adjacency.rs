//! Arcs sorted by their source, in three flat arrays.

/// Arcs out of each node, sorted by target.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Adjacency {
    offsets: Vec<usize>,
    targets: Vec<u32>,
    costs: Vec<f64>,
}

impl Adjacency {
    /// From arcs `(source, target, cost)` between `n` nodes, sorted by source and target.
    pub(super) fn from_sorted(n: usize, arcs: &[(u32, u32, f64)]) -> Self {
        let mut offsets = vec![0; n + 1];
        arcs.iter().for_each(|&(u, _, _)| offsets[u as usize + 1] += 1);
        (0..n).for_each(|u| offsets[u + 1] += offsets[u]);
        Self {
            offsets,
            targets: arcs.iter().map(|a| a.1).collect(),
            costs: arcs.iter().map(|a| a.2).collect(),
        }
    }

    /// The arcs the other way round.
    pub(crate) fn reversed(&self) -> Self {
        let arc = |(u, k): (u32, usize)| (self.targets[k], u, self.costs[k]);
        let mut arcs: Vec<(u32, u32, f64)> = self.sources().into_iter().zip(0..).map(arc).collect();
        arcs.sort_by_key(|&(u, v, _)| (u, v));
        Self::from_sorted(self.n_nodes(), &arcs)
    }

    /// Number of nodes.
    pub fn n_nodes(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Number of arcs.
    pub fn n_arcs(&self) -> usize {
        self.targets.len()
    }

    /// Number of arcs out of `u`.
    pub fn degree(&self, u: usize) -> usize {
        self.offsets[u + 1] - self.offsets[u]
    }

    /// Targets of the arcs out of `u`, ascending.
    pub fn neighbours(&self, u: usize) -> &[u32] {
        &self.targets[self.offsets[u]..self.offsets[u + 1]]
    }

    /// Costs of the arcs out of `u`, in the order of [`Adjacency::neighbours`].
    pub fn costs(&self, u: usize) -> &[f64] {
        &self.costs[self.offsets[u]..self.offsets[u + 1]]
    }

    /// `(target, cost)` of the arcs out of `u`.
    pub fn of(&self, u: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.neighbours(u).iter().map(|&v| v as usize).zip(self.costs(u).iter().copied())
    }

    /// Cost of the arc from `u` to `v`.
    pub fn cost(&self, u: usize, v: usize) -> Option<f64> {
        let place = self.neighbours(u).binary_search(&(v as u32)).ok()?;
        Some(self.costs(u)[place])
    }

    /// Arc number `k` as `(target, cost)`, counted over all nodes.
    pub(crate) fn arc(&self, k: usize) -> (usize, f64) {
        (self.targets[k] as usize, self.costs[k])
    }

    /// Number of the first arc out of `u`, or where it would be.
    pub(crate) fn first_arc(&self, u: usize) -> usize {
        self.offsets[u]
    }

    /// Source of every arc.
    pub(crate) fn sources(&self) -> Vec<u32> {
        (0..self.n_nodes()).flat_map(|u| std::iter::repeat_n(u as u32, self.degree(u))).collect()
    }

    /// The one cost that all arcs share, if there is one; 1 where there is no arc.
    pub(crate) fn common_cost(&self) -> Option<f64> {
        let first = self.costs.first().copied().unwrap_or(1.0);
        self.costs.iter().all(|&c| c == first).then_some(first)
    }

    /// Number of common neighbours of `u` and `v`.
    pub fn n_common(&self, u: usize, v: usize) -> usize {
        let (mut a, mut b) = (self.neighbours(u), self.neighbours(v));
        if a.len() > b.len() {
            std::mem::swap(&mut a, &mut b);
        }
        if a.len() * 16 < b.len() {
            return a.iter().filter(|x| b.binary_search(x).is_ok()).count();
        }
        let (mut i, mut j, mut n) = (0, 0, 0);
        while i < a.len() && j < b.len() {
            n += usize::from(a[i] == b[j]);
            let step = (a[i] <= b[j], b[j] <= a[i]);
            i += usize::from(step.0);
            j += usize::from(step.1);
        }
        n
    }
}
