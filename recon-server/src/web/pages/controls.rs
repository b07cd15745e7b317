//! `/confirm`: what the matching only proposes, asked for by one person and approved by another.
//!
//! Invariants: rules are those of [`crate::jobs::controls`], here they only find their field; the form's id is the wish's id, so that a
//! repeated form is the same wish even after a restart; who asked is shown no button.

mod words;

use std::sync::Arc;

use axum::{
    Extension, Form,
    extract::{Path, Query, State},
};
use domain::text::FREE_TEXT_LENGTH_MAX_CHARS;
use serde::Deserialize;
use store::{
    controls::{ControlAction, ControlId, ControlRow, ControlTopic},
    users::Role,
};

use super::{
    day_and_time, hand,
    records::Surroundings,
    second_person::{DecideForm, Done, Sentences, done, one_line},
};
use crate::{
    app::AppState,
    auth::{CurrentUser, require},
    jobs::{
        self,
        controls::{self, ControlError, ControlRefusal, Document, NewControl, Proposal},
    },
    web::{
        answers::{Answer, Answers},
        failure::PageError,
        frame,
        view::{
            controls::{ControlAskPage, ControlPage, ControlsPage, WishLine},
            form::{Field, FormId},
            refunds::Choice,
            sale::Fact,
            shell::Section,
        },
    },
};

/// Decided wishes on the page; all of them are in the command's list.
const DECIDED_SHOWN_MAX: usize = 100;

/// The wish as it is typed.
#[derive(Debug, Deserialize)]
pub struct AskForm {
    form_id: String,
    #[serde(default)]
    choice: String,
    #[serde(default)]
    valid_from: String,
    #[serde(default)]
    reason: String,
}

/// What is said after each step.
const SENTENCES: Sentences = Sentences {
    requested: "申請しました。別の人の承認を待っています。",
    approved: "承認しました。次の照合から使われます。",
    rejected: "差し戻しました。何も変わりません。",
};

impl From<ControlError> for PageError {
    fn from(error: ControlError) -> Self {
        match error {
            ControlError::Refused(_) => Self::BadForm("control"),
            ControlError::Job(error) => Self::Job(error),
            ControlError::Store(error) => Self::Store(error),
        }
    }
}

pub(super) use words::ask_address;

/// Whether the user does the accounts.
pub(super) fn accountant(user: &CurrentUser) -> Result<(), PageError> {
    require(user, Role::Accountant).map_err(|_| PageError::NotFound)
}

/// `GET /confirm`
pub async fn list(State(state): State<AppState>, user: CurrentUser) -> Result<Answer, PageError> {
    accountant(&user)?;
    let desk = controls::desk(&state).await?;
    let around = surroundings(&state, desk.proposals.iter().map(|one| &one.document)).await?;
    let line = |row: &ControlRow| words::wish_line(row, desk.in_force.contains(&row.id), &around);
    let decided: Vec<WishLine> =
        desk.decided.iter().take(DECIDED_SHOWN_MAX).map(line).collect::<Result<_, _>>()?;
    let page = ControlsPage {
        shell: frame::shell(&state, Some(&user), Section::Exceptions)?,
        as_of: desk.as_of,
        proposals: desk.proposals.iter().map(|one| words::proposal_line(one, &around)).collect(),
        waiting: desk.waiting.iter().map(line).collect::<Result<_, _>>()?,
        decided_more: desk.decided.len().saturating_sub(decided.len()),
        decided,
    };
    Ok(frame::page(&page)?.into())
}

async fn surroundings<'a>(
    state: &AppState,
    documents: impl Iterator<Item = &'a Document>,
) -> Result<Surroundings, PageError> {
    let exceptions: Vec<_> = documents
        .filter_map(|document| match document {
            Document::Match { exception } | Document::Settle { exception } => Some(&**exception),
            _ => None,
        })
        .collect();
    let today = state.today();
    let first = exceptions.iter().map(|one| one.day).min().unwrap_or(today);
    let last = exceptions.iter().map(|one| one.day).max().unwrap_or(today);
    Surroundings::of_exceptions(state, (first, last), &exceptions).await
}

/// `GET /confirm/ask/{topic}/{subject}`
pub async fn ask(
    State(state): State<AppState>,
    user: CurrentUser,
    Path((topic, subject)): Path<(String, String)>,
) -> Result<Answer, PageError> {
    accountant(&user)?;
    let found = proposal(&state, &topic, &subject).await?;
    Ok(frame::page(&ask_page(&state, &user, &found).await?)?.into())
}

