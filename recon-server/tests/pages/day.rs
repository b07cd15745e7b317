//! One day at the example's counter: cash, a void, two wallet sales of which the acquirer reports one, a card payment in doubt.

use domain::{
    cash::CashCount,
    event::Event,
    id::ReceiptNumber,
    method::Method,
    money::Yen,
    payment::{Approval, AttemptKind, Doubt, DoubtCause, Outcome, Phase},
    sale::{Line, Payment, Standing},
    settlement::{CashPosition, Settlement},
};

use crate::{
    browser::Browser,
    support::{Centre, Counter, TODAY, attempt_id, date, operator, sale_id},
    support_files::at,
};

/// The attempt in doubt.
pub const UNKNOWN: u128 = 9;

fn line(counter: &Counter, quantity: u32) -> Line {
    let first = journal::payload::read(&counter.entries[0]).unwrap().event;
    let Event::CounterEnrolled { profile, .. } = first else { panic!("the first entry enrols") };
    let item = profile.price_lists[0].items[0].clone();
    Line {
        amount: item.price.checked_mul(quantity).unwrap(),
        item: item.code,
        name: item.name,
        quantity,
        unit_price: item.price,
        group: false,
        exemption: None,
        visitor_category: None,
        account: item.account,
        section: item.section,
        owner: item.owner,
        tax: item.tax,
        year_rule: item.year_rule,
    }
}

fn cash(amount: Yen) -> Payment {
    Payment {
        method: Method::Cash,
        route: "cash".parse().unwrap(),
        brand: None,
        contract: None,
        attempt: None,
        amount,
        tendered: Some(amount),
        change: Some(Yen::ZERO),
        standing: Standing::Confirmed,
        terminal_id: None,
        slip_number: None,
        approval_code: None,
        sheet_number: None,
        payer_digits: None,
    }
}

fn wallet(amount: Yen, attempt: u128, digits: &str) -> Payment {
    Payment {
        method: Method::CodeStatic,
        route: "jpqr".parse().unwrap(),
        brand: Some("paypay".parse().unwrap()),
        contract: Some("paypay".parse().unwrap()),
        attempt: Some(attempt_id(attempt)),
        tendered: None,
        change: None,
        standing: Standing::Provisional,
        sheet_number: Some("P0001".to_owned()),
        payer_digits: Some(digits.to_owned()),
        ..cash(amount)
    }
}

fn receipt(counter: &Counter, number: u32) -> ReceiptNumber {
    ReceiptNumber { counter: counter.id.counter.clone(), incarnation: counter.id.incarnation, number }
}

fn sell(counter: &mut Counter, number: u32, minute: i8, payment: Payment) {
    let when = at(TODAY, 10, minute, 3);
    let lines = vec![line(counter, u32::try_from(payment.amount.get() / 300).unwrap())];
    let event = Event::SaleCompleted {
        sale: sale_id(number.into()),
        receipt_number: receipt(counter, number),
        business_day: date(TODAY),
        payment_date: date(TODAY),
        paid_at: when,
        total: payment.amount,
        lines,
        payment,
    };
    counter.write(when, event);
}

fn unknown_card(counter: &mut Counter) {
    let when = at(TODAY, 10, 20, 0);
    let attempt = attempt_id(UNKNOWN);
    let requested = Event::PaymentRequested {
        attempt,
        sale: sale_id(9),
        sequence_number: 1,
        kind: AttemptKind::Sales,
        method: Method::Credit,
        route: "card".parse().unwrap(),
        contract: Some("card".parse().unwrap()),
        brand: Some("visa".parse().unwrap()),
        amount: Yen::new(300),
        business_day: date(TODAY),
        repeat_reason: None,
    };
    counter.write(when, requested);
    let partial = Approval { slip_number: Some("00077".to_owned()), ..Approval::default() };
    let doubt = Doubt {
        phase: Phase::AtCentre,
        cause: DoubtCause::LineCut,
        detail: "connection reset".to_owned(),
        partial: Some(partial),
    };
    counter.write(when, Event::PaymentConcluded { attempt, outcome: Outcome::Unknown(doubt) });
}

/// The administrator and the counter after the day: delivered, and still open at 18:00.
pub async fn play(centre: &Centre) -> (Browser<'_>, Counter) {
    let mut browser = Browser::administrator(centre).await;
    let counter = deliver(centre).await;
    browser.sign_in_again().await;
    (browser, counter)
}

async fn deliver(centre: &Centre) -> Counter {
    let mut counter = centre.counter().await;
    let opened = Event::BusinessDayOpened {
        date: date(TODAY),
        cut: 1,
        operator: operator(),
        float: CashCount::new([(1_000, 30)]).unwrap(),
    };
    counter.write(at(TODAY, 9, 5, 0), opened);
    sell(&mut counter, 1, 1, cash(Yen::new(600)));
    sell(&mut counter, 2, 5, wallet(Yen::new(300), 2, "4821"));
    sell(&mut counter, 3, 9, cash(Yen::new(300)));
    let voided = Event::SaleVoided {
        sale: sale_id(3),
        receipt_number: receipt(&counter, 3),
        business_day: date(TODAY),
        payment: cash(Yen::new(300)),
        reason: "通数の間違い".to_owned(),
        attempt: None,
    };
    counter.write(at(TODAY, 10, 12, 0), voided);
    sell(&mut counter, 4, 15, wallet(Yen::new(900), 4, "7777"));
    unknown_card(&mut counter);
    centre.clock.set(at(TODAY, 18, 0, 0));
    assert_eq!(centre.deliver(&counter, &counter.entries).await.status(), 200);
    counter
}

/// Closes the counter's day and delivers it: only then may money go back through the books.
pub async fn close(centre: &Centre, counter: &mut Counter) {
    let settlement = Settlement {
        date: date(TODAY),
        cut: 1,
        methods: Vec::new(),
        items: Vec::new(),
        visitors: Vec::new(),
        cash: CashPosition::default(),
        terminal_totals: Vec::new(),
        terminal_differences: Vec::new(),
        unknowns: Vec::new(),
        late: Vec::new(),
        receipts: None,
        voided_receipts: Vec::new(),
    };
    let chain_head = counter.head.hash.to_hex();
    let sent = counter.entries.len();
    counter.write(at(TODAY, 17, 15, 0), Event::CounterClosed { settlement, reason: None, chain_head });
    assert_eq!(centre.deliver(counter, &counter.entries[sent..]).await.status(), 200);
}
