use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::test_networks::{directed_network, ring_with_chords, unit_network};
use crate::transport::graph_w1;

fn ring(n: usize) -> Network {
    unit_network(n, (0..n).map(|v| (v, (v + 1) % n)))
}

/// `count` nodes around each centre, as far as a few steps of a walk.
fn around(centres: &[usize], count: usize, n: usize, seed: u64) -> Vec<usize> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..count)
        .map(|_| {
            let centre = centres[rng.random_range(0..centres.len())];
            (centre + n + rng.random_range(0..7) + rng.random_range(0..7) - 6) % n
        })
        .collect()
}

fn fit(network: &Network, observations: &Observations) -> NodeLawModel {
    NodeLawModel::fit(network, observations, &NodeLawConfig::new(), 1, ()).unwrap()
}

#[test]
fn few_observations_of_an_even_law_are_spread_and_come_nearer_to_it() {
    let network = ring_with_chords();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let seen = (0..100).map(|_| rng.random_range(0..150)).collect();
    let model = fit(&network, &Observations::new(seen));
    let fresh = model.evaluate(&Observations::new((0..150).collect())).unwrap();
    assert!(fresh.w1 < 0.6 * fresh.floor, "{} of {}", fresh.w1, fresh.floor);
    assert!(model.shares()[0] < 0.1, "{:?}", model.shares());
    let training = model.training().unwrap();
    assert!(training.held_out_w1 < training.held_out_floor);
}

