use burn::tensor::{Device, Tensor, TensorData};
use ndarray::Array2;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use wgan_cond::{Condition, Given};
use wgan_core::{points_of, tensor_of};

use super::layout::Layout;
use super::*;

fn numbers(name: &str, values: Vec<Option<f64>>) -> MixedColumn {
    MixedColumn { name: name.to_owned(), cells: MixedCells::Numbers(values) }
}

fn classes(name: &str, values: Vec<Option<String>>) -> MixedColumn {
    MixedColumn { name: name.to_owned(), cells: MixedCells::Classes(values) }
}

/// Two kinds: `a` has sizes about −2 and is red in 9 of 10 cases, `b` has sizes about 2 and is blue in 9 of 10.
fn kinds(n: usize, seed: u64) -> MixedTable {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut columns = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..n {
        let is_a = row % 2 == 0;
        let noise: f64 = StandardNormal.sample(&mut rng);
        let size = if is_a { -2.0 } else { 2.0 } + 0.5 * noise;
        let is_red = rng.random_bool(if is_a { 0.9 } else { 0.1 });
        columns.0.push(Some(if is_a { "a" } else { "b" }.to_owned()));
        columns.1.push(Some((100.0 * size).round() / 100.0));
        columns.2.push(Some(if is_red { "red" } else { "blue" }.to_owned()));
    }
    let (kind, size, colour) = columns;
    let columns = vec![classes("kind", kind), numbers("size", size), classes("colour", colour)];
    MixedTable::new(columns).unwrap()
}

