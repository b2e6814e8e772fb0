//! Gradient boosting of small trees for the chance of one of two classes.
//!
//! Own code: the crates for it (forust-ml, perpetual, gbdt) draw in a data format or threads of their own, and
//! their sums depend on the number of threads. The crate's forest has no weights and no margins to start from.

use rayon::prelude::*;

use super::{Rows, chance};

/// Bins of each column, between quantiles.
const BINS: usize = 64;

/// Rows that are summed together, so that sums do not depend on the number of threads; in single precision, whose round-off
/// over so many rows is a millionth.
const CHUNK: usize = 8192;

/// Size and number of the trees.
#[derive(Clone, Copy, Debug)]
pub(in crate::discovery) struct Settings {
    pub(in crate::discovery) n_trees: usize,
    pub(in crate::discovery) depth: usize,
    /// What each tree's answer is multiplied with.
    pub(in crate::discovery) rate: f64,
    /// Ridge on the values of the leaves.
    pub(in crate::discovery) ridge: f64,
    /// Least sum of `w·p·(1 − p)` in a leaf.
    pub(in crate::discovery) least: f64,
}

/// Trees whose values add up to a margin.
pub(in crate::discovery) struct Boosting {
    start: f32,
    trees: Vec<Tree>,
}

#[derive(Clone, Copy)]
enum Node {
    Leaf(f32),
    Split { column: usize, at: f32, left: usize, right: usize },
}

struct Tree(Vec<Node>);

impl Tree {
    fn value(&self, x: &[f32]) -> f32 {
        let mut node = 0;
        loop {
            match self.0[node] {
                Node::Leaf(value) => return value,
                Node::Split { column, at, left, right } => {
                    node = if x[column] <= at { left } else { right };
                }
            }
        }
    }
}

impl Boosting {
    /// From the share of hits; Newton steps on the logistic loss (Friedman 2001; Chen, Guestrin 2016, eq. 5 to 7).
    pub(in crate::discovery) fn fit<const D: usize>(rows: &Rows<D>, settings: &Settings) -> Self {
        let start = rows.log_share();
        Self { start, ..Self::onto(rows, vec![start; rows.len()], settings) }
    }

    /// Trees that correct given margins, one a row; the margins are not part of the answer.
    pub(in crate::discovery) fn onto<const D: usize>(
        rows: &Rows<D>,
        mut margins: Vec<f32>,
        settings: &Settings,
    ) -> Self {
        let columns = Binned::new(rows);
        let mut trees = Vec::new();
        for _ in 0..settings.n_trees {
            let slopes: Vec<Slope> = (0..rows.len())
                .into_par_iter()
                .map(|i| Slope::of(margins[i], rows.is_hit[i], rows.weight[i]))
                .collect();
            let nodes = Vec::new();
            let mut grower = Grower { columns: &columns, slopes: &slopes, settings, nodes };
            let mut all: Vec<u32> = (0..rows.len() as u32).collect();
            let histogram = grower.histogram(&all);
            grower.grow(&mut all, histogram, 0, &mut |leaf, value| {
                leaf.iter().for_each(|&i| margins[i as usize] += value);
            });
            trees.push(Tree(grower.nodes));
        }
        Self { start: 0.0, trees }
    }

    /// The sum of the trees.
    pub(in crate::discovery) fn margin(&self, x: &[f32]) -> f32 {
        self.start + self.trees.iter().map(|tree| tree.value(x)).sum::<f32>()
    }
}

/// First and second derivative of the loss by the margin.
#[derive(Clone, Copy, Default)]
struct Slope {
    first: f64,
    second: f64,
}

impl Slope {
    fn of(margin: f32, is_hit: bool, weight: f32) -> Self {
        let (p, weight) = (f64::from(chance(margin)), f64::from(weight));
        let first = weight * (p - f64::from(u8::from(is_hit)));
        Self { first, second: weight * (p * (1.0 - p)).max(1e-6) }
    }

    fn add(&mut self, other: Self) {
        self.first += other.first;
        self.second += other.second;
    }

