//! Command line of `wgan-graph`.

use std::process::ExitCode;

mod cli;

fn main() -> ExitCode {
    match wgan_core::cli::parse::<cli::Cli>().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}
