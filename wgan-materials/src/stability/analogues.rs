//! Known materials that differ in one element: what they say about a material's stability.

use std::collections::HashMap;
use std::sync::Arc;

use crate::element::Element;
use crate::material::Material;
use crate::structure::Prototype;

/// Pairs that differ in the same two elements are counted as if so many more had the mean of all pairs.
const PRIOR_PAIRS: f64 = 10.0;
/// Differences of decomposition energies count up to this much, eV/atom: a few compounds that hardly exist would
/// decide otherwise.
const MAX_DIFFERENCE: f64 = 0.5;

/// Known materials by all but one of their elements, and how well each element stands in for each other.
///
/// Where materials have prototypes, analogues have the same one.
#[derive(Clone, Debug)]
pub(super) struct Analogues {
    /// Materials by what they share when one element is taken away.
    by_rest: HashMap<Rest, Vec<(Element, u32)>>,
    /// Decomposition energies, eV/atom.
    energies: Vec<f64>,
    mean: f64,
    swaps: Swaps,
}

/// What analogues share.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Rest {
    prototype: Option<Arc<Prototype>>,
    /// Elements with amounts, without one element.
    others: Vec<(Element, u64)>,
    /// The amount of that one.
    amount: u64,
}

/// Each element of a material with the rest.
fn rests(material: &Material) -> impl Iterator<Item = (Element, Rest)> + use<> {
    let Material { composition, prototype } = material;
    let parts: Vec<(Element, u64)> = composition.elements().zip(composition.ratio()).collect();
    let prototype = prototype.clone();
    (0..parts.len()).map(move |i| {
        let mut others = parts.clone();
        let (element, amount) = others.remove(i);
        (element, Rest { prototype: prototype.clone(), others, amount })
    })
}

/// What the analogues of one material say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Opinion {
    /// Their mean decomposition energy, weighted by `1 / v²`, `v` the variance of the swap, eV/atom.
    pub(super) mean: f64,
    /// `ln(1 + Σ 1/v²)`, `v` in units of the mean over all swaps.
    pub(super) weight: f64,
    /// Weighted standard deviation, eV/atom.
    pub(super) spread: f64,
    /// Decomposition energy of the one with the most reliable swap, eV/atom.
    pub(super) closest: f64,
    /// Variance of that swap in units of the mean over all swaps.
    pub(super) closest_variance: f64,
    /// Lowest decomposition energy, eV/atom.
    pub(super) lowest: f64,
    /// How many there are.
    pub(super) n: f64,
}

impl Opinion {
    /// Number of figures.
    pub(super) const N: usize = 7;

    /// All figures.
    pub(super) fn figures(&self) -> [f64; Self::N] {
        let Self { mean, weight, spread, closest, closest_variance, lowest, n } = *self;
        [mean, weight, spread, closest, closest_variance, lowest, n]
    }
}

impl Analogues {
    /// `energies`: decomposition energies of distinct materials, eV/atom.
    pub(super) fn new(known: &[Material], energies: Vec<f64>) -> Self {
        let mut by_rest: HashMap<Rest, Vec<(Element, u32)>> = HashMap::new();
        for (i, material) in known.iter().enumerate() {
            for (element, rest) in rests(material) {
                by_rest.entry(rest).or_default().push((element, i as u32));
            }
        }
        let swaps = Swaps::learn(known, &by_rest, &energies);
        let mean = energies.iter().sum::<f64>() / energies.len().max(1) as f64;
        Self { by_rest, energies, mean, swaps }
    }

    /// What the analogues of a material say, itself left out; the mean of all materials where it has none.
    pub(super) fn opinion(&self, material: &Material) -> Opinion {
        let (mut weight, mut sum, mut squares, mut n) = (0.0, 0.0, 0.0, 0.0);
        let (mut closest, mut closest_variance) = (self.mean, f64::INFINITY);
        let mut lowest = f64::INFINITY;
        for (variance, energy) in self.of(material) {
            let w = 1.0 / (variance * variance);
            weight += w;
            sum += w * energy;
            squares += w * energy * energy;
            n += 1.0;
            lowest = energy.min(lowest);
            if variance < closest_variance {
                (closest, closest_variance) = (energy, variance);
            }
        }
        if n == 0.0 {
            return self.no_opinion();
        }
        let mean = sum / weight;
        let spread = (squares / weight - mean * mean).max(0.0).sqrt();
        Opinion { mean, weight: weight.ln_1p(), spread, closest, closest_variance, lowest, n }
    }

