//! Endless candidates, chunk by chunk.

use std::collections::VecDeque;

use rayon::prelude::*;

use crate::error::MaterialsError;
use crate::model::{Candidate, Chunk, Sampler};
use crate::oxidation::{is_charge_neutral, is_charge_neutral_usual, nearest_neutral};

/// Chunks without a single neutral candidate after which the search is given up.
const PATIENCE: usize = 20;

/// Candidates of one seed, in order; made neutral on request.
///
/// Several chunks are drawn at once, one per thread; which candidates come, and in what order, does not
/// depend on how many.
pub struct CandidateStream<'a> {
    sampler: &'a Sampler,
    seed: u64,
    is_neutral: bool,
    next: u64,
    ready: VecDeque<Chunk>,
    /// Candidates drawn from the generator so far.
    pub n_drawn: usize,
    /// How many of them were charge neutral before anything was changed.
    pub n_neutral: usize,
    /// How many compositions were known when first drawn.
    pub n_known: usize,
}

impl<'a> CandidateStream<'a> {
    /// Stream of `seed`; with `is_neutral` each composition is replaced by the nearest neutral one,
    /// and left out where there is none. A composition in a prototype keeps its amounts, and is left out where it is not neutral.
    ///
    /// Properties and critic score stay those of the composition as it was drawn.
    pub fn new(sampler: &'a Sampler, seed: u64, is_neutral: bool) -> Self {
        let ready = VecDeque::new();
        Self { sampler, seed, is_neutral, next: 0, ready, n_drawn: 0, n_neutral: 0, n_known: 0 }
    }

    /// The stream from this chunk on.
    #[must_use]
    pub fn starting_at(self, chunk: u64) -> Self {
        Self { next: chunk, ..self }
    }

    /// The chunk that comes next.
    pub fn position(&self) -> u64 {
        self.next - self.ready.len() as u64
    }

    /// The next candidates, at least one.
    ///
    /// # Errors
    /// [`MaterialsError::NoNeutral`] if neutral ones are asked for and none is found.
    pub fn next_chunk(&mut self) -> Result<Vec<Candidate>, MaterialsError> {
        for _ in 0..PATIENCE {
            let kept = self.chunk()?;
            if !kept.is_empty() {
                return Ok(kept);
            }
        }
        Err(MaterialsError::NoNeutral { n_drawn: self.n_drawn })
    }

    /// The candidates of the chunk at [`position`](Self::position); none where neutral ones are asked for and it has none.
    ///
    /// # Errors
    /// If it cannot be drawn.
    pub fn chunk(&mut self) -> Result<Vec<Candidate>, MaterialsError> {
        if self.ready.is_empty() {
            self.draw_ahead()?;
        }
        let Some(chunk) = self.ready.pop_front() else { return Ok(Vec::new()) };
        self.n_known += chunk.n_known;
        let chunk = chunk.candidates;
        self.n_drawn += chunk.len();
        self.n_neutral += chunk.par_iter().filter(|c| is_charge_neutral(&c.composition)).count();
        Ok(if self.is_neutral { made_neutral(chunk) } else { chunk })
    }

    /// Draws the next chunks, one per thread.
    fn draw_ahead(&mut self) -> Result<(), MaterialsError> {
        let first = self.next;
        self.next += rayon::current_num_threads() as u64;
        let draw = |index| self.sampler.chunk(self.seed, index);
        let chunks: Result<VecDeque<Chunk>, MaterialsError> =
            (first..self.next).into_par_iter().map(draw).collect();
        self.ready = chunks?;
        Ok(())
    }
}

fn made_neutral(chunk: Vec<Candidate>) -> Vec<Candidate> {
    chunk
        .into_par_iter()
        .filter_map(|candidate| {
            if candidate.prototype.is_some() {
                // Other amounts are another structure: what is not neutral is left out.
                return is_charge_neutral_usual(&candidate.composition).then_some(candidate);
            }
            let composition = nearest_neutral(&candidate.composition)?;
            Some(Candidate { composition, ..candidate })
        })
        .collect()
}
