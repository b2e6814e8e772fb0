//! The one training loop.

use std::time::{Duration, Instant};

use burn::tensor::{Device, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::checkpoint::RunState;
use super::{
    Checkpoints, CriticStep, Dataset, Engines, Evaluated, History, Record, Recorder, StopReason,
    StopRule, TrainConfig, W1Evaluation, Wgan,
};
use crate::error::WganError;
use crate::lipschitz::LipschitzStrategy;
use crate::model::{Critic, Generator, Prior};
use crate::weights::has_finite_weights;

/// Trains a [`Wgan`]: draws batches, records, checkpoints, stops.
///
/// Every random number comes from one generator seeded on the host, so the same seed, data and
/// settings give the same weights on any number of threads.
pub struct Fit<'a, D: Dataset, P> {
    data: &'a D,
    prior: &'a P,
    device: Device,
    rng: ChaCha8Rng,
    seed: u64,
    recorders: Vec<Box<dyn Recorder + 'a>>,
    stop_rules: Vec<Box<dyn StopRule + 'a>>,
    evaluation: Option<W1Evaluation<D::Sample>>,
    checkpoints: Option<Checkpoints>,
    time_limit: Option<Duration>,
}

/// What a run leaves behind.
pub struct FitOutcome<C, G, S> {
    /// The trained networks.
    pub wgan: Wgan<C, G, S>,
    /// What was measured.
    pub history: History,
    /// Why it ended.
    pub reason: StopReason,
    /// Steps done.
    pub n_steps: usize,
    /// What computed the gradients, in this sitting.
    pub engines: Engines,
    /// The generator of random numbers where the run left it.
    pub rng: ChaCha8Rng,
}

impl<C, G, S> FitOutcome<C, G, S> {
    /// The same, for callers to whom a run that diverged is worth nothing.
    ///
    /// # Errors
    /// [`WganError::Diverged`] if a loss or a weight was not finite.
    pub fn into_result(self) -> Result<Self, WganError> {
        match self.reason {
            StopReason::NonFinite => Err(WganError::Diverged { step: self.n_steps }),
            StopReason::MaxSteps | StopReason::EarlyStop | StopReason::Timeout => Ok(self),
        }
    }
}

impl<'a, D: Dataset, P: Prior<D::Sample>> Fit<'a, D, P> {
    /// A run on `data` with latents from `prior`; its settings are those of the [`Wgan`] that it trains.
    ///
    /// # Errors
    /// [`WganError::Config`] if `data` is empty; [`WganError::NotFinite`] for entries that are NaN or infinite.
    pub fn new(data: &'a D, prior: &'a P, device: &Device, seed: u64) -> Result<Self, WganError> {
        if data.is_empty() {
            return Err(WganError::config("data", "at least one sample", 0));
        }
        data.check()?;
        Ok(Self {
            data,
            prior,
            device: device.clone(),
            rng: ChaCha8Rng::seed_from_u64(seed),
            seed,
            recorders: Vec::new(),
            stop_rules: Vec::new(),
            evaluation: None,
            checkpoints: None,
            time_limit: None,
        })
    }

    /// Draws from `rng` as it stands instead of a generator of the run's own.
    #[must_use]
    pub fn with_rng(mut self, rng: ChaCha8Rng) -> Self {
        self.rng = rng;
        self
    }

    /// Also tells `recorder`.
    #[must_use]
    pub fn with_recorder(mut self, recorder: impl Recorder + 'a) -> Self {
        self.recorders.push(Box::new(recorder));
        self
    }

    /// Also stops when `rule` says so.
    #[must_use]
    pub fn with_stop_rule(mut self, rule: impl StopRule + 'a) -> Self {
        self.stop_rules.push(Box::new(rule));
        self
    }

    /// Also measures the generated law by exact transport as it trains; [`Indistinguishable`](super::Indistinguishable) stops
    /// on it.
    #[must_use]
    pub fn with_evaluation(mut self, evaluation: W1Evaluation<D::Sample>) -> Self {
        self.evaluation = Some(evaluation);
        self
    }

    /// Saves checkpoints, and resumes from the newest one if there is one.
    #[must_use]
    pub fn with_checkpoints(mut self, checkpoints: Checkpoints) -> Self {
        self.checkpoints = Some(checkpoints);
        self
    }

