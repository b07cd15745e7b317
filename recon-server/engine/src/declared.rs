//! 支払明細: what an acquirer says that it pays for a closing, beside what we compute.
//!
//! Invariants: fees are positive and stand beside the gross; what is paid is `gross − fee − tax − transfer fee − plan fee + adjustment +
//! carry-in − carry-out`. Not here: reading files (the `formats` crate).

use domain::{id::ContractId, money::Yen, time::CivilDate};
use serde::{Deserialize, Serialize};

/// One payout (or one day's total) as a payment statement has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredPayout {
    /// Stable id.
    pub id: String,
    /// 契約
    pub contract: ContractId,
    /// SHA-256 of the file, hex.
    pub file: String,
    /// Row in the file, from 1.
    pub row: u32,
    /// First day of the sales.
    pub from: CivilDate,
    /// Last day of the sales; decides the closing.
    pub to: CivilDate,
    /// Day of the payment, where it is said.
    #[serde(default)]
    pub paid_on: Option<CivilDate>,
    /// Sales less refunds, signed.
    pub gross: Yen,
    /// Fees, positive; with tax where `tax` is none.
    pub fee: Yen,
    /// Tax on the fee, positive; none where the statement has fee and tax in one figure.
    #[serde(default)]
    pub tax: Option<Yen>,
    /// 振込手数料, positive.
    #[serde(default)]
    pub transfer_fee: Yen,
    /// 月額利用料, positive.
    #[serde(default)]
    pub plan_fee: Yen,
    /// Added or (negative) taken back beside the sales: 異議申立て, 調整.
    #[serde(default)]
    pub adjustment: Yen,
    /// Carried over from before.
    #[serde(default)]
    pub carry_in: Yen,
    /// Carried over to the next.
    #[serde(default)]
    pub carry_out: Yen,
    /// What is paid.
    pub net: Yen,
    /// The acquirer's number of the payout, where it is said.
    #[serde(default)]
    pub payout_id: Option<String>,
    /// 手入力: two persons entered it from paper.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
}

/// A payment statement beside what we had computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredBeside {
    /// Ids of the declared payouts of this closing.
    pub ids: Vec<String>,
    /// The day on which the statement says that it pays.
    pub paid_on: Option<CivilDate>,
    /// Our fee.
    pub fee: Yen,
    /// Our tax on it.
    pub fee_tax: Yen,
    /// Our transfer fee.
    pub transfer_fee: Yen,
    /// Our plan fee.
    pub plan_fee: Yen,
    /// What we would have expected.
    pub net: Yen,
}
