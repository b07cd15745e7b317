//! 収納日計表: one day of one counter (or of all), item by item and method by method, with the month to date, cash, receipts (papers.md 1).
//!
//! Invariants: every sale of the day that was not taken back stands in exactly one item row and one method column per line; what was
//! paid on an earlier day (過日分確定) stands in the month's sum and in no row; 戻出 is a lane of its own; the sums come from the sales
//! and are compared with the counter's own settlement, and what does not agree is written out. What two persons set aside stands below the
//! table with its count and yen, and changes no figure. A day that is not closed says so.
//! Not here: matching (crate `engine`); the month to date comes from the run's lines.

mod build;
mod desk;
mod layout;
mod read;
mod receipts;
mod words;

use std::borrow::Cow;

use domain::{
    id::CounterId,
    method::Method,
    money::Yen,
    settlement::TerminalDifference,
    time::{CivilDate, FiscalYear, Timestamp},
};
use engine::{Verdict, outcome::Figure};
use serde::{Deserialize, Serialize};

pub use read::{day_sheet_as_of, day_sheets_as_of};

use super::table::PaperTable;
use crate::jobs::{month::RefundLine, settled::SettledWord};

/// Yen by the columns of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ByMethod {
    /// 現金
    pub cash: Yen,
    /// 証券
    pub security: Yen,
    /// クレジット
    pub credit: Yen,
    /// 電子マネー
    pub electronic_money: Yen,
    /// コード
    pub code: Yen,
    /// 利用券・後納: 調定 without 収納.
    pub claims: Yen,
}

/// Quantities and yen of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ItemFigures {
    /// 有料, in copies or persons.
    pub paid: i64,
    /// 無料
    pub free: i64,
    /// Yen by method.
    pub by_method: ByMethod,
    /// 計
    pub total: Yen,
}

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemLine {
    /// 所属 that the money belongs to.
    pub section: String,
    /// 節
    pub setsu: String,
    /// Its name when it was sold.
    pub name: String,
    /// Its prices, lowest first; several where a group price was used.
    pub prices: Vec<Yen>,
    /// Figures.
    pub figures: ItemFigures,
}

/// 月計 by 領収日, of the month that holds the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MonthToDate {
    /// 前日まで
    pub before: Yen,
    /// 本日
    pub today: Yen,
    /// 過日分確定 of today whose 領収日 lies in this month.
    pub late: Yen,
    /// 月計: the three above.
    pub total: Yen,
    /// 戻出 of the month up to this day, positive.
    pub refunded: Yen,
    /// 差引
    pub balance: Yen,
}

/// A payment of an earlier day that became certain on this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateItem {
    /// 領収日
    pub payment_date: CivilDate,
    /// Method and brand in words.
    pub method_ja: String,
    /// Yen.
    pub amount: Yen,
}

/// 取消 of one method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoidLine {
    /// 決済手段
    pub method: Method,
    /// Count and yen.
    pub figure: Figure,
}

/// Exceptions of the day about which two persons decided although no evidence explains them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// What was decided.
    pub word: SettledWord,
    /// Its word on papers.
    pub word_ja: Cow<'static, str>,
    /// How many, and their yen without sign.
    pub figure: Figure,
}

/// A result in doubt at the close of the day (or now, where the day is open).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoubtLine {
    /// When it was asked for.
    pub at: Timestamp,
    /// Method or brand in words.
    pub method_ja: String,
    /// Yen in doubt.
    pub amount: Yen,
    /// Days within which the operator must be asked, where published.
    pub inquiry_days: Option<u16>,
    /// 照会期限
    pub inquiry_until: Option<CivilDate>,
    /// It was asked for on this day; `false` where it is carried from an earlier one.
    pub of_today: bool,
}

/// 領収書番号 of one counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptRange {
    /// 窓口
    pub counter: CounterId,
    /// First number.
    pub first: u32,
    /// Last number.
    pub last: u32,
    /// 有効
    pub valid: usize,
    /// 取消
    pub voided: usize,
    /// 欠番 by number, at most [`GAPS_MAX`].
    pub gaps: Vec<u32>,
    /// All of them.
    pub gap_count: u32,
}

