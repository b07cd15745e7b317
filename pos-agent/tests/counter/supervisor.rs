//! The supervisor of `devices.md` 4: what was begun is asked about first, a line that is away is looked for, a person ends a fault,
//! and no look at a machine ever starts anything.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::{
    command::Command,
    id::{AttemptId, DeviceId, SaleId},
    payment::{Doubt, DoubtCause, NotStartedWhy, Outcome, Phase, QueryAnswer},
    state::AttemptState,
};
use drivers::{
    cat::{AttemptEvidence, Cat, CatCapabilities, CatRequest, DailyLogOutcome, Fut, LinkState, Recorder},
    escpos::simulator::{EscPosSimulator, SimulatorConfig as PrinterConfig},
    zvt::simulator::{Counters, SimulatorConfig, ZvtSimulator},
};
use pos_agent::{
    agent::{Agent, Options},
    config::Config,
    devices::{Desk, recorder::TillRecorder, registry::understand_all, runner::Devices, standing::Stage},
    edge::{Entropy, SystemClock},
    journal_store::simulated::SimulatedDisk,
    till::View,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::support::{Counter, lines};

/// A terminal that never knows anything, with a line that the test holds in its hand.
struct Mute {
    calls: Mutex<Vec<String>>,
    link: Mutex<LinkState>,
    reachable: Mutex<bool>,
    faults: Mutex<bool>,
    slow_query_ms: Mutex<u64>,
}

impl Mute {
    fn new(reachable: bool) -> Arc<Self> {
        Arc::new(Self {
            calls: Mutex::default(),
            link: Mutex::new(LinkState::Opening),
            reachable: Mutex::new(reachable),
            faults: Mutex::new(false),
            slow_query_ms: Mutex::new(0),
        })
    }

    fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    fn note(&self, call: String) {
        self.calls.lock().unwrap().push(call);
    }

    fn count(&self, call: &str) -> usize {
        self.calls().iter().filter(|noted| noted.starts_with(call)).count()
    }

    fn cut(&self, reachable: bool) {
        *self.reachable.lock().unwrap() = reachable;
        *self.link.lock().unwrap() = LinkState::Lost("cable".into());
    }
}

fn nobody_can_tell() -> Outcome {
    Outcome::Unknown(Doubt {
        phase: Phase::Sent,
        cause: DoubtCause::Silence,
        detail: "silence".into(),
        partial: None,
    })
}

impl Cat for Mute {
    fn capabilities(&self) -> CatCapabilities {
        CatCapabilities {
            void: true,
            refund: true,
            query: true,
            refuse_result: true,
            abort: true,
            daily_log: true,
        }
    }

    fn link(&self) -> LinkState {
        self.link.lock().unwrap().clone()
    }

    fn connect(&self) -> Fut<'_, LinkState> {
        Box::pin(async {
            self.note("connect".into());
            let reachable = *self.reachable.lock().unwrap();
            *self.link.lock().unwrap() =
                if reachable { LinkState::Ready } else { LinkState::Lost("away".into()) };
            self.link()
        })
    }

    fn authorize(
        &self,
        request: CatRequest,
        recorder: Arc<dyn Recorder>,
        _stop: CancellationToken,
    ) -> Fut<'_, Outcome> {
        Box::pin(async move {
            self.note(format!("authorize {}", request.attempt));
            recorder.record(request.attempt, domain::payment::AttemptFact::Sending).await.unwrap();
            if *self.faults.lock().unwrap() {
                *self.link.lock().unwrap() = LinkState::Faulted("another exponent".into());
            }
            nobody_can_tell()
        })
    }

    fn query(&self, evidence: AttemptEvidence) -> Fut<'_, QueryAnswer> {
        Box::pin(async move {
            self.note(format!("query {}", evidence.attempt));
            let slow = Duration::from_millis(*self.slow_query_ms.lock().unwrap());
            tokio::time::sleep(slow).await;
            QueryAnswer::CannotTell { detail: "no receipt".into() }
        })
    }

    fn access_daily_log(&self) -> Fut<'_, DailyLogOutcome> {
        Box::pin(async { DailyLogOutcome::Refused("not now".into()) })
    }
}

fn device() -> DeviceId {
    "cat-1".parse().unwrap()
}

fn plug(counter: &Counter, terminal: &Arc<Mute>) {
    let entropy = Arc::clone(&counter.ids) as Arc<dyn Entropy>;
    let mut devices = Devices::new(counter.till.clone(), Arc::clone(&entropy));
    let desk = Desk { device: device(), till: counter.till.clone(), entropy };
    let recorder: Arc<dyn Recorder> = Arc::new(TillRecorder::new(desk));
    devices.add_terminal(&device(), Arc::clone(terminal) as _, recorder, None);
    devices.start(&TaskTracker::new(), &CancellationToken::new());
}

