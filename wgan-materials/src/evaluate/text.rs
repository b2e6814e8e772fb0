//! An evaluation as lines of text for the terminal.

use std::fmt;

use super::{Adherence, ConditionalDistance, Evaluation};

impl Evaluation {
    /// Name, figure and, where there is one, the reference's own figure.
    fn lines(&self) -> Vec<(&'static str, Option<f64>, Option<f64>)> {
        vec![
            ("unique", self.unique, None),
            ("novel", self.novel, None),
            ("copies", self.copies, None),
            ("novel_system", self.novel_system, None),
            ("charge_neutral", self.charge_neutral, self.reference_charge_neutral),
            (
                "charge_neutral_mixed",
                self.charge_neutral_mixed,
                self.reference_charge_neutral_mixed,
            ),
            ("charge_neutral_as_drawn", self.charge_neutral_as_drawn, None),
            ("known_as_drawn", self.known_as_drawn, None),
            (
                "electronegativity_ok",
                self.electronegativity_ok,
                self.reference_electronegativity_ok,
            ),
            ("element_count_w1", self.element_count_w1, None),
            ("element_prevalence_tv", self.element_prevalence_tv, None),
            ("largest_fraction_w1", self.largest_fraction_w1, None),
            ("c2st", self.c2st, None),
            ("property_consistency", self.property_consistency, None),
        ]
    }
}

/// One figure a line, shares of the reference beside those of the candidates, notes last.
impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:24} {:>9}", "candidates", self.n)?;
        for (name, value, reference) in self.lines() {
            write!(f, "{name:24} {:>9}", number(value))?;
            let beside =
                reference.map_or(String::new(), |value| format!("   reference {value:.3}"));
            writeln!(f, "{beside}")?;
        }
        for (name, distance) in self.property_w1.iter().flatten() {
            let (w1, floor) = (number(distance.w1), number(distance.floor));
            writeln!(
                f,
                "property_w1              {w1:>9}   floor {floor}, {} values of {name}",
                distance.n
            )?;
        }
        for held in &self.adherence {
            write!(f, "{held}")?;
        }
        if let Some(structures) = &self.structures {
            write!(f, "{structures}")?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "note: {note}"))
    }
}

/// One line on what was asked for, one for each distance to the known rows that have it.
impl fmt::Display for Adherence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "adherence                {:>9}   to {}", number(self.within), self.asked)?;
        if let Some(deviation) = self.deviation {
            write!(f, ", mean deviation {deviation:.3}")?;
        }
        if let Some(share) = self.within_unasked {
            write!(f, "; unasked {share:.3}")?;
        }
        writeln!(f, "; {} real rows {}", self.n_real, number(self.real))?;
        for (name, w1) in [("w1", self.w1), ("filtered_w1", self.filtered_w1)] {
            if let Some(ConditionalDistance { w1, floor, n }) = w1 {
                writeln!(f, "  {name:22} {w1:>9.3}   floor {floor:.3}, {n} rows a side")?;
            }
        }
        Ok(())
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or("–".to_string(), |value| format!("{value:.3}"))
}

#[cfg(test)]
mod tests {
    use crate::{Composition, MaterialRows, evaluate};

    #[test]
    fn shares_stand_beside_those_of_the_reference() {
        let known = [Composition::parse("NaCl").unwrap()];
        let new = [Composition::parse("NaCl2").unwrap()];
        let text = evaluate(&MaterialRows::new(&known), &MaterialRows::new(&new), 0).to_string();
        assert!(text.contains("charge_neutral               0.000   reference 1.000\n"), "{text}");
        assert!(text.contains("c2st                             –\n"), "{text}");
        assert!(text.contains("note: c2st: 1 candidates that are not copies"), "{text}");
    }
}
