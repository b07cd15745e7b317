//! Puts one day together from a run, the counters' names and the lists. Pure.

use std::collections::BTreeSet;

use domain::{
    id::CounterId,
    method::{Method, brand_label},
    time::CivilDate,
};
use engine::{
    Verdict,
    facts::CounterDayState,
    outcome::{Exception, ReportLine, UnknownDecided},
};
use store::counters::CounterRow;

use super::{CounterBlock, DailyReport, Figures, OpenUnknown, Reason, Row, lists::Lists};
use crate::jobs::{month::LateLine, reconcile::Recorded};

/// Most reasons that stand above the figures; the lists below hold all.
const REASONS_MAX: usize = 30;

/// What stands above the report.
pub struct Header {
    /// Name of the municipality.
    pub tenant_name: String,
    /// 取扱日
    pub date: CivilDate,
    /// The day on which the run stood.
    pub as_of: CivilDate,
    /// Number of the run.
    pub run: u64,
    /// Journals have moved on since.
    pub live: bool,
}

/// The report of one day.
pub fn daily(header: Header, recorded: &Recorded, counters: &[CounterRow], mut lists: Lists) -> DailyReport {
    let date = header.date;
    tell_decisions(&mut lists.unknowns, &recorded.decisions);
    let lines: Vec<ReportLine> =
        recorded.lines.iter().filter(|line| line.business_day == date).cloned().collect();
    let states: Vec<(CounterId, CounterDayState)> = recorded
        .counter_days
        .iter()
        .filter(|day| day.business_day == date)
        .map(|day| (day.counter.clone(), day.state))
        .collect();
    let named: BTreeSet<&String> = lines.iter().flat_map(|line| &line.exceptions).collect();
    let day = recorded.days.iter().find(|day| day.business_day == date);
    // What is missing over several days stands in each of them.
    let said =
        |exception: &Exception| day.is_some_and(|day| day.sentences_ja.contains(&exception.sentence_ja));
    let exceptions: Vec<Exception> = recorded
        .exceptions
        .iter()
        .filter(|exception| exception.day == date || named.contains(&exception.id) || said(exception))
        .cloned()
        .collect();
    let blocks = blocks(&lines, &states, counters);
    let total = blocks.iter().fold(Figures::default(), |sum, block| sum.plus(&block.subtotal));
    let reasons = reasons(&exceptions, &lists, date, day.is_none() && states.is_empty());
    let verdict = blocks
        .iter()
        .map(|block| block.verdict)
        .chain(day.map(|day| day.verdict))
        .chain(reasons.iter().map(|reason| reason.verdict))
        .max()
        .unwrap_or(Verdict::Incomplete);
    let holds = |from: CivilDate, to: CivilDate| from <= date && date <= to;
    DailyReport {
        tenant_name: header.tenant_name,
        date,
        as_of: header.as_of,
        run: header.run,
        live: header.live,
        verdict,
        verdict_ja: verdict.label_ja().into(),
        reasons,
        counters: blocks,
        total,
        sheets: recorded.sheets.iter().filter(|sheet| holds(sheet.from, sheet.to)).cloned().collect(),
        payouts: recorded.payouts.iter().filter(|payout| holds(payout.from, payout.to)).cloned().collect(),
        exceptions,
        late: recorded.late.iter().filter(|late| late.business_day == date).map(LateLine::of).collect(),
        unknowns: lists.unknowns,
        odd_entries: lists.odd_entries,
    }
}

/// One block per counter that has lines or a state, in the order of their ids; lines of no counter of ours last.
fn blocks(
    lines: &[ReportLine],
    states: &[(CounterId, CounterDayState)],
    counters: &[CounterRow],
) -> Vec<CounterBlock> {
    let ids: BTreeSet<&CounterId> = lines
        .iter()
        .filter_map(|line| line.counter.as_ref())
        .chain(states.iter().map(|(counter, _)| counter))
        .collect();
    let of_counter = |id: Option<&CounterId>| {
        let own: Vec<&ReportLine> = lines.iter().filter(|line| line.counter.as_ref() == id).collect();
        let state = states.iter().find(|(counter, _)| Some(counter) == id).map(|(_, state)| *state);
        block(id, &own, state, counters)
    };
    let mut blocks: Vec<CounterBlock> = ids.into_iter().map(|id| of_counter(Some(id))).collect();
    if lines.iter().any(|line| line.counter.is_none()) {
        blocks.push(of_counter(None));
    }
    blocks
}

fn block(
    id: Option<&CounterId>,
    lines: &[&ReportLine],
    state: Option<CounterDayState>,
    counters: &[CounterRow],
) -> CounterBlock {
    let profile = counters.iter().find(|row| Some(&row.counter) == id).map(|row| &row.profile);
    let label = match (profile, id) {
        (Some(profile), _) => profile.counter_label.clone(),
        (None, Some(id)) => id.to_string(),
        (None, None) => "窓口が分からない明細".to_owned(),
    };
    let state_verdict = match state {
        Some(CounterDayState::Delivered | CounterDayState::Holiday) | None => Verdict::Matched,
        Some(_) => Verdict::Incomplete,
    };
    CounterBlock {
        counter: id.cloned(),
        label,
        facility: profile.map(|profile| profile.facility.clone()).unwrap_or_default(),
        section: profile.map(|profile| profile.section.clone()).unwrap_or_default(),
        state,
        state_ja: state_ja(state).into(),
        verdict: lines.iter().map(|line| line.verdict).fold(state_verdict, Verdict::max),
        rows: rows(lines),
        subtotal: lines.iter().fold(Figures::default(), |sum, line| sum.plus(&Figures::of(line))),
    }
}

