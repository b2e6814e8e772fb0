//! GraphML as an edge list.

use std::collections::HashMap;
use std::path::Path;

use csv::StringRecord;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{EdgeTable, Table};

/// Whether the first element of an XML text is `graphml`.
pub fn is_graph_ml(text: &str) -> bool {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(Event::Start(element)) => return element.local_name().as_ref() == b"graphml",
            Ok(Event::Eof | Event::Empty(_)) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}

/// The edges of a GraphML file, `source` and `target` and a column for each `key` of edges by its `attr.name`.
///
/// A key that an edge lacks has its default there, else nothing. Nodes come in the order of the file; data of the
/// nodes are not read.
///
/// # Errors
/// A sentence on what is no such file, with the place.
///
/// # References
/// Brandes et al. (2002), GraphML Progress Report, Graph Drawing.
pub fn edge_table(path: &Path, text: &str) -> Result<EdgeTable, String> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut graph = Parts::default();
    loop {
        let line = |reader: &Reader<&[u8]>| {
            let end = (reader.buffer_position() as usize).min(text.len());
            1 + text.as_bytes()[..end].iter().filter(|&&b| b == b'\n').count()
        };
        let event =
            reader.read_event().map_err(|error| format!("line {}: {error}", line(&reader)))?;
        let done = match event {
            Event::Start(element) => graph.open(&element),
            Event::Empty(element) => {
                graph.open(&element).and_then(|()| graph.close(element.local_name().as_ref()))
            }
            Event::End(element) => graph.close(element.local_name().as_ref()),
            Event::Text(piece) => {
                piece.decode().map_err(|e| e.to_string()).map(|piece| graph.text += &piece)
            }
            Event::CData(piece) => {
                piece.decode().map_err(|e| e.to_string()).map(|piece| graph.text += &piece)
            }
            Event::GeneralRef(name) => {
                let name = name.decode().map_err(|e| e.to_string())?;
                resolved(&name).map(|piece| graph.text += &piece)
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => Ok(()),
        };
        done.map_err(|reason| format!("line {}: {reason}", line(&reader)))?;
    }
    if graph.depth > 0 {
        return Err("it is cut off: an element is not closed".to_owned());
    }
    graph.into_table(path)
}

/// What is read so far.
#[derive(Default)]
struct Parts {
    /// Open elements.
    depth: usize,
    /// Text of the innermost element.
    text: String,
    /// Keys of edges: id, name, default.
    keys: Vec<Key>,
    nodes: Vec<String>,
    rows: Vec<Vec<String>>,
    is_directed: Option<bool>,
    /// Whether the data are those of an edge.
    is_in_edge: bool,
    /// Key of the data that are open.
    data: Option<String>,
}

struct Key {
    id: String,
    name: String,
    default: String,
    is_open: bool,
}

