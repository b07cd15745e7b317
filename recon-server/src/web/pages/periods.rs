//! `/periods`: which months are signed, signing the next, asking to open one again.
//!
//! Invariants: rules are those of [`crate::jobs::period`] and [`crate::jobs::controls`]; who approves a reopening does it on the page of
//! the wish (`/confirm/{id}`).

use std::sync::Arc;

use axum::{
    Extension, Form,
    extract::{Path, Query, State},
};
use domain::text::FREE_TEXT_LENGTH_MAX_CHARS;
use serde::Deserialize;
use store::controls::{ControlAction, ControlId, ControlTopic, LockState};

use super::{controls::accountant, day_and_time, second_person::one_line};
use crate::{
    app::AppState,
    auth::CurrentUser,
    jobs::{
        controls::{self, ControlError, ControlRefusal, NewControl},
        month::YearMonth,
        period::{self, Lock, NewLock},
    },
    web::{
        answers::{Answer, Answers},
        failure::PageError,
        frame,
        view::{
            form::{Field, FormId},
            periods::{LockLine, PeriodsPage},
            shell::{Section, Tone},
            words::{Link, Verdict},
        },
    },
};

/// The form that signs.
#[derive(Debug, Deserialize)]
pub struct LockForm {
    form_id: String,
    #[serde(default)]
    month: String,
    #[serde(default)]
    reason: String,
}

/// The form that asks to open again.
#[derive(Debug, Deserialize)]
pub struct ReopenForm {
    form_id: String,
    #[serde(default)]
    reason: String,
}

/// What was just done.
#[derive(Debug, Deserialize)]
pub struct Done {
    done: Option<String>,
}

/// `GET /periods`
pub async fn list(
    State(state): State<AppState>,
    user: CurrentUser,
    Query(query): Query<Done>,
) -> Result<Answer, PageError> {
    accountant(&user)?;
    let mut page = context(&state, &user).await?;
    if query.done.as_deref() == Some("locked") {
        let said = "締めました。この月の月報・日報・帳票は、このまま変わりません。";
        page.shell = frame::saying(page.shell, Tone::Done, said);
    }
    Ok(frame::page(&page)?.into())
}

async fn context(state: &AppState, user: &CurrentUser) -> Result<PeriodsPage, PageError> {
    let rows = state.store.snapshot().await?.locks(state.tenant()).await?;
    let next = period::next_month(&rows, state.today());
    Ok(PeriodsPage {
        shell: frame::shell(state, Some(user), Section::Month)?,
        form: frame::form_id(state)?,
        reopen_form: FormId(controls::new_id(state)?.0),
        month: Field::typed(next.to_string()),
        reason: Field::default(),
        reason_max: FREE_TEXT_LENGTH_MAX_CHARS,
        refused: None,
        reopen_refused: None,
        locks: period::list(state).await?.iter().map(line).collect(),
    })
}

fn line(lock: &Lock) -> LockLine {
    let row = &lock.row;
    let (state, badge) = match (row.state, lock.in_force) {
        (LockState::Locked, true) => ("締め済み", Verdict::Agreed),
        (LockState::Locked, false) => ("戻された締め", Verdict::Incomplete),
        (LockState::Reopened, _) => ("締めを戻した", Verdict::Pending),
    };
    let approver = row.approver.as_ref().map(|by| format!("、承認 {by}")).unwrap_or_default();
    LockLine {
        month: Link::new(lock.month.to_japanese(), format!("/month/{}", lock.month)),
        scope: row.contract.as_ref().map_or_else(|| "すべて".to_owned(), ToString::to_string),
        state,
        badge,
        by: format!("{}{approver} {}", row.actor, day_and_time(row.at)),
        run: row.run,
        reason: row.reason.clone(),
        reopen: (lock.in_force && lock.newest)
            .then(|| (format!("reopen-{}", row.number), format!("/periods/{}/reopen", row.number))),
        waiting: lock.waiting.map(|id| format!("/confirm/{id}")),
    }
}

/// `POST /periods`
pub async fn lock(
    State(state): State<AppState>,
    Extension(answers): Extension<Arc<Answers>>,
    user: CurrentUser,
    Form(form): Form<LockForm>,
) -> Result<Answer, PageError> {
    accountant(&user)?;
    let act = async {
        let refused = match form.month.parse::<YearMonth>() {
            Ok(month) => {
                let new = NewLock { month, contract: None, reason: one_line(&form.reason) };
                match period::lock(&state, &user.user, new).await {
                    Ok(_) => return Ok(Answer::See("/periods?done=locked".to_owned())),
                    Err(ControlError::Refused(refusal)) => Ok(refusal),
                    Err(error) => return Err(error.into()),
                }
            }
            Err(error) => Err(error.to_string()),
        };
        let mut page = context(&state, &user).await?;
        page.month = Field::typed(&form.month);
        page.reason = Field::typed(&form.reason);
        match refused {
            Err(sentence) => page.month.error = Some(sentence),
            Ok(refusal) => refuse(&mut page, &refusal),
        }
        Ok(frame::page(&page)?.into())
    };
    answers.once(&user.user, &form.form_id, state.now(), act).await
}

fn refuse(page: &mut PeriodsPage, refusal: &ControlRefusal) {
    let sentence = Some(refusal.to_string());
    match refusal {
        ControlRefusal::Reason | ControlRefusal::CardNumber | ControlRefusal::NeedsReason(_) => {
            page.reason.error = sentence;
        }
        ControlRefusal::MonthOpen(_)
        | ControlRefusal::Locked
        | ControlRefusal::NotInOrder(_)
        | ControlRefusal::EmptyMonth => page.month.error = sentence,
        _ => page.refused = sentence,
    }
}

/// `POST /periods/{number}/reopen`: a wish that waits for a second person.
pub async fn reopen(
    State(state): State<AppState>,
    Extension(answers): Extension<Arc<Answers>>,
    user: CurrentUser,
    Path(number): Path<u64>,
    Form(form): Form<ReopenForm>,
) -> Result<Answer, PageError> {
    accountant(&user)?;
    let id: ControlId = form.form_id.parse().map_err(|_| PageError::BadForm("form_id"))?;
    let act = async {
        let new = NewControl {
            id,
            topic: ControlTopic::Period,
            action: ControlAction::Reopen,
            subject: number.to_string(),
            reason: one_line(&form.reason),
            valid_from: None,
        };
        match controls::request(&state, &user.user, new).await {
            Ok(kept) => Ok(Answer::See(format!("/confirm/{}?done=requested", kept.id))),
            Err(ControlError::Refused(refusal)) => {
                let mut page = context(&state, &user).await?;
                page.reopen_refused = Some(refusal.to_string());
                Ok(frame::page(&page)?.into())
            }
            Err(error) => Err(error.into()),
        }
    };
    answers.once(&user.user, &form.form_id, state.now(), act).await
}
