//! The counter's own side of a sheet: who opened and closed, cash, what was in doubt at the close.

use domain::{
    id::{CounterId, OperatorId},
    method::{brand_label, brand_rule},
    settlement::{ItemRow, UnknownRow},
    time::CivilDate,
};
use store::{counters::CounterRow, projection::ClosingFact, reports::DayRow};

use super::{Cut, CutClose, DoubtLine};
use crate::jobs::report::OpenUnknown;

/// What stands above the sheet.
pub struct Head {
    /// Name of the counter.
    pub label: String,
    /// 施設
    pub facility: String,
    /// 所属
    pub section: String,
}

/// Of one counter its own words; of several, each word once.
pub fn head(counters: &[CounterRow], counter: Option<&CounterId>) -> Head {
    let each = |of: fn(&CounterRow) -> &String| {
        let mut words: Vec<&str> = counters.iter().map(|row| of(row).as_str()).collect();
        words.sort_unstable();
        words.dedup();
        words.join("・")
    };
    let label = if counter.is_some() {
        each(|row| &row.profile.counter_label)
    } else {
        format!("全窓口({}か所)", counters.len())
    };
    Head { label, facility: each(|row| &row.profile.facility), section: each(|row| &row.profile.section) }
}

/// Openings in the order of counter and cut.
pub fn cuts(days: &[DayRow], counters: &[CounterRow]) -> Vec<Cut> {
    let mut cuts: Vec<Cut> = days.iter().map(|day| cut(day, counters)).collect();
    cuts.sort_by(|left, right| (&left.counter, left.cut).cmp(&(&right.counter, right.cut)));
    cuts
}

fn cut(day: &DayRow, counters: &[CounterRow]) -> Cut {
    let (counter, opening) = (&day.opening.key.counter, &day.opening.fact);
    let closing = day.closing.as_ref().map(|closing| &closing.fact);
    let name = |id: &OperatorId| {
        let profile = counters.iter().find(|row| row.counter == *counter).map(|row| &row.profile);
        profile.and_then(|profile| profile.operator(id)).map_or_else(|| id.to_string(), |o| o.label.clone())
    };
    Cut {
        counter: counter.clone(),
        cut: opening.cut,
        opened_by: name(&opening.operator),
        closed_by: closing.and_then(|closing| closing.operator.as_ref()).map(name),
        // Checked when the day was opened; a count that was taken never leaves the range.
        float: opening.float.total().unwrap_or_default(),
        close: closing.map(close),
    }
}

fn close(closing: &ClosingFact) -> CutClose {
    let (settlement, cash) = (&closing.settlement, &closing.settlement.cash);
    let count = |sum: i64, row: &ItemRow| {
        sum.saturating_add(i64::from(row.paid_quantity)).saturating_add(i64::from(row.free_quantity))
    };
    CutClose {
        takings: cash.takings,
        securities: settlement.securities(),
        expected: cash.expected,
        counted: cash.counted,
        difference: cash.difference,
        pay_in: cash.pay_in,
        reason: closing.reason.clone(),
        chain_head: closing.chain_head.clone(),
        net: settlement.net_total(),
        quantity: settlement.items.iter().fold(0, count),
        terminal_differences: settlement.terminal_differences.clone(),
    }
}

/// What was in doubt at each close, which is what was signed; what is in doubt now, where a counter's day is not closed.
pub fn doubts(days: &[DayRow], now: &[OpenUnknown], date: CivilDate) -> Vec<DoubtLine> {
    let mut doubts = Vec::new();
    let last_close = |counter: &CounterId| {
        let mine = days.iter().filter(|day| day.opening.key.counter == *counter);
        let last = mine.max_by_key(|day| day.opening.fact.cut)?;
        last.closing.as_ref()
    };
    let mut closed: Vec<&CounterId> = Vec::new();
    for day in days {
        let counter = &day.opening.key.counter;
        if closed.contains(&counter) {
            continue;
        }
        if let Some(closing) = last_close(counter) {
            closed.push(counter);
            doubts.extend(closing.fact.settlement.unknowns.iter().map(|row| signed(row, date)));
        }
    }
    doubts.extend(now.iter().filter(|row| !closed.contains(&&row.counter)).map(|row| open(row, date)));
    doubts.sort_by_key(|doubt| (doubt.at, doubt.amount));
    doubts
}

fn signed(row: &UnknownRow, date: CivilDate) -> DoubtLine {
    let days = row.brand.as_ref().and_then(brand_rule).and_then(|rule| rule.inquiry_days);
    let asked_on = row.at.date();
    DoubtLine {
        at: row.at,
        method_ja: row.brand.as_ref().map_or_else(|| row.method.label_ja().to_owned(), brand_label),
        amount: row.amount,
        inquiry_days: days,
        inquiry_until: days.map(|days| asked_on.plus_days(i32::from(days))),
        of_today: asked_on == date,
    }
}

fn open(row: &OpenUnknown, date: CivilDate) -> DoubtLine {
    DoubtLine {
        at: row.at,
        method_ja: row.brand.as_ref().map_or_else(|| row.method.label_ja().to_owned(), brand_label),
        amount: row.amount,
        inquiry_days: row.brand.as_ref().and_then(brand_rule).and_then(|rule| rule.inquiry_days),
        inquiry_until: row.inquiry_until,
        of_today: row.business_day == date,
    }
}