const fn state_ja(state: Option<CounterDayState>) -> &'static str {
    match state {
        Some(CounterDayState::Delivered) => "締め済・全件到達",
        Some(CounterDayState::Undelivered) => "未到達あり",
        Some(CounterDayState::Open) => "未締め",
        Some(CounterDayState::NoReport) => "連絡なし",
        Some(CounterDayState::Holiday) => "休業",
        None => "",
    }
}

fn rows(lines: &[&ReportLine]) -> Vec<Row> {
    let place = |method: Method| Method::ALL.iter().position(|known| *known == method);
    let mut sorted = lines.to_vec();
    sorted.sort_by_key(|line| (place(line.method), line.brand.clone(), line.contract.clone()));
    let row = |line: &ReportLine| Row {
        method_ja: line.method.label_ja().to_owned(),
        brand_ja: line.brand.as_ref().map(brand_label),
        verdict_ja: line.verdict.label_ja().into(),
        line: line.clone(),
    };
    sorted.into_iter().map(row).collect()
}

/// What the statements say of the results in doubt.
pub fn tell_decisions(unknowns: &mut [OpenUnknown], decisions: &[UnknownDecided]) {
    for unknown in unknowns {
        let attempt = unknown.attempt.to_string();
        let decided = decisions.iter().find(|decision| decision.attempt.as_deref() == Some(attempt.as_str()));
        unknown.decided_ja = decided.map(|decision| decision.sentence_ja.clone());
    }
}

/// The worst first; within a verdict in the order of the classes.
fn reasons(exceptions: &[Exception], lists: &Lists, date: CivilDate, nothing_known: bool) -> Vec<Reason> {
    let reason = |verdict, sentence: &str| Reason { verdict, sentence_ja: sentence.to_owned() };
    let mut found: Vec<Reason> = exceptions
        .iter()
        .filter(|exception| exception.verdict > Verdict::Matched)
        .map(|exception| reason(exception.verdict, &exception.sentence_ja))
        .collect();
    found.extend(lists.odd_entries.iter().map(|odd| {
        let number = odd.sequence_number.0;
        reason(odd.verdict, &format!("窓口{} 記録{number}番: {}", odd.counter, odd.sentence_ja))
    }));
    // An unknown without evidence is an exception of the run already; one with evidence waits for its counter.
    let told = lists.unknowns.iter().filter(|unknown| unknown.business_day == date);
    found.extend(told.filter_map(|unknown| Some(reason(Verdict::Pending, unknown.decided_ja.as_ref()?))));
    if nothing_known {
        found.push(reason(
            Verdict::Incomplete,
            "この日の窓口の記録がひとつもありません。窓口の登録と送信を確かめてください。",
        ));
    }
    reasons_within(found)
}

/// The worst first, at most [`REASONS_MAX`]; how many are left out is said.
pub fn reasons_within(mut found: Vec<Reason>) -> Vec<Reason> {
    found.sort_by_key(|reason| std::cmp::Reverse(reason.verdict));
    let more = found.len().saturating_sub(REASONS_MAX);
    found.truncate(REASONS_MAX);
    if more > 0 {
        let sentence_ja = format!("ほか{more}件は下の一覧にあります。");
        found.push(Reason { verdict: Verdict::Matched, sentence_ja });
    }
    found
}

impl Figures {
    fn of(line: &ReportLine) -> Self {
        Self {
            sales: line.sales,
            voids: line.voids,
            refunds: line.refunds,
            net: line.net,
            provisional: line.provisional,
            unknown: line.unknown,
            terminal: line.terminal.map(|side| side.total),
            reported: line.reported,
            fee: line.fee,
            expected: line.expected,
            deposited: line.deposited,
            difference: line.difference,
            breaks_gross: line.breaks_gross,
        }
    }

    fn plus(&self, other: &Self) -> Self {
        Self {
            sales: self.sales.plus(other.sales),
            voids: self.voids.plus(other.voids),
            refunds: self.refunds.plus(other.refunds),
            net: self.net.plus(other.net),
            provisional: self.provisional.plus(other.provisional),
            unknown: self.unknown.plus(other.unknown),
            terminal: match (self.terminal, other.terminal) {
                (Some(left), Some(right)) => Some(left.plus(right)),
                (one, other) => one.or(other),
            },
            reported: self.reported.plus(other.reported),
            fee: self.fee.saturating_add(other.fee),
            expected: self.expected.saturating_add(other.expected),
            deposited: self.deposited.saturating_add(other.deposited),
            difference: self.difference.saturating_add(other.difference),
            breaks_gross: self.breaks_gross.saturating_add(other.breaks_gross),
        }
    }
}
