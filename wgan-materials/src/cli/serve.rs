//! `serve`.

use std::net::{IpAddr, Ipv4Addr, TcpListener};

use burn::server::{RemoteServer, WebSocketTransport};
use clap::Args;
use wgan_core::cli::{DeviceChoice, ProgramError, print};

use super::CliError;

/// Options of `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// Address to listen on; 0.0.0.0 is every network this machine is in. Traffic is not encrypted and any client is
    /// served: open it to networks you trust only.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
    /// Where tensors live: flex, tch, wgpu or cuda.
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
