//! Random small towns: sales that were reported, lost, failed, reported wrongly, doubled; rows out of nothing; voids, refunds, unknowns.
//! Keys are drawn from tiny ranges on purpose, so that they collide.

use domain::{method::Method, money::Yen};
use engine::{
    Facts,
    facts::{RefundOf, Row, RowClass, Sale, SaleState},
};
use proptest::prelude::*;

use crate::support::{all_delivered, at, contract, deposit, facts, received, row, sale};

/// What happened to one payment.
#[derive(Debug, Clone)]
pub struct Fate {
    day: u8,
    minute: u8,
    price: u8,
    digits: u8,
    terminal: u8,
    card: bool,
    state: u8,
    reported: u8,
    lag_seconds: u8,
}

pub fn fate() -> impl Strategy<Value = Fate> {
    let small = (0_u8..3, 0_u8..40, 0_u8..2, 0_u8..4, 0_u8..3);
    let more = (any::<bool>(), 0_u8..10, 0_u8..12, 0_u8..60);
    (small, more).prop_map(
        |((day, minute, price, digits, terminal), (card, state, reported, lag_seconds))| Fate {
            day,
            minute,
            price,
            digits,
            terminal,
            card,
            state,
            reported,
            lag_seconds,
        },
    )
}

/// A town of these fates; bit flags say which files are missing and whether money arrived.
pub fn build(fates: &[Fate], flags: u8) -> Facts {
    let mut facts = facts();
    facts.contracts.push(contract("card", "visa", Method::Credit));
    facts.received = vec![];
    if flags & 1 == 0 {
        facts.received.push(received("paypay", "2026-07-01", "2026-08-05"));
    }
    if flags & 2 == 0 {
        facts.received.push(received("card", "2026-07-01", "2026-07-14"));
        facts.received.push(received("card", "2026-07-15", "2026-08-05"));
    }
    if flags & 4 == 0 {
        facts.deposits.push(deposit("d1", "2026-08-03", 1_000));
        facts.deposits.push(deposit("d2", "2026-08-04", -500));
        facts.deposits.push(deposit("d3", "2026-08-04", 300));
    }
    for (n, fate) in fates.iter().enumerate() {
        payment(&mut facts, n, fate);
    }
    all_delivered(facts)
}

fn payment(facts: &mut Facts, n: usize, fate: &Fate) {
    let sold = sold(n, fate);
    let told = told(n, fate, &sold);
    match fate.reported {
        0 => facts.sales.push(sold),
        1 => facts.rows.push(told),
        2 => {
            facts.rows.push(Row { amount: Yen::new(told.amount.get() * 10), ..told });
            facts.sales.push(sold);
        }
        3 => {
            facts.rows.push(Row { class: RowClass::Failed, ..told });
            facts.sales.push(sold);
        }
        4 => {
            facts.rows.push(Row { id: format!("r{n:03}b"), occurrence: 2, ..told.clone() });
            facts.rows.push(told);
            facts.sales.push(sold);
        }
        5 => {
            facts.rows.push(Row { class: RowClass::Unclassified("保留".to_owned()), ..told });
            facts.sales.push(sold);
        }
        6 if sold.state == SaleState::Voided => {
            let back = Row {
                id: format!("r{n:03}v"),
                record_key: format!("r{n:03}v"),
                class: RowClass::Refund,
                amount: Yen::new(-told.amount.get()),
                ..told.clone()
            };
            facts.rows.extend([told, back]);
            facts.sales.push(sold);
        }
        _ => {
            facts.rows.push(told);
            facts.sales.push(sold);
        }
    }
}

/// The sale as the counter has it.
fn sold(n: usize, fate: &Fate) -> Sale {
    let digits = format!("{:04}", fate.digits);
    let yen = [300, 450][usize::from(fate.price)];
    let base = sale(&format!("s{n:03}"), &when(fate), if fate.state == 9 { -yen } else { yen }, &digits);
    let state = match fate.state {
        7 => SaleState::Unknown,
        8 => SaleState::Voided,
        _ => SaleState::Completed,
    };
    let terminal = format!("t{}", fate.terminal);
    let brand = if fate.card { "visa" } else { "paypay" };
    let contract = if fate.card { "card" } else { "paypay" };
    Sale {
        state,
        sheet_number: (!fate.card).then(|| terminal.clone()),
        terminal_id: fate.card.then_some(terminal),
        payer_digits: (!fate.card).then(|| digits.clone()),
        slip_number: (fate.card && state != SaleState::Unknown).then_some(digits),
        method: if fate.card { Method::Credit } else { Method::CodeStatic },
        brand: Some(brand.parse().unwrap()),
        contract: Some(contract.parse().unwrap()),
        settled_by_statement: fate.state == 6,
        // Known only on the day after.
        business_day: if fate.state == 6 { base.business_day.plus_days(1) } else { base.business_day },
        // Of the payment before it, whatever became of that.
        refund_of: (fate.state == 9).then(|| RefundOf {
            sale: format!("s{:03}", n.saturating_sub(1)),
            payment_date: base.payment_date,
            amount: Yen::new(450),
        }),
        ..base
    }
}

/// The row as the acquirer would write it.
fn told(n: usize, fate: &Fate, sold: &Sale) -> Row {
    let digits = format!("{:04}", fate.digits);
    Row {
        contract: sold.contract.clone().unwrap(),
        brand: sold.brand.clone(),
        terminal_id: Some(format!("t{}", fate.terminal)),
        payer_digits: sold.payer_digits.clone(),
        slip_number: fate.card.then(|| digits.clone()),
        at: at(&when(fate)).plus_ms(i64::from(fate.lag_seconds) * 20_000),
        ..row(&format!("r{n:03}"), &when(fate), sold.amount.get(), &digits)
    }
}

fn when(fate: &Fate) -> String {
    format!("2026-07-{} 23:{:02}:00", [14, 15, 31][usize::from(fate.day)], 20 + fate.minute)
}
