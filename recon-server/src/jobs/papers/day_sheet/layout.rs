//! 収納日計表, column by column.

use domain::money::Yen;

use super::{DaySheet, ItemFigures, ItemLine, words};
use crate::jobs::papers::table::{Behind, Cell, Column, PaperTable, RowKind, TableRow};

/// Who seals it (決裁欄).
const SEALS: &[&str] = &["取扱者", "出納員", "係長", "課長"];

/// The paper laid out.
pub(super) fn table(sheet: &DaySheet) -> PaperTable {
    let claims = sheet.total.by_method.claims != Yen::ZERO
        || sheet.items.iter().any(|item| item.figures.by_method.claims != Yen::ZERO);
    let mut columns = vec![
        Column::words("科目(節)・項目"),
        Column::numbers("有料"),
        Column::numbers("無料"),
        Column::numbers("現金"),
        Column::numbers("証券"),
        Column::numbers("クレジット"),
        Column::numbers("電子マネー"),
        Column::numbers("コード"),
    ];
    if claims {
        columns.push(Column::numbers("利用券・後納"));
    }
    columns.push(Column::numbers("計"));
    let mut rows: Vec<TableRow> = sheet
        .items
        .iter()
        .map(|item| row(RowKind::Body, name(sheet, item), &item.figures, claims))
        .map(|row| row.backed_by(Behind::Day { day: sheet.date }))
        .collect();
    rows.push(row(RowKind::Total, "計".to_owned(), &sheet.total, claims));
    PaperTable {
        title: "収納日計表",
        head: head(sheet),
        columns,
        rows,
        notes: words::notes(sheet),
        seals: SEALS,
    }
}

/// `戸籍 450`, `一般 240・300`, `税証明 300(税務課)`
fn name(sheet: &DaySheet, item: &ItemLine) -> String {
    let prices: Vec<String> = item.prices.iter().map(ToString::to_string).collect();
    let mut name = item.name.clone();
    if !prices.is_empty() {
        name.push(' ');
        name.push_str(&prices.join("・"));
    }
    if item.section != sheet.section && !item.section.is_empty() {
        name.push_str(&format!("({})", item.section));
    }
    name
}

fn row(kind: RowKind, name: String, figures: &ItemFigures, claims: bool) -> TableRow {
    let money = &figures.by_method;
    let mut cells = vec![
        Cell::Text(name),
        Cell::Count(figures.paid),
        Cell::Count(figures.free),
        Cell::Yen(money.cash),
        Cell::Yen(money.security),
        Cell::Yen(money.credit),
        Cell::Yen(money.electronic_money),
        Cell::Yen(money.code),
    ];
    if claims {
        cells.push(Cell::Yen(money.claims));
    }
    cells.push(Cell::Yen(figures.total));
    TableRow::new(kind, cells)
}

fn head(sheet: &DaySheet) -> Vec<(&'static str, String)> {
    let accounts = if sheet.accounts.is_empty() { "なし".to_owned() } else { sheet.accounts.join("・") };
    let each = |of: &dyn Fn(&super::Cut) -> String| {
        let mut words: Vec<String> = sheet.cuts.iter().map(of).filter(|word| !word.is_empty()).collect();
        words.dedup();
        if words.is_empty() { "なし".to_owned() } else { words.join("、") }
    };
    let many = sheet.counter.is_none();
    let cut = |cut: &super::Cut| {
        let state = if cut.close.is_some() { "締め済" } else { "未締め" };
        let desk = if many { format!("{} ", cut.counter) } else { String::new() };
        format!("{desk}第{}回 {state}", cut.cut)
    };
    let people = |cut: &super::Cut| match &cut.closed_by {
        Some(closed) if *closed != cut.opened_by => format!("{}・{closed}", cut.opened_by),
        _ => cut.opened_by.clone(),
    };
    let chain =
        |cut: &super::Cut| cut.close.as_ref().map(|close| close.chain_head.clone()).unwrap_or_default();
    vec![
        ("団体", sheet.tenant_name.clone()),
        ("取扱日", sheet.date.to_japanese()),
        ("年度", sheet.fiscal_year.to_japanese()),
        ("会計", accounts),
        ("所属", sheet.section.clone()),
        ("窓口", format!("{} {}", sheet.facility, sheet.label)),
        ("締め回", each(&cut)),
        ("取扱者", each(&people)),
        ("発行番号", sheet.number.clone()),
        ("鎖の先頭ハッシュ", each(&chain)),
        ("判定", sheet.verdict_ja.to_string()),
    ]
}
