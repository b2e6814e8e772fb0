//! One line per condition: is a class or a range of numbers learnt?

use std::fmt;

use burn::tensor::Device;
use ndarray::{Array2, Axis};
use rand::Rng;
use serde::{Deserialize, Serialize};
use wgan_core::judge::{Scores, W1Config, W1Report, precision_coverage};
use wgan_core::{InputGradient, WganError};

use super::groups::Group;
use super::{Predictor, Targets, largest_slope_in_x};
use crate::condition::{Schema, tensor};
use crate::conditioned::Conditioned;
use crate::error::CondError;
use crate::labelled::Labelled;

/// Settings of a report.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReportConfig {
    /// Settings of the distances; without a permutation test unless asked for.
    pub w1: W1Config,
    /// Intervals of a number, with about equally many real samples each, at least 1 (5).
    pub n_bins: usize,
    /// Neighbours that make the balls of the coverage, at least 1 (5: Naeem et al. 2020).
    pub n_neighbours: usize,
}

impl Default for ReportConfig {
    fn default() -> Self {
        let w1 = W1Config { n_permutations: 0, ..W1Config::default() };
        Self { w1, n_bins: 5, n_neighbours: 5 }
    }
}

/// What a report needs besides samples.
pub struct Examination<'a, C> {
    /// The model's conditions.
    pub schema: &'a Schema,
    /// The trained critic: its scores give the lower end of the bracket, its slope is audited.
    pub critic: &'a C,
    /// Predicts the condition from a sample; fitted to real samples that are not in the report.
    pub judge: &'a dyn Predictor,
    /// Settings.
    pub config: ReportConfig,
    /// Where the critic computes.
    pub device: &'a Device,
}

/// How one condition is met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConditionRow {
    /// Category, or interval with its unit.
    pub label: String,
    /// Real samples.
    pub n_real: usize,
    /// Fake samples.
    pub n_fake: usize,
    /// Bracket and floor of W₁ between the two; `None` for fewer than 4 real or 2 fake samples.
    pub w1: Option<W1Report>,
    /// Share of the real samples that have a fake one about as near as real ones are; `None` where
    /// there are too few. About `1 − 2^(−k)` for equal laws.
    pub coverage: Option<f64>,
    /// Largest slope of the critic in `x` that was found, at most slightly above 1 if it keeps its
    /// constraint; `None` without samples.
    pub slope: Option<f64>,
    /// What the judge finds in the fake samples: share with the class asked for, or mean deviation
    /// from the number asked for, in its unit.
    pub adherence: Option<f64>,
    /// The same in the real samples: as good as this judge can find.
    pub real_adherence: Option<f64>,
}

/// How each value of one condition is met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConditionalReport {
    /// The condition, with its unit.
    pub column: String,
    /// One row per category, or per interval of numbers.
    pub rows: Vec<ConditionRow>,
}

