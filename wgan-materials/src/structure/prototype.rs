//! Structure types: what structures with different elements have in common.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::crystal_system::CrystalSystem;
use super::error::StructureError;
use super::space_group::{SpaceGroup, WyckoffPosition, letter_index, letter_of};

/// A structure type: a space group and its occupied Wyckoff positions, grouped by species.
///
/// Each *slot* is a species, whichever element fills it, with the letters of the orbits it occupies. The letters are those of the
/// choice of axes and origin that puts them first in the alphabet, among all choices in which the operations of the group look the
/// same. So rock salt is `225:a|b` whether sodium stands on a or on b. Slots are in the order of their letters.
///
/// Written as `62:c|2cd`: space group 62, one species on one orbit c, another on two orbits c and one d. Two structures of one
/// prototype may still differ in kind where free coordinates do, as pyrite and CO₂ do. Mirror images are one prototype, except in the
/// eleven pairs of groups such as P 3₁ and P 3₂, which have different numbers.
///
/// # Example
/// ```
/// use wgan_materials::structure::Prototype;
///
/// let spinel: Prototype = "227:b|c|e".parse()?; // sites numbered from the other origin
/// assert_eq!(spinel.to_string(), "227:a|d|e");
/// assert_eq!(spinel.amounts(), [2, 4, 8]); // atoms of the primitive cell: MgAl₂O₄ twice
/// assert_eq!((spinel.n_coordinates(), spinel.n_cell_parameters()), (1, 1));
/// # Ok::<(), wgan_materials::structure::StructureError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prototype {
    space_group: u16,
    /// Indices of the letters of each slot, sorted; the slots sorted too.
    slots: Vec<Vec<u8>>,
}

impl Prototype {
    /// From slots whose letters are the canonical ones already.
    pub(super) fn from_canonical(space_group: u16, slots: Vec<Vec<u8>>) -> Self {
        Self { space_group, slots }
    }

    /// Number of the space group, 1..=230.
    pub fn space_group(&self) -> u16 {
        self.space_group
    }

    /// Hermann-Mauguin symbol of the space group, in full.
    pub fn space_group_symbol(&self) -> &'static str {
        self.group().full_symbol()
    }

    /// Crystal system.
    pub fn crystal_system(&self) -> CrystalSystem {
        CrystalSystem::of_space_group(self.space_group)
    }

    /// Number of species.
    pub fn n_slots(&self) -> usize {
        self.slots.len()
    }

    /// The letters of each slot, one for each orbit.
    pub fn letters(&self) -> Vec<Vec<char>> {
        let of = |slot: &Vec<u8>| slot.iter().map(|i| letter_of(usize::from(*i))).collect();
        self.slots.iter().map(of).collect()
    }

    /// Atoms of each slot in the primitive cell.
    pub fn amounts(&self) -> Vec<usize> {
        let n_centrings = self.group().setting().centrings.len();
        let atoms = |slot: usize| {
            self.positions_of(slot).map(|position| position.multiplicity).sum::<usize>()
        };
        (0..self.n_slots()).map(|slot| atoms(slot) / n_centrings).collect()
    }

    /// Atoms in the primitive cell.
    pub fn n_atoms(&self) -> usize {
        self.amounts().iter().sum()
    }

    /// Atoms in the conventional cell.
    pub fn n_atoms_conventional(&self) -> usize {
        self.n_atoms() * self.group().setting().centrings.len()
    }

    /// Number of free coordinates of all orbits.
    pub fn n_coordinates(&self) -> usize {
        self.positions().map(|(_, position)| position.n_free()).sum()
    }

    /// Number of free parameters of the cell: 1 for cubic, 6 for triclinic.
    pub fn n_cell_parameters(&self) -> usize {
        match self.crystal_system() {
            CrystalSystem::Cubic => 1,
            CrystalSystem::Hexagonal | CrystalSystem::Trigonal | CrystalSystem::Tetragonal => 2,
            CrystalSystem::Orthorhombic => 3,
            CrystalSystem::Monoclinic => 4,
            CrystalSystem::Triclinic => 6,
        }
    }

    pub(super) fn group(&self) -> &'static SpaceGroup {
        SpaceGroup::get(self.space_group)
    }

    pub(super) fn slots(&self) -> &[Vec<u8>] {
        &self.slots
    }

    fn positions_of(&self, slot: usize) -> impl Iterator<Item = &'static WyckoffPosition> + '_ {
        let positions = self.group().positions();
        self.slots[slot].iter().map(|letter| &positions[usize::from(*letter)])
    }

    /// The orbits in order, with their slots.
    pub(super) fn positions(&self) -> impl Iterator<Item = (usize, &'static WyckoffPosition)> + '_ {
        let of = |slot| self.positions_of(slot).map(move |position| (slot, position));
        (0..self.n_slots()).flat_map(of)
    }
}

/// Letters and slots in order.
pub(super) fn sorted(slots: &[Vec<u8>], new_letters: &[u8]) -> Vec<Vec<u8>> {
    let renamed = |slot: &Vec<u8>| {
        let mut letters: Vec<u8> =
            slot.iter().map(|letter| new_letters[usize::from(*letter)]).collect();
        letters.sort_unstable();
        letters
    };
    let mut slots: Vec<Vec<u8>> = slots.iter().map(renamed).collect();
    slots.sort_unstable();
    slots
}

