//! Observations: where something was seen, how often, and in what context.

use petgraph::graph::NodeIndex;

use crate::error::GraphError;
use crate::network::Network;

/// Nodes at which something was observed.
///
/// An observation has a weight (how much it counts; all alike where none are given), a count (how many
/// like it there were; 1), and contexts: numbers or classes that the law may depend on.
#[derive(Clone, Debug, PartialEq)]
pub struct Observations {
    pub(super) nodes: Vec<usize>,
    pub(super) weights: Vec<f64>,
    pub(super) counts: Vec<u64>,
    pub(super) contexts: Vec<(String, Column)>,
}

/// One value of a context per observation.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Numbers: near ones have like laws.
    Numbers(Vec<f64>),
    /// Names without an order.
    Classes(Vec<String>),
}

impl Observations {
    /// One observation on each of these nodes, by their numbers; nodes may occur often.
    pub fn new(nodes: Vec<usize>) -> Self {
        let n = nodes.len();
        Self { nodes, weights: vec![1.0; n], counts: vec![1; n], contexts: Vec::new() }
    }

    /// The same on nodes of the petgraph graph that `network` was made from.
    ///
    /// # Errors
    /// [`GraphError::UnknownNode`] for an index that the network does not have.
    pub fn at(
        network: &Network,
        nodes: impl IntoIterator<Item = NodeIndex>,
    ) -> Result<Self, GraphError> {
        let number = |index: NodeIndex| {
            network.number_at(index).ok_or_else(|| GraphError::UnknownNode {
                at: "observations".to_owned(),
                id: index.index().to_string(),
            })
        };
        Ok(Self::new(nodes.into_iter().map(number).collect::<Result<_, _>>()?))
    }

    /// The same with weights: finite and not negative.
    #[must_use]
    pub fn with_weights(self, weights: Vec<f64>) -> Self {
        Self { weights, ..self }
    }

    /// The same with counts: each of the like observations is held out by itself.
    #[must_use]
    pub fn with_counts(self, counts: Vec<u64>) -> Self {
        Self { counts, ..self }
    }

    /// The same with a context of numbers: an hour, a temperature.
    #[must_use]
    pub fn with_numbers(mut self, name: &str, values: Vec<f64>) -> Self {
        self.contexts.push((name.to_owned(), Column::Numbers(values)));
        self
    }

    /// The same with a context of classes: a line, a kind of user.
    #[must_use]
    pub fn with_classes(mut self, name: &str, values: Vec<String>) -> Self {
        self.contexts.push((name.to_owned(), Column::Classes(values)));
        self
    }

    /// The same on a part of the network, and the number of rows that lie outside of it and are left out.
    ///
    /// # Errors
    /// [`GraphError::Observations`] where none is left, or the rest cannot be used.
    pub fn restricted(
        self,
        network: &Network,
        part: &Network,
    ) -> Result<(Self, usize), GraphError> {
        let places: Vec<Option<usize>> =
            self.nodes.iter().map(|&v| part.number(network.id(v))).collect();
        let n_before = self.len();
        let is_kept = |row: usize| places[row].is_some();
        let weights = filtered(self.weights, is_kept);
        let counts = filtered(self.counts, is_kept);
        let contexts = self.contexts.into_iter().map(|(name, column)| {
            let column = match column {
                Column::Numbers(values) => Column::Numbers(filtered(values, is_kept)),
                Column::Classes(values) => Column::Classes(filtered(values, is_kept)),
            };
            (name, column)
        });
        let contexts = contexts.collect();
        let nodes: Vec<usize> = places.iter().copied().flatten().collect();
        if nodes.is_empty() {
            let reason = format!("all {n_before} lie outside of the largest component");
            return Err(GraphError::Observations { reason });
        }
        let dropped = n_before - nodes.len();
        let kept = Self { nodes, weights, counts, contexts };
        kept.check(part.n_nodes())?;
        Ok((kept, dropped))
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Node and mass of each row.
    pub fn rows(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.nodes.iter().copied().zip(self.masses())
    }

    /// Mass of each row, `weight·count`.
    pub(super) fn masses(&self) -> Vec<f64> {
        self.weights.iter().zip(&self.counts).map(|(&w, &n)| w * n as f64).collect()
    }

    /// Refuses what is no set of observations on `n` nodes.
    ///
    /// # Errors
    /// [`GraphError::Observations`] says what is wrong, with the row.
    pub(super) fn check(&self, n: usize) -> Result<(), GraphError> {
        let refuse = |reason: String| Err(GraphError::Observations { reason });
        if self.is_empty() {
            return refuse("there are none".to_owned());
        }
        let rows = self.len();
        let lengths = self.contexts.iter().map(|(name, column)| (name.as_str(), column.len()));
        let own = [("weights", self.weights.len()), ("counts", self.counts.len())];
        if let Some((name, len)) = own.into_iter().chain(lengths).find(|&(_, len)| len != rows) {
            return refuse(format!("{name}: {len} values for {rows} observations"));
        }
        if let Some(row) = self.nodes.iter().position(|&v| v >= n) {
            let v = self.nodes[row];
            return refuse(format!("observation {}: node {v} of a network of {n}", row + 1));
        }
        let is_weight = |w: &f64| w.is_finite() && *w >= 0.0;
        if let Some(row) = self.weights.iter().position(|w| !is_weight(w)) {
            let w = self.weights[row];
            return refuse(format!("observation {}: weight {w}, expected from 0 up", row + 1));
        }
        for (name, column) in &self.contexts {
            if let Column::Numbers(values) = column
                && let Some(row) = values.iter().position(|x| !x.is_finite())
            {
                let x = values[row];
                return refuse(format!(
                    "observation {}: {name} is {x}, expected a number",
                    row + 1
                ));
            }
        }
        let total: f64 = self.masses().iter().sum();
        if !(total > 0.0 && total.is_finite()) {
            return refuse(format!("their weights sum to {total}, expected more than zero"));
        }
        Ok(())
    }
}

/// The values of the rows that are kept.
fn filtered<T>(values: Vec<T>, is_kept: impl Fn(usize) -> bool) -> Vec<T> {
    values
        .into_iter()
        .enumerate()
        .filter(|&(row, _)| is_kept(row))
        .map(|(_, value)| value)
        .collect()
}

impl Column {
    /// Number of values.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Classes(values) => values.len(),
        }
    }
}
