//! Surplus of each node in whole units of mass, so that flows add and subtract without round-off.

use wgan_core::WganError;
use wgan_core::transport::{MASS_TOLERANCE, checked_total};

use crate::error::GraphError;
use crate::network::{Components, Network};

/// Units that the total mass is divided into: far below the spacing of `f64` near one.
const TOTAL: i64 = 1 << 60;

/// `μ − ν` in whole units.
pub struct Supply {
    /// Surplus of each node; zero in total over every component.
    pub units: Vec<i64>,
    /// Mass of one unit.
    pub mass: f64,
    /// Flows up to this many units are rounding of the weights, not mass.
    pub noise: i64,
}

impl Supply {
    /// Rounds two laws to units that balance within each component.
    pub fn new(network: &Network, mu: &[f64], nu: &[f64]) -> Result<Self, GraphError> {
        let n = network.n_nodes();
        let mu_total = total("first law", n, mu)?;
        let nu_total = total("second law", n, nu)?;
        if (mu_total - nu_total).abs() > MASS_TOLERANCE * mu_total.max(nu_total) {
            return Err(
                WganError::UnequalMass { source_total: mu_total, target_total: nu_total }.into()
            );
        }
        let unit =
            |law: &[f64], total: f64, v: usize| (law[v] / total * TOTAL as f64).round() as i64;
        let mut units: Vec<i64> =
            (0..n).map(|v| unit(mu, mu_total, v) - unit(nu, nu_total, v)).collect();
        balance(network, mu, nu, &mut units)?;
        Ok(Self { units, mass: mu_total / TOTAL as f64, noise: 2 * n as i64 })
    }
}

/// Puts what rounding left over in each component on its heaviest node.
fn balance(network: &Network, mu: &[f64], nu: &[f64], units: &mut [i64]) -> Result<(), GraphError> {
    let components = Components::of(network);
    let mut left = vec![0_i64; components.n()];
    let mut heaviest = vec![usize::MAX; components.n()];
    let weight = |v: usize| mu[v] + nu[v];
    for (v, units) in units.iter().enumerate() {
        let label = components.label(v);
        left[label] += units;
        let best = &mut heaviest[label];
        if *best == usize::MAX || weight(v) > weight(*best) {
            *best = v;
        }
    }
    let most = (MASS_TOLERANCE * TOTAL as f64) as i64;
    for (label, (&left, &v)) in left.iter().zip(&heaviest).enumerate() {
        if left.abs() > most {
            let mass = |law: &[f64]| -> f64 {
                let inside = (0..law.len()).filter(|&u| components.label(u) == label);
                inside.map(|u| law[u]).sum()
            };
            let node = network.id(v).to_owned();
            return Err(GraphError::Unbalanced { node, mu: mass(mu), nu: mass(nu) });
        }
        units[v] -= left;
    }
    Ok(())
}

/// Total of a law with one weight per node.
fn total(at: &'static str, n: usize, law: &[f64]) -> Result<f64, GraphError> {
    if law.len() != n {
        return Err(WganError::Shape { at, expected: vec![n], got: vec![law.len()] }.into());
    }
    Ok(checked_total(at, law)?)
}
