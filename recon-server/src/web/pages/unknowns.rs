//! `/unknowns`: results that nobody can tell yet; an accountant decides one by evidence, the decision goes to the counter's inbox.
//!
//! Invariants: only evidence ends a doubt, and "not charged" by a statement needs a statement that is here (DESIGN 3.3); the first
//! decision about an attempt stays (the inbox key is the attempt); decision and audit row are one unit of work.

mod decide;
mod evidence;

use std::sync::Arc;

use axum::{
    Extension, Form,
    extract::{Path, Query, State},
};
use domain::{
    id::AttemptId,
    inbox::InboxItem,
    method::{brand_rule, unknown_check},
    payment::{Doubt, DoubtCause, Outcome},
    time::CivilDate,
};
use journal::{chain::JournalId, wire::INBOX_ITEMS_MAX};
use serde::Deserialize;
use store::{UnitOfWork, counters::CounterRow, reports::AttemptRow};

use self::evidence::Proof;
use super::{day_and_time, method_words, records::counter_words};
use crate::{
    app::AppState,
    auth::CurrentUser,
    web::{
        answers::{Answer, Answers},
        failure::PageError,
        frame,
        view::{
            form::Field,
            report_lists::OpenUnknown,
            sale::Fact,
            shell::{Section, Tone},
            unknowns::{Decision, UnknownPage, UnknownsPage},
        },
    },
};

/// What was just done.
#[derive(Debug, Deserialize)]
pub struct Done {
    done: Option<String>,
}

/// The form of a decision.
#[derive(Debug, Deserialize)]
pub struct DecideForm {
    form_id: String,
    #[serde(default)]
    evidence: String,
    #[serde(default)]
    decision: String,
    #[serde(default)]
    reason: String,
}

/// `GET /unknowns`
pub async fn list(
    State(state): State<AppState>,
    user: CurrentUser,
    Query(query): Query<Done>,
) -> Result<Answer, PageError> {
    let mut unit = state.store.snapshot().await?;
    let counters = unit.counters(state.tenant()).await?;
    let (mut open, mut on_the_way) = (Vec::new(), Vec::new());
    for row in unit.open_unknowns(state.tenant()).await? {
        let decided = decision_in_inbox(&mut *unit, &state, &row).await?;
        let line = open_unknown(&row, &counters, state.today());
        if decided.is_some() { on_the_way.push(line) } else { open.push(line) }
    }
    open.sort_by_key(|line| (line.days_left.unwrap_or(i32::MAX), -line.age_days));
    let mut shell = frame::shell(&state, Some(&user), Section::Unknowns)?;
    if query.done.is_some() {
        shell = frame::saying(
            shell,
            Tone::Done,
            "判定を窓口の受信箱に入れました。窓口が記帳すると一覧から消えます。",
        );
    }
    Ok(frame::page(&UnknownsPage { shell, open, on_the_way })?.into())
}

/// `GET /unknowns/{attempt}`
pub async fn show(
    State(state): State<AppState>,
    user: CurrentUser,
    Path(attempt): Path<String>,
) -> Result<Answer, PageError> {
    let row = find(&state, &attempt).await?;
    let (page, _) = context(&state, &user, &row).await?;
    Ok(frame::page(&page)?.into())
}

/// `POST /unknowns/{attempt}`
pub async fn decide(
    State(state): State<AppState>,
    Extension(answers): Extension<Arc<Answers>>,
    user: CurrentUser,
    Path(attempt): Path<String>,
    Form(form): Form<DecideForm>,
) -> Result<Answer, PageError> {
    let act = async {
        let row = find(&state, &attempt).await?;
        let (mut page, proof) = context(&state, &user, &row).await?;
        if page.decided.is_some() {
            return Ok(frame::page(&page)?.into());
        }
        match decide::read(&form, &row, &proof, &user.user) {
            Ok(decided) => {
                decide::send(&state, &user, &row, &decided).await?;
                Ok(Answer::See("/unknowns?done=1".to_owned()))
            }
            Err(refused) => {
                for candidate in &mut page.candidates {
                    candidate.chosen = candidate.code == form.evidence;
                }
                (page.evidence, page.decision, page.reason) = *refused;
                Ok(frame::page(&page)?.into())
            }
        }
    };
    answers.once(&user.user, &form.form_id, state.now(), act).await
}

async fn find(state: &AppState, attempt: &str) -> Result<AttemptRow, PageError> {
    let attempt: AttemptId = attempt.parse().map_err(|_| PageError::NotFound)?;
    let found = state.store.snapshot().await?.attempt(state.tenant(), attempt).await?;
    found.ok_or(PageError::NotFound)
}

/// The decision that waits in the counter's inbox, with its number.
async fn decision_in_inbox(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    row: &AttemptRow,
) -> Result<Option<(u64, Decision)>, PageError> {
    let counter = &row.key.counter;
    let current = unit.counter(state.tenant(), counter).await?.and_then(|row| row.current);
    let incarnation = current.map_or(row.key.incarnation, |current| current.incarnation);
    let journal = JournalId { tenant: state.tenant().clone(), counter: counter.clone(), incarnation };
    let after = unit.inbox_acknowledged(&journal).await?;
    let items = unit.inbox_items(state.tenant(), counter, after, INBOX_ITEMS_MAX).await?;
    Ok(items.iter().find_map(|one| match &one.item {
        InboxItem::AttemptCharged { attempt, .. } if *attempt == row.attempt.attempt => {
            Some((one.number, Decision::Charged))
        }
        InboxItem::AttemptNotCharged { attempt, .. } if *attempt == row.attempt.attempt => {
            Some((one.number, Decision::NotCharged))
        }
        _ => None,
    }))
}

