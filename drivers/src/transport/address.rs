//! The address of a machine as configuration writes it (DESIGN 5, "Devices").
//!
//! `serial:///dev/ttyUSB0?baud=115200`, `serial://COM3?baud=9600&parity=none&stop=2&flow=xonxoff`, `tcp://192.0.2.10:9100`,
//! `usb:///dev/usb/lp0`, `usb://04b8:0202`, `file:///var/tmp/out.bin`. Invariant: what is printed parses to the same value; an unknown or repeated key is an error, not ignored.

use std::{fmt, path::PathBuf, str::FromStr};

use serde::{Deserialize, Serialize};

/// Longest address, in bytes.
pub const ADDRESS_LENGTH_MAX_BYTES: usize = 512;
/// Fastest serial line that is accepted, in baud.
pub const BAUD_MAX: u32 = 4_000_000;

/// Where a machine is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Transport {
    /// A serial port.
    Serial(SerialAddress),
    /// A TCP peer.
    Tcp {
        /// Name or address; an IPv6 address without its brackets.
        host: String,
        /// Port; 0 only where a simulator lets the system choose.
        port: u16,
    },
    /// A printer on USB.
    Usb(UsbAddress),
    /// A file that is only written.
    File(PathBuf),
}

/// A printer on USB (Linux `usblp`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UsbAddress {
    /// Its device node: `/dev/usb/lp0`. The numbers follow the order of plugging in; a rule of the system can give a fixed name.
    Path(PathBuf),
    /// Vendor and product, wherever it is plugged in: `04b8:0202`.
    Id {
        /// `idVendor`.
        vendor: u16,
        /// `idProduct`.
        product: u16,
    },
}

/// A serial port with what the address says of it; the driver fills in the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerialAddress {
    /// `/dev/ttyUSB0` or `COM3`.
    pub path: String,
    /// Speed in baud.
    pub baud: Option<u32>,
    /// Parity bit.
    pub parity: Option<Parity>,
    /// Stop bits.
    pub stop: Option<StopBits>,
    /// Flow control.
    pub flow: Option<Flow>,
}

/// Parity of a serial line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parity {
    /// No parity bit.
    None,
    /// Even parity.
    Even,
    /// Odd parity.
    Odd,
}

/// Stop bits of a serial line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopBits {
    /// One.
    One,
    /// Two.
    Two,
}

/// Flow control of a serial line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// None.
    None,
    /// XON/XOFF (11/13) within the data.
    XonXoff,
    /// RTS/CTS wires.
    RtsCts,
}

/// A text that is no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No `scheme://`, or one that this program does not have.
    #[error("{0:?}: expected serial://, tcp://, usb:// or file://")]
    Scheme(String),
    /// Longer than [`ADDRESS_LENGTH_MAX_BYTES`].
    #[error("address is longer than {ADDRESS_LENGTH_MAX_BYTES} bytes")]
    TooLong,
    /// `tcp://` without host or with a port that is none.
    #[error("{0:?}: expected tcp://host:port with a port from 0 to 65535")]
    HostPort(String),
    /// `serial://` or `file://` without a path.
    #[error("{0:?}: the path is missing")]
    NoPath(String),
    /// `usb://` with neither.
    #[error(
        "{0:?}: expected usb:///dev/usb/lp0 or usb://04b8:0202 (vendor and product, four hexadecimal digits each)"
    )]
    Usb(String),
    /// A query key that is not known here, or that stands twice.
    #[error("unknown or repeated setting {0:?}: baud, parity, stop and flow are allowed, once each")]
    Setting(String),
    /// A query value out of its range.
    #[error("setting {key}={value:?} is not one of {allowed}")]
    Value {
        /// The key.
        key: &'static str,
        /// What stands there.
        value: String,
        /// What may stand there.
        allowed: &'static str,
    },
}

impl Transport {
    /// Whether the machine can never answer.
    #[must_use]
    pub const fn is_write_only(&self) -> bool {
        matches!(self, Self::File(_))
    }

    /// Whether bytes may be lost or changed on the line, so that a protocol needs its serial framing.
    #[must_use]
    pub const fn is_serial(&self) -> bool {
        matches!(self, Self::Serial(_))
    }
}

impl FromStr for Transport {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.len() > ADDRESS_LENGTH_MAX_BYTES {
            return Err(AddressError::TooLong);
        }
        match text.split_once("://") {
            Some(("tcp", rest)) => parse_tcp(rest).ok_or_else(|| AddressError::HostPort(text.to_owned())),
            Some(("serial", rest)) => parse_serial(rest, text).map(Self::Serial),
            Some(("usb", rest)) => {
                parse_usb(rest).map(Self::Usb).ok_or_else(|| AddressError::Usb(text.to_owned()))
            }
            Some(("file", "")) => Err(AddressError::NoPath(text.to_owned())),
            Some(("file", path)) => Ok(Self::File(PathBuf::from(path))),
            _ => Err(AddressError::Scheme(text.to_owned())),
        }
    }
}