fn at(stage: Stage) -> impl Fn(&View) -> bool {
    move |view| view.devices.get(&device()).is_some_and(|device| device.stage == stage)
}

fn in_doubt(attempt: AttemptId) -> impl Fn(&View) -> bool {
    move |view| view.state.attempts[&attempt].in_doubt()
}

/// A sale of another amount, so that no reason is asked for.
async fn tap(counter: &Counter, quantity: u32) -> AttemptId {
    let sale = SaleId(counter.ok(lines(&[("jumin", quantity)])).await.0);
    let route = "card".parse().unwrap();
    AttemptId(counter.ok(Command::RequestPayment { sale, route, repeat_reason: None }).await.0)
}

async fn doubted(counter: &Counter, quantity: u32) -> AttemptId {
    let attempt = tap(counter, quantity).await;
    counter.until("nobody can tell", in_doubt(attempt)).await;
    counter.ok(Command::ReleaseTerminal { attempt, reason: "端末の控えを見た".into() }).await;
    attempt
}

#[tokio::test]
async fn a_line_that_comes_back_for_a_sale_is_asked_about_every_doubt_first() {
    let (counter, terminal) = (Counter::opened(SimulatedDisk::new(1)).await, Mute::new(true));
    plug(&counter, &terminal);
    let (one, two) = (doubted(&counter, 1).await, doubted(&counter, 2).await);
    counter.until("both were asked about", |_| terminal.count("query") >= 2).await;
    assert!(terminal.count(&format!("query {one}")) > 0 && terminal.count(&format!("query {two}")) > 0);
    terminal.cut(true);
    let before = terminal.calls().len();
    let three = tap(&counter, 3).await;
    counter.until("tried", in_doubt(three)).await;
    let after: Vec<String> = terminal.calls()[before..].iter().take(4).cloned().collect();
    assert_eq!(after[0], "connect");
    assert_eq!(after[1..3], [format!("query {one}"), format!("query {two}")], "before anything else");
    assert_eq!(after[3], format!("authorize {three}"));
    assert_eq!(terminal.count("authorize"), 3, "each once");
}

