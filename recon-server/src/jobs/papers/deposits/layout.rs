//! The list of deposits, column by column.

use domain::{money::Yen, time::CivilDate};
use engine::{outcome::PayoutState, years::YearShare};

use super::{DepositList, DepositRow, DepositSums};
use crate::jobs::papers::{
    table::{Behind, Cell, Column, PaperTable, RowKind, TableRow},
    terms,
};

/// Who seals it.
const SEALS: &[&str] = &["作成", "確認", "承認"];

/// The paper laid out.
pub(super) fn table(list: &DepositList) -> PaperTable {
    let mut rows = Vec::new();
    for row in &list.rows {
        rows.push(closing(row));
        rows.extend(row.parts.iter().map(|share| part(row, share)));
    }
    rows.push(total(&list.sums));
    PaperTable {
        title: "入金予定・未入金一覧",
        head: vec![
            ("団体", list.tenant_name.clone()),
            ("基準日", format!("{}現在", list.as_of.to_japanese())),
            ("判定", list.verdict_ja.to_string()),
        ],
        columns: vec![
            Column::words("受託者・期間"),
            Column::words("会計"),
            Column::words("年度"),
            Column::words("名義カナ"),
            Column::numbers("総額"),
            Column::numbers("控除"),
            Column::numbers("予定額"),
            Column::words("指定日"),
            Column::words("入金日"),
            Column::numbers("入金額"),
            Column::words("状態"),
        ],
        rows,
        notes: notes(list),
        seals: SEALS,
    }
}

fn closing(row: &DepositRow) -> TableRow {
    let kind = match row.state {
        PayoutState::Overdue | PayoutState::AmountDiffers | PayoutState::BankFileMissing => RowKind::Alarm,
        _ => RowKind::Body,
    };
    let years: Vec<String> = row.years.iter().map(|year| year.to_japanese()).collect();
    let cells = vec![
        Cell::text(format!("{} {}", row.label_ja, span(row.from, row.to))),
        Cell::text(row.accounts.join("・")),
        Cell::text(years.join("・")),
        Cell::text(row.payer_kana.join("・")),
        Cell::Yen(row.gross),
        Cell::Yen(row.deducted),
        Cell::Yen(row.expected),
        pay_day(row),
        row.deposited_on.map_or_else(Cell::empty, Cell::Day),
        Cell::Yen(row.deposited),
        Cell::Text(state_words(row)),
    ];
    let closing = Behind::Closing { contract: row.contract.clone(), to: row.to };
    TableRow::new(kind, cells).backed_by(closing).asking_why(&row.payout)
}

/// `2026-08-17(15日土)` where banks do not work on the day that the contract names.
fn pay_day(row: &DepositRow) -> Cell {
    const DAYS: [&str; 7] = ["月", "火", "水", "木", "金", "土", "日"];
    let Some(named) = row.named_day else { return Cell::Day(row.expected_on) };
    let weekday = usize::try_from(named.weekday()).ok().and_then(|day| DAYS.get(day)).copied().unwrap_or("");
    Cell::text(format!("{}({}日{weekday})", row.expected_on, named.day()))
}

/// `7月`, `7/1から7/15`
fn span(from: CivilDate, to: CivilDate) -> String {
    if from.day() == 1 && to == from.month_end() {
        return format!("{}月", to.month());
    }
    format!("{}/{}から{}/{}", from.month(), from.day(), to.month(), to.day())
}

/// `済`, `期日経過1日`, `済(2契約分の合算入金)`
fn state_words(row: &DepositRow) -> String {
    let mut words = row.state.label_ja().to_owned();
    if row.state == PayoutState::Overdue {
        words.push_str(&format!("{}日", row.overdue_days));
    }
    if row.state == PayoutState::AmountDiffers {
        words.push_str(&format!("({}円)", row.deposited.saturating_sub(row.expected)));
    }
    if row.merged > 1 {
        words.push_str(&format!("({}契約分の合算入金)", row.merged));
    }
    words
}

/// A year's part of a closing that straddles 31 March.
fn part(row: &DepositRow, share: &YearShare) -> TableRow {
    let cells = vec![
        Cell::text(format!("　うち{}", share.year.to_japanese())),
        Cell::text(row.accounts.join("・")),
        Cell::text(share.year.to_japanese()),
        Cell::empty(),
        Cell::Yen(share.gross.amount),
        Cell::Yen(share.gross.amount.saturating_sub(share.net)),
        Cell::Yen(share.net),
        Cell::empty(),
        Cell::empty(),
        Cell::empty(),
        Cell::text(share.received_as.label_ja()),
    ];
    TableRow::new(RowKind::Subtotal, cells)
}

fn total(sums: &DepositSums) -> TableRow {
    let named = [("未到来", sums.not_due), ("期日経過", sums.overdue), ("資料未着", sums.file_missing)];
    let told: Vec<String> = named
        .into_iter()
        .filter(|(_, amount)| *amount != Yen::ZERO)
        .map(|(word, amount)| format!("{word} {amount}"))
        .collect();
    TableRow::new(
        RowKind::Total,
        vec![
            Cell::text("計"),
            Cell::empty(),
            Cell::empty(),
            Cell::empty(),
            Cell::Yen(sums.gross),
            Cell::Yen(sums.deducted),
            Cell::Yen(sums.expected),
            Cell::empty(),
            Cell::empty(),
            Cell::Yen(sums.deposited),
            Cell::text(told.join("、")),
        ],
    )
}

fn notes(list: &DepositList) -> Vec<String> {
    let mut notes = Vec::new();
    let unknown = list.unknown;
    notes.push(if unknown.is_zero() {
        "外書: 結果不明 0件。".to_owned()
    } else {
        format!("外書: 結果不明 {}件 {}円(総額に含めず)。", unknown.count, unknown.amount)
    });
    if list.running.count > 0 {
        notes.push(format!(
            "締め日前の期間 {}件(いままでの明細 {}円)は含めていません。",
            list.running.count, list.running.amount
        ));
    }
    if list.carried > 0 {
        notes.push(format!("支払額がなく次の締めに繰り越した期間が{}件あります。", list.carried));
    }
    for waiting in &list.old_year {
        let last = if waiting.accounts_close {
            "出納閉鎖の日です。このあとの入金は過年度収入になります。"
        } else {
            ""
        };
        notes.push(format!(
            "{}分 入金未了: {} {}締め 総額 {}、予定額 {}。{last}",
            waiting.year.to_japanese(),
            waiting.contract,
            waiting.to,
            waiting.gross.amount,
            waiting.net
        ));
    }
    let last = list.rows.iter().map(|row| row.expected_on).max().unwrap_or(list.as_of);
    notes.push(terms::bank_days(last));
    if !list.old_year.is_empty() {
        notes.push("収入未済かどうかは会計課が決めます。".to_owned());
    }
    notes
}
