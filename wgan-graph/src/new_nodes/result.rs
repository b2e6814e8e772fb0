//! A network and the nodes that it grew.

use petgraph::graph::{NodeIndex, UnGraph};

use super::attributes::NodeAttributes;
use crate::network::Network;

/// A connected network with the nodes that were added to it.
#[derive(Clone, Debug)]
pub struct NewNodes {
    pub(super) network: Network,
    pub(super) n_old: usize,
    pub(super) mean_hops: f64,
    pub(super) expected_mean_hops: f64,
    pub(super) attributes: Option<NodeAttributes>,
}

/// An edge of a new node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NewEdge<'a> {
    /// Id of the new node.
    pub source: &'a str,
    /// Id of its neighbour, an existing node.
    pub target: &'a str,
    /// Cost.
    pub cost: f64,
}

/// A node of [`NewNodes::to_graph`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedNode {
    /// The id.
    pub id: String,
    /// Whether it was generated.
    pub is_new: bool,
}

impl NewNodes {
    /// Existing nodes, followed by the new ones.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Ids of the new nodes; none is an id of the network that they were added to.
    pub fn ids(&self) -> &[String] {
        &self.network.ids()[self.n_old..]
    }

    /// Their attributes, in the order of [`NewNodes::ids`], where the generator knows those of the existing nodes.
    pub fn attributes(&self) -> Option<&NodeAttributes> {
        self.attributes.as_ref()
    }

    /// Their edges.
    pub fn edges(&self) -> impl Iterator<Item = NewEdge<'_>> {
        let network = &self.network;
        (self.n_old..network.n_nodes()).flat_map(move |v| {
            let edge =
                move |(u, cost)| NewEdge { source: network.id(v), target: network.id(u), cost };
            network.arcs().of(v).map(edge)
        })
    }

    /// Mean hops from a new node to all others, over at most 256 new nodes; 0 without new nodes.
    pub fn mean_hops(&self) -> f64 {
        self.mean_hops
    }

    /// What [`NewNodes::mean_hops`] was to be, from how much mean distances change when random
    /// nodes are taken out of the network. Of several trials the nearest was taken, so that both
    /// agree says that the attaching succeeded, not that the expectation was right.
    pub fn expected_mean_hops(&self) -> f64 {
        self.expected_mean_hops
    }

    /// Existing and new nodes in one graph, costs on the edges.
    pub fn to_graph(&self) -> UnGraph<MarkedNode, f64> {
        let node = |i: NodeIndex, id: &String| MarkedNode {
            id: id.clone(),
            is_new: i.index() >= self.n_old,
        };
        self.network.to_graph().map(node, |_, &cost| cost)
    }
}
