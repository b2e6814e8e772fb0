//! Laws spread along the edges: random walks in continuous time.

use crate::network::Network;

/// Where a walk ends up after a long time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// On every node in proportion to its conductance, the sum of `1/cost` over its edges: each step
    /// takes an edge in proportion to `1/cost`.
    Conductance,
    /// On every node alike: steps to nodes of more conductance are taken less often (Metropolis).
    Uniform,
}

/// The heat semigroup `H_t = exp(−t·(1 − P))` of a walk `P` on the edges.
///
/// `H_t` makes of a function its mean after `t` steps on average, and its adjoint moves a law that
/// far. Arcs count both ways here: what is near is near in either direction. The eigenvalues of `P` lie in
/// [−1, 1], so `H_t` is a sum over Chebyshev polynomials of `P`; about `7·√t` of them will do.
///
/// # References
/// Kondor, Lafferty (2002), Diffusion kernels on graphs; Tal-Ezer, Kosloff (1984), An accurate and
/// efficient scheme for propagating the time dependent Schrödinger equation, for the sum.
pub struct Heat {
    offsets: Vec<usize>,
    targets: Vec<u32>,
    /// `P(u, v)` on the arcs; the matrix `D·P` is symmetric.
    steps: Vec<f64>,
    /// `P(u, u)`.
    stays: Vec<f64>,
    /// `D`: the stationary law.
    stationary: Vec<f64>,
}

/// Terms below this, relative to the whole, are left out.
const TAIL: f64 = 1e-15;

impl Heat {
    /// The walk on `network`.
    pub fn new(network: &Network, walk: Walk) -> Self {
        let symmetric = network.symmetrised();
        let arcs = symmetric.arcs();
        let n = arcs.n_nodes();
        let conductances = conductances(&symmetric);
        let mut offsets = vec![0];
        (0..n).for_each(|u| offsets.push(offsets[u] + arcs.degree(u)));
        let totals: Vec<f64> =
            (0..n).map(|u| conductances[offsets[u]..offsets[u + 1]].iter().sum()).collect();
        let targets: Vec<u32> = (0..n).flat_map(|u| arcs.neighbours(u).iter().copied()).collect();
        let mut steps = Vec::with_capacity(targets.len());
        let mut stays = Vec::with_capacity(n);
        for u in 0..n {
            let mut left = 1.0;
            for k in offsets[u]..offsets[u + 1] {
                let total = match walk {
                    Walk::Conductance => totals[u],
                    Walk::Uniform => totals[u].max(totals[targets[k] as usize]),
                };
                steps.push(conductances[k] / total);
                left -= conductances[k] / total;
            }
            stays.push(match walk {
                Walk::Conductance if arcs.degree(u) > 0 => 0.0,
                _ => f64::max(left, 0.0),
            });
        }
        let mut stationary = match walk {
            Walk::Conductance if arcs.n_arcs() > 0 => totals,
            _ => vec![1.0; n],
        };
        let total: f64 = stationary.iter().sum();
        stationary.iter_mut().for_each(|d| *d /= total);
        Self { offsets, targets, steps, stays, stationary }
    }

    /// Number of nodes.
    pub fn n_nodes(&self) -> usize {
        self.stays.len()
    }

    /// The law that every other one comes to on a connected network.
    pub fn stationary(&self) -> &[f64] {
        &self.stationary
    }

    /// `H_t f` for every `t` of `times`, from one sequence of polynomials.
    pub fn means(&self, f: &[f64], times: &[f64]) -> Vec<Vec<f64>> {
        let terms: Vec<Vec<f64>> = times.iter().map(|&t| coefficients(t)).collect();
        let mut found = vec![vec![0.0; f.len()]; times.len()];
        // T₀ = f, T₁ = P f, Tₖ₊₁ = 2P Tₖ − Tₖ₋₁.
        let (mut before, mut now, mut next) = (vec![0.0; f.len()], f.to_vec(), vec![0.0; f.len()]);
        let most = terms.iter().map(Vec::len).max().unwrap_or(0);
        for k in 0..most {
            for (mean, terms) in found.iter_mut().zip(&terms) {
                if let Some(&c) = terms.get(k) {
                    mean.iter_mut().zip(&now).for_each(|(mean, x)| *mean += c * x);
                }
            }
            if k + 1 < most {
                let twice = if k == 0 { 1.0 } else { 2.0 };
                self.step(twice, &now, &before, &mut next);
                std::mem::swap(&mut before, &mut now);
                std::mem::swap(&mut now, &mut next);
            }
        }
        found
    }

    /// `Σ_t laws[t] H_t`: each law moved for its time, all of them in one sequence.
    pub fn moved(&self, laws: &[Vec<f64>], times: &[f64]) -> Vec<f64> {
        let terms: Vec<Vec<f64>> = times.iter().map(|&t| coefficients(t)).collect();
        let n = self.n_nodes();
        // p H = D·(H (p/D)), as D·P is symmetric. Clenshaw's rule from the last term down:
        // bₖ = cₖ + 2P bₖ₊₁ − bₖ₊₂, and in the end c₀ + P b₁ − b₂.
        let (mut after, mut now, mut next) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        let most = terms.iter().map(Vec::len).max().unwrap_or(0);
        for k in (0..most).rev() {
            let twice = if k == 0 { 1.0 } else { 2.0 };
            self.step(twice, &now, &after, &mut next);
            for (law, terms) in laws.iter().zip(&terms) {
                if let Some(&c) = terms.get(k) {
                    let terms = law.iter().zip(&self.stationary);
                    next.iter_mut().zip(terms).for_each(|(x, (p, d))| *x += c * p / d);
                }
            }
            std::mem::swap(&mut after, &mut now);
            std::mem::swap(&mut now, &mut next);
        }
        // Round-off can leave −1e-17 where there is no mass.
        now.iter().zip(&self.stationary).map(|(x, d)| (x * d).max(0.0)).collect()
    }

