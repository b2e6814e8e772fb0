//! Edge lists and node lists as text files.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::build::is_cost;
use super::numbering::Numbering;
use super::pair_columns::{PairColumns, pair_columns};
use super::{Edge, Network, NetworkSummary, StrengthToCost};
use crate::error::GraphError;
use crate::table::{EdgeTable, Header, Table, edge_table_of, read_edge_table};

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
    /// What the file says, if it is a Matrix Market or GraphML one; else arcs where at least a quarter of the
    /// connected pairs are listed both ways, and edges elsewhere.
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
    /// Whether the first line of the edge list names its columns.
    pub header: Header,
    /// A node list, for nodes without an edge.
    pub nodes: Option<PathBuf>,
}

/// Share of the connected pairs that must be listed both ways for rows to count as arcs. Real
/// directed networks have 40 % and more, careless undirected ones a few rows.
const BOTH_WAYS: f64 = 0.25;

/// Reads an edge list `source,target[,...]`: the columns of these names in whatever case, else the
/// first two.
///
/// Cells are separated by commas, semicolons, tabs or blanks, whichever gives all rows the same
/// number of them. Lines before the table that begin with `#` or `%` are comments; the last one may
/// name the columns. Ids are text; blanks around them are dropped. Nodes are numbered in the order of their ids, of
/// whole numbers by value where all are such, else by code point, so that the order of the rows
/// does not matter.
///
/// A Matrix Market file of coordinates gives the columns `source`, `target` and `weight`, a GraphML file `source`,
/// `target` and one for each key of its edges. Both name nodes without an edge too, and say whether rows are arcs. A
/// file may be compressed by gzip.
///
/// # Errors
/// Files that cannot be read, columns that are not there, empty ids, costs that are not finite
/// numbers from zero up, strengths that are not positive; each with its row.
/// [`GraphError::NoHeader`] for a first line that looks like data: it has a number, or a node that
/// other rows name.
pub fn read_network(
    path: &Path,
    options: &ReadOptions,
) -> Result<(Network, NetworkSummary), GraphError> {
    network_of(read_edge_table(path, options.header)?, options)
}

/// Reads the content of an edge list, as [`read_network`] does the file.
///
/// # Errors
/// As [`read_network`].
///
/// # Example
/// ```
/// use wgan_graph::{ReadOptions, parse_network};
///
/// let (network, _) = parse_network("source,target\na,b\nb,c\n", &ReadOptions::default())?;
/// assert_eq!(network.ids(), ["a", "b", "c"]);
/// # Ok::<(), wgan_graph::GraphError>(())
/// ```
pub fn parse_network(
    bytes: impl Into<Vec<u8>>,
    options: &ReadOptions,
) -> Result<(Network, NetworkSummary), GraphError> {
    let name = Path::new("edge list");
    network_of(edge_table_of(name, bytes.into(), options.header)?, options)
}

