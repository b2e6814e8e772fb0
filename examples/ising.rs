//! Configurations of the two-dimensional Ising model below, at and above its critical temperature: convolutional against perceptron
//! generators, with and without batch norm, and a generator that draws every spin.
//!
//! Known answer: the mean energy of the 16 × 16 torus is known in closed form (Kaufman 1949), which the Monte-Carlo must meet. The laws of energy per spin
//! and |m| are compared with it by exact W₁; two samples of the Monte-Carlo itself are one floor apart.

use std::process::ExitCode;

use burn::module::{Module, ModuleDisplay};
use burn::tensor::Tensor;
use ndarray::{Array2, ArrayView1, Axis};
use rand_chacha::ChaCha8Rng;
use wgan_core::lattice::{
    ConvCritic, ConvCriticConfig, ConvGeneratorConfig, LatticeSummaries, SpinGeneratorConfig,
    Summarised,
};
use wgan_core::lipschitz::EachMember;
use wgan_core::model::Committee;
use wgan_core::train::Schedule;
use wgan_core::transport::w1_sorted;
use wgan_core::{
    Fit, GaussianPrior, Generator, GradientPenalty, MlpConfig, MlpCritic, MlpGenerator,
    OptimizerConfig, TrainConfig, Wgan, points_of, tensor_of,
};
use wgan_examples::ising::{Wolff, critical_temperature, energy, exact_energy, magnetisation};
use wgan_examples::{Experiment, Failure, Panel, device, mean, save};

const PROBLEM: &str = "Ising configurations on a 16 × 16 torus at three temperatures: do generators meet the laws of energy and |m|?\n\
    Known answer: exact mean energy; two samples of 2,000 configurations of the law itself are one floor apart.";

/// Sites along a side of the lattice.
const SIDE: usize = 16;
/// Configurations per comparison.
const N: usize = 2000;
/// Independent samples of each law; W₁ is the mean over as many pairs.
const N_SAMPLES: usize = 10;
const D_LATENT: usize = 32;
/// Configurations per update of the usual generators.
const BATCH: usize = 64;
const PLAIN: [&str; 4] =
    ["convolutional", "convolutional, batch norm", "perceptron", "perceptron, batch norm"];

/// Energies per spin, and |m|.
type Laws = [Vec<f64>; 2];

fn laws(rows: &Array2<f64>) -> Laws {
    let rows = || rows.rows().into_iter();
    [rows().map(energy).collect(), rows().map(magnetisation).collect()]
}

/// Mean `s s′` of diagonal neighbours.
fn diagonal(rows: &Array2<f64>) -> f64 {
    let of_row = |row: ArrayView1<'_, f64>| {
        let next = |site: usize| (site / SIDE + 1) % SIDE * SIDE + (site + 1) % SIDE;
        (0..row.len()).map(|site| row[site] * row[next(site)]).sum::<f64>() / row.len() as f64
    };
    mean(&rows.rows().into_iter().map(of_row).collect::<Vec<_>>())
}

/// One sample in `N_SAMPLES` of rows, every tenth row: neighbours in the Markov chain are apart.
fn sample(rows: &Array2<f64>, number: usize) -> Laws {
    let some: Vec<usize> = (0..N).map(|k| k * N_SAMPLES + number).collect();
    laws(&rows.select(Axis(0), &some))
}

/// Mean W₁ of the two laws over pairs of samples.
fn distances(pairs: &[(&Laws, &Laws)]) -> Result<[f64; 2], Failure> {
    let mut total = [0.0; 2];
    for (one, other) in pairs {
        for k in [0, 1] {
            total[k] += w1_sorted(&one[k], &other[k])? / pairs.len() as f64;
        }
    }
    Ok(total)
}

/// A generator as usual: one latent vector, a number between −1 and 1 at each site whose sign is the spin.
#[derive(Module, Debug)]
struct Plain<G> {
    network: G,
}

impl<G> Generator for Plain<G>
where
    G: Generator<Latent = Tensor<2>, Sample = Tensor<2>> + ModuleDisplay,
{
    type Latent = Tensor<2>;
    type Sample = Tensor<2>;

    fn generate(&self, z: &Tensor<2>) -> Tensor<2> {
        self.network.generate(z).tanh()
    }
}

