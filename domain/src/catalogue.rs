//! What a counter may sell and how it may be paid: price list (単価表), exemptions, payment routes, operators.
//!
//! A [`CounterProfile`] comes from the centre at enrolment and through the inbox; the journal keeps each one by value, so that
//! an entry never needs a table of today to be understood.

use serde::{Deserialize, Serialize};

use crate::{
    id::{BrandCode, ContractId, CounterId, DeviceId, GroundCode, ItemCode, OperatorId, RouteId},
    method::Method,
    money::Yen,
    time::CivilDate,
    year_rule::YearRule,
};

/// 歳入科目 by value, as printed on papers. `kan`, `ko`, … are the budget levels 款・項・目・節.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RevenueAccount {
    /// 会計, e.g. 一般会計.
    pub account: String,
    /// 款
    pub kan: String,
    /// 項
    pub ko: String,
    /// 目
    pub moku: String,
    /// 節
    pub setsu: String,
}

/// 収入の帰属: whose money it is. One payment never mixes owners (DESIGN 3.7).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "owner", rename_all = "snake_case")]
pub enum Owner {
    /// The municipality.
    City,
    /// 指定管理者 under 利用料金制 (地方自治法244条の2第8項).
    DesignatedManager {
        /// Name of the organisation.
        name: String,
    },
    /// Anyone else: executive committee, shop.
    Other {
        /// Name of the organisation.
        name: String,
    },
}

/// 消費税区分.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxClass {
    /// 非課税 (administrative fees)
    NonTaxable,
    /// 課税, price includes 10%
    Taxable10,
    /// 不課税
    OutOfScope,
}

/// One thing on the price list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Stable code.
    pub code: ItemCode,
    /// Name on screens and receipts.
    pub name: String,
    /// English beside it.
    pub name_en: String,
    /// Reading in hiragana, for the search.
    pub reading: String,
    /// Unit price.
    pub price: Yen,
    /// Unit price for groups of [`PriceList::group_minimum_people`] and more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_price: Option<Yen>,
    /// 観覧者区分 of a museum ticket; counted as visitors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visitor_category: Option<String>,
    /// 歳入科目.
    pub account: RevenueAccount,
    /// 所属 that the money belongs to in reports.
    pub section: String,
    /// 収入の帰属.
    pub owner: Owner,
    /// 消費税区分.
    pub tax: TaxClass,
    /// 会計年度所属.
    #[serde(default, skip_serializing_if = "YearRule::is_payment_date")]
    pub year_rule: YearRule,
    /// Methods by which it may not be paid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub barred_methods: Vec<Method>,
}

/// A ground for ¥0 (法定無料・条例免除・公用).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExemptionGround {
    /// Stable code.
    pub code: GroundCode,
    /// Article or reason, as papers print it.
    pub label: String,
    /// Items to which it applies; empty means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ItemCode>,
}

/// 単価表, dated: the newest whose day has come is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceList {
    /// First day.
    pub valid_from: CivilDate,
    /// Items in the order of the screen.
    pub items: Vec<Item>,
    /// Grounds for ¥0.
    pub exemptions: Vec<ExemptionGround>,
    /// People from whom the group price holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_minimum_people: Option<u32>,
}

impl PriceList {
    /// The item of a code.
    #[must_use]
    pub fn item(&self, code: &ItemCode) -> Option<&Item> {
        self.items.iter().find(|item| item.code == *code)
    }

    /// The ground of a code, if it applies to the item.
    #[must_use]
    pub fn ground(&self, code: &GroundCode, item: &ItemCode) -> Option<&ExemptionGround> {
        self.exemptions
            .iter()
            .find(|ground| ground.code == *code && (ground.items.is_empty() || ground.items.contains(item)))
    }
}

/// How a route takes the money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RouteKind {
    /// The drawer; the clerk keys what was tendered.
    CashDrawer,
    /// A terminal on a wire; the amount is sent, the result comes back.
    LinkedTerminal {
        /// The device of the agent's configuration.
        device: DeviceId,
    },
    /// A terminal that is not linked (driver `manual`): the clerk keys brand, slip number and result; provisional until data arrive.
    ManualTerminal {
        /// 端末番号 as its slips print it.
        terminal_id: String,
    },
    /// A printed JPQR sheet: the payer types the amount, the clerk keys wallet and the last four digits of the transaction number.
    StaticSheet {
        /// Numbers (PosID) of the sheets that belong here.
        sheet_numbers: Vec<String>,
    },
    /// 利用券・後納: an organisation pays later. The clerk keys the number of its coupon or approval; the sale is 調定 without 収納
    /// until the organisation's transfer arrives (`domain.md` 8.2). Its contract names who owes.
    Claim {
        /// What the number is called here, e.g. クーポン番号 or 後納承認番号.
        reference_label: String,
    },
    /// 証券: 定額小為替 at face value, carried to the bank with the cash (`papers.md` 1, 払込 = 現金 + 証券).
    Security,
}

impl RouteKind {
    /// Whether a program that knew only payload version 1 of the profile could not read this kind.
    #[must_use]
    pub const fn is_of_second_version(&self) -> bool {
        matches!(self, Self::Claim { .. } | Self::Security)
    }

    /// Whether a terminal stands behind it, with totals of its own (端末日計).
    #[must_use]
    pub const fn is_terminal(&self) -> bool {
        matches!(self, Self::LinkedTerminal { .. } | Self::ManualTerminal { .. })
    }
}

/// A way of paying at this counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRoute {
    /// Stable id.
    pub id: RouteId,
    /// Word on the button.
    pub label: String,
    /// 決済手段.
    pub method: Method,
    /// How it works.
    pub kind: RouteKind,
    /// Brands that it takes; empty for cash.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub brands: Vec<BrandCode>,
    /// 契約 that it settles under; none for cash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractId>,
}

/// Who may work here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// Staff code.
    pub id: OperatorId,
    /// Word on screens (a role or a code, as the city wishes).
    pub label: String,
    /// May act as the second person (出納員).
    pub supervisor: bool,
}

/// Everything the centre tells a counter about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounterProfile {
    /// Name of the municipality.
    pub tenant_name: String,
    /// 施設
    pub facility: String,
    /// 所属
    pub section: String,
    /// The counter.
    pub counter: CounterId,
    /// Name of the counter on papers.
    pub counter_label: String,
    /// Title of the paper for cash.
    pub cash_document_title: String,
    /// Title of the paper for cashless payments (domain.md 5: a trustee's payer gets no 領収書 in many cities).
    pub cashless_document_title: String,
    /// Price lists, oldest first.
    pub price_lists: Vec<PriceList>,
    /// Routes in the order of the screen.
    pub routes: Vec<PaymentRoute>,
    /// Staff.
    pub operators: Vec<Operator>,
}

impl CounterProfile {
    /// The price list in force on a day.
    #[must_use]
    pub fn price_list(&self, on: CivilDate) -> Option<&PriceList> {
        self.price_lists.iter().filter(|list| list.valid_from <= on).max_by_key(|list| list.valid_from)
    }

    /// The route of an id.
    #[must_use]
    pub fn route(&self, id: &RouteId) -> Option<&PaymentRoute> {
        self.routes.iter().find(|route| route.id == *id)
    }

    /// The operator of a staff code.
    #[must_use]
    pub fn operator(&self, id: &OperatorId) -> Option<&Operator> {
        self.operators.iter().find(|operator| operator.id == *id)
    }
}
