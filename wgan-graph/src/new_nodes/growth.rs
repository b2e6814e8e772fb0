//! Attaches a node so that it has a given pattern.

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};

use super::pattern::{Pattern, Places};
use crate::network::Network;

/// A network that grows node by node.
pub struct Growth {
    neighbours: Vec<Vec<u32>>,
    places: Places,
    /// Mean distance of each old node to the probes.
    reaches: Vec<f64>,
    n_old: usize,
}

/// Candidates that are looked at for each further neighbour.
const SHORT_LIST: usize = 64;
/// Most candidates for one node.
const POOL: usize = 600;
/// Weights in the mismatch of a hop to every landmark, of a hop of reach, of a clustering of all
/// against none, and of a factor e of neighbour degree. The place only says where to look: it may
/// contradict the other numbers of a generated pattern, and gives way to them.
const PLACE: f64 = 0.1;
const REACH: f64 = 3.0;
const CLUSTERING: f64 = 6.0;
const DEGREE: f64 = 3.0;

impl Growth {
    /// Starts from `network`.
    pub fn new(network: &Network, places: Places) -> Self {
        let n = network.n_nodes();
        let neighbours = (0..n).map(|v| network.arcs().neighbours(v).to_vec()).collect();
        let reaches = (0..n).map(|v| places.reach(places.of(v))).collect();
        Self { neighbours, places, reaches, n_old: n }
    }

    /// Neighbours of the nodes that were added, in order.
    pub fn added(&self) -> &[Vec<u32>] {
        &self.neighbours[self.n_old..]
    }

    /// Adds a node whose pattern is as close to `target` as a local search finds it.
    pub fn attach<R: Rng>(&mut self, target: &Pattern, rng: &mut R) {
        let pool = self.pool(target, rng);
        let mut chosen = self.grow(&pool, target, rng);
        self.improve(&mut chosen, &pool, target, rng);
        self.avoid_copy(&mut chosen, &pool, target);
        self.add(chosen);
    }

