//! Panels of lines, points, arrows and level maps as SVG.

use std::fs;
use std::path::Path;

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use crate::Failure;

/// A point of a picture.
pub type Point = (f64, f64);

/// Okabe and Ito (2008): told apart by colour-blind readers.
const PALETTE: [RGBColor; 7] = [
    RGBColor(0, 114, 178),   // blue
    RGBColor(213, 94, 0),    // vermilion
    RGBColor(0, 158, 115),   // green
    RGBColor(204, 121, 167), // purple
    RGBColor(230, 159, 0),   // orange
    RGBColor(86, 180, 233),  // sky
    RGBColor(0, 0, 0),
];

/// Dashes of the lines of a colour, and colours whose dots are rings: readers of a grey print tell them apart.
const DASHES: [(&str, &str); 5] = [
    ("#D55E00", "7 3"),
    ("#009E73", "2 2"),
    ("#CC79A7", "9 2 2 2"),
    ("#E69F00", "4 4"),
    ("#56B4E9", "12 4"),
];
const RINGS: [&str; 2] = ["#D55E00", "#CC79A7"];

/// Width and height of a panel in pixels.
const SIZE: (u32, u32) = (420, 340);

/// Shades of a level map.
const N_SHADES: usize = 8;

enum Layer {
    Line(Vec<Point>),
    Dots(Vec<Point>),
    Arrows(Vec<(Point, Point)>),
    /// Row by row from below, each shade in `0..N_SHADES`.
    Shades(Vec<Vec<usize>>),
}

/// One chart: title, axes, layers in the order of the legend.
pub struct Panel {
    title: String,
    axes: [String; 2],
    layers: Vec<(String, Layer)>,
    x: Option<(f64, f64)>,
    y: Option<(f64, f64)>,
}

type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

impl Panel {
    /// An empty panel; axis labels carry their unit.
    pub fn new(title: &str, x_label: &str, y_label: &str) -> Self {
        Self {
            title: title.to_owned(),
            axes: [x_label, y_label].map(str::to_owned),
            layers: Vec::new(),
            x: None,
            y: None,
        }
    }

    /// A line through `points`.
    #[must_use]
    pub fn line(self, name: &str, points: Vec<Point>) -> Self {
        self.layer(name, Layer::Line(points))
    }

    /// Dots at `points`.
    #[must_use]
    pub fn dots(self, name: &str, points: Vec<Point>) -> Self {
        self.layer(name, Layer::Dots(points))
    }

    /// Lines from one point to another with a dot at the tip.
    #[must_use]
    pub fn arrows(self, name: &str, arrows: Vec<(Point, Point)>) -> Self {
        self.layer(name, Layer::Arrows(arrows))
    }

    /// Outline of a histogram: share of `values` in percent for each of `n_bins` bins.
    #[must_use]
    pub fn histogram(self, name: &str, values: &[f64], (from, to): Point, n_bins: usize) -> Self {
        let width = (to - from) / n_bins as f64;
        let mut counts = vec![0.0; n_bins];
        for value in values.iter().filter(|value| (from..=to).contains(*value)) {
            counts[(((value - from) / width) as usize).min(n_bins - 1)] += 1.0;
        }
        let mut outline = vec![(from, 0.0)];
        for (bin, count) in counts.iter().enumerate() {
            let (left, share) = (from + width * bin as f64, 100.0 * count / values.len() as f64);
            outline.extend([(left, share), (left + width, share)]);
        }
        outline.push((to, 0.0));
        self.line(name, outline)
    }

    /// `f` on the square where `x` and `y` run from `from` to `to`, from white (lowest) to grey (highest).
    #[must_use]
    pub fn level_map(self, (from, to): Point, n: usize, f: impl Fn(&[Point]) -> Vec<f64>) -> Self {
        let at = |k: usize| from + (to - from) * (k as f64 + 0.5) / n as f64;
        let cells: Vec<Point> = (0..n * n).map(|k| (at(k % n), at(k / n))).collect();
        let heights = f(&cells);
        let (low, high) = range(heights.iter().copied());
        let shade = |h: &f64| {
            let share = (h - low) / (high - low).max(f64::MIN_POSITIVE);
            ((share * N_SHADES as f64) as usize).min(N_SHADES - 1)
        };
        let rows = heights.chunks(n).map(|row| row.iter().map(shade).collect()).collect();
        self.x(from, to).y(from, to).layer("", Layer::Shades(rows))
    }

    /// Range of the horizontal axis; that of the data where it is not called.
    #[must_use]
    pub fn x(self, from: f64, to: f64) -> Self {
        Self { x: Some((from, to)), ..self }
    }

    /// Range of the vertical axis; that of the data where it is not called.
    #[must_use]
    pub fn y(self, from: f64, to: f64) -> Self {
        Self { y: Some((from, to)), ..self }
    }

