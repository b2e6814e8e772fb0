//! Settings of the generator of new nodes.

use burn::config::Config;
use wgan_core::WganError;

/// Settings of a [`NodeGenerator`](super::NodeGenerator).
#[derive(Config, Debug, PartialEq)]
pub struct NodeGeneratorConfig {
    /// Landmarks that say where a node is, at least 1.
    #[config(default = 6)]
    pub n_landmarks: usize,
    /// Nodes, evenly spaced in order of how central they are, whose mean distance says how central
    /// a node is, at least 1. With 64 the new nodes of real networks came out up to 5 % nearer to
    /// all nodes than to the probes; with 1024 they are as far as with 256.
    #[config(default = 256)]
    pub n_probes: usize,
    /// Share of new nodes that may have exactly the neighbours of another node, from 0 to 1; more do
    /// only where no exchange of a single neighbour makes a difference. Of the held-out nodes of
    /// three real networks 10 to 18 % had those of another one, most of them leaves at a hub; copies
    /// are to be rarer than that.
    #[config(default = 0.08)]
    pub max_copies: f64,
    /// Generator updates, at least 1.
    #[config(default = 1500)]
    pub n_steps: usize,
    /// Units per hidden layer of critic and generator.
    #[config(default = 64)]
    pub width: usize,
}

impl NodeGeneratorConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// [`WganError::Config`] names the first field out of range.
    pub fn check(&self) -> Result<(), WganError> {
        for (field, value) in [
            ("n_landmarks", self.n_landmarks),
            ("n_probes", self.n_probes),
            ("n_steps", self.n_steps),
            ("width", self.width),
        ] {
            if value == 0 {
                return Err(WganError::config(field, "at least 1", value));
            }
        }
        if !(0.0..=1.0).contains(&self.max_copies) {
            return Err(WganError::config("max_copies", "from 0 to 1", self.max_copies));
        }
        Ok(())
    }
}
