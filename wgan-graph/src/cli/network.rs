//! Options about the network.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use wgan_core::cli::{Reserved, check_output};
use wgan_graph::{
    ArcRule, CostColumn, GraphError, Header, Network, NetworkSummary, NodeAttributes, ReadOptions,
    StrengthToCost, read_attributes, read_network,
};

use super::CliError;

/// Which edge list to read, and how.
#[derive(Clone, Debug, Args)]
pub struct NetworkArgs {
    /// Edge list: a text file with one edge per line.
    ///
    /// The columns `source` and `target` name the two ends; without them, the first two columns do. Commas, semicolons, tabs or blanks separate
    /// columns. Or a Matrix Market or GraphML file. All may be
    /// compressed by gzip.
    #[arg(long, value_name = "FILE")]
    edges: PathBuf,
    /// The first line of the edge list is an edge; columns are then named 1, 2, 3 and so on.
    #[arg(long)]
    no_header: bool,
    /// Node list, for nodes without an edge: a text file with a column `id`.
    ///
    /// Without such a column, the first one has the ids.
    #[arg(long, value_name = "FILE")]
    nodes: Option<PathBuf>,
    /// Column with the cost of each edge, at least 0; a larger cost is farther [default: every edge costs 1].
    #[arg(long, value_name = "COLUMN")]
    cost: Option<String>,
    /// Column with the strength of each edge, above 0; a larger strength is closer.
    #[arg(long, value_name = "COLUMN", conflicts_with = "cost")]
    strength: Option<String>,
    /// How a strength becomes a cost.
    #[arg(long, value_enum, requires = "strength", default_value_t = StrengthRule::Inverse)]
    strength_rule: StrengthRule,
    /// What to do with a pair of nodes whose two directions have different costs.
    ///
    /// If a quarter of the pairs or more are listed both ways, each row is one direction; otherwise each row holds both ways. By default, `distances`
    /// follows directions. `fit-law` follows them if every node can be reached from every other. `w1` refuses them. All others take the cheaper
    /// direction both ways.
    #[arg(long, value_enum)]
    directed: Option<Directed>,
    /// What to do if the network falls into components, parts that no edge joins.
    ///
    /// By default, `fit-law`, `generate-nodes` and `distances --summary` use the largest one. All others keep all components.
    #[arg(long, value_enum)]
    component: Option<Component>,
}

/// Choices of `--strength-rule`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StrengthRule {
    /// Cost 1 / strength: twice the strength, half the cost.
    Inverse,
    /// Cost −ln(strength / largest strength): the strongest edge costs 0.
    NegativeLog,
}

/// Choices of `--directed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Directed {
    /// Take the cheaper direction of each pair both ways.
    Symmetrise,
    /// End with an error that names the first such pair.
    Refuse,
    /// Take every row as one direction, from source to target.
    Follow,
}

/// Choices of `--component`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Component {
    /// Keep the component with the most nodes; directions play no part in what is joined.
    Largest,
    /// End with an error that names two nodes in different components.
    Refuse,
}

impl NetworkArgs {
    /// The same, with `directed` and `component` where nothing was chosen.
    pub fn or_else(&self, directed: Option<Directed>, component: Option<Component>) -> Self {
        Self {
            directed: self.directed.or(directed),
            component: self.component.or(component),
            ..self.clone()
        }
    }

    /// The same, with the nodes of `list` where there is no node list.
    pub fn with_nodes(&self, list: &Path) -> Self {
        Self { nodes: self.nodes.clone().or_else(|| Some(list.to_owned())), ..self.clone() }
    }

    /// Classes and numbers of these nodes from the node list; says which columns are left out. None without a list,
    /// or where it has ids and names only.
    ///
    /// # Errors
    /// As [`read_attributes`].
    pub fn attributes(&self, network: &Network) -> Result<Option<NodeAttributes>, GraphError> {
        let Some(path) = &self.nodes else { return Ok(None) };
        let read = read_attributes(path, network)?;
        if !read.left_out.is_empty() {
            eprintln!("note: names, which are not generated: {}", read.left_out.join(", "));
        }
        Ok(Some(read.attributes).filter(|attributes| attributes.names().next().is_some()))
    }

    /// The same, where new nodes are to have attributes.
    ///
    /// # Errors
    /// As [`NetworkArgs::attributes`]; a list without classes and numbers.
    pub fn required_attributes(&self, network: &Network) -> Result<NodeAttributes, GraphError> {
        let path = self.nodes.clone().unwrap_or_default();
        let reason =
            "it has no classes or numbers, expected a column of them beside the ids".to_owned();
        self.attributes(network)?.ok_or(GraphError::Unreadable { path, reason })
    }

    /// Whether the first line of the edge list names its columns.
    pub fn header(&self) -> Header {
        if self.no_header { Header::Absent } else { Header::First }
    }

    /// Whether nothing was said about arcs: they are followed where that makes sense.
    pub fn follows_by_itself(&self) -> bool {
        self.directed.is_none()
    }

    /// Whether edges have costs of their own.
    pub fn has_costs(&self) -> bool {
        self.cost.is_some() || self.strength.is_some()
    }

    /// Refuses an output that cannot be written, or would replace a file that is read, before time
    /// is spent.
    ///
    /// # Errors
    /// [`CliError::Program`].
    pub fn check_output(&self, out: &Path, others: &[&Path]) -> Result<Reserved, CliError> {
        let nodes = self.nodes.as_deref();
        let read: Vec<&Path> =
            [self.edges.as_path()].into_iter().chain(nodes).chain(others.iter().copied()).collect();
        Ok(check_output(out, &read)?)
    }

    /// Reads the network and applies the choices.
    ///
    /// # Errors
    /// Whatever the edge list gives reason for.
    pub fn read(&self) -> Result<(Network, NetworkSummary), GraphError> {
        let (network, mut summary) = self.read_all_components()?;
        if self.component != Some(Component::Largest) {
            return Ok((network, summary));
        }
        let part = network.largest_component();
        summary.keep(&part);
        Ok((part, summary))
    }

    /// The same with all components, unless several are refused.
    ///
    /// # Errors
    /// Whatever the edge list gives reason for.
    pub fn read_all_components(&self) -> Result<(Network, NetworkSummary), GraphError> {
        let (network, summary) = read_network(&self.edges, &self.options())?;
        if self.component == Some(Component::Refuse) {
            network.require_connected()?;
        }
        Ok((network, summary))
    }

    fn options(&self) -> ReadOptions {
        let rule = match self.strength_rule {
            StrengthRule::Inverse => StrengthToCost::Inverse,
            StrengthRule::NegativeLog => StrengthToCost::NegativeLog,
        };
        let cost = match (&self.cost, &self.strength) {
            (Some(name), _) => CostColumn::Cost(name.clone()),
            (None, Some(name)) => CostColumn::Strength(name.clone(), rule),
            (None, None) => CostColumn::Hops,
        };
        let arcs = match self.directed {
            None => ArcRule::Detect,
            Some(Directed::Symmetrise) => ArcRule::Symmetrise,
            Some(Directed::Refuse) => ArcRule::Refuse,
            Some(Directed::Follow) => ArcRule::Arcs,
        };
        ReadOptions { cost, arcs, header: self.header(), nodes: self.nodes.clone() }
    }
}
