//! `/counters`: every counter's agent and chain; enrolment codes for administrators; 休業 for accountants.
//!
//! Invariants: a code is shown once and stored as a digest; 休業 needs a reason; every change leaves an audit row in its own unit of work.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Extension, Form,
    extract::{Path, Query, State},
};
use domain::{
    id::{CounterId, SequenceNumber},
    time::CivilDate,
};
use journal::{chain::JournalId, wire::INBOX_ITEMS_MAX};
use serde::Deserialize;
use store::{UnitOfWork, counters::CounterRow, matching::CounterHoliday, reports::DeliveryRow};

use super::day_and_time;
use crate::{
    app::AppState,
    auth::{self, Administrator, CurrentUser},
    counters::{Purpose, make_code},
    web::{
        answers::{Answer, Answers},
        failure::PageError,
        frame,
        view::{
            counters::{Contact, CounterLine, CountersPage, HolidayForm, HolidayLine, ShownCode},
            form::Field,
            shell::{Section, Tone},
        },
    },
};

/// A counter that was not heard for this long on a day that it opened is called quiet, in milliseconds.
const QUIET_AFTER_MS: i64 = 30 * 60_000;
/// Closed days shown: this many days back.
const HOLIDAYS_BACK_DAYS: i32 = 31;
/// Closed days shown: this many days ahead.
const HOLIDAYS_AHEAD_DAYS: i32 = 400;
/// Longest reason, in characters.
const REASON_CHARS_MAX: usize = 200;
/// Characters of a hash that fit the list.
const HEAD_SHOWN_CHARACTERS: usize = 16;

/// What was just done.
#[derive(Debug, Deserialize)]
pub struct Done {
    done: Option<String>,
}

/// The form of an enrolment code.
#[derive(Debug, Deserialize)]
pub struct CodeForm {
    form_id: String,
}

/// The form of a closed day.
#[derive(Debug, Deserialize)]
pub struct ClosedForm {
    form_id: String,
    counter: String,
    day: String,
    #[serde(default)]
    reason: String,
}

/// `GET /counters`
pub async fn list(
    State(state): State<AppState>,
    user: CurrentUser,
    Query(query): Query<Done>,
) -> Result<Answer, PageError> {
    let mut page = context(&state, &user).await?;
    let said = match query.done.as_deref() {
        Some("closed") => Some("休業を登録しました。"),
        Some("withdrawn") => Some("休業の登録を取り下げました。"),
        _ => None,
    };
    if let Some(text) = said {
        page.shell = frame::saying(page.shell, Tone::Done, text);
    }
    Ok(frame::page(&page)?.into())
}

/// `POST /counters/{counter}/enrolment`
pub async fn issue_code(
    State(state): State<AppState>,
    Extension(answers): Extension<Arc<Answers>>,
    Administrator(user): Administrator,
    Path(counter): Path<String>,
    Form(form): Form<CodeForm>,
) -> Result<Answer, PageError> {
    let counter: CounterId = counter.parse().map_err(|_| PageError::NotFound)?;
    let act = async {
        let code = make(&state, &user, &counter).await?;
        let mut page = context(&state, &user).await?;
        page.code = Some(code);
        Ok(frame::page(&page)?.into())
    };
    answers.once(&user.user, &form.form_id, state.now(), act).await
}

/// `POST /counters/holidays`
pub async fn add_holiday(
    State(state): State<AppState>,
    Extension(answers): Extension<Arc<Answers>>,
    user: CurrentUser,
    Form(form): Form<ClosedForm>,
) -> Result<Answer, PageError> {
    let act = async {
        match read(&form) {
            Ok((counter, day)) => {
                put_holiday(&state, &user, counter, day, true, form.reason.trim()).await?;
                Ok(Answer::See("/counters?done=closed".to_owned()))
            }
            Err(refused) => {
                let mut page = context(&state, &user).await?;
                page.holiday = *refused;
                Ok(frame::page(&page)?.into())
            }
        }
    };
    answers.once(&user.user, &form.form_id, state.now(), act).await
}

