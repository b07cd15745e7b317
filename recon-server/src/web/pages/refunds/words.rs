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
    jobs::refund::{Refund, SaleYear, years_of_sale},
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
        lane: refund.lanes.to_japanese(),
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
            refund.lanes.to_japanese()
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
        Fact::new("年度・科目", refund.lanes.to_japanese()),
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
        Fact::new("年度", years_words(&years_of_sale(&sale.lines, sale.payment_date))),
        Fact::new("決済手段", method_words(payment.method, payment.brand.as_ref())),
        Fact::new("明細", lines.collect::<Vec<_>>().join("、")),
        Fact::new("領収額", format!("{}円", sale.total)),
    ]
}

/// `令和8年度`; of several each with its yen.
fn years_words(years: &[SaleYear]) -> String {
    match years {
        [only] => only.day.fiscal_year().to_japanese(),
        years => {
            let words =
                |year: &SaleYear| format!("{} {}円", year.day.fiscal_year().to_japanese(), year.amount);
            years.iter().map(words).collect::<Vec<_>>().join("、")
        }
    }
}

/// Which books by which day, said before anybody chooses the day.
pub fn lane_hint(years: &[SaleYear]) -> String {
    match years {
        [only] => year_hint(only.day),
        years => {
            let words = |year: &SaleYear| format!("{}円分は、{}", year.amount, year_hint(year.day));
            let said: String = years.iter().map(words).collect();
            format!("明細により年度が異なります。{said}一部だけを返すときは、年度別の額を按分します。")
        }
    }
}

/// The same of what belongs to one year: by any day of it.
fn year_hint(received_on: CivilDate) -> String {
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
    use domain::money::Yen;

    use super::*;

    #[test]
    fn the_books_are_named_by_day_and_year() {
        let hint = lane_hint(&[SaleYear { day: "2026-03-25".parse().unwrap(), amount: Yen::new(750) }]);
        assert_eq!(
            hint,
            "令和8年5月31日(日)までは令和7年度 戻出（減額調定）、その翌日からは還付する年度の歳出・償還金利子及び割引料になります。"
        );
    }

    /// papers.md C7: a sale of two years says both before the day is chosen.
    #[test]
    fn each_year_of_a_sale_is_named_with_its_yen() {
        let year = |day: &str, yen| SaleYear { day: day.parse().unwrap(), amount: Yen::new(yen) };
        let years = [year("2026-03-31", 300), year("2026-04-02", 450)];
        assert_eq!(years_words(&years), "令和7年度 300円、令和8年度 450円");
        assert_eq!(years_words(&years[1..]), "令和8年度");
        assert_eq!(
            lane_hint(&years),
            "明細により年度が異なります。\
             300円分は、令和8年5月31日(日)までは令和7年度 戻出（減額調定）、その翌日からは還付する年度の歳出・償還金利子及び割引料になります。\
             450円分は、令和9年5月31日(月)までは令和8年度 戻出（減額調定）、その翌日からは還付する年度の歳出・償還金利子及び割引料になります。\
             一部だけを返すときは、年度別の額を按分します。"
        );
    }
}