    /// Nodes near the place of `target`, by that alone and together with their degree; and
    /// neighbours of these.
    fn pool<R: Rng>(&self, target: &Pattern, rng: &mut R) -> Vec<u32> {
        let count = SHORT_LIST.max(2 * target.degree);
        let place = |v: u32| self.off_place(self.places.of(v as usize), target);
        let degree = |v: u32| {
            let log_degree = ((self.neighbours[v as usize].len() + 1) as f64).ln();
            (log_degree - target.log_neighbour_degree).abs()
        };
        // The node lies half a hop to one hop farther out than its most central neighbour.
        let reach = |v: u32| (self.reaches[v as usize] + 0.75 - target.reach).abs();
        let mut pool = self.nearest(count, place);
        pool.extend(
            self.nearest(count, |v| PLACE * place(v) + REACH * reach(v) + DEGREE * degree(v)),
        );
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

    /// How far a neighbour is from one that the place asks for: a neighbour that is nearer to a
    /// landmark than `target − 1` makes the distance wrong by itself, one that is farther does
    /// not.
    fn off_place(&self, row: &[f32], target: &Pattern) -> f64 {
        let off = |(&d, t): (&f32, &f64)| {
            let excess = f64::from(d) + 1.0 - t;
            if excess < 0.0 { -3.0 * excess } else { excess }
        };
        row.iter().zip(&target.place).map(off).sum()
    }

    /// Neighbours one by one, each the best of a short list.
    fn grow<R: Rng>(&self, pool: &[u32], target: &Pattern, rng: &mut R) -> Vec<u32> {
        let mut chosen = Vec::with_capacity(target.degree);
        while chosen.len() < target.degree.min(pool.len()) {
            let near: Vec<u32> = chosen
                .iter()
                .flat_map(|&u: &u32| &self.neighbours[u as usize])
                .filter(|v| pool.binary_search(v).is_ok())
                .copied()
                .collect();
            let closing = near.sample(rng, SHORT_LIST / 2);
            let list = pool.sample(rng, SHORT_LIST).chain(closing).copied();
            let fresh = list.filter(|v| !chosen.contains(v));
            let score = |v: u32| {
                let mut with = chosen.clone();
                with.push(v);
                (self.mismatch(&with, target), v)
            };
            let best = fresh.map(score).min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            match best {
                Some((_, v)) => chosen.push(v),
                None => continue, // the short list held chosen nodes only
            }
        }
        chosen
    }

    /// Exchanges single neighbours as long as that helps.
    fn improve<R: Rng>(&self, chosen: &mut [u32], pool: &[u32], target: &Pattern, rng: &mut R) {
        let mut least = self.mismatch(chosen, target);
        for _ in 0..1000 + 200 * chosen.len().min(20) {
            let place = rng.random_range(0..chosen.len());
            let Some(&other) = self.proposal(chosen, pool, rng) else { return };
            if chosen.contains(&other) {
                continue;
            }
            let before = std::mem::replace(&mut chosen[place], other);
            let now = self.mismatch(chosen, target);
            if now < least {
                least = now;
            } else {
                chosen[place] = before;
            }
        }
    }

    /// A node of the pool, half of the time one that is next to a chosen one.
    fn proposal<'a, R: Rng>(
        &'a self,
        chosen: &[u32],
        pool: &'a [u32],
        rng: &mut R,
    ) -> Option<&'a u32> {
        if rng.random::<bool>() {
            let next_to = chosen.choose(rng)?;
            let found = self.neighbours[*next_to as usize].choose(rng)?;
            return pool.binary_search(found).ok().map(|i| &pool[i]).or_else(|| pool.choose(rng));
        }
        pool.choose(rng)
    }

    /// Exchanges one neighbour if another node has exactly the same ones.
    fn avoid_copy(&self, chosen: &mut [u32], pool: &[u32], target: &Pattern) {
        if !self.is_copy(chosen) {
            return;
        }
        let mut best: Option<(f64, usize, u32)> = None;
        for place in 0..chosen.len() {
            for &other in pool.iter().filter(|v| !chosen.contains(v)).collect::<Vec<_>>() {
                let before = std::mem::replace(&mut chosen[place], other);
                let now = self.mismatch(chosen, target);
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

    /// Whether some node has exactly these neighbours.
    fn is_copy(&self, chosen: &[u32]) -> bool {
        let mut sorted = chosen.to_vec();
        sorted.sort_unstable();
        let Some(&first) = chosen.first() else { return false };
        self.neighbours[first as usize].iter().any(|&v| self.neighbours[v as usize] == sorted)
    }

    /// Distance between the pattern of a node with these neighbours and `target`.
    fn mismatch(&self, chosen: &[u32], target: &Pattern) -> f64 {
        let row = self.row(chosen);
        let n_landmarks = self.places.n_landmarks();
        let place: f64 =
            row.iter().zip(&target.place).map(|(&d, t)| (f64::from(d) - t).abs()).sum();
        let pairs = chosen.len() * chosen.len().saturating_sub(1);
        let degrees: usize = chosen.iter().map(|&u| self.neighbours[u as usize].len() + 1).sum();
        let log_degree = (degrees as f64 / chosen.len() as f64).ln();
        let clustering =
            if pairs == 0 { target.clustering } else { self.joined(chosen) as f64 / pairs as f64 };
        PLACE * place / n_landmarks.max(1) as f64
            + REACH * (self.places.reach(&row) - target.reach).abs()
            + CLUSTERING * (clustering - target.clustering).abs()
            + DEGREE * (log_degree - target.log_neighbour_degree).abs()
    }

    /// Distances of a node with these neighbours.
    fn row(&self, chosen: &[u32]) -> Vec<f32> {
        let mut row = vec![f32::INFINITY; self.places.of(0).len()];
        for &u in chosen {
            row.iter_mut().zip(self.places.of(u as usize)).for_each(|(d, &o)| *d = d.min(o + 1.0));
        }
        row
    }

    /// Ordered pairs of `chosen` that are joined by an edge.
    fn joined(&self, chosen: &[u32]) -> usize {
        let to = |&u: &u32| {
            let around = &self.neighbours[u as usize];
            chosen.iter().filter(|v| around.binary_search(v).is_ok()).count()
        };
        chosen.iter().map(to).sum()
    }

    fn add(&mut self, mut chosen: Vec<u32>) {
        chosen.sort_unstable();
        self.places.push(self.row(&chosen));
        let new = self.neighbours.len() as u32;
        for &u in &chosen {
            self.neighbours[u as usize].push(new); // larger than all others: stays sorted
        }
        self.neighbours.push(chosen);
    }
}
