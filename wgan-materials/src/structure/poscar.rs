//! POSCAR texts of VASP.

use super::cif::element;
use super::crystal::{MAX_SITES, Site, Structure};
use super::error::StructureError;
use super::lattice::Lattice;
use super::reading::{Format, Reading};
use super::vectors::{Matrix, Vector, determinant};
use crate::element::Element;

/// Atoms nearer than this, Å, are a fault.
const OVERLAP: f64 = 0.1;

/// Reads a POSCAR or CONTCAR text, of VASP 5 or, with the symbols in the title, VASP 4.
///
/// The scale may be negative, a volume in Å³, or three factors. `Selective dynamics`, velocities and what else follows are not used.
///
/// # Errors
/// [`StructureError::Text`] with the line for anything that is not as the format has it, and for atoms less than 0.1 Å apart.
pub fn read_poscar(text: &str) -> Result<Reading, StructureError> {
    let mut lines = Lines::new(text);
    let (_, title) = lines.next("a title")?;
    let lattice = read_lattice(&mut lines)?;
    let (elements, n_atoms) = read_elements(&mut lines, title)?;
    let (mut at, mut mode) = lines.next("`Direct` or `Cartesian`")?;
    if mode.trim_start().starts_with(['S', 's']) {
        (at, mode) = lines.next("`Direct` or `Cartesian`")?;
    }
    let is_cartesian = match mode.trim_start().chars().next() {
        Some('D' | 'd') => false,
        Some('C' | 'c' | 'K' | 'k') => true,
        _ => {
            return Err(StructureError::at(
                at,
                format!("expected `Direct` or `Cartesian`, found `{}`", short(mode)),
            ));
        }
    };
    let scaled = |x: Vector| if is_cartesian { lattice.in_cell(x) } else { x };
    let mut sites = Vec::with_capacity(n_atoms);
    for (element, n) in elements {
        for _ in 0..n {
            let (line, content) = lines.next("the coordinates of an atom")?;
            let position = scaled(three_numbers(line, content)?);
            sites.push((line, Site { element, position }));
        }
    }
    finish(title, lattice.lattice, &sites)
}

fn finish(
    title: &str,
    lattice: Lattice,
    sites: &[(usize, Site)],
) -> Result<Reading, StructureError> {
    let structure = Structure::new(lattice, sites.iter().map(|(_, site)| *site).collect())?;
    if let Some(pair) = structure.neighbours(OVERLAP).first() {
        let reason =
            format!("atoms {} and {} are {:.3} Å apart", pair.from + 1, pair.to + 1, pair.distance);
        return Err(StructureError::at(sites[pair.from].0, reason));
    }
    Ok(Reading {
        structure,
        notes: Vec::new(),
        name: Some(title.trim().to_string()).filter(|title| !title.is_empty()),
        space_group: None,
        format: Format::Poscar,
    })
}

/// The lattice, and the factors Cartesian coordinates are in.
struct Scaled {
    lattice: Lattice,
    factors: Vector,
}

impl Scaled {
    fn in_cell(&self, x: Vector) -> Vector {
        self.lattice.to_fractional([0, 1, 2].map(|k| x[k] * self.factors[k]))
    }
}

fn read_lattice(lines: &mut Lines) -> Result<Scaled, StructureError> {
    let (line, content) = lines.next("a scale")?;
    let scales: Vec<f64> = content.split_whitespace().map_while(number).collect();
    let mut rows: Matrix = [[0.0; 3]; 3];
    for row in &mut rows {
        let (line, content) = lines.next("a lattice vector")?;
        *row = three_numbers(line, content)?;
    }
    let factors = match *scales.as_slice() {
        [scale] if scale > 0.0 => [scale; 3],
        [volume] if volume < 0.0 => [(-volume / determinant(&rows).abs()).cbrt(); 3],
        [x, y, z, ..] if x > 0.0 && y > 0.0 && z > 0.0 => [x, y, z],
        _ => {
            return Err(StructureError::at(
                line,
                format!("expected a scale, found `{}`", short(content)),
            ));
        }
    };
    let rows = rows.map(|row| [0, 1, 2].map(|k| row[k] * factors[k]));
    let lattice =
        Lattice::new(rows).map_err(|error| StructureError::at(line, error.to_string()))?;
    Ok(Scaled { lattice, factors })
}

/// Elements with their numbers of atoms, and the number of all atoms.
fn read_elements(
    lines: &mut Lines,
    title: &str,
) -> Result<(Vec<(Element, usize)>, usize), StructureError> {
    let (mut line, mut content) = lines.next("symbols of elements")?;
    let mut names = (line, content);
    if content.trim_start().starts_with(|c: char| c.is_ascii_digit()) {
        names = (1, title);
    } else {
        (line, content) = lines.next("numbers of atoms")?;
    }
    let count = |word: &str| word.parse::<usize>().ok().filter(|n| *n <= MAX_SITES);
    let counts: Option<Vec<usize>> = content.split_whitespace().map(count).collect();
    let Some(counts) = counts.filter(|counts| !counts.is_empty()) else {
        let reason =
            format!("expected numbers of atoms, {MAX_SITES} at most, found `{}`", short(content));
        return Err(StructureError::at(line, reason));
    };
    let n_atoms: usize = counts.iter().sum();
    if n_atoms == 0 || n_atoms > MAX_SITES {
        let reason = format!("expected 1 to {MAX_SITES} atoms, found {n_atoms}");
        return Err(StructureError::at(line, reason));
    }
    let elements: Option<Vec<Element>> = names.1.split_whitespace().map(of_word).collect();
    match elements.filter(|elements| elements.len() == counts.len()) {
        Some(elements) => Ok((elements.into_iter().zip(counts).collect(), n_atoms)),
        None => {
            let reason = format!(
                "expected {} symbols of elements, found `{}`",
                counts.len(),
                short(names.1)
            );
            Err(StructureError::at(names.0, reason))
        }
    }
}

