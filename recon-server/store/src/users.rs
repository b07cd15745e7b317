//! Users of the centre, their sessions, one-time links, and the audit trail.
//!
//! Invariants: secrets are kept as digests only (argon2 for passwords, SHA-256 for random ids); a link works once; audit rows are
//! written in the same unit of work as the change that they tell of and are never changed.

use async_trait::async_trait;
use domain::{id::TenantId, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Result, counters::SecretDigest};

/// What a user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 管理者: counters, users, contracts.
    Administrator,
    /// 会計課: files, reconciliation, reports.
    Accountant,
}

/// A user.
#[derive(Clone, PartialEq, Eq)]
pub struct UserRow {
    /// Staff code or login word.
    pub user: String,
    /// Word on screens.
    pub label: String,
    /// What the user may do.
    pub role: Role,
    /// argon2 hash in PHC form; none until the first link was used.
    pub password_hash: Option<String>,
    /// May sign in.
    pub active: bool,
    /// When the user was made.
    pub created_at: Timestamp,
}

/// The password's hash does not reach logs.
impl std::fmt::Debug for UserRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserRow")
            .field("user", &self.user)
            .field("role", &self.role)
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the 256-bit random id in the cookie.
    pub id_sha256: SecretDigest,
    /// Whose.
    pub user: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// From when it ends if nothing happens before.
    pub idle_expires_at: Timestamp,
    /// From when it ends whatever happens.
    pub absolute_expires_at: Timestamp,
}

/// What a one-time link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkPurpose {
    /// Makes the first administrator.
    FirstAdministrator,
    /// Lets a user set a password.
    SetPassword,
}

/// A one-time link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeLink {
    /// SHA-256 of the random part.
    pub token_sha256: SecretDigest,
    /// What for.
    pub purpose: LinkPurpose,
    /// For whom; none where the user does not exist yet.
    pub user: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when it works no more.
    pub expires_at: Timestamp,
}

/// One line of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who: user id, `cli`, `job`, or `counter:<id>`.
    pub actor: String,
    /// What: a stable word such as `counter.enrolled`.
    pub action: String,
    /// On what.
    pub subject: String,
    /// More, as JSON, without secrets.
    pub detail: String,
}

/// A stored line of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number, from 1 per tenant, without gaps.
    pub number: u64,
    /// The line.
    pub entry: AuditEntry,
}

/// Users, sessions, links, audit.
#[async_trait]
pub trait UserStore {
    /// Makes a user. An existing user of this id is an error.
    async fn create_user(&mut self, tenant: &TenantId, user: &UserRow) -> Result<()>;

    /// Changes label, role, password hash and activity of an existing user.
    async fn update_user(&mut self, tenant: &TenantId, user: &UserRow) -> Result<()>;

    /// One user.
    async fn user(&mut self, tenant: &TenantId, user: &str) -> Result<Option<UserRow>>;

    /// All users, by id.
    async fn users(&mut self, tenant: &TenantId) -> Result<Vec<UserRow>>;

    /// Opens a session.
    async fn open_session(&mut self, tenant: &TenantId, session: &SessionRow) -> Result<()>;

    /// A session that has not ended at `now`, with its active user; none otherwise.
    async fn session(
        &mut self,
        tenant: &TenantId,
        id_sha256: &SecretDigest,
        now: Timestamp,
    ) -> Result<Option<(SessionRow, UserRow)>>;

    /// Moves the idle end of a session.
    async fn touch_session(
        &mut self,
        tenant: &TenantId,
        id_sha256: &SecretDigest,
        idle_expires_at: Timestamp,
    ) -> Result<()>;

    /// Ends a session; one that is over already stays so.
    async fn end_session(&mut self, tenant: &TenantId, id_sha256: &SecretDigest) -> Result<()>;

    /// Ends every session of a user. Returns how many.
    async fn end_sessions_of(&mut self, tenant: &TenantId, user: &str) -> Result<u64>;

    /// Removes sessions that have ended at `now`. Returns how many.
    async fn remove_ended_sessions(&mut self, tenant: &TenantId, now: Timestamp) -> Result<u64>;

    /// Stores a one-time link.
    async fn put_link(&mut self, tenant: &TenantId, link: &OneTimeLink) -> Result<()>;

    /// Looks at a link without using it; none if unknown, used or expired at `now`.
    async fn link(
        &mut self,
        tenant: &TenantId,
        token_sha256: &SecretDigest,
        now: Timestamp,
    ) -> Result<Option<OneTimeLink>>;

    /// Uses a link; none if unknown, used or expired at `now`.
    async fn use_link(
        &mut self,
        tenant: &TenantId,
        token_sha256: &SecretDigest,
        now: Timestamp,
    ) -> Result<Option<OneTimeLink>>;

    /// Writes a line of the audit trail. Returns its number.
    async fn record_audit(&mut self, tenant: &TenantId, entry: &AuditEntry) -> Result<u64>;

    /// At most `limit` lines, newest first, before number `before` where given.
    async fn audit_rows(
        &mut self,
        tenant: &TenantId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<AuditRow>>;
}
