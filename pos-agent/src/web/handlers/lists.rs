//! Lists of the day: sales, results in doubt, change given.

use axum::{extract::State, response::Response};
use domain::{
    event::OverpaymentCause,
    id::BrandCode,
    money::Yen,
    sale::Standing,
    state::{Attempt, Sale, SaleState},
    time::Timestamp,
};

use super::doubt::deadline;
use crate::web::{
    WebState,
    desk::Desk,
    fields::Fields,
    pages::{
        self,
        lists::{ChangePage, ChangeRow, OverpaymentRow, TodayPage, TodayRow, UnknownListRow, UnknownsPage},
    },
    present,
    shell::{Notice, Way},
    typed,
};

/// Sales that one page lists; a desk sells about 300 a day.
const ROWS_SHOWN_MAX: usize = 300;
/// Days before an inquiry's deadline from which it is shown as urgent.
const DEADLINE_URGENT_DAYS: i32 = 7;
const MINUTES_IN_HOUR: i64 = 60;
const HOURS_IN_DAY: i64 = 24;
const MS_IN_MINUTE: i64 = 60_000;

/// 本日の取引.
pub async fn today(State(web): State<WebState>) -> Response {
    let desk = Desk::at(&web);
    let state = desk.state();
    let mut sales: Vec<&Sale> = state.sales.values().collect();
    sales.sort_by_key(|sale| std::cmp::Reverse((sale.registered_at, sale.id)));
    let done = sales.iter().filter(|sale| sale.state == SaleState::Completed);
    let page = TodayPage {
        shell: desk.shell("本日の取引", "Today", Way::Today),
        count: done.clone().count(),
        sum: done.fold(Yen::ZERO, |sum, sale| sum.saturating_add(sale.total)),
        rows: sales.iter().take(ROWS_SHOWN_MAX).map(|sale| today_row(&desk, sale)).collect(),
        left_out: sales.len().saturating_sub(ROWS_SHOWN_MAX),
        papers: state
            .prints
            .values()
            .filter(|job| present::asks(job))
            .map(|job| present::paper_row(state, job, desk.new_id()))
            .collect(),
    };
    pages::show(&page)
}

fn today_row(desk: &Desk<'_>, sale: &Sale) -> TodayRow {
    let done = sale.completion.as_ref();
    let method =
        || desk.state().attempt_of(sale).map(|attempt| desk.route_label(attempt)).unwrap_or_default();
    TodayRow {
        href: format!("/sale/{}", sale.id),
        at: sale.registered_at.hour_minute(),
        receipt: done.map_or_else(|| "—".to_owned(), |done| format!("{:06}", done.receipt_number.number)),
        items: present::items(&sale.lines),
        method: done.map_or_else(method, |done| present::payment(&done.payment)),
        total: sale.total,
        state: present::sale_chip(desk.state(), sale),
        provisional: done.is_some_and(|done| done.payment.standing == Standing::Provisional),
    }
}

/// 結果不明一覧.
pub async fn unknowns(State(web): State<WebState>) -> Response {
    let desk = Desk::at(&web);
    let mut doubts: Vec<&Attempt> = desk.state().doubts().collect();
    doubts.sort_by_key(|attempt| (attempt.requested_at, attempt.id));
    let page = UnknownsPage {
        shell: desk.shell("結果不明の一覧", "Unknown results", Way::Unknowns),
        rows: doubts.into_iter().map(|attempt| unknown_row(&desk, attempt)).collect(),
        overpayments: desk
            .state()
            .overpayments
            .iter()
            .map(|case| OverpaymentRow {
                at: day_and_time(case.opened_at),
                amount: case.amount,
                cause: match case.cause {
                    OverpaymentCause::PaidTwice => "二重に支払われた",
                    OverpaymentCause::WrongAmountTyped => "お客様の金額の打ち間違い",
                    OverpaymentCause::SettledAmountDiffers => "端末が別の金額で決済した",
                },
                href: format!("/sale/{}", case.sale),
            })
            .collect(),
    };
    pages::show(&page)
}

fn unknown_row(desk: &Desk<'_>, attempt: &Attempt) -> UnknownListRow {
    let seen = present::partial(attempt).and_then(|partial| partial.brand.as_ref());
    let brand: Option<&BrandCode> = seen.or(attempt.brand.as_ref());
    let until = deadline(attempt, brand);
    let label = desk.route_label(attempt);
    UnknownListRow {
        href: format!("/attempt/{}", attempt.id),
        at: day_and_time(attempt.requested_at),
        age: age(desk.now, attempt.requested_at),
        method: brand
            .map_or_else(|| label.clone(), |brand| format!("{label} {}", domain::method::brand_label(brand))),
        amount: attempt.amount,
        deadline: until.map(domain::time::CivilDate::to_japanese),
        urgent: until.is_some_and(|date| date.days_since(desk.now.date()) < DEADLINE_URGENT_DAYS),
        exit: attempt.exit.as_ref().map_or("まだ決めていません", present::exit).to_owned(),
    }
}

fn day_and_time(at: Timestamp) -> String {
    let date = at.date();
    format!("{}月{}日 {}", date.month(), date.day(), at.hour_minute())
}

/// `12分`, `3時間`, `2日`.
fn age(now: Timestamp, then: Timestamp) -> String {
    let minutes = (now.ms_since(then) / MS_IN_MINUTE).max(0);
    match (minutes, minutes / MINUTES_IN_HOUR) {
        (minutes, 0) => format!("{minutes}分"),
        (_, hours) if hours < HOURS_IN_DAY => format!("{hours}時間"),
        (_, hours) => format!("{}日", hours / HOURS_IN_DAY),
    }
}

/// お釣り一覧, largest first.
pub async fn change(State(web): State<WebState>, fields: Fields) -> Response {
    let desk = Desk::at(&web);
    let asked = if fields.has("minimum") { typed::yen(fields.text("minimum")) } else { Ok(Yen::new(1)) };
    let minimum = asked.clone().unwrap_or(Yen::new(1));
    let mut rows: Vec<ChangeRow> =
        desk.state().sales.values().filter_map(|sale| change_row(sale, minimum)).collect();
    rows.sort_by(|a, b| b.change.cmp(&a.change).then_with(|| a.receipt.cmp(&b.receipt)));
    rows.truncate(ROWS_SHOWN_MAX);
    let said = asked.err().map(|why| Notice::caution(why.to_string()));
    pages::show(&ChangePage {
        shell: desk.shell("お釣り一覧", "Change given", Way::Today).with(said),
        minimum,
        rows,
    })
}

fn change_row(sale: &Sale, minimum: Yen) -> Option<ChangeRow> {
    let done = sale.completion.as_ref()?;
    let change = done.payment.change.filter(|change| *change >= minimum)?;
    Some(ChangeRow {
        href: format!("/sale/{}", sale.id),
        at: done.paid_at.hour_minute(),
        receipt: format!("{:06}", done.receipt_number.number),
        items: present::items(&sale.lines),
        tendered: done.payment.tendered?,
        change,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_said_in_the_largest_whole_unit() {
        let then = Timestamp::from_micros(0);
        for (minutes, expected) in
            [(0, "0分"), (59, "59分"), (60, "1時間"), (1_439, "23時間"), (2_900, "2日")]
        {
            assert_eq!(age(then.plus_ms(minutes * MS_IN_MINUTE), then), expected);
        }
    }
}