/// `POST /counters/holidays/withdraw`
pub async fn withdraw_holiday(
    State(state): State<AppState>,
    Extension(answers): Extension<Arc<Answers>>,
    user: CurrentUser,
    Form(form): Form<ClosedForm>,
) -> Result<Answer, PageError> {
    let counter: CounterId = form.counter.parse().map_err(|_| PageError::BadForm("counter"))?;
    let day: CivilDate = form.day.parse().map_err(|_| PageError::BadForm("day"))?;
    let act = async {
        put_holiday(&state, &user, counter, day, false, "取り下げ").await?;
        Ok(Answer::See("/counters?done=withdrawn".to_owned()))
    };
    answers.once(&user.user, &form.form_id, state.now(), act).await
}

/// What was typed, or the form with what is wrong.
fn read(form: &ClosedForm) -> Result<(CounterId, CivilDate), Box<HolidayForm>> {
    let mut refused = HolidayForm {
        counter: Field::typed(&form.counter),
        day: Field::typed(&form.day),
        reason: Field::typed(&form.reason),
    };
    let counter = form.counter.parse::<CounterId>();
    let day = form.day.parse::<CivilDate>();
    if counter.is_err() {
        refused.counter.error = Some("窓口を選んでください。".to_owned());
    }
    if day.is_err() {
        refused.day.error = Some("休業日を選んでください。".to_owned());
    }
    if !(1..=REASON_CHARS_MAX).contains(&form.reason.trim().chars().count()) {
        refused.reason.error = Some(format!("理由を{REASON_CHARS_MAX}文字までで書いてください。"));
    }
    match (counter, day, &refused.reason.error) {
        (Ok(counter), Ok(day), None) => Ok((counter, day)),
        _ => Err(Box::new(refused)),
    }
}

async fn put_holiday(
    state: &AppState,
    user: &CurrentUser,
    counter: CounterId,
    day: CivilDate,
    closed: bool,
    reason: &str,
) -> Result<(), PageError> {
    let now = state.now();
    let mut unit = state.store.begin().await?;
    if unit.counter(state.tenant(), &counter).await?.is_none() {
        return Err(PageError::NotFound);
    }
    let action = if closed { "counter.holiday_entered" } else { "counter.holiday_withdrawn" };
    let entry = auth::audit(now, &user.user, action, &format!("{counter} {day}"));
    let holiday = CounterHoliday {
        counter,
        day,
        closed,
        reason: reason.to_owned(),
        entered_by: user.user.clone(),
        entered_at: now,
    };
    unit.put_counter_holiday(state.tenant(), &holiday).await?;
    unit.record_audit(state.tenant(), &entry).await?;
    Ok(unit.commit().await?)
}

/// A code for a counter without an agent, or for another agent in place of the one that runs.
async fn make(state: &AppState, user: &CurrentUser, counter: &CounterId) -> Result<ShownCode, PageError> {
    let row = state.store.snapshot().await?.counter(state.tenant(), counter).await?;
    let Some(row) = row else { return Err(PageError::NotFound) };
    let purpose = if row.current.is_some() { Purpose::Replace } else { Purpose::Enrol };
    let made = make_code(state, &user.user, counter, purpose)
        .await
        .map_err(|error| PageError::Fault { doing: "make an enrolment code", source: Box::new(error) })?;
    Ok(ShownCode {
        counter: format!("{} {}", row.profile.facility, row.profile.counter_label),
        command: format!("pos-agent enrol --server {} --code {}", state.public_url, made.code),
        code: made.code,
        expires: day_and_time(made.expires_at),
    })
}

async fn context(state: &AppState, user: &CurrentUser) -> Result<CountersPage, PageError> {
    let today = state.today();
    let mut unit = state.store.snapshot().await?;
    let rows = unit.counters(state.tenant()).await?;
    let deliveries = unit.deliveries(state.tenant()).await?;
    let aside = unit.aside_entries(state.tenant()).await?;
    let holidays = unit
        .counter_holidays(
            state.tenant(),
            today.plus_days(-HOLIDAYS_BACK_DAYS),
            today.plus_days(HOLIDAYS_AHEAD_DAYS),
        )
        .await?;
    let deliveries: BTreeMap<&CounterId, &DeliveryRow> =
        deliveries.iter().map(|row| (&row.counter, row)).collect();
    let forked = |row: &CounterRow| {
        row.current.as_ref().is_some_and(|current| {
            aside
                .iter()
                .any(|one| one.key.counter == row.counter && one.key.incarnation == current.incarnation)
        })
    };
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        let waiting = waiting(&mut *unit, state, row).await?;
        lines.push(line(state, row, deliveries.get(&row.counter).copied(), forked(row), waiting)?);
    }
    lines.sort_by(|a, b| (&a.facility, &a.id).cmp(&(&b.facility, &b.id)));
    Ok(CountersPage {
        shell: frame::shell(state, Some(user), Section::Counters)?,
        holidays: holidays.iter().map(|one| holiday_line(state, &rows, one)).collect::<Result<_, _>>()?,
        counters: lines,
        code: None,
        form: frame::form_id(state)?,
        holiday: HolidayForm::default(),
    })
}

