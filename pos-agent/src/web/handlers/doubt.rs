//! 結果不明: the guided check, the citizen's exits, the end by evidence, the release of the terminal.

use axum::{
    extract::{Path, State},
    response::Response,
};
use domain::{
    catalogue::RouteKind,
    command::Command,
    event::{Paper, UnknownExit},
    id::BrandCode,
    method::{Method, brand_rule, unknown_check},
    state::{Attempt, AttemptState, SaleState},
};
use drivers::paypay::PayPayTimers;

use super::{
    attempt::{seconds, takes_back},
    brand_choices,
};
use crate::web::{
    WebState,
    desk::{Desk, notice, see},
    fields::Fields,
    pages::{
        self, Field,
        unknown::{UnknownPage, WaitPage},
    },
    present,
    shell::{Notice, Way},
    typed,
};

/// The page of an attempt in doubt: the guide, or the waiting page while the citizen waits.
pub(super) fn show(desk: &Desk<'_>, attempt: &Attempt, fields: &Fields) -> Response {
    if fields.has("wait") {
        pages::show(&wait_page(desk, attempt))
    } else {
        pages::show(&page(desk, attempt, fields))
    }
}

/// The brand whose check is shown: chosen by the clerk, seen before the doubt, or the only one of the route.
fn brand_of(desk: &Desk<'_>, attempt: &Attempt, fields: &Fields) -> Option<BrandCode> {
    let chosen = fields.text("brand").parse::<BrandCode>().ok();
    let seen = || present::partial(attempt).and_then(|partial| partial.brand.clone());
    let only = || match desk.state().route(&attempt.route)?.brands.as_slice() {
        [brand] => Some(brand.clone()),
        _ => None,
    };
    chosen.or_else(seen).or_else(|| attempt.brand.clone()).or_else(only)
}

/// Until when the operator must be asked, for brands that say so.
pub(super) fn deadline(attempt: &Attempt, brand: Option<&BrandCode>) -> Option<domain::time::CivilDate> {
    let days = brand.and_then(brand_rule).and_then(|rule| rule.inquiry_days)?;
    Some(attempt.requested_at.date().plus_days(i32::from(days)))
}

fn steps(brand: Option<&BrandCode>) -> Vec<String> {
    unknown_check(brand).iter().map(|step| (*step).to_owned()).collect()
}

fn wait_page(desk: &Desk<'_>, attempt: &Attempt) -> WaitPage {
    let brand = brand_of(desk, attempt, &Fields::default());
    WaitPage {
        shell: desk.shell("確認しています", "Checking", Way::Unknowns).waiting(),
        attempt: attempt.id.to_string(),
        amount: attempt.amount,
        seconds: seconds(desk, attempt),
        steps: steps(brand.as_ref()),
        last_query: attempt.last_query.as_deref().map(|_| "まだ分かりません".to_owned()),
        operator: present::operator_behind(desk, attempt),
        payable_until: payable_until(attempt),
    }
}

/// When the code of a sale that an operator made is dead by age: it lives for minutes, and the driver takes the word "not paid" only
/// after that (`protocols.md` 2).
fn payable_until(attempt: &Attempt) -> Option<String> {
    if attempt.method != Method::CodeDynamic || takes_back(attempt) {
        return None;
    }
    let life_ms = i64::try_from(PayPayTimers::default().code_life.as_millis()).ok()?;
    Some(attempt.requested_at.plus_ms(life_ms).hour_minute())
}

fn page(desk: &Desk<'_>, attempt: &Attempt, fields: &Fields) -> UnknownPage {
    let brand = brand_of(desk, attempt, fields);
    let steps = steps(brand.as_ref());
    let brands = desk.state().route(&attempt.route).map(|route| route.brands.as_slice()).unwrap_or_default();
    let cause = match &attempt.state {
        AttemptState::InDoubt(doubt) => present::doubt_cause(doubt.cause),
        _ => "",
    };
    let operator = present::operator_behind(desk, attempt);
    let waits_for_payment =
        desk.state().sales.get(&attempt.sale).is_some_and(|sale| sale.state == SaleState::Open);
    let pays_other_way = attempt.exit == Some(UnknownExit::PaysAnotherWay) && waits_for_payment;
    UnknownPage {
        shell: desk.shell("結果が分かりません", "Result unknown", Way::Unknowns),
        attempt: attempt.id.to_string(),
        command: desk.new_id(),
        exit_command: desk.new_id(),
        release_command: desk.new_id(),
        taking_back: takes_back(attempt),
        route: desk.route_label(attempt),
        amount: attempt.amount,
        at: attempt.requested_at.hour_minute(),
        cause: present::named(cause, operator.as_deref()),
        operator,
        payable_until: payable_until(attempt),
        last_query: attempt.last_query.as_deref().map(|_| "まだ分かりません".to_owned()),
        asking_device: attempt.device.is_some(),
        brands: brand_choices(brands, brand.as_ref().map_or("", BrandCode::as_str)),
        ticked: ticked(fields, steps.len()),
        steps,
        deadline: deadline(attempt, brand.as_ref()).map(|date| format!("{}まで", date.to_japanese())),
        exit: attempt.exit.as_ref().map(|exit| exit_words(desk, attempt, exit)),
        pay_other_way: pays_other_way.then(|| format!("/sale/{}", attempt.sale)),
        charged: fields.text("charged").to_owned(),
        basis: Field::typed(fields, "basis"),
        slip_number: Field::typed(fields, "slip_number"),
        holds_terminal: holds_terminal(desk, attempt),
        release_reason: Field::typed(fields, "release_reason"),
    }
}