    fn layer(mut self, name: &str, layer: Layer) -> Self {
        self.layers.push((name.to_owned(), layer));
        self
    }

    fn ranges(&self) -> (Point, Point) {
        let all = || self.layers.iter().flat_map(|(_, layer)| layer.points());
        let padded = |(low, high): Point| {
            let margin = 0.05 * (high - low).max(1e-9);
            (low - margin, high + margin)
        };
        let x = self.x.unwrap_or_else(|| padded(range(all().map(|p| p.0))));
        let y = self.y.unwrap_or_else(|| padded(range(all().map(|p| p.1))));
        (x, y)
    }

    /// The corner where the legend hides least, and how many of the drawn points it hides there.
    fn legend(&self, x: Point, y: Point) -> (SeriesLabelPosition, usize) {
        let names = || self.layers.iter().map(|(name, _)| name).filter(|name| !name.is_empty());
        let longest = names().map(|name| name.chars().count()).max().unwrap_or(0);
        // Pixels of a letter, of a line and of the frame; of the plot without its axes.
        let width = (7 * longest + 50) as f64 / 340.0;
        let height = self.legend_height();
        let share = |value: f64, (from, to): Point| (value - from) / (to - from);
        let all: Vec<Point> = self
            .layers
            .iter()
            .flat_map(|(_, layer)| layer.drawn())
            .map(|point| (share(point.0, x), share(point.1, y)))
            .collect();
        let hidden = |is_left: bool, is_low: bool| {
            let is_hidden = |&&(x, y): &&Point| {
                (if is_left { x < width } else { x > 1.0 - width })
                    && (if is_low { y < height } else { y > 1.0 - height })
            };
            all.iter().filter(is_hidden).count()
        };
        let corners = [
            (SeriesLabelPosition::UpperRight, hidden(false, false)),
            (SeriesLabelPosition::UpperLeft, hidden(true, false)),
            (SeriesLabelPosition::LowerRight, hidden(false, true)),
            (SeriesLabelPosition::LowerLeft, hidden(true, true)),
        ];
        let [first, rest @ ..] = corners;
        rest.into_iter().fold(first, |best, corner| if corner.1 < best.1 { corner } else { best })
    }

    /// In shares of the height of the plot.
    fn legend_height(&self) -> f64 {
        let n_names = self.layers.iter().filter(|(name, _)| !name.is_empty()).count();
        (18 * n_names + 16) as f64 / 262.0
    }

    fn draw(&self, area: &DrawingArea<SVGBackend<'_>, Shift>) -> Result<(), Failure> {
        let (x, mut y) = self.ranges();
        let (mut corner, n_hidden) = self.legend(x, y);
        if n_hidden > 0 && self.y.is_none() {
            y.1 += (y.1 - y.0) * self.legend_height() / (1.0 - self.legend_height());
            (corner, _) = self.legend(x, y);
        }
        let mut chart = ChartBuilder::on(area)
            .caption(&self.title, ("sans-serif", 15))
            .margin(8)
            .margin_right(16)
            .x_label_area_size(38)
            .y_label_area_size(52)
            .build_cartesian_2d(x.0..x.1, y.0..y.1)?;
        let tick = |v: &f64| tick_label(*v);
        chart
            .configure_mesh()
            .disable_mesh()
            .x_desc(&self.axes[0])
            .y_desc(&self.axes[1])
            .x_labels(6)
            .y_labels(6)
            .x_label_formatter(&tick)
            .y_label_formatter(&tick)
            .axis_desc_style(("sans-serif", 13))
            .label_style(("sans-serif", 12))
            .draw()?;
        let mut colours = PALETTE.into_iter().cycle();
        for (name, layer) in &self.layers {
            match layer {
                Layer::Shades(rows) => draw_shades(&mut chart, rows, x, y)?,
                layer => draw_layer(&mut chart, name, layer, colours.next().unwrap_or(BLACK))?,
            }
        }
        if self.layers.iter().any(|(name, _)| !name.is_empty()) {
            chart
                .configure_series_labels()
                .position(corner)
                .background_style(WHITE.mix(0.8))
                .border_style(RGBColor(160, 160, 160))
                .label_font(("sans-serif", 12))
                .draw()?;
        }
        Ok(())
    }
}

impl Layer {
    fn points(&self) -> Vec<Point> {
        match self {
            Layer::Line(points) | Layer::Dots(points) => points.clone(),
            Layer::Arrows(arrows) => arrows.iter().flat_map(|(a, b)| [*a, *b]).collect(),
            Layer::Shades(_) => Vec::new(),
        }
    }

    /// Points of what is drawn, lines in 20 steps from point to point.
    fn drawn(&self) -> Vec<Point> {
        let between = |(a, b): (&Point, &Point)| {
            let (a, b) = (*a, *b);
            (0..20).map(move |k| {
                let t = f64::from(k) / 20.0;
                (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1))
            })
        };
        match self {
            Layer::Line(points) => {
                points.iter().zip(&points[1.min(points.len())..]).flat_map(between).collect()
            }
            Layer::Arrows(arrows) => arrows.iter().map(|(a, b)| (a, b)).flat_map(between).collect(),
            other => other.points(),
        }
    }
}

