//! A second month is signed, and a third: a correction is accounted for once (前期分), a further one with its further difference, and a
//! month that is opened again brings back what it had taken in. By example, and over random sequences of corrections, locks and reopenings.

use std::collections::BTreeMap;

use domain::{id::ContractId, method::Method, money::Yen, time::CivilDate};
use engine::{
    Facts, Outcome, PeriodLock, audit,
    contract::Closing,
    locks::Frozen,
    outcome::{ContractSheet, Figure, PriorItem},
    reconcile,
};
use proptest::prelude::*;

use crate::support::{all_delivered, contract, date, deposit, facts as july_only, received, row, sale};

/// Two sales a month with their rows, July to November; the statements of the year are here.
fn year() -> Facts {
    let mut facts = july_only();
    facts.received = vec![received("paypay", "2026-07-01", "2026-12-31")];
    facts.bank_received[0].to = date("2026-12-31");
    for month in 7..=11 {
        for day in [10, 20] {
            let (when, digits) =
                (format!("2026-{month:02}-{day:02} 10:00:00"), format!("{month:02}{day:02}"));
            facts.sales.push(sale(&format!("s{digits}"), &when, 1_000, &digits));
            facts.rows.push(row(&format!("r{digits}"), &when, 1_000, &digits));
        }
    }
    all_delivered(facts)
}

fn run(facts: &Facts) -> Outcome {
    let outcome = reconcile(facts).unwrap();
    assert_eq!(audit(facts, &outcome), Vec::<String>::new());
    outcome
}

/// Signs everything up to a day, as it stands.
fn lock_of(facts: &mut Facts, contract: Option<&ContractId>, through: &str) -> PeriodLock {
    let outcome = run(facts);
    let through = date(through);
    let frozen = Frozen::of(&outcome, &facts.locks, contract, through, "signed");
    let lock = PeriodLock { contract: contract.cloned(), through, facts_from: None, frozen };
    facts.locks.push(lock.clone());
    lock
}

fn lock(facts: &mut Facts, through: &str) {
    lock_of(facts, None, through);
}

fn on(facts: &mut Facts, day: &str) {
    facts.as_of = date(day);
}

/// The 会社明細 of each item, with its closing and the open period that takes it.
fn items(outcome: &Outcome) -> Vec<(String, String, i64)> {
    let told = |item: &PriorItem| (item.to.to_string(), item.open_to.to_string(), item.reported.amount.get());
    outcome.prior.iter().map(told).collect()
}

fn item(to: &str, open: &str, yen: i64) -> (String, String, i64) {
    (to.to_owned(), open.to_owned(), yen)
}

/// The fault: the oldest lock stayed the baseline, and what August had accounted for came again in September.
#[test]
fn a_correction_that_the_second_month_took_in_does_not_come_again() {
    let mut facts = year();
    on(&mut facts, "2026-08-05");
    lock(&mut facts, "2026-07-31");
    facts.rows.push(row("late", "2026-07-21 12:00:00", 300, "7777"));
    on(&mut facts, "2026-08-20");
    assert_eq!(items(&run(&facts)), [item("2026-07-31", "2026-08-31", 300)], "前期分 of August");
    on(&mut facts, "2026-09-05");
    lock(&mut facts, "2026-08-31");
    let september = run(&facts);
    assert!(september.prior.is_empty(), "August was signed with it: {:?}", september.prior);
    let open = september.sheets.iter().find(|sheet| sheet.to == date("2026-09-30")).unwrap();
    assert!(!open.sentence_ja.contains("前期分"), "{}", open.sentence_ja);
    let july = |facts: &Facts| serde_json::to_string(&run(facts).sheets[0]).unwrap();
    assert_eq!(july(&facts), serde_json::to_string(&facts.locks[0].frozen.sheets[0]).unwrap(), "as signed");
}

/// A further correction of the same item in September: only the further difference, and an item of its own.
#[test]
fn a_further_correction_shows_the_further_difference_only() {
    let mut facts = year();
    lock(&mut facts, "2026-07-31");
    facts.rows.push(row("late", "2026-07-21 12:00:00", 300, "7777"));
    on(&mut facts, "2026-09-05");
    let first = run(&facts).prior[0].exception.clone();
    lock(&mut facts, "2026-08-31");
    facts.rows.last_mut().unwrap().amount = Yen::new(450);
    let outcome = run(&facts);
    assert_eq!(items(&outcome), [item("2026-07-31", "2026-09-30", 150)]);
    let further = &outcome.prior[0];
    assert_eq!((further.reported.count, further.accounted_through), (0, Some(date("2026-08-31"))));
    assert_ne!(further.exception, first, "August's exception is August's");
    assert!(further.sentence_ja.contains("さらに変わりました"), "{}", further.sentence_ja);
    facts.rows.pop();
    assert_eq!(items(&run(&facts)), [item("2026-07-31", "2026-09-30", -300)], "taken back altogether");
}

