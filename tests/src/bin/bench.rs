//! `make bench`: each figure beside its baseline of the same run.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use domain::time::Clock as _;
use pos_agent::edge::SystemClock;
use town::bench::{append, bulk, centre, idle, processes, receipt, stats, stored};

/// Measures ratios against baselines of the same run, median of five paired rounds.
#[derive(Parser)]
struct Arguments {
    /// The nation's day too: 17.4 million lines a side, 2.6 GB of files, removed afterwards.
    #[arg(long)]
    national: bool,
    /// Only the matching of two CSV files.
    #[arg(long)]
    bulk_only: bool,
    #[command(subcommand)]
    part: Option<Part>,
}

/// What the bench starts of itself.
#[derive(Subcommand)]
enum Part {
    /// A bare server: the floor of a start.
    Floor {
        /// Where it listens.
        address: SocketAddr,
    },
    /// Only our appends, for counting system calls from outside.
    Appends {
        /// Where the journal goes.
        folder: PathBuf,
    },
    /// Our appends and the raw ones, to be run where flushes are made slow from outside.
    SlowAppends {
        /// Where the journal goes.
        folder: PathBuf,
    },
    /// Only the receipt, against python-escpos.
    Receipt,
    /// Only the centre's busy month: month page, reasons, a long statement.
    Month,
    /// Only the matching of stored facts.
    Stored,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match arguments.part {
        Some(Part::Floor { address }) => floor(address),
        Some(Part::Appends { folder }) => {
            println!("{}", append::only_ours(&folder)?);
            Ok(())
        }
        Some(Part::SlowAppends { folder }) => {
            let found = append::measure(&folder, append::SLOW_COMMANDS_PER_ROUND)?;
            println!("{} ({} µs against {} µs)", found.p50, found.p50_us, found.raw_p50_us);
            Ok(())
        }
        Some(Part::Receipt) => paper(tempfile::tempdir_in(".")?.path()),
        Some(Part::Month) => busy_month(tempfile::tempdir_in(".")?.path()),
        Some(Part::Stored) => stored::measure(tempfile::tempdir_in(".")?.path(), arguments.national),
        None => all(arguments.national, arguments.bulk_only),
    }
}

fn floor(address: SocketAddr) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let router = axum::Router::new().route("/healthz", axum::routing::get(|| async { "ok" }));
        let listener = tokio::net::TcpListener::bind(address).await?;
        Ok(axum::serve(listener, router).await?)
    })
}

fn all(national: bool, bulk_only: bool) -> Result<()> {
    let folder = tempfile::tempdir_in(".")?;
    println!("Ratios: median (minimum to maximum) of {} paired rounds of the same run.\n", stats::ROUNDS);
    if bulk_only {
        return bulk::measure(folder.path(), national);
    }
    journal(folder.path())?;
    syncs(folder.path())?;
    slow_flush(folder.path())?;
    starts(folder.path())?;
    idle()?;
    busy_month(folder.path())?;
    paper(folder.path())?;
    bulk::measure(folder.path(), national)?;
    stored::measure(folder.path(), national)
}

/// The peer comes from the package index; without it the figure is said to be missing, never guessed.
fn paper(folder: &Path) -> Result<()> {
    println!("\na receipt of 20 lines with a QR symbol, against {}:", receipt::PEER);
    let found = match receipt::measure(folder) {
        Ok(found) => found,
        Err(error) => {
            println!("  not measured: {error:#}");
            return Ok(());
        }
    };
    println!(
        "  bytes on the wire {} against {}: ratio {}.{:03}   target 0.920",
        found.bytes,
        found.peer_bytes,
        found.bytes_per_mille / 1_000,
        found.bytes_per_mille % 1_000
    );
    println!(
        "  built in {} µs, {} of the peer's time; {} µs on the wire at 115,200 baud, target 0.1 % of it",
        found.build_us, found.build, found.wire_us
    );
    Ok(())
}

fn journal(folder: &Path) -> Result<()> {
    let found = append::measure(folder, append::COMMANDS_PER_ROUND)?;
    println!("journal append to durable, hash chain included, against a raw 300-byte append + fdatasync:");
    println!(
        "  p50 ratio {}   target 1.30   (last round {} µs against {} µs)",
        found.p50, found.p50_us, found.raw_p50_us
    );
    println!("  p99 ratio {}   target 2.00\n", found.p99);
    Ok(())
}

/// `strace` counts from outside; without it the figure is said to be missing, never guessed.
fn syncs(folder: &Path) -> Result<()> {
    let counted = folder.join("strace.txt");
    let me = std::env::current_exe()?;
    let run = Command::new("strace")
        .args(["-f", "-c", "-e", "trace=fsync,fdatasync", "-o"])
        .arg(&counted)
        .arg(me)
        .arg("appends")
        .arg(folder)
        .output();
    let Ok(run) = run else {
        println!(
            "syncs per committed change: not measured, strace is not installed (apt-get install strace)\n"
        );
        return Ok(());
    };
    let commits: u64 = String::from_utf8(run.stdout)?.trim().parse().context("the number of commits")?;
    let syncs: u64 = std::fs::read_to_string(&counted)?
        .lines()
        .filter(|line| line.ends_with("fsync") || line.ends_with("fdatasync"))
        .filter_map(|line| line.split_whitespace().nth(3)?.parse::<u64>().ok())
        .sum();
    let per_mille = syncs * 1_000 / commits.max(1);
    println!(
        "syncs per committed change: {}.{:03} ({syncs} / {commits})   target 1.02\n",
        per_mille / 1_000,
        per_mille % 1_000
    );
    Ok(())
}

