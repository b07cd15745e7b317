//! `/refunds`: money that goes back after the close: the list, the request from a sale, the second person's decision.
//!
//! Invariants: rules are those of [`crate::jobs::refund`], here they only find their field; the form's id is the refund's id, so that
//! a repeated form is the same wish even after a restart; who asked is shown no button.

mod form;
mod words;

use std::sync::Arc;

use axum::{
    Extension, Form,
    extract::{Path, Query, State},
};
use domain::{id::SaleId, money::Yen, text::FREE_TEXT_LENGTH_MAX_CHARS, time::CivilDate};
use serde::Deserialize;
use store::refunds::RefundId;

use self::{
    form::RequestForm,
    words::{facts, refund_line, sale_facts},
};
use super::second_person::{DecideForm, Done, Sentences, done};
use crate::{
    app::AppState,
    auth::CurrentUser,
    jobs::refund::{self, Refund, RefundError, Refundable},
    web::{
        answers::{Answer, Answers},
        failure::PageError,
        frame,
        view::{
            form::{Field, FormId},
            refunds::{Choice, RefundFormPage, RefundLine, RefundPage, RefundsPage},
            shell::Section,
            words::Link,
        },
    },
};

/// First month of a fiscal year.
const FISCAL_YEAR_FIRST_MONTH: i8 = 4;

/// Which refunds, and what was just done.
#[derive(Debug, Deserialize)]
pub struct ListQuery {
    from: Option<String>,
    to: Option<String>,
}

/// What is said after each step.
const SENTENCES: Sentences = Sentences {
    requested: "返金を起案しました。別の人の承認を待っています。",
    approved: "承認しました。決裁番号がつきました。",
    rejected: "差し戻しました。返金はしません。",
};

impl From<RefundError> for PageError {
    fn from(error: RefundError) -> Self {
        match error {
            RefundError::Refused(_) => Self::BadForm("refund"),
            RefundError::Store(error) => Self::Store(error),
        }
    }
}

/// `GET /refunds?from=&to=`
pub async fn list(
    State(state): State<AppState>,
    user: CurrentUser,
    Query(query): Query<ListQuery>,
) -> Result<Answer, PageError> {
    let today = state.today();
    let year_began = CivilDate::new(today.fiscal_year().0, FISCAL_YEAR_FIRST_MONTH, 1).unwrap_or(today);
    let (from, from_field) = day_field(query.from.as_deref(), year_began);
    let (to, mut to_field) = day_field(query.to.as_deref(), today);
    if to < from {
        to_field.error = Some("終わりの日を、始めの日以後にしてください。".to_owned());
    }
    let mut decided = refund::list(&state, from, to).await?;
    decided.retain(|one| one.row.decision.is_some());
    let approved = decided.iter().filter(|one| one.row.is_approved()).map(|one| one.row.amount);
    let page = RefundsPage {
        shell: frame::shell(&state, Some(&user), Section::Refunds)?,
        approved: approved.fold(Yen::ZERO, Yen::saturating_add),
        waiting: lines(&state, refund::waiting(&state).await?).await?,
        decided: lines(&state, decided).await?,
        from: from_field,
        to: to_field,
    };
    Ok(frame::page(&page)?.into())
}

/// A day of the query; the usual one where none is asked for or what is asked for is none.
fn day_field(typed: Option<&str>, usual: CivilDate) -> (CivilDate, Field) {
    match typed.filter(|text| !text.is_empty()).map(str::parse::<CivilDate>) {
        None => (usual, Field::typed(usual.to_string())),
        Some(Ok(day)) => (day, Field::typed(day.to_string())),
        Some(Err(_)) => {
            (usual, Field::refused(usual.to_string(), "日を 2026-04-01 のように書いてください。"))
        }
    }
}

async fn lines(state: &AppState, refunds: Vec<Refund>) -> Result<Vec<RefundLine>, PageError> {
    let mut unit = state.store.snapshot().await?;
    let mut lines = Vec::with_capacity(refunds.len());
    for one in refunds {
        let sale = unit.sale(state.tenant(), one.row.sale).await?;
        lines.push(refund_line(&one, sale.as_ref()));
    }
    Ok(lines)
}

/// `GET /sales/{sale}/refund`
pub async fn ask(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(sale): Path<String>,
) -> Result<Answer, PageError> {
    let found = refundable(&state, &sale).await?;
    Ok(frame::page(&form_page(&state, &user, &found)?)?.into())
}

async fn refundable(state: &AppState, sale: &str) -> Result<Refundable, PageError> {
    let sale: SaleId = sale.parse().map_err(|_| PageError::NotFound)?;
    refund::refundable(state, sale).await?.ok_or(PageError::NotFound)
}

