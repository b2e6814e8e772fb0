//! `--condition`.

use clap::Args;
use wgan_cond::Condition;
use wgan_materials::Target;

/// What candidates shall have.
#[derive(Clone, Debug, Args)]
pub struct ConditionArgs {
    /// Property that candidates shall have: `NAME=1.5±0.2` (or `1.5+-0.2`; a tenth of the standard deviation where
    /// no width is given), `NAME=1` for a class; may be given several times.
    #[arg(long = "condition", value_name = "NAME=VALUE", value_parser = parse)]
    pub conditions: Vec<Condition>,
}

/// Says what lies outside the known values.
pub fn warn_of_extrapolation(targets: &[Target]) {
    for flag in targets.iter().filter_map(Target::extrapolation) {
        eprintln!("warning: {flag}");
    }
}

fn parse(text: &str) -> Result<Condition, String> {
    text.parse().map_err(|error: wgan_cond::CondError| error.to_string())
}
