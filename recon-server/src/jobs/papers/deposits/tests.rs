//! The list of 5 August of papers.md 1.

use domain::money::Yen;
use engine::{contract::PayoutRule, years::ReceivedAs};
use formats::csv_out::CsvEncoding;

use super::*;
use crate::jobs::papers::{
    render,
    samples::{arrived, card, contract, date, figure, nothing, payout, written, yen},
};

fn august() -> (Recorded, Vec<Contract>) {
    let next_day = |id: &str, name: &str| Contract {
        payout: PayoutRule::BusinessDays { after: 1 },
        ..contract(id, name)
    };
    let terms = vec![
        next_day("paypay", "PayPay"),
        card(),
        contract("emoney", "乙電子マネー"),
        next_day("aupay", "丁 au PAY"),
    ];
    let month = ("2026-07-01", "2026-07-31");
    let mut recorded = nothing();
    let au = payout(&terms[3], month.0, month.1, figure(60, 18_000), (468, 46));
    recorded.payouts = vec![
        arrived(payout(&terms[0], month.0, month.1, figure(100, 30_000), (594, 59)), "2026-08-03", "d1"),
        arrived(payout(&terms[1], month.0, "2026-07-15", figure(130, 41_250), (618, 61)), "2026-07-31", "d2"),
        payout(&terms[1], "2026-07-16", month.1, figure(120, 38_700), (580, 58)),
        payout(&terms[2], month.0, month.1, figure(200, 62_400), (1_872, 187)),
        Payout { state: PayoutState::Overdue, overdue_days: 1, expected_on: date("2026-08-04"), ..au },
    ];
    let unknown = crate::jobs::papers::samples::line(
        "2026-07-15",
        Some("emoney"),
        domain::method::Method::ElectronicMoney,
        "transit",
        figure(0, 0),
    );
    recorded.lines.push(engine::outcome::ReportLine { unknown: figure(1, 300), ..unknown });
    (recorded, terms)
}

fn made(recorded: &Recorded, terms: &[Contract], as_of: &str) -> DepositList {
    build(("例示市".to_owned(), date(as_of)), recorded, terms, &["一般会計".to_owned()])
}

#[test]
fn the_fifth_of_august() {
    let (recorded, terms) = august();
    let table = made(&recorded, &terms, "2026-08-05").table();
    let rows: Vec<Vec<String>> = table.rows.iter().map(written).collect();
    let short: Vec<String> = rows
        .iter()
        .map(|cells| {
            [&cells[0], &cells[4], &cells[5], &cells[6], &cells[7], &cells[8], &cells[9], &cells[10]]
        })
        .map(|cells| cells.map(String::as_str).join("|"))
        .collect();
    assert_eq!(
        short,
        [
            "PayPay 7月|30,000|653|29,347|2026-08-03|2026-08-03|29,347|済",
            "甲カード 7/1から7/15|41,250|0|41,250|2026-07-31|2026-07-31|41,250|済",
            "甲カード 7/16から7/31|38,700|0|38,700|2026-08-17(15日土)||0|未到来",
            "乙電子マネー 7月|62,400|2,059|60,341|2026-08-31||0|未到来",
            "丁 au PAY 7月|18,000|514|17,486|2026-08-04||0|期日経過1日",
            "計|190,350|3,226|187,124|||70,597|未到来 99,041、期日経過 17,486",
        ]
    );
    assert_eq!(rows[0][1..4], ["一般会計", "令和8年度", "ﾐﾎﾝ"]);
    let known = "銀行の休業日は、土日、国民の祝日、12月31日から1月3日、登録した休業日です。祝日の一覧は令和9年12月31日(金)まであります。";
    assert_eq!(table.notes, ["外書: 結果不明 1件 300円(総額に含めず)。", known]);
    assert!(terms::bank_days(date("2028-01-04")).contains("それより後の予定日は祝日を見ていません"));
    assert!(render::to_csv(&table, CsvEncoding::Cp932).is_ok());
}

#[test]
fn overdue_is_worse_than_not_due_and_a_missing_bank_file_is_worst() {
    let (mut recorded, terms) = august();
    assert_eq!(made(&recorded, &terms, "2026-08-05").verdict, Verdict::Differences);
    recorded.payouts[4].state = PayoutState::BankFileMissing;
    let list = made(&recorded, &terms, "2026-08-05");
    assert_eq!((list.verdict, list.sums.file_missing), (Verdict::Incomplete, yen(17_486)));
    recorded.payouts.truncate(2);
    assert_eq!(made(&recorded, &terms, "2026-08-05").verdict, Verdict::Matched);
}

#[test]
fn running_closings_are_told_and_not_summed() {
    let (mut recorded, terms) = august();
    recorded.payouts.truncate(1);
    let running = payout(&terms[2], "2026-08-01", "2026-08-31", figure(3, 900), (26, 2));
    recorded.payouts.push(Payout { state: PayoutState::Open, ..running });
    let list = made(&recorded, &terms, "2026-08-05");
    assert_eq!((list.rows.len(), list.sums.gross, list.running), (1, yen(30_000), figure(1, 900)));
    assert!(list.table().notes.iter().any(|note| note.contains("締め日前の期間 1件")));
}

/// Worked cases C3 and C4: on 31 May the old year's part is named, and nobody calls it 収入未済 but the accounts office.
#[test]
fn the_last_day_of_the_old_years_accounts() {
    let (_, terms) = august();
    let share = |year: i16, gross: i64, fee: i64| YearShare {
        year: FiscalYear(year),
        gross: figure(1, gross),
        fee: yen(fee),
        net: yen(gross - fee),
        received_as: ReceivedAs::NotYet,
    };
    let mut recorded = nothing();
    let straddling = payout(&terms[0], "2026-03-25", "2026-04-04", figure(100, 30_000), (594, 59));
    recorded.payouts.push(Payout {
        state: PayoutState::Overdue,
        overdue_days: 50,
        years: vec![share(2025, 9_300, 0), share(2026, 20_700, 653)],
        ..straddling
    });
    let list = made(&recorded, &terms, "2026-05-31");
    assert_eq!(list.old_year.len(), 1);
    let table = list.table();
    let names: Vec<String> = table.rows.iter().map(|row| written(row)[0].clone()).collect();
    assert_eq!(names, ["PayPay 3/25から4/4", "　うち令和7年度", "　うち令和8年度", "計"]);
    assert_eq!(list.sums.gross, yen(30_000), "parts are not counted again");
    assert!(table.notes.iter().any(|note| note.contains("令和7年度分 入金未了") && note.contains("9,300")));
    assert!(table.notes.contains(&"収入未済かどうかは会計課が決めます。".to_owned()));
    assert_ne!(list.sums.overdue, Yen::ZERO);
}