    /// `twice·P f − g`.
    fn step(&self, twice: f64, f: &[f64], g: &[f64], out: &mut [f64]) {
        for (u, value) in out.iter_mut().enumerate() {
            let arcs = self.offsets[u]..self.offsets[u + 1];
            let terms = self.steps[arcs.clone()].iter().zip(&self.targets[arcs]);
            let mean = self.stays[u] * f[u] + terms.map(|(p, &v)| p * f[v as usize]).sum::<f64>();
            *value = twice * mean - g[u];
        }
    }
}

/// `1/cost` of every arc. A cost far below the usual counts as a thousandth of the median, so that no edge
/// takes all steps.
fn conductances(network: &Network) -> Vec<f64> {
    let arcs = network.arcs();
    let costs: Vec<f64> = (0..arcs.n_arcs()).map(|k| arcs.arc(k).1).collect();
    let mut positive: Vec<f64> = costs.iter().copied().filter(|&cost| cost > 0.0).collect();
    positive.sort_by(f64::total_cmp);
    let median = positive.get(positive.len() / 2).copied().unwrap_or(1.0);
    costs.into_iter().map(|cost| median / cost.max(1e-3 * median)).collect()
}

/// Coefficients of `exp(−t·(1 − x))` over the Chebyshev polynomials, up to the tail: `e⁻ᵗI₀(t)`, then `2e⁻ᵗIₖ(t)` with
/// the modified Bessel functions; they sum to one, the value at `x = 1`.
///
/// By Miller's rule: the recurrence `Iₖ₋₁ = Iₖ₊₁ + (2k/t)·Iₖ` is stable downwards, from anything small.
fn coefficients(t: f64) -> Vec<f64> {
    let most = (8.0 * t.sqrt() + 20.0) as usize;
    let mut found = vec![0.0; most + 2];
    found[most] = f64::MIN_POSITIVE;
    for k in (1..=most).rev() {
        found[k - 1] = found[k + 1] + 2.0 * k as f64 / t * found[k];
        if found[k - 1] > 1e200 {
            found[k - 1..].iter_mut().for_each(|c| *c *= 1e-200);
        }
    }
    found[1..].iter_mut().for_each(|c| *c *= 2.0);
    let total: f64 = found.iter().sum();
    while found.last().is_some_and(|&c| c < TAIL * total) {
        found.pop();
    }
    let total: f64 = found.iter().sum();
    found.iter_mut().for_each(|c| *c /= total);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_networks::{network, ring_with_chords, unit_network};
    use approx::assert_abs_diff_eq;

    #[test]
    fn on_one_edge_the_law_is_the_closed_form() {
        let pair = unit_network(2, [(0, 1)]);
        for walk in [Walk::Conductance, Walk::Uniform] {
            let heat = Heat::new(&pair, walk);
            for t in [0.25, 1.0, 8.0] {
                // exp(−t·[[1, −1], [−1, 1]]) has the entries (1 ± exp(−2t))/2.
                let moved = heat.moved(&[vec![1.0, 0.0]], &[t]);
                assert_abs_diff_eq!(moved[0], 0.5 * (1.0 + (-2.0 * t).exp()), epsilon = 1e-12);
                assert_abs_diff_eq!(moved[1], 0.5 * (1.0 - (-2.0 * t).exp()), epsilon = 1e-12);
            }
        }
    }

    #[test]
    fn laws_and_functions_are_adjoint_and_the_stationary_law_stays() {
        let graph = ring_with_chords();
        let law: Vec<f64> = (0..150).map(|v| f64::from(v % 7) / 449.0).collect();
        let f: Vec<f64> = (0..150).map(|v| f64::from(v * v % 31)).collect();
        let times = [0.5, 4.0, 64.0];
        for walk in [Walk::Conductance, Walk::Uniform] {
            let heat = Heat::new(&graph, walk);
            for (t, mean) in times.iter().zip(heat.means(&f, &times)) {
                let moved = heat.moved(std::slice::from_ref(&law), &[*t]);
                assert_abs_diff_eq!(moved.iter().sum::<f64>(), law.iter().sum(), epsilon = 1e-12);
                let by_law: f64 = moved.iter().zip(&f).map(|(p, f)| p * f).sum();
                let by_function: f64 = law.iter().zip(&mean).map(|(p, f)| p * f).sum();
                assert_abs_diff_eq!(by_law, by_function, epsilon = 1e-10);
            }
            let rest = heat.stationary();
            let moved = heat.moved(&[rest.to_vec()], &[16.0]);
            moved.iter().zip(rest).for_each(|(a, b)| assert_abs_diff_eq!(a, b, epsilon = 1e-12));
        }
    }

    #[test]
    fn times_add_up() {
        let graph = network(4, &[(0, 1, 1.0), (1, 2, 0.5), (2, 3, 0.0)]);
        let heat = Heat::new(&graph, Walk::Uniform);
        let start = vec![1.0, 0.0, 0.0, 0.0];
        let once = heat.moved(std::slice::from_ref(&start), &[3.0]);
        let twice = heat.moved(&[heat.moved(&[start], &[1.0])], &[2.0]);
        once.iter().zip(&twice).for_each(|(a, b)| assert_abs_diff_eq!(a, b, epsilon = 1e-11));
    }
}