fn holiday_line(
    state: &AppState,
    rows: &[CounterRow],
    holiday: &CounterHoliday,
) -> Result<HolidayLine, PageError> {
    let profile = rows.iter().find(|row| row.counter == holiday.counter).map(|row| &row.profile);
    Ok(HolidayLine {
        day: holiday.day,
        counter_id: holiday.counter.to_string(),
        counter: profile.map_or_else(
            || holiday.counter.to_string(),
            |profile| format!("{} {}", profile.facility, profile.counter_label),
        ),
        reason: holiday.reason.clone(),
        entered_by: holiday.entered_by.clone(),
        form: frame::form_id(state)?,
    })
}

fn line(
    state: &AppState,
    row: &CounterRow,
    delivery: Option<&DeliveryRow>,
    forked: bool,
    waiting: Option<usize>,
) -> Result<CounterLine, PageError> {
    let current = row.current.as_ref();
    let last = delivery.and_then(|delivery| delivery.last_received_at);
    let quiet = last.is_some_and(|at| state.now().ms_since(at) > QUIET_AFTER_MS) && is_open(delivery);
    let contact = match (current, last) {
        (None, _) => Contact::NotEnrolled,
        _ if forked => Contact::Forked,
        (Some(_), None) => Contact::Never,
        (Some(_), Some(_)) if quiet => Contact::Quiet,
        (Some(_), Some(_)) => Contact::Lately,
    };
    let head = current.map(|current| current.head.hash.to_hex()).unwrap_or_default();
    Ok(CounterLine {
        id: row.counter.to_string(),
        facility: row.profile.facility.clone(),
        section: row.profile.section.clone(),
        label: row.profile.counter_label.clone(),
        incarnation: current.map_or(0, |current| current.incarnation.0),
        contact,
        last_contact: last.map_or_else(|| "—".to_owned(), day_and_time),
        day: day(delivery),
        waiting,
        sequence_number: current.map_or(0, |current| current.head.sequence_number.0),
        head: if current.is_some_and(|current| current.head.sequence_number > SequenceNumber(0)) {
            head.chars().take(HEAD_SHOWN_CHARACTERS).collect()
        } else {
            "—".to_owned()
        },
        form: frame::form_id(state)?,
    })
}

/// Items of the inbox that the counter has not journalled yet; counted up to the bound of one answer.
async fn waiting(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    row: &CounterRow,
) -> Result<Option<usize>, PageError> {
    let Some(current) = &row.current else { return Ok(None) };
    let journal = JournalId {
        tenant: state.tenant().clone(),
        counter: row.counter.clone(),
        incarnation: current.incarnation,
    };
    let acknowledged = unit.inbox_acknowledged(&journal).await?;
    let items = unit.inbox_items(state.tenant(), &row.counter, acknowledged, INBOX_ITEMS_MAX).await?;
    Ok(Some(items.len()))
}

/// Whether its newest day is open.
fn is_open(delivery: Option<&DeliveryRow>) -> bool {
    delivery.is_some_and(|delivery| delivery.last_opened_day > delivery.last_closed_day)
}

/// The newest day and how it stands.
fn day(delivery: Option<&DeliveryRow>) -> String {
    let Some((delivery, opened)) = delivery.and_then(|delivery| Some((delivery, delivery.last_opened_day?)))
    else {
        return "—".to_owned();
    };
    let state = if delivery.last_closed_day >= Some(opened) { "締め済" } else { "未締め" };
    format!("{}月{}日 {state}", opened.month(), opened.day())
}
