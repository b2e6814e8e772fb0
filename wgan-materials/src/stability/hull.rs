//! Convex hull of formation energies, one chemical system at a time.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use rayon::prelude::*;

use super::decomposition::{Decomposition, Product};
use super::simplex::{Mixture, Points};
use crate::composition::Composition;
use crate::element::Element;
use crate::error::MaterialsError;

/// Convex hull of the formation energies of known compounds, elements at 0 eV/atom.
///
/// The lowest energy of each composition counts. The hull energy of a composition `x` is that of its cheapest
/// mixture of known compounds and elements:
///
/// `H(x) = min Σ aⱼ Eⱼ` subject to `Σ aⱼ xⱼ = x`, `a ≥ 0`,
///
/// with atomic fractions `x` and energies per atom. [`decompose`](Self::decompose) leaves the composition itself out.
///
/// # Example
/// ```
/// use wgan_materials::{Composition, ConvexHull};
///
/// let known: Vec<_> = ["Li2O", "Fe2O3", "LiFeO2"].iter().map(|f| Composition::parse(f)).collect::<Result<_, _>>()?;
/// let hull = ConvexHull::new(&known, &[-2.0, -1.7, -1.95])?;
/// let found = hull.decompose(&known[2])?;
/// // Li2O has 3 of the 8 atoms, Fe2O3 has 5
/// assert!((found.energy - (-3.0 * 2.0 - 5.0 * 1.7) / 8.0).abs() < 1e-12);
/// assert_eq!(found.to_string(), "0.5 Li2O + 0.5 Fe2O3");
/// # Ok::<(), wgan_materials::MaterialsError>(())
/// ```
///
/// # References
/// Ong, Wang, Kang, Ceder (2008), Li-Fe-P-O₂ phase diagram from first principles calculations, Chem. Mater. 20, 1798-1807.
#[derive(Clone, Debug)]
pub struct ConvexHull {
    /// Distinct compounds of two or more elements, those of a chemical system together.
    compounds: Vec<Composition>,
    /// Lowest energy of each, eV/atom.
    energies: Vec<f64>,
    systems: HashMap<System, Range<usize>>,
}

/// A set of elements: bit `z − 1` for atomic number `z`.
type System = u128;

/// The set of elements of a composition.
fn system(composition: &Composition) -> System {
    composition.elements().fold(0, |set, element| set | 1 << element.index())
}

/// Elements of a set, by atomic number.
fn elements(system: System) -> Vec<Element> {
    Element::ALL.into_iter().filter(|element| system >> element.index() & 1 == 1).collect()
}

