//! Everything that a signature covers, as values: the sheets for the engine, the month, its days, and the papers of each.
//!
//! Invariants: a signed month shows nothing that is not among these; the same facts give the same bytes, so that a bundle of the signed
//! run can make them once more ([`crate::jobs::audit`]); what is a matter of the moment (journals that moved on since) is not signed.
//! A day's papers of all counters are one document: a city with 200 counters signs about 70 documents a month, not 6,000. Not here:
//! reading them ([`super::signed`]).

use domain::{id::ContractId, time::CivilDate};
use engine::{Verdict, locks::Frozen, outcome::ContractSheet};
use serde::{Deserialize, Serialize};

use crate::{
    app::AppState,
    jobs::{
        JobError, audit, contract_rows, contracts_in_force,
        controls::{ControlError, ControlRefusal},
        month::{self, YearMonth},
        papers::{self, CashlessPaper, DaySheet},
        reconcile::{self, locked::FROZEN_PAPER},
        report,
    },
};

/// Longest document that is kept, in bytes: a day of some thousand counters.
const DOCUMENT_LENGTH_MAX_BYTES: usize = 32 << 20;

/// What is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Which month.
    pub month: YearMonth,
    /// Of one contract only: its closings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractId>,
}

/// The papers of a lock.
pub struct Papers {
    /// 判定 of the month, or of the contract in it.
    pub verdict: Verdict,
    /// Name and value as JSON, in a fixed order.
    pub documents: Vec<(String, String)>,
}

/// The papers of one day beside its report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayPapers {
    /// 収納日計表 of all counters together, then of each.
    pub sheets: Vec<DaySheet>,
    /// キャッシュレス収納内訳
    pub cashless: CashlessPaper,
}

/// The month's report among a lock's papers.
pub const MONTH_PAPER: &str = "month";

/// A day's report among a lock's papers.
pub fn day_paper(day: CivilDate) -> String {
    format!("day:{day}")
}

/// The papers of a day, [`DayPapers`].
pub fn day_papers(day: CivilDate) -> String {
    format!("papers:{day}")
}

/// A 照合書.
pub fn contract_paper(contract: &ContractId, closing: CivilDate) -> String {
    format!("contract:{contract}:{closing}")
}

/// 入金予定・未入金一覧 as of a day.
pub fn deposits_paper(as_of: CivilDate) -> String {
    format!("deposits:{as_of}")
}

/// What a document is, in Japanese.
pub fn title_ja(name: &str) -> &'static str {
    match name.split(':').next() {
        Some(MONTH_PAPER) => "収納月報",
        Some("day") => "収納日報",
        Some("papers") => "収納日計表・キャッシュレス収納内訳",
        Some("contract") => "照合書",
        Some("deposits") => "入金予定・未入金一覧",
        _ => "締めた照合結果",
    }
}

/// The names under which a lock may keep documents, in the order in which they are made.
pub fn names(scope: &Scope, frozen: &Frozen) -> Vec<String> {
    let mut names = vec![FROZEN_PAPER.to_owned()];
    if scope.contract.is_none() {
        names.push(MONTH_PAPER.to_owned());
        names.extend(scope.month.days().flat_map(|day| [day_paper(day), day_papers(day)]));
        names.push(deposits_paper(scope.month.last()));
    }
    let closings = frozen.sheets.iter().filter(|sheet| scope.month.holds(sheet.to));
    names.extend(closings.map(|sheet| contract_paper(&sheet.contract, sheet.to)));
    names
}

/// What is signed of a month as a run of a day has it: of everything the month, its days and their papers; of one contract its
/// closings only.
///
/// # Errors
/// With a Japanese sentence where nothing is known of the month or the contract; when the store fails.
pub async fn papers(
    state: &AppState,
    scope: &Scope,
    as_of: CivilDate,
    run: u64,
) -> Result<Papers, ControlError> {
    let matched = reconcile::matched(state, as_of).await?;
    let (facts, outcome) = (&matched.facts, &matched.outcome);
    if let Some(contract) = &scope.contract {
        let mut unit = state.store.snapshot().await?;
        let known = contracts_in_force(&contract_rows(&mut *unit, state.tenant()).await?, as_of)?;
        if !known.iter().any(|one| one.id == *contract) {
            return Err(ControlRefusal::NoContract.into());
        }
    }
    if !facts.counter_days.iter().any(|day| scope.month.holds(day.business_day)) {
        return Err(ControlRefusal::EmptyMonth.into());
    }
    let sha256 = audit::sha256_hex(&audit::outcome_bytes(outcome)?);
    let frozen = Frozen::of(outcome, &facts.locks, scope.contract.as_ref(), scope.month.last(), &sha256);
    let mut made = Made(vec![(FROZEN_PAPER.to_owned(), json(&frozen)?)]);
    let report = month::monthly(state, scope.month, Some(as_of)).await?;
    if scope.contract.is_none() {
        made.push(MONTH_PAPER.to_owned(), &report)?;
        for day in scope.month.days() {
            made.day(state, day, as_of, run).await?;
        }
        let list = papers::deposits_as_of(state, Some(scope.month.last())).await?;
        made.push(deposits_paper(list.as_of), &list)?;
    }
    for sheet in frozen.sheets.iter().filter(|sheet| scope.month.holds(sheet.to)) {
        made.closing(state, sheet, as_of).await?;
    }
    let own = report.contracts.iter().find(|one| Some(&one.contract) == scope.contract.as_ref());
    Ok(Papers { verdict: own.map_or(report.verdict, |one| one.verdict), documents: made.0 })
}

/// Documents in the order in which they are made.
struct Made(Vec<(String, String)>);

impl Made {
    fn push<T: Serialize>(&mut self, name: String, value: &T) -> Result<(), JobError> {
        let document = json(value)?;
        if document.len() > DOCUMENT_LENGTH_MAX_BYTES {
            return Err(JobError::Facts(format!("the signed paper {name} is too long: {}", document.len())));
        }
        self.0.push((name, document));
        Ok(())
    }

    async fn day(
        &mut self,
        state: &AppState,
        day: CivilDate,
        as_of: CivilDate,
        run: u64,
    ) -> Result<(), JobError> {
        let mut daily = report::daily_as_of(state, day, Some(as_of)).await?;
        // The number is that of the signed run; whether journals moved on since is a matter of the moment.
        (daily.run, daily.live) = (run, false);
        self.push(day_paper(day), &daily)?;
        let sheets = papers::day_sheets_as_of(state, day, as_of).await?;
        let cashless = papers::cashless_as_of(state, day, Some(as_of)).await?;
        self.push(day_papers(day), &DayPapers { sheets, cashless })
    }

    async fn closing(
        &mut self,
        state: &AppState,
        sheet: &ContractSheet,
        as_of: CivilDate,
    ) -> Result<(), JobError> {
        let paper = papers::contract_sheet_as_of(state, &sheet.contract, sheet.to, Some(as_of)).await?;
        paper.map_or(Ok(()), |paper| self.push(contract_paper(&sheet.contract, sheet.to), &paper))
    }
}

fn json<T: Serialize>(value: &T) -> Result<String, JobError> {
    serde_json::to_string(value).map_err(|source| JobError::Json { what: "signed paper", source })
}
