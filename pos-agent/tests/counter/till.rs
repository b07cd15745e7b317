//! The till: first answers, full disks, failed disks, and the fold after each.

use domain::{
    command::Command,
    event::Event,
    id::{BootId, SaleId, SequenceNumber},
    money::Yen,
    refusal::Refusal,
    state::SaleState,
    time::{Clock, Timestamp},
};
use pos_agent::{
    edge::Entropy,
    journal_store::{
        AppendError, JournalStore,
        simulated::{Fault, SimulatedDisk},
    },
    till::{Core, CoreError, Envelope, SubmitError},
};

use crate::support::{Bench, Counter, HandClock, enrol, lines};

fn now(clock: &HandClock) -> Timestamp {
    clock.now()
}

#[test]
fn a_repeated_id_gives_the_first_answer() {
    let disk = SimulatedDisk::new(1);
    let mut bench = Bench::opened(disk.store());
    let sale = SaleId(bench.ok(lines(&[("jumin", 1)])).0);
    let take = bench.envelope(Command::TakeCash { sale, tendered: Yen::new(300) });
    let mut handle = |envelope: &Envelope| bench.core.handle(now(&bench.clock), envelope.clone()).unwrap();
    let first = handle(&take).answer.unwrap();
    let second = handle(&take).answer.unwrap();
    assert!(!first.repeated && second.repeated);
    assert_eq!((first.events.len(), second.events.len()), (2, 0));
    assert_eq!(first.head, second.head);
}

#[test]
fn a_repeated_id_is_known_after_a_restart_too() {
    let disk = SimulatedDisk::new(1);
    let mut bench = Bench::opened(disk.store());
    let register = bench.envelope(lines(&[("jumin", 1)]));
    let now = now(&bench.clock);
    bench.core.handle(now, register.clone()).unwrap().answer.unwrap();
    let mut again = Core::open(disk.store(), BootId(bench.ids.uuid())).unwrap();
    assert!(again.handle(now, register).unwrap().answer.unwrap().repeated);
}

#[test]
fn a_refusal_writes_nothing() {
    let disk = SimulatedDisk::new(1);
    let mut bench = Bench::over(disk.store());
    let envelope = bench.envelope(lines(&[("jumin", 1)]));
    let answer = bench.core.handle(now(&bench.clock), envelope).unwrap().answer;
    assert_eq!(answer.unwrap_err(), SubmitError::Refused(Refusal::NotEnrolled));
    assert_eq!((bench.core.head().sequence_number, disk.syncs()), (SequenceNumber(0), 0));
}

#[test]
fn one_command_is_one_sync() {
    let disk = SimulatedDisk::new(1);
    let mut bench = Bench::opened(disk.store());
    let before = disk.syncs();
    bench.cash_sale();
    assert_eq!(disk.syncs() - before, 2, "register, then cash with completion and paper in one append");
}

#[test]
fn a_full_disk_ends_what_runs_and_begins_nothing_new() {
    let disk = SimulatedDisk::new(1);
    let mut bench = Bench::opened(disk.store());
    let sale = SaleId(bench.ok(lines(&[("jumin", 1)])).0);
    disk.break_next(Fault::DiskFull);
    bench.ok(Command::TakeCash { sale, tendered: Yen::new(300) });
    assert!(bench.core.disk_full(), "the ballast was freed for it");
    assert_eq!(bench.core.state().sales[&sale].state, SaleState::Completed);
    let next = bench.envelope(lines(&[("jumin", 1)]));
    let refused = bench.core.handle(now(&bench.clock), next).unwrap().answer;
    assert_eq!(refused.unwrap_err(), SubmitError::DiskFull);
    bench.core.keep_ballast();
    bench.cash_sale();
}

#[test]
fn a_disk_that_stays_full_stops_the_core_and_loses_nothing() {
    let disk = SimulatedDisk::new(1);
    let mut bench = Bench::opened(disk.store());
    let sale = SaleId(bench.ok(lines(&[("jumin", 1)])).0);
    assert!(bench.core.store().free_ballast());
    disk.break_next(Fault::DiskFull);
    let take = bench.envelope(Command::TakeCash { sale, tendered: Yen::new(300) });
    let stopped = bench.core.handle(now(&bench.clock), take);
    assert!(matches!(stopped, Err(CoreError::Append(AppendError::DiskFull))));
    let again = Core::open(disk.store(), BootId(bench.ids.uuid())).unwrap();
    assert_eq!(again.state().sales[&sale].state, SaleState::Open, "nobody was told otherwise");
}