impl ConvexHull {
    /// Keeps the lowest energy of each composition; elements alone are left out, since they define the zero.
    ///
    /// # Shapes
    /// - `energies`: one per composition, eV/atom
    ///
    /// # Errors
    /// [`MaterialsError::Stability`] if the lengths differ or an energy is not finite.
    pub fn new(compositions: &[Composition], energies: &[f64]) -> Result<Self, MaterialsError> {
        check(compositions, energies)?;
        let mut rows: Vec<(System, &Composition, f64)> = compositions
            .iter()
            .zip(energies)
            .filter(|(composition, _)| composition.n_elements() > 1)
            .map(|(composition, &energy)| (system(composition), composition, energy))
            .collect();
        rows.par_sort_by(|a, b| {
            (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2)) // the lowest energy comes first
        });
        rows.dedup_by(|later, first| later.1 == first.1);
        let mut systems: HashMap<System, Range<usize>> = HashMap::new();
        for (i, (system, ..)) in rows.iter().enumerate() {
            systems.entry(*system).or_insert(i..i).end = i + 1;
        }
        let (compounds, energies) =
            rows.into_iter().map(|(_, composition, energy)| (composition.clone(), energy)).unzip();
        Ok(Self { compounds, energies, systems })
    }

    /// Number of different compounds.
    pub fn n_compounds(&self) -> usize {
        self.compounds.len()
    }

    /// Different compounds, those of a chemical system together.
    pub fn compounds(&self) -> &[Composition] {
        &self.compounds
    }

    /// Lowest energy of each of the [`compounds`](Self::compounds), eV/atom.
    pub fn energies(&self) -> &[f64] {
        &self.energies
    }

    /// Lowest known energy of a composition, eV/atom; 0 for an element.
    pub fn energy(&self, composition: &Composition) -> Option<f64> {
        if composition.n_elements() == 1 {
            return Some(0.0);
        }
        self.position(composition).map(|i| self.energies[i])
    }

    /// Place of a composition among the [`compounds`](Self::compounds).
    pub(super) fn position(&self, composition: &Composition) -> Option<usize> {
        let range = self.systems.get(&system(composition))?.clone();
        let found = self.compounds[range.clone()].binary_search(composition).ok()?;
        Some(range.start + found)
    }

    /// The cheapest mixture of the *other* known compounds and elements with the same composition.
    ///
    /// # Errors
    /// [`MaterialsError::Stability`] if the linear program cannot be solved.
    pub fn decompose(&self, composition: &Composition) -> Result<Decomposition, MaterialsError> {
        self.phases(system(composition)).decompose(composition)
    }

    /// [`decompose`](Self::decompose) of many, in parallel; the result does not depend on the number of threads.
    ///
    /// `done` is told how many more are finished, from any thread.
    ///
    /// # Errors
    /// As [`decompose`](Self::decompose).
    ///
    /// # Complexity
    /// 85,014 compounds of the Materials Project: about 5 s on one core.
    pub fn decompose_all(
        &self,
        compositions: &[Composition],
        done: impl Fn(usize) + Sync,
    ) -> Result<Vec<Decomposition>, MaterialsError> {
        let mut by_system: BTreeMap<System, Vec<usize>> = BTreeMap::new();
        for (i, composition) in compositions.iter().enumerate() {
            by_system.entry(system(composition)).or_default().push(i);
        }
        let groups: Vec<(System, Vec<usize>)> = by_system.into_iter().collect();
        let of_group = |(system, rows): &(System, Vec<usize>)| {
            let phases = self.phases(*system);
            let found: Result<Vec<Decomposition>, MaterialsError> =
                rows.iter().map(|&i| phases.decompose(&compositions[i])).collect();
            done(rows.len());
            found
        };
        let found: Result<Vec<_>, _> = groups.par_iter().map(of_group).collect();
        let rows = groups.iter().flat_map(|(_, rows)| rows);
        let mut all: Vec<(usize, Decomposition)> =
            rows.copied().zip(found?.into_iter().flatten()).collect();
        all.sort_unstable_by_key(|(i, _)| *i);
        Ok(all.into_iter().map(|(_, decomposition)| decomposition).collect())
    }

    /// Number of known compounds made of the elements of a composition.
    pub fn n_within(&self, composition: &Composition) -> usize {
        self.compounds_within(system(composition)).len()
    }

    /// Everything that can form from the elements of a system.
    fn phases(&self, system: System) -> Phases<'_> {
        let elements = elements(system);
        let mut column = [0; Element::COUNT];
        elements.iter().enumerate().for_each(|(i, element)| column[element.index()] = i);
        let compounds = self.compounds_within(system);
        let mut coordinates = vec![0.0; compounds.len() * elements.len()];
        for (row, &i) in coordinates.chunks_exact_mut(elements.len()).zip(&compounds) {
            self.compounds[i].fractions().for_each(|(e, x)| row[column[e.index()]] = x);
        }
        let costs = compounds.iter().map(|&i| self.energies[i]).collect();
        Phases { hull: self, elements, compounds, coordinates, costs }
    }

    /// Compounds made of elements of a system, in their order.
    fn compounds_within(&self, system: System) -> Vec<usize> {
        let n_elements = system.count_ones();
        let mut ranges: Vec<Range<usize>> =
            if n_elements < 16 && 1 << n_elements < self.systems.len() {
                subsets(system).filter_map(|subset| self.systems.get(&subset).cloned()).collect()
            } else {
                let is_within = |(known, _): &(&System, _)| *known & !system == 0;
                self.systems.iter().filter(is_within).map(|(_, range)| range.clone()).collect()
            };
        ranges.sort_unstable_by_key(|range| range.start);
        ranges.into_iter().flatten().collect()
    }
}

