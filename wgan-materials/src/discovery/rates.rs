//! How often one element stands where another does, learnt from the table.

use super::compound::{Compound, HOLE, KeyMap, mixed, rank};
use super::holes::{Holes, One, hole_key};
use super::similarity::element_distance;
use crate::element::Element;

/// Number of elements.
pub(super) const N: usize = Element::COUNT;

/// Weight of the expectation in place of counts, in occurrences.
const PRIOR: f64 = 10.0;

/// Falls of the tabulated expectation with distance, per standard deviation of the facts.
const DECAY: f64 = 2.0;

/// `rate(a → b) = (S_ab + 10·p₀) / (n_a + 10)`: chance that a compound with `a` is known with `b` in its place.
///
/// `S_ab` counts pairs of known compounds that differ only in `a` and `b`, `n_a` occurrences of `a`. The
/// expectation `p₀` is proportional to `n_b · exp(−2·d)` with `d` the tabulated distance of the elements; its sum
/// over `b` is the mean number of partners an occurrence has.
pub(super) struct Rates {
    rate: Vec<[f32; N]>,
    total: Vec<f32>,
    targets: Vec<Vec<u8>>,
}

impl Rates {
    pub(super) fn new(holes: &Holes<One>) -> Self {
        let mut pairs = vec![[0.0_f64; N]; N];
        let mut n = [0.0_f64; N];
        for group in holes.groups() {
            for &(a, _) in group {
                n[usize::from(a)] += 1.0;
                group.iter().for_each(|&(b, _)| pairs[usize::from(a)][usize::from(b)] += 1.0);
            }
        }
        (0..N).for_each(|a| pairs[a][a] = 0.0);
        let partners = pairs.iter().flatten().sum::<f64>() / n.iter().sum::<f64>().max(1.0);
        let rate: Vec<[f32; N]> = (0..N)
            .map(|a| {
                let expected = expected(a, &n, partners);
                std::array::from_fn(|b| {
                    ((pairs[a][b] + PRIOR * expected[b]) / (n[a] + PRIOR)) as f32
                })
            })
            .collect();
        let targets = (0..N).map(|a| most_frequent(&rate[a], &n)).collect();
        Self { total: rate.iter().map(|row| row.iter().sum()).collect(), rate, targets }
    }

    /// `rate(a → b)`, zero for `a` itself.
    pub(super) fn rate(&self, a: u8, b: u8) -> f32 {
        self.rate[usize::from(a)][usize::from(b)]
    }

    /// `Σ_b rate(a → b)`.
    pub(super) fn total(&self, a: u8) -> f32 {
        self.total[usize::from(a)]
    }

    /// Elements of the table, that with the highest rate from `a` first.
    pub(super) fn targets(&self, a: u8) -> &[u8] {
        &self.targets[usize::from(a)]
    }
}

/// `p₀(b | a)` for all `b`; zero for `a` itself and elements that do not occur.
fn expected(a: usize, n: &[f64; N], partners: f64) -> [f64; N] {
    let weight = |b: usize| match a == b {
        true => 0.0,
        false => n[b] * (-DECAY * element_distance(a, b)).exp(),
    };
    let weights: [f64; N] = std::array::from_fn(weight);
    let total: f64 = weights.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    weights.map(|weight| (partners * weight / total).min(0.5))
}

fn most_frequent(rate: &[f32; N], n: &[f64; N]) -> Vec<u8> {
    let mut targets: Vec<u8> =
        (0..N as u8).filter(|&b| n[usize::from(b)] > 0.0 && rate[usize::from(b)] > 0.0).collect();
    let of = |b: u8| rate[usize::from(b)];
    targets.sort_by(|&x, &y| of(y).total_cmp(&of(x)).then(x.cmp(&y)));
    targets
}

/// Rates among the compounds of one context, shrunk to a given rate: `(S + m·base) / (n + m)`.
pub(super) struct ContextRates {
    pairs: KeyMap<u32>,
    n: KeyMap<u32>,
}

