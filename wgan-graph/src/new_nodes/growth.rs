//! Attaches a node so that it has a given pattern.

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};

use super::classes::Classes;
use super::growth_target::GrowthTarget;
use super::landmark_distances::LandmarkDistances;
use super::pattern::Pattern;
use crate::network::Network;

/// A network that grows node by node.
pub struct Growth<'a> {
    neighbours: Vec<Vec<u32>>,
    distances: LandmarkDistances,
    /// Mean distance of each old node to the probes.
    mean_hops: Vec<f64>,
    /// Their sum now, and at the start.
    total: f64,
    total_at_start: f64,
    n_old: usize,
    n_new: usize,
    /// Copies that may still be made.
    copies_left: usize,
    goal: &'a GrowthTarget,
    /// Classes of the old nodes.
    classes: &'a Classes,
}

/// Numbers of a node with some neighbours.
struct Draft {
    /// Number of neighbours.
    n: usize,
    /// Distances to landmarks and probes.
    row: Vec<f32>,
    /// Ordered pairs of neighbours that are joined by an edge.
    joined: usize,
    /// Degrees of the neighbours, the new edge included.
    degrees: usize,
    /// Neighbours of each level of the classes.
    levels: Vec<u16>,
}

/// Candidates that are looked at for each further neighbour.
const SHORT_LIST: usize = 64;
/// Most candidates for one node.
const POOL: usize = 600;
/// Weights in the mismatch: of a hop to every landmark, of a hop of mean distance, of a clustering of
/// all against none, and of a factor e of neighbour degree. The landmarks only say where to look.
/// They may contradict the other numbers of a generated pattern, and count little beside them.
const LANDMARKS: f64 = 0.1;
const MEAN_HOPS: f64 = 3.0;
const CLUSTERING: f64 = 6.0;
const DEGREE: f64 = 3.0;
/// Weight of neighbours that all have other classes, per column.
const CLASSES: f64 = 6.0;

/// What is still to come is told from what came so far, and from the expected ratios as if they had
/// come with this share of the nodes: the first few nodes alone would tell it badly.
const EXPECTED: f64 = 0.25;

impl<'a> Growth<'a> {
    /// Starts from `network`, to which `n_new` nodes are added towards this `goal`, of
    /// which `copies_left` may have exactly the neighbours of another node.
    pub fn new(
        network: &Network,
        distances: LandmarkDistances,
        n_new: usize,
        copies_left: usize,
        goal: &'a GrowthTarget,
        classes: &'a Classes,
    ) -> Self {
        let n = network.n_nodes();
        let neighbours = (0..n).map(|v| network.arcs().neighbours(v).to_vec()).collect();
        let mean_hops: Vec<f64> = (0..n).map(|v| distances.mean(distances.of(v))).collect();
        let total = mean_hops.iter().sum();
        Self {
            neighbours,
            distances,
            mean_hops,
            total,
            total_at_start: total,
            n_old: n,
            n_new,
            copies_left,
            goal,
            classes,
        }
    }

    /// Neighbours of the nodes that were added, in order.
    pub fn into_added(mut self) -> Vec<Vec<u32>> {
        self.neighbours.split_off(self.n_old)
    }

    /// Ratio of the mean distances of the old nodes to those at the start.
    fn shrinkage(&self) -> f64 {
        self.total / self.total_at_start
    }

    /// Adds a node whose pattern is as close to `target` as a local search finds it.
    ///
    /// Neighbours' degrees and distances are what they will be when all nodes are there, as far as
    /// that can be told now.
    pub fn attach<R: Rng>(&mut self, target: &Pattern, rng: &mut R) {
        let mut target = target.clone();
        let so_far = self.shrinkage();
        let done = (self.neighbours.len() - self.n_old) as f64 / self.n_new as f64;
        target.log_neighbour_degree = self.goal.log_neighbour_degree(&target, done);
        let rate = (so_far.ln() + EXPECTED * self.goal.shrinkage().ln()) / (done + EXPECTED);
        target.mean_hops = self.goal.distance(&target) / (rate * (1.0 - done)).exp();
        target.landmarks.iter_mut().for_each(|d| *d *= so_far);
        let target = &target;
        let pool = self.pool(target, rng);
        let mut chosen = self.grow(&pool, target, rng);
        self.improve(&mut chosen, &pool, target, rng);
        if self.is_copy(&chosen) {
            match self.copies_left.checked_sub(1) {
                Some(left) => self.copies_left = left,
                None => self.avoid_copy(&mut chosen, &pool, target),
            }
        }
        self.add(chosen);
    }