/// All subsets of a set of elements but the empty one.
fn subsets(system: System) -> impl Iterator<Item = System> {
    let next = move |subset: &System| Some((subset - 1) & system).filter(|&next| next != 0);
    std::iter::successors(Some(system), next)
}

/// The compounds of a chemical system as columns of a linear program.
struct Phases<'a> {
    hull: &'a ConvexHull,
    elements: Vec<Element>,
    compounds: Vec<usize>,
    coordinates: Vec<f64>,
    costs: Vec<f64>,
}

impl Phases<'_> {
    fn decompose(&self, composition: &Composition) -> Result<Decomposition, MaterialsError> {
        let itself = self.hull.position(composition);
        let skipped = itself.and_then(|i| self.compounds.binary_search(&i).ok());
        let target: Vec<f64> = self.elements.iter().map(|&e| composition.fraction(e)).collect();
        let points = Points { coordinates: &self.coordinates, costs: &self.costs };
        let mixture = points.cheapest_mixture(&target, skipped);
        let mixture = mixture.ok_or_else(|| MaterialsError::Stability {
            what: format!("hull at {composition}"),
            expected: "a linear program that ends",
            got: format!("none for {} compounds", self.compounds.len()),
        })?;
        self.decomposition(composition, &mixture)
    }

    fn decomposition(
        &self,
        composition: &Composition,
        mixture: &Mixture,
    ) -> Result<Decomposition, MaterialsError> {
        let product = |&(phase, fraction): &(usize, f64)| {
            let composition = match self.compounds.get(phase) {
                Some(&i) => self.hull.compounds[i].clone(),
                None => {
                    Composition::from_amounts([(self.elements[phase - self.compounds.len()], 1.0)])?
                }
            };
            Ok(Product { composition, fraction })
        };
        let products: Result<Vec<Product>, MaterialsError> =
            mixture.weights.iter().map(product).collect();
        Ok(Decomposition {
            energy: mixture.cost,
            n_atoms: composition.n_atoms(),
            products: products?,
        })
    }
}

