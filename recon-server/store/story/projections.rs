//! What entries say is read back, survives a rebuild, and nothing is dropped.

use domain::{
    event::{Event, OverpaymentCause, UnknownExit},
    id::{AttemptId, BrandCode, Incarnation, SaleId},
    money::Yen,
    payment::{
        Approval, AttemptKind, Decline, Doubt, DoubtCause, Evidence, NotStartedWhy, Outcome, Phase,
        StrayResult,
    },
    settlement::{Tally, TerminalBrandTotal, TerminalTotals, TotalsSource},
};
use journal::entry::Entry;
use store::{
    Store, UnitOfWork,
    journal::EntryKey,
    reports::{AttemptRow, DayRow, DeliveryRow, SaleRow, VisitorRow},
};
use uuid::Uuid;

use super::samples::{
    Diary, at, card, closed, counter, day, deliver, enrol, free_line, line, opened, requested, settlement,
    tenant, ticket,
};

fn attempt(number: u128) -> AttemptId {
    AttemptId(Uuid::from_u128(number))
}

fn sale(number: u128) -> SaleId {
    SaleId(Uuid::from_u128(number))
}

fn doubt() -> Outcome {
    Outcome::Unknown(Doubt {
        phase: Phase::Sent,
        cause: DoubtCause::Silence,
        detail: "no answer".to_owned(),
        partial: None,
    })
}

fn concluded(number: u128, outcome: Outcome) -> Event {
    Event::PaymentConcluded { attempt: attempt(number), outcome }
}

/// A card sale: requested, approved, completed; then taken back by an attempt of its own.
fn card_sale_and_void(diary: &mut Diary) -> Vec<Entry> {
    let receipt_number = diary.next_receipt();
    let payment = card(11, 450);
    let completed = Event::SaleCompleted {
        sale: sale(2),
        receipt_number: receipt_number.clone(),
        business_day: day("2026-08-03"),
        payment_date: day("2026-08-03"),
        paid_at: at(5),
        lines: vec![line("koseki", 450), free_line()],
        total: Yen::new(450),
        payment: payment.clone(),
    };
    let voided = Event::SaleVoided {
        sale: sale(2),
        receipt_number,
        business_day: day("2026-08-03"),
        payment,
        reason: "金額の誤り".to_owned(),
        attempt: Some(attempt(12)),
    };
    let declined = Outcome::Declined(Decline { code: "6c".to_owned(), text: "abort".to_owned() });
    [
        requested(11, 2, 450, AttemptKind::Sales),
        concluded(11, Outcome::Approved(Approval::default())),
        completed,
        requested(12, 2, 450, AttemptKind::Void { original: attempt(11) }),
        concluded(12, declined),
        voided,
    ]
    .into_iter()
    .map(|event| diary.write(event))
    .collect()
}

/// Doubts: one stays open, one is resolved at the centre, one never ended, one never started.
fn doubts(diary: &mut Diary) -> Vec<Entry> {
    let evidence = Evidence::Statement { file: "ab".to_owned(), row: 3, decided_by: "kaikei".to_owned() };
    let not_started = Outcome::NotStarted { why: NotStartedWhy::NoByteLeft, detail: "cut".to_owned() };
    [
        requested(21, 3, 300, AttemptKind::Sales),
        concluded(21, doubt()),
        Event::UnknownExitChosen { attempt: attempt(21), exit: UnknownExit::PaysAnotherWay },
        requested(22, 4, 200, AttemptKind::Sales),
        concluded(22, doubt()),
        Event::PaymentResolved {
            attempt: attempt(22),
            outcome: Outcome::Approved(Approval::default()),
            evidence,
        },
        requested(23, 4, 100, AttemptKind::Sales),
        requested(24, 4, 100, AttemptKind::Sales),
        concluded(24, not_started),
        Event::OverpaymentCaseOpened {
            attempt: attempt(22),
            sale: sale(4),
            amount: Yen::new(200),
            cause: OverpaymentCause::PaidTwice,
        },
        Event::StrayResultSeen {
            device: "term-1".parse().unwrap(),
            result: StrayResult { code: "00".to_owned(), approval: Approval::default() },
        },
    ]
    .into_iter()
    .map(|event| diary.write(event))
    .collect()
}

