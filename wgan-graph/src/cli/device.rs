//! `--device`.

use burn::tensor::Device;
use clap::ValueEnum;

use super::CliError;

/// Where tensors live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
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
}

impl DeviceChoice {
    /// The device.
    ///
    /// # Errors
    /// [`CliError::Usage`] if this program was built without it.
    pub fn device(self) -> Result<Device, CliError> {
        match self {
            #[cfg(feature = "flex")]
            DeviceChoice::Flex => Ok(Device::flex()),
            #[cfg(feature = "tch")]
            DeviceChoice::Tch => Ok(Device::libtorch()),
            #[cfg(feature = "wgpu")]
            DeviceChoice::Wgpu => Ok(Device::wgpu(burn::tensor::DeviceKind::DefaultDevice)),
            #[cfg(feature = "cuda")]
            DeviceChoice::Cuda => Ok(Device::cuda(0)),
            #[allow(unreachable_patterns, reason = "reachable when a feature is off")]
            absent => Err(CliError::Usage(absent.not_built_in())),
        }
    }

    fn not_built_in(self) -> String {
        let name = match self {
            DeviceChoice::Flex => "flex",
            DeviceChoice::Tch => "tch",
            DeviceChoice::Wgpu => "wgpu",
            DeviceChoice::Cuda => "cuda",
        };
        let built_in: Vec<&str> = [
            ("flex", cfg!(feature = "flex")),
            ("tch", cfg!(feature = "tch")),
            ("wgpu", cfg!(feature = "wgpu")),
            ("cuda", cfg!(feature = "cuda")),
        ]
        .into_iter()
        .filter_map(|(name, is_in)| is_in.then_some(name))
        .collect();
        format!(
            "device `{name}` is not built in: this program has {}; build it with \
             `--features {name}`",
            built_in.join(", ")
        )
    }
}
