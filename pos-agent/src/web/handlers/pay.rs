//! Taking the money of a registered sale: the ways, cash, giving up.

use axum::{
    extract::{Path, State},
    response::Response,
};
use domain::{command::Command, id::RouteId, money::Yen, refusal::Refusal, state::Sale};

use super::sell::own_page;
use crate::{
    till::SubmitError,
    web::{
        WebState,
        desk::{Desk, notice, see},
        fields::Fields,
        pages::{
            self, Field,
            paying::{CashPage, PayPage, QuickAmount},
        },
        present,
        shell::{Notice, Way},
        typed,
    },
};

/// Notes that a citizen hands over, in yen: the next full one above the sum.
const NOTES_YEN: [i64; 3] = [1_000, 5_000, 10_000];

/// A registered sale that waits for its money.
pub(super) fn page(desk: &Desk<'_>, sale: &Sale, notice: Option<Notice>) -> PayPage {
    PayPage {
        shell: desk.shell("支払方法", "Payment", Way::Sell).with(notice),
        sale: sale.id.to_string(),
        command: desk.new_id(),
        abandon_command: desk.new_id(),
        lines: sale.lines.clone(),
        total: sale.total,
        routes: if sale.total == Yen::ZERO {
            Vec::new()
        } else {
            present::routes(&desk.view, &sale.lines, sale.total, desk.now)
        },
        free: sale.total == Yen::ZERO,
        repeat_reason: None,
        abandon_reason: Field::default(),
        scan_command: desk.new_id(),
        scans: desk.scans(),
    }
}

/// Asks for the money by the way that was touched.
pub(super) async fn start(desk: &Desk<'_>, sale: &Sale, fields: &Fields, id: &str) -> Response {
    let route = fields.text("route");
    if route == "free" {
        return match desk.submit(id, Command::IssueFree { sale: sale.id }).await {
            Ok(_) => see(&format!("/sale/{}", sale.id)),
            Err(error) => pages::show_again(&page(desk, sale, Some(notice(&error)))),
        };
    }
    let Ok(route) = route.parse::<RouteId>() else {
        return pages::show_again(&page(desk, sale, Some(Notice::refused("支払方法を選んでください。"))));
    };
    if let Some(page) = own_page(desk, sale, &route) {
        return see(&page);
    }
    let repeat_reason = fields.optional("repeat_reason");
    let wish = Command::RequestPayment { sale: sale.id, route, repeat_reason };
    match desk.submit(id, wish).await {
        Ok(attempt) => see(&format!("/attempt/{attempt}")),
        Err(error) => {
            let mut page = page(desk, sale, Some(notice(&error)));
            let asks_reason = error == SubmitError::Refused(Refusal::RepeatReasonNeeded);
            page.repeat_reason =
                (asks_reason || fields.has("repeat_reason")).then(|| Field::typed(fields, "repeat_reason"));
            pages::show_again(&page)
        }
    }
}

/// The way was touched on the sale's own page.
pub async fn pay(State(web): State<WebState>, Path(sale): Path<String>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    match desk.sale(&sale) {
        Some(known) => start(&desk, known, &fields, fields.text("command")).await,
        None => desk.not_here(),
    }
}

/// 取引中止.
pub async fn abandon(State(web): State<WebState>, Path(sale): Path<String>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let Some(known) = desk.sale(&sale) else { return desk.not_here() };
    let mut reason = Field::typed(&fields, "reason");
    let parsed = typed::words(&reason.value, "中止の理由");
    let mut said = None;
    if let Some(words) = reason.take(parsed) {
        match desk
            .submit(fields.text("command"), Command::AbandonSale { sale: known.id, reason: words })
            .await
        {
            Ok(_) => return see("/sell"),
            Err(error) => said = Some(notice(&error)),
        }
    }
    let mut page = page(&desk, known, said);
    page.abandon_reason = reason;
    pages::show_again(&page)
}

fn cash_page(desk: &Desk<'_>, sale: &Sale, tendered: Field) -> CashPage {
    let change = typed::yen(&tendered.value)
        .ok()
        .and_then(|given| given.checked_sub(sale.total).ok())
        .filter(|rest| !rest.is_negative());
    CashPage {
        shell: desk.shell("現金", "Cash", Way::Sell),
        sale: sale.id.to_string(),
        command: desk.new_id(),
        total: sale.total,
        tendered,
        change,
        quick: quick_amounts(sale.total),
    }
}

/// Sums that a citizen probably hands over: up to the next full note of each kind.
fn quick_amounts(total: Yen) -> Vec<QuickAmount> {
    let mut amounts: Vec<Yen> = NOTES_YEN
        .iter()
        .filter_map(|note| {
            let notes = total.get().checked_add(note - 1)? / note;
            notes.checked_mul(*note).map(Yen::new)
        })
        .filter(|amount| *amount > total)
        .collect();
    amounts.dedup();
    amounts.into_iter().map(|amount| QuickAmount { amount, change: amount.saturating_sub(total) }).collect()
}

/// The keypad without JavaScript: each key loads the page with one more digit.
pub(super) fn with_key(text: &str, key: &str) -> String {
    match key {
        "back" => {
            let mut shorter = text.to_owned();
            shorter.pop();
            shorter
        }
        digits if digits.len() <= 2 && digits.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{text}{digits}")
        }
        _ => text.to_owned(),
    }
}

/// 現金: the form.
pub async fn cash(State(web): State<WebState>, Path(sale): Path<String>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let Some(known) = desk.sale(&sale) else { return desk.not_here() };
    if known.state != domain::state::SaleState::Open || known.total == Yen::ZERO {
        return see(&format!("/sale/{sale}"));
    }
    let typed_so_far = with_key(fields.text("tendered"), fields.text("key"));
    let kept =
        if typed_so_far.chars().count() < typed::SCANNED_CHARS_MIN { typed_so_far } else { String::new() };
    pages::show(&cash_page(&desk, known, Field::of(kept)))
}

/// 現金: received.
pub async fn take_cash(State(web): State<WebState>, Path(sale): Path<String>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let Some(known) = desk.sale(&sale) else { return desk.not_here() };
    let mut tendered = Field::typed(&fields, "tendered");
    let parsed = typed::yen(&tendered.value);
    let mut said = None;
    if let Some(given) = tendered.take(parsed) {
        match desk.submit(fields.text("command"), Command::TakeCash { sale: known.id, tendered: given }).await
        {
            Ok(_) => return see(&format!("/sale/{sale}")),
            Err(SubmitError::Refused(refusal)) => tendered.error = Some(refusal.message_ja()),
            Err(error) => said = Some(notice(&error)),
        }
    }
    let mut page = cash_page(&desk, known, tendered);
    page.shell.notice = said;
    pages::show_again(&page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_amounts_are_the_next_notes_above_the_sum() {
        for (total, expected) in [
            (600, vec![1_000, 5_000, 10_000]),
            (1_350, vec![2_000, 5_000, 10_000]),
            (1_000, vec![5_000, 10_000]),
            (9_100, vec![10_000]),
            (12_300, vec![13_000, 15_000, 20_000]),
        ] {
            let amounts: Vec<i64> =
                quick_amounts(Yen::new(total)).iter().map(|quick| quick.amount.get()).collect();
            assert_eq!(amounts, expected, "{total}");
        }
    }

    #[test]
    fn keys_add_and_take_away() {
        for (text, key, expected) in
            [("12", "3", "123"), ("12", "00", "1200"), ("12", "back", "1"), ("", "back", "")]
        {
            assert_eq!(with_key(text, key), expected);
        }
        assert_eq!(with_key("12", "x"), "12");
    }
}
