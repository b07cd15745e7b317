//! A journal read back from its file, beside or after the agent, and judged against the terminal's own book.
//!
//! Invariant: nothing here asks the product whether it is right: entries are walked from the first byte, and the sums are made by
//! hand. The final word is always: the terminal's book is what the journal folds to.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::{Context as _, Result, ensure};
use domain::{
    event::{Event, Meta, OverpaymentCause, Recorded},
    evolve::evolve,
    id::{AttemptId, SaleId, SequenceNumber},
    money::Yen,
    payment::{AttemptFact, Doubt, DoubtCause, NotStartedWhy, Outcome, Phase},
    state::State,
};
use drivers::zvt::simulator::{BookEntry, EntryKind, EntryState};
use journal::{
    chain::{Head, JournalId},
    payload,
};
use pos_agent::journal_store::{READ_ENTRIES_MAX, sqlite::SqliteReader};

/// A whole journal.
#[derive(Debug)]
pub struct History {
    /// Every entry in order.
    pub recorded: Vec<Recorded>,
    /// The end of the chain.
    pub head: Head,
}

impl History {
    /// Reads a journal and verifies its chain on the way.
    ///
    /// # Errors
    /// When it cannot be read or its chain is broken.
    pub fn read(journal: &Path) -> Result<Self> {
        let reader = SqliteReader::open(journal)?;
        let (mut recorded, mut head, mut id) = (Vec::new(), Head::EMPTY, None);
        loop {
            let page = reader.read_from(SequenceNumber(head.sequence_number.0 + 1), READ_ENTRIES_MAX)?;
            for entry in &page {
                let id = id.get_or_insert_with(|| JournalId {
                    tenant: entry.tenant.clone(),
                    counter: entry.counter.clone(),
                    incarnation: entry.incarnation,
                });
                head.check(id, entry).context("the chain is broken")?;
                head = Head::after(entry);
                recorded.push(payload::read(entry)?);
            }
            if page.len() < READ_ENTRIES_MAX {
                return Ok(Self { recorded, head });
            }
        }
    }

    /// Events in order.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.recorded.iter().map(|recorded| &recorded.event)
    }

    /// The state that the journal folds to.
    #[must_use]
    pub fn fold(&self) -> State {
        let mut state = State::default();
        for recorded in &self.recorded {
            evolve(&mut state, recorded);
        }
        state
    }

    /// Durable appends from the entry after `after` on: the events of one command are one append.
    #[must_use]
    pub fn appends_after(&self, after: usize) -> usize {
        let commands = |recorded: &Recorded| recorded.meta.command;
        let later = self.recorded.iter().skip(after);
        later.map(commands).collect::<Vec<_>>().chunk_by(|one, next| one == next).count()
    }

    /// What became of money, in the words of the fault scripts.
    #[must_use]
    pub fn money_words(&self) -> Vec<&'static str> {
        self.events().filter_map(money_word).collect()
    }

    /// What became of papers, in the words of the fault scripts.
    #[must_use]
    pub fn paper_words(&self) -> Vec<&'static str> {
        self.events().filter_map(paper_word).collect()
    }

    /// The books close: the fold is in order, receipt numbers have no gap, and the terminal's book says the same as the journal.
    ///
    /// # Errors
    /// Names the first thing that does not hold.
    pub fn judge(&self, terminal: &[BookEntry]) -> Result<()> {
        self.receipts_without_gap()?;
        self.crashes_concluded_what_was_in_flight()?;
        let state = self.fold();
        ensure!(state.doubts().next().is_none(), "a result is still unknown");
        ensure!(!state.attempts.values().any(domain::state::Attempt::running), "an attempt is still running");
        CardBook::of(self).is(terminal)
    }

    fn receipts_without_gap(&self) -> Result<()> {
        let numbers = self.events().filter_map(|event| match event {
            Event::SaleCompleted { receipt_number, .. } => Some(receipt_number.number),
            _ => None,
        });
        for (wanted, found) in (1..).zip(numbers) {
            ensure!(wanted == found, "receipt {found} where {wanted} is next");
        }
        Ok(())
    }

    /// At each start, what was in a device's hands is concluded in the same append: not started where the request had not been
    /// sent, unknown where it had. A doubt leaves only by evidence after it.
    fn crashes_concluded_what_was_in_flight(&self) -> Result<()> {
        let mut state = State::default();
        let mut starting: Option<Meta> = None;
        for recorded in &self.recorded {
            if starting.as_ref().is_some_and(|start| start.command != recorded.meta.command) {
                let left =
                    state.attempts.values().find(|attempt| attempt.running() && attempt.device.is_some());
                ensure!(left.is_none(), "a start left attempt {:?} running", left.map(|attempt| attempt.id));
                starting = None;
            }
            match &recorded.event {
                Event::AgentStarted { .. } => starting = Some(recorded.meta.clone()),
                Event::PaymentConcluded { attempt, outcome } if starting.is_some() => {
                    let known = state.attempts.get(attempt).context("concluded before it was requested")?;
                    ensure!(
                        after_a_crash(known.phase, outcome),
                        "{attempt} at {:?}: {outcome:?}",
                        known.phase
                    );
                }
                Event::PaymentResolved { attempt, .. } => {
                    let known = state.attempts.get(attempt).context("resolved before it was requested")?;
                    ensure!(known.in_doubt(), "{attempt} was resolved and not in doubt");
                }
                _ => {}
            }
            evolve(&mut state, recorded);
        }
        Ok(())
    }
}

