//! The report of a run: one page for people, one file for programs.

mod axis;
mod chart;
mod html;
mod laws;
mod overview;
mod page;
mod row_report;
mod structures;
mod summary;
mod validation;

pub use row_report::RowReport;
pub use structures::CrystalReport;
pub use validation::ValidationReport;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use wgan_core::file::write_atomically;

use crate::error::MaterialsError;
use crate::evaluate::{Evaluation, MaterialRows};
use crate::stability::CandidateStability;

/// Names of the files of a report: the page and the figures.
pub const REPORT_FILES: [&str; 2] = ["report.html", "report.json"];

/// What a report is made from.
///
/// `report.html` is one page without anything to load: figures and style are inside. `report.json` has the keys
/// of [`Evaluation`], `source` and `settings`.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// Name of the file the reference was read from.
    pub source: &'a str,
    /// Settings of the run by name, the seed among them, in the order in which they are shown.
    pub settings: &'a [(String, String)],
    /// What the model learnt from.
    pub reference: MaterialRows<'a>,
    /// What the candidates are compared with: all of that, or the rows that have what was asked for.
    pub compared: MaterialRows<'a>,
    /// What is reported, best first.
    pub candidates: MaterialRows<'a>,
    /// Scores that the candidates are ordered by, see [`Ranker`](crate::Ranker); empty if they are in no order.
    pub scores: &'a [f64],
    /// Critic scores of the candidates; empty if there are none.
    pub critic_scores: &'a [f64],
    /// Predicted energies of the candidates; empty if there are none.
    pub stabilities: Vec<&'a CandidateStability>,
    /// Crystals; none where the table has no structures.
    pub crystals: Option<CrystalReport<'a>>,
    /// The figures of the candidates.
    pub evaluation: &'a Evaluation,
    /// Generator step and estimate `E f(real) − E f(fake)`; empty if nothing was trained.
    pub estimates: &'a [(usize, f64)],
}

/// The content of `report.json`.
#[derive(Serialize)]
struct Record<'a> {
    source: &'a str,
    #[serde(flatten)]
    evaluation: &'a Evaluation,
    settings: BTreeMap<&'a str, &'a str>,
}

impl Report<'_> {
    /// The page.
    ///
    /// # Errors
    /// [`MaterialsError::Report`] if a chart cannot be drawn.
    pub fn html(&self) -> Result<String, MaterialsError> {
        page::page(self)
    }

    /// The figures and settings as JSON.
    ///
    /// # Errors
    /// [`MaterialsError::Report`] if a figure cannot be written as JSON.
    pub fn json(&self) -> Result<String, MaterialsError> {
        let settings = self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let record = Record {
            source: self.source,
            evaluation: self.evaluation,
            settings: settings.collect(),
        };
        let text =
            serde_json::to_string_pretty(&record).map_err(|error| failed("report.json", error))?;
        Ok(text + "\n")
    }

    /// Writes `report.html` and `report.json` into the folder; each is complete or absent.
    ///
    /// # Errors
    /// [`MaterialsError::Report`] if a chart cannot be drawn or a file not written.
    pub fn write(&self, folder: &Path) -> Result<(), MaterialsError> {
        let texts = [self.html()?, self.json()?];
        REPORT_FILES.iter().zip(texts).try_for_each(|(name, text)| {
            write_atomically(&folder.join(name), text.as_bytes())
                .map_err(|error| failed(name, error))
        })
    }
}

fn failed(what: &str, reason: impl ToString) -> MaterialsError {
    MaterialsError::Report { what: what.to_string(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests;