/// `POST /sales/{sale}/refund`
pub async fn request(
    State(state): State<AppState>,
    Extension(answers): Extension<Arc<Answers>>,
    user: CurrentUser,
    Path(sale): Path<String>,
    Form(form): Form<RequestForm>,
) -> Result<Answer, PageError> {
    let id: RefundId = form.form_id.parse().map_err(|_| PageError::BadForm("form_id"))?;
    let act = async {
        let found = refundable(&state, &sale).await?;
        let mut page = form_page(&state, &user, &found)?;
        let refused = match form.read(id, found.sale.row.sale.sale) {
            Ok(new) => match refund::request(&state, &user.user, new).await {
                Ok(kept) => return Ok(Answer::See(format!("/refunds/{}?done=requested", kept.row.refund))),
                Err(RefundError::Refused(refusal)) => form.refused(&refusal),
                Err(error) => return Err(error.into()),
            },
            Err(fields) => *fields,
        };
        refused.show(&mut page);
        Ok(frame::page(&page)?.into())
    };
    answers.once(&user.user, &form.form_id, state.now(), act).await
}

fn form_page(state: &AppState, user: &CurrentUser, found: &Refundable) -> Result<RefundFormPage, PageError> {
    let sale = &found.sale.row.sale;
    let ways = form::ways(sale.payment.method);
    Ok(RefundFormPage {
        shell: frame::shell(state, Some(user), Section::Refunds)?,
        form: FormId(refund::new_id(state)?.0),
        action: format!("/sales/{}/refund", sale.sale),
        back: Link::new("取引詳細へ戻る", format!("/sales/{}", sale.sale)),
        title: format!("領収書 {}", sale.receipt_number),
        facts: sale_facts(&found.sale),
        total: sale.total,
        left: found.remaining,
        amount: Field::typed(found.remaining.get().to_string()),
        ground: Field::default(),
        way: Field::typed(ways.first().map_or("", |way| way.code)),
        ways,
        refunded_on: Field::typed(state.today().to_string()),
        lane_hint: words::lane_hint(&refund::years_of_sale(&sale.lines, sale.payment_date)),
        ground_max: FREE_TEXT_LENGTH_MAX_CHARS,
        refused: None,
        closed: found.refusal.as_ref().map(ToString::to_string),
    })
}

/// `GET /refunds/{refund}`
pub async fn show(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(refund): Path<String>,
    Query(query): Query<Done>,
) -> Result<Answer, PageError> {
    let found = find(&state, &refund).await?;
    let mut page = context(&state, &user, &found).await?;
    page.shell = SENTENCES.say(page.shell, &query);
    Ok(frame::page(&page)?.into())
}

/// `POST /refunds/{refund}`
pub async fn decide(
    State(state): State<AppState>,
    Extension(answers): Extension<Arc<Answers>>,
    user: CurrentUser,
    Path(refund): Path<String>,
    Form(form): Form<DecideForm>,
) -> Result<Answer, PageError> {
    let act = async {
        let found = find(&state, &refund).await?;
        let mut page = context(&state, &user, &found).await?;
        (page.decision, page.note) = form.fields();
        let Some(decision) = form.read() else { return Ok(frame::page(&page)?.into()) };
        let done = done(&decision);
        match refund::decide(&state, &user.user, found.row.refund, decision).await {
            Ok(_) => Ok(Answer::See(format!("/refunds/{refund}?done={done}"))),
            Err(RefundError::Refused(refusal)) => {
                form::refuse_decision(&mut page, &refusal);
                Ok(frame::page(&page)?.into())
            }
            Err(error) => Err(error.into()),
        }
    };
    answers.once(&user.user, &form.form_id, state.now(), act).await
}

async fn find(state: &AppState, refund: &str) -> Result<Refund, PageError> {
    let id: RefundId = refund.parse().map_err(|_| PageError::NotFound)?;
    refund::find(state, id).await?.ok_or(PageError::NotFound)
}

async fn context(state: &AppState, user: &CurrentUser, found: &Refund) -> Result<RefundPage, PageError> {
    let mut unit = state.store.snapshot().await?;
    let sale = unit.sale(state.tenant(), found.row.sale).await?;
    let choice = match &found.row.decision {
        Some(decision) => Choice::Decided(words::decided(found, decision)),
        None if found.row.requested_by == user.user => Choice::Own,
        None => Choice::Decide,
    };
    Ok(RefundPage {
        shell: frame::shell(state, Some(user), Section::Refunds)?,
        form: frame::form_id(state)?,
        refund: refund_line(found, sale.as_ref()),
        facts: facts(found, sale.as_ref()),
        choice,
        decision: Field::default(),
        note: Field::default(),
        note_max: FREE_TEXT_LENGTH_MAX_CHARS,
        refused: None,
    })
}
