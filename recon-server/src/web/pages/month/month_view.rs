//! The monthly report as the page shows it. Pure: report and surroundings in, context out.
//!
//! Invariants: cashless stands first, as the city publishes it; what is missing becomes a word, never a 0; each number carries the
//! address of what it is made of.

use std::{cmp::Reverse, collections::BTreeMap};

use domain::{method::brand_label, money::Yen, time::CivilDate};
use engine::{
    class::ExceptionClass,
    outcome::{ContractSheet, PayoutState},
};

use super::super::{
    records::Surroundings,
    report_lists::{open_unknown, with_why},
    report_view::deposited,
};
use crate::{
    jobs::{
        month::{self, ContractMonth, MixKind, MonthDay, MonthException, MonthlyReport, YearMonth},
        report,
        settled::Settled,
    },
    web::view::{
        chart::{Chart, ChartDay},
        month::{Closing, ContractCard, DayLine, FeeAlarm, LateRow, Mix, MixLine, MonthPage, RefundRow},
        report::Reason,
        report_lists::Break,
        shell::Shell,
        words::{Figure, Link, Sum, Verdict, short_date},
    },
};

/// Reasons beside the verdict; the rest stands in the list of exceptions.
const REASONS_SHOWN_MAX: usize = 10;
/// Exceptions on the page, the worst first.
const BREAKS_SHOWN_MAX: usize = 300;

/// Receipt numbers by sale.
pub type Sales = BTreeMap<String, String>;

/// Frame and neighbours of the page.
pub struct Frame {
    /// Frame.
    pub shell: Shell,
    /// Today.
    pub today: CivilDate,
    /// Files.
    pub downloads: Vec<Link>,
    /// Who signed the month and when; none while it is open.
    pub signed: Option<String>,
    /// Fee rules to be looked at.
    pub fee_alarms: Vec<FeeAlarm>,
}

/// `令和4年7月`
pub fn month_words(month: YearMonth) -> String {
    let day = month.first().to_japanese();
    day.split_once('月').map_or_else(|| day.clone(), |(year, _)| format!("{year}月"))
}

/// The page of a report.
pub fn page(frame: Frame, report: &MonthlyReport, around: &Surroundings, sales: &Sales) -> MonthPage {
    let mut breaks: Vec<Break> = report.exceptions.iter().map(|one| exception(one, report, around)).collect();
    breaks.sort_by_key(|one| (one.verdict != Verdict::Differs, Reverse(one.verdict)));
    let breaks_more = breaks.len().saturating_sub(BREAKS_SHOWN_MAX);
    breaks.truncate(BREAKS_SHOWN_MAX);
    MonthPage {
        month: report.month.to_string(),
        name: month_words(report.month),
        previous: report.month.before().to_string(),
        next: report.month.after().to_string(),
        verdict: report.verdict.into(),
        reasons: report.reasons.iter().take(REASONS_SHOWN_MAX).map(|one| reason(report, one)).collect(),
        reasons_more: report.reasons.len().saturating_sub(REASONS_SHOWN_MAX),
        mix: mix(report),
        chart: Chart::of(report.days.iter().map(chart_day).collect()),
        days: report.days.iter().map(day_line).collect(),
        contracts: report.contracts.iter().map(|one| card(one, report.month)).collect(),
        breaks,
        breaks_more,
        late: report.late.iter().map(|line| late(line, around, sales)).collect(),
        refunds: report.refunds.iter().map(|line| refund(line, sales)).collect(),
        refunded: report.refunded,
        unknowns: report.unknowns.iter().map(|one| open_unknown(one, around, frame.today)).collect(),
        downloads: frame.downloads,
        signed: frame.signed,
        fee_alarms: frame.fee_alarms,
        as_of: report.as_of.to_japanese(),
        shell: frame.shell,
    }
}

/// A reason leads to where it can be dealt with: by the exception whose sentence it is.
fn reason(report: &MonthlyReport, reason: &report::Reason) -> Reason {
    let found = report.exceptions.iter().find(|one| one.exception.sentence_ja == reason.sentence_ja);
    let action = found.map(|one| match one.exception.class {
        ExceptionClass::MissingFile => Link::new("資料を取り込む", "/imports"),
        ExceptionClass::UnknownPending => Link::new("判定する", "/unknowns"),
        ExceptionClass::CounterDayOpen => {
            Link::new("窓口の状態", format!("/report?date={}#deliveries", one.exception.day))
        }
        _ => Link::new("不一致を見る", format!("#break-{}", one.exception.id)),
    });
    Reason { verdict: reason.verdict.into(), text: reason.sentence_ja.clone(), action }
}

