//! The crystal systems.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The seven crystal systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrystalSystem {
    /// Space groups 1 and 2.
    Triclinic,
    /// Space groups 3 to 15.
    Monoclinic,
    /// Space groups 16 to 74.
    Orthorhombic,
    /// Space groups 75 to 142.
    Tetragonal,
    /// Space groups 143 to 167.
    Trigonal,
    /// Space groups 168 to 194.
    Hexagonal,
    /// Space groups 195 to 230.
    Cubic,
}

impl FromStr for CrystalSystem {
    type Err = String;

    /// From its name, in any letter case.
    fn from_str(text: &str) -> Result<Self, String> {
        let all = [
            Self::Triclinic,
            Self::Monoclinic,
            Self::Orthorhombic,
            Self::Tetragonal,
            Self::Trigonal,
            Self::Hexagonal,
            Self::Cubic,
        ];
        let found = all.into_iter().find(|system| system.name().eq_ignore_ascii_case(text.trim()));
        found.ok_or_else(|| format!("expected one of {}", all.map(Self::name).join(", ")))
    }
}

impl CrystalSystem {
    /// The system of a space group, by its number, 1..=230.
    pub fn of_space_group(number: u16) -> Self {
        match number {
            ..=2 => Self::Triclinic,
            3..=15 => Self::Monoclinic,
            16..=74 => Self::Orthorhombic,
            75..=142 => Self::Tetragonal,
            143..=167 => Self::Trigonal,
            168..=194 => Self::Hexagonal,
            195.. => Self::Cubic,
        }
    }

    /// Name in lower case, such as `cubic`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Triclinic => "triclinic",
            Self::Monoclinic => "monoclinic",
            Self::Orthorhombic => "orthorhombic",
            Self::Tetragonal => "tetragonal",
            Self::Trigonal => "trigonal",
            Self::Hexagonal => "hexagonal",
            Self::Cubic => "cubic",
        }
    }
}

impl fmt::Display for CrystalSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
