//! Puts the sheet of a day together. Pure.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    id::CounterId,
    method::{Method, brand_label},
    money::Yen,
    sale::Line,
    time::CivilDate,
};
use engine::{
    Verdict,
    outcome::{Figure, LateConfirmed},
};
use store::{
    counters::CounterRow,
    reports::{DayRow, SaleRow},
};

use super::{
    DaySheet, ItemFigures, ItemLine, LateItem, MonthToDate, SetAside, VoidLine, desk, receipts::ranges, words,
};
use crate::jobs::{
    month::{Overpaid, YearMonth, refund_line},
    reconcile::Recorded,
    refund::Refund,
    report::OpenUnknown,
    settled::{Decisions, SettledWord},
};

/// What a sheet is made of.
pub struct Parts<'a> {
    /// Name of the municipality.
    pub tenant_name: String,
    /// 取扱日
    pub date: CivilDate,
    /// 窓口; none for all.
    pub counter: Option<CounterId>,
    /// The counters of the sheet.
    pub counters: Vec<CounterRow>,
    /// Sales on the books of the day, voided ones included.
    pub sales: Vec<SaleRow>,
    /// Openings and closes of the day.
    pub days: Vec<DayRow>,
    /// The run, for the month to date.
    pub recorded: &'a Recorded,
    /// Approved 戻出 of the month up to the day.
    pub refunds: Vec<Refund>,
    /// What is in doubt now.
    pub unknowns: Vec<OpenUnknown>,
    /// What two persons decided about exceptions.
    pub decisions: Decisions,
    /// 過誤納: money that the run counts and that is no revenue.
    pub overpaid: Vec<Overpaid>,
}

/// The sheet.
pub fn sheet(parts: Parts<'_>) -> DaySheet {
    // A late confirmed sale is of its own day: in the month's sum, in no row.
    let (late, own): (Vec<&SaleRow>, Vec<&SaleRow>) =
        parts.sales.iter().partition(|row| row.sale.payment_date < row.sale.business_day);
    let (items, total) = items(&own);
    let cuts = desk::cuts(&parts.days, &parts.counters);
    let doubts = desk::doubts(&parts.days, &parts.unknowns, parts.date);
    let late = late_items(&late);
    let month = month(&parts, &total, &late);
    let set_aside = set_aside(&parts);
    let head = desk::head(&parts.counters, parts.counter.as_ref());
    let accounts: BTreeSet<&String> =
        own.iter().flat_map(|row| &row.sale.lines).map(|line| &line.account.account).collect();
    let visitors = own.iter().flat_map(|row| &row.sale.lines).all(|line| line.visitor_category.is_some());
    let mut sheet = DaySheet {
        number: number(parts.date, parts.counter.as_ref()),
        accounts: accounts.into_iter().cloned().collect(),
        tenant_name: parts.tenant_name,
        date: parts.date,
        fiscal_year: parts.date.fiscal_year(),
        counter: parts.counter,
        label: head.label,
        facility: head.facility,
        section: head.section,
        verdict: Verdict::Matched,
        verdict_ja: "".into(),
        reasons: Vec::new(),
        cuts,
        unit: if visitors && !items.is_empty() { "人" } else { "通" }.into(),
        items,
        total,
        month,
        late,
        refunds: parts.refunds.iter().map(refund_line).collect(),
        voids: voids(&own),
        doubts,
        set_aside,
        receipts: ranges(&parts.sales),
    };
    (sheet.verdict, sheet.reasons) = words::judge(&sheet);
    sheet.verdict_ja = sheet.verdict.label_ja().into();
    sheet
}

/// 発行番号: `shimin-1-20260715`; printing it again gives the same.
fn number(date: CivilDate, counter: Option<&CounterId>) -> String {
    let desk = counter.map_or_else(|| "all".to_owned(), ToString::to_string);
    format!("{desk}-{}", date.to_string().replace('-', ""))
}

/// Item rows by section and name, and their sum. What was taken back is in neither.
fn items(sales: &[&SaleRow]) -> (Vec<ItemLine>, ItemFigures) {
    let mut rows: BTreeMap<(String, String), ItemLine> = BTreeMap::new();
    for row in sales.iter().filter(|row| row.void.is_none()) {
        for line in &row.sale.lines {
            let key = (line.section.clone(), line.item.to_string());
            let item = rows.entry(key).or_insert_with(|| blank(line));
            add(&mut item.figures, row.sale.payment.method, line);
            if line.exemption.is_none() && !item.prices.contains(&line.unit_price) {
                item.prices.push(line.unit_price);
                item.prices.sort_unstable();
            }
        }
    }
    let total = rows.values().fold(ItemFigures::default(), |sum, row| plus(sum, &row.figures));
    (rows.into_values().collect(), total)
}

fn blank(line: &Line) -> ItemLine {
    ItemLine {
        section: line.section.clone(),
        setsu: line.account.setsu.clone(),
        name: line.name.clone(),
        prices: Vec::new(),
        figures: ItemFigures::default(),
    }
}

