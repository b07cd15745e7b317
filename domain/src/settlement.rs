//! Inspection (点検, X) and settlement (日締め精算, Z): one function of the day, so that they cannot drift apart.
//!
//! Invariant: every completed sale of the day stands in exactly one method row; voids are listed beside, never netted away.

use serde::{Deserialize, Serialize};

use crate::{
    id::{AttemptId, BrandCode, ReceiptNumber, RouteId},
    method::Method,
    money::Yen,
    time::{CivilDate, Timestamp},
};

/// Count and amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// 件数
    pub count: u32,
    /// 円
    pub amount: Yen,
}

impl Tally {
    /// One more of `amount`.
    pub fn add(&mut self, amount: Yen) {
        self.count = self.count.saturating_add(1);
        self.amount = self.amount.saturating_add(amount);
    }
}

/// One row per method, route and brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodRow {
    /// 決済手段
    pub method: Method,
    /// Route.
    pub route: RouteId,
    /// ブランド
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<BrandCode>,
    /// Sales completed.
    pub sales: Tally,
    /// Of these, taken back the same day.
    pub voids: Tally,
    /// Of the net, provisional.
    pub provisional: Tally,
}

impl MethodRow {
    /// Sales less voids, in yen.
    #[must_use]
    pub fn net(&self) -> Yen {
        self.sales.amount.saturating_sub(self.voids.amount)
    }

    /// Sales less voids, in number.
    #[must_use]
    pub fn net_count(&self) -> u32 {
        self.sales.count.saturating_sub(self.voids.count)
    }
}

/// One row per item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemRow {
    /// Name of the item.
    pub name: String,
    /// 所属
    pub section: String,
    /// Copies or persons paid for, voided ones not counted.
    pub paid_quantity: u32,
    /// Copies or persons for ¥0 with a ground.
    pub free_quantity: u32,
    /// Yen, voided ones not counted.
    pub amount: Yen,
}

/// 観覧者 by category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitorRow {
    /// 区分
    pub category: String,
    /// 有料・個人
    pub paid_individual: u32,
    /// 有料・団体
    pub paid_group: u32,
    /// 無料
    pub free: u32,
}

/// An unknown result that the day carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownRow {
    /// The attempt.
    pub attempt: AttemptId,
    /// When it was asked for.
    pub at: Timestamp,
    /// 決済手段
    pub method: Method,
    /// ブランド, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<BrandCode>,
    /// Yen in doubt.
    pub amount: Yen,
}

/// 過日分確定: a payment of a day already closed that became known today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateRow {
    /// Its receipt.
    pub receipt_number: ReceiptNumber,
    /// 領収日, which decides its year.
    pub payment_date: CivilDate,
    /// 決済手段
    pub method: Method,
    /// ブランド
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<BrandCode>,
    /// Yen.
    pub amount: Yen,
}

/// Where terminal totals (端末日計) come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TotalsSource {
    /// Read over the wire.
    Wire,
    /// Typed twice by a person, both times alike.
    TypedTwice,
}

/// 端末日計 of one brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminalBrandTotal {
    /// ブランド
    pub brand: BrandCode,
    /// What the terminal says.
    pub tally: Tally,
}

/// 端末日計 of one terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminalTotals {
    /// Route of the terminal.
    pub route: RouteId,
    /// Wire or keyed.
    pub source: TotalsSource,
    /// By brand.
    pub brands: Vec<TerminalBrandTotal>,
}

/// Journal and terminal side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminalDifference {
    /// Route of the terminal.
    pub route: RouteId,
    /// ブランド
    pub brand: BrandCode,
    /// What the journal says, net of voids.
    pub journal: Tally,
    /// What the terminal says.
    pub terminal: Tally,
}

/// Cash of the day: what should be there and what was counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CashPosition {
    /// つり銭準備金 at the opening.
    pub float: Yen,
    /// Cash sales less cash voids.
    pub takings: Yen,
    /// あるべき在高 = float + takings.
    pub expected: Yen,
    /// 実査; none before the count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted: Option<Yen>,
    /// 過不足 = counted − expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Yen>,
    /// 払込 = takings + securities ([`Settlement::securities`]). A surplus is kept apart, a shortage is reported (亡失), never topped up from the float (papers C9).
    pub pay_in: Yen,
}

/// The whole day up to now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// 取扱日
    pub date: CivilDate,
    /// 締め回, from 1.
    pub cut: u32,
    /// By method, route and brand.
    pub methods: Vec<MethodRow>,
    /// By item.
    pub items: Vec<ItemRow>,
    /// By visitor category.
    pub visitors: Vec<VisitorRow>,
    /// Cash.
    pub cash: CashPosition,
    /// 端末日計 as recorded.
    pub terminal_totals: Vec<TerminalTotals>,
    /// Every brand whose terminal total differs from the journal.
    pub terminal_differences: Vec<TerminalDifference>,
    /// 結果不明 open now.
    pub unknowns: Vec<UnknownRow>,
    /// 過日分確定: what became known today of days already closed; in no method row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<LateRow>,
    /// First and last receipt number of the cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipts: Option<(ReceiptNumber, ReceiptNumber)>,
    /// Receipts whose sale was taken back; the numbers stay.
    pub voided_receipts: Vec<ReceiptNumber>,
}

impl Settlement {
    /// Sales of all methods.
    #[must_use]
    pub fn sales_total(&self) -> Tally {
        self.methods.iter().fold(Tally::default(), |sum, row| Tally {
            count: sum.count.saturating_add(row.sales.count),
            amount: sum.amount.saturating_add(row.sales.amount),
        })
    }

    /// Voids of all methods.
    #[must_use]
    pub fn voids_total(&self) -> Tally {
        self.methods.iter().fold(Tally::default(), |sum, row| Tally {
            count: sum.count.saturating_add(row.voids.count),
            amount: sum.amount.saturating_add(row.voids.amount),
        })
    }

    /// 証券, net of voids: of the pay-in, what is paper and not cash.
    #[must_use]
    pub fn securities(&self) -> Yen {
        net_of(&self.methods, Method::is_security)
    }

    /// 調定のみ・未収納: 利用券 and 後納, net of voids. Revenue of the day whose money an organisation still owes.
    #[must_use]
    pub fn uncollected(&self) -> Yen {
        net_of(&self.methods, Method::is_claim)
    }

    /// Sales less voids.
    #[must_use]
    pub fn net_total(&self) -> Yen {
        self.sales_total().amount.saturating_sub(self.voids_total().amount)
    }
}

/// What the rows of some methods come to, net of voids.
pub(crate) fn net_of(methods: &[MethodRow], of: impl Fn(Method) -> bool) -> Yen {
    let rows = methods.iter().filter(|row| of(row.method));
    rows.fold(Yen::ZERO, |sum, row| sum.saturating_add(row.net()))
}