    /// Nodes at the landmark distances of `target`, by these alone and together with their degree;
    /// and neighbours of these.
    fn pool<R: Rng>(&self, target: &Pattern, rng: &mut R) -> Vec<u32> {
        let count = SHORT_LIST.max(2 * target.degree);
        let mismatches: Vec<f64> =
            (0..self.n_old).map(|v| self.landmark_mismatch(self.distances.of(v), target)).collect();
        let mismatch = |v: u32| mismatches[v as usize];
        let degree = |v: u32| {
            let log_degree = ((self.neighbours[v as usize].len() + 1) as f64).ln();
            (log_degree - target.log_neighbour_degree).abs()
        };
        // The node lies half a hop to one hop farther out than its most central neighbour.
        let hops = |v: u32| (self.mean_hops[v as usize] + 0.75 - target.mean_hops).abs();
        let mut pool = self.nearest(count, mismatch);
        pool.extend(self.nearest(count, |v| {
            LANDMARKS * mismatch(v) + MEAN_HOPS * hops(v) + DEGREE * degree(v)
        }));
        let around: Vec<u32> = pool.iter().flat_map(|&v| self.old_neighbours(v)).copied().collect();
        // A neighbour of many is there many times, and so more likely to be drawn.
        pool.extend(around.sample(rng, POOL.max(4 * target.degree)));
        pool.sort_unstable();
        pool.dedup();
        pool
    }

