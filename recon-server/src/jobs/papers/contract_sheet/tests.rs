//! The sheet of PayPay July of papers.md 1, and what it says of other closings.

use domain::{
    money::Yen,
    refund::{RefundLane, refund_lane},
};
use engine::{
    contract::{Closing, PayoutRule},
    outcome::{Figure, LateConfirmed},
    years::{ReceivedAs, YearShare},
};
use formats::csv_out::CsvEncoding;

use super::*;
use crate::jobs::papers::{
    render,
    samples::{arrived, contract, counter_id, date, figure, nothing, payout, paypay_july, written, yen},
};

fn refund() -> RefundRow {
    RefundRow {
        refund: "00000000-0000-0000-0000-000000000001".parse().unwrap(),
        sale: "00000000-0000-0000-0000-000000000002".parse().unwrap(),
        counter: counter_id(),
        contract: None,
        method: Method::CodeStatic,
        brand: Some("paypay".parse().unwrap()),
        original_payment_date: date("2026-07-10"),
        amount: yen(450),
        ground: "通数の誤り".to_owned(),
        way: store::refunds::RefundWay::Acquirer,
        refunded_on: date("2026-07-14"),
        number: Some(3),
        requested_by: "kaikei".to_owned(),
        requested_at: domain::time::Timestamp::from_micros(0),
        decision: Some(store::refunds::RefundDecision {
            approved: true,
            note: String::new(),
            by: "kacho".to_owned(),
            at: domain::time::Timestamp::from_micros(0),
        }),
    }
}

fn july() -> (Recorded, Contract) {
    let terms = Contract {
        covers: vec![(Method::CodeStatic, "paypay".parse().unwrap())],
        payout: PayoutRule::BusinessDays { after: 1 },
        ..contract("paypay", "PayPay")
    };
    let mut recorded = nothing();
    let gross = payout(&terms, "2026-07-01", "2026-07-31", figure(101, 30_450), (594, 59));
    let refunds = figure(-1, -450);
    let net = gross.net.saturating_add(refunds.amount);
    recorded.payouts.push(arrived(Payout { refunds, net, ..gross }, "2026-08-03", "d1"));
    recorded.sheets.push(paypay_july());
    recorded.late.push(LateConfirmed {
        business_day: date("2026-07-18"),
        sale: "s".to_owned(),
        counter: counter_id(),
        contract: Some("paypay".parse().unwrap()),
        method: Method::CodeStatic,
        brand: None,
        payment_date: date("2026-07-13"),
        amount: yen(300),
    });
    (recorded, terms)
}

fn paper(recorded: &Recorded, terms: Contract, refunds: &[RefundRow]) -> SheetPaper {
    let header = ("例示市".to_owned(), date("2026-08-05"));
    build(header, recorded, &recorded.sheets[0], &[terms], refunds)
}

#[test]
fn paypay_july_line_by_line() {
    let (recorded, terms) = july();
    let paper = paper(&recorded, terms, &[refund()]);
    let table = paper.table();
    let rows: Vec<Vec<String>> = table.rows.iter().map(written).collect();
    let expected = [
        ["1", "前月末未報告", "0", "0"],
        ["2", "当方収納(成立)", "101", "30,450"],
        ["3", "結果不明 → 明細で成立(7/18 確定)", "1", "300"],
        ["4", "締め後返金(戻出決裁番号 3)", "▲1", "▲450"],
        ["5", "会社明細(売上 101件 30,450、返金 1件 ▲450)", "", "30,000"],
        ["6", "翌月繰越 = 1+2+3+4−5", "1", "300"],
        ["7", "決済手数料 594、消費税 59", "", "▲653"],
        ["8", "支払予定額 = 5+7", "", "29,347"],
        ["9", "口座入金 8/3", "", "29,347"],
        ["10", "入金未達 / 原因不明差額", "", "0 / 0"],
    ];
    assert_eq!(rows, expected);
    assert_eq!(table.notes, ["整理: 歳入 30,450、戻出 ▲450、歳出 役務費 ▲653 = 29,347。"]);
    let head: Vec<&str> = table.head.iter().map(|(_, value)| value.as_str()).collect();
    assert!(head.contains(&"一致（翌期繰越 1件 300円）"), "{head:?}");
    assert!(head.contains(&"1.98%(純額合計、切捨て)、税10%(切捨て)"), "{head:?}");
    assert!(head.contains(&"明細"), "{head:?}");
    assert_eq!(table.seals, ["作成", "確認", "承認"]);
    assert!(render::to_csv(&table, CsvEncoding::Cp932).is_ok(), "every character is in CP932");
}

