//! 契約 with an acquirer: what it covers, when it closes and pays, what it keeps.
//!
//! Invariant: nothing here is hard-coded per acquirer; fees, days and rounding are dated data of the city's own contract.

use std::collections::BTreeMap;

use domain::{
    id::{BrandCode, ContractId},
    method::Method,
    money::Yen,
    rate::{Ppm, Rounding},
    time::CivilDate,
};
use serde::{Deserialize, Serialize};

use crate::calendar::BankCalendar;
use crate::matching::Matching;
use crate::trustee::Trustee;

/// When a contract closes (締め).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    /// Every day.
    Daily,
    /// 月末締
    MonthEnd,
    /// On these days of the month, ascending; a day beyond the month's end means its last day. `[15, 31]` is 15日・月末締.
    Days(Vec<u8>),
}

/// Which way a payout moves when its day is no banking day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shift {
    /// To the next banking day.
    Next,
    /// To the banking day before.
    Previous,
    /// The last day of a month to the banking day before, any other day to the next (reconciliation.md 5.5, "month end"; 6.3, AirPay).
    MonthEndEarlier,
}

/// A day of a later month; a day beyond the month's end means its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PayDay {
    /// Months after the month of the closing day.
    pub months_after: u8,
    /// Day of that month, 1 to 31.
    pub day: u8,
}

/// When a closing is paid.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutRule {
    /// This many banking days after the closing day.
    BusinessDays {
        /// Banking days, from 1.
        after: u8,
    },
    /// A day of a later month.
    DayOfMonth {
        /// The day.
        pay: PayDay,
        /// Where it moves.
        shift: Shift,
    },
    /// By closing day: (day of the month on which it closes, 31 for the month's end; when it is paid).
    ByClosingDay {
        /// The pairs.
        days: Vec<(u8, PayDay)>,
        /// Where they move.
        shift: Shift,
    },
}

/// Whether the fee is kept back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrossOrNet {
    /// 総額: the whole is paid, the fee is invoiced.
    Gross,
    /// 差引: the fee is kept back.
    Net,
}

/// What the rate is applied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeBase {
    /// Each row.
    Each,
    /// Sales less refunds of one brand on one day (papers.md C1 calls it neither; reconciliation.md 5.5 "brand-day").
    BrandDay,
    /// Sales less refunds of the closing.
    ClosingTotal,
}

/// Whether the rate is before or with consumption tax (reconciliation.md 6.3: 1.98% is 2.178% with tax, and they round differently).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxForm {
    /// 税別: the tax comes on top of the closing's fee.
    #[default]
    Separate,
    /// 税込: what is kept back is the rate alone, and the tax is a part of it.
    Included,
}

impl TaxForm {
    /// Whether it is the default, which is not written.
    const fn is_separate(&self) -> bool {
        matches!(self, Self::Separate)
    }
}

/// 決済手数料 of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FeeRule {
    /// The rate; before tax unless `tax_form` says that the tax is in it.
    pub rate: Ppm,
    /// What it is applied to.
    pub base: FeeBase,
    /// How a fraction of a yen of the fee is rounded.
    pub rounding: Rounding,
    /// Consumption tax on the fee; applied to the closing's fee.
    pub tax_rate: Ppm,
    /// How a fraction of a yen of the tax is rounded.
    pub tax_rounding: Rounding,
    /// Whether a refund gives its fee back.
    pub refund_returns_fee: bool,
    /// Whether the rate is before or with tax.
    #[serde(default, skip_serializing_if = "TaxForm::is_separate")]
    pub tax_form: TaxForm,
    /// Least fee of each base (row, brand-day or closing) with sales in it; 0 for none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub minimum: Yen,
}

/// `#[serde(skip_serializing_if)]` hands over a reference.
fn is_zero(yen: &Yen) -> bool {
    *yen == Yen::ZERO
}

/// Within how many days after the process date an objection to a chargeback must reach the company (反証期限; reconciliation.md 5.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyDays {
    /// Days of the calendar.
    Calendar(u16),
    /// 銀行営業日
    Banking(u8),
}

impl ReplyDays {
    /// The last day on which an objection to what was processed on a day counts.
    #[must_use]
    pub fn until(self, calendar: &BankCalendar, processed: CivilDate) -> CivilDate {
        match self {
            Self::Calendar(days) => processed.plus_days(i32::from(days)),
            Self::Banking(days) => calendar.banking_days_after(processed, days),
        }
    }
}

