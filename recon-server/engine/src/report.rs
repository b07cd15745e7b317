//! The papers as values: the daily report's lines, the 照合書 per contract and closing, the days.
//!
//! Invariant: shares of fee, payout and deposit on the lines of a closing add up to it; the residual of a sheet is 0 where it is green.

use domain::{
    id::{BrandCode, ContractId, CounterId},
    method::Method,
    money::Yen,
    time::CivilDate,
};
use serde::{Deserialize, Serialize};

use crate::{class::Verdict, matching::Grade, outcome::PayoutState};

/// Count and yen; counts are signed because a refund takes one away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Figure {
    /// 件数
    pub count: i64,
    /// 円
    pub amount: Yen,
}

impl Figure {
    /// A figure.
    #[must_use]
    pub const fn new(count: i64, amount: Yen) -> Self {
        Self { count, amount }
    }

    /// Adds `count` items of `amount` in all. Amounts are bounded on the way in, so the range is never left.
    pub const fn add(&mut self, count: i64, amount: Yen) {
        self.count = self.count.saturating_add(count);
        self.amount = self.amount.saturating_add(amount);
    }

    /// `self + other`.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self::new(self.count.saturating_add(other.count), self.amount.saturating_add(other.amount))
    }

    /// `self - other`.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self::new(self.count.saturating_sub(other.count), self.amount.saturating_sub(other.amount))
    }

    /// Neither items nor yen.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.count == 0 && self.amount.get() == 0
    }
}

/// 端末日計 beside ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminalSide {
    /// What the terminal says.
    pub total: Figure,
    /// Terminal less journal.
    pub difference: Figure,
}

const fn is_nothing(figure: &Figure) -> bool {
    figure.is_zero()
}

/// One line of the daily report: counter × method × brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportLine {
    /// 取扱日
    pub business_day: CivilDate,
    /// 窓口; none for rows whose terminal is not ours.
    pub counter: Option<CounterId>,
    /// 契約; none for cash.
    pub contract: Option<ContractId>,
    /// 決済手段
    pub method: Method,
    /// ブランド
    pub brand: Option<BrandCode>,
    /// 収納, voided ones included.
    pub sales: Figure,
    /// 取消
    pub voids: Figure,
    /// 返金, negative.
    pub refunds: Figure,
    /// Sales less voids and refunds.
    pub net: Figure,
    /// 過日分確定: of the net, paid on an earlier day than this one (領収日 before 取扱日).
    #[serde(default)]
    pub late: Figure,
    /// Of the net, provisional and not confirmed by a row.
    pub provisional: Figure,
    /// 結果不明, not part of the net.
    pub unknown: Figure,
    /// 移行時の未収, not part of the net: it was revenue in the books before this system.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub opening: Figure,
    /// 端末日計; none where there is no terminal (端末なし).
    pub terminal: Option<TerminalSide>,
    /// 会社明細: rows of this line, refunds negative.
    pub reported: Figure,
    /// Whether the statement of this day is here (true for cash).
    pub statement_received: bool,
    /// Share of fee and tax of the closings, positive; the shares of a closing add up to its fee.
    pub fee: Yen,
    /// Share of what the closings will pay.
    pub expected: Yen,
    /// The last day on which a share is expected.
    pub expected_on: Option<CivilDate>,
    /// Share of what arrived.
    pub deposited: Yen,
    /// Reported less net; what is missing while a statement is not here does not count.
    pub difference: Yen,
    /// Breaks of this line added up without sign.
    pub breaks_gross: Yen,
    /// Ids of the exceptions of this line.
    pub exceptions: Vec<String>,
    /// Verdict.
    pub verdict: Verdict,
}

/// 過日分確定: a sale that stands on the books of one day and was paid on an earlier one, because its result was not known before
/// (papers.md 1, 収納日計表). Its closing period and its fiscal year go by the day on which it was paid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LateConfirmed {
    /// 取扱日 on which it became certain.
    pub business_day: CivilDate,
    /// Id of the sale.
    pub sale: String,
    /// 窓口
    pub counter: CounterId,
    /// 契約; none for cash.
    pub contract: Option<ContractId>,
    /// 決済手段
    pub method: Method,
    /// ブランド
    pub brand: Option<BrandCode>,
    /// 領収日
    pub payment_date: CivilDate,
    /// Yen.
    pub amount: Yen,
}

/// 照合書: one closing of one contract, line by line as papers.md has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractSheet {
    /// 契約
    pub contract: ContractId,
    /// Name on papers.
    pub label_ja: String,
    /// First day.
    pub from: CivilDate,
    /// Closing day.
    pub to: CivilDate,
    /// 1 前期末未報告: sales of earlier periods that no earlier statement held.
    pub opening: Figure,
    /// Of 5, 移行時の未収: revenue of the books before this system.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub from_before: Figure,
    /// 2 当方収納 (成立).
    pub sales: Figure,
    /// 3 結果不明 → 明細で成立.
    pub settled_unknowns: Figure,
    /// 4 締め後返金, negative.
    pub refunds: Figure,
    /// 5 会社明細: sales.
    pub reported_sales: Figure,
    /// 5 会社明細: refunds, negative.
    pub reported_refunds: Figure,
    /// 6 翌期繰越 = 1+2+3+4−5, of which known to be a matter of time: reported later or at the cut-off.
    pub carried: Figure,
    /// Of 1+2+3+4−5: the statement is not here (資料未着).
    pub awaiting: Figure,
    /// Of 1+2+3+4−5: breaks, net. Part of the residual.
    pub breaks_net: Figure,
    /// Breaks added up without sign: +1,000 and −1,000 are 2,000 here.
    pub breaks_gross: Yen,
    /// 外書: unknown results of the period.
    pub unknown: Figure,
    /// 7 決済手数料, positive.
    pub fee: Yen,
    /// 7 消費税, positive.
    pub fee_tax: Yen,
    /// 8 支払予定額.
    pub payout: Yen,
    /// 指定日
    pub expected_on: CivilDate,
    /// 9 口座入金.
    pub deposited: Yen,
    /// Day of it.
    pub deposited_on: Option<CivilDate>,
    /// 10 入金未達.
    pub in_transit: Yen,
    /// 10 原因不明差額: everything that neither time nor a missing file explains. Must be 0 for green.
    pub residual: Yen,
    /// State of the payout.
    pub payout_state: PayoutState,
    /// 資料の等級: what the rows behind this page are worth.
    #[serde(default)]
    pub grade: Grade,
    /// Verdict.
    pub verdict: Verdict,
    /// The verdict with its reason, one Japanese sentence.
    pub sentence_ja: String,
}

/// Verdict of one day over all counters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaySummary {
    /// 取扱日
    pub business_day: CivilDate,
    /// The worst of its lines and counter days.
    pub verdict: Verdict,
    /// Sales less voids and refunds of the day, all methods.
    pub net: Figure,
    /// Breaks added up without sign.
    pub breaks_gross: Yen,
    /// Why it is not green, at most one sentence per class.
    pub sentences_ja: Vec<String>,
}
