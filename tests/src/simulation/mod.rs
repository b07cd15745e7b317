//! The seeded simulation: some days of a small town, stepped, with everything that can go wrong going wrong.
//!
//! One number is one run. Real: the till's core with its rules and frozen bytes, the centre's store with its chain, inbox and
//! projections. Simulated: the disk under the journal, the terminal (which keeps its own book), the drawer, the paper, the line,
//! the clock. The simulators' own books are the judge ([`judge`]): no yen lost, none twice, none silent.
//!
//! Not here: the terminal's bytes and the HTTP layer, which have fault scripts and tests of their own.

mod centre;
mod clerk;
mod counter;
mod dice;
mod judge;
mod terminal;

use std::{ops::AddAssign, path::Path};

use anyhow::{Context as _, Result};
use domain::time::Timestamp;

pub use self::dice::Dice;
use self::{centre::Centre, counter::SimulatedCounter};
use crate::clock::TownClock;

/// Steps of trouble in one run; afterwards the trouble ends and everything must come to rest.
const STEPS: u32 = 250;
/// Counters in one run.
const COUNTERS: u64 = 2;
/// Rounds in which everything must come to rest after the trouble.
const REST_ROUNDS_MAX: u32 = 60;

/// What happened in a run, or in many: a run in which nothing went wrong proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Runs.
    pub seeds: u64,
    /// Entries that reached the centre.
    pub entries: u64,
    /// Sales that stand or stood.
    pub sales: u64,
    /// Charges in the terminals' books.
    pub charges: u64,
    /// Results that were unknown for a while.
    pub doubts: u64,
    /// Coupons and securities that stand.
    pub papers: u64,
    /// Overpayment cases that opened by themselves.
    pub overpayments: u64,
    /// Times that a counter stopped and started again.
    pub crashes: u64,
    /// Requests or answers that the line lost.
    pub line_losses: u64,
    /// Doubts that the centre's decision ended.
    pub decided_by_centre: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.seeds += other.seeds;
        self.entries += other.entries;
        self.sales += other.sales;
        self.charges += other.charges;
        self.doubts += other.doubts;
        self.papers += other.papers;
        self.overpayments += other.overpayments;
        self.crashes += other.crashes;
        self.line_losses += other.line_losses;
        self.decided_by_centre += other.decided_by_centre;
    }
}

/// Runs one seed in a folder of its own.
///
/// # Errors
/// Names the seed and the first thing that does not hold: that is the bug report.
pub async fn run(seed: u64, folder: &Path) -> Result<Tally> {
    town(seed, folder).await.with_context(|| format!("seed {seed}"))
}

async fn town(seed: u64, folder: &Path) -> Result<Tally> {
    let mut dice = Dice::new(seed);
    let morning = Timestamp::from_jst("2026-07-27".parse()?, 8, 30, 0).context("a Monday morning")?;
    let clock = TownClock::at(morning);
    let mut centre = Centre::open(&folder.join(format!("seed-{seed}.db")), clock.clone()).await?;
    let mut counters = Vec::new();
    for number in 1..=COUNTERS {
        let grant = centre.enrol(number).await?;
        counters.push(SimulatedCounter::new(seed, number, grant, clock.clone())?);
    }
    let mut tally = Tally { seeds: 1, ..Tally::default() };
    for _ in 0..STEPS {
        let counter = dice.pick_mut(&mut counters);
        step(&mut dice, counter, &mut centre, &clock, &mut tally).await?;
        judge::while_running(counter)?;
    }
    come_to_rest(&mut dice, &mut counters, &mut centre, &mut tally).await?;
    judge::at_rest(&mut counters, &mut centre, &mut tally).await?;
    Ok(tally)
}

async fn step(
    dice: &mut Dice,
    counter: &mut SimulatedCounter,
    centre: &mut Centre,
    clock: &TownClock,
    tally: &mut Tally,
) -> Result<()> {
    match dice.below(60) {
        0..=46 => counter.clerk_acts(dice)?,
        47..=49 => counter.devices_act(dice)?,
        50..=55 => centre.exchange(dice, counter, tally).await?,
        56 | 57 => counter.disk_trouble(dice),
        58 => counter.crash()?,
        _ => clock_moves(dice, clock),
    }
    counter.devices_act(dice)
}

/// Mostly forward; at times over midnight, at times a little back.
fn clock_moves(dice: &mut Dice, clock: &TownClock) {
    const HOUR_MS: i64 = 3_600_000;
    let by_ms = match dice.below(12) {
        0 => 16 * HOUR_MS,
        1 => -30_000,
        2 => -180_000,
        _ => 600_000,
    };
    clock.advance_ms(by_ms);
}

/// The trouble is over: lines hold, disks write, people decide, days are closed, everything is delivered.
async fn come_to_rest(
    dice: &mut Dice,
    counters: &mut [SimulatedCounter],
    centre: &mut Centre,
    tally: &mut Tally,
) -> Result<()> {
    dice.end_trouble();
    for counter in counters {
        counter.end_trouble();
        for _ in 0..REST_ROUNDS_MAX {
            counter.devices_act(dice)?;
            counter.close_down(dice)?;
            centre.exchange(dice, counter, tally).await?;
            tally.decided_by_centre += centre.decide_unknowns(counter).await?;
        }
        tally.crashes += counter.crashes;
    }
    Ok(())
}
