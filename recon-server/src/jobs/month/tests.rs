//! The city's own month of July 2022 in its five sums (papers.md C12), and what a month says that is not whole.

use domain::{method::Method, money::Yen};
use engine::{
    ExceptionClass,
    facts::{CounterDay, CounterDayState},
    outcome::{DaySummary, Payout, PayoutState, ReportLine},
};
use formats::csv_out::CsvEncoding;

use super::{
    build::{Beside, Header, monthly},
    *,
};
use crate::jobs::{
    papers::samples::{arrived, contract, counter_id, date, figure, line, nothing, payout, paypay_july, yen},
    reconcile::Recorded,
};

const DAY: &str = "2022-07-16";

fn july() -> Recorded {
    let mut recorded = nothing();
    let coupons = line(DAY, Some("agent"), Method::Voucher, "", figure(1, 1_200));
    recorded.lines = vec![
        line("2022-07-02", None, Method::Cash, "", figure(900, 300_000)),
        line(DAY, None, Method::Cash, "", figure(500, 163_810)),
        line(DAY, Some("card"), Method::Credit, "visa", figure(40, 12_090)),
        line(DAY, Some("emoney"), Method::ElectronicMoney, "transit", figure(120, 37_270)),
        line(DAY, Some("paypay"), Method::CodeStatic, "paypay", figure(100, 30_010)),
        line("2022-07-31", Some("linepay"), Method::CodeStatic, "linepay", figure(50, 16_000)),
        ReportLine { fee: yen(96), ..coupons },
    ];
    for day in YearMonth::of(date(DAY)).days() {
        let state = if day.weekday() == 0 { CounterDayState::Holiday } else { CounterDayState::Delivered };
        recorded.counter_days.push(CounterDay { counter: counter_id(), business_day: day, state });
        let verdict = Verdict::Matched;
        let net = Figure::default();
        let breaks_gross = Yen::ZERO;
        recorded.days.push(DaySummary {
            business_day: day,
            verdict,
            net,
            breaks_gross,
            sentences_ja: vec![],
        });
    }
    recorded
}

fn month() -> YearMonth {
    "2022-07".parse().unwrap()
}

fn report(recorded: &Recorded, beside: Beside) -> MonthlyReport {
    let header = Header {
        first_open: None,
        tenant_name: "例示市".to_owned(),
        month: month(),
        as_of: date("2022-09-05"),
        total_ja: "観覧料合計",
    };
    let terms: Vec<engine::Contract> =
        ["card", "emoney", "paypay", "linepay", "agent"].map(|id| contract(id, id)).into();
    monthly(header, recorded, &terms, beside)
}

#[test]
fn c12_the_citys_month_to_the_yen_and_the_tenth() {
    let mix = report(&july(), Beside::default()).mix;
    let row = |kind| mix.rows.iter().find(|row| row.kind == kind).unwrap();
    for (kind, yen, percent) in [
        (MixKind::Credit, 12_090, "2.2"),
        (MixKind::ElectronicMoney, 37_270, "6.7"),
        (MixKind::Code, 46_010, "8.2"),
        (MixKind::Cashless, 95_370, "17.0"),
    ] {
        assert_eq!((row(kind).yen.get(), row(kind).percent.as_str()), (yen, percent), "{kind:?}");
    }
    assert_eq!((mix.gross, mix.commission, mix.total), (yen(560_380), yen(96), yen(560_284)));
    assert_eq!(
        mix.notes,
        [
            "収納総額 560,380円 から送客手数料 96円 を差し引くと 560,284円 です。総額で歳入に、手数料は歳出に記帳します。割合はどちらを分母にしても同じです。",
            "割合は四捨五入のため、内訳を足すと17.1%になりますが、キャッシュレス計は17.0%です。",
        ]
    );
}

/// The notes are looked up in the figures, not printed for every month.
#[test]
fn notes_say_only_what_holds() {
    let mut recorded = nothing();
    let coupon = line(DAY, Some("agent"), Method::Voucher, "", figure(1, 1_000));
    recorded.lines = vec![
        line(DAY, Some("card"), Method::Credit, "visa", figure(1, 1_000)),
        ReportLine { fee: yen(400), ..coupon },
    ];
    let mix = report(&recorded, Beside::default()).mix;
    assert_eq!((mix.gross, mix.total), (yen(2_000), yen(1_600)));
    assert_eq!(mix.rows[0].percent, "62.5", "of what is left");
    assert!(mix.notes[0].contains("総額に対しては クレジットカード 50.0%"), "{:?}", mix.notes);
    assert_eq!(mix.notes.len(), 1, "62.5 and 0 and 0 add up");
}

