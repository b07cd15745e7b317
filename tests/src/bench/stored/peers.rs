//! What PostgreSQL does by itself with the same rows: the plain outer join that counts, the whole task with its exceptions in a table, and
//! its own copy of the columns to nowhere.
//!
//! Invariant: what the task finds must be what the generator made, or the measurement fails. Its SQL is the fastest of the ways that were
//! tried: window functions on both sides take half as long again; what is open goes into a table of its own, because only such a
//! statement may use parallel workers, and because what follows is then planned by what is in it.

use std::{
    io::Write as _,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};

use super::super::bulk::files::Truth;

/// The plain join: nothing of duplicates or of amounts that differ.
const JOIN: &str = "SET work_mem = '2GB'; SET max_parallel_workers_per_gather = 2; \\timing on\n\
    SELECT COUNT(*) FILTER (WHERE s.t IS NOT NULL AND l.t IS NOT NULL), COUNT(*) FILTER (WHERE l.t IS NULL), \
    COUNT(*) FILTER (WHERE s.t IS NULL) \
    FROM (SELECT terminal_id t, slip_number n, payment_date d, total a FROM sale WHERE tenant_id = 'mihon' AND payment_date = '2026-07-01') s \
    FULL OUTER JOIN (SELECT terminal_id t, slip_number n, day d, amount a FROM statement_line WHERE tenant_id = 'mihon' \
    AND day = '2026-07-01' AND class = 'sale') l USING (t, n, d, a);\n";

/// The same task as ours: what is missing on each side, what differs in the amount, lines that are there twice; kept in a table.
const TASK: &str = include_str!("task.sql");
/// Where [`TASK`] keeps them.
const TABLE: &str = "DROP TABLE IF EXISTS peer_exception; CREATE TABLE peer_exception (class text NOT NULL, counter_id text, \
    incarnation bigint, sequence_number bigint, file_number bigint, row_number bigint, terminal_id text, key_number text, day text, \
    sale_amount bigint, line_amount bigint);\n";
/// What it found, in the order of [`Truth`]'s fields behind the first.
const FOUND: &str = "SELECT 'found', COUNT(*) FILTER (WHERE class = 'DUPLICATE_CHARGE'), COUNT(*) FILTER (WHERE class = 'AMOUNT_DIFF'), \
    COUNT(*) FILTER (WHERE class = 'J_ONLY'), COUNT(*) FILTER (WHERE class = 'A_ONLY') FROM peer_exception;\n";
/// The columns that are compared, as the measured limits read them (performance.md of the plan, 1d).
const COPIES: [&str; 2] = [
    "COPY (SELECT sequence_number, terminal_id, slip_number, payment_date, total FROM sale WHERE tenant_id = 'mihon' \
     AND payment_date = '2026-07-01') TO STDOUT (FORMAT binary)",
    "COPY (SELECT row_number, terminal_id, slip_number, day, amount FROM statement_line WHERE tenant_id = 'mihon' \
     AND day = '2026-07-01' AND class = 'sale') TO STDOUT (FORMAT binary)",
];

/// How long PostgreSQL took for each.
#[derive(Clone, Copy)]
pub struct Peers {
    pub join: Duration,
    pub task: Duration,
    pub copies: Duration,
}

/// Measures all three once.
pub fn measure(url: &str, truth: &Truth) -> Result<Peers> {
    Ok(Peers { join: time(&psql(url, JOIN)?)?, task: task(url, truth)?, copies: copies(url)? })
}

fn task(url: &str, truth: &Truth) -> Result<Duration> {
    psql(url, TABLE)?;
    let said = psql(url, TASK)?;
    let found = psql(url, &format!("\\pset format unaligned\n\\pset tuples_only on\n{FOUND}"))?;
    let Truth { duplicates, amount_differs, only_sales, only_statement, .. } = truth;
    let expected = format!("found|{duplicates}|{amount_differs}|{only_sales}|{only_statement}");
    ensure!(found.trim() == expected, "PostgreSQL {found} and not {expected}");
    time(&said)
}

/// Both tables at once, to nowhere.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the monotonic clock")]
fn copies(url: &str) -> Result<Duration> {
    let begun = Instant::now();
    let copy = |text: &str| {
        let mut psql = Command::new("psql");
        psql.args(["-q", "-v", "ON_ERROR_STOP=1", "-c", text, url]).stdout(Stdio::null()).spawn()
    };
    let children: Vec<_> = COPIES.into_iter().map(copy).collect::<Result<_, _>>().context("start psql")?;
    for mut child in children {
        let status = child.wait()?;
        ensure!(status.success(), "psql ended with {status}");
    }
    Ok(begun.elapsed())
}

/// Has psql run a script.
pub fn psql(url: &str, script: &str) -> Result<String> {
    let mut child = Command::new("psql")
        .args(["-q", "-v", "ON_ERROR_STOP=1", url])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("start psql")?;
    child.stdin.take().context("its input")?.write_all(script.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "psql ended with {}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}

/// What psql says that its statements took.
fn time(said: &str) -> Result<Duration> {
    let mut micros = 0;
    for line in said.lines().filter_map(|line| line.strip_prefix("Time: ")) {
        let parts = line.split_once(' ').and_then(|(milliseconds, _)| milliseconds.split_once('.'));
        let (whole, part) = parts.context("milliseconds")?;
        micros += whole.parse::<u64>()? * 1_000 + part.parse::<u64>()?;
    }
    ensure!(micros > 0, "psql said no time");
    Ok(Duration::from_micros(micros))
}
