//! `recon-server confirm …`: proposals of the matching and remitter names by two persons, as the pages have it.
//!
//! Invariant: who asks and who decides are users of the centre, named with `--by` and active; the rule that they are two persons is the
//! job's ([`crate::jobs::controls`]), not this file's.

use anyhow::bail;
use clap::Subcommand;
use domain::time::CivilDate;
use store::controls::{ControlAction, ControlId, ControlRow, ControlTopic};

use super::{Ended, OutputFormat, output, people};
use crate::{
    app::AppState,
    jobs::{
        controls::{self, Desk, NewControl, document},
        second_person::Decision,
    },
};

/// What to do with proposals.
#[derive(Debug, Subcommand)]
pub enum ConfirmCommand {
    /// 提案、承認待ち、決裁済を並べる
    List,
    /// 提案を確認することを申請する。別の人が承認するまで有効にならない
    Accept {
        /// 提案ID
        proposal: String,
        /// 理由
        #[arg(long)]
        reason: String,
        /// 振込名義を使い始める日。省くと根拠になった最初の入金の日
        #[arg(long, value_name = "YYYY-MM-DD")]
        valid_from: Option<CivilDate>,
        /// 申請する利用者
        #[arg(long, value_name = "USER")]
        by: String,
    },
    /// 提案を採用しないことを申請する
    Refuse {
        /// 提案ID
        proposal: String,
        /// 理由
        #[arg(long)]
        reason: String,
        /// 申請する利用者
        #[arg(long, value_name = "USER")]
        by: String,
    },
    /// 差異のある不一致を、理由を書いて処理済にすることを申請する。差異の額と判定は変わらない
    WriteOff {
        /// 不一致ID
        exception: String,
        /// 理由
        #[arg(long)]
        reason: String,
        /// 申請する利用者
        #[arg(long, value_name = "USER")]
        by: String,
    },
    /// 前の判断を取り消すことを申請する
    Revoke {
        /// 提案ID
        proposal: String,
        /// 理由
        #[arg(long)]
        reason: String,
        /// 申請する利用者
        #[arg(long, value_name = "USER")]
        by: String,
    },
    /// 申請を承認する(申請した人にはできない)
    Approve {
        /// 申請ID
        request: ControlId,
        /// 決裁する利用者
        #[arg(long, value_name = "USER")]
        by: String,
        /// 備考
        #[arg(long, default_value = "")]
        note: String,
    },
    /// 申請を差し戻す
    Reject {
        /// 申請ID
        request: ControlId,
        /// 決裁する利用者
        #[arg(long, value_name = "USER")]
        by: String,
        /// 差し戻す理由
        #[arg(long)]
        note: String,
    },
}

/// Runs a command about proposals.
pub async fn run(state: &AppState, command: ConfirmCommand, format: OutputFormat) -> anyhow::Result<Ended> {
    match command {
        ConfirmCommand::List => {
            let desk = controls::desk(state).await?;
            output::value(format, &desk, || desk_words(&desk))?;
        }
        ConfirmCommand::Accept { proposal, reason, valid_from, by } => {
            ask(state, ControlAction::Confirm, (proposal, reason, valid_from), &by, format).await?;
        }
        ConfirmCommand::Refuse { proposal, reason, by } => {
            ask(state, ControlAction::Refuse, (proposal, reason, None), &by, format).await?;
        }
        ConfirmCommand::WriteOff { exception, reason, by } => {
            let by = people::named(state, &by).await?;
            let id = controls::new_id(state)?;
            let (topic, action) = (ControlTopic::WriteOff, ControlAction::Confirm);
            let new = NewControl { id, topic, action, subject: exception, reason, valid_from: None };
            say(format, &controls::request(state, &by, new).await?)?;
        }
        ConfirmCommand::Revoke { proposal, reason, by } => {
            ask(state, ControlAction::Revoke, (proposal, reason, None), &by, format).await?;
        }
        ConfirmCommand::Approve { request, by, note } => {
            decide(state, request, &by, Decision { approved: true, note }, format).await?;
        }
        ConfirmCommand::Reject { request, by, note } => {
            decide(state, request, &by, Decision { approved: false, note }, format).await?;
        }
    }
    Ok(Ended::Done)
}

async fn ask(
    state: &AppState,
    action: ControlAction,
    (subject, reason, valid_from): (String, String, Option<CivilDate>),
    by: &str,
    format: OutputFormat,
) -> anyhow::Result<()> {
    let by = people::named(state, by).await?;
    let Some(topic) = topic_of(state, &subject).await? else {
        bail!("提案「{subject}」はありません。confirm list で確かめてください。");
    };
    let new = NewControl { id: controls::new_id(state)?, topic, action, subject, reason, valid_from };
    say(format, &controls::request(state, &by, new).await?)
}

/// What a proposal is about: as it stands now, or as somebody asked about it before.
async fn topic_of(state: &AppState, subject: &str) -> anyhow::Result<Option<ControlTopic>> {
    let desk = controls::desk(state).await?;
    let proposed = desk.proposals.iter().find(|one| one.subject == subject).map(|one| one.topic);
    let mut asked = desk.waiting.iter().chain(&desk.decided).filter(|row| row.topic != ControlTopic::Period);
    Ok(proposed.or_else(|| asked.find(|row| row.subject == subject).map(|row| row.topic)))
}

async fn decide(
    state: &AppState,
    id: ControlId,
    by: &str,
    word: Decision,
    format: OutputFormat,
) -> anyhow::Result<()> {
    let by = people::named(state, by).await?;
    say(format, &controls::decide(state, &by, id, word).await?)
}

/// A wish, in words or as it is kept.
pub fn say(format: OutputFormat, row: &ControlRow) -> anyhow::Result<()> {
    // What was seen is shown as a document, not as a text inside the JSON.
    let value = serde_json::json!({ "request": row, "document": document(row)? });
    output::value(format, &value, || words(row))
}

fn words(row: &ControlRow) -> String {
    let state = match &row.decision {
        None => "承認待ち".to_owned(),
        Some(decision) if decision.approved => format!("承認({})", decision.by),
        Some(decision) => format!("差し戻し({})", decision.note),
    };
    format!("{}  {}  {}  {}  {state}", row.id, row.action.label_ja(), row.subject, row.requested_by)
}

fn desk_words(desk: &Desk) -> String {
    let mut text = format!("提案 {}件({}現在)\n", desk.proposals.len(), desk.as_of);
    for one in &desk.proposals {
        text.push_str(&format!("{}  {}  {}円  {}\n", one.subject, one.day, one.amount, one.sentence_ja));
    }
    for (title, rows) in [("承認待ち", &desk.waiting), ("決裁済", &desk.decided)] {
        text.push_str(&format!("{title} {}件\n", rows.len()));
        rows.iter().for_each(|row| text.push_str(&(words(row) + "\n")));
    }
    text
}
