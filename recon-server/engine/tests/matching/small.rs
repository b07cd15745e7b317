//! Random small towns from a seed: at most eight sales, eight rows, eight deposits, drawn from tiny ranges on purpose so that everything
//! collides; keys are missing as often as not. A seed is the whole bug report.

use domain::{method::Method, money::Yen};
use engine::{
    Facts,
    facts::{Row, RowClass, Sale, SaleState, TerminalTotal},
    matching::{Accept, WindowRule},
};

use crate::support::{all_delivered, at, contract, deposit, facts, received, row, sale};

/// Most sales, rows and deposits of a town, each.
pub const EACH_MAX: u64 = 8;

/// SplitMix64: the seed is the state.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// From 0 to below `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }

    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.roll(list.len() as u64)).unwrap()]
    }
}

/// What a whole town has in common: which fields its sales and its rows carry.
struct Habits {
    card: bool,
    our_terminals: bool,
    their_terminals: bool,
    our_keys: bool,
    their_keys: bool,
    brands: bool,
    timeless: bool,
    terminals: u64,
    minutes: u64,
}

/// The town of a seed.
pub fn town(seed: u64) -> Facts {
    let dice = &mut Dice::new(seed);
    let habits = Habits {
        card: dice.one_in(2),
        our_terminals: !dice.one_in(4),
        their_terminals: !dice.one_in(4),
        our_keys: dice.one_in(2),
        their_keys: dice.one_in(2),
        brands: !dice.one_in(3),
        timeless: dice.one_in(5),
        terminals: 1 + dice.roll(2),
        minutes: dice.pick(&[4, 30, 400]),
    };
    let mut facts = facts();
    facts.contracts.push(contract("card", "visa", Method::Credit));
    facts.received.push(received("card", "2026-07-01", "2026-08-05"));
    if dice.one_in(8) {
        facts.received.remove(0);
    }
    for contract in &mut facts.contracts {
        let accept = dice.pick(&[Accept::Confirmed, Accept::Confirmed, Accept::Proposed, Accept::Never]);
        contract.matching.window = WindowRule { accept, ..WindowRule::default() };
    }
    let sales = dice.roll(EACH_MAX + 1);
    for n in 0..sales {
        let sold = sold(dice, &habits, n);
        report(dice, &habits, &mut facts, &sold, n);
        facts.sales.push(sold);
    }
    while facts.rows.len() < 8 && dice.one_in(3) {
        let n = facts.rows.len() as u64;
        let phantom = sold(dice, &habits, 50 + n);
        let told = told(dice, &habits, &phantom, &format!("r{n}x"));
        facts.rows.push(told);
    }
    facts.rows.truncate(8);
    for n in 0..dice.roll(3) {
        let yen = dice.pick(&[300, 600, 294, 588, 1_470]);
        facts.deposits.push(deposit(&format!("d{n}"), dice.pick(&["2026-08-03", "2026-08-04"]), yen));
    }
    if dice.one_in(6) {
        let (brand, counter) = ("visa".parse().unwrap(), "m1".parse().unwrap());
        let business_day = crate::support::date("2026-07-14");
        facts.terminal_totals.push(TerminalTotal {
            counter,
            business_day,
            brand,
            count: 1,
            amount: Yen::new(300),
        });
    }
    all_delivered(facts)
}

