//! Figures of one step.

use super::Engine;

/// Figures of one critic step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CriticStep {
    /// `E f(real) − E f(fake)`, or what the [`Objective`](crate::train::Objective) says.
    pub estimate: f64,
    /// Penalty term, 0 for strategies without one.
    pub penalty: f64,
    /// Mean slope at the penalised points, where the strategy measures it.
    pub gradient_norm: Option<f64>,
    /// What computed the gradients.
    pub engine: Engine,
}

impl CriticStep {
    /// Figures of a batch from those of its parts, with their shares of it.
    pub(crate) fn mean(parts: &[(f64, Self)]) -> Self {
        let mean = |figure: fn(&Self) -> f64| parts.iter().map(|(w, part)| w * figure(part)).sum();
        let norms = parts.iter().map(|(w, part)| Some(w * part.gradient_norm?));
        Self {
            estimate: mean(|part| part.estimate),
            penalty: mean(|part| part.penalty),
            gradient_norm: norms.sum(),
            engine: Engine::of_parts(parts.iter().map(|(_, part)| part.engine)),
        }
    }
}

/// Figures of one generator step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeneratorStep {
    /// `−E f(fake)`, or what the objective says, with what the generator adds to it.
    pub loss: f64,
    /// What computed the gradients.
    pub engine: Engine,
}

impl GeneratorStep {
    /// Figures of a batch from those of its parts, with their shares of it.
    pub(crate) fn mean(parts: &[(f64, Self)]) -> Self {
        Self {
            loss: parts.iter().map(|(weight, part)| weight * part.loss).sum(),
            engine: Engine::of_parts(parts.iter().map(|(_, part)| part.engine)),
        }
    }
}