/// Configurations of one of the `PLAIN` models.
fn run_plain(model: &str, data: &Tensor<2>, run: &Experiment) -> Result<Array2<f64>, Failure> {
    let (device, mut rng) = (device(), run.rng(2));
    let critic = ConvCriticConfig::new(SIDE).with_channels(vec![8, 16]).init(&mut rng, &device)?;
    let has_norm = model.ends_with("batch norm");
    if model.starts_with("convolutional") {
        let config = ConvGeneratorConfig::new(D_LATENT, SIDE).with_has_batch_norm(has_norm);
        let network = config.init(&mut rng, &device)?;
        return train_plain(critic, network, data, run, rng);
    }
    let config = MlpConfig::new(D_LATENT, SIDE * SIDE).with_depth(2);
    let network = MlpGenerator::new(&config, &mut rng, &device)?;
    let network = if has_norm { network.with_batch_norm(&device) } else { network };
    train_plain(critic, network, data, run, rng)
}

/// Against a convolutional critic that sees the spins.
fn train_plain<G>(
    critic: ConvCritic,
    network: G,
    data: &Tensor<2>,
    run: &Experiment,
    mut rng: ChaCha8Rng,
) -> Result<Array2<f64>, Failure>
where
    G: Generator<Latent = Tensor<2>, Sample = Tensor<2>> + ModuleDisplay,
{
    let device = device();
    let rate = OptimizerConfig::adam(2e-3);
    let config = TrainConfig::new(BATCH, run.size(150, 30))
        .with_critic_optimizer(rate)
        .with_generator_optimizer(rate)
        .with_schedule(Schedule::HalfLinear)
        .with_ema_decay(0.95);
    let wgan = Wgan::new(critic, Plain { network }, GradientPenalty::one_sided(1.0), &config);
    let prior = GaussianPrior { dim: D_LATENT };
    let generator = Fit::new(data, &prior, &device, run.seed)?.run(wgan)?.wgan.averaged;
    // Batch norm makes what it was trained to make in batches of the same size.
    let mut fields = Vec::new();
    for _ in 0..(N * N_SAMPLES).div_ceil(BATCH) {
        fields.push(points_of(&generator.generate(&prior.sample(BATCH, &mut rng, &device))));
    }
    let fields =
        ndarray::concatenate(Axis(0), &fields.iter().map(|f| f.view()).collect::<Vec<_>>())?;
    Ok(fields.mapv(|a| if a > 0.0 { 1.0 } else { -1.0 }))
}

/// A generator that draws every spin, against critics that see energy, |m| and correlations: one critic of all of them, and one each of
/// the two laws in question.
fn train_spins(
    data: &Tensor<2>,
    is_critical: bool,
    run: &Experiment,
) -> Result<Array2<f64>, Failure> {
    let (device, mut rng) = (device(), run.rng(3));
    let rate = OptimizerConfig::adam(4e-3);
    // Clusters of all sizes at T_c: larger batches and a longer average for what fluctuates most.
    let config = if is_critical {
        TrainConfig::new(128, run.size(1000, 500))
            .with_schedule(Schedule::Cosine)
            .with_ema_decay(0.995)
    } else {
        TrainConfig::new(64, run.size(900, 500))
            .with_schedule(Schedule::HalfLinear)
            .with_ema_decay(0.99)
    };
    let config = config.with_n_critic(3).with_critic_optimizer(rate).with_generator_optimizer(rate);
    let seen: Vec<Vec<usize>> = vec![(0..LatticeSummaries::WIDTH).collect(), vec![0], vec![1]];
    let critics = seen.iter().map(|columns| {
        let config = MlpConfig::new(columns.len(), 1).with_width(32).with_depth(2);
        MlpCritic::new(&config, &mut rng, &device)
    });
    let critic = Committee::new(critics.collect::<Result<_, _>>()?, seen, LatticeSummaries::WIDTH)?;
    let summaries = LatticeSummaries::fit(data)?;
    let real = summaries.apply(data);
    let generator = SpinGeneratorConfig::new(SIDE).init(&mut rng, &device)?;
    let prior = generator.prior();
    let wgan = Wgan::new(
        critic,
        Summarised { generator, summaries },
        EachMember(GradientPenalty::one_sided(0.1)),
        &config,
    );
    let fit = Fit::new(&real, &prior, &device, run.seed)?;
    let generator = fit.run(wgan)?.wgan.averaged.generator;
    let mut rows = Vec::new();
    for _ in 0..N_SAMPLES {
        rows.push(points_of(&generator.generate(&prior.sample(N, &mut rng, &device))));
    }
    Ok(ndarray::concatenate(Axis(0), &rows.iter().map(|part| part.view()).collect::<Vec<_>>())?)
}

