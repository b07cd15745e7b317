//! A run's result as rows of the store, and back.
//!
//! Invariants: every exception is recorded; links, lines, papers and counter days are recorded for [`RECORDED_DAYS`] before the day of
//! the run, which bounds what a run adds; what is read back is what was written.

use std::collections::BTreeSet;

use domain::id::TenantId;
use engine::{
    Outcome,
    class::Leg,
    facts::CounterDay,
    outcome::{
        ContractSheet, DaySummary, Exception, LateConfirmed, Link, Payout, ReportLine, Side, UnknownDecided,
    },
};
use serde::{Serialize, de::DeserializeOwned};
use store::{
    UnitOfWork,
    matching::{ExceptionRow, LinkMember, LinkRow, ReportLineRow},
};

use super::{Gathered, decide::side_word};
use crate::jobs::JobError;

/// Days before the day of a run for which its links, lines and papers are recorded.
pub const RECORDED_DAYS: i32 = 100;

const LINES: &str = "lines";
const SHEETS: &str = "sheets";
const DAYS: &str = "days";
const PAYOUTS: &str = "payouts";
const COUNTER_DAYS: &str = "counter_days";
const DECISIONS: &str = "decisions";
const LATE: &str = "late";

/// What a run left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Lines of the daily report.
    pub lines: Vec<ReportLine>,
    /// 過日分確定
    pub late: Vec<LateConfirmed>,
    /// 照合書
    pub sheets: Vec<ContractSheet>,
    /// Days.
    pub days: Vec<DaySummary>,
    /// 支払予定
    pub payouts: Vec<Payout>,
    /// State of each counter on each day.
    pub counter_days: Vec<CounterDay>,
    /// What statements say of unknown results.
    pub decisions: Vec<UnknownDecided>,
    /// 不一致
    pub exceptions: Vec<Exception>,
}

/// Rows to be stored.
pub struct Rows {
    /// 突合
    pub links: Vec<LinkRow>,
    /// 不一致
    pub exceptions: Vec<ExceptionRow>,
    /// Papers, line by line.
    pub lines: Vec<ReportLineRow>,
}

impl Recorded {
    /// What of a result is kept.
    #[must_use]
    pub fn of(outcome: &Outcome, gathered: &Gathered) -> Self {
        let first = outcome.as_of.plus_days(-RECORDED_DAYS);
        let days = &gathered.facts.counter_days;
        Self {
            lines: outcome.lines.iter().filter(|line| line.business_day >= first).cloned().collect(),
            late: outcome.late.iter().filter(|late| late.business_day >= first).cloned().collect(),
            sheets: outcome.sheets.iter().filter(|sheet| sheet.to >= first).cloned().collect(),
            days: outcome.days.iter().filter(|day| day.business_day >= first).cloned().collect(),
            payouts: outcome.payouts.iter().filter(|payout| payout.to >= first).cloned().collect(),
            counter_days: days.iter().filter(|day| day.business_day >= first).cloned().collect(),
            decisions: outcome.decisions.clone(),
            exceptions: outcome.exceptions.clone(),
        }
    }
}

/// The rows of a result.
pub fn rows_of(outcome: &Outcome, gathered: &Gathered) -> Result<Rows, JobError> {
    let kept = Recorded::of(outcome, gathered);
    let recent = recent_subjects(&kept, outcome, gathered);
    let mut lines = Vec::new();
    push(&mut lines, LINES, &kept.lines)?;
    push(&mut lines, LATE, &kept.late)?;
    push(&mut lines, SHEETS, &kept.sheets)?;
    push(&mut lines, DAYS, &kept.days)?;
    push(&mut lines, PAYOUTS, &kept.payouts)?;
    push(&mut lines, COUNTER_DAYS, &kept.counter_days)?;
    push(&mut lines, DECISIONS, &kept.decisions)?;
    let links = outcome.links.iter().filter(|link| recent.contains(link.left.as_str()));
    Ok(Rows {
        links: links.map(|link| link_row(link)).collect::<Result<_, _>>()?,
        exceptions: kept.exceptions.iter().map(exception_row).collect::<Result<_, _>>()?,
        lines,
    })
}

