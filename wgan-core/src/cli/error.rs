//! Why a program ends without its result, whatever it computes.

use std::path::PathBuf;

/// What went wrong with a device or an output, with the values that show why.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProgramError {
    /// A device that this program was built without.
    #[error(
        "device `{device}` is not built in: there is {built_in}; build with `--features {device}`"
    )]
    NotBuiltIn {
        /// The feature that would build it in.
        device: &'static str,
        /// What is built in.
        built_in: String,
    },
    /// A device that cannot be reached at its address, or not be served there.
    #[error("{device}: {reason}")]
    Unreachable {
        /// The device.
        device: String,
        /// What the connection said.
        reason: String,
    },
    /// A device of a server that went away while it was used.
    #[error("{devices} was lost ({reason}); {kept}")]
    Lost {
        /// The devices of servers that were in use.
        devices: String,
        /// What burn said.
        reason: String,
        /// What there is and how to go on.
        kept: String,
    },
    /// An output that is a folder, or is in none.
    #[error("{}: expected a file in a folder that exists", out.display())]
    NoFolder {
        /// The output.
        out: PathBuf,
    },
    /// An output that would take the place of a file that is read, or of another output.
    #[error("{}: would replace {}; name another file", out.display(), other.display())]
    WouldReplace {
        /// The output.
        out: PathBuf,
        /// The other file.
        other: PathBuf,
    },
    /// An output that the system does not let this program write.
    #[error("{}: cannot be written: {source}", out.display())]
    NotWritable {
        /// The output.
        out: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}

impl ProgramError {
    /// 2 for what the user can give otherwise, 1 for a run that failed.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Unreachable { .. } | Self::Lost { .. } => 1,
            Self::NotBuiltIn { .. }
            | Self::NoFolder { .. }
            | Self::WouldReplace { .. }
            | Self::NotWritable { .. } => 2,
        }
    }
}