#[test]
fn after_a_failed_sync_the_fold_says_where_things_stand() {
    let (mut there, mut gone) = (0, 0);
    for seed in 0..100 {
        let disk = SimulatedDisk::new(seed);
        let mut bench = Bench::opened(disk.store());
        let sale = SaleId(bench.ok(lines(&[("jumin", 1)])).0);
        disk.break_next(Fault::SyncFails);
        let take = bench.envelope(Command::TakeCash { sale, tendered: Yen::new(300) });
        assert!(bench.core.handle(now(&bench.clock), take.clone()).is_err());
        let mut again = Core::open(disk.store(), BootId(bench.ids.uuid())).unwrap();
        let answer = again.handle(now(&bench.clock), take).unwrap().answer.unwrap();
        // The clerk's second press: done once, whichever way the disk went.
        if answer.repeated {
            there += 1
        } else {
            gone += 1
        }
        assert_eq!(again.state().sales[&sale].state, SaleState::Completed, "seed {seed}");
        assert_eq!(again.state().next_receipt, 2, "seed {seed}");
    }
    assert!(there > 0 && gone > 0, "both ends happen: {there} there, {gone} gone");
}

#[test]
fn a_broken_chain_stops_the_start() {
    let disk = SimulatedDisk::new(1);
    let mut bench = Bench::opened(disk.store());
    bench.cash_sale();
    let all = bench.core.store().read_from(SequenceNumber(1), 100).unwrap();
    let other = SimulatedDisk::new(2);
    let mut store = other.store();
    store.append(&all[..2]).unwrap();
    store.append(&all[3..]).unwrap();
    let broken = Core::open(store, BootId(bench.ids.uuid()));
    assert!(matches!(broken, Err(CoreError::Chain { after: 2, .. })), "{broken:?}");
}

#[tokio::test]
async fn the_thread_answers_after_it_is_durable_and_shown() {
    let counter = Counter::opened(SimulatedDisk::new(1)).await;
    let (_, answer) = counter.submit(lines(&[("jumin", 1)])).await.unwrap();
    assert!(matches!(&answer.events[..], [Event::SaleRegistered { .. }]));
    let view = counter.till.current();
    assert_eq!((view.head, view.state.sales.len()), (answer.head, 1));
    assert_eq!(view.undelivered(), answer.head.sequence_number.0);
}

#[tokio::test]
async fn a_failed_disk_stops_the_thread_with_a_sentence() {
    let counter = Counter::opened(SimulatedDisk::new(1)).await;
    counter.disk.break_next(Fault::PowerCut);
    assert_eq!(counter.submit(lines(&[("jumin", 1)])).await.unwrap_err(), SubmitError::Stopped);
    let sentence = counter.stopped.await.unwrap().unwrap();
    assert!(sentence.contains("窓口機を止めました"), "{sentence}");
    assert_eq!(counter.till.current().stopped.as_ref(), Some(&sentence));
    let again = counter.till.submit(Envelope {
        actor: crate::support::clerk(),
        id: counter.ids.command_id(),
        command: enrol(),
    });
    assert_eq!(again.await.unwrap_err(), SubmitError::Stopped, "nothing more is judged");
}

#[test]
fn a_profile_with_claims_is_written_in_its_own_version_and_read_again() {
    let disk = SimulatedDisk::new(1);
    let mut bench = Bench::opened(disk.store());
    let sale = SaleId(bench.ok(lines(&[("adult", 20)])).0);
    bench.ok(Command::TakeClaim { sale, route: "coupon".parse().unwrap(), reference: "K-1".into() });
    let versions: Vec<u16> = bench
        .core
        .store()
        .read_from(SequenceNumber(1), 100)
        .unwrap()
        .iter()
        .map(|entry| entry.payload_version)
        .collect();
    assert_eq!((versions[0], versions[1..].iter().max()), (2, Some(&1)));
    let again = Core::open(disk.store(), BootId(bench.ids.uuid())).unwrap();
    assert_eq!((again.state().sales[&sale].state, again.state().unrecognised), (SaleState::Completed, 0));
}
