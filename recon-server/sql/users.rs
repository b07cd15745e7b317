//! Users, sessions, one-time links, audit.

use async_trait::async_trait;
use domain::{id::TenantId, time::Timestamp};
use sqlx::{query_file, query_file_as};
use store::{
    Fault, Result, StoreError, UserStore,
    counters::SecretDigest,
    users::{AuditEntry, AuditRow, OneTimeLink, SessionRow, UserRow},
    words,
};

use crate::support::{During, OneRow, Unit, before, fault, limit};

/// A user as the database has it.
struct UserRecord {
    user_id: String,
    label: String,
    role: String,
    password_hash: Option<String>,
    active: bool,
    created_at: i64,
}

impl TryFrom<UserRecord> for UserRow {
    type Error = Fault;

    fn try_from(record: UserRecord) -> Result<Self, Fault> {
        Ok(Self {
            role: words::from_word("role", &record.role)?,
            user: record.user_id,
            label: record.label,
            password_hash: record.password_hash,
            active: record.active,
            created_at: Timestamp::from_micros(record.created_at),
        })
    }
}

impl Unit {
    async fn insert_user(&mut self, tenant: &TenantId, user: &UserRow) -> Result<(), Fault> {
        query_file!(
            "../sql/users/insert.sql",
            tenant.as_str(),
            user.user,
            user.label,
            words::to_word(&user.role)?,
            user.password_hash,
            user.active,
            user.created_at.as_micros()
        )
        .execute(&mut *self.tx)
        .await
        .one_row()
    }

    async fn change_user(&mut self, tenant: &TenantId, user: &UserRow) -> Result<(), Fault> {
        query_file!(
            "../sql/users/update.sql",
            tenant.as_str(),
            user.user,
            user.label,
            words::to_word(&user.role)?,
            user.password_hash,
            user.active
        )
        .execute(&mut *self.tx)
        .await
        .one_row()
    }

    async fn find_user(&mut self, tenant: &TenantId, user: &str) -> Result<Option<UserRow>, Fault> {
        query_file_as!(UserRecord, "../sql/users/find.sql", tenant.as_str(), user)
            .fetch_optional(&mut *self.tx)
            .await
            .map_err(fault)?
            .map(UserRow::try_from)
            .transpose()
    }

    async fn find_session(
        &mut self,
        tenant: &TenantId,
        id_sha256: &SecretDigest,
        now: Timestamp,
    ) -> Result<Option<(SessionRow, UserRow)>, Fault> {
        let found = query_file!("../sql/users/session.sql", tenant.as_str(), &id_sha256[..], now.as_micros())
            .fetch_optional(&mut *self.tx)
            .await
            .map_err(fault)?;
        let Some(row) = found else { return Ok(None) };
        let user =
            self.find_user(tenant, &row.user_id).await?.ok_or(Fault::Missing("user of the session"))?;
        let session = SessionRow {
            id_sha256: *id_sha256,
            user: row.user_id,
            created_at: Timestamp::from_micros(row.created_at),
            idle_expires_at: Timestamp::from_micros(row.idle_expires_at),
            absolute_expires_at: Timestamp::from_micros(row.absolute_expires_at),
        };
        Ok(Some((session, user)))
    }

    async fn find_link(
        &mut self,
        tenant: &TenantId,
        token_sha256: &SecretDigest,
        now: Timestamp,
    ) -> Result<Option<OneTimeLink>, Fault> {
        query_file!("../sql/users/link.sql", tenant.as_str(), &token_sha256[..], now.as_micros())
            .fetch_optional(&mut *self.tx)
            .await
            .map_err(fault)?
            .map(|row| {
                Ok(OneTimeLink {
                    token_sha256: *token_sha256,
                    purpose: words::from_word("purpose", &row.purpose)?,
                    user: row.user_id,
                    created_at: Timestamp::from_micros(row.created_at),
                    expires_at: Timestamp::from_micros(row.expires_at),
                })
            })
            .transpose()
    }

    async fn insert_audit(&mut self, tenant: &TenantId, entry: &AuditEntry) -> Result<u64, Fault> {
        let number = self.next_number(tenant, "audit").await?;
        query_file!(
            "../sql/audit/insert.sql",
            tenant.as_str(),
            number,
            entry.at.as_micros(),
            words::plain(&entry.actor),
            words::plain(&entry.action),
            words::plain(&entry.subject),
            words::plain(&entry.detail)
        )
        .execute(&mut *self.tx)
        .await
        .one_row()?;
        words::to_u64("audit number", number)
    }
}

#[async_trait]
impl UserStore for Unit {
    async fn create_user(&mut self, tenant: &TenantId, user: &UserRow) -> Result<()> {
        self.insert_user(tenant, user).await.during(StoreError::ChangeUser)
    }

    async fn update_user(&mut self, tenant: &TenantId, user: &UserRow) -> Result<()> {
        self.change_user(tenant, user).await.during(StoreError::ChangeUser)
    }

    async fn user(&mut self, tenant: &TenantId, user: &str) -> Result<Option<UserRow>> {
        self.find_user(tenant, user).await.during(StoreError::ReadUsers)
    }

