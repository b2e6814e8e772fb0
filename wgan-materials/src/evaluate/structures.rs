//! How close the crystals of candidates are to the known ones, in numbers.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::compared::{ClassDistance, Compared};
use super::{Notes, PropertyDistance, share};
use crate::material::Material;
use crate::structure::{Embedding, Structure};
use crate::table::{Column, Table};

/// Shortest distance in Å of the usual check of validity (Xie et al. 2022, CDVAE).
const MIN_DISTANCE: f64 = 0.5;

/// Smallest volume of a cell in Å³ of the same check.
const MIN_VOLUME: f64 = 0.1;

/// Shortest distance over the sum of covalent radii of the stricter check by radii.
const MIN_DISTANCE_RATIO: f64 = 0.6;

/// What can be said about crystals against known ones.
///
/// A floor is the same figure between two random parts of the known ones, see [`RowEvaluation`](crate::RowEvaluation).
///
/// # References
/// Xie, Fu, Ganea, Barzilay, Jaakkola (2022), Crystal diffusion variational autoencoder for periodic material generation, ICLR, for the check of
/// validity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StructureEvaluation {
    /// Number of crystals.
    pub n: usize,
    /// Share without a pair of atoms below 0.5 Å and with a cell above 0.1 Å³.
    pub valid: Option<f64>,
    /// Share with every pair of atoms at 0.6 or more of the sum of their covalent radii.
    pub valid_by_radii: Option<f64>,
    /// The same share of the known crystals.
    pub reference_valid_by_radii: Option<f64>,
    /// Different materials, that is compositions in prototypes, divided by `n`.
    pub unique: Option<f64>,
    /// Share of materials that are not known.
    pub novel: Option<f64>,
    /// W₁ of density, volume per atom, cell shape, shortest distance over radii, number of elements; in standard deviations.
    pub column_w1: BTreeMap<String, PropertyDistance>,
    /// Total variation of the laws of space groups and prototypes.
    pub class_tv: BTreeMap<String, ClassDistance>,
    /// Accuracy of a forest that tells known crystals from those of candidates by these columns; 0.5 is best.
    pub c2st: Option<f64>,
    /// Why figures are missing.
    pub notes: Vec<String>,
}

/// Compares the crystals of two tables; none where one of them has no crystals.
pub fn evaluate_structures(
    reference: &Table,
    candidates: &Table,
    seed: u64,
) -> Option<StructureEvaluation> {
    let (real, fake) = (reference.structures.as_deref()?, candidates.structures.as_deref()?);
    let (known, new) = (reference.materials(), candidates.materials());
    let known: HashSet<&Material> = known.iter().collect();
    let (real, fake) = (measured(real), measured(fake));
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (column_w1, class_tv) =
        Compared::new(&geometry(&real)?, &geometry(&fake)?).marginals(&mut rng);
    // Of prototypes a forest would see more classes than it can use.
    let without = |m: &[Measures]| {
        let mut table = geometry(m)?;
        table.columns.retain(|column| column.name != PROTOTYPE);
        Some(table)
    };
    let c2st = Compared::new(&without(&real)?, &without(&fake)?).c2st(&mut rng);
    let mut notes = Notes::default();
    let unique = new.iter().collect::<HashSet<_>>().len();
    Some(StructureEvaluation {
        n: fake.len(),
        valid: share(&fake, |m| m.shortest >= MIN_DISTANCE && m.volume > MIN_VOLUME),
        valid_by_radii: share(&fake, |m| m.distance_ratio >= MIN_DISTANCE_RATIO),
        reference_valid_by_radii: share(&real, |m| m.distance_ratio >= MIN_DISTANCE_RATIO),
        unique: (!new.is_empty()).then(|| unique as f64 / new.len() as f64),
        novel: share(&new, |material| !known.contains(material)),
        column_w1,
        class_tv,
        c2st: notes.keep("c2st", c2st),
        notes: notes.into_lines(),
    })
}

const PROTOTYPE: &str = "prototype";

/// What is compared of a crystal.
struct Measures {
    density: f64,
    volume: f64,
    volume_per_atom: f64,
    shape: [f64; 2],
    shortest: f64,
    distance_ratio: f64,
    n_elements: usize,
    space_group: u16,
    prototype: String,
}

fn measured(crystals: &[Embedding]) -> Vec<Measures> {
    let measure = |crystal: &Embedding| {
        let structure: Structure = crystal.structure().ok()?;
        let [a, b, c, ..] = structure.lattice().parameters();
        Some(Measures {
            density: structure.density(),
            volume: structure.volume(),
            volume_per_atom: structure.volume_per_atom(),
            shape: [b / a, c / a],
            shortest: structure.shortest_distance(),
            distance_ratio: structure.shortest_distance_ratio(),
            n_elements: crystal.elements().iter().collect::<HashSet<_>>().len(),
            space_group: crystal.prototype().space_group(),
            prototype: crystal.prototype().to_string(),
        })
    };
    crystals.par_iter().filter_map(measure).collect()
}

/// Crystals as a table of numbers and classes.
fn geometry(measures: &[Measures]) -> Option<Table> {
    let numbers = |name: &str, of: fn(&Measures) -> f64| {
        Column::numbers(name, measures.iter().map(|m| Some(of(m))).collect())
    };
    let classes = |name: &str, of: fn(&Measures) -> String| {
        Column::classes(name, &measures.iter().map(|m| Some(of(m))).collect::<Vec<_>>())
    };
    let columns = vec![
        numbers("density_g_cm3", |m| m.density),
        numbers("volume_A3_per_atom", |m| m.volume_per_atom),
        numbers("cell_b_over_a", |m| m.shape[0]),
        numbers("cell_c_over_a", |m| m.shape[1]),
        numbers("shortest_distance_ratio", |m| m.distance_ratio),
        numbers("n_elements", |m| m.n_elements as f64),
        classes("space_group", |m| m.space_group.to_string()),
        classes(PROTOTYPE, |m| m.prototype.clone()),
    ];
    Table::from_columns(None, columns).ok()
}

/// One figure a line, floors beside.
impl fmt::Display for StructureEvaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |x: Option<f64>| x.map_or("–".to_string(), |x| format!("{x:.3}"));
        writeln!(f, "{:24} {:>9}", "structures", self.n)?;
        for (name, value) in [
            ("structure_valid", self.valid),
            ("structure_unique", self.unique),
            ("structure_novel", self.novel),
            ("structure_c2st", self.c2st),
        ] {
            writeln!(f, "{name:24} {:>9}", number(value))?;
        }
        let (radii, real) = (number(self.valid_by_radii), number(self.reference_valid_by_radii));
        writeln!(f, "{:24} {radii:>9}   reference {real}", "valid_by_radii")?;
        for (name, distance) in &self.column_w1 {
            let (w1, floor) = (number(distance.w1), number(distance.floor));
            writeln!(f, "structure_w1             {w1:>9}   floor {floor}, {name}")?;
        }
        for (name, distance) in &self.class_tv {
            let (tv, floor) = (number(distance.tv), number(distance.floor));
            writeln!(f, "structure_tv             {tv:>9}   floor {floor}, {name}")?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "note: structures, {note}"))
    }
}
