//! 端末日計: read over the wire, or typed twice by a person. An operator in the network has no 日計票: its own screen has the totals of the
//! day, and they are typed twice from there.

use axum::{
    extract::{Path, State},
    response::Response,
};
use domain::{
    catalogue::{PaymentRoute, RouteKind},
    command::Command,
    id::RouteId,
    method::brand_label,
    refusal::Refusal,
    settlement::{Tally, TerminalBrandTotal, TotalsSource},
};

use crate::{
    till::SubmitError,
    web::{
        WebState,
        desk::{Desk, notice, see},
        fields::Fields,
        pages::{
            self, Field,
            closing::{BrandTotalRow, TotalsPage},
        },
        present,
        shell::{Notice, Way},
        typed,
    },
};

const FIRST: u8 = 1;
const SECOND: u8 = 2;

fn page(desk: &Desk<'_>, route: &PaymentRoute, fields: &Fields) -> TotalsPage {
    let day = desk.state().day.as_ref();
    let by_hand = fields.has("typed") || fields.has("round");
    let asking = day.is_some_and(|day| day.totals_wanted.contains(&route.id));
    let operator = present::operator_of(&desk.view, route);
    let (title, title_en) = match &operator {
        Some(name) => (format!("{name}管理画面の当日合計"), "Operator's totals"),
        None => ("端末日計".to_owned(), "Terminal totals"),
    };
    let linked = matches!(route.kind, RouteKind::LinkedTerminal { .. }) && operator.is_none() && !by_hand;
    let mut shell = desk.shell(title, title_en, Way::Close);
    shell.refresh = asking && linked;
    TotalsPage {
        shell,
        command: desk.new_id(),
        route: route.id.to_string(),
        label: route.label.clone(),
        operator,
        linked,
        asking,
        failed: day.and_then(|day| day.totals_failed.get(&route.id).cloned()),
        round: FIRST,
        rows: route
            .brands
            .iter()
            .map(|brand| {
                let both = |what: &str| {
                    [FIRST, SECOND].map(|round| Field::typed(fields, &format!("{what}{round}-{brand}")))
                };
                BrandTotalRow {
                    brand: brand.to_string(),
                    label: brand_label(brand),
                    count: both("count"),
                    amount: both("amount"),
                }
            })
            .collect(),
    }
}

fn route_of<'a>(desk: &'a Desk<'_>, text: &str) -> Option<&'a PaymentRoute> {
    desk.state().day.as_ref()?;
    desk.state().route(&text.parse::<RouteId>().ok()?).filter(|route| route.kind.is_terminal())
}

/// 端末日計: the form, or the button for a linked terminal.
pub async fn show(State(web): State<WebState>, Path(route): Path<String>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let Some(known) = route_of(&desk, &route) else { return see("/close") };
    let recorded = desk.state().day.as_ref().is_some_and(|day| day.terminal_totals.contains_key(&known.id));
    if recorded && fields.has("asked") {
        return see("/close");
    }
    pages::show(&page(&desk, known, &fields))
}

/// Asks the linked terminal. An operator in the network is never asked.
pub async fn ask(State(web): State<WebState>, Path(route): Path<String>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let Some(known) = route_of(&desk, &route) else { return see("/close") };
    if present::operator_of(&desk.view, known).is_some() {
        return see(&format!("/close/totals/{route}"));
    }
    let wish = Command::RequestTerminalTotals { route: known.id.clone() };
    match desk.submit(fields.text("command"), wish).await {
        Ok(_) => see(&format!("/close/totals/{route}?asked=yes")),
        Err(error) => {
            let mut page = page(&desk, known, &Fields::default());
            page.shell.notice = Some(notice(&error));
            pages::show_again(&page)
        }
    }
}

/// The totals of one round, where every field could be read. A brand left empty has none.
fn totals(rows: &mut [BrandTotalRow], round: usize) -> Option<Vec<TerminalBrandTotal>> {
    let mut totals = Vec::new();
    let mut all_read = true;
    for row in rows {
        let (Some(count), Some(amount)) = (row.count.get_mut(round), row.amount.get_mut(round)) else {
            continue;
        };
        if count.value.is_empty() && amount.value.is_empty() {
            continue;
        }
        let parsed = typed::pieces(&count.value);
        let pieces = count.take(parsed);
        let parsed = typed::yen(&amount.value);
        let yen = amount.take(parsed);
        match (pieces, yen, row.brand.parse()) {
            (Some(count), Some(amount), Ok(brand)) => {
                totals.push(TerminalBrandTotal { brand, tally: Tally { count, amount } });
            }
            _ => all_read = false,
        }
    }
    all_read.then_some(totals)
}

/// One of the two rounds was typed.
pub async fn record(State(web): State<WebState>, Path(route): Path<String>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let Some(known) = route_of(&desk, &route) else { return see("/close") };
    let mut page = page(&desk, known, &fields);
    let second_round = fields.text("round") == "2";
    let unreadable = Notice::refused("読めないところがあります。印のところを直してください。");
    let Some(first) = totals(&mut page.rows, 0) else {
        page.shell.notice = Some(unreadable);
        return pages::show_again(&page);
    };
    page.round = SECOND;
    if !second_round {
        return pages::show(&page);
    }
    let Some(second) = totals(&mut page.rows, 1) else {
        page.shell.notice = Some(unreadable);
        return pages::show_again(&page);
    };
    let wish = Command::RecordTerminalTotals {
        route: known.id.clone(),
        source: TotalsSource::TypedTwice,
        first,
        second,
    };
    match desk.submit(fields.text("command"), wish).await {
        Ok(_) => see("/close"),
        Err(error) => {
            let differ = error == SubmitError::Refused(Refusal::TotalsDiffer);
            if differ {
                page.round = FIRST;
            }
            page.shell.notice = Some(match &page.operator {
                Some(name) if differ => Notice::refused(format!(
                    "1回目と2回目の合計が違います。{name}の管理画面を見て、もう一度入れてください。"
                )),
                _ => notice(&error),
            });
            pages::show_again(&page)
        }
    }
}
