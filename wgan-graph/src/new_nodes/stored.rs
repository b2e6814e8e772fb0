//! Generators of new nodes as files. What is read back is checked.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use wgan_core::WganError;
use wgan_core::file::write_atomically;

use super::attributes::NodeAttributes;
use super::config::NodeGeneratorConfig;
use super::landmark_distances::{LandmarkDistances, Sources};
use super::node_generator::{MIN_NODES, NodeGenerator, Parts};
use super::pattern::patterns;
use super::pattern_generator::PatternGenerator;
use crate::error::GraphError;
use crate::network::Network;

/// Written first in every file.
const FORMAT: &str = "wgan-graph node generator 1";

/// A generator as it is stored, without its weights.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredGenerator {
    format: String,
    config: NodeGeneratorConfig,
    sources: Sources,
    taken: Vec<String>,
    attributes: Option<NodeAttributes>,
    network: Network,
}

impl NodeGenerator {
    /// The files of a model directory: settings and network, weights.
    fn files(directory: &Path) -> (PathBuf, PathBuf) {
        (directory.join("nodes.json"), directory.join("weights.safetensors"))
    }

    /// Writes the generator to `nodes.json` and `weights.safetensors` in `directory`, which is made if it is not
    /// there. Each file is complete or absent; `nodes.json` comes last.
    ///
    /// # Errors
    /// [`WganError::Io`] and [`WganError::Saved`] if they cannot be written.
    pub fn save(&self, directory: &Path) -> Result<(), GraphError> {
        fs::create_dir_all(directory).map_err(|source| WganError::io(directory, source))?;
        let (path, weights) = Self::files(directory);
        // What an older model said of other weights must not stay beside the new ones.
        if path.exists() {
            fs::remove_file(&path).map_err(|source| WganError::io(&path, source))?;
        }
        let parts = self.parts();
        parts.model.save_weights(&weights)?;
        let mut taken: Vec<String> = parts.taken.iter().cloned().collect();
        taken.sort_unstable();
        let stored = StoredGenerator {
            format: FORMAT.to_owned(),
            config: parts.config.clone(),
            sources: parts.distances.sources().clone(),
            taken,
            attributes: self.attributes().cloned(),
            network: parts.network.clone(),
        };
        let bytes =
            serde_json::to_vec(&stored).map_err(|error| WganError::io(&path, error.into()))?;
        Ok(write_atomically(&path, &bytes)?)
    }

    /// Reads a generator back; it draws on `device`, and the same nodes as before it was saved.
    ///
    /// # Errors
    /// [`GraphError::Unreadable`] names the file that is not there, no generator, or contradicts itself;
    /// [`GraphError::Wgan`] where the weights do not fit or are not finite.
    pub fn load(directory: &Path, device: &Device) -> Result<Self, GraphError> {
        let (path, weights) = Self::files(directory);
        let unreadable = |reason: String| GraphError::Unreadable { path: path.clone(), reason };
        let bytes = fs::read(&path).map_err(|error| unreadable(error.to_string()))?;
        let stored: StoredGenerator =
            serde_json::from_slice(&bytes).map_err(|error| unreadable(error.to_string()))?;
        let unsound = |reason: String| unreadable(format!("no sound generator: {reason}"));
        stored.check().map_err(unsound)?;
        let StoredGenerator { config, sources, taken, attributes, network, .. } = stored;
        let distances = LandmarkDistances::from_sources(&network, sources);
        let known = patterns(&network, &distances);
        let model = PatternGenerator::load(&known, &config, &weights, device)?;
        let taken: HashSet<String> = taken.into_iter().collect();
        let loaded = Self::from_parts(Parts { config, network, taken, distances, known, model });
        match &attributes {
            Some(attributes) => loaded.with_attributes(attributes),
            None => Ok(loaded),
        }
    }
}