    /// Ends after this much training time, over all sittings. The result then depends on the
    /// speed of the machine.
    #[must_use]
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// Trains until a reason to stop.
    ///
    /// # Errors
    /// [`WganError::Config`] if a setting of `wgan` is out of range; else only where files cannot be read or written, or
    /// an evaluation has settings out of range. An early end is a [`StopReason`].
    pub fn run<C, G, S>(self, wgan: Wgan<C, G, S>) -> Result<FitOutcome<C, G, S>, WganError>
    where
        C: Critic<Sample = D::Sample>,
        G: Generator<Sample = D::Sample, Latent = P::Latent>,
        S: LipschitzStrategy<C> + Clone,
    {
        self.run_watched(wgan, |_, _| Ok(()))
    }

    /// Like [`Fit::run`], and shows the networks to `watch` after each step, with the number of steps done.
    ///
    /// # Errors
    /// As [`Fit::run`], and those of `watch`.
    pub fn run_watched<C, G, S, E: From<WganError>>(
        mut self,
        wgan: Wgan<C, G, S>,
        mut watch: impl FnMut(&Wgan<C, G, S>, usize) -> Result<(), E>,
    ) -> Result<FitOutcome<C, G, S>, E>
    where
        C: Critic<Sample = D::Sample>,
        G: Generator<Sample = D::Sample, Latent = P::Latent>,
        S: LipschitzStrategy<C> + Clone,
    {
        wgan.config().check()?;
        let (mut wgan, mut state) = self.restore(wgan)?;
        let n_steps = wgan.config().n_steps;
        self.recorders.iter_mut().for_each(|r| r.start(state.step, n_steps));
        let clock = Clock::new(state.seconds);
        let (mut good, mut engines) = (wgan.clone(), Engines::default());
        let reason = loop {
            if let Some(reason) = self.reason_to_stop(&state, n_steps) {
                break reason;
            }
            let before = wgan.clone();
            let record = self.iteration(&mut wgan, (&mut state, &mut engines));
            if !record.is_finite() {
                wgan = good;
                break StopReason::NonFinite;
            }
            // Finite losses were computed from these weights, so they are good ones.
            good = before;
            state.step = record.step;
            state.seconds = clock.seconds();
            // A finite loss may have a gradient that is not: what is kept is looked at itself.
            if self.is_kept(&state, n_steps)
                && !(has_finite_weights(&wgan.critic) && has_finite_weights(&wgan.generator))
            {
                wgan = good;
                break StopReason::NonFinite;
            }
            self.keep(&record, &mut state, wgan.config())?;
            self.evaluate(&wgan, &mut state)?;
            self.checkpoint(&wgan, &state)?;
            watch(&wgan, state.step)?;
        };
        self.recorders.iter_mut().for_each(|r| r.finish(reason));
        let RunState { step: n_steps, history, rng, .. } = state;
        Ok(FitOutcome { wgan, history, reason, n_steps, engines, rng })
    }

    /// Critic steps, regulariser steps and generator steps, each on a fresh batch and fresh latents.
    fn iteration<C, G, S>(
        &self,
        wgan: &mut Wgan<C, G, S>,
        (state, engines): (&mut RunState, &mut Engines),
    ) -> Record
    where
        C: Critic<Sample = D::Sample>,
        G: Generator<Sample = D::Sample, Latent = P::Latent>,
        S: LipschitzStrategy<C>,
    {
        let (config, rng, done) = (wgan.config().clone(), &mut state.rng, state.step);
        let factor = config.schedule.factor(done, config.n_steps);
        let warm_up = if done == 0 { config.critic_warm_up } else { 0 };
        let mut last = CriticStep::default();
        let mut estimates = Vec::new();
        for _ in 0..config.n_critic + warm_up {
            let real = self.data.draw(config.batch_size, rng);
            let z = self.prior.draw(&real, rng, &self.device);
            let t = self.uniform(config.batch_size, rng);
            last = wgan.critic_step(real, &z, t, factor);
            engines.add_critic(last.engine);
            estimates.push(last.estimate);
            if config.convergence.is_some_and(|rule| rule.is_reached(&estimates)) {
                break;
            }
        }
        let generator_batch = config.generator_batch_size.unwrap_or(config.batch_size);
        for _ in 0..config.n_regularizer {
            let real = self.data.draw(generator_batch, rng);
            let z = self.prior.draw_for_regularizer(&real, rng, &self.device);
            wgan.regularizer_step(&real, &z, factor);
        }
        let mut generator_loss = 0.0;
        for _ in 0..config.n_generator {
            let real = self.data.draw(generator_batch, rng);
            let z = self.prior.draw(&real, rng, &self.device);
            let figures = wgan.generator_step(&real, &z, factor);
            engines.add_generator(figures.engine);
            generator_loss = figures.loss;
        }
        Record {
            step: done + 1,
            seconds: 0.0,
            estimate: last.estimate,
            penalty: last.penalty,
            gradient_norm: last.gradient_norm,
            critic_loss: last.penalty - last.estimate,
            generator_loss,
        }
    }

