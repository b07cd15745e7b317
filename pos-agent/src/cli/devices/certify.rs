//! `pos-agent devices certify --device ID [--live] [--out DIR]`: runs the conformance kit and writes its report.
//!
//! Invariants: the report is written as HTML and JSON whatever the checks say; exit code 3 when a check failed; a live device is
//! claimed first, so a counter at work is never disturbed; nobody at the keyboard is a "no".

use std::{
    future::Future,
    io::{BufRead as _, Write as _},
    path::{Path, PathBuf},
    pin::Pin,
};

use askama::Template as _;
use clap::Args;
use domain::{id::DeviceId, time::Clock as _};

use crate::{
    certify::{Against, Person, certify, report::Report},
    cli::{Exit, Format, failed, print_json, runtime},
    devices::{claim::Claim, registry::Understood},
    edge::SystemClock,
};

/// Run the conformance kit on a device.
#[derive(Debug, Args)]
pub(in crate::cli) struct Certify {
    /// Device of the configuration.
    #[arg(long)]
    device: DeviceId,
    /// Try the machine itself, with a person beside it; asks before money moves, paper comes or the drawer opens.
    #[arg(long)]
    live: bool,
    /// Folder of the report.
    #[arg(long, default_value = ".")]
    out: PathBuf,
}

impl Certify {
    pub(super) fn run(&self, devices: &[(DeviceId, Understood)], format: Format) -> Exit {
        let Some((id, device)) = devices.iter().find(|(id, _)| *id == self.device) else {
            eprintln!("機器「{}」は設定にありません。", self.device);
            return Exit::Usage;
        };
        let claimed = device.claimable().filter(|_| self.live);
        let _claim = match claimed.map(Claim::of).transpose() {
            Ok(claim) => claim,
            Err(error) => return failed(&format!("窓口の業務を止めてから行ってください: {error}")),
        };
        let runtime = match runtime() {
            Ok(runtime) => runtime,
            Err(error) => return failed(&error),
        };
        let against = if self.live { Against::Live(&AtTheKeyboard) } else { Against::Simulator };
        let report = runtime.block_on(certify(id, device, against, SystemClock.now()));
        if let Err(error) = write(&self.out, &report) {
            return failed(&format!("記録を書けません: {error}"));
        }
        match format {
            Format::Json => print_json(&serde_json::json!(report)),
            Format::Text => say(&report, &self.out),
        }
        if report.failed == 0 { Exit::Done } else { Exit::Differences }
    }
}

fn file_name(report: &Report, ending: &str) -> String {
    format!("certify-{}.{ending}", report.device)
}

fn write(folder: &Path, report: &Report) -> Result<(), Box<dyn std::error::Error>> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join(file_name(report, "json")), serde_json::to_vec_pretty(report)?)?;
    std::fs::write(folder.join(file_name(report, "html")), report.render()?)?;
    Ok(())
}

fn say(report: &Report, folder: &Path) {
    println!("{} {}（{}）", report.device, report.driver, report.mark);
    for check in &report.checks {
        let because = if check.reason().is_empty() { String::new() } else { format!(": {}", check.reason()) };
        println!("{} {} [{}]{because}", check.word_ja(), check.title, check.name);
    }
    println!("合格 {}　不合格 {}　未実施 {}", report.passed, report.failed, report.skipped);
    println!("記録: {}", folder.join(file_name(report, "html")).display());
}

/// The person at the keyboard: `y` or `はい` is a yes, everything else, also an end of input, is a no.
struct AtTheKeyboard;

impl Person for AtTheKeyboard {
    fn agrees<'a>(&'a self, question_ja: &'a str) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        let question = format!("{question_ja} [y/N] ");
        Box::pin(async move {
            let asked = tokio::task::spawn_blocking(move || {
                eprint!("{question}");
                // A prompt that cannot be shown is answered by nobody.
                std::io::stderr().flush().ok()?;
                let mut answer = String::new();
                std::io::stdin().lock().read_line(&mut answer).ok()?;
                Some(matches!(answer.trim(), "y" | "Y" | "yes" | "はい"))
            });
            asked.await.ok().flatten().unwrap_or(false)
        })
    }
}
