//! Two laws on one network.

use std::fmt::Write;

use super::{MAX_TITLES, Point, SIZE, beneath, escaped, fitted};
use crate::network::Network;
use crate::transport::EdgeFlow;

/// Radius of a half disc that holds all the mass, in user units.
const FULL: f64 = 220.0;
/// Largest and smallest radius that is drawn.
const LARGEST: f64 = 40.0;
const SMALLEST: f64 = 0.4;

/// A picture of two laws: at each node a half disc on the left for the first one (blue) and on the right for the
/// second one (red), their areas in proportion to the mass; the mass of `flow` as width of the edges in orange.
///
/// # Panics
/// If there is not one point and one weight per node.
pub fn draw_laws(
    network: &Network,
    points: &[Point],
    observed: &[f64],
    learnt: &[f64],
    flow: &[EdgeFlow],
) -> String {
    let n = network.n_nodes();
    assert!([points.len(), observed.len(), learnt.len()] == [n; 3], "one entry per node");
    let at = fitted(points);
    let mut svg = beneath(network, &at, flow);
    svg.push_str("</g>\n<g>\n");
    let most = observed.iter().chain(learnt).copied().fold(0.0, f64::max);
    let full = FULL.min(LARGEST / most.sqrt().max(f64::MIN_POSITIVE));
    for (v, p) in at.iter().enumerate() {
        let title = if n > MAX_TITLES {
            String::new()
        } else {
            let (id, o, l) = (escaped(network.id(v)), observed[v], learnt[v]);
            format!("<title>{id}: observed {o:.5}, learnt {l:.5}</title>")
        };
        for (mass, sweep, fill) in [(observed[v], 0, "#3168bd"), (learnt[v], 1, "#c8322f")] {
            let r = full * mass.sqrt();
            if r >= SMALLEST {
                // Writing to a string cannot fail.
                let _ = writeln!(
                    svg,
                    "<path d=\"M{:.1} {:.1}A{r:.1} {r:.1} 0 0 {sweep} {:.1} {:.1}Z\" fill=\"{fill}\">{title}</path>",
                    p[0],
                    p[1] - r,
                    p[0],
                    p[1] + r,
                );
            }
        }
    }
    let legend = [
        ("#3168bd", "observed (left half)"),
        ("#c8322f", "learnt (right half)"),
        ("#f28c28", "mass to be moved"),
    ];
    svg.push_str("</g>\n<g font-family=\"sans-serif\" font-size=\"16\">\n");
    for (i, (fill, text)) in legend.into_iter().enumerate() {
        let y = SIZE - 62.0 + 22.0 * i as f64;
        let _ = writeln!(
            svg,
            "<rect x=\"10\" y=\"{:.0}\" width=\"14\" height=\"14\" fill=\"{fill}\"/><text x=\"30\" y=\"{y:.0}\">{text}</text>",
            y - 12.0
        );
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::layout;
    use crate::test_networks::unit_network;

    #[test]
    fn both_laws_have_their_half_and_nodes_without_mass_none() {
        let path = unit_network(3, [(0, 1), (1, 2)]);
        let svg = draw_laws(&path, &layout(&path, 1), &[1.0, 0.0, 0.0], &[0.25, 0.75, 0.0], &[]);
        assert_eq!(svg.matches("fill=\"#3168bd\">").count(), 1);
        assert_eq!(svg.matches("fill=\"#c8322f\">").count(), 2);
        assert!(svg.contains("A40.0 40.0 0 0 0") && svg.contains("A20.0 20.0 0 0 1"));
    }
}
