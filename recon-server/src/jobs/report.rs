//! The daily report (収納日報): one day, every counter, from the tap to the bank line.
//!
//! Invariants: the same facts give the same bytes; missing is not green — a counter day that is not
//! delivered or a file that is not here makes the verdict 未確定; breaks stand gross beside the net. Not here: matching (crate
//! `engine`), screens ([`crate::web`]).

mod build;
mod csv;
mod lists;
mod table;
mod text;

use std::borrow::Cow;

use domain::{
    id::{AttemptId, BrandCode, CounterId, Incarnation, SequenceNumber},
    method::Method,
    money::Yen,
    time::{CivilDate, Timestamp},
};
use engine::{
    Verdict,
    facts::CounterDayState,
    outcome::{ContractSheet, Exception, Figure, Payout, ReportLine},
};
use serde::{Deserialize, Serialize};

pub(super) use build::{reasons_within, tell_decisions};
pub use csv::to_csv;
pub(super) use lists::open_unknown;
pub use table::tables;
pub use text::to_text;

use super::{
    JobError,
    month::LateLine,
    period,
    reconcile::{self, RECORDED_DAYS},
};
use crate::app::AppState;

/// Figures of a subtotal or total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Figures {
    /// 収納, voided ones included.
    pub sales: Figure,
    /// 取消
    pub voids: Figure,
    /// 返金, negative.
    pub refunds: Figure,
    /// 純額
    pub net: Figure,
    /// Of the net, provisional and not confirmed.
    pub provisional: Figure,
    /// 結果不明, not part of the net.
    pub unknown: Figure,
    /// 端末日計 of the lines that have one; none where no line has.
    pub terminal: Option<Figure>,
    /// 会社明細
    pub reported: Figure,
    /// Fee and its tax, positive.
    pub fee: Yen,
    /// 入金予定額
    pub expected: Yen,
    /// 入金額
    pub deposited: Yen,
    /// 差異, signed.
    pub difference: Yen,
    /// Breaks added up without sign.
    pub breaks_gross: Yen,
}

/// One line with its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// 決済手段
    pub method_ja: String,
    /// ブランド
    pub brand_ja: Option<String>,
    /// The word of the verdict.
    pub verdict_ja: Cow<'static, str>,
    /// The figures, as the engine has them.
    #[serde(flatten)]
    pub line: ReportLine,
}

/// One counter of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounterBlock {
    /// 窓口; none for statement rows whose terminal is not ours.
    pub counter: Option<CounterId>,
    /// Its name.
    pub label: String,
    /// 施設
    pub facility: String,
    /// 所属
    pub section: String,
    /// State of its day.
    pub state: Option<CounterDayState>,
    /// The same in words.
    pub state_ja: Cow<'static, str>,
    /// The worst of its lines and its state.
    pub verdict: Verdict,
    /// Lines in the order of the papers.
    pub rows: Vec<Row>,
    /// 小計
    pub subtotal: Figures,
}

/// One reason why the day is not green.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// How bad.
    pub verdict: Verdict,
    /// One Japanese sentence.
    pub sentence_ja: String,
}

/// A result that nobody can tell yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenUnknown {
    /// The attempt.
    pub attempt: AttemptId,
    /// 窓口
    pub counter: CounterId,
    /// 取扱日
    pub business_day: CivilDate,
    /// When it was asked for.
    pub at: Timestamp,
    /// 決済手段
    pub method: Method,
    /// ブランド, where known.
    pub brand: Option<BrandCode>,
    /// Yen in doubt.
    pub amount: Yen,
    /// Days since.
    pub days: i32,
    /// Last day on which the operator can be asked, where one is published.
    pub inquiry_until: Option<CivilDate>,
    /// What a statement says of it meanwhile; the counter has been told and has not answered yet.
    pub decided_ja: Option<String>,
}

/// An entry that somebody has to look at: beside its journal, not understood, a stray result, money that may have to go back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OddEntry {
    /// 窓口
    pub counter: CounterId,
    /// 世代
    pub incarnation: Incarnation,
    /// Position that it claims.
    pub sequence_number: SequenceNumber,
    /// Frozen number of its kind.
    pub kind: u16,
    /// Money that it speaks of.
    pub amount: Option<Yen>,
    /// How bad it is.
    pub verdict: Verdict,
    /// Why it is listed, one Japanese sentence.
    pub sentence_ja: String,
}

/// The report of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DailyReport {
    /// Name of the municipality.
    pub tenant_name: String,
    /// 取扱日
    pub date: CivilDate,
    /// The day on which the run stood.
    pub as_of: CivilDate,
    /// Number of the run that it is made from.
    pub run: u64,
    /// Journals have moved on since that run; the figures know it.
    pub live: bool,
    /// 判定
    pub verdict: Verdict,
    /// Its word.
    pub verdict_ja: Cow<'static, str>,
    /// Why, the worst first.
    pub reasons: Vec<Reason>,
    /// By counter.
    pub counters: Vec<CounterBlock>,
    /// 合計
    pub total: Figures,
    /// 照合書 of the closings that hold this day.
    pub sheets: Vec<ContractSheet>,
    /// 支払予定 of the same closings.
    pub payouts: Vec<Payout>,
    /// 不一致 of this day.
    pub exceptions: Vec<Exception>,
    /// 過日分確定: paid on an earlier day, known on this one (DESIGN 3.10).
    pub late: Vec<LateLine>,
    /// 結果不明 up to this day.
    pub unknowns: Vec<OpenUnknown>,
    /// Entries of this day that somebody has to look at.
    pub odd_entries: Vec<OddEntry>,
}

/// The report of a day: as it was signed where its month is signed, else from the newest run that saw everything there is.
///
/// # Errors
/// When the store fails or a stored result cannot be read.
pub async fn daily(state: &AppState, date: CivilDate) -> Result<DailyReport, JobError> {
    daily_or_signed(state, date, None).await
}

/// The same as seen from a day; the signed report where none is named and there is one.
///
/// # Errors
/// As [`daily`].
pub async fn daily_or_signed(
    state: &AppState,
    date: CivilDate,
    as_of: Option<CivilDate>,
) -> Result<DailyReport, JobError> {
    if as_of.is_none()
        && let Some(signed) = period::signed_day(state, date).await?
    {
        return Ok(signed);
    }
    daily_as_of(state, date, as_of).await
}

/// The report of a day as it stood on another, later day; today where none is named.
///
/// # Errors
/// As [`daily`].
pub async fn daily_as_of(
    state: &AppState,
    date: CivilDate,
    as_of: Option<CivilDate>,
) -> Result<DailyReport, JobError> {
    // An old day is looked at from the last day on which a run still records it; money has long arrived by then.
    let as_of = as_of.unwrap_or_else(|| state.today()).min(date.plus_days(RECORDED_DAYS));
    let current = reconcile::current(state, as_of).await?;
    let mut unit = state.store.snapshot().await?;
    let lists = lists::read(&mut *unit, state.tenant(), date, as_of).await?;
    let counters = unit.counters(state.tenant()).await?;
    let tenant_name = state.config.tenant.name.clone();
    let header = build::Header { tenant_name, date, as_of, run: current.run, live: current.live };
    Ok(build::daily(header, &current.recorded, &counters, lists))
}

/// The report as JSON with a final line break; the same report gives the same bytes.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn to_json(report: &DailyReport) -> Result<String, JobError> {
    let json = serde_json::to_string_pretty(report)
        .map_err(|source| JobError::Json { what: "daily report", source })?;
    Ok(json + "\n")
}
