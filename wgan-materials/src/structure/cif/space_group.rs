//! Symmetry operations from the name or number of a space group.

use moyo::data::{HallSymbolEntry, Setting};

use super::super::error::StructureError;
use super::super::operation::Operation;
use super::super::settings::setting_operations;
use super::super::space_group::symbol::{entries, key, names};
use super::block::{Block, Value};

const NUMBER: [&str; 2] = ["_space_group_it_number", "_symmetry_int_tables_number"];
const HALL: [&str; 2] = ["_space_group_name_hall", "_symmetry_space_group_name_hall"];
const NAME: [&str; 3] =
    ["_space_group_name_h-m_alt", "_symmetry_space_group_name_h-m", "_space_group_name_h-m_full"];

/// Number of the space group as the block says, if it does.
pub(super) fn given_number(block: &Block) -> Option<u16> {
    let number = block.first(&NUMBER)?.known()?.parse().ok()?;
    (1..=230).contains(&number).then_some(number)
}

/// The name of the space group as the block says, if it does.
pub(super) fn given_name<'a>(block: &Block<'a>) -> Option<&'a str> {
    block.first(&NAME).and_then(|value| value.known())
}

/// What the cell tells about the axes.
#[derive(Clone, Copy, Debug)]
pub(super) struct CellShape {
    /// Equal lengths and equal angles that are not 90°.
    is_rhombohedral: bool,
    /// `a`, `b` or `c`: the axis whose angle is the only one that is not 90°; `b` where there is no such.
    unique_axis: char,
}

impl CellShape {
    pub(super) fn new([a, b, c, alpha, beta, gamma]: [f64; 6]) -> Self {
        let near = |x: f64, y: f64| (x - y).abs() <= 1e-3 * y;
        let is_rhombohedral = near(a, b)
            && near(b, c)
            && near(alpha, beta)
            && near(beta, gamma)
            && !near(alpha, 90.0);
        let unique_axis = match [alpha, beta, gamma].map(|angle| near(angle, 90.0)) {
            [false, true, true] => 'a',
            [true, true, false] => 'c',
            _ => 'b',
        };
        Self { is_rhombohedral, unique_axis }
    }

    /// Whether the axes of a setting are those of the cell.
    fn has_axes_of(&self, entry: &HallSymbolEntry) -> bool {
        let setting = entry.setting.trim_start_matches('-');
        match setting {
            "R" | "H" => (setting == "R") == self.is_rhombohedral,
            _ if setting.starts_with(['a', 'b', 'c']) => setting.starts_with(self.unique_axis),
            _ => true,
        }
    }
}

/// The operations of the space group that the block names, and what it is; none where it names none.
pub(super) fn named_operations(
    block: &Block,
    shape: CellShape,
) -> Result<Option<(Vec<Operation>, String)>, StructureError> {
    if let Some(hall) = block.first(&HALL)
        && let Some(entry) = entries().find(|entry| key(entry.hall_symbol) == key(hall.text))
    {
        return Ok(Some(expanded(&entry)));
    }
    if let Some(name) = block.first(&NAME) {
        return by_name(name, given_number(block), shape).map(Some);
    }
    let number = given_number(block).map(i32::from);
    let standard = number.and_then(|number| Setting::Standard.hall_number(number));
    let is_choice = |entry: &HallSymbolEntry| {
        Some(entry.hall_number) == standard
            || entry.setting == "R"
            || entry.setting.starts_with(shape.unique_axis)
    };
    let is_given = |entry: &HallSymbolEntry| Some(entry.number) == number && is_choice(entry);
    let entry = entries().find(|entry| is_given(entry) && shape.has_axes_of(entry));
    Ok(entry.as_ref().map(expanded))
}

