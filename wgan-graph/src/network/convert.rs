//! From and to petgraph.

use petgraph::EdgeType;
use petgraph::graph::UnGraph;
use petgraph::visit::{
    EdgeRef, GraphProp, IntoEdgeReferences, IntoNodeIdentifiers, NodeCount, NodeIndexable,
};

use super::indices::Indices;
use super::{Cleaning, Edge, Network};
use crate::error::GraphError;

impl Network {
    /// Network of any petgraph graph, with `cost` read off each edge.
    ///
    /// Nodes keep their order and their indexes, [`Network::node_index`], also where a stable graph
    /// has holes; their ids are the index numbers. Directed graphs stay directed. The rules are those
    /// of [`Network::from_edges`].
    ///
    /// # Errors
    /// As [`Network::from_edges`].
    ///
    /// # Example
    /// ```
    /// use petgraph::stable_graph::StableUnGraph;
    /// use wgan_graph::{Network, ShortestPaths};
    /// let mut roads = StableUnGraph::<&str, f64>::default();
    /// let [a, b, c, d] = ["Amiens", "Brest", "Caen", "Dijon"].map(|town| roads.add_node(town));
    /// roads.extend_with_edges([(a, c, 2.0), (c, d, 3.0)]);
    /// roads.remove_node(b); // leaves a hole
    /// let (network, _) = Network::from_graph(&roads, |road| *road.weight())?;
    /// let row = ShortestPaths::new(&network).row(0);
    /// let towns = network.node_indices().map(|index| roads[index]);
    /// let found: Vec<(&str, f64)> = towns.zip(row).collect();
    /// assert_eq!(found, [("Amiens", 0.0), ("Caen", 2.0), ("Dijon", 5.0)]);
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
        let mut indices = Vec::with_capacity(graph.node_count());
        for node in graph.node_identifiers() {
            place[graph.to_index(node)] = ids.len();
            ids.push(graph.to_index(node).to_string());
            indices.push(graph.to_index(node) as u32);
        }
        let edges: Vec<Edge> = graph
            .edge_references()
            .map(|edge| Edge {
                u: place[graph.to_index(edge.source())],
                v: place[graph.to_index(edge.target())],
                cost: cost(edge),
            })
            .collect();
        if graph.node_bound() > u32::MAX as usize {
            return Err(GraphError::TooLarge { n: graph.node_bound() });
        }
        let (network, cleaning) = Self::from_edges(ids, &edges, graph.is_directed())?;
        Ok((Self { indices: Indices::new(indices), ..network }, cleaning))
    }

    /// The network as a petgraph graph: ids on the nodes, costs on the edges. Node `v` has index `v`.
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
        assert!(network.node_indices().eq([nodes[0], nodes[2], nodes[3]]));
        assert_eq!(network.number_at(nodes[2]), Some(1));
        assert_eq!(network.number_at(nodes[1]), None);
        let part = network.restricted(&[1, 2]);
        assert_eq!(part.node_index(1), nodes[3]);
        assert_eq!(network.symmetrised().node_index(2), nodes[3]);
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