impl ContextRates {
    /// With the context of a hole; it must not depend on what fills the hole.
    pub(super) fn new(
        known: &[Compound],
        holes: &Holes<One>,
        context: impl Fn(&Compound, usize) -> u64,
    ) -> Self {
        let (mut pairs, mut n): (KeyMap<u32>, KeyMap<u32>) = Default::default();
        for c in known {
            for (i, &(a, _)) in c.parts.iter().enumerate() {
                let context = context(c, i);
                *n.entry(in_context(context, a, HOLE)).or_default() += 1;
                for &(b, _) in holes.of(hole_key(c, i)).iter().filter(|&&(b, _)| b != a) {
                    *pairs.entry(in_context(context, a, b)).or_default() += 1;
                }
            }
        }
        Self { pairs, n }
    }

    /// The rate from `a` to `b` in this context, `base` where the context is new.
    pub(super) fn rate(&self, context: u64, a: u8, b: u8, base: f32) -> f32 {
        let of = |map: &KeyMap<u32>, b| {
            map.get(&in_context(context, a, b)).map_or(0.0, |&count| count as f32)
        };
        let prior = PRIOR as f32;
        (of(&self.pairs, b) + prior * base) / (of(&self.n, HOLE) + prior)
    }
}

fn in_context(context: u64, a: u8, b: u8) -> u64 {
    mixed(context ^ mixed(u64::from(a) << 8 | u64::from(b)))
}

/// Context of a hole: the most electronegative of the other elements.
pub(super) fn anion_beside(c: &Compound, i: usize) -> u64 {
    let others = c.parts.iter().enumerate().filter(|&(j, _)| j != i);
    others.map(|(_, &(e, _))| u64::from(rank(e))).max().unwrap_or(u64::from(HOLE))
}

/// Context of a hole: its own part, those of all places, and the kind of structure.
pub(super) fn parts_around(c: &Compound, i: usize) -> u64 {
    let all = c.parts.iter().fold(0_u64, |sum, &(_, part)| sum.wrapping_add(mixed(part)));
    mixed(all ^ c.kind ^ mixed(c.parts[i].1 + 7))
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;
    use crate::discovery::compound::{compounds, element};
    use crate::discovery::holes::one_holes;

    #[test]
    fn rates_are_counts_shrunk_to_the_tabulated_expectation() {
        let rates = Rates::new(&one_holes(&compounds(&["NaCl", "KCl", "NaBr", "KBr", "MgO"])));
        let [na, k, mg] = ["Na", "K", "Mg"].map(element);
        // Na occurs twice, and K stands in its place both times.
        let least = 2.0 / (2.0 + PRIOR as f32);
        assert!(rates.rate(na, k) > least && rates.rate(na, k) < least + 0.5);
        assert!(rates.rate(na, k) > rates.rate(na, mg));
        assert_eq!(rates.rate(na, na), 0.0);
        assert_eq!(rates.targets(na)[0], k);
        let sum: f32 = (0..N as u8).map(|b| rates.rate(na, b)).sum();
        assert_relative_eq!(rates.total(na), sum);
    }

    #[test]
    fn an_element_that_does_not_occur_is_never_a_target() {
        let rates = Rates::new(&one_holes(&compounds(&["NaCl", "KCl"])));
        assert!(!rates.targets(element("Na")).contains(&element("Rb")));
        assert_eq!(rates.targets(element("Na")).len(), 2); // K and Cl
    }

    #[test]
    fn a_context_tells_oxides_from_chlorides() {
        let known = compounds(&["MgO", "CaO", "MgCl2", "FeCl2"]);
        let rates = ContextRates::new(&known, &one_holes(&known), anion_beside);
        let [mg, ca, fe, o] = ["Mg", "Ca", "Fe", "O"].map(element);
        let beside_oxygen = u64::from(rank(o));
        // One occurrence beside oxygen, one partner: (1 + 10·0.1) / (1 + 10).
        assert_relative_eq!(rates.rate(beside_oxygen, mg, ca, 0.1), 2.0 / 11.0);
        assert_relative_eq!(rates.rate(beside_oxygen, mg, fe, 0.1), 1.0 / 11.0);
        assert_relative_eq!(rates.rate(12345, mg, fe, 0.1), 0.1);
    }
}
