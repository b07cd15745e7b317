//! How long a year takes: 100,000 sales against 100,000 rows over twelve months and five contracts. Prints seconds of processor
//! time: whole, and after one file of one day was added, from the memory of the run before.
//!
//! Deliberately not a test: machines differ. `cargo run --release -p engine --example year`

#![expect(clippy::unwrap_used, reason = "made-up facts that are known to be well formed")]

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
        CounterDay, CounterDayState, Deposit, ReceivedBank, ReceivedStatement, RefundOf, Row, RowClass, Sale,
        SaleKind, SaleState,
    },
    matching::Matching,
    notices::Notices,
};

/// Sales in all.
const SALES: usize = 100_000;
/// Days on which the counters are open.
const DAYS: i32 = 365;
/// Rounds; the fastest counts.
const ROUNDS: usize = 3;
/// Id, brand, method.
const CONTRACTS: [(&str, &str, Method); 5] = [
    ("card", "visa", Method::Credit),
    ("emoney", "edy", Method::ElectronicMoney),
    ("paypay", "paypay", Method::CodeStatic),
    ("dbarai", "dbarai", Method::CodeStatic),
    ("rakuten", "rakuten_pay", Method::CodeStatic),
];

fn contract(place: usize) -> Contract {
    let (id, brand, method) = CONTRACTS[place];
    Contract {
        id: id.parse().unwrap(),
        label_ja: id.to_owned(),
        acquirer_ja: id.to_owned(),
        covers: vec![(method, brand.parse().unwrap())],
        statement_profile: Some("generic".to_owned()),
        statement_required: true,
        closing: if place == 0 { Closing::Days(vec![15, 31]) } else { Closing::MonthEnd },
        payout: PayoutRule::BusinessDays { after: 3 },
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
        payer_kana: vec![format!("PAYER{place}")],
        deposit_account: Some("main".to_owned()),
        deposit_window: DepositWindow::default(),
        keys: default_keys(),
        chargeback_reply_days: None,
        cutoff_band_minutes: 30,
        matching: Matching::default(),
        terms: Vec::new(),
        trustee: None,
    }
}

