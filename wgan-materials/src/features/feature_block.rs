//! The features that one column of a table brings.

use ndarray::{ArrayView1, ArrayViewMut1};
use serde::{Deserialize, Serialize};

use super::composition_features::feature_names;
use crate::composition::Composition;
use crate::element::Element;
use crate::error::MaterialsError;
use crate::property::ElementProperty;
use crate::table::{CellType, Cells, Column};

/// Decimals that numbers are looked at for; beyond, they are taken as they are.
const MAX_DECIMALS: i32 = 9;

/// A feature: what a column of the vectors holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feature {
    /// Name, such as `band_gap_eV`, `phase=fcc` or `atomic_radius_mean`.
    pub name: String,
    /// Unit; none for pure numbers and where it is not known.
    pub unit: Option<String>,
}

impl Feature {
    fn new(name: String, unit: Option<String>) -> Self {
        Self { name, unit }
    }
}

/// Features of compositions: fractions of the elements that the table has, then statistics of element properties.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct CompositionBlock {
    /// Elements that some row has, by atomic number.
    pub(super) elements: Vec<Element>,
}

impl CompositionBlock {
    pub(super) fn fit(compositions: &[Composition]) -> Self {
        let mut elements: Vec<Element> =
            compositions.iter().flat_map(Composition::elements).collect();
        elements.sort_unstable();
        elements.dedup();
        Self { elements }
    }

    pub(super) fn features(&self) -> Vec<Feature> {
        let fraction = |element: &Element| Feature::new(format!("fraction_{element}"), None);
        let unit = |i: usize| {
            let n_statistics =
                (feature_names().len() - Element::COUNT) / ElementProperty::ALL.len();
            ElementProperty::ALL[i / n_statistics].unit()
        };
        let statistics = feature_names().into_iter().skip(Element::COUNT).enumerate();
        let statistic = |(i, name)| {
            Feature::new(name, Some(unit(i)).filter(|unit| !unit.is_empty()).map(str::to_owned))
        };
        self.elements.iter().map(fraction).chain(statistics.map(statistic)).collect()
    }

    /// Places of the features among those of all elements.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        let statistics = Element::COUNT..feature_names().len();
        self.elements.iter().map(|element| element.index()).chain(statistics)
    }

    /// An element of these compositions that the block does not know, with its row.
    pub(super) fn unseen(&self, compositions: &[Composition]) -> Option<(usize, Element)> {
        compositions.iter().enumerate().find_map(|(row, composition)| {
            let unseen = composition.elements().find(|e| self.elements.binary_search(e).is_err());
            unseen.map(|element| (row, element))
        })
    }

    /// The composition of a row of features: fractions below zero count as none.
    pub(super) fn decode(&self, row: ArrayView1<f64>) -> Result<Composition, MaterialsError> {
        let present = self.elements.iter().copied().zip(row.iter().copied());
        // Round-off of the whitening is no amount.
        Composition::from_amounts(present.filter(|(_, fraction)| *fraction > 1e-6))
    }
}

/// Features of a column of numbers or classes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ColumnBlock {
    name: String,
    unit: Option<String>,
    cell_type: CellType,
    kind: Kind,
    /// Whether the last feature says that the cell is missing.
    has_missing: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Kind {
    Number {
        /// What stands for a missing cell.
        mean: f64,
        range: (f64, f64),
        /// Digits behind the point; none where there are more than nine.
        decimals: Option<i32>,
    },
    Class {
        levels: Vec<String>,
    },
}

