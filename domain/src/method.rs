//! How a citizen pays: method, brand, and each brand's rules for an unknown result, as data with their sources.

use serde::{Deserialize, Serialize};

use crate::{id::BrandCode, time::CivilDate};

/// 決済手段.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// 現金
    Cash,
    /// クレジットカード
    Credit,
    /// 電子マネー
    ElectronicMoney,
    /// コード決済: a printed sheet, the payer types the amount
    CodeStatic,
    /// コード決済: a code for this amount
    CodeDynamic,
    /// コード決済: the payer shows a code
    CodeConsumerPresented,
    /// 利用券（クーポン）: who issued it pays later
    Voucher,
    /// 後納: who was allowed to pays later
    Deferred,
    /// 証券（定額小為替）
    PostalOrder,
}

impl Method {
    /// Every method, in the order in which papers list them.
    pub const ALL: [Self; 9] = [
        Self::Cash,
        Self::Voucher,
        Self::PostalOrder,
        Self::Credit,
        Self::ElectronicMoney,
        Self::CodeStatic,
        Self::CodeDynamic,
        Self::CodeConsumerPresented,
        Self::Deferred,
    ];

    /// The word on screens and papers.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Cash => "現金",
            Self::Credit => "クレジットカード",
            Self::ElectronicMoney => "電子マネー",
            Self::CodeStatic => "コード決済（印刷QR）",
            Self::CodeDynamic => "コード決済（画面QR）",
            Self::CodeConsumerPresented => "コード決済（読取）",
            Self::Voucher => "利用券（クーポン）",
            Self::Deferred => "後納",
            Self::PostalOrder => "証券（定額小為替）",
        }
    }

    /// The stable word in files and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Credit => "credit",
            Self::ElectronicMoney => "electronic_money",
            Self::CodeStatic => "code_static",
            Self::CodeDynamic => "code_dynamic",
            Self::CodeConsumerPresented => "code_consumer_presented",
            Self::Voucher => "voucher",
            Self::Deferred => "deferred",
            Self::PostalOrder => "postal_order",
        }
    }

    /// 調定 without 収納: an organisation pays later and nothing is in the drawer (`domain.md` 8.2).
    #[must_use]
    pub const fn is_claim(self) -> bool {
        matches!(self, Self::Voucher | Self::Deferred)
    }

    /// Paper at face value that goes to the bank with the cash.
    #[must_use]
    pub const fn is_security(self) -> bool {
        matches!(self, Self::PostalOrder)
    }

    /// What the number of its coupon, approval, paper or slip is called on screens and papers.
    #[must_use]
    pub const fn reference_ja(self) -> &'static str {
        match self {
            Self::Voucher => "券番号",
            Self::Deferred => "後納承認番号",
            Self::PostalOrder => "証券番号",
            Self::CodeStatic | Self::CodeDynamic | Self::CodeConsumerPresented => "決済番号",
            _ => "伝票番号",
        }
    }

    /// The method of a stable word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.code() == code)
    }
}

/// What an unknown result counts as until evidence comes (処理未了 table).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhileUnknown {
    /// Not a sale until the next touch or a statement proves it.
    NotASaleUntilProved,
    /// A sale until it is found not done.
    SaleUntilDisproved,
    /// Not a sale; the payment is done again.
    NotASale,
}

/// The days on which a brand can be paid with; both ends belong to it, and no end means no known end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// First day.
    pub from: Option<CivilDate>,
    /// Last day.
    pub until: Option<CivilDate>,
}

impl Validity {
    /// No known first and last day.
    pub const ALWAYS: Self = Self { from: None, until: None };

    /// Up to and with a day.
    const fn until(last: CivilDate) -> Self {
        Self { from: None, until: Some(last) }
    }

    /// Whether a day is within.
    #[must_use]
    pub fn holds(self, on: CivilDate) -> bool {
        self.from.is_none_or(|first| first <= on) && self.until.is_none_or(|last| on <= last)
    }
}

