//! `make demo`: July 2022 at 萩・明倫学舎, from the first ticket to the last bank line; then the pages stay open.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use town::july::{July, summary};

/// How often the town's clock follows the real one while the pages are open, in milliseconds.
const CLOCK_STEP_MS: u64 = 200;

/// Plays one month through the real programs against simulated machines.
#[derive(Parser)]
struct Arguments {
    /// End after the report instead of leaving the pages open.
    #[arg(long)]
    exit: bool,
    /// Write the month as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Where the month's data go; emptied first.
    #[arg(long, value_name = "FOLDER", default_value = "target/demo")]
    data: PathBuf,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    empty(&arguments.data)?;
    println!(
        "2022年7月、萩・明倫学舎。本館 受付と2号館 受付の1か月を、本物のプログラムで動かします。\n\
         五つの合計は萩市が公表した数字（第4回DX推進本部会議、令和4年10月25日）です。一件ずつの内訳は見本です。\n"
    );
    let mut july = July::begin(&arguments.data, None).await?;
    july.play().await.context("play the month")?;
    let report = july.report().await?;
    let story = july.story(&report).await?;
    july.leave_data(&report)?;
    print!("{}", summary::to_text(&report, &story));
    println!(
        "
窓口の会計 {}件、届いたファイル {}本。",
        july.plan.visits().count(),
        july.received.len()
    );
    if let Some(file) = &arguments.json {
        fs::write(file, summary::to_json(&report, &story)?)
            .with_context(|| format!("write {}", file.display()))?;
    }
    if arguments.exit {
        july.centre.switch_off().await?;
        return Ok(());
    }
    leave_open(&mut july, &arguments.data).await
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

async fn leave_open(july: &mut July, folder: &Path) -> Result<()> {
    // A start makes a fresh link: the one of July has expired long ago.
    july.centre.switch_off().await?;
    july.centre.switch_on().await?;
    july.come_back().await?;
    let server = july.centre.server()?;
    println!("\n画面を開けます（終わりは Ctrl+C）。2022年9月1日です。 / The pages are open; Ctrl+C ends.");
    println!("  月報 (month):         {}/month/2022-07", server.url());
    if let Some(link) = july.centre.first_login_link() {
        println!("    最初の管理者 (login): {link}");
    }
    for counter in july.desks.values() {
        let state = counter.clerk.state();
        let label = state.profile.as_ref().map(|profile| profile.counter_label.clone()).unwrap_or_default();
        println!("  {label}:          http://{}/", counter.agent.address());
    }
    println!("  データ (data):        {}", folder.display());
    let clock = july.clock.clone();
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
