//! Where the tests find the shared data sets; they are skipped, with a message, where there are none.

use std::path::{Path, PathBuf};

/// A file of the graphs folder of `$WGAN_SHARED_DATA`, else of the first `shared/data` in a folder
/// above this crate.
pub(crate) fn graph(name: &str) -> Option<PathBuf> {
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
    Some(found?.join("graphs").join(name))
}
