//! The month report (収納月報): how the month was paid, day by day, what every contract proved, and what is still open.
//!
//! Invariants: a payment belongs to the month of its 領収日, so a 過日分確定 of another month moves there and nothing is counted twice;
//! revenue is gross, the commission of a travel agent and the acquirers' fees stand beside it; 戻出 is a lane of its own; a share is
//! text made from integers (half up to a tenth of a percent), and where rounded parts do not add up, a note says so. The same facts
//! give the same bytes. Not here: matching (crate `engine`), pages ([`crate::web`]).

mod build;
mod contracts;
mod days;
mod mix;
mod overpaid;
mod refunds;
mod write;
mod year_month;

use std::borrow::Cow;

use domain::{
    catalogue::CounterProfile,
    id::{BrandCode, ContractId, CounterId},
    method::{Method, brand_label},
    money::Yen,
    time::CivilDate,
};
use engine::{
    Verdict,
    outcome::{ContractSheet, Exception, Figure, LateConfirmed, Payout},
};
use serde::{Deserialize, Serialize};

pub use days::taken_on_its_day;
pub(super) use overpaid::{Overpaid, overpaid};
pub use refunds::refund_line;
pub use write::{days_table, mix_table, tables, to_csv, to_json, to_text};
pub use year_month::{NotAMonth, YearMonth};

use super::{
    JobError, contract_rows, contracts_in_force,
    papers::as_of_of_month,
    period, reconcile,
    refund::{Lanes, all_with_lanes},
    report::{OpenUnknown, Reason, open_unknown},
    settled::{Decisions, Settled},
    terms::{TermsChange, waiting},
};
use crate::app::AppState;

/// A line of the mix table: the words of the city's own table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MixKind {
    /// 現金
    Cash,
    /// 証券 (定額小為替), carried to the bank with the cash.
    Security,
    /// クレジットカード
    Credit,
    /// 電子マネー
    ElectronicMoney,
    /// QRコード決済: printed, shown and read codes together.
    Code,
    /// キャッシュレス計: the three above.
    Cashless,
    /// 利用券（クーポン）, assessed and not yet received.
    Voucher,
    /// 後納
    Deferred,
}

/// One line of the mix table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MixRow {
    /// Which line.
    pub kind: MixKind,
    /// The city's word.
    pub method: Cow<'static, str>,
    /// 件数, voided ones not counted.
    pub count: i64,
    /// 円
    pub yen: Yen,
    /// Share of [`Mix::total`] in percent with one decimal, e.g. `2.2`; empty while the total is not positive.
    pub percent: String,
}

/// The mix table (決済手段別収納).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mix {
    /// Lines in the order of papers; a kind without money is left out, the cashless ones never.
    pub rows: Vec<MixRow>,
    /// 収納総額 (gross), all lines but the subtotal.
    pub gross: Yen,
    /// 送客手数料, positive: what the agents of vouchers keep back.
    pub commission: Yen,
    /// Gross less commission.
    pub total: Yen,
    /// The word for it: 観覧料合計 where only tickets are sold, 収納合計 elsewhere.
    pub total_ja: Cow<'static, str>,
    /// What a reader must know of the figures, one Japanese sentence each (worked case C12 of papers.md).
    pub notes: Vec<String>,
}

/// One day of the month, by 領収日.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthDay {
    /// The day.
    pub date: CivilDate,
    /// 現金 and 証券.
    pub cash: Yen,
    /// クレジットカード
    pub credit: Yen,
    /// 電子マネー
    pub electronic_money: Yen,
    /// QRコード決済
    pub code: Yen,
    /// 利用券・後納
    pub claims: Yen,
    /// All of them, 件数 and 円.
    pub total: Figure,
    /// 判定 of the day's report; none for a day of which nothing is known yet.
    pub verdict: Option<Verdict>,
    /// All counters were closed for business (休業).
    pub holiday: bool,
}

