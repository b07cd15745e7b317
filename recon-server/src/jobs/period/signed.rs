//! Papers of a signed month, read as they were signed.
//!
//! Invariants: what is given is what the lock in force keeps, never made again; none while the month is open, and none of what a lock did
//! not sign (an older program signed fewer papers). Not here: what is signed ([`super::sign`]).

use domain::{
    id::{ContractId, CounterId},
    time::CivilDate,
};
use engine::locks::Frozen;
use serde::de::DeserializeOwned;
use store::controls::LockRow;

use super::sign::{
    DayPapers, MONTH_PAPER, Scope, contract_paper, day_paper, day_papers, deposits_paper, names,
};
use crate::{
    app::AppState,
    jobs::{
        JobError,
        month::{MonthlyReport, YearMonth},
        papers::{CashlessPaper, DaySheet, DepositList, SheetPaper},
        reconcile::locked::{self, FROZEN_PAPER},
        report::DailyReport,
    },
};

/// The lock that signed a month's papers; none while the month is open.
///
/// # Errors
/// When the store fails.
pub async fn lock_of(state: &AppState, month: YearMonth) -> Result<Option<LockRow>, JobError> {
    let rows = state.store.snapshot().await?.locks(state.tenant()).await?;
    let own = |row: &&LockRow| row.contract.is_none() && row.through == month.last();
    Ok(locked::in_force(&rows).into_iter().find(own).cloned())
}

/// The month's report as it was signed; none while the month is open.
///
/// # Errors
/// When the store fails or the paper cannot be read.
pub async fn signed_month(state: &AppState, month: YearMonth) -> Result<Option<MonthlyReport>, JobError> {
    of_month(state, month, MONTH_PAPER).await
}

/// The day's report as it was signed with its month; none while the month is open.
///
/// # Errors
/// As [`signed_month`].
pub async fn signed_day(state: &AppState, day: CivilDate) -> Result<Option<DailyReport>, JobError> {
    of_month(state, YearMonth::of(day), &day_paper(day)).await
}

/// 収納日計表 as it was signed, of one counter or of all.
///
/// # Errors
/// As [`signed_month`].
pub async fn signed_day_sheet(
    state: &AppState,
    day: CivilDate,
    counter: Option<&CounterId>,
) -> Result<Option<DaySheet>, JobError> {
    let papers: Option<DayPapers> = of_month(state, YearMonth::of(day), &day_papers(day)).await?;
    let sheets = papers.into_iter().flat_map(|papers| papers.sheets);
    Ok(sheets.into_iter().find(|sheet| sheet.counter.as_ref() == counter))
}

/// キャッシュレス収納内訳 as it was signed.
///
/// # Errors
/// As [`signed_month`].
pub async fn signed_cashless(state: &AppState, day: CivilDate) -> Result<Option<CashlessPaper>, JobError> {
    let papers: Option<DayPapers> = of_month(state, YearMonth::of(day), &day_papers(day)).await?;
    Ok(papers.map(|papers| papers.cashless))
}

/// 入金予定・未入金一覧 of a month's last day, as it was signed with the month.
///
/// # Errors
/// As [`signed_month`].
pub async fn signed_deposits(state: &AppState, as_of: CivilDate) -> Result<Option<DepositList>, JobError> {
    let month = YearMonth::of(as_of);
    if as_of != month.last() {
        return Ok(None);
    }
    of_month(state, month, &deposits_paper(as_of)).await
}

/// 照合書 as it was signed: by the lock that held the closing first, of everything or of its contract.
///
/// # Errors
/// As [`signed_month`].
pub async fn signed_sheet(
    state: &AppState,
    contract: &ContractId,
    closing: CivilDate,
) -> Result<Option<SheetPaper>, JobError> {
    let rows = state.store.snapshot().await?.locks(state.tenant()).await?;
    let last = YearMonth::of(closing).last();
    let holds =
        |row: &&LockRow| row.through == last && row.contract.as_ref().is_none_or(|own| own == contract);
    for lock in locked::in_force(&rows).into_iter().filter(holds) {
        if let Some(paper) = read(state, lock.number, &contract_paper(contract, closing)).await? {
            return Ok(Some(paper));
        }
    }
    Ok(None)
}

/// The lock in force of a scope with everything that it signed, byte for byte; none while the month is open.
///
/// # Errors
/// As [`signed_month`].
pub async fn signed_documents(
    state: &AppState,
    scope: &Scope,
) -> Result<Option<(LockRow, Vec<(String, String)>)>, JobError> {
    let mut unit = state.store.snapshot().await?;
    let rows = unit.locks(state.tenant()).await?;
    let own = |row: &&LockRow| row.contract == scope.contract && row.through == scope.month.last();
    let Some(lock) = locked::in_force(&rows).into_iter().find(own).cloned() else { return Ok(None) };
    let frozen = unit.signed_paper(state.tenant(), lock.number, FROZEN_PAPER).await?.unwrap_or_default();
    let frozen: Frozen = serde_json::from_str(&frozen)
        .map_err(|source| JobError::Json { what: "sheets of a lock", source })?;
    let mut documents = Vec::new();
    for name in names(scope, &frozen) {
        if let Some(document) = unit.signed_paper(state.tenant(), lock.number, &name).await? {
            documents.push((name, document));
        }
    }
    Ok(Some((lock, documents)))
}

async fn of_month<T: DeserializeOwned>(
    state: &AppState,
    month: YearMonth,
    paper: &str,
) -> Result<Option<T>, JobError> {
    let Some(lock) = lock_of(state, month).await? else { return Ok(None) };
    read(state, lock.number, paper).await
}

async fn read<T: DeserializeOwned>(state: &AppState, lock: u64, paper: &str) -> Result<Option<T>, JobError> {
    let mut unit = state.store.snapshot().await?;
    let text = unit.signed_paper(state.tenant(), lock, paper).await?;
    text.map(|text| serde_json::from_str(&text))
        .transpose()
        .map_err(|source| JobError::Json { what: "signed paper", source })
}
