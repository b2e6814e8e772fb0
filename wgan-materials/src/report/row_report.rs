//! The report of a run on a table without formulas.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use wgan_core::file::write_atomically;

use super::chart;
use super::html::{cards, decimal, escape, figure, list, percent, section, table};
use super::laws::{self, Categories, Law};
use super::{REPORT_FILES, failed, page};
use crate::error::MaterialsError;
use crate::evaluate::{ClassDistance, RowEvaluation};
use crate::table::{Cells, Column, Table};

/// Columns with a chart.
const MAX_CHARTS: usize = 16;

/// Classes in a chart.
const MAX_CLASSES: usize = 15;

/// What a report on generated rows is made from.
///
/// `report.html` is one page without anything to load. `report.json` has the keys of [`RowEvaluation`], `source` and
/// `settings`.
#[derive(Clone, Debug)]
pub struct RowReport<'a> {
    /// Name of the file the reference was read from.
    pub source: &'a str,
    /// Settings of the run by name, in the order in which they are shown.
    pub settings: &'a [(String, String)],
    /// What the model learnt from.
    pub reference: &'a Table,
    /// What is reported.
    pub rows: &'a Table,
    /// The figures of the rows.
    pub evaluation: &'a RowEvaluation,
    /// Generator step and estimate `E f(real) − E f(fake)`; empty if nothing was trained.
    pub estimates: &'a [(usize, f64)],
}

/// The content of `report.json`.
#[derive(Serialize)]
struct Record<'a> {
    source: &'a str,
    #[serde(flatten)]
    evaluation: &'a RowEvaluation,
    settings: BTreeMap<&'a str, &'a str>,
}

impl RowReport<'_> {
    /// The page.
    ///
    /// # Errors
    /// [`MaterialsError::Report`] if a chart cannot be drawn.
    pub fn html(&self) -> Result<String, MaterialsError> {
        let title = format!("Generated rows from {}", escape(self.source));
        let (n, n_real) = (self.rows.len(), self.reference.len());
        let lead = format!(
            "<h1>{title}</h1>\n<p class=\"lead\">{n} generated rows, compared with the {n_real} rows the model learnt from.</p>\n"
        );
        let settings: Vec<Vec<String>> =
            self.settings.iter().map(|(name, value)| vec![escape(name), escape(value)]).collect();
        let header = ["Setting".to_string(), "Value".to_string()];
        let body = [
            lead,
            cards([
                ("How good are the rows?", list(&self.sentences())),
                ("Which rows come first?", "<p>None: they are in no order.</p>\n".to_owned()),
                ("What to be careful about", list(&self.cautions())),
            ]),
            section("Figures", &self.figures()),
            section("Training", &page::training(self.estimates)?),
            section("Columns", &self.columns()?),
            section("Settings", &table("settings", &header, &settings)),
            section("Notes", &list(&self.evaluation.notes)),
        ];
        Ok(page::document(&title, &body.concat()))
    }

    /// Writes `report.html` and `report.json` into the folder; each is complete or absent.
    ///
    /// # Errors
    /// [`MaterialsError::Report`] if a chart cannot be drawn or a file not written.
    pub fn write(&self, folder: &Path) -> Result<(), MaterialsError> {
        let settings = self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let record = Record {
            source: self.source,
            evaluation: self.evaluation,
            settings: settings.collect(),
        };
        let json =
            serde_json::to_string_pretty(&record).map_err(|error| failed("report.json", error))?;
        let texts = [self.html()?, json + "\n"];
        REPORT_FILES.iter().zip(texts).try_for_each(|(name, text)| {
            write_atomically(&folder.join(name), text.as_bytes())
                .map_err(|error| failed(name, error))
        })
    }

    fn sentences(&self) -> Vec<String> {
        let e = self.evaluation;
        let mut told = vec![format!(
            "{} of the rows are different from each other; {} are copies of a row the model learnt from.",
            percent(e.unique),
            percent(e.copies)
        )];
        if let Some(joint) = e.w1_joint {
            told.push(format!(
                "As a whole, the generated rows are {:.2} times as far from the real ones as two parts of the real rows are from \
                 each other (Wasserstein distance {:.3} against {:.3}).",
                joint.value / joint.floor,
                joint.value,
                joint.floor
            ));
        }
        if let Some(accuracy) = e.c2st {
            told.push(format!(
                "A random forest tells generated from real rows in {} of the cases, where 50 % is guessing.",
                percent(Some(accuracy))
            ));
        }
        if let Some(closest) = e.closest_record {
            told.push(format!(
                "The closest real row is {:.2} times as far as for real rows that were held out: well below 1 would mean that \
                 rows are remembered.",
                closest.fake / closest.held_out
            ));
        }
        told
    }

    fn cautions(&self) -> Vec<String> {
        let mut told = vec![
            "Generated rows follow the statistics of the table. They were not measured or computed."
                .to_owned(),
            "The model starts from rows of the table. If these are confidential, generated rows may tell of them.".to_owned(),
        ];
        let n_notes = self.evaluation.notes.len();
        if n_notes > 0 {
            told.push(format!("Notes below, {n_notes}: what was left out, and what is uncertain."));
        }
        told
    }

    fn figures(&self) -> String {
        let e = self.evaluation;
        let row = |name: String, value: Option<f64>, floor: Option<f64>, meaning: &str| {
            vec![name, decimal(value), decimal(floor), meaning.to_string()]
        };
        let mut rows = vec![
            row(
                "c2st".into(),
                e.c2st,
                Some(0.5),
                "accuracy of a forest that tells the rows from real ones",
            ),
            row(
                "joint W₁".into(),
                e.w1_joint.map(|figure| figure.value),
                e.w1_joint.map(|figure| figure.floor),
                "distance between whole rows",
            ),
            row(
                "correlations".into(),
                e.correlation_error.map(|figure| figure.value),
                e.correlation_error.map(|figure| figure.floor),
                "mean difference of rank correlations",
            ),
            row("missing cells".into(), e.missing_error, None, "mean difference of their shares"),
        ];
        for (name, distance) in &e.column_w1 {
            let told = "W₁ of the column, in its standard deviations";
            rows.push(row(escape(name), distance.w1, distance.floor, told));
        }
        for (name, ClassDistance { tv, floor }) in &e.class_tv {
            rows.push(row(escape(name), *tv, *floor, "total variation of the classes"));
        }
        let header = ["Figure", "Generated", "Real rows", "Meaning"].map(str::to_string);
        table("figures", &header, &rows)
    }

    fn columns(&self) -> Result<String, MaterialsError> {
        let mut html = String::new();
        for real in self.reference.columns.iter().take(MAX_CHARTS) {
            if let Ok(fake) = self.rows.column(&real.name) {
                html += &column_chart(real, fake)?;
            }
        }
        let more = self.reference.columns.len().saturating_sub(MAX_CHARTS);
        if more > 0 {
            html += &format!("<p>{more} more columns are in the table of figures.</p>\n");
        }
        Ok(html)
    }
}

