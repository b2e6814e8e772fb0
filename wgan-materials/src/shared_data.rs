//! Data for tests: small files of the repository, and whole public tables where they are at hand.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// One map from column to cell.
pub(crate) type Row = HashMap<String, String>;

/// `$WGAN_SHARED_DATA`, else the first `shared/data` in a folder above this crate.
pub(crate) fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("WGAN_SHARED_DATA").map(PathBuf::from);
    let above = || {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .map(|folder| folder.join("shared/data"))
            .find(|folder| folder.is_dir())
    };
    named.or_else(above)
}

/// A file that belongs to the repository; the place is seen from this crate.
pub(crate) fn own(place: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(place)
}

/// The excerpts of a file of the reference folder, and the whole file where there is one.
pub(crate) fn references(name: &str) -> Vec<Vec<Row>> {
    let whole = folder().map(|folder| folder.join("reference").join(name));
    let excerpt = own("fixtures").join(name);
    std::iter::once(excerpt).chain(whole).map(|path| rows(&path)).collect()
}

/// The compounds that ship, and these tables of the materials folder where there is one, by name.
pub(crate) fn tables(names: &[&str]) -> Vec<(String, Vec<Row>)> {
    let named = |name: &&str| {
        let path = folder()?.join("materials").join(format!("{name}.csv"));
        Some(((*name).to_owned(), rows(&path)))
    };
    let shipped = ("compounds".to_owned(), rows(&own("../examples/data/compounds.csv")));
    std::iter::once(shipped).chain(names.iter().filter_map(named)).collect()
}

/// Rows of a comma separated file.
pub(crate) fn rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().collect::<Result<_, _>>().unwrap()
}