fn number(table: &MixedTable, name: &str) -> Vec<Option<f64>> {
    match &table.column(name).unwrap().cells {
        MixedCells::Numbers(values) => values.clone(),
        MixedCells::Classes(_) => panic!("{name} holds classes"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn decoding_the_codes_of_a_table_returns_it(
        raw in prop::collection::vec((prop::option::of(-50_000_i64..50_000), 0_usize..5), 1..80),
        decimals in 0_i32..4,
        spikes in 0_usize..3,
    ) {
        let unit = 10_f64.powi(decimals);
        let value = |(row, (v, _)): (usize, &(Option<i64>, usize))| {
            v.map(|v| if row < spikes * raw.len() / 4 { 7.0 } else { v as f64 / unit })
        };
        let class = |(_, k): &(Option<i64>, usize)| (*k > 0).then(|| format!("class {k}"));
        let table = MixedTable::new(vec![
            numbers("number", raw.iter().enumerate().map(value).collect()),
            classes("class", raw.iter().map(class).collect()),
            numbers("constant", vec![Some(0.1); raw.len()]),
        ]).unwrap();
        let encoder = TableEncoder::fit(&table, 4);
        let codes = encoder.encode(&table).unwrap();
        prop_assert_eq!(codes.ncols(), encoder.width());
        prop_assert_eq!(encoder.decode(codes.view()).unwrap(), table);
    }
}

#[test]
fn numbers_between_those_of_the_data_keep_its_decimals_and_range() {
    let values = |unit: f64| (0..200).map(|v| Some(f64::from(v * v % 997) / unit)).collect();
    for unit in [1.0, 100.0] {
        let table = MixedTable::new(vec![numbers("v", values(unit))]).unwrap();
        let encoder = TableEncoder::fit(&table, 3);
        let mut codes = encoder.encode(&table).unwrap();
        let offset = codes.ncols() - 1;
        codes.column_mut(offset).mapv_inplace(|v| 3.0 * v + 0.123);
        let decoded = number(&encoder.decode(codes.view()).unwrap(), "v");
        let (mut sorted, known) = (number(&table, "v"), decoded.clone());
        sorted.sort_by(|a, b| a.partial_cmp(b).unwrap());
        assert_ne!(known, number(&table, "v"));
        for value in decoded {
            let value = value.unwrap();
            assert_eq!(value, (value * unit).round() / unit);
            assert!((sorted[0].unwrap()..=sorted[199].unwrap()).contains(&value));
        }
    }
}

#[test]
fn a_value_that_many_rows_share_is_a_mode_of_its_own() {
    let gain = |i: usize| if i.is_multiple_of(3) { 100.0 + (i * i % 991) as f64 } else { 0.0 };
    let table = MixedTable::new(vec![numbers("gain", (0..300).map(|i| Some(gain(i))).collect())]);
    let table = table.unwrap();
    let codes = TableEncoder::fit(&table, 3).encode(&table).unwrap();
    let offset = codes.ncols() - 1;
    for (i, code) in codes.rows().into_iter().enumerate() {
        assert_eq!(code[0] == 1.0, gain(i) == 0.0);
        assert!(gain(i) != 0.0 || code[offset] == 0.0);
    }
}

#[test]
fn what_the_encoder_does_not_know_is_named() {
    let text = |values: &[&str]| values.iter().map(|v| Some((*v).to_owned())).collect::<Vec<_>>();
    let table = |column: MixedColumn| MixedTable::new(vec![column]).unwrap();
    let encoder = TableEncoder::fit(&table(classes("colour", text(&["red", "blue"]))), 3);
    let message = |other: MixedColumn| encoder.encode(&table(other)).unwrap_err().to_string();
    let mut missing = text(&["red", "red"]);
    missing[1] = None;
    assert_eq!(
        message(classes("colour", text(&["red", "green"]))),
        "column `colour`, row 2: \"green\" did not occur when the table was fitted"
    );
    assert_eq!(
        message(classes("colour", missing)),
        "column `colour`, row 2: nothing did not occur when the table was fitted"
    );
    assert_eq!(
        message(numbers("colour", vec![Some(1.0)])),
        "column `colour`: it held classes when the table was fitted"
    );
    assert_eq!(
        message(classes("color", text(&["red"]))),
        "there is no column `colour`; the columns are `color`"
    );
    assert!(encoder.decode(Array2::zeros((1, 5)).view()).is_err());
}

#[test]
fn columns_that_make_no_table_are_refused() {
    let message = |columns: Vec<MixedColumn>| MixedTable::new(columns).unwrap_err().to_string();
    let one = |name: &str| numbers(name, vec![Some(1.0)]);
    assert_eq!(message(vec![]), "table: expected at least 1 rows, got 0");
    assert_eq!(message(vec![one("x"), one("x")]), "column `x`: there are two columns of this name");
    assert_eq!(
        message(vec![one("x"), numbers("y", vec![])]),
        "column `y`: 0 rows where the first column has 1"
    );
    assert_eq!(
        message(vec![numbers("x", vec![Some(f64::NAN)])]),
        "column `x`: row 1 is not a finite number"
    );
}

#[test]
fn a_table_that_is_written_reads_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    let odd = ["a, b", "say \"no\"", "two\nlines"].map(|v| Some(v.to_owned()));
    let table = MixedTable::new(vec![
        numbers("x", vec![Some(0.1), None, Some(-3.0)]),
        classes("odd, name", odd.to_vec()),
        classes("some", vec![None, Some("q".to_owned()), None]),
    ])
    .unwrap();
    table.write_csv(&path).unwrap();
    assert_eq!(MixedTable::read(&path).unwrap(), table);
}

#[test]
fn repeated_rows_are_left_out_once() {
    let table = kinds(4, 1);
    assert_eq!(table.select(&[2, 0, 2, 2, 1]).without_repeats(), table.select(&[2, 0, 1]));
}

/// A number with two modes of a width and one of none, and a class.
fn layout() -> (TableEncoder, Layout, MixedTable) {
    let size = |i: usize| match i % 4 {
        0 => 0.0,
        1 => -20.0 + (i * 7 % 31) as f64 / 10.0,
        _ => 10.0 + (i * 11 % 37) as f64 / 10.0,
    };
    let table = MixedTable::new(vec![
        numbers("size", (0..400).map(|i| Some(size(i))).collect()),
        classes("class", (0..400).map(|i| Some(format!("{}", i % 3))).collect()),
    ])
    .unwrap();
    let encoder = TableEncoder::fit(&table, 2);
    let layout = Layout::new(&encoder, &Device::flex());
    (encoder, layout, table)
}

#[test]
fn the_place_of_a_number_grows_with_it() {
    let (encoder, layout, table) = layout();
    let codes = encoder.encode(&table).unwrap();
    let features = points_of(&layout.features(tensor_of(codes.view(), &Device::flex())));
    assert_eq!(features.dim(), (400, layout.n_features()));
    let place = features.column(features.ncols() - 1);
    let size = number(&table, "size");
    for i in 0..400 {
        for j in 0..400 {
            assert!(size[i] >= size[j] || place[i] < place[j]);
        }
    }
    assert!(place.mean().unwrap().abs() < 0.05);
    assert!((place.mapv(|v| v * v).mean().unwrap() - 1.0).abs() < 0.2); // 1 without the spike
}

#[test]
fn drawn_codes_are_codes_and_their_gradient_is_the_softmax_s() {
    let (encoder, layout, _) = layout();
    let (d, device) = (encoder.width(), Device::flex());
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut draw = |n: usize| -> Tensor<2> {
        let values: Vec<f32> = (0..n * d).map(|_| rng.random_range(-2.0..2.0)).collect();
        Tensor::from_data(TensorData::new(values, [n, d]), &device)
    };
    let (noisy, offsets) = (draw(50), draw(50));
    let codes = points_of(&layout.draw(noisy.clone(), offsets.clone()));
    let given = points_of(&offsets);
    for (i, code) in codes.rows().into_iter().enumerate() {
        // Entries: the atom, two modes, their offset, three classes.
        assert_eq!(code.iter().take(3).sum::<f64>(), 1.0);
        assert_eq!(code.iter().skip(4).sum::<f64>(), 1.0);
        let chosen = (0..3).find(|&k| code[k] == 1.0).unwrap();
        assert_eq!(code[3], if chosen == 0 { 0.0 } else { given[[i, chosen]] });
    }
    // d/dl₀ of Σ c·entry over the classes is s₀·(c₀ − Σ c·s).
    let tracked = noisy.clone().autodiff().require_grad();
    let weight = Tensor::<2>::from_floats([[0., 0., 0., 0., 1., 2., -1.]], &device).autodiff();
    let loss = (layout.draw(tracked.clone(), offsets.autodiff()) * weight).sum();
    let gradient = points_of(&tracked.grad(&loss.backward()).unwrap());
    let logits = points_of(&noisy);
    for i in 0..50 {
        let e: Vec<f64> = (4..7).map(|k| logits[[i, k]].exp()).collect();
        let s: Vec<f64> = e.iter().map(|v| v / e.iter().sum::<f64>()).collect();
        let expected = s[0] * (1.0 - (s[0] + 2.0 * s[1] - s[2]));
        assert!((gradient[[i, 4]] - expected).abs() < 1e-5);
    }
}

fn model(table: &MixedTable, n_steps: usize) -> TableModel {
    let config = TableModelConfig::new(vec!["kind".to_owned()])
        .with_n_steps(n_steps)
        .with_batch_size(64)
        .with_width(32)
        .with_learning_rate(2e-3)
        .with_ema_decay(0.95)
        .with_noise(8);
    TableModel::fit(table, &config, (), &Device::flex()).unwrap()
}

#[test]
fn rows_are_like_those_with_the_class_that_was_asked_for() {
    let model = model(&kinds(2000, 1), 250);
    for (kind, mean, red) in [("a", -2.0, 0.9), ("b", 2.0, 0.1)] {
        let condition = Condition::new().with("kind", kind);
        let made = model.sample(2000, condition, 5).unwrap().rows;
        let sizes: Vec<f64> = number(&made, "size").into_iter().flatten().collect();
        let found = sizes.iter().sum::<f64>() / 2000.0;
        assert!((found - mean).abs() < 0.25, "{kind}: {found}"); // half of the deviation within the kind
        assert!(sizes.iter().all(|v| (100.0 * v).round() / 100.0 == *v));
        let MixedCells::Classes(colours) = &made.column("colour").unwrap().cells else {
            panic!("classes")
        };
        let share = colours.iter().flatten().filter(|c| *c == "red").count() as f64 / 2000.0;
        assert!((share - red).abs() < 0.12, "{kind}: {share}");
        let MixedCells::Classes(kinds) = &made.column("kind").unwrap().cells else {
            panic!("classes")
        };
        assert!(kinds.iter().all(|made| made.as_deref() == Some(kind)));
    }
    let names: Vec<String> = model
        .sample(1, Given::Marginal, 0)
        .unwrap()
        .rows
        .columns()
        .iter()
        .map(|c| c.name.clone())
        .collect();
    assert_eq!(names, ["kind", "size", "colour"]);
    let refused = |text: &str| {
        let condition: Condition = text.parse().unwrap();
        model.sample(1, condition, 0).unwrap_err().to_string()
    };
    assert_eq!(refused("kind=c"), "condition 1, `kind`: unknown category \"c\"; there are a, b");
    assert_eq!(refused("size=1"), "condition 1: `kind` is missing; it takes one of a, b");
}

#[test]
fn the_same_seed_gives_the_same_rows_on_any_number_of_threads() {
    let table = kinds(300, 2);
    let run = |n_threads: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| model(&table, 5).sample(1500, Given::Marginal, seed).unwrap().rows)
    };
    assert_eq!(run(1, 3), run(3, 3));
    assert_ne!(run(1, 3), run(1, 4));
}