/// August is opened again: what it took in is August's once more, until it is signed again.
#[test]
fn a_month_that_is_opened_again_brings_its_items_back() {
    let mut facts = year();
    lock(&mut facts, "2026-07-31");
    facts.rows.push(row("late", "2026-07-21 12:00:00", 300, "7777"));
    on(&mut facts, "2026-09-05");
    let before = run(&facts);
    lock(&mut facts, "2026-08-31");
    facts.rows.last_mut().unwrap().amount = Yen::new(450);
    assert_eq!(items(&run(&facts)), [item("2026-07-31", "2026-09-30", 150)]);
    facts.locks.pop();
    let opened = run(&facts);
    assert_eq!(items(&opened), [item("2026-07-31", "2026-08-31", 450)]);
    assert_eq!(opened.prior[0].exception, before.prior[0].exception, "the same question as before");
    lock(&mut facts, "2026-08-31");
    assert!(run(&facts).prior.is_empty());
}

/// Money of July that arrives in August is no correction, neither now nor when August is signed; that it was another sum after all, is one.
#[test]
fn money_that_arrives_is_no_correction_under_any_lock() {
    let mut facts = year();
    on(&mut facts, "2026-08-02");
    lock(&mut facts, "2026-07-31");
    let net = run(&facts).payouts[0].net;
    facts.deposits.push(deposit("d1", "2026-08-03", net.get()));
    on(&mut facts, "2026-09-02");
    assert!(run(&facts).prior.is_empty());
    lock(&mut facts, "2026-08-31");
    assert!(run(&facts).prior.is_empty(), "{:?}", run(&facts).prior);
    facts.deposits[0].amount = Yen::new(net.get() - 7);
    let outcome = run(&facts);
    let [told] = &outcome.prior[..] else { panic!("one: {:?}", outcome.prior) };
    let lines: Vec<_> = told.lines.iter().map(|line| line.label_ja.as_str()).collect();
    assert_eq!(lines, ["口座入金"]);
    assert_eq!(told.lines[0].signed.amount.saturating_sub(told.lines[0].now.amount), Yen::new(7));
}

/// A contract of which nothing was there when July was signed: all of July that comes later is 前期分, and July stays without it.
#[test]
fn what_nobody_saw_when_the_month_was_signed_is_an_item() {
    let mut facts = july_only();
    facts.contracts.push(contract("au", "aupay", Method::CodeStatic));
    let mut facts = Facts { sales: year().sales, rows: year().rows, ..facts };
    facts.received =
        vec![received("paypay", "2026-07-01", "2026-12-31"), received("au", "2026-07-01", "2026-12-31")];
    on(&mut facts, "2026-08-05");
    lock(&mut facts, "2026-07-31");
    let late = row("late", "2026-07-21 12:00:00", 300, "7777");
    let au: ContractId = "au".parse().unwrap();
    facts.rows.push(engine::facts::Row {
        contract: au.clone(),
        brand: Some("aupay".parse().unwrap()),
        ..late
    });
    let outcome = run(&facts);
    assert_eq!(items(&outcome), [item("2026-07-31", "2026-08-31", 300)]);
    let july = outcome.sheets.iter().find(|s| s.contract == au && s.to == date("2026-07-31")).unwrap();
    assert_eq!(july.reported_sales, Figure::default(), "signed as nothing");
    lock(&mut facts, "2026-08-31");
    let after = run(&facts);
    assert!(after.prior.is_empty());
    let july = after.sheets.iter().find(|s| s.contract == au && s.to == date("2026-07-31")).unwrap();
    assert_eq!(july.reported_sales, Figure::default(), "still");
}