/// How good the evidence behind a contract's verdict is (資料の等級).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceGrade {
    /// 明細: every row of the acquirer.
    Rows,
    /// 合計のみ: one row a day.
    Totals,
    /// 手入力: a payment notice or a deposit that two persons entered from paper stands behind it.
    ByHand,
    /// 当方の記録: a contract without statements.
    OwnFigures,
    /// 資料なし: rows are expected and none is here.
    Nothing,
}

impl EvidenceGrade {
    /// The word on papers.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Rows => "明細",
            Self::Totals => "合計のみ",
            Self::ByHand => "手入力",
            Self::OwnFigures => "当方の記録",
            Self::Nothing => "資料なし",
        }
    }
}

/// One contract in the month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractMonth {
    /// 契約
    pub contract: ContractId,
    /// Name on papers.
    pub label_ja: String,
    /// The company.
    pub acquirer_ja: String,
    /// 照合書 of each closing that ends in the month or holds a day of it.
    pub sheets: Vec<ContractSheet>,
    /// 支払予定 of the same closings.
    pub payouts: Vec<Payout>,
    /// 収納 of the month by 領収日.
    pub sales: Figure,
    /// The worst of its sheets and exceptions.
    pub verdict: Verdict,
    /// Its word.
    pub verdict_ja: Cow<'static, str>,
    /// Why, one Japanese sentence.
    pub sentence_ja: String,
    /// 資料の等級
    pub grade: EvidenceGrade,
    /// Its word.
    pub grade_ja: Cow<'static, str>,
    /// A change of the charges waits for a second person, and everything goes by the old ones; in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting_terms: Vec<String>,
    /// Our own figures stand in for a statement, whatever the payment was entered from.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_figures: bool,
}

/// One exception with its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthException {
    /// The class in words.
    pub class_ja: Cow<'static, str>,
    /// What two persons decided about it; its yen stay in every sum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Settled>,
    /// What the run says.
    #[serde(flatten)]
    pub exception: Exception,
}

/// One 過日分確定 of the month, by 領収日 or by the day on which it was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateLine {
    /// 決済手段 and ブランド in words.
    pub method_ja: String,
    /// The sale.
    #[serde(flatten)]
    pub late: LateConfirmed,
}

impl LateLine {
    /// With its words.
    #[must_use]
    pub fn of(late: &LateConfirmed) -> Self {
        let brand = late.brand.as_ref().map(|brand| format!(" {}", brand_label(brand)));
        let method_ja = format!("{}{}", late.method.label_ja(), brand.unwrap_or_default());
        Self { method_ja, late: late.clone() }
    }
}

/// One 戻出 of the month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundLine {
    /// 戻出決裁番号; none while it waits for the second person.
    pub number: Option<u32>,
    /// The sale that is given back.
    pub sale: String,
    /// 窓口
    pub counter: CounterId,
    /// 領収日 of the sale.
    pub received_on: CivilDate,
    /// 還付日
    pub refunded_on: CivilDate,
    /// 決済手段 of the sale.
    pub method: Method,
    /// ブランド
    pub brand: Option<BrandCode>,
    /// Yen given back, positive.
    pub amount: Yen,
    /// 理由
    pub ground: String,
    /// The books that it goes through, with the years.
    #[serde(flatten)]
    pub lanes: Lanes,
    /// The same in words.
    pub lane_ja: String,
    /// Whether a second person approved it.
    pub approved: bool,
}