fn museum_sale(diary: &mut Diary, number: u128) -> Entry {
    let lines = vec![
        ticket("一般", 2, 1_000, false),
        ticket("一般", 20, 8_000, true),
        ticket("中学生以下", 3, 0, false),
    ];
    let event = Event::SaleCompleted {
        sale: sale(number),
        receipt_number: diary.next_receipt(),
        business_day: day("2026-08-03"),
        payment_date: day("2026-08-03"),
        paid_at: at(9),
        lines,
        total: Yen::new(9_000),
        payment: card(31, 9_000),
    };
    diary.write(event)
}

fn terminal_totals() -> Event {
    let brand: BrandCode = "visa".parse().unwrap();
    Event::TerminalTotalsRecorded {
        totals: TerminalTotals {
            route: "term-1".parse().unwrap(),
            source: TotalsSource::TypedTwice,
            brands: vec![TerminalBrandTotal { brand, tally: Tally { count: 1, amount: Yen::new(450) } }],
        },
    }
}

/// One day of one counter with something of everything, delivered.
async fn busy_day(store: &dyn Store, name: &str) -> Diary {
    let tenant = tenant(name);
    enrol(store, &tenant, "m1", 1, at(0)).await;
    enrol(store, &tenant, "m2", 2, at(0)).await;
    let mut diary = Diary::new(&tenant, &counter("m1"), Incarnation(1), at(0));
    let mut entries = vec![diary.write(opened(1)), diary.cash_sale(1, 300)];
    entries.extend(card_sale_and_void(&mut diary));
    entries.extend(doubts(&mut diary));
    entries.push(museum_sale(&mut diary, 5));
    entries.push(diary.write(terminal_totals()));
    entries.push(diary.write(closed(1, Some("過不足あり"))));
    entries.push(diary.write(opened(2)));
    let appended = deliver(store, &diary, &entries, at(60)).await;
    assert_eq!(usize::try_from(appended.stored).unwrap(), entries.len());
    diary
}

/// Everything that the reports read.
#[derive(Debug, PartialEq)]
struct Figures {
    booked: Vec<SaleRow>,
    attempts: Vec<AttemptRow>,
    unknowns: Vec<AttemptRow>,
    days: Vec<DayRow>,
    deliveries: Vec<DeliveryRow>,
    visitors: Vec<VisitorRow>,
    others: String,
}

async fn figures(unit: &mut dyn UnitOfWork, diary: &Diary) -> Figures {
    let tenant = &diary.id.tenant;
    let (from, to) = (day("2026-08-01"), day("2026-08-31"));
    let others = format!(
        "{:?} {:?} {:?} {:?}",
        unit.overpayments(tenant).await.unwrap(),
        unit.strays(tenant).await.unwrap(),
        unit.unread_entries(tenant).await.unwrap(),
        unit.inbox_acknowledged(&diary.id).await.unwrap(),
    );
    Figures {
        booked: unit.sales_booked(tenant, from, to, None).await.unwrap(),
        attempts: unit.attempts(tenant, from, to).await.unwrap(),
        unknowns: unit.open_unknowns(tenant).await.unwrap(),
        days: unit.days(tenant, from, to).await.unwrap(),
        deliveries: unit.deliveries(tenant).await.unwrap(),
        visitors: unit.visitors(tenant, from, to).await.unwrap(),
        others,
    }
}

