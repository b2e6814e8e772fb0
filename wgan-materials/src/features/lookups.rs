//! Columns that another column decides.

use std::collections::HashMap;

/// Nats of evidence from which a column that followed another in every row is taken to follow it always.
const MIN_EVIDENCE: f64 = 40.0;

/// Rows for each value of the deciding column, at least, in the mean: a column of measurements decides everything.
const MIN_REPEATS: usize = 4;

/// Whether `a` decides `b` in every row; cells are given as small whole numbers.
///
/// If `b` did not follow `a`, a row that repeats a value of `a` would repeat that of `b` with the probability `Σ share²`. The
/// evidence is the negative logarithm of that probability, summed over all such rows.
pub(super) fn decides(a: &[u32], b: &[u32]) -> bool {
    let mut table = HashMap::new();
    for (&a, &b) in a.iter().zip(b) {
        if *table.entry(a).or_insert(b) != b {
            return false;
        }
    }
    let mut counts: HashMap<u32, usize> = HashMap::new();
    b.iter().for_each(|&b| *counts.entry(b).or_default() += 1);
    let n = b.len() as f64;
    let repeat: f64 = counts.values().map(|&count| (count as f64 / n).powi(2)).sum();
    let evidence = (a.len() - table.len()) as f64 * -repeat.ln();
    counts.len() > 1 && table.len() * MIN_REPEATS <= a.len() && evidence > MIN_EVIDENCE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_decides_its_name_and_not_the_other_way_round() {
        let code: Vec<u32> = (0..300).map(|i| i * i % 10).collect();
        let group: Vec<u32> = code.iter().map(|c| c / 5).collect();
        assert!(decides(&code, &group));
        assert!(!decides(&group, &code));
    }

    #[test]
    fn measurements_constants_and_rare_exceptions_decide_nothing() {
        let unique: Vec<u32> = (0..300).collect();
        let group: Vec<u32> = (0..300).map(|i| i % 3).collect();
        assert!(!decides(&unique, &group));
        assert!(!decides(&group, &[1; 300]));
        let rare: Vec<u32> = (0..300).map(|i| u32::from(i == 7)).collect();
        let by_chance: Vec<u32> =
            (0..300).map(|i| u32::from(i == 7) * 2 + u32::from(i == 9)).collect();
        assert!(!decides(&by_chance, &rare)); // 1 in 300 differs: too little to go by
    }
}
