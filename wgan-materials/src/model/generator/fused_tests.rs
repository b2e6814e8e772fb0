//! What is written out against the tape.

use std::sync::Arc;

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use wgan_cond::{ConcatCritic, Labelled};
use wgan_core::model::Sample;
use wgan_core::model::{GeneratorLoss, Prior};
use wgan_core::train::{Dataset, Engine, Objective};
use wgan_core::{Generator, MlpConfig};

use super::{MaterialsGenerator, MaterialsGeneratorConfig};
use crate::composition::Composition;
use crate::element::Element;
use crate::model::{
    Alphabet, ColumnSpace, Conditions, ElementRules, Featurizer, MaterialsData, MaterialsLatent,
    MaterialsPrior, SlotRules,
};
use crate::table::Column;

struct Model {
    generator: MaterialsGenerator,
    critic: ConcatCritic,
    real: Labelled,
    prior: MaterialsPrior,
    latent: MaterialsLatent,
    alphabet: Alphabet,
}

const FORMULAS: [&str; 8] =
    ["CaTiO3", "NaCl", "Sr0.15La1.85CuO4", "Fe2O3", "LiF", "BaTiO3", "KNbO3", "Fe"];

/// Numbers with and without missing values, classes with and without: as asked for; the first ones are given too.
fn model(n_numbers: usize, n_classes: usize, is_given: bool) -> Model {
    let device = Device::flex();
    let known: Vec<Composition> = (0..80).map(|i| FORMULAS[i % 8].parse().unwrap()).collect();
    let number = |j: usize| {
        let value = |i: usize| (j == 0 || i % 7 != 1).then_some((i * (j + 3) % 29) as f64);
        Column::numbers(format!("n{j}"), (0..80).map(value).collect())
    };
    let class = |j: usize| {
        let value = |i: usize| (j == 0 || i % 5 != 2).then_some(["a", "b", "c"][i * (j + 1) % 3]);
        Column::classes(format!("c{j}"), &(0..80).map(value).collect::<Vec<_>>())
    };
    let numbers: Vec<Column> = (0..n_numbers).map(number).collect();
    let classes: Vec<Column> = (0..n_classes).map(class).collect();
    let firsts = numbers.iter().take(1).chain(classes.iter().take(1)).cloned();
    let given = Conditions::fit(if is_given { firsts.collect() } else { Vec::new() }).unwrap();
    let columns = [numbers, classes].concat();
    let (alphabet, space) = (Alphabet::of(&known), ColumnSpace::fit(&columns));
    let featurizer = Featurizer::new(&alphabet, &space, &device).with_given(&given, &space);
    let shape = featurizer.shape();
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let config = MaterialsGeneratorConfig::new().with_width(24).with_property_width(20);
    let slots: Vec<_> = known.iter().map(|c| alphabet.encode(c).unwrap()).collect();
    let generator = MaterialsGenerator::new(
        &config,
        featurizer,
        space.clone(),
        slots.into_iter(),
        &mut rng,
        &device,
    );
    let critic = MlpConfig::new(shape.n_features(), 1).with_width(16).with_depth(2);
    let critic = ConcatCritic::new(&critic, shape.n_conditions(), &mut rng, &device).unwrap();
    let data =
        MaterialsData::new(known.into(), &columns, &alphabet, &space, &given, &device).unwrap();
    let rows: Vec<usize> = (0..150).map(|i| i * 7 % 80).collect(); // two chunks and a part of one
    let real = data.batch(&rows);
    let prior = MaterialsPrior::new(shape);
    let latent = prior.draw(&real, &mut rng, &device);
    Model { generator: generator.unwrap(), critic, real, prior, latent, alphabet }
}

/// All mixtures of what a table may have.
fn models() -> Vec<Model> {
    vec![
        model(0, 0, false),
        model(2, 0, false),
        model(0, 2, false),
        model(2, 2, false),
        model(2, 2, true),
    ]
}

/// Gradients of all parameters, one after the other; zeros where there are none.
fn flat(generator: &MaterialsGenerator, gradients: GradientsParams) -> Vec<Vec<f32>> {
    struct Collect(GradientsParams, Vec<Vec<f32>>);
    impl ModuleVisitor for Collect {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let zeros = || Tensor::zeros(param.val().dims(), &Device::flex());
            let found = self.0.remove::<D>(param.id).unwrap_or_else(zeros);
            self.1.push(found.into_data().iter::<f32>().collect());
        }
    }
    let mut collect = Collect(gradients, Vec::new());
    generator.visit(&mut collect);
    collect.1
}

