//! Devices as the configuration names them: `[[device]]` tables of `config.default.toml`.
//!
//! Invariant: a device that cannot be understood stops the start; nothing is guessed and no key is ignored.

use std::sync::Arc;

use domain::{id::DeviceId, time::Clock};
use drivers::{
    cat::Recorder,
    escpos::{EscPosConfig, EscPosPrinter},
    pos_printer::PosPrinter,
    scanner::ScannerConfig,
    transport::Transport,
    zvt::{ZvtConfig, ZvtTerminal},
};
use serde::Deserialize;

use super::{
    paypay_settings::{Made, PayPaySettings},
    zvt_settings::ZvtSettings,
};
use crate::{edge::Entropy, till::Role};

/// Most devices of one counter.
pub const DEVICES_MAX: usize = 16;

/// One `[[device]]` table.
#[derive(Debug, Clone, Deserialize)]
pub struct DeviceConfig {
    /// Its name; routes of the profile refer to it.
    pub id: DeviceId,
    /// What it is for.
    pub role: RoleWord,
    /// How it is spoken to.
    pub driver: DriverWord,
    /// What its driver wants to know.
    #[serde(flatten)]
    settings: toml::Table,
}

/// `role` of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleWord {
    /// Payment terminal.
    Cat,
    /// Receipt printer.
    Printer,
    /// Barcode scanner.
    Scanner,
}

/// `driver` of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriverWord {
    /// ZVT (PA00P015), TCP or serial.
    Zvt,
    /// PayPay Open Payment API, HTTPS.
    Paypay,
    /// ESC/POS, TCP, serial or file.
    Escpos,
    /// A scanner on a serial line, or on a TCP address that carries one.
    #[serde(rename = "serial-scanner")]
    SerialScanner,
}

/// A `[[device]]` table that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// Role and driver do not fit.
    #[error(
        "device {0}: this driver is not for this role (cat: zvt, paypay; printer: escpos; scanner: serial-scanner)"
    )]
    RoleAndDriver(DeviceId),
    /// A key is missing, unknown or out of range.
    #[error("device {id}: {reason}")]
    Settings {
        /// Which.
        id: DeviceId,
        /// What is wrong.
        reason: String,
    },
    /// The same name twice.
    #[error("device {0} is named twice")]
    Twice(DeviceId),
    /// More than [`DEVICES_MAX`].
    #[error("more than {DEVICES_MAX} devices")]
    TooMany,
}

/// A device that is understood and not yet started.
#[derive(Debug, Clone)]
pub enum Understood {
    /// A terminal.
    Zvt(ZvtConfig),
    /// An operator of codes.
    PayPay(Box<PayPaySettings>),
    /// A printer.
    EscPos(Box<EscPosConfig>),
    /// A scanner.
    Scanner(ScannerConfig),
}

impl DeviceConfig {
    /// Reads the driver's own keys.
    ///
    /// # Errors
    /// When a key is missing, unknown or out of range, or the driver is not for the role.
    pub fn understand(&self) -> Result<Understood, DeviceError> {
        let settings = self.settings.clone();
        let wrong = |error: toml::de::Error| DeviceError::Settings {
            id: self.id.clone(),
            reason: error.message().to_owned(),
        };
        match (self.role, self.driver) {
            (RoleWord::Cat, DriverWord::Zvt) => {
                ZvtSettings::deserialize(settings).map(|s| Understood::Zvt(s.into())).map_err(wrong)
            }
            (RoleWord::Cat, DriverWord::Paypay) => {
                let settings = PayPaySettings::deserialize(settings).map_err(wrong)?;
                settings.check().map_err(|reason| DeviceError::Settings { id: self.id.clone(), reason })?;
                Ok(Understood::PayPay(Box::new(settings)))
            }
            (RoleWord::Printer, DriverWord::Escpos) => EscPosConfig::deserialize(settings)
                .map(|config| Understood::EscPos(Box::new(config)))
                .map_err(wrong),
            (RoleWord::Scanner, DriverWord::SerialScanner) => {
                ScannerConfig::deserialize(settings).map(Understood::Scanner).map_err(wrong)
            }
            _ => Err(DeviceError::RoleAndDriver(self.id.clone())),
        }
    }
}

impl Understood {
    /// What it is for.
    #[must_use]
    pub const fn role(&self) -> Role {
        match self {
            Self::Zvt(_) | Self::PayPay(_) => Role::Cat,
            Self::EscPos(_) => Role::Printer,
            Self::Scanner(_) => Role::Scanner,
        }
    }

