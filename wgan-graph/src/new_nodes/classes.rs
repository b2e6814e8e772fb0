//! Classes of the nodes, as numbers.

use std::collections::BTreeMap;

use super::attributes::NodeAttributes;

/// Levels of all columns of classes, numbered one after the other.
#[derive(Clone, Debug, Default)]
pub struct Classes {
    /// Levels of each node, one per column: `[node][column]`.
    of: Vec<Vec<u16>>,
    /// First level of each column, and the number of all.
    offsets: Vec<usize>,
}

impl Classes {
    /// Those of the columns of classes; none without attributes.
    pub fn of(attributes: &NodeAttributes) -> Self {
        let mut classes = Self { of: vec![Vec::new(); attributes.n_nodes()], offsets: vec![0] };
        for (_, values) in attributes.classes() {
            let first = classes.n_levels();
            let mut levels: BTreeMap<&str, u16> =
                values.iter().map(|name| (name.as_str(), 0)).collect();
            levels.values_mut().zip(first..).for_each(|(level, i)| *level = i as u16);
            classes.of.iter_mut().zip(values).for_each(|(of, name)| of.push(levels[name.as_str()]));
            classes.offsets.push(first + levels.len());
        }
        classes
    }

    /// Other nodes with the same columns by the levels that `known` nodes have; every class of theirs is one of these.
    pub fn of_others(known: &NodeAttributes, others: &NodeAttributes) -> Self {
        let mut both = Self::of(&known.clone().followed_by(others));
        both.of.drain(..known.n_nodes());
        both
    }

    /// Number of columns.
    pub fn n_columns(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Number of levels of all columns together.
    pub fn n_levels(&self) -> usize {
        self.offsets.last().copied().unwrap_or(0)
    }

    /// Levels of a column.
    pub fn levels(&self, column: usize) -> std::ops::Range<usize> {
        self.offsets[column]..self.offsets[column + 1]
    }

    /// Levels of node `v`, one per column; none without attributes.
    pub fn at(&self, v: usize) -> &[u16] {
        self.of.get(v).map_or(&[], Vec::as_slice)
    }

    /// Share of the nodes `around` that has each level, `[levels]`; zeros of none.
    pub fn shares(&self, around: &[u32]) -> Vec<f64> {
        let mut shares = vec![0.0; self.n_levels()];
        for &v in around {
            self.at(v as usize)
                .iter()
                .for_each(|&level| shares[level as usize] += 1.0 / around.len() as f64);
        }
        shares
    }

    /// How much the neighbours `around` of a node have in common with `shares`, `Σ min(s, t)` over the levels,
    /// summed over the columns.
    pub fn overlap(&self, around: &[u32], shares: &[f64]) -> f64 {
        let mut levels: Vec<u16> =
            around.iter().flat_map(|&v| self.at(v as usize)).copied().collect();
        levels.sort_unstable();
        let common = |equal: &[u16]| {
            (equal.len() as f64 / around.len() as f64).min(shares[equal[0] as usize])
        };
        levels.chunk_by(|a, b| a == b).map(common).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_the_levels_around_a_node_by_hand() {
        let text = |names: [&str; 4]| names.map(str::to_owned).to_vec();
        let attributes = NodeAttributes::new(4)
            .with_classes("kind", text(["b", "a", "b", "c"]))
            .with_numbers("height", vec![1.0; 4])
            .with_classes("code", text(["1", "1", "2", "2"]));
        let classes = Classes::of(&attributes);
        assert_eq!((classes.n_columns(), classes.levels(0), classes.levels(1)), (2, 0..3, 3..5));
        assert_eq!(classes.at(2), [1, 4]);
        let third = 1.0 / 3.0;
        let shares = classes.shares(&[1, 2, 3]); // a, b and c; 1, 2 and 2
        for (got, expected) in shares.iter().zip([third, third, third, third, 2.0 * third]) {
            assert!((got - expected).abs() < 1e-12);
        }
        assert!((classes.overlap(&[1, 2, 3], &shares) - 2.0).abs() < 1e-12);
        // Nodes 0 and 2: b and b, 1 and 2.
        assert!((classes.overlap(&[0, 2], &shares) - (third + third + 0.5)).abs() < 1e-12);
        assert!(Classes::default().shares(&[0]).is_empty());
    }
}
