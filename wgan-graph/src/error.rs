//! The error of this crate.

use std::path::PathBuf;

use wgan_core::WganError;

/// What went wrong, with the values that show why.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// A file that cannot be opened or read.
    #[error("cannot read {}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system or the decoder said.
        reason: String,
    },
    /// A column that a file does not have.
    #[error("{}: no column `{name}`; it has {}", path.display(), columns.join(", "))]
    NoColumn {
        /// The file.
        path: PathBuf,
        /// The column that is needed.
        name: String,
        /// The columns there are.
        columns: Vec<String>,
    },
    /// A first line that looks like data where the columns should be named.
    #[error(
        "{}: the first line is `{line}`, which looks like data; expected a header like `{expected}`",
        path.display()
    )]
    NoHeader {
        /// The file.
        path: PathBuf,
        /// Its first line.
        line: String,
        /// A header.
        expected: &'static str,
    },
    /// A cell that cannot be used.
    #[error("{}, row {row}: {column} is {got:?}, expected {expected}", path.display())]
    Cell {
        /// The file.
        path: PathBuf,
        /// Row, counted from 1 without the header.
        row: usize,
        /// Name of the column.
        column: String,
        /// The cell.
        got: String,
        /// What could stand there.
        expected: &'static str,
    },
    /// A cost that makes no distance.
    #[error("edge {from} to {to}: cost {got}, expected a number from 0 to 1e150")]
    Cost {
        /// Id of the first node.
        from: String,
        /// Id of the second node.
        to: String,
        /// The cost.
        got: f64,
    },
    /// A stored network that contradicts itself.
    #[error("stored network: expected {expected}, got {got}")]
    Stored {
        /// What it should have.
        expected: &'static str,
        /// What it has.
        got: String,
    },
    /// A graph without nodes.
    #[error("the graph has no nodes")]
    Empty,
    /// More nodes than a `u32` can number.
    #[error("{n} nodes, expected fewer than {}", u32::MAX)]
    TooLarge {
        /// Number of nodes.
        n: usize,
    },
    /// Arcs whose two directions differ, where distances must be symmetric.
    #[error(
        "the graph is directed: {n} of its arcs have no equal arc back (first {from} to {to}); \
         its shortest paths are no metric. Symmetrise it to use the cheaper direction both ways"
    )]
    Directed {
        /// Number of such arcs.
        n: usize,
        /// Id of the source of the first one.
        from: String,
        /// Id of its target.
        to: String,
    },
    /// Arcs that lead away from a node and never back.
    #[error(
        "no path leads from `{from}` to `{to}` along the arcs, so mass cannot get there. Symmetrise \
         the graph to use the cheaper direction both ways"
    )]
    OneWay {
        /// Id of the node that does not lead there.
        from: String,
        /// Id of the node that is not reached.
        to: String,
    },
    /// Several components where one is needed.
    #[error(
        "the graph has {n} components, the largest with {largest} of {nodes} nodes (`{first}` and \
         `{second}` are not connected); keep the largest, or join them"
    )]
    Components {
        /// Number of components.
        n: usize,
        /// Nodes of the largest one.
        largest: usize,
        /// Nodes of the graph.
        nodes: usize,
        /// Id of a node of the largest one.
        first: String,
        /// Id of a node outside.
        second: String,
    },
    /// An id that names no node.
    #[error("{at}: `{id}` is no node of the graph")]
    UnknownNode {
        /// Where the id was given.
        at: String,
        /// The id.
        id: String,
    },
    /// A node that a table of features does not have.
    #[error("{at}: no features of node `{id}`")]
    NoFeatures {
        /// The table.
        at: String,
        /// The id.
        id: String,
    },
    /// Observations that cannot be used.
    #[error("observations: {reason}")]
    Observations {
        /// What is wrong with them.
        reason: String,
    },
    /// A condition on what a law does not depend on, or a value that was never seen.
    #[error("{name}={got}: expected {expected}")]
    Context {
        /// Name of the context.
        name: String,
        /// The value.
        got: String,
        /// What could stand there.
        expected: String,
    },
    /// Two laws that no flow can join.
    #[error(
        "the component of `{node}` has mass {mu} in the first law and {nu} in the second: no path \
         leads out of it, so W1 is infinite"
    )]
    Unbalanced {
        /// Id of a node of the component.
        node: String,
        /// Mass of the first law there.
        mu: f64,
        /// Mass of the second law there.
        nu: f64,
    },
    /// A table of distances larger than what was allowed.
    #[error(
        "all pairs of {n} nodes take {} MiB, more than the {} MiB allowed; ask for rows or \
         landmarks, or allow more", needed >> 20, allowed >> 20
    )]
    Memory {
        /// Number of nodes.
        n: usize,
        /// Bytes needed.
        needed: usize,
        /// Bytes allowed.
        allowed: usize,
    },
    /// Too little data for a method.
    #[error("{at}: expected at least {expected}, got {got}")]
    TooFew {
        /// What is counted.
        at: &'static str,
        /// Smallest number that makes sense.
        expected: usize,
        /// Number that came.
        got: usize,
    },
    /// A share of mass that stays that leaves nothing to move.
    #[error("idleness: expected a number from 0 up to, but not including, 1, got {got}")]
    Idleness {
        /// The share.
        got: f64,
    },
    /// From training, transport or writing.
    #[error(transparent)]
    Wgan(#[from] WganError),
}
