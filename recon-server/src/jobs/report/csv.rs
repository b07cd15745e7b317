//! The daily report as CSV for a spreadsheet or a finance system: one line per counter, method and brand, then the totals.
//!
//! Invariants: amounts are plain digits with a minus; a cell that would run as a formula is made harmless, and a character that CP932
//! does not have is an error that names it (both in `formats::csv_out`).

use engine::outcome::Figure;
use formats::csv_out::{CannotWrite, CsvEncoding, write};

use super::{CounterBlock, DailyReport, Figures, Row};

const HEADER: [&str; 26] = [
    "取扱日",
    "施設",
    "窓口",
    "決済手段",
    "ブランド",
    "契約",
    "収納件数",
    "収納金額",
    "取消件数",
    "取消金額",
    "返金件数",
    "返金金額",
    "純件数",
    "純額",
    "暫定件数",
    "暫定金額",
    "端末日計件数",
    "端末日計金額",
    "会社明細件数",
    "会社明細金額",
    "手数料(税込)",
    "入金予定額",
    "入金予定日",
    "入金額",
    "差異",
    "判定",
];

/// The report as CSV.
///
/// # Errors
/// Names the first character that the encoding does not have.
pub fn to_csv(report: &DailyReport, encoding: CsvEncoding) -> Result<Vec<u8>, CannotWrite> {
    let mut rows = vec![HEADER.map(str::to_owned).to_vec()];
    for block in &report.counters {
        rows.extend(block.rows.iter().map(|row| line(report, block, row)));
        rows.push(sum(
            report,
            [&block.facility, &block.label, "小計"],
            &block.subtotal,
            block.verdict.label_ja(),
        ));
    }
    rows.push(sum(report, ["", "", "合計"], &report.total, &report.verdict_ja));
    write(rows, encoding)
}

fn line(report: &DailyReport, block: &CounterBlock, row: &Row) -> Vec<String> {
    let figures = &row.line;
    let mut cells = vec![
        report.date.to_string(),
        block.facility.clone(),
        block.label.clone(),
        row.method_ja.clone(),
        row.brand_ja.clone().unwrap_or_default(),
        figures.contract.as_ref().map(ToString::to_string).unwrap_or_default(),
    ];
    for figure in [figures.sales, figures.voids, figures.refunds, figures.net, figures.provisional] {
        cells.extend(pair(figure));
    }
    // No terminal, no acquirer, a statement that is not here: empty cells, not zeros, because nothing is known.
    let reported = figures.statement_received && figures.contract.is_some();
    cells.extend(figures.terminal.map_or_else(blank, |side| pair(side.total)));
    cells.extend(if reported { pair(figures.reported) } else { blank() });
    cells.extend([
        figures.fee.get().to_string(),
        figures.expected.get().to_string(),
        figures.expected_on.map(|day| day.to_string()).unwrap_or_default(),
        figures.deposited.get().to_string(),
        figures.difference.get().to_string(),
        row.verdict_ja.to_string(),
    ]);
    cells
}

fn sum(report: &DailyReport, words: [&str; 3], figures: &Figures, verdict: &str) -> Vec<String> {
    let mut cells = vec![report.date.to_string()];
    cells.extend(words.map(ToOwned::to_owned));
    cells.extend([String::new(), String::new()]);
    for figure in [figures.sales, figures.voids, figures.refunds, figures.net, figures.provisional] {
        cells.extend(pair(figure));
    }
    cells.extend(figures.terminal.map_or_else(blank, pair));
    cells.extend(pair(figures.reported));
    cells.extend([
        figures.fee.get().to_string(),
        figures.expected.get().to_string(),
        String::new(),
        figures.deposited.get().to_string(),
        figures.difference.get().to_string(),
        verdict.to_owned(),
    ]);
    cells
}

fn pair(figure: Figure) -> [String; 2] {
    [figure.count.to_string(), figure.amount.get().to_string()]
}

fn blank() -> [String; 2] {
    [String::new(), String::new()]
}
