//! 会計: the basket in the address, the sale when a way of paying is touched.

use axum::{extract::State, response::Response};
use domain::{
    catalogue::{PriceList, RouteKind},
    command::{Command, LineRequest},
    id::{RouteId, SaleId},
    money::Yen,
    refusal::Refusal,
    sale::Line,
    state::{Sale, SaleState},
};

use super::{pay, sell_scan};
use crate::web::{
    WebState,
    basket::{Basket, Panel},
    desk::{Desk, Shown, notice, see},
    fields::Fields,
    pages::{
        self,
        sell::{BasketLine, GroundButton, ItemButton, LastSale, Left, SellPage},
    },
    present, scanned,
    shell::{Notice, Way},
    trial, typed,
};

/// Sales waiting for payment that the page lists; the bar counts the rest.
const WAITING_SHOWN_MAX: usize = 2;

/// 会計.
pub async fn show(State(web): State<WebState>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    if let Some(elsewhere) = desk.gate() {
        return elsewhere;
    }
    match sell_scan::heard(&web, &desk, &fields) {
        Some(sell_scan::Heard::Elsewhere(address)) => see(&address),
        Some(sell_scan::Heard::Say(said)) => pages::show(&page(&web, &desk, &fields, Some(said))),
        None => pages::show(&page(&web, &desk, &fields, None)),
    }
}

/// The basket becomes a sale, and the money is asked for by the way that was touched.
pub async fn register(State(web): State<WebState>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    if let Some(elsewhere) = desk.gate() {
        return elsewhere;
    }
    let (basket, _) = Basket::from_fields(&fields);
    let wish = Command::RegisterSale { lines: basket.lines, group: basket.group };
    let sale = match desk.submit(fields.text("command"), wish).await {
        Ok(id) => SaleId(id.0),
        Err(error) => return pages::show_again(&page(&web, &desk, &fields, Some(notice(&error)))),
    };
    web.mirror.set(None);
    let desk = Desk::at(&web);
    let shown = typed::yen(fields.text("shown_total")).ok();
    match desk.state().sales.get(&sale) {
        Some(known) if Some(known.total) == shown => {
            pay::start(&desk, known, &fields, fields.text("pay_command")).await
        }
        // The price list or the rule changed under the clerk's eyes: nobody is charged what nobody saw.
        _ => see(&format!("/sale/{sale}?changed=yes")),
    }
}

fn page(web: &WebState, desk: &Desk<'_>, fields: &Fields, refused: Option<Notice>) -> SellPage {
    let (mut basket, problem) = Basket::from_fields(fields);
    let state = desk.state();
    let list = state
        .day
        .as_ref()
        .and_then(|day| state.profile.as_deref().and_then(|profile| profile.price_list(day.date)));
    let pressed = fields.has("add") || fields.has("clear");
    let find = if pressed { "" } else { fields.text("find") };
    let keyed =
        list.and_then(|list| list.items.iter().find(|item| item.code.as_str().eq_ignore_ascii_case(find)));
    let find = match keyed {
        Some(item) => {
            basket.add(item.code.clone());
            ""
        }
        None => find,
    };
    let priced = match basket.lines.as_slice() {
        [] => Ok((Vec::new(), Yen::ZERO)),
        lines => trial::priced(state, desk.now, lines, basket.group.as_ref()),
    };
    let wants_reason = matches!(priced, Err(Refusal::Text { .. })) && basket.group.is_some();
    let panel = if wants_reason { Panel::Group } else { Panel::from_fields(fields) };
    let said = priced.as_ref().err().map(|refusal| Notice::refused(refusal.message_ja()));
    let (lines, total) = match priced {
        Ok((lines, total)) => (lines, Some(total)),
        Err(_) => (Vec::new(), None),
    };
    web.mirror.set(match (&total, lines.is_empty()) {
        (Some(total), false) => Some(Shown { lines: lines.clone(), total: *total, at: desk.now }),
        _ => None,
    });
    let routes = match total {
        Some(total) if total != Yen::ZERO => present::routes(&desk.view, &lines, total, desk.now),
        _ => Vec::new(),
    };
    SellPage {
        shell: desk
            .shell("会計", "Sale", Way::Sell)
            .with(refused.or(said).or_else(|| problem.map(Notice::caution))),
        command: desk.new_id(),
        pay_command: desk.new_id(),
        left: left(list, &basket, panel, find),
        lines: basket_lines(list, &basket.lines, &lines),
        free: total == Some(Yen::ZERO) && !lines.is_empty(),
        total,
        group_note: list.and_then(|list| group_note(list, &basket, &lines)),
        group_possible: list.is_some_and(|list| group_possible(list, &basket.lines)),
        group: basket.group_word(),
        group_reason: basket.group.as_ref().map(|group| group.reason.clone()).unwrap_or_default(),
        find: find.to_owned(),
        routes,
        last: last(desk),
        scans: desk.scans(),
        waiting: waiting(desk),
    }
}

fn left(list: Option<&PriceList>, basket: &Basket, panel: Panel, find: &str) -> Left {
    let Some(list) = list else { return Left::Items(Vec::new()) };
    match panel {
        Panel::Group => Left::Group,
        Panel::Grounds(index) if index < basket.lines.len() => {
            let Some(line) = basket.lines.get(index) else { return Left::Items(Vec::new()) };
            let grounds =
                list.exemptions.iter().filter(|ground| list.ground(&ground.code, &line.item).is_some());
            Left::Grounds {
                index,
                name: list.item(&line.item).map_or_else(|| line.item.to_string(), |item| item.name.clone()),
                grounds: grounds
                    .map(|ground| GroundButton { code: ground.code.to_string(), label: ground.label.clone() })
                    .collect(),
            }
        }
        _ => Left::Items(item_buttons(list, basket, find)),
    }
}

