//! P1, P2, P4 of the plan: one command made durable, hash chain included, against a raw append with `fdatasync` of as many bytes.

use std::{
    fs::File,
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use domain::{
    command::Command,
    event::Actor,
    id::{BootId, CommandId},
    time::Timestamp,
};
use pos_agent::{
    journal_store::sqlite::SqliteStore,
    till::{Core, Envelope},
};
use uuid::Uuid;

use super::stats::{ROUNDS, quantile, ratio_percent, spread};
use crate::masters;

/// Commands in one round.
pub const COMMANDS_PER_ROUND: u64 = 3_000;
/// The same where every flush takes milliseconds.
pub const SLOW_COMMANDS_PER_ROUND: u64 = 400;
/// Bytes of the raw append, as in the measured limits.
const RAW_LENGTH_BYTES: usize = 300;

/// What a run found.
pub struct Found {
    /// p50 of ours over p50 of the raw append.
    pub p50: String,
    /// The same for p99.
    pub p99: String,
    /// p50 of ours in µs, last round.
    pub p50_us: u128,
    /// p50 of the raw append in µs, last round.
    pub raw_p50_us: u128,
}

/// Measures five paired rounds of `commands_per_round` in `folder`.
///
/// # Errors
/// When the disk or the journal fails.
pub fn measure(folder: &Path, commands_per_round: u64) -> Result<Found> {
    let (mut p50, mut p99, mut last) = (Vec::new(), Vec::new(), (0, 0));
    let mut core = enrolled(&folder.join("bench.journal"))?;
    for round in 0..ROUNDS {
        let mut raw = raw_appends(&folder.join("raw.bin"), commands_per_round)?;
        let mut ours = commands(&mut core, u64::try_from(round)?, commands_per_round)?;
        let (ours_50, raw_50) = (quantile(&mut ours, 500), quantile(&mut raw, 500));
        p50.push(ratio_percent(ours_50, raw_50));
        p99.push(ratio_percent(quantile(&mut ours, 990), quantile(&mut raw, 990)));
        last = (ours_50.as_micros(), raw_50.as_micros());
    }
    Ok(Found { p50: spread(p50), p99: spread(p99), p50_us: last.0, raw_p50_us: last.1 })
}

/// Only our commands, for counting system calls from outside. Returns how many were made durable.
///
/// # Errors
/// When the journal fails.
pub fn only_ours(folder: &Path) -> Result<u64> {
    let mut core = enrolled(&folder.join("count.journal"))?;
    let made = commands(&mut core, 0, COMMANDS_PER_ROUND)?;
    Ok(u64::try_from(made.len())? + 1)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark reads the monotonic clock")]
fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<Duration> {
    let begun = Instant::now();
    work()?;
    Ok(begun.elapsed())
}

fn raw_appends(path: &Path, count: u64) -> Result<Vec<Duration>> {
    let mut file = File::create(path)?;
    let bytes = [7_u8; RAW_LENGTH_BYTES];
    (0..count)
        .map(|_| {
            timed(|| {
                file.write_all(&bytes)?;
                file.sync_data().context("fdatasync")
            })
        })
        .collect()
}

fn enrolled(path: &Path) -> Result<Core<SqliteStore>> {
    let mut core = Core::open(SqliteStore::open(path)?, BootId(Uuid::from_u128(1)))?;
    let profile = masters::simulated_counter(1)?;
    let command = Command::Enrol {
        tenant: "t1".parse()?,
        counter: profile.counter.clone(),
        incarnation: domain::id::Incarnation(1),
        profile,
        first_receipt: 1,
    };
    post(&mut core, 1, command)?;
    Ok(core)
}

/// One small entry per command, about as long as the raw append: what a terminal's fact or a printer's word costs.
fn commands(core: &mut Core<SqliteStore>, round: u64, count: u64) -> Result<Vec<Duration>> {
    (0..count)
        .map(|index| {
            let id = (u128::from(round) + 2) << 64 | u128::from(index);
            let route = "card".parse()?;
            let command =
                Command::RecordTerminalTotalsFailure { route, reason: "応答がありません".into() };
            timed(|| post(core, id, command))
        })
        .collect()
}

fn post(core: &mut Core<SqliteStore>, id: u128, command: Command) -> Result<()> {
    const MORNING_US: i64 = 1_785_454_200_000_000;
    let envelope = Envelope { actor: Actor::Agent, id: CommandId(Uuid::from_u128(id)), command };
    let handled = core.handle(Timestamp::from_micros(MORNING_US), envelope)?;
    handled.answer.map(drop).map_err(Into::into)
}
