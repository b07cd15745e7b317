//! Looks at everything a running centre needs and says what is wrong and what to do.
//!
//! Invariant: looks only; changes nothing but what opening the store changes (its schema).

use serde::Serialize;

use crate::{app::AppState, jobs};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// In order.
    Good,
    /// To be looked at.
    Warning,
    /// Does not work.
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub what: &'static str,
    /// How bad.
    pub level: Level,
    /// In Japanese, with what to do.
    pub sentence_ja: String,
}

fn finding(what: &'static str, level: Level, sentence_ja: impl Into<String>) -> Finding {
    Finding { what, level, sentence_ja: sentence_ja.into() }
}

/// Looks at everything.
///
/// # Errors
/// When the store fails in the middle of it.
pub async fn examine(state: &AppState) -> Result<Vec<Finding>, jobs::JobError> {
    let mut findings = vec![store(state).await, key_file(state), address(state), holidays(state)];
    findings.extend(people(state).await?);
    findings.extend(counters(state).await?);
    findings.extend(chains(state).await?);
    Ok(findings)
}

async fn store(state: &AppState) -> Finding {
    match state.store.ping().await {
        Ok(()) => finding("store", Level::Good, "データベースは答えています。"),
        Err(error) => finding("store", Level::Bad, format!("データベースが答えません: {error}")),
    }
}

fn key_file(state: &AppState) -> Finding {
    let path = state.config.master_key_file();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let open_to_others =
            std::fs::metadata(&path).is_ok_and(|about| about.permissions().mode() & 0o077 != 0);
        if open_to_others {
            let sentence =
                format!("{} をほかの利用者が読めます。chmod 600 で閉じてください。", path.display());
            return finding("master_key", Level::Bad, sentence);
        }
    }
    finding(
        "master_key",
        Level::Good,
        format!("{} を使っています。控えを別の場所に保管してください。", path.display()),
    )
}

fn address(state: &AppState) -> Finding {
    let outside = !state.config.server.listen.ip().is_loopback();
    if outside && !state.over_tls() {
        let sentence = "外から届くアドレスで待ち受けますが、server.public_url が https ではありません。前段の中継で TLS を終えてください。";
        return finding("address", Level::Warning, sentence);
    }
    finding("address", Level::Good, format!("画面のアドレスは {} です。", state.public_url))
}

/// Days ahead for which the list of holidays must reach: closings of a quarter, and their pay days.
const HOLIDAYS_AHEAD_DAYS: i32 = 180;

/// 祝日: pay days beyond the list would be counted as if no bank ever closed.
fn holidays(state: &AppState) -> Finding {
    let Some(known) = engine::holidays::known_until() else {
        return finding("holidays", Level::Bad, "祝日の一覧がありません。");
    };
    let until = known.to_japanese();
    if state.today().plus_days(HOLIDAYS_AHEAD_DAYS) > known {
        let sentence = format!(
            "祝日の一覧は{until}までです。新しい版に入れ替えるか、set-up の bank_holidays に登録してください。"
        );
        return finding("holidays", Level::Warning, sentence);
    }
    finding("holidays", Level::Good, format!("祝日の一覧は{until}まであります。"))
}

async fn people(state: &AppState) -> Result<Vec<Finding>, jobs::JobError> {
    let users = state.store.snapshot().await?.users(state.tenant()).await?;
    let administrators =
        users.iter().filter(|user| user.active && user.role == store::users::Role::Administrator).count();
    Ok(vec![match (users.len(), administrators) {
        (0, _) => finding(
            "users",
            Level::Warning,
            "利用者がまだいません。serve が画面に出すリンクで最初の管理者を登録してください。",
        ),
        (_, 0) => finding(
            "users",
            Level::Bad,
            "使える管理者がいません。user add か user enable で用意してください。",
        ),
        (all, _) => {
            finding("users", Level::Good, format!("利用者は{all}人、うち管理者は{administrators}人です。"))
        }
    }])
}

async fn counters(state: &AppState) -> Result<Vec<Finding>, jobs::JobError> {
    let mut unit = state.store.snapshot().await?;
    let counters = unit.counters(state.tenant()).await?;
    let contracts = unit.contracts(state.tenant()).await?;
    let waiting: Vec<String> =
        counters.iter().filter(|row| row.current.is_none()).map(|row| row.counter.to_string()).collect();
    let mut findings = Vec::new();
    if counters.is_empty() {
        findings.push(finding(
            "counters",
            Level::Warning,
            "窓口がありません。set-up FILE で登録してください。",
        ));
    } else if waiting.is_empty() {
        findings.push(finding(
            "counters",
            Level::Good,
            format!("窓口は{}か所、すべて登録済みです。", counters.len()),
        ));
    } else {
        let sentence = format!(
            "まだ登録されていない窓口: {}。counter enrol で登録コードを出してください。",
            waiting.join("、")
        );
        findings.push(finding("counters", Level::Warning, sentence));
    }
    match jobs::contracts_in_force(&contracts, state.today()) {
        Ok(now) => {
            findings.push(finding("contracts", Level::Good, format!("今日有効な契約は{}件です。", now.len())))
        }
        Err(error) => findings.push(finding("contracts", Level::Bad, error.to_string())),
    }
    Ok(findings)
}

async fn chains(state: &AppState) -> Result<Vec<Finding>, jobs::JobError> {
    let verified = jobs::verify::verify(state).await?;
    let mut findings: Vec<Finding> = verified
        .journals
        .iter()
        .filter_map(|journal| {
            let broken = journal.broken.as_ref()?;
            Some(finding(
                "journal",
                Level::Bad,
                format!("窓口{}の記録の鎖が切れています: {broken}", journal.counter),
            ))
        })
        .collect();
    if verified.aside > 0 {
        findings.push(finding(
            "journal",
            Level::Warning,
            format!("別に保管している記録が{}件あります。", verified.aside),
        ));
    }
    if verified.unread > 0 {
        findings.push(finding(
            "journal",
            Level::Warning,
            format!("内容を読めない記録が{}件あります。", verified.unread),
        ));
    }
    if findings.is_empty() {
        findings.push(finding("journal", Level::Good, "すべての記録の鎖がつながっています。"));
    }
    Ok(findings)
}
