//! The papers and the list of differences for programs: the typed value as JSON, the laid-out paper as CSV or a workbook, behind a login.
//!
//! Invariants: a paper has the same figures here, on the page and on the command line, because all three come from one value; an id that
//! is not there is 404 with a sentence.

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
};
use domain::{
    id::{ContractId, CounterId},
    time::CivilDate,
};
use journal::wire::ProblemCode;
use serde::{Deserialize, Serialize};

use super::{
    ApiProblem,
    written::{ReportFormat, respond, until_today},
};
use crate::{
    app::AppState,
    auth::CurrentUser,
    jobs::{
        JobError,
        exceptions::{self, Wanted},
        papers::{self, PaperTable, excel, render},
    },
};

/// Path of the 収納日計表.
pub const PATH_DAY_SHEET: &str = "/api/v1/papers/day-sheet";
/// Path of the キャッシュレス収納内訳.
pub const PATH_CASHLESS: &str = "/api/v1/papers/cashless";
/// Path of the 照合書.
pub const PATH_CONTRACT_SHEET: &str = "/api/v1/papers/contract";
/// Path of the 入金予定・未入金一覧.
pub const PATH_DEPOSITS: &str = "/api/v1/papers/deposits";

/// Path of the 不一致一覧.
pub const PATH_EXCEPTIONS: &str = "/api/v1/exceptions";

/// Which 収納日計表; of all counters where none is named.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DaySheetQuery {
    date: CivilDate,
    counter: Option<CounterId>,
    as_of: Option<CivilDate>,
    #[serde(default)]
    format: ReportFormat,
}

/// Which キャッシュレス収納内訳.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CashlessQuery {
    date: CivilDate,
    as_of: Option<CivilDate>,
    #[serde(default)]
    format: ReportFormat,
}

/// Which 照合書.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractQuery {
    contract: ContractId,
    closing: CivilDate,
    as_of: Option<CivilDate>,
    #[serde(default)]
    format: ReportFormat,
}

/// As of which day the 入金予定・未入金一覧 stands; today where none is named.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepositsQuery {
    as_of: Option<CivilDate>,
    #[serde(default)]
    format: ReportFormat,
}

/// Which rows of the 不一致一覧.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExceptionsQuery {
    contract: Option<ContractId>,
    counter: Option<CounterId>,
    class: Option<String>,
    verdict: Option<engine::Verdict>,
    from: Option<CivilDate>,
    to: Option<CivilDate>,
    as_of: Option<CivilDate>,
    #[serde(default)]
    format: ReportFormat,
}

/// `GET /api/v1/exceptions?contract=&counter=&class=&verdict=&from=&to=&as_of=&format=`
pub async fn exceptions(
    State(state): State<AppState>,
    _current: CurrentUser,
    query: Result<Query<ExceptionsQuery>, QueryRejection>,
) -> Result<Response, ApiProblem> {
    let query = asked(query, "必要なら contract、counter、class、verdict、from、to")?;
    let wanted = Wanted {
        contract: query.contract,
        counter: query.counter,
        class: query.class,
        verdict: query.verdict,
        from: query.from,
        to: query.to,
    };
    let list = made(exceptions::list(&state, until_today(&state, query.as_of), &wanted).await)?;
    let stem = format!("exceptions-{}", list.as_of);
    written(query.format, &stem, &list, &list.table(), (&list.tenant_name, list.as_of))
}

/// `GET /api/v1/papers/day-sheet?date=&counter=&as_of=&format=`
pub async fn day_sheet(
    State(state): State<AppState>,
    _current: CurrentUser,
    query: Result<Query<DaySheetQuery>, QueryRejection>,
) -> Result<Response, ApiProblem> {
    let query = asked(query, "date=YYYY-MM-DD と、必要なら counter=窓口ID")?;
    let paper = made(
        papers::day_sheet(&state, query.date, query.counter.as_ref(), until_today(&state, query.as_of)).await,
    )?
    .ok_or_else(|| ApiProblem::new(ProblemCode::NotFound, "その窓口は登録されていません。"))?;
    let counter = query.counter.map_or_else(|| "all".to_owned(), |counter| counter.to_string());
    written(
        query.format,
        &format!("day-sheet-{}-{counter}", query.date),
        &paper,
        &paper.table(),
        (&paper.tenant_name, query.date),
    )
}

/// `GET /api/v1/papers/cashless?date=&as_of=&format=`
pub async fn cashless(
    State(state): State<AppState>,
    _current: CurrentUser,
    query: Result<Query<CashlessQuery>, QueryRejection>,
) -> Result<Response, ApiProblem> {
    let query = asked(query, "date=YYYY-MM-DD")?;
    let paper = made(papers::cashless(&state, query.date, until_today(&state, query.as_of)).await)?;
    written(
        query.format,
        &format!("cashless-{}", query.date),
        &paper,
        &paper.table(),
        (&paper.tenant_name, query.date),
    )
}

/// `GET /api/v1/papers/contract?contract=&closing=&as_of=&format=`
pub async fn contract(
    State(state): State<AppState>,
    _current: CurrentUser,
    query: Result<Query<ContractQuery>, QueryRejection>,
) -> Result<Response, ApiProblem> {
    let query = asked(query, "contract=契約ID と closing=YYYY-MM-DD")?;
    let paper =
        papers::contract_sheet(&state, &query.contract, query.closing, until_today(&state, query.as_of))
            .await;
    let paper = made(paper)?.ok_or_else(|| {
        let detail = "この契約と締め日の照合書はありません。契約IDと締め日を確かめてください。";
        ApiProblem::new(ProblemCode::NotFound, detail)
    })?;
    let stem = format!("contract-{}-{}", query.contract, query.closing);
    written(query.format, &stem, &paper, &paper.table(), (&paper.tenant_name, query.closing))
}

/// `GET /api/v1/papers/deposits?as_of=&format=`
pub async fn deposits(
    State(state): State<AppState>,
    _current: CurrentUser,
    query: Result<Query<DepositsQuery>, QueryRejection>,
) -> Result<Response, ApiProblem> {
    let query = asked(query, "必要なら as_of=YYYY-MM-DD")?;
    let paper = made(papers::deposits(&state, until_today(&state, query.as_of)).await)?;
    written(
        query.format,
        &format!("deposits-{}", paper.as_of),
        &paper,
        &paper.table(),
        (&paper.tenant_name, paper.as_of),
    )
}

fn asked<T>(query: Result<Query<T>, QueryRejection>, wanted: &str) -> Result<T, ApiProblem> {
    let Query(query) = query.map_err(|_| {
        let detail = format!("{wanted} と、format=json、csv、csv_cp932、xlsx のどれかを指定してください。");
        ApiProblem::new(ProblemCode::BadRequest, detail)
    })?;
    Ok(query)
}

fn made<T>(paper: Result<T, JobError>) -> Result<T, ApiProblem> {
    paper.map_err(|error| ApiProblem::fault("make a paper", &error))
}

fn written<T: Serialize>(
    format: ReportFormat,
    stem: &str,
    value: &T,
    table: &PaperTable,
    (tenant_name, made_on): (&str, CivilDate),
) -> Result<Response, ApiProblem> {
    respond(
        format,
        stem,
        || render::to_json(table.title, value),
        |encoding| render::to_csv(table, encoding),
        || excel::to_xlsx(std::slice::from_ref(table), tenant_name, made_on),
    )
}
