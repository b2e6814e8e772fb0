//! `serve`.

use std::net::{IpAddr, Ipv4Addr, TcpListener};

use burn::server::{RemoteServer, WebSocketTransport};
use clap::Args;
use wgan_core::cli::{DeviceChoice, ProgramError, print};

use super::CliError;

/// Options of `serve`.
#[derive(Debug, Args)]
#[command(after_help = "\
Printed: the address at which the device is served, until the program is told to end. No file is written.

Example:
  wgan-materials serve --address 0.0.0.0 --port 3000")]
pub struct Serve {
    /// Port to listen on, 0 to 65535; 0 takes a free one.
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Address to listen on; 0.0.0.0 is every network that this machine is in.
    ///
    /// Traffic is not encrypted, and every client is served. Use it only in networks that you trust.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
    /// Device to lend: flex, tch, tch-cuda, wgpu or cuda.
    ///
    /// Which of them there are is decided when the program is built.
    #[arg(long, default_value_t)]
    device: DeviceChoice,
}

impl Serve {
    /// Serves the device until the process is told to end.
    pub fn run(&self) -> Result<(), CliError> {
        if self.device.is_remote() {
            let told = "serve: a device of this machine is expected, got one of another server";
            return Err(CliError::Usage(told.to_owned()));
        }
        let device = self.device.device()?;
        let failed = |error: &dyn std::fmt::Display| ProgramError::Unreachable {
            device: format!("{}:{}", self.address, self.port),
            reason: error.to_string(),
        };
        let listener =
            TcpListener::bind((self.address, self.port)).map_err(|error| failed(&error))?;
        let address = listener.local_addr().map_err(|error| failed(&error))?;
        print(&format!("serving {} at ws://{address}", self.device))?;
        let transport = WebSocketTransport::from_listener(listener);
        RemoteServer::new([device]).serve(transport).map_err(|error| failed(&error).into())
    }
}
