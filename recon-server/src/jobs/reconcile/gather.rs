//! Reads everything that a run looks at, as of a day.
//!
//! Invariants: files up to one watermark, one state of the store; only what is in force on the day; a counter day is delivered only when
//! its close is here, and 休業 is entered, never inferred (DESIGN 3.9).

use std::collections::{BTreeMap, BTreeSet};

use domain::{catalogue::RouteKind, id::TenantId, time::CivilDate};
use engine::{
    BankCalendar, Contract, Facts, PeriodLock,
    facts::{OwnTerminal, ReceivedBank, ReceivedStatement, Row, Sale},
    notices::{Notices, Revision},
};
use sha2::{Digest, Sha256};
use store::{
    UnitOfWork,
    controls::ControlRow,
    counters::CounterRow,
    facts::Stored,
    files::{FileKind, FileRow, FileState},
    matching::ContractRow,
    refunds::{RefundRow, RefundWay},
    reports::{AttemptRow, SaleRow},
};

use super::{
    counter_days, declared, facts, gaps,
    key::StateKey,
    locked,
    notices::{self, Told},
};
use crate::jobs::{
    JobError,
    audit::{Seen, Settings},
    contracts_in_force, controls,
    expected::Calendar,
    hand,
    import::{self, Counted},
    terms,
};

/// Days before the day of a run that it looks at: a fiscal year, 出納整理期間 and a closing period before it.
pub const SCOPE_DAYS: i32 = 500;
/// Receipts of files read at a time.
const FILES_PAGE: u32 = 500;
/// Digits of a configuration's version, hex.
const VERSION_HEX_DIGITS: usize = 16;

/// Everything that a run looks at, and what its papers need beside.
pub struct Gathered {
    /// The engine's input.
    pub facts: Facts,
    /// First day of the scope.
    pub from: CivilDate,
    /// Highest file number that was read.
    pub watermark: u64,
    /// Digests of everything that the input depends on.
    pub key: StateKey,
    /// Inputs and settings, for the manifest.
    pub seen: Seen,
    /// What the counters have been told of results in doubt.
    pub told: Vec<Told>,
}

/// Reads everything as of a day.
pub async fn gather(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    as_of: CivilDate,
) -> Result<Gathered, JobError> {
    let (from, watermark) = (as_of.plus_days(-SCOPE_DAYS), unit.last_file(tenant).await?);
    let files = files(unit, tenant, watermark).await?;
    let counters = unit.counters(tenant).await?;
    let sale_rows = unit.sales_paid(tenant, from, as_of).await?;
    let attempts = attempts(unit, tenant, from, as_of).await?;
    let days = unit.days(tenant, from, as_of).await?;
    let decided = unit.controls(tenant).await?;
    let contract_rows = terms::contract_rows(unit, tenant).await?;
    let contracts = named(&contract_rows, &decided, as_of)?;
    // Pay days lie at most a few months ahead; holidays of the coming year are enough.
    let holidays = unit.bank_holidays(tenant, from, as_of.plus_days(SCOPE_DAYS)).await?;
    let rows = read(&unit.statement_lines(tenant, from, as_of, watermark).await?, &files, facts::row)?;
    let sources = import::Settings::read(unit, tenant).await?;
    let counted = Counted::new(sources.clone(), files.values());
    let entries = counted.only(unit.bank_entries(tenant, from, as_of, watermark).await?);
    let declared = hand::counted_payouts(unit.payout_lines(tenant, from, as_of, watermark).await?);
    let mut sales = sales(unit, tenant, (from, as_of), (&sale_rows, &attempts)).await?;
    sales.extend(read(&unit.opening_items(tenant, from, as_of, watermark).await?, &files, facts::opening)?);
    let settings =
        Settings::read(unit, tenant, &counters, (from, as_of), as_of.plus_days(SCOPE_DAYS)).await?;
    let told = notices::told(unit, tenant).await?;
    let (locks, revisions) = behind_locks(unit, tenant, (&rows, &contracts), from).await?;
    let noticed = Notices {
        sequence_gaps: notices::gaps(unit, tenant, &counters, &days, as_of).await?,
        revisions,
        resolutions: notices::resolutions(&attempts, &sale_rows, &told),
        ..controls::notices(&decided)?
    };
    let calendar = BankCalendar::with_listed(holidays.iter().map(|holiday| holiday.day));
    let counter_days = counter_days::read(unit, tenant, &counters, &days, from, as_of).await?;
    let here = (files.values(), &counted, &declared[..]);
    let expected = Calendar::new(&contract_rows, &contracts, &sources, here, &calendar);
    let gaps = gaps::read(unit, tenant, &expected, &counter_days, &counted, (from, as_of, watermark)).await?;
    let config_version = version(&serde_json::to_string(&contracts).unwrap_or_default(), &calendar);
    Ok(Gathered {
        key: StateKey::read(unit, tenant, as_of).await?,
        seen: Seen::read(unit, tenant, files.values(), &counters, config_version.clone(), settings).await?,
        facts: Facts {
            as_of,
            config_version,
            rows,
            deposits: read(&entries, &files, facts::deposit)?,
            contracts,
            calendar,
            received: received_statements(&files),
            bank_received: received_banks(&files, &counted),
            terminal_totals: facts::terminal_totals(&days),
            counter_days,
            terminals: terminals(&counters, &sales),
            sales,
            notices: noticed,
            declared: read(&declared, &files, declared::payout)?,
            locks,
            gaps,
        },
        from,
        watermark,
        told,
    })
}

