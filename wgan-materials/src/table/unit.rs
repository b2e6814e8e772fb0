//! Units as they stand in column names.

/// Units that end a name such as `band_gap_eV`, in lower case, with how they are written.
const UNITS: [(&str, &str); 29] = [
    ("ev", "eV"),
    ("mev", "meV"),
    ("k", "K"),
    ("mk", "mK"),
    ("pa", "Pa"),
    ("gpa", "GPa"),
    ("mpa", "MPa"),
    ("kbar", "kbar"),
    ("g", "g"),
    ("kg", "kg"),
    ("mg", "mg"),
    ("cm3", "cm3"),
    ("m3", "m3"),
    ("angstrom", "Å"),
    ("angstrom3", "Å3"),
    ("nm", "nm"),
    ("pm", "pm"),
    ("um", "µm"),
    ("mm", "mm"),
    ("w", "W"),
    ("j", "J"),
    ("kj", "kJ"),
    ("mol", "mol"),
    ("atom", "atom"),
    ("cell", "cell"),
    ("s", "s"),
    ("hz", "Hz"),
    ("thz", "THz"),
    ("v", "V"),
];

/// What quantities are counted by; alone they are no unit: `energy_per_atom` says nothing of eV.
const COUNTED: [&str; 3] = ["atom", "cell", "mol"];

/// The unit a column name ends in, as a guess: `gap (eV)` and `band_gap_eV` are in eV,
/// `density_g_per_cm3` and `density_g_cm3` in g/cm3.
pub(super) fn unit_of(name: &str) -> Option<String> {
    in_brackets(name).or_else(|| at_the_end(name))
}

fn in_brackets(name: &str) -> Option<String> {
    let name = name.trim();
    let (open, close) =
        [('(', ')'), ('[', ']')].into_iter().find(|(_, close)| name.ends_with(*close))?;
    let unit = name[name.rfind(open)? + 1..].trim_end_matches(close).trim();
    (!unit.is_empty()).then(|| unit.to_string())
}

/// The longest end of the name that is made of units and `per`, after at least one other word.
fn at_the_end(name: &str) -> Option<String> {
    let words: Vec<&str> = name.split(['_', ' ']).collect();
    if matches!(words[0].to_lowercase().as_str(), "log" | "log10" | "ln") {
        return None; // a logarithm has no unit
    }
    let start = (1..words.len()).find(|&i| {
        written(words[i]).is_some()
            && words[i..].iter().all(|w| *w == "per" || written(w).is_some())
    })?;
    let units: Vec<&str> = words[start..].iter().filter_map(|word| written(word)).collect();
    match units.as_slice() {
        [unit] if COUNTED.contains(unit) => None,
        [unit] if words[start - 1] == "per" => Some(format!("1/{unit}")),
        [unit] if words.len() - start == 1 => Some(unit.to_string()),
        [_] => None,
        [above, below @ ..] => Some(format!("{above}/{}", below.join("/"))),
        [] => None,
    }
}

fn written(word: &str) -> Option<&'static str> {
    let lower = word.to_lowercase();
    UNITS.iter().find(|(unit, _)| *unit == lower).map(|(_, written)| *written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_from_brackets_and_endings() {
        for (name, unit) in [
            ("band_gap_eV", "eV"),
            ("band_gap_ev", "eV"),
            ("gap (eV)", "eV"),
            ("density [g/cm3]", "g/cm3"),
            ("density_g_cm3", "g/cm3"),
            ("energy_eV_per_atom", "eV/atom"),
            ("Tc_K", "K"),
            ("thermal_expansion_300K_per_K", "1/K"),
        ] {
            assert_eq!(unit_of(name).as_deref(), Some(unit), "{name}");
        }
        for name in [
            "K",
            "n",
            "tolerance_factor",
            "is_metal",
            "",
            "log10_K_VRH_GPa",
            "lattice_c",
            "energy_per_atom",
        ] {
            assert_eq!(unit_of(name), None, "{name}");
        }
    }
}
