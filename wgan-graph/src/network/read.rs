//! Edge lists and node lists as comma separated values.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::build::is_cost;
use super::{Edge, Network, NetworkSummary, StrengthToCost};
use crate::error::GraphError;
use crate::table::{Table, read_table};

/// What an edge costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CostColumn {
    /// Every edge costs 1: distances are hops.
    #[default]
    Hops,
    /// A column of costs.
    Cost(String),
    /// A column of strengths, and how they become costs.
    Strength(String, StrengthToCost),
}

/// How the two columns of ids are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ArcRule {
    /// Arcs where at least a quarter of the connected pairs are listed both ways, else edges.
    #[default]
    Detect,
    /// Each row is an arc from source to target.
    Arcs,
    /// Each row is an edge; listed both ways, the cheaper row counts.
    Symmetrise,
    /// As [`ArcRule::Detect`], but arcs whose two directions differ are refused.
    Refuse,
}

/// How a network is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// What an edge costs.
    pub cost: CostColumn,
    /// Edges or arcs.
    pub arcs: ArcRule,
    /// A node list, for nodes without an edge.
    pub nodes: Option<PathBuf>,
}

/// Share of the connected pairs that must be listed both ways for rows to count as arcs. Real
/// directed networks have 40 % and more, careless undirected ones a few rows.
const BOTH_WAYS: f64 = 0.25;

/// Reads an edge list `source,target[,...]`: the columns of these names in whatever case, else the
/// first two.
///
/// Ids are text; blanks around them are dropped. Nodes are numbered in the order of their ids, of
/// whole numbers by value where all are such, else by code point, so that the order of the rows
/// does not matter.
///
/// # Errors
/// Files that cannot be read, columns that are not there, empty ids, costs that are not finite
/// numbers from zero up, strengths that are not positive; each with its row.
pub fn read_network(
    path: &Path,
    options: &ReadOptions,
) -> Result<(Network, NetworkSummary), GraphError> {
    let table = read_table(path)?;
    let mut nodes = Numbering::default();
    if let Some(list) = &options.nodes {
        nodes.add_list(list)?;
    }
    let columns = pair_columns(&table)?;
    let mut edges = read_edges(&table, &columns, options, &mut nodes)?;
    if nodes.ids.is_empty() {
        return Err(table.unreadable("there are no rows below the header".to_owned()));
    }
    nodes.sort(&mut edges);
    let (is_directed, mut direction) = is_directed(&edges, options.arcs);
    let (mut network, cleaning) = Network::from_edges(nodes.ids, &edges, is_directed)?;
    let mut symmetrised = 0;
    if options.arcs == ArcRule::Refuse || network_is_symmetric(&network) {
        if network.is_directed() {
            direction = "each arc has an equal one back, so they are edges";
        }
        network = network.undirected()?;
    } else if options.arcs == ArcRule::Symmetrise {
        symmetrised = NetworkSummary::new(&network, cleaning).one_way_arcs;
        network = network.symmetrised();
    }
    let mut summary = NetworkSummary::new(&network, cleaning);
    summary.symmetrised_arcs = symmetrised;
    summary.edge_rows = table.rows.len();
    summary.columns =
        format!("`{}` and `{}`", table.header[columns.from], table.header[columns.to]);
    summary.are_first_columns = columns.are_first;
    summary.direction = direction;
    summary.repeated_ids = nodes.repeated;
    summary.cost = match &options.cost {
        CostColumn::Hops => "1 per edge (no column was named)".to_owned(),
        CostColumn::Cost(name) => format!("column `{name}`"),
        CostColumn::Strength(name, StrengthToCost::Inverse) => format!("1 / column `{name}`"),
        CostColumn::Strength(name, StrengthToCost::NegativeLog) => {
            format!("-ln(column `{name}` / its largest value)")
        }
    };
    Ok((network, summary))
}

/// Whether arcs were read and each has an equal one back, so that they are edges.
fn network_is_symmetric(network: &Network) -> bool {
    network.is_directed() && network.undirected().is_ok()
}

/// Text ids and their numbers.
#[derive(Default)]
struct Numbering {
    ids: Vec<String>,
    numbers: HashMap<String, usize>,
    repeated: usize,
}

impl Numbering {
    fn number(&mut self, id: &str) -> usize {
        if let Some(&number) = self.numbers.get(id) {
            return number;
        }
        self.ids.push(id.to_owned());
        self.numbers.insert(id.to_owned(), self.ids.len() - 1);
        self.ids.len() - 1
    }

