//! The papers as a reader asks for them: as they were signed where their month is signed and no other day to stand on is named, else as
//! they can be made now.
//!
//! Invariant: pages, command line and programs come through here, so that all of them show the same. Not here: what is signed
//! ([`crate::jobs::period`]), making the papers.

use domain::{
    id::{ContractId, CounterId},
    time::CivilDate,
};

use super::{
    CashlessPaper, DaySheet, DepositList, SheetPaper, cashless_as_of, contract_sheet_as_of, day_sheet_as_of,
    deposits_as_of,
};
use crate::{
    app::AppState,
    jobs::{JobError, period},
};

/// 収納日計表 of a day, of one counter or of all; none where there is no such counter.
///
/// # Errors
/// When the store fails or a stored result cannot be read.
pub async fn day_sheet(
    state: &AppState,
    date: CivilDate,
    counter: Option<&CounterId>,
    as_of: Option<CivilDate>,
) -> Result<Option<DaySheet>, JobError> {
    if as_of.is_none()
        && let Some(signed) = period::signed_day_sheet(state, date, counter).await?
    {
        return Ok(Some(signed));
    }
    day_sheet_as_of(state, date, counter, as_of).await
}

/// キャッシュレス収納内訳 of a day.
///
/// # Errors
/// As [`day_sheet`].
pub async fn cashless(
    state: &AppState,
    date: CivilDate,
    as_of: Option<CivilDate>,
) -> Result<CashlessPaper, JobError> {
    if as_of.is_none()
        && let Some(signed) = period::signed_cashless(state, date).await?
    {
        return Ok(signed);
    }
    cashless_as_of(state, date, as_of).await
}

/// 照合書 of a closing; none where nothing is known of it.
///
/// # Errors
/// As [`day_sheet`].
pub async fn contract_sheet(
    state: &AppState,
    contract: &ContractId,
    closing: CivilDate,
    as_of: Option<CivilDate>,
) -> Result<Option<SheetPaper>, JobError> {
    if as_of.is_none()
        && let Some(signed) = period::signed_sheet(state, contract, closing).await?
    {
        return Ok(Some(signed));
    }
    contract_sheet_as_of(state, contract, closing, as_of).await
}

/// 入金予定・未入金一覧 as of a day: the list of a month's last day is signed with the month.
///
/// # Errors
/// As [`day_sheet`].
pub async fn deposits(state: &AppState, as_of: Option<CivilDate>) -> Result<DepositList, JobError> {
    if let Some(day) = as_of
        && let Some(signed) = period::signed_deposits(state, day).await?
    {
        return Ok(signed);
    }
    deposits_as_of(state, as_of).await
}
