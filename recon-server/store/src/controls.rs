//! What takes two persons (reconciliation.md 5.9): proposed matches, remitter names, the reopening of a period, evidence entered by
//! hand, amounts that are done with, chargebacks, changed charges; and the periods that are signed, with their papers.
//!
//! Invariants: a request and its decision are appended once each and never updated; the newest approved action about a subject is the
//! one in force, in the order of [`ControlDecision::number`]; a signed paper is kept byte for byte with its lock. Not here: who may ask
//! and who may decide (the job's rule), what a document means.

use std::{fmt, str::FromStr};

use async_trait::async_trait;
use domain::{
    id::{ContractId, TenantId},
    time::{CivilDate, Timestamp},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Fault, Result};

/// One wish, made with the form: a repeated id is the same wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ControlId(pub Uuid);

impl fmt::Display for ControlId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl FromStr for ControlId {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        Uuid::try_parse(text).map(Self).map_err(|_| Fault::unreadable("control id", text))
    }
}

/// What a wish is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlTopic {
    /// 突合の提案
    Match,
    /// 振込名義
    Alias,
    /// 締めた期間
    Period,
    /// 手入力
    Hand,
    /// 処理済とすること
    WriteOff,
    /// チャージバックの扱い
    Chargeback,
    /// 手数料の決まりの変更
    Terms,
}

/// What is wished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlAction {
    /// 確認する
    Confirm,
    /// 採用しない
    Refuse,
    /// An earlier word is taken back.
    Revoke,
    /// 締めを戻す
    Reopen,
}

impl ControlAction {
    /// The word on screens.
    #[must_use]
    pub const fn label_ja(self) -> &'static str {
        match self {
            Self::Confirm => "確認する",
            Self::Refuse => "採用しない",
            Self::Revoke => "取り消す",
            Self::Reopen => "締めを戻す",
        }
    }

    /// The stable word of forms and files.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Refuse => "refuse",
            Self::Revoke => "revoke",
            Self::Reopen => "reopen",
        }
    }

    /// The action of a stable word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Confirm, Self::Refuse, Self::Revoke, Self::Reopen].into_iter().find(|one| one.code() == code)
    }
}

/// The second person's word (決裁).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlDecision {
    /// Order of the tenant's controls; grows with each.
    pub number: u64,
    /// Approved; `false` sends it back.
    pub approved: bool,
    /// Remark; may be empty where approved.
    pub note: String,
    /// By whom, user id.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A wish and, where there is one, the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlRow {
    /// Which.
    pub id: ControlId,
    /// Order of the tenant's controls.
    pub number: u64,
    /// What it is about.
    pub topic: ControlTopic,
    /// What is wished.
    pub action: ControlAction,
    /// Id of what it is about: of a proposal, of a name, of a lock.
    pub subject: String,
    /// What the person saw when asking, as JSON.
    pub document: String,
    /// Why.
    pub reason: String,
    /// Who asked, user id.
    pub requested_by: String,
    /// When.
    pub requested_at: Timestamp,
    /// What the second person said; none while nobody has.
    pub decision: Option<ControlDecision>,
}

impl ControlRow {
    /// Approved by a second person.
    #[must_use]
    pub fn is_approved(&self) -> bool {
        self.decision.as_ref().is_some_and(|decision| decision.approved)
    }
}

/// Whether a period is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockState {
    /// 締め済み
    Locked,
    /// 締めを戻した
    Reopened,
}

/// A lock, or its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockRow {
    /// Its number, from 1 per tenant.
    pub number: u64,
    /// Of this contract only; none for everything.
    pub contract: Option<ContractId>,
    /// Last day of the period; everything up to it is signed.
    pub through: CivilDate,
    /// Signed, or opened again.
    pub state: LockState,
    /// Why.
    pub reason: String,
    /// Number of the run that was signed.
    pub run: u64,
    /// Highest file number that the run had read.
    pub watermark: u64,
    /// Who signed or asked for the reopening, user id.
    pub actor: String,
    /// Who approved the reopening, user id.
    pub approver: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Wishes, decisions, locks.
#[async_trait]
pub trait ControlStore {
    /// The next number of the tenant's controls. Other units that ask for one wait until this one ends, so that what was read of
    /// earlier controls and locks still holds when the next is written.
    async fn next_control(&mut self, tenant: &TenantId) -> Result<u64>;

    /// Keeps a wish. Its id must be new, and it must have no decision: that comes later.
    async fn request_control(&mut self, tenant: &TenantId, request: &ControlRow) -> Result<()>;

    /// Keeps the decision on a wish that has none.
    async fn decide_control(
        &mut self,
        tenant: &TenantId,
        id: ControlId,
        decision: &ControlDecision,
    ) -> Result<()>;

    /// One wish.
    async fn control(&mut self, tenant: &TenantId, id: ControlId) -> Result<Option<ControlRow>>;

    /// Keeps the scan of a wish, under the digest of its bytes; one a wish.
    async fn put_scan(
        &mut self,
        tenant: &TenantId,
        id: ControlId,
        sha256: [u8; 32],
        bytes: &[u8],
    ) -> Result<()>;

    /// The bytes of a wish's scan.
    async fn scan(&mut self, tenant: &TenantId, id: ControlId) -> Result<Option<Vec<u8>>>;

    /// Every wish with its decision, in the order in which they were asked for.
    async fn controls(&mut self, tenant: &TenantId) -> Result<Vec<ControlRow>>;

    /// Appends a lock or its end. The number is given by [`ControlStore::next_lock`].
    async fn put_lock(&mut self, tenant: &TenantId, lock: &LockRow) -> Result<()>;

    /// The next number of the tenant's locks.
    async fn next_lock(&mut self, tenant: &TenantId) -> Result<u64>;

    /// Every lock and every end, in order.
    async fn locks(&mut self, tenant: &TenantId) -> Result<Vec<LockRow>>;

    /// Keeps a paper with the lock that signed it.
    async fn put_signed_paper(
        &mut self,
        tenant: &TenantId,
        lock: u64,
        paper: &str,
        document: &str,
    ) -> Result<()>;

    /// A paper as it was signed.
    async fn signed_paper(&mut self, tenant: &TenantId, lock: u64, paper: &str) -> Result<Option<String>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_its_code() {
        for action in
            [ControlAction::Confirm, ControlAction::Refuse, ControlAction::Revoke, ControlAction::Reopen]
        {
            assert_eq!(ControlAction::from_code(action.code()), Some(action));
            assert_eq!(
                crate::words::to_word(&action).unwrap(),
                action.code(),
                "serde and forms say the same"
            );
        }
        assert_eq!(ControlAction::from_code("force"), None);
    }
}