async fn proposal(state: &AppState, topic: &str, subject: &str) -> Result<Proposal, PageError> {
    let topic = words::topic_of(topic).ok_or(PageError::NotFound)?;
    if topic == ControlTopic::WriteOff {
        return controls::about(state, topic, subject).await?.ok_or(PageError::NotFound);
    }
    let desk = controls::desk(state).await?;
    let mut found = desk.proposals.into_iter();
    found.find(|one| one.topic == topic && one.subject == subject).ok_or(PageError::NotFound)
}

async fn ask_page(
    state: &AppState,
    user: &CurrentUser,
    found: &Proposal,
) -> Result<ControlAskPage, PageError> {
    let around = surroundings(state, std::iter::once(&found.document)).await?;
    let line = words::proposal_line(found, &around);
    let valid_from = match &found.document {
        Document::Alias { valid_from, .. } => Some(Field::typed(valid_from.to_string())),
        _ => None,
    };
    Ok(ControlAskPage {
        shell: frame::shell(state, Some(user), Section::Exceptions)?,
        form: FormId(controls::new_id(state)?.0),
        action: line.href,
        title: format!("{}の確認", line.topic),
        sentence: line.sentence,
        facts: words::facts(&found.document, &around),
        members: line.members,
        choices: words::choices(found.topic),
        choice: Field::default(),
        valid_from,
        reason: Field::default(),
        reason_max: FREE_TEXT_LENGTH_MAX_CHARS,
        refused: None,
    })
}

/// `POST /confirm/ask/{topic}/{subject}`
pub async fn request(
    State(state): State<AppState>,
    Extension(answers): Extension<Arc<Answers>>,
    user: CurrentUser,
    Path((topic, subject)): Path<(String, String)>,
    Form(form): Form<AskForm>,
) -> Result<Answer, PageError> {
    accountant(&user)?;
    let id: ControlId = form.form_id.parse().map_err(|_| PageError::BadForm("form_id"))?;
    let act = async {
        if let Some(first) = controls::find(&state, id).await? {
            return Ok(Answer::See(format!("/confirm/{}", first.id)));
        }
        let found = proposal(&state, &topic, &subject).await?;
        let mut page = ask_page(&state, &user, &found).await?;
        page.choice = Field::typed(&form.choice);
        page.reason = Field::typed(&form.reason);
        let wanted = ControlAction::from_code(&form.choice);
        let Some(action) = wanted.filter(|one| matches!(one, ControlAction::Confirm | ControlAction::Refuse))
        else {
            page.choice.error = Some("どちらかを選んでください。".to_owned());
            return Ok(frame::page(&page)?.into());
        };
        let valid_from = form.valid_from.parse().ok();
        if let Some(field) = page.valid_from.as_mut() {
            *field = Field::typed(&form.valid_from);
            if valid_from.is_none() {
                field.error = Some("日を選んでください。".to_owned());
                return Ok(frame::page(&page)?.into());
            }
        }
        let reason = one_line(&form.reason);
        let new = NewControl { id, topic: found.topic, action, subject: found.subject, reason, valid_from };
        match controls::request(&state, &user.user, new).await {
            Ok(kept) => return Ok(Answer::See(format!("/confirm/{}?done=requested", kept.id))),
            Err(ControlError::Refused(refusal)) => words::refuse_ask(&mut page, &refusal),
            Err(error) => return Err(error.into()),
        }
        Ok(frame::page(&page)?.into())
    };
    answers.once(&user.user, &form.form_id, state.now(), act).await
}

/// `GET /confirm/{id}`
pub async fn show(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(id): Path<String>,
    Query(query): Query<Done>,
) -> Result<Answer, PageError> {
    accountant(&user)?;
    let found = find(&state, &id).await?;
    let mut page = context(&state, &user, &found).await?;
    page.shell = SENTENCES.say(page.shell, &query);
    Ok(frame::page(&page)?.into())
}

