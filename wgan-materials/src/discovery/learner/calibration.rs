//! From margins to shares: isotonic regression.

/// The share of hits as a rising function of a margin, straight between the middles of the blocks.
///
/// Pool adjacent violators gives the rising function nearest to the outcomes (Ayer et al. 1955; Zadrozny, Elkan 2002).
#[derive(Clone, Debug, PartialEq)]
pub(in crate::discovery) struct Calibration {
    margins: Vec<f64>,
    shares: Vec<f64>,
}

/// Neighbouring rows with one share.
#[derive(Clone, Copy)]
struct Block {
    weight: f64,
    margin: f64,
    hits: f64,
}

impl Block {
    fn share(&self) -> f64 {
        self.hits / self.weight
    }

    fn with(self, other: Self) -> Self {
        let weight = self.weight + other.weight;
        let margin = (self.margin * self.weight + other.margin * other.weight) / weight;
        Self { weight, margin, hits: self.hits + other.hits }
    }
}

impl Calibration {
    /// From margins with outcomes and weights.
    pub(in crate::discovery) fn fit(rows: impl Iterator<Item = (f32, bool, f32)>) -> Self {
        let mut rows: Vec<Block> = rows
            .map(|(margin, is_hit, weight)| {
                let (margin, weight) = (f64::from(margin), f64::from(weight));
                Block { margin, weight, hits: if is_hit { weight } else { 0.0 } }
            })
            .collect();
        rows.sort_by(|a, b| a.margin.total_cmp(&b.margin));
        let mut blocks: Vec<Block> = Vec::new();
        for mut next in rows {
            while let Some(last) =
                blocks.pop_if(|last| last.share() >= next.share() || last.margin == next.margin)
            {
                next = last.with(next);
            }
            blocks.push(next);
        }
        Self {
            margins: blocks.iter().map(|block| block.margin).collect(),
            shares: blocks.iter().map(Block::share).collect(),
        }
    }

    /// The share of hits expected at a margin, 0 to 1; zero where nothing is known.
    pub(in crate::discovery) fn share(&self, margin: f32) -> f64 {
        let margin = f64::from(margin);
        let above = self.margins.partition_point(|&m| m < margin);
        let (Some(&last), Some(below)) = (self.shares.last(), above.checked_sub(1)) else {
            return self.shares.first().copied().unwrap_or(0.0);
        };
        let Some(&next) = self.margins.get(above) else {
            return last;
        };
        let t = (margin - self.margins[below]) / (next - self.margins[below]);
        self.shares[below] + t * (self.shares[above] - self.shares[below])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(rows: &[(f32, bool)]) -> Calibration {
        Calibration::fit(rows.iter().map(|&(margin, is_hit)| (margin, is_hit, 1.0)))
    }

    #[test]
    fn violators_are_pooled() {
        // Outcomes 0 1 0 1 1: the second and third become one block of one half.
        let fitted = fit(&[(0.0, false), (1.0, true), (2.0, false), (3.0, true), (4.0, true)]);
        assert_eq!(fitted.shares, [0.0, 0.5, 1.0]);
        assert_eq!(fitted.margins, [0.0, 1.5, 3.5]);
        assert_eq!(fitted.share(1.5), 0.5);
        assert_eq!(fitted.share(0.75), 0.25);
        assert_eq!((fitted.share(-9.0), fitted.share(9.0)), (0.0, 1.0));
    }

    #[test]
    fn shares_rise_and_their_mean_is_that_of_the_outcomes() {
        let rows: Vec<(f32, bool)> =
            (0..500).map(|i| (i as f32, (i * i) % 7 < 1 + i / 100)).collect();
        let fitted = fit(&rows);
        assert!(fitted.shares.is_sorted());
        let hits = rows.iter().filter(|row| row.1).count() as f64;
        // Straight lines between blocks are not the blocks themselves.
        let expected: f64 = rows.iter().map(|row| fitted.share(row.0)).sum();
        assert!((expected / hits - 1.0).abs() < 0.05, "{expected} {hits}");
    }

    #[test]
    fn equal_margins_have_one_share_and_nothing_has_none() {
        let fitted = fit(&[(1.0, true), (1.0, false), (1.0, false), (1.0, true)]);
        assert_eq!(fitted.shares, [0.5]);
        assert_eq!(fit(&[]).share(0.0), 0.0);
    }
}