/// The law of a column; nothing where no cell has a value.
fn column_chart(real: &Column, fake: &Column) -> Result<String, MaterialsError> {
    let title = match &real.unit {
        Some(unit) => format!("{} ({unit})", real.name),
        None => real.name.clone(),
    };
    let picture = match &real.cells {
        Cells::Classes { levels, .. } => {
            chart::bars(&class_shares(levels, real, fake), &title, "Rows (%)")?
        }
        Cells::Numbers(_) => {
            let known = |column: &Column| -> Vec<f64> {
                (0..column.len()).filter_map(|row| column.number(row)).collect()
            };
            match laws::property(&known(real), &known(fake)) {
                None => return Ok(String::new()),
                Some(Law::Few(categories)) => chart::bars(&categories, &title, "Rows (%)")?,
                Some(Law::Many(histogram)) => chart::histogram(&histogram, &title, "Rows (%)")?,
            }
        }
    };
    let legend = "<span class=\"legend\"><span class=\"key real\"></span>real \
                  <span class=\"key fake\"></span>generated</span><br>";
    Ok(figure(&picture, &format!("{legend}{}", escape(&real.name))))
}

/// Shares of the most frequent classes.
fn class_shares(levels: &[String], real: &Column, fake: &Column) -> Categories {
    let share = |column: &Column, level: &str| {
        let n = (0..column.len()).filter(|&row| column.text(row).as_deref() == Some(level)).count();
        100.0 * n as f64 / column.len().max(1) as f64
    };
    let mut shares: Vec<(&String, f64, f64)> =
        levels.iter().map(|level| (level, share(real, level), share(fake, level))).collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1));
    shares.truncate(MAX_CLASSES);
    Categories {
        labels: shares.iter().map(|(level, ..)| (*level).clone()).collect(),
        real: shares.iter().map(|share| share.1).collect(),
        fake: shares.iter().map(|share| share.2).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::evaluate_rows;

    #[test]
    fn a_page_shows_columns_figures_and_notes() {
        let x = (0..80).map(|i| Some(f64::from(i) * 0.7)).collect();
        let class: Vec<Option<&str>> = (0..80).map(|i| Some(["<a>", "b"][i % 2])).collect();
        let columns = vec![Column::numbers("x", x), Column::classes("kind", &class)];
        let table = Table::from_columns(None, columns).unwrap();
        let evaluation = evaluate_rows(&table, &table, 0);
        let settings = [("seed".to_string(), "0".to_string())];
        let report = RowReport {
            source: "data.csv",
            settings: &settings,
            reference: &table,
            rows: &table,
            evaluation: &evaluation,
            estimates: &[(1, 0.5), (2, 0.25)],
        };
        let page = report.html().unwrap();
        assert_eq!(page.matches("<svg").count(), 3);
        assert!(page.contains("&lt;a&gt;") && !page.contains("<a>"));
        assert!(page.contains("100.0 % are copies"));
        let folder = tempfile::tempdir().unwrap();
        report.write(folder.path()).unwrap();
        let json = std::fs::read_to_string(folder.path().join("report.json")).unwrap();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&json["source"], &json["copies"]), (&"data.csv".into(), &1.0.into()));
    }
}
