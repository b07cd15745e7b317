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
    scanner::{ScanEvent, SerialScanner},
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
    edge::{SystemClock, SystemEntropy},
};

/// Deadline for one device, in milliseconds.
const TEST_TIMEOUT_MS: u64 = 15_000;

/// Deadline for the counter's own page, in milliseconds.
const ASK_TIMEOUT_MS: u64 = 1_000;

/// The machines of this counter.
#[derive(Debug, Subcommand)]
pub(super) enum Devices {
    /// What is configured, and how it stands where the counter runs.
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
            Self::List => on_configured(config, |devices| list(config, devices, format)),
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

/// What is configured and, where a counter with this configuration runs, how each device stands there.
fn list(config: &Config, devices: &[(DeviceId, Understood)], format: Format) -> Exit {
    let standing = runtime().ok().and_then(|runtime| runtime.block_on(ask_the_counter(config)));
    let rows = devices.iter().map(|(id, device)| {
        let mut row = row(id, device, None);
        let known = standing.as_ref().and_then(|rows| rows.iter().find(|row| row["id"] == json!(id)));
        row["standing"] = known.cloned().unwrap_or(Value::Null);
        row
    });
    say(rows.collect(), format);
    Exit::Done
}

/// The counter's own page knows; nothing where none runs. A look, nothing is started.
async fn ask_the_counter(config: &Config) -> Option<Vec<Value>> {
    let client =
        reqwest::Client::builder().timeout(Duration::from_millis(ASK_TIMEOUT_MS)).no_proxy().build().ok()?;
    let address = format!("http://{}/devices.json", config.listen);
    client.get(address).send().await.ok()?.error_for_status().ok()?.json().await.ok()
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
    let _claim = device.claimable().map(Claim::of).transpose().map_err(|error| error.to_string())?;
    let made = device.cat(Arc::new(NoJournal), Arc::new(SystemClock), Arc::new(SystemEntropy))?;
    if let Some(made) = made {
        return match made.cat.connect().await {
            LinkState::Ready | LinkState::Busy => Ok("ready".into()),
            other => Err(format!("{other:?}")),
        };
    }
    if let Understood::Scanner(config) = device {
        return scanner_words(SerialScanner::start(config.clone()).next().await);
    }
    match device.printer() {
        Some(printer) => printer_words(printer.status().await),
        None => Err("no driver".into()),
    }
}

fn scanner_words(event: Option<ScanEvent>) -> Result<String, String> {
    match event {
        Some(ScanEvent::Lost(why)) => Err(why),
        Some(_) => Ok("ready".into()),
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
        "id": id, "role": role_word(device.role()), "transport": device.place(),
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
        let standing = match (row["standing"]["stage"].as_str(), row["standing"]["power_state"].as_u64()) {
            (Some(stage), Some(power)) => format!("{stage} {power}"),
            _ => text("detail"),
        };
        println!("{mark} {} {} {} {standing}", text("id"), text("role"), text("transport"));
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
