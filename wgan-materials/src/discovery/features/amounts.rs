//! Support by known compounds of the same elements with other amounts.

use super::log;
use crate::discovery::amounts::{
    Digest, aligned, amounts_key, open_key, places_shared, shift_origin,
};
use crate::discovery::compound::Compound;
use crate::discovery::holes::pairs;
use crate::discovery::library::Library;

/// Number of features.
pub(super) const D: usize = 10;

/// Distance of atomic fractions at which a known compound counts `1/e`.
const NEAR: f64 = 0.03;

/// Moves from known patterns and amounts to this one, the nearest compound of the same elements, shared sites.
pub(super) fn evidence(c: &Compound, library: &Library) -> [f32; D] {
    let pattern = c.pattern();
    let (mut follows, mut best) = (0.0_f32, 0.0_f32);
    let (mut nearest, mut near) = (2.0_f64, 0.0_f64);
    for known in library.in_system(c.system()) {
        let rate = library.follow_rate(known.pattern(), pattern);
        follows += rate;
        best = best.max(rate);
        let distance = distance(c, known);
        nearest = nearest.min(distance);
        near += (-distance / NEAR).exp();
    }
    let [single, n_single, shift, n_shift] = moves(c, library);
    let (shared, undoped) = shared_sites(c, library);
    [
        log(follows),
        log(best),
        log(single),
        n_single.ln_1p(),
        log(shift),
        n_shift.ln_1p(),
        (nearest as f32 + 1e-3).ln(),
        (near as f32 + 1e-3).ln(),
        shared,
        undoped,
    ]
}

/// `Σ |xₑ − yₑ|` of the atomic fractions of two compounds of the same elements.
fn distance(a: &Compound, b: &Compound) -> f64 {
    let total = |c: &Compound| c.parts.iter().map(|&(_, part)| part as f64).sum::<f64>();
    let (of_a, of_b) = (total(a), total(b));
    let parts = a.parts.iter().zip(&b.parts);
    parts.map(|(&(_, p), &(_, q))| (p as f64 / of_a - q as f64 / of_b).abs()).sum()
}

/// Rates and numbers of known compounds one and two amounts away.
fn moves(c: &Compound, library: &Library) -> [f32; 4] {
    let (amounts, key) = (&library.amounts, amounts_key(c));
    let steps: Vec<u64> = c.steps().map(|(_, x)| x).collect();
    let [mut single, mut n_single, mut shift, mut n_shift] = [0.0; 4];
    if c.len() > 1 {
        for (i, &to) in steps.iter().enumerate() {
            for &(from, _) in amounts.singles.of(open_key(c, key, &[i])) {
                single += amounts.single_moves.rate(from.digest(), to);
                n_single += 1.0;
            }
        }
    }
    for (i, j) in pairs(c.len()) {
        let to = (steps[i], steps[j]);
        let from = amounts.shifts.of(open_key(c, key, &[i, j]));
        for &(x, y, _) in from.iter().filter(|&&(x, y, _)| x != to.0 && y != to.1) {
            shift += amounts.shift_moves.rate(shift_origin(x, y), aligned((x, y), to));
            n_shift += 1.0;
        }
    }
    [single, n_single, shift, n_shift]
}

/// Pairs of elements that share a site, and how many known compounds have one of them there alone.
fn shared_sites(c: &Compound, library: &Library) -> (f32, f32) {
    let steps: Vec<(u8, u64)> = c.steps().collect();
    let is_known = |keep: usize, drop: usize| {
        let joined = |i: usize| match i == keep {
            true => (steps[i].0, steps[i].1 + steps[drop].1),
            false => steps[i],
        };
        library.has_system(c.system() & !(1 << steps[drop].0))
            && Compound::from_steps((0..c.len()).filter(|&i| i != drop).map(joined), c.kind)
                .is_ok_and(|joined| library.has(joined.key))
    };
    let (mut shared, mut undoped) = (0.0, 0.0);
    for (i, j) in pairs(c.len()) {
        if places_shared(steps[i].1, steps[j].1).is_some() {
            shared += 1.0;
            undoped += f32::from(u8::from(is_known(i, j))) + f32::from(u8::from(is_known(j, i)));
        }
    }
    (shared, undoped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::compound::compounds;

    #[test]
    fn a_doped_compound_knows_its_parent() {
        let library = Library::new(compounds(&["La2CuO4", "Nd2CuO4"]));
        assert_eq!(shared_sites(&compounds(&["La1.85Sr0.15CuO4"])[0], &library), (1.0, 1.0));
        assert_eq!(shared_sites(&compounds(&["La1.5Nd0.5CuO4"])[0], &library), (1.0, 2.0));
        assert_eq!(shared_sites(&compounds(&["LaSrCuO4"])[0], &library), (0.0, 0.0));
    }

    #[test]
    fn distance_is_that_of_the_fractions() {
        let all = compounds(&["TiO", "TiO2"]);
        assert!((distance(&all[0], &all[1]) - 1.0 / 3.0).abs() < 1e-12);
    }
}
