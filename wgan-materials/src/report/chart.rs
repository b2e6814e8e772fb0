//! Charts as SVG text.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::axis::{Axis, round_numbers};
use super::failed;
use super::html::short;
use super::laws::{Categories, Histogram};
use crate::error::MaterialsError;

/// Blue and vermilion of Okabe and Ito (2008): told apart by colour-blind readers, and different in grey.
const REAL: RGBColor = RGBColor(0, 114, 178);
/// See [`REAL`]; the page's legend has the same two colours.
const FAKE: RGBColor = RGBColor(213, 94, 0);
const GREY: RGBColor = RGBColor(90, 90, 90);

/// Width and height in pixels; the page scales them.
const SIZE: (u32, u32) = (820, 300);

type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, Axis>>;
/// Points of a curve, sorted by `x`.
type Points<'a> = &'a [(f64, f64)];
type Drawn = Result<(), Box<dyn std::error::Error>>;

/// With fewer, bars are as wide as if there were so many.
const LEAST_CATEGORIES: usize = 6;

/// One axis: its title with the unit, its range, and where it has labels.
struct Scale<'a> {
    title: &'a str,
    from: f64,
    to: f64,
    ticks: Vec<f64>,
    label: &'a dyn Fn(f64) -> String,
}

/// Two bars for each category: share of rows in percent.
pub(super) fn bars(
    data: &Categories,
    title: &str,
    share_title: &str,
) -> Result<String, MaterialsError> {
    let n = data.labels.len();
    let label = |x: f64| data.labels.get(x.round() as usize).cloned().unwrap_or_default();
    let ticks = (0..n).map(|i| i as f64).collect();
    let margin = 0.1 + 0.5 * LEAST_CATEGORIES.saturating_sub(n) as f64;
    let x = Scale { title, from: -0.5 - margin, to: n as f64 - 0.5 + margin, ticks, label: &label };
    let y = from_zero(share_title, highest(&data.real, &data.fake));
    draw(x, y, |chart| {
        for (shares, offset, colour) in [(&data.real, -0.38, REAL), (&data.fake, 0.02, FAKE)] {
            let bar = |(i, &share): (usize, &f64)| {
                let left = i as f64 + offset;
                Rectangle::new([(left, 0.0), (left + 0.36, share)], colour.filled())
            };
            chart.draw_series(shares.iter().enumerate().map(bar))?;
        }
        Ok(())
    })
}

/// Real rows as an area, generated ones as a line: share of rows in percent for each bin.
pub(super) fn histogram(
    data: &Histogram,
    title: &str,
    share_title: &str,
) -> Result<String, MaterialsError> {
    let x = linear(title, data.from, data.to);
    let y = from_zero(share_title, highest(&data.real, &data.fake));
    draw(x, y, |chart| {
        let (real, fake) = (steps(data, &data.real), steps(data, &data.fake));
        chart.draw_series([Polygon::new(real.clone(), REAL.mix(0.35))])?;
        chart.draw_series(LineSeries::new(real, REAL.stroke_width(1)))?;
        chart.draw_series(LineSeries::new(fake, FAKE.stroke_width(2)))?;
        Ok(())
    })
}

/// A line through points that are sorted by `x`; zero is on the vertical axis.
pub(super) fn line(
    points: &[(f64, f64)],
    title: &str,
    value_title: &str,
) -> Result<String, MaterialsError> {
    let from = points.first().map_or(0.0, |point| point.0);
    let to = points.last().map_or(1.0, |point| point.0);
    let lowest = points.iter().map(|point| point.1).fold(0.0, f64::min);
    let highest = points.iter().map(|point| point.1).fold(0.0, f64::max);
    let margin = 0.05 * (highest - lowest);
    let y = linear(value_title, if lowest < 0.0 { lowest - margin } else { 0.0 }, highest + margin);
    draw(linear(title, from, to), y, |chart| {
        chart.draw_series(LineSeries::new([(from, 0.0), (to, 0.0)], GREY.stroke_width(1)))?;
        chart.draw_series(LineSeries::new(points.iter().copied(), FAKE.stroke_width(2)))?;
        Ok(())
    })
}

