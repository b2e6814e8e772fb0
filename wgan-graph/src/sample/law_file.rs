//! Laws on the nodes as comma separated values.

use std::path::Path;

use crate::error::GraphError;
use crate::network::Network;
use crate::table::{Blanks, Header, read_table};

/// Reads `id,weight` into one weight per node of `network`; repeated ids add up.
///
/// # Errors
/// Files that cannot be read, ids that are no nodes, weights that are negative or not finite.
pub fn read_law(path: &Path, network: &Network) -> Result<Vec<f64>, GraphError> {
    let table = read_table(path, Header::First, Blanks::Belong)?;
    let ids = table.column("id")?.unwrap_or(0);
    let expected = "a finite weight from zero up";
    let weights =
        table.numbers("weight", expected, |w| (w.is_finite() && w >= 0.0).then_some(w))?;
    let mut law = vec![0.0; network.n_nodes()];
    for (row, weight) in weights.into_iter().enumerate() {
        law[network.require(table.id(row, ids)?, &path.display().to_string())?] += weight;
    }
    Ok(law)
}
