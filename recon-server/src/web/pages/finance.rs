//! `/finance`: 財務会計連携 — handing out a file, the list of what was handed out, the same file again.
//!
//! Invariants: rules are those of [`crate::jobs::finance`]; a repeated form makes no second file; a download from the list gives the very
//! bytes of then, a new file of the same period is a 再出力 and says so.

use std::sync::Arc;

use axum::{
    Extension, Form,
    extract::{Path, Query, State},
    response::Response,
};
use domain::time::CivilDate;
use serde::Deserialize;

use crate::{
    api,
    app::AppState,
    auth::CurrentUser,
    jobs::{
        finance::{self, FinanceError, Handed},
        month::YearMonth,
    },
    web::{
        answers::{Answer, Answers},
        failure::PageError,
        frame,
        view::{
            exceptions::Choice,
            finance::{ExportLine, FinancePage},
            form::Field,
            shell::{Section, Tone},
        },
    },
};

/// What was just done: the number of the export.
#[derive(Debug, Deserialize)]
pub struct Done {
    done: Option<u64>,
}

/// The form.
#[derive(Debug, Default, Deserialize)]
pub struct ExportForm {
    form_id: String,
    #[serde(default)]
    template: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

/// `GET /finance`
pub async fn list(
    State(state): State<AppState>,
    user: CurrentUser,
    Query(query): Query<Done>,
) -> Result<Answer, PageError> {
    // The month before is what is usually handed over.
    let month = YearMonth::of(state.today()).before();
    let form =
        ExportForm { from: month.first().to_string(), to: month.last().to_string(), ..ExportForm::default() };
    let mut page = page(&state, &user, &form).await?;
    if let Some(line) = page.exports.iter().find(|line| Some(line.number) == query.done) {
        let text = made_words(line.number, line.issue);
        page.shell = frame::saying(page.shell, Tone::Done, text);
    }
    Ok(frame::page(&page)?.into())
}

fn made_words(number: u64, issue: u32) -> String {
    let again = if issue > 1 { format!("再出力（{issue}回目）です。") } else { String::new() };
    format!("出力番号 {number} のファイルを作りました。{again}一覧から保存してください。")
}

/// `POST /finance`
pub async fn hand_out(
    State(state): State<AppState>,
    Extension(answers): Extension<Arc<Answers>>,
    user: CurrentUser,
    Form(form): Form<ExportForm>,
) -> Result<Answer, PageError> {
    let id = form.form_id.clone();
    let act = async {
        let mut page = page(&state, &user, &form).await?;
        let from = read_day(&mut page.from);
        let to = read_day(&mut page.to);
        let (Some(from), Some(to)) = (from, to) else { return Ok(frame::page(&page)?.into()) };
        match finance::hand_out(&state, &form.template, (from, to), &user.user).await {
            Ok((handed, _)) if handed.notices.is_empty() => {
                return Ok(Answer::See(format!("/finance?done={}", handed.number)));
            }
            Ok((handed, _)) => page = made(&state, &user, &form, handed).await?,
            Err(FinanceError::Job(error)) => return Err(error.into()),
            Err(FinanceError::Period) => page.to.error = Some(FinanceError::Period.to_string()),
            Err(FinanceError::Template(fault)) => page.problems = vec![fault],
            Err(FinanceError::Cells(cells)) => page.problems = finance::problems(&cells),
        }
        Ok(frame::page(&page)?.into())
    };
    answers.once(&user.user, &id, state.now(), act).await
}

/// The page after a file of which a person should know more: what it leaves out, what was cut.
async fn made(
    state: &AppState,
    user: &CurrentUser,
    form: &ExportForm,
    handed: Handed,
) -> Result<FinancePage, PageError> {
    let mut page = page(state, user, form).await?;
    page.shell = frame::saying(page.shell, Tone::Done, made_words(handed.number, handed.issue));
    page.notices = handed.notices;
    Ok(page)
}

/// `GET /finance/{number}`: the very bytes that were handed out.
pub async fn file(
    State(state): State<AppState>,
    _user: CurrentUser,
    Path(number): Path<u64>,
) -> Result<Response, PageError> {
    let (name, bytes) = finance::bytes_of(&state, number).await?.ok_or(PageError::NotFound)?;
    Ok(api::file(&name, "application/octet-stream", bytes))
}

async fn page(state: &AppState, user: &CurrentUser, form: &ExportForm) -> Result<FinancePage, PageError> {
    let known = finance::templates(state);
    let usable = known.iter().filter_map(|one| one.template.as_ref().ok());
    Ok(FinancePage {
        shell: frame::shell(state, Some(user), Section::Finance)?,
        form_id: frame::form_id(state)?,
        templates: usable
            .map(|template| Choice {
                value: template.id.clone(),
                label: format!("{} — {}", template.name_ja, finance::scope_ja(template)),
                chosen: template.id == form.template,
            })
            .collect(),
        faults: known.iter().filter_map(|one| one.template.as_ref().err().cloned()).collect(),
        from: Field::typed(form.from.as_str()),
        to: Field::typed(form.to.as_str()),
        problems: Vec::new(),
        notices: Vec::new(),
        exports: finance::handed_out(state).await?.iter().map(line).collect(),
    })
}

fn read_day(field: &mut Field) -> Option<CivilDate> {
    let read = field.value.parse().ok();
    if read.is_none() {
        field.error = Some("日を 2026-04-01 のように書いてください。".to_owned());
    }
    read
}

fn line(handed: &Handed) -> ExportLine {
    ExportLine {
        number: handed.number,
        template: handed.template_ja.clone(),
        period: format!("{}〜{}", handed.from, handed.to),
        batch: handed.batch_id.clone(),
        issue: handed.issue,
        rows: handed.rows,
        amount: handed.amount,
        fee: handed.fee,
        refund: handed.refund,
        by: handed.by.clone(),
        at: handed.at.to_paper(),
    }
}
