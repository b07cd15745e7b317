//! `pos-agent doctor`: whether this machine can work as a counter. Looks, writes a small file and removes it, changes nothing.

use std::{fs::File, io::Write, path::Path};

use domain::time::{CivilDate, Clock};
use serde_json::json;

use super::{Exit, Format, print_json};
use crate::{
    config::Config,
    devices::registry::understand_all,
    edge::SystemClock,
    journal_store::{ballast::Ballast, sqlite::SqliteReader},
    uplink::grant::Grant,
};

/// Before this year the clock was never set.
const CLOCK_YEAR_MIN: i16 = 2026;

/// One thing that was looked at.
struct Finding {
    what: &'static str,
    result: Result<String, String>,
}

pub(super) fn run(config: &Config, format: Format) -> Exit {
    let folder = &config.data_dir;
    let findings = [
        Finding { what: "データの保存場所", result: writable(folder) },
        Finding { what: "記録", result: journal(config) },
        Finding { what: "登録", result: enrolment(folder) },
        Finding { what: "非常用の空き", result: ballast(config) },
        Finding { what: "時計", result: clock(SystemClock.now().date()) },
        Finding { what: "機器の設定", result: devices(config) },
    ];
    let good = findings.iter().all(|finding| finding.result.is_ok());
    match format {
        Format::Text => findings.iter().for_each(|finding| match &finding.result {
            Ok(words) => println!("○ {}: {words}", finding.what),
            Err(words) => println!("× {}: {words}", finding.what),
        }),
        Format::Json => print_json(&json!(
            findings
                .iter()
                .map(|finding| json!({
                    "what": finding.what, "ok": finding.result.is_ok(),
                    "detail": finding.result.as_ref().unwrap_or_else(|words| words),
                }))
                .collect::<Vec<_>>()
        )),
    }
    if good { Exit::Done } else { Exit::Failed }
}

fn writable(folder: &Path) -> Result<String, String> {
    let probe = folder.join("doctor.probe");
    let try_it = || {
        std::fs::create_dir_all(folder)?;
        File::create(&probe).and_then(|mut file| file.write_all(b"probe").and_then(|()| file.sync_all()))?;
        std::fs::remove_file(&probe)
    };
    try_it().map(|()| format!("{} に書けます", folder.display())).map_err(|error| {
        format!("{} に書けません（{error}）。設定の data_dir と権限を確かめてください。", folder.display())
    })
}

fn journal(config: &Config) -> Result<String, String> {
    let path = config.journal_path();
    if !path.exists() {
        return Ok("まだありません（最初の起動で作ります）".into());
    }
    SqliteReader::open(&path)
        .map(|_| "開けます（中身の確認は journal verify）".into())
        .map_err(|error| format!("開けません: {error}"))
}

fn enrolment(folder: &Path) -> Result<String, String> {
    match Grant::read(folder) {
        Ok(Some(grant)) => Ok(format!("{} 世代 {}", grant.reply.counter, grant.reply.incarnation.0)),
        Ok(None) => Err("まだです。管理者に登録コードをもらい、pos-agent enrol を実行してください。".into()),
        Err(error) => Err(error.to_string()),
    }
}

fn ballast(config: &Config) -> Result<String, String> {
    let path = config.journal_path();
    if Ballast::beside(&path).is_kept() || !path.exists() {
        Ok("16 MiB を確保しています（初回は起動後に確保します）".into())
    } else {
        Err("確保できていません。ディスクの空きを増やしてください。".into())
    }
}

fn clock(today: CivilDate) -> Result<String, String> {
    if today.year() >= CLOCK_YEAR_MIN {
        Ok(today.to_japanese())
    } else {
        Err(format!("{}になっています。時計を合わせてください。", today.to_japanese()))
    }
}

fn devices(config: &Config) -> Result<String, String> {
    understand_all(&config.device)
        .map(|devices| format!("{}台（接続の確認は devices test）", devices.len()))
        .map_err(|error| error.to_string())
}