const fn after_a_crash(phase: Phase, outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Unknown(Doubt { cause: DoubtCause::AgentStopped, .. }) => !matches!(phase, Phase::Queued),
        Outcome::NotStarted { why: NotStartedWhy::NoByteLeft, .. } => matches!(phase, Phase::Queued),
        _ => false,
    }
}

const fn money_word(event: &Event) -> Option<&'static str> {
    Some(match event {
        Event::PaymentRequested { .. } => "PaymentRequested",
        Event::AttemptProgressed { fact: AttemptFact::ResultSeen { .. }, .. } => "PaymentResultSeen",
        Event::CancelAsked { .. } => "CancelAsked",
        Event::PaymentConcluded { outcome: Outcome::Approved(_), .. } => "Outcome.Approved",
        Event::PaymentConcluded { outcome: Outcome::Declined(_), .. } => "Outcome.Declined",
        Event::PaymentConcluded { outcome: Outcome::NotStarted { .. }, .. } => "Outcome.NotStarted",
        Event::PaymentConcluded { outcome: Outcome::Unknown(_), .. } => "Outcome.Unknown",
        Event::PaymentResolved { outcome: Outcome::Approved(_), .. } => "Resolved.Approved",
        Event::PaymentResolved { .. } => "Resolved.DidNotHappen",
        Event::StrayResultSeen { .. } => "StrayResultSeen",
        Event::OverpaymentCaseOpened { .. } => "OverpaymentCaseOpened",
        Event::SaleVoided { .. } => "SaleVoided",
        _ => return None,
    })
}

const fn paper_word(event: &Event) -> Option<&'static str> {
    Some(match event {
        Event::PrintRequested { .. } => "PrintRequested",
        Event::PrintStarted { .. } => "PrintStarted",
        Event::PaperPrinted { .. } => "PaperPrinted",
        Event::PrintFailed { .. } => "PrintFailed",
        Event::PrintUnknown { may_still_print: true, .. } => "PrintUnknown.MayStillPrint",
        Event::PrintUnknown { may_still_print: false, .. } => "PrintUnknown.Cleared",
        Event::PrintSettled { .. } => "PrintSettled",
        _ => return None,
    })
}

/// What the journal says of the linked terminal, added up by hand.
#[derive(Default)]
struct CardBook {
    /// Slip number of each attempt that was approved.
    slips: BTreeMap<AttemptId, String>,
    /// What each sale that stands took, and by which attempt.
    sales: BTreeMap<SaleId, (AttemptId, Yen)>,
    /// What was taken beside a sale.
    overpaid: BTreeMap<AttemptId, Yen>,
}

impl CardBook {
    fn of(history: &History) -> Self {
        let mut book = Self::default();
        let mut by_card = BTreeSet::new();
        for event in history.events() {
            match event {
                Event::PaymentRequested { attempt, route, .. } if route.as_str() == "card" => {
                    by_card.insert(*attempt);
                }
                Event::PaymentConcluded { attempt, outcome: Outcome::Approved(approval) }
                | Event::PaymentResolved { attempt, outcome: Outcome::Approved(approval), .. } => {
                    book.slips.insert(*attempt, approval.slip_number.clone().unwrap_or_default());
                }
                Event::SaleCompleted { sale, payment, .. } => {
                    if let Some(attempt) = payment.attempt.filter(|attempt| by_card.contains(attempt)) {
                        book.sales.insert(*sale, (attempt, payment.amount));
                    }
                }
                Event::SaleVoided { sale, .. } => {
                    book.sales.remove(sale);
                }
                Event::OverpaymentCaseOpened {
                    attempt, amount, cause: OverpaymentCause::PaidTwice, ..
                } => {
                    book.overpaid.insert(*attempt, *amount);
                }
                _ => {}
            }
        }
        book
    }

    /// Every charge that stands is exactly one sale or one overpayment case, and the other way round.
    fn is(&self, terminal: &[BookEntry]) -> Result<()> {
        let sold = self.sales.values().copied();
        let mut claims: Vec<(String, Yen)> = sold
            .chain(self.overpaid.iter().map(|(attempt, amount)| (*attempt, *amount)))
            .map(|(attempt, amount)| (self.slips.get(&attempt).cloned().unwrap_or_default(), amount))
            .collect();
        let stands =
            |entry: &&BookEntry| entry.kind == EntryKind::Sale && entry.state == EntryState::Standing;
        let mut charges: Vec<(String, Yen)> = terminal
            .iter()
            .filter(stands)
            .map(|entry| (format!("{:04}", entry.receipt), entry.amount))
            .collect();
        claims.sort_unstable();
        charges.sort_unstable();
        ensure!(claims == charges, "the journal says {claims:?}, the terminal's book {charges:?}");
        Ok(())
    }
}
