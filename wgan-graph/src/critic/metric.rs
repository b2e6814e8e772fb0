//! A critic that is 1-Lipschitz for the shortest-path distance whatever its weights.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use petgraph::EdgeType;
use petgraph::visit::{
    GraphProp, IntoEdgeReferences, IntoNodeIdentifiers, NodeCount, NodeIndexable,
};
use wgan_core::Critic;

use super::NodePotential;
use crate::error::GraphError;
use crate::network::Network;
use crate::paths::{MemoryLimit, ShortestPaths};
use crate::sample::NodeLaw;
use crate::transport::mcshane_extension;

/// `f(v) = minₐ (θₐ + d(v, a))` over anchors `a`.
///
/// Each term rises by at most `d(u, v)` between two nodes, so their minimum does: `f` is
/// 1-Lipschitz by construction, up to single-precision round-off. With every node as an anchor
/// every 1-Lipschitz function has this form (`θ = f`), so nothing is lost.
///
/// The gradient of an expectation moves the `θₐ` of the anchor that is active at each node. Two
/// laws can then balance at an anchor between them although `f` could still rise; train it with
/// [`AnchorRelease`](super::AnchorRelease).
///
/// # References
/// McShane (1934), Extension of range of functions.
#[derive(Module, Debug)]
pub struct MetricCritic {
    /// `θ`, `[a]`.
    offsets: Param<Tensor<1>>,
    /// `d(v, a)`, `[v, a]`; a constant that is not saved with the weights.
    distances: Tensor<2>,
    #[module(skip)]
    anchors: Vec<usize>,
}

impl MetricCritic {
    /// The critic with `θ = 0`, zero at every anchor. Keeps `4·v·a` bytes of distances.
    ///
    /// # Errors
    /// [`GraphError::TooFew`] without anchors, [`GraphError::Directed`] and
    /// [`GraphError::Components`] where distances are no metric.
    ///
    /// # Panics
    /// If an anchor is no node.
    pub fn new(
        paths: &ShortestPaths<'_>,
        anchors: &[usize],
        device: &Device,
    ) -> Result<Self, GraphError> {
        let distances = anchor_distances(paths, anchors, device)?;
        let zeros = TensorData::new(vec![0.0_f32; anchors.len()], [anchors.len()]);
        let offsets = Param::from_data(zeros, device);
        Ok(Self { offsets, distances, anchors: anchors.to_vec() })
    }

    /// The critic with an anchor on every node of a petgraph graph, `cost` read off each edge, and
    /// the network that numbers its nodes: `f` of `graph[network.node_index(v)]` is value `v`.
    ///
    /// # Errors
    /// As [`Network::from_graph`] and [`MetricCritic::new`]; [`GraphError::Memory`] above 16,384
    /// nodes, where a few anchors will do.
    ///
    /// # Example
    /// ```
    /// use burn::tensor::Device;
    /// use petgraph::graph::UnGraph;
    /// use wgan_graph::{MetricCritic, NodePotential};
    /// struct Road { minutes: f64 }
    /// let mut city = UnGraph::<&str, Road>::default();
    /// let [park, hall, quay] = ["Park", "Hall", "Quay"].map(|stop| city.add_node(stop));
    /// city.add_edge(park, hall, Road { minutes: 4.0 });
    /// city.add_edge(hall, quay, Road { minutes: 3.0 });
    /// let device = Device::flex();
    /// let (critic, _) = MetricCritic::from_graph(&city, |road| road.weight().minutes, &device)?;
    /// // An offset of 0 at the park and none that binds elsewhere: the distance from the park.
    /// assert_eq!(critic.with_offsets(&[0.0, 99.0, 99.0]).values(), [0.0, 4.0, 7.0]);
    /// # Ok::<(), wgan_graph::GraphError>(())
    /// ```
    pub fn from_graph<G>(
        graph: G,
        cost: impl Fn(G::EdgeRef) -> f64,
        device: &Device,
    ) -> Result<(Self, Network), GraphError>
    where
        G: IntoEdgeReferences + IntoNodeIdentifiers + NodeCount + NodeIndexable + GraphProp,
        G::EdgeType: EdgeType,
    {
        let (network, _) = Network::from_graph(graph, cost)?;
        let n = network.n_nodes();
        MemoryLimit::default().check(n)?;
        let anchors: Vec<usize> = (0..n).collect();
        let critic = Self::new(&ShortestPaths::new(&network), &anchors, device)?;
        Ok((critic, network))
    }

