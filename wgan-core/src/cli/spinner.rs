//! Work without steps that could be counted.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// What `work` gives; meanwhile `what` is done, and for how long, stands on standard error if that is a terminal.
pub fn with_spinner<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let style = ProgressStyle::with_template("{spinner} {msg}, {elapsed}");
    let bar = ProgressBar::new_spinner()
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        .with_message(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(500));
    let result = work();
    bar.finish_and_clear();
    result
}
