//! `--condition`.

use clap::Args;
use wgan_cond::Condition;
use wgan_materials::structure::{CrystalSystem, Prototype, space_group_number};
use wgan_materials::{
    CandidateStream, Composition, Element, ElementRules, Sampler, StructureRules, Target,
};

use super::CliError;

/// Candidates whose adherence is looked at, at most: no more are needed.
pub const MOST_JUDGED: usize = 5000;

/// What candidates shall have.
#[derive(Clone, Debug, Args)]
pub struct ConditionArgs {
    /// Property that candidates shall have, such as `band_gap=1.5±0.2` or `phase=cubic`; may be given several times.
    ///
    /// The name is that of a column of numbers or classes. `1.5±0.2` means 1.3 to 1.7 in the unit of the column; `+-` may stand for `±`. Without a
    /// width, it is a tenth of the column's standard deviation to either side. No candidate is certain to have the property.
    #[arg(long = "condition", value_name = "NAME=VALUE", value_parser = parse)]
    pub conditions: Vec<Condition>,
}

/// Which elements candidates may have.
#[derive(Clone, Debug, Args)]
pub struct RuleArgs {
    /// Elements that candidates may have, separated by commas [default: all elements of the table].
    #[arg(long, value_name = "Li,Na,O", value_delimiter = ',')]
    only: Vec<Element>,
    /// Elements that every candidate has, separated by commas.
    #[arg(long, value_name = "Li", value_delimiter = ',')]
    contains: Vec<Element>,
    /// Elements that no candidate has, separated by commas.
    #[arg(long, value_name = "Pb,Cd", value_delimiter = ',')]
    without: Vec<Element>,
    /// Largest number of different elements in a candidate, at least 1 [default: no limit].
    #[arg(long, value_name = "N", value_parser = super::training::at_least_one)]
    max_elements: Option<usize>,
}

/// Which structures candidates may have.
#[derive(Clone, Debug, Args)]
pub struct StructureArgs {
    /// Space group that every candidate has, by its number, 1 to 230, or by a symbol such as Fm-3m; for tables with structures.
    #[arg(long, value_name = "GROUP", value_parser = space_group_number)]
    space_group: Option<u16>,
    /// Structure type that every candidate has, as `inspect` and the column `prototype` write it; for tables with structures.
    ///
    /// A prototype is a space group and its occupied Wyckoff positions, grouped by element: `225:a|b` is rock salt.
    #[arg(long, value_name = "225:a|b")]
    prototype: Option<Prototype>,
    /// Crystal system that every candidate has; for tables with structures.
    ///
    /// It is triclinic, monoclinic, orthorhombic, tetragonal, trigonal, hexagonal or cubic.
    #[arg(long, value_name = "SYSTEM")]
    crystal_system: Option<CrystalSystem>,
}

impl StructureArgs {
    /// The rules, for a table that has structures or not.
    pub fn rules(&self, has_structures: bool) -> Result<StructureRules, CliError> {
        let rules = StructureRules {
            space_group: self.space_group,
            prototype: self.prototype.clone(),
            crystal_system: self.crystal_system,
        };
        if !rules.is_empty() && !has_structures {
            let reason =
                "--space-group, --prototype, --crystal-system: the table has no structures";
            return Err(CliError::Usage(reason.to_owned()));
        }
        Ok(rules)
    }
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
