//! From and to petgraph.

use petgraph::EdgeType;
use petgraph::graph::UnGraph;
use petgraph::visit::{
    EdgeRef, GraphProp, IntoEdgeReferences, IntoNodeIdentifiers, NodeCount, NodeIndexable,
};

use super::{Cleaning, Edge, Network};
use crate::error::GraphError;

impl Network {
    /// Network of any petgraph graph, with `cost` read off each edge.
    ///
    /// Nodes keep their order; their ids are petgraph's index numbers. Directed graphs stay
    /// directed. The rules are those of [`Network::from_edges`].
    ///
    /// # Errors
    /// As [`Network::from_edges`].
    ///
    /// # Example
    /// ```
    /// use petgraph::graph::UnGraph;
    /// use wgan_graph::{Network, ShortestPaths};
    /// let roads = UnGraph::<&str, f64>::from_edges([(0, 1, 2.0), (1, 2, 3.0)]);
    /// let (network, _) = Network::from_graph(&roads, |edge| *edge.weight())?;
    /// assert_eq!(ShortestPaths::new(&network).row(0), [0.0, 2.0, 5.0]);
    /// # Ok::<(), wgan_graph::GraphError>(())
    /// ```
    pub fn from_graph<G>(
        graph: G,
        cost: impl Fn(G::EdgeRef) -> f64,
    ) -> Result<(Self, Cleaning), GraphError>
    where
        G: IntoEdgeReferences + IntoNodeIdentifiers + NodeCount + NodeIndexable + GraphProp,
        G::EdgeType: EdgeType,
    {
        let mut place = vec![usize::MAX; graph.node_bound()];
        let mut ids = Vec::with_capacity(graph.node_count());
        for node in graph.node_identifiers() {
            place[graph.to_index(node)] = ids.len();
            ids.push(graph.to_index(node).to_string());
        }
        let edges: Vec<Edge> = graph
            .edge_references()
            .map(|edge| Edge {
                u: place[graph.to_index(edge.source())],
                v: place[graph.to_index(edge.target())],
                cost: cost(edge),
            })
            .collect();
        Self::from_edges(ids, &edges, graph.is_directed())
    }

    /// The network as a petgraph graph: ids on the nodes, costs on the edges.
    pub fn to_graph(&self) -> UnGraph<String, f64> {
        let mut graph = UnGraph::with_capacity(self.n_nodes(), self.n_edges());
        let nodes: Vec<_> = self.ids().iter().map(|id| graph.add_node(id.clone())).collect();
        for (u, v, cost) in self.symmetrised().edges() {
            graph.add_edge(nodes[u], nodes[v], cost);
        }
        graph
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use petgraph::graph::DiGraph;
    use petgraph::stable_graph::StableUnGraph;

    #[test]
    fn a_graph_with_holes_keeps_its_index_numbers_as_ids() {
        let mut graph = StableUnGraph::<(), f64>::default();
        let nodes: Vec<_> = (0..4).map(|_| graph.add_node(())).collect();
        graph.add_edge(nodes[0], nodes[2], 4.0);
        graph.add_edge(nodes[2], nodes[3], 1.0);
        graph.remove_node(nodes[1]);
        let (network, _) = Network::from_graph(&graph, |edge| 2.0 * edge.weight()).unwrap();
        assert_eq!(network.ids(), ["0", "2", "3"]);
        assert_eq!(network.edges().collect::<Vec<_>>(), [(0, 1, 8.0), (1, 2, 2.0)]);
    }

    #[test]
    fn directed_graphs_stay_directed_and_come_back_undirected() {
        let graph = DiGraph::<(), f64>::from_edges([(0, 1, 2.0), (1, 0, 1.0)]);
        let (network, _) = Network::from_graph(&graph, |edge| *edge.weight()).unwrap();
        assert!(network.is_directed());
        let back = network.to_graph();
        assert_eq!((back.node_count(), back.edge_count()), (2, 1));
    }
}