fn doubt(row: &AttemptRow) -> Option<&Doubt> {
    match &row.last_outcome()?.outcome {
        Outcome::Unknown(doubt) => Some(doubt),
        Outcome::Approved(_) | Outcome::Declined(_) | Outcome::NotStarted { .. } => None,
    }
}

fn open_unknown(row: &AttemptRow, counters: &[CounterRow], today: CivilDate) -> OpenUnknown {
    let attempt = &row.attempt;
    let seen = doubt(row).and_then(|doubt| doubt.partial.as_ref()).and_then(|partial| partial.brand.clone());
    let brand = seen.or_else(|| attempt.brand.clone());
    let asked_on = attempt.requested_at.date();
    let days = brand.as_ref().and_then(brand_rule).and_then(|rule| rule.inquiry_days);
    let deadline = days.map(|days| asked_on.plus_days(i32::from(days)));
    OpenUnknown {
        href: format!("/unknowns/{}", attempt.attempt),
        at: day_and_time(attempt.requested_at),
        counter: counter_words(counters, &row.key.counter),
        method: method_words(attempt.method, brand.as_ref()),
        amount: attempt.amount,
        age_days: today.days_since(asked_on),
        deadline: deadline.map(|day| format!("{}月{}日", day.month(), day.day())),
        days_left: deadline.map(|day| day.days_since(today)),
        why: why(row),
    }
}

fn why(row: &AttemptRow) -> String {
    let cause = match doubt(row).map(|doubt| doubt.cause) {
        Some(DoubtCause::Silence) => "端末の応答が期限内に来ませんでした。",
        Some(DoubtCause::LineCut) => "決済の途中で端末との線が切れました。",
        Some(DoubtCause::UnlistedCode) => "端末が、意味の決まっていない結果を返しました。",
        Some(DoubtCause::AmountDiffers) => "端末の金額が窓口の金額と違います。",
        Some(DoubtCause::AgentStopped) => "決済の途中で窓口のプログラムが止まりました。",
        Some(DoubtCause::JournalDown) => "結果を窓口のジャーナルに書けませんでした。",
        Some(DoubtCause::ClerkCannotTell) => "担当者が端末から結果を読み取れませんでした。",
        None => "結果は確定しています。",
    };
    let exit = row.exits.last().map(|exit| match exit.fact.exit {
        domain::event::UnknownExit::Waits => "お客様は待っておられました。",
        domain::event::UnknownExit::TakesHeldCertificate => "お客様は預り証を受け取っています。",
        domain::event::UnknownExit::PaysAnotherWay => {
            "お客様は別の方法で支払いました（二重納付の確認が要ります）。"
        }
    });
    format!("{cause}{}", exit.unwrap_or_default())
}

async fn context(
    state: &AppState,
    user: &CurrentUser,
    row: &AttemptRow,
) -> Result<(UnknownPage, Proof), PageError> {
    let mut unit = state.store.snapshot().await?;
    let counters = unit.counters(state.tenant()).await?;
    let waiting = decision_in_inbox(&mut *unit, state, row).await?;
    let proof = evidence::gather(&mut *unit, state, row).await?;
    let unknown = open_unknown(row, &counters, state.today());
    let decided = match (waiting, doubt(row)) {
        (Some((number, decision)), _) => Some(format!(
            "「{}」と判定し、窓口の受信箱{number}番に入れました。窓口の記帳を待っています。",
            decision.label()
        )),
        (None, None) => Some(format!("結果は確定しています: {}", label(row))),
        (None, Some(_)) => None,
    };
    let page = UnknownPage {
        shell: frame::shell(state, Some(user), Section::Unknowns)?,
        form: frame::form_id(state)?,
        action: unknown.href.clone(),
        facts: facts(row),
        check: unknown_check(row.attempt.brand.as_ref()).iter().map(|&step| step.to_owned()).collect(),
        candidates: proof.candidates.iter().map(|one| one.shown.clone()).collect(),
        statement_is_complete: proof.covering_file.is_some(),
        decision: Field::default(),
        evidence: Field::default(),
        reason: Field::default(),
        decided,
        unknown,
    };
    Ok((page, proof))
}

fn label(row: &AttemptRow) -> &'static str {
    row.last_outcome().map_or("結果待ち", |fact| fact.outcome.label_ja())
}

fn facts(row: &AttemptRow) -> Vec<Fact> {
    let key = &row.key;
    let mut facts = vec![
        Fact::new("取扱日", row.attempt.business_day.to_japanese()),
        Fact::new("記録番号", format!("世代{} {}", key.incarnation.0, key.sequence_number.0)),
        Fact::new("処理番号", row.attempt.sequence_number.to_string()),
    ];
    let partial = doubt(row).and_then(|doubt| doubt.partial.as_ref());
    let seen = partial.map(|partial| {
        [
            ("端末番号", partial.terminal_id.clone()),
            ("伝票番号", partial.slip_number.clone()),
            ("承認番号", partial.approval_code.clone()),
            ("端末の時刻", partial.terminal_time.clone()),
        ]
    });
    facts.extend(seen.into_iter().flatten().filter_map(|(name, value)| Some(Fact::new(name, value?))));
    facts
}
