//! P13 of the plan: sales against statement rows of one day from what is stored, exceptions durable, beside the raw reading of the same
//! columns as rows by the same driver, the match alone on columns in memory, and what PostgreSQL does by itself with the same rows
//! (`peers.rs`). The whole is measured from packs, as it runs, and once more from rows alone; both must say the same.

mod fill;
mod peers;

use std::{
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use bulk::{Columns, Feed, feeds, settle};
use domain::time::{CivilDate, Timestamp};
use recon_server::{
    Options, Server,
    config::{Config, DatabaseUrl, Overrides},
    jobs::compare::compare,
    random::SystemRandom,
};
use store::{
    Store,
    compared::{ColumnSink, ColumnsRow, ComparedBy, ComparedException, Scope, Via},
};
use tokio::net::TcpListener;

use self::peers::Peers;
use super::{
    bulk::files::{self, Day},
    stats,
};
use crate::clock::TownClock;

#[path = "../../../../recon-server/store-postgres/tests/support/cluster.rs"]
mod cluster;

/// A million a side.
const MILLION_PAYMENTS: u32 = 1_000_000;
/// Every public counter of Japan on one day.
const NATION_PAYMENTS: u32 = 17_410_000;
const SEED: u64 = 13;
const TENANT: &str = "mihon";
const DAY: &str = "2026-07-01";

/// Measures both engines in `folder` and prints what it found.
///
/// # Errors
/// When an engine fails, or the counts are not those of the generator.
pub fn measure(folder: &Path, national: bool) -> Result<()> {
    let payments = if national { NATION_PAYMENTS } else { MILLION_PAYMENTS };
    let day = files::day(payments, SEED)?;
    println!(
        "\nmatching from stored facts, {} x {} rows, exceptions durable:",
        day.payments.len(),
        day.lines.len()
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let cluster = match cluster::Cluster::start() {
        Ok(cluster) => Some(cluster),
        Err(error) => {
            println!("  PostgreSQL: not measured, it could not be started ({error})");
            None
        }
    };
    let mut peers = Vec::new();
    if let Some(cluster) = &cluster {
        let url = cluster.url();
        let server = runtime.block_on(serve(folder, &url))?;
        fill::postgres(&url, folder, TENANT, &day)?;
        peers::psql(&url, "VACUUM ANALYZE;\n")?;
        let mut rounds = Vec::new();
        for _ in 0..stats::ROUNDS {
            peers.push(peers::measure(&url, &day.truth)?);
            rounds.push(round(&runtime, &server, &day)?);
        }
        print("PostgreSQL", &rounds, &peers);
        runtime.block_on(server.stop())?;
    }
    drop(cluster);
    let path = folder.join("stored.db");
    let server = runtime.block_on(serve(folder, &format!("sqlite://{}", path.display())))?;
    fill::sqlite(&path, TENANT, &day)?;
    let rounds = (0..stats::ROUNDS).map(|_| round(&runtime, &server, &day)).collect::<Result<Vec<_>>>()?;
    print("SQLite", &rounds, &peers);
    runtime.block_on(server.stop())?;
    Ok(std::fs::remove_file(path)?)
}

async fn serve(folder: &Path, database: &str) -> Result<Server> {
    let toml = "[tenant]\nid = \"mihon\"\nname = \"見本市\"\n";
    let overrides = Overrides {
        data_dir: Some(folder.join("bench-stored")),
        database_url: Some(DatabaseUrl(database.to_owned())),
        ..Overrides::default()
    };
    let noon = Timestamp::from_jst("2026-07-02".parse()?, 12, 0, 0).context("a time of day")?;
    let options = Options {
        config: Config::from_toml(toml, overrides)?,
        listener: TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?,
        clock: Arc::new(TownClock::at(noon)),
        random: Arc::new(SystemRandom),
    };
    Ok(Server::start(options).await?)
}

/// One round: reading the rows alone, matching alone, the whole from packs and from rows; wall time, and of the whole this process's
/// processor time.
struct Round {
    read: Duration,
    matched: Duration,
    whole: Duration,
    processor: Duration,
    rows_only: Duration,
}

fn round(runtime: &tokio::runtime::Runtime, server: &Server, day: &Day) -> Result<Round> {
    let the_day: CivilDate = DAY.parse()?;
    let store = server.state().store.clone();
    let tenant = server.state().tenant().clone();
    let work = move || {
        let scope =
            Scope { tenant: &tenant, from: the_day, to: the_day, by: ComparedBy::Slip, via: Via::Rows };
        read(&*store, &scope)
    };
    let read = runtime.block_on(runtime.spawn_blocking(work))??;
    let matched = match_alone(day)?;
    let from_packs = whole(runtime, server, (day, the_day), Via::Packs)?;
    let from_rows = whole(runtime, server, (day, the_day), Via::Rows)?;
    ensure!(from_packs.2 == from_rows.2, "packs and rows say different things");
    Ok(Round { read, matched, whole: from_packs.0, processor: from_packs.1, rows_only: from_rows.0 })
}

/// Counts and adds up.
#[derive(Default)]
struct Counted {
    rows: u64,
    yen: i64,
    bytes: usize,
}

impl ColumnSink for Counted {
    fn take(&mut self, row: &ColumnsRow<'_>) -> bool {
        self.rows += 1;
        self.yen += row.amount;
        self.bytes += row.terminal.len() + row.number.len() + row.day.len();
        true
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the monotonic clock")]
fn read(store: &dyn Store, scope: &Scope<'_>) -> Result<Duration> {
    let (mut sales, mut lines) = (Counted::default(), Counted::default());
    let begun = Instant::now();
    store.columns(scope)?.read(&mut sales, &mut lines)?;
    let took = begun.elapsed();
    ensure!(sales.rows > 0 && lines.rows > 0 && sales.yen > 0 && lines.bytes > 0, "nothing was read");
    Ok(took)
}

/// The same rows, ready in memory.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the monotonic clock")]
fn match_alone(day: &Day) -> Result<Duration> {
    let texts =
        |payment: &files::Payment| (format!("{:013}", payment.terminal), format!("{:06}", payment.approval));
    let ours = day.payments.iter().filter(|payment| payment.fate() != files::Fate::NotInSales);
    let sales: Vec<_> = ours.map(|payment| (texts(payment), payment.amount)).collect();
    let lines = day.lines.iter().map(|at| &day.payments[*at]);
    let lines: Vec<_> = lines.map(|payment| (texts(payment), payment.line_amount())).collect();
    let push = |feed: &mut Feed, rows: &[((String, String), u32)]| {
        rows.iter().try_for_each(|((terminal, approval), amount)| {
            feed.push(&Columns { terminal, approval, date: DAY, yen: i64::from(*amount) })
        })
    };
    let begun = Instant::now();
    let (mut of_sales, mut of_lines) = feeds();
    std::thread::scope(|threads| {
        let other = threads.spawn(|| push(&mut of_sales, &sales));
        push(&mut of_lines, &lines)?;
        other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })?;
    settle(of_sales, of_lines, 2)?;
    Ok(begun.elapsed())
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the monotonic clock")]
fn whole(
    runtime: &tokio::runtime::Runtime,
    server: &Server,
    (day, the_day): (&Day, CivilDate),
    via: Via,
) -> Result<(Duration, Duration, Vec<ComparedException>)> {
    let (begun, before) = (Instant::now(), processor()?);
    let compared =
        runtime.block_on(compare(server.state(), (the_day, the_day), (ComparedBy::Slip, via), "bench"))?;
    let took = (begun.elapsed(), processor()?.saturating_sub(before));
    let truth = &day.truth;
    let breaks = truth.duplicates + truth.amount_differs + truth.only_sales + truth.only_statement;
    ensure!(
        compared.exceptions.len() == usize::try_from(breaks)?,
        "{:?} {truth:?}",
        compared.outcome.classes
    );
    ensure!(compared.outcome.matched().sales_rows == truth.matched, "{:?}", compared.outcome.classes);
    Ok((took.0, took.1, compared.exceptions))
}

/// Processor time of this process so far, by the kernel's ticks of 10 ms.
fn processor() -> Result<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit_once(") ").context("the name")?.1;
    let ticks = after_name.split(' ').skip(11).take(2).map(str::parse::<u64>);
    Ok(Duration::from_millis(ticks.sum::<Result<u64, _>>()? * 10))
}

fn print(engine: &str, rounds: &[Round], peers: &[Peers]) {
    let median = |part: fn(&Round) -> Duration| {
        let mut sample: Vec<_> = rounds.iter().map(part).collect();
        format!("{} ms", stats::quantile(&mut sample, 500).as_millis())
    };
    println!(
        "  {engine:<10} whole {} ({} of this process's processors), whole from rows alone {}, reading rows alone {}, matching alone {}",
        median(|round| round.whole),
        median(|round| round.processor),
        median(|round| round.rows_only),
        median(|round| round.read),
        median(|round| round.matched)
    );
    let floor = rounds.iter().map(|round| stats::ratio_percent(round.whole, round.read + round.matched));
    println!("    whole / (reading rows + matching) {}   target 1.50", stats::spread(floor.collect()));
    let floor = rounds.iter().map(|round| stats::ratio_percent(round.rows_only, round.read + round.matched));
    println!("    whole from rows alone / the same {}", stats::spread(floor.collect()));
    if peers.is_empty() {
        return;
    }
    let line = |words: &str, part: fn(&Peers) -> Duration, target: &str| {
        let mut sample: Vec<_> = peers.iter().map(part).collect();
        let times =
            peers.iter().zip(rounds).map(|(peer, round)| stats::ratio_percent(part(peer), round.whole));
        let (took, times) = (stats::quantile(&mut sample, 500).as_millis(), stats::spread(times.collect()));
        println!("    PostgreSQL's {words} {took} ms, / ours {times}   {target}");
    };
    line("plain full outer join, counts only,", |peer| peer.join, "target 7.00");
    line("whole task, exceptions in a table,", |peer| peer.task, "target 7.00");
    line("copy of five columns of both tables, to nowhere,", |peer| peer.copies, "");
}