impl<C: InputGradient<Sample = Labelled>> Examination<'_, C> {
    /// Compares real and fake samples for each value of column `name`.
    ///
    /// Real samples should be held out from training: the floor is then that of fresh samples.
    ///
    /// # Errors
    /// No such column, samples of different dimensions or without that column, settings out of range.
    pub fn report<R: Rng>(
        &self,
        name: &str,
        real: &Conditioned,
        fake: &Conditioned,
        rng: &mut R,
    ) -> Result<ConditionalReport, CondError> {
        if self.config.n_bins == 0 {
            return Err(WganError::config("n_bins", "at least 1", 0).into());
        }
        let (_, column, coding) = self.schema.column(name)?;
        let targets = |side: &Conditioned| Targets::of(self.schema, name, &side.conditions);
        let (real_targets, fake_targets) = (targets(real)?, targets(fake)?);
        let groups = Group::all(column, coding, &real_targets, self.config.n_bins);
        let mut row = |group: &Group| {
            let real = real.select(&group.members(&real_targets));
            let fake = fake.select(&group.members(&fake_targets));
            Ok(ConditionRow {
                label: group.label.clone(),
                n_real: real.len(),
                n_fake: fake.len(),
                w1: self.w1(&real, &fake, rng)?,
                coverage: self.coverage(&real, &fake)?,
                slope: self.slope(&real, &fake)?,
                adherence: self.adherence(name, &fake)?,
                real_adherence: self.adherence(name, &real)?,
            })
        };
        let rows: Result<Vec<_>, CondError> = groups.iter().map(&mut row).collect();
        Ok(ConditionalReport { column: column.label(), rows: rows? })
    }

    fn w1<R: Rng>(
        &self,
        real: &Conditioned,
        fake: &Conditioned,
        rng: &mut R,
    ) -> Result<Option<W1Report>, CondError> {
        if real.len() < 4 || fake.len() < 2 {
            return Ok(None);
        }
        let (on_real, on_fake) = (self.scores(real)?, self.scores(fake)?);
        let scores = Some(Scores { real: &on_real, fake: &on_fake });
        let (real, fake) = (real.x.view(), fake.x.view());
        Ok(Some(W1Report::measure(real, fake, scores, self.config.w1, rng)?))
    }

    fn coverage(&self, real: &Conditioned, fake: &Conditioned) -> Result<Option<f64>, CondError> {
        let k = self.config.n_neighbours;
        if real.len().min(fake.len()) <= k {
            return Ok(None);
        }
        Ok(Some(precision_coverage(real.x.view(), fake.x.view(), k)?.coverage))
    }

    /// Between pairs of a real and a fake sample, under the condition of the fake one.
    fn slope(&self, real: &Conditioned, fake: &Conditioned) -> Result<Option<f64>, CondError> {
        if real.is_empty() || fake.is_empty() {
            return Ok(None);
        }
        let partner: Vec<usize> = (0..fake.len()).map(|i| i % real.len()).collect();
        let real = real.x.select(Axis(0), &partner);
        let (real, fake_x, y) = (real.view(), fake.x.view(), self.coded(fake)?);
        Ok(Some(largest_slope_in_x(self.critic, real, fake_x, &y, self.device)))
    }

    fn adherence(&self, name: &str, side: &Conditioned) -> Result<Option<f64>, CondError> {
        if side.is_empty() {
            return Ok(None);
        }
        Ok(Some(side.adherence(self.schema, name, self.judge)?))
    }

    fn scores(&self, side: &Conditioned) -> Result<Vec<f64>, CondError> {
        let x = tensor(&side.x.mapv(|value| value as f32), self.device);
        let y = tensor(&self.coded(side)?, self.device);
        let scores = self.critic.score(&Labelled { x, y });
        Ok(scores.into_data().iter::<f32>().map(f64::from).collect())
    }

    fn coded(&self, side: &Conditioned) -> Result<Array2<f32>, CondError> {
        Ok(self.schema.encode_given(&side.conditions)?.y)
    }
}

impl fmt::Display for ConditionalReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|row| row.label.len()).chain([self.column.len()]).max();
        let width = width.unwrap_or(0);
        writeln!(
            out,
            "{:width$}  real  fake     n  W1 from     to  floor  ratio  cover  slope  holds  (real)",
            self.column
        )?;
        for row in &self.rows {
            write!(out, "{:width$} {:5} {:5} ", row.label, row.n_real, row.n_fake)?;
            match &row.w1 {
                Some(w1) => write!(
                    out,
                    "{:5} {:8.4} {:6.4} {:6.4} {:6.2} ",
                    w1.n, w1.lower, w1.upper, w1.floor, w1.ratio
                )?,
                None => write!(out, "{:>5} {:>8} {:>6} {:>6} {:>6} ", "–", "–", "–", "–", "–")?,
            }
            let cells = [row.coverage, row.slope, row.adherence, row.real_adherence];
            for (cell, space) in cells.into_iter().zip([6, 6, 6, 7]) {
                match cell {
                    Some(value) => write!(out, "{value:space$.3} ")?,
                    None => write!(out, "{:>space$} ", "–")?,
                }
            }
            writeln!(out)?;
        }
        Ok(())
    }
}