fn item_buttons(list: &PriceList, basket: &Basket, find: &str) -> Vec<ItemButton> {
    let wanted = reading(find);
    let hits = list.items.iter().filter(|item| {
        wanted.is_empty()
            || reading(&item.reading).contains(&wanted)
            || reading(&item.name).contains(&wanted)
            || reading(&item.name_en).contains(&wanted)
    });
    let count = |item: &domain::catalogue::Item| {
        basket.lines.iter().filter(|line| line.item == item.code).map(|line| line.quantity).sum()
    };
    hits.enumerate()
        .map(|(place, item)| ItemButton {
            code: item.code.to_string(),
            name: item.name.clone(),
            name_en: item.name_en.clone(),
            price: item.price,
            group_price: item.group_price,
            count: count(item),
            first_hit: place == 0 && !wanted.is_empty(),
        })
        .collect()
}

/// Katakana as hiragana, full width as half, small letters: what a clerk types when in a hurry.
fn reading(text: &str) -> String {
    typed::half_width(text)
        .chars()
        .map(|c| match c {
            'ァ'..='ヶ' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
            other => other.to_ascii_lowercase(),
        })
        .collect()
}

/// Each keyed line beside what it became; prices of the list where the basket was refused.
fn basket_lines(list: Option<&PriceList>, keyed: &[LineRequest], priced: &[Line]) -> Vec<BasketLine> {
    let row = |(index, request): (usize, &LineRequest)| {
        let item = list.and_then(|list| list.item(&request.item));
        let line = priced.get(index);
        let price = item.map_or(Yen::ZERO, |item| item.price);
        BasketLine {
            index,
            text: Basket::line_text(request),
            name: item.map_or_else(|| request.item.to_string(), |item| item.name.clone()),
            quantity: request.quantity,
            unit_price: line.map_or(price, |line| line.unit_price),
            amount: line.map_or(price.checked_mul(request.quantity).unwrap_or_default(), |line| line.amount),
            group: line.is_some_and(|line| line.group),
            ground: line.and_then(|line| line.exemption.as_ref()).map(|ground| ground.label.clone()),
            may_be_free: list.is_some_and(|list| {
                list.exemptions.iter().any(|ground| list.ground(&ground.code, &request.item).is_some())
            }),
        }
    };
    keyed.iter().enumerate().map(row).collect()
}

fn has_group_price(list: &PriceList, line: &LineRequest) -> bool {
    line.exemption.is_none() && list.item(&line.item).is_some_and(|item| item.group_price.is_some())
}

fn group_possible(list: &PriceList, lines: &[LineRequest]) -> bool {
    list.group_minimum_people.is_some() && lines.iter().any(|line| has_group_price(list, line))
}

fn group_note(list: &PriceList, basket: &Basket, priced: &[Line]) -> Option<String> {
    let minimum = list.group_minimum_people?;
    let people: u32 =
        basket.lines.iter().filter(|line| has_group_price(list, line)).map(|line| line.quantity).sum();
    let price = if priced.iter().any(|line| line.group) { "団体料金" } else { "個人料金" };
    let by = if basket.group.is_some() { "人の判断" } else { "自動" };
    Some(format!("{people}名（団体は{minimum}名から）: {price}・{by}"))
}

fn last(desk: &Desk<'_>) -> Option<LastSale> {
    let done = desk.state().sales.values().filter_map(|sale| Some((sale, sale.completion.as_ref()?)));
    let (sale, completion) = done.max_by_key(|(_, completion)| completion.receipt_number.number)?;
    Some(LastSale {
        href: format!("/sale/{}", sale.id),
        receipt: completion.receipt_number.clone(),
        change: completion.payment.change.filter(|change| *change != Yen::ZERO),
    })
}

fn waiting(desk: &Desk<'_>) -> Vec<(String, String)> {
    let running = |sale: &&Sale| match sale.state {
        SaleState::Open => true,
        SaleState::Paying(_) | SaleState::Voiding(_) => {
            desk.state().attempt_of(sale).is_some_and(domain::state::Attempt::running)
        }
        _ => false,
    };
    desk.state()
        .sales
        .values()
        .filter(running)
        .take(WAITING_SHOWN_MAX)
        .map(|sale| {
            let word = present::sale_chip(desk.state(), sale).word;
            (
                format!("/sale/{}", sale.id),
                format!("{word} {} {}円", sale.registered_at.hour_minute(), sale.total),
            )
        })
        .collect()
}

/// Where a route is paid that asks no device: cash, and what is taken by its number. Everything else is an attempt.
pub(super) fn own_page(desk: &Desk<'_>, sale: &Sale, route: &RouteId) -> Option<String> {
    let known = desk.state().route(route)?;
    if scanned::reads_for(&desk.view, known) {
        return Some(format!("/sale/{}/scan/{route}", sale.id));
    }
    match known.kind {
        RouteKind::CashDrawer => Some(format!("/sale/{}/cash", sale.id)),
        RouteKind::Claim { .. } | RouteKind::Security => Some(format!("/sale/{}/reference/{route}", sale.id)),
        _ => None,
    }
}
