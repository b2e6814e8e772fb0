//! The basis of the network simplex: a spanning tree of source points, target points and one root.
//!
//! Nodes `0..n` are sources, `n..n + m` targets, `n + m` the root. Every node but the root has an arc to its parent; mass on arcs runs
//! from sources to targets, and arcs to the root run towards it and carry nothing. The nodes are kept in preorder as a linked ring, so the
//! subtree of `v` is the piece of the ring from `v` to `last[v]`.
//!
//! The tree is *strongly feasible*: arcs without mass point towards the root. With the matching choice of the leaving arc the simplex
//! method cannot cycle (Cunningham 1976, A network simplex method).

/// Marks the root's missing parent.
const NONE: u32 = u32::MAX;

/// A spanning tree with the mass on its arcs and the potential of its nodes.
#[derive(Debug, Clone)]
pub(super) struct SpanningTree {
    n: usize,
    parent: Vec<u32>,
    /// Number of nodes in the subtree.
    size: Vec<u32>,
    next: Vec<u32>,
    prev: Vec<u32>,
    /// Last node of the subtree in the ring.
    last: Vec<u32>,
    /// Units of mass on the arc to the parent.
    flow: Vec<i64>,
    /// `y` with `c(i, j) − y(i) + y(j) = 0` on the arcs of the tree.
    potential: Vec<f64>,
}

/// The arc that leaves the tree, named by its lower node, and the mass that moves around the cycle.
struct Leaving {
    node: usize,
    on_source_side: bool,
    step: i64,
}

impl SpanningTree {
    /// Builds a tree from a forest of source–target arcs; every component hangs from the root by its first node in `order`.
    ///
    /// # Shapes
    /// - `arcs`: `(source, target, units)` without cycles; `potential`: `[n + m]`, wanted potential of the hanging nodes
    pub fn from_forest(
        n: usize,
        m: usize,
        arcs: &[(usize, usize, i64)],
        potential: Vec<f64>,
    ) -> Self {
        let nodes = n + m + 1;
        let mut tree = Self {
            n,
            parent: vec![NONE; nodes],
            size: vec![1; nodes],
            next: vec![0; nodes],
            prev: vec![0; nodes],
            last: (0..nodes as u32).collect(),
            flow: vec![0; nodes],
            potential,
        };
        tree.potential.push(0.0);
        let preorder = tree.hang(&Adjacency::new(n, m, arcs));
        tree.close_ring(&preorder);
        tree
    }

    /// Sets the parents and the flows; returns the nodes in preorder, the root first.
    fn hang(&mut self, forest: &Adjacency) -> Vec<usize> {
        let root = self.root();
        let mut preorder = vec![root];
        let mut stack = Vec::new();
        for start in 0..root {
            if self.parent[start] != NONE {
                continue;
            }
            self.parent[start] = root as u32;
            stack.push(start);
            while let Some(node) = stack.pop() {
                preorder.push(node);
                for &(child, units) in forest.of(node) {
                    if self.parent[child as usize] == NONE {
                        self.parent[child as usize] = node as u32;
                        self.flow[child as usize] = units;
                        stack.push(child as usize);
                    }
                }
            }
        }
        preorder
    }

    /// Links the ring and fills the sizes and last nodes from the parents.
    fn close_ring(&mut self, preorder: &[usize]) {
        for (k, &node) in preorder.iter().enumerate() {
            let after = preorder[(k + 1) % preorder.len()];
            self.next[node] = after as u32;
            self.prev[after] = node as u32;
        }
        for &node in preorder[1..].iter().rev() {
            let parent = self.parent[node] as usize;
            self.size[parent] += self.size[node];
            if self.last[parent] == parent as u32 {
                self.last[parent] = self.last[node];
            }
        }
    }

    /// The node above all others.
    pub fn root(&self) -> usize {
        self.parent.len() - 1
    }

    /// Potentials of the sources, `u = y`.
    pub fn sources(&self) -> &[f64] {
        &self.potential[..self.n]
    }

    /// Potentials of the targets, `y = −v`.
    pub fn targets(&self) -> &[f64] {
        &self.potential[self.n..self.root()]
    }

