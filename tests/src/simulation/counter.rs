//! One counter of the simulation: the real core on a simulated disk, a terminal, a drawer, paper.
//!
//! Invariant: a process that lost its disk or its power is gone; what it had not made durable never reaches a device, and what a
//! device did meanwhile stands in the device's book.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};
use domain::{
    command::{Command, PrintReport},
    due::Effect,
    event::{Actor, Paper},
    id::{AttemptId, BootId, CommandId, PrintJobId, SaleId},
    method::Method,
    money::Yen,
    payment::{AttemptFact, AttemptKind, Outcome, Phase},
    time::Clock as _,
};
use pos_agent::{
    journal_store::simulated::{Fault, SimulatedDisk, SimulatedStore},
    till::{Core, CoreError, Envelope, SubmitError},
};
use uuid::Uuid;

use super::{
    Dice,
    terminal::{Fate, Terminal, declined, refused, unknown},
};
use crate::clock::TownClock;

/// How a post to the till ended.
pub enum Posted {
    /// Durable.
    Done,
    /// Refused by the rules or for want of room; nothing was written.
    Refused,
    /// The process died over it; it has started again since.
    Died,
}

/// A coupon or a 定額小為替 in the clerk's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenPaper {
    /// [`Method::Voucher`] or [`Method::PostalOrder`].
    pub method: Method,
    /// The number on it.
    pub number: String,
    /// Yen.
    pub amount: Yen,
}

/// A counter.
pub struct SimulatedCounter {
    disk: SimulatedDisk,
    core: Core<SimulatedStore>,
    clock: TownClock,
    boots: u64,
    series: u64,
    ids: u64,
    /// The terminal.
    pub terminal: Terminal,
    /// Cash taken less cash given back, as the drawer has it.
    pub drawer: Yen,
    /// Cash sales whose money is in the drawer.
    pub cash_taken: BTreeMap<SaleId, Yen>,
    /// Coupons and securities in the folder, by the sale that they paid.
    pub papers_taken: BTreeMap<SaleId, TakenPaper>,
    /// Originals that came out of the printer, by sale.
    pub originals: BTreeMap<SaleId, u32>,
    /// What the centre last said it has.
    pub centre_has: u64,
    /// Attempts that were in doubt at some time.
    pub doubted: BTreeSet<AttemptId>,
    /// Times that the process died.
    pub crashes: u64,
}

impl SimulatedCounter {
    /// A counter that was just enrolled.
    ///
    /// # Errors
    /// When even the first entry cannot be written.
    pub fn new(seed: u64, number: u64, enrolment: Command, clock: TownClock) -> Result<Self> {
        let disk = SimulatedDisk::new(seed.wrapping_mul(31).wrapping_add(number));
        let series = seed.wrapping_mul(64).wrapping_add(number);
        let core = Core::open(disk.store(), boot(series, 1))?;
        let mut counter = Self {
            disk,
            core,
            clock,
            boots: 1,
            series,
            ids: 0,
            terminal: Terminal::default(),
            drawer: Yen::ZERO,
            cash_taken: BTreeMap::new(),
            papers_taken: BTreeMap::new(),
            originals: BTreeMap::new(),
            centre_has: 0,
            doubted: BTreeSet::new(),
            crashes: 0,
        };
        match counter.post(enrolment)? {
            Posted::Done => Ok(counter),
            _ => bail!("the enrolment was not written"),
        }
    }

    /// The core.
    pub const fn core(&mut self) -> &mut Core<SimulatedStore> {
        &mut self.core
    }

    /// The state as the screen has it.
    #[must_use]
    pub fn state(&self) -> &domain::state::State {
        self.core.state()
    }

    /// The wall clock.
    #[must_use]
    pub fn now(&self) -> domain::time::Timestamp {
        self.clock.now()
    }

