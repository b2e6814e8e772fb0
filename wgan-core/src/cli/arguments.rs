//! Arguments: help texts in lines of a terminal, completions of shells, pages of a manual.

use std::path::PathBuf;

use clap::{Args, Command, CommandFactory, FromArgMatches};
use clap_complete::Shell;

use super::print;
use crate::error::WganError;

/// Columns of a terminal.
const WIDTH: usize = 80;

/// Columns that stand before the help of an option, and before what a command does.
const BEFORE_OPTION: usize = 10;
const BEFORE_COMMAND: usize = 18;

/// What the arguments of the process ask for; help, the version and refusals end the process.
pub fn parse<C: CommandFactory + FromArgMatches>() -> C {
    let matches = wrapped(C::command(), WIDTH).get_matches();
    C::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut C::command()).exit())
}

/// Prints what makes a shell complete commands and options.
#[derive(Debug, Args)]
#[command(after_help = "\
Printed: the script. Where it belongs depends on the shell; for bash, a file in ~/.local/share/bash-completion/completions named like the program.")]
pub struct Completions {
    /// Shell that is used.
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    /// Prints the script for the program `C`.
    ///
    /// # Errors
    /// [`WganError::Io`] where standard output cannot be written to.
    pub fn run<C: CommandFactory>(&self) -> Result<(), WganError> {
        let (mut command, mut script) = (C::command(), Vec::new());
        let name = command.get_name().to_owned();
        clap_complete::generate(self.shell, &mut command, name, &mut script);
        print(&String::from_utf8_lossy(&script))
    }
}

/// Writes the pages of the manual.
#[derive(Debug, Args)]
#[command(
    after_help = "Written: one page for the program and one for each command, such as wgan-materials-fit.1."
)]
pub struct Man {
    /// Folder for the pages; it is made if it is not there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl Man {
    /// Writes the pages of the program `C`.
    ///
    /// # Errors
    /// [`WganError::Io`] where the folder cannot be written to.
    pub fn run<C: CommandFactory>(&self) -> Result<(), WganError> {
        let failed = |error| WganError::io(&self.out, error);
        std::fs::create_dir_all(&self.out).map_err(failed)?;
        clap_mangen::generate_to(C::command(), &self.out).map_err(failed)
    }
}

/// The command with its texts in lines; clap does so only by a feature that would build other crates a second time.
fn wrapped(command: Command, about_width: usize) -> Command {
    let about = command.get_about().map(|text| lines(&text.to_string(), about_width));
    let after = command.get_after_help().map(|text| lines(&text.to_string(), WIDTH));
    let command = command.mut_args(|arg| {
        let line = |text: &dyn ToString| lines(&text.to_string(), WIDTH - BEFORE_OPTION);
        let (help, long) = (arg.get_help().map(|t| line(t)), arg.get_long_help().map(|t| line(t)));
        let arg = help.into_iter().fold(arg, |arg, help| arg.help(help));
        long.into_iter().fold(arg, |arg, help| arg.long_help(help))
    });
    let command = about.into_iter().fold(command, |command, about| command.about(about));
    let command = after.into_iter().fold(command, |command, after| command.after_help(after));
    command.mut_subcommands(|sub| wrapped(sub, WIDTH - BEFORE_COMMAND).next_line_help(true))
}

/// The text with no line longer than `width` where a blank allows it; lines that are set in stay as they are.
fn lines(text: &str, width: usize) -> String {
    let broken = text
        .lines()
        .map(|line| if line.starts_with(' ') { line.to_owned() } else { broken(line, width) });
    broken.collect::<Vec<_>>().join("\n")
}

fn broken(line: &str, width: usize) -> String {
    let (mut text, mut column) = (String::new(), 0);
    for word in line.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            text.push('\n');
            column = 0;
        } else if column > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    /// Adds two numbers and says what comes out.
    #[derive(Debug, Parser)]
    #[command(
        name = "adds",
        after_help = "Example, which is a line that is set in and stays as long as it is:\n  adds 1 2 --loudly --and --with --many --more --words --than --fit --into --one --line"
    )]
    struct Adds {
        /// Numbers to add, of which there may be so many that the line of this help is too long for a terminal, and is broken.
        numbers: Vec<f64>,
    }

    #[test]
    fn help_fits_into_a_terminal_but_for_lines_that_are_set_in() {
        let mut command = wrapped(Adds::command(), WIDTH);
        let help = command.render_long_help().to_string();
        let long: Vec<&str> = help.lines().filter(|line| line.chars().count() > WIDTH).collect();
        assert_eq!(long.len(), 1, "{help}");
        assert!(long[0].starts_with("  adds 1 2"), "{help}");
        assert!(help.contains("Numbers to add"));
    }

    #[test]
    fn lines_keep_their_words() {
        assert_eq!(lines("one two three\n\n  four five", 8), "one two\nthree\n\n  four five");
        assert_eq!(lines("incomprehensible", 4), "incomprehensible");
    }

    #[test]
    fn there_is_a_page_of_the_manual() {
        let folder = tempfile::tempdir().unwrap();
        Man { out: folder.path().join("man") }.run::<Adds>().unwrap();
        let page = std::fs::read_to_string(folder.path().join("man/adds.1")).unwrap();
        assert!(page.contains("Adds two numbers"), "{page}");
    }
}
