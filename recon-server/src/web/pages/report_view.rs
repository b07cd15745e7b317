//! The daily report as the page shows it. Pure: report and surroundings in, context out.
//!
//! Invariant: what is missing becomes a word, never a 0; sums are those of the report.

use std::cmp::Reverse;

use domain::{method::Method, money::Yen, time::CivilDate};
use engine::{
    class::ExceptionClass,
    facts::CounterDayState,
    outcome::{Exception, Figure as Amount, ReportLine},
};

use super::{
    records::Surroundings,
    report_lists::{self, contract_sheet, deliveries, files, open_unknown, with_why},
};
use crate::{
    jobs::{
        month::{LateLine, YearMonth},
        report::{self, DailyReport},
    },
    web::view::{
        month::LateRow,
        report::{CounterBlock, DayState, Figures, Reason, ReportPage, Row, Totals},
        report_lists::{Break, OpenUnknown},
        shell::Shell,
        words::{Figure, Link, Sum, Verdict},
    },
};

/// Frame and times of the page.
pub struct Frame {
    /// Frame.
    pub shell: Shell,
    /// When the reconciliation was looked at.
    pub reconciled_at: String,
    /// Today.
    pub today: CivilDate,
}

impl From<engine::Verdict> for Verdict {
    fn from(verdict: engine::Verdict) -> Self {
        match verdict {
            engine::Verdict::Matched => Self::Agreed,
            engine::Verdict::Pending => Self::Pending,
            engine::Verdict::Differences => Self::Differs,
            engine::Verdict::Incomplete => Self::Incomplete,
        }
    }
}

impl From<Amount> for Sum {
    fn from(figure: Amount) -> Self {
        Self { count: figure.count, amount: figure.amount }
    }
}

/// The page of a report.
pub fn page(frame: Frame, report: DailyReport, around: &Surroundings) -> ReportPage {
    let counters: Vec<CounterBlock> =
        report.counters.iter().map(|block| counter_block(&report, block)).collect();
    let unknowns: Vec<OpenUnknown> =
        report.unknowns.iter().map(|unknown| open_unknown(unknown, around, frame.today)).collect();
    let places = report_lists::payout_places(&report);
    let mut breaks: Vec<Break> =
        report.exceptions.iter().map(|one| with_why(one, &places, report.as_of, around)).collect();
    drop(places);
    breaks.sort_by_key(|one| (one.verdict != Verdict::Differs, Reverse(one.verdict)));
    ReportPage {
        date: report.date,
        verdict: report.verdict.into(),
        reasons: report.reasons.iter().map(|one| reason(&report, one)).collect(),
        totals: totals(&report, &breaks, &unknowns),
        contracts: report.sheets.iter().map(|sheet| contract_sheet(sheet, around)).collect(),
        files: files(&report, around),
        deliveries: deliveries(&report, around),
        papers: papers(&report),
        snapshot: format!("{}-{:04}", report.as_of, report.run),
        reconciled_at: frame.reconciled_at,
        shell: frame.shell,
        late: report.late.iter().map(|line| late_row(line, around)).collect(),
        counters,
        breaks,
        unknowns,
    }
}

fn late_row(line: &LateLine, around: &Surroundings) -> LateRow {
    let late = &line.late;
    LateRow {
        received_on: late.payment_date,
        settled_on: late.business_day,
        counter: around.counter_words(&late.counter),
        method: line.method_ja.clone(),
        amount: late.amount,
        sale: Link::new("取引の記録", format!("/sales/{}", late.sale)),
    }
}

/// The papers of the day: one 日計表 per counter, then what all counters share.
fn papers(report: &DailyReport) -> Vec<Link> {
    let date = report.date;
    let sheet = |block: &report::CounterBlock| {
        let counter = block.counter.as_ref()?;
        let words = format!("収納日計表 {}", block.label);
        Some(Link::new(words, format!("/papers/day-sheet/{date}/{counter}")))
    };
    let mut links: Vec<Link> = report.counters.iter().filter_map(sheet).collect();
    links.push(Link::new("キャッシュレス収納内訳", format!("/papers/cashless/{date}")));
    links.push(Link::new("入金予定・未入金一覧", "/papers/deposits"));
    links.push(Link::new("この月の収納月報", format!("/month/{}", YearMonth::of(date))));
    links
}

/// A reason leads to where it can be dealt with: by the exception whose sentence it is.
fn reason(report: &DailyReport, reason: &report::Reason) -> Reason {
    let exception = report.exceptions.iter().find(|exception| exception.sentence_ja == reason.sentence_ja);
    let action = exception.map(|exception| match exception.class {
        ExceptionClass::MissingFile => Link::new("資料を取り込む", "/imports"),
        ExceptionClass::UnknownPending => Link::new("判定する", "/unknowns"),
        ExceptionClass::CounterDayOpen => Link::new("窓口の状態", "#deliveries"),
        _ => Link::new("不一致を見る", format!("#break-{}", exception.id)),
    });
    Reason { verdict: reason.verdict.into(), text: reason.sentence_ja.clone(), action }
}

