//! `--device` and `--devices`.

use std::fmt;
use std::str::FromStr;

use burn::tensor::Device;

use super::CliError;

/// Where tensors live.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DeviceChoice {
    /// Processor, pure Rust.
    #[default]
    Flex,
    /// Processor through libtorch.
    Tch,
    /// Graphics processor through WebGPU.
    Wgpu,
    /// NVIDIA graphics processor.
    Cuda,
    /// The device that `serve` serves at this address.
    Remote(String),
}

/// What an address of a server starts with.
const REMOTE: &str = "remote=";

impl DeviceChoice {
    /// The device.
    ///
    /// # Errors
    /// [`CliError::Usage`] if this program was built without it, [`CliError::Device`] if a server cannot be reached.
    pub fn device(&self) -> Result<Device, CliError> {
        match self {
            #[cfg(feature = "flex")]
            DeviceChoice::Flex => Ok(Device::flex()),
            #[cfg(feature = "tch")]
            DeviceChoice::Tch => Ok(Device::libtorch()),
            #[cfg(feature = "wgpu")]
            DeviceChoice::Wgpu => Ok(Device::wgpu(burn::tensor::DeviceKind::DefaultDevice)),
            #[cfg(feature = "cuda")]
            DeviceChoice::Cuda => Ok(Device::cuda(0)),
            #[cfg(feature = "remote")]
            DeviceChoice::Remote(address) => {
                let host = burn::remote::RemoteHost::websocket(address);
                let connected = Device::remote_options(&host).init();
                connected.map_err(|error| CliError::Device(format!("{self}: {error}")))
            }
            #[allow(unreachable_patterns, reason = "reachable when a feature is off")]
            absent => Err(CliError::Usage(absent.not_built_in())),
        }
    }

    /// Whether tensors live on another machine, or at least in another process.
    pub fn is_remote(&self) -> bool {
        matches!(self, DeviceChoice::Remote(_))
    }

    /// The feature that builds it in, the kind of the device.
    pub fn feature(&self) -> &'static str {
        match self {
            DeviceChoice::Flex => "flex",
            DeviceChoice::Tch => "tch",
            DeviceChoice::Wgpu => "wgpu",
            DeviceChoice::Cuda => "cuda",
            DeviceChoice::Remote(_) => "remote",
        }
    }

    fn not_built_in(&self) -> String {
        let name = self.feature();
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
        let has = if built_in.is_empty() { "no device".to_owned() } else { built_in.join(", ") };
        format!(
            "device `{name}` is not built in: this program has {has}; build it with \
             `--features {name}`"
        )
    }
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "flex" => Ok(DeviceChoice::Flex),
            "tch" => Ok(DeviceChoice::Tch),
            "wgpu" => Ok(DeviceChoice::Wgpu),
            "cuda" => Ok(DeviceChoice::Cuda),
            _ => match text.strip_prefix(REMOTE) {
                Some(address) if address.len() > "ws://".len() && address.starts_with("ws://") => {
                    Ok(DeviceChoice::Remote(address.to_owned()))
                }
                _ => Err("expected flex, tch, wgpu, cuda or remote=ws://HOST:PORT".to_owned()),
            },
        }
    }
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DeviceChoice::Remote(address) => write!(f, "{REMOTE}{address}"),
            local => f.write_str(local.feature()),
        }
    }
}
