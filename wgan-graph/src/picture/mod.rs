//! Pictures of a network as SVG.
//!
//! Written by hand: plotters 0.3.7 was tried. It puts points on whole pixels and has no titles on
//! nodes, and its file for Cora-ML is a quarter larger than ours with them.

mod laws;
mod layout;

use std::fmt::Write;

pub use laws::draw_laws;
pub use layout::{Point, layout};

use crate::network::Network;
use crate::transport::EdgeFlow;

/// Width and height in user units.
const SIZE: f64 = 1000.0;
/// Free space around the drawing.
const MARGIN: f64 = 30.0;
/// Networks above this size are drawn without titles on their nodes.
const MAX_TITLES: usize = 5000;

/// A picture of `network` with its nodes at `points`: `potential` as colour (blue low, red high),
/// the mass of `flow` as width of the edges in orange.
///
/// # Panics
/// If there is not one point and one potential per node.
pub fn draw(network: &Network, points: &[Point], potential: &[f64], flow: &[EdgeFlow]) -> String {
    assert_eq!(points.len(), network.n_nodes(), "one point per node");
    assert_eq!(potential.len(), network.n_nodes(), "one potential per node");
    let at = fitted(points);
    let mut svg = beneath(network, &at, flow);
    svg.push_str("</g>\n<g stroke=\"#333\" stroke-width=\"0.5\">\n");
    let radius = (150.0 / (points.len() as f64).sqrt()).clamp(2.0, 12.0);
    let (low, high) = range(potential);
    for (v, p) in at.iter().enumerate() {
        let share = if high > low { (potential[v] - low) / (high - low) } else { 0.5 };
        let title = if points.len() > MAX_TITLES {
            String::new()
        } else {
            format!("<title>{}: {:.4}</title>", escaped(network.id(v)), potential[v])
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            svg,
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius:.1}\" fill=\"{}\">{title}</circle>",
            p[0],
            p[1],
            colour(share)
        );
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// The head of a picture, the edges, and the flow along them.
fn beneath(network: &Network, at: &[Point], flow: &[EdgeFlow]) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {SIZE} {SIZE}\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<g stroke=\"#bbb\">\n"
    );
    for (u, v, _) in network.edges() {
        line(&mut svg, at[u], at[v], 0.8);
    }
    svg.push_str("</g>\n<g stroke=\"#f28c28\" stroke-linecap=\"round\">\n");
    let most = flow.iter().map(|e| e.mass).fold(0.0, f64::max);
    for edge in flow {
        line(&mut svg, at[edge.source], at[edge.target], 1.5 + 10.5 * edge.mass / most);
    }
    svg
}

fn line(svg: &mut String, a: Point, b: Point, width: f64) {
    let _ = writeln!(
        svg,
        "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke-width=\"{width:.1}\"/>",
        a[0], a[1], b[0], b[1]
    );
}

/// Points moved and scaled into the picture, both directions alike.
fn fitted(points: &[Point]) -> Vec<Point> {
    let axis = |k: usize| range(&points.iter().map(|p| p[k]).collect::<Vec<_>>());
    let ((left, right), (top, bottom)) = (axis(0), axis(1));
    let extent = (right - left).max(bottom - top);
    let scale = if extent > 0.0 { (SIZE - 2.0 * MARGIN) / extent } else { 0.0 };
    let middle = [(left + right) / 2.0, (top + bottom) / 2.0];
    let place = |p: &Point| [0, 1].map(|k| SIZE / 2.0 + (p[k] - middle[k]) * scale);
    points.iter().map(place).collect()
}

fn range(values: &[f64]) -> (f64, f64) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    (low, values.iter().copied().fold(f64::NEG_INFINITY, f64::max))
}

/// From blue over white to red.
fn colour(share: f64) -> String {
    let fade = |from: f64, t: f64| (from + (255.0 - from) * t).round() as u8;
    let (ends, t) = if share < 0.5 {
        ([49.0, 104.0, 189.0], 2.0 * share)
    } else {
        ([200.0, 50.0, 47.0], 2.0 * (1.0 - share))
    };
    let [r, g, b] = ends.map(|end| fade(end, t));
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Edge;
    use crate::transport::graph_w1;

    #[test]
    fn every_node_and_edge_is_drawn_and_ids_are_escaped() {
        let ids = ["a<b", "c&d", "e"].map(String::from).to_vec();
        let edges = [(0, 1, 1.0), (1, 2, 1.0)].map(|(u, v, cost)| Edge { u, v, cost });
        let (network, _) = Network::from_edges(ids, &edges, false).unwrap();
        let w1 = graph_w1(&network, &[1.0, 0.0, 0.0], &[0.0, 0.5, 0.5]).unwrap();
        let svg = draw(&network, &layout(&network, 1), &w1.potential, &w1.flow);
        assert_eq!(svg.matches("<circle").count(), 3);
        assert_eq!(svg.matches("<line").count(), 4); // two edges, both carry mass
        assert!(svg.contains("a&lt;b: ") && svg.contains("c&amp;d: "));
        assert!(svg.contains("stroke-width=\"12.0\"")); // the edge that all mass crosses
        assert!(svg.contains("#c8322f") && svg.contains("#3168bd"));
    }

    #[test]
    fn a_single_node_is_in_the_middle() {
        let (one, _) = Network::from_edges(vec!["a".to_owned()], &[], false).unwrap();
        let svg = draw(&one, &layout(&one, 1), &[0.0], &[]);
        assert!(svg.contains("cx=\"500.0\" cy=\"500.0\""));
    }
}