    /// Numbers the nodes of `edges` anew, by their ids.
    fn sort(&mut self, edges: &mut [Edge]) {
        let whole: Option<Vec<i128>> = self.ids.iter().map(|id| id.parse().ok()).collect();
        let mut order: Vec<usize> = (0..self.ids.len()).collect();
        match whole {
            Some(value) => order.sort_by_key(|&v| (value[v], &self.ids[v])),
            None => order.sort_by_key(|&v| &self.ids[v]),
        }
        let mut place = vec![0; order.len()];
        order.iter().enumerate().for_each(|(i, &v)| place[v] = i);
        for edge in edges {
            (edge.u, edge.v) = (place[edge.u], place[edge.v]);
        }
        self.ids = order.iter().map(|&v| std::mem::take(&mut self.ids[v])).collect();
        self.numbers.clear();
    }

    fn add_list(&mut self, path: &Path) -> Result<(), GraphError> {
        let table = read_table(path)?;
        let column = table.column("id")?.unwrap_or(0);
        for row in 0..table.rows.len() {
            let before = self.ids.len();
            self.number(table.id(row, column)?);
            self.repeated += usize::from(self.ids.len() == before);
        }
        Ok(())
    }
}

/// Which columns name the two ends.
struct PairColumns {
    from: usize,
    to: usize,
    /// Whether they are the first two because none has the right name.
    are_first: bool,
}

/// The columns `source` and `target`, in whatever case, else the first two.
fn pair_columns(table: &Table) -> Result<PairColumns, GraphError> {
    match (table.column_in_any_case("source")?, table.column_in_any_case("target")?) {
        (Some(from), Some(to)) => return Ok(PairColumns { from, to, are_first: false }),
        (Some(_), None) => return Err(table.missing("target")),
        (None, Some(_)) => return Err(table.missing("source")),
        (None, None) if table.header.len() < 2 => return Err(table.missing("source")),
        (None, None) => {}
    }
    if table.header[..2].iter().all(|name| name.parse::<f64>().is_ok()) {
        let line = table.header.join(",");
        let reason = format!("the first line is `{line}`, expected a header like `source,target`");
        return Err(table.unreadable(reason));
    }
    Ok(PairColumns { from: 0, to: 1, are_first: true })
}

/// Reads pairs of nodes of `network`: the columns `source` and `target`, else the first two.
///
/// # Errors
/// Files that cannot be read or have one column, ids that are no nodes.
pub fn read_pairs(path: &Path, network: &Network) -> Result<Vec<(usize, usize)>, GraphError> {
    let table = read_table(path)?;
    let PairColumns { from, to, .. } = pair_columns(&table)?;
    let at = path.display().to_string();
    let node = |row, column| network.require(table.id(row, column)?, &at);
    (0..table.rows.len()).map(|row| Ok((node(row, from)?, node(row, to)?))).collect()
}

fn read_edges(
    table: &Table,
    columns: &PairColumns,
    options: &ReadOptions,
    nodes: &mut Numbering,
) -> Result<Vec<Edge>, GraphError> {
    let &PairColumns { from, to, .. } = columns;
    let costs = read_costs(table, &options.cost)?;
    let mut edges = Vec::with_capacity(table.rows.len());
    for (row, &cost) in costs.iter().enumerate() {
        let u = nodes.number(table.id(row, from)?);
        let v = nodes.number(table.id(row, to)?);
        edges.push(Edge { u, v, cost });
    }
    Ok(edges)
}

fn read_costs(table: &Table, cost: &CostColumn) -> Result<Vec<f64>, GraphError> {
    match cost {
        CostColumn::Hops => Ok(vec![1.0; table.rows.len()]),
        CostColumn::Cost(name) => {
            let expected = "a cost from 0 to 1e150";
            table.numbers(name, expected, |cost| is_cost(cost).then_some(cost))
        }
        CostColumn::Strength(name, rule) => {
            let expected = "a finite strength above zero";
            let positive = |s: f64| (s > 0.0 && s.is_finite()).then_some(s);
            let strengths = table.numbers(name, expected, positive)?;
            let largest = strengths.iter().copied().fold(0.0, f64::max);
            Ok(strengths.iter().filter_map(|&s| rule.cost(s, largest)).collect())
        }
    }
}

