//! A drawing of the unit cell.

use std::fmt::Write as _;

use super::covalent_radius::covalent_radius;
use super::crystal::{Site, Structure};
use super::vectors::{Matrix, Vector, add, apply, cross, dot, norm, scale, sub};
use crate::element::Element;

/// Width and height of the drawing, pixels.
const SIZE: (f64, f64) = (520.0, 480.0);

/// Room for the legend at the right and for the title, pixels.
const LEGEND: f64 = 90.0;
const MARGIN: f64 = 34.0;

/// Two atoms are joined where their distance is below this many sums of covalent radii.
const BOND: f64 = 1.2;

/// Radius of a drawn atom in covalent radii.
const BALL: f64 = 0.42;

/// Pieces an edge of the cell is drawn in.
const N_PIECES: usize = 24;

/// An atom this near to a face of the cell, in fractions, is drawn on the opposite face too.
const ON_FACE: f64 = 1e-3;

/// Most atoms that are drawn; a larger cell is drawn without the copies on its faces.
const MAX_COPIES: usize = 4000;

/// An SVG drawing of the cell of a structure: atoms as shaded balls, bonds, edges of the cell, a legend of the elements.
///
/// An orthographic view, slightly from above and turned to the side; farther atoms are drawn first. Atoms on faces, edges and corners
/// of the cell are drawn on each of them. Bonds join atoms nearer than 1.2 times the sum of their covalent radii.
pub fn picture(structure: &Structure, title: &str) -> String {
    let atoms = drawn_atoms(structure);
    let view = View::new(structure, &atoms);
    let mut svg = String::new();
    let (width, height) = SIZE;
    let _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n\
         <text x=\"12\" y=\"22\" font-size=\"15\" fill=\"#222\">{}</text>",
        escaped(title)
    );
    let elements: Vec<Element> = structure.composition().elements().collect();
    elements.iter().for_each(|element| gradient(&mut svg, *element));
    let mut shapes = edges(structure, &atoms, &view);
    shapes.extend(bonds(structure, &atoms, &view));
    shapes.extend(atoms.iter().map(|atom| ball(atom, &view)));
    shapes.sort_by(|a, b| a.depth.total_cmp(&b.depth));
    shapes.iter().for_each(|shape| svg.push_str(&shape.svg));
    legend(&mut svg, &elements);
    svg.push_str("</svg>\n");
    svg
}

/// A part of the drawing; those with greater depth, nearer to the eye, come last.
struct Shape {
    depth: f64,
    svg: String,
}

/// The sites, those on faces of the cell also on the opposite ones; positions in Å.
struct Atom {
    element: Element,
    place: Vector,
}

impl Atom {
    /// Radius of the ball, Å.
    fn radius(&self) -> f64 {
        BALL * covalent_radius(self.element)
    }
}

fn drawn_atoms(structure: &Structure) -> Vec<Atom> {
    let copies = structure.n_sites() * 8 <= MAX_COPIES;
    let lattice = structure.lattice();
    let place = |site: &Site, shift: Vector| Atom {
        element: site.element,
        place: lattice.to_cartesian(add(site.position.map(onto_face), shift)),
    };
    let shifts = |x: f64| if copies && onto_face(x) == 0.0 { vec![0.0, 1.0] } else { vec![0.0] };
    let mut atoms = Vec::new();
    for site in structure.sites() {
        let [xs, ys, zs] = site.position.map(shifts);
        for x in &xs {
            for y in &ys {
                atoms.extend(zs.iter().map(|z| place(site, [*x, *y, *z])));
            }
        }
    }
    atoms
}

fn onto_face(x: f64) -> f64 {
    if !(ON_FACE..=1.0 - ON_FACE).contains(&x) { 0.0 } else { x }
}

/// From places in Å to pixels.
struct View {
    /// Directions to the right, up and to the eye.
    axes: Matrix,
    middle: Vector,
    /// Pixels per Å.
    zoom: f64,
}

impl View {
    fn new(structure: &Structure, atoms: &[Atom]) -> Self {
        let axes = directions(structure);
        let mut corners: Vec<(Vector, f64)> =
            cell_corners(structure).into_iter().map(|corner| (corner, 0.0)).collect();
        corners.extend(atoms.iter().map(|atom| (atom.place, atom.radius())));
        let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for (place, radius) in corners {
            let seen = apply(&axes, place);
            for k in 0..3 {
                low[k] = low[k].min(seen[k] - radius);
                high[k] = high[k].max(seen[k] + radius);
            }
        }
        let room = (SIZE.0 - LEGEND - 2.0 * MARGIN, SIZE.1 - 2.0 * MARGIN);
        let zoom = (room.0 / (high[0] - low[0])).min(room.1 / (high[1] - low[1]));
        Self { axes, middle: scale(add(low, high), 0.5), zoom }
    }

