//! A payment terminal as a model: it takes money, keeps its own book, and loses answers at every point of the conversation.
//!
//! Invariant: the book is the truth. A charge stands, was reversed by the terminal itself, or was taken back by a void.

use domain::{
    id::AttemptId,
    money::Yen,
    payment::{
        Approval, AttemptKind, Decline, Doubt, DoubtCause, NotStartedWhy, Outcome, Phase, QueryAnswer,
    },
};

use super::Dice;

/// Most questions in a row that a terminal leaves without an answer.
const SILENT_QUESTIONS_MAX: u32 = 60;

/// One charge of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// For which attempt; the terminal's slip names it by number only, the judge by id.
    pub attempt: AttemptId,
    /// Yen.
    pub amount: Yen,
    /// Slip number.
    pub slip: u32,
    /// Still charged.
    pub stands: bool,
}

/// How the next conversation goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The request is refused with a listed code.
    RefusedAtOnce,
    /// The card is refused with a listed code.
    Declined,
    /// The line is cut before the terminal takes the money.
    CutBeforeCharge,
    /// The terminal takes the money; its result is lost.
    ResultLost,
    /// The result is seen and made durable; our acknowledgement is lost, so the terminal reverses.
    AcknowledgementLost,
    /// Everything but the last word; the money stays taken.
    CompletionLost,
    /// Like [`Fate::ResultLost`], and the result comes by itself later.
    ResultLate,
    /// All is well.
    Approved,
}

/// A terminal.
#[derive(Debug, Default)]
pub struct Terminal {
    /// Its book.
    pub book: Vec<Charge>,
    /// Voids that took place: (void attempt, slip taken back).
    pub voids: Vec<(AttemptId, u32)>,
    /// Results that will come by themselves.
    pub late: Vec<(AttemptId, Outcome)>,
    /// So many questions it will not answer: its centre is away, and the citizen will not wait for it.
    pub silent_for: u32,
}

impl Terminal {
    /// How the next conversation goes.
    pub fn fate(dice: &mut Dice) -> Fate {
        if !dice.trouble(3) {
            return if dice.one_in(12) { Fate::Declined } else { Fate::Approved };
        }
        *dice.pick(&[
            Fate::RefusedAtOnce,
            Fate::CutBeforeCharge,
            Fate::ResultLost,
            Fate::AcknowledgementLost,
            Fate::CompletionLost,
            Fate::ResultLate,
        ])
    }

    /// A result was lost: at times the terminal cannot be asked for long after it.
    pub fn lost(&mut self, dice: &mut Dice) {
        if dice.trouble(2) {
            self.silent_for = dice.below(SILENT_QUESTIONS_MAX);
        }
    }

    /// The terminal takes (or takes back) the money. Returns what its result says.
    pub fn act(&mut self, attempt: AttemptId, amount: Yen, kind: AttemptKind) -> Approval {
        match kind {
            AttemptKind::Sales => {
                let slip = u32::try_from(self.book.len()).unwrap_or(u32::MAX).saturating_add(1);
                self.book.push(Charge { attempt, amount, slip, stands: true });
                approval(slip, amount)
            }
            AttemptKind::Void { original } => {
                let mut slip = 0;
                for charge in self.book.iter_mut().filter(|charge| charge.attempt == original) {
                    charge.stands = false;
                    slip = charge.slip;
                }
                self.voids.push((attempt, slip));
                approval(slip, amount)
            }
        }
    }

    /// The terminal reverses by itself what it did for an attempt.
    pub fn reverse(&mut self, attempt: AttemptId) {
        for charge in self.book.iter_mut().filter(|charge| charge.attempt == attempt) {
            charge.stands = false;
        }
        let taken_back: Vec<u32> =
            self.voids.iter().filter(|(void, _)| *void == attempt).map(|(_, slip)| *slip).collect();
        self.voids.retain(|(void, _)| *void != attempt);
        for charge in self.book.iter_mut().filter(|charge| taken_back.contains(&charge.slip)) {
            charge.stands = true;
        }
    }

    /// Whether what an attempt asked for holds in the book.
    #[must_use]
    pub fn holds(&self, attempt: AttemptId) -> Option<Approval> {
        let charge = self.book.iter().find(|charge| charge.attempt == attempt && charge.stands);
        let void = self.voids.iter().find(|(void, _)| *void == attempt);
        match (charge, void) {
            (Some(charge), _) => Some(approval(charge.slip, charge.amount)),
            (_, Some((_, slip))) => {
                let amount = self.book.iter().find(|charge| charge.slip == *slip)?.amount;
                Some(approval(*slip, amount))
            }
            _ => None,
        }
    }

    /// What the terminal answers when asked about an attempt.
    pub fn query(&mut self, dice: &mut Dice, attempt: AttemptId) -> QueryAnswer {
        if self.silent_for > 0 && dice.trouble(1) {
            self.silent_for -= 1;
            return QueryAnswer::CannotTell { detail: "the terminal's centre is away".into() };
        }
        if dice.trouble(2) {
            return QueryAnswer::CannotTell { detail: "another receipt is the last one".into() };
        }
        match self.holds(attempt) {
            Some(approval) => QueryAnswer::Happened { approval, detail: "slip of the book".into() },
            None => QueryAnswer::DidNotHappen { detail: "no such slip in the book".into() },
        }
    }
}

fn approval(slip: u32, amount: Yen) -> Approval {
    Approval {
        settled_amount: Some(amount),
        brand: "visa".parse().ok(),
        terminal_id: Some("T1".into()),
        slip_number: Some(format!("{slip:04}")),
        ..Approval::default()
    }
}

/// The outcome that a driver reports when nobody can tell.
pub fn unknown(phase: Phase) -> Outcome {
    Outcome::Unknown(Doubt { phase, cause: DoubtCause::LineCut, detail: "simulated".into(), partial: None })
}

/// A refusal of the request.
pub fn refused() -> Outcome {
    Outcome::NotStarted { why: NotStartedWhy::RefusedByDevice, detail: "simulated".into() }
}

/// A refusal of the card.
pub fn declined() -> Outcome {
    Outcome::Declined(Decline { code: "6C".into(), text: "simulated".into() })
}