    /// The line to it; none where it is an operator in the network.
    #[must_use]
    pub fn transport(&self) -> Option<&Transport> {
        match self {
            Self::Zvt(config) => Some(&config.transport),
            Self::EscPos(config) => Some(&config.transport),
            Self::Scanner(config) => Some(&config.transport),
            Self::PayPay(_) => None,
        }
    }

    /// Where it is, for lists.
    #[must_use]
    pub fn place(&self) -> String {
        match self {
            Self::PayPay(settings) => settings.host().to_owned(),
            _ => self.transport().map(ToString::to_string).unwrap_or_default(),
        }
    }

    /// What only one process may have; none for a file, which is nobody's alone, and for an operator, which serves many.
    #[must_use]
    pub fn claimable(&self) -> Option<&Transport> {
        self.transport().filter(|transport| !transport.is_write_only())
    }

    /// Starts a terminal's driver; nothing for anything else. Must be called inside a runtime.
    ///
    /// # Errors
    /// When what it needs beside the configuration, such as a secret's file, cannot be used.
    pub fn cat(
        &self,
        recorder: Arc<dyn Recorder>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Option<Made>, String> {
        match self {
            Self::Zvt(config) => {
                let cat = ZvtTerminal::with_recorder(config.clone(), recorder);
                Ok(Some(Made { cat, takes_codes: false }))
            }
            Self::PayPay(settings) => settings.start(clock, entropy).map(Some),
            Self::EscPos(_) | Self::Scanner(_) => Ok(None),
        }
    }

    /// Makes a printer's driver; nothing for anything else.
    #[must_use]
    pub fn printer(&self) -> Option<Arc<dyn PosPrinter>> {
        match self {
            Self::EscPos(config) => Some(Arc::new(EscPosPrinter::new((**config).clone()))),
            Self::Zvt(_) | Self::Scanner(_) | Self::PayPay(_) => None,
        }
    }
}

/// Reads every table.
///
/// # Errors
/// The first device that cannot be understood.
pub fn understand_all(devices: &[DeviceConfig]) -> Result<Vec<(DeviceId, Understood)>, DeviceError> {
    if devices.len() > DEVICES_MAX {
        return Err(DeviceError::TooMany);
    }
    let mut understood: Vec<(DeviceId, Understood)> = Vec::new();
    for device in devices {
        if understood.iter().any(|(id, _)| *id == device.id) {
            return Err(DeviceError::Twice(device.id.clone()));
        }
        understood.push((device.id.clone(), device.understand()?));
    }
    Ok(understood)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[derive(Deserialize)]
    struct File {
        device: Vec<DeviceConfig>,
    }

    fn read(text: &str) -> Result<Vec<(DeviceId, Understood)>, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        understand_all(&file.device).map_err(|error| error.to_string())
    }

    const TERMINAL: &str = r#"
        [[device]]
        id = "terminal-1"
        role = "cat"
        driver = "zvt"
        transport = "tcp://192.0.2.10:20007"
        password = "123456"
        idle_ms = 1000
    "#;

    #[test]
    fn a_terminal_and_a_printer_are_understood() {
        let printer = r#"
            [[device]]
            id = "printer-1"
            role = "printer"
            driver = "escpos"
            transport = "file:///tmp/out.bin"
            columns = 42
        "#;
        let devices = read(&format!("{TERMINAL}{printer}")).unwrap();
        assert_eq!(devices.len(), 2);
        assert_eq!(devices[0].1.role(), Role::Cat);
        assert!(matches!(&devices[0].1, Understood::Zvt(c) if c.timers.idle == Duration::from_secs(1)));
        assert_eq!(devices[1].1.place(), "file:///tmp/out.bin");
    }

    #[test]
    fn nothing_is_guessed() {
        for (change, says) in [
            ("pasword = \"1\"", "unknown field"),
            ("terminal_id = 5", "invalid type"),
            ("currency_exponent = 3", "currency exponent"),
        ] {
            let error = read(&format!("{TERMINAL}{change}")).unwrap_err();
            assert!(error.contains(says), "{change}: {error}");
        }
        assert!(read(&TERMINAL.replace("\"cat\"", "\"printer\"")).unwrap_err().contains("role"));
        assert!(read(&format!("{TERMINAL}{TERMINAL}")).unwrap_err().contains("twice"));
        assert!(read(&TERMINAL.replace("tcp://192.0.2.10:20007", "ftp://x")).is_err());
    }
}