fn by_name(
    name: Value,
    number: Option<u16>,
    shape: CellShape,
) -> Result<(Vec<Operation>, String), StructureError> {
    let (symbol, setting) = split_setting(name.text);
    let wanted = key(&symbol);
    let is_named = |entry: &HallSymbolEntry| {
        let is_number = number.is_none_or(|number| i32::from(number) == entry.number);
        is_number && names(entry).contains(&wanted)
    };
    let is_setting = |entry: &HallSymbolEntry| match &setting {
        Some(setting) => entry.setting.to_lowercase().starts_with(&setting.to_lowercase()),
        None => true,
    };
    let named: Vec<HallSymbolEntry> =
        entries().filter(|entry| is_named(entry) && is_setting(entry)).collect();
    let in_axes: Vec<&HallSymbolEntry> = named
        .iter()
        .filter(|entry| named.len() == 1 || setting.is_some() || shape.has_axes_of(entry))
        .collect();
    let fault = |reason: &str| {
        let reason = format!("`{}` {reason}", super::block::short(name.text));
        Err(StructureError::at(name.line, reason))
    };
    match in_axes.as_slice() {
        [] => fault("is not the symbol of a space group, and there are no operations"),
        [entry] => Ok(expanded(entry)),
        _ => fault(
            "has two choices of origin; without operations, `:1` or `:2` the sites have no place",
        ),
    }
}

/// Takes `:2`, `:H`, ` S`, ` Z` or ` H` off a symbol.
fn split_setting(text: &str) -> (String, Option<String>) {
    let text = text.trim();
    if let Some((symbol, setting)) = text.split_once(':') {
        return (symbol.to_string(), Some(setting.trim().to_string()));
    }
    for (suffix, setting) in [(" S", "1"), (" Z", "2"), (" H", "H"), (" R", "R"), ("H", "H")] {
        if let Some(symbol) = text.strip_suffix(suffix) {
            return (symbol.to_string(), Some(setting.to_string()));
        }
    }
    (text.to_string(), None)
}

/// All operations of a setting, centring included, and what to call it.
fn expanded(entry: &HallSymbolEntry) -> (Vec<Operation>, String) {
    let name = format!("{} {}", entry.number, entry.hm_full);
    (setting_operations(entry.hall_number).all(), name)
}

#[cfg(test)]
mod tests {
    use super::super::block::blocks;
    use super::*;

    fn count(text: &str) -> Result<usize, String> {
        let blocks = blocks(text).unwrap();
        let shape = CellShape::new([4.0, 4.0, 6.0, 90.0, 90.0, 90.0]);
        match named_operations(&blocks[0], shape) {
            Ok(found) => Ok(found.map_or(0, |(operations, _)| operations.len())),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn names_and_numbers_give_the_operations_of_their_groups() {
        let cases = [
            ("_symmetry_space_group_name_H-M 'F m -3 m'", 192),
            ("_space_group_name_H-M_alt 'Fm-3m'", 192),
            ("_space_group_name_H-M_alt 'P42/mnm'", 16),
            ("_space_group_name_H-M_alt 'P4_2/m n m'", 16),
            ("_space_group_name_H-M_alt 'P 1 21/c 1'", 4),
            ("_space_group_name_H-M_alt 'P 21/c'", 4),
            ("_space_group_name_H-M_alt 'P 21/n'", 4),
            ("_space_group_name_H-M_alt 'P n m a'", 8),
            ("_space_group_name_H-M_alt 'P b n m'", 8),
            ("_space_group_name_H-M_alt 'F d -3 m :2'", 192),
            ("_space_group_name_H-M_alt 'F d -3 m Z'", 192),
            ("_space_group_name_H-M_alt 'R -3 m'", 36),
            ("_space_group_name_H-M_alt 'R -3 m :R'", 12),
            ("_space_group_name_H-M_alt 'P m -3 m'", 48),
            ("_symmetry_space_group_name_Hall '-P 4 2 3'", 48),
            ("_space_group_IT_number 227", 192),
            ("_space_group_IT_number 1", 1),
            ("_space_group_IT_number ?", 0),
        ];
        for (text, expected) in cases {
            assert_eq!(count(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_expanded_is_refused_with_the_reason() {
        let unknown = count("data_x\n_symmetry_space_group_name_H-M 'P 99'").unwrap_err();
        let expected =
            "line 2: `P 99` is not the symbol of a space group, and there are no operations";
        assert_eq!(unknown, expected);
        let ambiguous = count("_space_group_name_H-M_alt 'F d -3 m'").unwrap_err();
        assert!(ambiguous.contains("two choices of origin"), "{ambiguous}");
    }
}