/// Whether the rows are arcs, and why.
fn is_directed(edges: &[Edge], rule: ArcRule) -> (bool, &'static str) {
    match rule {
        ArcRule::Arcs => (true, "rows are arcs, as chosen"),
        ArcRule::Detect | ArcRule::Refuse | ArcRule::Symmetrise => {
            let arcs: HashSet<(usize, usize)> =
                edges.iter().filter(|e| e.u != e.v).map(|e| (e.u, e.v)).collect();
            let both = arcs.iter().filter(|&&(u, v)| u < v && arcs.contains(&(v, u))).count();
            let pairs = arcs.len() - both;
            if both > 0 && both as f64 >= BOTH_WAYS * pairs as f64 {
                (true, "pairs are listed both ways, so rows are arcs")
            } else {
                (false, "few or no pairs are listed both ways, so rows are edges")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, options: &ReadOptions) -> Result<(Network, NetworkSummary), GraphError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("edges.csv");
        std::fs::write(&path, text).unwrap();
        read_network(&path, options)
    }

    fn with_cost(arcs: ArcRule) -> ReadOptions {
        ReadOptions { cost: CostColumn::Cost("weight".to_owned()), arcs, nodes: None }
    }

    #[test]
    fn ids_are_text_and_blanks_around_them_are_dropped() {
        let (network, summary) =
            read("source,target\n 007, Zoë\n\"a,b\",007\n", &ReadOptions::default()).unwrap();
        assert_eq!(network.ids(), ["007", "Zoë", "a,b"]);
        assert_eq!((summary.nodes, summary.edges, summary.components), (3, 2, 1));
    }

    #[test]
    fn columns_are_found_by_name_in_any_case_else_the_first_two() {
        let (network, summary) =
            read("Weight,Target,SOURCE\n1,b,a\n", &ReadOptions::default()).unwrap();
        assert_eq!(network.ids(), ["a", "b"]);
        assert!(!summary.are_first_columns);
        let (network, summary) = read("from,to,kind\na,b,x\n", &ReadOptions::default()).unwrap();
        assert_eq!(network.ids(), ["a", "b"]);
        assert_eq!((summary.are_first_columns, &*summary.columns), (true, "`from` and `to`"));
    }

    #[test]
    fn the_order_of_rows_and_ends_does_not_matter() {
        let of = |text| read(text, &with_cost(ArcRule::Detect)).unwrap().0;
        let one = of("source,target,weight\n10,9,1\n9,100,2\n9,-3,4\n");
        assert_eq!(one, of("source,target,weight\n-3,9,4\n100,9,2\n9,10,1\n"));
        assert_eq!(one.ids(), ["-3", "9", "10", "100"]);
        let text = of("source,target,weight\n10,9,1\n9,x,2\n");
        assert_eq!(text.ids(), ["10", "9", "x"]);
    }

    #[test]
    fn rows_listed_both_ways_are_arcs_and_equal_ones_are_edges() {
        let both = "source,target,weight\na,b,1\nb,a,2\n";
        assert!(read(both, &with_cost(ArcRule::Detect)).unwrap().0.is_directed());
        assert!(!read(both, &with_cost(ArcRule::Symmetrise)).unwrap().0.is_directed());
        assert!(read(both, &with_cost(ArcRule::Refuse)).is_err());
        let equal = "source,target,weight\na,b,1\nb,a,1\n";
        assert!(!read(equal, &with_cost(ArcRule::Refuse)).unwrap().0.is_directed());
    }

    #[test]
    fn bad_cells_are_named_with_their_row() {
        let message = |text: &str| read(text, &with_cost(ArcRule::Detect)).unwrap_err().to_string();
        assert!(
            message("source,target,weight\na,b,1\na,c,-2\n")
                .ends_with("row 2: weight is \"-2\", expected a cost from 0 to 1e150")
        );
        assert!(message("source,target,weight\na,b,NaN\n").contains("row 1: weight is \"NaN\""));
        assert!(message("source,target,weight\na,,1\n").contains("row 1: target is \"\""));
        assert!(message("source,target,cost\na,b,1\n").contains("no column `weight`"));
        assert!(message("source,target,weight\n").ends_with("no rows below the header"));
        assert!(message("source,target,weight\na,b,1e151\n").contains("a cost from 0 to 1e150"));
        assert!(message("source,target,weight,weight\na,b,1,2\n").contains("two columns"));
        assert!(message("source,Source,target\na,b,c\n").contains("two columns"));
        assert!(message("weight,source,to\n1,a,b\n").contains("no column `target`"));
        assert!(message("1,2,3\n2,3,1\n").contains("the first line is `1,2,3`"));
    }

    #[test]
    fn strengths_become_costs_by_their_rule() {
        let cost = CostColumn::Strength("weight".to_owned(), StrengthToCost::Inverse);
        let options = ReadOptions { cost, ..ReadOptions::default() };
        let (network, _) = read("source,target,weight\na,b,4\n", &options).unwrap();
        assert_eq!(network.edges().next(), Some((0, 1, 0.25)));
        assert!(read("source,target,weight\na,b,0\n", &options).is_err());
    }
}
