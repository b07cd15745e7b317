//! P11, P12, P14 of the plan: two CSV files in, counts and the list of exceptions out, beside DuckDB and Polars on the same files.
//!
//! The peers do the plain outer join, duplicates and amounts that differ, and write no list; their counts must be ours. Their start and
//! the loading of their libraries count only for one city's day, where ours counts always.

pub mod files;
pub mod peers;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::stats;
use files::Truth;
use peers::Peers;

/// Payments of one city on one day.
const CITY_PAYMENTS: u32 = 10_000;
/// A million.
const MILLION_PAYMENTS: u32 = 1_000_000;
/// Every public counter of Japan on one day.
const NATION_PAYMENTS: u32 = 17_410_000;
/// Seed of the files.
const SEED: u64 = 7;
/// Memory of the lean run, in MiB; its target is 300 MB.
const LEAN_MEMORY_MIB: u32 = 280;
/// How often the memory of a running program is looked at, in milliseconds.
const LOOK_MS: u64 = 3;

/// A pair of files.
struct Case<'c> {
    name: &'c str,
    payments: u32,
    /// Process start and loading count for the peers too.
    whole_process: bool,
    target_hundredths: u128,
}

/// Measures the cases in `folder` and prints them.
///
/// # Errors
/// When a program fails, or the counts are not those of the generator.
pub fn measure(folder: &Path, national: bool) -> Result<()> {
    println!("\nbulk matching: two CSV files in, counts and exceptions out, on 2 threads:");
    let peers = match Peers::install(folder) {
        Ok(peers) => Some(peers),
        Err(error) => {
            println!("  peers: not measured, DuckDB and Polars could not be installed ({error:#})");
            None
        }
    };
    let mut cases = vec![
        Case {
            name: "one city's day",
            payments: CITY_PAYMENTS,
            whole_process: true,
            target_hundredths: 1_000,
        },
        Case { name: "a million", payments: MILLION_PAYMENTS, whole_process: false, target_hundredths: 400 },
    ];
    if national {
        let payments = NATION_PAYMENTS;
        cases.push(Case { name: "the nation's day", payments, whole_process: false, target_hundredths: 400 });
    }
    for case in &cases {
        let sales = folder.join("bulk-sales.csv");
        let statement = folder.join("bulk-statement.csv");
        let truth = files::write(&sales, &statement, case.payments, SEED)?;
        let measured = one_case(case, &truth, &sales, &statement, peers.as_ref());
        fs::remove_file(&sales)?;
        fs::remove_file(&statement)?;
        measured?;
    }
    if !national {
        println!("  the nation's day (17.4 million a side, 2.6 GB of files): make bench ARGS=\"--national\"");
    }
    Ok(())
}

fn one_case(
    case: &Case<'_>,
    truth: &Truth,
    sales: &Path,
    statement: &Path,
    peers: Option<&Peers>,
) -> Result<()> {
    let ours = Ours { sales, statement, list: sales.with_extension("exceptions.csv") };
    let peak_kib = ours.peak_kib(truth, None)?;
    let lean_kib = ours.peak_kib(truth, Some(LEAN_MEMORY_MIB))?;
    let mut times = Vec::new();
    let mut rounds: Vec<peers::Round> = Vec::new();
    for _ in 0..stats::ROUNDS {
        times.push(ours.run(truth)?);
        if let Some(peers) = peers {
            rounds.push(peers.round(sales, statement, truth, case.whole_process)?);
        }
    }
    fs::remove_file(&ours.list)?;
    let ms = |time: Duration| format!("{}.{} ms", time.as_millis(), time.as_micros() % 1_000 / 100);
    let mib = |kib: u64| format!("{} MiB", kib / 1_024);
    let name = case.name;
    let median = stats::quantile(&mut times.clone(), 500);
    println!(
        "  {name} ({} x {}): {}, {}; lean {}",
        truth.matched + truth.amount_differs + truth.only_sales,
        truth.matched + truth.duplicates + truth.amount_differs + truth.only_statement,
        ms(median),
        mib(peak_kib),
        mib(lean_kib)
    );
    let best: Vec<Duration> = rounds.iter().map(peers::Round::best).collect();
    for tool in peers::TOOLS {
        let mut of: Vec<Duration> = rounds.iter().filter_map(|round| round.time_of(tool)).collect();
        let kib = rounds.iter().filter_map(|round| round.kib_of(tool)).max().unwrap_or_default();
        if !of.is_empty() {
            println!("    {tool:<13} {}, {}", ms(stats::quantile(&mut of, 500)), mib(kib));
        }
    }
    let ratios = best.iter().zip(&times).map(|(best, ours)| stats::ratio_percent(*best, *ours)).collect();
    if !best.is_empty() {
        println!(
            "    the best of them / ours {}   target {}.{:02}",
            stats::spread(ratios),
            case.target_hundredths / 100,
            case.target_hundredths % 100
        );
    }
    Ok(())
}