fn main() -> Result<ExitCode, Failure> {
    let mut run = Experiment::start("ising", PROBLEM)?;
    let mut rng = run.rng(1);
    let temperatures = [("T = 2", 2.0), ("T = T_c", critical_temperature()), ("T = 2.6", 2.6)];
    let bar = run.progress(temperatures.len() * (PLAIN.len() + 1));
    let (mut energies, mut magnetisations, mut pictures) = (Vec::new(), Vec::new(), Vec::new());
    for (name, temperature) in temperatures {
        let mut chain = Wolff::new(SIDE, temperature, &mut rng);
        let data = tensor_of(chain.draw(20_000, &mut rng).view(), &device());
        let rows = chain.draw(N * N_SAMPLES, &mut rng);
        let exact = exact_energy(SIDE, temperature);
        run.near(&format!("{name}: energy, Monte-Carlo"), exact, 0.005, mean(&laws(&rows)[0]));
        let real: Vec<Laws> = (0..N_SAMPLES).map(|k| sample(&rows, k)).collect();
        let others = (0..N_SAMPLES).map(|k| (&real[k], &real[(k + 1) % N_SAMPLES]));
        let floor = distances(&others.collect::<Vec<_>>())?;
        run.note("  floor of the energy per spin", floor[0]);
        run.note("  floor of |m|", floor[1]);

        let ratios = |fake: &Array2<f64>| -> Result<[f64; 2], Failure> {
            let fake: Vec<Laws> = (0..N_SAMPLES).map(|k| sample(fake, k)).collect();
            let distance = distances(&real.iter().zip(&fake).collect::<Vec<_>>())?;
            Ok([distance[0] / floor[0], distance[1] / floor[1]])
        };
        let mut shown = vec![("Monte-Carlo", laws(&rows))];
        for model in PLAIN {
            let fake = run_plain(model, &data, &run)?;
            let [of_energy, of_m] = ratios(&fake)?;
            run.note(&format!("{name}, {model}: W1 / floor of the energy"), of_energy);
            run.note("  of |m|", of_m);
            if model == PLAIN[0] {
                shown.push(("convolutional", laws(&fake)));
            }
            bar.inc(1);
        }
        // At T_c patches of all sizes occur, and the law of |m| is the broadest.
        let fake = train_spins(&data, name == "T = T_c", &run)?;
        let [of_energy, of_m] = ratios(&fake)?;
        run.at_most(&format!("{name}, spins drawn: W1 / floor of the energy"), 2.0, of_energy);
        run.at_most("  of |m|", 2.0, of_m);
        run.note("  energy", mean(&laws(&fake)[0]));
        run.note("  diagonal neighbours, which no critic sees: ⟨s s′⟩", diagonal(&fake));
        run.note("  by Monte-Carlo", diagonal(&rows));
        bar.inc(1);
        shown.push(("spins drawn", laws(&fake)));

        let law = |k: usize, title: &str, axis: &str, range| {
            let panel = Panel::new(&format!("{name}: {title}"), axis, "share (%)");
            shown
                .iter()
                .fold(panel, |panel, (model, laws)| panel.histogram(model, &laws[k], range, 24))
        };
        energies.push(law(0, "energy", "energy per spin (coupling)", (-2.0, 0.2)));
        let of_m = law(1, "magnetisation", "|m|", (0.0, 1.0));
        magnetisations.push(of_m);
        pictures.push(picture(&format!("{name}: generated, spins drawn"), &fake));
    }
    energies.extend(magnetisations);
    energies.extend(pictures);
    save(&run.path("ising.svg"), 3, &energies)?;
    Ok(run.finish())
}

/// The first configuration.
fn picture(title: &str, rows: &Array2<f64>) -> Panel {
    let spins = rows.row(0).to_vec();
    let side = SIDE as f64;
    Panel::new(title, "site", "site").level_map((0.0, side), SIDE, |_| spins.clone())
}
