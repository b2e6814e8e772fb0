//! What a material is taken to be: its composition and, where it is known, its structure type.

use std::collections::HashMap;
use std::sync::Arc;

use crate::composition::Composition;
use crate::structure::{Embedding, Prototype};

/// A composition, in a structure type where that is known; two materials are the same if both are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Material {
    /// What it is made of.
    pub composition: Composition,
    /// Space group and occupied Wyckoff positions; none where nothing is known of the structure.
    pub prototype: Option<Arc<Prototype>>,
}

impl From<Composition> for Material {
    fn from(composition: Composition) -> Self {
        Self { composition, prototype: None }
    }
}

impl From<&Composition> for Material {
    fn from(composition: &Composition) -> Self {
        composition.clone().into()
    }
}

/// Compositions in the prototypes of their structures, where there are structures; equal prototypes are shared.
pub(crate) fn materials(
    compositions: &[Composition],
    structures: Option<&[Embedding]>,
) -> Vec<Material> {
    let Some(structures) = structures else {
        return compositions.iter().map(Material::from).collect();
    };
    let mut shared: HashMap<&Prototype, Arc<Prototype>> = HashMap::new();
    let rows = compositions.iter().zip(structures.iter());
    rows.map(|(composition, known)| {
        let of = known.prototype();
        let prototype = shared.entry(of).or_insert_with(|| Arc::new(of.clone()));
        Material { composition: composition.clone(), prototype: Some(Arc::clone(prototype)) }
    })
    .collect()
}