/// Our program on two files.
struct Ours<'o> {
    sales: &'o Path,
    statement: &'o Path,
    list: PathBuf,
}

impl Ours<'_> {
    fn command(&self, memory_mib: Option<u32>) -> Result<Command> {
        let program = std::env::current_exe()?.parent().context("a folder")?.join("recon-server");
        let mut command = Command::new(program);
        command.arg("reconcile").arg("--sales").arg(self.sales).arg("--statement").arg(self.statement);
        command.arg("--exceptions").arg(&self.list).args(["--format", "json", "--threads", "2"]);
        if let Some(memory) = memory_mib {
            command.arg("--memory-mib").arg(memory.to_string());
        }
        command.stdout(Stdio::piped()).stderr(Stdio::inherit());
        Ok(command)
    }

    /// One run, process start and the written list included.
    #[expect(clippy::disallowed_methods, reason = "a benchmark reads the monotonic clock")]
    fn run(&self, truth: &Truth) -> Result<Duration> {
        let mut command = self.command(None)?;
        let begun = Instant::now();
        let output = command.output().context("start recon-server")?;
        let took = begun.elapsed();
        check(&output.stdout, truth, &self.list)?;
        Ok(took)
    }

    /// Most memory of one run, looked at from outside.
    fn peak_kib(&self, truth: &Truth, memory_mib: Option<u32>) -> Result<u64> {
        let mut child = self.command(memory_mib)?.spawn().context("start recon-server")?;
        let status = format!("/proc/{}/status", child.id());
        let mut peak = 0;
        while child.try_wait()?.is_none() {
            let seen = fs::read_to_string(&status).ok().and_then(|text| {
                let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
                line.trim().trim_end_matches(" kB").parse::<u64>().ok()
            });
            peak = peak.max(seen.unwrap_or_default());
            std::thread::sleep(Duration::from_millis(LOOK_MS));
        }
        check(&child.wait_with_output()?.stdout, truth, &self.list)?;
        Ok(peak)
    }
}

/// Our counts are those of the generator, and the list has a line for each.
fn check(json: &[u8], truth: &Truth, list: &Path) -> Result<()> {
    let report: Value = serde_json::from_slice(json).context("the report is JSON")?;
    let count = |class: &str, side: &str| report["classes"][class][side].as_u64().unwrap_or_default();
    let matched = ["MATCHED_BY_ID", "MATCHED_BY_KEY", "MATCHED_IN_SET"];
    let found = Truth {
        matched: matched.iter().map(|class| count(class, "sales_rows")).sum(),
        duplicates: count("DUPLICATE_CHARGE", "statement_rows"),
        amount_differs: count("AMOUNT_DIFF", "sales_rows"),
        only_sales: count("J_ONLY", "sales_rows"),
        only_statement: count("A_ONLY", "statement_rows"),
    };
    ensure!(found == *truth, "ours {found:?}, generated {truth:?}");
    let lines = fs::read(list)?.iter().filter(|byte| **byte == b'\n').count();
    let breaks = truth.duplicates + truth.amount_differs + truth.only_sales + truth.only_statement;
    ensure!(u64::try_from(lines)? == breaks + 1, "the list has {lines} lines for {breaks} exceptions");
    Ok(())
}
