//! The bulk matcher and the engine are two programs for one question; on small towns of cards with slip numbers they answer alike.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the finding")]

use std::collections::BTreeSet;

use domain::{
    method::Method,
    money::Yen,
    rate::{Ppm, Rounding},
    time::{CivilDate, Timestamp},
};
use engine::{
    BankCalendar, Contract, ExceptionClass, Facts,
    contract::{Closing, DepositWindow, FeeBase, FeeRule, FeeYear, GrossOrNet, KeyRule, PayoutRule, TaxForm},
    facts::{ReceivedStatement, Row, RowClass, Sale, SaleKind, SaleState},
    matching::Matching,
    notices::Notices,
    outcome::Stage,
};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Towns that are compared.
const TOWNS: u64 = 200;
/// Sales of a town.
const SALES: u32 = 24;
/// Between two sales, in milliseconds: longer than the time in which a second charge is suspected.
const STEP_MS: i64 = 7 * 60_000;
const DAY: &str = "2026-07-15";

/// A row of either side.
#[derive(Debug, Clone, Copy)]
struct Line {
    number: u32,
    yen: i64,
}

impl Line {
    fn terminal(self) -> String {
        format!("130000000{:04}", self.number % 3)
    }

    fn slip(self) -> String {
        format!("{:06}", self.number * 37)
    }

    fn at(self) -> Timestamp {
        let morning = Timestamp::from_jst(DAY.parse().unwrap(), 9, 0, 0).unwrap();
        morning.plus_ms(i64::from(self.number) * STEP_MS)
    }
}

/// What both must find: pairs of row numbers with different amounts, sales and rows alone, rows too many.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    matched: usize,
    differs: BTreeSet<(u64, u64)>,
    only_sales: BTreeSet<u64>,
    only_rows: BTreeSet<u64>,
    too_many: BTreeSet<u64>,
}

fn town(seed: u64) -> (Vec<Line>, Vec<Line>) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut sales, mut rows) = (Vec::new(), Vec::new());
    for number in 0..SALES {
        let line = Line { number, yen: 150 * i64::from(random.random_range(1..4_u32)) };
        let fate = random.random_range(0..12_u32);
        if fate != 0 {
            sales.push(line);
        }
        match fate {
            1 => {}
            2 => rows.push(Line { yen: line.yen + 10, ..line }),
            3 => rows.extend([line, line]),
            _ => rows.push(line),
        }
    }
    (sales, rows)
}

fn bulk_finds(sales: &[Line], rows: &[Line]) -> Found {
    let file = |lines: &[Line]| {
        let line = |l: &Line| format!("{},{},{DAY},{}\n", l.terminal(), l.slip(), l.yen);
        format!("terminal,slip,date,amount\n{}", lines.iter().map(line).collect::<String>())
    };
    let (sales, rows) = (file(sales), file(rows));
    let options = bulk::Options::default();
    let outcome = bulk::reconcile(&sales.as_bytes(), &rows.as_bytes(), &options).unwrap();
    let mut found =
        Found { matched: usize::try_from(outcome.matched().sales_rows).unwrap(), ..Found::default() };
    for one in outcome.exceptions {
        match (one.class, one.sales_row, one.statement_row) {
            (bulk::Class::AmountDiff, Some(sale), Some(row)) => found.differs.insert((sale, row)),
            (bulk::Class::JOnly, Some(sale), None) => found.only_sales.insert(sale),
            (bulk::Class::AOnly, None, Some(row)) => found.only_rows.insert(row),
            (bulk::Class::DuplicateCharge, _, Some(row)) => found.too_many.insert(row),
            other => panic!("{other:?}"),
        };
    }
    found
}

