//! `/papers`: the four papers that an officer signs (papers.md 1), on screen, on A4, as CSV and JSON.
//!
//! Invariants: a page shows the table that the job laid out and nothing beside it; each row leads to what is behind it; what does not
//! exist (no such closing, a day without a cut) is said by a page, not by an empty paper.

mod closing;
mod declared;
mod fees;
mod index;
mod paper_view;

use axum::{
    extract::{Path, Query, State},
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    id::{ContractId, CounterId},
    time::CivilDate,
};
use serde::{Deserialize, Serialize};
use store::controls::LockRow;

pub use closing::behind;
pub use index::show as index;

use self::paper_view::{Around, paper_page};
use super::{
    day_and_time,
    download::{self, Format},
    why,
};
use crate::{
    app::AppState,
    auth::CurrentUser,
    jobs::{
        books, fees as fee_rules,
        month::YearMonth,
        papers::{self, PaperTable, excel, render, table::Behind},
        period,
    },
    web::{
        failure::PageError,
        frame,
        view::{
            shell::{Section, Shell, Tone},
            words::{Link, short_date},
        },
    },
};

/// How, and as seen on which day.
#[derive(Debug, Deserialize)]
pub struct PaperQuery {
    format: Option<Format>,
    as_of: Option<CivilDate>,
}

/// The form of a day's paper.
#[derive(Debug, Deserialize)]
pub struct DayQuery {
    day: CivilDate,
    counter: Option<String>,
}

/// `GET /papers/day-sheet?day=&counter=`: the form leads to the paper's own address.
pub async fn find_day_sheet(Query(query): Query<DayQuery>) -> Result<Redirect, PageError> {
    let counter = match query.counter.as_deref() {
        None | Some("") => None,
        Some(text) => Some(text.parse::<CounterId>().map_err(|_| PageError::BadForm("counter"))?),
    };
    Ok(Redirect::to(&day_sheet_address(query.day, counter.as_ref())))
}

/// `GET /papers/cashless?day=`
pub async fn find_cashless(Query(query): Query<DayQuery>) -> Redirect {
    Redirect::to(&format!("/papers/cashless/{}", query.day))
}

fn day_sheet_address(day: CivilDate, counter: Option<&CounterId>) -> String {
    counter.map_or_else(
        || format!("/papers/day-sheet/{day}"),
        |counter| format!("/papers/day-sheet/{day}/{counter}"),
    )
}

/// `GET /papers/day-sheet/{day}`: all counters on one paper.
pub async fn day_sheet_of_all(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(day): Path<String>,
    Query(query): Query<PaperQuery>,
) -> Result<Response, PageError> {
    let day: CivilDate = day.parse().map_err(|_| PageError::NotFound)?;
    day_sheet_answer(&state, &user, &query, day, None).await
}

/// `GET /papers/day-sheet/{day}/{counter}`
pub async fn day_sheet(
    State(state): State<AppState>,
    user: CurrentUser,
    Path((day, counter)): Path<(String, String)>,
    Query(query): Query<PaperQuery>,
) -> Result<Response, PageError> {
    let day: CivilDate = day.parse().map_err(|_| PageError::NotFound)?;
    let counter: CounterId = counter.parse().map_err(|_| PageError::NotFound)?;
    day_sheet_answer(&state, &user, &query, day, Some(&counter)).await
}

async fn day_sheet_answer(
    state: &AppState,
    user: &CurrentUser,
    query: &PaperQuery,
    day: CivilDate,
    counter: Option<&CounterId>,
) -> Result<Response, PageError> {
    let paper = papers::day_sheet(state, day, counter, query.as_of).await?.ok_or(PageError::NotFound)?;
    let step = |days: i32, words: &str| Link::new(words, day_sheet_address(day.plus_days(days), counter));
    let around = Around {
        english: "Day sheet",
        back: Link::new(format!("収納日報 {}へ戻る", short_date(day)), format!("/report?date={day}")),
        beside: vec![
            step(-1, "‹ 前日"),
            step(1, "翌日 ›"),
            Link::new("キャッシュレス収納内訳", format!("/papers/cashless/{day}")),
        ],
        address: with_as_of(day_sheet_address(day, counter), query.as_of),
        here: None,
        as_of: query.as_of.unwrap_or(day),
        signed: said(state, query.as_of, day).await?,
    };
    let place = counter.map_or_else(|| "all".to_owned(), ToString::to_string);
    answer(state, user, query, (&format!("day-sheet-{day}-{place}"), day), around, &paper, paper.table())
}