/// An exception with its records, its closing and its day.
fn exception(one: &MonthException, report: &MonthlyReport, around: &Surroundings) -> Break {
    let payouts = report.contracts.iter().flat_map(|contract| &contract.payouts);
    let places = payouts.map(|payout| {
        let words = format!("支払予定 {}〜{}", payout.from, payout.to);
        (payout.id.as_str(), Link::new(words, sheet_address(payout.contract.as_str(), payout.to)))
    });
    let mut made = with_why(&one.exception, &places.collect(), report.as_of, around);
    let day = one.exception.day;
    made.members.push(Link::new(format!("{}の日報", short_date(day)), format!("/report?date={day}")));
    made.settled = one.settled.as_ref().map(Settled::words_ja);
    made
}

/// The stable word of a line, in addresses.
pub const fn kind_code(kind: MixKind) -> &'static str {
    match kind {
        MixKind::Cash => "cash",
        MixKind::Security => "security",
        MixKind::Credit => "credit",
        MixKind::ElectronicMoney => "electronic_money",
        MixKind::Code => "code",
        MixKind::Cashless => "cashless",
        MixKind::Voucher => "voucher",
        MixKind::Deferred => "deferred",
    }
}

/// The city's own order.
const fn place(kind: MixKind) -> u8 {
    match kind {
        MixKind::Credit => 0,
        MixKind::ElectronicMoney => 1,
        MixKind::Code => 2,
        MixKind::Cashless => 3,
        MixKind::Cash => 4,
        MixKind::Security => 5,
        MixKind::Voucher => 6,
        MixKind::Deferred => 7,
    }
}

fn mix(report: &MonthlyReport) -> Mix {
    let mut rows: Vec<&month::MixRow> = report.mix.rows.iter().collect();
    rows.sort_by_key(|row| place(row.kind));
    let line = |row: &month::MixRow| MixLine {
        label: row.method.to_string(),
        count: row.count,
        amount: row.yen,
        share: tenths(&row.percent),
        percent: row.percent.clone(),
        is_sum: row.kind == MixKind::Cashless,
        behind: format!("/month/{}/behind?kind={}", report.month, kind_code(row.kind)),
    };
    Mix {
        lines: rows.into_iter().map(line).collect(),
        gross: report.mix.gross,
        commission: report.mix.commission,
        total: report.mix.total,
        total_label: report.mix.total_ja.to_string(),
        notes: report.mix.notes.clone(),
    }
}

/// `17.0` is 170; what is no share is no bar.
fn tenths(percent: &str) -> u32 {
    percent.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0)
}

/// In the order of [`crate::web::view::chart::Series::ALL`].
const fn amounts(day: &MonthDay) -> [Yen; 5] {
    [day.credit, day.electronic_money, day.code, day.claims, day.cash]
}

fn day_address(day: &MonthDay) -> String {
    format!("/report?date={}", day.date)
}

fn day_line(day: &MonthDay) -> DayLine {
    DayLine {
        date: day.date,
        amounts: amounts(day),
        total: day.total.into(),
        verdict: day.verdict.map(Verdict::from),
        closed: day.holiday,
        href: day_address(day),
    }
}

fn chart_day(day: &MonthDay) -> ChartDay {
    const WEEKDAYS: [&str; 7] = ["月", "火", "水", "木", "金", "土", "日"];
    let weekday = usize::try_from(day.date.weekday()).ok().and_then(|place| WEEKDAYS.get(place));
    ChartDay {
        number: day.date.day(),
        weekday: weekday.copied().unwrap_or_default(),
        name: short_date(day.date),
        amounts: amounts(day),
        total: day.total.amount,
        count: day.total.count,
        verdict: day.verdict.map(Verdict::from),
        weekend: day.date.is_weekend(),
        closed: day.holiday,
        href: day_address(day),
    }
}

fn sheet_address(contract: &str, to: CivilDate) -> String {
    format!("/papers/contract/{contract}/{to}")
}

fn card(contract: &ContractMonth, month: YearMonth) -> ContractCard {
    ContractCard {
        anchor: format!("contract-{}", contract.contract),
        label: contract.label_ja.clone(),
        acquirer: contract.acquirer_ja.clone(),
        sales: contract.sales.into(),
        behind: format!("/month/{month}/behind?contract={}", contract.contract),
        grade: contract.grade_ja.to_string(),
        verdict: contract.verdict.into(),
        sentence: contract.sentence_ja.clone(),
        waiting_terms: contract.waiting_terms.clone(),
        closings: contract.sheets.iter().map(|sheet| closing(sheet, contract)).collect(),
    }
}

