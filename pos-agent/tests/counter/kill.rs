//! `kill -9` of the real program during a void and during a close: after each entry that these write, with the real drivers and
//! simulated machines that live on and keep their books.
//!
//! The journal is watched from outside and the process is killed as soon as its n-th entry is there. (Crashes exactly around a write
//! need the feature `crash-points`; the town's tests have those for sales.) In the end the money is taken back once and only once, the
//! day is closed once, and the chain verifies.

use std::{process::Stdio, sync::Arc, time::Duration};

use domain::{
    command::Command,
    event::Event,
    evolve::evolve,
    id::{BootId, SaleId, SequenceNumber},
    money::Yen,
    state::{PrintState, SaleState, State},
    time::Clock as _,
};
use drivers::{
    escpos::simulator::{EscPosSimulator, SimulatorConfig as PrinterConfig},
    zvt::simulator::{EntryKind, EntryState, SimulatorConfig, ZvtSimulator},
};
use pos_agent::{
    agent::{Agent, Options},
    config::Config,
    edge::{Entropy as _, SystemClock, SystemEntropy},
    journal_store::sqlite::{SqliteReader, SqliteStore},
    till::{Core, Envelope, TillHandle},
};
use tokio::task::JoinSet;

use crate::{
    program::program,
    support::{
        clerk, enrol, lines,
        process::{Browser, CONFIG_FILE, Form, Page, Process, form},
    },
};

/// Most entries that one void or close writes, the agent's start included.
const ENTRIES_MAX: i64 = 40;
/// Runs at the same time; most of a run is waiting.
const RUNS_AT_ONCE: usize = 3;
/// Looks at the screen until everything must be at rest, and the pause between, in milliseconds.
const LOOKS_MAX: u32 = 400;
const LOOK_MS: u64 = 30;

/// What the clerk is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Errand {
    Void,
    Close,
}

/// A counter whose machines outlive its agent, with one card sale of 600 yen on paper.
struct Bay {
    folder: tempfile::TempDir,
    terminal: ZvtSimulator,
    printer: EscPosSimulator,
    sale: SaleId,
}

async fn submit(till: &TillHandle, command: Command) -> uuid::Uuid {
    let id = SystemEntropy.command_id();
    till.submit(Envelope { actor: clerk(), id, command }).await.unwrap();
    id.0
}

impl Bay {
    async fn with_a_sale() -> Self {
        let machine = SimulatorConfig {
            pace: Duration::from_millis(60),
            ack_wait: Duration::from_millis(300),
            ..SimulatorConfig::loopback()
        };
        let terminal = ZvtSimulator::start(machine, Arc::new(SystemClock)).await.unwrap();
        let printer = EscPosSimulator::start(&PrinterConfig::default()).await.unwrap();
        let mut bay =
            Self { folder: tempfile::tempdir().unwrap(), terminal, printer, sale: SaleId(uuid::Uuid::nil()) };
        bay.write_config();
        let mut core =
            Core::open(SqliteStore::open(&bay.journal()).unwrap(), BootId(SystemEntropy.uuid())).unwrap();
        let envelope = Envelope { actor: clerk(), id: SystemEntropy.command_id(), command: enrol() };
        core.handle(SystemClock.now(), envelope).unwrap().answer.unwrap();
        drop(core);
        let agent = Agent::start(Options::new(Config::read(&bay.config()).unwrap())).await.unwrap();
        let till = agent.till().clone();
        let open = Command::OpenDay {
            date: SystemClock.now().date(),
            operator: "staff-1".parse().unwrap(),
            float: domain::cash::CashCount::new([(1_000, 30)]).unwrap(),
        };
        submit(&till, open).await;
        let sale = SaleId(submit(&till, lines(&[("jumin", 2)])).await);
        let route = "card".parse().unwrap();
        submit(&till, Command::RequestPayment { sale, route, repeat_reason: None }).await;
        let out = |state: &State| {
            state.sales[&sale].state == SaleState::Completed
                && state.prints.values().all(|job| job.state == PrintState::Printed)
        };
        till.view().wait_for(|view| out(&view.state)).await.unwrap();
        drop(till);
        agent.stop().await;
        bay.sale = sale;
        bay
    }

    fn config(&self) -> std::path::PathBuf {
        self.folder.path().join(CONFIG_FILE)
    }

