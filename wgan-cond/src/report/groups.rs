//! Groups of samples under one condition.

use ndarray::Array1;

use super::Targets;
use crate::condition::{Coding, ConditionColumn};

/// A category, or an interval of numbers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    /// What it is, with its unit.
    pub label: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Class(usize),
    /// From the first number on, below the second; the last bin holds its end, too.
    Bin(f64, f64, bool),
}

impl Group {
    /// Every category, or `n_bins` intervals with about equally many of the `real` numbers.
    pub fn all(
        column: &ConditionColumn,
        coding: &Coding,
        real: &Targets,
        n_bins: usize,
    ) -> Vec<Self> {
        match (coding, real) {
            (Coding::OneHot { categories }, _) => categories
                .iter()
                .enumerate()
                .map(|(k, name)| Self { label: name.clone(), kind: Kind::Class(k) })
                .collect(),
            (_, Targets::Numbers(numbers)) => bins(column, numbers, n_bins),
            _ => Vec::new(),
        }
    }

    /// Numbers of the members of the group.
    pub fn members(&self, targets: &Targets) -> Vec<usize> {
        let is_member = |row: &usize| match (self.kind, targets) {
            (Kind::Class(k), Targets::Classes(classes)) => classes[*row] == k,
            (Kind::Bin(from, to, is_last), Targets::Numbers(numbers)) => {
                let v = numbers[*row];
                v >= from && (v < to || is_last && v == to)
            }
            _ => false,
        };
        (0..targets.len()).filter(is_member).collect()
    }
}

/// Quantile bins; equal edges, which many equal numbers make, are merged.
fn bins(column: &ConditionColumn, numbers: &[f64], n_bins: usize) -> Vec<Group> {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    if sorted.is_empty() {
        return Vec::new();
    }
    let last = (sorted.len() - 1) as f64;
    let shares = Array1::linspace(0.0, last, n_bins + 1);
    let mut edges: Vec<f64> = shares.iter().map(|&s| sorted[s.round() as usize]).collect();
    edges.dedup();
    if edges.len() == 1 {
        edges.push(edges[0]);
    }
    let unit = column.unit.as_deref().map_or(String::new(), |unit| format!(" {unit}"));
    let n = edges.len() - 1;
    edges
        .windows(2)
        .enumerate()
        .map(|(i, edge)| Group {
            label: format!("{:.4} to {:.4}{unit}", edge[0], edge[1]),
            kind: Kind::Bin(edge[0], edge[1], i + 1 == n),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(numbers: &[f64], n_bins: usize) -> Vec<Group> {
        let column = ConditionColumn::number("t", "K");
        let coding = Coding::Standard { mean: 0.0, sd: 1.0, range: (0.0, 1.0) };
        Group::all(&column, &coding, &Targets::Numbers(numbers.to_vec()), n_bins)
    }

    #[test]
    fn every_number_is_in_exactly_one_bin() {
        let numbers: Vec<f64> = (0..101).map(|i| f64::from(i * i)).collect();
        let groups = groups(&numbers, 4);
        let targets = Targets::Numbers(numbers);
        let sizes: Vec<usize> = groups.iter().map(|g| g.members(&targets).len()).collect();
        assert_eq!(sizes, [25, 25, 25, 26]);
        assert_eq!(groups[0].label, "0.0000 to 625.0000 K");
    }

    #[test]
    fn many_equal_numbers_make_fewer_bins() {
        let mut numbers = vec![0.0; 60];
        numbers.extend((1..=40).map(f64::from));
        let groups = groups(&numbers, 4);
        let targets = Targets::Numbers(numbers);
        let sizes: Vec<usize> = groups.iter().map(|g| g.members(&targets).len()).collect();
        assert_eq!(sizes.iter().sum::<usize>(), 100);
        assert_eq!(sizes.len(), 2);
    }
}
