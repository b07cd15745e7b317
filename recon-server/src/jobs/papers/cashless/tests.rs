//! キャッシュレス収納内訳 of 15 July of papers.md 1.

use engine::{facts::CounterDay, facts::CounterDayState, outcome::TerminalSide};
use formats::csv_out::CsvEncoding;

use super::*;
use crate::jobs::papers::{
    render,
    samples::{card, contract, counter_id, date, figure, line, nothing, written, yen},
};

const DAY: &str = "2026-07-15";

fn with_terminal(line: ReportLine) -> ReportLine {
    let total = line.sales;
    ReportLine { terminal: Some(TerminalSide { total, difference: Figure::default() }), ..line }
}

fn day() -> (Recorded, Vec<Contract>) {
    let terms = vec![
        card(),
        contract("emoney", "乙電子マネー"),
        contract("paypay", "PayPay"),
        contract("dbarai", "丙"),
        contract("aupay", "丁"),
    ];
    let taken = |contract, method, brand, count, amount| {
        with_terminal(line(DAY, Some(contract), method, brand, figure(count, amount)))
    };
    let sheet = line(DAY, Some("paypay"), Method::CodeStatic, "paypay", figure(5, 1_500));
    let transit = taken("emoney", Method::ElectronicMoney, "transit", 3, 1_050);
    let mut recorded = nothing();
    recorded.lines = vec![
        taken("card", Method::Credit, "visa", 3, 1_050),
        taken("card", Method::Credit, "jcb", 1, 300),
        ReportLine { unknown: figure(1, 300), ..transit },
        taken("emoney", Method::ElectronicMoney, "nanaco", 1, 300),
        taken("emoney", Method::ElectronicMoney, "waon", 1, 300),
        taken("emoney", Method::ElectronicMoney, "id", 2, 600),
        ReportLine {
            provisional: figure(5, 1_500),
            statement_received: false,
            reported: Figure::default(),
            ..sheet
        },
        taken("dbarai", Method::CodeConsumerPresented, "dbarai", 2, 600),
        taken("aupay", Method::CodeConsumerPresented, "aupay", 1, 300),
        line(DAY, None, Method::Cash, "", figure(30, 11_250)),
    ];
    recorded.counter_days.push(CounterDay {
        counter: counter_id(),
        business_day: date(DAY),
        state: CounterDayState::Delivered,
    });
    (recorded, terms)
}

fn paper(recorded: &Recorded, terms: &[Contract]) -> CashlessPaper {
    build(("例示市".to_owned(), date(DAY), date("2026-07-16")), recorded, terms)
}

#[test]
fn fifteenth_of_july() {
    let (recorded, terms) = day();
    let table = paper(&recorded, &terms).table();
    let rows: Vec<String> = table.rows.iter().map(|row| written(row).join("|")).collect();
    let card = "総額・手数料別請求・15日締→当月末、月末締→翌月15日";
    let net = "差引・月末締→翌月末";
    let expected = [
        format!("甲カード|JCB|1|300|0|1|300|0|0|0|{card}"),
        format!("甲カード|Visa|3|1,050|0|3|1,050|0|0|0|{card}"),
        format!("乙電子マネー|iD|2|600|0|2|600|0|0|0|{net}"),
        format!("乙電子マネー|nanaco|1|300|0|1|300|0|0|0|{net}"),
        format!("乙電子マネー|交通系IC|3|1,050|0|3|1,050|0|1|300|{net}"),
        format!("乙電子マネー|WAON|1|300|0|1|300|0|0|0|{net}"),
        format!("PayPay|PayPay|5|1,500|1,500|端末なし|—|明細待ち|0|0|{net}"),
        format!("丁|au PAY|1|300|0|1|300|0|0|0|{net}"),
        format!("丙|d払い|2|600|0|2|600|0|0|0|{net}"),
        "計||19|6,000|1,500|14|4,500|0|1|300|".to_owned(),
    ];
    assert_eq!(rows, expected);
    assert_eq!(
        table.notes,
        [
            "端末日計 14件 4,500円のほか、日計も明細もまだない分が 5件 1,500円あります。",
            "外書: 結果不明 1件 300円(収納に含めず)。",
        ]
    );
    assert!(render::to_csv(&table, CsvEncoding::Cp932).is_ok());
}

#[test]
fn a_terminal_without_totals_is_written_out() {
    let (mut recorded, terms) = day();
    recorded.lines[0].terminal = None;
    let paper = paper(&recorded, &terms);
    let visa = paper.table().rows.iter().map(written).find(|cells| cells[1] == "Visa").unwrap();
    assert_eq!(visa[5], "日計なし");
    assert_eq!(paper.sums.terminal, figure(11, 3_450));
}

#[test]
fn differences_stand_gross_beside_the_net() {
    let (mut recorded, terms) = day();
    let total =
        |count, amount| Some(TerminalSide { total: figure(count, amount), difference: Figure::default() });
    recorded.lines[0].terminal = total(3, 2_050);
    recorded.lines[3].terminal = total(0, 0);
    let paper = paper(&recorded, &terms);
    assert_eq!((paper.sums.difference, paper.sums.difference_gross), (yen(700), yen(1_300)));
    assert!(paper.table().notes.contains(&"差の総額は 1,300円です(差引 700円)。".to_owned()));
}

#[test]
fn what_was_paid_earlier_is_in_no_row() {
    let (mut recorded, terms) = day();
    let nanaco = &mut recorded.lines[3];
    nanaco.sales = figure(2, 600);
    nanaco.late = figure(1, 300);
    let paper = paper(&recorded, &terms);
    assert_eq!((paper.sums.own, paper.late), (figure(19, 6_000), figure(1, 300)));
    assert_eq!(paper.sums.difference_gross, yen(0));
}

#[test]
fn a_day_of_which_nothing_is_known_is_not_green() {
    let paper = paper(&nothing(), &[]);
    assert_eq!(paper.verdict, Verdict::Incomplete);
    assert!(paper.table().notes.iter().any(|note| note.contains("ひとつもありません")));
}
