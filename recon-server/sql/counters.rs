//! Counters, profiles, enrolment.

use async_trait::async_trait;
use domain::{
    catalogue::CounterProfile,
    id::{CounterId, Incarnation, TenantId},
    time::Timestamp,
};
use journal::{chain::Head, entry::EntryHash};
use sqlx::{query_file, query_file_as};
use store::{
    CounterStore, Fault, Result, StoreError,
    counters::{CounterRow, Enrolment, Grant, IncarnationRow, NewEnrolmentCode, SecretDigest},
    words,
};

use crate::support::{During, OneRow, Unit, fault};

/// An incarnation as the database has it.
struct IncarnationRecord {
    incarnation: i64,
    first_receipt: i64,
    granted_at: i64,
    ended_at: Option<i64>,
    head_sequence: i64,
    head_hash: Vec<u8>,
    last_received_at: Option<i64>,
}

impl TryFrom<IncarnationRecord> for IncarnationRow {
    type Error = Fault;

    fn try_from(record: IncarnationRecord) -> Result<Self, Fault> {
        Ok(Self {
            incarnation: words::incarnation(record.incarnation)?,
            first_receipt: words::to_u32("first receipt", record.first_receipt)?,
            granted_at: Timestamp::from_micros(record.granted_at),
            ended_at: record.ended_at.map(Timestamp::from_micros),
            head: Head {
                sequence_number: words::sequence_number(record.head_sequence)?,
                hash: EntryHash(words::digest("head hash", &record.head_hash)?),
            },
            last_received_at: record.last_received_at.map(Timestamp::from_micros),
        })
    }
}

impl Unit {
    /// One generation of a counter.
    pub async fn incarnation(
        &mut self,
        tenant: &TenantId,
        counter: &CounterId,
        incarnation: Incarnation,
    ) -> Result<Option<IncarnationRow>, Fault> {
        query_file_as!(
            IncarnationRecord,
            "../sql/counters/incarnation.sql",
            tenant.as_str(),
            counter.as_str(),
            i64::from(incarnation.0)
        )
        .fetch_optional(&mut *self.tx)
        .await
        .map_err(fault)?
        .map(IncarnationRow::try_from)
        .transpose()
    }

    /// Ids of all counters, in order.
    pub async fn counter_ids(&mut self, tenant: &TenantId) -> Result<Vec<CounterId>, Fault> {
        query_file!("../sql/counters/ids.sql", tenant.as_str())
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?
            .into_iter()
            .map(|row| words::parse("counter", &row.counter_id))
            .collect()
    }

    async fn generations(
        &mut self,
        tenant: &TenantId,
        counter: &CounterId,
    ) -> Result<Vec<IncarnationRow>, Fault> {
        query_file_as!(
            IncarnationRecord,
            "../sql/counters/incarnations.sql",
            tenant.as_str(),
            counter.as_str()
        )
        .fetch_all(&mut *self.tx)
        .await
        .map_err(fault)?
        .into_iter()
        .map(IncarnationRow::try_from)
        .collect()
    }

    async fn newest_profile(
        &mut self,
        tenant: &TenantId,
        counter: &CounterId,
    ) -> Result<Option<(i64, String)>, Fault> {
        let row = query_file!("../sql/counters/newest_profile.sql", tenant.as_str(), counter.as_str())
            .fetch_optional(&mut *self.tx)
            .await
            .map_err(fault)?;
        Ok(row.map(|row| (row.version, row.profile)))
    }

    /// The first receipt number of the next generation: one more than the highest seen, in the journal or beside it.
    async fn next_receipt(&mut self, tenant: &TenantId, counter: &CounterId) -> Result<i64, Fault> {
        let row = query_file!("../sql/counters/highest_receipts.sql", tenant.as_str(), counter.as_str())
            .fetch_one(&mut *self.tx)
            .await
            .map_err(fault)?;
        Ok(row.journal.max(row.aside).saturating_add(1).max(row.first_receipt))
    }

    async fn grant(
        &mut self,
        tenant: &TenantId,
        counter: CounterId,
        code_sha256: &SecretDigest,
        at: Timestamp,
    ) -> Result<Grant, Fault> {
        let (_, profile) =
            self.newest_profile(tenant, &counter).await?.ok_or(Fault::Missing("profile of the counter"))?;
        let last = self.generations(tenant, &counter).await?.last().map_or(0, |row| row.incarnation.0);
        let incarnation = Incarnation(last.checked_add(1).ok_or(Fault::OutOfRange("incarnation"))?);
        let first_receipt = self.next_receipt(tenant, &counter).await?;
        let number = i64::from(incarnation.0);
        let (team, desk) = (tenant.as_str(), counter.as_str());
        query_file!("../sql/counters/end_incarnations.sql", team, desk, at.as_micros())
            .execute(&mut *self.tx)
            .await
            .map_err(fault)?;
        query_file!(
            "../sql/counters/insert_incarnation.sql",
            team,
            desk,
            number,
            first_receipt,
            at.as_micros(),
            &EntryHash::ZERO.0[..]
        )
        .execute(&mut *self.tx)
        .await
        .one_row()?;
        query_file!("../sql/counters/use_code.sql", team, &code_sha256[..], at.as_micros(), number)
            .execute(&mut *self.tx)
            .await
            .one_row()?;
        Ok(Grant {
            counter,
            incarnation,
            first_receipt: words::to_u32("first receipt", first_receipt)?,
            profile: words::from_json("profile", &profile)?,
        })
    }

