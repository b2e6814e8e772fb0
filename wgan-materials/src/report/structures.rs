//! Crystals of candidates: pictures of the first ones, the law of space groups.

use std::collections::BTreeMap;

use super::chart;
use super::html::{escape, figure};
use super::laws::Categories;
use crate::error::MaterialsError;
use crate::geometry::CandidateStructure;
use crate::structure::{Embedding, picture};

/// Candidates whose crystals are drawn.
const N_DRAWN: usize = 6;

/// Space groups in the chart.
const N_GROUPS: usize = 20;

/// Crystals that a report shows.
#[derive(Clone, Debug)]
pub struct CrystalReport<'a> {
    /// Those that candidates are compared with.
    pub known: &'a [Embedding],
    /// Those of the candidates, best first.
    pub candidates: Vec<&'a CandidateStructure>,
}

pub(super) fn section(report: &CrystalReport) -> Result<String, MaterialsError> {
    let drawn: String =
        report.candidates.iter().take(N_DRAWN).map(|crystal| drawing(crystal)).collect();
    let n = N_DRAWN.min(report.candidates.len());
    let caption = format!(
        "The first {n} candidates. Each picture is the conventional unit cell; lines join atoms that are closer than 1.2 times the \
         sum of their covalent radii."
    );
    let laws = chart::bars(&space_groups(report), "Space group", "Crystals (%)")?;
    let law = format!(
        "<span class=\"legend\"><span class=\"key real\"></span>known <span class=\"key fake\"></span>generated</span><br>\
         The {N_GROUPS} most frequent space groups among the known crystals."
    );
    Ok(figure(&format!("<div class=\"crystals\">{drawn}</div>"), &caption) + &figure(&laws, &law))
}

fn drawing(crystal: &CandidateStructure) -> String {
    let title = format!(
        "{}, space group {}, {:.2} Å³ per atom",
        crystal.structure.composition(),
        crystal.embedding.prototype().space_group(),
        crystal.volume_per_atom
    );
    format!(
        "<figure>{}<figcaption>{}</figcaption></figure>",
        picture(&crystal.structure, &title),
        escape(&title)
    )
}

fn space_groups(report: &CrystalReport) -> Categories {
    let count = |groups: &mut dyn Iterator<Item = u16>| {
        let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
        groups.for_each(|group| *counts.entry(group).or_default() += 1);
        counts
    };
    let real = count(&mut report.known.iter().map(|c| c.prototype().space_group()));
    let fake = count(&mut report.candidates.iter().map(|c| c.embedding.prototype().space_group()));
    let mut shown: Vec<(&u16, &usize)> = real.iter().collect();
    shown.sort_by(|(a, n), (b, m)| m.cmp(n).then(a.cmp(b)));
    shown.truncate(N_GROUPS);
    let percent = |n: usize, of: usize| 100.0 * n as f64 / of.max(1) as f64;
    let (n_real, n_fake) = (report.known.len(), report.candidates.len());
    Categories {
        labels: shown.iter().map(|(group, _)| group.to_string()).collect(),
        real: shown.iter().map(|(_, n)| percent(**n, n_real)).collect(),
        fake: shown
            .iter()
            .map(|(g, _)| percent(fake.get(g).copied().unwrap_or(0), n_fake))
            .collect(),
    }
}
