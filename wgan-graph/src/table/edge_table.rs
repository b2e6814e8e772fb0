//! Edge lists: tables, and formats of graphs that are read as tables.

use std::path::Path;

use super::{Blanks, EdgeTable, Header, graph_ml, matrix_market, table_of, text};
use crate::error::GraphError;

/// Formats of graphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphFormat {
    /// Read as a table.
    MatrixMarket,
    /// Read as a table.
    GraphMl,
    /// Another one in XML.
    Xml,
    /// In brackets.
    Gml,
}

impl GraphFormat {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::MatrixMarket => "a Matrix Market file",
            Self::GraphMl => "GraphML",
            Self::Xml => "XML",
            Self::Gml => "GML",
        }
    }
}

/// The format of graphs that a text has; none of a table.
pub fn graph_format(text: &str) -> Option<GraphFormat> {
    let start = text.trim_start();
    if start.get(..14).is_some_and(|mark| mark.eq_ignore_ascii_case("%%MatrixMarket")) {
        return Some(GraphFormat::MatrixMarket);
    }
    if start.starts_with('<') {
        let is_graph_ml = graph_ml::is_graph_ml(start);
        return Some(if is_graph_ml { GraphFormat::GraphMl } else { GraphFormat::Xml });
    }
    let is_gml = start.starts_with("graph [") || start.starts_with("Creator \"");
    is_gml.then_some(GraphFormat::Gml)
}

/// Reads an edge list: rows of cells, a Matrix Market file of coordinates or GraphML, as it is or
/// compressed by gzip.
///
/// # Errors
/// As [`read_table`](super::read_table); [`GraphError::Unreadable`] for what a format does not allow.
pub fn read_edge_table(path: &Path, header: Header) -> Result<EdgeTable, GraphError> {
    let unreadable = |error: std::io::Error| GraphError::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    edge_table_of(path, std::fs::read(path).map_err(unreadable)?, header)
}

/// As [`read_edge_table`], of the content of a file that messages call `path`.
///
/// # Errors
/// As [`read_edge_table`].
pub fn edge_table_of(path: &Path, bytes: Vec<u8>, header: Header) -> Result<EdgeTable, GraphError> {
    let text = text::text_of(path, bytes)?;
    let read = match graph_format(&text) {
        Some(GraphFormat::MatrixMarket) => matrix_market::edge_table(path, &text),
        Some(GraphFormat::GraphMl) => graph_ml::edge_table(path, &text),
        Some(format) => Err(format!(
            "it is {}, expected rows of cells, Matrix Market or GraphML",
            format.name()
        )),
        None => {
            let table = table_of(path, &text, header, Blanks::Separate)?;
            return Ok(EdgeTable { table, nodes: Vec::new(), is_directed: None });
        }
    };
    read.map_err(|reason| GraphError::Unreadable { path: path.to_owned(), reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_graphs_are_told_from_tables() {
        for (text, expected) in [
            ("%%MatrixMarket matrix coordinate", Some(GraphFormat::MatrixMarket)),
            ("%%matrixmarket matrix", Some(GraphFormat::MatrixMarket)),
            ("% a comment\na b\n", None),
            ("<?xml version=\"1.0\"?>\n<!-- by hand -->\n<graphml>", Some(GraphFormat::GraphMl)),
            ("<gexf>", Some(GraphFormat::Xml)),
            ("<not closed", Some(GraphFormat::Xml)),
            ("graph [\n node [", Some(GraphFormat::Gml)),
            ("source,target\na,b\n", None),
        ] {
            assert_eq!(graph_format(text), expected, "{text}");
        }
    }

    #[test]
    fn formats_that_are_not_read_are_named() {
        let message = |text: &str| {
            let read = edge_table_of(Path::new("x"), text.into(), Header::First);
            read.err().unwrap().to_string()
        };
        let expected = "expected rows of cells, Matrix Market or GraphML";
        assert_eq!(message("<gexf/>"), format!("cannot read x: it is XML, {expected}"));
        assert_eq!(message("graph [\n"), format!("cannot read x: it is GML, {expected}"));
    }
}