#[test]
fn the_books_add_up_to_the_payout_whatever_the_lane() {
    let (recorded, terms) = july();
    let same_year = paper(&recorded, terms.clone(), &[refund()]);
    // Worked case C7 (2): the receipt's year is closed, so it is an expenditure and no 戻出.
    let old = RefundRow { original_payment_date: date("2026-03-25"), ..refund() };
    let closed_year = paper(&recorded, terms, &[old]);
    assert_eq!(closed_year.refunds[0].lane, refund_lane(date("2026-03-25"), date("2026-07-14")));
    assert!(matches!(closed_year.refunds[0].lane, RefundLane::AsExpenditure { .. }));
    for paper in [&same_year, &closed_year] {
        let payout = paper.payout.as_ref().unwrap();
        let Booked { revenue, given_back, repaid, costs, carried_in } = paper.booked(payout);
        let sum = Yen::try_sum([revenue, given_back, repaid, costs, carried_in]).unwrap();
        assert_eq!(sum, payout.net);
    }
    let note = &closed_year.table().notes[0];
    assert_eq!(note, "整理: 歳入 30,450、歳出 償還金利子及び割引料 ▲450、歳出 役務費 ▲653 = 29,347。");
}

#[test]
fn gross_contracts_are_invoiced_and_half_months_speak_of_periods() {
    let terms = crate::jobs::papers::samples::card();
    let mut recorded = nothing();
    recorded.sheets.push(ContractSheet {
        contract: terms.id.clone(),
        from: date("2026-07-16"),
        awaiting: figure(2, 600),
        breaks_gross: yen(1_000),
        breaks_net: figure(0, 0),
        settled_unknowns: Figure::default(),
        deposited_on: None,
        ..paypay_july()
    });
    recorded.payouts.push(payout(&terms, "2026-07-16", "2026-07-31", figure(101, 38_700), (580, 58)));
    let table = paper(&recorded, terms, &[]).table();
    let words: Vec<String> = table.rows.iter().map(|row| written(row)[1].clone()).collect();
    assert_eq!(words[0], "前期末未報告");
    assert!(words.contains(&"資料未着(明細が届いていない分)".to_owned()), "{words:?}");
    assert!(words.contains(&"明細との差異(純額。総額 1,000円)".to_owned()), "{words:?}");
    assert!(words.contains(&"支払予定額 = 5".to_owned()), "{words:?}");
    assert_eq!(table.notes, ["整理: 歳入 38,700 = 38,700。ほかに手数料の請求 638(歳出 役務費)。"]);
}

/// Worked case C3: a closing over 31 March, the fee with the year of the closing date.
#[test]
fn two_years_stand_on_two_lines_and_one_deposit_may_pay_two_contracts() {
    let (mut recorded, terms) = july();
    let share = |year: i16, gross, fee, net| YearShare {
        year: domain::time::FiscalYear(year),
        gross,
        fee: yen(fee),
        net: yen(net),
        received_as: ReceivedAs::OwnYear,
    };
    recorded.payouts[0].years =
        vec![share(2025, figure(31, 9_300), 0, 9_300), share(2026, figure(69, 20_700), 653, 20_047)];
    let other = Payout { contract: "aupay".parse().unwrap(), ..recorded.payouts[0].clone() };
    recorded.payouts.push(other);
    let paper = paper(&recorded, Contract { closing: Closing::MonthEnd, ..terms }, &[]);
    assert_eq!(paper.merged, 2);
    let table = paper.table();
    assert_eq!(written(&table.rows[8])[1], "口座入金 8/3(2契約分の合算入金)");
    assert_eq!(
        table.notes[1..],
        [
            "令和7年度分: 収納 31件 9,300、手数料 0、入金 9,300(当該年度の収入)。",
            "令和8年度分: 収納 69件 20,700、手数料 ▲653、入金 20,047(当該年度の収入)。",
        ]
    );
}
