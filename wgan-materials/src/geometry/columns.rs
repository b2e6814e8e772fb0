//! Columns of a table that its structures determine: candidates take them from their own structures.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::structure::{Embedding, Prototype};
use crate::table::{Column, ColumnSpec, Table};

/// Share of the rows that must agree.
const MIN_SHARE: f64 = 0.98;

/// Relative difference up to which a number is that of the structure.
const TOLERANCE: f64 = 0.01;

/// Structures per prototype, at least, for a column to count as determined by it.
const MIN_REPEATS: f64 = 1.5;

/// Quantities of a crystal that tables have columns of.
const QUANTITIES: [(&str, Quantity); 10] = [
    ("volume per atom in Å³", |c| c.volume_per_atom),
    ("volume of the primitive cell in Å³", |c| c.volume_per_atom * c.n_primitive),
    ("volume of the conventional cell in Å³", |c| c.volume_per_atom * c.n_conventional),
    ("density in g/cm³", |c| c.density),
    ("length a of the conventional cell in Å", |c| c.conventional[0]),
    ("length b of the conventional cell in Å", |c| c.conventional[1]),
    ("length c of the conventional cell in Å", |c| c.conventional[2]),
    ("length a of the primitive cell in Å", |c| c.primitive[0]),
    ("length b of the primitive cell in Å", |c| c.primitive[1]),
    ("length c of the primitive cell in Å", |c| c.primitive[2]),
];

type Quantity = fn(&Measures) -> f64;

/// What is measured of a crystal.
struct Measures {
    volume_per_atom: f64,
    n_primitive: f64,
    n_conventional: f64,
    density: f64,
    conventional: [f64; 6],
    primitive: [f64; 6],
}

impl Measures {
    fn of(crystal: &Embedding) -> Option<Self> {
        let (conventional, primitive) =
            (crystal.structure().ok()?, crystal.primitive_structure().ok()?);
        Some(Self {
            volume_per_atom: conventional.volume_per_atom(),
            n_primitive: primitive.n_sites() as f64,
            n_conventional: conventional.n_sites() as f64,
            density: conventional.density(),
            conventional: conventional.lattice().parameters(),
            primitive: primitive.lattice().parameters(),
        })
    }
}

/// How the value of a column follows from the structure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Rule {
    /// One value for each prototype.
    Prototype,
    /// A quantity of the crystal, by its place.
    Quantity(usize),
}

/// Which columns follow from the structure, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StructureColumns {
    names: Vec<String>,
    rules: Vec<Option<Rule>>,
    /// The value that each prototype has, by column.
    values: BTreeMap<Prototype, Vec<Option<f64>>>,
}

impl StructureColumns {
    /// Looks at the columns of a table with structures; none where it has none.
    pub fn fit(table: &Table) -> Option<Self> {
        let known = table.structures.as_deref()?;
        let measures: Vec<Option<Measures>> = known.par_iter().map(Measures::of).collect();
        let n = table.len();
        let share = |agrees: &dyn Fn(usize) -> bool| {
            (0..n).filter(|&row| agrees(row)).count() as f64 >= MIN_SHARE * n as f64
        };
        let mut values: BTreeMap<Prototype, Vec<Option<f64>>> = BTreeMap::new();
        for (row, crystal) in known.iter().enumerate() {
            let of = || table.columns.iter().map(|column| column.value(row)).collect();
            values.entry(crystal.prototype().clone()).or_insert_with(of);
        }
        let repeats = n as f64 / values.len().max(1) as f64 >= MIN_REPEATS;
        let rule = |(place, column): (usize, &Column)| {
            let quantity = QUANTITIES.iter().position(|(_, quantity)| {
                !column.is_class()
                    && share(&|row| match (column.number(row), &measures[row]) {
                        (Some(x), Some(crystal)) => {
                            (x / quantity(crystal) - 1.0).abs() <= TOLERANCE
                        }
                        _ => false,
                    })
            });
            let of_prototype = |row: usize| values[known[row].prototype()][place];
            quantity.map(Rule::Quantity).or_else(|| {
                let is_one = repeats && share(&|row| column.value(row) == of_prototype(row));
                is_one.then_some(Rule::Prototype)
            })
        };
        let rules = table.columns.iter().enumerate().map(rule).collect();
        let names = table.columns.iter().map(|column| column.name.clone()).collect();
        Some(Self { names, rules, values })
    }

