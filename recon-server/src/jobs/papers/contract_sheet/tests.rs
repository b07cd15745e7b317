//! The sheet of PayPay July of papers.md 1, and what it says of other closings.

use calamine::{Reader as _, Xlsx};
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
use crate::jobs::{
    papers::{
        excel, render,
        samples::{arrived, contract, counter_id, date, figure, nothing, payout, paypay_july, written, yen},
    },
    refund::{Lanes, samples::lines_of_two_years},
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
    let refunds: Vec<Refund> = refunds.iter().map(|row| Refund::of(row.clone(), &[])).collect();
    build(header, recorded, &recorded.sheets[0], &[terms], &refunds)
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
    assert_eq!(
        table.notes,
        [
            "整理: 歳入 30,450、戻出 ▲450、歳出 役務費 ▲653 = 29,347。",
            "検算1 1+2+3+4−5−6: 0+30,450+300−450−30,000−300 = 0。",
            "検算2 5+7: 30,000−653 = 29,347(8の額)。",
            "検算3 8−9−入金未達: 29,347−29,347−0 = 0。",
            "原因不明差額 = 検算1+検算3: 0+0 = 0。",
        ]
    );
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
    let lane = refund_lane(date("2026-03-25"), date("2026-07-14"));
    assert!(matches!(lane, RefundLane::AsExpenditure { .. }));
    assert_eq!(closed_year.refunds[0].lanes, Lanes::One { lane });
    for paper in [&same_year, &closed_year] {
        let payout = paper.payout.as_ref().unwrap();
        let booked = paper.booked(payout);
        let sum = [booked.revenue, booked.given_back, booked.repaid, booked.costs];
        assert_eq!(Yen::try_sum(sum).unwrap(), payout.net);
        assert_eq!((booked.adjusted, booked.carried_in, booked.miscounted), (yen(0), yen(0), yen(0)));
    }
    let note = &closed_year.table().notes[0];
    assert_eq!(note, "整理: 歳入 30,450、歳出 償還金利子及び割引料 ▲450、歳出 役務費 ▲653 = 29,347。");
}

/// papers.md C7 with a sale of two years: only the closed year's part is an expenditure; a part that was shared is looked at.
#[test]
fn only_the_closed_years_part_is_moved_to_expenditure() {
    let (recorded, terms) = july();
    let header = || ("例示市".to_owned(), date("2026-08-05"));
    let lines = lines_of_two_years();
    let notes = |amount: i64| {
        let row = RefundRow { original_payment_date: date("2026-04-02"), amount: yen(amount), ..refund() };
        let mut recorded = recorded.clone();
        let payout = &mut recorded.payouts[0];
        payout.refunds = figure(-1, -amount);
        payout.net = payout.sales.amount.saturating_sub(yen(653 + amount));
        let terms = std::slice::from_ref(&terms);
        build(header(), &recorded, &recorded.sheets[0], terms, &[Refund::of(row, &lines)]).table().notes
    };
    let whole = notes(750);
    assert_eq!(
        whole[0],
        "整理: 歳入 30,450、戻出 ▲450、歳出 償還金利子及び割引料 ▲300、歳出 役務費 ▲653 = 29,047。"
    );
    assert!(whole.iter().all(|note| !note.contains("按分")), "{whole:?}");
    let part = notes(100);
    assert_eq!(
        part[..2],
        [
            "整理: 歳入 30,450、戻出 ▲60、歳出 償還金利子及び割引料 ▲40、歳出 役務費 ▲653 = 29,697。",
            "戻出決裁番号 3: 年度別の額は按分のため要確認。",
        ]
    );
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
        // Gross: what was reported is what is paid.
        payout: yen(30_000),
        deposited: yen(0),
        in_transit: yen(30_000),
        ..paypay_july()
    });
    recorded.payouts.push(payout(&terms, "2026-07-16", "2026-07-31", figure(101, 38_700), (580, 58)));
    let table = paper(&recorded, terms, &[]).table();
    let words: Vec<String> = table.rows.iter().map(|row| written(row)[1].clone()).collect();
    assert_eq!(words[0], "前期末未報告");
    assert!(words.contains(&"資料未着(明細が届いていない分)".to_owned()), "{words:?}");
    assert!(words.contains(&"明細との差異(純額。総額 1,000円)".to_owned()), "{words:?}");
    assert!(words.contains(&"支払予定額 = 5".to_owned()), "{words:?}");
    assert_eq!(table.notes[0], "整理: 歳入 38,700 = 38,700。ほかに手数料の請求 638(歳出 役務費)。");
}

