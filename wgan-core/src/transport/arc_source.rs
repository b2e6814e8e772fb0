//! What the network simplex method is given: arcs to search, and a flow to start from.

/// Arcs that mass may run along, without a limit, and their costs.
///
/// No cycle of arcs may have costs that sum to less than zero.
pub trait ArcSource {
    /// Number of arcs.
    fn n_arcs(&self) -> usize;

    /// Cost of the arc from `source` to `target`, which exists.
    fn cost(&self, source: usize, target: usize) -> f64;

    /// The next arc with a reduced cost `c(u, v) − y(u) + y(v)` below `−tolerance`, or `None` after looking at all of them.
    ///
    /// # Shapes
    /// - `potential`: `y`, one per node
    ///
    /// # References
    /// Grigoriadis (1986), An efficient implementation of the network simplex method, for the search in blocks.
    fn entering(&mut self, potential: &[f64], tolerance: f64) -> Option<Entering>;
}

/// An arc that would lower the cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entering {
    /// Node it comes from.
    pub source: usize,
    /// Node it goes to.
    pub target: usize,
    /// `c(u, v) − y(u) + y(v) < 0`.
    pub reduced_cost: f64,
}

/// A flow to start from: the one that a forest can carry.
#[derive(Debug, Clone)]
pub struct InitialFlow {
    /// Ends of the arcs of the forest, which has no cycle. The supply must be able to run along them.
    pub forest: Vec<(usize, usize)>,
    /// Units of mass that each node has to give; negative where it takes. Every tree of the forest has a total of zero.
    pub supply: Vec<i64>,
    /// Potential wanted of the roots, one per node.
    pub potential: Vec<f64>,
    /// Roots of the trees; of a tree without one the first node is it.
    pub roots: Vec<usize>,
    /// Largest `|c(u, v)|`.
    pub largest_cost: f64,
}
