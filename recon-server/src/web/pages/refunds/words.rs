//! A refund in words: its line, its facts, the books with their year.
//!
//! Invariant: the lane is always said with its year (papers.md C7); who and when stand beside every step.

use domain::{
    refund::{RefundLane, refund_lane},
    time::CivilDate,
};
use store::{
    refunds::{RefundDecision, RefundRow},
    reports::SaleDetail,
};

use super::super::{day_and_time, method_words};
use crate::{
    jobs::refund::Refund,
    web::view::{
        refunds::{RefundLine, RefundState},
        sale::Fact,
        words::Link,
    },
};

/// `令和8年度 第3号`, or nothing.
pub fn number_words(row: &RefundRow) -> String {
    match (row.number_year(), row.number) {
        (Some(year), Some(number)) => format!("{} 第{number}号", year.to_japanese()),
        _ => String::new(),
    }
}

const fn state(row: &RefundRow) -> RefundState {
    match &row.decision {
        None => RefundState::Waiting,
        Some(decision) if decision.approved => RefundState::Approved,
        Some(_) => RefundState::Rejected,
    }
}

fn sale_link(row: &RefundRow, sale: Option<&SaleDetail>) -> Link {
    let words = sale.map_or_else(
        || "取引の記録".to_owned(),
        |detail| format!("領収書 {}", detail.row.sale.receipt_number),
    );
    Link::new(words, format!("/sales/{}", row.sale))
}

/// The line of a list.
pub fn refund_line(refund: &Refund, sale: Option<&SaleDetail>) -> RefundLine {
    let row = &refund.row;
    RefundLine {
        href: format!("/refunds/{}", row.refund),
        number: number_words(row),
        sale: sale_link(row, sale),
        received_on: row.original_payment_date,
        refunded_on: row.refunded_on,
        method: method_words(row.method, row.brand.as_ref()),
        amount: row.amount,
        lane: refund.lane.to_japanese(),
        way: row.way.label_ja().to_owned(),
        ground: row.ground.clone(),
        requested_by: row.requested_by.clone(),
        decided_by: row.decision.as_ref().map(who_and_when).unwrap_or_default(),
        state: state(row),
    }
}

fn who_and_when(decision: &RefundDecision) -> String {
    format!("{} {}", decision.by, day_and_time(decision.at))
}

/// What was decided, one sentence.
pub fn decided(refund: &Refund, decision: &RefundDecision) -> String {
    let note = if decision.note.is_empty() { String::new() } else { format!("所見: {}", decision.note) };
    let who = who_and_when(decision);
    if decision.approved {
        format!(
            "{who} に承認しました（{}、{}）。{note}",
            number_words(&refund.row),
            refund.lane.to_japanese()
        )
    } else {
        format!("{who} に差し戻しました。返金はしません。{note}")
    }
}

/// What was asked for.
pub fn facts(refund: &Refund, sale: Option<&SaleDetail>) -> Vec<Fact> {
    let row = &refund.row;
    let sale = sale_link(row, sale);
    vec![
        Fact { href: Some(sale.href), ..Fact::new("取引", sale.text) },
        Fact::new("決済手段", method_words(row.method, row.brand.as_ref())),
        Fact::new("領収日", row.original_payment_date.to_japanese()),
        Fact::new("還付日", row.refunded_on.to_japanese()),
        Fact::new("年度・科目", refund.lane.to_japanese()),
        Fact::new("返金額", format!("{}円", row.amount)),
        Fact::new("返金方法", row.way.label_ja()),
        Fact::new("理由", row.ground.clone()),
        Fact::new("起案", format!("{} {}", row.requested_by, day_and_time(row.requested_at))),
    ]
}

/// The sale in the request form.
pub fn sale_facts(detail: &SaleDetail) -> Vec<Fact> {
    let (sale, payment) = (&detail.row.sale, &detail.row.sale.payment);
    let lines = sale.lines.iter().map(|line| format!("{} ×{}", line.name, line.quantity));
    vec![
        Fact::new("領収日", sale.payment_date.to_japanese()),
        Fact::new("年度", sale.payment_date.fiscal_year().to_japanese()),
        Fact::new("決済手段", method_words(payment.method, payment.brand.as_ref())),
        Fact::new("明細", lines.collect::<Vec<_>>().join("、")),
        Fact::new("領収額", format!("{}円", sale.total)),
    ]
}

/// Which books by which day, said before anybody chooses the day.
pub fn lane_hint(received_on: CivilDate) -> String {
    let year = received_on.fiscal_year();
    let open = RefundLane::FromRevenue { year }.to_japanese();
    match year.accounts_close() {
        Some(last) => {
            let after = refund_lane(received_on, last.plus_days(1)).label_ja();
            format!("{}までは{open}、その翌日からは還付する年度の{after}になります。", last.to_japanese())
        }
        None => format!("{open}になります。"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_books_are_named_by_day_and_year() {
        let hint = lane_hint("2026-03-25".parse().unwrap());
        assert_eq!(
            hint,
            "令和8年5月31日(日)までは令和7年度 戻出（減額調定）、その翌日からは還付する年度の歳出・償還金利子及び割引料になります。"
        );
    }
}