fn sold(dice: &mut Dice, habits: &Habits, n: u64) -> Sale {
    let day = dice.pick(&["2026-07-14", "2026-07-14", "2026-07-31"]);
    let minute = dice.roll(habits.minutes) + if dice.one_in(6) { 1_410 - 400 } else { 600 };
    let when = format!("{day} {:02}:{:02}:{:02}", minute / 60, minute % 60, dice.roll(3) * 10);
    let digits = format!("{:04}", dice.roll(4));
    let refund = dice.one_in(12);
    let yen = dice.pick(&[300, 300, 300, 450, 600]) * if refund { -1 } else { 1 };
    let state = match dice.roll(12) {
        0 => SaleState::Unknown,
        1 if !refund => SaleState::Voided,
        _ => SaleState::Completed,
    };
    let terminal = habits.our_terminals.then(|| format!("t{}", dice.roll(habits.terminals)));
    let key = (habits.our_keys && !dice.one_in(5)).then_some(digits.clone());
    let card = habits.card && !dice.one_in(6);
    Sale {
        sheet_number: terminal.clone().filter(|_| !card),
        terminal_id: terminal.filter(|_| card),
        payer_digits: key.clone().filter(|_| !card),
        slip_number: key.filter(|_| card && state != SaleState::Unknown),
        method: if card { Method::Credit } else { Method::CodeStatic },
        brand: habits.brands.then(|| if card { "visa" } else { "paypay" }.parse().unwrap()),
        contract: Some(if card { "card" } else { "paypay" }.parse().unwrap()),
        voided_at: (state == SaleState::Voided).then(|| at(&when).plus_ms(120_000)),
        state,
        ..sale(&format!("s{n:02}"), &when, yen, &digits)
    }
}

/// How the acquirer tells it: mostly as it was; lost, failed, wrong, doubled, merged with the one before, split in two, or a pair.
fn report(dice: &mut Dice, habits: &Habits, facts: &mut Facts, sold: &Sale, n: u64) {
    let mut told = told(dice, habits, sold, &format!("r{n}"));
    match dice.roll(16) {
        0 => {}
        1 => facts.rows.push(Row { class: RowClass::Failed, ..told }),
        2 => facts.rows.push(Row { amount: Yen::new(told.amount.get() + 150), ..told }),
        3 => {
            facts.rows.push(Row { id: format!("r{n}b"), occurrence: 2, ..told.clone() });
            facts.rows.push(told);
        }
        4 | 5 if !facts.rows.is_empty() => {
            let place = facts.rows.len() - 1;
            let before = facts.rows[place].amount.saturating_add(told.amount);
            let class = if before.is_negative() { RowClass::Refund } else { RowClass::Sale };
            facts.rows[place].class = class;
            facts.rows[place].amount = before;
        }
        6 if told.amount.get() > 150 => {
            let part = Row {
                id: format!("r{n}p"),
                record_key: format!("r{n}p"),
                amount: Yen::new(150),
                ..told.clone()
            };
            told.amount = told.amount.saturating_sub(part.amount);
            facts.rows.extend([told, part]);
        }
        7 => {
            facts.rows.push(Row { class: RowClass::Chargeback, amount: Yen::new(-told.amount.get()), ..told })
        }
        _ if sold.state == SaleState::Voided && dice.one_in(2) => {
            let back = Row {
                id: format!("r{n}v"),
                record_key: format!("r{n}v"),
                class: RowClass::Refund,
                amount: Yen::new(-told.amount.get()),
                ..told.clone()
            };
            facts.rows.extend([told, back]);
        }
        _ if sold.state == SaleState::Voided => {}
        _ => facts.rows.push(told),
    }
}

fn told(dice: &mut Dice, habits: &Habits, sold: &Sale, id: &str) -> Row {
    let lag = dice.pick(&[0, 10, 60, 600, 901]) * 1_000;
    let when =
        if habits.timeless { at(&format!("{} 00:00:00", sold.at.date())) } else { sold.at.plus_ms(lag) };
    let place = sold.sheet_number.clone().or(sold.terminal_id.clone());
    let guessed = Some(format!("{:04}", dice.roll(4)));
    let digits = sold.payer_digits.clone().or(sold.slip_number.clone()).or(guessed);
    let key = digits.filter(|_| habits.their_keys && !dice.one_in(5));
    let card = sold.method == Method::Credit;
    Row {
        contract: sold.contract.clone().unwrap(),
        at: when,
        brand: sold.brand.clone().filter(|_| !dice.one_in(8)),
        terminal_id: place.filter(|_| habits.their_terminals),
        payer_digits: key.clone().filter(|_| !card),
        slip_number: key.filter(|_| card),
        ..row(id, "2026-07-14 00:00:00", sold.amount.get(), "")
    }
}