/// Contracts in force, under every name that was decided for their payers.
fn named(rows: &[ContractRow], decided: &[ControlRow], as_of: CivilDate) -> Result<Vec<Contract>, JobError> {
    let mut contracts = contracts_in_force(rows, as_of)?;
    controls::name_payers(&mut contracts, decided, as_of)?;
    Ok(contracts)
}

/// Stored rows as facts, each with the digest of its file.
fn read<T, F>(
    rows: &[Stored<T>],
    files: &BTreeMap<u64, FileRow>,
    fact: fn(&Stored<T>, &str) -> Result<F, JobError>,
) -> Result<Vec<F>, JobError> {
    rows.iter().map(|row| fact(row, &sha256_hex(files, row.file))).collect()
}

/// Signed periods, and what was corrected behind them.
async fn behind_locks(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    known: (&[Row], &[Contract]),
    from: CivilDate,
) -> Result<(Vec<PeriodLock>, Vec<Revision>), JobError> {
    let rows = unit.locks(tenant).await?;
    let standing = locked::in_force(&rows);
    let revisions = locked::revisions(unit, tenant, &standing, known, from).await?;
    Ok((locked::locks(unit, tenant, &standing, from).await?, revisions))
}

/// Whether an acquirer's statement will speak of a refund: approved, and given back by the acquirer. A bank transfer to the citizen is
/// in no statement.
pub fn is_told(row: &RefundRow) -> bool {
    row.is_approved() && row.way == RefundWay::Acquirer
}

/// Sales, and the refunds of sales.
async fn sales(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    (from, to): (CivilDate, CivilDate),
    (rows, attempts): (&[SaleRow], &[AttemptRow]),
) -> Result<Vec<Sale>, JobError> {
    let mut sales = facts::sales(rows, attempts);
    let refunds = refunds(unit, tenant, from, to, &sales).await?;
    sales.extend(refunds);
    Ok(sales)
}

/// Refunds that the acquirer gives back (戻出), approved by a second person, by 返金日.
async fn refunds(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    from: CivilDate,
    to: CivilDate,
    sales: &[Sale],
) -> Result<Vec<Sale>, JobError> {
    let rows = unit.refunds(tenant, from, to).await?;
    let by_id: BTreeMap<&str, &Sale> = sales.iter().map(|sale| (sale.id.as_str(), sale)).collect();
    let mut refunds = Vec::new();
    for row in rows.iter().filter(|row| is_told(row)) {
        let known = by_id.get(row.sale.to_string().as_str()).copied();
        // A sale from before the scope is no fact of the run; what it was made of decides where its refund belongs all the same.
        let older = match known {
            Some(_) => None,
            None => unit.sale(tenant, row.sale).await?.map(|found| facts::older(&found.row)),
        };
        refunds.push(facts::refund(row, known.or(older.as_ref())));
    }
    Ok(refunds)
}