pub async fn everything_is_read_back(store: &dyn Store) {
    let diary = busy_day(store, "busy").await;
    let tenant = &diary.id.tenant;
    let mut unit = store.snapshot().await.unwrap();
    let read = figures(&mut *unit, &diary).await;

    let sales: Vec<_> = read.booked.iter().map(|row| (row.sale.sale, row.void.is_some())).collect();
    assert_eq!(sales, [(sale(1), false), (sale(2), true), (sale(5), false)]);
    let [cash_row, card_row, museum] = &read.booked[..] else { panic!("{sales:?}") };
    assert_eq!(cash_row.sale.payment, super::samples::cash(300), "absent stays absent, zero stays zero");
    assert_eq!(cash_row.sale.lines, [line("juminhyo", 300), free_line()]);
    assert_eq!(card_row.sale.payment, card(11, 450));
    assert_eq!(card_row.sale.operator.as_ref().map(ToString::to_string).as_deref(), Some("clerk-1"));
    let void = &card_row.void.as_ref().unwrap().fact;
    assert_eq!(
        (void.amount, void.attempt, void.reason.as_str()),
        (Yen::new(450), Some(attempt(12)), "金額の誤り")
    );
    assert_eq!(museum.sale.receipt_number.number, 3);

    let today = day("2026-08-03");
    assert_eq!(unit.sales_paid(tenant, today, today).await.unwrap(), read.booked);
    let at_m2 = unit.sales_booked(tenant, today, today, Some(&counter("m2"))).await.unwrap();
    assert!(at_m2.is_empty());
    let detail = unit.sale(tenant, sale(2)).await.unwrap().unwrap();
    assert_eq!(&detail.row, card_row);
    assert_eq!(EntryKey::of(&detail.entry.entry), card_row.key);
    assert_eq!(EntryKey::of(&detail.void_entry.unwrap().entry), card_row.void.as_ref().unwrap().key);
    assert_eq!(unit.sale(tenant, sale(99)).await.unwrap(), None);

    let totals = unit.terminal_totals(tenant, at(0), at(60)).await.unwrap();
    let Event::TerminalTotalsRecorded { totals: recorded } = terminal_totals() else { unreachable!() };
    assert_eq!(totals.iter().map(|row| &row.fact.totals).collect::<Vec<_>>(), [&recorded]);
    assert!(unit.terminal_totals(tenant, at(60), at(120)).await.unwrap().is_empty());
    check_attempts(&mut *unit, &read, &diary).await;
    check_days(&read);
}

async fn check_attempts(unit: &mut dyn UnitOfWork, read: &Figures, diary: &Diary) {
    let tenant = &diary.id.tenant;
    let words: Vec<_> = read
        .attempts
        .iter()
        .map(|row| {
            (row.attempt.attempt, row.last_outcome().map(|fact| fact.outcome.word()), row.outcomes.len())
        })
        .collect();
    assert_eq!(
        words,
        [
            (attempt(11), Some("approved"), 1),
            (attempt(12), Some("declined"), 1),
            (attempt(21), Some("unknown"), 1),
            (attempt(22), Some("approved"), 2),
            (attempt(23), None, 0),
            (attempt(24), Some("not_started"), 1),
        ]
    );
    assert_eq!(read.attempts[1].attempt.kind, AttemptKind::Void { original: attempt(11) });
    let open: Vec<_> = read.unknowns.iter().map(|row| row.attempt.attempt).collect();
    assert_eq!(open, [attempt(21)]);
    assert_eq!(read.unknowns[0].exits[0].fact.exit, UnknownExit::PaysAnotherWay);
    assert_eq!(read.unknowns[0].outcomes[0].fact.outcome, doubt());
    let resolved = unit.attempt(tenant, attempt(22)).await.unwrap().unwrap();
    assert!(matches!(resolved.last_outcome().unwrap().evidence, Some(Evidence::Statement { row: 3, .. })));
    assert_eq!(unit.attempt(tenant, attempt(99)).await.unwrap(), None);
    let cases = unit.overpayments(tenant).await.unwrap();
    assert_eq!((cases.len(), cases[0].fact.amount), (1, Yen::new(200)));
    assert_eq!(unit.strays(tenant).await.unwrap()[0].fact.result.code, "00");
}

