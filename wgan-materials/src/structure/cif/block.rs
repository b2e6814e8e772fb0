//! The data blocks of a CIF text: values by tag.

use std::collections::HashMap;

use super::super::error::StructureError;
use super::tokens::{Kind, Token, tokens};

/// A value and its line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Value<'a> {
    pub(super) line: usize,
    pub(super) text: &'a str,
    /// Whether it stood in quotes: then `?` and `.` are texts.
    is_quoted: bool,
}

impl<'a> Value<'a> {
    /// The text, unless it says "unknown" (`?`) or "does not apply" (`.`).
    pub(super) fn known(&self) -> Option<&'a str> {
        let is_missing = !self.is_quoted && matches!(self.text, "?" | ".");
        (!is_missing && !self.text.trim().is_empty()).then_some(self.text.trim())
    }

    /// The number, its uncertainty in brackets left out: `5.431(2)` is 5.431.
    pub(super) fn number(&self) -> Result<f64, StructureError> {
        let fault =
            || StructureError::at(self.line, format!("`{}` is not a number", short(self.text)));
        let text = self.known().ok_or_else(fault)?;
        let digits = match text.split_once('(') {
            Some((digits, rest)) if rest.ends_with(')') => digits,
            Some(_) => return Err(fault()),
            None => text,
        };
        digits.parse::<f64>().ok().filter(|x| x.is_finite()).ok_or_else(fault)
    }
}

/// The start of a text, for a message.
pub(super) fn short(text: &str) -> String {
    let start: String = text.chars().take(40).collect();
    if start.len() < text.len() { start + "…" } else { start }
}

/// One `data_` block. A value outside loops is a column of one row.
#[derive(Debug, Default)]
pub(super) struct Block<'a> {
    pub(super) name: &'a str,
    /// Columns by tag, in lower case and with `_` for `.`.
    columns: HashMap<String, Vec<Value<'a>>>,
    /// Which loop a tag stands in; equal numbers have equal lengths.
    group: HashMap<String, usize>,
}

impl<'a> Block<'a> {
    /// All values of a tag; none where the block does not have it.
    pub(super) fn column(&self, tag: &str) -> &[Value<'a>] {
        self.columns.get(tag).map_or(&[], Vec::as_slice)
    }

    /// The values of a tag that stand beside those of `beside`.
    pub(super) fn column_beside(&self, tag: &str, beside: &str) -> &[Value<'a>] {
        let column = self.column(tag);
        let same_loop = self.group.get(tag) == self.group.get(beside);
        if same_loop || column.len() == self.column(beside).len() { column } else { &[] }
    }

    /// The first value of the first of these tags that has a known one.
    pub(super) fn first(&self, tags: &[&str]) -> Option<Value<'a>> {
        tags.iter()
            .find_map(|tag| self.column(tag).first().copied().filter(|v| v.known().is_some()))
    }

    /// Whether the block lists atoms.
    pub(super) fn has_atoms(&self) -> bool {
        !self.column("_atom_site_fract_x").is_empty()
            || !self.column("_atom_site_cartn_x").is_empty()
    }
}

/// The blocks of a text; text before the first `data_` is a block without a name.
pub(super) fn blocks(text: &str) -> Result<Vec<Block<'_>>, StructureError> {
    let tokens = tokens(text)?;
    let mut blocks: Vec<Block> = Vec::new();
    let (mut i, mut n_groups) = (0, 0);
    while let Some(token) = tokens.get(i) {
        n_groups += 1;
        if let Kind::Data(name) = token.kind {
            blocks.push(Block { name, ..Block::default() });
            i += 1;
            continue;
        }
        if blocks.is_empty() {
            blocks.push(Block::default());
        }
        let last = blocks.len() - 1;
        i = match token.kind {
            Kind::Loop => read_loop(&tokens, i, n_groups, &mut blocks[last])?,
            Kind::Tag(tag) => read_item(&tokens, i, tag, n_groups, &mut blocks[last])?,
            _ => return Err(stray(token)),
        };
    }
    Ok(blocks)
}

