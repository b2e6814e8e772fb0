//! The atoms a CIF lists.

use super::super::crystal::Site;
use super::super::error::StructureError;
use super::block::{Block, Value, short};
use crate::composition::Composition;
use crate::element::Element;

/// Smallest occupancy that counts as a whole atom.
const WHOLE: f64 = 0.999;

/// A listed atom with its line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listed<'a> {
    pub(super) line: usize,
    pub(super) label: &'a str,
    pub(super) site: Site,
}

const X: &str = "_atom_site_fract_x";

/// The atoms of a block, and what has to be said about them.
pub(super) fn listed_sites<'a>(
    block: &Block<'a>,
    formula: Option<&Composition>,
    notes: &mut Vec<String>,
) -> Result<Vec<Listed<'a>>, StructureError> {
    let columns = Columns::new(block)?;
    let mut listed = Vec::with_capacity(columns.x.len());
    let (mut n_isotopes, mut n_dummies) = (0, 0);
    for row in 0..columns.x.len() {
        if columns.is_dummy(row) {
            n_dummies += 1;
            continue;
        }
        let (element, is_isotope) = columns.element(row, formula)?;
        n_isotopes += usize::from(is_isotope);
        columns.check_occupancy(row)?;
        let position = columns.position(row)?;
        let (line, label) = (columns.x[row].line, columns.name(row));
        listed.push(Listed { line, label, site: Site { element, position } });
    }
    if n_isotopes > 0 {
        notes.push(format!("sites of deuterium or tritium, read as hydrogen: {n_isotopes}"));
    }
    if n_dummies > 0 {
        notes.push(format!("dummy sites, left out: {n_dummies}"));
    }
    if listed.is_empty() {
        return Err(StructureError::at(columns.x[0].line, "no atom among the sites"));
    }
    Ok(listed)
}

/// The columns that describe atoms; empty where the block lacks them.
struct Columns<'b, 'a> {
    x: &'b [Value<'a>],
    y: &'b [Value<'a>],
    z: &'b [Value<'a>],
    symbol: &'b [Value<'a>],
    label: &'b [Value<'a>],
    occupancy: &'b [Value<'a>],
    flag: &'b [Value<'a>],
}

impl<'b, 'a> Columns<'b, 'a> {
    fn new(block: &'b Block<'a>) -> Result<Self, StructureError> {
        let column = |tag: &str| block.column_beside(tag, X);
        let columns = Self {
            x: block.column(X),
            y: column("_atom_site_fract_y"),
            z: column("_atom_site_fract_z"),
            symbol: column("_atom_site_type_symbol"),
            label: column("_atom_site_label"),
            occupancy: column("_atom_site_occupancy"),
            flag: column("_atom_site_calc_flag"),
        };
        let n = columns.x.len();
        if n == 0 {
            let reason = match block.column("_atom_site_cartn_x").first() {
                Some(value) => {
                    return Err(StructureError::at(
                        value.line,
                        "sites have Cartesian coordinates; fractional ones are needed",
                    ));
                }
                None => "no sites: there is no `_atom_site_fract_x`",
            };
            return Err(StructureError::Missing(reason.to_string()));
        }
        let line = columns.x[0].line;
        if columns.y.len() != n || columns.z.len() != n {
            let reason = "sites lack `_atom_site_fract_y` or `_atom_site_fract_z`";
            return Err(StructureError::at(line, reason));
        }
        if columns.symbol.len() != n && columns.label.len() != n {
            let reason = "sites have neither `_atom_site_type_symbol` nor `_atom_site_label`";
            return Err(StructureError::at(line, reason));
        }
        Ok(columns)
    }

    fn is_dummy(&self, row: usize) -> bool {
        self.flag.get(row).is_some_and(|flag| flag.text.eq_ignore_ascii_case("dum"))
    }

