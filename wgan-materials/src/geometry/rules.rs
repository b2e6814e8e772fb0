//! Rules on the structures of candidates.

use std::fmt;

use crate::structure::{CrystalSystem, Prototype};

/// What prototypes candidates may have; the default allows all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StructureRules {
    /// Only this space group, by its number.
    pub space_group: Option<u16>,
    /// Only this prototype.
    pub prototype: Option<Prototype>,
    /// Only space groups of this crystal system.
    pub crystal_system: Option<CrystalSystem>,
}

impl StructureRules {
    /// Whether everything is allowed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a candidate may have this prototype.
    pub fn allow(&self, prototype: &Prototype) -> bool {
        self.space_group.is_none_or(|number| number == prototype.space_group())
            && self.prototype.as_ref().is_none_or(|only| only == prototype)
            && self.crystal_system.is_none_or(|system| system == prototype.crystal_system())
    }
}

impl fmt::Display for StructureRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let group = self.space_group.map(|number| format!("space group {number}"));
        let prototype = self.prototype.as_ref().map(|prototype| format!("prototype {prototype}"));
        let system = self.crystal_system.map(|system| format!("crystal system {system}"));
        let all: Vec<String> = [group, prototype, system].into_iter().flatten().collect();
        write!(f, "{}", all.join(" and "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_must_hold() {
        let rock_salt: Prototype = "225:a|b".parse().unwrap();
        let cubic =
            StructureRules { crystal_system: Some(CrystalSystem::Cubic), ..Default::default() };
        assert!(cubic.allow(&rock_salt) && !cubic.is_empty());
        let both = StructureRules { space_group: Some(221), ..cubic };
        assert!(!both.allow(&rock_salt));
        let named = StructureRules { prototype: Some(rock_salt.clone()), ..Default::default() };
        assert!(named.allow(&rock_salt) && StructureRules::default().allow(&rock_salt));
    }
}