fn draw_layer(
    chart: &mut Chart<'_, '_>,
    name: &str,
    layer: &Layer,
    colour: RGBColor,
) -> Result<(), Failure> {
    let dot = |&point: &Point| Circle::new(point, 2, colour.filled());
    let line = |points: &[Point]| PathElement::new(points.to_vec(), colour.stroke_width(2));
    let drawn = match layer {
        Layer::Line(points) => chart.draw_series([line(points)])?,
        Layer::Dots(points) => chart.draw_series(points.iter().map(dot))?,
        Layer::Arrows(arrows) => {
            chart.draw_series(arrows.iter().map(|(_, tip)| dot(tip)))?;
            chart.draw_series(
                arrows
                    .iter()
                    .map(|(from, to)| PathElement::new(vec![*from, *to], colour.stroke_width(1))),
            )?
        }
        Layer::Shades(_) => return Ok(()),
    };
    let is_line = matches!(layer, Layer::Line(_));
    if !name.is_empty() {
        drawn.label(name).legend(move |(x, y)| {
            let (from, to) =
                if is_line { ((x, y), (x + 16, y)) } else { ((x + 6, y), (x + 10, y)) };
            PathElement::new(vec![from, to], colour.stroke_width(if is_line { 2 } else { 4 }))
        });
    }
    Ok(())
}

/// Neighbours of equal shade in a row are one rectangle.
fn draw_shades(
    chart: &mut Chart<'_, '_>,
    rows: &[Vec<usize>],
    x: Point,
    y: Point,
) -> Result<(), Failure> {
    let n = rows.len() as f64;
    let place = |(from, to): Point, k: usize| from + (to - from) * k as f64 / n;
    for (j, row) in rows.iter().enumerate() {
        let mut start = 0;
        for run in row.chunk_by(|a, b| a == b) {
            let light = 255 - (130 * run[0] / N_SHADES) as u8;
            let corners =
                [(place(x, start), place(y, j)), (place(x, start + run.len()), place(y, j + 1))];
            let colour = RGBColor(light, light, light).filled();
            chart.draw_series([Rectangle::new(corners, colour)])?;
            start += run.len();
        }
    }
    Ok(())
}

fn range(values: impl Iterator<Item = f64>) -> Point {
    values
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)))
}

fn tick_label(value: f64) -> String {
    if value.abs() < 1e-9 {
        return "0".to_owned();
    }
    match value.abs() {
        1e-3..1e5 => {
            let text = format!("{value:.3}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        _ => format!("{value:.0e}"),
    }
}

/// Draws the panels side by side, at most `n_columns` in a row, as an SVG file.
///
/// # Errors
/// If the file cannot be written.
pub fn save(path: &Path, n_columns: usize, panels: &[Panel]) -> Result<(), Failure> {
    let n_rows = panels.len().div_ceil(n_columns);
    let size = (SIZE.0 * n_columns.min(panels.len()) as u32, SIZE.1 * n_rows as u32);
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        root.fill(&WHITE)?;
        let areas = root.split_evenly((n_rows, n_columns.min(panels.len())));
        for (panel, area) in panels.iter().zip(&areas) {
            panel.draw(area)?;
        }
        root.present()?;
    }
    // What is the default anyway makes up a third of the file.
    for default in [" opacity=\"1\"", " stroke=\"none\"", " stroke-width=\"1\""] {
        svg = svg.replace(default, "");
    }
    fs::write(path, for_grey(svg))?;
    Ok(())
}

/// The picture with dashes and rings beside its colours.
fn for_grey(svg: String) -> String {
    let dashed = DASHES.iter().fold(svg, |svg, (colour, dashes)| {
        let line = format!("stroke=\"{colour}\" stroke-width=\"2\"");
        svg.replace(&line, &format!("{line} stroke-dasharray=\"{dashes}\""))
    });
    RINGS.iter().fold(dashed, |svg, colour| {
        let ring = format!("r=\"2\" fill=\"none\" stroke=\"{colour}\"");
        svg.replace(&format!("r=\"2\" fill=\"{colour}\""), &ring)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_dots_of_two_colours_differ_without_colour() {
        let of = |colour: &str| {
            let drawn = format!(
                "<polyline stroke=\"{colour}\" stroke-width=\"2\"/><circle r=\"2\" fill=\"{colour}\"/>"
            );
            for_grey(drawn).replace(colour, "")
        };
        assert_ne!(of("#0072B2"), of("#D55E00"));
        assert!(of("#D55E00").contains("stroke-dasharray=\"7 3\""));
        assert!(of("#D55E00").contains("r=\"2\" fill=\"none\""));
    }
}
