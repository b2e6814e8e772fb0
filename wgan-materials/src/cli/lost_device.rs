//! Servers that go away while their devices are used.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};

use super::CliError;
use super::device::DeviceChoice;

/// What `work` gives, with a panic as an error where one of `devices` is remote.
///
/// A tensor on a lost server has no values and burn's operations return no errors: the next one that reads values back
/// panics, here or in the thread of a device. Nothing that `work` had begun is used after that; what is to be kept is
/// in its checkpoints.
///
/// `kept` says how to go on.
pub fn with_remote_devices<'a, T>(
    devices: impl IntoIterator<Item = &'a DeviceChoice>,
    kept: impl FnOnce() -> String,
    work: impl FnOnce() -> Result<T, CliError>,
) -> Result<T, CliError> {
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
        let reason = reason(panic.as_ref());
        let lost = format!("{} was lost ({reason})", remote.join(" or "));
        Err(CliError::Device(format!("{lost}; {}", kept())))
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
        let work = || -> Result<(), _> { panic!("no answer\n  within {} s", 7) };
        let message = with_remote_devices(&devices, kept, work).unwrap_err().to_string();
        assert_eq!(message, "remote=ws://gpu:3000 was lost (no answer within 7 s); half is kept");
        assert_eq!(with_remote_devices(&devices, kept, || Ok(7)).unwrap(), 7);
    }

    #[test]
    #[should_panic(expected = "a mistake")]
    fn a_panic_is_one_where_none_is() {
        let work = || -> Result<(), _> { panic!("a mistake") };
        let _ = with_remote_devices([&DeviceChoice::Flex], String::new, work);
    }
}
