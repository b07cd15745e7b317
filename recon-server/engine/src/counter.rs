//! The counter's own leg: terminal totals (端末日計) against the journal, and counter days that are not closed and delivered.
//!
//! Invariant: a counter day of which nothing was heard is a finding; 休業 is entered by a person, never inferred.

use std::collections::{BTreeMap, HashSet};

use domain::{
    id::{BrandCode, CounterId},
    method::{Method, brand_label, brand_rule},
    money::Yen,
    time::CivilDate,
};

use crate::{
    class::{ExceptionClass, Verdict},
    facts::{CounterDayState, SaleKind},
    ledger::Draft,
    lines::{LineKey, Lines},
    outcome::{Exception, Figure, TerminalSide},
    world::World,
};

/// Puts terminal totals beside the lines and raises what differs.
pub(crate) fn terminals<'f>(world: &World<'f>, lines: &mut Lines<'f>) -> Vec<Exception> {
    let mut totals: BTreeMap<(CivilDate, &CounterId, &BrandCode), Figure> = BTreeMap::new();
    for total in &world.facts.terminal_totals {
        let key = (total.business_day, &total.counter, &total.brand);
        totals.entry(key).or_default().add(i64::from(total.count), total.amount);
    }
    let mut exceptions = Vec::new();
    let by_counter = lines.by_counter();
    for ((day, counter, brand), total) in totals {
        let here = by_counter.get(&(day, counter)).into_iter().flatten();
        let keys: Vec<LineKey<'f>> = here.filter(|key| key.brand == Some(brand)).copied().collect();
        let (mut ours, mut unknown) = (Figure::default(), Figure::default());
        for line in keys.iter().filter_map(|key| lines.get(key)) {
            // 過日分確定: the terminal took it on another day, and its total of this day cannot hold it.
            ours = ours.plus(line.net).minus(line.late);
            unknown = unknown.plus(line.unknown);
        }
        let key = keys.into_iter().next().unwrap_or_else(|| lonely(world, day, counter, brand));
        let difference = total.minus(ours);
        lines.line(world, key).terminal = Some(TerminalSide { total, difference });
        if !difference.is_zero() {
            let draft = differs((counter, brand, day), ours, difference, unknown);
            let exception = draft.finish(world);
            lines.hang(world, key, &exception, true);
            exceptions.push(exception);
        }
    }
    exceptions
}

/// The line of a terminal total that no sale stands beside.
fn lonely<'f>(
    world: &World<'f>,
    day: CivilDate,
    counter: &'f CounterId,
    brand: &'f BrandCode,
) -> LineKey<'f> {
    let contract = world.contracts.iter().position(|c| c.covers.iter().any(|(_, b)| b == brand));
    let covered = contract.and_then(|c| world.contracts[c].covers.iter().find(|(_, b)| b == brand));
    let method = covered.map(|(method, _)| *method).or_else(|| brand_rule(brand).map(|rule| rule.method));
    LineKey {
        day,
        counter: Some(counter),
        contract,
        method: method.unwrap_or(Method::Credit),
        brand: Some(brand),
    }
}

fn differs(
    (counter, brand, day): (&CounterId, &BrandCode, CivilDate),
    ours: Figure,
    difference: Figure,
    unknown: Figure,
) -> Draft {
    let label = brand_label(brand);
    let explained = !unknown.is_zero() && difference == unknown;
    let tail = if explained {
        "結果不明の分と同じです。端末では成立しているとみられます。"
    } else {
        "端末の日計票と当方の記録を一件ずつ確かめてください。"
    };
    Draft {
        class: ExceptionClass::TerminalDiff,
        subject: format!("{counter}/{day}/{brand}"),
        members: Vec::new(),
        contract: None,
        counter: Some(counter.clone()),
        day,
        amount: difference.amount,
        gross: Yen::new(difference.amount.get().saturating_abs()),
        sentence_ja: format!(
            "窓口{counter} {day} {label}の端末日計は、当方より{}、{}です。{tail}",
            more_or_less(difference.count, "件"),
            more_or_less(difference.amount.get(), "円")
        ),
        ours: Some(ours.amount),
        near: Vec::new(),
        verdict: explained.then_some(Verdict::Pending),
    }
}

/// `1件少ない`, `300円多い`, `件数は同じ`.
fn more_or_less(difference: i64, unit: &str) -> String {
    let size = Yen::new(difference.saturating_abs());
    match difference {
        0 => format!("{}は同じ", if unit == "件" { "件数" } else { "金額" }),
        1.. => format!("{size}{unit}多い"),
        _ => format!("{size}{unit}少ない"),
    }
}

/// Nothing is known of any counter: no figure can be called whole, and least of all green.
fn no_counter(world: &World<'_>) -> Exception {
    let draft = Draft {
        class: ExceptionClass::CounterDayOpen,
        subject: "no counter".to_owned(),
        members: Vec::new(),
        contract: None,
        counter: None,
        day: world.facts.as_of,
        amount: Yen::ZERO,
        gross: Yen::ZERO,
        sentence_ja: "登録された窓口がまだありません。窓口を登録し、記録が届くまで、何も確かめられません。"
            .to_owned(),
        ours: None,
        near: Vec::new(),
        verdict: None,
    };
    draft.finish(world)
}

/// Raises counter days that hold the verdict open, and hangs them on the lines of the day.
pub(crate) fn days<'f>(world: &World<'f>, lines: &mut Lines<'f>) -> Vec<Exception> {
    let mut states: BTreeMap<(CivilDate, &CounterId), CounterDayState> = BTreeMap::new();
    for day in &world.facts.counter_days {
        let known = states.entry((day.business_day, &day.counter)).or_insert(day.state);
        *known = (*known).max(day.state);
    }
    // A refund is decided at the centre: the counter need not have been open.
    let heard: HashSet<(CivilDate, &CounterId)> = world
        .sales
        .iter()
        .filter(|s| s.kind == SaleKind::Sale)
        .map(|s| (s.business_day, &s.counter))
        .collect();
    for key in heard {
        states.entry(key).or_insert(CounterDayState::NoReport);
    }
    let mut exceptions = Vec::new();
    if states.is_empty() {
        exceptions.push(no_counter(world));
    }
    let by_counter = lines.by_counter();
    for ((day, counter), state) in states {
        let what = match state {
            CounterDayState::Delivered | CounterDayState::Holiday => continue,
            CounterDayState::Undelivered => {
                "締めまでの記録がまだ届いていません。窓口の送信状態を確かめてください。"
            }
            CounterDayState::Open => "まだ締められていません。日締め精算をしてください。",
            CounterDayState::NoReport => "記録が届いていません。開けていないなら休業を登録してください。",
        };
        let draft = Draft {
            class: ExceptionClass::CounterDayOpen,
            subject: format!("{counter}/{day}"),
            members: Vec::new(),
            contract: None,
            counter: Some(counter.clone()),
            day,
            amount: Yen::ZERO,
            gross: Yen::ZERO,
            sentence_ja: format!("窓口{counter}の{}は、{what}", day.to_japanese()),
            ours: None,
            near: Vec::new(),
            verdict: None,
        };
        let exception = draft.finish(world);
        let keys = by_counter.get(&(day, counter)).into_iter().flatten();
        keys.for_each(|key| lines.hang(world, *key, &exception, false));
        exceptions.push(exception);
    }
    exceptions
}