#[test]
fn late_money_moves_to_its_own_month_and_is_counted_once() {
    let mut recorded = july();
    let late = |business_day: &str, payment_date: &str, amount| LateConfirmed {
        business_day: date(business_day),
        sale: format!("s{amount}"),
        counter: counter_id(),
        contract: Some("emoney".parse().unwrap()),
        method: Method::ElectronicMoney,
        brand: Some("nanaco".parse().unwrap()),
        payment_date: date(payment_date),
        amount: yen(amount),
    };
    let of = |day: &str, sales, late| ReportLine {
        late,
        ..line(day, Some("emoney"), Method::ElectronicMoney, "nanaco", sales)
    };
    // Booked in July, paid in June; booked in August, paid in July; booked and paid in July on two days.
    recorded.lines.push(of("2022-07-01", figure(1, 100), figure(1, 100)));
    recorded.lines.push(of("2022-08-02", figure(1, 200), figure(1, 200)));
    recorded.lines.push(of("2022-07-18", figure(1, 400), figure(1, 400)));
    recorded.late = vec![
        late("2022-07-01", "2022-06-30", 100),
        late("2022-08-02", "2022-07-31", 200),
        late("2022-07-18", "2022-07-17", 400),
    ];
    let report = report(&recorded, Beside::default());
    assert_eq!(report.mix.gross, yen(560_380 + 200 + 400));
    let day = |text: &str| report.days.iter().find(|day| day.date == date(text)).unwrap();
    assert_eq!(day("2022-07-31").electronic_money, yen(200));
    assert_eq!((day("2022-07-17").electronic_money, day("2022-07-18").electronic_money), (yen(400), yen(0)));
    assert_eq!(day("2022-07-01").total, Figure::default());
    assert_eq!(report.late.len(), 3);
    assert_eq!(report.late[0].method_ja, "電子マネー nanaco");
    let sum = report.days.iter().fold(Yen::ZERO, |sum, day| sum.saturating_add(day.total.amount));
    assert_eq!(sum, report.mix.gross, "the days add up to the mix");
    let emoney = report.contracts.iter().find(|c| c.contract.as_str() == "emoney").unwrap();
    assert_eq!(emoney.sales, figure(122, 37_870));
}

#[test]
fn voids_are_not_counted_and_refunds_change_no_sum() {
    let mut recorded = july();
    recorded.lines[0].voids = figure(2, 600);
    recorded.lines[4].refunds = figure(1, -450);
    let line = refund(Some(3));
    let waiting = RefundLine { number: None, approved: false, ..line.clone() };
    let report = report(&recorded, Beside { refunds: vec![line, waiting], ..Beside::default() });
    assert_eq!(report.mix.gross, yen(560_380 - 600));
    assert_eq!(report.refunded, yen(450), "only what a second person approved");
    assert!(report.reasons.iter().any(|reason| reason.sentence_ja.contains("決裁待ちが1件")));
}

fn refund(number: Option<u32>) -> RefundLine {
    let lane = domain::refund::refund_lane(date("2022-07-10"), date("2022-07-20"));
    RefundLine {
        number,
        sale: "s".to_owned(),
        counter: counter_id(),
        received_on: date("2022-07-10"),
        refunded_on: date("2022-07-20"),
        method: Method::CodeStatic,
        brand: Some("paypay".parse().unwrap()),
        amount: yen(450),
        ground: "人数の誤り".to_owned(),
        lanes: Lanes::One { lane },
        lane_ja: lane.to_japanese(),
        approved: true,
    }
}

/// Paid twice: the acquirer owes it, the citizen gets it back, and it is revenue of no month.
#[test]
fn money_taken_beside_any_sale_is_no_revenue() {
    let case = Overpaid {
        business_day: date(DAY),
        counter: counter_id(),
        method: Method::ElectronicMoney,
        amount: yen(300),
    };
    let other_month = Overpaid { business_day: date("2022-08-01"), ..case.clone() };
    let report = report(&july(), Beside { overpaid: vec![case, other_month], ..Beside::default() });
    let row = report.mix.rows.iter().find(|row| row.kind == MixKind::ElectronicMoney).unwrap();
    assert_eq!((row.count, row.yen, report.mix.gross), (119, yen(36_970), yen(560_080)));
    assert!(report.mix.notes.iter().any(|note| note.contains("過誤納(二重の支払いなど) 1件 300円")));
    let emoney = report.contracts.iter().find(|c| c.contract.as_str() == "emoney").unwrap();
    assert_eq!(emoney.sales, figure(120, 37_270), "what the acquirer will pay");
}

