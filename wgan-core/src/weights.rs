//! Weights as safetensors files.

use std::fs;
use std::path::Path;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;
use burn_store::{ModuleSnapshot, SafetensorsStore};

use crate::error::WganError;
use crate::file::write_atomically;

/// Writes the weights of `module` to `path`, which is complete or absent at any time.
///
/// # Errors
/// [`WganError::Io`] or [`WganError::Saved`] if it cannot be written.
pub fn save_weights<M: Module>(module: &M, path: &Path) -> Result<(), WganError> {
    // The store's own metadata come in another order each time; equal weights are equal files.
    let mut store = SafetensorsStore::from_bytes(None).clear_metadata();
    module.save_into(&mut store).map_err(|e| WganError::saved(path, e))?;
    let bytes = store.get_bytes().map_err(|e| WganError::saved(path, e))?;
    write_atomically(path, &bytes)
}

/// Refuses a file of weights that has no room for `n_weights` of them, before a network of that size is made.
///
/// # Errors
/// [`WganError::Io`] if there is no such file, [`WganError::Saved`] if it is too small.
pub fn check_size(path: &Path, n_weights: u128) -> Result<(), WganError> {
    let got = fs::metadata(path).map_err(|source| WganError::io(path, source))?.len();
    if n_weights.saturating_mul(SMALLEST_WEIGHT) > u128::from(got) {
        let reason = format!("its {got} bytes are too few for the {n_weights} weights expected");
        return Err(WganError::saved(path, reason));
    }
    Ok(())
}

/// Bytes of a weight in half precision.
const SMALLEST_WEIGHT: u128 = 2;

/// `module` with the weights of `path`.
///
/// # Errors
/// [`WganError::Io`] if the file cannot be read; [`WganError::Saved`] if it is damaged, if a tensor
/// is missing, superfluous or of another shape, or if a weight is not finite.
pub fn load_weights<M: Module>(mut module: M, path: &Path) -> Result<M, WganError> {
    let bytes = fs::read(path).map_err(|source| WganError::io(path, source))?;
    let mut store = SafetensorsStore::from_bytes(Some(bytes));
    let result = module.load_from(&mut store).map_err(|e| WganError::saved(path, e))?;
    if let Some(name) = result.unused.first() {
        return Err(WganError::saved(path, format!("unexpected tensor `{name}`")));
    }
    if !has_finite_weights(&module) {
        return Err(WganError::saved(path, "a weight is not a finite number"));
    }
    Ok(module)
}

/// Whether every weight is a finite number.
pub(crate) fn has_finite_weights<M: Module>(module: &M) -> bool {
    let mut finite = Finite(true);
    module.visit(&mut finite);
    finite.0
}

struct Finite(bool);

impl ModuleVisitor for Finite {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0 &= param.val().into_data().iter::<f32>().all(f32::is_finite);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Critic, MlpConfig, MlpCritic};
    use burn::tensor::Device;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn critic(width: usize, seed: u64) -> MlpCritic {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let config = MlpConfig::new(2, 1).with_width(width);
        MlpCritic::new(&config, &mut rng, &Device::flex()).unwrap()
    }

    #[test]
    fn loaded_weights_give_the_saved_scores() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("weights.safetensors");
        save_weights(&critic(8, 1), &path).unwrap();
        let loaded = load_weights(critic(8, 2), &path).unwrap();
        let x = Tensor::<2>::ones([1, 2], &Device::flex());
        let score = |c: &MlpCritic| c.score(&x).into_scalar::<f32>();
        assert_eq!(score(&loaded), score(&critic(8, 1)));
    }

    #[test]
    fn a_file_too_small_for_its_networks_is_refused_before_they_are_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("weights.safetensors");
        fs::write(&path, [0; 100]).unwrap();
        check_size(&path, 50).unwrap();
        let message = check_size(&path, u128::MAX).unwrap_err().to_string();
        assert!(message.contains("its 100 bytes are too few"), "{message}");
    }

    #[test]
    fn equal_weights_are_equal_files() {
        let folder = tempfile::tempdir().unwrap();
        let files = (0..20).map(|i| {
            let path = folder.path().join(i.to_string());
            save_weights(&critic(8, 1), &path).unwrap();
            fs::read(path).unwrap()
        });
        let files: Vec<Vec<u8>> = files.collect();
        assert!(files.iter().all(|file| *file == files[0]));
    }

    #[test]
    fn weights_of_another_shape_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("weights.safetensors");
        save_weights(&critic(8, 1), &path).unwrap();
        assert!(load_weights(critic(16, 1), &path).is_err());
    }

    #[test]
    fn a_cut_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("weights.safetensors");
        save_weights(&critic(8, 1), &path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        assert!(load_weights(critic(8, 1), &path).is_err());
    }
}
