//! キャッシュレス収納内訳, column by column. 件 and 円 are columns of their own, so that a spreadsheet can add them up.

use domain::money::Yen;
use engine::outcome::Figure;

use super::{CashlessPaper, CashlessRow, CashlessSums};
use crate::jobs::papers::table::{Behind, Cell, Column, PaperTable, RowKind, TableRow};

/// Who seals it.
const SEALS: &[&str] = &["作成", "確認", "承認"];

/// The paper laid out.
pub(super) fn table(paper: &CashlessPaper) -> PaperTable {
    let mut rows: Vec<TableRow> = paper.rows.iter().map(|row| brand(paper, row)).collect();
    rows.push(total(&paper.sums));
    PaperTable {
        title: "キャッシュレス収納内訳",
        head: vec![
            ("団体", paper.tenant_name.clone()),
            ("取扱日", paper.date.to_japanese()),
            ("年度", paper.date.fiscal_year().to_japanese()),
            ("基準日", paper.as_of.to_japanese()),
            ("判定", paper.verdict_ja.to_string()),
        ],
        columns: vec![
            Column::words("受託者"),
            Column::words("ブランド"),
            Column::numbers("当方 件"),
            Column::numbers("当方 円"),
            Column::numbers("うち暫定 円"),
            Column::numbers("端末日計 件"),
            Column::numbers("端末日計 円"),
            Column::numbers("差"),
            Column::numbers("不明 件"),
            Column::numbers("不明 円"),
            Column::words("入金方式"),
        ],
        rows,
        notes: notes(paper),
        seals: SEALS,
    }
}

fn brand(paper: &CashlessPaper, row: &CashlessRow) -> TableRow {
    let [count, amount] = match row.terminal {
        Some(figure) => pair(figure),
        None if row.has_terminal => [Cell::text("日計なし"), Cell::None],
        None => [Cell::text("端末なし"), Cell::None],
    };
    let difference = row.difference.map_or_else(|| Cell::text("明細待ち"), Cell::Yen);
    let [own_count, own_amount] = pair(row.own);
    let [unknown_count, unknown_amount] = pair(row.unknown);
    let differs = row.difference.is_some_and(|difference| difference != Yen::ZERO);
    let silent = row.has_terminal && row.terminal.is_none();
    let kind = if differs || silent { RowKind::Alarm } else { RowKind::Body };
    let cells = vec![
        Cell::text(row.acquirer_ja.clone()),
        Cell::text(row.brand_ja.clone()),
        own_count,
        own_amount,
        Cell::Yen(row.provisional.amount),
        count,
        amount,
        difference,
        unknown_count,
        unknown_amount,
        Cell::text(row.way_ja.clone()),
    ];
    TableRow::new(kind, cells).backed_by(Behind::Sales {
        day: paper.date,
        counter: None,
        method: row.method,
        brand: row.brand.clone(),
        contract: row.contract.clone(),
    })
}

const fn pair(figure: Figure) -> [Cell; 2] {
    [Cell::Count(figure.count), Cell::Yen(figure.amount)]
}

fn total(sums: &CashlessSums) -> TableRow {
    let [own_count, own_amount] = pair(sums.own);
    let [count, amount] = pair(sums.terminal);
    let [unknown_count, unknown_amount] = pair(sums.unknown);
    TableRow::new(
        RowKind::Total,
        vec![
            Cell::text("計"),
            Cell::empty(),
            own_count,
            own_amount,
            Cell::Yen(sums.provisional.amount),
            count,
            amount,
            Cell::Yen(sums.difference),
            unknown_count,
            unknown_amount,
            Cell::empty(),
        ],
    )
}

fn notes(paper: &CashlessPaper) -> Vec<String> {
    let mut notes = Vec::new();
    let sums = &paper.sums;
    let waiting = paper.rows.iter().filter(|row| row.difference.is_none());
    let waiting = waiting.fold(Figure::default(), |sum, row| sum.plus(row.own));
    if !waiting.is_zero() {
        notes.push(format!(
            "端末日計 {}件 {}円のほか、日計も明細もまだない分が {}件 {}円あります。",
            sums.terminal.count, sums.terminal.amount, waiting.count, waiting.amount
        ));
    }
    if sums.difference_gross != Yen::new(sums.difference.get().saturating_abs()) {
        notes.push(format!("差の総額は {}円です(差引 {}円)。", sums.difference_gross, sums.difference));
    }
    if !paper.late.is_zero() {
        notes.push(format!(
            "外書: 過日分確定 {}件 {}円(領収日が前の日のもの。この表に含めず)。",
            paper.late.count, paper.late.amount
        ));
    }
    if !sums.unknown.is_zero() {
        notes.push(format!(
            "外書: 結果不明 {}件 {}円(収納に含めず)。",
            sums.unknown.count, sums.unknown.amount
        ));
    }
    if !paper.known {
        notes.push("この日の窓口の記録がひとつもありません。".to_owned());
    }
    notes
}