/// `POST /confirm/{id}`
pub async fn decide(
    State(state): State<AppState>,
    Extension(answers): Extension<Arc<Answers>>,
    user: CurrentUser,
    Path(id): Path<String>,
    Form(form): Form<DecideForm>,
) -> Result<Answer, PageError> {
    accountant(&user)?;
    let act = async {
        let found = find(&state, &id).await?;
        let mut page = context(&state, &user, &found).await?;
        (page.decision, page.note) = form.fields();
        let Some(decision) = form.read() else { return Ok(frame::page(&page)?.into()) };
        let done = done(&decision);
        match controls::decide(&state, &user.user, found.id, decision).await {
            Ok(_) => return Ok(Answer::See(format!("/confirm/{id}?done={done}"))),
            Err(ControlError::Refused(refusal)) => refuse(&mut page, &refusal),
            Err(error) => return Err(error.into()),
        }
        Ok(frame::page(&page)?.into())
    };
    answers.once(&user.user, &form.form_id, state.now(), act).await
}

/// `POST /confirm/{id}/revoke`: asks to take back a word that is in force.
pub async fn revoke(
    State(state): State<AppState>,
    Extension(answers): Extension<Arc<Answers>>,
    user: CurrentUser,
    Path(id): Path<String>,
    Form(form): Form<DecideForm>,
) -> Result<Answer, PageError> {
    accountant(&user)?;
    let own: ControlId = form.form_id.parse().map_err(|_| PageError::BadForm("form_id"))?;
    let act = async {
        let found = find(&state, &id).await?;
        let new = NewControl {
            id: own,
            topic: found.topic,
            action: ControlAction::Revoke,
            subject: found.subject.clone(),
            reason: one_line(&form.note),
            valid_from: None,
        };
        match controls::request(&state, &user.user, new).await {
            Ok(kept) => Ok(Answer::See(format!("/confirm/{}?done=requested", kept.id))),
            Err(ControlError::Refused(refusal)) => {
                let mut page = context(&state, &user, &found).await?;
                page.note = Field::typed(&form.note);
                refuse(&mut page, &refusal);
                Ok(frame::page(&page)?.into())
            }
            Err(error) => Err(error.into()),
        }
    };
    answers.once(&user.user, &form.form_id, state.now(), act).await
}

fn refuse(page: &mut ControlPage, refusal: &ControlRefusal) {
    let sentence = Some(refusal.to_string());
    match refusal {
        ControlRefusal::Note | ControlRefusal::Reason | ControlRefusal::CardNumber => {
            page.note.error = sentence
        }
        _ => page.refused = sentence,
    }
}

async fn find(state: &AppState, id: &str) -> Result<ControlRow, PageError> {
    let id: ControlId = id.parse().map_err(|_| PageError::NotFound)?;
    controls::find(state, id).await?.ok_or(PageError::NotFound)
}

async fn context(state: &AppState, user: &CurrentUser, row: &ControlRow) -> Result<ControlPage, PageError> {
    let document = controls::document(row)?;
    let around = surroundings(state, std::iter::once(&document)).await?;
    let rows = state.store.snapshot().await?.controls(state.tenant()).await?;
    let standing =
        controls::in_force(&rows, row.topic).get(row.subject.as_str()).is_some_and(|one| one.id == row.id);
    let choice = match &row.decision {
        Some(decision) => Choice::Decided(words::decided(decision)),
        None if row.requested_by == user.user => Choice::Own,
        None => Choice::Decide,
    };
    let mut facts = words::facts(&document, &around);
    let mut members = words::members(&document, &around, state.today());
    let mut refused = None;
    if let Document::Hand { entry } = &document {
        let scan = entry.scan.as_ref().map(|scan| hand::scan_link(row.id, scan));
        facts.push(Fact {
            name: "証ひょう",
            value: scan.as_ref().map_or_else(|| "なし".to_owned(), |link| link.text.clone()),
            href: scan.map(|link| link.href),
        });
        let (beside, proposal) = jobs::hand::beside(state, row).await?;
        members.extend(beside.iter().map(hand::beside_link));
        refused = proposal.filter(|_| standing || row.decision.is_none());
    }
    facts.extend(words::who(row, day_and_time(row.requested_at)));
    let revocable = standing && !matches!(row.topic, ControlTopic::Period | ControlTopic::Terms);
    Ok(ControlPage {
        shell: frame::shell(state, Some(user), Section::Exceptions)?,
        form: FormId(controls::new_id(state)?.0),
        wish: words::wish_line(row, standing, &around)?,
        facts,
        members,
        choice,
        decision: Field::default(),
        note: Field::default(),
        note_max: FREE_TEXT_LENGTH_MAX_CHARS,
        refused,
        revoke_hint: words::revoke_hint(row.topic),
        revoke: revocable.then(|| format!("/confirm/{}/revoke", row.id)),
    })
}
