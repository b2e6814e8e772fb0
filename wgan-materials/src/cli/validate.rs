//! `validate`.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use wgan_core::cli::{print, to_json, with_spinner};
use wgan_materials::{
    Candidate, CandidateStream, Checker, Crystals, HiddenFold, Hits, ListRequest, Listing,
    Material, MaterialsError, Ranker, Rediscovery, ReliabilityBin, StructureRules, Table,
    ValidationReport, hidden_by_value, hidden_folds, ranked_list, rediscovery,
};

use super::CliError;
use super::conditions::RuleArgs;
use super::data::{DataArgs, read_with_notes};
use super::energies::share;
use super::training::{TrainArgs, at_least_one};

/// Share that `--by` hides.
const HIDDEN_BY_VALUE: f64 = 0.2;

/// Options of `validate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Known compositions are cut into parts by chance. Each part is hidden in turn, a list of candidates is made from the others, and the hidden compounds in it \
are counted. They are counted in a list without the candidates of the generative model too. The yardstick is a substitution list. A substitution list has known compounds with one element replaced by a similar one.

Printed: how many hidden compounds are among the first 100, the first 1,000 and all candidates, for each list.
Written: --report and --out only.

Examples:
  wgan-materials validate known.csv --parts 1 --report validation.html
  wgan-materials validate known.csv --by band_gap --json")]
pub struct Validate {
    /// Number of parts that the compositions are cut into, at least 2.
    #[arg(long, value_name = "N", default_value_t = 5)]
    folds: usize,
    /// Number of parts that are hidden, one after the other, at least 1 [default: all].
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    parts: Option<usize>,
    /// Column of numbers; the fifth of the compositions with its highest values is hidden instead.
    #[arg(long, value_name = "COLUMN")]
    by: Option<String>,
    /// Candidates in each list, at least 1.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = at_least_one)]
    n: usize,
    /// Share of candidates, 0 to 1, whose pattern of amounts, such as 1 : 1 : 3, is not in the known part.
    #[arg(long, value_name = "SHARE", default_value_t = 0.1, value_parser = share)]
    new_patterns: f64,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
    /// HTML file for a page with pictures: the hidden compounds that were found, and how far the score can be trusted.
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// JSON file for all figures and the curve.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten, next_help_heading = "What candidates have")]
    rules: RuleArgs,
    #[command(flatten, next_help_heading = "Training")]
    training: TrainArgs,
}

/// Mean figures over the parts; the parts themselves beside them.
#[derive(Serialize)]
struct Report {
    parts: usize,
    known: f64,
    hidden: f64,
    reachable: Reachable,
    #[serde(flatten)]
    list: Figures,
    without_model: Figures,
    substitution: Figures,
    /// The curve of the first part: candidates, hits among them.
    curve: Vec<(usize, usize)>,
    substitution_curve: Vec<(usize, usize)>,
    reliability: Vec<ReliabilityBin>,
}

#[derive(Serialize)]
struct Reachable {
    pattern: f64,
    one_swap: f64,
    two_swaps: f64,
}

#[derive(Serialize)]
struct Figures {
    novel: f64,
    hits_at_100: f64,
    hits_at_1000: f64,
    hits: f64,
    hits_with_new_pattern: f64,
    auc: Option<f64>,
}

impl Validate {
    /// Hides, fits, lists and counts.
    pub fn run(&self) -> Result<(), CliError> {
        if self.folds < 2 {
            return Err(CliError::Usage("--folds: expected at least 2".to_owned()));
        }
        let table = read_with_notes(&self.data)?;
        if table.compositions.is_none() {
            let columns = table.summary.columns.iter().map(|column| column.name.clone()).collect();
            return Err(MaterialsError::NoFormulaColumn { columns }.into());
        }
        let folds = self.folds(&table)?;
        let n_parts = self.parts.unwrap_or(folds.len()).min(folds.len());
        let (mut found, mut reliability) = (Vec::new(), Vec::new());
        for (i, fold) in folds.iter().take(n_parts).enumerate() {
            let (known, hidden) = (fold.known.len(), fold.hidden.len());
            eprintln!("part {} of {n_parts}: {hidden} rows hidden, {known} known", i + 1);
            let (part, bins) = self.part(&table, fold)?;
            found.push(part);
            reliability = bins;
        }
        if let Some(path) = &self.report {
            let page = ValidationReport {
                source: &table.summary.file,
                parts: &found,
                reliability: &reliability,
            };
            page.write(path)?;
            eprintln!("report written to {}", path.display());
        }
        let report = report(&found, reliability);
        if let Some(out) = &self.out {
            let text = to_json(&report)?;
            wgan_core::file::write_atomically(out, text.as_bytes())?;
        }
        Ok(print(&if self.json { to_json(&report)? } else { text(&report) })?)
    }

    fn folds(&self, table: &Table) -> Result<Vec<HiddenFold>, CliError> {
        let Some(name) = &self.by else {
            return Ok(hidden_folds(&table.materials(), self.folds, self.training.seed));
        };
        let column = table.column(name)?;
        let values: Vec<Option<f64>> = (0..table.len()).map(|row| column.number(row)).collect();
        if values.iter().all(Option::is_none) {
            let reason = format!("--by {name}: expected a column of numbers");
            return Err(CliError::Usage(reason));
        }
        Ok(vec![hidden_by_value(&table.materials(), &values, HIDDEN_BY_VALUE)])
    }

