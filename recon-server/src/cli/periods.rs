//! `recon-server lock` and `recon-server reopen`: signing a month, and asking to open it again.
//!
//! Invariant: a month is opened again only by two persons; the second one approves with `confirm approve`.

use clap::Args;
use domain::id::ContractId;
use store::controls::{ControlAction, ControlTopic};

use super::{Ended, OutputFormat, controls::say, output, people};
use crate::{
    app::AppState,
    jobs::{
        controls::{self, NewControl},
        month::YearMonth,
        period::{self, Lock, NewLock},
    },
};

/// Which month to sign.
#[derive(Debug, Args)]
pub struct LockArgs {
    /// 年月。省くと、これまでの締めを並べる
    #[arg(value_name = "YYYY-MM", requires = "by")]
    month: Option<YearMonth>,
    /// この契約の締めだけ
    #[arg(long, value_name = "ID")]
    contract: Option<ContractId>,
    /// 判定が「一致」でない月を締める理由
    #[arg(long, default_value = "")]
    reason: String,
    /// 締める利用者
    #[arg(long, value_name = "USER")]
    by: Option<String>,
}

/// Which lock to open again.
#[derive(Debug, Args)]
pub struct ReopenArgs {
    /// 締め番号 (lock で並ぶ番号)
    lock: u64,
    /// 理由
    #[arg(long)]
    reason: String,
    /// 申請する利用者
    #[arg(long, value_name = "USER")]
    by: String,
}

/// Signs a month, or lists what is signed.
pub async fn lock(state: &AppState, args: LockArgs, format: OutputFormat) -> anyhow::Result<Ended> {
    let (Some(month), Some(by)) = (args.month, args.by) else {
        let locks = period::list(state).await?;
        output::value(format, &locks, || locks.iter().map(|one| words(one) + "\n").collect())?;
        return Ok(Ended::Done);
    };
    let by = people::named(state, &by).await?;
    let new = NewLock { month, contract: args.contract, reason: args.reason };
    let row = period::lock(state, &by, new).await?;
    output::value(format, &row, || {
        format!("{}を締めました。締め番号 {}、照合 {}。", month.to_japanese(), row.number, row.run)
    })?;
    Ok(Ended::Done)
}

fn words(lock: &Lock) -> String {
    let row = &lock.row;
    let scope = row.contract.as_ref().map_or_else(|| "すべて".to_owned(), ToString::to_string);
    let state = match (row.state, lock.in_force) {
        (store::controls::LockState::Locked, true) => "締め済み",
        (store::controls::LockState::Locked, false) => "戻された締め",
        (store::controls::LockState::Reopened, _) => "締めを戻した",
    };
    format!("{}  {}  {scope}  {state}  照合{}  {}", row.number, lock.month.to_japanese(), row.run, row.actor)
}

/// Asks to open a lock again.
pub async fn reopen(state: &AppState, args: ReopenArgs, format: OutputFormat) -> anyhow::Result<Ended> {
    let by = people::named(state, &args.by).await?;
    let new = NewControl {
        id: controls::new_id(state)?,
        topic: ControlTopic::Period,
        action: ControlAction::Reopen,
        subject: args.lock.to_string(),
        reason: args.reason,
        valid_from: None,
    };
    say(format, &controls::request(state, &by, new).await?)?;
    Ok(Ended::Done)
}
