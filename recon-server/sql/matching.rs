//! Runs and the settings that govern them: contracts, bank holidays, counter holidays.

use async_trait::async_trait;
use domain::{
    id::{ContractId, TenantId},
    time::{CivilDate, Timestamp},
};
use sqlx::query_file;
use store::{
    Fault, MatchStore, Result, StoreError,
    matching::{
        BankHoliday, ContractRow, CounterHoliday, ExceptionRow, LinkRow, NewRun, ReportLineRow, RunRow,
        SourceSettingRow,
    },
    words,
};

use crate::support::{During, OneRow, Unit, fault};

impl Unit {
    async fn insert_contract(
        &mut self,
        tenant: &TenantId,
        contract: &ContractId,
        valid_from: CivilDate,
        config: &str,
        at: Timestamp,
    ) -> Result<u32, Fault> {
        let (team, id, day) = (tenant.as_str(), contract.as_str(), words::date_text(valid_from));
        let newest = query_file!("../sql/settings/newest_contract.sql", team, id, day)
            .fetch_optional(&mut *self.tx)
            .await
            .map_err(fault)?;
        let version = match newest {
            Some(known) if known.config == config => return words::to_u32("version", known.version),
            newest => newest.map_or(1, |known| known.version.saturating_add(1)),
        };
        query_file!("../sql/settings/insert_contract.sql", team, id, day, version, config, at.as_micros())
            .execute(&mut *self.tx)
            .await
            .one_row()?;
        words::to_u32("version", version)
    }

    async fn insert_source_setting(
        &mut self,
        tenant: &TenantId,
        source: &str,
        valid_from: CivilDate,
        config: &str,
        at: Timestamp,
    ) -> Result<u32, Fault> {
        let (team, day) = (tenant.as_str(), words::date_text(valid_from));
        let newest = query_file!("../sql/settings/newest_source_setting.sql", team, source, day)
            .fetch_optional(&mut *self.tx)
            .await
            .map_err(fault)?;
        let version = match newest {
            Some(known) if known.config == config => return words::to_u32("version", known.version),
            newest => newest.map_or(1, |known| known.version.saturating_add(1)),
        };
        query_file!(
            "../sql/settings/insert_source_setting.sql",
            team,
            source,
            day,
            version,
            config,
            at.as_micros()
        )
        .execute(&mut *self.tx)
        .await
        .one_row()?;
        words::to_u32("version", version)
    }

    async fn insert_counter_holiday(
        &mut self,
        tenant: &TenantId,
        holiday: &CounterHoliday,
    ) -> Result<(), Fault> {
        let (team, desk, day) = (tenant.as_str(), holiday.counter.as_str(), words::date_text(holiday.day));
        self.lock_counter(tenant, &holiday.counter).await?;
        let newest = query_file!("../sql/settings/newest_counter_holiday.sql", team, desk, day)
            .fetch_one(&mut *self.tx)
            .await
            .map_err(fault)?;
        query_file!(
            "../sql/settings/insert_counter_holiday.sql",
            team,
            desk,
            day,
            newest.version.saturating_add(1),
            holiday.closed,
            words::plain(&holiday.reason),
            holiday.entered_by,
            holiday.entered_at.as_micros()
        )
        .execute(&mut *self.tx)
        .await
        .one_row()
    }
}

#[async_trait]
impl MatchStore for Unit {
    async fn record_run(
        &mut self,
        tenant: &TenantId,
        run: &NewRun,
        links: &[LinkRow],
        exceptions: &[ExceptionRow],
        lines: &[ReportLineRow],
    ) -> Result<u64> {
        let number = self.insert_run(tenant, run).await.during(StoreError::RecordRun)?;
        self.insert_links(tenant, number, links).await.during(StoreError::RecordRun)?;
        self.insert_findings(tenant, number, exceptions, lines).await.during(StoreError::RecordRun)?;
        words::to_u64("run number", number).during(StoreError::RecordRun)
    }

    async fn runs(&mut self, tenant: &TenantId, rows: u32) -> Result<Vec<RunRow>> {
        self.read_runs(tenant, rows).await.during(StoreError::ReadRuns)
    }

    async fn run(&mut self, tenant: &TenantId, number: u64) -> Result<Option<RunRow>> {
        self.read_run(tenant, number).await.during(StoreError::ReadRuns)
    }

    async fn run_links(&mut self, tenant: &TenantId, number: u64) -> Result<Vec<LinkRow>> {
        self.read_links(tenant, number, None).await.during(StoreError::ReadRuns)
    }