fn add(figures: &mut ItemFigures, method: Method, line: &Line) {
    let side = if line.exemption.is_some() { &mut figures.free } else { &mut figures.paid };
    *side = side.saturating_add(i64::from(line.quantity));
    let money = figures.by_method.side(method);
    *money = money.saturating_add(line.amount);
    figures.total = figures.total.saturating_add(line.amount);
}

fn plus(sum: ItemFigures, row: &ItemFigures) -> ItemFigures {
    let mut sum = ItemFigures {
        paid: sum.paid.saturating_add(row.paid),
        free: sum.free.saturating_add(row.free),
        total: sum.total.saturating_add(row.total),
        ..sum
    };
    let mut other = row.by_method;
    for method in [
        Method::Cash,
        Method::PostalOrder,
        Method::Credit,
        Method::ElectronicMoney,
        Method::CodeStatic,
        Method::Voucher,
    ] {
        let amount = *other.side(method);
        let side = sum.by_method.side(method);
        *side = side.saturating_add(amount);
    }
    sum
}

fn late_items(late: &[&SaleRow]) -> Vec<LateItem> {
    let item = |row: &&SaleRow| LateItem {
        payment_date: row.sale.payment_date,
        method_ja: row
            .sale
            .payment
            .brand
            .as_ref()
            .map_or_else(|| row.sale.payment.method.label_ja().to_owned(), brand_label),
        amount: row.sale.total,
    };
    let mut items: Vec<LateItem> = late.iter().filter(|row| row.void.is_none()).map(item).collect();
    items.sort_by(|left, right| {
        (left.payment_date, &left.method_ja).cmp(&(right.payment_date, &right.method_ja))
    });
    items
}

/// 月計 by 領収日. What was booked in this month and paid in an earlier one belongs to that month.
fn month(parts: &Parts<'_>, total: &ItemFigures, late: &[LateItem]) -> MonthToDate {
    let month = YearMonth::of(parts.date);
    let before = |day: CivilDate| month.first() <= day && day < parts.date;
    let ours = |counter: Option<&CounterId>| parts.counter.is_none() || counter == parts.counter.as_ref();
    let lines = parts.recorded.lines.iter();
    let booked = lines
        .filter(|line| before(line.business_day) && ours(line.counter.as_ref()))
        .fold(Yen::ZERO, |sum, line| sum.saturating_add(line.sales.minus(line.voids).amount));
    let of_other_months = |late: &&LateConfirmed| {
        before(late.business_day) && !month.holds(late.payment_date) && ours(Some(&late.counter))
    };
    let elsewhere = parts.recorded.late.iter().filter(of_other_months);
    let elsewhere = elsewhere.fold(Yen::ZERO, |sum, late| sum.saturating_add(late.amount));
    let overpaid = parts.overpaid.iter();
    let beside = overpaid
        .filter(|case| before(case.business_day) && ours(Some(&case.counter)))
        .fold(Yen::ZERO, |sum, case| sum.saturating_add(case.amount));
    let before = booked.saturating_sub(elsewhere).saturating_sub(beside);
    let late = late.iter().filter(|late| month.holds(late.payment_date));
    let late = late.fold(Yen::ZERO, |sum, late| sum.saturating_add(late.amount));
    let sum = before.saturating_add(total.total).saturating_add(late);
    let refunded = parts.refunds.iter().fold(Yen::ZERO, |sum, refund| sum.saturating_add(refund.row.amount));
    MonthToDate {
        before,
        today: total.total,
        late,
        total: sum,
        refunded,
        balance: sum.saturating_sub(refunded),
    }
}

/// What is set aside of the exceptions of the day as the run has them now; of one counter those of that counter. A decision about other
/// yen than the exception has today is none.
fn set_aside(parts: &Parts<'_>) -> Vec<SetAside> {
    let ours = |counter: Option<&CounterId>| parts.counter.is_none() || counter == parts.counter.as_ref();
    let of_day = parts.recorded.exceptions.iter().filter(|one| one.day == parts.date);
    let mut by_word: BTreeMap<SettledWord, Figure> = BTreeMap::new();
    for exception in of_day.filter(|one| ours(one.counter.as_ref())) {
        if let Some(settled) = parts.decisions.about(exception) {
            by_word.entry(settled.word).or_default().add(1, settled.gross);
        }
    }
    let line =
        |(word, figure): (SettledWord, Figure)| SetAside { word, word_ja: word.label_ja().into(), figure };
    by_word.into_iter().map(line).collect()
}

fn voids(sales: &[&SaleRow]) -> Vec<VoidLine> {
    let mut by_method: BTreeMap<Method, Figure> = BTreeMap::new();
    for row in sales.iter().filter(|row| row.void.is_some()) {
        by_method.entry(row.sale.payment.method).or_default().add(1, row.sale.total);
    }
    by_method.into_iter().map(|(method, figure)| VoidLine { method, figure }).collect()
}
