//! Names of space groups.

use moyo::data::{HallNumber, HallSymbolEntry, hall_symbol_entry};

use crate::structure::error::StructureError;

/// Number of settings in the table of Hall symbols.
const N_SETTINGS: HallNumber = 530;

/// Number of the space group, 1 to 230, that a text names by its number or by a Hermann–Mauguin symbol of any of its settings:
/// `225`, `Fm-3m` and `F 4/m -3 2/m` are the same.
///
/// # Errors
/// [`StructureError::SpaceGroup`] if it names none.
pub fn space_group_number(text: &str) -> Result<u16, StructureError> {
    let wanted = key(text);
    let number = wanted.parse().ok().filter(|number| (1..=230).contains(number));
    let named = || entries().find(|entry| names(entry).contains(&wanted));
    let number = number.or_else(|| named().and_then(|entry| u16::try_from(entry.number).ok()));
    number.ok_or_else(|| StructureError::SpaceGroup { text: text.chars().take(40).collect() })
}

/// All settings of all groups.
pub(in crate::structure) fn entries() -> impl Iterator<Item = HallSymbolEntry> {
    (1..=N_SETTINGS).filter_map(hall_symbol_entry)
}

/// The names of a setting, as [`key`]s: `P 2_1/c`, the short name of every setting of its group, names only the one of `P 1 2_1/c 1`.
pub(in crate::structure) fn names(entry: &HallSymbolEntry) -> [String; 2] {
    let short = match entry.number {
        3..=15 => entry.hm_full.split_whitespace().filter(|word| *word != "1").collect(),
        _ => entry.hm_short.to_string(),
    };
    [key(&short), key(entry.hm_full)]
}

/// A symbol without blanks, underscores and letter case: `P 42/m n m`, `P4_2/mnm` and `P42/mnm` are one.
pub(in crate::structure) fn key(symbol: &str) -> String {
    let kept = symbol.chars().filter(|c| !c.is_whitespace() && !matches!(c, '_' | '(' | ')' | '~'));
    kept.collect::<String>().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_names_its_group_alone() {
        for entry in entries() {
            for name in names(&entry) {
                assert_eq!(
                    space_group_number(&name).ok(),
                    u16::try_from(entry.number).ok(),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn numbers_and_symbols_are_read_and_others_refused() {
        for (text, number) in [
            ("225", 225),
            (" 1 ", 1),
            ("Fm-3m", 225),
            ("F 4/m -3 2/m", 225),
            ("fm-3m", 225),
            ("P4_2/mnm", 136),
            ("P21/c", 14),
            ("P 21/n", 14),
            ("Pnma", 62),
            ("Pbnm", 62),
            ("R-3m", 166),
        ] {
            assert_eq!(space_group_number(text), Ok(number), "{text}");
        }
        for text in ["", "0", "231", "-1", "Fm3m9", "cubic"] {
            assert!(space_group_number(text).is_err(), "{text}");
        }
        let message = space_group_number("Fm").unwrap_err().to_string();
        assert_eq!(
            message,
            "space group `Fm`: expected a number from 1 to 230 or a symbol such as Fm-3m"
        );
    }
}