fn assert_near(ours: &[Vec<f32>], tracked: &[Vec<f32>]) {
    let largest = tracked.iter().flatten().fold(0.0_f32, |m, g| m.max(g.abs()));
    assert_eq!(ours.len(), tracked.len());
    for (place, (ours, tracked)) in ours.iter().zip(tracked).enumerate() {
        assert_eq!(ours.len(), tracked.len());
        for (a, b) in ours.iter().zip(tracked) {
            // 1e-5 of the largest one, and rounding where all are small.
            assert!((a - b).abs() < 1e-5 * largest.max(1e-3), "parameter {place}: {a} against {b}");
        }
    }
}

#[test]
fn a_generator_step_without_a_tape_is_the_one_with_it() {
    for model in models() {
        let generator = model.generator.train();
        let loss = GeneratorLoss { objective: Objective::Wasserstein, critic: &model.critic };
        let (tracked, expected) = loss.by_tape(&generator, &model.real, &model.latent);
        let (ours, figures) = generator.loss_gradients(&loss, &model.real, &model.latent);
        assert_eq!((figures.engine, expected.engine), (Engine::Fused, Engine::Tape));
        assert!((figures.loss - expected.loss).abs() < 1e-5 * expected.loss.abs().max(1.0));
        let tracked = flat(&generator, tracked);
        assert!(tracked.iter().flatten().any(|g| *g != 0.0));
        assert_near(&flat(&generator, ours), &tracked);
    }
}

#[test]
fn a_regulariser_step_without_a_tape_is_the_one_with_it() {
    for model in models() {
        let generator = model.generator.train();
        let mut rng = ChaCha8Rng::seed_from_u64(8);
        let latent = model.prior.draw_for_regularizer(&model.real, &mut rng, &Device::flex());
        let tracked = generator.regularizer(&model.real, &latent).map(|term| term.backward());
        let Some(tracked) = tracked else {
            assert!(generator.regularizer_gradients(&model.real, &latent).is_empty());
            continue;
        };
        let tracked = flat(&generator, GradientsParams::from_grads(tracked, &generator));
        let ours = generator.regularizer_gradients(&model.real, &latent);
        assert_near(&flat(&generator, ours), &tracked);
    }
}

#[test]
fn samples_without_a_tape_are_those_with_it() {
    let values = |x: Tensor<2>| -> Vec<Vec<f32>> { vec![x.into_data().iter::<f32>().collect()] };
    for model in models() {
        let tracked = model.generator.clone().train().generate(&model.latent).constant();
        let ours = model.generator.generate(&model.latent);
        assert_near(&values(ours.x.clone()), &values(tracked.x));
        assert_near(&values(ours.y.clone()), &values(tracked.y));
        // The critic sees the same of a known composition, whoever writes it down.
        let drawn = model.generator.draw(&model.latent);
        let forward = model.generator.forward(&model.latent);
        if !drawn.codes.is_empty() {
            assert_near(&[drawn.codes], &values(forward.codes));
        }
        let chosen: Vec<i64> = forward.elements.argmax(2).into_data().iter::<i64>().collect();
        let k = model.alphabet.n_slots();
        for (row, chosen) in drawn.chosen.iter().zip(chosen.chunks(k)) {
            assert!(row.iter().zip(chosen).all(|(&a, &b)| a as i64 == b), "{row:?}");
        }
    }
}

#[test]
fn rules_bar_the_same_elements_without_a_tape() {
    let mut model = model(1, 0, false);
    let oxygen = vec![Element::from_symbol("O").unwrap()];
    let rules = ElementRules { contains: oxygen, ..ElementRules::default() };
    model.latent.rules = Some(Arc::new(SlotRules::new(&rules, &model.alphabet).unwrap()));
    let drawn = model.generator.draw(&model.latent);
    let forward = model.generator.forward(&model.latent);
    let chosen: Vec<i64> = forward.elements.argmax(2).into_data().iter::<i64>().collect();
    for (row, chosen) in drawn.chosen.iter().zip(chosen.chunks(model.alphabet.n_slots())) {
        assert!(row.iter().zip(chosen).all(|(&a, &b)| a as i64 == b));
    }
}

#[test]
fn a_step_is_the_same_to_the_bit_on_any_number_of_threads() {
    let step = |n_threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| {
            let model = model(2, 2, true);
            let generator = model.generator.train();
            let loss = GeneratorLoss { objective: Objective::Wasserstein, critic: &model.critic };
            let (gradients, figures) = generator.loss_gradients(&loss, &model.real, &model.latent);
            (flat(&generator, gradients), figures)
        })
    };
    assert_eq!(step(1), step(3));
}

#[test]
fn other_objectives_take_the_tape() {
    let model = model(1, 0, false);
    let generator = model.generator.train();
    let loss = GeneratorLoss { objective: Objective::NonSaturating, critic: &model.critic };
    let (_, figures) = generator.loss_gradients(&loss, &model.real, &model.latent);
    assert_eq!(figures.engine, Engine::Tape);
}