    fn no_opinion(&self) -> Opinion {
        let (mean, closest, lowest) = (self.mean, self.mean, self.mean);
        Opinion { mean, weight: 0.0, spread: 0.0, closest, closest_variance: 10.0, lowest, n: 0.0 }
    }

    /// Variance of the swap and decomposition energy of each analogue.
    fn of(&self, material: &Material) -> impl Iterator<Item = (f64, f64)> + use<'_> {
        rests(material).flat_map(move |(element, rest)| {
            let others = self.by_rest.get(&rest).map_or(&[][..], Vec::as_slice);
            let others = others.iter().filter(move |(other, _)| *other != element);
            others.map(move |&(other, i)| {
                (self.swaps.variance(element, other), self.energies[i as usize])
            })
        })
    }
}

/// How much decomposition energies differ between compounds that differ in two given elements.
#[derive(Clone, Debug)]
struct Swaps {
    /// Sum of squared differences in units of their mean over all swaps, and number of pairs: `[118 · 118]`.
    pairs: Vec<(f64, f64)>,
}

impl Swaps {
    /// Sums run over materials in order, so that they do not depend on the order of the map.
    fn learn(
        known: &[Material],
        by_rest: &HashMap<Rest, Vec<(Element, u32)>>,
        energies: &[f64],
    ) -> Self {
        let mut pairs = vec![(0.0, 0.0); Element::COUNT * Element::COUNT];
        let (mut total, mut n) = (0.0, 0.0);
        for (i, material) in known.iter().enumerate() {
            for (element, rest) in rests(material) {
                for &(other, j) in by_rest[&rest].iter().filter(|(_, j)| (*j as usize) < i) {
                    let difference = energies[i] - energies[j as usize];
                    let square = difference.abs().min(MAX_DIFFERENCE).powi(2);
                    for slot in [slot(element, other), slot(other, element)] {
                        pairs[slot].0 += square;
                        pairs[slot].1 += 1.0;
                    }
                    total += square;
                    n += 1.0;
                }
            }
        }
        let mean = if total > 0.0 { total / n } else { 1.0 };
        pairs.iter_mut().for_each(|(square, _)| *square /= mean);
        Self { pairs }
    }

    /// `v = (Σ d² + 10) / (n + 10)`, `d²` in units of its mean over all swaps.
    fn variance(&self, a: Element, b: Element) -> f64 {
        let (square, n) = self.pairs[slot(a, b)];
        (square + PRIOR_PAIRS) / (n + PRIOR_PAIRS)
    }
}

fn slot(a: Element, b: Element) -> usize {
    a.index() * Element::COUNT + b.index()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composition::Composition;
    use approx::assert_abs_diff_eq;

    fn read(formula: &str) -> Material {
        Composition::parse(formula).unwrap().into()
    }

    #[test]
    fn analogues_differ_in_one_element_at_the_same_amount() {
        let known = ["NaCl", "KCl", "NaBr", "KBr", "Na2O", "K2O"].map(read);
        let analogues = Analogues::new(&known, vec![0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
        let mut found: Vec<f64> = analogues.of(&known[0]).map(|(_, energy)| energy).collect();
        found.sort_unstable_by(f64::total_cmp);
        assert_eq!(found, [0.2, 0.3]); // not KBr, and not Na2O
        assert_eq!(analogues.opinion(&read("LiF")).n, 0.0);
        assert_abs_diff_eq!(analogues.opinion(&read("LiF")).mean, 0.35, epsilon = 1e-12);
    }

    #[test]
    fn elements_that_were_alike_before_count_more() {
        // Na and K go together in four pairs; Na and Cu never do.
        let anions = ["F", "Cl", "Br", "I"];
        let mut known = Vec::new();
        let mut energies = Vec::new();
        for (i, anion) in anions.into_iter().enumerate() {
            let base = 0.1 * i as f64;
            for (cation, shift) in [("Na", 0.0), ("K", 0.001), ("Cu", 0.4)] {
                known.push(read(&format!("{cation}{anion}")));
                energies.push(base + shift);
            }
        }
        known.extend([read("K2S"), read("Cu2S")]);
        energies.extend([0.0, 1.0]);
        let said = Analogues::new(&known, energies).opinion(&read("Na2S"));
        assert_eq!((said.n, said.closest, said.lowest), (2.0, 0.0, 0.0));
        assert!(said.mean < 0.5, "{said:?}"); // the plain mean is 0.5
    }
}
