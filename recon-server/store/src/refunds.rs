//! Refunds after the close (戻出): asked for by one person, decided by another, each said once.
//!
//! Invariants: a request and its decision are two rows, appended and never updated; a refund has at most one decision; the
//! 戻出決裁番号 is given at approval, from 1 without gaps in the fiscal year of the decision; what stands of the original sale is
//! copied by value, so that a later rebuild of projections changes no refund. Whether a refund may be asked for or approved is
//! not known here (`recon_server::jobs::refund`).

use std::{fmt, str::FromStr};

use async_trait::async_trait;
use domain::{
    id::{BrandCode, ContractId, CounterId, SaleId, TenantId},
    method::Method,
    money::Yen,
    time::{CivilDate, FiscalYear, Timestamp},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Fault, Result};

/// One wish to give money back, made with the form: a repeated id is the same wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RefundId(pub Uuid);

impl fmt::Display for RefundId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl FromStr for RefundId {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        Uuid::try_parse(text).map(Self).map_err(|_| Fault::unreadable("refund id", text))
    }
}

/// How the money goes back (返金方法).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundWay {
    /// By the acquirer, who shows it in its statement and takes it off a payout.
    Acquirer,
    /// By the city, to the citizen's account: no acquirer ever speaks of it.
    BankTransfer,
}

impl RefundWay {
    /// Both, in the order of screens.
    pub const ALL: [Self; 2] = [Self::Acquirer, Self::BankTransfer];

    /// The word on screens and papers.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Acquirer => "決済会社を通じて返金",
            Self::BankTransfer => "口座振込",
        }
    }

    /// The stable word of forms and files.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Acquirer => "acquirer",
            Self::BankTransfer => "bank_transfer",
        }
    }

    /// The way of a stable word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.code() == code)
    }
}

/// The second person's word (決裁).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundDecision {
    /// Approved; `false` sends it back.
    pub approved: bool,
    /// Remark; may be empty where approved.
    pub note: String,
    /// By whom, user id.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A refund: what was asked for and, where there is one, the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundRow {
    /// Which.
    pub refund: RefundId,
    /// The sale that it takes back, whole or in part.
    pub sale: SaleId,
    /// 窓口 of the sale.
    pub counter: CounterId,
    /// 契約 of the sale; none where the sale names none (cash, or a sheet of several brands).
    pub contract: Option<ContractId>,
    /// 決済手段 of the sale.
    pub method: Method,
    /// ブランド of the sale.
    pub brand: Option<BrandCode>,
    /// 領収日 of the sale, which governs the year of the refund (papers.md 2, C7).
    pub original_payment_date: CivilDate,
    /// Yen given back, positive.
    pub amount: Yen,
    /// 返金理由
    pub ground: String,
    /// How.
    pub way: RefundWay,
    /// 返金日: the day on which the money goes back.
    pub refunded_on: CivilDate,
    /// 戻出決裁番号 in the fiscal year of the decision ([`Self::number_year`]); none unless approved.
    pub number: Option<u32>,
    /// Who asked, user id.
    pub requested_by: String,
    /// When.
    pub requested_at: Timestamp,
    /// What the second person said; none while nobody has.
    pub decision: Option<RefundDecision>,
}

impl RefundRow {
    /// Approved by a second person.
    #[must_use]
    pub fn is_approved(&self) -> bool {
        self.decision.as_ref().is_some_and(|decision| decision.approved)
    }

    /// Sent back: it takes nothing of the sale.
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        self.decision.as_ref().is_some_and(|decision| !decision.approved)
    }

    /// The fiscal year to which the number belongs: that of the decision.
    #[must_use]
    pub fn number_year(&self) -> Option<FiscalYear> {
        let decision = self.decision.as_ref()?;
        self.number.map(|_| decision.at.date().fiscal_year())
    }
}

/// Refunds.
#[async_trait]
pub trait RefundStore {
    /// Makes other units that write refunds of this counter's sales wait until this one ends, so that what was read of earlier
    /// refunds still holds when the next is written. An unknown counter is an error.
    async fn lock_refunds(&mut self, tenant: &TenantId, counter: &CounterId) -> Result<()>;

    /// Keeps a request. Its id must be new, and it must have neither number nor decision: those come later.
    async fn request_refund(&mut self, tenant: &TenantId, request: &RefundRow) -> Result<()>;

    /// Keeps the decision on a request that has none. Returns the 戻出決裁番号 where it approves.
    async fn decide_refund(
        &mut self,
        tenant: &TenantId,
        refund: RefundId,
        decision: &RefundDecision,
    ) -> Result<Option<u32>>;

    /// One refund.
    async fn refund(&mut self, tenant: &TenantId, refund: RefundId) -> Result<Option<RefundRow>>;

    /// Refunds with 返金日 from `from` to `to`, whatever was decided; by day, then in the order in which they were asked for.
    async fn refunds(&mut self, tenant: &TenantId, from: CivilDate, to: CivilDate) -> Result<Vec<RefundRow>>;

    /// Refunds of one sale, in the order in which they were asked for.
    async fn refunds_of_sale(&mut self, tenant: &TenantId, sale: SaleId) -> Result<Vec<RefundRow>>;

    /// Refunds on which nobody has decided yet, oldest first.
    async fn undecided_refunds(&mut self, tenant: &TenantId) -> Result<Vec<RefundRow>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_its_code() {
        for way in RefundWay::ALL {
            assert_eq!(RefundWay::from_code(way.code()), Some(way));
            assert_eq!(crate::words::to_word(&way).unwrap(), way.code(), "serde and forms say the same");
        }
        assert_eq!(RefundWay::from_code("cash"), None, "never out of the day's takings");
    }
}