/// A curve with a dot at each of its points beside one that it is compared with; zero is on both axes.
pub(super) fn curves(
    (compared, curve): (Points, Points),
    title: &str,
    value_title: &str,
    has_dots: bool,
) -> Result<String, MaterialsError> {
    let all = || compared.iter().chain(curve);
    let right = all().map(|point| point.0).fold(0.0, f64::max);
    let top = all().map(|point| point.1).fold(0.0, f64::max);
    draw(from_zero(title, right), from_zero(value_title, top), |chart| {
        chart.draw_series(LineSeries::new(compared.iter().copied(), REAL.stroke_width(2)))?;
        chart.draw_series(LineSeries::new(curve.iter().copied(), FAKE.stroke_width(2)))?;
        if has_dots {
            chart.draw_series(curve.iter().map(|&at| Circle::new(at, 4, FAKE.filled())))?;
        }
        Ok(())
    })
}

/// The outline of a histogram, from the axis and back to it.
fn steps(data: &Histogram, shares: &[f64]) -> Vec<(f64, f64)> {
    let n = shares.len() as f64;
    let width = data.to / n - data.from / n;
    let edge = |i: usize| data.from + i as f64 * width;
    let tops =
        shares.iter().enumerate().flat_map(|(i, &share)| [(edge(i), share), (edge(i + 1), share)]);
    let ends = ((edge(0), 0.0), (edge(shares.len()), 0.0));
    std::iter::once(ends.0).chain(tops).chain([ends.1]).collect()
}

fn highest(real: &[f64], fake: &[f64]) -> f64 {
    real.iter().chain(fake).copied().fold(0.0, f64::max)
}

fn from_zero(title: &str, highest: f64) -> Scale<'_> {
    linear(title, 0.0, 1.05 * highest)
}

/// An axis with round numbers; an empty range is made one wide, or as wide as its numbers are large.
fn linear(title: &str, from: f64, to: f64) -> Scale<'_> {
    let to = if to > from { to } else { from + from.abs().max(1.0) };
    Scale { title, from, to, ticks: round_numbers(from, to), label: &short }
}

/// Draws axes, then the data.
fn draw(x: Scale, y: Scale, data: impl Fn(&mut Chart) -> Drawn) -> Result<String, MaterialsError> {
    let what = format!("chart of {}", x.title);
    let mut svg = String::new();
    let drawn = {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        draw_on(&area, x, y, data)
    };
    drawn.map_err(|error| failed(&what, error))?;
    Ok(svg)
}

fn draw_on(
    area: &DrawingArea<SVGBackend, Shift>,
    x: Scale,
    y: Scale,
    data: impl Fn(&mut Chart) -> Drawn,
) -> Drawn {
    area.fill(&WHITE)?;
    let axis = |scale: &Scale| Axis { range: scale.from..scale.to, ticks: scale.ticks.clone() };
    let mut chart = ChartBuilder::on(area)
        .margin(8)
        .margin_right(20)
        .x_label_area_size(46)
        .y_label_area_size(64)
        .build_cartesian_2d(axis(&x), axis(&y))?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GREY.mix(0.2))
        .axis_style(GREY)
        .x_labels(x.ticks.len())
        .y_labels(y.ticks.len())
        .x_label_formatter(&|value| (x.label)(*value))
        .y_label_formatter(&|value| (y.label)(*value))
        .label_style(("sans-serif", 13))
        .axis_desc_style(("sans-serif", 14))
        .x_desc(x.title)
        .y_desc(y.title)
        .draw()?;
    data(&mut chart)?;
    area.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn categories() -> Categories {
        let labels = ["O", "<b>"].map(String::from).to_vec();
        Categories { labels, real: vec![60.0, 10.0], fake: vec![50.0, 0.0] }
    }

    #[test]
    fn bars_are_drawn_in_both_colours_and_labels_are_escaped() {
        let svg = bars(&categories(), "Element", "Rows in %").unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        assert_eq!(svg.matches("fill=\"#0072B2\"").count(), 2);
        assert_eq!(svg.matches("fill=\"#D55E00\"").count(), 2);
        assert!(svg.contains("&lt;b&gt;") && !svg.contains("<b>"));
    }

    #[test]
    fn empty_and_constant_data_are_drawn() {
        assert!(line(&[], "step", "estimate").is_ok());
        assert!(line(&[(1.0, 0.0)], "step", "estimate").is_ok());
        let none = Categories { labels: vec![], real: vec![], fake: vec![] };
        assert!(bars(&none, "Element", "Rows in %").is_ok());
    }
}
