//! Runs of the reconciliation and what they are governed by: contracts, bank holidays, counter holidays.
//!
//! Invariants: a run and everything in it is appended once and never updated (DESIGN 6); settings are dated versions, the newest
//! version of a day is in force; JSON columns are opaque here, the engine gives them their meaning.

use async_trait::async_trait;
use domain::{
    id::{ContractId, CounterId, TenantId},
    money::Yen,
    time::{CivilDate, Timestamp},
};

use crate::Result;

/// One member of a link and how much of it the link uses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkMember {
    /// `journal`, `statement`, `payout` or `bank`, as the engine names its sides.
    pub side: String,
    /// The engine's id of the fact.
    pub subject: String,
    /// Yen of it that this link uses, signed.
    pub amount: Yen,
}

/// One link of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRow {
    /// The engine's id of the link, stable across runs.
    pub link: String,
    /// Leg: journal to statement, statement to payout, payout to bank.
    pub leg: String,
    /// Stage or rule that made it.
    pub stage: String,
    /// Members, ordered.
    pub members: Vec<LinkMember>,
    /// Why, as JSON: everything needed for the Japanese sentence.
    pub evidence: String,
}

/// One exception of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionRow {
    /// The engine's id of the exception, stable across runs.
    pub exception: String,
    /// Class of reconciliation.md 5.10.
    pub class: String,
    /// Leg.
    pub leg: String,
    /// The engine's id of the fact that it is about.
    pub subject: String,
    /// Yen, signed.
    pub amount: Yen,
    /// Day to which it belongs.
    pub day: Option<CivilDate>,
    /// What a person reads, in Japanese.
    pub sentence: String,
    /// Nearest misses and the like, as JSON.
    pub detail: String,
}

/// One line of a report of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportLineRow {
    /// Which report.
    pub report: String,
    /// Position in it, from 1.
    pub position: u32,
    /// The line as JSON.
    pub line: String,
}

/// A run to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRun {
    /// The day as of which it looks.
    pub as_of: CivilDate,
    /// First day of its scope.
    pub from: CivilDate,
    /// Last day of its scope.
    pub to: CivilDate,
    /// Version of the engine's configuration.
    pub config_version: String,
    /// Highest file number that it read.
    pub watermark: u64,
    /// SHA-256 of its input.
    pub input_sha256: [u8; 32],
    /// SHA-256 of its output.
    pub output_sha256: [u8; 32],
    /// Verdict word of the engine.
    pub verdict: String,
    /// Summary as JSON.
    pub summary: String,
    /// When it was recorded.
    pub created_at: Timestamp,
    /// By whom, user id or `job`.
    pub created_by: String,
}

/// A recorded run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Its number, from 1 per tenant.
    pub number: u64,
    /// What it says.
    pub run: NewRun,
}

/// A dated version of a contract (契約): fee, closing day, payout day, gross or net, payee numbers, as the engine's JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractRow {
    /// 契約
    pub contract: ContractId,
    /// First day on which this version is in force.
    pub valid_from: CivilDate,
    /// Version of that day, from 1; the newest counts.
    pub version: u32,
    /// The configuration as JSON.
    pub config: String,
}

/// How a source of files is read and when its files are due, as of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSettingRow {
    /// Contract, `payout:` and a contract, or `bank:` and an account.
    pub source: String,
    /// First day of the setting.
    pub valid_from: CivilDate,
    /// Version of that day, from 1.
    pub version: u32,
    /// The setting as JSON.
    pub config: String,
}

/// 休業: a day on which a counter does not open, entered by a person, never inferred.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterHoliday {
    /// 窓口
    pub counter: CounterId,
    /// The day.
    pub day: CivilDate,
    /// Closed; `false` takes an earlier entry back.
    pub closed: bool,
    /// Why.
    pub reason: String,
    /// Who entered it, by user id.
    pub entered_by: String,
    /// When.
    pub entered_at: Timestamp,
}

/// A day on which banks do not pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankHoliday {
    /// The day.
    pub day: CivilDate,
    /// Its name.
    pub name: String,
}

/// Runs and settings.
#[async_trait]
pub trait MatchStore {
    /// Records a run with everything in it. Returns its number.
    async fn record_run(
        &mut self,
        tenant: &TenantId,
        run: &NewRun,
        links: &[LinkRow],
        exceptions: &[ExceptionRow],
        lines: &[ReportLineRow],
    ) -> Result<u64>;

    /// At most `limit` runs, newest first.
    async fn runs(&mut self, tenant: &TenantId, limit: u32) -> Result<Vec<RunRow>>;

    /// One run.
    async fn run(&mut self, tenant: &TenantId, number: u64) -> Result<Option<RunRow>>;

    /// The links of a run, by leg and id.
    async fn run_links(&mut self, tenant: &TenantId, number: u64) -> Result<Vec<LinkRow>>;

    /// The exceptions of a run, by class and id.
    async fn run_exceptions(&mut self, tenant: &TenantId, number: u64) -> Result<Vec<ExceptionRow>>;

    /// The lines of one report of a run, in order.
    async fn run_report(
        &mut self,
        tenant: &TenantId,
        number: u64,
        report: &str,
    ) -> Result<Vec<ReportLineRow>>;

    /// The links of a run that use one fact.
    async fn links_of(&mut self, tenant: &TenantId, number: u64, subject: &str) -> Result<Vec<LinkRow>>;

    /// Stores a version of a contract. The same configuration again stores nothing. Returns its version of that day.
    async fn put_contract(
        &mut self,
        tenant: &TenantId,
        contract: &ContractId,
        valid_from: CivilDate,
        config: &str,
        at: Timestamp,
    ) -> Result<u32>;

    /// Every contract's newest version of every day, by contract and day.
    async fn contracts(&mut self, tenant: &TenantId) -> Result<Vec<ContractRow>>;

    /// Enters how a source of files is read and when its files are due, from a day on; other words of the same day are a new version.
    async fn put_source_setting(
        &mut self,
        tenant: &TenantId,
        source: &str,
        valid_from: CivilDate,
        config: &str,
        at: Timestamp,
    ) -> Result<u32>;

    /// Every source's newest version of every day, by source and day.
    async fn source_settings(&mut self, tenant: &TenantId) -> Result<Vec<SourceSettingRow>>;

    /// Enters a bank holiday; the same day again changes its name.
    async fn put_bank_holiday(&mut self, tenant: &TenantId, holiday: &BankHoliday) -> Result<()>;

    /// Bank holidays from `from` to `to`, in order.
    async fn bank_holidays(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
    ) -> Result<Vec<BankHoliday>>;

    /// Enters a 休業 or takes one back.
    async fn put_counter_holiday(&mut self, tenant: &TenantId, holiday: &CounterHoliday) -> Result<()>;

    /// 休業 in force from `from` to `to`, by counter and day.
    async fn counter_holidays(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
    ) -> Result<Vec<CounterHoliday>>;
}