impl fmt::Display for Prototype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slot = |letters: &Vec<u8>| {
            let runs = letters.chunk_by(|a, b| a == b);
            let run = |run: &[u8]| match (run.len(), letter_of(usize::from(run[0]))) {
                (1, letter) => letter.to_string(),
                (n, letter) => format!("{n}{letter}"),
            };
            runs.map(run).collect::<String>()
        };
        let slots: Vec<String> = self.slots.iter().map(slot).collect();
        f.pad(&format!("{}:{}", self.space_group, slots.join("|")))
    }
}

impl fmt::Debug for Prototype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Prototype {
    type Err = StructureError;

    /// Reads what is displayed; letters of another choice of origin or axes are brought to the canonical ones.
    fn from_str(text: &str) -> Result<Self, StructureError> {
        let fault = |reason: &str| StructureError::Prototype {
            text: text.chars().take(80).collect(),
            reason: reason.to_string(),
        };
        let (number, slots) =
            text.split_once(':').ok_or_else(|| fault("expected a form such as 225:a|b"))?;
        let number: u16 = number.trim().parse().unwrap_or(0);
        if !(1..=230).contains(&number) {
            return Err(fault("expected a space group from 1 to 230"));
        }
        let group = SpaceGroup::get(number);
        let read = |slot: &str| {
            read_slot(slot, group).ok_or_else(|| {
                let letters: String = group.positions().iter().map(|p| p.letter).collect();
                fault(&format!(
                    "`{slot}`: expected Wyckoff letters of group {number} ({letters}), with a number where one repeats, such as 2c"
                ))
            })
        };
        let slots: Vec<Vec<u8>> = slots.split('|').map(read).collect::<Result<_, _>>()?;
        for (i, position) in group.positions().iter().enumerate() {
            let n = slots.iter().flatten().filter(|letter| usize::from(**letter) == i).count();
            if position.n_free() == 0 && n > 1 {
                return Err(fault("a position without a free coordinate can be occupied once"));
            }
        }
        let classes = group.normaliser().classes().iter();
        let best = classes.map(|(letters, _)| sorted(&slots, letters)).min();
        Ok(Self { space_group: number, slots: best.unwrap_or(slots) })
    }
}

/// `2cd` as indices of letters; none where it is no slot of the group.
fn read_slot(text: &str, group: &SpaceGroup) -> Option<Vec<u8>> {
    let mut letters = Vec::new();
    let mut digits = String::new();
    for c in text.trim().chars() {
        if c.is_ascii_digit() && digits.len() < 4 {
            digits.push(c);
            continue;
        }
        let letter = letter_index(c).filter(|i| *i < group.positions().len())?;
        let n: usize = if digits.is_empty() { 1 } else { digits.parse().ok()? };
        if n == 0 || letters.len() + n > super::crystal::MAX_SITES {
            return None;
        }
        letters.extend(std::iter::repeat_n(letter as u8, n));
        digits.clear();
    }
    letters.sort_unstable();
    (digits.is_empty() && !letters.is_empty()).then_some(letters)
}

impl Serialize for Prototype {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Prototype {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Prototype {
        text.parse().unwrap()
    }

    #[test]
    fn letters_of_another_origin_give_the_same_prototype() {
        assert_eq!(read("225:b|a").to_string(), "225:a|b");
        assert_eq!(read("221:b|a|d"), read("221:a|b|c"));
        assert_eq!(read("216:a|c"), read("216:b|d"));
        assert_ne!(read("225:a|b"), read("225:a|c"));
        assert_eq!(read("62:cdc|c").to_string(), "62:c|2cd");
        assert_eq!(read("47:A|a").letters(), [['a'], ['A']]);
    }

    #[test]
    fn counts_are_those_of_the_types() {
        let perovskite = read("221:a|b|c");
        assert_eq!(perovskite.amounts(), [1, 1, 3]);
        assert_eq!((perovskite.n_atoms(), perovskite.n_coordinates()), (5, 0));
        let fluorite = read("225:a|c");
        assert_eq!((fluorite.amounts(), fluorite.n_atoms_conventional()), (vec![1, 2], 12));
        let triclinic = read("1:a|2a");
        assert_eq!((triclinic.n_coordinates(), triclinic.n_cell_parameters()), (9, 6));
        assert_eq!(perovskite.space_group_symbol(), "P 4/m -3 2/m");
    }

    #[test]
    fn what_names_no_prototype_is_refused() {
        for text in [
            "",
            "225",
            "0:a",
            "231:a",
            "225:",
            "225:a|",
            "225:z",
            "225:2a",
            "225:a|a",
            "1:0a",
            "1:2",
            "1:99999999a",
            "é:a",
        ] {
            assert!(text.parse::<Prototype>().is_err(), "{text}");
        }
        let message = "225:2a".parse::<Prototype>().unwrap_err().to_string();
        let expected =
            "prototype `225:2a`: a position without a free coordinate can be occupied once";
        assert_eq!(message, expected);
    }

    #[test]
    fn json_has_the_text() {
        let text = serde_json::to_string(&read("225:a|b")).unwrap();
        assert_eq!(text, "\"225:a|b\"");
        assert_eq!(serde_json::from_str::<Prototype>(&text).unwrap(), read("225:b|a"));
    }

    proptest! {
        #[test]
        fn parse_after_display_is_the_identity(number in 1u16..231, text in "[a-h]{1,4}(\\|[a-h]{1,3}){0,3}") {
            if let Ok(prototype) = format!("{number}:{text}").parse::<Prototype>() {
                prop_assert_eq!(&read(&prototype.to_string()), &prototype);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-9]{0,3}:?[a-zA0-9|é]{0,12}") {
            let _ = text.parse::<Prototype>();
        }
    }
}