    /// The counter of a code that works at `at`, or why it does not.
    async fn judge_code(
        &mut self,
        tenant: &TenantId,
        code_sha256: &SecretDigest,
        at: Timestamp,
    ) -> Result<Result<CounterId, Enrolment>, Fault> {
        let found = query_file!("../sql/counters/find_code.sql", tenant.as_str(), &code_sha256[..])
            .fetch_optional(&mut *self.tx)
            .await
            .map_err(fault)?;
        let Some(code) = found else { return Ok(Err(Enrolment::UnknownCode)) };
        if code.used_at.is_some() {
            return Ok(Err(Enrolment::UsedCode));
        }
        if code.expires_at <= at.as_micros() {
            return Ok(Err(Enrolment::ExpiredCode));
        }
        words::parse("counter", &code.counter_id).map(Ok)
    }

    async fn enrol_with(
        &mut self,
        tenant: &TenantId,
        code_sha256: &SecretDigest,
        at: Timestamp,
    ) -> Result<Enrolment, Fault> {
        let counter = match self.judge_code(tenant, code_sha256, at).await? {
            Ok(counter) => counter,
            Err(refused) => return Ok(refused),
        };
        self.lock_counter(tenant, &counter).await?;
        // Another request may have used the code while this one waited for the lock.
        if let Err(refused) = self.judge_code(tenant, code_sha256, at).await? {
            return Ok(refused);
        }
        self.grant(tenant, counter, code_sha256, at).await.map(|grant| Enrolment::Granted(Box::new(grant)))
    }

    async fn counter_row(
        &mut self,
        tenant: &TenantId,
        counter: CounterId,
        (created_at, version, profile): (i64, i64, &str),
    ) -> Result<CounterRow, Fault> {
        let current = self.generations(tenant, &counter).await?.pop();
        Ok(CounterRow {
            counter,
            created_at: Timestamp::from_micros(created_at),
            profile: words::from_json("profile", profile)?,
            profile_version: words::to_u32("profile version", version)?,
            current,
        })
    }
}

#[async_trait]
impl CounterStore for Unit {
    async fn put_counter(
        &mut self,
        tenant: &TenantId,
        profile: &CounterProfile,
        at: Timestamp,
    ) -> Result<u32> {
        let counter = &profile.counter;
        let (team, desk) = (tenant.as_str(), counter.as_str());
        query_file!("../sql/counters/insert_counter.sql", team, desk, at.as_micros())
            .execute(&mut *self.tx)
            .await
            .during(StoreError::ChangeCounter)?;
        self.lock_counter(tenant, counter).await.during(StoreError::ChangeCounter)?;
        let text = words::to_json(profile).during(StoreError::ChangeCounter)?;
        let newest = self.newest_profile(tenant, counter).await.during(StoreError::ChangeCounter)?;
        let version = match newest {
            Some((version, known)) if known == text => version,
            newest => {
                let version = newest.map_or(1, |(version, _)| version.saturating_add(1));
                query_file!("../sql/counters/insert_profile.sql", team, desk, version, text, at.as_micros())
                    .execute(&mut *self.tx)
                    .await
                    .one_row()
                    .during(StoreError::ChangeCounter)?;
                version
            }
        };
        words::to_u32("profile version", version).during(StoreError::ChangeCounter)
    }

    async fn counter(&mut self, tenant: &TenantId, counter: &CounterId) -> Result<Option<CounterRow>> {
        let found = query_file!("../sql/counters/find.sql", tenant.as_str(), counter.as_str())
            .fetch_optional(&mut *self.tx)
            .await
            .during(StoreError::ReadCounters)?;
        let Some(row) = found else { return Ok(None) };
        let parts = (row.created_at, row.version, row.profile.as_str());
        self.counter_row(tenant, counter.clone(), parts).await.map(Some).during(StoreError::ReadCounters)
    }

    async fn counters(&mut self, tenant: &TenantId) -> Result<Vec<CounterRow>> {
        let rows = query_file!("../sql/counters/list.sql", tenant.as_str())
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadCounters)?;
        let mut counters = Vec::with_capacity(rows.len());
        for row in rows {
            let counter = words::parse("counter", &row.counter_id).during(StoreError::ReadCounters)?;
            let parts = (row.created_at, row.version, row.profile.as_str());
            counters.push(self.counter_row(tenant, counter, parts).await.during(StoreError::ReadCounters)?);
        }
        Ok(counters)
    }

    async fn put_enrolment_code(&mut self, tenant: &TenantId, code: &NewEnrolmentCode) -> Result<()> {
        query_file!(
            "../sql/counters/insert_code.sql",
            tenant.as_str(),
            &code.code_sha256[..],
            code.counter.as_str(),
            code.created_by,
            code.created_at.as_micros(),
            code.expires_at.as_micros()
        )
        .execute(&mut *self.tx)
        .await
        .one_row()
        .during(StoreError::ChangeCounter)
    }

    async fn enrol(
        &mut self,
        tenant: &TenantId,
        code_sha256: &SecretDigest,
        at: Timestamp,
    ) -> Result<Enrolment> {
        self.enrol_with(tenant, code_sha256, at).await.during(StoreError::EnrolCounter)
    }

    async fn incarnations(&mut self, tenant: &TenantId, counter: &CounterId) -> Result<Vec<IncarnationRow>> {
        self.generations(tenant, counter).await.during(StoreError::ReadCounters)
    }
}