    fn journal(&self) -> std::path::PathBuf {
        self.folder.path().join("journal.db")
    }

    fn write_config(&self) {
        let text = format!(
            "data_dir = {:?}\nlisten = \"127.0.0.1:0\"\nlog = {{ filter = \"error\" }}\n\
             [[device]]\nid = \"cat-1\"\nrole = \"cat\"\ndriver = \"zvt\"\ntransport = \"{}\"\n\
             terminal_id = \"12345678\"\nreply_ms = 700\nidle_ms = 1500\nlate_result_ms = 200\n\
             [[device]]\nid = \"printer-1\"\nrole = \"printer\"\ndriver = \"escpos\"\ntransport = \"{}\"\n\
             columns = 42\nprocess_id_ms = 3000\nanswer_ms = 3000\n",
            self.folder.path(),
            self.terminal.address(),
            self.printer.address()
        );
        std::fs::write(self.config(), text).unwrap();
    }

    fn entries(&self) -> Vec<journal::entry::Entry> {
        SqliteReader::open(&self.journal()).unwrap().read_from(SequenceNumber(1), 1_000).unwrap()
    }

    fn events(&self) -> (State, Vec<Event>) {
        let (mut state, mut events) = (State::default(), Vec::new());
        for entry in self.entries() {
            let recorded = journal::payload::read(&entry).unwrap();
            evolve(&mut state, &recorded);
            events.push(recorded.event);
        }
        (state, events)
    }
}

/// What the clerk does next by what the screen says.
enum Next {
    Wait,
    Send(Form),
    Done,
}

/// Papers that nobody is sure of are looked for in the tray; then nothing is left to do.
fn papers(page: &Page, bay: &Bay, title: &str) -> Next {
    if let Some(job) = page.after("action=\"/print/") {
        let (_, rest) = page.body.split_once("action=\"/print/").unwrap();
        let rest = Page { location: None, body: rest.to_owned() };
        let out =
            bay.printer.papers().iter().any(|paper| paper.lines.iter().any(|line| line.contains(title)));
        let command = rest.after("name=\"command\" value=\"").unwrap();
        let seen = if out { "yes" } else { "no" };
        return Next::Send(form(&format!("/print/{job}"), &[("command", command), ("seen", seen)]));
    }
    let on_its_way = page.shows("印刷待ち") || page.shows("印刷中");
    if on_its_way { Next::Wait } else { Next::Done }
}

async fn void_step(browser: &Browser, bay: &Bay) -> reqwest::Result<Next> {
    let path = format!("/sale/{}", bay.sale.0);
    let page = browser.get(&path).await?;
    if page.location.is_some() || page.shows("取消中") || page.shows("取消の結果不明") {
        return Ok(Next::Wait);
    }
    if page.shows("取消済") {
        return Ok(papers(&page, bay, "取消票"));
    }
    let asked = browser.get(&format!("{path}/void")).await?;
    Ok(match asked.after("name=\"command\" value=\"") {
        Some(command) => Next::Send(form(
            &format!("{path}/void"),
            &[("command", command), ("why", "品目の誤り"), ("reason", "品目の誤り")],
        )),
        None => Next::Wait,
    })
}

async fn close_step(browser: &Browser, bay: &Bay) -> reqwest::Result<Next> {
    let page = browser.get("/close").await?;
    if page.location.as_deref() == Some("/closed") {
        return Ok(papers(&browser.get("/closed").await?, bay, "日締め精算票"));
    }
    if page.location.is_some() || page.shows("端末から読んでいます") {
        return Ok(Next::Wait);
    }
    let path = if page.shows("端末の日計と合わせます") {
        "/close/totals/card"
    } else if page.shows("先に現金を数えてください") {
        "/close/count"
    } else {
        "/close"
    };
    let asked = browser.get(path).await?;
    let Some((_, own)) = asked.body.split_once(&format!("action=\"{path}")) else { return Ok(Next::Wait) };
    let own = Page { location: None, body: own.to_owned() };
    let Some(command) = own.after("name=\"command\" value=\"") else { return Ok(Next::Wait) };
    Ok(Next::Send(match path {
        "/close/totals/card" => form("/close/totals/card/ask", &[("command", command)]),
        "/close/count" => form(path, &[("command", command), ("record", "yes"), ("pieces-1000", "30")]),
        _ => form(path, &[("command", command), ("reason", "日計の読取が途中で切れた")]),
    }))
}