#[test]
fn many_observations_of_a_rough_law_stay_as_they_are() {
    let network = ring(60);
    let nodes = |n: usize| (0..n).map(|i| [7, 30, 31, 55][i % 4]).collect();
    let model = fit(&network, &Observations::new(nodes(4000)));
    let law = model.law(&[]).unwrap();
    assert!((law.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    for v in [7, 30, 31, 55] {
        assert!((law[v] - 0.25).abs() < 0.01, "{}", law[v]);
    }
}

#[test]
fn a_context_with_few_observations_borrows_from_the_others() {
    let network = ring(60);
    // A hundred contexts with four observations each, all of one law.
    let classes: Vec<String> = (0..400).map(|i| format!("line {}", i / 4)).collect();
    let given = Observations::new(around(&[10, 40], 400, 60, 3)).with_classes("line", classes);
    let model = fit(&network, &given);
    let truth = Observations::new(around(&[10, 40], 20_000, 60, 4))
        .with_classes("line", vec!["line 5".to_owned(); 20_000]);
    let found = model.evaluate(&truth).unwrap();
    assert!(found.w1 < 0.4 * found.floor, "{} of {}", found.w1, found.floor);
}

#[test]
fn contexts_that_differ_keep_their_own_laws() {
    let network = ring(60);
    let mut nodes = around(&[10], 300, 60, 5);
    nodes.extend(around(&[40], 300, 60, 6));
    let hours = (0..600).map(|i| if i < 300 { 8.0 } else { 18.0 }).collect();
    let model = fit(&network, &Observations::new(nodes).with_numbers("hour", hours));
    let near = |law: &[f64], centre: usize| law[centre - 7..=centre + 7].iter().sum::<f64>();
    let morning = model.law(&["hour=8".parse().unwrap()]).unwrap();
    assert!(near(&morning, 10) > 0.95, "{}", near(&morning, 10));
    let all = model.law(&[]).unwrap();
    assert!((near(&all, 10) - 0.5).abs() < 0.02);
    let evening = model.sample(500, &["hour=18".parse().unwrap()], 1).unwrap();
    let n_near = evening.iter().filter(|drawn| (33..=47).contains(&drawn.node)).count();
    assert!(n_near > 460, "{n_near}");
    assert!(evening.iter().all(|drawn| drawn.context == [1]));
    let seen = model.sample(2000, &[], 1).unwrap();
    let n_morning = seen.iter().filter(|drawn| drawn.context == [0]).count();
    assert!((n_morning as f64 / 2000.0 - 0.5).abs() < 0.05); // four standard deviations
}

#[test]
fn along_one_way_roads_mass_takes_the_long_way_round() {
    // A ring of one direction: from 0 to 1 is one step, from 1 to 0 seven.
    let network = directed_network(8, &(0..8).map(|v| (v, (v + 1) % 8, 1.0)).collect::<Vec<_>>());
    let point = |v: usize| -> Vec<f64> { (0..8).map(|u| f64::from(u8::from(u == v))).collect() };
    assert_eq!(graph_w1(&network, &point(0), &point(1)).unwrap().value, 1.0);
    assert_eq!(graph_w1(&network, &point(1), &point(0)).unwrap().value, 7.0);
    let model = fit(&network, &Observations::new((0..200).map(|i| i % 3).collect()));
    let found = model.evaluate(&Observations::new((0..100).map(|i| i % 3).collect())).unwrap();
    assert!(found.w1 < 0.2, "{}", found.w1);
}

#[test]
fn counts_are_held_out_one_by_one_and_weights_with_their_row() {
    let network = ring(12);
    let counted = Observations::new(vec![2, 3, 9]).with_counts(vec![500, 300, 200]);
    let law = fit(&network, &counted).law(&[]).unwrap();
    assert!((law[2] - 0.5).abs() < 0.02 && (law[9] - 0.2).abs() < 0.02, "{law:?}");
    // Each node once: what is held out is never among the rest, so the law is spread.
    let nodes: Vec<usize> = (0..12).collect();
    let weighted =
        Observations::new(nodes).with_weights((0..12).map(|v| f64::from(v % 2)).collect());
    assert!(fit(&network, &weighted).shares()[0] < 0.5);
}

#[test]
fn a_few_observations_are_their_own_law() {
    let network = ring(12);
    let model = fit(&network, &Observations::new(vec![3]));
    assert!(model.training().is_none());
    assert_eq!(model.law(&[]).unwrap()[3], 1.0);
}

#[test]
fn what_cannot_be_learnt_from_is_refused() {
    let network = ring(12);
    let message = |observations: Observations| {
        NodeLawModel::fit(&network, &observations, &NodeLawConfig::new(), 1, ())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(message(Observations::new(vec![])), "observations: there are none");
    assert!(message(Observations::new(vec![12])).contains("node 12 of a network of 12"));
    assert!(message(Observations::new(vec![1]).with_weights(vec![0.0])).contains("sum to 0"));
    assert!(message(Observations::new(vec![1]).with_weights(vec![-1.0])).contains("weight -1"));
    assert!(message(Observations::new(vec![1]).with_counts(vec![])).contains("counts: 0 values"));
    let nan = Observations::new(vec![1]).with_numbers("hour", vec![f64::NAN]);
    assert!(message(nan).contains("hour is NaN"));
    let config = NodeLawConfig::new().with_n_splits(0);
    assert!(NodeLawModel::fit(&network, &Observations::new(vec![1]), &config, 1, ()).is_err());
}

#[test]
fn conditions_never_seen_are_refused_with_what_was() {
    let network = ring(12);
    let given = Observations::new(vec![1; 16])
        .with_numbers("hour", (0..16).map(f64::from).collect())
        .with_classes("line", (0..16).map(|i| ["M1", "M2"][i % 2].to_owned()).collect());
    let model = fit(&network, &given);
    let message = |text: &str| model.law(&[text.parse().unwrap()]).unwrap_err().to_string();
    assert_eq!(message("line=M3"), "line=M3: expected one of M1, M2");
    assert_eq!(message("hour=99"), "hour=99: expected a number from 0 to 15, as was observed");
    assert_eq!(message("day=1"), "day=1: expected a condition on hour, line");
    // Never seen together, but each of them: what is near bears on it.
    let pair = ["hour=3".parse().unwrap(), "line=M1".parse().unwrap()];
    assert!((model.law(&pair).unwrap().iter().sum::<f64>() - 1.0).abs() < 1e-12);
}

#[test]
fn a_model_comes_back_as_it_was_and_damage_is_found() {
    let network = ring(12);
    let hours = (0..40).map(|i| f64::from(i % 2)).collect();
    let model = fit(
        &network,
        &Observations::new((0..40).map(|i| i % 5).collect()).with_numbers("hour", hours),
    );
    let folder = tempfile::tempdir().unwrap();
    model.save(folder.path()).unwrap();
    let back = NodeLawModel::load(folder.path()).unwrap();
    assert_eq!(back.law(&[]).unwrap(), model.law(&[]).unwrap());
    assert_eq!(back.training(), model.training());
    let text = std::fs::read_to_string(NodeLawModel::file(folder.path())).unwrap();
    for (from, to) in [
        ("node law 1", "node law 2"),
        ("\"weights\":[", "\"weights\":[2.0,"),
        ("[[0,", "[[99,"),
        ("\"levels\":{\"Numbers\":[0.0,1.0]}", "\"levels\":{\"Numbers\":[1.0,0.0]}"),
    ] {
        assert!(text.contains(from), "{from}");
        std::fs::write(NodeLawModel::file(folder.path()), text.replacen(from, to, 1)).unwrap();
        let message = NodeLawModel::load(folder.path()).unwrap_err().to_string();
        assert!(message.contains("law.json"), "{from}: {message}");
    }
    std::fs::write(NodeLawModel::file(folder.path()), &text[..text.len() / 2]).unwrap();
    assert!(NodeLawModel::load(folder.path()).is_err());
}

proptest! {
    #[test]
    fn every_law_is_a_law(nodes in prop::collection::vec(0..20_usize, 1..60), n_classes in 1..5_usize) {
        let network = ring(20);
        let classes = (0..nodes.len()).map(|i| (i % n_classes).to_string()).collect();
        let observations = Observations::new(nodes).with_classes("class", classes);
        let config = NodeLawConfig::new().with_n_steps(3);
        let model = NodeLawModel::fit(&network, &observations, &config, 1, ()).unwrap();
        let law = model.law(&["class=0".parse().unwrap()]).unwrap();
        prop_assert!(law.iter().all(|&p| p >= 0.0));
        prop_assert!((law.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }
}