#[tokio::test]
async fn a_cancel_that_comes_while_the_request_waits_sends_nothing() {
    let (counter, terminal) = (Counter::opened(SimulatedDisk::new(1)).await, Mute::new(true));
    plug(&counter, &terminal);
    doubted(&counter, 1).await;
    counter.until("asked", |_| terminal.count("query") > 0).await;
    *terminal.slow_query_ms.lock().unwrap() = 600;
    let asked = terminal.count("query");
    terminal.cut(true);
    while terminal.count("query") == asked {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // The terminal is at the question: the request waits, and the clerk thinks better of it.
    let attempt = tap(&counter, 2).await;
    counter.ok(Command::AskCancel { attempt }).await;
    counter.until("ended", |view| !view.state.attempts[&attempt].running()).await;
    let state = counter.till.current().state.attempts[&attempt].state.clone();
    let AttemptState::Known(Outcome::NotStarted { why, .. }) = state else { panic!("{state:?}") };
    assert_eq!((why, terminal.count("authorize")), (NotStartedWhy::CancelledBeforeSend, 1));
}

#[tokio::test]
async fn after_five_failures_a_new_sale_is_not_kept_waiting_until_the_line_holds() {
    let (counter, terminal) = (Counter::opened(SimulatedDisk::new(1)).await, Mute::new(false));
    plug(&counter, &terminal);
    counter.until("never there", at(Stage::Absent)).await;
    let rests = |view: &View| view.devices[&device()].rests;
    while !rests(&counter.till.current()) {
        counter.till.board().ask_for_device(&device());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let tries = terminal.count("connect");
    assert!(tries >= 5, "{tries}");
    let attempt = tap(&counter, 1).await;
    counter.until("turned away", |view| !view.state.attempts[&attempt].running()).await;
    assert_eq!(terminal.count("authorize"), 0);
    // It comes back; when it has held for a moment, sales are taken again.
    terminal.cut(true);
    counter.till.board().ask_for_device(&device());
    counter.until("back", at(Stage::Ready)).await;
    assert!(rests(&counter.till.current()), "not yet");
    counter.until("calm", |view| !rests(view)).await;
    let attempt = tap(&counter, 2).await;
    counter.until("tried", in_doubt(attempt)).await;
}

#[tokio::test]
async fn a_fault_is_ended_by_a_person_and_by_nothing_else() {
    let (counter, terminal) = (Counter::opened(SimulatedDisk::new(1)).await, Mute::new(true));
    plug(&counter, &terminal);
    counter.until("ready", at(Stage::Ready)).await;
    *terminal.faults.lock().unwrap() = true;
    let attempt = tap(&counter, 1).await;
    counter.until("a person is needed", at(Stage::Faulted)).await;
    let connects = terminal.count("connect");
    counter.until("the doubt is still asked about", |_| terminal.count("query") > 0).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(terminal.count("connect"), connects, "no reconnection forgives it");
    assert!(in_doubt(attempt)(&counter.till.current()) && at(Stage::Faulted)(&counter.till.current()));
    counter.till.board().ask_for_device(&device());
    counter.until("looked for again", at(Stage::Ready)).await;
    assert_eq!(terminal.count("connect"), connects + 1);
}

/// A configuration with both machines, as `pos-agent.toml` would say it.
fn config(folder: &std::path::Path, terminal: &ZvtSimulator, printer: &EscPosSimulator) -> Config {
    let text = format!(
        "data_dir = {folder:?}\nlisten = \"127.0.0.1:0\"\n\
         [[device]]\nid = \"cat-1\"\nrole = \"cat\"\ndriver = \"zvt\"\ntransport = \"{}\"\n\
         terminal_id = \"12345678\"\nreply_ms = 500\n\
         [[device]]\nid = \"printer-1\"\nrole = \"printer\"\ndriver = \"escpos\"\ntransport = \"{}\"\nanswer_ms = 300\n",
        terminal.address(),
        printer.address()
    );
    Config::parse(&text).unwrap()
}

#[tokio::test]
async fn looking_at_machines_starts_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let terminal = ZvtSimulator::start(SimulatorConfig::loopback(), Arc::new(SystemClock)).await.unwrap();
    let printer = EscPosSimulator::start(&PrinterConfig::default()).await.unwrap();
    let agent = Agent::start(Options::new(config(folder.path(), &terminal, &printer))).await.unwrap();
    let mut view = agent.till().view();
    let both = async |view: &mut tokio::sync::watch::Receiver<Arc<View>>, stages: [Stage; 2]| {
        let shows = |view: &Arc<View>| {
            let found: Vec<Stage> = view.devices.values().map(|device| device.stage).collect();
            found == stages
        };
        let seen = tokio::time::timeout(Duration::from_secs(10), view.wait_for(shows)).await;
        assert!(seen.is_ok(), "never {stages:?}");
    };
    both(&mut view, [Stage::Ready; 2]).await;
    for _ in 0..3 {
        terminal.power_off();
        printer.power_off();
        // Asked for again and again, as an impatient clerk does.
        let impatient = async {
            loop {
                agent.till().board().ask_for_device(&"printer-1".parse().unwrap());
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::select! {
            () = impatient => {}
            () = both(&mut view, [Stage::Lost; 2]) => {}
        }
        terminal.power_on();
        printer.power_on();
        agent.till().board().ask_for_device(&device());
        agent.till().board().ask_for_device(&"printer-1".parse().unwrap());
        both(&mut view, [Stage::Ready; 2]).await;
    }
    let counters = terminal.counters();
    assert!(counters.registrations >= 4, "{counters:?}");
    assert_eq!(counters, Counters { registrations: counters.registrations, ..Counters::default() });
    assert!(terminal.book().is_empty());
    assert!(printer.papers().is_empty() && printer.hanging().is_blank());
    assert_eq!((printer.drawer_kicks(), printer.unknown_bytes()), (0, 0));
    drop(view);
    agent.stop().await;
}

#[tokio::test]
async fn a_machine_has_one_agent() {
    let terminal = ZvtSimulator::start(SimulatorConfig::loopback(), Arc::new(SystemClock)).await.unwrap();
    let printer = EscPosSimulator::start(&PrinterConfig::default()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), &terminal, &printer);
    let understood = understand_all(&config.device).unwrap();
    let (first, second) =
        (Counter::opened(SimulatedDisk::new(1)).await, Counter::opened(SimulatedDisk::new(2)).await);
    let mut kept = Vec::new();
    for counter in [&first, &second] {
        let mut devices = Devices::new(counter.till.clone(), Arc::clone(&counter.ids) as Arc<dyn Entropy>);
        understood.iter().for_each(|(id, device)| devices.add(id, device));
        kept.push(devices);
    }
    let faulted = |counter: &Counter| {
        let view = counter.till.current();
        view.devices.values().filter(|device| device.stage == Stage::Faulted).count()
    };
    assert_eq!((faulted(&first), faulted(&second)), (0, 2));
}
