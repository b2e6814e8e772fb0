//! One tree: its growth on a bootstrap sample and its prediction.

use ndarray::ArrayView1;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::columns::{RankedColumn, RankedColumns};

/// A grown tree; the root is node 0.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

#[derive(Clone, Copy, Debug)]
enum Node {
    /// Rows whose entry in `column` is at most `threshold` go to node `left`, the others to `left + 1`.
    Split { column: u32, left: u32, threshold: f64 },
    /// Mean target.
    Leaf(f64),
}

impl Tree {
    pub(super) fn predict(&self, row: ArrayView1<f64>) -> f64 {
        let mut at = 0;
        loop {
            match self.nodes[at] {
                Node::Leaf(mean) => return mean,
                Node::Split { column, left, threshold } => {
                    at = left as usize + usize::from(row[column as usize] > threshold);
                }
            }
        }
    }
}

/// A training row, with what its repeats in the bootstrap sample add up to.
#[derive(Clone, Copy)]
struct Drawn {
    row: u32,
    target: f64,
    sums: Sums,
}

/// Number of draws and the sum of their targets.
#[derive(Clone, Copy, Default)]
struct Sums {
    weight: f64,
    target: f64,
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.weight += other.weight;
        self.target += other.target;
    }

    /// `Σ weight · mean²` of both sides when `self` is cut from `total`: the larger, the smaller the
    /// variance within the sides.
    fn score(&self, total: &Self) -> f64 {
        let (weight, target) = (total.weight - self.weight, total.target - self.target);
        (self.target * self.target * weight + target * target * self.weight)
            / (self.weight * weight)
    }
}

/// A split and how good it is.
#[derive(Clone, Copy)]
struct Cut {
    score: f64,
    column: u32,
    /// Rows of at most this rank go left.
    rank: u32,
    /// The next rank in the node.
    next_rank: u32,
}

/// A node that may still be split.
struct Open {
    node: usize,
    start: usize,
    end: usize,
    /// Columns not known to be constant here.
    columns: Vec<u32>,
}

/// A tree being grown.
pub(super) struct Grower<'a> {
    columns: &'a RankedColumns,
    n_tried: usize,
    rng: ChaCha8Rng,
    sample: Vec<Drawn>,
    nodes: Vec<Node>,
    ranks: Vec<u32>,
    keys: Vec<u64>,
    bins: Vec<Sums>,
}

impl<'a> Grower<'a> {
    /// Draws the bootstrap sample of tree number `tree`; `targets` are centred.
    pub(super) fn new(
        columns: &'a RankedColumns,
        targets: &[f64],
        n_tried: usize,
        seed: u64,
        tree: u64,
    ) -> Self {
        let n = columns.n_rows();
        let (counts, rng) = bootstrap(n, seed, tree);
        let drawn = |row: usize| {
            let (target, weight) = (targets[row], f64::from(counts[row]));
            Drawn { row: row as u32, target, sums: Sums { weight, target: weight * target } }
        };
        let sample = (0..n).filter(|&row| counts[row] > 0).map(drawn).collect();
        Self {
            columns,
            n_tried,
            rng,
            sample,
            nodes: Vec::new(),
            ranks: Vec::new(),
            keys: Vec::new(),
            bins: Vec::new(),
        }
    }

