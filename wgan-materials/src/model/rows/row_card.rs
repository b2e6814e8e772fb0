//! Settings and data of a model of rows.

use std::path::Path;

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};
use wgan_core::WganError;
use wgan_core::file::write_atomically;

use super::{Calibration, RowConfig};
use crate::error::MaterialsError;
use crate::features::AttributeSpace;
use crate::table::Column;

/// Version of the layout of a model directory.
const SCHEMA: u32 = 2;

const ROWS: &str = "rows.json";

/// Everything about a model but its weights.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RowCard {
    schema: u32,
    crate_version: String,
    pub(super) config: RowConfig,
    pub(super) space: AttributeSpace,
    pub(super) calibration: Calibration,
    /// Known rows, from which new ones depart.
    pub(super) known: Vec<Column>,
    /// Entries of a coded condition, and those of the known rows.
    pub(super) n_given: usize,
    pub(super) given: Vec<f32>,
}

impl RowCard {
    /// Card of a model that is not fitted yet.
    pub(super) fn new(
        columns: &[Column],
        given: Option<&Tensor<2>>,
        config: &RowConfig,
    ) -> Result<Self, MaterialsError> {
        let space = AttributeSpace::fit(columns, config.whitening)?;
        let n_given = given.map_or(0, |given| given.dims()[1]);
        let n = columns.first().map_or(0, Column::len);
        if let Some(got) = given.map(|given| given.dims()[0]).filter(|got| *got != n) {
            let (expected, got) = (vec![n, n_given], vec![got, n_given]);
            return Err(WganError::Shape { at: "conditions of rows", expected, got }.into());
        }
        let flat = given.map(|given| given.clone().into_data().iter::<f32>().collect());
        Ok(Self {
            schema: SCHEMA,
            crate_version: env!("CARGO_PKG_VERSION").to_owned(),
            config: config.clone(),
            calibration: Calibration::none(space.numbers().count(), space.n_entries()),
            space,
            known: columns.to_vec(),
            n_given,
            given: flat.unwrap_or_default(),
        })
    }

    /// Whether the model directory `folder` has a card.
    pub(super) fn is_in(folder: &Path) -> bool {
        folder.join(ROWS).exists()
    }

    /// Card in the model directory `folder`.
    ///
    /// # Errors
    /// If it is missing, damaged, of another version, or contradicts itself.
    pub(super) fn read(folder: &Path) -> Result<Self, MaterialsError> {
        let path = folder.join(ROWS);
        let text = std::fs::read(&path).map_err(|e| WganError::io(&path, e))?;
        let refused = |reason: String| WganError::saved(&path, reason);
        let card: Self = serde_json::from_slice(&text).map_err(|e| refused(e.to_string()))?;
        if card.schema != SCHEMA {
            return Err(refused(format!("expected schema {SCHEMA}, got {}", card.schema)).into());
        }
        match card.fault() {
            Some(part) => {
                Err(refused(format!("its {part} cannot be that of a fitted model")).into())
            }
            None => Ok(card),
        }
    }

    /// Writes the card to the model directory `folder`.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn write(&self, folder: &Path) -> Result<(), MaterialsError> {
        let path = folder.join(ROWS);
        let text = serde_json::to_vec(self).map_err(|e| WganError::saved(&path, e))?;
        Ok(write_atomically(&path, &text)?)
    }

    /// What makes a model with the card `other` a different one, whether either is fitted or not; none if nothing does.
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        if self.crate_version != other.crate_version {
            return Some(format!("by version {} of this program", other.crate_version));
        }
        if self.config != other.config {
            return Some("with other settings".to_owned());
        }
        let data = |card: &Self| (card.n_given, card.given.clone());
        (self.known != other.known || data(self) != data(other)).then(|| "to other data".to_owned())
    }

    /// Number of known rows.
    pub(super) fn n_known(&self) -> usize {
        self.known.first().map_or(0, Column::len)
    }

    /// The first part that contradicts the others: a file says anything.
    fn fault(&self) -> Option<&'static str> {
        let Self { config, space, known, .. } = self;
        let n = self.n_known();
        let parts = [
            ("config", config.training().is_ok() && config.width > 0 && config.noise > 0),
            ("known", n > 0),
            ("space", n > 0 && space.is_sound(known)),
            ("calibration", self.calibration.is_sound(space.numbers().count(), space.n_entries())),
            ("given", n.checked_mul(self.n_given) == Some(self.given.len())),
        ];
        parts.into_iter().find_map(|(part, is_sound)| (!is_sound).then_some(part))
    }

    /// Weights of the largest matrices of the generator, see [`check_size`](wgan_core::model::check_size).
    pub(super) fn n_weights(&self) -> u128 {
        let n_inputs =
            self.config.noise as u128 + self.n_given as u128 + self.space.width() as u128;
        let width = self.config.width as u128;
        width * (width + n_inputs)
    }
}
