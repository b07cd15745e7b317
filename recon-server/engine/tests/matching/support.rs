//! Builders of facts for tests. Made-up numbers; the contract is the PayPay one of papers.md.

use domain::{
    method::Method,
    money::Yen,
    rate::{Ppm, Rounding},
    time::{CivilDate, Timestamp},
};
use engine::{
    BankCalendar, Contract, Facts,
    contract::{
        Closing, DepositWindow, FeeBase, FeeRule, FeeYear, GrossOrNet, PayoutRule, TaxForm, default_keys,
    },
    facts::{
        CounterDay, CounterDayState, Deposit, Gaps, OwnTerminal, ReceivedBank, ReceivedStatement, Row,
        RowClass, Sale, SaleKind, SaleState,
    },
    matching::Matching,
    notices::Notices,
};

pub const SHEET: &str = "00-sheet0001";
pub const PAYPAY_KANA: &str = "ﾍﾟｲﾍﾟｲ(ｶ";

pub fn date(text: &str) -> CivilDate {
    text.parse().unwrap()
}

/// `2026-07-15 14:03:20`.
pub fn at(text: &str) -> Timestamp {
    let part = |range: std::ops::Range<usize>| text[range].parse::<i8>().unwrap();
    Timestamp::from_jst(date(&text[..10]), part(11..13), part(14..16), part(17..19)).unwrap()
}

pub fn contract(id: &str, brand: &str, method: Method) -> Contract {
    Contract {
        id: id.parse().unwrap(),
        label_ja: id.to_owned(),
        acquirer_ja: id.to_owned(),
        covers: vec![(method, brand.parse().unwrap())],
        statement_profile: Some("paypay_for_business".to_owned()),
        statement_required: true,
        closing: Closing::MonthEnd,
        payout: PayoutRule::BusinessDays { after: 1 },
        gross_or_net: GrossOrNet::Net,
        fee: FeeRule {
            rate: Ppm(19_800),
            base: FeeBase::ClosingTotal,
            rounding: Rounding::Floor,
            tax_rate: Ppm(100_000),
            tax_rounding: Rounding::Floor,
            refund_returns_fee: true,
            tax_form: TaxForm::Separate,
            minimum: Yen::ZERO,
        },
        fee_year: FeeYear::default(),
        transfer_fee: Yen::ZERO,
        payer_kana: vec![PAYPAY_KANA.to_owned()],
        deposit_account: None,
        deposit_window: DepositWindow::default(),
        keys: default_keys(),
        chargeback_reply_days: None,
        cutoff_band_minutes: 30,
        matching: Matching::default(),
        terms: Vec::new(),
        trustee: None,
    }
}

/// Facts with the PayPay contract, July 2026 received, nothing sold.
pub fn facts() -> Facts {
    Facts {
        as_of: date("2026-08-05"),
        config_version: "1".to_owned(),
        sales: Vec::new(),
        rows: Vec::new(),
        deposits: Vec::new(),
        contracts: vec![contract("paypay", "paypay", Method::CodeStatic)],
        calendar: BankCalendar::default(),
        received: vec![received("paypay", "2026-07-01", "2026-07-31")],
        bank_received: vec![ReceivedBank {
            account: "main".to_owned(),
            from: date("2026-07-01"),
            to: date("2026-08-05"),
        }],
        terminal_totals: Vec::new(),
        counter_days: Vec::new(),
        terminals: vec![OwnTerminal { id: SHEET.to_owned(), counter: "m1".parse().unwrap() }],
        notices: Notices::default(),
        gaps: Gaps::default(),
        declared: Vec::new(),
        locks: Vec::new(),
    }
}

pub fn received(contract: &str, from: &str, to: &str) -> ReceivedStatement {
    ReceivedStatement {
        contract: contract.parse().unwrap(),
        file: format!("file-{from}"),
        from: date(from),
        to: date(to),
    }
}