/// `GET /papers/cashless/{day}`
pub async fn cashless(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(day): Path<String>,
    Query(query): Query<PaperQuery>,
) -> Result<Response, PageError> {
    let day: CivilDate = day.parse().map_err(|_| PageError::NotFound)?;
    let paper = papers::cashless(&state, day, query.as_of).await?;
    let address = |day: CivilDate| format!("/papers/cashless/{day}");
    let around = Around {
        english: "Cashless takings",
        back: Link::new(format!("収納日報 {}へ戻る", short_date(day)), format!("/report?date={day}")),
        beside: vec![
            Link::new("‹ 前日", address(day.plus_days(-1))),
            Link::new("翌日 ›", address(day.plus_days(1))),
        ],
        address: with_as_of(address(day), query.as_of),
        here: None,
        as_of: query.as_of.unwrap_or(day),
        signed: said(&state, query.as_of, day).await?,
    };
    answer(&state, &user, &query, (&format!("cashless-{day}"), day), around, &paper, paper.table())
}

/// `GET /papers/contract/{contract}/{closing}`
pub async fn contract_sheet(
    State(state): State<AppState>,
    user: CurrentUser,
    Path((contract, closing)): Path<(String, String)>,
    Query(query): Query<PaperQuery>,
) -> Result<Response, PageError> {
    let contract: ContractId = contract.parse().map_err(|_| PageError::NotFound)?;
    let closing: CivilDate = closing.parse().map_err(|_| PageError::NotFound)?;
    let paper = papers::contract_sheet(&state, &contract, closing, query.as_of).await?;
    let paper = paper.ok_or(PageError::NotFound)?;
    let address = format!("/papers/contract/{contract}/{closing}");
    let month = YearMonth::of(closing);
    let mut beside = vec![Link::new("もとの売上・明細・入金", format!("{address}/behind"))];
    if let Some(payout) = &paper.payout {
        beside.push(Link::new("なぜこの支払予定額か", why::address(&payout.id, paper.as_of)));
    }
    let around = Around {
        english: "Contract sheet",
        back: Link::new("収納月報へ戻る", format!("/month/{month}#contract-{contract}")),
        beside,
        address: with_as_of(address, query.as_of),
        here: Some(Behind::Closing { contract: contract.clone(), to: closing }),
        as_of: paper.as_of,
        signed: said(&state, query.as_of, closing).await?,
    };
    if query.format.is_none() {
        // What is shown as it was signed says nothing that was found out since.
        let as_signed = around.signed.is_some() && query.as_of.is_none();
        let fees =
            if as_signed { None } else { fee_rules::of_contract(&state, &contract, paper.as_of).await? };
        let fees = fees.map(|fees| fees::block(&fees, paper.as_of));
        let mut page = paper_page(shell(&state, &user, &around)?, around, &paper.table());
        page.declared = paper.payout.as_ref().map(declared::lines).unwrap_or_default();
        page.fees = fees;
        return Ok(frame::page(&page)?.into_response());
    }
    answer(
        &state,
        &user,
        &query,
        (&format!("contract-{contract}-{closing}"), closing),
        around,
        &paper,
        paper.table(),
    )
}

/// `GET /papers/deposits?as_of=`
pub async fn deposits(
    State(state): State<AppState>,
    user: CurrentUser,
    Query(query): Query<PaperQuery>,
) -> Result<Response, PageError> {
    // What is due tomorrow is known today; what came tomorrow is not.
    let today = state.today();
    let as_of = query.as_of.map_or(today, |asked| asked.min(today));
    let paper = papers::deposits(&state, Some(as_of)).await?;
    let address = |day: CivilDate| format!("/papers/deposits?as_of={day}");
    let mut beside = vec![Link::new("‹ 前日現在", address(as_of.plus_days(-1)))];
    if as_of < today {
        beside.push(Link::new("翌日現在 ›", address(as_of.plus_days(1))));
    }
    let around = Around {
        english: "Deposits due and missing",
        back: Link::new("帳票へ戻る", "/papers"),
        beside,
        address: address(as_of),
        here: None,
        as_of,
        signed: of_deposits(&state, as_of).await?,
    };
    answer(&state, &user, &query, (&format!("deposits-{as_of}"), as_of), around, &paper, paper.table())
}

/// Which days.
#[derive(Debug, Deserialize)]
pub struct PeriodQuery {
    from: Option<CivilDate>,
    to: Option<CivilDate>,
    format: Option<Format>,
}

