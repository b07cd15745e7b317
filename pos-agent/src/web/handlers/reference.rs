//! 利用券・後納 and 証券: the number is keyed, the sale is done. No device is asked.

use axum::{
    extract::{Path, State},
    response::Response,
};
use domain::{
    catalogue::{PaymentRoute, RouteKind},
    command::Command,
    id::RouteId,
    method::Method,
    money::Yen,
    refusal::Refusal,
    state::{Sale, SaleState},
};

use super::{pay::with_key, scan};
use crate::{
    paper::receipt_title,
    till::SubmitError,
    web::{
        WebState,
        desk::{Desk, notice, see},
        fields::Fields,
        pages::{self, Field, reference::ReferencePage},
        scanned,
        shell::{Notice, Way},
        typed,
    },
};

/// The route of the address, if it takes a number.
fn route_of<'a>(desk: &'a Desk<'_>, text: &str) -> Option<&'a PaymentRoute> {
    let route = desk.state().route(&text.parse::<RouteId>().ok()?)?;
    matches!(route.kind, RouteKind::Claim { .. } | RouteKind::Security).then_some(route)
}

fn page(desk: &Desk<'_>, sale: &Sale, route: &PaymentRoute, reference: Field) -> ReferencePage {
    let number_word = match &route.kind {
        RouteKind::Claim { reference_label } => reference_label.clone(),
        _ => route.method.reference_ja().to_owned(),
    };
    let profile = desk.state().profile.as_deref();
    ReferencePage {
        shell: desk.shell(route.method.label_ja(), "By number", Way::Sell),
        sale: sale.id.to_string(),
        command: desk.new_id(),
        route: route.label.clone(),
        route_id: route.id.to_string(),
        number_word,
        total: sale.total,
        steps: steps(route.method).to_vec(),
        reference,
        scans: desk.scans(),
        paper: profile.map_or_else(String::new, |profile| receipt_title(profile, route.method).to_owned()),
    }
}

/// What to look at before the number is keyed.
const fn steps(method: Method) -> &'static [&'static str] {
    match method {
        Method::Deferred => &[
            "後納の承認書を見せてもらい、団体・日・人数が合っているか確かめます。",
            "承認番号を入れます。請求は後日、中央から行います。現金は受け取りません。",
        ],
        Method::PostalOrder => &[
            "証券の額面の合計が、上の金額とちょうど同じか確かめます。お釣りは出せません。",
            "有効期間を過ぎていないか、傷みや書き損じがないか確かめます。",
            "証券番号を入れます。証券は現金と分けて保管し、一緒に払い込みます。",
        ],
        _ => &[
            "券の発行者・有効期限・人数が、この会計と合っているか確かめます。",
            "券を預かり、番号を入れます。お金は後日、発行者から振り込まれます。お釣りは出ません。",
        ],
    }
}

/// The form.
pub async fn form(
    State(web): State<WebState>,
    Path((sale, route)): Path<(String, String)>,
    fields: Fields,
) -> Response {
    let desk = Desk::at(&web);
    let Some((known, route)) = desk.sale(&sale).zip(route_of(&desk, &route)) else { return desk.not_here() };
    if known.state != SaleState::Open || known.total == Yen::ZERO {
        return see(&format!("/sale/{sale}"));
    }
    if fields.has("scan") {
        return scanned_number(&web, &desk, known, route, &fields);
    }
    let typed_so_far = with_key(fields.text("reference"), fields.text("key"));
    let kept = if scanned::may_be_a_payers(&typed_so_far) { String::new() } else { typed_so_far };
    pages::show(&page(&desk, known, route, Field::of(kept)))
}

/// The number of a paper, read by the scanner. What might be a payer's code never stands in the field.
fn scanned_number(
    web: &WebState,
    desk: &Desk<'_>,
    sale: &Sale,
    route: &PaymentRoute,
    fields: &Fields,
) -> Response {
    let (field, said) = match scan::take(web, fields) {
        Ok(scan) if scanned::may_be_a_payers(scan.code.expose()) => {
            (Field::default(), Some(scanned::NO_COUPON.to_owned()))
        }
        Ok(scan) => (Field::of(scan.code.expose()), None),
        Err(why) => (Field::default(), Some(why)),
    };
    let mut page = page(desk, sale, route, field);
    page.shell.notice = said.map(Notice::caution);
    pages::show(&page)
}

/// The number was keyed.
pub async fn take(
    State(web): State<WebState>,
    Path((sale, route)): Path<(String, String)>,
    fields: Fields,
) -> Response {
    let desk = Desk::at(&web);
    let Some((known, route)) = desk.sale(&sale).zip(route_of(&desk, &route)) else { return desk.not_here() };
    let mut reference = Field::typed(&fields, "reference");
    let parsed = typed::printed_number(&reference.value, route.method.reference_ja());
    let mut said = None;
    if scanned::may_be_a_payers(&typed::half_width(&reference.value)) {
        reference = Field { value: String::new(), error: Some(scanned::NO_COUPON.to_owned()) };
    } else if let Some(number) = reference.take(parsed) {
        let (sale, id) = (known.id, route.id.clone());
        let wish = if route.kind == RouteKind::Security {
            Command::TakeSecurity { sale, route: id, reference: number }
        } else {
            Command::TakeClaim { sale, route: id, reference: number }
        };
        match desk.submit(fields.text("command"), wish).await {
            Ok(_) => return see(&format!("/sale/{sale}")),
            Err(SubmitError::Refused(refusal @ (Refusal::Text { .. } | Refusal::ReferenceTaken { .. }))) => {
                reference.error = Some(refusal.message_ja());
            }
            Err(error) => said = Some(notice(&error)),
        }
    }
    let mut page = page(&desk, known, route, reference);
    page.shell.notice = said;
    pages::show_again(&page)
}
