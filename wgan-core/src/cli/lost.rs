//! Servers that go away while their devices are used.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};

use super::{DeviceChoice, ProgramError};

/// What `work` gives, with a panic as an error where one of `devices` is remote.
///
/// A tensor on a lost server has no values and burn's operations return no errors: the next one
/// that reads values back panics, here or in the thread of a device. Nothing that `work` had begun
/// is used after that; `kept` says what there is and how to go on.
///
/// Where a device is remote, every panic meanwhile counts as a lost server, and the hook of this
/// process for panics is silent: one call at a time.
///
/// # Errors
/// Those of `work`, and [`ProgramError::Lost`].
pub fn with_remote_devices<'a, T, E: From<ProgramError>>(
    devices: impl IntoIterator<Item = &'a DeviceChoice>,
    kept: impl FnOnce() -> String,
    work: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let remote = devices.into_iter().filter(|device| device.is_remote());
    let mut remote: Vec<String> = remote.map(ToString::to_string).collect();
    remote.sort();
    remote.dedup();
    if remote.is_empty() {
        return work();
    }
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {})); // the message is in the error
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    panic::set_hook(hook);
    result.unwrap_or_else(|panic| {
        let (devices, reason) = (remote.join(" or "), reason(panic.as_ref()));
        Err(ProgramError::Lost { devices, reason, kept: kept() }.into())
    })
}

/// The message of a panic on one line.
fn reason(panic: &(dyn Any + Send)) -> String {
    let message = panic.downcast_ref::<String>().map(String::as_str);
    let message = message.or_else(|| panic.downcast_ref::<&str>().copied());
    let words: Vec<&str> = message.unwrap_or("no message").split_whitespace().collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_where_a_device_is_remote() {
        let server = DeviceChoice::Remote("ws://gpu:3000".to_owned());
        let devices = [DeviceChoice::Flex, server];
        let kept = || "half is kept".to_owned();
        let work = || -> Result<(), ProgramError> { panic!("no answer\n  within {} s", 7) };
        let message = with_remote_devices(&devices, kept, work).unwrap_err().to_string();
        assert_eq!(message, "remote=ws://gpu:3000 was lost (no answer within 7 s); half is kept");
        let seven = with_remote_devices(&devices, kept, || Ok::<_, ProgramError>(7));
        assert_eq!(seven.unwrap(), 7);
    }

    #[test]
    #[should_panic(expected = "a mistake")]
    fn a_panic_goes_on_where_no_device_is_remote() {
        let work = || -> Result<(), ProgramError> { panic!("a mistake") };
        let _ = with_remote_devices([&DeviceChoice::Flex], String::new, work);
    }
}
