//! The lines to the machines: one address grammar, one way to open a line, one way to wait for one.
//!
//! Invariants: a line that is opened has a write deadline, so a printer that stops taking bytes never holds its task for ever
//! (`devices.md` M12); a serial line is claimed for one process; nothing here knows a protocol; nothing outside `pty` and `usb` is
//! Unix-only.
//! Not here: reconnecting and its pacing (the supervisor of the agent), framing (each driver).

mod address;
mod line;
mod listener;
#[cfg(unix)]
mod pty;
mod serial;
mod usb;

use std::{io, time::Duration};

use tokio::net::TcpStream;

pub use self::{
    address::{AddressError, Flow, Parity, SerialAddress, StopBits, Transport, UsbAddress},
    line::{Duplex, Line},
    listener::Listener,
    serial::SerialDefaults,
};

/// How long opening a TCP connection may take, in milliseconds.
pub const CONNECT_TIMEOUT_MS: u64 = 5_000;
/// How long one write may make no progress, in milliseconds.
pub const WRITE_TIMEOUT_MS: u64 = 5_000;

/// A line that could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// Nobody listens, the port does not exist, or it is claimed by another process.
    #[error("cannot open {address}: {source}")]
    Open {
        /// The address as text.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// The other side did not answer the connection in time.
    #[error("no answer from {address} within {ms} ms")]
    ConnectTimeout {
        /// The address as text.
        address: String,
        /// The deadline, in milliseconds.
        ms: u64,
    },
    /// A simulator cannot wait on this kind of address.
    #[error("{address}: nothing can be listened to on this kind of address")]
    NotListenable {
        /// The address as text.
        address: String,
    },
}

/// What a driver asks of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineOptions {
    /// Serial settings where the address leaves them open.
    pub serial: SerialDefaults,
    /// Deadline for opening.
    pub connect_timeout: Duration,
    /// Longest time without progress of a write.
    pub write_timeout: Duration,
}

impl LineOptions {
    /// The usual deadlines with the serial settings of a driver.
    #[must_use]
    pub const fn new(serial: SerialDefaults) -> Self {
        Self {
            serial,
            connect_timeout: Duration::from_millis(CONNECT_TIMEOUT_MS),
            write_timeout: Duration::from_millis(WRITE_TIMEOUT_MS),
        }
    }
}

impl Transport {
    /// Opens the line.
    ///
    /// # Errors
    /// When nobody listens, the port is claimed, or the deadline passes.
    pub async fn connect(&self, options: &LineOptions) -> Result<Line, TransportError> {
        let opened: io::Result<Box<dyn Duplex>> = match self {
            Self::Tcp { host, port } => {
                let connecting = TcpStream::connect((host.as_str(), *port));
                let Ok(done) = tokio::time::timeout(options.connect_timeout, connecting).await else {
                    let ms = u64::try_from(options.connect_timeout.as_millis()).unwrap_or(u64::MAX);
                    return Err(TransportError::ConnectTimeout { address: self.to_string(), ms });
                };
                done.and_then(|stream| {
                    stream.set_nodelay(true)?;
                    Ok(Box::new(stream) as Box<dyn Duplex>)
                })
            }
            Self::Serial(address) => {
                serial::open(address, options.serial).map(|port| Box::new(port) as Box<dyn Duplex>)
            }
            Self::Usb(address) => usb::open(address),
            Self::File(path) => open_file(path).await,
        };
        opened
            .map(|stream| Line::new(stream, options.write_timeout))
            .map_err(|source| TransportError::Open { address: self.to_string(), source })
    }
}

/// A file takes what is written at its end and answers nothing: every read is an end of file.
async fn open_file(path: &std::path::Path) -> io::Result<Box<dyn Duplex>> {
    let file = tokio::fs::OpenOptions::new().create(true).append(true).open(path).await?;
    Ok(Box::new(tokio::io::join(tokio::io::empty(), file)))
}

#[cfg(test)]
mod tests;
