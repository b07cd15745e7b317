//! `kill -9` of the real agent at each journal write of a sale: before the write, and right after it is durable.
//!
//! Each run has a data folder, a terminal and a printer of its own; the machines live in this process and keep their books. The clerk
//! before the page repeats what was not answered and goes on by what the screen says. In the end nobody is charged twice, there is
//! one sale and at most one original, the chain verifies, and the terminal's book is what the journal folds to.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context as _, Result, ensure};
use domain::{
    command::Command,
    event::{Actor, Event},
    id::{BootId, CommandId},
    money::Yen,
    time::Clock as _,
};
use pos_agent::{
    edge::SystemClock,
    journal_store::sqlite::SqliteStore,
    till::{Core, Envelope},
};
use tokio::task::JoinSet;
use town::{
    clerk::pieces,
    harness::{
        bay::{Bay, OPERATOR, Plan},
        history::History,
        papers::Receipts,
        process::{CrashPoint, Program},
        visit::{Paying, Visit},
    },
};
use uuid::Uuid;

/// Runs at the same time; most of a run is waiting for a terminal.
const RUNS_AT_ONCE: u32 = 6;
/// More writes than any sale makes: an agent that never finishes is found out.
const WRITES_MAX: u32 = 40;

/// What one run came to.
struct Ended {
    /// Whether the crash point was met.
    killed: bool,
    /// Journal writes from the agent's start to the end of the sale.
    writes: usize,
}

/// Enrolled, and the day open: the crash points begin with the agent's start.
fn open_the_day(bay: &Bay) -> Result<usize> {
    let now = SystemClock.now();
    bay.enrol(now)?;
    let mut core = Core::open(SqliteStore::open(&bay.journal_path())?, BootId(Uuid::from_u128(2)))?;
    let operator: domain::id::OperatorId = OPERATOR.parse()?;
    let command = Command::OpenDay { date: now.date(), operator: operator.clone(), float: pieces(30_000)? };
    let actor = Actor::Operator { id: operator };
    core.handle(now, Envelope { actor, id: CommandId(Uuid::from_u128(2)), command })?.answer?;
    Ok(usize::try_from(core.head().sequence_number.0)?)
}

async fn run(paying: Paying, crash: Option<CrashPoint>) -> Result<Ended> {
    let bay = Bay::build(Plan::default(), Arc::new(SystemClock)).await?;
    let before = open_the_day(&bay)?;
    let program =
        Program { executable: PathBuf::from(env!("CARGO_BIN_EXE_crash_agent")), config: bay.config_path() };
    let killed = Visit::new(&program, &bay.printer, paying, crash).sell().await?;

    let verified = program.run(&["journal", "verify"])?;
    ensure!(verified.success(), "journal verify: {verified}");
    let history = History::read(&bay.journal_path())?;
    history.judge(&bay.terminal.book())?;
    let sales: Vec<Yen> = history.events().filter_map(completed).collect();
    ensure!(sales == [Yen::new(300)], "the sale is booked once: {sales:?}");
    let charged = bay.terminal.charged();
    let wanted: &[Yen] = if paying == Paying::Card { &[Yen::new(300)] } else { &[] };
    ensure!(charged == wanted, "the terminal charged {charged:?}");
    let receipts = Receipts::of(&bay.printer);
    ensure!(receipts.originals <= 1 && receipts.whole() == 1, "{receipts:?}");
    let starts = history.events().filter(|event| matches!(event, Event::AgentStarted { .. })).count();
    ensure!(starts <= 1 + usize::from(killed), "{starts} starts");
    Ok(Ended { killed, writes: history.appends_after(before) })
}

const fn completed(event: &Event) -> Option<Yen> {
    match event {
        Event::SaleCompleted { total, .. } => Some(*total),
        _ => None,
    }
}

/// Kills at each write, in both places, until a sale comes through without meeting its crash point.
async fn at_each_write(paying: Paying) -> Result<()> {
    let undisturbed = run(paying, None).await?;
    ensure!(!undisturbed.killed);
    let writes = u32::try_from(undisturbed.writes)?;
    ensure!(writes < WRITES_MAX, "{writes} writes for one sale");
    let points = (1..=writes + 1).flat_map(|n| [CrashPoint::Before(n), CrashPoint::After(n)]);
    let (mut runs, mut met) = (JoinSet::new(), Vec::new());
    for point in points {
        while runs.len() >= usize::try_from(RUNS_AT_ONCE)? {
            met.push(runs.join_next().await.context("a run")???);
        }
        runs.spawn(async move {
            let ended =
                run(paying, Some(point)).await.with_context(|| format!("{paying:?}, killed {point:?}"))?;
            anyhow::Ok((point, ended.killed))
        });
    }
    while let Some(ended) = runs.join_next().await {
        met.push(ended??);
    }
    for (point, killed) in met {
        let (CrashPoint::Before(n) | CrashPoint::After(n)) = point;
        ensure!(killed == (n <= writes), "{paying:?}, {point:?} of {writes} writes: killed is {killed}");
    }
    Ok(())
}

#[tokio::test]
async fn killed_at_each_write_of_a_card_sale() -> Result<()> {
    at_each_write(Paying::Card).await
}

#[tokio::test]
async fn killed_at_each_write_of_a_cash_sale() -> Result<()> {
    at_each_write(Paying::Cash).await
}
