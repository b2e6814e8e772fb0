//! The basis of the network simplex on a graph: a rooted spanning forest whose edges carry flow.
//!
//! Every edge can be used both ways, so *any* spanning forest is a feasible start: each edge of it
//! carries what its subtree has too much or too little. Edges without flow point towards the root
//! (a *strongly feasible* basis), so the method cannot cycle (Cunningham 1976, A network simplex
//! method).

use crate::network::Network;
use crate::paths::shortest_path_tree;

const NONE: u32 = u32::MAX;

/// A spanning forest with flows and potentials.
pub struct Basis {
    parent: Vec<u32>,
    first_child: Vec<u32>,
    next_sibling: Vec<u32>,
    previous_sibling: Vec<u32>,
    depth: Vec<u32>,
    /// Whether the flow on the edge to the parent runs towards the root.
    is_upward: Vec<bool>,
    flow: Vec<i64>,
    cost: Vec<f64>,
    potential: Vec<f64>,
}

/// The edge that leaves the basis.
struct Leaving {
    node: usize,
    is_on_source_side: bool,
    step: i64,
}

impl Basis {
    /// Shortest-path trees, one per component, that carry the surplus `units`.
    pub fn new(network: &Network, units: &[i64]) -> Self {
        let n = network.n_nodes();
        let mut basis = Self {
            parent: vec![NONE; n],
            first_child: vec![NONE; n],
            next_sibling: vec![NONE; n],
            previous_sibling: vec![NONE; n],
            depth: vec![0; n],
            is_upward: vec![true; n],
            flow: vec![0; n],
            cost: vec![0.0; n],
            potential: vec![0.0; n],
        };
        let order = basis.hang(network);
        basis.carry(&order, units);
        basis.refresh_potentials(&order);
        basis
    }

    /// Hangs every node; returns the nodes, parents first.
    fn hang(&mut self, network: &Network) -> Vec<usize> {
        let mut is_hung = vec![false; network.n_nodes()];
        let mut order = Vec::with_capacity(network.n_nodes());
        let mut roots: Vec<usize> = (0..network.n_nodes()).collect();
        // Hubs first: trees that hang from a hub are shallow.
        roots.sort_by_key(|&v| std::cmp::Reverse(network.arcs().degree(v)));
        for root in roots {
            if is_hung[root] {
                continue;
            }
            let first = order.len();
            is_hung[root] = true;
            order.push(root);
            if network.arcs().degree(root) == 0 {
                continue;
            }
            let tree = shortest_path_tree(network.arcs(), root, None);
            let mut nodes: Vec<usize> =
                (0..is_hung.len()).filter(|&v| tree.parent(v).is_some()).collect();
            nodes.sort_by(|&a, &b| tree.distances[a].total_cmp(&tree.distances[b]));
            for v in nodes {
                is_hung[v] = true;
                let Some(parent) = tree.parent(v) else { continue };
                self.attach(v, parent);
                self.cost[v] = network.arcs().cost(parent, v).unwrap_or(0.0);
            }
            self.preorder(root, &mut order, first);
        }
        order
    }

    /// Appends the nodes below `root` to `order`, where it stands at `first`; sets their depths.
    fn preorder(&mut self, root: usize, order: &mut Vec<usize>, first: usize) {
        self.depth[root] = 0;
        let mut next = first;
        while next < order.len() {
            let node = order[next];
            let mut child = self.first_child[node];
            while child != NONE {
                self.depth[child as usize] = self.depth[node] + 1;
                order.push(child as usize);
                child = self.next_sibling[child as usize];
            }
            next += 1;
        }
    }

    /// Sends the surplus of every subtree over the edge above it.
    fn carry(&mut self, order: &[usize], units: &[i64]) {
        let mut surplus = units.to_vec();
        for &node in order.iter().rev() {
            let parent = self.parent[node];
            if parent != NONE {
                self.is_upward[node] = surplus[node] >= 0;
                self.flow[node] = surplus[node].abs();
                surplus[parent as usize] += surplus[node];
            }
        }
    }

    fn refresh_potentials(&mut self, order: &[usize]) {
        for &node in order {
            let parent = self.parent[node];
            self.potential[node] = match parent {
                NONE => 0.0,
                parent if self.is_upward[node] => self.potential[parent as usize] + self.cost[node],
                parent => self.potential[parent as usize] - self.cost[node],
            };
        }
    }

    /// Recomputes the potentials from the costs: pivots leave round-off behind.
    pub fn refresh(&mut self) {
        let roots = (0..self.parent.len()).filter(|&v| self.parent[v] == NONE);
        let mut order = Vec::with_capacity(self.parent.len());
        for root in roots.collect::<Vec<_>>() {
            let first = order.len();
            order.push(root);
            self.preorder(root, &mut order, first);
        }
        self.refresh_potentials(&order);
    }