    /// A fresh command id, as a form gets one.
    pub fn form_id(&mut self) -> CommandId {
        self.ids += 1;
        CommandId(Uuid::from_u64_pair(self.series, self.ids))
    }

    /// The number on a paper that nobody has brought yet.
    pub fn paper_number(&mut self) -> String {
        self.ids += 1;
        format!("P-{}", self.ids)
    }

    /// Posts a command under a new id.
    ///
    /// # Errors
    /// When the journal cannot be opened again after a death.
    pub fn post(&mut self, command: Command) -> Result<Posted> {
        let id = self.form_id();
        self.post_as(id, command)
    }

    /// Posts a command under the id of its form, which may have been posted before.
    ///
    /// # Errors
    /// When the journal cannot be opened again after a death.
    pub fn post_as(&mut self, id: CommandId, command: Command) -> Result<Posted> {
        let actor = Actor::Operator { id: "staff-1".parse()? };
        let handled = self.core.handle(self.clock.now(), Envelope { actor, id, command });
        let posted = match handled {
            Ok(handled) => match handled.answer {
                Ok(_) => Posted::Done,
                Err(SubmitError::DiskFull) => {
                    self.disk.make_room();
                    self.core.keep_ballast();
                    Posted::Refused
                }
                Err(_) => Posted::Refused,
            },
            Err(CoreError::Append(_)) => {
                self.start_again()?;
                Posted::Died
            }
            Err(other) => return Err(other.into()),
        };
        self.doubted.extend(self.core.state().doubts().map(|attempt| attempt.id));
        Ok(posted)
    }

    /// The power goes and comes back.
    ///
    /// # Errors
    /// When the journal cannot be opened again.
    pub fn crash(&mut self) -> Result<()> {
        self.disk.power_off();
        self.start_again()
    }

    fn start_again(&mut self) -> Result<()> {
        self.crashes += 1;
        // The start itself may lose its disk; a machine that never comes up again is a case for a new incarnation.
        let mut last = String::new();
        for _ in 0..20 {
            self.boots += 1;
            self.disk.make_room();
            self.core = Core::open(self.disk.store(), boot(self.series, self.boots))?;
            let id = self.form_id();
            let start =
                Envelope { actor: Actor::Agent, id, command: Command::Start { version: "simulated".into() } };
            match self.core.handle(self.clock.now(), start) {
                Ok(_) => return Ok(()),
                Err(CoreError::Append(why)) => last = why.to_string(),
                Err(other) => return Err(other).context("the counter does not start any more"),
            }
        }
        bail!("the disk took no start in twenty tries: {last}")
    }

    /// The next write goes wrong.
    pub fn disk_trouble(&self, dice: &mut Dice) {
        self.disk.break_next(*dice.pick(&[Fault::DiskFull, Fault::SyncFails, Fault::PowerCut]));
    }

    /// Disks write again.
    pub fn end_trouble(&mut self) {
        self.disk.make_room();
        self.core.keep_ballast();
    }

    /// Does what is due, as the device runner does.
    ///
    /// # Errors
    /// When the journal cannot be opened again after a death.
    pub fn devices_act(&mut self, dice: &mut Dice) -> Result<()> {
        while let Some((attempt, outcome)) = self.terminal.late.pop() {
            self.post(Command::RecordOutcome { attempt, outcome })?;
        }
        let effects = domain::due::due(self.core.state());
        for effect in effects {
            let boots = self.boots;
            self.carry_out(dice, effect)?;
            if self.boots != boots {
                break;
            }
        }
        Ok(())
    }

    fn carry_out(&mut self, dice: &mut Dice, effect: Effect) -> Result<()> {
        match effect {
            Effect::Authorize { attempt, amount, kind, .. } => self.authorize(dice, attempt, amount, kind),
            Effect::Query { attempt, .. } => {
                let answer = self.terminal.query(dice, attempt);
                self.post(Command::RecordQueryAnswer { attempt, answer }).map(drop)
            }
            Effect::Print { job, paper } => self.print(dice, job, &paper),
            Effect::ReadTerminalTotals { route, .. } => {
                let reason = "simulated terminal gives no totals".into();
                self.post(Command::RecordTerminalTotalsFailure { route, reason }).map(drop)
            }
            Effect::Cancel { .. } => Ok(()),
        }
    }

