//! A fault script (`drivers/testdata/scripts`) on a whole counter: the script's own `expect` table is what the journal, the book and
//! the paper are compared with.
//!
//! Invariant: an expectation that nobody looked at fails the play; whatever the script, the terminal's book is in the end what the
//! journal folds to.

use std::{collections::BTreeSet, path::Path, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use domain::{money::Yen, state::State, time::Timestamp};
use drivers::script::Script;
use pos_agent::agent::Running;
use toml::Value;

use super::{
    bay::{self, Bay, Plan},
    history::History,
    papers::Receipts,
};
use crate::{clerk::Clerk, clock::TownClock};

/// Where the scripts lie.
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../drivers/testdata/scripts");
/// Longest wait for something outside the journal, in milliseconds.
const WAIT_MAX_MS: u64 = 10_000;
/// Between two looks, in milliseconds.
const LOOK_MS: u64 = 10;

/// A script that plays.
pub struct Play {
    /// The machines.
    pub bay: Bay,
    /// The clerk; the day is open.
    pub clerk: Clerk,
    agent: Running,
    script: Script,
    looked_at: BTreeSet<String>,
}

impl Play {
    /// Opens a counter whose machine fails as the script of this name says.
    ///
    /// # Errors
    /// When the script cannot be read or the counter does not open.
    pub async fn open(name: &str) -> Result<Self> {
        Self::open_changed(name, |text| text).await
    }

    /// The same with a change to the script's text.
    ///
    /// # Errors
    /// When the script cannot be read or the counter does not open.
    pub async fn open_changed(name: &str, change: impl FnOnce(String) -> String) -> Result<Self> {
        let path = Path::new(SCRIPTS).join(format!("{name}.toml"));
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let script = Script::parse(&change(text))?;
        let mut plan = Plan::default();
        match script.device.as_str() {
            "zvt" => plan.terminal_script = script.clone(),
            "escpos" => plan.printer_script = script.clone(),
            other => bail!("no machine {other} at this counter"),
        }
        if let Some(ms) = script.clerk.get("attention_ms").and_then(Value::as_integer) {
            plan.attention_ms = u64::try_from(ms)?;
        }
        let morning = Timestamp::from_jst("2026-07-31".parse()?, 9, 0, 0).context("a time of day")?;
        let clock = TownClock::at(morning);
        let bay = Bay::build(plan, std::sync::Arc::new(clock.clone())).await?;
        bay.enrol(morning)?;
        let (agent, mut clerk) = bay.start(&clock, 1).await?;
        clerk.open().await?;
        let play = Self { bay, clerk, agent, script, looked_at: BTreeSet::new() };
        play.wait("the terminal is registered", |play| play.bay.terminal.counters().registrations == 1)
            .await?;
        Ok(play)
    }

    /// What the script says of the person at the counter.
    ///
    /// # Errors
    /// When it says nothing under this key.
    pub fn clerk_word(&self, key: &str) -> Result<Value> {
        self.script.clerk.get(key).cloned().with_context(|| format!("clerk.{key}"))
    }

    /// What the script expects under a key; it counts as looked at.
    ///
    /// # Errors
    /// When it expects nothing there.
    pub fn expect(&mut self, key: &str) -> Result<Value> {
        self.looked_at.insert(key.to_owned());
        self.script.expect.get(key).cloned().with_context(|| format!("expect.{key}"))
    }

    /// A number that the script expects.
    ///
    /// # Errors
    /// When it expects no number there.
    pub fn expect_number(&mut self, key: &str) -> Result<u32> {
        Ok(u32::try_from(
            self.expect(key)?.as_integer().with_context(|| format!("expect.{key} is a number"))?,
        )?)
    }

    /// Waits until something holds outside the journal.
    ///
    /// # Errors
    /// When it does not within the bound.
    pub async fn wait(&self, what: &str, holds: impl Fn(&Self) -> bool) -> Result<()> {
        for _ in 0..WAIT_MAX_MS / LOOK_MS {
            if holds(self) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        }
        bail!("waited {WAIT_MAX_MS} ms in vain: {what}")
    }

    /// The journal as it is on the disk at this moment.
    ///
    /// # Errors
    /// When it cannot be read or its chain is broken.
    pub fn history(&self) -> Result<History> {
        History::read(&self.bay.journal_path())
    }

    /// Compares journal, book and paper with the script, and the book with the journal.
    ///
    /// # Errors
    /// Names what differs.
    pub async fn is_as_expected(&mut self) -> Result<()> {
        self.clerk.until("everything is at rest", at_rest).await?;
        let history = self.history()?;
        let wanted: Vec<String> = self.expect("journal")?.try_into()?;
        let found = if self.script.device == "zvt" { history.money_words() } else { history.paper_words() };
        ensure!(found == wanted, "the journal says {found:?}, expected {wanted:?}");
        if self.script.device == "zvt" {
            let charged: Vec<i64> =
                self.expect("book")?.get("charged").context("book.charged")?.clone().try_into()?;
            let charged: Vec<Yen> = charged.into_iter().map(Yen::new).collect();
            let book = self.bay.terminal.charged();
            ensure!(book == charged, "the terminal's book says {book:?}, expected {charged:?}");
            let (wanted, found) = (self.expect_number("receipts")?, Receipts::of(&self.bay.printer));
            ensure!(
                found == Receipts { originals: wanted, copies: 0 },
                "{wanted} receipts expected: {found:?}"
            );
        } else {
            let (wanted, found) = (self.expect_number("papers")?, self.bay.printer.papers().len());
            ensure!(usize::try_from(wanted)? == found, "{wanted} papers expected, {found} came out");
        }
        history.judge(&self.bay.terminal.book())
    }

    /// Ends the play: the last judgement, and an agent that starts again finds the same books.
    ///
    /// # Errors
    /// Names what does not hold, or the expectation that nobody looked at.
    pub async fn end(self) -> Result<()> {
        let Self { bay, clerk, agent, script, looked_at } = self;
        clerk.until("everything is at rest", at_rest).await?;
        let shown = clerk.state();
        bay::stop(agent, clerk).await?;
        let history = History::read(&bay.journal_path())?;
        ensure!(history.fold() == *shown, "the screen showed another state than the journal folds to");
        history.judge(&bay.terminal.book())?;
        let left: Vec<&String> = script.expect.keys().filter(|key| !looked_at.contains(*key)).collect();
        ensure!(left.is_empty(), "nobody looked at the expectations {left:?}");
        Ok(())
    }
}

/// No attempt runs or is in doubt, no paper is on its way.
fn at_rest(state: &State) -> bool {
    use domain::state::PrintState;
    let moving = |print: &PrintState| matches!(print, PrintState::Queued | PrintState::Started);
    !state.attempts.values().any(|attempt| attempt.running() || attempt.in_doubt())
        && !state.prints.values().any(|job| moving(&job.state))
}
