//! How far samples hold the condition they were asked for.

use super::{Predictor, Targets};
use crate::condition::Schema;
use crate::conditioned::Conditioned;
use crate::error::CondError;

impl Conditioned {
    /// How far condition `name` holds in the samples, as `judge` sees it: the share with the
    /// category asked for, or the mean deviation from the number asked for, in its unit.
    ///
    /// # Errors
    /// No such column, conditions without it, samples the judge cannot read.
    pub fn adherence(
        &self,
        schema: &Schema,
        name: &str,
        judge: &dyn Predictor,
    ) -> Result<f64, CondError> {
        let asked = Targets::of(schema, name, &self.conditions)?;
        asked.agreement(&judge.predict(self.x.view())?)
    }
}
