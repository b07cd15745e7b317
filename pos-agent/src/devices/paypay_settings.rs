//! The keys of a `[[device]]` table with `driver = "paypay"`.
//!
//! Invariant: the secret stands in a file of its own, never in the configuration; it is read when the driver starts.

use std::{path::PathBuf, sync::Arc, time::Duration};

use domain::time::Clock;
use drivers::{
    cat::Cat,
    code_payment::{CodePayment as _, CodeTerminal},
    paypay::{ApiSecret, PayPay, PayPayConfig, PayPayTimers},
};
use serde::Deserialize;

use crate::edge::Entropy;

/// Pause between two questions while the citizen pays, in milliseconds (the operator's guide says 2 to 5 seconds; a simulator may be
/// asked more often).
const POLL_MS: std::ops::RangeInclusive<u64> = 50..=10_000;
/// The citizen's time, in milliseconds: shorter than the code's life of five minutes.
const PATIENCE_MS: std::ops::RangeInclusive<u64> = 1_000..=270_000;

/// What the PayPay driver wants to know.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayPaySettings {
    /// `https://host`.
    host: String,
    merchant_id: Option<String>,
    key_id: String,
    secret_file: PathBuf,
    store_id: Option<String>,
    terminal_id: Option<String>,
    #[serde(default)]
    description: String,
    poll_ms: Option<u64>,
    patience_ms: Option<u64>,
    connect_ms: Option<u64>,
    create_ms: Option<u64>,
    read_ms: Option<u64>,
}

/// A driver that was made.
pub struct Made {
    /// The terminal.
    pub cat: Arc<dyn Cat>,
    /// It takes payers' codes that our scanner read.
    pub takes_codes: bool,
}

impl PayPaySettings {
    /// Where the operator is, for lists.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// What can be told without the operator and without the secret.
    pub(super) fn check(&self) -> Result<(), String> {
        for (key, ms, range) in
            [("poll_ms", self.poll_ms, &POLL_MS), ("patience_ms", self.patience_ms, &PATIENCE_MS)]
        {
            if ms.is_some_and(|ms| !range.contains(&ms)) {
                return Err(format!("{key}: from {} to {}", range.start(), range.end()));
            }
        }
        Ok(())
    }

    fn config(&self) -> PayPayConfig {
        let usual = PayPayTimers::default();
        let or = |ms: Option<u64>, usual: Duration| ms.map_or(usual, Duration::from_millis);
        let timers = PayPayTimers {
            poll: or(self.poll_ms, usual.poll),
            patience: or(self.patience_ms, usual.patience),
            connect: or(self.connect_ms, usual.connect),
            create: or(self.create_ms, usual.create),
            read: or(self.read_ms, usual.read),
            ..usual
        };
        PayPayConfig {
            merchant: self.merchant_id.clone(),
            store_id: self.store_id.clone(),
            terminal_id: self.terminal_id.clone(),
            order_description: self.description.clone(),
            timers,
            ..PayPayConfig::new(&self.host, &self.key_id)
        }
    }

    /// Makes the driver; nothing is sent yet.
    ///
    /// # Errors
    /// When the secret's file or a setting cannot be used.
    pub fn start(&self, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<Made, String> {
        let path = &self.secret_file;
        let secret = ApiSecret::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let nonces = move || entropy.uuid().as_fields().0;
        let operator =
            PayPay::new(self.config(), secret, clock, Arc::new(nonces)).map_err(|error| error.to_string())?;
        let takes_codes = operator.capabilities().accept_code;
        Ok(Made { cat: Arc::new(CodeTerminal::new(operator)), takes_codes })
    }
}