fn closing(sheet: &ContractSheet, contract: &ContractMonth) -> Closing {
    let address = sheet_address(sheet.contract.as_str(), sheet.to);
    let reported = sheet.reported_sales.plus(sheet.reported_refunds);
    // Nothing reported while something is awaited: the file is not here, which is no 0.
    let awaited = !sheet.awaiting.is_zero() && reported.is_zero();
    let own = contract.grade == month::EvidenceGrade::OwnFigures || contract.own_figures;
    let of_statement = |yen: Yen| if awaited { Figure::Awaited("資料未着") } else { Figure::Known(yen) };
    let why = sheet.verdict != engine::Verdict::Matched && sheet.sentence_ja != contract.sentence_ja;
    Closing {
        period: format!("{}〜{}", short_date(sheet.from), short_date(sheet.to)),
        behind: format!("{address}/behind"),
        sheet: address,
        sales: Sum::from(sheet.sales.plus(sheet.settled_unknowns).plus(sheet.refunds)),
        reported: match (own, awaited) {
            (true, _) => Figure::NotApplicable,
            (false, true) => Figure::Awaited("資料未着"),
            (false, false) => Figure::Known(reported.into()),
        },
        fee: of_statement(sheet.fee.saturating_add(sheet.fee_tax)),
        expected: of_statement(sheet.payout),
        expected_on: sheet.expected_on,
        deposited: if sheet.payout_state == PayoutState::CarriedOver {
            Figure::NotApplicable
        } else {
            deposited(true, if awaited { sheet.sales.amount } else { sheet.payout }, sheet.deposited)
        },
        deposited_on: sheet.deposited_on,
        state: sheet.payout_state.label_ja().to_owned(),
        residual: if awaited { Figure::Awaited("明細待ち") } else { Figure::Known(sheet.residual) },
        verdict: sheet.verdict.into(),
        why: why.then(|| sheet.sentence_ja.clone()),
    }
}

fn sale_link(sale: &str, sales: &Sales) -> Link {
    let words = sales.get(sale).map_or_else(|| "取引の記録".to_owned(), |number| format!("領収書 {number}"));
    Link::new(words, format!("/sales/{sale}"))
}

fn late(line: &month::LateLine, around: &Surroundings, sales: &Sales) -> LateRow {
    LateRow {
        received_on: line.late.payment_date,
        settled_on: line.late.business_day,
        counter: around.counter_words(&line.late.counter),
        method: line.method_ja.clone(),
        amount: line.late.amount,
        sale: sale_link(&line.late.sale, sales),
    }
}

fn refund(line: &month::RefundLine, sales: &Sales) -> RefundRow {
    let brand = line.brand.as_ref().map(brand_label);
    RefundRow {
        number: line.number.map_or_else(|| "—".to_owned(), |number| format!("第{number}号")),
        sale: sale_link(&line.sale, sales),
        received_on: line.received_on,
        refunded_on: line.refunded_on,
        method: brand.map_or_else(
            || line.method.label_ja().to_owned(),
            |brand| format!("{} {brand}", line.method.label_ja()),
        ),
        amount: line.amount,
        lane: line.lane_ja.clone(),
        ground: line.ground.clone(),
        approved: line.approved,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_named_with_its_era() {
        assert_eq!(month_words("2022-07".parse().unwrap()), "令和4年7月");
        assert_eq!(month_words("2019-05".parse().unwrap()), "令和元年5月");
    }

    #[test]
    fn the_city_lists_cashless_first() {
        let mut kinds = [
            MixKind::Cash,
            MixKind::Voucher,
            MixKind::Cashless,
            MixKind::Code,
            MixKind::Credit,
            MixKind::ElectronicMoney,
        ];
        kinds.sort_by_key(|kind| place(*kind));
        let codes = kinds.map(kind_code);
        assert_eq!(codes, ["credit", "electronic_money", "code", "cashless", "cash", "voucher"]);
    }

    #[test]
    fn a_share_is_a_bar_in_tenths() {
        assert_eq!([tenths("2.2"), tenths("17.0"), tenths("100.0"), tenths("")], [22, 170, 1_000, 0]);
    }
}
