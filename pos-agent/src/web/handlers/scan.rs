//! 読取: a scan reaches the page that is open, and a payer's code becomes a payment once the amount stands.
//!
//! Always: an address or a form carries a scan's number, never its content; a payer's code goes from the scanner to the terminal's task
//! through memory alone ([`crate::codes::safe`]), put there before the payment is asked for. A GET that takes a scan changes nothing
//! but the page.

use std::time::Duration;

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use domain::{
    catalogue::{PaymentRoute, RouteKind},
    command::Command,
    id::{AttemptId, CommandId, RouteId},
    method::brand_label,
    money::Yen,
    refusal::Refusal,
    state::{Sale, SaleState},
};
use drivers::{
    codes::PaymentCode,
    scanner::{Scan, Scanned, recognise},
};
use tokio::time::timeout;

use super::pay;
use crate::{
    codes::scans::Heard,
    till::SubmitError,
    web::{
        WebState,
        desk::{Desk, notice, see},
        fields::Fields,
        pages::{self, Field, scan::ScanPage},
        scanned::{self, GONE, Way},
        shell::{self, Notice},
    },
};

/// How long a page is kept waiting for a scan before it asks again, in milliseconds; shorter than any proxy or page deadline.
const WAIT_MS: u64 = 20_000;

/// Tells a page that something was scanned after the scan that it knows: the new number, or nothing for now.
pub async fn wait(State(web): State<WebState>, fields: Fields) -> Response {
    let known = fields.text("after").parse().unwrap_or(0);
    let board = web.till.board().clone();
    tokio::select! {
        number = timeout(Duration::from_millis(WAIT_MS), board.scans().other_than(known)) => match number {
            Ok(number) => number.to_string().into_response(),
            Err(_) => StatusCode::NO_CONTENT.into_response(),
        },
        () = web.stop.cancelled() => StatusCode::NO_CONTENT.into_response(),
    }
}

/// Takes the scan that a form names, or the last one; a sentence where there is none to use.
pub(super) fn take(web: &WebState, fields: &Fields) -> Result<Scan, String> {
    match web.till.board().scans().take(fields.text("scan").parse().ok()) {
        Some(Heard::Scan(scan)) => Ok(scan),
        Some(Heard::Rejected(reject)) => Err(scanned::rejected(reject).to_owned()),
        None => Err(GONE.to_owned()),
    }
}

/// The page that asks for the payer's code, for a way of paying that our scanner reads for.
pub(super) fn page(desk: &Desk<'_>, sale: &Sale, route: &PaymentRoute, said: Option<Notice>) -> ScanPage {
    ScanPage {
        shell: desk.shell("お客様のコードを読み取ってください", "Scan", shell::Way::Sell).with(said),
        sale: sale.id.to_string(),
        command: desk.new_id(),
        route: route.label.clone(),
        route_id: route.id.to_string(),
        total: sale.total,
        brands: route.brands.iter().map(brand_label).collect(),
        repeat_reason: None,
        scans: desk.scans(),
    }
}

/// お客様のコードを読み取る.
pub async fn show(State(web): State<WebState>, Path((sale, route)): Path<(String, String)>) -> Response {
    let desk = Desk::at(&web);
    let Some((known, route)) = desk.sale(&sale).zip(reading_route(&desk, &route)) else {
        return desk.not_here();
    };
    if known.state != SaleState::Open || known.total == Yen::ZERO {
        return see(&format!("/sale/{sale}"));
    }
    pages::show(&page(&desk, known, route, None))
}

fn reading_route<'a>(desk: &'a Desk<'_>, text: &str) -> Option<&'a PaymentRoute> {
    let route = desk.state().route(&text.parse::<RouteId>().ok()?)?;
    scanned::reads_for(&desk.view, route).then_some(route)
}

