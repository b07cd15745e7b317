//! What the driver is told about one printer: where it is, what it can, how long it is waited for.
//!
//! Invariants: an unknown key is an error; every deadline is bounded by one hour. Deliberately not here: the role of the printer at
//! its counter (the agent's configuration).

use std::time::Duration;

use crate::transport::{Flow, LineOptions, SerialDefaults, Transport};

use super::{
    command::KanjiMode,
    layout::Columns,
    logo::LogoSource,
    session::{DEADLINE_MAX_MS, FlowControl, Patience},
    text::Replacements,
};

/// A printer and how long it is waited for. Every `_ms` is bounded by one hour.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EscPosConfig {
    /// Where it is.
    pub transport: Transport,
    /// Width of its paper.
    #[serde(default = "EscPosConfig::default_columns")]
    pub columns: Columns,
    /// How the model is told about kanji.
    #[serde(default)]
    pub kanji: KanjiMode,
    /// What stands for characters that it does not have.
    #[serde(default)]
    pub replacements: Replacements,
    /// The municipality's logo: `{ stored = "LG" }` or `{ pbm = "…" }`.
    #[serde(default)]
    pub logo: Option<LogoSource>,
    /// Deadline for the connection, in milliseconds.
    #[serde(default = "EscPosConfig::default_connect_ms")]
    pub connect_ms: u64,
    /// How long the line may take no byte while the printer reports nothing wrong, in milliseconds.
    #[serde(default = "EscPosConfig::default_write_ms")]
    pub write_ms: u64,
    /// Deadline for answers that a printer gives in any state, in milliseconds.
    #[serde(default = "EscPosConfig::default_answer_ms")]
    pub answer_ms: u64,
    /// Deadline for the process id while the printer reports nothing wrong, in milliseconds.
    #[serde(default = "EscPosConfig::default_process_id_ms")]
    pub process_id_ms: u64,
    /// What the mechanism may need for one row on top of that, in milliseconds.
    #[serde(default = "EscPosConfig::default_row_ms")]
    pub row_ms: u64,
    /// How long a job may wait for paper, cover or cutter in all once its bytes are sent, or stand still on a serial line, in milliseconds.
    #[serde(default = "EscPosConfig::default_attention_ms")]
    pub attention_ms: u64,
}

impl EscPosConfig {
    /// A printer with the usual width and deadlines.
    #[must_use]
    pub fn new(transport: Transport) -> Self {
        Self {
            transport,
            columns: Self::default_columns(),
            kanji: KanjiMode::default(),
            replacements: Replacements::default(),
            logo: None,
            connect_ms: Self::default_connect_ms(),
            write_ms: Self::default_write_ms(),
            answer_ms: Self::default_answer_ms(),
            process_id_ms: Self::default_process_id_ms(),
            row_ms: Self::default_row_ms(),
            attention_ms: Self::default_attention_ms(),
        }
    }

    const fn default_columns() -> Columns {
        Columns::WIDE
    }

    const fn default_connect_ms() -> u64 {
        3_000
    }

    const fn default_write_ms() -> u64 {
        5_000
    }

    const fn default_answer_ms() -> u64 {
        2_000
    }

    const fn default_process_id_ms() -> u64 {
        10_000
    }

    /// A row of 4.2 mm at 70 mm/s, slower than any receipt printer sold today.
    const fn default_row_ms() -> u64 {
        60
    }

    const fn default_attention_ms() -> u64 {
        60_000
    }

    pub(super) fn line_options(&self) -> LineOptions {
        let ms = |ms: u64| Duration::from_millis(ms.min(DEADLINE_MAX_MS));
        LineOptions {
            connect_timeout: ms(self.connect_ms),
            write_timeout: ms(self.write_ms),
            ..LineOptions::new(SerialDefaults::PLAIN)
        }
    }

    fn flow(&self) -> FlowControl {
        match &self.transport {
            Transport::Serial(serial) => match serial.flow.unwrap_or(SerialDefaults::PLAIN.flow) {
                Flow::None => FlowControl::Seen,
                Flow::XonXoff | Flow::RtsCts => FlowControl::System,
            },
            Transport::Tcp { .. } | Transport::Usb(_) | Transport::File(_) => FlowControl::Line,
        }
    }

    pub(super) fn patience(&self, rows: usize) -> Patience {
        let mechanism_ms = self.row_ms.saturating_mul(u64::try_from(rows).unwrap_or(u64::MAX));
        Patience {
            answer_ms: self.answer_ms,
            process_id_ms: self.process_id_ms.saturating_add(mechanism_ms),
            attention_ms: self.attention_ms,
            flow: self.flow(),
        }
    }
}
