//! What a terminal's entry in the configuration says, and how long the driver waits.

use std::{fmt, str::FromStr, time::Duration};

use domain::money::Yen;
use serde::Deserialize;

use crate::transport::Transport;

/// One terminal.
#[derive(Debug, Clone)]
pub struct ZvtConfig {
    /// Where it is.
    pub transport: Transport,
    /// Its cashier password.
    pub password: Password,
    /// The TID it was enrolled with, eight digits; another TID makes the terminal [`crate::cat::LinkState::Faulted`].
    pub terminal_id: Option<String>,
    /// How the terminal counts yen.
    pub currency_exponent: CurrencyExponent,
    /// How long the driver waits.
    pub timers: ZvtTimers,
}

impl ZvtConfig {
    /// A terminal with the usual timers, yen without decimals and no enrolled TID.
    #[must_use]
    pub fn new(transport: Transport, password: Password) -> Self {
        Self {
            transport,
            password,
            terminal_id: None,
            currency_exponent: CurrencyExponent::Zero,
            timers: ZvtTimers::default(),
        }
    }
}

/// Six digits; never shown.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Password([u8; 3]);

/// A text that is no password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a ZVT password is six digits")]
pub struct NotAPassword;

impl Password {
    /// Packed BCD, as it is sent.
    #[must_use]
    pub const fn bcd(self) -> [u8; 3] {
        self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(******)")
    }
}

impl FromStr for Password {
    type Err = NotAPassword;

    fn from_str(text: &str) -> Result<Self, NotAPassword> {
        let digits = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
        let number = digits.then(|| text.parse().ok()).flatten().ok_or(NotAPassword)?;
        super::bmp::to_bcd(number).map(Self).ok_or(NotAPassword)
    }
}

impl TryFrom<String> for Password {
    type Error = NotAPassword;
    fn try_from(text: String) -> Result<Self, NotAPassword> {
        text.parse()
    }
}

/// Decimals of the currency in the terminal's amounts. ISO 4217 says 0 for yen; some terminals count hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "u8")]
pub enum CurrencyExponent {
    /// Whole yen.
    #[default]
    Zero,
    /// Hundredths of a yen.
    Two,
}

/// An exponent that no terminal uses for yen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the currency exponent of yen is 0 or 2, not {0}")]
pub struct NotAnExponent(pub u8);

impl TryFrom<u8> for CurrencyExponent {
    type Error = NotAnExponent;
    fn try_from(exponent: u8) -> Result<Self, NotAnExponent> {
        match exponent {
            0 => Ok(Self::Zero),
            2 => Ok(Self::Two),
            other => Err(NotAnExponent(other)),
        }
    }
}

impl CurrencyExponent {
    const fn factor(self) -> i64 {
        match self {
            Self::Zero => 1,
            Self::Two => 100,
        }
    }

    /// Yen as the terminal's units; `None` beyond the range.
    #[must_use]
    pub fn to_units(self, yen: Yen) -> Option<i64> {
        yen.get().checked_mul(self.factor())
    }

    /// The terminal's units as yen; `None` when they are no whole yen.
    #[must_use]
    pub const fn to_yen(self, units: i64) -> Option<Yen> {
        if units % self.factor() == 0 { Some(Yen::new(units / self.factor())) } else { None }
    }
}

/// How long the driver waits. Tests run in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZvtTimers {
    /// For the line to open.
    pub connect: Duration,
    /// T3: for the first answer to a command (`protocols.md` 4.2: 5 s).
    pub reply: Duration,
    /// T4: without any message while a command runs; every message restarts it (`devices.md` E6: 180 s).
    pub idle: Duration,
    /// For a whole command, whatever comes (`devices.md` E6: 10 min).
    pub hard: Duration,
    /// T2: for the 06 to a serial block (5 s).
    pub block: Duration,
    /// T1: between the characters of a serial block (200 ms).
    pub character: Duration,
    /// After a reconnect, for a result that the terminal delivers by itself before it is asked.
    pub late_result: Duration,
    /// A line on which nothing was heard for this long is opened anew before a payment, so that a dead line is found out while it
    /// still proves that nothing began.
    pub stale: Duration,
}

impl Default for ZvtTimers {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            reply: Duration::from_secs(5),
            idle: Duration::from_secs(180),
            hard: Duration::from_secs(600),
            block: Duration::from_secs(5),
            character: Duration::from_millis(200),
            late_result: Duration::from_secs(1),
            stale: Duration::from_secs(60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_six_digits_and_stays_hidden() {
        let password: Password = "123456".parse().unwrap();
        assert_eq!(password.bcd(), [0x12, 0x34, 0x56]);
        assert_eq!(format!("{password:?}"), "Password(******)");
        for bad in ["", "12345", "1234567", "12345a", "+12345"] {
            assert_eq!(bad.parse::<Password>(), Err(NotAPassword), "{bad}");
        }
    }

    #[test]
    fn exponents_count_yen() {
        assert_eq!(CurrencyExponent::Zero.to_units(Yen::new(1_000)), Some(1_000));
        assert_eq!(CurrencyExponent::Two.to_units(Yen::new(1_000)), Some(100_000));
        assert_eq!(CurrencyExponent::Two.to_yen(100_000), Some(Yen::new(1_000)));
        assert_eq!(CurrencyExponent::Two.to_yen(100_050), None);
        assert!(CurrencyExponent::try_from(1).is_err());
    }
}
