//! Why a node is anomalous, in edges and routes.

use super::NodeAnomaly;
use crate::network::Network;

/// One reason, with its part of the score.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// An edge between two neighbours, which is why so little passes through the node.
    Edge {
        /// One neighbour.
        u: usize,
        /// The other one.
        v: usize,
        /// What the edge saves against the way through the node, in the unit of the costs.
        saving: f64,
        /// Shortest way between them that uses no edge among the node and its neighbours; none where
        /// there is none, or none among the next 4,000 nodes.
        around: Option<Vec<usize>>,
    },
    /// A node nearby with other features.
    Features {
        /// Nodes from the scored one to that one.
        route: Vec<usize>,
        /// Distance of their features, between 0 and 2.
        distance: f64,
        /// Mean distance over the network between a node and its surroundings.
        usual: f64,
    },
    /// An edge whose ends have features that rarely meet.
    Meeting {
        /// The other end.
        neighbour: usize,
        /// What the critic says: 1 on a usual edge, 0 between two nodes at random.
        usual: f64,
    },
    /// Many neighbours, in a network without triangles.
    Degree {
        /// Their number.
        degree: usize,
    },
}

impl Reason {
    /// One clause with the ids of the nodes.
    pub fn describe(&self, network: &Network) -> String {
        let ids =
            |route: &[usize]| route.iter().map(|&v| network.id(v)).collect::<Vec<_>>().join(" > ");
        match self {
            Reason::Edge { u, v, saving, around } => {
                let around = match around {
                    Some(route) => format!("outside of the neighbourhood {}", ids(route)),
                    None => "outside of the neighbourhood no way was found".to_owned(),
                };
                let (u, v) = (network.id(*u), network.id(*v));
                format!(
                    "edge {u} - {v} saves {saving:.3} against the way through the node ({around})"
                )
            }
            Reason::Meeting { neighbour, usual } => format!(
                "features like its own rarely meet those of {} on an edge ({usual:.2}; 1 is usual, 0 chance)",
                network.id(*neighbour)
            ),
            Reason::Degree { degree } => format!("it has {degree} neighbours"),
            Reason::Features { route, distance, usual } => {
                format!("features differ by {distance:.2} along {} (usual {usual:.2})", ids(route))
            }
        }
    }
}

impl NodeAnomaly {
    /// The reasons in one line; says so where nothing is above the mean.
    pub fn explain(&self, network: &Network) -> String {
        if self.reasons.is_empty() {
            return "nothing above the mean".to_owned();
        }
        self.reasons.iter().map(|r| r.describe(network)).collect::<Vec<_>>().join("; ")
    }
}