fn counter_block(report: &DailyReport, block: &report::CounterBlock) -> CounterBlock {
    let state = day_state(block.state);
    CounterBlock {
        anchor: format!("counter-{}", block.counter.as_ref().map_or("none", |counter| counter.as_str())),
        facility: block.facility.clone(),
        counter: block.label.clone(),
        state,
        rows: block.rows.iter().map(|one| row(report, one, state)).collect(),
        subtotal: sums(&block.subtotal, block.rows.iter().map(|row| &row.line)),
        verdict: block.verdict.into(),
    }
}

pub(super) const fn day_state(state: Option<CounterDayState>) -> DayState {
    match state {
        Some(CounterDayState::Delivered) => DayState::Delivered,
        Some(CounterDayState::Undelivered) => DayState::NotDelivered,
        Some(CounterDayState::Open) => DayState::Open,
        Some(CounterDayState::Holiday) => DayState::Holiday,
        Some(CounterDayState::NoReport) | None => DayState::Silent,
    }
}

fn row(report: &DailyReport, row: &report::Row, state: DayState) -> Row {
    let line = &row.line;
    let mut notes = Vec::new();
    for (word, figure) in [
        ("うち過日分確定", line.late),
        ("うち暫定", line.provisional),
        ("返金", line.refunds),
        ("結果不明（含めず）", line.unknown),
    ] {
        if !figure.is_zero() {
            notes.push(format!("{word} {}件 {}円", figure.count, figure.amount));
        }
    }
    let why = sentences(report, line);
    Row {
        method: row.method_ja.clone(),
        brand: row.brand_ja.clone(),
        notes,
        figures: figures(line, state),
        verdict: line.verdict.into(),
        why: match why.as_slice() {
            [] => None,
            [only] => Some((*only).to_owned()),
            [first, rest @ ..] => Some(format!("{first}（ほか{}件）", rest.len())),
        },
        behind: behind(report.date, line),
    }
}

/// Why a row is not green, differences first. That the counter has not closed stands at the counter's name already.
fn sentences<'a>(report: &'a DailyReport, line: &ReportLine) -> Vec<&'a str> {
    let mut found: Vec<&Exception> = report
        .exceptions
        .iter()
        .filter(|exception| {
            line.exceptions.contains(&exception.id) && exception.class != ExceptionClass::CounterDayOpen
        })
        .collect();
    found.sort_by_key(|exception| {
        (exception.verdict != engine::Verdict::Differences, Reverse(exception.verdict))
    });
    let mut sentences: Vec<&str> = found.iter().map(|exception| exception.sentence_ja.as_str()).collect();
    sentences.dedup();
    sentences
}

/// The address of the records behind a row.
pub(super) fn behind(date: CivilDate, line: &ReportLine) -> String {
    let mut address = format!("/report/{date}/behind?method={}", line.method.code());
    for (name, value) in [
        ("counter", line.counter.as_ref().map(ToString::to_string)),
        ("brand", line.brand.as_ref().map(ToString::to_string)),
        ("contract", line.contract.as_ref().map(ToString::to_string)),
    ] {
        if let Some(value) = value {
            address.push_str(&format!("&{name}={value}"));
        }
    }
    address
}

fn figures(line: &ReportLine, state: DayState) -> Figures {
    let acquired = line.contract.is_some();
    let terminal = match line.terminal {
        Some(side) => Figure::Known(side.total.into()),
        None if !acquired => Figure::NotApplicable,
        None if state == DayState::Delivered || line.method == Method::CodeStatic => {
            Figure::Awaited("端末なし")
        }
        None => Figure::Awaited("未締め"),
    };
    let of_acquirer = |value: Yen| if acquired { Figure::Known(value) } else { Figure::NotApplicable };
    Figures {
        sales: line.sales.into(),
        voids: line.voids.into(),
        net: line.net.amount,
        terminal,
        reported: match (acquired, line.statement_received) {
            (false, _) => Figure::NotApplicable,
            (true, false) => Figure::Awaited("資料未着"),
            (true, true) => Figure::Known(line.reported.into()),
        },
        fee: of_acquirer(line.fee),
        expected: of_acquirer(line.expected),
        expected_on: line.expected_on,
        deposited: deposited(acquired, line.expected, line.deposited),
        difference: match (acquired, line.statement_received) {
            (true, false) => Figure::Awaited("明細待ち"),
            _ => Figure::Known(line.difference),
        },
    }
}

/// Nothing arrived where something is expected: not a 0, but still to come.
pub(super) fn deposited(acquired: bool, expected: Yen, deposited: Yen) -> Figure<Yen> {
    match (acquired, deposited) {
        (false, _) => Figure::NotApplicable,
        (true, Yen::ZERO) if expected != Yen::ZERO => Figure::Awaited("入金待ち"),
        (true, arrived) => Figure::Known(arrived),
    }
}