    /// `f` of every node.
    pub fn potential(&self) -> &[f64] {
        &self.potential
    }

    /// `(source, target, units, cost)` of the edges that carry flow.
    pub fn flows(&self) -> impl Iterator<Item = (usize, usize, i64, f64)> + '_ {
        (0..self.parent.len()).filter(|&v| self.flow[v] > 0).map(|v| {
            let parent = self.parent[v] as usize;
            let (from, to) = if self.is_upward[v] { (v, parent) } else { (parent, v) };
            (from, to, self.flow[v], self.cost[v])
        })
    }

    /// Brings the arc from `u` to `v` into the basis; `excess = f(u) − f(v) − cost` is positive.
    pub fn pivot(&mut self, u: usize, v: usize, cost: f64, excess: f64) {
        let join = self.join(u, v);
        let leaving = self.leaving(u, v, join);
        self.push(u, v, join, leaving.step);
        let (below, above) = if leaving.is_on_source_side { (u, v) } else { (v, u) };
        self.reroot(below, leaving.node);
        self.attach(below, above);
        self.cost[below] = cost;
        self.flow[below] = leaving.step;
        self.is_upward[below] = leaving.is_on_source_side;
        let shift = if leaving.is_on_source_side { -excess } else { excess };
        self.move_subtree(below, shift);
    }

    /// Deepest node above both.
    fn join(&self, mut a: usize, mut b: usize) -> usize {
        while a != b {
            if self.depth[a] >= self.depth[b] {
                a = self.parent[a] as usize;
            } else {
                b = self.parent[b] as usize;
            }
        }
        a
    }

    /// The last edge of the cycle, seen from `join` in the direction of the new flow, among those
    /// whose flow is used up first.
    fn leaving(&self, u: usize, v: usize, join: usize) -> Leaving {
        let mut found = Leaving { node: u, is_on_source_side: true, step: i64::MAX };
        let mut node = u;
        while node != join {
            if self.is_upward[node] && self.flow[node] < found.step {
                found = Leaving { node, is_on_source_side: true, step: self.flow[node] };
            }
            node = self.parent[node] as usize;
        }
        node = v;
        while node != join {
            if !self.is_upward[node] && self.flow[node] <= found.step {
                found = Leaving { node, is_on_source_side: false, step: self.flow[node] };
            }
            node = self.parent[node] as usize;
        }
        found
    }

    /// Sends `step` units around the cycle.
    fn push(&mut self, u: usize, v: usize, join: usize, step: i64) {
        for (start, sign) in [(u, -step), (v, step)] {
            let mut node = start;
            while node != join {
                self.flow[node] += if self.is_upward[node] { sign } else { -sign };
                node = self.parent[node] as usize;
            }
        }
    }

    /// Cuts the subtree of `top` off and makes `below`, a node of it, its root.
    fn reroot(&mut self, below: usize, top: usize) {
        let mut path = vec![below];
        let mut node = below;
        while node != top {
            node = self.parent[node] as usize;
            path.push(node);
        }
        for &node in path.iter().rev() {
            self.detach(node);
        }
        // From the top down: each edge of the path turns around.
        for pair in path.windows(2).rev() {
            let (child, parent) = (pair[0], pair[1]);
            self.flow[parent] = self.flow[child];
            self.cost[parent] = self.cost[child];
            self.is_upward[parent] = !self.is_upward[child];
            self.attach(parent, child);
        }
    }

    fn attach(&mut self, child: usize, parent: usize) {
        let first = self.first_child[parent];
        self.parent[child] = parent as u32;
        self.next_sibling[child] = first;
        self.previous_sibling[child] = NONE;
        if first != NONE {
            self.previous_sibling[first as usize] = child as u32;
        }
        self.first_child[parent] = child as u32;
    }

    fn detach(&mut self, child: usize) {
        let (parent, previous, next) =
            (self.parent[child], self.previous_sibling[child], self.next_sibling[child]);
        if previous != NONE {
            self.next_sibling[previous as usize] = next;
        } else if parent != NONE {
            self.first_child[parent as usize] = next;
        }
        if next != NONE {
            self.previous_sibling[next as usize] = previous;
        }
        self.parent[child] = NONE;
    }

    /// New depths and potentials below `top`, which has just been attached.
    fn move_subtree(&mut self, top: usize, shift: f64) {
        let mut stack = vec![top];
        while let Some(node) = stack.pop() {
            self.depth[node] = self.depth[self.parent[node] as usize] + 1;
            self.potential[node] += shift;
            let mut child = self.first_child[node];
            while child != NONE {
                stack.push(child as usize);
                child = self.next_sibling[child as usize];
            }
        }
    }
}
