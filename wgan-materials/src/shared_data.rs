//! Where the tests find the shared data sets; they are skipped, with a message, where there are none.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// `$WGAN_SHARED_DATA`, else the first `shared/data` in a folder above this crate.
pub(crate) fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("WGAN_SHARED_DATA").map(PathBuf::from);
    let above = || {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .map(|folder| folder.join("shared/data"))
            .find(|folder| folder.is_dir())
    };
    let found = named.or_else(above);
    if found.is_none() {
        println!("skipped: no shared data (set WGAN_SHARED_DATA)");
    }
    found
}

/// A file of the reference folder, one map from column to cell per row.
pub(crate) fn reference(name: &str) -> Option<Vec<HashMap<String, String>>> {
    Some(rows(&folder()?.join("reference").join(name)))
}

/// A file of the materials folder, one map from column to cell per row.
pub(crate) fn materials(name: &str) -> Option<Vec<HashMap<String, String>>> {
    Some(rows(&folder()?.join("materials").join(name)))
}

/// A comma separated file in which no cell that matters is quoted.
fn rows(path: &Path) -> Vec<HashMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let row = |line: &str| {
        let cells = line.split(',').map(str::to_string);
        header.iter().map(|name| name.to_string()).zip(cells).collect()
    };
    lines.map(row).collect()
}
