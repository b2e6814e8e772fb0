//! A network as serde stores it: ids, edges, indexes. What is read back is checked.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::indices::Indices;
use super::{Edge, Network};
use crate::error::GraphError;

/// What a [`Network`] is made of.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredNetwork {
    ids: Vec<String>,
    is_directed: bool,
    /// `(u, v, cost)` by the places of the ids.
    edges: Vec<(usize, usize, f64)>,
    /// Indexes in a petgraph graph, where they are not the places.
    #[serde(default)]
    indices: Indices,
}

impl From<Network> for StoredNetwork {
    fn from(network: Network) -> Self {
        let edges = network.edges().collect();
        let Network { ids, is_directed, indices, .. } = network;
        Self { ids, is_directed, edges, indices }
    }
}

impl TryFrom<StoredNetwork> for Network {
    type Error = GraphError;

    fn try_from(stored: StoredNetwork) -> Result<Self, GraphError> {
        let StoredNetwork { ids, is_directed, edges, indices } = stored;
        let n = ids.len();
        if let Some(&(u, v, _)) = edges.iter().find(|&&(u, v, _)| u.max(v) >= n) {
            return Err(GraphError::Stored {
                expected: "edges between its nodes",
                got: format!("{u} to {v} of {n} nodes"),
            });
        }
        let mut seen = HashSet::new();
        if let Some(id) = ids.iter().find(|&id| !seen.insert(id)) {
            let got = format!("{id:?} twice");
            return Err(GraphError::Stored { expected: "ids that differ", got });
        }
        if !indices.fits(n) {
            let got = "others".to_owned();
            return Err(GraphError::Stored { expected: "one index per node, all different", got });
        }
        let edges: Vec<Edge> = edges.into_iter().map(|(u, v, cost)| Edge { u, v, cost }).collect();
        let (mut network, _) = Network::from_edges(ids, &edges, is_directed)?;
        network.indices = indices;
        Ok(network)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_networks::{directed_network, network};

    fn read(text: &str) -> Result<Network, serde_json::Error> {
        serde_json::from_str(text)
    }

    #[test]
    fn a_network_comes_back_as_it_was() {
        for network in [
            network(4, &[(0, 1, 0.1), (1, 3, 0.0)]),
            directed_network(3, &[(0, 1, 2.0), (1, 0, 1.0)]),
            network(5, &[(0, 4, 1.0), (2, 4, 3.0)]).restricted(&[0, 2, 4]),
        ] {
            let text = serde_json::to_string(&network).unwrap();
            assert_eq!(read(&text).unwrap(), network);
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        let message = |ids: &str, edges: &str, more: &str| {
            let text = format!(r#"{{"ids":{ids},"is_directed":false,"edges":{edges}{more}}}"#);
            read(&text).unwrap_err().to_string()
        };
        let two = r#"["a","b"]"#;
        assert!(message(two, "[[0,2,1.0]]", "").contains("got 0 to 2 of 2 nodes"));
        assert!(message(two, "[[0,1,-1.0]]", "").contains("cost -1"));
        assert!(message(r#"["a","a"]"#, "[]", "").contains("\"a\" twice"));
        assert!(message("[]", "[]", "").contains("no nodes"));
        assert!(message(two, "[]", r#","indices":[4]"#).contains("one index per node"));
        assert!(message(two, "[]", r#","indices":[4,4]"#).contains("one index per node"));
        assert!(message(two, "[]", r#","more":1"#).contains("unknown field"));
    }
}
