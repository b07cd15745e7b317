//! The sheet of 15 July 2026 of papers.md 1.

mod july;

use engine::outcome::LateConfirmed;
use formats::csv_out::CsvEncoding;

use self::july::{DAY, item_line, opened, parts, run, sale};
use super::{build::Parts, *};
use crate::jobs::{
    month::Overpaid,
    papers::{
        render,
        samples::{by_name, counter_id, date, written, yen},
    },
    settled::{Decisions, Settled},
};

#[test]
fn fifteenth_of_july_item_by_item() {
    let table = build::sheet(parts(&run())).table();
    let columns: Vec<&str> = table.columns.iter().map(|column| column.label).collect();
    assert_eq!(
        columns,
        ["科目(節)・項目", "有料", "無料", "現金", "証券", "クレジット", "電子マネー", "コード", "計"]
    );
    let rows = by_name(&table);
    for (name, cells) in [
        ("戸籍 450", ["8", "0", "2,250", "450", "450", "450", "0", "3,600"]),
        ("住民票 300", ["30", "3", "5,400", "300", "600", "1,200", "1,500", "9,000"]),
        ("印鑑証明 300", ["12", "1", "2,400", "0", "300", "300", "600", "3,600"]),
        ("税証明 300(税務課)", ["6", "0", "1,200", "0", "0", "300", "300", "1,800"]),
        ("計", ["56", "4", "11,250", "750", "1,350", "2,250", "2,400", "18,000"]),
    ] {
        assert_eq!(rows[name], cells, "{name}");
    }
    assert!(render::to_csv(&table, CsvEncoding::Cp932).is_ok(), "every character is in CP932");
}

#[test]
fn fifteenth_of_july_below_the_table() {
    let sheet = build::sheet(parts(&run()));
    assert_eq!((sheet.month.total, sheet.month.balance), (yen(189_600), yen(189_150)));
    let notes = sheet.table().notes;
    for expected in [
        "月計: 前日まで 171,300 + 本日 18,000 + 過日分確定(7/13 nanaco) 300 = 189,600。戻出(7/10 領収・PayPay) ▲450は別欄、差引 189,150。",
        "外書: 取消 1件 450(現金)、結果不明 1件 300(交通系IC、照会期限 9/8 = 55日)。",
        "発行突合: 60通 = 有料 56 + 無料 4、差 0。",
        "領収書番号 001201から001243まで 43枚 = 有効 42 + 取消 1、欠番 0。",
        "現金: つり銭 30,000 + 収納 11,250 = あるべき 41,250、実査 41,270、過剰 20。",
        "払込 12,000 = 現金 11,250 + 証券 750。過剰 20は別保管(事故報告番号　　　　)。",
    ] {
        assert!(notes.iter().any(|note| note == expected), "{expected}\n{notes:#?}");
    }
    let head: std::collections::BTreeMap<&str, String> = sheet.table().head.into_iter().collect();
    assert_eq!(head["取扱日"], "令和8年7月15日(水)");
    assert_eq!(head["年度"], "令和8年度");
    assert_eq!(head["発行番号"], "shimin-1-20260715");
    assert_eq!(head["締め回"], "第1回 締め済");
    assert_eq!(head["取扱者"], "担当1・出納員");
    assert_eq!(head["鎖の先頭ハッシュ"], "ab".repeat(32));
    assert_eq!(sheet.verdict, Verdict::Differences, "a surplus is a difference");
}

/// What was paid twice on an earlier day is in the run's lines and in no month's sum.
#[test]
fn the_month_to_date_leaves_out_what_has_to_go_back() {
    let recorded = run();
    let case = Overpaid {
        business_day: date("2026-07-14"),
        counter: counter_id(),
        method: Method::ElectronicMoney,
        amount: yen(300),
    };
    let today = Overpaid { business_day: date(DAY), ..case.clone() };
    let sheet = build::sheet(Parts { overpaid: vec![case, today], ..parts(&recorded) });
    assert_eq!((sheet.month.before, sheet.month.total), (yen(171_000), yen(189_300)));
}