/// What a contract charges from a day on (覚書). The rate goes by the day of the sale, the other charges by the closing day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DatedTerms {
    /// First day.
    pub valid_from: CivilDate,
    /// The fee.
    pub fee: FeeRule,
    /// 振込手数料 kept back per payout, tax included.
    #[serde(default)]
    pub transfer_fee: Yen,
    /// 月額利用料, tax included: kept back from the closing that holds the last day of a month.
    #[serde(default)]
    pub plan_fee: Yen,
    /// A closing that comes to less than this is carried to the next one; 0 for none.
    #[serde(default)]
    pub carry_below: Yen,
    /// 反証期限 of chargebacks that are processed from this day on; none where the contract says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chargeback_reply_days: Option<ReplyDays>,
}

/// A key by which a sale and a row of one contract are one (reconciliation.md 5.4, stage 2). It must be unique on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "key", rename_all = "snake_case")]
pub enum KeyRule {
    /// 端末番号 + 伝票番号 + date + amount.
    TerminalSlipDateAmount,
    /// 承認番号 + date + amount.
    ApprovalAmountDate,
    /// PosID + payer's four digits + amount, at most this many seconds apart (static JPQR); refunds and voids may lie up to 14 days apart.
    SheetDigitsAmount {
        /// Seconds between our time and the row's.
        window_seconds: u32,
    },
}

/// Seconds by which the counter's clock and key-in may differ from the wallet's time.
pub const SHEET_WINDOW_SECONDS: u32 = 900;

/// The keys that a contract uses unless it says otherwise, strongest first.
#[must_use]
pub fn default_keys() -> Vec<KeyRule> {
    vec![
        KeyRule::TerminalSlipDateAmount,
        KeyRule::ApprovalAmountDate,
        KeyRule::SheetDigitsAmount { window_seconds: SHEET_WINDOW_SECONDS },
    ]
}

/// Calendar days around the expected day in which a deposit may arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DepositWindow {
    /// Days before.
    pub early_days: u8,
    /// Days after.
    pub late_days: u8,
}

impl Default for DepositWindow {
    fn default() -> Self {
        Self { early_days: 0, late_days: 7 }
    }
}

impl DepositWindow {
    /// First and last day on which a deposit expected on a day may arrive.
    #[must_use]
    pub fn around(self, expected: CivilDate) -> (CivilDate, CivilDate) {
        (expected.plus_days(-i32::from(self.early_days)), expected.plus_days(i32::from(self.late_days)))
    }

    /// Whether a deposit of a day may be the one expected on another.
    #[must_use]
    pub fn holds(self, expected: CivilDate, booked: CivilDate) -> bool {
        let (first, last) = self.around(expected);
        first <= booked && booked <= last
    }
}

/// To which fiscal year the fee of a closing is charged whose sales fall in two (papers.md C3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeYear {
    /// The year of the closing date: all of it.
    #[default]
    ClosingDate,
    /// Each year its part by gross, largest remainder.
    ProRata,
}

/// One contract.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Contract {
    /// Id.
    pub id: ContractId,
    /// Name on papers.
    pub label_ja: String,
    /// The company (受託者).
    pub acquirer_ja: String,
    /// Methods and brands that it covers; a sale without a contract id is assigned by the only contract that covers it.
    pub covers: Vec<(Method, BrandCode)>,
    /// Id of the statement profile; none where the acquirer gives no rows.
    pub statement_profile: Option<String>,
    /// Whether a missing statement holds the verdict open. Without statements, payouts are derived from our own sales.
    pub statement_required: bool,
    /// When it closes.
    pub closing: Closing,
    /// When a closing is paid.
    pub payout: PayoutRule,
    /// Whether the fee is kept back.
    pub gross_or_net: GrossOrNet,
    /// The fee.
    pub fee: FeeRule,
    /// To which year its fee is charged where a closing straddles 31 March.
    #[serde(default)]
    pub fee_year: FeeYear,
    /// 振込手数料 kept back per payout, tax included.
    pub transfer_fee: Yen,
    /// 反証期限 of chargebacks; none where the contract says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chargeback_reply_days: Option<ReplyDays>,
    /// Confirmed remitter names in comparison form.
    pub payer_kana: Vec<String>,
    /// Key of the account that payouts arrive in; any account when none.
    pub deposit_account: Option<String>,
    /// When a deposit may arrive.
    pub deposit_window: DepositWindow,
    /// Composite keys, strongest first.
    pub keys: Vec<KeyRule>,
    /// Minutes around midnight of a closing day in which a sale may fall into the neighbouring period at the acquirer.
    pub cutoff_band_minutes: u16,
    /// How what no key joins is joined, and what the rows are worth as evidence.
    #[serde(default, skip_serializing_if = "Matching::is_default")]
    pub matching: Matching,
    /// What was charged when, oldest first. Where it is not empty it is the whole history: `fee` and `transfer_fee` above are then only
    /// shown, and days before the first entry go by the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<DatedTerms>,
    /// 指定納付受託者: what the 告示 says of this company. While none, nothing is held against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trustee: Option<Trustee>,
}