    /// One conversation with the terminal. It ends wherever the process dies; the terminal then does what terminals do.
    fn authorize(
        &mut self,
        dice: &mut Dice,
        attempt: AttemptId,
        amount: Yen,
        kind: AttemptKind,
    ) -> Result<()> {
        let fate = Terminal::fate(dice);
        if fate == Fate::RefusedAtOnce {
            return self.post(Command::RecordOutcome { attempt, outcome: refused() }).map(drop);
        }
        // Durable before the first byte: a process that dies here has sent nothing.
        if !self.fact(attempt, AttemptFact::Sending)? {
            return Ok(());
        }
        let phase = match fate {
            Fate::Declined => {
                return self.post(Command::RecordOutcome { attempt, outcome: declined() }).map(drop);
            }
            Fate::CutBeforeCharge => Phase::Accepted,
            Fate::ResultLost | Fate::ResultLate => {
                let approval = self.terminal.act(attempt, amount, kind);
                if fate == Fate::ResultLate {
                    self.terminal.late.push((attempt, Outcome::Approved(approval)));
                }
                Phase::AtCentre
            }
            _ => return self.result_seen(dice, fate, attempt, amount, kind),
        };
        self.terminal.lost(dice);
        self.post(Command::RecordOutcome { attempt, outcome: unknown(phase) }).map(drop)
    }

    fn result_seen(
        &mut self,
        dice: &mut Dice,
        fate: Fate,
        attempt: AttemptId,
        amount: Yen,
        kind: AttemptKind,
    ) -> Result<()> {
        let approval = self.terminal.act(attempt, amount, kind);
        let seen = AttemptFact::ResultSeen { code: "00".into(), approval: approval.clone() };
        // Never acknowledged unless durable: the terminal that hears nothing reverses, or its answer was on the way already.
        if !self.fact(attempt, seen)? {
            if dice.one_in(2) {
                self.terminal.reverse(attempt);
            }
            return Ok(());
        }
        let outcome = match fate {
            Fate::AcknowledgementLost => {
                self.terminal.reverse(attempt);
                unknown(Phase::ResultSeen)
            }
            Fate::CompletionLost => {
                self.terminal.lost(dice);
                unknown(Phase::Acknowledged)
            }
            _ => Outcome::Approved(approval),
        };
        self.post(Command::RecordOutcome { attempt, outcome }).map(drop)
    }

    /// Whether the fact is durable.
    fn fact(&mut self, attempt: AttemptId, fact: AttemptFact) -> Result<bool> {
        Ok(matches!(self.post(Command::RecordFact { attempt, fact })?, Posted::Done))
    }

    fn print(&mut self, dice: &mut Dice, job: PrintJobId, paper: &Paper) -> Result<()> {
        if !matches!(self.post(Command::ReportPrint { job, report: PrintReport::Started })?, Posted::Done) {
            return Ok(());
        }
        let never_printed = dice.trouble(8);
        if let (Paper::Receipt { sale, copy: 0 }, false) = (paper, never_printed) {
            *self.originals.entry(*sale).or_default() += 1;
        }
        let report = if never_printed {
            PrintReport::Failed { reason: "用紙切れ".into() }
        } else if dice.trouble(6) {
            PrintReport::Unknown { reason: "応答なし".into(), may_still_print: false }
        } else {
            PrintReport::Printed
        };
        self.post(Command::ReportPrint { job, report }).map(drop)
    }
}

fn boot(series: u64, boots: u64) -> BootId {
    BootId(Uuid::from_u64_pair(series, boots | 1 << 63))
}