fn parse_tcp(rest: &str) -> Option<Transport> {
    let (host, port) = rest.rsplit_once(':')?;
    let bare = match host.strip_prefix('[') {
        Some(open) => open.strip_suffix(']')?,
        None if host.contains(':') => return None,
        None => host,
    };
    let plain = !bare.is_empty() && !bare.contains(['/', '@', '?', '#', ' ']);
    let port = port.parse().ok().filter(|_| port.bytes().all(|b| b.is_ascii_digit()))?;
    plain.then(|| Transport::Tcp { host: bare.to_owned(), port })
}

fn parse_usb(rest: &str) -> Option<UsbAddress> {
    if rest.starts_with('/') {
        return Some(UsbAddress::Path(PathBuf::from(rest)));
    }
    let hex = |digits: &str| {
        let four =
            digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
        u16::from_str_radix(digits, 16).ok().filter(|_| four)
    };
    let (vendor, product) = rest.split_once(':')?;
    Some(UsbAddress::Id { vendor: hex(vendor)?, product: hex(product)? })
}

fn parse_serial(rest: &str, whole: &str) -> Result<SerialAddress, AddressError> {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    if path.is_empty() || path == "/" {
        return Err(AddressError::NoPath(whole.to_owned()));
    }
    let mut address =
        SerialAddress { path: path.to_owned(), baud: None, parity: None, stop: None, flow: None };
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let repeated = || AddressError::Setting(key.to_owned());
        match key {
            "baud" => fill(&mut address.baud, parse_baud(value)?).ok_or_else(repeated)?,
            "parity" => fill(&mut address.parity, word(&PARITIES, "parity", value)?).ok_or_else(repeated)?,
            "stop" => fill(&mut address.stop, word(&STOPS, "stop", value)?).ok_or_else(repeated)?,
            "flow" => fill(&mut address.flow, word(&FLOWS, "flow", value)?).ok_or_else(repeated)?,
            _ => return Err(repeated()),
        }
    }
    Ok(address)
}

fn fill<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    slot.replace(value).is_none().then_some(())
}

fn parse_baud(value: &str) -> Result<u32, AddressError> {
    value.parse().ok().filter(|baud| (1..=BAUD_MAX).contains(baud)).ok_or_else(|| AddressError::Value {
        key: "baud",
        value: value.to_owned(),
        allowed: "1 to 4000000",
    })
}

/// The words of a setting; the first slot of the error names them all.
struct Words<T: 'static> {
    pairs: &'static [(&'static str, T)],
    allowed: &'static str,
}

const PARITIES: Words<Parity> = Words {
    pairs: &[("none", Parity::None), ("even", Parity::Even), ("odd", Parity::Odd)],
    allowed: "none, even, odd",
};
const STOPS: Words<StopBits> =
    Words { pairs: &[("1", StopBits::One), ("2", StopBits::Two)], allowed: "1, 2" };
const FLOWS: Words<Flow> = Words {
    pairs: &[("none", Flow::None), ("xonxoff", Flow::XonXoff), ("rtscts", Flow::RtsCts)],
    allowed: "none, xonxoff, rtscts",
};

fn word<T: Copy>(words: &Words<T>, key: &'static str, value: &str) -> Result<T, AddressError> {
    words
        .pairs
        .iter()
        .find(|(name, _)| *name == value)
        .map(|(_, meaning)| *meaning)
        .ok_or_else(|| AddressError::Value { key, value: value.to_owned(), allowed: words.allowed })
}

fn name<T: PartialEq>(words: &Words<T>, meaning: &T) -> &'static str {
    words.pairs.iter().find(|(_, known)| known == meaning).map_or("", |(name, _)| name)
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "tcp://[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "tcp://{host}:{port}"),
            Self::File(path) => write!(f, "file://{}", path.display()),
            Self::Usb(UsbAddress::Path(path)) => write!(f, "usb://{}", path.display()),
            Self::Usb(UsbAddress::Id { vendor, product }) => write!(f, "usb://{vendor:04x}:{product:04x}"),
            Self::Serial(serial) => write!(f, "{serial}"),
        }
    }
}

impl fmt::Display for SerialAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = [
            self.baud.map(|baud| format!("baud={baud}")),
            self.parity.map(|parity| format!("parity={}", name(&PARITIES, &parity))),
            self.stop.map(|stop| format!("stop={}", name(&STOPS, &stop))),
            self.flow.map(|flow| format!("flow={}", name(&FLOWS, &flow))),
        ];
        write!(f, "serial://{}", self.path)?;
        for (i, setting) in settings.into_iter().flatten().enumerate() {
            write!(f, "{}{setting}", if i == 0 { '?' } else { '&' })?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Transport {
    type Error = AddressError;
    fn try_from(text: String) -> Result<Self, AddressError> {
        text.parse()
    }
}

impl From<Transport> for String {
    fn from(transport: Transport) -> Self {
        transport.to_string()
    }
}
