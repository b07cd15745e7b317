//! Where a simulator waits: a TCP port, a serial port, or a pseudo-terminal.
//!
//! Invariants: [`Listener::address`] is what a driver must be given to arrive here; a serial line has no connections, so accepting
//! gives the line itself and accepting again waits until the line before is dropped; bytes sent while nobody held it are lost,
//! as they are to a machine without power.

use std::time::Duration;

use tokio::net::TcpListener;

use super::{Line, LineOptions, SerialDefaults, Transport, TransportError, WRITE_TIMEOUT_MS, serial};

/// A place where a simulator waits for a driver.
#[derive(Debug)]
pub struct Listener {
    kind: Kind,
    address: Transport,
    /// Whether a line was given out before.
    used: bool,
}

#[derive(Debug)]
enum Kind {
    Tcp(TcpListener),
    Serial(SerialDefaults),
    #[cfg(unix)]
    Pty(super::pty::Pty),
}

impl Listener {
    /// Waits at an address; `tcp://127.0.0.1:0` lets the system choose the port.
    ///
    /// # Errors
    /// When the port is taken, or the address is a file or a printer on USB.
    pub async fn bind(address: &Transport, serial: SerialDefaults) -> Result<Self, TransportError> {
        let failed = |source| TransportError::Open { address: address.to_string(), source };
        match address {
            Transport::Tcp { host, port } => {
                let listener = TcpListener::bind((host.as_str(), *port)).await.map_err(failed)?;
                let port = listener.local_addr().map_err(failed)?.port();
                let address = Transport::Tcp { host: host.clone(), port };
                Ok(Self { kind: Kind::Tcp(listener), address, used: false })
            }
            Transport::Serial(_) => {
                Ok(Self { kind: Kind::Serial(serial), address: address.clone(), used: false })
            }
            Transport::Usb(_) | Transport::File(_) => {
                Err(TransportError::NotListenable { address: address.to_string() })
            }
        }
    }

    /// Makes a pseudo-terminal and waits at its near end; its address is `serial:///dev/pts/…`.
    ///
    /// # Errors
    /// When the system has no pseudo-terminal left.
    #[cfg(unix)]
    pub fn pty() -> Result<Self, TransportError> {
        let pty = super::pty::Pty::open()
            .map_err(|source| TransportError::Open { address: "a pseudo-terminal".to_owned(), source })?;
        let address = Transport::Serial(super::SerialAddress {
            path: pty.path().to_owned(),
            baud: None,
            parity: None,
            stop: None,
            flow: None,
        });
        Ok(Self { kind: Kind::Pty(pty), address, used: false })
    }

    /// The address a driver connects to.
    #[must_use]
    pub const fn address(&self) -> &Transport {
        &self.address
    }

    /// Waits for the next line.
    ///
    /// # Errors
    /// When the port fails.
    pub async fn accept(&mut self) -> Result<Line, TransportError> {
        let failed = |source| TransportError::Open { address: self.address.to_string(), source };
        let line = match (&self.kind, &self.address) {
            (Kind::Tcp(listener), _) => {
                let (stream, _peer) = listener.accept().await.map_err(failed)?;
                stream.set_nodelay(true).map_err(failed)?;
                Line::new(Box::new(stream), Duration::from_millis(WRITE_TIMEOUT_MS))
            }
            (Kind::Serial(defaults), Transport::Serial(serial)) => {
                let options = LineOptions::new(*defaults);
                let port = serial::open(serial, *defaults).map_err(failed)?;
                Line::new(Box::new(port), options.write_timeout)
            }
            (Kind::Serial(_), other) => {
                return Err(TransportError::NotListenable { address: other.to_string() });
            }
            #[cfg(unix)]
            (Kind::Pty(pty), _) => {
                let lease = pty.lease().await;
                if self.used {
                    lease.discard_input().map_err(failed)?;
                }
                Line::new(Box::new(lease), Duration::from_millis(WRITE_TIMEOUT_MS))
            }
        };
        self.used = true;
        Ok(line)
    }
}