    pub(super) fn grow(mut self) -> Tree {
        self.nodes.push(Node::Leaf(0.0));
        let root =
            Open { node: 0, start: 0, end: self.sample.len(), columns: self.columns.varying() };
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            if let Some(children) = self.expand(node) {
                open.extend(children);
            }
        }
        Tree { nodes: self.nodes }
    }

    /// Makes the node a leaf or a split; the split's children are returned.
    fn expand(&mut self, mut open: Open) -> Option<[Open; 2]> {
        let sums = self.sums(&open);
        self.nodes[open.node] = Node::Leaf(sums.target / sums.weight);
        if self.is_pure(&open) {
            return None;
        }
        let cut = self.best_cut(&mut open, sums)?;
        let column = self.columns.column(cut.column);
        let middle =
            open.start + partition(&mut self.sample[open.start..open.end], column, cut.rank);
        let left = self.nodes.len();
        let threshold = column.threshold(cut.rank, cut.next_rank);
        self.nodes[open.node] = Node::Split { column: cut.column, left: left as u32, threshold };
        self.nodes.extend([Node::Leaf(0.0); 2]);
        let columns = open.columns.clone();
        Some([
            Open { node: left + 1, start: middle, end: open.end, columns },
            Open { node: left, start: open.start, end: middle, columns: open.columns },
        ])
    }

    fn sums(&self, open: &Open) -> Sums {
        let mut sums = Sums::default();
        self.sample[open.start..open.end].iter().for_each(|drawn| sums.add(&drawn.sums));
        sums
    }

    fn is_pure(&self, open: &Open) -> bool {
        let rows = &self.sample[open.start..open.end];
        rows.iter().all(|drawn| drawn.target == rows[0].target)
    }

    /// The best cut among `n_tried` random columns; columns found constant are dropped and do not count.
    fn best_cut(&mut self, open: &mut Open, total: Sums) -> Option<Cut> {
        let mut best: Option<Cut> = None;
        let mut n_tried = 0;
        while n_tried < self.n_tried.min(open.columns.len()) {
            let drawn = self.rng.random_range(n_tried..open.columns.len());
            let column = open.columns[drawn];
            match self.cut(open, column, total) {
                None => {
                    open.columns.swap_remove(drawn);
                }
                Some(cut) => {
                    open.columns.swap(n_tried, drawn);
                    n_tried += 1;
                    if best.is_none_or(|best| cut.score > best.score) {
                        best = Some(cut);
                    }
                }
            }
        }
        best
    }

    /// The best cut of one column, none if it is constant in the node.
    fn cut(&mut self, open: &Open, column: u32, total: Sums) -> Option<Cut> {
        let (lowest, highest) = self.gather(open, column);
        if lowest == highest {
            return None;
        }
        let rows = &self.sample[open.start..open.end];
        let mut scan = Scan { column, total, left: Sums::default(), last: lowest, best: None };
        let n_ranks = (highest - lowest) as usize + 1;
        if n_ranks <= RANKS_PER_ROW * rows.len() {
            let ranks = self.ranks.iter().map(|rank| rank - lowest);
            fill_bins(&mut self.bins, n_ranks, ranks.zip(rows), total);
            let filled = self.bins.iter().enumerate().filter(|(_, bin)| bin.weight > 0.0);
            filled.for_each(|(offset, bin)| scan.pass(lowest + offset as u32, bin));
        } else {
            sort_keys(&mut self.keys, &self.ranks);
            let pass = |&key: &u64| scan.pass((key >> 32) as u32, &rows[key as u32 as usize].sums);
            self.keys.iter().for_each(pass);
        }
        scan.best
    }

    /// Copies the ranks of the node's rows and returns the lowest and the highest.
    fn gather(&mut self, open: &Open, column: u32) -> (u32, u32) {
        let rows = self.sample[open.start..open.end].iter().map(|drawn| drawn.row);
        self.columns.ranks_of(column, rows, &mut self.ranks);
        let fold = |start, pick: fn(u32, u32) -> u32| self.ranks.iter().copied().fold(start, pick);
        (fold(u32::MAX, u32::min), fold(0, u32::max))
    }
}

/// How often tree number `tree` draws each of `n` rows, and the generator that the tree goes on with.
pub(super) fn bootstrap(n: usize, seed: u64, tree: u64) -> (Vec<u32>, ChaCha8Rng) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(tree);
    let mut counts = vec![0u32; n];
    (0..n).for_each(|_| counts[rng.random_range(0..n)] += 1);
    (counts, rng)
}

/// Up to so many ranks per row, sums per rank are faster than sorting.
const RANKS_PER_ROW: usize = 2;

/// Sums of the rows by rank, which add up to `total`.
///
/// Most entries of sparse columns have the lowest rank. Added one after the other they would wait for each other, so they are
/// what is left of the total.
fn fill_bins<'a>(
    bins: &mut Vec<Sums>,
    n_ranks: usize,
    rows: impl Iterator<Item = (u32, &'a Drawn)>,
    total: Sums,
) {
    bins.clear();
    bins.resize(n_ranks, Sums::default());
    for (rank, drawn) in rows.filter(|(rank, _)| *rank > 0) {
        bins[rank as usize].add(&drawn.sums);
    }
    let (lowest, others) = bins.split_at_mut(1);
    lowest[0] = total;
    for bin in others {
        lowest[0].weight -= bin.weight;
        lowest[0].target -= bin.target;
    }
}

/// Keys `rank · 2³² + position`, sorted.
fn sort_keys(keys: &mut Vec<u64>, ranks: &[u32]) {
    keys.clear();
    keys.extend(
        ranks.iter().enumerate().map(|(position, &rank)| (u64::from(rank) << 32) | position as u64),
    );
    keys.sort_unstable();
}

/// A walk over the ranks of a node, in order.
struct Scan {
    column: u32,
    total: Sums,
    left: Sums,
    last: u32,
    best: Option<Cut>,
}

impl Scan {
    /// Weighs the cut just before `rank`, then moves its rows to the left.
    fn pass(&mut self, rank: u32, sums: &Sums) {
        if rank != self.last {
            let score = self.left.score(&self.total);
            if self.best.is_none_or(|best| score > best.score) {
                self.best =
                    Some(Cut { score, column: self.column, rank: self.last, next_rank: rank });
            }
        }
        self.left.add(sums);
        self.last = rank;
    }
}

/// Moves the rows of at most `rank` to the front and says how many they are.
///
/// Both sides stay in the order of the table, so that later nodes read its columns forwards.
fn partition(rows: &mut [Drawn], column: &RankedColumn, rank: u32) -> usize {
    let goes_left = |drawn: &Drawn| column.ranks[drawn.row as usize] <= rank;
    let (left, right): (Vec<Drawn>, Vec<Drawn>) = rows.iter().partition(|drawn| goes_left(drawn));
    rows[..left.len()].copy_from_slice(&left);
    rows[left.len()..].copy_from_slice(&right);
    left.len()
}
