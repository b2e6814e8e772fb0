//! The basis of the network simplex: a spanning tree of all nodes and one root.
//!
//! Nodes are `0..n`, the root is `n`. Every node but the root has an arc to its parent; arcs to the root carry nothing. The nodes are
//! kept in preorder as a linked ring, so the subtree of `v` is the piece of the ring from `v` to `last[v]`.
//!
//! The tree is *strongly feasible*: arcs without mass point towards the root. With the matching choice of the leaving arc the simplex
//! method cannot cycle (Cunningham 1976, A network simplex method). So one number says how much an arc carries and which way: `net`
//! is negative where the mass runs away from the root.

use super::arc_source::{Entering, InitialFlow};

/// Marks the root's missing parent.
const NONE: u32 = u32::MAX;

/// A spanning tree with the mass on its arcs and the potential of its nodes.
#[derive(Debug, Clone)]
pub struct SpanningTree {
    parent: Vec<u32>,
    /// Number of nodes in the subtree.
    size: Vec<u32>,
    next: Vec<u32>,
    prev: Vec<u32>,
    /// Last node of the subtree in the ring.
    last: Vec<u32>,
    /// Units of mass on the arc to the parent; negative where they come from the parent.
    net: Vec<i64>,
    /// `y` with `c(u, v) − y(u) + y(v) = 0` on the arcs of the tree.
    potential: Vec<f64>,
}

/// The arc that leaves the tree, named by its lower node, and the mass that moves around the cycle.
struct Leaving {
    node: usize,
    on_source_side: bool,
    step: i64,
}

impl SpanningTree {
    /// Hangs every tree of the forest from the root and sends the supply over its arcs.
    pub(super) fn new(start: &InitialFlow) -> Self {
        let nodes = start.supply.len() + 1;
        let mut tree = Self {
            parent: vec![NONE; nodes],
            size: vec![1; nodes],
            next: vec![0; nodes],
            prev: vec![0; nodes],
            last: (0..nodes as u32).collect(),
            net: start.supply.iter().copied().chain([0]).collect(),
            potential: start.potential.iter().copied().chain([0.0]).collect(),
        };
        let preorder = tree.hang(&Adjacency::new(nodes - 1, &start.forest), &start.roots);
        tree.close_ring(&preorder);
        tree
    }

    /// Sets the parents; returns the nodes in preorder, the root first.
    fn hang(&mut self, forest: &Adjacency, roots: &[usize]) -> Vec<usize> {
        let root = self.root();
        let mut preorder = vec![root];
        let mut stack = Vec::new();
        for start in roots.iter().copied().chain(0..root) {
            if self.parent[start] != NONE {
                continue;
            }
            self.parent[start] = root as u32;
            stack.push(start);
            while let Some(node) = stack.pop() {
                preorder.push(node);
                for &child in forest.of(node) {
                    if self.parent[child as usize] == NONE {
                        self.parent[child as usize] = node as u32;
                        stack.push(child as usize);
                    }
                }
            }
        }
        preorder
    }

    /// Links the ring and fills the sizes, last nodes and flows from the parents; a subtree sends up what it has too much.
    fn close_ring(&mut self, preorder: &[usize]) {
        for (k, &node) in preorder.iter().enumerate() {
            let after = preorder[(k + 1) % preorder.len()];
            self.next[node] = after as u32;
            self.prev[after] = node as u32;
        }
        for &node in preorder[1..].iter().rev() {
            let parent = self.parent[node] as usize;
            self.size[parent] += self.size[node];
            self.net[parent] += self.net[node];
            if self.last[parent] == parent as u32 {
                self.last[parent] = self.last[node];
            }
        }
    }

    /// The node above all others.
    fn root(&self) -> usize {
        self.parent.len() - 1
    }

    /// Potential of every node, `y`.
    pub fn potential(&self) -> &[f64] {
        &self.potential[..self.root()]
    }

