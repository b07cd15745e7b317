//! One agent per device: a lock file per address in the system's folder for temporary files (`devices.md` 4, "claim").
//!
//! Invariant: the claim ends with the process, however it ends.

use std::{
    fs::{File, TryLockError},
    io,
    path::PathBuf,
};

use drivers::transport::{Transport, UsbAddress};

/// A claimed address; given back when dropped.
#[derive(Debug)]
pub struct Claim {
    _lock: File,
}

/// Why an address cannot be claimed.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Another agent has it.
    #[error("another pos-agent uses {0}")]
    Taken(String),
    /// The lock file.
    #[error("cannot claim {address}: {source}")]
    Io {
        /// Which address.
        address: String,
        /// Why.
        source: io::Error,
    },
}

impl Claim {
    /// Claims the machine behind a transport: settings of the line and the spelling of its name make no difference.
    ///
    /// # Errors
    /// When another process has it.
    pub fn of(transport: &Transport) -> Result<Self, ClaimError> {
        Self::take(&machine(transport))
    }

    /// Claims an address for this process.
    ///
    /// # Errors
    /// When another process has it.
    pub fn take(address: &str) -> Result<Self, ClaimError> {
        let failed = |source| ClaimError::Io { address: address.to_owned(), source };
        let path = lock_path(address);
        let file = File::options().create(true).truncate(false).write(true).open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _lock: file }),
            Err(TryLockError::WouldBlock) => Err(ClaimError::Taken(address.to_owned())),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

/// One name for one machine. A port under `/dev/serial/by-id` is the port it points to.
fn machine(transport: &Transport) -> String {
    match transport {
        Transport::Serial(serial) => pointed_to(&serial.path),
        Transport::Usb(UsbAddress::Path(path)) => pointed_to(&path.display().to_string()),
        Transport::Tcp { host, port } => format!("tcp://{}:{port}", host.to_ascii_lowercase()),
        Transport::Usb(UsbAddress::Id { .. }) | Transport::File(_) => transport.to_string(),
    }
}

fn pointed_to(path: &str) -> String {
    std::fs::canonicalize(path).map_or_else(|_| path.to_owned(), |path| path.display().to_string())
}

/// Every character that may not stand in a file name is written as its number.
fn lock_path(address: &str) -> PathBuf {
    let mut name = String::from("pos-agent-");
    for byte in address.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.') {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("_{byte:02x}"));
        }
    }
    name.push_str(".lock");
    std::env::temp_dir().join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_claimed_once() {
        let address = format!("tcp://127.0.0.1:{}", std::process::id());
        let first = Claim::take(&address).unwrap();
        assert!(matches!(Claim::take(&address), Err(ClaimError::Taken(_))));
        drop(first);
        assert!(Claim::take(&address).is_ok());
        let of = |text: &str| machine(&text.parse().unwrap());
        assert_eq!(of("serial:///dev/none7?baud=9600"), of("serial:///dev/none7?baud=115200"));
        assert_eq!(of("tcp://Printer.example:9100"), of("tcp://printer.example:9100"));
        assert_ne!(lock_path("tcp://a:1"), lock_path("tcp:__a:1"));
    }
}
