//! The daily report laid out as tables for a workbook: the day, why it is not green, what differs, what nobody can tell yet.
//!
//! Invariant: as [`crate::jobs::papers`]: sums come from the report, never from here; the number of a run stands nowhere.

use engine::outcome::{Exception, Figure};

use super::{CounterBlock, DailyReport, Figures, OpenUnknown, Row};
use crate::jobs::{
    exceptions,
    papers::table::{Cell, Column, PaperTable, RowKind, TableRow},
};

/// Every table of the report, the day first.
#[must_use]
pub fn tables(report: &DailyReport) -> Vec<PaperTable> {
    let exceptions: Vec<&Exception> = report.exceptions.iter().collect();
    vec![
        day(report),
        reasons(report),
        exceptions::table(&head(report), exceptions.into_iter().map(|one| (one, String::new()))),
        unknowns(&report.unknowns, report),
    ]
}

fn head(report: &DailyReport) -> Vec<(&'static str, String)> {
    vec![
        ("団体", report.tenant_name.clone()),
        ("取扱日", report.date.to_japanese()),
        ("基準日", report.as_of.to_japanese()),
        ("判定", report.verdict_ja.to_string()),
    ]
}

fn day(report: &DailyReport) -> PaperTable {
    let mut rows = Vec::new();
    for block in &report.counters {
        rows.extend(block.rows.iter().map(|row| line(block, row)));
        let words = [block.label.clone(), "小計".to_owned(), String::new()];
        rows.push(sum(RowKind::Subtotal, words, &block.subtotal, block.verdict.label_ja()));
    }
    let words = ["合計".to_owned(), String::new(), String::new()];
    rows.push(sum(RowKind::Total, words, &report.total, &report.verdict_ja));
    let figures = [
        "収納件数",
        "収納金額",
        "取消金額",
        "返金金額",
        "純件数",
        "純額",
        "端末日計",
        "会社明細",
        "手数料(税込)",
        "入金予定額",
    ];
    let mut columns = vec![Column::words("窓口"), Column::words("決済手段"), Column::words("ブランド")];
    columns.extend(figures.map(Column::numbers));
    columns.extend([
        Column::words("入金予定日"),
        Column::numbers("入金額"),
        Column::numbers("差異"),
        Column::words("判定"),
    ]);
    PaperTable { title: "収納日報", head: head(report), columns, rows, notes: Vec::new(), seals: &[] }
}

fn line(block: &CounterBlock, row: &Row) -> TableRow {
    let figures = &row.line;
    let reported = figures.statement_received && figures.contract.is_some();
    let cells = vec![
        Cell::text(block.label.clone()),
        Cell::text(row.method_ja.clone()),
        Cell::text(row.brand_ja.clone().unwrap_or_default()),
        Cell::Count(figures.sales.count),
        Cell::Yen(figures.sales.amount),
        Cell::Yen(figures.voids.amount),
        Cell::Yen(figures.refunds.amount),
        Cell::Count(figures.net.count),
        Cell::Yen(figures.net.amount),
        yen(figures.terminal.map(|side| side.total)),
        yen(reported.then_some(figures.reported)),
        Cell::Yen(figures.fee),
        Cell::Yen(figures.expected),
        Cell::day(figures.expected_on),
        Cell::Yen(figures.deposited),
        Cell::Yen(figures.difference),
        Cell::text(row.verdict_ja.clone()),
    ];
    let alarming = figures.difference.get() != 0;
    TableRow::new(if alarming { RowKind::Alarm } else { RowKind::Body }, cells)
}

fn sum(kind: RowKind, words: [String; 3], figures: &Figures, verdict: &str) -> TableRow {
    let mut cells: Vec<Cell> = words.into_iter().map(Cell::Text).collect();
    cells.extend([
        Cell::Count(figures.sales.count),
        Cell::Yen(figures.sales.amount),
        Cell::Yen(figures.voids.amount),
        Cell::Yen(figures.refunds.amount),
        Cell::Count(figures.net.count),
        Cell::Yen(figures.net.amount),
        yen(figures.terminal),
        Cell::Yen(figures.reported.amount),
        Cell::Yen(figures.fee),
        Cell::Yen(figures.expected),
        Cell::empty(),
        Cell::Yen(figures.deposited),
        Cell::Yen(figures.difference),
        Cell::text(verdict),
    ]);
    TableRow::new(kind, cells)
}

/// No terminal, no acquirer, a statement that is not here: nothing is known, so no zero.
fn yen(figure: Option<Figure>) -> Cell {
    figure.map_or(Cell::None, |figure| Cell::Yen(figure.amount))
}

fn reasons(report: &DailyReport) -> PaperTable {
    let row = |reason: &super::Reason| {
        TableRow::new(
            RowKind::Body,
            vec![Cell::text(reason.verdict.label_ja()), Cell::text(reason.sentence_ja.clone())],
        )
    };
    PaperTable {
        title: "判定の理由",
        head: head(report),
        columns: vec![Column::words("判定"), Column::words("理由")],
        rows: report.reasons.iter().map(row).collect(),
        notes: Vec::new(),
        seals: &[],
    }
}

fn unknowns(unknowns: &[OpenUnknown], report: &DailyReport) -> PaperTable {
    let row = |unknown: &OpenUnknown| {
        let brand = unknown.brand.as_ref().map(domain::method::brand_label);
        TableRow::new(
            RowKind::Body,
            vec![
                Cell::text(unknown.counter.to_string()),
                Cell::text(unknown.at.to_paper()),
                Cell::text(unknown.method.label_ja()),
                Cell::text(brand.unwrap_or_default()),
                Cell::Yen(unknown.amount),
                Cell::Count(i64::from(unknown.days)),
                Cell::day(unknown.inquiry_until),
                Cell::text(unknown.decided_ja.clone().unwrap_or_default()),
            ],
        )
    };
    PaperTable {
        title: "結果不明",
        head: head(report),
        columns: vec![
            Column::words("窓口"),
            Column::words("日時"),
            Column::words("決済手段"),
            Column::words("ブランド"),
            Column::numbers("金額"),
            Column::numbers("経過日数"),
            Column::words("照会期限"),
            Column::words("明細から分かったこと"),
        ],
        rows: unknowns.iter().map(row).collect(),
        notes: Vec::new(),
        seals: &[],
    }
}