impl ColumnBlock {
    pub(super) fn fit(column: &Column) -> Self {
        let kind = match &column.cells {
            Cells::Numbers(values) => {
                let present = || values.iter().flatten().copied();
                let n = present().count().max(1) as f64;
                let range = present().fold(None, |range: Option<(f64, f64)>, value| {
                    let (low, high) = range.unwrap_or((value, value));
                    Some((low.min(value), high.max(value)))
                });
                let has =
                    |&decimals: &i32| present().all(|value| rounded(value, decimals) == value);
                Kind::Number {
                    mean: present().map(|value| value / n).sum(),
                    range: range.unwrap_or_default(),
                    decimals: (0..=MAX_DECIMALS).find(has),
                }
            }
            Cells::Classes { levels, .. } => Kind::Class { levels: levels.clone() },
        };
        Self {
            name: column.name.clone(),
            unit: column.unit.clone(),
            cell_type: column.cell_type,
            kind,
            has_missing: column.n_missing() > 0,
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn features(&self) -> Vec<Feature> {
        let mut features = match &self.kind {
            Kind::Number { .. } => vec![Feature::new(self.name.clone(), self.unit.clone())],
            Kind::Class { levels } => {
                let one_hot = |level| Feature::new(format!("{}={level}", self.name), None);
                levels.iter().map(one_hot).collect()
            }
        };
        if self.has_missing {
            features.push(Feature::new(format!("{} is missing", self.name), None));
        }
        features
    }

    /// Number of features.
    pub(super) fn width(&self) -> usize {
        let width = match &self.kind {
            Kind::Number { .. } => 1,
            Kind::Class { levels } => levels.len(),
        };
        width + usize::from(self.has_missing)
    }

    /// Writes the features of a row, which are zero before.
    pub(super) fn encode(
        &self,
        column: &Column,
        row: usize,
        mut to: ArrayViewMut1<f64>,
    ) -> Result<(), MaterialsError> {
        let last = to.len() - 1;
        let unseen = |got: String| MaterialsError::UnseenValue {
            name: self.name.clone(),
            row: row + 1,
            got,
        };
        match &self.kind {
            Kind::Number { mean, .. } => match column.number(row) {
                Some(value) => to[0] = value,
                None if self.has_missing => {
                    to[0] = *mean;
                    to[last] = 1.0;
                }
                None => return Err(unseen(column.text(row).unwrap_or("nothing".into()))),
            },
            Kind::Class { levels } => match column.text(row) {
                Some(text) => {
                    let place = levels.iter().position(|level| *level == text);
                    to[place.ok_or_else(|| unseen(format!("{text:?}")))?] = 1.0;
                }
                None if self.has_missing => to[last] = 1.0,
                None => return Err(unseen("nothing".into())),
            },
        }
        Ok(())
    }

    /// The column of these rows of features: numbers inside the range of the table and with its decimals, the likeliest class.
    pub(super) fn decode(&self, rows: ndarray::ArrayView2<f64>) -> Column {
        let last = rows.ncols() - 1;
        let is_missing = |row: &ArrayView1<f64>| self.has_missing && row[last] > 0.5;
        let cells = match &self.kind {
            Kind::Number { range, decimals, .. } => {
                let number = |row: ArrayView1<f64>| {
                    let value = decimals.map_or(row[0], |decimals| rounded(row[0], decimals));
                    (!is_missing(&row)).then(|| value.clamp(range.0, range.1))
                };
                Cells::Numbers(rows.rows().into_iter().map(number).collect())
            }
            Kind::Class { levels } => {
                let largest = |row: ArrayView1<f64>| {
                    let larger = |best: usize, i: usize| if row[i] > row[best] { i } else { best };
                    let place = (0..row.len()).fold(0, larger);
                    (place < levels.len()).then_some(place as u32)
                };
                let codes = rows.rows().into_iter().map(largest).collect();
                Cells::Classes { levels: levels.clone(), codes }
            }
        };
        Column {
            name: self.name.clone(),
            unit: self.unit.clone(),
            cell_type: self.cell_type,
            cells,
        }
    }
}

/// The nearest number with so many decimals.
fn rounded(value: f64, decimals: i32) -> f64 {
    let unit = 10_f64.powi(decimals);
    let scaled = (value * unit).round();
    // Beyond 2⁵³ doubles have no decimals to lose.
    if scaled.abs() < 9e15 { scaled / unit } else { value }
}
