//! What the charts show: shares of rows, real beside generated.

use crate::composition::Composition;
use crate::element::Element;
use crate::evaluate::occurrences;

/// Up to so many distinct values are shown one by one.
const MOST_CATEGORIES: usize = 12;

/// Bars of a histogram.
const N_BINS: usize = 30;

/// A value that at least this share of the real rows have is a spike.
const SPIKE: f64 = 0.2;

/// Values beyond this share on either side are counted in the outermost bar.
const TAIL: f64 = 0.005;

/// Shares of rows, in percent, by category.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Categories {
    pub(super) labels: Vec<String>,
    pub(super) real: Vec<f64>,
    pub(super) fake: Vec<f64>,
}

/// Shares of rows, in percent, by bin of equal width.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Histogram {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) real: Vec<f64>,
    pub(super) fake: Vec<f64>,
    /// Left out of the bins, which could not be seen beside it.
    pub(super) spike: Option<Spike>,
}

/// A value that many rows share, such as a band gap of zero.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spike {
    pub(super) value: f64,
    /// Rows that have it, in percent.
    pub(super) real: f64,
    /// Rows that have it, in percent.
    pub(super) fake: f64,
}

/// How the law of a property is shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Law {
    /// Few distinct values.
    Few(Categories),
    /// Numbers.
    Many(Histogram),
}

/// Share of rows that contain each of the `n` elements most frequent in the real rows.
pub(super) fn prevalence(real: &[Composition], fake: &[Composition], n: usize) -> Categories {
    let (in_real, in_fake) = (occurrences(real), occurrences(fake));
    let mut elements = Element::ALL.to_vec();
    elements.sort_by_key(|element| {
        std::cmp::Reverse((in_real[element.index()], in_fake[element.index()]))
    });
    elements.retain(|element| in_real[element.index()] + in_fake[element.index()] > 0);
    elements.truncate(n);
    let shares = |counts: &[usize], n_rows: usize| {
        elements.iter().map(|e| percent(counts[e.index()], n_rows)).collect()
    };
    Categories {
        labels: elements.iter().map(Element::to_string).collect(),
        real: shares(&in_real, real.len()),
        fake: shares(&in_fake, fake.len()),
    }
}

/// Share of rows with each number of elements.
pub(super) fn element_counts(real: &[Composition], fake: &[Composition]) -> Categories {
    let counts =
        |rows: &[Composition]| rows.iter().map(|row| row.n_elements() as f64).collect::<Vec<f64>>();
    let (real, fake) = (counts(real), counts(fake));
    let least = real.iter().chain(&fake).copied().fold(f64::INFINITY, f64::min);
    let most = real.iter().chain(&fake).copied().fold(0.0, f64::max);
    let values: Vec<f64> =
        (0..).map(|i| least + f64::from(i)).take_while(|&value| value <= most).collect();
    by_value(&values, &real, &fake)
}

/// The law of a property; none if neither side has a value.
pub(super) fn property(real: &[f64], fake: &[f64]) -> Option<Law> {
    let values = sorted(real.iter().chain(fake).copied());
    let mut distinct = values.clone();
    distinct.dedup();
    if distinct.len() <= MOST_CATEGORIES {
        return (!distinct.is_empty()).then(|| Law::Few(by_value(&distinct, real, fake)));
    }
    let spike = spike(real, fake);
    let is_drawn = |value: &f64| spike.as_ref().is_none_or(|spike| spike.value != *value);
    let drawn = sorted(values.into_iter().filter(is_drawn));
    let (from, to) = (quantile(&drawn, TAIL)?, quantile(&drawn, 1.0 - TAIL)?);
    let to = if to > from { to } else { from + from.abs().max(1.0) };
    let bins = |values: &[f64]| {
        bin(values.iter().copied().filter(|v| is_drawn(v)), values.len(), from, to)
    };
    Some(Law::Many(Histogram { from, to, real: bins(real), fake: bins(fake), spike }))
}

/// The most frequent real value, if it is frequent enough.
fn spike(real: &[f64], fake: &[f64]) -> Option<Spike> {
    let values = sorted(real.iter().copied());
    let value = values.chunk_by(|a, b| a == b).max_by_key(|group| group.len())?[0];
    let share =
        |rows: &[f64]| percent(rows.iter().filter(|row| **row == value).count(), rows.len());
    (share(real) >= 100.0 * SPIKE).then(|| Spike { value, real: share(real), fake: share(fake) })
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}