    fn name(&self, row: usize) -> &'a str {
        self.label.get(row).or(self.symbol.get(row)).map_or("", |value| value.text)
    }

    fn position(&self, row: usize) -> Result<[f64; 3], StructureError> {
        let mut position = [0.0; 3];
        for (x, column) in position.iter_mut().zip([self.x, self.y, self.z]) {
            let value = &column[row];
            *x = value.number().map_err(|_| {
                let reason = format!(
                    "site {}: the coordinate `{}` is not a number",
                    short(self.name(row)),
                    short(value.text)
                );
                StructureError::at(value.line, reason)
            })?;
        }
        Ok(position)
    }

    fn check_occupancy(&self, row: usize) -> Result<(), StructureError> {
        let Some(value) = self.occupancy.get(row).filter(|value| value.known().is_some()) else {
            return Ok(());
        };
        let occupancy = value.number()?;
        if (WHOLE..=2.0 - WHOLE).contains(&occupancy) {
            return Ok(());
        }
        let reason = format!(
            "site {} has the occupancy {occupancy}; partly filled sites are not supported",
            short(self.name(row))
        );
        Err(StructureError::at(value.line, reason))
    }

    /// The element of a site, and whether it was written as D or T.
    fn element(
        &self,
        row: usize,
        formula: Option<&Composition>,
    ) -> Result<(Element, bool), StructureError> {
        let symbol = self.symbol.get(row).and_then(|value| value.known());
        let found = match (symbol, self.label.get(row)) {
            (Some(symbol), _) => element_of_symbol(symbol),
            (None, Some(label)) => element_of_label(label.text, formula),
            (None, None) => None,
        };
        found.ok_or_else(|| {
            let text = symbol.unwrap_or_else(|| self.name(row));
            let reason = format!("`{}` is not the symbol of an element", short(text));
            StructureError::at(self.x[row].line, reason)
        })
    }
}

/// `Fe3+`, `FE`, `O2-`, `D`: the element and whether it is an isotope of hydrogen.
fn element_of_symbol(symbol: &str) -> Option<(Element, bool)> {
    let end = symbol.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(symbol.len());
    element(&symbol[..end])
}

/// `Fe1`, `O1A`, `Na`, `CA2`: the element of a label.
///
/// The two letters a label starts with count as an element if the second is small, or if nothing else speaks against it:
/// then the formula decides where it is known.
pub(super) fn element_of_label(
    label: &str,
    formula: Option<&Composition>,
) -> Option<(Element, bool)> {
    let letters = label.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(label.len());
    let two = (letters >= 2).then(|| element(&label[..2])).flatten();
    let one = (letters >= 1).then(|| element(&label[..1])).flatten();
    let is_small = label.as_bytes().get(1).is_some_and(u8::is_ascii_lowercase);
    let is_in_formula = |found: Option<(Element, bool)>| match (found, formula) {
        (Some((element, _)), Some(formula)) => formula.fraction(element) > 0.0,
        _ => false,
    };
    match (two, one) {
        (Some(_), _) if is_small => two,
        (Some(_), Some(_)) if is_in_formula(one) && !is_in_formula(two) => one,
        (Some(_), _) => two,
        (None, one) => one,
    }
}

/// The element of a symbol in any letter case; D and T are hydrogen.
pub(in crate::structure) fn element(symbol: &str) -> Option<(Element, bool)> {
    let mut letters = symbol.chars();
    let first = letters.next()?.to_ascii_uppercase();
    let symbol = format!("{first}{}", letters.as_str().to_ascii_lowercase());
    match symbol.as_str() {
        "D" | "T" => Element::from_symbol("H").map(|hydrogen| (hydrogen, true)),
        symbol => Element::from_symbol(symbol).map(|element| (element, false)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_and_labels_give_elements() {
        let of_symbol = |text: &str| element_of_symbol(text).map(|(element, _)| element.symbol());
        for (text, expected) in [
            ("Fe3+", Some("Fe")),
            ("FE", Some("Fe")),
            ("O2-", Some("O")),
            ("D", Some("H")),
            ("T1", Some("H")),
            ("Xx", None),
            ("3", None),
            ("", None),
        ] {
            assert_eq!(of_symbol(text), expected, "{text}");
        }
        let formula = Composition::parse("C2H2O").unwrap();
        let of_label = |text: &str, formula: Option<&Composition>| {
            element_of_label(text, formula).map(|(element, _)| element.symbol())
        };
        assert_eq!(of_label("Fe1", None), Some("Fe"));
        assert_eq!(of_label("OW1", None), Some("O"));
        assert_eq!(of_label("CA1", None), Some("Ca"));
        assert_eq!(of_label("CA1", Some(&formula)), Some("C"));
        assert_eq!(of_label("HO1", Some(&formula)), Some("H"));
        assert_eq!(of_label("1", None), None);
        assert_eq!(of_label("é", None), None);
    }
}