/// `GET /papers/postings?from=&to=`: 仕訳 of some days; of the month so far where none are named.
pub async fn postings(
    State(state): State<AppState>,
    user: CurrentUser,
    Query(query): Query<PeriodQuery>,
) -> Result<Response, PageError> {
    let today = state.today();
    let to = query.to.map_or(today, |asked| asked.min(today));
    // On the first of a month its own entries are none: the month before stands with it.
    let month_before = YearMonth::of(YearMonth::of(to).first().plus_days(-1)).first();
    let from = query.from.unwrap_or(month_before).min(to);
    let paper = books::journal(&state, from, to).await?;
    let around = Around {
        english: "Postings",
        back: Link::new("帳票へ戻る", "/papers"),
        beside: vec![Link::new("財務会計連携", "/finance")],
        address: format!("/papers/postings?from={from}&to={to}"),
        here: None,
        as_of: to,
        signed: None,
    };
    let query = PaperQuery { format: query.format, as_of: None };
    answer(&state, &user, &query, (&format!("postings-{from}-{to}"), to), around, &paper, paper.table())
}

/// `GET /papers/forecast?as_of=`: 入金予定 of the next 60 days.
pub async fn forecast(
    State(state): State<AppState>,
    user: CurrentUser,
    Query(query): Query<PaperQuery>,
) -> Result<Response, PageError> {
    let today = state.today();
    let as_of = query.as_of.map_or(today, |asked| asked.min(today));
    let paper = books::expected(&state, as_of).await?;
    let around = Around {
        english: "Deposits expected",
        back: Link::new("帳票へ戻る", "/papers"),
        beside: vec![Link::new("入金予定・未入金一覧", format!("/papers/deposits?as_of={as_of}"))],
        address: format!("/papers/forecast?as_of={as_of}"),
        here: None,
        as_of,
        signed: None,
    };
    answer(&state, &user, &query, (&format!("forecast-{as_of}"), as_of), around, &paper, paper.table())
}

/// Of a day in a signed month: that this is the paper as it was signed, or that it is another one.
async fn said(
    state: &AppState,
    as_of: Option<CivilDate>,
    day: CivilDate,
) -> Result<Option<String>, PageError> {
    let Some(lock) = period::lock_of(state, YearMonth::of(day)).await? else { return Ok(None) };
    Ok(Some(as_of.map_or_else(
        || signed_by(&lock),
        |as_of| {
            let made = as_of.to_japanese();
            format!("締めた月ですが、これは締めた帳票ではなく、{made}現在の照合から作り直したものです。")
        },
    )))
}

/// The list of a month's last day is signed with the month; that of another day is not.
async fn of_deposits(state: &AppState, as_of: CivilDate) -> Result<Option<String>, PageError> {
    let month = YearMonth::of(as_of);
    let lock = period::lock_of(state, month).await?.filter(|_| as_of == month.last());
    Ok(lock.as_ref().map(signed_by))
}

fn signed_by(lock: &LockRow) -> String {
    let (at, actor, run) = (day_and_time(lock.at), &lock.actor, lock.run);
    format!(
        "{at}に{actor}が締めました（照合{run}）。締めたときのまま表示しています。あとの訂正は、次の月に出ます。"
    )
}

fn with_as_of(address: String, as_of: Option<CivilDate>) -> String {
    as_of.map_or_else(|| address.clone(), |day| format!("{address}?as_of={day}"))
}

/// The paper as a page, or as the file that was asked for.
fn answer(
    state: &AppState,
    user: &CurrentUser,
    query: &PaperQuery,
    (name, made_on): (&str, CivilDate),
    around: Around,
    value: &impl Serialize,
    table: PaperTable,
) -> Result<Response, PageError> {
    if let Some(format) = query.format {
        let csv = |encoding| render::to_csv(&table, encoding);
        let author = &state.config.tenant.name;
        let xlsx = || excel::to_xlsx(std::slice::from_ref(&table), author, made_on);
        return download::file(name, format, csv, || render::to_json("paper", value), xlsx);
    }
    Ok(frame::page(&paper_page(shell(state, user, &around)?, around, &table))?.into_response())
}

/// The frame of the page, with what is to be known of the paper first.
fn shell(state: &AppState, user: &CurrentUser, around: &Around) -> Result<Shell, PageError> {
    let shell = frame::shell(state, Some(user), Section::Papers)?;
    Ok(match &around.signed {
        Some(said) => frame::saying(shell, Tone::Info, said),
        None => shell,
    })
}
