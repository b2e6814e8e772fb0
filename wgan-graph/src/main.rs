//! Command line of `wgan-graph`.

use std::process::ExitCode;

mod cli;

/// Buffers of a step are kept for the next one, where the system's allocator hands them back and clears them again.
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