impl Contract {
    /// What it charges on a day.
    #[must_use]
    pub fn terms_on(&self, day: CivilDate) -> DatedTerms {
        let in_force = self.terms.iter().filter(|terms| terms.valid_from <= day).max_by_key(|t| t.valid_from);
        let first = || self.terms.iter().min_by_key(|terms| terms.valid_from);
        in_force.or_else(first).copied().unwrap_or(DatedTerms {
            valid_from: day,
            fee: self.fee,
            transfer_fee: self.transfer_fee,
            plan_fee: Yen::ZERO,
            carry_below: Yen::ZERO,
            chargeback_reply_days: self.chargeback_reply_days,
        })
    }

    /// The contract with the charges of its earlier versions, so that a change of the rate does not reach back. `versions`: all versions
    /// in force until now with their first days, this one among them. A history that is written in the contract itself is kept.
    #[must_use]
    pub fn with_history<'a>(mut self, versions: impl IntoIterator<Item = (CivilDate, &'a Self)>) -> Self {
        let mut history: BTreeMap<CivilDate, DatedTerms> = BTreeMap::new();
        for (valid_from, version) in versions {
            let terms = DatedTerms {
                valid_from,
                fee: version.fee,
                transfer_fee: version.transfer_fee,
                plan_fee: Yen::ZERO,
                carry_below: Yen::ZERO,
                chargeback_reply_days: version.chargeback_reply_days,
            };
            history.insert(valid_from, terms);
        }
        let own = (self.fee, self.transfer_fee, self.chargeback_reply_days);
        let changes =
            history.values().any(|terms| (terms.fee, terms.transfer_fee, terms.chargeback_reply_days) != own);
        if self.terms.is_empty() && changes {
            self.terms = history.into_values().collect();
        }
        self
    }

    /// Whether it covers nothing but 利用券 and 後納: an organisation that pays later, without a statement. Until it pays, the money is
    /// 調定済・収納未済.
    #[must_use]
    pub fn is_claim(&self) -> bool {
        self.covers.iter().all(|(method, _)| matches!(method, Method::Voucher | Method::Deferred))
    }
}

/// A PayPay-like contract for tests of the crate.
#[cfg(test)]
pub(crate) fn sample() -> Contract {
    Contract {
        id: "paypay".parse().unwrap(),
        label_ja: "PayPay".to_owned(),
        acquirer_ja: "PayPay".to_owned(),
        covers: vec![(Method::CodeStatic, "paypay".parse().unwrap())],
        statement_profile: Some("paypay_for_business".to_owned()),
        statement_required: true,
        closing: Closing::MonthEnd,
        payout: PayoutRule::BusinessDays { after: 1 },
        gross_or_net: GrossOrNet::Net,
        fee: FeeRule {
            rate: Ppm(19_800),
            base: FeeBase::ClosingTotal,
            rounding: Rounding::Floor,
            tax_rate: Ppm(100_000),
            tax_rounding: Rounding::Floor,
            refund_returns_fee: true,
            tax_form: TaxForm::Separate,
            minimum: Yen::ZERO,
        },
        fee_year: FeeYear::default(),
        transfer_fee: Yen::ZERO,
        chargeback_reply_days: None,
        payer_kana: vec!["ﾍﾟｲﾍﾟｲ(ｶ".to_owned()],
        deposit_account: None,
        deposit_window: DepositWindow::default(),
        keys: default_keys(),
        cutoff_band_minutes: 30,
        matching: Matching::default(),
        terms: Vec::new(),
        trustee: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn earlier_versions_keep_their_days() {
        let new = sample();
        let old = Contract { fee: FeeRule { rate: Ppm(16_000), ..new.fee }, ..new.clone() };
        let day = |text: &str| text.parse::<CivilDate>().unwrap();
        let versions = [(day("2026-04-01"), &old), (day("2026-07-01"), &new)];
        let both = new.clone().with_history(versions);
        for (on, rate) in [("2026-01-01", 16_000), ("2026-06-30", 16_000), ("2026-07-01", 19_800)] {
            assert_eq!(both.terms_on(day(on)).fee.rate, Ppm(rate), "{on}");
        }
        assert_eq!(
            new.clone().with_history([(day("2026-04-01"), &new), (day("2026-07-01"), &new)]),
            new,
            "no change"
        );
        assert_eq!(both.clone().with_history([(day("2026-01-01"), &old)]), both, "its own history is kept");
    }
}