    async fn users(&mut self, tenant: &TenantId) -> Result<Vec<UserRow>> {
        query_file_as!(UserRecord, "../sql/users/list.sql", tenant.as_str())
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadUsers)?
            .into_iter()
            .map(UserRow::try_from)
            .collect::<Result<_, Fault>>()
            .during(StoreError::ReadUsers)
    }

    async fn open_session(&mut self, tenant: &TenantId, session: &SessionRow) -> Result<()> {
        query_file!(
            "../sql/users/open_session.sql",
            tenant.as_str(),
            &session.id_sha256[..],
            session.user,
            session.created_at.as_micros(),
            session.idle_expires_at.as_micros(),
            session.absolute_expires_at.as_micros()
        )
        .execute(&mut *self.tx)
        .await
        .one_row()
        .during(StoreError::ChangeSession)
    }

    async fn session(
        &mut self,
        tenant: &TenantId,
        id_sha256: &SecretDigest,
        now: Timestamp,
    ) -> Result<Option<(SessionRow, UserRow)>> {
        self.find_session(tenant, id_sha256, now).await.during(StoreError::ReadUsers)
    }

    async fn touch_session(
        &mut self,
        tenant: &TenantId,
        id_sha256: &SecretDigest,
        idle_expires_at: Timestamp,
    ) -> Result<()> {
        let idle = idle_expires_at.as_micros();
        query_file!("../sql/users/touch_session.sql", tenant.as_str(), &id_sha256[..], idle)
            .execute(&mut *self.tx)
            .await
            .one_row()
            .during(StoreError::ChangeSession)
    }

    async fn end_session(&mut self, tenant: &TenantId, id_sha256: &SecretDigest) -> Result<()> {
        query_file!("../sql/users/end_session.sql", tenant.as_str(), &id_sha256[..])
            .execute(&mut *self.tx)
            .await
            .during(StoreError::ChangeSession)?;
        Ok(())
    }

    async fn end_sessions_of(&mut self, tenant: &TenantId, user: &str) -> Result<u64> {
        let ended = query_file!("../sql/users/end_sessions_of.sql", tenant.as_str(), user)
            .execute(&mut *self.tx)
            .await
            .during(StoreError::ChangeSession)?;
        Ok(ended.rows_affected())
    }

    async fn remove_ended_sessions(&mut self, tenant: &TenantId, now: Timestamp) -> Result<u64> {
        let ended = query_file!("../sql/users/remove_ended_sessions.sql", tenant.as_str(), now.as_micros())
            .execute(&mut *self.tx)
            .await
            .during(StoreError::ChangeSession)?;
        Ok(ended.rows_affected())
    }

    async fn put_link(&mut self, tenant: &TenantId, link: &OneTimeLink) -> Result<()> {
        let purpose = words::to_word(&link.purpose).during(StoreError::ChangeLink)?;
        query_file!(
            "../sql/users/put_link.sql",
            tenant.as_str(),
            &link.token_sha256[..],
            purpose,
            link.user,
            link.created_at.as_micros(),
            link.expires_at.as_micros()
        )
        .execute(&mut *self.tx)
        .await
        .one_row()
        .during(StoreError::ChangeLink)
    }

    async fn link(
        &mut self,
        tenant: &TenantId,
        token_sha256: &SecretDigest,
        now: Timestamp,
    ) -> Result<Option<OneTimeLink>> {
        self.find_link(tenant, token_sha256, now).await.during(StoreError::ReadUsers)
    }

    async fn use_link(
        &mut self,
        tenant: &TenantId,
        token_sha256: &SecretDigest,
        now: Timestamp,
    ) -> Result<Option<OneTimeLink>> {
        let found = self.find_link(tenant, token_sha256, now).await.during(StoreError::ChangeLink)?;
        let used =
            query_file!("../sql/users/use_link.sql", tenant.as_str(), &token_sha256[..], now.as_micros())
                .execute(&mut *self.tx)
                .await
                .during(StoreError::ChangeLink)?;
        // Two requests may look at once; only the one whose UPDATE changed the row has used the link.
        Ok(found.filter(|_| used.rows_affected() == 1))
    }

    async fn record_audit(&mut self, tenant: &TenantId, entry: &AuditEntry) -> Result<u64> {
        self.insert_audit(tenant, entry).await.during(StoreError::RecordAudit)
    }

    async fn audit_rows(
        &mut self,
        tenant: &TenantId,
        newest: Option<u64>,
        rows: u32,
    ) -> Result<Vec<AuditRow>> {
        let before = before(newest).during(StoreError::ReadAudit)?;
        query_file!("../sql/audit/page.sql", tenant.as_str(), before, limit(rows))
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadAudit)?
            .into_iter()
            .map(|row| {
                let at = Timestamp::from_micros(row.at);
                Ok(AuditRow {
                    number: words::to_u64("audit number", row.audit_number)?,
                    entry: AuditEntry {
                        at,
                        actor: row.actor,
                        action: row.action,
                        subject: row.subject,
                        detail: row.detail,
                    },
                })
            })
            .collect::<Result<_, Fault>>()
            .during(StoreError::ReadAudit)
    }
}