pub fn sale(id: &str, when: &str, yen: i64, digits: &str) -> Sale {
    let time = at(when);
    Sale {
        id: id.to_owned(),
        attempt: Some(format!("attempt-{id}")),
        counter: "m1".parse().unwrap(),
        business_day: time.date(),
        payment_date: time.date(),
        at: time,
        kind: if yen < 0 { SaleKind::Refund } else { SaleKind::Sale },
        method: Method::CodeStatic,
        brand: Some("paypay".parse().unwrap()),
        contract: Some("paypay".parse().unwrap()),
        terminal_id: None,
        sheet_number: Some(SHEET.to_owned()),
        slip_number: None,
        approval_code: None,
        payer_digits: Some(digits.to_owned()),
        acquirer_transaction_id: None,
        reference: None,
        amount: Yen::new(yen),
        refund_of: None,
        provisional: true,
        state: SaleState::Completed,
        voided_at: None,
        void_slip_number: None,
        settled_by_statement: false,
        opening: None,
        paid_again_as: None,
        parts: Vec::new(),
    }
}

pub fn row(id: &str, when: &str, yen: i64, digits: &str) -> Row {
    Row {
        id: id.to_owned(),
        contract: "paypay".parse().unwrap(),
        file: "file-2026-07-01".to_owned(),
        row: 2,
        occurrence: 1,
        record_key: id.to_owned(),
        class: if yen < 0 { RowClass::Refund } else { RowClass::Sale },
        at: at(when),
        process_date: None,
        amount: Yen::new(yen),
        brand: Some("paypay".parse().unwrap()),
        terminal_id: Some(SHEET.to_owned()),
        slip_number: None,
        approval_code: None,
        payer_digits: Some(digits.to_owned()),
        acquirer_transaction_id: None,
        reference: None,
    }
}

/// Every day with a sale is closed and delivered.
pub fn all_delivered(mut facts: Facts) -> Facts {
    let days: std::collections::BTreeSet<_> =
        facts.sales.iter().map(|s| (s.counter.clone(), s.business_day)).collect();
    facts.counter_days = days
        .into_iter()
        .map(|(counter, business_day)| CounterDay {
            counter,
            business_day,
            state: CounterDayState::Delivered,
        })
        .collect();
    facts
}

pub fn deposit(id: &str, day: &str, yen: i64) -> Deposit {
    Deposit {
        id: id.to_owned(),
        account: "main".to_owned(),
        file: "bank".to_owned(),
        row: 2,
        booked_on: date(day),
        amount: Yen::new(yen),
        remitter_kana: PAYPAY_KANA.to_owned(),
        summary: String::new(),
        reversal: false,
        by_hand: false,
    }
}

/// papers.md, 照合書 PayPay 令和8年7月分: 101 sales of which one on the 31st before midnight is reported on 1 August, one unknown that
/// the statement settled, one refund after the close, the deposit on 3 August.
pub fn paypay_july() -> Facts {
    let mut facts = facts();
    for n in 0..99 {
        let when = format!("2026-07-{:02} 10:{:02}:00", 1 + n % 28, n / 2);
        let digits = format!("{n:04}");
        facts.sales.push(sale(&format!("s{n:03}"), &when, 300, &digits));
        facts.rows.push(row(&format!("r{n:03}"), &when, 300, &digits));
    }
    facts.sales.push(sale("s099", "2026-07-29 11:00:00", 450, "4500"));
    facts.rows.push(row("r099", "2026-07-29 11:00:09", 450, "4500"));
    facts.sales.push(sale("s100", "2026-07-31 23:58:30", 300, "9731"));
    facts.rows.push(row("r100", "2026-08-01 00:00:10", 300, "9731"));
    let unknown = sale("s101", "2026-07-13 14:00:00", 300, "1301");
    facts.sales.push(Sale { settled_by_statement: true, ..unknown });
    facts.rows.push(row("r101", "2026-07-13 14:00:05", 300, "1301"));
    facts.sales.push(sale("s102", "2026-07-30 15:00:00", -450, "4500"));
    facts.rows.push(row("r102", "2026-07-30 15:01:00", -450, "4500"));
    facts.received.push(received("paypay", "2026-08-01", "2026-08-01"));
    facts.deposits.push(deposit("d1", "2026-08-03", 29_347));
    all_delivered(facts)
}
