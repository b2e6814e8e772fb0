//! The page of `validate`: how soon a list finds what was hidden, and whether its score can be believed.

use std::path::Path;

use wgan_core::file::write_atomically;

use super::html::{escape, figure, list, section, table};
use super::page::document;
use super::{chart, failed};
use crate::discovery::{Rediscovery, ReliabilityBin};
use crate::error::MaterialsError;

/// What the page is made from.
#[derive(Clone, Debug)]
pub struct ValidationReport<'a> {
    /// Name of the file the known materials were read from.
    pub source: &'a str,
    /// What each hidden part of the table came to.
    pub parts: &'a [Rediscovery],
    /// Expected and found shares of hidden materials by score, see [`Ranker::reliability`](crate::Ranker::reliability).
    pub reliability: &'a [ReliabilityBin],
}

impl ValidationReport<'_> {
    /// The page, without anything to load.
    ///
    /// # Errors
    /// [`MaterialsError::Report`] if a chart cannot be drawn.
    pub fn html(&self) -> Result<String, MaterialsError> {
        let title = format!("What a list of candidates finds again in {}", escape(self.source));
        let body = [
            format!("<h1>{title}</h1>\n"),
            section("What was found", &list(&self.sentences())),
            section("How soon", &self.curve()?),
            section("Figures", &self.figures()),
            section("Whether the score can be believed", &self.calibration()?),
        ];
        Ok(document(&title, &body.concat()))
    }

    /// Writes the page to a file; it is complete or absent.
    ///
    /// # Errors
    /// As [`html`](Self::html), and if the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), MaterialsError> {
        let written = write_atomically(path, self.html()?.as_bytes());
        written.map_err(|error| failed(&path.display().to_string(), error))
    }

    fn sentences(&self) -> Vec<String> {
        let sentence = |part: &Rediscovery| {
            format!(
                "{} of {} known materials were hidden. Of the first 100 candidates, {} are among them; a substitution list has {}. \
                 Of all {} candidates, {} are among them; the substitution list has {}.",
                part.hidden,
                part.known + part.hidden,
                part.list.hits_at_100,
                part.substitution.hits_at_100,
                part.list.novel,
                part.list.hits,
                part.substitution.hits
            )
        };
        let mut sentences: Vec<String> = self.parts.iter().map(sentence).collect();
        sentences.push(
            "The substitution list holds every known material with one element replaced by a similar one, best supported first. \
             Hits are a lower bound: what is not in the table may exist all the same."
                .to_owned(),
        );
        if self.parts.iter().any(|part| part.without_model.is_some()) {
            sentences.push(
                "The list without the model has no candidates of the generator: known materials are changed, and put in the same order."
                    .to_owned(),
            );
        }
        sentences
    }

    fn curve(&self) -> Result<String, MaterialsError> {
        let Some(first) = self.parts.first() else {
            return Ok(String::new());
        };
        let points = |curve: &[(usize, usize)]| -> Vec<(f64, f64)> {
            curve.iter().map(|&(n, hits)| (n as f64, hits as f64)).collect()
        };
        let pair = (points(&first.substitution.curve), points(&first.list.curve));
        let picture = chart::curves(
            (&pair.0, &pair.1),
            "Candidates from the top of the list",
            "Hidden materials found",
            false,
        )?;
        let legend = "<span class=\"legend\"><span class=\"key real\"></span>substitution list \
                      <span class=\"key fake\"></span>this list</span><br>";
        Ok(figure(&picture, &format!("{legend}Hidden materials found so far, in the first part.")))
    }

    fn figures(&self) -> String {
        let header = ["Part", "List", "Among 100", "Among 1,000", "Among all", "Candidates", "AUC"];
        let header: Vec<String> = header.map(String::from).to_vec();
        let mut rows = Vec::new();
        for (i, part) in self.parts.iter().enumerate() {
            let lists = [
                ("this list", Some(&part.list)),
                ("without the model", part.without_model.as_ref()),
                ("substitution list", Some(&part.substitution)),
            ];
            for (name, hits) in lists.into_iter().filter_map(|(name, hits)| Some((name, hits?))) {
                rows.push(vec![
                    (i + 1).to_string(),
                    name.to_owned(),
                    hits.hits_at_100.to_string(),
                    hits.hits_at_1000.to_string(),
                    hits.hits.to_string(),
                    hits.novel.to_string(),
                    hits.auc.map_or("–".to_owned(), |auc| format!("{auc:.2}")),
                ]);
            }
        }
        table("numbers", &header, &rows)
            + "<p>AUC is the chance that a hidden material stands before another candidate: 0.5 is no order at all, 1 is the best.</p>\n"
    }

    fn calibration(&self) -> Result<String, MaterialsError> {
        if self.reliability.is_empty() {
            return Ok(String::new());
        }
        let found: Vec<(f64, f64)> =
            self.reliability.iter().map(|bin| (bin.expected, bin.found)).collect();
        let end = found.iter().flat_map(|&(x, y)| [x, y]).fold(0.0, f64::max);
        let equal = [(0.0, 0.0), (end, end)];
        let picture =
            chart::curves((&equal, &found), "Score: share expected", "Share found", true)?;
        let legend = "<span class=\"legend\"><span class=\"key real\"></span>found as expected \
                      <span class=\"key fake\"></span>candidates by score</span><br>";
        let caption = format!(
            "{legend}Candidates in {} groups of rising score, each with as many hidden materials. The groups were held out from what \
             learnt the score.",
            found.len()
        );
        Ok(figure(&picture, &caption))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::rediscovery;
    use crate::material::Material;

    #[test]
    fn the_page_tells_hits_beside_those_of_substitutions() {
        let read = |formulas: &[&str]| -> Vec<Material> {
            formulas.iter().map(|f| f.parse::<crate::Composition>().unwrap().into()).collect()
        };
        let part = rediscovery(
            &read(&["NaCl", "KCl", "NaBr"]),
            &read(&["KBr"]),
            &read(&["KBr", "LiF"]),
            None,
        );
        let bin = ReliabilityBin { candidates: 2.0, expected: 0.4, found: 0.5 };
        let report = ValidationReport { source: "a<b.csv", parts: &[part], reliability: &[bin] };
        let html = report.html().unwrap();
        assert!(html.contains("1 of 4 known materials were hidden"), "{html}");
        assert!(html.contains("a&lt;b.csv") && !html.contains("a<b.csv"));
        assert_eq!(html.matches("<svg").count(), 2);
    }
}
