//! From a CIF text to a structure.

use super::super::crystal::{MAX_SITES, Site, Structure};
use super::super::error::StructureError;
use super::super::lattice::Lattice;
use super::super::operation::Operation;
use super::super::orbit::images;
use super::super::reading::{Format, Reading};
use super::super::vectors::{IDENTITY, nearest, norm, sub};
use super::block::{Block, Value, blocks, short};
use super::sites::{Listed, listed_sites};
use super::space_group::{CellShape, given_name, given_number, named_operations};
use crate::composition::Composition;

/// Atoms nearer than this, Å, are one atom if symmetry makes one of the other, else a fault.
const OVERLAP: f64 = 0.1;

const CELL: [&str; 6] = [
    "_cell_length_a",
    "_cell_length_b",
    "_cell_length_c",
    "_cell_angle_alpha",
    "_cell_angle_beta",
    "_cell_angle_gamma",
];

const OPERATIONS: [&str; 2] = ["_space_group_symop_operation_xyz", "_symmetry_equiv_pos_as_xyz"];

/// Reads the first structure of a CIF text.
///
/// Sites are repeated by the symmetry operations that are listed; without a list, by those of the space group that is named. Images of
/// one site that fall within 0.1 Å are one atom, at their mean.
///
/// # Errors
/// - [`StructureError::Text`] with the line: a broken text, a cell that is none, partly filled sites, coordinates that are not numbers,
///   unknown elements, atoms less than 0.1 Å apart, more than [`MAX_SITES`] atoms, a formula that disagrees with the sites, a space group
///   with two origins and no operations.
/// - [`StructureError::Missing`] for no cell and no sites.
pub fn read_cif(text: &str) -> Result<Reading, StructureError> {
    let blocks = blocks(text)?;
    let with_atoms: Vec<&Block> = blocks.iter().filter(|block| block.has_atoms()).collect();
    let Some(block) = with_atoms.first() else {
        let reason = "no sites: there is no `_atom_site_fract_x`".to_string();
        return Err(StructureError::Missing(reason));
    };
    let mut notes = Vec::new();
    if with_atoms.len() > 1 {
        let n = with_atoms.len();
        notes.push(format!("{n} blocks have sites; `{}`, the first, is read", short(block.name)));
    }
    let structure = read_block(block, &mut notes)?;
    Ok(Reading {
        structure,
        notes,
        name: Some(block.name.to_string()).filter(|name| !name.is_empty()),
        space_group: given_number(block),
        format: Format::Cif,
    })
}

fn read_block(block: &Block, notes: &mut Vec<String>) -> Result<Structure, StructureError> {
    let (lattice, line) = read_cell(block)?;
    let formula = read_formula(block, notes);
    let listed = listed_sites(block, formula.as_ref().map(|(formula, _)| formula), notes)?;
    let operations = read_operations(block, &lattice, notes)?;
    let structure = repeated(lattice, &listed, &operations, notes)?;
    if let Some((formula, line)) = formula
        && formula.distance(structure.composition()) > 1e-3
    {
        let reason =
            format!("the formula is {formula}, but the sites are {}", structure.composition());
        return Err(StructureError::at(line, reason));
    }
    check_overlap(&structure, &listed, line)?;
    Ok(structure)
}

/// The cell and the line of its first number.
fn read_cell(block: &Block) -> Result<(Lattice, usize), StructureError> {
    let mut parameters = [0.0; 6];
    let mut line = 0;
    for (parameter, tag) in parameters.iter_mut().zip(CELL) {
        let Some(value) = block.column(tag).first() else {
            return Err(StructureError::Missing(format!("no cell: there is no `{tag}`")));
        };
        *parameter = value.number()?;
        line = value.line;
    }
    let lattice = Lattice::from_parameters(parameters)
        .map_err(|error| StructureError::at(line, error.to_string()))?;
    Ok((lattice, line))
}

/// The formula the text gives, and its line; a note where it cannot be read.
fn read_formula(block: &Block, notes: &mut Vec<String>) -> Option<(Composition, usize)> {
    let value = block.first(&["_chemical_formula_sum"])?;
    let words = value.text.split_whitespace().map(without_isotope);
    match Composition::parse(&words.collect::<String>()) {
        Ok(formula) => Some((formula, value.line)),
        Err(_) => {
            let text = short(value.text);
            notes.push(format!("line {}: the formula `{text}` cannot be read", value.line));
            None
        }
    }
}

