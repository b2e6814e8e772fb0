//! Sizes of the parts of matrices that products work on.

/// Columns of a panel: four vectors of 512 bits.
pub(super) const PANEL: usize = 64;

/// Rows of a tile, the part of a product that is in registers at one time.
pub(super) const TILE: usize = 6;

/// One row of a panel.
pub(super) type PanelRow = [f32; PANEL];