    /// Pixels right and down, and the depth in Å.
    fn see(&self, place: Vector) -> Vector {
        let [x, y, depth] = sub(apply(&self.axes, place), self.middle);
        let centre = ((SIZE.0 - LEGEND) / 2.0, SIZE.1 / 2.0 + 8.0);
        [centre.0 + x * self.zoom, centre.1 - y * self.zoom, depth]
    }
}

/// Right, up and to the eye: c points up, a nearly to the eye, turned by 25° and tilted by 15°.
fn directions(structure: &Structure) -> Matrix {
    let [a, b, c] = structure.lattice().rows();
    let unit = |x: Vector| scale(x, 1.0 / norm(x));
    let up = unit(c);
    let right = unit(sub(b, scale(up, dot(b, up))));
    let handed = if dot(cross(right, up), a) < 0.0 { -1.0 } else { 1.0 };
    let eye = scale(cross(right, up), handed);
    let (turn, tilt) = (25.0_f64.to_radians(), 15.0_f64.to_radians());
    let turned_right = add(scale(right, turn.cos()), scale(eye, -turn.sin()));
    let turned_eye = add(scale(right, turn.sin()), scale(eye, turn.cos()));
    let tilted_up = add(scale(up, tilt.cos()), scale(turned_eye, -tilt.sin()));
    let tilted_eye = add(scale(up, tilt.sin()), scale(turned_eye, tilt.cos()));
    [turned_right, tilted_up, tilted_eye]
}

fn cell_corners(structure: &Structure) -> Vec<Vector> {
    let bit = |code: usize, k: usize| f64::from(u8::from(code >> k & 1 == 1));
    let corner = |code| structure.lattice().to_cartesian([0, 1, 2].map(|k| bit(code, k)));
    (0..8).map(corner).collect()
}

/// The edges in pieces, so that atoms hide the right ones; those inside an atom are left out.
fn edges(structure: &Structure, atoms: &[Atom], view: &View) -> Vec<Shape> {
    let corners = cell_corners(structure);
    let mut shapes = Vec::new();
    for (i, from) in corners.iter().enumerate() {
        for k in (0..3).filter(|k| i >> k & 1 == 0) {
            let along = sub(corners[i | 1 << k], *from);
            let at = |n: usize| add(*from, scale(along, n as f64 / N_PIECES as f64));
            for n in 0..N_PIECES {
                let middle = scale(add(at(n), at(n + 1)), 0.5);
                if !atoms.iter().any(|atom| norm(sub(atom.place, middle)) < atom.radius()) {
                    let svg = line((view.see(at(n)), view.see(at(n + 1))), "#777", 1.2);
                    shapes.push(Shape { depth: view.see(middle)[2], svg });
                }
            }
        }
    }
    shapes
}

fn line((from, to): (Vector, Vector), colour: &str, width: f64) -> String {
    format!(
        "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"{colour}\" stroke-width=\"{width:.1}\" stroke-linecap=\"round\"/>\n",
        from[0], from[1], to[0], to[1]
    )
}

/// Bonds between drawn atoms, each as two halves in the colours of its ends.
fn bonds(structure: &Structure, atoms: &[Atom], view: &View) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let width = (0.16 * view.zoom).clamp(1.5, 9.0);
    let longest = structure.composition().elements().map(covalent_radius).fold(0.0, f64::max);
    for (i, a) in atoms.iter().enumerate() {
        for b in &atoms[..i] {
            let difference = sub(b.place, a.place);
            if difference.iter().any(|x| x.abs() > 2.0 * longest * BOND) {
                continue;
            }
            let reach = BOND * (covalent_radius(a.element) + covalent_radius(b.element));
            if norm(difference) < reach {
                let middle = view.see(add(a.place, scale(difference, 0.5)));
                for (end, sign) in [(a, 1.0), (b, -1.0)] {
                    // From a little below the surface of the ball, so that a bond towards the eye does not cover its atom.
                    let inside = 0.9 * sign * end.radius() / norm(difference);
                    let seen = view.see(add(end.place, scale(difference, inside)));
                    let svg = line((seen, middle), &darker(colour(end.element)), width);
                    shapes.push(Shape { depth: (seen[2] + middle[2]) / 2.0, svg });
                }
            }
        }
    }
    shapes
}