    /// The critic with this `θ`, one value per anchor.
    ///
    /// # Panics
    /// If there is not one value per anchor.
    #[must_use]
    pub fn with_offsets(mut self, offsets: &[f32]) -> Self {
        let [_, a] = self.distances.dims();
        assert_eq!(offsets.len(), a, "one offset per anchor");
        let data = TensorData::new(offsets.to_vec(), [a]);
        self.offsets = Param::from_data(data, &self.distances.device());
        self
    }

    /// `f(v)` of every node of the network it was made for, in double precision: the certified form
    /// of [`NodePotential::values`], whose round-off can violate an edge by 1e-7 of the largest
    /// distance.
    ///
    /// # Panics
    /// If `network` has fewer nodes than the anchors ask for.
    pub fn certified_values(&self, network: &Network) -> Vec<f64> {
        let mut values = vec![f64::INFINITY; network.n_nodes()];
        let offsets = self.offsets.val().inner().into_data();
        for (&anchor, offset) in self.anchors.iter().zip(offsets.iter::<f32>()) {
            values[anchor] = values[anchor].min(f64::from(offset));
        }
        mcshane_extension(network, &values)
    }

    /// The critic with `θₐ ← θₐ + share·(f(a) − θₐ)`. Since `f(a) ≤ θₐ`, with equality where `a` is
    /// its own active anchor, `f` stays the same function for shares in `[0, 1]`.
    #[must_use]
    pub(super) fn released(mut self, share: f64) -> Self {
        let nodes: Vec<i64> = self.anchors.iter().map(|&a| a as i64).collect();
        let device = self.distances.device().without_autodiff();
        let nodes = Tensor::from_data(TensorData::new(nodes, [self.anchors.len()]), &device);
        let at_anchors = self.potential().inner().select(0, nodes);
        self.offsets = self.offsets.map(|offsets| {
            let is_trained = offsets.is_require_grad();
            let is_autodiff = offsets.is_autodiff();
            let offsets = offsets.inner();
            let moved = offsets.clone() + (at_anchors - offsets) * share;
            if is_autodiff { moved.autodiff().set_require_grad(is_trained) } else { moved }
        });
        self
    }
}

/// `d(v, a)` from every node to the anchors, `[v, a]`.
///
/// # Errors
/// As [`MetricCritic::new`].
pub fn anchor_distances(
    paths: &ShortestPaths<'_>,
    anchors: &[usize],
    device: &Device,
) -> Result<Tensor<2>, GraphError> {
    if anchors.is_empty() {
        return Err(GraphError::TooFew { at: "anchors", expected: 1, got: 0 });
    }
    let network = paths.network();
    network.undirected()?.require_connected()?;
    let (v, a) = (network.n_nodes(), anchors.len());
    let mut table = vec![0.0_f32; v * a];
    for (j, row) in paths.rows(anchors).into_iter().enumerate() {
        row.into_iter().enumerate().for_each(|(i, d)| table[i * a + j] = d as f32);
    }
    Ok(Tensor::from_data(TensorData::new(table, [v, a]), device))
}

impl NodePotential for MetricCritic {
    fn potential(&self) -> Tensor<1> {
        let offsets = self.offsets.val();
        let distances = self.distances.clone().inner();
        // Which anchor is active is found without a tape; its terms are differentiated.
        let reach = distances.clone() + offsets.clone().inner().unsqueeze_dim::<2>(0);
        let active = reach.argmin(1); // [v, 1]
        let along = distances.gather(1, active.clone()).squeeze_dim::<1>(1);
        offsets.select(0, active.squeeze_dim::<1>(1)) + along
    }
}

impl Critic for MetricCritic {
    type Sample = NodeLaw;

    fn score(&self, law: &NodeLaw) -> Tensor<1> {
        law.expectation(self.potential())
    }
}