/// A flush of 2 ms as a plain disk has it: the kernel lets the caller wait that long after each, ours and the raw one alike.
fn slow_flush(folder: &Path) -> Result<()> {
    let run = Command::new("strace")
        .args(["-f", "--seccomp-bpf", "-o", "/dev/null", "-e", "trace=fsync,fdatasync"])
        .args(["-e", "inject=fsync,fdatasync:delay_exit=2000"])
        .arg(std::env::current_exe()?)
        .arg("slow-appends")
        .arg(tempfile::tempdir_in(folder)?.keep())
        .output();
    match run {
        Ok(run) if run.status.success() => {
            let said = String::from_utf8(run.stdout)?;
            println!("the same with a flush of 2 ms, p50 ratio {}   target 1.05\n", said.trim());
        }
        Ok(run) => println!("with a flush of 2 ms: not measured, strace ended with {}\n", run.status),
        Err(_) => println!("with a flush of 2 ms: not measured, strace is not installed\n"),
    }
    Ok(())
}

fn starts(folder: &Path) -> Result<()> {
    let programs = std::env::current_exe()?.parent().context("a folder")?.to_path_buf();
    println!("start to first answer and idle memory, beside a bare axum server of the same run:");
    for (name, path, target_mib) in [("pos-agent", "/", 22), ("recon-server", "/healthz", 45)] {
        let (mut ours_ms, mut floor_ms, mut kib, mut floor_kib) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        // One start beforehand makes the database; a cold start is on an existing one.
        one_start(&programs, name, path, folder)?;
        for _ in 0..stats::ROUNDS {
            let address = processes::free_port()?;
            let mut bare = Command::new(std::env::current_exe()?);
            let floor = processes::start(bare.arg("floor").arg(address.to_string()), address, "/healthz")?;
            let ours = one_start(&programs, name, path, folder)?;
            ours_ms.push(ours.first_answer.as_micros());
            floor_ms.push(floor.first_answer.as_micros());
            kib.push(u128::from(ours.resident_kib));
            floor_kib.push(u128::from(floor.resident_kib));
        }
        let ms = |sample| {
            let us = stats::median(sample);
            format!("{}.{} ms", us / 1_000, us % 1_000 / 100)
        };
        let mib = |sample| {
            let kib = stats::median(sample);
            format!("{}.{} MiB", kib / 1_024, kib % 1_024 * 10 / 1_024)
        };
        println!(
            "  {name:<13} start {} (floor {}, target 50 ms)   idle {} (floor {}, target {target_mib} MB)",
            ms(ours_ms),
            ms(floor_ms),
            mib(kib),
            mib(floor_kib)
        );
    }
    Ok(())
}

/// The real agent with its machines and nobody at the counter.
fn idle() -> Result<()> {
    let agent = std::env::current_exe()?.parent().context("a folder")?.join("pos-agent");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let found = runtime.block_on(idle::measure(agent, SystemClock.now()))?;
    println!(
        "\nan enrolled agent at rest, every machine attached: {}.{:03} % of a core over {} s (target 1 %), asked for money {} times",
        found.core_ppm / 10_000,
        found.core_ppm % 10_000 / 10,
        found.watched.as_secs(),
        found.asked_for_money
    );
    Ok(())
}

/// The centre's month of 10,000 sales and its statement of 100,000 rows.
fn busy_month(folder: &Path) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (pages, taken) = runtime.block_on(centre::measure(folder))?;
    let ms = |us: u128| format!("{}.{} ms", us / 1_000, us % 1_000 / 100);
    println!("\nthe centre with a month of {} sales:", centre::SALES);
    println!(
        "  month page p50 {}, p99 {} (bare answer {}, target p99 50 ms); the first one after new entries {}",
        ms(pages.p50_us),
        ms(pages.p99_us),
        ms(pages.bare_p50_us),
        ms(pages.first_us)
    );
    println!(
        "  why of a sale p50 {}, p99 {}, the first one {}, {} matches for all of them (each from a match of its own: p50 {} without the page)",
        ms(pages.why.p50_us),
        ms(pages.why.p99_us),
        ms(pages.why.first_us),
        pages.why.matches,
        ms(pages.why.anew_p50_us)
    );
    println!(
        "  statement of {} rows ({} KiB) durable in {} ms (reading alone {} ms, target 1,000 ms)",
        centre::ROWS,
        taken.bytes / 1_024,
        taken.import_ms,
        taken.read_ms
    );
    Ok(())
}

fn one_start(programs: &Path, name: &str, path: &str, folder: &Path) -> Result<processes::Start> {
    let address = processes::free_port()?;
    let data = folder.join(name);
    let mut command = Command::new(programs.join(name));
    command.arg("serve").arg("--listen").arg(address.to_string()).arg("--data-dir").arg(&data);
    processes::start(&mut command, address, path)
}
