//! `recon-server refund …`: 戻出 by two persons, as the pages have it.
//!
//! Invariant: who asks and who decides are users of the centre, named with `--by` and active; the rule that they are two persons is the
//! job's ([`crate::jobs::refund`]), not this file's.

use anyhow::Context;
use clap::{Subcommand, ValueEnum};
use domain::{id::SaleId, money::Yen, time::CivilDate};
use store::refunds::{RefundId, RefundWay};

use super::{Ended, OutputFormat, output, people};
use crate::{
    app::AppState,
    jobs::{
        refund::{self, NewRefund, Refund},
        second_person::Decision,
    },
};

/// Days before today that a list without a first day goes back.
const LIST_DAYS: i32 = 100;

/// What to do with refunds.
#[derive(Debug, Subcommand)]
pub enum RefundCommand {
    /// 返金(戻出)を並べる
    List {
        /// 返金日の最初。省くと100日前
        #[arg(long, value_name = "YYYY-MM-DD")]
        from: Option<CivilDate>,
        /// 返金日の最後。省くと今日
        #[arg(long, value_name = "YYYY-MM-DD")]
        to: Option<CivilDate>,
    },
    /// 返金を申請する。別の人が承認するまで有効にならない
    Request {
        /// 取引ID
        #[arg(long, value_name = "ID")]
        sale: SaleId,
        /// 返金額(円)
        #[arg(long, value_name = "YEN", value_parser = clap::value_parser!(i64).range(1..))]
        amount: i64,
        /// 返金理由
        #[arg(long)]
        ground: String,
        /// 返金方法
        #[arg(long, value_enum)]
        way: WayWord,
        /// 返金日。省くと今日
        #[arg(long, value_name = "YYYY-MM-DD")]
        refunded_on: Option<CivilDate>,
        /// 申請する利用者
        #[arg(long, value_name = "USER")]
        by: String,
    },
    /// 返金を承認する(申請した人にはできない)
    Approve {
        /// 返金ID
        refund: RefundId,
        /// 決裁する利用者
        #[arg(long, value_name = "USER")]
        by: String,
        /// 備考
        #[arg(long, default_value = "")]
        note: String,
    },
    /// 返金を差し戻す
    Reject {
        /// 返金ID
        refund: RefundId,
        /// 決裁する利用者
        #[arg(long, value_name = "USER")]
        by: String,
        /// 差し戻す理由
        #[arg(long)]
        note: String,
    },
}

/// A way of giving back on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WayWord {
    /// 決済会社を通じて
    Acquirer,
    /// 口座振込
    BankTransfer,
}

impl From<WayWord> for RefundWay {
    fn from(word: WayWord) -> Self {
        match word {
            WayWord::Acquirer => Self::Acquirer,
            WayWord::BankTransfer => Self::BankTransfer,
        }
    }
}

/// Runs a refund command.
pub async fn run(state: &AppState, command: RefundCommand, format: OutputFormat) -> anyhow::Result<Ended> {
    match command {
        RefundCommand::List { from, to } => list(state, from, to, format).await?,
        RefundCommand::Request { sale, amount, ground, way, refunded_on, by } => {
            let refund = refund::new_id(state)?;
            let refunded_on = refunded_on.unwrap_or_else(|| state.today());
            let new =
                NewRefund { refund, sale, amount: Yen::new(amount), ground, way: way.into(), refunded_on };
            let by = people::named(state, &by).await?;
            say(format, &refund::request(state, &by, new).await?)?;
        }
        RefundCommand::Approve { refund, by, note } => {
            decide(state, refund, &by, Decision { approved: true, note }, format).await?;
        }
        RefundCommand::Reject { refund, by, note } => {
            decide(state, refund, &by, Decision { approved: false, note }, format).await?;
        }
    }
    Ok(Ended::Done)
}

async fn decide(
    state: &AppState,
    refund: RefundId,
    by: &str,
    decision: Decision,
    format: OutputFormat,
) -> anyhow::Result<()> {
    let by = people::named(state, by).await?;
    say(format, &refund::decide(state, &by, refund, decision).await?)
}

async fn list(
    state: &AppState,
    from: Option<CivilDate>,
    to: Option<CivilDate>,
    format: OutputFormat,
) -> anyhow::Result<()> {
    let to = to.unwrap_or_else(|| state.today());
    let from = from.unwrap_or_else(|| to.plus_days(-LIST_DAYS));
    let refunds = refund::list(state, from, to).await.context("list refunds")?;
    output::value(format, &refunds, || {
        if refunds.is_empty() {
            return format!("{from}から{to}までの返金はありません。");
        }
        refunds.iter().map(|refund| words(refund) + "\n").collect()
    })
}

fn say(format: OutputFormat, refund: &Refund) -> anyhow::Result<()> {
    output::value(format, refund, || words(refund))
}

fn words(refund: &Refund) -> String {
    let row = &refund.row;
    let state = match (&row.decision, row.number) {
        (None, _) => "決裁待ち".to_owned(),
        (Some(decision), _) if !decision.approved => format!("差し戻し({})", decision.note),
        (Some(_), Some(number)) => format!("承認 戻出決裁番号 {number}"),
        (Some(_), None) => "承認".to_owned(),
    };
    format!(
        "{}  {}円  領収日 {}  返金日 {}  {}  {}  {state}",
        row.refund,
        row.amount,
        row.original_payment_date,
        row.refunded_on,
        row.way.label_ja(),
        refund.lanes.to_japanese()
    )
}
