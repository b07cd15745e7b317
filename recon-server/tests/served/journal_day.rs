//! What a counter writes on a day: opened, sold, taken back, in doubt, closed.

use domain::{
    cash::CashCount,
    event::Event,
    id::ReceiptNumber,
    method::Method,
    money::Yen,
    payment::{AttemptKind, Doubt, DoubtCause, Outcome, Phase},
    sale::{Line, Payment, Standing},
    settlement::{CashPosition, Settlement},
};

use crate::{
    support::{Centre, Counter, TODAY, attempt_id, date, operator, sale_id},
    support_files::at,
};

fn line(counter: &Counter, quantity: u32) -> Line {
    let Some(Event::CounterEnrolled { profile, .. }) =
        counter.entries.first().map(|entry| journal::payload::read(entry).unwrap().event)
    else {
        panic!("the first entry enrols")
    };
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

pub fn cash(amount: Yen) -> Payment {
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

pub fn wallet(amount: Yen, digits: &str) -> Payment {
    Payment {
        method: Method::CodeStatic,
        route: "jpqr".parse().unwrap(),
        brand: Some("paypay".parse().unwrap()),
        contract: Some("paypay".parse().unwrap()),
        attempt: Some(attempt_id(2)),
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

/// A completed sale at 10:`minute`:03.
pub fn sell(counter: &mut Counter, day: &str, number: u32, minute: i8, payment: Payment) {
    let when = at(day, 10, minute, 3);
    let lines = vec![line(counter, u32::try_from(payment.amount.get() / 300).unwrap())];
    counter.write(
        when,
        Event::SaleCompleted {
            sale: sale_id(number.into()),
            receipt_number: receipt(counter, number),
            business_day: date(day),
            payment_date: date(day),
            paid_at: when,
            total: payment.amount,
            lines,
            payment,
        },
    );
}

/// The cash sale of ¥300 of this number taken back at 10:12 on [`TODAY`].
pub fn take_back(counter: &mut Counter, number: u32) {
    let voided = Event::SaleVoided {
        sale: sale_id(number.into()),
        receipt_number: receipt(counter, number),
        business_day: date(TODAY),
        payment: cash(Yen::new(300)),
        reason: "通数の間違い".to_owned(),
        attempt: None,
    };
    counter.write(at(TODAY, 10, 12, 0), voided);
}

/// The attempt in doubt.
pub const UNKNOWN: u128 = 9;

/// A card payment of ¥300 on [`TODAY`] whose end nobody saw.
pub fn unknown_card(counter: &mut Counter) {
    let when = at(TODAY, 10, 20, 0);
    let attempt = attempt_id(UNKNOWN);
    counter.write(
        when,
        Event::PaymentRequested {
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
        },
    );
    let partial = domain::payment::Approval {
        terminal_id: Some("T0001".to_owned()),
        slip_number: Some("00077".to_owned()),
        ..Default::default()
    };
    let doubt = Doubt {
        phase: Phase::AtCentre,
        cause: DoubtCause::LineCut,
        detail: "connection reset".to_owned(),
        partial: Some(partial),
    };
    counter.write(when, Event::PaymentConcluded { attempt, outcome: Outcome::Unknown(doubt) });
}

/// 日締め精算 at 17:15, without figures.
pub fn close(counter: &mut Counter, day: &str) {
    let settlement = Settlement {
        date: date(day),
        cut: 1,
        methods: Vec::new(),
        items: Vec::new(),
        visitors: Vec::new(),
        cash: CashPosition::default(),
        terminal_totals: Vec::new(),
        terminal_differences: Vec::new(),
        unknowns: Vec::new(),
        receipts: None,
        voided_receipts: Vec::new(),
        late: Vec::new(),
    };
    let chain_head = counter.head.hash.to_hex();
    counter.write(at(day, 17, 15, 0), Event::CounterClosed { settlement, reason: None, chain_head });
}

/// 業務開始 at 9:05 with a float of ¥30,000.
pub fn open(counter: &mut Counter, day: &str) {
    counter.write(
        at(day, 9, 5, 0),
        Event::BusinessDayOpened {
            date: date(day),
            cut: 1,
            operator: operator(),
            float: CashCount::new([(1_000, 30)]).unwrap(),
        },
    );
}

/// Opened, a cash sale of 600, one of 300 taken back, a wallet sale of 300, a card payment in doubt; closed if said so.
pub async fn day(centre: &Centre, closed: bool) -> Counter {
    let mut counter = centre.counter().await;
    open(&mut counter, TODAY);
    sell(&mut counter, TODAY, 1, 1, cash(Yen::new(600)));
    sell(&mut counter, TODAY, 2, 5, wallet(Yen::new(300), "4821"));
    sell(&mut counter, TODAY, 3, 9, cash(Yen::new(300)));
    take_back(&mut counter, 3);
    unknown_card(&mut counter);
    if closed {
        close(&mut counter, TODAY);
    }
    centre.clock.set(at(TODAY, 18, 0, 0));
    assert_eq!(centre.deliver(&counter, &counter.entries).await.status(), 200);
    counter
}