    /// The `count` old nodes with the smallest value.
    fn nearest(&self, count: usize, value: impl Fn(u32) -> f64) -> Vec<u32> {
        let mut all: Vec<(f64, u32)> = (0..self.n_old as u32).map(|v| (value(v), v)).collect();
        let count = count.min(all.len());
        if count < all.len() {
            all.select_nth_unstable_by(count, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        }
        all.truncate(count);
        all.into_iter().map(|(_, v)| v).collect()
    }

    /// Neighbours of `v` that were there from the start: new nodes are joined to these only, so
    /// that the pattern of a new node stays as it was made.
    fn old_neighbours(&self, v: u32) -> &[u32] {
        let all = &self.neighbours[v as usize];
        &all[..all.partition_point(|&u| (u as usize) < self.n_old)]
    }

    /// How far a neighbour is from one that the landmark distances of the target call for: a neighbour that is nearer to a
    /// landmark than `target − 1` makes the distance wrong by itself, one that is farther does
    /// not.
    fn landmark_mismatch(&self, row: &[f32], target: &Pattern) -> f64 {
        let off = |(&d, t): (&f32, &f64)| {
            let excess = f64::from(d) + 1.0 - t;
            if excess < 0.0 { -3.0 * excess } else { excess }
        };
        row.iter().zip(&target.landmarks).map(off).sum()
    }

    /// Neighbours one by one, each the best of a short list.
    fn grow<R: Rng>(&self, pool: &[u32], target: &Pattern, rng: &mut R) -> Vec<u32> {
        let mut chosen = Vec::with_capacity(target.degree);
        let mut draft = self.draft(&[]);
        while chosen.len() < target.degree.min(pool.len()) {
            let near: Vec<u32> = chosen
                .iter()
                .flat_map(|&u| self.old_neighbours(u))
                .filter(|v| pool.binary_search(v).is_ok())
                .copied()
                .collect();
            let closing = near.sample(rng, SHORT_LIST / 2);
            let list = pool.sample(rng, SHORT_LIST).chain(closing).copied();
            let fresh = list.filter(|v| !chosen.contains(v));
            let score = |v: u32| {
                let with = self.extended(&draft, &chosen, v);
                (self.mismatch(&with, target), v, with)
            };
            let best = fresh.map(score).min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            // There is none where the short list held chosen nodes only; the next one will do.
            if let Some((_, v, with)) = best {
                chosen.push(v);
                draft = with;
            }
        }
        chosen
    }

    /// Exchanges single neighbours as long as that helps.
    fn improve<R: Rng>(&self, chosen: &mut [u32], pool: &[u32], target: &Pattern, rng: &mut R) {
        let mut least = self.mismatch(&self.draft(chosen), target);
        // An exchange costs the square of the degree; hubs, whose numbers are means over many,
        // need few.
        let k = chosen.len();
        let most = 1000 + 200 * k.min(20);
        let n_trials = if k <= 20 { most } else { most * 400 / (k * k) };
        for _ in 0..n_trials {
            let place = rng.random_range(0..chosen.len());
            let Some(&other) = self.proposal(chosen, pool, rng) else { return };
            if chosen.contains(&other) {
                continue;
            }
            let before = std::mem::replace(&mut chosen[place], other);
            let now = self.mismatch(&self.draft(chosen), target);
            if now < least {
                least = now;
            } else {
                chosen[place] = before;
            }
        }
    }

    /// A node of the pool, half of the time one that is next to a chosen one.
    fn proposal<'p, R: Rng>(
        &'p self,
        chosen: &[u32],
        pool: &'p [u32],
        rng: &mut R,
    ) -> Option<&'p u32> {
        if rng.random::<bool>() {
            let next_to = chosen.choose(rng)?;
            let found = self.neighbours[*next_to as usize].choose(rng)?;
            return pool.binary_search(found).ok().map(|i| &pool[i]).or_else(|| pool.choose(rng));
        }
        pool.choose(rng)
    }

    /// Exchanges one neighbour so that the node is no copy, see [`Growth::is_copy`], if that can be.
    fn avoid_copy(&self, chosen: &mut [u32], pool: &[u32], target: &Pattern) {
        let mut best: Option<(f64, usize, u32)> = None;
        for place in 0..chosen.len() {
            for &other in pool.iter().filter(|v| !chosen.contains(v)).collect::<Vec<_>>() {
                let before = std::mem::replace(&mut chosen[place], other);
                let now = self.mismatch(&self.draft(chosen), target);
                if best.is_none_or(|b| now < b.0) && !self.is_copy(chosen) {
                    best = Some((now, place, other));
                }
                chosen[place] = before;
            }
        }
        if let Some((_, place, other)) = best {
            chosen[place] = other;
        }
    }

    /// Whether some node has exactly these neighbours, as far as they were there before.
    ///
    /// Nodes that are added later change who the neighbours of a node are, and would hide a copy.
    fn is_copy(&self, chosen: &[u32]) -> bool {
        let old = |nodes: &[u32]| -> Vec<u32> {
            nodes.iter().copied().filter(|&v| (v as usize) < self.n_old).collect()
        };
        let mut around = old(chosen);
        around.sort_unstable();
        let Some(&first) = around.first() else { return false };
        self.neighbours[first as usize].iter().any(|&v| old(&self.neighbours[v as usize]) == around)
    }

    /// Distance between the pattern of a node with the neighbours of `draft` and `target`.
    fn mismatch(&self, draft: &Draft, target: &Pattern) -> f64 {
        let row = &draft.row;
        let off = |(&d, t): (&f32, &f64)| (f64::from(d) - t).abs();
        let landmarks: f64 = row.iter().zip(&target.landmarks).map(off).sum();
        let pairs = draft.n * draft.n.saturating_sub(1);
        let log_degree = (draft.degrees as f64 / draft.n as f64).ln();
        let clustering =
            if pairs == 0 { target.clustering } else { draft.joined as f64 / pairs as f64 };
        LANDMARKS * landmarks / self.distances.n_landmarks().max(1) as f64
            + MEAN_HOPS * (self.distances.mean(row) - target.mean_hops).abs()
            + CLUSTERING * (clustering - target.clustering).abs()
            + DEGREE * (log_degree - target.log_neighbour_degree).abs()
            + CLASSES * self.other_classes(draft, target)
    }

    /// Mean over the columns of classes of the share of neighbours that would have to be of another class, `½ Σ |s − t|`.
    fn other_classes(&self, draft: &Draft, target: &Pattern) -> f64 {
        let off = |(&level, t): (&u16, &f64)| (f64::from(level) / draft.n as f64 - t).abs();
        let sum: f64 = draft.levels.iter().zip(&target.neighbour_classes).map(off).sum();
        0.5 * sum / self.classes.n_columns().max(1) as f64
    }

    /// Numbers of a node with these neighbours.
    fn draft(&self, chosen: &[u32]) -> Draft {
        let row = vec![f32::INFINITY; self.distances.of(0).len()];
        let levels = vec![0; self.classes.n_levels()];
        let mut draft = Draft { n: 0, row, joined: 0, degrees: 0, levels };
        for (i, &v) in chosen.iter().enumerate() {
            draft = self.extended(&draft, &chosen[..i], v);
        }
        draft
    }

    /// `draft`, whose neighbours are `chosen`, with the neighbour `v` more.
    fn extended(&self, draft: &Draft, chosen: &[u32], v: u32) -> Draft {
        let around = &self.neighbours[v as usize];
        let links = chosen.iter().filter(|u| around.binary_search(u).is_ok()).count();
        let row = draft.row.iter().zip(self.distances.of(v as usize));
        let mut levels = draft.levels.clone();
        self.classes.at(v as usize).iter().for_each(|&level| levels[level as usize] += 1);
        Draft {
            n: draft.n + 1,
            row: row.map(|(&d, &o)| d.min(o + 1.0)).collect(),
            joined: draft.joined + 2 * links,
            degrees: draft.degrees + around.len() + 1,
            levels,
        }
    }

    fn add(&mut self, mut chosen: Vec<u32>) {
        chosen.sort_unstable();
        let new = self.neighbours.len() as u32;
        for &u in &chosen {
            self.neighbours[u as usize].push(new); // larger than all others: stays sorted
        }
        self.neighbours.push(chosen);
        let mut nearer = Vec::new();
        self.distances.add(&self.neighbours, |v| nearer.push(v));
        nearer.sort_unstable();
        nearer.dedup();
        for v in nearer.into_iter().map(|v| v as usize).filter(|&v| v < self.n_old) {
            let mean = self.distances.mean(self.distances.of(v));
            self.total += mean - self.mean_hops[v];
            self.mean_hops[v] = mean;
        }
    }
}