    fn minus(self, other: Self) -> Self {
        Self { first: self.first - other.first, second: self.second - other.second }
    }

    fn gain(self, ridge: f64) -> f64 {
        self.first * self.first / (self.second + ridge)
    }
}

/// The bins of each row, and the values between bins.
struct Binned<const D: usize> {
    bins: Vec<[u8; D]>,
    borders: Vec<Vec<f32>>,
}

impl<const D: usize> Binned<D> {
    fn new(rows: &Rows<D>) -> Self {
        let borders: Vec<Vec<f32>> = (0..D)
            .into_par_iter()
            .map(|j| borders(rows.x.iter().map(|x| x[j]).collect()))
            .collect();
        let bin = |x: &[f32; D]| {
            std::array::from_fn(|j| borders[j].partition_point(|&border| border < x[j]) as u8)
        };
        Self { bins: rows.x.par_iter().map(bin).collect(), borders }
    }
}

/// Quantiles, each once, without the largest value.
fn borders(mut column: Vec<f32>) -> Vec<f32> {
    column.sort_unstable_by(f32::total_cmp);
    let (n, Some(&last)) = (column.len(), column.last()) else {
        return Vec::new();
    };
    let mut borders: Vec<f32> = (1..BINS).map(|i| column[i * n / BINS]).collect();
    borders.dedup();
    borders.retain(|&border| border < last);
    borders
}

struct Grower<'a, const D: usize> {
    columns: &'a Binned<D>,
    slopes: &'a [Slope],
    settings: &'a Settings,
    nodes: Vec<Node>,
}

/// Sums of the slopes in each bin of each column.
type Histogram = Vec<[Slope; BINS]>;

impl<const D: usize> Grower<'_, D> {
    /// Grows the node that holds these rows, whose histogram is given, and those below it; its number. The rows of each leaf
    /// are shown to `at_leaf` with its value.
    fn grow(
        &mut self,
        rows: &mut [u32],
        histogram: Histogram,
        depth: usize,
        at_leaf: &mut impl FnMut(&[u32], f32),
    ) -> usize {
        let node = self.nodes.len();
        let mut total = Slope::default();
        rows.iter().for_each(|&i| total.add(self.slopes[i as usize]));
        let value = -total.first / (total.second + self.settings.ridge) * self.settings.rate;
        self.nodes.push(Node::Leaf(value as f32));
        let is_splittable =
            depth < self.settings.depth && total.second >= 2.0 * self.settings.least;
        let best = is_splittable.then(|| self.best_split(&histogram, total)).flatten();
        let Some((column, bin)) = best else {
            at_leaf(rows, value as f32);
            return node;
        };
        let mut n_left = 0;
        for k in 0..rows.len() {
            if usize::from(self.columns.bins[rows[k] as usize][column]) <= bin {
                rows.swap(k, n_left);
                n_left += 1;
            }
        }
        let (below, above) = rows.split_at_mut(n_left);
        let (of_below, of_above) = match depth + 1 == self.settings.depth {
            true => (Vec::new(), Vec::new()),
            // What is not in the smaller part is in the larger one.
            false if below.len() <= above.len() => {
                let small = self.histogram(below);
                let large = minus(histogram, &small);
                (small, large)
            }
            false => {
                let small = self.histogram(above);
                (minus(histogram, &small), small)
            }
        };
        let left = self.grow(below, of_below, depth + 1, at_leaf);
        let right = self.grow(above, of_above, depth + 1, at_leaf);
        let at = self.columns.borders[column][bin];
        self.nodes[node] = Node::Split { column, at, left, right };
        node
    }

    fn histogram(&self, rows: &[u32]) -> Histogram {
        let of_chunk = |chunk: &[u32]| {
            let mut sums = vec![[[0.0_f32; 2]; BINS]; D];
            for &i in chunk {
                let slope = self.slopes[i as usize];
                let (first, second) = (slope.first as f32, slope.second as f32);
                for (of, &bin) in sums.iter_mut().zip(&self.columns.bins[i as usize]) {
                    let sum = &mut of[usize::from(bin) % BINS];
                    sum[0] += first;
                    sum[1] += second;
                }
            }
            sums
        };
        let parts: Vec<_> = rows.par_chunks(CHUNK).map(of_chunk).collect();
        let mut histogram = vec![[Slope::default(); BINS]; D];
        for part in &parts {
            for (to, of) in histogram.as_flattened_mut().iter_mut().zip(part.as_flattened()) {
                to.add(Slope { first: f64::from(of[0]), second: f64::from(of[1]) });
            }
        }
        histogram
    }

    /// The column and the last bin on the left of the split that gains most; of equal ones the first.
    fn best_split(&self, histogram: &Histogram, total: Slope) -> Option<(usize, usize)> {
        let settings = self.settings;
        let mut best: Option<(f64, usize, usize)> = None;
        for (column, of) in histogram.iter().enumerate() {
            let mut left = Slope::default();
            for (bin, slope) in of.iter().enumerate().take(self.columns.borders[column].len()) {
                left.add(*slope);
                let right = total.minus(left);
                if left.second < settings.least || right.second < settings.least {
                    continue;
                }
                let gain = left.gain(settings.ridge) + right.gain(settings.ridge);
                let gain = gain - total.gain(settings.ridge);
                if gain > best.map_or(1e-6, |(most, ..)| most) {
                    best = Some((gain, column, bin));
                }
            }
        }
        best.map(|(_, column, bin)| (column, bin))
    }
}

