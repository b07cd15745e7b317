//! Files for the finance system, and workbooks: what a city takes out of the centre.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use domain::money::Yen;
use engine::ExceptionClass;
use recon_server::jobs::{
    books,
    exceptions::{self, Wanted},
    finance::{self, FinanceError},
    month,
    papers::{
        self, excel,
        table::{Cell, TableRow},
    },
    report,
};

use crate::{
    journal_day::day,
    reports::take,
    support::{Centre, TODAY, date},
    support_files::{at, paypay},
};

async fn closed_day() -> Centre {
    let centre = Centre::set_up().await;
    day(&centre, true).await;
    take(&centre, "paypay", "paypay.csv", paypay(TODAY)).await;
    centre.clock.set(at("2026-11-19", 9, 0, 0));
    centre
}

/// The rows of a file, by the names of its columns.
fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let text = formats::cp932::decode(bytes).unwrap();
    text.lines().map(|line| line.split(',').map(ToOwned::to_owned).collect()).collect()
}

#[tokio::test]
async fn revenue_is_gross_by_account_and_a_second_time_is_said() {
    let centre = closed_day().await;
    let days = (date(TODAY), date(TODAY));
    let (first, bytes) =
        finance::hand_out(centre.state(), "generic_finance_csv", days, "kaikei").await.unwrap();
    assert_eq!((first.issue, first.again, first.unchanged), (1, false, None));
    let file = rows(&bytes);
    let place = |name: &str| file[0].iter().position(|one| one == name).unwrap();
    let amounts: Vec<i64> = file[1..].iter().map(|row| row[place("金額")].parse().unwrap()).collect();
    assert_eq!(Yen::new(amounts.iter().sum()), first.amount);
    let report = report::daily(centre.state(), date(TODAY)).await.unwrap();
    assert_eq!(first.amount, report.total.net.amount, "the day's takings, voided ones never were revenue");
    let methods: Vec<&str> = file[1..].iter().map(|row| row[place("納付区分")].as_str()).collect();
    assert!(methods.contains(&"現金") && methods.len() == 2, "{methods:?}");
    assert!(file[1..].iter().all(|row| row[place("再出力")].is_empty()));

    centre.clock.set(at("2026-11-20", 9, 0, 0));
    let (second, bytes) =
        finance::hand_out(centre.state(), "generic_finance_csv", days, "kacho").await.unwrap();
    assert_eq!((second.issue, second.again, second.unchanged), (2, true, Some(true)));
    assert_eq!(second.batch_id, first.batch_id);
    assert!(rows(&bytes)[1..].iter().all(|row| row[place("再出力")] == "再出力"));
    let listed = finance::handed_out(centre.state()).await.unwrap();
    let told: Vec<(u64, &str)> = listed.iter().map(|one| (one.number, one.by.as_str())).collect();
    assert_eq!(told, [(2, "kacho"), (1, "kaikei")]);
    let (name, kept) = finance::bytes_of(centre.state(), 2).await.unwrap().unwrap();
    assert_eq!((name, kept), (second.file_name, bytes), "the very bytes of then");
    assert_eq!(finance::bytes_of(centre.state(), 3).await.unwrap(), None);
}

#[tokio::test]
async fn the_citys_own_template_and_what_cannot_be_written() {
    let centre = closed_day().await;
    let folder = centre.state().config.storage.data_dir.join(finance::EXPORTS_FOLDER);
    std::fs::create_dir_all(&folder).unwrap();
    let template = |id: &str, word: &str| {
        format!(
            "id = \"{id}\"\nname_ja = \"市の様式\"\nsource = \"test\"\nencoding = \"cp932\"\nlayout = \"csv\"\n\
             [[header]]\nname = \"件数\"\nfield = \"row_count\"\n[[row]]\nname = \"金額\"\nfield = \"amount\"\n\
             [[row]]\nname = \"備考\"\nvalue = \"{word}\"\n[[trailer]]\nname = \"合計\"\nfield = \"total_amount\"\n"
        )
    };
    std::fs::write(folder.join("a.toml"), template("own", "窓口")).unwrap();
    std::fs::write(folder.join("b.toml"), template("bad_word", "窓口😀")).unwrap();
    std::fs::write(folder.join("c.toml"), template("own", "窓口")).unwrap();
    std::fs::write(folder.join("d.toml"), "id = 1").unwrap();
    let known = finance::templates(centre.state());
    let usable = known.iter().filter(|one| one.template.is_ok()).count();
    assert_eq!((known.len(), usable), (4 + 4, 4 + 2), "an id that is taken and a broken file are refused");

    let days = (date(TODAY), date(TODAY));
    let (handed, bytes) = finance::hand_out(centre.state(), "own", days, "kaikei").await.unwrap();
    let file = rows(&bytes);
    assert_eq!(file.first().unwrap(), &[handed.rows.to_string()]);
    assert_eq!(file.last().unwrap(), &[handed.amount.get().to_string()], "header and trailer close the file");
    let refused = finance::hand_out(centre.state(), "bad_word", days, "kaikei").await;
    let Err(FinanceError::Cells(cells)) = refused else { panic!("{refused:?}") };
    let said = finance::problems(&cells);
    assert!(said[0].contains("1行目") && said[0].contains("備考") && said[0].contains('😀'), "{said:?}");
    assert_eq!(finance::handed_out(centre.state()).await.unwrap().len(), 1, "nothing of it was handed out");
    for (template, from, to) in
        [("nobody", TODAY, TODAY), ("own", TODAY, "2026-11-17"), ("own", TODAY, "2026-12-31")]
    {
        assert!(finance::hand_out(centre.state(), template, (date(from), date(to)), "x").await.is_err());
    }
}

