//! What was read, and what the rules did to it.

use std::fmt;

use serde::Serialize;

use super::{Cleaning, Components, Network};

/// Counts of a network and of the rules that were applied to its file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NetworkSummary {
    /// Rows of the edge list.
    pub edge_rows: usize,
    /// Columns that name the two ends of an edge.
    pub columns: String,
    /// What separates the cells.
    pub separator: &'static str,
    /// Comments before the first line.
    pub comment_lines: usize,
    /// Columns of numbers that play no part.
    pub unused_numbers: Vec<String>,
    /// Whether these are the first two, because none are named `source` and `target`.
    pub are_first_columns: bool,
    /// Nodes, with those that only the node list names.
    pub nodes: usize,
    /// Edges that are kept; arcs where the graph is directed.
    pub edges: usize,
    /// Whether arcs are followed in one direction only.
    pub is_directed: bool,
    /// Why it counts as directed or not.
    pub direction: &'static str,
    /// Column of the costs and what was done to it.
    pub cost: String,
    /// Smallest cost.
    pub smallest_cost: Option<f64>,
    /// Largest cost.
    pub largest_cost: Option<f64>,
    /// Rules that were applied.
    #[serde(flatten)]
    pub cleaning: Cleaning,
    /// Arcs of a directed graph without an equal one back.
    pub one_way_arcs: usize,
    /// Arcs that had no equal one back before the cheaper direction of each pair was taken both ways.
    pub symmetrised_arcs: usize,
    /// Nodes without an edge.
    pub isolated_nodes: usize,
    /// Components, connected in either direction.
    pub components: usize,
    /// Nodes of the largest component.
    pub largest_component: usize,
    /// Ids of the node list that occur twice; counted once.
    pub repeated_ids: usize,
    /// Nodes outside the largest component, left out where only that one is kept.
    pub dropped_nodes: usize,
}

impl NetworkSummary {
    pub(super) fn new(network: &Network, cleaning: Cleaning) -> Self {
        let components = Components::of(network);
        let costs = || network.edges().map(|(_, _, cost)| cost);
        let is_alone = |v: &usize| components.size(components.label(*v)) == 1;
        let one_way = |&(u, v, c): &(usize, usize, f64)| network.arcs().cost(v, u) != Some(c);
        Self {
            edge_rows: 0,
            columns: String::new(),
            separator: "",
            comment_lines: 0,
            unused_numbers: Vec::new(),
            are_first_columns: false,
            nodes: network.n_nodes(),
            edges: network.n_edges(),
            is_directed: network.is_directed(),
            direction: "",
            cost: String::new(),
            smallest_cost: costs().reduce(f64::min),
            largest_cost: costs().reduce(f64::max),
            cleaning,
            one_way_arcs: network.edges().filter(one_way).count(),
            symmetrised_arcs: 0,
            isolated_nodes: (0..network.n_nodes()).filter(is_alone).count(),
            components: components.n(),
            largest_component: components.largest().len(),
            repeated_ids: 0,
            dropped_nodes: 0,
        }
    }
}

impl fmt::Display for NetworkSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_directed { "arcs" } else { "edges" };
        writeln!(f, "nodes                    {}", self.nodes)?;
        writeln!(f, "{kind:24} {}", self.edges)?;
        writeln!(f, "directed                 {} ({})", self.is_directed, self.direction)?;
        writeln!(f, "columns                  {}", self.columns)?;
        writeln!(f, "separator                {}", self.separator)?;
        if !self.unused_numbers.is_empty() {
            writeln!(f, "numbers that are unused  {}", self.unused_numbers.join(", "))?;
        }
        writeln!(f, "cost                     {}", self.cost)?;
        if let (Some(low), Some(high)) = (self.smallest_cost, self.largest_cost) {
            writeln!(f, "cost range               {low} to {high}")?;
        }
        writeln!(f, "components               {}", self.components)?;
        writeln!(f, "largest component        {} nodes", self.largest_component)?;
        writeln!(f, "isolated nodes           {}", self.isolated_nodes)?;
        writeln!(f, "rows of the edge list    {}", self.edge_rows)?;
        for (rule, n) in [
            ("self-loops dropped", self.cleaning.self_loops),
            ("parallel edges dropped", self.cleaning.parallel_edges),
            ("zero costs kept", self.cleaning.zero_costs),
            ("arcs without equal return", self.one_way_arcs),
            ("arcs taken both ways", self.symmetrised_arcs),
            ("repeated ids", self.repeated_ids),
            ("nodes left out", self.dropped_nodes),
            ("comment lines", self.comment_lines),
        ] {
            if n > 0 {
                writeln!(f, "{rule:24} {n}")?;
            }
        }
        Ok(())
    }
}

impl NetworkSummary {
    /// Counts of the part of the network that was kept; the rows and rules stay those of the file.
    pub fn keep(&mut self, part: &Network) {
        let counts = Self::new(part, self.cleaning);
        *self = Self {
            edge_rows: self.edge_rows,
            direction: self.direction,
            columns: std::mem::take(&mut self.columns),
            separator: self.separator,
            comment_lines: self.comment_lines,
            unused_numbers: std::mem::take(&mut self.unused_numbers),
            are_first_columns: self.are_first_columns,
            cost: std::mem::take(&mut self.cost),
            repeated_ids: self.repeated_ids,
            symmetrised_arcs: self.symmetrised_arcs,
            dropped_nodes: self.nodes - part.n_nodes(),
            ..counts
        };
    }
}