fn minus(mut all: Histogram, part: &Histogram) -> Histogram {
    for (all, part) in all.as_flattened_mut().iter_mut().zip(part.as_flattened()) {
        *all = all.minus(*part);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: Settings =
        Settings { n_trees: 60, depth: 3, rate: 0.3, ridge: 1.0, least: 1.0 };

    /// Hits where both columns are on the same side of one half: no linear model sees it.
    fn exclusive_or(n: usize) -> Rows<2> {
        let x: Vec<[f32; 2]> =
            (0..n).map(|i| [(i % 31) as f32 / 30.0, (i % 17) as f32 / 16.0]).collect();
        let is_hit = x.iter().map(|x| (x[0] > 0.5) == (x[1] > 0.5)).collect();
        Rows { weight: vec![1.0; n], x, is_hit }
    }

    #[test]
    fn trees_learn_what_no_linear_model_can() {
        let rows = exclusive_or(5000);
        let fitted = Boosting::fit(&rows, &SETTINGS);
        let right = rows
            .x
            .iter()
            .zip(&rows.is_hit)
            .filter(|(x, hit)| (fitted.margin(&x[..]) > 0.0) == **hit);
        assert!(right.count() > 4900);
    }

    #[test]
    fn the_first_leaf_is_a_newton_step() {
        // Three of four are hits and nothing can be split: start ln(3.5/4.5), then −g/(h + ridge)·rate.
        let rows =
            Rows { x: vec![[1.0]; 4], is_hit: vec![true, true, true, false], weight: vec![1.0; 4] };
        let fitted = Boosting::fit(&rows, &Settings { n_trees: 1, ..SETTINGS });
        let start = (3.5_f64 / 4.5).ln();
        let p = 1.0 / (1.0 + (-start).exp());
        let expected = start - (4.0 * p - 3.0) / (4.0 * p * (1.0 - p) + 1.0) * 0.3;
        assert!((f64::from(fitted.margin(&[1.0])) - expected).abs() < 1e-5); // single precision
    }

    #[test]
    fn margins_that_are_right_already_are_hardly_changed() {
        let rows = exclusive_or(5000);
        let margins: Vec<f32> =
            rows.is_hit.iter().map(|&hit| if hit { 9.0 } else { -9.0 }).collect();
        let fitted = Boosting::onto(&rows, margins, &SETTINGS);
        assert!(rows.x.iter().all(|x| fitted.margin(x).abs() < 0.1));
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let rows = exclusive_or(9000);
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let fitted = pool.install(|| Boosting::fit(&rows, &SETTINGS));
            rows.x.iter().map(|x| fitted.margin(x).to_bits()).collect::<Vec<_>>()
        };
        assert_eq!(run(1), run(3));
    }
}
