//! 契約 with an acquirer: what it covers, when it closes and pays, what it keeps.
//!
//! Invariant: nothing here is hard-coded per acquirer; fees, days and rounding are dated data of the city's own contract.

use domain::{
    id::{BrandCode, ContractId},
    method::Method,
    money::Yen,
    rate::{Ppm, Rounding},
    time::CivilDate,
};
use serde::{Deserialize, Serialize};

use crate::matching::Matching;

/// When a contract closes (締め).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shift {
    /// To the next banking day.
    Next,
    /// To the banking day before.
    Previous,
}

/// A day of a later month; a day beyond the month's end means its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayDay {
    /// Months after the month of the closing day.
    pub months_after: u8,
    /// Day of that month, 1 to 31.
    pub day: u8,
}

/// When a closing is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrossOrNet {
    /// 総額: the whole is paid, the fee is invoiced.
    Gross,
    /// 差引: the fee is kept back.
    Net,
}

/// What the rate is applied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeBase {
    /// Each row.
    Each,
    /// Sales less refunds of the closing.
    ClosingTotal,
}

/// 決済手数料 of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeRule {
    /// Rate without tax.
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
}

/// A key by which a sale and a row of one contract are one (reconciliation.md 5.4, stage 2). It must be unique on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeYear {
    /// The year of the closing date: all of it.
    #[default]
    ClosingDate,
    /// Each year its part by gross, largest remainder.
    ProRata,
}

/// One contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
}

impl Contract {
    /// Whether it covers nothing but 利用券 and 後納: an organisation that pays later, without a statement. Until it pays, the money is
    /// 調定済・収納未済.
    #[must_use]
    pub fn is_claim(&self) -> bool {
        self.covers.iter().all(|(method, _)| matches!(method, Method::Voucher | Method::Deferred))
    }
}