/// The month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthlyReport {
    /// Name of the municipality.
    pub tenant_name: String,
    /// 年月
    pub month: YearMonth,
    /// The day on which the run stood.
    pub as_of: CivilDate,
    /// 判定: the worst of everything below.
    pub verdict: Verdict,
    /// Its word.
    pub verdict_ja: Cow<'static, str>,
    /// Why, the worst first.
    pub reasons: Vec<Reason>,
    /// How it was paid.
    pub mix: Mix,
    /// Day by day.
    pub days: Vec<MonthDay>,
    /// Contract by contract, in the order of their names on papers.
    pub contracts: Vec<ContractMonth>,
    /// 不一致 of the month.
    pub exceptions: Vec<MonthException>,
    /// 過日分確定
    pub late: Vec<LateLine>,
    /// 戻出
    pub refunds: Vec<RefundLine>,
    /// Sum of the approved ones, positive.
    pub refunded: Yen,
    /// 結果不明 that are still open and whose day lies in the month.
    pub unknowns: Vec<OpenUnknown>,
}

/// The report of a month: as it was signed where its month is signed and no day to stand on is named, else as it can be made now.
///
/// # Errors
/// As [`monthly`].
pub async fn monthly_or_signed(
    state: &AppState,
    month: YearMonth,
    as_of: Option<CivilDate>,
) -> Result<MonthlyReport, JobError> {
    if as_of.is_none()
        && let Some(signed) = period::signed_month(state, month).await?
    {
        return Ok(signed);
    }
    monthly(state, month, as_of).await
}

/// The report of a month, from the newest run that saw everything there is. Without a day to stand on it is looked at from today, or
/// from the last day on which a run still records the whole month.
///
/// # Errors
/// When the store fails or a stored result cannot be read.
pub async fn monthly(
    state: &AppState,
    month: YearMonth,
    as_of: Option<CivilDate>,
) -> Result<MonthlyReport, JobError> {
    let as_of = as_of_of_month(state, month, as_of);
    let current = reconcile::current(state, as_of).await?;
    let mut unit = state.store.snapshot().await?;
    let terms = contracts_in_force(&contract_rows(&mut *unit, state.tenant()).await?, as_of)?;
    let refunds = unit.refunds(state.tenant(), month.first(), month.last()).await?;
    let refunds = refunds.into_iter().filter(|refund| !refund.is_rejected());
    let refunds = all_with_lanes(&mut *unit, state.tenant(), refunds).await?;
    let unknowns = unit.open_unknowns(state.tenant()).await?;
    let unknowns = unknowns.iter().filter(|row| month.holds(row.attempt.business_day));
    let profiles = unit.counters(state.tenant()).await?;
    let header = build::Header {
        tenant_name: state.config.tenant.name.clone(),
        month,
        as_of,
        total_ja: total_ja(profiles.iter().map(|row| &row.profile), month),
        first_open: period::first_open(&mut *unit, state.tenant()).await?,
    };
    let beside = build::Beside {
        overpaid: overpaid(&mut *unit, state.tenant(), month.first()).await?,
        refunds: refunds.iter().map(refund_line).collect(),
        unknowns: unknowns.map(|row| open_unknown(row, as_of)).collect(),
    };
    let controls = unit.controls(state.tenant()).await?;
    let (decisions, waiting) = (Decisions::of(&controls)?, waiting(&controls)?);
    let mut report = build::monthly(header, &current.recorded, &terms, beside);
    for one in &mut report.contracts {
        let own = waiting.iter().filter(|change| change.contract == one.contract);
        one.waiting_terms = own.map(TermsChange::waiting_ja).collect();
    }
    for one in &mut report.exceptions {
        one.settled = decisions.about(&one.exception).cloned();
    }
    Ok(report)
}

/// The facility's own word for the sum: every item on sale is a ticket, or it is not.
fn total_ja<'a>(profiles: impl Iterator<Item = &'a CounterProfile>, month: YearMonth) -> &'static str {
    let mut items = profiles
        .filter_map(|profile| profile.price_list(month.last()))
        .flat_map(|list| &list.items)
        .map(|item| item.visitor_category.is_some())
        .peekable();
    if items.peek().is_some() && items.all(|is_ticket| is_ticket) {
        "観覧料合計"
    } else {
        "収納合計"
    }
}

#[cfg(test)]
mod tests;