/// reconciliation.md 5.8: `± adjustment ± carry-over`, each on a line of its own, and the sums still close on the paper.
#[test]
fn what_the_company_adjusts_and_carries_stands_on_lines_that_add_up() {
    let (mut recorded, terms) = july();
    let payout = &mut recorded.payouts[0];
    // 30,000 − 653 − 110 − 300 (objection) + 200 from June − 137 to August, and the statement is off by 7.
    payout.transfer_fee = yen(110);
    (payout.adjustment, payout.carry_in, payout.carry_out) = (yen(-300), yen(200), yen(137));
    payout.net = yen(29_007);
    payout.deposited = payout.net;
    (recorded.sheets[0].payout, recorded.sheets[0].deposited) = (yen(29_007), yen(29_007));
    let paper = paper(&recorded, terms, &[refund()]);
    let table = paper.table();
    let rows: Vec<Vec<String>> = table.rows[7..].iter().map(written).collect();
    let expected = [
        ["7の2", "振込手数料", "", "▲110"],
        ["7の3", "会社による調整(異議申立て・返戻など)", "", "▲300"],
        ["7の4", "前回からの繰越", "", "200"],
        ["7の5", "次回への繰越", "", "▲137"],
        ["7の6", "支払明細の計算相違", "", "7"],
        ["8", "支払予定額 = 5+7+7の2+7の3+7の4+7の5+7の6", "", "29,007"],
        ["9", "口座入金 8/3", "", "29,007"],
        ["10", "入金未達 / 原因不明差額", "", "0 / 0"],
    ];
    assert_eq!(rows, expected);
    assert_eq!(table.rows[11].kind, crate::jobs::papers::table::RowKind::Alarm, "a sum that is off is seen");
    assert_eq!(
        table.notes[..3],
        [
            "整理: 歳入 30,450、戻出 ▲450、歳出 役務費 ▲763、会社による調整(確かめるまで仮受) ▲300、前回からの繰越 200、\
             支払明細の計算相違 7 = 29,007 と次回繰越 137。",
            "検算1 1+2+3+4−5−6: 0+30,450+300−450−30,000−300 = 0。",
            "検算2 5+7+7の2+7の3+7の4+7の5+7の6: 30,000−653−110−300+200−137+7 = 29,007(8の額)。",
        ]
    );
    let whys: Vec<Option<&str>> = table.rows.iter().map(|row| row.why.as_deref()).collect();
    let payout = paper.payout.as_ref().unwrap();
    assert_eq!(
        whys[12..],
        [Some(payout.id.as_str()), Some("d1"), None],
        "what was to come and what came are explained"
    );
    assert!(render::to_csv(&table, CsvEncoding::Cp932).is_ok(), "every character is in CP932");
    let made = excel::to_xlsx(std::slice::from_ref(&table), "例示市", date("2026-08-05")).unwrap();
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(made)).unwrap();
    let cells = book.worksheet_range("照合書").unwrap();
    let said = |words: &str| cells.rows().flatten().any(|cell| cell.to_string().contains(words));
    for words in ["7の3", "会社による調整", "次回への繰越", "検算2 5+7+7の2", "原因不明差額 = 検算1+検算3"]
    {
        assert!(said(words), "the workbook lacks {words}");
    }
}

/// A closing with nothing to pay: the minus goes to the next closing, and this paper closes at 0.
#[test]
fn a_minus_that_is_handed_on_stands_beside_the_payout_of_nothing() {
    let (mut recorded, terms) = july();
    let payout = &mut recorded.payouts[0];
    (payout.sales, payout.refunds) = (figure(1, 100), figure(-1, -450));
    (payout.fee, payout.fee_tax, payout.net, payout.carry_out) = (yen(0), yen(0), yen(0), yen(-350));
    (payout.deposited, payout.deposits) = (yen(0), Vec::new());
    let sheet = &mut recorded.sheets[0];
    (sheet.reported_sales, sheet.reported_refunds) = (figure(1, 100), figure(-1, -450));
    (sheet.fee, sheet.fee_tax, sheet.payout, sheet.deposited) = (yen(0), yen(0), yen(0), yen(0));
    let table = paper(&recorded, terms, &[refund()]).table();
    let rows: Vec<Vec<String>> = table.rows[6..9].iter().map(written).collect();
    assert_eq!(rows[1], ["7の2", "次回に差し引かれる分", "", "350"]);
    assert_eq!(rows[2], ["8", "支払予定額 = 5+7+7の2", "", "0"]);
    assert_eq!(table.notes[0], "整理: 歳入 100、戻出 ▲450 = ▲350(翌期に差し引かれる額)。");
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
        table.notes[1..3],
        [
            "令和7年度分: 収納 31件 9,300、手数料 0、入金 9,300(当該年度の収入)。",
            "令和8年度分: 収納 69件 20,700、手数料 ▲653、入金 20,047(当該年度の収入)。",
        ]
    );
}
