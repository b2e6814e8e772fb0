//! What command lines share: devices by name, lost servers, output paths, progress, exit codes. Behind the feature `cli`.
//!
//! A library has no use for it: [`with_remote_devices`] changes the panic hook of the process, and the rest prints.

mod device;
mod error;
mod lost;
mod output;
mod progress;
mod spinner;

pub use device::DeviceChoice;
pub use error::ProgramError;
pub use lost::with_remote_devices;
pub use output::{check_output, print, to_json};
pub use progress::Progress;
pub use spinner::with_spinner;
