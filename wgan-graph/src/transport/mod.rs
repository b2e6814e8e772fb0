//! Exact transport between laws on the nodes: flow along the edges, potentials, curvature.

mod curvature;
mod edge_arcs;
mod flow;
mod hub;
mod initial_flow;
mod path_w1;
mod potential;
mod supply;
#[cfg(test)]
mod tests;

pub use curvature::{EdgeCurvature, ollivier_ricci};
pub use flow::{EdgeFlow, GraphTransport, graph_w1};
pub use path_w1::path_w1;
pub use potential::{largest_violation, mcshane_extension};
