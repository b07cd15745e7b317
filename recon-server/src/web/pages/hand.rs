//! `/hand`: evidence that comes on paper only, typed in by one person and approved by another on its wish's page.
//!
//! Invariants: rules are those of [`crate::jobs::hand`], here they only find their field; the form's id is the entry's id, so that a
//! repeated form is the same entry even after a restart; a scan is handed out as a download under the type that its bytes showed.

mod form;

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Multipart, Path, State},
    response::{IntoResponse, Response},
};
use store::controls::ControlId;

use super::controls;
use crate::{
    api,
    app::AppState,
    auth::CurrentUser,
    jobs::{
        controls::{ControlError, new_id},
        hand::{self, Beside, HandError, HandLine},
    },
    web::{
        answers::{Answer, Answers},
        failure::PageError,
        frame,
        view::{
            form::FormId,
            hand::{HandPage, HandRow},
            refunds::RefundState,
            shell::Section,
            words::Link,
        },
    },
};

pub use form::Kind;

/// `GET /hand`
pub async fn list(State(state): State<AppState>, user: CurrentUser) -> Result<Answer, PageError> {
    controls::accountant(&user)?;
    let book = hand::book(&state).await?;
    let waiting = book.waiting.iter().map(|one| row(one, RefundState::Waiting)).collect();
    let standing = book.standing.iter().map(|one| row(one, RefundState::Approved)).collect();
    let ended = book.ended.iter().map(|one| row(one, RefundState::Rejected)).collect();
    let page =
        HandPage { shell: frame::shell(&state, Some(&user), Section::Imports)?, waiting, standing, ended };
    Ok(frame::page(&page)?.into())
}

fn row(line: &HandLine, state: RefundState) -> HandRow {
    let wish = format!("/confirm/{}", line.entry);
    let fact = &line.typed.fact;
    HandRow {
        name: Link::new(fact.label_ja(), wish.clone()),
        sentence: line.sentence_ja.clone(),
        amount: fact.amount(),
        reason: line.reason.clone(),
        entered_by: line.entered_by.clone(),
        approved_by: line.approved_by.clone().unwrap_or_default(),
        scan: line.typed.scan.as_ref().map(|scan| scan_link(line.entry, scan)),
        state,
        counts: line.counts,
        proposal: line.proposal_ja.clone(),
        beside: line.beside.iter().map(beside_link).collect(),
    }
}

/// A record that says the same, leading to its receipt.
pub(super) fn beside_link(one: &Beside) -> Link {
    let word = if one.by_hand { "手入力 " } else { "" };
    Link::new(format!("{word}{}", one.words_ja), format!("/imports/{}", one.file))
}

/// A scan, leading to its bytes.
pub(super) fn scan_link(entry: ControlId, scan: &hand::ScanRef) -> Link {
    let kib = scan.length.div_ceil(1 << 10);
    Link::new(format!("{}（{kib} KiB）", scan.kind.ending().to_uppercase()), format!("/confirm/{entry}/scan"))
}

/// `GET /hand/payout`
pub async fn payout(State(state): State<AppState>, user: CurrentUser) -> Result<Answer, PageError> {
    show(&state, &user, Kind::Payout).await
}

/// `GET /hand/deposit`
pub async fn deposit(State(state): State<AppState>, user: CurrentUser) -> Result<Answer, PageError> {
    show(&state, &user, Kind::Deposit).await
}

async fn show(state: &AppState, user: &CurrentUser, kind: Kind) -> Result<Answer, PageError> {
    controls::accountant(user)?;
    let page = form::page(state, user, kind, FormId(new_id(state)?.0), &form::Typed::default()).await?;
    Ok(frame::page(&page)?.into())
}

/// `POST /hand/payout`
pub async fn enter_payout(
    State(state): State<AppState>,
    Extension(answers): Extension<Arc<Answers>>,
    user: CurrentUser,
    multipart: Multipart,
) -> Result<Answer, PageError> {
    enter(&state, &answers, &user, Kind::Payout, multipart).await
}

/// `POST /hand/deposit`
pub async fn enter_deposit(
    State(state): State<AppState>,
    Extension(answers): Extension<Arc<Answers>>,
    user: CurrentUser,
    multipart: Multipart,
) -> Result<Answer, PageError> {
    enter(&state, &answers, &user, Kind::Deposit, multipart).await
}

async fn enter(
    state: &AppState,
    answers: &Answers,
    user: &CurrentUser,
    kind: Kind,
    multipart: Multipart,
) -> Result<Answer, PageError> {
    controls::accountant(user)?;
    let typed = form::read(multipart).await.map_err(|error| match error.status() {
        axum::http::StatusCode::PAYLOAD_TOO_LARGE => PageError::TooLarge,
        _ => PageError::BadForm("hand"),
    })?;
    let id: ControlId = typed.form_id().parse().map_err(|_| PageError::BadForm("form_id"))?;
    let act = async {
        // A refused form comes again under a new id: nothing was kept under the old one.
        let mut page = form::page(state, user, kind, FormId(new_id(state)?.0), &typed).await?;
        let Some(new) = form::entry(&mut page, kind, id, &typed) else {
            return Ok(frame::page(&page)?.into());
        };
        match hand::enter(state, &user.user, new).await {
            Ok(kept) => return Ok(Answer::See(format!("/confirm/{}?done=requested", kept.id))),
            Err(HandError::Refused(refusal)) => form::refuse(&mut page, refusal.field, refusal.sentence_ja),
            Err(HandError::Control(ControlError::Refused(refusal))) => {
                form::refuse(&mut page, "reason", refusal.to_string());
            }
            Err(HandError::Control(error)) => return Err(error.into()),
        }
        Ok(frame::page(&page)?.into())
    };
    answers.once(&user.user, typed.form_id(), state.now(), act).await
}

/// `GET /confirm/{id}/scan`
pub async fn scan(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    controls::accountant(&user)?;
    let id: ControlId = id.parse().map_err(|_| PageError::NotFound)?;
    let (scan, bytes) = hand::scan(&state, id).await?.ok_or(PageError::NotFound)?;
    let name = format!("scan-{id}.{}", scan.kind.ending());
    Ok(api::file(&name, scan.kind.media_type(), bytes).into_response())
}

/// Who typed and who approved, leading to the wish with what was typed and the scan.
pub(super) fn origin_link(file: u64, from: &hand::Provenance) -> Link {
    Link::new(format!("受付{file} {}", from.words_ja()), format!("/confirm/{}", from.entry))
}
