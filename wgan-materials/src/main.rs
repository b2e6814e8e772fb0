//! Command line of `wgan-materials`.

use std::process::ExitCode;

mod cli;

/// The system's allocator hands large buffers back at once and clears them again for the next step, which takes a sixth of a
/// fit.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match wgan_core::cli::parse::<cli::Cli>().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