    async fn run_exceptions(&mut self, tenant: &TenantId, number: u64) -> Result<Vec<ExceptionRow>> {
        self.read_exceptions(tenant, number).await.during(StoreError::ReadRuns)
    }

    async fn run_report(
        &mut self,
        tenant: &TenantId,
        number: u64,
        report: &str,
    ) -> Result<Vec<ReportLineRow>> {
        self.read_report(tenant, number, report).await.during(StoreError::ReadRuns)
    }

    async fn links_of(&mut self, tenant: &TenantId, number: u64, subject: &str) -> Result<Vec<LinkRow>> {
        self.read_links(tenant, number, Some(subject)).await.during(StoreError::ReadRuns)
    }

    async fn put_contract(
        &mut self,
        tenant: &TenantId,
        contract: &ContractId,
        valid_from: CivilDate,
        config: &str,
        at: Timestamp,
    ) -> Result<u32> {
        self.insert_contract(tenant, contract, valid_from, config, at)
            .await
            .during(StoreError::ChangeSettings)
    }

    async fn contracts(&mut self, tenant: &TenantId) -> Result<Vec<ContractRow>> {
        query_file!("../sql/settings/contracts.sql", tenant.as_str())
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadSettings)?
            .into_iter()
            .map(|row| {
                Ok(ContractRow {
                    contract: words::parse("contract", &row.contract_id)?,
                    valid_from: words::parse("day", &row.valid_from)?,
                    version: words::to_u32("version", row.version)?,
                    config: row.config,
                })
            })
            .collect::<Result<_, Fault>>()
            .during(StoreError::ReadSettings)
    }

    async fn put_source_setting(
        &mut self,
        tenant: &TenantId,
        source: &str,
        valid_from: CivilDate,
        config: &str,
        at: Timestamp,
    ) -> Result<u32> {
        self.insert_source_setting(tenant, source, valid_from, config, at)
            .await
            .during(StoreError::ChangeSettings)
    }

    async fn source_settings(&mut self, tenant: &TenantId) -> Result<Vec<SourceSettingRow>> {
        query_file!("../sql/settings/source_settings.sql", tenant.as_str())
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadSettings)?
            .into_iter()
            .map(|row| {
                Ok(SourceSettingRow {
                    source: row.source,
                    valid_from: words::parse("day", &row.valid_from)?,
                    version: words::to_u32("version", row.version)?,
                    config: row.config,
                })
            })
            .collect::<Result<_, Fault>>()
            .during(StoreError::ReadSettings)
    }

    async fn put_bank_holiday(&mut self, tenant: &TenantId, holiday: &BankHoliday) -> Result<()> {
        let day = words::date_text(holiday.day);
        query_file!("../sql/settings/put_bank_holiday.sql", tenant.as_str(), day, holiday.name)
            .execute(&mut *self.tx)
            .await
            .one_row()
            .during(StoreError::ChangeSettings)
    }

    async fn bank_holidays(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
    ) -> Result<Vec<BankHoliday>> {
        let (from, to) = (words::date_text(from), words::date_text(to));
        query_file!("../sql/settings/bank_holidays.sql", tenant.as_str(), from, to)
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadSettings)?
            .into_iter()
            .map(|row| Ok(BankHoliday { day: words::parse("day", &row.day)?, name: row.name }))
            .collect::<Result<_, Fault>>()
            .during(StoreError::ReadSettings)
    }

    async fn put_counter_holiday(&mut self, tenant: &TenantId, holiday: &CounterHoliday) -> Result<()> {
        self.insert_counter_holiday(tenant, holiday).await.during(StoreError::ChangeSettings)
    }

    async fn counter_holidays(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
    ) -> Result<Vec<CounterHoliday>> {
        let (from, to) = (words::date_text(from), words::date_text(to));
        query_file!("../sql/settings/counter_holidays.sql", tenant.as_str(), from, to)
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadSettings)?
            .into_iter()
            .map(|row| {
                Ok(CounterHoliday {
                    counter: words::parse("counter", &row.counter_id)?,
                    day: words::parse("day", &row.day)?,
                    closed: row.closed,
                    reason: row.reason,
                    entered_by: row.entered_by,
                    entered_at: Timestamp::from_micros(row.entered_at),
                })
            })
            .collect::<Result<_, Fault>>()
            .during(StoreError::ReadSettings)
    }
}