#[test]
fn a_column_that_cannot_be_given_is_refused() {
    let mut size = vec![Some(1.0); 10];
    size[4] = None;
    let columns = vec![numbers("size", size), numbers("one", vec![Some(1.0); 10])];
    let table = MixedTable::new(columns).unwrap();
    let message = |names: &[&str]| {
        let config = TableModelConfig::new(names.iter().map(|n| (*n).to_owned()).collect());
        let fitted = TableModel::fit(&table, &config, (), &Device::flex());
        fitted.err().map(|error| error.to_string())
    };
    let expected = |text: &str| Some(text.to_owned());
    assert_eq!(
        message(&["size"]),
        expected("column `size`: row 5 misses it, so it cannot be given")
    );
    assert_eq!(
        message(&["weight"]),
        expected("there is no column `weight`; the columns are `size`, `one`")
    );
    assert_eq!(message(&[]), expected("conditions: expected at least one column, got none"));
    assert_eq!(message(&["one", "one"]), expected("condition `one` is declared twice"));
}

#[test]
fn a_forest_learns_as_much_from_real_rows_as_from_real_rows_and_less_from_others() {
    let (real, test) = (kinds(600, 1), kinds(400, 2));
    let same = synthetic_score("kind", &real, &real, &test, 0).unwrap();
    assert_eq!(same.synthetic, same.real);
    assert!(same.real > 0.98, "{same:?}");
    // Every row with the kind of another one.
    let mut columns = real.columns().to_vec();
    if let MixedCells::Classes(kinds) = &mut columns[0].cells {
        kinds.rotate_left(1);
    }
    let wrong = MixedTable::new(columns).unwrap();
    assert!(synthetic_score("kind", &wrong, &real, &test, 0).unwrap().synthetic < 0.02);
    // As a number: the mean absolute error, and 0.5 is the deviation of a size within its kind.
    let sizes = synthetic_score("size", &real, &real, &test, 0).unwrap();
    assert!((0.3..0.6).contains(&sizes.real), "{sizes:?}");
}

#[test]
fn minus_zero_is_zero() {
    let cells = MixedCells::Numbers(vec![Some(0.0), Some(-0.0), Some(1.0)]);
    let table = MixedTable::new(vec![MixedColumn { name: "x".into(), cells }]).unwrap();
    let encoder = TableEncoder::fit(&table, 5);
    let codes = encoder.encode(&table).unwrap();
    assert_eq!(codes.row(0), codes.row(1));
    assert_eq!(encoder.decode(codes.view()).unwrap(), table);
}