fn ball(atom: &Atom, view: &View) -> Shape {
    let [x, y, depth] = view.see(atom.place);
    let radius = (atom.radius() * view.zoom).max(2.0);
    let symbol = atom.element;
    let svg = format!(
        "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"url(#ball-{symbol})\" stroke=\"#333\" stroke-width=\"0.6\"/>\n"
    );
    Shape { depth, svg }
}

fn gradient(svg: &mut String, element: Element) {
    let base = colour(element);
    let _ = writeln!(
        svg,
        "<radialGradient id=\"ball-{element}\" cx=\"0.35\" cy=\"0.3\" r=\"0.75\"><stop offset=\"0\" stop-color=\"{}\"/>\
         <stop offset=\"0.45\" stop-color=\"{}\"/><stop offset=\"1\" stop-color=\"{}\"/></radialGradient>",
        hex(base.map(|x| x + (255 - x) / 4 * 3)),
        hex(base),
        darker(base)
    );
}

fn legend(svg: &mut String, elements: &[Element]) {
    let x = SIZE.0 - LEGEND + 14.0;
    for (i, element) in elements.iter().enumerate() {
        let y = 50.0 + 26.0 * i as f64;
        let _ = write!(
            svg,
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"9\" fill=\"url(#ball-{element})\" stroke=\"#333\" stroke-width=\"0.6\"/>\n\
             <text x=\"{}\" y=\"{}\" font-size=\"14\" fill=\"#222\">{element}</text>\n",
            x + 16.0,
            y + 5.0
        );
    }
}

/// Red, green and blue of an element: the usual colours of the common ones, else a hue by atomic number.
fn colour(element: Element) -> [u8; 3] {
    match element.symbol() {
        "H" => [235, 235, 235],
        "C" => [90, 90, 90],
        "N" => [60, 90, 220],
        "O" => [220, 40, 40],
        "F" => [130, 200, 90],
        "Na" => [170, 100, 220],
        "Si" => [225, 190, 140],
        "P" => [240, 140, 40],
        "S" => [230, 200, 60],
        "Cl" => [60, 190, 70],
        "Fe" => [200, 110, 60],
        "Ti" => [130, 160, 190],
        "Ca" => [90, 170, 90],
        "Cu" => [190, 110, 70],
        _ => by_hue(element.atomic_number()),
    }
}

/// Hues a golden angle apart, so that neighbours in the table differ.
fn by_hue(z: usize) -> [u8; 3] {
    let hue = (z as f64 * 137.508).rem_euclid(360.0);
    let brightness = [0.85, 0.7, 0.95][z % 3];
    let channel = |n: f64| {
        let k = (n + hue / 60.0).rem_euclid(6.0);
        let x = 1.0 - 0.55 * k.min(4.0 - k).clamp(0.0, 1.0);
        (x * brightness * 255.0) as u8
    };
    [channel(5.0), channel(3.0), channel(1.0)]
}

fn darker(colour: [u8; 3]) -> String {
    hex(colour.map(|x| x / 5 * 3))
}

fn hex([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// A text that may stand in XML.
fn escaped(text: &str) -> String {
    let clean: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
    clean.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::super::format::read_structure;
    use super::*;

    #[test]
    fn rock_salt_has_its_27_atoms_and_54_bonds() {
        let text = "x\n5.64\n1 0 0\n0 1 0\n0 0 1\nNa Cl\n4 4\nDirect\n0 0 0\n0 .5 .5\n.5 0 .5\n.5 .5 0\n.5 .5 .5\n.5 0 0\n0 .5 0\n0 0 .5\n";
        let svg = picture(&read_structure(text).unwrap().structure, "NaCl <rock & salt>");
        assert_eq!(svg.matches("<circle").count(), 27 + 2);
        let n_pieces = svg.matches("stroke=\"#777\"").count();
        assert!(n_pieces > 12 * N_PIECES / 2 && n_pieces < 12 * N_PIECES, "{n_pieces}");
        assert_eq!(svg.matches("<line").count(), n_pieces + 2 * 54); // 3 · 2 · 9 pairs of neighbours
        assert!(svg.contains("NaCl &lt;rock &amp; salt&gt;") && svg.ends_with("</svg>\n"));
        assert!(!svg.contains("NaN"));
    }
}