/// Most gaps that are listed by number.
pub const GAPS_MAX: usize = 50;

/// One opening of one counter up to its close.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// 窓口
    pub counter: CounterId,
    /// 締め回
    pub cut: u32,
    /// Who opened, as the counter's profile calls them.
    pub opened_by: String,
    /// Who closed; none while open.
    pub closed_by: Option<String>,
    /// つり銭準備金
    pub float: Yen,
    /// What the close says; none while open.
    pub close: Option<CutClose>,
}

/// The close of a cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutClose {
    /// 現金収納
    pub takings: Yen,
    /// 証券
    pub securities: Yen,
    /// あるべき在高
    pub expected: Yen,
    /// 実査
    pub counted: Option<Yen>,
    /// 過不足
    pub difference: Option<Yen>,
    /// 払込 = 現金 + 証券.
    pub pay_in: Yen,
    /// 差異理由
    pub reason: Option<String>,
    /// 鎖の先頭ハッシュ
    pub chain_head: String,
    /// Sales less voids of all methods, as the counter settled.
    pub net: Yen,
    /// Copies or persons, paid and free, as the counter settled.
    pub quantity: i64,
    /// Terminals that differ from the journal.
    pub terminal_differences: Vec<TerminalDifference>,
}

/// The paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaySheet {
    /// Name of the municipality.
    pub tenant_name: String,
    /// 取扱日
    pub date: CivilDate,
    /// 年度
    pub fiscal_year: FiscalYear,
    /// 会計 of what was sold.
    pub accounts: Vec<String>,
    /// 窓口; none for all counters together.
    pub counter: Option<CounterId>,
    /// Its name.
    pub label: String,
    /// 施設
    pub facility: String,
    /// 所属
    pub section: String,
    /// 発行番号: counter and day, the same for every print of the same day.
    pub number: String,
    /// 判定 of the paper itself.
    pub verdict: Verdict,
    /// Its word.
    pub verdict_ja: Cow<'static, str>,
    /// Why it is not green, one Japanese sentence each.
    pub reasons: Vec<String>,
    /// Openings of the day.
    pub cuts: Vec<Cut>,
    /// Items, by section and name.
    pub items: Vec<ItemLine>,
    /// 計
    pub total: ItemFigures,
    /// What is counted: 通 or 人.
    pub unit: Cow<'static, str>,
    /// 月計
    pub month: MonthToDate,
    /// 過日分確定
    pub late: Vec<LateItem>,
    /// 戻出 of the month up to this day, approved ones.
    pub refunds: Vec<RefundLine>,
    /// 取消 by method.
    pub voids: Vec<VoidLine>,
    /// 結果不明
    pub doubts: Vec<DoubtLine>,
    /// What two persons set aside, one line a word; who they were is in the audit log. Papers that were signed before have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set_aside: Vec<SetAside>,
    /// 領収書番号, one range a counter.
    pub receipts: Vec<ReceiptRange>,
}

impl ByMethod {
    /// The column of a method.
    pub(super) const fn side(&mut self, method: Method) -> &mut Yen {
        match method {
            Method::Cash => &mut self.cash,
            Method::PostalOrder => &mut self.security,
            Method::Credit => &mut self.credit,
            Method::ElectronicMoney => &mut self.electronic_money,
            Method::CodeStatic | Method::CodeDynamic | Method::CodeConsumerPresented => &mut self.code,
            Method::Voucher | Method::Deferred => &mut self.claims,
        }
    }
}

impl DaySheet {
    /// Every cut of the day is closed, and there is one.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        !self.cuts.is_empty() && self.cuts.iter().all(|cut| cut.close.is_some())
    }

    /// 発行: paid and free, as the counters settled; none while a cut is open.
    #[must_use]
    pub fn settled_quantity(&self) -> Option<i64> {
        let closes = self.cuts.iter().map(|cut| cut.close.as_ref().map(|close| close.quantity));
        if self.is_closed() { closes.sum() } else { None }
    }

    /// The paper laid out.
    #[must_use]
    pub fn table(&self) -> PaperTable {
        layout::table(self)
    }
}

#[cfg(test)]
mod tests;
