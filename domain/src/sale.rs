//! A sale (取引) and its lines (明細), with everything by value.

use serde::{Deserialize, Serialize};

use crate::{
    catalogue::{Owner, RevenueAccount, TaxClass},
    id::{AttemptId, BrandCode, ContractId, GroundCode, ItemCode, RouteId},
    method::Method,
    money::{Yen, YenOverflow},
    year_rule::YearRule,
};

/// One line. ¥0 with a ground is a free issue and is counted as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Code of the item.
    pub item: ItemCode,
    /// Its name when it was sold.
    pub name: String,
    /// Copies or persons.
    pub quantity: u32,
    /// Price of one, when it was sold.
    pub unit_price: Yen,
    /// `unit_price × quantity`.
    pub amount: Yen,
    /// Sold at the group price.
    pub group: bool,
    /// Why it is free.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exemption: Option<Exemption>,
    /// 観覧者区分.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visitor_category: Option<String>,
    /// 歳入科目.
    pub account: RevenueAccount,
    /// 所属.
    pub section: String,
    /// 収入の帰属.
    pub owner: Owner,
    /// 消費税区分.
    pub tax: TaxClass,
    /// 会計年度所属, by value.
    #[serde(default, skip_serializing_if = "YearRule::is_payment_date")]
    pub year_rule: YearRule,
}

/// A ground by value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exemption {
    /// Code.
    pub code: GroundCode,
    /// Words.
    pub label: String,
}

/// The total of lines.
///
/// # Errors
/// When the sum leaves the range of yen.
pub fn total(lines: &[Line]) -> Result<Yen, YenOverflow> {
    Yen::try_sum(lines.iter().map(|line| line.amount))
}

/// Whether data outside this counter still have to confirm a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// A linked terminal or cash in the drawer says so.
    Confirmed,
    /// 暫定: a person keyed it; the acquirer's data confirm it.
    Provisional,
}

/// How a completed sale was paid, by value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// 決済手段.
    pub method: Method,
    /// Route.
    pub route: RouteId,
    /// ブランド.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<BrandCode>,
    /// 契約.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractId>,
    /// The attempt that took it; none for cash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<AttemptId>,
    /// What was taken for this sale: its total.
    pub amount: Yen,
    /// お預り, for cash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tendered: Option<Yen>,
    /// お釣り, for cash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<Yen>,
    /// Confirmed or provisional.
    pub standing: Standing,
    /// 端末番号.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminal_id: Option<String>,
    /// 伝票番号.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slip_number: Option<String>,
    /// 承認番号.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval_code: Option<String>,
    /// Sheet number (PosID) of a printed JPQR.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet_number: Option<String>,
    /// Last four digits of the payer's transaction number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer_digits: Option<String>,
}