/// What is known of a brand.
#[derive(Debug, Clone, Copy)]
pub struct BrandRule {
    /// Stable word.
    pub code: &'static str,
    /// Name on screens and papers.
    pub label: &'static str,
    /// Its method.
    pub method: Method,
    /// What an unknown result counts as.
    pub while_unknown: WhileUnknown,
    /// Days within which the operator must be asked, where one is published.
    pub inquiry_days: Option<u16>,
    /// The check that the clerk makes with the citizen, step by step, in plain Japanese.
    pub check_ja: &'static [&'static str],
    /// When it can be paid with.
    pub validity: Validity,
    /// Where the rule is from.
    pub source: &'static str,
}

const CHECK_CARD: &[&str] = &[
    "端末の画面に「取引成立」「取引不成立」のどちらが出ているか見てください。",
    "端末の「直前取引」または「再印字」で、同じ金額の売上票が出るか確かめてください。",
];
const CHECK_BALANCE: &[&str] = &[
    "同じカードで端末の「残高照会」をしてください。",
    "支払前の残高（売上票や端末の表示）と比べてください。減っていれば「支払済み」です。",
    "減っていなければ「支払われていない」です。もう一度支払ってもらえます。",
];
const CHECK_TRANSIT: &[&str] = &[
    "同じカードで「残高照会」をし、支払前の残高と比べてください。減っていれば「支払済み」です。",
    "次に同じカードが触れるまで端末では確定しません。お客様が帰られたら一覧に残してください。",
    "照会は55日以内です。期限は一覧に出ます。",
];
const CHECK_CODE: &[&str] = &[
    "お客様のアプリの「取引履歴」を開いてもらい、金額・時刻・取引番号を見てください。",
    "履歴に「支払い完了」があれば取引番号の下4桁を入れて成立にします。",
    "履歴に無ければ、管理画面の取引明細で確かめるまで確定しません。",
];

macro_rules! brand {
    ($code:literal, $label:literal, $method:ident, $unknown:ident, $days:expr, $check:expr, $source:literal) => {
        brand!($code, $label, $method, $unknown, $days, $check, $source, Validity::ALWAYS)
    };
    ($code:literal, $label:literal, $method:ident, $unknown:ident, $days:expr, $check:expr, $source:literal, $validity:expr) => {
        BrandRule {
            code: $code,
            label: $label,
            method: Method::$method,
            while_unknown: WhileUnknown::$unknown,
            inquiry_days: $days,
            check_ja: $check,
            validity: $validity,
            source: $source,
        }
    };
}

/// The brand table. A brand that is not here is kept under its own code and treated as not a sale until proved.
pub const BRANDS: &[BrandRule] = &[
    brand!("visa", "Visa", Credit, NotASaleUntilProved, None, CHECK_CARD, "terminal's last result decides"),
    brand!(
        "mastercard",
        "Mastercard",
        Credit,
        NotASaleUntilProved,
        None,
        CHECK_CARD,
        "terminal's last result decides"
    ),
    brand!("jcb", "JCB", Credit, NotASaleUntilProved, None, CHECK_CARD, "terminal's last result decides"),
    brand!(
        "amex",
        "American Express",
        Credit,
        NotASaleUntilProved,
        None,
        CHECK_CARD,
        "terminal's last result decides"
    ),
    brand!(
        "diners",
        "Diners Club",
        Credit,
        NotASaleUntilProved,
        None,
        CHECK_CARD,
        "terminal's last result decides"
    ),
    brand!(
        "credit",
        "クレジット（その他）",
        Credit,
        NotASaleUntilProved,
        None,
        CHECK_CARD,
        "terminal's last result decides"
    ),
    brand!(
        "transit",
        "交通系IC",
        ElectronicMoney,
        NotASaleUntilProved,
        Some(55),
        CHECK_TRANSIT,
        "merchant-help.pay.rakuten.net; faq.airpayment.jp (55 days)"
    ),
    brand!(
        "edy",
        "楽天Edy",
        ElectronicMoney,
        NotASaleUntilProved,
        None,
        CHECK_BALANCE,
        "merchant-help.pay.rakuten.net"
    ),
    brand!(
        "waon",
        "WAON",
        ElectronicMoney,
        NotASaleUntilProved,
        None,
        CHECK_BALANCE,
        "merchant-help.pay.rakuten.net"
    ),
    brand!(
        "nanaco",
        "nanaco",
        ElectronicMoney,
        SaleUntilDisproved,
        None,
        CHECK_BALANCE,
        "merchant-help.pay.rakuten.net"
    ),
    brand!("id", "iD", ElectronicMoney, NotASale, None, CHECK_CARD, "merchant-help.pay.rakuten.net"),
    brand!(
        "quicpay",
        "QUICPay",
        ElectronicMoney,
        NotASale,
        None,
        CHECK_CARD,
        "merchant-help.pay.rakuten.net"
    ),
    brand!(
        "paypay",
        "PayPay",
        CodeStatic,
        NotASaleUntilProved,
        None,
        CHECK_CODE,
        "paypay.ne.jp merchant help"
    ),
    brand!("dbarai", "d払い", CodeStatic, NotASaleUntilProved, None, CHECK_CODE, "operator's portal"),
    brand!("aupay", "au PAY", CodeStatic, NotASaleUntilProved, None, CHECK_CODE, "operator's portal"),
    brand!("rakutenpay", "楽天ペイ", CodeStatic, NotASaleUntilProved, None, CHECK_CODE, "operator's portal"),
    brand!("merpay", "メルペイ", CodeStatic, NotASaleUntilProved, None, CHECK_CODE, "operator's portal"),
    brand!(
        "linepay",
        "LINE Pay",
        CodeStatic,
        NotASaleUntilProved,
        None,
        CHECK_CODE,
        "www.city.yoshinogawa.lg.jp/docs/2020091800066 (bill payments ended 23 April 2025)",
        Validity::until(CivilDate::constant(2025, 4, 23))
    ),
];

