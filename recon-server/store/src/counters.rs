//! Counters, their profiles, and who may speak for them: enrolment codes and incarnations (世代).
//!
//! Invariants: a code is kept only as its SHA-256 and works once; incarnations of a counter are 1, 2, 3, … and are granted
//! here only; a profile once stored is never changed, the newest is in force.

use async_trait::async_trait;
use domain::{
    catalogue::CounterProfile,
    id::{CounterId, Incarnation, TenantId},
    time::Timestamp,
};
use journal::chain::Head;

use crate::Result;

/// SHA-256 of a secret that was shown once.
pub type SecretDigest = [u8; 32];

/// A one-time code that lets an agent speak for a counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEnrolmentCode {
    /// SHA-256 of the code.
    pub code_sha256: SecretDigest,
    /// For which counter.
    pub counter: CounterId,
    /// Who made it, by user id.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// From when it works no more.
    pub expires_at: Timestamp,
}

/// What a code gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// 窓口
    pub counter: CounterId,
    /// 世代, one more than the last.
    pub incarnation: Incarnation,
    /// One more than the highest receipt number seen of this counter.
    pub first_receipt: u32,
    /// The profile in force.
    pub profile: CounterProfile,
}

/// How an enrolment ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enrolment {
    /// The code was good and is used now.
    Granted(Box<Grant>),
    /// Nobody made this code.
    UnknownCode,
    /// It was used before.
    UsedCode,
    /// Its time is over.
    ExpiredCode,
}

/// One generation of a counter's agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncarnationRow {
    /// 世代
    pub incarnation: Incarnation,
    /// First receipt number that was granted.
    pub first_receipt: u32,
    /// When it was granted.
    pub granted_at: Timestamp,
    /// When the next one was granted; from then on it may only deliver its tail.
    pub ended_at: Option<Timestamp>,
    /// End of its chain here.
    pub head: Head,
    /// When its last entry came.
    pub last_received_at: Option<Timestamp>,
}

/// A counter as the centre sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterRow {
    /// 窓口
    pub counter: CounterId,
    /// When it was registered.
    pub created_at: Timestamp,
    /// The profile in force.
    pub profile: CounterProfile,
    /// Version of the profile, from 1.
    pub profile_version: u32,
    /// Its newest incarnation; none before the first enrolment.
    pub current: Option<IncarnationRow>,
}

/// Counters and their generations.
#[async_trait]
pub trait CounterStore {
    /// Registers a counter, or stores a new version of its profile. Returns the profile's version, from 1.
    /// The same profile again stores nothing.
    async fn put_counter(
        &mut self,
        tenant: &TenantId,
        profile: &CounterProfile,
        at: Timestamp,
    ) -> Result<u32>;

    /// One counter.
    async fn counter(&mut self, tenant: &TenantId, counter: &CounterId) -> Result<Option<CounterRow>>;

    /// All counters, by id.
    async fn counters(&mut self, tenant: &TenantId) -> Result<Vec<CounterRow>>;

    /// Stores a one-time code for a registered counter.
    async fn put_enrolment_code(&mut self, tenant: &TenantId, code: &NewEnrolmentCode) -> Result<()>;

    /// Uses a code: grants the next incarnation and ends the one before. Under a lock on the counter.
    async fn enrol(
        &mut self,
        tenant: &TenantId,
        code_sha256: &SecretDigest,
        at: Timestamp,
    ) -> Result<Enrolment>;

    /// Every generation of a counter, oldest first.
    async fn incarnations(&mut self, tenant: &TenantId, counter: &CounterId) -> Result<Vec<IncarnationRow>>;
}