/// What lies before the facts that are given is neither compared nor called a correction.
#[test]
fn a_closing_whose_facts_are_left_out_stays_as_it_was_signed() {
    let mut facts = year();
    lock(&mut facts, "2026-07-31");
    facts.locks[0].facts_from = Some(date("2026-07-15"));
    let signed = facts.locks[0].frozen.sheets.clone();
    facts.sales.retain(|sale| sale.payment_date >= date("2026-07-15"));
    facts.rows.retain(|row| row.closing_date() >= date("2026-07-15"));
    let outcome = run(&facts);
    assert!(outcome.prior.is_empty() && outcome.standing.is_empty());
    assert_eq!(outcome.sheets[0], signed[0]);
}

/// A contract signed alone, then everything: who of the two is ended first does not matter for what was accounted for.
#[test]
fn a_lock_of_one_contract_and_one_of_all_hold_the_same() {
    let own: ContractId = "paypay".parse().unwrap();
    let mut facts = year();
    lock(&mut facts, "2026-07-31");
    facts.rows.push(row("late", "2026-07-21 12:00:00", 300, "7777"));
    on(&mut facts, "2026-09-05");
    lock_of(&mut facts, Some(&own), "2026-08-31");
    assert!(run(&facts).prior.is_empty());
    facts.rows.push(row("later", "2026-07-22 12:00:00", 50, "8888"));
    assert_eq!(items(&run(&facts)), [item("2026-07-31", "2026-09-30", 50)]);
    lock(&mut facts, "2026-08-31");
    assert_eq!(
        items(&run(&facts)),
        [item("2026-07-31", "2026-09-30", 50)],
        "August of the contract is signed already"
    );
    facts.locks.remove(1);
    assert_eq!(items(&run(&facts)), [item("2026-07-31", "2026-09-30", 50)], "the other lock holds it too");
}

/// Something that happens.
#[derive(Debug, Clone)]
enum Event {
    /// A row comes: month, day, yen; positive or negative.
    Row(i8, i8, i64),
    /// A sale comes.
    Sale(i8, i8, i64),
    /// A row says other yen.
    Revise(usize, i64),
    /// A row is taken back.
    RowGone(usize),
    /// A sale is taken back.
    SaleGone(usize),
    /// Money comes.
    Money(i8, i64),
    /// The next month is signed.
    Lock,
    /// The newest month is opened again.
    Reopen,
}

fn event() -> impl Strategy<Value = Event> {
    let yen = prop_oneof![Just(300_i64), Just(450), Just(-300), 1_i64..5_000];
    let place = 0_usize..64;
    prop_oneof![
        3 => (7_i8..=11, 1_i8..=28, yen.clone()).prop_map(|(month, day, yen)| Event::Row(month, day, yen)),
        2 => (7_i8..=11, 1_i8..=28, yen).prop_map(|(month, day, yen)| Event::Sale(month, day, yen)),
        3 => (place.clone(), 1_i64..5_000).prop_map(|(place, yen)| Event::Revise(place, yen)),
        1 => place.clone().prop_map(Event::RowGone),
        1 => place.prop_map(Event::SaleGone),
        1 => (7_i8..=12, 1_i64..3_000).prop_map(|(month, yen)| Event::Money(month, yen)),
        4 => Just(Event::Lock),
        2 => Just(Event::Reopen),
    ]
}

/// Lines of a sheet that add up over corrections; money is of the day on which it arrives.
fn lines(sheet: &ContractSheet) -> [Figure; 3] {
    [
        sheet.sales.plus(sheet.settled_unknowns).plus(sheet.refunds),
        sheet.reported_sales.plus(sheet.reported_refunds),
        Figure::new(0, sheet.payout),
    ]
}

fn of_item(item: &PriorItem) -> [Figure; 3] {
    [item.ours, item.reported, Figure::new(0, item.payout)]
}

fn add(sums: &mut BTreeMap<ContractId, [Figure; 3]>, contract: &ContractId, lines: [Figure; 3]) {
    let sum = sums.entry(contract.clone()).or_default();
    *sum = [sum[0].plus(lines[0]), sum[1].plus(lines[1]), sum[2].plus(lines[2])];
}

/// A month as it was signed: the bytes of its sheets, and the 前期分 that it showed.
struct SignedMonth {
    through: CivilDate,
    sheets: Vec<(ContractSheet, String)>,
    items: Vec<PriorItem>,
}

