//! The keys of a `[[device]]` table with `driver = "zvt"`.

use std::time::Duration;

use drivers::{
    transport::Transport,
    zvt::{Password, ZvtConfig, ZvtTimers, config::CurrencyExponent},
};
use serde::Deserialize;

/// What the ZVT driver wants to know.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ZvtSettings {
    transport: Transport,
    #[serde(default = "zero_password")]
    password: Password,
    terminal_id: Option<String>,
    #[serde(default)]
    currency_exponent: CurrencyExponent,
    connect_ms: Option<u64>,
    reply_ms: Option<u64>,
    idle_ms: Option<u64>,
    hard_ms: Option<u64>,
    block_ms: Option<u64>,
    late_result_ms: Option<u64>,
}

fn zero_password() -> Password {
    "000000".parse().unwrap_or_else(|_| unreachable!("six digits"))
}

impl From<ZvtSettings> for ZvtConfig {
    fn from(settings: ZvtSettings) -> Self {
        let usual = ZvtTimers::default();
        let or = |ms: Option<u64>, usual: Duration| ms.map_or(usual, Duration::from_millis);
        let timers = ZvtTimers {
            connect: or(settings.connect_ms, usual.connect),
            reply: or(settings.reply_ms, usual.reply),
            idle: or(settings.idle_ms, usual.idle),
            hard: or(settings.hard_ms, usual.hard),
            block: or(settings.block_ms, usual.block),
            late_result: or(settings.late_result_ms, usual.late_result),
            ..usual
        };
        Self {
            terminal_id: settings.terminal_id,
            currency_exponent: settings.currency_exponent,
            timers,
            ..Self::new(settings.transport, settings.password)
        }
    }
}