/// One number out of many, the same for the same `n`.
fn scramble(n: usize) -> usize {
    let mut x = (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    usize::try_from((x ^ (x >> 27)) >> 8).unwrap()
}

fn first_day() -> CivilDate {
    "2025-11-01".parse().unwrap()
}

/// The sale of a number and its row; of a hundred, one row is missing, one sale, and one is a refund after the close.
fn payment(n: usize) -> (Option<Sale>, Option<Row>) {
    let dice = scramble(n);
    let day = first_day().plus_days(i32::try_from(n % usize::try_from(DAYS).unwrap()).unwrap());
    let (place, counter) = (dice % 5, dice / 5 % 8);
    let minute = dice / 40 % 480;
    let (hour, minute) = (i8::try_from(9 + minute / 60).unwrap(), i8::try_from(minute % 60).unwrap());
    let at = Timestamp::from_jst(day, hour, minute, i8::try_from(dice / 20_000 % 60).unwrap()).unwrap();
    let refund = (dice / 7).is_multiple_of(100);
    let amount = [300, 300, 300, 450, 600][dice / 11 % 5] * if refund { -1 } else { 1 };
    let (id, brand, method) = CONTRACTS[place];
    let card = method != Method::CodeStatic;
    let digits = format!("{:04}", dice / 1_000_000 % 10_000);
    let terminal = format!("{id}-{counter}");
    let sale = Sale {
        id: format!("sale-{n:08}-{:016x}", dice),
        attempt: Some(format!("attempt-{n:08}")),
        counter: format!("m{counter}").parse().unwrap(),
        business_day: day,
        payment_date: day,
        at,
        kind: if refund { SaleKind::Refund } else { SaleKind::Sale },
        method,
        brand: Some(brand.parse().unwrap()),
        contract: Some(id.parse().unwrap()),
        terminal_id: card.then(|| terminal.clone()),
        sheet_number: (!card).then(|| terminal.clone()),
        slip_number: card.then(|| digits.clone()),
        approval_code: None,
        payer_digits: (!card).then(|| digits.clone()),
        acquirer_transaction_id: None,
        reference: None,
        amount: Yen::new(amount),
        refund_of: refund.then(|| RefundOf {
            sale: format!("sale-{:08}", n.saturating_sub(1)),
            payment_date: day,
            amount: Yen::new(600),
        }),
        provisional: !card,
        state: SaleState::Completed,
        voided_at: None,
        void_slip_number: None,
        settled_by_statement: false,
        opening: None,
        paid_again_as: None,
        parts: Vec::new(),
    };
    let row = told(n, dice, &sale);
    let missing = dice / 3 % 100;
    ((missing != 1).then_some(sale), (missing != 2).then_some(row))
}

/// The row of a sale: twenty seconds later, under the acquirer's own number.
fn told(n: usize, dice: usize, sale: &Sale) -> Row {
    Row {
        id: format!("row-{:016x}-{n:08}", scramble(n + SALES)),
        contract: sale.contract.clone().unwrap(),
        file: format!("{}-{}", sale.contract.clone().unwrap(), sale.payment_date),
        row: 2,
        occurrence: 1,
        record_key: format!("key-{n:08}"),
        class: if sale.kind == SaleKind::Refund { RowClass::Refund } else { RowClass::Sale },
        at: sale.at.plus_ms(20_000),
        process_date: None,
        amount: sale.amount,
        brand: sale.brand.clone(),
        terminal_id: sale.terminal_id.clone().or(sale.sheet_number.clone()),
        slip_number: sale.slip_number.clone(),
        approval_code: None,
        payer_digits: sale.payer_digits.clone(),
        acquirer_transaction_id: Some(format!("{:020}", dice)),
        reference: None,
    }
}

fn facts() -> Facts {
    let last = first_day().plus_days(DAYS);
    let mut facts = Facts {
        as_of: last,
        config_version: "1".to_owned(),
        sales: Vec::new(),
        rows: Vec::new(),
        deposits: Vec::new(),
        contracts: (0..CONTRACTS.len()).map(contract).collect(),
        calendar: BankCalendar::default(),
        received: Vec::new(),
        bank_received: vec![ReceivedBank { account: "main".to_owned(), from: first_day(), to: last }],
        terminal_totals: Vec::new(),
        counter_days: Vec::new(),
        terminals: Vec::new(),
        notices: Notices::default(),
        declared: Vec::new(),
        locks: Vec::new(),
        gaps: engine::facts::Gaps::default(),
    };
    for n in 0..SALES {
        let (sale, row) = payment(n);
        facts.sales.extend(sale);
        facts.rows.extend(row);
    }
    for days in 0..DAYS {
        let day = first_day().plus_days(days);
        for (contract, ..) in CONTRACTS {
            facts.received.push(ReceivedStatement {
                contract: contract.parse().unwrap(),
                file: format!("{contract}-{day}"),
                from: day,
                to: day,
            });
        }
        facts.counter_days.extend((0..8).map(|counter| CounterDay {
            counter: format!("m{counter}").parse().unwrap(),
            business_day: day,
            state: CounterDayState::Delivered,
        }));
    }
    facts
}

/// Deposits as the acquirers pay them: what the payouts come to.
fn paid(mut facts: Facts) -> Facts {
    let payouts = engine::reconcile(&facts).unwrap().payouts;
    for (n, payout) in payouts.iter().filter(|payout| payout.expected_on <= facts.as_of).enumerate() {
        let place = CONTRACTS.iter().position(|(id, ..)| *id == payout.contract.as_str()).unwrap();
        facts.deposits.push(Deposit {
            id: format!("deposit-{n:04}"),
            account: "main".to_owned(),
            file: "bank".to_owned(),
            row: 2,
            booked_on: payout.expected_on,
            amount: payout.net,
            remitter_kana: format!("PAYER{place}"),
            summary: String::new(),
            reversal: false,
            by_hand: false,
        });
    }
    facts
}

fn fastest(name: &str, mut work: impl FnMut() -> usize) {
    let mut best = u64::MAX;
    let mut found = 0;
    for _ in 0..ROUNDS {
        let start = spent_us();
        found = work();
        best = best.min(spent_us() - start);
    }
    println!("{name:<40} {:>4}.{:03} s   {found} exceptions", best / 1_000_000, best / 1_000 % 1_000);
}

fn main() {
    let facts = paid(facts());
    println!("{} sales, {} rows, {} deposits", facts.sales.len(), facts.rows.len(), facts.deposits.len());
    fastest("whole", || engine::reconcile(&facts).unwrap().exceptions.len());
    let (before, added) = without_a_day(&facts);
    let mut memory = engine::Memory::new();
    fastest("whole, and remembered", || {
        memory = engine::Memory::new();
        engine::reconcile_with(&before, &mut memory).unwrap().0.exceptions.len()
    });
    again("one file of one day added", &added, &memory);
    let tomorrow = Facts { as_of: before.as_of.plus_days(1), ..before };
    again("a day later", &tomorrow, &memory);
}

/// One run with a memory that another run left behind.
fn again(name: &str, facts: &Facts, memory: &engine::Memory) {
    let (mut best, mut computed, mut all) = (u64::MAX, 0, 0);
    for _ in 0..ROUNDS {
        let mut memory = memory.clone();
        let start = spent_us();
        let (_, rerun) = engine::reconcile_with(facts, &mut memory).unwrap();
        best = best.min(spent_us() - start);
        (computed, all) = (rerun.computed().count(), rerun.partitions.len());
    }
    println!(
        "{name:<40} {:>4}.{:03} s   {computed} of {all} partitions computed",
        best / 1_000_000,
        best / 1_000 % 1_000
    );
}

/// The facts before a file of one day of one contract came, and all of them.
fn without_a_day(facts: &Facts) -> (Facts, Facts) {
    let mut before = facts.clone();
    let day = first_day().plus_days(DAYS - 20);
    before.rows.retain(|row| row.contract.as_str() != "paypay" || row.at.date() != day);
    before.received.retain(|file| file.contract.as_str() != "paypay" || file.from != day);
    (before, facts.clone())
}

/// Microseconds of processor time of this thread.
fn spent_us() -> u64 {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    spent.split(' ').next().unwrap().parse::<u64>().unwrap() / 1_000
}
