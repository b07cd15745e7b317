//! The power states of UnifiedPOS (1.14, common property PowerState) for a device's standing (`devices.md` 4).
//!
//! Invariant: what cannot be told apart is said to be either: a line that does not answer is off or offline. Not here: the stages.

use std::path::Path;

use drivers::transport::Transport;
use serde::Serialize;

use super::standing::Stage;

/// A power state with its number in UnifiedPOS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Power {
    /// Not yet looked for.
    Unknown,
    /// Powered on and ready.
    Online,
    /// Powered off or taken away.
    Off,
    /// Powered on and not ready, or not able to work.
    Offline,
    /// Off or offline.
    OffOffline,
}

impl Power {
    /// What a stage means. A device on a port of this machine that is gone is off; over a network nobody can tell.
    #[must_use]
    pub const fn of(stage: Stage, port_gone: bool) -> Self {
        match stage {
            Stage::Opening => Self::Unknown,
            Stage::Recovering | Stage::Ready | Stage::Busy | Stage::Suspect => Self::Online,
            Stage::Faulted => Self::Offline,
            Stage::Absent | Stage::Lost if port_gone => Self::Off,
            Stage::Absent | Stage::Lost => Self::OffOffline,
        }
    }

    /// The number in UnifiedPOS: `UPOS_PS_UNKNOWN` 2000 to `UPOS_PS_OFF_OFFLINE` 2004.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::Unknown => 2_000,
            Self::Online => 2_001,
            Self::Off => 2_002,
            Self::Offline => 2_003,
            Self::OffOffline => 2_004,
        }
    }

    /// The word on screens.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Unknown => "未確認",
            Self::Online => "オンライン",
            Self::Off => "電源断・未接続",
            Self::Offline => "オフライン",
            Self::OffOffline => "電源断かオフライン",
        }
    }
}

/// Whether the device's port is gone from this machine.
#[must_use]
pub fn port_gone(transport: &Transport) -> bool {
    match transport {
        Transport::Serial(serial) => serial.path.starts_with('/') && !Path::new(&serial.path).exists(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_as_a_table() {
        for (stage, gone, code) in [
            (Stage::Opening, false, 2_000),
            (Stage::Ready, false, 2_001),
            (Stage::Busy, true, 2_001),
            (Stage::Faulted, false, 2_003),
            (Stage::Lost, true, 2_002),
            (Stage::Lost, false, 2_004),
            (Stage::Absent, false, 2_004),
        ] {
            assert_eq!(Power::of(stage, gone).code(), code, "{stage:?}");
        }
        assert!(port_gone(&"serial:///dev/no-such-port".parse().unwrap()));
        assert!(!port_gone(&"tcp://127.0.0.1:9".parse().unwrap()));
    }
}