fn value<'a>(token: &Token<'a>) -> Option<Value<'a>> {
    match token.kind {
        Kind::Bare(text) => Some(Value { line: token.line, text, is_quoted: false }),
        Kind::Quoted(text) => Some(Value { line: token.line, text, is_quoted: true }),
        _ => None,
    }
}

fn stray(token: &Token) -> StructureError {
    let text = value(token).map_or(String::new(), |value| short(value.text));
    StructureError::at(token.line, format!("`{text}` belongs to no name that starts with `_`"))
}

/// Reads `_tag value`; gives the place of the next word.
fn read_item<'a>(
    tokens: &[Token<'a>],
    at: usize,
    tag: &str,
    group: usize,
    block: &mut Block<'a>,
) -> Result<usize, StructureError> {
    let Some(value) = tokens.get(at + 1).and_then(value) else {
        return Err(StructureError::at(tokens[at].line, format!("`{}` has no value", short(tag))));
    };
    insert(block, tag, vec![value], group);
    Ok(at + 2)
}

/// Reads `loop_`, its tags and its rows; gives the place of the next word.
fn read_loop<'a>(
    tokens: &[Token<'a>],
    at: usize,
    group: usize,
    block: &mut Block<'a>,
) -> Result<usize, StructureError> {
    let rest = &tokens[at + 1..];
    let tag = |token: &Token<'a>| match token.kind {
        Kind::Tag(tag) => Some(tag),
        _ => None,
    };
    let tags: Vec<&str> = rest.iter().map_while(tag).collect();
    let values: Vec<Value> = rest[tags.len()..].iter().map_while(value).collect();
    let line = tokens[at].line;
    if tags.is_empty() {
        return Err(StructureError::at(line, "`loop_` without names"));
    }
    if !values.len().is_multiple_of(tags.len()) {
        let reason = format!(
            "the loop has {} names but {} values, which do not make whole rows",
            tags.len(),
            values.len()
        );
        return Err(StructureError::at(line, reason));
    }
    for (k, tag) in tags.iter().enumerate() {
        let column = values.iter().skip(k).step_by(tags.len()).copied().collect();
        insert(block, tag, column, group);
    }
    Ok(at + 1 + tags.len() + values.len())
}

/// The first value given for a tag stands.
fn insert<'a>(block: &mut Block<'a>, tag: &str, column: Vec<Value<'a>>, group: usize) {
    let tag = tag.to_ascii_lowercase().replace('.', "_");
    if let std::collections::hash_map::Entry::Vacant(entry) = block.columns.entry(tag.clone()) {
        entry.insert(column);
        block.group.insert(tag, group);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_and_items_become_columns() {
        let text =
            "data_one\n_cell_Length_a 5.43(2)\nloop_ _x _Y.z\n 1 ? 2 '?'\n_b ?\ndata_two _b 3";
        let blocks = blocks(text).unwrap();
        assert_eq!(blocks.iter().map(|block| block.name).collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(blocks[0].column("_cell_length_a")[0].number().unwrap(), 5.43);
        let known: Vec<_> = blocks[0].column("_y_z").iter().map(Value::known).collect();
        assert_eq!(known, [None, Some("?")]);
        assert_eq!(blocks[0].first(&["_b", "_x"]).unwrap().text, "1");
        assert_eq!(blocks[1].first(&["_b"]).unwrap().line, 6);
    }

    #[test]
    fn faults_are_named_with_their_lines() {
        let cases = [
            (
                "data_\nloop_\n_a\n_b\n1 2 3",
                "line 2: the loop has 2 names but 3 values, which do not make whole rows",
            ),
            ("data_\n\n_a\n_b 1", "line 3: `_a` has no value"),
            ("data_ 5", "line 1: `5` belongs to no name that starts with `_`"),
            ("loop_ 5", "line 1: `loop_` without names"),
        ];
        for (text, expected) in cases {
            assert_eq!(blocks(text).unwrap_err().to_string(), expected);
        }
        for text in ["1.2.3", "nan", "inf", "1(", "?", "''", "1e999"] {
            let text = format!("_a {text}");
            let blocks = blocks(&text).unwrap();
            assert!(blocks[0].column("_a")[0].number().is_err(), "{text}");
        }
    }
}
