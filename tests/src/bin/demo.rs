//! `make demo`: one whole day at two counters, from the tap to the bank line; then the pages stay open.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use recon_server::jobs::report::{self, DailyReport};
use town::{demo_day::Day, settle::settle, story};

/// How often the town's clock follows the real one while the pages are open, in milliseconds.
const CLOCK_STEP_MS: u64 = 200;

/// Plays one day through the real programs against simulated machines.
#[derive(Parser)]
struct Arguments {
    /// End after the report instead of leaving the pages open.
    #[arg(long)]
    exit: bool,
    /// Write the report and the day's summary as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Where the day's data go; emptied first.
    #[arg(long, value_name = "FOLDER", default_value = "target/demo")]
    data: PathBuf,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    empty(&arguments.data)?;
    let mut day = Day::morning(&arguments.data, None).await?;
    println!("2026年7月31日(金) 見本市: 博物館 受付と市民課 1番窓口が開きます。");
    day.play().await.context("play the day")?;
    println!("両窓口が締めました。8月3日(月)、各社の明細と銀行の明細が届きます。\n");
    let report = settle(&day, &arguments.data.join("files")).await?;
    print!("{}", report::to_text(&report));
    let story = story::of_day(day.centre.server()?.state(), report.date).await?;
    println!("\nこの日のできごと");
    for sentence in &story {
        println!("  {sentence}");
    }
    if let Some(file) = &arguments.json {
        fs::write(file, summary(&day, &report, &story)?)
            .with_context(|| format!("write {}", file.display()))?;
    }
    if arguments.exit {
        return Ok(());
    }
    leave_open(&mut day, &arguments.data).await
}

/// Only a folder that a demo made, or none, is emptied.
fn empty(folder: &Path) -> Result<()> {
    let mark = folder.join(".madoguchi-demo");
    if folder.exists() {
        let ours = mark.exists() || fs::read_dir(folder)?.next().is_none();
        ensure!(ours, "{} is not a demo's folder; choose another with --data", folder.display());
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    fs::write(mark, "")?;
    Ok(())
}

fn summary(day: &Day, report: &DailyReport, story: &[String]) -> Result<String> {
    let papers = |counter: &town::city::Counter| counter.printer.papers().len();
    let charged = |counter: &town::city::Counter| -> i64 {
        counter.terminal.charged().iter().map(|yen| yen.get()).sum()
    };
    let value = serde_json::json!({
        "verdict": report.verdict_ja,
        "books": {
            "terminal_yen": charged(&day.museum) + charged(&day.window),
            "wallet_yen": day.wallet.gross(),
            "papers": papers(&day.museum) + papers(&day.window),
        },
        "story": story,
        "report": report,
    });
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

async fn leave_open(day: &mut Day, folder: &Path) -> Result<()> {
    for counter in [&mut day.museum, &mut day.window] {
        counter.clerk.morning_after_a_weekend().await?;
    }
    // A start makes a fresh link: the one of the morning expired on the way to Monday.
    day.centre.switch_off().await?;
    day.centre.switch_on().await?;
    let server = day.centre.server()?;
    println!("\n画面を開けます（終わりは Ctrl+C）。 / The pages are open; Ctrl+C ends.");
    println!("  会計課 (centre):      {}/report/2026-07-31", server.url());
    if let Some(link) = day.centre.first_login_link() {
        println!("    最初の管理者 (login): {link}");
    }
    println!("  博物館 受付:          http://{}/", day.museum.agent.address());
    println!("  市民課 1番窓口:       http://{}/", day.window.agent.address());
    println!("  データ (data):        {}", folder.display());
    let clock = day.clock.clone();
    let step = i64::try_from(CLOCK_STEP_MS)?;
    loop {
        tokio::select! {
            ended = tokio::signal::ctrl_c() => return Ok(ended?),
            () = tokio::time::sleep(Duration::from_millis(CLOCK_STEP_MS)) => {
                clock.advance_ms(step);
            }
        }
    }
}