/// A printed sheet is no terminal: the next payer may use it at once.
fn holds_terminal(desk: &Desk<'_>, attempt: &Attempt) -> bool {
    let kind = desk.state().route(&attempt.route).map(|route| &route.kind);
    !attempt.terminal_released && !matches!(kind, Some(RouteKind::StaticSheet { .. }))
}

/// The exit, and where its paper is.
fn exit_words(desk: &Desk<'_>, attempt: &Attempt, exit: &UnknownExit) -> String {
    let is_ours =
        |paper: &Paper| matches!(paper, Paper::HeldCertificate { attempt: of } if *of == attempt.id);
    let job = desk.state().prints.values().rev().find(|job| is_ours(&job.paper));
    match (exit, job) {
        (UnknownExit::TakesHeldCertificate, Some(job)) => {
            let row = present::paper_row(desk.state(), job, String::new());
            format!("{}（{}）", present::exit(exit), row.chip.word)
        }
        _ => present::exit(exit).to_owned(),
    }
}

fn ticked(fields: &Fields, steps: usize) -> Vec<bool> {
    (0..steps).map(|step| fields.all("check").any(|tick| tick == step.to_string())).collect()
}

/// The clerk has checked, and says what the check showed.
pub async fn resolve(State(web): State<WebState>, Path(attempt): Path<String>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let Some(known) = desk.attempt(&attempt) else { return desk.not_here() };
    if !known.in_doubt() {
        return see(&format!("/attempt/{attempt}"));
    }
    let mut page = page(&desk, known, &fields);
    let parsed = typed::words(&page.basis.value, "何を見て決めたか");
    let basis = page.basis.take(parsed);
    let slip_number = if page.slip_number.value.is_empty() {
        Some(None)
    } else {
        let parsed = typed::reference(&page.slip_number.value, "伝票番号");
        page.slip_number.take(parsed).map(Some)
    };
    let charged = match page.charged.as_str() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let missing = if page.ticked.contains(&false) {
        Some("確かめていない手順があります。一つずつ確かめて、印を付けてください。")
    } else if charged.is_none() {
        Some("確かめた結果を選んでください。")
    } else {
        None
    };
    page.shell.notice = missing.map(Notice::refused);
    let (Some(charged), Some(basis), Some(slip_number), None) = (charged, basis, slip_number, missing) else {
        return pages::show_again(&page);
    };
    let brand = fields.text("brand").parse::<BrandCode>().ok();
    let wish = Command::ResolveByPerson { attempt: known.id, charged, basis, brand, slip_number };
    match desk.submit(fields.text("command"), wish).await {
        Ok(_) => see(&format!("/attempt/{attempt}")),
        Err(error) => {
            page.shell.notice = Some(notice(&error));
            pages::show_again(&page)
        }
    }
}

/// The citizen waits, leaves with a paper, or pays another way.
pub async fn exit(State(web): State<WebState>, Path(attempt): Path<String>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let Some(known) = desk.attempt(&attempt) else { return desk.not_here() };
    let (exit, next) = match fields.text("exit") {
        "waits" => (UnknownExit::Waits, format!("/attempt/{attempt}?wait=yes")),
        "held" => (UnknownExit::TakesHeldCertificate, format!("/attempt/{attempt}")),
        _ => (UnknownExit::PaysAnotherWay, format!("/sale/{}", known.sale)),
    };
    match desk.submit(fields.text("command"), Command::ChooseUnknownExit { attempt: known.id, exit }).await {
        Ok(_) => see(&next),
        Err(_) if !known.in_doubt() => see(&format!("/attempt/{attempt}")),
        Err(error) => {
            let mut page = page(&desk, known, &fields);
            page.shell.notice = Some(notice(&error));
            pages::show_again(&page)
        }
    }
}

/// A person lets the terminal work again; the doubt stays.
pub async fn release(State(web): State<WebState>, Path(attempt): Path<String>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let Some(known) = desk.attempt(&attempt) else { return desk.not_here() };
    let mut page = page(&desk, known, &fields);
    let parsed = typed::words(&page.release_reason.value, "理由");
    if let Some(reason) = page.release_reason.take(parsed) {
        let wish = Command::ReleaseTerminal { attempt: known.id, reason };
        match desk.submit(fields.text("command"), wish).await {
            Ok(_) => return see(&format!("/attempt/{attempt}")),
            Err(error) => page.shell.notice = Some(notice(&error)),
        }
    }
    pages::show_again(&page)
}
