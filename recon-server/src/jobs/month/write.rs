//! The month report as text, CSV and JSON: the mix table and the days are laid out once for text and CSV.
//!
//! Invariants: as [`crate::jobs::papers::render`]; neither the number of a run nor a wall clock stands in it, so that two looks at the
//! same facts give the same bytes.

use domain::money::Yen;
use engine::Verdict;
use formats::csv_out::{CannotWrite, CsvEncoding};

use super::{MixKind, MonthDay, MonthlyReport};
use crate::jobs::{
    JobError,
    papers::{
        render,
        table::{Behind, Cell, Column, PaperTable, RowKind, TableRow},
    },
};

/// The report as JSON with a final line break; the same report gives the same bytes.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn to_json(report: &MonthlyReport) -> Result<String, JobError> {
    render::to_json("monthly report", report)
}

/// The mix table and the days as CSV, an empty line between them.
///
/// # Errors
/// Names the first character that the encoding does not have.
pub fn to_csv(report: &MonthlyReport, encoding: CsvEncoding) -> Result<Vec<u8>, CannotWrite> {
    render::to_csv_many(&tables(report), encoding)
}

/// The report as text.
#[must_use]
pub fn to_text(report: &MonthlyReport) -> String {
    let mut text = render::to_text(&mix_table(report));
    let mut say = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    say(String::new());
    for reason in &report.reasons {
        say(format!("  [{}] {}", reason.verdict.label_ja(), reason.sentence_ja));
    }
    say(String::new());
    for contract in &report.contracts {
        say(format!(
            "契約 {}: 収納 {}件 {}円、資料 {}、{}",
            contract.label_ja,
            contract.sales.count,
            contract.sales.amount,
            contract.grade_ja,
            contract.sentence_ja
        ));
    }
    for late in &report.late {
        say(format!(
            "過日分確定 {} {} {}円(領収日 {}、確定 {})",
            late.late.counter,
            late.method_ja,
            late.late.amount,
            late.late.payment_date,
            late.late.business_day
        ));
    }
    for refund in &report.refunds {
        let number = refund.number.map_or_else(|| "決裁待ち".to_owned(), |n| format!("決裁番号 {n}"));
        say(format!(
            "戻出 {number} {}円(領収日 {}、還付日 {}) {}",
            refund.amount, refund.received_on, refund.refunded_on, refund.lane_ja
        ));
    }
    for unknown in &report.unknowns {
        say(format!(
            "結果不明 {} {} {} {}円({}日経過)",
            unknown.counter,
            unknown.at.to_paper(),
            unknown.method.label_ja(),
            unknown.amount,
            unknown.days
        ));
    }
    say(String::new());
    text + &render::to_text(&days_table(report))
}

/// Every table of the month, for a workbook.
#[must_use]
pub fn tables(report: &MonthlyReport) -> Vec<PaperTable> {
    vec![mix_table(report), days_table(report)]
}

/// 決済手段別収納 laid out.
#[must_use]
pub fn mix_table(report: &MonthlyReport) -> PaperTable {
    let mix = &report.mix;
    let body = mix.rows.iter().map(|row| {
        let kind = if row.kind == MixKind::Cashless { RowKind::Subtotal } else { RowKind::Body };
        let cells = vec![
            Cell::text(row.method.clone()),
            Cell::Count(row.count),
            Cell::Yen(row.yen),
            share(&row.percent),
        ];
        TableRow::new(kind, cells)
    });
    let mut rows: Vec<TableRow> = body.collect();
    let line = |kind, word: &str, yen| {
        TableRow::new(kind, vec![Cell::text(word), Cell::empty(), Cell::Yen(yen), Cell::empty()])
    };
    if mix.commission != Yen::ZERO {
        rows.push(line(RowKind::Subtotal, "収納総額", mix.gross));
        rows.push(line(RowKind::Body, "送客手数料", Yen::ZERO.saturating_sub(mix.commission)));
    }
    rows.push(line(RowKind::Total, &mix.total_ja, mix.total));
    PaperTable {
        title: "収納月報",
        head: vec![
            ("団体", report.tenant_name.clone()),
            ("年月", report.month.to_japanese()),
            ("基準日", report.as_of.to_japanese()),
            ("判定", report.verdict_ja.to_string()),
        ],
        columns: vec![
            Column::words("決済手段"),
            Column::numbers("件"),
            Column::numbers("円"),
            Column::numbers("割合"),
        ],
        rows,
        notes: mix.notes.clone(),
        seals: &[],
    }
}

fn share(percent: &str) -> Cell {
    if percent.is_empty() { Cell::None } else { Cell::text(format!("{percent}%")) }
}

/// The days laid out.
#[must_use]
pub fn days_table(report: &MonthlyReport) -> PaperTable {
    let mut rows: Vec<TableRow> = report.days.iter().map(day).collect();
    let sum = |of: fn(&MonthDay) -> Yen| {
        Cell::Yen(report.days.iter().fold(Yen::ZERO, |sum, day| sum.saturating_add(of(day))))
    };
    let count = report.days.iter().fold(0_i64, |sum, day| sum.saturating_add(day.total.count));
    rows.push(TableRow::new(
        RowKind::Total,
        vec![
            Cell::text("計"),
            sum(|day| day.cash),
            sum(|day| day.credit),
            sum(|day| day.electronic_money),
            sum(|day| day.code),
            sum(|day| day.claims),
            Cell::Count(count),
            sum(|day| day.total.amount),
            Cell::text(&*report.verdict_ja),
        ],
    ));
    PaperTable {
        title: "日別収納",
        head: vec![("年月", report.month.to_japanese())],
        columns: vec![
            Column::words("領収日"),
            Column::numbers("現金・証券"),
            Column::numbers("クレジット"),
            Column::numbers("電子マネー"),
            Column::numbers("コード"),
            Column::numbers("利用券・後納"),
            Column::numbers("件"),
            Column::numbers("計"),
            Column::words("判定"),
        ],
        rows,
        notes: vec!["領収日で集計しています。取消は数えず、戻出は差し引いていません。".to_owned()],
        seals: &[],
    }
}

fn day(day: &MonthDay) -> TableRow {
    let word = match (day.holiday, day.verdict) {
        (true, _) => "休業",
        (false, Some(verdict)) => verdict.label_ja(),
        (false, None) => "記録なし",
    };
    let kind = match day.verdict {
        Some(Verdict::Differences | Verdict::Incomplete) if !day.holiday => RowKind::Alarm,
        _ => RowKind::Body,
    };
    let cells = vec![
        Cell::Day(day.date),
        Cell::Yen(day.cash),
        Cell::Yen(day.credit),
        Cell::Yen(day.electronic_money),
        Cell::Yen(day.code),
        Cell::Yen(day.claims),
        Cell::Count(day.total.count),
        Cell::Yen(day.total.amount),
        Cell::text(word),
    ];
    TableRow::new(kind, cells).backed_by(Behind::Day { day: day.date })
}