/// Attempts of the scope, and every unknown that is older.
async fn attempts(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    from: CivilDate,
    to: CivilDate,
) -> Result<Vec<AttemptRow>, JobError> {
    let mut attempts = unit.attempts(tenant, from, to).await?;
    let known: BTreeSet<_> = attempts.iter().map(|row| row.attempt.attempt).collect();
    let older = unit.open_unknowns(tenant).await?;
    let older = older.into_iter().filter(|row| row.attempt.business_day < from);
    attempts.extend(older.filter(|row| !known.contains(&row.attempt.attempt)));
    Ok(attempts)
}

async fn files(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    watermark: u64,
) -> Result<BTreeMap<u64, FileRow>, JobError> {
    let mut files = BTreeMap::new();
    let mut before = Some(watermark.saturating_add(1));
    loop {
        let page = unit.files(tenant, before, FILES_PAGE).await?;
        let Some(last) = page.last() else { return Ok(files) };
        before = Some(last.file);
        files.extend(page.into_iter().map(|row| (row.file, row)));
    }
}

fn sha256_hex(files: &BTreeMap<u64, FileRow>, number: u64) -> String {
    files.get(&number).map(|row| hex::encode(row.sha256)).unwrap_or_default()
}

fn accepted(files: &BTreeMap<u64, FileRow>, kind: FileKind) -> impl Iterator<Item = &FileRow> {
    files.values().filter(move |row| row.kind == kind && row.state == FileState::Accepted)
}

fn received_statements(files: &BTreeMap<u64, FileRow>) -> Vec<ReceivedStatement> {
    let received = |row: &FileRow| {
        let (from, to) = row.period_from.zip(row.period_to)?;
        Some(ReceivedStatement {
            contract: row.source.parse().ok()?,
            file: hex::encode(row.sha256),
            from,
            to,
        })
    };
    accepted(files, FileKind::Statement).filter_map(received).collect()
}

fn received_banks(files: &BTreeMap<u64, FileRow>, counted: &Counted) -> Vec<ReceivedBank> {
    let received = |row: &FileRow| {
        let (from, to) = row.period_from.zip(row.period_to)?;
        Some(ReceivedBank { account: counted.account_of(&row.source, from)?.to_owned(), from, to })
    };
    accepted(files, FileKind::Bank).filter_map(received).collect()
}

/// Terminals and sheets of the counters' profiles, and those that a linked terminal named itself by.
fn terminals(counters: &[CounterRow], sales: &[Sale]) -> Vec<OwnTerminal> {
    let mut own = BTreeSet::new();
    for row in counters {
        for route in &row.profile.routes {
            match &route.kind {
                RouteKind::ManualTerminal { terminal_id } => {
                    own.insert((terminal_id.clone(), row.counter.clone()));
                }
                RouteKind::StaticSheet { sheet_numbers } => {
                    own.extend(sheet_numbers.iter().map(|sheet| (sheet.clone(), row.counter.clone())));
                }
                RouteKind::CashDrawer
                | RouteKind::LinkedTerminal { .. }
                | RouteKind::Claim { .. }
                | RouteKind::Security => {}
            }
        }
    }
    for sale in sales.iter().filter(|sale| !sale.is_opening()) {
        own.extend(sale.terminal_id.iter().map(|id| (id.clone(), sale.counter.clone())));
    }
    // One id stands at one place: the profile's word (sorted first by id) is kept.
    let mut seen = BTreeSet::new();
    own.into_iter()
        .filter(|(id, _)| seen.insert(id.clone()))
        .map(|(id, counter)| OwnTerminal { id, counter })
        .collect()
}

fn version(contracts: &str, calendar: &BankCalendar) -> String {
    let mut hasher = Sha256::new();
    hasher.update(contracts);
    for day in &calendar.holidays {
        hasher.update(day.to_string());
    }
    let mut version = hex::encode(hasher.finalize());
    version.truncate(VERSION_HEX_DIGITS);
    version
}