    /// One interpolation weight per sample, uniform on `[0, 1]`.
    fn uniform(&self, n: usize, rng: &mut ChaCha8Rng) -> Tensor<1> {
        let t: Vec<f32> = (0..n).map(|_| rng.random_range(0.0..=1.0)).collect();
        Tensor::from_data(TensorData::new(t, [n]), &self.device)
    }

    fn restore<C, G, S>(&self, wgan: Wgan<C, G, S>) -> Result<(Wgan<C, G, S>, RunState), WganError>
    where
        C: Critic,
        G: Generator,
    {
        let (wgan, saved) = match &self.checkpoints {
            Some(checkpoints) => checkpoints.load(wgan)?,
            None => (wgan, None),
        };
        let fresh = || RunState {
            step: 0,
            seconds: 0.0,
            rng: self.rng.clone(),
            history: History::default(),
        };
        Ok((wgan, saved.unwrap_or_else(fresh)))
    }

    fn reason_to_stop(&self, state: &RunState, n_steps: usize) -> Option<StopReason> {
        let limit = self.time_limit.map_or(f64::INFINITY, |limit| limit.as_secs_f64());
        let history = &state.history;
        let is_recorded = history.records.last().is_some_and(|r| r.step == state.step)
            || history.evaluations.last().is_some_and(|e| e.step == state.step);
        if state.step >= n_steps {
            Some(StopReason::MaxSteps)
        } else if state.seconds >= limit {
            Some(StopReason::Timeout)
        } else if is_recorded && self.stop_rules.iter().any(|r| r.should_stop(&state.history)) {
            Some(StopReason::EarlyStop)
        } else {
            None
        }
    }

    fn keep(
        &mut self,
        record: &Record,
        state: &mut RunState,
        config: &TrainConfig,
    ) -> Result<(), WganError> {
        self.recorders.iter_mut().for_each(|r| r.step(record.step));
        let is_last = record.step == config.n_steps;
        if !record.step.is_multiple_of(config.record_every) && !is_last {
            return Ok(());
        }
        let record = Record { seconds: state.seconds, ..*record };
        state.history.records.push(record);
        self.recorders.iter_mut().try_for_each(|r| r.record(&record))
    }

    fn evaluate<C, G, S>(
        &mut self,
        wgan: &Wgan<C, G, S>,
        state: &mut RunState,
    ) -> Result<(), WganError>
    where
        C: Critic<Sample = D::Sample>,
        G: Generator<Sample = D::Sample, Latent = P::Latent>,
        S: LipschitzStrategy<C>,
    {
        let Some(evaluation) = self.evaluation.as_ref().filter(|e| e.is_due(state.step)) else {
            return Ok(());
        };
        let at = (self.seed, state.step);
        let report = evaluation.report(wgan, self.prior, &self.device, at)?;
        let evaluated = Evaluated { step: state.step, report };
        state.history.evaluations.push(evaluated);
        self.recorders.iter_mut().for_each(|r| r.evaluated(&evaluated));
        Ok(())
    }

    fn checkpoint<C, G, S>(&self, wgan: &Wgan<C, G, S>, state: &RunState) -> Result<(), WganError>
    where
        C: Critic,
        G: Generator<Sample = C::Sample>,
        S: LipschitzStrategy<C>,
    {
        match &self.checkpoints {
            Some(checkpoints) if self.is_kept(state, wgan.config().n_steps) => {
                checkpoints.save(wgan, state)
            }
            _ => Ok(()),
        }
    }

    /// Whether the networks of this step are saved or returned.
    fn is_kept(&self, state: &RunState, n_steps: usize) -> bool {
        let every = self.checkpoints.as_ref().map(|checkpoints| checkpoints.every.max(1));
        state.step == n_steps || every.is_some_and(|n| state.step.is_multiple_of(n))
    }
}

/// Training time over all sittings.
struct Clock {
    before: f64,
    started: Instant,
}

impl Clock {
    fn new(before: f64) -> Self {
        Self { before, started: Instant::now() }
    }

    fn seconds(&self) -> f64 {
        self.before + self.started.elapsed().as_secs_f64()
    }
}