/// `D2` is `H2`.
fn without_isotope(word: &str) -> String {
    match word.strip_prefix(['D', 'T']) {
        Some(rest) if !rest.starts_with(|c: char| c.is_ascii_lowercase()) => format!("H{rest}"),
        _ => word.to_string(),
    }
}

fn read_operations(
    block: &Block,
    lattice: &Lattice,
    notes: &mut Vec<String>,
) -> Result<Vec<Operation>, StructureError> {
    let listed = OPERATIONS.iter().map(|tag| block.column(tag)).find(|column| !column.is_empty());
    let known: Vec<&Value> =
        listed.into_iter().flatten().filter(|value| value.known().is_some()).collect();
    if !known.is_empty() {
        let read = |value: &&Value| {
            value
                .text
                .parse()
                .map_err(|error: StructureError| StructureError::at(value.line, error.to_string()))
        };
        return known.iter().map(read).collect();
    }
    match named_operations(block, CellShape::new(lattice.parameters()))? {
        Some((operations, name)) => {
            if operations.len() > 1 {
                notes.push(format!(
                    "no operations are listed; those of space group {name} are used"
                ));
            }
            Ok(operations)
        }
        None => {
            if let Some(name) = given_name(block) {
                notes.push(format!("the space group `{}` is not used", short(name)));
            }
            Ok(vec![Operation { rotation: IDENTITY, translation: [0.0; 3] }])
        }
    }
}

/// All atoms of the cell.
fn repeated(
    lattice: Lattice,
    listed: &[Listed],
    operations: &[Operation],
    notes: &mut Vec<String>,
) -> Result<Structure, StructureError> {
    // A list without the identity would lose the listed sites themselves.
    let is_identity = |op: &Operation| op.rotation == IDENTITY && op.translation == [0.0; 3];
    let identity = Operation { rotation: IDENTITY, translation: [0.0; 3] };
    let mut all: Vec<Operation> = vec![identity];
    all.extend(operations.iter().filter(|op| !is_identity(op)));
    let mut sites: Vec<Site> = Vec::new();
    let mut n_repeated = 0;
    for atom in listed {
        let is_known = all.len() > 1 && stands(&lattice, &sites, &atom.site);
        if is_known {
            n_repeated += 1;
            continue;
        }
        let positions = images(&lattice, &all, atom.site.position, OVERLAP);
        sites.extend(positions.into_iter().map(|position| Site { position, ..atom.site }));
        if sites.len() > MAX_SITES {
            let reason = format!("more than {MAX_SITES} atoms in the cell");
            return Err(StructureError::at(atom.line, reason));
        }
    }
    if n_repeated > 0 {
        notes.push(format!("listed sites that are images of other ones: {n_repeated}"));
    }
    Structure::new(lattice, sites)
}

/// Whether an atom of this element stands there already.
fn stands(lattice: &Lattice, sites: &[Site], site: &Site) -> bool {
    sites.iter().any(|known| distance(lattice, known, site) < OVERLAP)
}

/// Distance to the nearest image, Å, in a cell that is not too skewed; infinite for another element.
fn distance(lattice: &Lattice, a: &Site, b: &Site) -> f64 {
    if a.element != b.element {
        return f64::INFINITY;
    }
    norm(lattice.to_cartesian(sub(a.position, b.position).map(nearest)))
}

fn check_overlap(
    structure: &Structure,
    listed: &[Listed],
    cell_line: usize,
) -> Result<(), StructureError> {
    let Some(pair) = structure.neighbours(OVERLAP).first().copied() else {
        return Ok(());
    };
    // The listed site that an atom is an image of: exact only where the operation is the identity, else the nearest one of the element.
    let origin = |i: usize| {
        let site = &structure.sites()[i];
        let from = |atom: &&Listed| distance(structure.lattice(), site, &atom.site);
        let nearest = listed.iter().min_by(|a, b| from(a).total_cmp(&from(b)));
        nearest.filter(|atom| atom.site.element == site.element)
    };
    let name = |i: usize| match origin(i) {
        Some(atom) => short(atom.label),
        None => structure.sites()[i].element.to_string(),
    };
    let line = origin(pair.from).map_or(cell_line, |atom| atom.line);
    let (from, to) = (name(pair.from), name(pair.to));
    let reason = format!("sites {from} and {to} are {:.3} Å apart", pair.distance);
    Err(StructureError::at(line, reason))
}
