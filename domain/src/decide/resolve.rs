//! Ending a doubt by evidence: a device's answer, a person's ground, the centre's statement. And the citizen's exits meanwhile.

use super::{
    Judged, Wish,
    payment::{number, same_amount},
    typed,
};
use crate::{
    event::{Event, OverpaymentCause, Paper, UnknownExit},
    id::{AttemptId, BrandCode},
    payment::{Approval, AttemptKind, Decline, Evidence, Outcome, QueryAnswer},
    refusal::Refusal,
    sale::Standing,
    state::{Attempt, SaleState},
};

impl Wish<'_> {
    fn doubtful_attempt(&self, attempt: AttemptId) -> Result<&Attempt, Refusal> {
        let attempt = self.known_attempt(attempt)?;
        if attempt.in_doubt() { Ok(attempt) } else { Err(Refusal::AttemptNotInDoubt) }
    }

    /// The resolution and what follows from it.
    pub(super) fn settle(
        &self,
        attempt: &Attempt,
        outcome: Outcome,
        evidence: Evidence,
        standing: Standing,
    ) -> Judged {
        let follow = self.after_outcome(attempt, &outcome, standing)?;
        let mut events = vec![Event::PaymentResolved { attempt: attempt.id, outcome, evidence }];
        events.extend(follow);
        Ok(events)
    }

    pub(super) fn record_query_answer(&self, attempt: AttemptId, answer: QueryAnswer) -> Judged {
        let attempt = self.known_attempt(attempt)?;
        if !attempt.in_doubt() {
            return Ok(Vec::new());
        }
        let (outcome, detail) = match answer {
            QueryAnswer::Happened { approval, detail } => {
                (same_amount(attempt, Outcome::Approved(approval)), detail)
            }
            QueryAnswer::DidNotHappen { detail } => (not_charged(), detail),
            QueryAnswer::StillRunning => return Ok(unanswered(attempt, "terminal is still at it")),
            QueryAnswer::CannotTell { detail } => return Ok(unanswered(attempt, &detail)),
        };
        if let Outcome::Unknown(doubt) = &outcome {
            return Ok(unanswered(attempt, &doubt.detail));
        }
        self.settle(attempt, outcome, Evidence::Device { detail }, Standing::Confirmed)
    }

    pub(super) fn resolve_by_person(
        &self,
        attempt: AttemptId,
        charged: bool,
        basis: &str,
        brand: Option<BrandCode>,
        slip_number: Option<String>,
    ) -> Judged {
        let attempt = self.doubtful_attempt(attempt)?;
        let basis = typed("確かめた根拠", basis)?;
        let slip_number = slip_number
            .filter(|text| !text.trim().is_empty())
            .map(|text| number("伝票番号", &text))
            .transpose()?;
        let evidence = Evidence::Person { operator: self.person()?, basis };
        let outcome = if charged {
            let partial = partial_of(attempt);
            Outcome::Approved(Approval {
                // What the terminal said it took stands, also where it is not what we asked for.
                settled_amount: partial.settled_amount.or(Some(attempt.amount)),
                brand: brand.or_else(|| partial.brand.clone()),
                slip_number: slip_number.or_else(|| partial.slip_number.clone()),
                ..partial
            })
        } else {
            not_charged()
        };
        self.settle_what_was_taken(attempt, outcome, evidence)
    }

    /// A sale that was charged another amount is never booked as if it had been charged its own: too little leaves it open and
    /// the money is a case to give back, too much completes it and the rest is the case.
    fn settle_what_was_taken(&self, attempt: &Attempt, outcome: Outcome, evidence: Evidence) -> Judged {
        let taken = match (&outcome, attempt.kind) {
            (Outcome::Approved(approval), AttemptKind::Sales) => {
                approval.settled_amount.unwrap_or(attempt.amount)
            }
            _ => attempt.amount,
        };
        let case = |amount| Event::OverpaymentCaseOpened {
            attempt: attempt.id,
            sale: attempt.sale,
            amount,
            cause: OverpaymentCause::SettledAmountDiffers,
        };
        if taken < attempt.amount {
            return Ok(vec![Event::PaymentResolved { attempt: attempt.id, outcome, evidence }, case(taken)]);
        }
        let mut events = self.settle(attempt, outcome, evidence, Standing::Provisional)?;
        let completes = events.iter().any(|event| matches!(event, Event::SaleCompleted { .. }));
        if taken > attempt.amount && completes {
            events.push(case(taken.saturating_sub(attempt.amount)));
        }
        Ok(events)
    }

    pub(super) fn release_terminal(&self, attempt: AttemptId, reason: &str) -> Judged {
        let attempt = self.doubtful_attempt(attempt)?;
        Ok(vec![Event::TerminalReleased { attempt: attempt.id, reason: typed("理由", reason)? }])
    }

    pub(super) fn choose_exit(&self, attempt: AttemptId, exit: UnknownExit) -> Judged {
        let attempt = self.doubtful_attempt(attempt)?;
        if exit == UnknownExit::PaysAnotherWay {
            let sale = self.known_sale(attempt.sale)?;
            if sale.state == SaleState::Open && attempt.exit == Some(exit.clone()) {
                return Ok(Vec::new());
            }
            // Once paid another way, the sale is done: opening it again would take the money twice.
            if attempt.kind != AttemptKind::Sales || sale.state != SaleState::Paying(attempt.id) {
                return Err(Refusal::SaleNotOpen);
            }
        }
        let certificate = exit == UnknownExit::TakesHeldCertificate;
        let mut events = vec![Event::UnknownExitChosen { attempt: attempt.id, exit }];
        if certificate {
            events.push(self.print(Paper::HeldCertificate { attempt: attempt.id }));
        }
        Ok(events)
    }
}

/// What was seen of a result before the doubt.
pub(super) fn partial_of(attempt: &Attempt) -> Approval {
    match &attempt.state {
        crate::state::AttemptState::InDoubt(doubt) => doubt.partial.clone().unwrap_or_default(),
        _ => Approval::default(),
    }
}

/// The outcome of an attempt that evidence shows as not charged.
pub(super) fn not_charged() -> Outcome {
    Outcome::Declined(Decline {
        code: "not_charged".into(),
        text: "evidence shows that nothing was charged".into(),
    })
}

/// An answer that says nothing new is not journalled again: a query repeats until the device can tell.
fn unanswered(attempt: &Attempt, detail: &str) -> Vec<Event> {
    if attempt.last_query.as_deref() == Some(detail) {
        return Vec::new();
    }
    vec![Event::QueryUnanswered { attempt: attempt.id, detail: detail.to_owned() }]
}