/// Every signed month with its 前期分, and the 前期分 of the open one, are a full recompute without locks; signed sheets are as signed.
fn holds(facts: &Facts, signed: &[SignedMonth]) {
    let outcome = run(facts);
    let live = run(&Facts { locks: Vec::new(), ..facts.clone() });
    let mut shown = BTreeMap::new();
    for month in signed {
        for (sheet, bytes) in &month.sheets {
            let same = |s: &&ContractSheet| s.contract == sheet.contract && s.to == sheet.to;
            let now = outcome.sheets.iter().find(same).expect("a signed sheet is shown");
            assert_eq!(&serde_json::to_string(now).unwrap(), bytes, "byte for byte");
            add(&mut shown, &sheet.contract, lines(sheet));
        }
        month.items.iter().for_each(|item| add(&mut shown, &item.contract, of_item(item)));
    }
    outcome.prior.iter().for_each(|item| add(&mut shown, &item.contract, of_item(item)));
    let through = signed.iter().map(|month| month.through).max();
    let mut present = BTreeMap::new();
    for sheet in live.sheets.iter().filter(|sheet| Some(sheet.to) <= through) {
        add(&mut present, &sheet.contract, lines(sheet));
    }
    for map in [&mut shown, &mut present] {
        map.retain(|_, sum| *sum != [Figure::default(); 3]);
    }
    assert_eq!(shown, present, "signed + accounted for + open = recomputed");
    for sheet in live.sheets.iter().filter(|sheet| Some(sheet.to) > through) {
        let same = |s: &&ContractSheet| s.contract == sheet.contract && s.to == sheet.to;
        let open = outcome.sheets.iter().find(same).expect("an open closing is shown");
        assert_eq!((lines(open), open.residual), (lines(sheet), sheet.residual), "an open month is live");
    }
}

fn happen(facts: &mut Facts, signed: &mut Vec<SignedMonth>, nth: usize, event: &Event) {
    let when = |month: i8, day: i8| format!("2026-{month:02}-{day:02} 10:00:00");
    let digits = format!("{nth:04}");
    match *event {
        Event::Row(month, day, yen) => {
            let mut new = row(&format!("n{nth}"), &when(month, day), yen, &digits);
            if nth.is_multiple_of(3) {
                new.contract = "au".parse().unwrap();
                new.brand = Some("aupay".parse().unwrap());
            }
            facts.rows.push(new);
        }
        Event::Sale(month, day, yen) => {
            facts.sales.push(sale(&format!("m{nth}"), &when(month, day), yen.abs(), &digits));
        }
        Event::Revise(place, yen) if !facts.rows.is_empty() => {
            let place = place % facts.rows.len();
            let sign = facts.rows[place].amount.get().signum();
            facts.rows[place].amount = Yen::new(sign * yen);
        }
        Event::RowGone(place) if !facts.rows.is_empty() => {
            facts.rows.remove(place % facts.rows.len());
        }
        Event::SaleGone(place) if !facts.sales.is_empty() => {
            facts.sales.remove(place % facts.sales.len());
        }
        Event::Money(month, yen) => {
            facts.deposits.push(deposit(&format!("d{nth}"), &when(month, 3)[..10], yen))
        }
        Event::Lock if signed.len() < 4 => {
            let through = ["2026-07-31", "2026-08-31", "2026-09-30", "2026-10-31"][signed.len()];
            let items = run(facts).prior;
            let lock = lock_of(facts, None, through);
            // What is shown in an open period that this lock does not reach stays open.
            let items = items.into_iter().filter(|item| item.open_to <= lock.through).collect();
            let bytes = |sheet: &ContractSheet| serde_json::to_string(sheet).unwrap();
            let sheets = lock.frozen.sheets.iter().map(|sheet| (sheet.clone(), bytes(sheet))).collect();
            signed.push(SignedMonth { through: lock.through, sheets, items });
        }
        Event::Reopen => {
            facts.locks.pop();
            signed.pop();
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn signed_and_prior_are_a_recompute_whatever_happens(
        events in prop::collection::vec(event(), 1..24),
        closing in prop_oneof![
            Just(Closing::MonthEnd),
            Just(Closing::Days(vec![15])),
            Just(Closing::Days(vec![15, 31])),
        ],
    ) {
        let mut facts = year();
        facts.as_of = date("2026-12-20");
        facts.contracts[0].closing = closing;
        facts.contracts.insert(0, contract("au", "aupay", Method::CodeStatic));
        facts.received.push(received("au", "2026-07-01", "2026-12-31"));
        let mut signed = Vec::new();
        for (nth, event) in events.iter().enumerate() {
            happen(&mut facts, &mut signed, nth, event);
            holds(&all_delivered(facts.clone()), &signed);
        }
    }
}
