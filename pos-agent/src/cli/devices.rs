//! `pos-agent devices list|test|simulate|certify|decode`: what is configured, whether it answers, machines in software, the
//! conformance kit, captured bytes in words.
//!
//! Invariant: `list` and `test` start no transaction and print nothing.

mod certify;
mod decode;
mod simulate;

use std::{sync::Arc, time::Duration};

use clap::Subcommand;
use domain::{id::DeviceId, payment::Approval, payment::AttemptFact, payment::StrayResult};
use drivers::{
    cat::{Fut, JournalDown, LinkState, Progress, Recorder},
    pos_printer::PrinterStatus,
};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{Exit, Format, failed, print_json, runtime};
use crate::{
    config::Config,
    devices::{
        claim::Claim,
        registry::{Understood, understand_all},
        runner::role_word,
    },
};

/// Deadline for one device, in milliseconds.
const TEST_TIMEOUT_MS: u64 = 15_000;

/// The machines of this counter.
#[derive(Debug, Subcommand)]
pub(super) enum Devices {
    /// What is configured.
    List,
    /// Connect to each device and ask for its status. Not while the agent runs: a device has one agent at a time.
    Test,
    /// Start a machine in software for outside programs; runs until Ctrl-C and then shows its own book.
    Simulate(simulate::Simulate),
    /// Run the conformance kit on a device and write its report.
    Certify(certify::Certify),
    /// Explain captured bytes in words.
    Decode(decode::Decode),
}

impl Devices {
    pub(super) fn run(&self, config: &Config, format: Format) -> Exit {
        match self {
            Self::List => on_configured(config, |devices| {
                say(devices.iter().map(|(id, device)| row(id, device, None)).collect(), format);
                Exit::Done
            }),
            Self::Test => on_configured(config, |devices| match runtime() {
                Ok(runtime) => runtime.block_on(test_all(devices, format)),
                Err(error) => failed(&error),
            }),
            Self::Simulate(simulate) => simulate.run(format),
            Self::Decode(decode) => decode.run(format),
            Self::Certify(certify) => on_configured(config, |devices| certify.run(devices, format)),
        }
    }
}

fn on_configured(config: &Config, what: impl FnOnce(&[(DeviceId, Understood)]) -> Exit) -> Exit {
    match understand_all(&config.device) {
        Ok(devices) => what(&devices),
        Err(error) => failed(&error),
    }
}

async fn test_all(devices: &[(DeviceId, Understood)], format: Format) -> Exit {
    let (mut rows, mut good) = (Vec::new(), true);
    for (id, device) in devices {
        let result = match timeout(Duration::from_millis(TEST_TIMEOUT_MS), test(device)).await {
            Ok(result) => result,
            Err(_) => Err("no answer in time".to_owned()),
        };
        good &= result.is_ok();
        rows.push(row(id, device, Some(result)));
    }
    say(rows, format);
    if good { Exit::Done } else { Exit::Failed }
}

async fn test(device: &Understood) -> Result<String, String> {
    let _claim = match device.transport().is_write_only() {
        true => None,
        false => Some(Claim::of(device.transport()).map_err(|error| error.to_string())?),
    };
    if let Some(cat) = device.cat(Arc::new(NoJournal)) {
        return match cat.connect().await {
            LinkState::Ready | LinkState::Busy => Ok("ready".into()),
            other => Err(format!("{other:?}")),
        };
    }
    match device.printer() {
        Some(printer) => printer_words(printer.status().await),
        None => Err("no driver".into()),
    }
}

fn printer_words(status: PrinterStatus) -> Result<String, String> {
    let hindrance = [
        (!status.online, "offline"),
        (status.cover_open, "cover open"),
        (status.paper_end, "paper end"),
        (status.cutter_error, "cutter error"),
        (status.unrecoverable, "unrecoverable error"),
    ];
    match hindrance.into_iter().find(|(is, _)| *is) {
        Some((_, words)) => Err(words.into()),
        None if status.paper_near_end => Ok("ready, paper near end".into()),
        None => Ok("ready".into()),
    }
}

fn row(id: &DeviceId, device: &Understood, result: Option<Result<String, String>>) -> Value {
    let (ok, detail) = match &result {
        None => (None, None),
        Some(Ok(words)) => (Some(true), Some(words)),
        Some(Err(words)) => (Some(false), Some(words)),
    };
    json!({
        "id": id, "role": role_word(device.role()), "transport": device.transport().to_string(),
        "ok": ok, "detail": detail,
    })
}

fn say(rows: Vec<Value>, format: Format) {
    if format == Format::Json {
        return print_json(&Value::Array(rows));
    }
    if rows.is_empty() {
        println!("機器は設定されていません。");
    }
    for row in rows {
        let text = |key: &str| row[key].as_str().unwrap_or("").to_owned();
        let mark = match row["ok"].as_bool() {
            Some(true) => "○",
            Some(false) => "×",
            None => "・",
        };
        println!("{mark} {} {} {} {}", text("id"), text("role"), text("transport"), text("detail"));
    }
}

/// A test has no journal: whatever a terminal reports stays unacknowledged.
struct NoJournal;

impl Recorder for NoJournal {
    fn record(&self, _: domain::id::AttemptId, _: AttemptFact) -> Fut<'_, Result<(), JournalDown>> {
        Box::pin(async { Err(JournalDown) })
    }

    fn record_stray(&self, _: StrayResult) -> Fut<'_, Result<(), JournalDown>> {
        Box::pin(async { Err(JournalDown) })
    }

    fn knows(&self, _: &Approval) -> bool {
        false
    }

    fn progress(&self, _: domain::id::AttemptId, _: Progress) {}
}