/// Sales and payouts whose links are recorded.
fn recent_subjects<'a>(kept: &'a Recorded, outcome: &Outcome, gathered: &'a Gathered) -> BTreeSet<&'a str> {
    let first = outcome.as_of.plus_days(-RECORDED_DAYS);
    let sales = gathered.facts.sales.iter().filter(|sale| sale.business_day >= first);
    sales.map(|sale| sale.id.as_str()).chain(kept.payouts.iter().map(|payout| payout.id.as_str())).collect()
}

fn push<T: Serialize>(
    rows: &mut Vec<ReportLineRow>,
    report: &'static str,
    values: &[T],
) -> Result<(), JobError> {
    for (position, value) in (1..).zip(values) {
        rows.push(ReportLineRow { report: report.to_owned(), position, line: json(report, value)? });
    }
    Ok(())
}

fn link_row(link: &Link) -> Result<LinkRow, JobError> {
    let (left, right) = match link.leg {
        Leg::PayoutDeposit => (Side::Payout, Side::Bank),
        Leg::StatementPayout => (Side::Statement, Side::Payout),
        Leg::JournalStatement | Leg::Counter => (Side::Journal, Side::Statement),
    };
    let member = |side, subject: &str, amount| LinkMember {
        side: side_word(side).to_owned(),
        subject: subject.to_owned(),
        amount,
    };
    Ok(LinkRow {
        link: link.id.clone(),
        leg: word(&link.leg)?,
        stage: word(&link.stage)?,
        members: vec![
            member(left, &link.left, link.left_amount),
            member(right, &link.right, link.right_amount),
        ],
        evidence: json("link", link)?,
    })
}

fn exception_row(exception: &Exception) -> Result<ExceptionRow, JobError> {
    Ok(ExceptionRow {
        exception: exception.id.clone(),
        class: exception.class.code().to_owned(),
        leg: word(&exception.class.leg())?,
        subject: exception.members.first().cloned().unwrap_or_default(),
        amount: exception.amount,
        day: Some(exception.day),
        sentence: exception.sentence_ja.clone(),
        detail: json("exception", exception)?,
    })
}

/// What a run left behind, in the engine's order.
pub async fn read(unit: &mut dyn UnitOfWork, tenant: &TenantId, run: u64) -> Result<Recorded, JobError> {
    let rows = unit.run_exceptions(tenant, run).await?;
    let mut exceptions: Vec<Exception> =
        rows.iter().map(|row| from_json("exception", &row.detail)).collect::<Result<_, _>>()?;
    exceptions.sort_by(|a, b| a.order().cmp(&b.order()));
    Ok(Recorded {
        lines: report(unit, tenant, run, LINES).await?,
        late: report(unit, tenant, run, LATE).await?,
        sheets: report(unit, tenant, run, SHEETS).await?,
        days: report(unit, tenant, run, DAYS).await?,
        payouts: report(unit, tenant, run, PAYOUTS).await?,
        counter_days: report(unit, tenant, run, COUNTER_DAYS).await?,
        decisions: report(unit, tenant, run, DECISIONS).await?,
        exceptions,
    })
}

async fn report<T: DeserializeOwned>(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    run: u64,
    report: &'static str,
) -> Result<Vec<T>, JobError> {
    let rows = unit.run_report(tenant, run, report).await?;
    rows.iter().map(|row| from_json(report, &row.line)).collect()
}

fn json<T: Serialize>(what: &'static str, value: &T) -> Result<String, JobError> {
    serde_json::to_string(value).map_err(|source| JobError::Json { what, source })
}

fn from_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, JobError> {
    serde_json::from_str(text).map_err(|source| JobError::Json { what, source })
}

/// The stable word of a plain enum, as serde writes it.
pub fn word<T: Serialize>(value: &T) -> Result<String, JobError> {
    let json = json("word", value)?;
    Ok(json.trim_matches('"').to_owned())
}
