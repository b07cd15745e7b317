//! 読取 on the page of the basket: an item's code adds it, anything else is said.
//!
//! Always: what a scanner typed into the search field leaves the address at once, under the number of a scan; a payer's code is not kept.

use axum::http::Uri;
use domain::{catalogue::Item, id::ItemCode};
use drivers::scanner::recognise;
use reqwest::Url;

use super::scan;
use crate::{
    codes::scans,
    web::{
        WebState,
        basket::Basket,
        desk::Desk,
        fields::Fields,
        scanned::{self, GONE},
        shell::Notice,
    },
};

/// What a scan does to the page.
pub(super) enum Heard {
    /// The page at another address: with one more item, or without the typed code.
    Elsewhere(String),
    /// A sentence over the basket.
    Say(Notice),
}

/// What was scanned for this page, if anything.
pub(super) fn heard(web: &WebState, desk: &Desk<'_>, fields: &Fields) -> Option<Heard> {
    let find = fields.text("find");
    if scanned::typed_by_a_scanner(find) && item(desk, find).is_none() {
        let number = desk.board().scans().put(scans::Heard::Scan(scanned::scan_of(find)?));
        return Some(Heard::Elsewhere(address(fields, "scan", &number.to_string())));
    }
    if !fields.has("scan") {
        return None;
    }
    let scan = match scan::take(web, fields) {
        Ok(scan) => scan,
        // The page was loaded again after its scan: it stands as it was.
        Err(why) if why == GONE && fields.text("scan") != "last" => return None,
        Err(why) => return Some(Heard::Say(Notice::caution(why))),
    };
    if let Some(item) = item(desk, scan.code.expose()) {
        return Some(Heard::Elsewhere(address(fields, "add", item.code.as_str())));
    }
    let scanned = recognise(&scan, &web.codes.brands);
    let number = !scanned::may_be_a_payers(scan.code.expose()) && scanned::payers_brand(&scanned).is_none();
    let said = match (&scanned, scan.code.trace().last) {
        (drivers::scanner::Scanned::Other, last) if number => not_an_item(&last),
        (scanned, last) if scanned::payers_brand(scanned) == Some(None) && is_short(&scan.code) => {
            not_an_item(&last)
        }
        _ => scanned::sentence(&scanned),
    };
    Some(Heard::Say(Notice::caution(said)))
}

/// A number too short for a payer's barcode: a ticket's or a coupon's (JAN has 13 digits).
fn is_short(code: &drivers::codes::PaymentCode) -> bool {
    !scanned::may_be_a_payers(code.expose())
}

fn not_an_item(last: &str) -> String {
    let which = if last.is_empty() { String::new() } else { format!("（末尾 {last}）") };
    format!(
        "読み取った番号{which}の項目はありません。券の番号なら、項目を入れて支払方法を押したあと、次の画面で読み取ってください。"
    )
}

/// The item of today's list whose code was read.
fn item<'a>(desk: &'a Desk<'_>, text: &str) -> Option<&'a Item> {
    let state = desk.state();
    let list = state.profile.as_deref()?.price_list(state.day.as_ref()?.date)?;
    let code = text.parse::<ItemCode>().ok()?;
    list.items.iter().find(|item| item.code.as_str().eq_ignore_ascii_case(code.as_str()))
}

/// The page with this basket and one more field.
fn address(fields: &Fields, name: &str, value: &str) -> String {
    let (basket, _) = Basket::from_fields(fields);
    let mut pairs: Vec<(&str, String)> = Vec::new();
    for line in &basket.lines {
        pairs.push(("line", Basket::line_text(line)));
        pairs.push(("q", line.quantity.to_string()));
    }
    pairs.push(("group", basket.group_word().to_owned()));
    pairs.push(("group_reason", fields.text("group_reason").to_owned()));
    pairs.push((name, value.to_owned()));
    Url::parse_with_params("http://counter/sell", &pairs)
        .ok()
        .and_then(|url| url.as_str().parse::<Uri>().ok())
        .and_then(|uri| uri.path_and_query().map(ToString::to_string))
        .unwrap_or_else(|| "/sell".to_owned())
}
