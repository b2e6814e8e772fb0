//! Devices by name, as programs are told them.

use std::fmt;
use std::str::FromStr;

use burn::tensor::Device;

use super::ProgramError;
use crate::error::WganError;

/// Where tensors live: `flex`, `tch`, `tch-cuda`, `wgpu`, `cuda`, or `remote=ws://HOST:PORT`.
///
/// Each is a feature of this crate; [`DeviceChoice::device`] tells which are built in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DeviceChoice {
    /// Processor, pure Rust.
    #[default]
    Flex,
    /// Processor through libtorch.
    Tch,
    /// NVIDIA graphics processor through libtorch.
    TchCuda,
    /// Graphics processor through WebGPU.
    Wgpu,
    /// NVIDIA graphics processor.
    Cuda,
    /// The device that a server of burn serves at this address.
    Remote(String),
}

/// What an address of a server starts with.
const REMOTE: &str = "remote=";

impl DeviceChoice {
    /// The device.
    ///
    /// # Errors
    /// [`ProgramError::NotBuiltIn`], [`ProgramError::Unreachable`] for a server.
    pub fn device(&self) -> Result<Device, ProgramError> {
        match self {
            #[cfg(feature = "flex")]
            DeviceChoice::Flex => Ok(Device::flex()),
            #[cfg(feature = "tch")]
            DeviceChoice::Tch => Ok(Device::libtorch()),
            #[cfg(feature = "tch")]
            DeviceChoice::TchCuda => Ok(Device::libtorch_cuda(0)),
            #[cfg(feature = "wgpu")]
            DeviceChoice::Wgpu => Ok(Device::wgpu(burn::tensor::DeviceKind::DefaultDevice)),
            #[cfg(feature = "cuda")]
            DeviceChoice::Cuda => Ok(Device::cuda(0)),
            #[cfg(feature = "remote")]
            DeviceChoice::Remote(address) => {
                let host = burn::remote::RemoteHost::websocket(address);
                let connected = Device::remote_options(&host).init();
                connected.map_err(|error| ProgramError::Unreachable {
                    device: self.to_string(),
                    reason: error.to_string(),
                })
            }
            #[allow(unreachable_patterns, reason = "reachable when a feature is off")]
            absent => Err(absent.not_built_in()),
        }
    }

    /// Whether tensors live on another machine, or at least in another process.
    pub fn is_remote(&self) -> bool {
        matches!(self, DeviceChoice::Remote(_))
    }

    /// The feature that builds it in.
    pub fn feature(&self) -> &'static str {
        match self {
            DeviceChoice::Flex => "flex",
            DeviceChoice::Tch | DeviceChoice::TchCuda => "tch",
            DeviceChoice::Wgpu => "wgpu",
            DeviceChoice::Cuda => "cuda",
            DeviceChoice::Remote(_) => "remote",
        }
    }

    fn not_built_in(&self) -> ProgramError {
        let built_in: Vec<&str> = [
            ("flex", cfg!(feature = "flex")),
            ("tch", cfg!(feature = "tch")),
            ("wgpu", cfg!(feature = "wgpu")),
            ("cuda", cfg!(feature = "cuda")),
            ("remote", cfg!(feature = "remote")),
        ]
        .into_iter()
        .filter_map(|(name, is_in)| is_in.then_some(name))
        .collect();
        let built_in =
            if built_in.is_empty() { "no device".to_owned() } else { built_in.join(", ") };
        ProgramError::NotBuiltIn { device: self.feature(), built_in }
    }
}

impl FromStr for DeviceChoice {
    type Err = WganError;

    fn from_str(text: &str) -> Result<Self, WganError> {
        const HERE: [DeviceChoice; 5] = [
            DeviceChoice::Flex,
            DeviceChoice::Tch,
            DeviceChoice::TchCuda,
            DeviceChoice::Wgpu,
            DeviceChoice::Cuda,
        ];
        if let Some(here) = HERE.into_iter().find(|choice| choice.to_string() == text) {
            return Ok(here);
        }
        match text.strip_prefix(REMOTE) {
            Some(address) if address.strip_prefix("ws://").is_some_and(|host| !host.is_empty()) => {
                Ok(DeviceChoice::Remote(address.to_owned()))
            }
            _ => {
                let expected = "flex, tch, tch-cuda, wgpu, cuda or remote=ws://HOST:PORT";
                Err(WganError::config("device", expected, text))
            }
        }
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DeviceChoice::Remote(address) => write!(f, "{REMOTE}{address}"),
            DeviceChoice::TchCuda => f.write_str("tch-cuda"),
            local => f.write_str(local.feature()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_and_others_are_refused() {
        for name in ["flex", "tch", "tch-cuda", "wgpu", "cuda", "remote=ws://gpu:3000"] {
            assert_eq!(name.parse::<DeviceChoice>().unwrap().to_string(), name);
        }
        for name in ["gpu", "remote", "remote=", "remote=ws://", "remote=http://gpu:3000"] {
            let refused = name.parse::<DeviceChoice>().unwrap_err().to_string();
            let expected =
                "device: expected flex, tch, tch-cuda, wgpu, cuda or remote=ws://HOST:PORT, got ";
            assert_eq!(refused, format!("{expected}{name}"));
        }
    }

    #[cfg(not(feature = "cuda"))]
    #[test]
    fn a_device_that_is_not_built_in_is_named_with_those_that_are() {
        let message = DeviceChoice::Cuda.device().unwrap_err().to_string();
        assert!(message.starts_with("device `cuda` is not built in: there is "), "{message}");
        assert!(message.ends_with("; build with `--features cuda`"), "{message}");
    }
}