    /// What a list of candidates from the known part finds of the hidden one.
    fn part(
        &self,
        table: &Table,
        fold: &HiddenFold,
    ) -> Result<(Rediscovery, Vec<ReliabilityBin>), CliError> {
        let known = table.select(&fold.known);
        let materials = table.materials();
        let hidden: Vec<Material> = fold.hidden.iter().map(|&row| materials[row].clone()).collect();
        let known_materials = known.materials();
        let model = self.training.fit(&known, Vec::new())?;
        let crystals = Crystals::of(model.card())?;
        let device = self.training.device.device()?;
        let sampler = model.sampler(&device)?.with_rules(&self.rules.rules())?;
        let seed = self.training.seed;
        let mut stream = CandidateStream::new(&sampler, seed, false);
        let mut drawn = Vec::new();
        while drawn.len() < super::generate::OVERDRAW * self.n {
            drawn.extend(stream.next_chunk()?);
        }
        let ranker = with_spinner("learning the order of candidates", || {
            Ranker::fit(&known_materials, seed)
        })?;
        let request = ListRequest {
            n: self.n,
            seed,
            is_neutral: false,
            rules: self.rules.rules(),
            structures: StructureRules::default(),
            new_patterns: self.new_patterns,
        };
        let checker = Checker::new(known.formulas()).with_prototypes(known_materials.clone());
        let listing = Listing {
            sampler: &sampler,
            ranker: &ranker,
            checker: &checker,
            crystals: crystals.as_ref(),
            energies: None,
            known: &known_materials,
        };
        let ranked = |drawn: Vec<Candidate>| -> Result<Vec<Material>, CliError> {
            let list = ranked_list(listing, drawn, &request)?;
            Ok(list.iter().map(|found| found.candidate.material()).collect())
        };
        let list = with_spinner("ranking candidates", || ranked(drawn))?;
        let told = "ranking candidates without the model";
        let without_model = with_spinner(told, || ranked(Vec::new()))?;
        let found = rediscovery(&known_materials, &hidden, &list, Some(&without_model));
        Ok((found, ranker.reliability().to_vec()))
    }
}

fn report(found: &[Rediscovery], reliability: Vec<ReliabilityBin>) -> Report {
    let n = found.len().max(1) as f64;
    let mean = |of: &dyn Fn(&Rediscovery) -> usize| {
        found.iter().map(|part| of(part) as f64).sum::<f64>() / n
    };
    let auc = |of: &dyn Fn(&Rediscovery) -> Option<f64>| {
        let known: Vec<f64> = found.iter().filter_map(of).collect();
        (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
    };
    let figures = |of: &dyn Fn(&Rediscovery) -> &Hits| Figures {
        novel: mean(&|part| of(part).novel),
        hits_at_100: mean(&|part| of(part).hits_at_100),
        hits_at_1000: mean(&|part| of(part).hits_at_1000),
        hits: mean(&|part| of(part).hits),
        hits_with_new_pattern: mean(&|part| of(part).hits_with_new_pattern),
        auc: auc(&|part| of(part).auc),
    };
    let first = found.first();
    Report {
        parts: found.len(),
        known: mean(&|part| part.known),
        hidden: mean(&|part| part.hidden),
        reachable: Reachable {
            pattern: mean(&|part| part.reachable.pattern),
            one_swap: mean(&|part| part.reachable.one_swap),
            two_swaps: mean(&|part| part.reachable.two_swaps),
        },
        list: figures(&|part| &part.list),
        without_model: figures(&|part| part.without_model.as_ref().unwrap_or(&part.list)),
        substitution: figures(&|part| &part.substitution),
        curve: first.map(|part| part.list.curve.clone()).unwrap_or_default(),
        substitution_curve: first.map(|part| part.substitution.curve.clone()).unwrap_or_default(),
        reliability,
    }
}

/// A count, or a mean of counts with one decimal.
fn count(n: f64) -> String {
    if n.fract() == 0.0 { format!("{n}") } else { format!("{n:.1}") }
}

fn text(report: &Report) -> String {
    let auc = |auc: Option<f64>| auc.map_or("-".to_owned(), |auc| format!("{auc:.3}"));
    let line = |name: &str, f: &Figures| {
        format!(
            "{name:24} {:>8} {:>8} {:>8} {:>10.0} {:>8}",
            count(f.hits_at_100),
            count(f.hits_at_1000),
            count(f.hits),
            f.novel,
            auc(f.auc)
        )
    };
    let Report {
        parts,
        known,
        hidden,
        reachable,
        list,
        without_model,
        substitution,
        reliability,
        ..
    } = report;
    let mut lines = vec![
        format!(
            "{}, {} known and {} hidden materials{}",
            if *parts == 1 {
                "one part hidden".to_owned()
            } else {
                format!("{parts} parts hidden in turn")
            },
            count(*known),
            count(*hidden),
            if *parts == 1 { "" } else { " in the mean" },
        ),
        format!(
            "of the first 100 candidates, {} are hidden materials; a list of element substitutions has {}",
            count(list.hits_at_100),
            count(substitution.hits_at_100)
        ),
        String::new(),
        format!(
            "{:24} {:>8} {:>8} {:>8} {:>10} {:>8}",
            "hidden materials among", "100", "1000", "all", "candidates", "AUC"
        ),
        line("this list", list),
        line("without the model", without_model),
        line("substitution list", substitution),
        String::new(),
        format!(
            "within reach: {} have a known pattern, {} are one element from a known material, {} at most two",
            count(reachable.pattern),
            count(reachable.one_swap),
            count(reachable.two_swaps)
        ),
        format!("with a pattern that is not known: {} found", count(list.hits_with_new_pattern)),
        String::new(),
        "score: expected share of hidden compounds, share found".to_owned(),
    ];
    lines
        .extend(reliability.iter().map(|bin| format!("{:>24.4} {:>8.4}", bin.expected, bin.found)));
    lines.join("\n")
}