fn sums<'a>(sums: &report::Figures, lines: impl Iterator<Item = &'a ReportLine>) -> Figures {
    let lines: Vec<&ReportLine> = lines.filter(|line| line.contract.is_some()).collect();
    let any = !lines.is_empty();
    let waiting = lines.iter().any(|line| !line.statement_received);
    let known = |value| if any { Figure::Known(value) } else { Figure::NotApplicable };
    Figures {
        sales: sums.sales.into(),
        voids: sums.voids.into(),
        net: sums.net.amount,
        terminal: sums.terminal.map_or(Figure::NotApplicable, |total| Figure::Known(total.into())),
        reported: match (any, waiting) {
            (false, _) => Figure::NotApplicable,
            (true, true) if sums.reported.is_zero() => Figure::Awaited("資料未着"),
            (true, _) => Figure::Known(sums.reported.into()),
        },
        fee: known(sums.fee),
        expected: known(sums.expected),
        expected_on: None,
        deposited: deposited(any, sums.expected, sums.deposited),
        difference: Figure::Known(sums.difference),
    }
}

fn totals(report: &DailyReport, breaks: &[Break], unknowns: &[OpenUnknown]) -> Totals {
    let lines = report.counters.iter().flat_map(|block| &block.rows).map(|row| &row.line);
    let real = || breaks.iter().filter(|one| one.verdict == Verdict::Differs);
    Totals {
        figures: sums(&report.total, lines),
        breaks_gross: report.total.breaks_gross,
        breaks_net: real().map(|one| one.difference).fold(Yen::ZERO, Yen::saturating_add),
        breaks_count: u32::try_from(real().count()).unwrap_or(u32::MAX),
        unknown: Sum {
            count: i64::try_from(unknowns.len()).unwrap_or(i64::MAX),
            amount: unknowns.iter().map(|one| one.amount).fold(Yen::ZERO, Yen::saturating_add),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(contract: bool, received: bool) -> ReportLine {
        let day = CivilDate::new(2026, 11, 20).unwrap();
        ReportLine {
            business_day: day,
            counter: Some("c1".parse().unwrap()),
            contract: contract.then(|| "paypay".parse().unwrap()),
            method: if contract { Method::CodeStatic } else { Method::Cash },
            brand: contract.then(|| "paypay".parse().unwrap()),
            sales: Amount::new(2, Yen::new(600)),
            voids: Amount::default(),
            refunds: Amount::default(),
            net: Amount::new(2, Yen::new(600)),
            late: Amount::default(),
            provisional: Amount::default(),
            unknown: Amount::default(),
            opening: Amount::default(),
            terminal: None,
            reported: Amount::new(2, Yen::new(600)),
            statement_received: received,
            fee: Yen::new(12),
            expected: Yen::new(588),
            expected_on: None,
            deposited: Yen::ZERO,
            difference: Yen::ZERO,
            breaks_gross: Yen::ZERO,
            exceptions: Vec::new(),
            verdict: engine::Verdict::Matched,
        }
    }

    #[test]
    fn what_is_missing_becomes_a_word() {
        let cash = figures(&line(false, true), DayState::Delivered);
        assert_eq!(
            (&cash.reported, &cash.fee, &cash.deposited),
            (&Figure::NotApplicable, &Figure::NotApplicable, &Figure::NotApplicable)
        );
        let waiting = figures(&ReportLine { method: Method::Credit, ..line(true, false) }, DayState::Open);
        assert_eq!(waiting.reported, Figure::Awaited("資料未着"));
        assert_eq!(waiting.difference, Figure::Awaited("明細待ち"));
        assert_eq!(waiting.terminal, Figure::Awaited("未締め"));
        let here = figures(&line(true, true), DayState::Delivered);
        assert_eq!(here.reported.yen(), Figure::Known(Yen::new(600)));
        assert_eq!(here.terminal, Figure::Awaited("端末なし"));
        assert_eq!(here.deposited, Figure::Awaited("入金待ち"));
    }

    #[test]
    fn a_deposit_that_came_is_a_figure() {
        for (acquired, expected, arrived, shown) in [
            (false, 0, 0, Figure::NotApplicable),
            (true, 588, 0, Figure::Awaited("入金待ち")),
            (true, 588, 588, Figure::Known(Yen::new(588))),
            (true, 0, 0, Figure::Known(Yen::ZERO)),
        ] {
            assert_eq!(deposited(acquired, Yen::new(expected), Yen::new(arrived)), shown);
        }
    }

    #[test]
    fn a_row_leads_to_its_records() {
        let address = behind(CivilDate::new(2026, 11, 20).unwrap(), &line(true, true));
        assert_eq!(
            address,
            "/report/2026-11-20/behind?method=code_static&counter=c1&brand=paypay&contract=paypay"
        );
    }
}
