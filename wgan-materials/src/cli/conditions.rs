//! `--condition`.

use clap::Args;
use wgan_cond::Condition;
use wgan_materials::{CandidateStream, Composition, Element, ElementRules, Sampler, Target};

use super::CliError;

/// Candidates whose adherence is looked at, at most: no more are needed.
const MOST_JUDGED: usize = 5000;

/// What candidates shall have.
#[derive(Clone, Debug, Args)]
pub struct ConditionArgs {
    /// What candidates shall have: `NAME=1.5±0.2` (or `1.5+-0.2`; a tenth of the standard deviation where
    /// no width is given), `NAME=cubic` for a class; may be given several times.
    #[arg(long = "condition", value_name = "NAME=VALUE", value_parser = parse)]
    pub conditions: Vec<Condition>,
}

/// Which elements candidates may have.
#[derive(Clone, Debug, Args)]
pub struct RuleArgs {
    /// No other elements than these, separated by commas.
    #[arg(long, value_name = "Li,Na,O", value_delimiter = ',')]
    only: Vec<Element>,
    /// Each of these elements, separated by commas.
    #[arg(long, value_name = "Li", value_delimiter = ',')]
    contains: Vec<Element>,
    /// None of these elements, separated by commas.
    #[arg(long, value_name = "Pb,Cd", value_delimiter = ',')]
    without: Vec<Element>,
    /// At most so many different elements.
    #[arg(long, value_name = "N", value_parser = super::training::at_least_one)]
    max_elements: Option<usize>,
}

impl RuleArgs {
    /// The rules.
    pub fn rules(&self) -> ElementRules {
        ElementRules {
            only: (!self.only.is_empty()).then(|| self.only.clone()),
            contains: self.contains.clone(),
            without: self.without.clone(),
            max_elements: self.max_elements,
        }
    }
}

/// Says what lies outside the known values.
pub fn warn_of_extrapolation(targets: &[Target]) {
    for flag in targets.iter().filter_map(Target::extrapolation) {
        eprintln!("warning: {flag}");
    }
}

/// The first `n` compositions, at most [`MOST_JUDGED`], that the sampler draws with this seed.
pub fn first_drawn(
    sampler: &Sampler,
    n: usize,
    seed: u64,
    neutral: bool,
) -> Result<Vec<Composition>, CliError> {
    let n = n.min(MOST_JUDGED);
    let mut stream = CandidateStream::new(sampler, seed, neutral);
    let mut drawn = Vec::new();
    while drawn.len() < n {
        drawn.extend(stream.next_chunk()?.into_iter().map(|candidate| candidate.composition));
    }
    drawn.truncate(n);
    Ok(drawn)
}

fn parse(text: &str) -> Result<Condition, String> {
    text.parse().map_err(|error: wgan_cond::CondError| error.to_string())
}