fn engine_finds(sales: &[Line], rows: &[Line]) -> Found {
    let outcome = engine::reconcile(&facts(sales, rows)).unwrap();
    let number = |id: &str| id[1..].parse::<u64>().unwrap();
    let mut found = Found::default();
    for link in outcome.links.iter() {
        match link.stage {
            Stage::CompositeKey => found.matched += 1,
            Stage::CompositeKeyAmountDiffers => {
                found.differs.insert((number(&link.left), number(&link.right)));
            }
            other => panic!("{other:?}"),
        }
    }
    for one in &outcome.exceptions {
        let of = |side: char| one.members.iter().filter(move |id| id.starts_with(side)).map(|id| number(id));
        match one.class {
            ExceptionClass::JOnly => found.only_sales.extend(of('s')),
            ExceptionClass::AOnly => found.only_rows.extend(of('r')),
            ExceptionClass::DuplicateCharge => found.too_many.extend(of('r')),
            // Differences of amounts are links already; payouts and days are not the bulk matcher's.
            _ => {}
        }
    }
    found
}

fn facts(sales: &[Line], rows: &[Line]) -> Facts {
    let date = |text: &str| text.parse::<CivilDate>().unwrap();
    Facts {
        as_of: date("2026-08-20"),
        config_version: "1".into(),
        sales: sales.iter().enumerate().map(|(place, line)| sale(place + 1, *line)).collect(),
        rows: rows.iter().enumerate().map(|(place, line)| row(place + 1, *line)).collect(),
        deposits: Vec::new(),
        contracts: vec![contract()],
        calendar: BankCalendar::default(),
        received: vec![ReceivedStatement {
            contract: "card".parse().unwrap(),
            file: "file".into(),
            from: date("2026-07-01"),
            to: date("2026-07-31"),
        }],
        bank_received: Vec::new(),
        terminal_totals: Vec::new(),
        counter_days: Vec::new(),
        terminals: Vec::new(),
        notices: Notices::default(),
        gaps: engine::facts::Gaps::default(),
        declared: Vec::new(),
        locks: Vec::new(),
    }
}

fn contract() -> Contract {
    Contract {
        id: "card".parse().unwrap(),
        label_ja: "カード".into(),
        acquirer_ja: "カード会社".into(),
        covers: vec![(Method::Credit, "visa".parse().unwrap())],
        statement_profile: None,
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
        payer_kana: Vec::new(),
        deposit_account: None,
        deposit_window: DepositWindow::default(),
        keys: vec![KeyRule::TerminalSlipDateAmount],
        chargeback_reply_days: None,
        cutoff_band_minutes: 30,
        matching: Matching::default(),
        terms: Vec::new(),
        trustee: None,
    }
}

fn sale(number: usize, line: Line) -> Sale {
    Sale {
        id: format!("s{number:04}"),
        attempt: None,
        counter: "m1".parse().unwrap(),
        business_day: line.at().date(),
        payment_date: line.at().date(),
        at: line.at(),
        kind: SaleKind::Sale,
        method: Method::Credit,
        brand: Some("visa".parse().unwrap()),
        contract: Some("card".parse().unwrap()),
        terminal_id: Some(line.terminal()),
        sheet_number: None,
        slip_number: Some(line.slip()),
        approval_code: None,
        payer_digits: None,
        acquirer_transaction_id: None,
        reference: None,
        amount: Yen::new(line.yen),
        refund_of: None,
        parts: Vec::new(),
        provisional: false,
        state: SaleState::Completed,
        voided_at: None,
        void_slip_number: None,
        settled_by_statement: false,
        opening: None,
        paid_again_as: None,
    }
}

fn row(number: usize, line: Line) -> Row {
    Row {
        id: format!("r{number:04}"),
        contract: "card".parse().unwrap(),
        file: "file".into(),
        row: u32::try_from(number).unwrap(),
        occurrence: 1,
        record_key: format!("r{number:04}"),
        class: RowClass::Sale,
        at: line.at(),
        process_date: None,
        amount: Yen::new(line.yen),
        brand: Some("visa".parse().unwrap()),
        terminal_id: Some(line.terminal()),
        slip_number: Some(line.slip()),
        approval_code: None,
        payer_digits: None,
        acquirer_transaction_id: None,
        reference: None,
    }
}

#[test]
fn the_bulk_matcher_and_the_engine_answer_alike() {
    for seed in 0..TOWNS {
        let (sales, rows) = town(seed);
        assert_eq!(bulk_finds(&sales, &rows), engine_finds(&sales, &rows), "town {seed}");
    }
}