/// `Fe`, `Fe_pv`, `Fe/a1b2c3`.
fn of_word(word: &str) -> Option<Element> {
    element(word.split(['_', '/']).next()?).map(|(element, _)| element)
}

fn number(word: &str) -> Option<f64> {
    word.parse::<f64>().ok().filter(|x| x.is_finite())
}

fn three_numbers(line: usize, content: &str) -> Result<Vector, StructureError> {
    let numbers: Vec<f64> = content.split_whitespace().take(3).map_while(number).collect();
    let fault =
        |_| StructureError::at(line, format!("expected three numbers, found `{}`", short(content)));
    numbers.try_into().map_err(fault)
}

/// The start of a text, for a message.
fn short(text: &str) -> String {
    text.trim().chars().take(40).collect()
}

struct Lines<'a> {
    lines: std::iter::Enumerate<std::str::Lines<'a>>,
    n: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Self { lines: text.lines().enumerate(), n: 0 }
    }

    fn next(&mut self, expected: &str) -> Result<(usize, &'a str), StructureError> {
        match self.lines.next() {
            Some((i, content)) => {
                self.n = i + 1;
                Ok((self.n, content))
            }
            None => {
                Err(StructureError::at(self.n + 1, format!("expected {expected}, found the end")))
            }
        }
    }
}

impl Structure {
    /// A POSCAR text of VASP 5 with fractional coordinates, atoms of an element together.
    pub fn to_poscar(&self, title: &str) -> String {
        let title: String = title.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let mut text = format!("{title}\n1.0\n");
        for [x, y, z] in self.lattice().rows() {
            text += &format!("  {x:.10} {y:.10} {z:.10}\n");
        }
        let elements: Vec<Element> = self.composition().elements().collect();
        let of = |element: Element| self.sites().iter().filter(move |s| s.element == element);
        let join = |words: Vec<String>| format!("  {}\n", words.join(" "));
        text += &join(elements.iter().map(Element::to_string).collect());
        text += &join(elements.iter().map(|e| of(*e).count().to_string()).collect());
        text += "Direct\n";
        for site in elements.iter().flat_map(|element| of(*element)) {
            let [x, y, z] = site.position;
            text += &format!("  {x:.10} {y:.10} {z:.10} {}\n", site.element);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    const ROCK_SALT: &str = "NaCl\n5.64\n0 .5 .5\n.5 0 .5\n.5 .5 0\nNa_pv Cl/ab12\n1 1\nSelective dynamics\nDirect\n0 0 0 T T F\n.5 .5 .5 T T T\n";

    #[test]
    fn the_usual_variants_give_one_structure() {
        let reading = read_poscar(ROCK_SALT).unwrap();
        assert_eq!(reading.structure.composition().to_string(), "NaCl");
        assert_abs_diff_eq!(reading.structure.volume(), 5.64_f64.powi(3) / 4.0, epsilon = 1e-9);
        let by_volume = ROCK_SALT.replace("5.64", &format!("-{}", 5.64_f64.powi(3) / 4.0));
        let version_4 = ROCK_SALT.replace("NaCl\n", "Na Cl\n").replace("Na_pv Cl/ab12\n", "");
        let cartesian = ROCK_SALT.replace("Direct", "cart"); // (½, ½, ½) is also a/2 · (1, 1, 1)
        for text in [by_volume, version_4, cartesian, ROCK_SALT.replace("5.64", "5.64 5.64 5.64")] {
            let other = read_poscar(&text).unwrap().structure;
            assert_abs_diff_eq!(other.volume(), reading.structure.volume(), epsilon = 1e-9);
            assert_abs_diff_eq!(other.shortest_distance(), 2.82, epsilon = 1e-9);
        }
        let again = read_poscar(&reading.structure.to_poscar("again")).unwrap().structure;
        assert_abs_diff_eq!(again.shortest_distance(), 2.82, epsilon = 1e-9);
    }

    #[test]
    fn faults_have_their_lines() {
        let cases = [
            (ROCK_SALT.replace("\n5.64", "\nx"), "line 2: expected a scale, found `x`"),
            (ROCK_SALT.replace(".5 0 .5", ".5 0"), "line 4: expected three numbers, found `.5 0`"),
            (
                ROCK_SALT.replace(".5 .5 0", "0 .5 .5"),
                "line 2: lattice: expected a cell of at least 0.1 Å³, got 0.000 Å³",
            ),
            (
                ROCK_SALT.replace("Na_pv", "Xx"),
                "line 6: expected 2 symbols of elements, found `Xx Cl/ab12`",
            ),
            (
                ROCK_SALT.replace("1 1", "1 x"),
                "line 7: expected numbers of atoms, 2000 at most, found `1 x`",
            ),
            (
                ROCK_SALT.replace("Direct", "?"),
                "line 9: expected `Direct` or `Cartesian`, found `?`",
            ),
            (
                ROCK_SALT.replace(".5 .5 .5 T T T", "NaN 0 0"),
                "line 11: expected three numbers, found `NaN 0 0`",
            ),
            (
                ROCK_SALT.replace("\n.5 .5 .5 T T T\n", ""),
                "line 11: expected the coordinates of an atom, found the end",
            ),
            (
                ROCK_SALT.replace("\n.5 .5 .5 T T T", "\n0 0 0"),
                "line 10: atoms 1 and 2 are 0.000 Å apart",
            ),
            (String::new(), "line 1: expected a title, found the end"),
        ];
        for (text, expected) in cases {
            assert_eq!(read_poscar(&text).unwrap_err().to_string(), expected);
        }
    }
}