    /// Whether it could have been fitted to a table with these columns.
    pub(crate) fn is_sound(&self, specs: &[ColumnSpec]) -> bool {
        let n = specs.len();
        let is_value = |(value, spec): (&Option<f64>, &ColumnSpec)| match (value, &spec.levels) {
            (Some(place), Some(levels)) => (0..levels.len()).any(|level| level as f64 == *place),
            _ => true,
        };
        let is_row = |row: &Vec<Option<f64>>| row.len() == n && row.iter().zip(specs).all(is_value);
        let is_rule = |(rule, spec): (&Option<Rule>, &ColumnSpec)| match rule {
            Some(Rule::Quantity(k)) => *k < QUANTITIES.len() && spec.levels.is_none(),
            _ => true,
        };
        self.names.iter().eq(specs.iter().map(|spec| &spec.name))
            && self.rules.len() == n
            && self.rules.iter().zip(specs).all(is_rule)
            && self.values.values().all(is_row)
    }

    /// Puts the values that follow from a crystal into those of all columns.
    pub fn complete(&self, crystal: &Embedding, values: &mut [Option<f64>]) {
        let measures = Measures::of(crystal);
        for (place, (rule, value)) in self.rules.iter().zip(values).enumerate() {
            match rule {
                Some(Rule::Prototype) => {
                    let of = self.values.get(crystal.prototype());
                    *value = of.map_or(*value, |of| of[place]);
                }
                Some(Rule::Quantity(k)) => {
                    *value = measures.as_ref().map(QUANTITIES[*k].1).or(*value);
                }
                None => {}
            }
        }
    }

    /// A remark on each column that follows from the structure.
    pub fn remarks(&self) -> Vec<String> {
        let told = |(name, rule): (&String, &Option<Rule>)| {
            let what = match (*rule)? {
                Rule::Prototype => "follows from the prototype",
                Rule::Quantity(k) => QUANTITIES[k].0,
            };
            Some(format!("column `{name}` of candidates is that of their structures: {what}"))
        };
        self.names.iter().zip(&self.rules).filter_map(told).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn salt(metal: &str, a: f64) -> Embedding {
        let elements = vec![metal.parse().unwrap(), "Cl".parse().unwrap()];
        Embedding::new("225:a|b".parse().unwrap(), elements, vec![a], Vec::new()).unwrap()
    }

    #[test]
    fn columns_that_follow_from_structures_are_told_and_filled() {
        let lengths = [5.14, 5.64, 6.29, 6.58];
        let metals = ["Li", "Na", "K", "Rb"];
        let known: Vec<Embedding> = metals.iter().zip(lengths).map(|(m, a)| salt(m, a)).collect();
        let numbers = |name: &str, of: &dyn Fn(f64) -> f64| {
            Column::numbers(name, lengths.iter().map(|&a| Some(of(a))).collect())
        };
        let columns = vec![
            numbers("volume", &|a| a.powi(3) / 4.0), // of the primitive cell
            numbers("a_A", &|a| a),
            numbers("gap", &|a| 12.0 - a),
            numbers("n_atoms", &|_| 2.0),
        ];
        let table = Table::from_structures(Arc::from(known), columns).unwrap();
        let found = StructureColumns::fit(&table).unwrap();
        let remarks = found.remarks();
        assert_eq!(remarks.len(), 3, "{remarks:?}");
        assert!(remarks[0].contains("volume of the primitive cell"), "{remarks:?}");
        let mut values = [None, None, Some(5.0), Some(7.0)];
        found.complete(&salt("Cs", 7.0), &mut values);
        assert_eq!((values[2], values[3]), (Some(5.0), Some(2.0)));
        assert!((values[0].unwrap() - 343.0 / 4.0).abs() < 1e-9 && values[1] == Some(7.0));
    }
}