    /// The arcs that carry mass, `(source, target, units)`.
    pub fn flows(&self) -> impl Iterator<Item = (usize, usize, i64)> + '_ {
        (0..self.root()).filter(|&node| self.flow[node] > 0).map(|node| {
            let (i, j) = self.arc(node);
            (i, j, self.flow[node])
        })
    }

    /// Ends of the arc between `node` and its parent, which must not be the root.
    fn arc(&self, node: usize) -> (usize, usize) {
        let parent = self.parent[node] as usize;
        if node < self.n { (node, parent - self.n) } else { (parent, node - self.n) }
    }

    /// Whether the arc of `node` runs towards the root.
    fn is_upward(&self, node: usize) -> bool {
        node < self.n || self.parent[node] as usize == self.root()
    }

    /// Sets all potentials again from those of the hanging nodes, so that round-off of the updates does not build up.
    pub fn refresh_potentials(&mut self, cost: impl Fn(usize, usize) -> f64) {
        let root = self.root();
        let drift = std::mem::take(&mut self.potential[root]);
        let mut node = self.next[root] as usize;
        while node != root {
            let parent = self.parent[node] as usize;
            if parent == root {
                self.potential[node] -= drift;
            } else {
                let (i, j) = self.arc(node);
                let step = cost(i, j);
                self.potential[node] =
                    self.potential[parent] + if node < self.n { step } else { -step };
            }
            node = self.next[node] as usize;
        }
    }

    /// One pivot: the arc `i → j` with this reduced cost enters, mass moves around the cycle, another arc leaves.
    pub fn pivot(&mut self, i: usize, j: usize, reduced_cost: f64) {
        let target = self.n + j;
        let join = self.join(i, target);
        let leaving = self.leaving(i, target, join);
        self.push(i, target, join, leaving.step);
        let (below, above) = if leaving.on_source_side { (i, target) } else { (target, i) };
        self.resize(leaving.node, above, join);
        let tail = self.reroot(below, leaving.node);
        self.attach(below, above, tail, leaving.step);
        let shift = if leaving.on_source_side { reduced_cost } else { -reduced_cost };
        self.shift_potentials(below, tail, shift);
    }

    /// Lowest common ancestor.
    fn join(&self, mut a: usize, mut b: usize) -> usize {
        while a != b {
            if self.size[a] < self.size[b] {
                a = self.parent[a] as usize;
            } else {
                b = self.parent[b] as usize;
            }
        }
        a
    }

    /// The last arc that blocks, walking round the cycle from `join` in the direction of the entering arc (Cunningham's rule).
    fn leaving(&self, source: usize, target: usize, join: usize) -> Leaving {
        let mut found = Leaving { node: source, on_source_side: true, step: i64::MAX };
        let mut node = source;
        while node != join {
            if self.is_upward(node) && self.flow[node] < found.step {
                found = Leaving { node, on_source_side: true, step: self.flow[node] };
            }
            node = self.parent[node] as usize;
        }
        node = target;
        while node != join {
            if !self.is_upward(node) && self.flow[node] <= found.step {
                found = Leaving { node, on_source_side: false, step: self.flow[node] };
            }
            node = self.parent[node] as usize;
        }
        found
    }

    /// Moves `step` units round the cycle.
    fn push(&mut self, source: usize, target: usize, join: usize, step: i64) {
        if step == 0 {
            return;
        }
        for (start, sign) in [(source, -step), (target, step)] {
            let mut node = start;
            while node != join {
                self.flow[node] += if self.is_upward(node) { sign } else { -sign };
                node = self.parent[node] as usize;
            }
        }
    }

    /// Corrects the subtree sizes above the piece that moves.
    fn resize(&mut self, moved: usize, above: usize, join: usize) {
        let size = self.size[moved];
        let mut node = self.parent[moved] as usize;
        while node != join {
            self.size[node] -= size;
            node = self.parent[node] as usize;
        }
        node = above;
        while node != join {
            self.size[node] += size;
            node = self.parent[node] as usize;
        }
    }

    /// Cuts the subtree of `top` out of the tree and hangs it up by its node `below`; returns the last node of the piece.
    ///
    /// The nodes from `below` up to `top` turn round one after the other: each is cut out of the ring with what is left of its
    /// subtree and put behind the piece that came before it.
    fn reroot(&mut self, below: usize, top: usize) -> usize {
        let total = self.size[top];
        let above_top = self.parent[top];
        let (mut node, mut child) = (below, NONE);
        let (mut child_flow, mut child_size, mut tail) = (0, 0, NONE);
        let (mut child_last, mut before) = (NONE, NONE);
        loop {
            let old_last = self.last[node];
            let end = if child != NONE && old_last == child_last { before } else { old_last };
            before = self.prev[node];
            child_last = old_last;
            self.cut(node, end as usize);
            if tail != NONE {
                self.next[tail as usize] = node as u32;
                self.prev[node] = tail;
            }
            tail = end;
            let (old_parent, old_flow, old_size) =
                (self.parent[node], self.flow[node], self.size[node]);
            self.parent[node] = child;
            self.flow[node] = child_flow;
            self.size[node] = total - child_size;
            (child, child_flow, child_size) = (node as u32, old_flow, old_size);
            if node == top {
                break;
            }
            node = old_parent as usize;
        }
        self.move_last(above_top, child_last, before);
        self.set_last(top, tail);
        tail as usize
    }

    /// Closes the ring over the piece from `first` to `end`.
    fn cut(&mut self, first: usize, end: usize) {
        let (before, after) = (self.prev[first], self.next[end]);
        self.next[before as usize] = after;
        self.prev[after as usize] = before;
    }

    /// Replaces the last node `old` by `new` for `node` and the ancestors that have it.
    fn move_last(&mut self, mut node: u32, old: u32, new: u32) {
        while node != NONE && self.last[node as usize] == old {
            self.last[node as usize] = new;
            node = self.parent[node as usize];
        }
    }

    /// Sets the last node of all nodes from `node` up to the top of the piece.
    fn set_last(&mut self, node: usize, tail: u32) {
        let mut node = node as u32;
        while node != NONE {
            self.last[node as usize] = tail;
            node = self.parent[node as usize];
        }
    }

    /// Hangs the piece `below..=tail` under `above`.
    fn attach(&mut self, below: usize, above: usize, tail: usize, flow: i64) {
        self.parent[below] = above as u32;
        self.flow[below] = flow;
        let after = self.next[above];
        self.next[above] = below as u32;
        self.prev[below] = above as u32;
        self.next[tail] = after;
        self.prev[after as usize] = tail as u32;
        self.move_last(above as u32, above as u32, tail as u32);
    }

    /// Adds `shift` to the potentials of the piece, or takes it from all others, whichever are fewer.
    fn shift_potentials(&mut self, first: usize, tail: usize, shift: f64) {
        let inside = self.size[first] as usize;
        let outside = self.parent.len() - inside;
        let (mut node, count, shift) = if inside <= outside {
            (first, inside, shift)
        } else {
            (self.next[tail] as usize, outside, -shift)
        };
        for _ in 0..count {
            self.potential[node] += shift;
            node = self.next[node] as usize;
        }
    }
}