fn open(bytes: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap()
}

/// The number in the row that begins with `words`, in the column of this heading.
fn figure(book: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str, words: &str, heading: &str) -> f64 {
    let range = book.worksheet_range(sheet).unwrap();
    let said = |cell: &Data, words: &str| matches!(cell, Data::String(text) if text == words);
    let column = range.rows().find_map(|row| row.iter().position(|cell| said(cell, heading))).unwrap();
    let row = range.rows().find(|row| said(&row[0], words)).unwrap_or_else(|| panic!("{words}: {range:?}"));
    match row[column] {
        Data::Float(number) => number,
        ref other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn workbooks_hold_the_figures_of_the_reports_as_numbers() {
    let centre = closed_day().await;
    let state = centre.state();
    let daily = report::daily(state, date(TODAY)).await.unwrap();
    let make = || excel::to_xlsx(&report::tables(&daily), &daily.tenant_name, daily.date).unwrap();
    assert_eq!(make(), make(), "the same report, the same bytes");
    let mut book = open(make());
    assert_eq!(book.sheet_names(), ["収納日報", "判定の理由", "不一致一覧", "結果不明"]);
    assert_eq!(figure(&mut book, "収納日報", "合計", "収納金額"), 1_200.0);
    assert_eq!(figure(&mut book, "収納日報", "合計", "取消金額"), 300.0);

    let monthly = month::monthly(state, "2026-11".parse().unwrap(), None).await.unwrap();
    let mut book = open(excel::to_xlsx(&month::tables(&monthly), "例示市", date(TODAY)).unwrap());
    assert_eq!(figure(&mut book, "日別収納", "計", "計"), 900.0);

    let sheet = papers::day_sheet(state, date(TODAY), None, None).await.unwrap().unwrap();
    let cashless = papers::cashless(state, date(TODAY), None).await.unwrap();
    let deposits = papers::deposits(state, None).await.unwrap();
    for table in [sheet.table(), cashless.table(), deposits.table()] {
        let title = table.title;
        let rows = table.rows.len();
        let mut book = open(excel::to_xlsx(&[table], "例示市", date(TODAY)).unwrap());
        assert!(book.worksheet_range(title).unwrap().height() > rows, "{title}");
    }
}

#[tokio::test]
async fn differences_are_listed_filtered_and_added_up() {
    let centre = closed_day().await;
    let all = exceptions::list(centre.state(), None, &Wanted::default()).await.unwrap();
    assert!(all.rows.len() >= 2 && all.classes.contains(&ExceptionClass::AOnly), "{:?}", all.classes);
    let only = Wanted { class: Some("A_ONLY".to_owned()), ..Wanted::default() };
    let list = exceptions::list(centre.state(), None, &only).await.unwrap();
    assert!(!list.rows.is_empty() && list.rows.iter().all(|row| row.class_ja == "当方に記録なし"));
    assert_eq!(list.classes, all.classes, "the form still knows what there is");
    let gross = list.rows.iter().map(|row| row.exception.gross.get()).sum();
    assert_eq!(list.breaks_gross, Yen::new(gross));
    assert_eq!(list.table().rows.len(), list.rows.len());
    let none = Wanted { to: Some(date("2026-11-01")), ..Wanted::default() };
    let none = exceptions::list(centre.state(), None, &none).await.unwrap();
    assert!(none.rows.iter().all(|row| row.exception.day <= date("2026-11-01")));
}

#[tokio::test]
async fn the_books_balance_and_what_is_expected_adds_up() {
    let centre = closed_day().await;
    let journal = books::journal(centre.state(), date("2026-11-01"), date(TODAY)).await.unwrap();
    assert!(!journal.entries.is_empty());
    for entry in &journal.entries {
        let sum = entry.lines.iter().fold(Yen::ZERO, |sum, line| sum.saturating_add(line.amount));
        assert_eq!(sum, Yen::ZERO, "{entry:?}");
    }
    let table = journal.table();
    let column = |place: usize| {
        let yen = |row: &TableRow| match row.cells[place] {
            Cell::Yen(yen) => yen.get(),
            _ => 0,
        };
        table.rows.iter().map(yen).sum::<i64>()
    };
    assert_eq!(
        (column(5), column(6)),
        (2 * journal.debit.get(), 2 * journal.debit.get()),
        "with the total row"
    );
    let expected = books::expected(centre.state(), date(TODAY)).await.unwrap();
    let lines = expected.forecast.lines.iter().map(|line| line.net.get()).sum();
    assert_eq!(expected.forecast.total, Yen::new(lines));
    assert!(!expected.forecast.lines.is_empty() && !expected.table().rows.is_empty());
}