/// Something was scanned on a page of a registered sale.
pub async fn scan(State(web): State<WebState>, Path(sale): Path<String>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let Some(known) = desk.sale(&sale) else { return desk.not_here() };
    if known.state != SaleState::Open || known.total == Yen::ZERO {
        return see(&format!("/sale/{sale}"));
    }
    let chosen = reading_route(&desk, fields.text("route"));
    let led = take(&web, &fields).and_then(|scan| {
        let scanned = recognise(&scan, &web.codes.brands);
        match lead(&desk, &scanned, &scan.code, chosen)? {
            Led::Pay(route) => Ok((route, scan.code)),
            // The number is kept for the page of the coupon, under its own number.
            Led::Coupon(route) => {
                let number = web.till.board().scans().put(Heard::Scan(scan));
                Err(format!("/sale/{sale}/reference/{route}?scan={number}"))
            }
        }
    });
    match led {
        Ok((route, code)) => begin(&desk, known, &route, code, &fields).await,
        Err(address) if address.starts_with('/') => see(&address),
        Err(why) => show_again(&desk, known, chosen, Notice::caution(why)),
    }
}

/// Where a scan leads on a page of a registered sale.
enum Led {
    /// The payer's code begins the payment by this way.
    Pay(RouteId),
    /// A number of a coupon.
    Coupon(RouteId),
}

fn lead(
    desk: &Desk<'_>,
    scanned: &Scanned,
    code: &PaymentCode,
    chosen: Option<&PaymentRoute>,
) -> Result<Led, String> {
    match (scanned::payers_brand(scanned), chosen) {
        (Some(Some(brand)), Some(route)) if route.brands.contains(brand) => Ok(Led::Pay(route.id.clone())),
        (Some(Some(brand)), _) => match scanned::way_for(&desk.view, brand) {
            Way::Route(route) => Ok(Led::Pay(route)),
            Way::Say(what) => Err(what),
        },
        // The clerk has chosen the way; whose code it is the operator knows.
        (Some(None), Some(route)) => Ok(Led::Pay(route.id.clone())),
        (_, None) if is_number(scanned, code) => coupon(desk).map(Led::Coupon),
        _ => Err(scanned::sentence(scanned)),
    }
}

/// Whether it may be the number of a coupon or of a ticket.
fn is_number(scanned: &Scanned, code: &PaymentCode) -> bool {
    matches!(scanned, Scanned::Other | Scanned::PayerNumber(_)) && !scanned::may_be_a_payers(code.expose())
}

/// The one way of paying by a number. Where there are several, the clerk chooses first.
fn coupon(desk: &Desk<'_>) -> Result<RouteId, String> {
    let routes = desk.state().profile.as_deref().map(|profile| profile.routes.as_slice()).unwrap_or_default();
    let mut ways =
        routes.iter().filter(|route| matches!(route.kind, RouteKind::Claim { .. } | RouteKind::Security));
    match (ways.next(), ways.next()) {
        (Some(only), None) => Ok(only.id.clone()),
        (Some(_), Some(_)) => {
            Err("券の番号のようです。先に支払方法を押し、次の画面で読み取ってください。".to_owned())
        }
        _ => Err(scanned::NOT_HERE.to_owned()),
    }
}

fn show_again(desk: &Desk<'_>, sale: &Sale, chosen: Option<&PaymentRoute>, said: Notice) -> Response {
    match chosen {
        Some(route) => pages::show_again(&page(desk, sale, route, Some(said))),
        None => pages::show_again(&pay::page(desk, sale, Some(said))),
    }
}

/// Asks for the payment with the code in the safe: the terminal's task may take it as soon as the attempt is durable.
async fn begin(
    desk: &Desk<'_>,
    sale: &Sale,
    route: &RouteId,
    code: PaymentCode,
    fields: &Fields,
) -> Response {
    // A form without a readable id must still name its attempt before the code is put away.
    let id = fields.text("command").parse::<CommandId>().map_or_else(|_| desk.new_id(), |id| id.to_string());
    let (Ok(attempt), Some(chosen)) = (id.parse::<AttemptId>(), desk.state().route(route)) else {
        return desk.not_here();
    };
    desk.board().safe().put(attempt, code);
    let repeat_reason = fields.optional("repeat_reason");
    let wish = Command::RequestPayment { sale: sale.id, route: route.clone(), repeat_reason };
    match desk.submit(&id, wish).await {
        Ok(attempt) => see(&format!("/attempt/{attempt}")),
        Err(error) => {
            desk.board().safe().take(attempt);
            let mut page = page(desk, sale, chosen, Some(notice(&error)));
            let asks_reason = error == SubmitError::Refused(Refusal::RepeatReasonNeeded);
            page.repeat_reason =
                (asks_reason || fields.has("repeat_reason")).then(|| Field::typed(fields, "repeat_reason"));
            pages::show_again(&page)
        }
    }
}