/// Neighbours of every node of a forest.
struct Adjacency {
    start: Vec<usize>,
    neighbours: Vec<(u32, i64)>,
}

impl Adjacency {
    /// Lists both ends of every arc.
    fn new(n: usize, m: usize, arcs: &[(usize, usize, i64)]) -> Self {
        let mut start = vec![0; n + m + 1];
        for &(i, j, _) in arcs {
            start[i + 1] += 1;
            start[n + j + 1] += 1;
        }
        for k in 0..n + m {
            start[k + 1] += start[k];
        }
        let mut free = start.clone();
        let mut neighbours = vec![(0, 0); 2 * arcs.len()];
        for &(i, j, units) in arcs {
            for (from, to) in [(i, n + j), (n + j, i)] {
                neighbours[free[from]] = (to as u32, units);
                free[from] += 1;
            }
        }
        Self { start, neighbours }
    }

    /// Neighbours of `node` with the units on the arc.
    fn of(&self, node: usize) -> &[(u32, i64)] {
        &self.neighbours[self.start[node]..self.start[node + 1]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recomputes every derived fact of the tree from the parents.
    fn assert_consistent(tree: &SpanningTree) {
        let nodes = tree.parent.len();
        let mut seen = vec![false; nodes];
        let mut node = tree.root();
        for _ in 0..nodes {
            assert!(!std::mem::replace(&mut seen[node], true), "ring visits {node} twice");
            assert_eq!(tree.prev[tree.next[node] as usize] as usize, node);
            let mut end = node;
            for _ in 1..tree.size[node] {
                end = tree.next[end] as usize;
                let mut up = end;
                while up != node {
                    assert_ne!(tree.parent[up], NONE, "{end} follows {node} but is not below it");
                    up = tree.parent[up] as usize;
                }
            }
            assert_eq!(tree.last[node] as usize, end, "last of {node}");
            node = tree.next[node] as usize;
        }
        for v in 0..tree.root() {
            assert!(tree.flow[v] >= 0);
            assert!(
                tree.flow[v] > 0 || tree.is_upward(v),
                "arc of {v} without mass points away from the root"
            );
        }
    }

    #[test]
    fn any_sequence_of_pivots_keeps_the_tree_consistent() {
        let (n, m) = (5, 5);
        let arcs: Vec<_> = (0..5).map(|k| (k, k, 3)).collect();
        let mut tree = SpanningTree::from_forest(n, m, &arcs, vec![0.0; n + m]);
        assert_consistent(&tree);
        let mut state = 1_usize;
        for _ in 0..500 {
            state = (state * 1_103_515_245 + 12_345) % (1 << 31);
            let (i, j) = ((state >> 8) % n, (state >> 16) % m);
            let (a, b) = (tree.parent[i] as usize, tree.parent[n + j] as usize);
            if a == n + j || b == i {
                continue;
            }
            let reduced = -tree.potential[i] + tree.potential[n + j];
            tree.pivot(i, j, reduced);
            assert_consistent(&tree);
            let out: i64 = tree.flows().filter(|arc| arc.0 == i).map(|arc| arc.2).sum();
            assert_eq!(out, 3, "mass of source {i}");
        }
    }
}