/// Runs an errand with an agent that is killed at an entry; says whether that came, and how many entries there were before.
async fn run(errand: Errand, kill_after: Option<i64>) -> (bool, i64, Bay) {
    let bay = Bay::with_a_sale().await;
    let before = i64::try_from(bay.entries().len()).unwrap();
    let mut process = Process::start(bay.folder.path(), kill_after.map(|entries| before + entries));
    let (mut killed, mut unanswered) = (false, None::<Form>);
    for _ in 0..LOOKS_MAX {
        let step = match process.address.map(Browser::at) {
            None => None,
            Some(browser) => match &unanswered {
                Some(form) => browser.post(form).await.ok().map(|_| {
                    unanswered = None;
                    Next::Wait
                }),
                None if errand == Errand::Void => void_step(&browser, &bay).await.ok(),
                None => close_step(&browser, &bay).await.ok(),
            },
        };
        match step {
            Some(Next::Done) => {
                killed |= process.end();
                return (killed, before, bay);
            }
            Some(Next::Send(form)) => unanswered = Some(form),
            Some(Next::Wait) => {}
            // Nobody answers: the agent is dead. The next one lives.
            None => {
                assert!(process.end() && !killed, "the agent died by itself");
                killed = true;
                process = Process::start(bay.folder.path(), None);
            }
        }
        tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
    }
    panic!("{errand:?}, killed after {kill_after:?}: not at rest; {:?}", bay.events().1.last());
}

fn judge(errand: Errand, bay: &Bay, what: &str) {
    let verified =
        program(bay.folder.path()).args(["journal", "verify"]).stdout(Stdio::null()).status().unwrap();
    assert!(verified.success(), "{what}: the chain");
    let (state, events) = bay.events();
    let count = |is: &dyn Fn(&Event) -> bool| events.iter().filter(|event| is(event)).count();
    let book = bay.terminal.book();
    let standing_voids = book
        .iter()
        .filter(|entry| matches!(entry.kind, EntryKind::Void { .. }) && entry.state == EntryState::Standing)
        .count();
    let (voids, left) = if errand == Errand::Void { (1, Vec::new()) } else { (0, vec![Yen::new(600)]) };
    assert_eq!((standing_voids, bay.terminal.charged()), (voids, left), "{what}: {book:?}");
    assert_eq!(count(&|event| matches!(event, Event::SaleVoided { .. })), voids, "{what}");
    assert_eq!(state.doubts().count(), 0, "{what}: nothing is left unknown");
    let originals = bay.printer.papers();
    let originals =
        originals.iter().filter(|paper| paper.lines.iter().any(|line| line.contains("利用明細書")));
    assert!(originals.count() <= 1, "{what}: one original");
    let closes: Vec<Yen> = events
        .iter()
        .filter_map(|event| match event {
            Event::CounterClosed { settlement, .. } => Some(settlement.net_total()),
            _ => None,
        })
        .collect();
    let wanted = if errand == Errand::Close { vec![Yen::new(600)] } else { Vec::new() };
    assert_eq!(closes, wanted, "{what}: closed once, with the figures of the day");
}

async fn at_each_entry(errand: Errand) {
    let (killed, before, bay) = run(errand, None).await;
    assert!(!killed);
    judge(errand, &bay, "undisturbed");
    let writes = i64::try_from(bay.entries().len()).unwrap() - before;
    assert!(writes > 3 && writes < ENTRIES_MAX, "{writes} entries");
    let (mut runs, mut kills) = (JoinSet::new(), 0);
    let mut points = 1..=writes;
    loop {
        while runs.len() < RUNS_AT_ONCE
            && let Some(point) = points.next()
        {
            runs.spawn(async move {
                let (killed, _, bay) = run(errand, Some(point)).await;
                judge(errand, &bay, &format!("{errand:?}, killed after entry {point} of {writes}"));
                killed
            });
        }
        match runs.join_next().await {
            Some(killed) => kills += i64::from(killed.unwrap()),
            None => break,
        }
    }
    assert!(kills >= writes - 1, "{kills} of {writes} kills came in time");
}

#[tokio::test]
async fn killed_after_each_entry_of_a_void() {
    at_each_entry(Errand::Void).await;
}

#[tokio::test]
async fn killed_after_each_entry_of_a_close() {
    at_each_entry(Errand::Close).await;
}
