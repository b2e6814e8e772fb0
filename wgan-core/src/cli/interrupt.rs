//! Ctrl-C, and the request of the system to end.

use std::sync::Mutex;

type Kept = Box<dyn Fn() -> String + Send>;

/// What there is to say; none before the first call.
static KEPT: Mutex<Option<Kept>> = Mutex::new(None);

/// From now on, an interrupt by the user or the system (SIGINT, SIGTERM) ends the program with exit code 1 and a sentence on
/// what is kept.
///
/// Files are complete or absent at any moment, so there is nothing to put in order. A later call takes the place of an earlier
/// one. Where there are no such signals, the program ends as the system has it.
pub fn on_interrupt(kept: impl Fn() -> String + Send + 'static) {
    let Ok(mut present) = KEPT.lock() else { return };
    if present.replace(Box::new(kept)).is_none() {
        listen();
    }
}

#[cfg(unix)]
fn listen() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
    std::thread::spawn(move || {
        if signals.forever().next().is_some() {
            let kept = KEPT.lock().ok().and_then(|kept| kept.as_ref().map(|kept| kept()));
            eprintln!("interrupted: {}", kept.unwrap_or_default());
            std::process::exit(1);
        }
    });
}

#[cfg(not(unix))]
fn listen() {}