impl StoredGenerator {
    fn check(&self) -> Result<(), String> {
        let n = self.network.n_nodes();
        if self.format != FORMAT {
            return Err("another format or version".to_owned());
        }
        self.config.check().map_err(|error| error.to_string())?;
        if n < MIN_NODES {
            return Err(format!("a network of {n} nodes, expected at least {MIN_NODES}"));
        }
        self.network
            .undirected()
            .and_then(|network| network.require_connected())
            .map_err(|e| e.to_string())?;
        if !self.sources.fit(n) {
            return Err("landmarks or probes that are no nodes".to_owned());
        }
        if self.taken.iter().any(|id| self.network.number(id).is_some()) {
            return Err("an id both inside and outside of the network".to_owned());
        }
        let fits = |attributes: &NodeAttributes| attributes.is_sound() && attributes.n_nodes() == n;
        if !self.attributes.as_ref().is_none_or(fits) {
            return Err("attributes that are not one finite value per node".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_networks::unit_network;

    fn generator() -> NodeGenerator {
        let ladder = (0..30).flat_map(|u| [(u, (u + 1) % 30), (u, (u + 5) % 30)]);
        let network = unit_network(32, ladder.chain([(30, 31)]));
        let config = NodeGeneratorConfig::new().with_n_steps(5).with_width(8).with_n_probes(12);
        let kinds = (0..30).map(|v| ["a", "b"][v % 2].to_owned()).collect();
        let heights = (0..30).map(f64::from).collect();
        let attributes =
            NodeAttributes::new(30).with_classes("kind", kinds).with_numbers("height", heights);
        let generator = NodeGenerator::fit(&network, &config, 1, (), &Device::flex()).unwrap();
        generator.with_attributes(&attributes).unwrap()
    }

    #[test]
    fn a_generator_that_is_read_back_draws_the_same_nodes() {
        let folder = tempfile::tempdir().unwrap();
        let directory = folder.path().join("model");
        let saved = generator();
        saved.save(&directory).unwrap();
        saved.save(&directory).unwrap(); // over the first
        let loaded = NodeGenerator::load(&directory, &Device::flex()).unwrap();
        let (one, other) = (saved.generate(4, 3), loaded.generate(4, 3));
        assert_eq!(one.network(), other.network());
        assert_eq!(one.attributes(), other.attributes());
        assert_eq!(other.ids(), ["new-1", "new-2", "new-3", "new-4"]);
    }

    #[test]
    fn what_is_no_generator_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let load =
            || NodeGenerator::load(folder.path(), &Device::flex()).err().unwrap().to_string();
        assert!(load().contains("nodes.json"), "{}", load());
        generator().save(folder.path()).unwrap();
        let path = folder.path().join("nodes.json");
        let text = fs::read_to_string(&path).unwrap();
        for (from, to, expected) in [
            ("generator 1", "generator 2", "another format or version"),
            ("\"n_probes\":12", "\"n_probes\":0", "n_probes"),
            ("\"width\":8", "\"width\":9", "weights.safetensors"),
            ("\"width\":8", "\"width\":99999999", "are too few"),
            ("\"landmarks\":[", "\"landmarks\":[99,", "no nodes"),
            ("\"taken\":[", "\"taken\":[\"7\",", "inside and outside"),
            ("\"Numbers\":[0.0,", "\"Numbers\":[", "attributes"),
            ("\"format\"", "\"form\"", "unknown field"),
            ("\"is_directed\":false", "\"is_directed\":true", "directed"),
        ] {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text, "{from}");
            fs::write(&path, changed).unwrap();
            assert!(load().contains(expected), "{from}: {}", load());
        }
        fs::write(&path, &text[..text.len() / 2]).unwrap();
        assert!(load().contains("nodes.json"), "{}", load());
        fs::write(&path, &text).unwrap();
        fs::remove_file(folder.path().join("weights.safetensors")).unwrap();
        assert!(load().contains("weights.safetensors"), "{}", load());
    }
}
