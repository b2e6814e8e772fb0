//! How likely two nodes are to be joined.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::error::GraphError;
use crate::network::Network;
use crate::walk_law::{WalkConfig, WalkLaw};

/// A pair of nodes with its score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// First node.
    pub u: usize,
    /// Second node, larger than the first.
    pub v: usize,
    /// Score, higher is more likely to be joined.
    pub score: f64,
}

/// Scores of pairs of nodes, in their order: `2·S(u, v)`, the share of random walks that lead from
/// one of the two to the other ([`WalkLaw`]).
///
/// Nodes are joined in this law where many short paths lead from one to the other, and the more
/// so the more edges they have. 0 where no path of at most `max_steps` does.
///
/// # Errors
/// [`GraphError::Directed`], settings out of range.
///
/// # Panics
/// If a number is not that of a node.
///
/// # Complexity
/// `O(max_steps · m)` per different first node, in parallel.
///
/// # Example
/// ```
/// use wgan_graph::{Edge, Network, WalkConfig, link_scores};
/// let ids = ["a", "b", "c", "d", "e"].map(String::from).to_vec();
/// let edges = [(0, 1), (0, 2), (1, 3), (2, 3), (3, 4)].map(|(u, v)| Edge { u, v, cost: 1.0 });
/// let (network, _) = Network::from_edges(ids, &edges, false)?;
/// let scores = link_scores(&network, &[(1, 2), (0, 4)], &WalkConfig::new())?;
/// assert!(scores[0] > 2.0 * scores[1]); // b and c share both of their neighbours
/// # Ok::<(), wgan_graph::GraphError>(())
/// ```
pub fn link_scores(
    network: &Network,
    pairs: &[(usize, usize)],
    config: &WalkConfig,
) -> Result<Vec<f64>, GraphError> {
    let network = network.undirected()?;
    let law = WalkLaw::new(&network, config)?;
    let mut by_source: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    for (place, &(u, v)) in pairs.iter().enumerate() {
        by_source.entry(u.min(v)).or_default().push((place, u.max(v)));
    }
    let groups: Vec<_> = by_source.into_iter().collect();
    let of_source = |(u, targets): &(usize, Vec<(usize, usize)>)| {
        let row = law.row(*u);
        targets.iter().map(|&(place, v)| (place, 2.0 * row[v])).collect::<Vec<_>>()
    };
    let found: Vec<Vec<(usize, f64)>> = groups.par_iter().map(of_source).collect();
    let mut scores = vec![0.0; pairs.len()];
    found.into_iter().flatten().for_each(|(place, score)| scores[place] = score);
    Ok(scores)
}

/// The `n` pairs without an edge that have the highest scores, best first; fewer where fewer have
/// a score above 0. Scores are those of [`link_scores`].
///
/// # Errors
/// As [`link_scores`].
///
/// # Complexity
/// `O(max_steps · n_nodes · m)`, in parallel: a second for 3,000 nodes, hours for 100,000.
pub fn likely_links(
    network: &Network,
    n: usize,
    config: &WalkConfig,
) -> Result<Vec<Link>, GraphError> {
    let network = network.undirected()?;
    let law = WalkLaw::new(&network, config)?;
    let of_source = |u: usize| {
        let row = law.row(u);
        let fresh = |&v: &usize| row[v] > 0.0 && !network.has_arc(u, v);
        let links = (u + 1..row.len()).filter(fresh);
        best(links.map(|v| Link { u, v, score: 2.0 * row[v] }).collect(), n)
    };
    let merge = |mut a: Vec<Link>, b: Vec<Link>| {
        a.extend(b);
        best(a, n)
    };
    Ok((0..network.n_nodes()).into_par_iter().map(of_source).reduce(Vec::new, merge))
}

/// The `n` links with the highest scores, best first; equal ones in the order of their nodes, so
/// that the result does not depend on how links were brought together.
fn best(mut links: Vec<Link>, n: usize) -> Vec<Link> {
    links.sort_by(|a, b| b.score.total_cmp(&a.score).then((a.u, a.v).cmp(&(b.u, b.v))));
    links.truncate(n);
    links
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Edge;

    /// Two cliques of five, each without one edge, joined by one edge.
    fn cliques() -> Network {
        let inside = |first: usize| {
            (first..first + 5).flat_map(move |u| (u + 1..first + 5).map(move |v| (u, v)))
        };
        let all = inside(0).chain(inside(5)).filter(|&e| e != (0, 1) && e != (8, 9));
        let edges: Vec<Edge> = all.chain([(4, 5)]).map(|(u, v)| Edge { u, v, cost: 1.0 }).collect();
        Network::from_edges((0..10).map(|i| i.to_string()).collect(), &edges, false).unwrap().0
    }

    #[test]
    fn the_edges_that_are_missing_in_a_clique_come_first() {
        let links = likely_links(&cliques(), 3, &WalkConfig::new()).unwrap();
        let pairs: Vec<_> = links.iter().map(|l| (l.u, l.v)).collect();
        assert_eq!(pairs[..2], [(0, 1), (8, 9)]);
        assert!(links[1].score > links[2].score);
        assert!(likely_links(&cliques(), 0, &WalkConfig::new()).unwrap().is_empty());
    }

    #[test]
    fn scores_are_those_of_the_walks_in_the_order_of_the_pairs() {
        let network = cliques();
        let all = likely_links(&network, 100, &WalkConfig::new()).unwrap();
        assert_eq!(all.len(), 45 - 19);
        let pairs: Vec<_> = all.iter().rev().map(|l| (l.v, l.u)).collect();
        let scores = link_scores(&network, &pairs, &WalkConfig::new()).unwrap();
        for (link, score) in all.iter().rev().zip(scores) {
            assert_eq!(link.score, score);
        }
    }

    #[test]
    fn no_walk_leads_to_another_component() {
        let edges = [(0, 1), (2, 3)].map(|(u, v)| Edge { u, v, cost: 1.0 });
        let ids = (0..5).map(|i| i.to_string()).collect();
        let (two, _) = Network::from_edges(ids, &edges, false).unwrap();
        let pairs = [(0, 2), (1, 4), (4, 4), (0, 1)];
        let scores = link_scores(&two, &pairs, &WalkConfig::new()).unwrap();
        assert_eq!(scores[..3], [0.0; 3]);
        assert!(scores[3] > 0.0);
        assert!(likely_links(&two, 9, &WalkConfig::new()).unwrap().is_empty());
    }
}