fn check_days(read: &Figures) {
    let [first, second] = &read.days[..] else { panic!("{:?}", read.days) };
    let closing = &first.closing.as_ref().unwrap().fact;
    assert_eq!(closing.settlement, settlement(1));
    assert_eq!((closing.reason.as_deref(), closing.chain_head.as_str()), (Some("過不足あり"), "00ff"));
    assert_eq!((second.opening.fact.cut, &second.closing), (2, &None), "not closed yet");
    assert_eq!(second.opening.fact.float.total().unwrap(), Yen::new(29_000));
    let delivered = |name: &str| read.deliveries.iter().find(|row| row.counter == counter(name)).unwrap();
    assert_eq!(delivered("m1").last_closed_day, Some(day("2026-08-03")));
    assert_eq!(delivered("m1").last_received_at, Some(at(60)));
    let silent = delivered("m2");
    assert_eq!((silent.last_received_at, silent.last_closed_day, silent.last_opened_day), (None, None, None));
    let visitors: Vec<_> = read
        .visitors
        .iter()
        .map(|row| (row.category.as_str(), row.paid_individual, row.paid_group, row.free))
        .collect();
    assert_eq!(visitors, [("一般", 2, 20, 0), ("中学生以下", 0, 0, 3)]);
}

pub async fn a_rebuild_changes_nothing(store: &dyn Store) {
    let diary = busy_day(store, "rebuild").await;
    let mut unit = store.begin().await.unwrap();
    let before = figures(&mut *unit, &diary).await;
    let entries = unit.rebuild_projections(&diary.id.tenant).await.unwrap();
    assert_eq!(entries, diary.head.sequence_number.0);
    assert_eq!(figures(&mut *unit, &diary).await, before);
    unit.commit().await.unwrap();
}

/// Unknown kinds, damaged payloads, characters that one engine cannot keep: stored and shown.
pub async fn what_cannot_be_read_is_kept(store: &dyn Store) {
    let tenant = tenant("unread");
    enrol(store, &tenant, "m1", 1, at(0)).await;
    let mut diary = Diary::new(&tenant, &counter("m1"), Incarnation(1), at(0));
    let sold = diary.cash_sale(1, 300);
    let meta = serde_json::from_slice::<serde_json::Value>(sold.payload()).unwrap()["meta"].clone();
    let from_tomorrow = serde_json::to_vec(&serde_json::json!({ "meta": meta, "event": "later" })).unwrap();
    let voided = Event::SaleVoided {
        sale: sale(1),
        receipt_number: diary.next_receipt(),
        business_day: day("2026-08-03"),
        payment: super::samples::cash(300),
        reason: "誤\0り".to_owned(),
        attempt: None,
    };
    let entries = [
        sold,
        diary.freeze(999, 1, &from_tomorrow),
        diary.freeze(22, 7, &from_tomorrow),
        diary.freeze(22, 1, b"{"),
        diary.write(voided),
    ];
    let appended = deliver(store, &diary, &entries, at(60)).await;
    assert_eq!(appended.stored, 5, "the centre refuses no entry for what it says");

    let mut unit = store.snapshot().await.unwrap();
    let unread = unit.unread_entries(&tenant).await.unwrap();
    let seen: Vec<_> = unread.iter().map(|row| (row.fact.kind, row.fact.version, row.fact.damaged)).collect();
    assert_eq!(seen, [(999, 1, false), (22, 7, false), (22, 1, true)]);
    let booked = unit.sales_booked(&tenant, day("2026-08-03"), day("2026-08-03"), None).await.unwrap();
    assert_eq!(booked[0].void.as_ref().unwrap().fact.reason, "誤\u{fffd}り");
    let kept = unit.entry(&tenant, &EntryKey::of(&entries[4])).await.unwrap().unwrap();
    assert_eq!(kept.entry, entries[4], "the frozen bytes keep what was written");
}