#[test]
fn a_month_is_green_only_when_everything_in_it_is() {
    let mut recorded = july();
    for (index, id) in ["card", "emoney", "paypay", "linepay", "agent"].into_iter().enumerate() {
        let terms = contract(id, id);
        let sheet = ContractSheet {
            contract: terms.id.clone(),
            from: date("2022-07-01"),
            to: date("2022-07-31"),
            ..paypay_july()
        };
        recorded.sheets.push(sheet);
        let payout = payout(&terms, "2022-07-01", "2022-07-31", figure(1, 300), (5, 0));
        recorded.payouts.push(arrived(payout, "2022-08-31", &format!("d{index}")));
    }
    let green = report(&recorded, Beside::default());
    assert_eq!((green.verdict, green.reasons.as_slice()), (Verdict::Matched, [].as_slice()));
    assert_eq!(green.contracts[0].grade, EvidenceGrade::Rows);
    assert!(green.days[3].holiday && !green.days[4].holiday, "Monday the 4th");

    recorded.payouts[0] = Payout { state: PayoutState::NotDue, ..recorded.payouts[0].clone() };
    recorded.sheets[0].verdict = Verdict::Pending;
    recorded.sheets[0].sentence_ja = "保留あり（入金 未到来）".to_owned();
    let pending = report(&recorded, Beside::default());
    assert_eq!(pending.verdict, Verdict::Pending);
    assert_eq!(pending.reasons[0].sentence_ja, "card: 保留あり（入金 未到来）");

    recorded.exceptions.push(exception("2022-08-31", &recorded.payouts[1].id.clone()));
    let overdue = report(&recorded, Beside::default());
    assert_eq!(overdue.verdict, Verdict::Differences, "a payout of the month, although its day is not");
    assert_eq!(overdue.exceptions[0].class_ja, "入金未達");
    recorded.exceptions[0] = exception("2022-08-31", "of another month");
    assert_eq!(report(&recorded, Beside::default()).verdict, Verdict::Pending);
}

fn exception(day: &str, member: &str) -> Exception {
    Exception {
        id: "e".to_owned(),
        class: ExceptionClass::PayoutNoDeposit,
        verdict: Verdict::Differences,
        members: vec![member.to_owned()],
        contract: None,
        counter: None,
        day: date(day),
        amount: yen(-300),
        ours: None,
        theirs: None,
        gross: yen(300),
        days: 5,
        business_days: 3,
        due_on: None,
        sentence_ja: "入金がありません。".to_owned(),
        near: Vec::new(),
        count: 0,
    }
}

#[test]
fn a_month_that_runs_or_of_which_nothing_is_known_is_not_green() {
    let empty = report(&nothing(), Beside::default());
    assert_eq!(empty.verdict, Verdict::Incomplete);
    assert!(empty.reasons[0].sentence_ja.contains("ひとつもありません"));
    let header = Header {
        first_open: None,
        tenant_name: String::new(),
        month: month(),
        as_of: date("2022-07-20"),
        total_ja: "収納合計",
    };
    let running = monthly(header, &july(), &[], Beside::default());
    assert_eq!(running.verdict, Verdict::Incomplete);
    assert!(running.reasons[0].sentence_ja.contains("月の途中"));
}

#[test]
fn the_month_is_written_the_same_every_time() {
    let report = report(&july(), Beside { refunds: vec![refund(Some(3))], ..Beside::default() });
    let text = to_text(&report);
    assert!(text.contains("収納月報") && text.contains("令和4年7月") && text.contains("17.0%"), "{text}");
    assert!(text.contains("戻出 決裁番号 3 450円"), "{text}");
    let csv = String::from_utf8(to_csv(&report, CsvEncoding::Utf8Bom).unwrap()).unwrap();
    assert!(csv.contains("キャッシュレス計,310,95370,17.0%\r\n"), "{csv}");
    assert!(csv.contains("送客手数料,,-96,\r\n"), "{csv}");
    assert!(csv.contains("2022-07-16,163810,12090,37270,30010,1200,761,244380,一致\r\n"), "{csv}");
    assert!(to_csv(&report, CsvEncoding::Cp932).is_ok());
    let json = to_json(&report).unwrap();
    assert!(
        json.ends_with("}\n") && !json.contains("\"run\""),
        "nothing that another run would write otherwise"
    );
    assert_eq!(serde_json::from_str::<MonthlyReport>(&json).unwrap(), report, "as a signed month is read");
    let lane = serde_json::from_str::<serde_json::Value>(&json).unwrap()["refunds"][0]["lane"].take();
    assert_eq!(
        lane,
        serde_json::json!({"lane": "from_revenue", "year": 2022}),
        "as before, where there is one"
    );
}
