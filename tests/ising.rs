//! The claims of `examples/ising.rs`, at reduced size.

use burn::module::Module;
use burn::tensor::Tensor;
use ndarray::{Array2, Axis};
use wgan_cond::{
    ConcatCritic, ConcatGenerator, Condition, ConditionColumn, ConditionalData, ConditionalPrior,
    Schema,
};
use wgan_core::lattice::{
    ConvCriticConfig, ConvGeneratorConfig, LatticeSummaries, SpinGenerator, SpinGeneratorConfig,
    Summarised,
};
use wgan_core::lipschitz::EachMember;
use wgan_core::model::Committee;
use wgan_core::train::Schedule;
use wgan_core::transport::w1_sorted;
use wgan_core::{
    Fit, GaussianPrior, Generator, GradientPenalty, MlpConfig, MlpCritic, OptimizerConfig,
    TrainConfig, Wgan, points_of, tensor_of,
};
use wgan_examples::ising::{Wolff, energy, exact_energy, magnetisation};
use wgan_tests::{device, rng, values, weight_gradients};

const SIDE: usize = 16;
const TEMPERATURE: f64 = 2.0;

fn energies(rows: &Array2<f64>) -> Vec<f64> {
    rows.rows().into_iter().map(energy).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn config(n_steps: usize, learning_rate: f64) -> TrainConfig {
    let rate = OptimizerConfig::adam(learning_rate);
    TrainConfig::new(64, n_steps)
        .with_n_critic(3)
        .with_critic_optimizer(rate)
        .with_generator_optimizer(rate)
        .with_schedule(Schedule::HalfLinear)
        .with_ema_decay(0.95)
}

#[test]
fn the_first_two_summaries_are_energy_and_magnetisation() {
    let rows = Wolff::new(SIDE, 2.3, &mut rng(1)).draw(20, &mut rng(2));
    let ours = points_of(&LatticeSummaries::per_spin(&tensor_of(rows.view(), &device())));
    for (row, ours) in rows.rows().into_iter().zip(ours.rows()) {
        assert!((ours[0] - energy(row)).abs() < 1e-6);
        assert!((ours[1] - magnetisation(row)).abs() < 1e-6);
    }
}

#[test]
fn a_generator_that_draws_spins_meets_the_law_of_the_energy() {
    let mut chain = Wolff::new(SIDE, TEMPERATURE, &mut rng(1));
    let data = tensor_of(chain.draw(5000, &mut rng(2)).view(), &device());
    let (one, other) = (chain.draw(1000, &mut rng(3)), chain.draw(1000, &mut rng(4)));
    let floor = w1_sorted(&energies(&one), &energies(&other)).unwrap();

    let seen: Vec<Vec<usize>> = vec![(0..LatticeSummaries::WIDTH).collect(), vec![0], vec![1]];
    let member = |columns: &Vec<usize>| {
        let config = MlpConfig::new(columns.len(), 1).with_width(32).with_depth(2);
        MlpCritic::new(&config, &mut rng(5), &device()).unwrap()
    };
    let members = seen.iter().map(member).collect();
    let summaries = LatticeSummaries::fit(&data).unwrap();
    let real = summaries.apply(&data);
    let config = config(150, 4e-3);
    let start = SpinGeneratorConfig::new(SIDE).init(&mut rng(6), &device()).unwrap();
    let wgan = Wgan::new(
        Committee::new(members, seen, LatticeSummaries::WIDTH).unwrap(),
        Summarised { generator: start.clone(), summaries },
        EachMember(GradientPenalty::one_sided(0.1)),
        &config,
    );
    let prior = start.prior();
    let fit = Fit::new(&real, &prior, &device(), 7).unwrap();
    let trained = fit.run(wgan).unwrap().wgan.averaged.generator;

    let z = prior.sample(1000, &mut rng(8), &device());
    let law = |generator: &SpinGenerator| energies(&points_of(&generator.generate(&z)));
    let distance = |law: &[f64]| w1_sorted(law, &energies(&one)).unwrap() / floor;
    let (before, after) = (law(&start), law(&trained));
    assert!(distance(&before) > 100.0);
    // The full run is longer, with larger batches.
    assert!(distance(&after) < 5.0, "{}", distance(&after));
    assert!((mean(&after) - exact_energy(SIDE, TEMPERATURE)).abs() < 0.1, "{}", mean(&after));
}

#[test]
fn a_temperature_between_those_learnt_has_its_own_energy() {
    let (learnt, asked) = ([1.9, 2.2, 2.5, 2.8], [2.05, 2.65]);
    let parts = learnt.map(|t| Wolff::new(SIDE, t, &mut rng(1)).draw(1500, &mut rng(2)));
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    let spins = tensor_of(ndarray::concatenate(Axis(0), &views).unwrap().view(), &device());
    let at = |t: f64| Condition::new().with("temperature", t);
    let conditions: Vec<_> = learnt.iter().flat_map(|&t| vec![at(t); 1500]).collect();
    let columns = [ConditionColumn::number("temperature", "coupling")];
    let schema = Schema::fit(&columns, &conditions).unwrap();
    let summaries = LatticeSummaries::fit(&spins).unwrap();
    let real = points_of(&summaries.apply(&spins));
    let data = ConditionalData::new(real.view(), &conditions, &schema, &device()).unwrap();

    let critic = MlpConfig::new(LatticeSummaries::WIDTH, 1).with_width(32);
    let generator = SpinGeneratorConfig::new(SIDE).with_n_conditions(schema.width());
    let generator = generator.init(&mut rng(4), &device()).unwrap();
    let noise = generator.prior();
    let config = config(200, 4e-3);
    let wgan = Wgan::new(
        ConcatCritic::new(&critic.with_depth(2), schema.width(), &mut rng(3), &device()).unwrap(),
        ConcatGenerator { generator: Summarised { generator, summaries } },
        GradientPenalty::one_sided(0.1),
        &config,
    );
    let prior = ConditionalPrior { dim: noise.dim };
    let fit = Fit::new(&data, &prior, &device(), 5).unwrap();
    let generator = fit.run(wgan).unwrap().wgan.averaged.generator.generator;

    for temperature in asked {
        let y = schema.encode(&vec![at(temperature); 500]).unwrap().y;
        let y = tensor_of(y.mapv(f64::from).view(), &device());
        let z = noise.sample(500, &mut rng(6), &device());
        let made = mean(&energies(&points_of(&generator.generate(&Tensor::cat(vec![y, z], 1)))));
        let exact = exact_energy(SIDE, temperature);
        // The full run, with seven times as many steps and larger batches, is within 0.013.
        assert!((made - exact).abs() < 0.1, "{temperature}: {made} for {exact}");
    }
}

#[test]
fn the_gradient_through_a_spin_is_that_of_its_mean() {
    // The energy is linear in each spin, so that the mean of the gradient over many draws is the slope of the mean energy.
    let generator = SpinGeneratorConfig::new(SIDE).init(&mut rng(4), &device()).unwrap();
    let z = generator.prior().sample(2000, &mut rng(1), &device());
    let mean_energy =
        |g: &SpinGenerator| LatticeSummaries::per_spin(&g.generate(&z)).narrow(1, 0, 1).mean();
    let tracked = generator.clone().train();
    let gradients = weight_gradients(&tracked, &mean_energy(&tracked).backward());
    // The last weight is the offset of the field at every site.
    let last = gradients.len() - 1;
    let step = 0.05;
    let at = |h: f32| values(mean_energy(&wgan_tests::nudged(generator.clone(), last, h)))[0];
    let slope = (at(step) - at(-step)) / (2.0 * step);
    assert!((gradients[last] - slope).abs() < 0.1 * slope.abs(), "{} {slope}", gradients[last]);
}

#[test]
fn convolutional_generator_and_critic_learn_order() {
    let mut chain = Wolff::new(SIDE, TEMPERATURE, &mut rng(1));
    let data = tensor_of(chain.draw(2000, &mut rng(2)).view(), &device());
    for has_batch_norm in [false, true] {
        let config = config(40, 2e-3);
        let generator = ConvGeneratorConfig::new(8, SIDE)
            .with_channels(vec![16, 8])
            .with_has_batch_norm(has_batch_norm)
            .init(&mut rng(3), &device())
            .unwrap();
        let critic = ConvCriticConfig::new(SIDE).with_channels(vec![8, 8]);
        let wgan = Wgan::new(
            critic.init(&mut rng(4), &device()).unwrap(),
            generator.clone(),
            GradientPenalty::one_sided(1.0),
            &config,
        );
        let prior = GaussianPrior { dim: 8 };
        let fit = Fit::new(&data, &prior, &device(), 5).unwrap();
        let trained = fit.run(wgan).unwrap().wgan.averaged;
        let z: Tensor<2> = prior.sample(500, &mut rng(6), &device());
        let energy_of = |x: Tensor<2>| mean(&energies(&points_of(&x.sign())));
        let (before, after) = (energy_of(generator.generate(&z)), energy_of(trained.generate(&z)));
        assert!(after < before - 0.1, "batch norm {has_batch_norm}: {before} {after}");
    }
}