fn by_value(values: &[f64], real: &[f64], fake: &[f64]) -> Categories {
    let share = |rows: &[f64], value: f64| {
        percent(rows.iter().filter(|row| **row == value).count(), rows.len())
    };
    let shares = |rows: &[f64]| values.iter().map(|&value| share(rows, value)).collect();
    Categories {
        labels: values.iter().map(|&value| super::html::short(value)).collect(),
        real: shares(real),
        fake: shares(fake),
    }
}

/// Percent of `n` rows by bin, values beyond the ends in the outermost bins.
fn bin(values: impl Iterator<Item = f64>, n: usize, from: f64, to: f64) -> Vec<f64> {
    let mut counts = [0; N_BINS];
    for value in values {
        // Halves: the difference of two large numbers may be beyond the range of `f64`.
        let place = (value / 2.0 - from / 2.0) / (to / 2.0 - from / 2.0) * N_BINS as f64;
        counts[(place.max(0.0) as usize).min(N_BINS - 1)] += 1;
    }
    counts.iter().map(|&count| percent(count, n)).collect()
}

/// The value below which a share of the sorted values lies.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    Some(sorted[(share * last as f64).round() as usize])
}

fn percent(count: usize, n: usize) -> f64 {
    100.0 * count as f64 / n.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(formulas: &[&str]) -> Vec<Composition> {
        formulas.iter().map(|formula| Composition::parse(formula).unwrap()).collect()
    }

    #[test]
    fn elements_are_ordered_by_how_many_real_rows_have_them() {
        let found = prevalence(&read(&["NaCl", "KCl", "MgO", "CaCl2"]), &read(&["NaCl", "FeO"]), 2);
        assert_eq!(found.labels, ["Cl", "O"]); // O before Na: as frequent, lower atomic number
        assert_eq!((found.real, found.fake), (vec![75.0, 25.0], vec![50.0, 50.0]));
    }

    #[test]
    fn numbers_of_elements_have_no_gaps() {
        let found = element_counts(&read(&["NaCl"]), &read(&["CaTiO3", "YBa2Cu3O7"]));
        assert_eq!(found.labels, ["2", "3", "4"]);
        assert_eq!((found.real, found.fake), (vec![100.0, 0.0, 0.0], vec![0.0, 50.0, 50.0]));
    }

    #[test]
    fn labels_are_shown_one_by_one_and_numbers_in_bins() {
        let Some(Law::Few(few)) = property(&[0.0, 1.0, 1.0, 1.0], &[1.0]) else {
            panic!("few values")
        };
        assert_eq!((few.real, few.fake), (vec![25.0, 75.0], vec![0.0, 100.0]));
        let real: Vec<f64> = (0..1000).map(f64::from).collect();
        let Some(Law::Many(many)) = property(&real, &[-50.0, 2000.0]) else {
            panic!("many values")
        };
        assert!((many.real.iter().sum::<f64>() - 100.0).abs() < 1e-9);
        assert_eq!((many.fake[0], many.fake[N_BINS - 1]), (50.0, 50.0));
        assert_eq!(property(&[], &[]), None);
    }

    #[test]
    fn a_spike_is_taken_out_and_told() {
        let mut values = vec![0.0; 50];
        values.extend((1..=50).map(f64::from));
        let Some(Law::Many(many)) = property(&values, &[0.0, 25.0]) else { panic!("many values") };
        assert_eq!(many.spike, Some(Spike { value: 0.0, real: 50.0, fake: 50.0 }));
        assert!((many.real.iter().sum::<f64>() - 50.0).abs() < 1e-9);
        assert!(many.from > 0.0);
    }

    #[test]
    fn rare_outliers_beside_a_spike_are_drawn() {
        let mut values = vec![0.0; 10_000];
        values.extend((0..20).map(f64::from));
        let Some(Law::Many(many)) = property(&values, &[]) else { panic!("many values") };
        assert_eq!((many.from, many.to), (1.0, 19.0));
    }
}