fn check(compositions: &[Composition], energies: &[f64]) -> Result<(), MaterialsError> {
    let refuse = |expected: &'static str, got: String| {
        Err(MaterialsError::Stability { what: "formation energies".to_string(), expected, got })
    };
    if compositions.len() != energies.len() {
        let got = format!("{} for {} compositions", energies.len(), compositions.len());
        return refuse("one for each composition", got);
    }
    match compositions.iter().zip(energies).find(|(_, energy)| !energy.is_finite()) {
        Some((composition, energy)) => {
            refuse("finite numbers", format!("{energy} for {composition}"))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared_data::{Row, own, rows};
    use approx::assert_abs_diff_eq;

    fn read(formulas: &[&str]) -> Vec<Composition> {
        formulas.iter().map(|formula| Composition::parse(formula).unwrap()).collect()
    }

    const KNOWN: [(&str, f64); 14] = [
        ("Li2O", -2.05),
        ("FeO", -1.38),
        ("Fe2O3", -1.71),
        ("Fe3O4", -1.66),
        ("P2O5", -2.23),
        ("Li3PO4", -2.76),
        ("FePO4", -2.24),
        ("LiFePO4", -2.52),
        ("Li3Fe2P3O12", -2.43),
        ("LiFeO2", -1.92),
        ("LiP", -0.51),
        ("Li3P", -0.9),
        ("FeP", -0.61),
        ("Fe2P2O7", -2.31),
    ];

    fn hull() -> ConvexHull {
        let (formulas, energies): (Vec<&str>, Vec<f64>) = KNOWN.into_iter().unzip();
        ConvexHull::new(&read(&formulas), &energies).unwrap()
    }

    /// Energies are invented; the figures are those of `scipy.optimize.linprog` (HiGHS) on them.
    #[test]
    fn mixtures_are_those_of_another_solver() {
        let expected = [
            (
                "LiFePO4",
                -2.3997619047619043,
                "0.0833 Fe3O4 + 0.3333 Li3PO4 + 0.3333 Fe2P2O7 + 0.0833 Fe",
            ),
            ("Fe3O4", -1.6285714285714283, "1.3333 Fe2O3 + 0.3333 Fe"),
            ("Li3P", -0.255, "LiP + 2 Li"),
            ("Li3PO4", -2.12875, "1.5 Li2O + 0.5 P2O5"),
            ("LiFeO2", -1.8375, "0.5 Li2O + 0.5 Fe2O3"),
            ("Li3Fe2P3O12", -2.448, "Li3PO4 + 2 FePO4"),
            ("LiFe2P3O8", -2.279, "0.1 P2O5 + LiFePO4 + 0.5 Fe2P2O7 + 0.8 P"),
            (
                "Li4Fe7P2O",
                -0.7309523809523809,
                "0.25 Li3PO4 + 1.0833 Li3P + 0.6667 FeP + 6.3333 Fe",
            ),
            ("Fe2O", -0.9683333333333334, "0.25 Fe3O4 + 1.25 Fe"),
        ];
        let hull = hull();
        let words = |text: &str| {
            let mut words: Vec<String> = text.split(" + ").map(str::to_owned).collect();
            words.sort_unstable();
            words
        };
        for (formula, energy, products) in expected {
            let found = hull.decompose(&read(&[formula])[0]).unwrap();
            assert_abs_diff_eq!(found.energy, energy, epsilon = 1e-12);
            assert_eq!(words(&found.to_string()), words(products), "{formula}");
        }
    }

    #[test]
    fn products_have_the_atoms_of_the_compound() {
        let compound = &read(&["LiFePO4"])[0];
        let found = hull().decompose(compound).unwrap();
        for (element, amount) in compound.amounts() {
            let of_product = |p: &Product| {
                found.amount(p) * p.composition.fraction(element) * p.composition.n_atoms()
            };
            let total: f64 = found.products.iter().map(of_product).sum();
            assert_abs_diff_eq!(total, amount, epsilon = 1e-12);
        }
    }

    #[test]
    fn the_lowest_energy_of_a_composition_counts_and_elements_are_at_zero() {
        let known = read(&["TiO2", "Ti2O4", "TiO", "Ti"]);
        let hull = ConvexHull::new(&known, &[-3.0, -3.2, -2.5, 0.4]).unwrap();
        assert_eq!((hull.n_compounds(), hull.energy(&known[0])), (2, Some(-3.2)));
        assert_eq!(hull.energy(&known[3]), Some(0.0));
        // without TiO2 itself, O and TiO are left: ⅔ of the atoms are TiO
        let found = hull.decompose(&known[1]).unwrap();
        assert_abs_diff_eq!(found.energy, -2.5 * 2.0 / 3.0, epsilon = 1e-12);
        assert!(found.decomposition_energy(-3.2) < 0.0);
        assert_eq!(found.energy_above_hull(-3.2), 0.0);
        let element = hull.decompose(&known[3]).unwrap();
        assert_eq!((element.energy, element.to_string().as_str()), (0.0, "Ti"));
    }

    #[test]
    fn elements_without_compounds_stay_apart() {
        let found = hull().decompose(&read(&["KCl"])[0]).unwrap();
        assert_eq!((found.energy, found.to_string().as_str()), (0.0, "Cl + K"));
    }

    #[test]
    fn elements_that_form_nothing_leave_the_rest_alone() {
        // 22 elements, so systems are searched one by one; only Li, Fe, P and O occur in known compounds
        let alloy = "LiBeBCNOFNaMgAlSiPSClKCaScTiVCrMnFe";
        let found = hull().decompose(&read(&[alloy])[0]).unwrap();
        let part = hull().decompose(&read(&["LiFePO"])[0]).unwrap();
        assert_abs_diff_eq!(found.energy * 22.0, part.energy * 4.0, epsilon = 1e-12);
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let (formulas, energies): (Vec<&str>, Vec<f64>) = KNOWN.into_iter().unzip();
        let run = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            let known = read(&formulas);
            pool.install(|| {
                ConvexHull::new(&known, &energies).unwrap().decompose_all(&known, |_| ()).unwrap()
            })
        };
        assert_eq!(run(1), run(3));
        let alone: Vec<_> = read(&formulas).iter().map(|c| hull().decompose(c).unwrap()).collect();
        assert_eq!(run(1), alone);
    }

    #[test]
    fn bad_energies_are_named() {
        let message = |energies: &[f64]| {
            ConvexHull::new(&read(&["NaCl", "KCl"]), energies).unwrap_err().to_string()
        };
        assert_eq!(
            message(&[-1.0]),
            "stability, formation energies: expected one for each composition, got 1 for 2 compositions"
        );
        assert_eq!(
            message(&[-1.0, f64::NAN]),
            "stability, formation energies: expected finite numbers, got NaN for KCl"
        );
    }

    #[test]
    fn decomposition_energies_are_those_of_linear_programs() {
        let number = |row: &Row, name: &str| row[name].parse::<f64>().unwrap();
        let known = rows(&own("../examples/data/structures.csv"));
        let read = |row: &Row| Composition::parse(&row["formula"]).unwrap();
        let compositions: Vec<Composition> = known.iter().map(read).collect();
        let energies: Vec<f64> =
            known.iter().map(|row| number(row, "formation_energy_per_atom")).collect();
        let hull = ConvexHull::new(&compositions, &energies).unwrap();
        let programs = rows(&own("fixtures/decomposition.csv"));
        assert_eq!(programs.len(), 120);
        let asked: Vec<Composition> = programs.iter().map(read).collect();
        let found = hull.decompose_all(&asked, |_| ()).unwrap();
        for (row, found) in programs.iter().zip(found) {
            let got = found.decomposition_energy(number(row, "formation_energy"));
            let expected = number(row, "decomposition_energy");
            assert!((got - expected).abs() < 1e-8, "{}: {got}, {expected}", row["formula"]);
        }
    }

    /// 85,014 compounds of the Materials Project with published decomposition energies, where they are at hand.
    #[test]
    fn published_decomposition_energies_are_found() {
        let Some(folder) = crate::shared_data::folder() else {
            return;
        };
        let path = folder.join("stability/mp_formation_decomposition.csv");
        let text = std::fs::read_to_string(path).unwrap();
        let row = |line: &str| {
            let cells: Vec<&str> = line.split(',').collect();
            let number = |i: usize| cells[i].parse::<f64>().unwrap();
            (Composition::parse(cells[0]).unwrap(), (number(1), number(2)))
        };
        let (compositions, figures): (Vec<Composition>, Vec<(f64, f64)>) =
            text.lines().skip(1).map(row).unzip();
        let (energies, published): (Vec<f64>, Vec<f64>) = figures.into_iter().unzip();
        let hull = ConvexHull::new(&compositions, &energies).unwrap();
        let found = hull.decompose_all(&compositions, |_| ()).unwrap();
        let found = found.iter().zip(&energies).map(|(d, &e)| d.decomposition_energy(e));
        let (mut n_close, mut n_sign) = (0, 0);
        for (found, published) in found.zip(&published) {
            n_close += usize::from((found - published).abs() <= 1e-3);
            n_sign += usize::from((found > 0.0) == (*published > 0.0));
        }
        println!("within 1 meV/atom {n_close}, sign {n_sign} of {}", published.len());
        assert!(n_close * 1000 >= published.len() * 990 && n_sign * 1000 >= published.len() * 999);
    }
}
