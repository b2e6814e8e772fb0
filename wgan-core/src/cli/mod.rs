//! What command lines share: arguments, devices by name, lost servers, interrupts, output paths, progress, exit codes. Behind the feature `cli`.
//!
//! A library has no use for it: [`with_remote_devices`] changes the panic hook of the process, [`on_interrupt`] what signals do, and the rest prints.

mod arguments;
mod device;
mod error;
mod interrupt;
mod lost;
mod output;
mod progress;
mod spinner;

pub use arguments::{Completions, Man, parse};
pub use device::DeviceChoice;
pub use error::ProgramError;
pub use interrupt::on_interrupt;
pub use lost::with_remote_devices;
pub use output::{Reserved, check_output, print, to_json};
pub use progress::Progress;
pub use spinner::with_spinner;
