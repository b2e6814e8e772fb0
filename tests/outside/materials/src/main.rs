//! Feature vectors of a polars frame, and back.
use wgan_materials::polars::prelude::*;
use wgan_materials::{FeatureSpace, ReadOptions, Table, Whitening};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let frame = df!(
        "formula" => ["NaCl", "KCl", "MgO", "CaO", "TiO2", "SnO2", "CaTiO3", "SrTiO3"],
        "band_gap_eV" => [8.5, 8.4, 7.8, 7.0, 3.0, 3.6, 3.5, 3.2],
        "structure" => ["rock salt", "rock salt", "rock salt", "rock salt", "rutile", "rutile", "cubic", "cubic"],
    )?;
    let table = Table::from_frame(&frame, &ReadOptions::default())?;
    let space = FeatureSpace::fit(&table, Some(Whitening::Pca))?;
    let vectors = space.transform(&table)?;
    println!("{} features in {} directions", space.features().len(), vectors.ncols());
    let back = space.inverse(vectors.view())?;
    assert_eq!(back.columns, table.columns);
    Ok(())
}
