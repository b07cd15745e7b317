//! Before the first sale: where to go, 業務開始, 時計の確認.

use axum::{extract::State, response::Response};
use domain::{
    command::Command,
    event::ClockDoubt,
    id::OperatorId,
    time::{CivilDate, Timestamp},
};

use super::cash_count;
use crate::web::{
    WebState,
    desk::{Desk, notice, see},
    fields::Fields,
    pages::{
        Choice, Field, denomination_rows,
        opening::{ClockPage, OpeningPage},
        show, show_again,
    },
    shell::{Notice, Way},
    typed,
};

/// To where the work is.
pub async fn home(State(web): State<WebState>) -> Response {
    Desk::at(&web).gate().unwrap_or_else(|| see("/sell"))
}

fn opening_page(desk: &Desk<'_>, fields: &Fields) -> OpeningPage {
    let state = desk.state();
    let today = desk.now.date();
    let chosen = fields.optional("operator").or_else(|| state.operator.as_ref().map(ToString::to_string));
    let operators = state.profile.iter().flat_map(|profile| &profile.operators).map(|operator| Choice {
        value: operator.id.to_string(),
        label: operator.label.clone(),
        selected: chosen.as_deref() == Some(operator.id.as_str()),
    });
    OpeningPage {
        shell: desk.shell("業務開始", "Opening", Way::Elsewhere),
        command: desk.new_id(),
        date: today.to_string(),
        date_words: today.to_japanese(),
        confirmed: fields.has("confirmed"),
        operators: operators.collect(),
        rows: denomination_rows(fields),
        total: None,
        last_close: state.last_closed.map(|(date, cut)| format!("{} {cut}回目", date.to_japanese())),
    }
}

/// 業務開始: the form.
pub async fn opening(State(web): State<WebState>) -> Response {
    let desk = Desk::at(&web);
    match desk.gate() {
        // The gate leads here exactly when no day is open and nothing else stands in the way.
        Some(elsewhere) if desk.state().day.is_some() || blocked_before_opening(&desk) => elsewhere,
        None => see("/sell"),
        Some(_) => show(&opening_page(&desk, &Fields::default())),
    }
}

fn blocked_before_opening(desk: &Desk<'_>) -> bool {
    let state = desk.state();
    desk.view.stopped.is_some() || state.identity.is_none() || state.clock.doubt.is_some()
}

/// 業務開始: opened, or the sum of the float, or what to mend.
pub async fn open(State(web): State<WebState>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let mut page = opening_page(&desk, &fields);
    let (rows, count) = cash_count(&fields);
    page.rows = rows;
    let Some(count) = count else {
        page.shell.notice =
            Some(Notice::refused("枚数に読めないところがあります。赤い印のところを直してください。"));
        return show_again(&page);
    };
    page.total = count.total().ok();
    if fields.has("sum") {
        return show(&page);
    }
    let operator = fields.text("operator").parse::<OperatorId>();
    let refused = match (&operator, page.confirmed, fields.text("date").parse::<CivilDate>()) {
        (Err(_), _, _) => "担当者を選んでください。",
        (_, false, _) => "今日の日付を確かめて、印を付けてください。",
        (_, _, Err(_)) => "日付が読めません。この画面を開き直してください。",
        (Ok(operator), true, Ok(date)) => {
            let wish = Command::OpenDay { date, operator: operator.clone(), float: count };
            match desk.submit_for(operator.clone(), fields.text("command"), wish).await {
                Ok(_) => return see("/sell"),
                Err(error) => {
                    page.shell.notice = Some(notice(&error));
                    return show_again(&page);
                }
            }
        }
    };
    page.shell.notice = Some(Notice::refused(refused));
    show_again(&page)
}

fn clock_page(desk: &Desk<'_>, reason: Field) -> Option<ClockPage> {
    let (what, last, now) = match desk.state().clock.doubt? {
        ClockDoubt::SteppedBack { last, now } => ("機械の時計が、記録より前に戻っています。", last, now),
        ClockDoubt::JumpedAhead { last, now } => {
            ("機械の時計が、前の記録から1日以上進んでいます。", last, now)
        }
    };
    let now = Timestamp::max(now, desk.now);
    Some(ClockPage {
        shell: desk.shell("時計の確認", "Clock check", Way::Elsewhere),
        command: desk.new_id(),
        what: what.to_owned(),
        last: last.to_paper(),
        now: now.to_paper(),
        reason,
    })
}

/// 時計の確認: the form.
pub async fn clock(State(web): State<WebState>) -> Response {
    clock_page(&Desk::at(&web), Field::default()).map_or_else(|| see("/"), |page| show(&page))
}

/// 時計の確認: confirmed by a person.
pub async fn confirm_clock(State(web): State<WebState>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let mut reason = Field::typed(&fields, "reason");
    let parsed = typed::words(&reason.value, "確かめた方法");
    let mut refused = None;
    if let Some(words) = reason.take(parsed) {
        match desk.submit(fields.text("command"), Command::ConfirmClock { reason: words }).await {
            Ok(_) => return see("/"),
            Err(error) => refused = Some(notice(&error)),
        }
    }
    match clock_page(&desk, reason) {
        Some(mut page) => {
            page.shell.notice = refused;
            show_again(&page)
        }
        None => see("/"),
    }
}