    /// The arcs that carry mass, `(source, target, units)`.
    pub fn flows(&self) -> impl Iterator<Item = (usize, usize, i64)> + '_ {
        (0..self.root()).filter(|&node| self.net[node] != 0).map(|node| {
            let (source, target) = self.arc(node);
            (source, target, self.net[node].abs())
        })
    }

    /// Source and target of the arc between `node` and its parent.
    fn arc(&self, node: usize) -> (usize, usize) {
        let parent = self.parent[node] as usize;
        if self.net[node] >= 0 { (node, parent) } else { (parent, node) }
    }

    /// Sets all potentials again from those of the hanging nodes, so that round-off of the updates does not build up.
    pub(super) fn refresh_potentials(&mut self, cost: impl Fn(usize, usize) -> f64) {
        let root = self.root();
        let drift = std::mem::take(&mut self.potential[root]);
        let mut node = self.next[root] as usize;
        while node != root {
            let parent = self.parent[node] as usize;
            if parent == root {
                self.potential[node] -= drift;
            } else {
                let (source, target) = self.arc(node);
                let step = cost(source, target);
                self.potential[node] =
                    self.potential[parent] + if source == node { step } else { -step };
            }
            node = self.next[node] as usize;
        }
    }

    /// One pivot: `arc` enters, mass moves around the cycle, another arc leaves.
    ///
    /// `false`, and nothing changes, where no arc of the cycle limits the mass: its costs sum to less than zero.
    pub(super) fn pivot(&mut self, arc: Entering) -> bool {
        let Entering { source, target, reduced_cost } = arc;
        let join = self.join(source, target);
        let leaving = self.leaving(source, target, join);
        if leaving.step == i64::MAX {
            return false;
        }
        self.push(source, target, join, leaving.step);
        let (below, above, net, shift) = if leaving.on_source_side {
            (source, target, leaving.step, reduced_cost)
        } else {
            (target, source, -leaving.step, -reduced_cost)
        };
        self.resize(leaving.node, above, join);
        let tail = self.reroot(below, leaving.node);
        self.attach(below, above, tail, net);
        self.shift_potentials(below, tail, shift);
        true
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
            let net = self.net[node];
            if net >= 0 && net < found.step {
                found = Leaving { node, on_source_side: true, step: net };
            }
            node = self.parent[node] as usize;
        }
        node = target;
        while node != join {
            let net = self.net[node];
            if net < 0 && -net <= found.step {
                found = Leaving { node, on_source_side: false, step: -net };
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
        for (start, change) in [(source, -step), (target, step)] {
            let mut node = start;
            while node != join {
                self.net[node] += change;
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
        let (mut child_net, mut child_size, mut tail) = (0, 0, NONE);
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
            let (old_parent, old_net, old_size) =
                (self.parent[node], self.net[node], self.size[node]);
            self.parent[node] = child;
            self.net[node] = -child_net;
            self.size[node] = total - child_size;
            (child, child_net, child_size) = (node as u32, old_net, old_size);
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
    fn attach(&mut self, below: usize, above: usize, tail: usize, net: i64) {
        self.parent[below] = above as u32;
        self.net[below] = net;
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
    neighbours: Vec<u32>,
}

impl Adjacency {
    /// Lists both ends of every arc.
    fn new(n: usize, arcs: &[(usize, usize)]) -> Self {
        let mut start = vec![0; n + 1];
        for &(u, v) in arcs {
            start[u + 1] += 1;
            start[v + 1] += 1;
        }
        for k in 0..n {
            start[k + 1] += start[k];
        }
        let mut free = start.clone();
        let mut neighbours = vec![0; 2 * arcs.len()];
        for &(u, v) in arcs {
            for (from, to) in [(u, v), (v, u)] {
                neighbours[free[from]] = to as u32;
                free[from] += 1;
            }
        }
        Self { start, neighbours }
    }

    /// Neighbours of `node`.
    fn of(&self, node: usize) -> &[u32] {
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
    }

    /// Tree of `5` sources and `5` targets, three units from each source to the target of its number.
    fn pairs() -> SpanningTree {
        let forest = (0..5).map(|k| (k, 5 + k)).collect();
        let supply = (0..10).map(|v| if v < 5 { 3 } else { -3 }).collect();
        SpanningTree::new(&InitialFlow {
            forest,
            supply,
            potential: vec![0.0; 10],
            roots: vec![],
            largest_cost: 0.0,
        })
    }

    #[test]
    fn any_sequence_of_pivots_keeps_the_tree_consistent() {
        let mut tree = pairs();
        assert_consistent(&tree);
        let mut state = 1_usize;
        for _ in 0..500 {
            state = (state * 1_103_515_245 + 12_345) % (1 << 31);
            let (source, target) = ((state >> 8) % 5, 5 + (state >> 16) % 5);
            if tree.parent[source] as usize == target || tree.parent[target] as usize == source {
                continue;
            }
            let reduced_cost = -tree.potential[source] + tree.potential[target];
            assert!(tree.pivot(Entering { source, target, reduced_cost }));
            assert_consistent(&tree);
            assert!(tree.flows().all(|(source, target, _)| source < 5 && target >= 5));
            let out: i64 = tree.flows().filter(|arc| arc.0 == source).map(|arc| arc.2).sum();
            assert_eq!(out, 3, "mass of source {source}");
        }
    }

    #[test]
    fn a_cycle_without_a_limit_changes_nothing() {
        // Mass runs from 0 to 1; an arc back closes a cycle that could carry any amount.
        let start = InitialFlow {
            forest: vec![(0, 1)],
            supply: vec![2, -2],
            potential: vec![0.0; 2],
            roots: vec![],
            largest_cost: 1.0,
        };
        let mut tree = SpanningTree::new(&start);
        assert!(!tree.pivot(Entering { source: 1, target: 0, reduced_cost: -1.0 }));
        assert_eq!(tree.flows().collect::<Vec<_>>(), [(0, 1, 2)]);
    }
}