impl Parts {
    fn open(&mut self, element: &BytesStart<'_>) -> Result<(), String> {
        self.depth += 1;
        self.text.clear();
        let mut given = attributes(element)?;
        let mut take = |name: &str| given.remove(name);
        match element.local_name().as_ref() {
            b"key" if matches!(take("for").as_deref(), Some("edge" | "all")) => {
                let id = take("id").ok_or("a key without an id")?;
                let name = take("attr.name").unwrap_or_else(|| id.clone());
                self.keys.push(Key { id, name, default: String::new(), is_open: true });
            }
            b"graph" if self.is_directed.is_some() => {
                return Err("a second graph, expected one".to_owned());
            }
            b"graph" => {
                self.is_directed = Some(match take("edgedefault").as_deref() {
                    Some("directed") => true,
                    Some("undirected") => false,
                    got => {
                        return Err(format!(
                            "edgedefault is {got:?}, expected directed or undirected"
                        ));
                    }
                });
            }
            b"node" => self.nodes.push(take("id").ok_or("a node without an id")?),
            b"edge" => {
                let direction = take("directed").map(|text| text == "true" || text == "1");
                if direction.is_some() && direction != self.is_directed {
                    return Err("an edge of another direction than the graph, expected all alike"
                        .to_owned());
                }
                let from = take("source").ok_or("an edge without a source")?;
                let to = take("target").ok_or("an edge without a target")?;
                self.rows.push(
                    [from, to]
                        .into_iter()
                        .chain(self.keys.iter().map(|key| key.default.clone()))
                        .collect(),
                );
                self.is_in_edge = true;
            }
            b"hyperedge" => return Err("a hyperedge, expected edges between two nodes".to_owned()),
            b"data" => self.data = Some(take("key").ok_or("data without a key")?),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &[u8]) -> Result<(), String> {
        self.depth = self.depth.saturating_sub(1);
        let text = std::mem::take(&mut self.text).trim().to_owned();
        match name {
            b"default" => self
                .keys
                .iter_mut()
                .filter(|key| key.is_open)
                .for_each(|key| key.default = text.clone()),
            b"key" => self.keys.iter_mut().for_each(|key| key.is_open = false),
            b"edge" => self.is_in_edge = false,
            b"data" => {
                let id = self.data.take();
                let place = self.keys.iter().position(|key| Some(&key.id) == id.as_ref());
                let row = if self.is_in_edge { self.rows.last_mut() } else { None };
                match (row, place) {
                    (Some(row), Some(place)) if place + 2 < row.len() => row[place + 2] = text,
                    (Some(_), _) => {
                        return Err(format!(
                            "data of an edge with the key {id:?} that is not declared before"
                        ));
                    }
                    (None, _) => {}
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn into_table(self, path: &Path) -> Result<EdgeTable, String> {
        if self.is_directed.is_none() {
            return Err("it has no graph".to_owned());
        }
        let names = self.keys.into_iter().map(|key| key.name);
        let table = Table {
            path: path.to_owned(),
            header: ["source", "target"].map(str::to_owned).into_iter().chain(names).collect(),
            rows: self.rows.into_iter().map(StringRecord::from).collect(),
            separator: "GraphML",
            n_comments: 0,
            commented_header: None,
        };
        Ok(EdgeTable { table, nodes: self.nodes, is_directed: self.is_directed })
    }
}

/// Attributes by name.
fn attributes(element: &BytesStart<'_>) -> Result<HashMap<String, String>, String> {
    element
        .attributes()
        .map(|attribute| {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value = attribute.unescape_value().map_err(|error| error.to_string())?;
            let name = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
            Ok((name, value.trim().to_owned()))
        })
        .collect()
}

/// The character that `&name;` stands for.
fn resolved(name: &str) -> Result<String, String> {
    quick_xml::escape::unescape(&format!("&{name};"))
        .map(|c| c.into_owned())
        .map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<EdgeTable, String> {
        edge_table(Path::new("graph.graphml"), text)
    }

    const HEAD: &str = r#"<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">
        <key id="d0" for="edge" attr.name="minutes" attr.type="double"><default>2</default></key>
        <key id="d1" for="node" attr.name="name" attr.type="string"/>
        <key id="d2" for="edge" attr.name="kind" attr.type="string"/>"#;

    #[test]
    fn nodes_and_edges_with_their_data() {
        let text = format!(
            r#"{HEAD}<graph id="G" edgedefault="undirected">
            <node id="a &amp; b"><data key="d1">A</data></node><node id="c"/><node id="alone"/>
            <edge source="a &amp; b" target="c"><data key="d0"> 7.5 </data><data key="d2">x &lt; y</data></edge>
            <edge id="e1" source="c" target="c"/></graph></graphml>"#
        );
        let read = read(&text).unwrap();
        assert_eq!(read.table.header, ["source", "target", "minutes", "kind"]);
        let rows: Vec<Vec<&str>> = read.table.rows.iter().map(|row| row.iter().collect()).collect();
        assert_eq!(rows, [["a & b", "c", "7.5", "x < y"], ["c", "c", "2", ""]]);
        assert_eq!(read.nodes, ["a & b", "c", "alone"]);
        assert_eq!(read.is_directed, Some(false));
    }

    #[test]
    fn what_is_no_graph_of_one_kind_is_refused_with_its_line() {
        let graph = |inside: &str| {
            format!("{HEAD}\n<graph edgedefault=\"directed\">\n{inside}\n</graph></graphml>")
        };
        for (text, expected) in [
            ("<graphml></graphml>".to_owned(), "it has no graph"),
            (graph("<edge source=\"a\"/>"), "line 6: an edge without a target"),
            (graph("<node/>"), "line 6: a node without an id"),
            (graph("<hyperedge/>"), "line 6: a hyperedge"),
            (
                graph("<edge source=\"a\" target=\"b\" directed=\"false\"/>"),
                "line 6: an edge of another direction",
            ),
            (
                graph("<node id=\"a\"><graph edgedefault=\"directed\"/></node>"),
                "line 6: a second graph",
            ),
            (graph("<edge source=\"a\" target=\"b\"><data key=\"d9\">1</data></edge>"), "d9"),
            (graph("<node id=\"a\">"), "line 7: "),
            (format!("{HEAD}<graph>"), "edgedefault is None"),
            (format!("{HEAD}<graph edgedefault=\"directed\">"), "cut off"),
            (graph("<node id=\"&nothing;\"/>"), "line 6: "),
        ] {
            let got = read(&text).err().unwrap();
            assert!(got.contains(expected), "{got}");
        }
    }
}