/// Two persons set 450 yen of this counter aside: it is told with its yen, and no figure and no verdict is another one for it.
#[test]
fn what_was_set_aside_is_told_and_changes_nothing() {
    let exception = |counter: &str, day: &str| {
        serde_json::from_value(serde_json::json!({ "id": "x", "class": "J_ONLY", "verdict": "differences", "members": [],
            "contract": null, "counter": counter, "day": day, "amount": -450, "gross": 450, "days": 1, "sentence_ja": "", "near": [] }))
        .unwrap()
    };
    let settled = Settled {
        word: SettledWord::WrittenOff,
        amount: yen(-450),
        gross: yen(450),
        reason: String::new(),
        asked_by: "kaikei-1".to_owned(),
        approved_by: "kaikei-2".to_owned(),
        at: Timestamp::from_micros(0),
    };
    let decisions = || Decisions::one("x", settled.clone());
    let before = build::sheet(parts(&run()));
    for (counter, day, told) in [
        (counter_id().as_str(), DAY, true),
        ("shimin-2", DAY, false),
        (counter_id().as_str(), "2026-07-14", false),
    ] {
        let mut recorded = run();
        recorded.exceptions.push(exception(counter, day));
        let sheet = build::sheet(Parts { decisions: decisions(), ..parts(&recorded) });
        let note = "不一致のうち 処理済(二人の承認) 1件 450円。差異の額と判定は変わりません。承認した人は監査記録にあります。";
        let notes = sheet.table().notes;
        assert_eq!(notes.iter().any(|one| one == note), told, "{counter} {day}: {notes:#?}");
        assert_eq!(serde_json::to_string(&sheet).unwrap().contains("set_aside"), told);
        assert_eq!(DaySheet { set_aside: Vec::new(), ..sheet }, before, "{counter} {day}");
    }
}

#[test]
fn an_open_day_says_so_in_head_and_verdict() {
    let recorded = run();
    let sheet = build::sheet(Parts { days: vec![opened(None)], ..parts(&recorded) });
    assert_eq!(sheet.verdict, Verdict::Incomplete);
    let table = sheet.table();
    assert!(table.head.contains(&("締め回", "第1回 未締め".to_owned())), "{:?}", table.head);
    assert!(table.notes[0].contains("途中の数字"), "{:?}", table.notes);
    assert!(table.notes.iter().any(|note| note.starts_with("発行: 60通")));
    let unopened = build::sheet(Parts { days: Vec::new(), ..parts(&recorded) });
    assert_eq!(unopened.verdict, Verdict::Incomplete);
}

#[test]
fn a_gap_in_receipt_numbers_is_listed_by_number() {
    let recorded = run();
    let mut parts = parts(&recorded);
    parts.sales.retain(|row| ![1_203, 1_204].contains(&row.sale.receipt_number.number));
    let sheet = build::sheet(parts);
    let range = &sheet.receipts[0];
    assert_eq!((range.gap_count, range.gaps.as_slice()), (2, [1_203, 1_204].as_slice()));
    let all = u32::try_from(range.valid + range.voided).unwrap() + range.gap_count;
    assert_eq!(all, range.last - range.first + 1);
    assert!(sheet.table().notes.iter().any(|note| note.contains("欠番 2(001203、001204)")));
    assert!(sheet.reasons.iter().any(|reason| reason.contains("欠番が2件")));
}

#[test]
fn what_the_counter_settled_is_compared_with_what_was_delivered() {
    let recorded = run();
    let mut parts = parts(&recorded);
    parts.sales.pop_if(|_| true);
    parts.sales.remove(0);
    let sheet = build::sheet(parts);
    assert!(
        sheet
            .reasons
            .iter()
            .any(|reason| reason == "精算表の収納 18,000円と、届いた取引の計 17,550円が違います。"),
        "{:?}",
        sheet.reasons
    );
    assert!(sheet.reasons.iter().any(|reason| reason.contains("60通") && reason.contains("59通")));
}

#[test]
fn coupons_get_a_column_of_their_own_only_where_there_are_any() {
    let recorded = run();
    let mut parts = parts(&recorded);
    let number = 1_244;
    parts.sales.push(sale(number, Method::Voucher, None, vec![item_line("JUMIN", 4, false)]));
    let table = build::sheet(parts).table();
    assert!(table.columns.iter().any(|column| column.label == "利用券・後納"));
    let total = written(table.rows.last().unwrap());
    assert_eq!(total[8..], ["1,200", "19,200"]);
    assert!(table.rows.iter().all(|row| row.cells.len() == table.columns.len()));
}

#[test]
fn late_money_of_another_month_is_told_and_belongs_to_that_month() {
    let mut recorded = run();
    recorded.late.push(LateConfirmed {
        business_day: date("2026-07-14"),
        sale: "s".to_owned(),
        counter: counter_id(),
        contract: None,
        method: Method::ElectronicMoney,
        brand: None,
        payment_date: date("2026-06-29"),
        amount: yen(300),
    });
    let mut parts = parts(&recorded);
    for row in &mut parts.sales {
        if row.sale.payment_date < date(DAY) {
            row.sale.payment_date = date("2026-06-30");
        }
    }
    let sheet = build::sheet(parts);
    assert_eq!((sheet.month.before, sheet.month.late), (yen(171_000), yen(0)));
    assert_eq!(sheet.month.total, yen(189_000));
    assert!(sheet.table().notes.iter().any(|note| note.contains("前月以前") && note.contains("6月30日")));
}
