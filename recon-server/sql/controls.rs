//! What takes two persons: a wish, its decision, reading both as one.

use async_trait::async_trait;
use domain::{id::TenantId, time::Timestamp};
use sqlx::{query_file, query_file_as};
use store::{
    ControlStore, Fault, Result, StoreError,
    controls::{ControlDecision, ControlId, ControlRow, LockRow},
    words,
};
use uuid::Uuid;

use crate::support::{During, OneRow, Unit, fault};

/// Name of the sequence of wishes and decisions.
const CONTROL_NUMBERS: &str = "control";
/// Name of the sequence of locks.
const LOCK_NUMBERS: &str = "period-lock";

/// A wish as the database has it.
struct ControlRecord {
    request_id: Uuid,
    request_number: i64,
    topic: String,
    action: String,
    subject: String,
    document: String,
    reason: String,
    requested_by: String,
    requested_at: i64,
    decision_number: Option<i64>,
    approved: Option<bool>,
    note: Option<String>,
    decided_by: Option<String>,
    decided_at: Option<i64>,
}

impl TryFrom<ControlRecord> for ControlRow {
    type Error = Fault;

    fn try_from(row: ControlRecord) -> Result<Self, Fault> {
        let decision = match (row.decision_number, row.approved, row.note, row.decided_by, row.decided_at) {
            (Some(number), Some(approved), Some(note), Some(by), Some(at)) => Some(ControlDecision {
                number: words::to_u64("control number", number)?,
                approved,
                note,
                by,
                at: Timestamp::from_micros(at),
            }),
            _ => None,
        };
        Ok(Self {
            id: ControlId(row.request_id),
            number: words::to_u64("control number", row.request_number)?,
            topic: words::from_word("topic of a control", &row.topic)?,
            action: words::from_word("action of a control", &row.action)?,
            subject: row.subject,
            document: row.document,
            reason: row.reason,
            requested_by: row.requested_by,
            requested_at: Timestamp::from_micros(row.requested_at),
            decision,
        })
    }
}

impl Unit {
    async fn insert_control(&mut self, tenant: &TenantId, request: &ControlRow) -> Result<(), Fault> {
        if request.decision.is_some() {
            return Err(Fault::Repeated("decision of a control"));
        }
        query_file!(
            "../sql/controls/insert_request.sql",
            tenant.as_str(),
            request.id.0,
            words::to_i64("control number", request.number)?,
            words::to_word(&request.topic)?,
            words::to_word(&request.action)?,
            request.subject,
            words::plain(&request.document),
            words::plain(&request.reason),
            request.requested_by,
            request.requested_at.as_micros()
        )
        .execute(&mut *self.tx)
        .await
        .one_row()
    }

    async fn insert_control_decision(
        &mut self,
        tenant: &TenantId,
        id: ControlId,
        decision: &ControlDecision,
    ) -> Result<(), Fault> {
        query_file!(
            "../sql/controls/insert_decision.sql",
            tenant.as_str(),
            id.0,
            words::to_i64("control number", decision.number)?,
            decision.approved,
            words::plain(&decision.note),
            decision.by,
            decision.at.as_micros()
        )
        .execute(&mut *self.tx)
        .await
        .one_row()
    }

    async fn number_of(&mut self, tenant: &TenantId, name: &str) -> Result<u64> {
        let number = self.next_number(tenant, name).await.during(StoreError::ChangeControl)?;
        words::to_u64("control number", number).during(StoreError::ChangeControl)
    }
}

#[async_trait]
impl ControlStore for Unit {
    async fn next_control(&mut self, tenant: &TenantId) -> Result<u64> {
        self.number_of(tenant, CONTROL_NUMBERS).await
    }

    async fn request_control(&mut self, tenant: &TenantId, request: &ControlRow) -> Result<()> {
        self.insert_control(tenant, request).await.during(StoreError::ChangeControl)
    }

    async fn decide_control(
        &mut self,
        tenant: &TenantId,
        id: ControlId,
        decision: &ControlDecision,
    ) -> Result<()> {
        self.insert_control_decision(tenant, id, decision).await.during(StoreError::ChangeControl)
    }

    async fn control(&mut self, tenant: &TenantId, id: ControlId) -> Result<Option<ControlRow>> {
        query_file_as!(ControlRecord, "../sql/controls/find.sql", tenant.as_str(), id.0)
            .fetch_optional(&mut *self.tx)
            .await
            .map_err(fault)
            .and_then(|row| row.map(ControlRow::try_from).transpose())
            .during(StoreError::ReadControls)
    }

    async fn put_scan(
        &mut self,
        tenant: &TenantId,
        id: ControlId,
        sha256: [u8; 32],
        bytes: &[u8],
    ) -> Result<()> {
        query_file!("../sql/controls/insert_scan.sql", tenant.as_str(), id.0, &sha256[..], bytes)
            .execute(&mut *self.tx)
            .await
            .one_row()
            .during(StoreError::ChangeControl)
    }

    async fn scan(&mut self, tenant: &TenantId, id: ControlId) -> Result<Option<Vec<u8>>> {
        let row = query_file!("../sql/controls/scan.sql", tenant.as_str(), id.0)
            .fetch_optional(&mut *self.tx)
            .await
            .during(StoreError::ReadControls)?;
        Ok(row.map(|row| row.bytes))
    }

    async fn controls(&mut self, tenant: &TenantId) -> Result<Vec<ControlRow>> {
        query_file_as!(ControlRecord, "../sql/controls/list.sql", tenant.as_str())
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadControls)?
            .into_iter()
            .map(ControlRow::try_from)
            .collect::<Result<_, Fault>>()
            .during(StoreError::ReadControls)
    }

    async fn put_lock(&mut self, tenant: &TenantId, lock: &LockRow) -> Result<()> {
        self.insert_lock(tenant, lock).await.during(StoreError::ChangeControl)
    }

    async fn next_lock(&mut self, tenant: &TenantId) -> Result<u64> {
        self.number_of(tenant, LOCK_NUMBERS).await
    }

    async fn locks(&mut self, tenant: &TenantId) -> Result<Vec<LockRow>> {
        self.read_locks(tenant).await.during(StoreError::ReadControls)
    }

    async fn put_signed_paper(
        &mut self,
        tenant: &TenantId,
        lock: u64,
        paper: &str,
        document: &str,
    ) -> Result<()> {
        let number = words::to_i64("lock number", lock).during(StoreError::ChangeControl)?;
        query_file!("../sql/locks/insert_paper.sql", tenant.as_str(), number, paper, document)
            .execute(&mut *self.tx)
            .await
            .one_row()
            .during(StoreError::ChangeControl)
    }

    async fn signed_paper(&mut self, tenant: &TenantId, lock: u64, paper: &str) -> Result<Option<String>> {
        let number = words::to_i64("lock number", lock).during(StoreError::ReadControls)?;
        let row = query_file!("../sql/locks/paper.sql", tenant.as_str(), number, paper)
            .fetch_optional(&mut *self.tx)
            .await
            .during(StoreError::ReadControls)?;
        Ok(row.map(|row| row.document))
    }
}
