//! The till with a terminal and a printer: each effect once, every end recorded, nothing charged twice.

use std::sync::Arc;

use domain::{
    command::{Command, PrintReport},
    id::{AttemptId, DeviceId, PrintJobId, SaleId},
    money::Yen,
    payment::{NotStartedWhy, Outcome},
    settlement::Tally,
    state::{AttemptState, PrintState, SaleState},
};
use drivers::{cat::Recorder, pos_printer::PrintOutcome};
use pos_agent::{
    devices::{Desk, recorder::TillRecorder, runner::Devices},
    edge::Entropy,
    journal_store::simulated::{Fault, SimulatedDisk},
    till::View,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::support::{
    Counter,
    machines::{Plot, Printer, Terminal},
};

/// Starts the devices of a counter.
fn plug(
    counter: &Counter,
    terminal: Option<&Arc<Terminal>>,
    printer: Option<&Arc<Printer>>,
) -> CancellationToken {
    let entropy = Arc::clone(&counter.ids) as Arc<dyn Entropy>;
    let mut devices = Devices::new(counter.till.clone(), Arc::clone(&entropy));
    if let Some(terminal) = terminal {
        let device: DeviceId = "cat-1".parse().unwrap();
        let desk = Desk { device: device.clone(), till: counter.till.clone(), entropy };
        let recorder: Arc<dyn Recorder> = Arc::new(TillRecorder::new(desk));
        devices.add_terminal(&device, Arc::clone(terminal) as _, recorder, None);
    }
    if let Some(printer) = printer {
        devices.add_printer(&"printer-1".parse().unwrap(), Arc::clone(printer) as _, None);
    }
    let stop = CancellationToken::new();
    devices.start(&TaskTracker::new(), &stop);
    stop
}

fn completed(sale: SaleId) -> impl Fn(&View) -> bool {
    move |view| view.state.sales.get(&sale).is_some_and(|sale| sale.state == SaleState::Completed)
}

fn all_printed(view: &View) -> bool {
    view.state.prints.values().all(|job| job.state == PrintState::Printed)
}

fn known(attempt: AttemptId) -> impl Fn(&View) -> bool {
    move |view| matches!(view.state.attempts[&attempt].state, AttemptState::Known(_))
}

#[tokio::test]
async fn a_card_sale_goes_from_tap_to_paper() {
    let (terminal, printer) = (Terminal::with(&[Plot::Approves]), Printer::with(&[]));
    let counter = Counter::opened(SimulatedDisk::new(1)).await;
    plug(&counter, Some(&terminal), Some(&printer));
    let (sale, attempt) = counter.card_sale().await;
    counter.until("paid and on paper", |view| completed(sale)(view) && all_printed(view)).await;
    assert_eq!(terminal.charged(), [Yen::new(600)]);
    assert_eq!(printer.papers().len(), 1);
    counter.until("its progress left the screen", |view| !view.progress.contains_key(&attempt)).await;
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_and_never_charged_again() {
    for (plot, charged, end) in [
        (Plot::ChargesSilently, vec![Yen::new(600)], SaleState::Completed),
        (Plot::FallsSilent, Vec::new(), SaleState::Open),
    ] {
        let terminal = Terminal::with(&[plot]);
        let counter = Counter::opened(SimulatedDisk::new(1)).await;
        plug(&counter, Some(&terminal), Some(&Printer::with(&[])));
        let (sale, attempt) = counter.card_sale().await;
        counter.until("known by the terminal's word", known(attempt)).await;
        assert_eq!(counter.till.current().state.sales[&sale].state, end, "{plot:?}");
        assert_eq!((terminal.charged(), terminal.asked()), (charged, 1), "{plot:?}");
        assert!(terminal.queries() >= 1);
    }
}

#[tokio::test]
async fn the_clerks_cancel_reaches_the_terminal() {
    let terminal = Terminal::with(&[Plot::WaitsForCancel]);
    let counter = Counter::opened(SimulatedDisk::new(1)).await;
    plug(&counter, Some(&terminal), None);
    let (sale, attempt) = counter.card_sale().await;
    counter.until("the terminal asks for the card", |view| view.progress.contains_key(&attempt)).await;
    counter.ok(Command::AskCancel { attempt }).await;
    counter.until("the terminal gave up", known(attempt)).await;
    assert_eq!(counter.till.current().state.sales[&sale].state, SaleState::Open);
    assert!(terminal.charged().is_empty());
}

#[tokio::test]
async fn a_restart_in_flight_is_unknown_and_resolved_without_a_second_charge() {
    let terminal = Terminal::with(&[Plot::Hangs]);
    let disk = SimulatedDisk::new(7);
    let counter = Counter::opened(disk.clone()).await;
    let stop = plug(&counter, Some(&terminal), None);
    let (sale, attempt) = counter.card_sale().await;
    counter.until("sent", |view| view.progress.contains_key(&attempt)).await;
    // The power goes: the agent is gone in the middle, the terminal charges by itself.
    disk.break_next(Fault::PowerCut);
    assert!(counter.submit(Command::Inspect).await.is_err());
    stop.cancel();
    let charged = Terminal::with(&[Plot::ChargesSilently]);
    let after = Counter::resume(disk, Arc::clone(&counter.clock), Arc::clone(&counter.ids));
    assert!(after.till.current().state.attempts[&attempt].in_doubt(), "unknown until there is evidence");
    charged_by_itself(&charged).await;
    plug(&after, Some(&charged), Some(&Printer::with(&[])));
    after.until("resolved by query", completed(sale)).await;
    assert_eq!((charged.charged().len(), charged.asked()), (1, 1), "asked once, by the hand of the test");
}

/// Makes the terminal's book say that it charged, as if it had gone on alone.
async fn charged_by_itself(terminal: &Arc<Terminal>) {
    use drivers::cat::{Cat, CatRequest};
    let other = Counter::opened(SimulatedDisk::new(9)).await;
    let (_, attempt) = other.card_sale().await;
    let entropy = Arc::clone(&other.ids) as Arc<dyn Entropy>;
    let desk = Desk { device: "cat-1".parse().unwrap(), till: other.till.clone(), entropy };
    let request = CatRequest {
        attempt,
        sequence_number: 1,
        amount: Yen::new(600),
        kind: drivers::cat::CatKind::Sales,
        original: None,
        code: None,
    };
    terminal.authorize(request, Arc::new(TillRecorder::new(desk)), CancellationToken::new()).await;
}

#[tokio::test]
async fn a_terminal_that_is_not_there_starts_nothing() {
    for terminal in [None, Some(Terminal::lost())] {
        let counter = Counter::opened(SimulatedDisk::new(1)).await;
        plug(&counter, terminal.as_ref(), None);
        let (sale, attempt) = counter.card_sale().await;
        counter.until("known", known(attempt)).await;
        let view = counter.till.current();
        assert_eq!(view.state.sales[&sale].state, SaleState::Open);
        let AttemptState::Known(Outcome::NotStarted { why, .. }) = &view.state.attempts[&attempt].state
        else {
            panic!("{:?}", view.state.attempts[&attempt].state)
        };
        assert_eq!(*why, NotStartedWhy::DeviceUnavailable);
    }
}

#[tokio::test]
async fn a_void_goes_through_the_terminal() {
    let terminal = Terminal::with(&[Plot::Approves, Plot::Approves]);
    let counter = Counter::opened(SimulatedDisk::new(1)).await;
    plug(&counter, Some(&terminal), Some(&Printer::with(&[])));
    let (sale, _) = counter.card_sale().await;
    counter.until("paid", completed(sale)).await;
    counter.ok(Command::VoidSale { sale, reason: "品目の誤り".into() }).await;
    counter.until("voided", |view| view.state.sales[&sale].state == SaleState::Voided).await;
    assert_eq!(terminal.asked(), 2);
}

#[tokio::test]
async fn the_terminals_day_is_read_over_the_wire() {
    let terminal = Terminal::with(&[Plot::Approves]);
    let counter = Counter::opened(SimulatedDisk::new(1)).await;
    plug(&counter, Some(&terminal), Some(&Printer::with(&[])));
    let (sale, _) = counter.card_sale().await;
    counter.until("paid", completed(sale)).await;
    let route: domain::id::RouteId = "card".parse().unwrap();
    counter.ok(Command::RequestTerminalTotals { route: route.clone() }).await;
    let read = |view: &View| view.state.day.as_ref().unwrap().terminal_totals.get(&route).cloned();
    counter.until("totals", |view| read(view).is_some()).await;
    let totals = read(&counter.till.current()).unwrap();
    assert_eq!(totals.brands[0].tally, Tally { count: 1, amount: Yen::new(600) });
}

#[tokio::test]
async fn a_paper_that_failed_waits_for_the_clerk_and_the_next_one_goes_on() {
    let failed = PrintOutcome::NotPrinted { reason_ja: "用紙がありません。".into() };
    let unknown =
        PrintOutcome::Unknown { reason_ja: "途中で止まりました。".into(), may_still_print: true };
    let printer = Printer::with(&[failed, unknown]);
    let counter = Counter::opened(SimulatedDisk::new(1)).await;
    plug(&counter, None, Some(&printer));
    for _ in 0..3 {
        let sale = SaleId(counter.ok(crate::support::lines(&[("jumin", 1)])).await.0);
        counter.ok(Command::TakeCash { sale, tendered: Yen::new(300) }).await;
    }
    counter
        .until("the third is on paper", |view| {
            view.state.prints.values().any(|job| job.state == PrintState::Printed)
        })
        .await;
    let states: Vec<PrintState> =
        counter.till.current().state.prints.values().map(|job| job.state.clone()).collect();
    assert!(
        matches!(&states[..], [PrintState::Failed(_), PrintState::Unknown(_), PrintState::Printed]),
        "{states:?}"
    );
    assert_eq!(printer.papers().len(), 1, "nothing was printed again by itself");
}

#[tokio::test]
async fn what_a_dead_process_left_in_the_printer_is_cleared_before_the_next_paper() {
    let counter = Counter::opened(SimulatedDisk::new(1)).await;
    let sell = async || {
        let sale = SaleId(counter.ok(crate::support::lines(&[("jumin", 1)])).await.0);
        counter.ok(Command::TakeCash { sale, tendered: Yen::new(300) }).await;
    };
    sell().await;
    let (job, reason) = (PrintJobId(1), "印刷中に止まりました。".to_owned());
    counter.ok(Command::ReportPrint { job, report: PrintReport::Started }).await;
    let unknown = PrintReport::Unknown { reason, may_still_print: true };
    counter.ok(Command::ReportPrint { job, report: unknown }).await;
    let printer = Printer::with(&[]);
    plug(&counter, None, Some(&printer));
    for papers in 1..=2 {
        sell().await;
        counter.until("on paper", |_| printer.papers().len() == papers).await;
    }
    assert_eq!(printer.cleared_after(), [0], "once, before anything new was printed");
}

#[tokio::test]
async fn without_a_printer_the_clerk_is_told() {
    let counter = Counter::opened(SimulatedDisk::new(1)).await;
    plug(&counter, None, None);
    let sale = SaleId(counter.ok(crate::support::lines(&[("jumin", 1)])).await.0);
    counter.ok(Command::TakeCash { sale, tendered: Yen::new(300) }).await;
    let told = |view: &View| view.state.prints.values().any(|job| matches!(job.state, PrintState::Failed(_)));
    counter.until("failed with a sentence", told).await;
}
