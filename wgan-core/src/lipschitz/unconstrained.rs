//! No constraint.

use serde::{Deserialize, Serialize};

use super::LipschitzStrategy;
use crate::model::Critic;

/// Leaves the critic alone: for the Jensen–Shannon objectives, which need no constraint, and to show what becomes of a
/// Wasserstein critic without one: its estimate grows without bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unconstrained;

impl<C: Critic> LipschitzStrategy<C> for Unconstrained {}
