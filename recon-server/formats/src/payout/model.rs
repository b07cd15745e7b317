//! What a file of payouts says, as values.
//!
//! Invariant: fees are positive and stand beside the gross; what is not said is `None`, a blank fee is 0.

use domain::{
    money::{Yen, YenOverflow},
    time::CivilDate,
};
use serde::{Deserialize, Serialize};

use crate::{Digest, refusal::Notice};

/// What the importer says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayoutReadOptions {
    /// Name of the file, for messages.
    pub file_name: String,
    /// The day it was received; settles years without era mark.
    pub reference_date: CivilDate,
}

/// Whether the money was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutStanding {
    /// Paid, by the file's word.
    Paid,
    /// To be paid.
    Scheduled,
    /// The file has no status.
    Unsaid,
    /// A word that the profile does not list.
    Unlisted(String),
}

/// One payout (or one day's total).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutRow {
    /// Row in the file as a spreadsheet counts, from 1.
    pub row: u32,
    /// Key of the row by the profile's key fields.
    pub record_key: String,
    /// 1 for the first row with this key in the file.
    pub occurrence: u32,
    /// SHA-256 of the row as CSV writes it, in UTF-8 (ADR 0022).
    pub content_hash: Digest,
    /// First day of the sales.
    pub from: CivilDate,
    /// Last day of the sales.
    pub to: CivilDate,
    /// Day of the payment.
    pub paid_on: Option<CivilDate>,
    /// Sales, signed.
    pub gross: Yen,
    /// Fees, positive.
    pub fee: Yen,
    /// Fee of the bank transfer, positive.
    pub transfer_fee: Yen,
    /// Carried over from before.
    pub carried_in: Yen,
    /// Carried over to the next.
    pub carried_out: Yen,
    /// What is paid.
    pub net: Yen,
    /// Number of sales.
    pub count: Option<u32>,
    /// The acquirer's number of the payout.
    pub payout_id: Option<String>,
    /// Brand word as written.
    pub brand_word: String,
    /// Shop or contract as written.
    pub shop: String,
    /// Whether the money was sent.
    pub standing: PayoutStanding,
}

/// Sums of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PayoutTotals {
    /// Sales.
    pub gross: Yen,
    /// Fees with transfer fees.
    pub fees: Yen,
    /// Paid.
    pub net: Yen,
}

/// A file that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutFile {
    /// Id of the profile that read it.
    pub profile: String,
    /// Rows in the order of the file.
    pub rows: Vec<PayoutRow>,
    /// Sums.
    pub totals: PayoutTotals,
    /// What a person should know although the file was taken.
    pub notices: Vec<Notice>,
}

impl PayoutTotals {
    /// Adds a row.
    pub(super) fn with(self, row: &PayoutRow) -> Result<Self, YenOverflow> {
        Ok(Self {
            gross: self.gross.checked_add(row.gross)?,
            fees: self.fees.checked_add(row.fee)?.checked_add(row.transfer_fee)?,
            net: self.net.checked_add(row.net)?,
        })
    }
}