/// What is known of a brand, if it is in the table.
#[must_use]
pub fn brand_rule(brand: &BrandCode) -> Option<&'static BrandRule> {
    BRANDS.iter().find(|rule| rule.code == brand.as_str())
}

/// What is known of a brand that is in the table and can be paid with on a day.
#[must_use]
pub fn brand_rule_on(brand: &BrandCode, on: CivilDate) -> Option<&'static BrandRule> {
    brand_rule(brand).filter(|rule| rule.validity.holds(on))
}

/// Whether a brand can be paid with on a day. One that is not in the table can: what a city agreed with its acquirer stands.
#[must_use]
pub fn brand_taken_on(brand: &BrandCode, on: CivilDate) -> bool {
    brand_rule(brand).is_none_or(|rule| rule.validity.holds(on))
}

/// The brand's name on screens and papers; an unknown brand shows its own code, never another's name.
#[must_use]
pub fn brand_label(brand: &BrandCode) -> String {
    brand_rule(brand).map_or_else(|| brand.to_string(), |rule| rule.label.to_owned())
}

/// The steps a clerk takes when the result is unknown.
#[must_use]
pub fn unknown_check(brand: Option<&BrandCode>) -> &'static [&'static str] {
    brand.and_then(brand_rule).map_or(CHECK_CARD, |rule| rule.check_ja)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brand_is_taken_on_its_own_days_only() {
        for (brand, day, taken) in [
            ("linepay", "2022-07-01", true),
            ("linepay", "2025-04-23", true),
            ("linepay", "2025-04-24", false),
            ("paypay", "2026-11-21", true),
            ("wallet-of-tomorrow", "2026-11-21", true),
        ] {
            let (brand, day): (BrandCode, CivilDate) = (brand.parse().unwrap(), day.parse().unwrap());
            assert_eq!(brand_taken_on(&brand, day), taken, "{brand} {day}");
            assert_eq!(brand_rule_on(&brand, day).is_some(), taken && brand_rule(&brand).is_some());
        }
        let from = Validity { from: CivilDate::new(2026, 4, 1), until: None };
        assert!(!from.holds("2026-03-31".parse().unwrap()) && from.holds("2026-04-01".parse().unwrap()));
    }

    #[test]
    fn every_word_leads_back_to_its_method() {
        for method in Method::ALL {
            assert_eq!(Method::from_code(method.code()), Some(method));
        }
        let codes: std::collections::BTreeSet<_> = BRANDS.iter().map(|rule| rule.code).collect();
        assert_eq!(codes.len(), BRANDS.len(), "no brand stands twice");
    }
}