fn network_of(
    EdgeTable { mut table, nodes: named, is_directed }: EdgeTable,
    options: &ReadOptions,
) -> Result<(Network, NetworkSummary), GraphError> {
    let mut nodes = Numbering::default();
    named.iter().for_each(|id| _ = nodes.number(id));
    let list = match &options.nodes {
        Some(list) => Some(nodes.add_list(list)?),
        None => None,
    };
    let columns = pair_columns(&mut table, options.header)?;
    let mut edges = read_edges(&table, &columns, options, &mut nodes)?;
    let is_node = |list: &Table| nodes.numbers.contains_key(&list.header[0]);
    if let Some(list) = list.filter(is_node)
        && list.column("id")?.is_none()
    {
        return Err(list.no_header("id"));
    }
    if nodes.ids.is_empty() {
        return Err(table.unreadable("there are no rows below the header".to_owned()));
    }
    nodes.sort(&mut edges);
    let (is_directed, mut direction) = direction_of(&edges, options.arcs, is_directed);
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
    summary.separator = table.separator;
    summary.comment_lines = table.n_comments;
    summary.unused_numbers = unused_numbers(&table, &columns, &options.cost);
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

/// Columns of numbers, besides the ids, that play no part: costs that are not named, perhaps.
fn unused_numbers(table: &Table, columns: &PairColumns, cost: &CostColumn) -> Vec<String> {
    let used = match cost {
        CostColumn::Hops => None,
        CostColumn::Cost(name) | CostColumn::Strength(name, _) => Some(name),
    };
    let is_unused = |&column: &usize| {
        column != columns.from && column != columns.to && Some(&table.header[column]) != used
    };
    table.number_columns().filter(is_unused).map(|column| table.header[column].clone()).collect()
}

/// Whether arcs were read and each has an equal one back, so that they are edges.
fn network_is_symmetric(network: &Network) -> bool {
    network.is_directed() && network.undirected().is_ok()
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

/// Whether the rows are arcs, and why; `stated` is what the file says.
fn direction_of(edges: &[Edge], rule: ArcRule, stated: Option<bool>) -> (bool, &'static str) {
    match (rule, stated) {
        (ArcRule::Arcs, _) => (true, "rows are arcs, as chosen"),
        (_, Some(true)) => (true, "the file says that they are arcs"),
        (_, Some(false)) => (false, "the file says that they are edges"),
        (ArcRule::Detect | ArcRule::Refuse | ArcRule::Symmetrise, None) => {
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
    use crate::network::read_pairs;

    fn read(text: &str, options: &ReadOptions) -> Result<(Network, NetworkSummary), GraphError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("edges.csv");
        std::fs::write(&path, text).unwrap();
        read_network(&path, options)
    }

    fn with_cost(arcs: ArcRule) -> ReadOptions {
        let cost = CostColumn::Cost("weight".to_owned());
        ReadOptions { cost, arcs, ..ReadOptions::default() }
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
        for one in ["node\na\nb\n", "a|b\nc|d\n", "a b\n\"c d\"\n", "a->b\nb->c\n", "x\n"] {
            assert!(message(one).contains("it has one column, `"), "{one:?}: {}", message(one));
        }
    }

    #[test]
    fn separators_and_comments_are_told() {
        let plain = read("source,target\na,b\nb,c\n", &ReadOptions::default()).unwrap().0;
        for (text, separator, n_comments) in [
            ("source\ttarget\na\tb\nb\tc\n", "tab", 0),
            ("source;target\na;b\nb;c\n", "semicolon", 0),
            ("source target\na  b\nb c\n", "blanks", 0),
            ("# a comment, with a comma\n% another\n\nsource,target\na,b\nb,c\n", "comma", 2),
            ("# two names,\n# source\ttarget\na\tb\nb\tc\n", "tab", 2), // as SNAP names columns
        ] {
            let (network, summary) = read(text, &ReadOptions::default()).unwrap();
            assert_eq!(network, plain, "{text:?}");
            assert_eq!((summary.separator, summary.comment_lines), (separator, n_comments));
        }
        let ragged = read("# one\nsource,target\na,b\nc\n", &ReadOptions::default());
        assert!(ragged.unwrap_err().to_string().ends_with("line 4 has 1 cells, the first one 2"));
        let ragged = read("source target\na b\n", &with_cost(ArcRule::Detect)).unwrap_err();
        assert!(ragged.to_string().contains("no column `weight`"), "{ragged}");
    }

    #[test]
    fn a_first_line_that_looks_like_data_is_no_header() {
        let absent = ReadOptions { header: Header::Absent, ..ReadOptions::default() };
        for (text, n_edges) in [
            ("1,2\n2,3\n3,1\n", 3),
            ("1,A\n2,A\n2,B\n3,B\n", 4),
            ("x,y,0.5\ny,z,1.5\nz,x,2.5\n", 3),
            ("a,b\nb,c\nc,d\na,c\n", 4),
            ("0\t1\n1\t2\n", 2),
        ] {
            let error = read(text, &ReadOptions::default()).unwrap_err();
            assert!(matches!(error, GraphError::NoHeader { .. }), "{text:?}: {error}");
            assert_eq!(read(text, &absent).unwrap().0.n_edges(), n_edges, "{text:?}");
        }
        // Names of their own, and names that are known even where a node has one.
        assert_eq!(read("u,v\na,b\n", &ReadOptions::default()).unwrap().0.n_edges(), 1);
        assert_eq!(read("From,to\na,to\n", &ReadOptions::default()).unwrap().0.n_edges(), 1);
        let priced = ReadOptions { cost: CostColumn::Cost("3".to_owned()), ..absent };
        let (network, _) = read("x,y,0.5\n", &priced).unwrap();
        assert_eq!(network.edges().next(), Some((0, 1, 0.5)));
    }

    #[test]
    fn a_node_list_without_a_header_loses_no_node() {
        let folder = tempfile::tempdir().unwrap();
        let with_list = |list: &str| {
            let path = folder.path().join("nodes.csv");
            std::fs::write(&path, list).unwrap();
            let options = ReadOptions { nodes: Some(path), ..ReadOptions::default() };
            read("source,target\na,b\n", &options).map(|(network, _)| network.n_nodes())
        };
        assert_eq!(with_list("id\nNew York\n").unwrap(), 3);
        assert_eq!(with_list("name,id\nx,c\n").unwrap(), 3);
        for list in ["a\nb\nc\n", "7\n8\n"] {
            let message = with_list(list).unwrap_err().to_string();
            assert!(message.ends_with("expected a header like `id`"), "{message}");
        }
    }

    #[test]
    fn numbers_that_are_not_used_are_told() {
        let text = "source,target,kind,weight,year\na,b,road,2.5,1999\n";
        let unused = |options: &ReadOptions| read(text, options).unwrap().1.unused_numbers;
        assert_eq!(unused(&ReadOptions::default()), ["weight", "year"]);
        assert_eq!(unused(&with_cost(ArcRule::Detect)), ["year"]);
    }

    #[test]
    fn strengths_become_costs_by_their_rule() {
        let cost = CostColumn::Strength("weight".to_owned(), StrengthToCost::Inverse);
        let options = ReadOptions { cost, ..ReadOptions::default() };
        let (network, _) = read("source,target,weight\na,b,4\n", &options).unwrap();
        assert_eq!(network.edges().next(), Some((0, 1, 0.25)));
        assert!(read("source,target,weight\na,b,0\n", &options).is_err());
    }

    #[test]
    fn formats_of_graphs_are_networks_with_their_nodes_and_directions() {
        let matrix = |symmetry: &str| {
            format!("%%MatrixMarket matrix coordinate real {symmetry}\n3 3 1\n2 1 4.5\n")
        };
        let (network, summary) = read(&matrix("symmetric"), &with_cost(ArcRule::Detect)).unwrap();
        assert_eq!(network.ids(), ["1", "2", "3"]);
        assert_eq!(network.edges().collect::<Vec<_>>(), [(0, 1, 4.5)]);
        assert_eq!((network.is_directed(), summary.isolated_nodes), (false, 1));
        let (network, _) = read(&matrix("general"), &with_cost(ArcRule::Detect)).unwrap();
        assert_eq!(network.edges().collect::<Vec<_>>(), [(1, 0, 4.5)]);
        assert!(network.is_directed());
        let (network, _) = read(&matrix("general"), &with_cost(ArcRule::Symmetrise)).unwrap();
        assert!(!network.is_directed());
        let text = r#"<graphml><key id="k" for="edge" attr.name="km"/><graph edgedefault="undirected">
            <node id="b"/><node id="a"/><edge source="b" target="a"><data key="k">3</data></edge>
            </graph></graphml>"#;
        let (network, summary) = read(text, &ReadOptions::default()).unwrap();
        assert_eq!((network.ids(), network.n_edges()), (&["a".to_owned(), "b".to_owned()][..], 1));
        assert_eq!((summary.unused_numbers, summary.separator), (vec!["km".to_owned()], "GraphML"));
        let pairs = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(pairs.path(), text).unwrap();
        let refused = read_pairs(pairs.path(), &network, Header::First).unwrap_err().to_string();
        assert!(refused.ends_with("it is GraphML, expected rows of cells"), "{refused}");
    }
}
