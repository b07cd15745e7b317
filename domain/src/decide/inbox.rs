//! What the centre sends. Every number is journalled, in order, whether or not it still changes anything here.

use super::{
    Judged, Wish,
    payment::same_amount,
    resolve::{not_charged, partial_of},
};
use crate::{
    event::Event,
    id::AttemptId,
    inbox::InboxItem,
    payment::{Approval, Evidence, Outcome},
    refusal::Refusal,
    sale::Standing,
};

impl Wish<'_> {
    pub(super) fn receive_inbox(&self, number: u64, item: InboxItem) -> Judged {
        let expected = self.state.inbox_number.saturating_add(1);
        if number < expected {
            return Ok(Vec::new());
        }
        if number > expected {
            return Err(Refusal::InboxGap { expected });
        }
        let follow = match &item {
            InboxItem::AttemptCharged { attempt, approval, evidence } => {
                self.centre_says_charged(*attempt, approval, evidence)?
            }
            InboxItem::AttemptNotCharged { attempt, evidence } => {
                self.centre_says(*attempt, not_charged(), evidence)?
            }
            InboxItem::ProfileReplaced { .. } => Vec::new(),
        };
        let mut events = vec![Event::InboxReceived { number, item }];
        events.extend(follow);
        Ok(events)
    }

    fn centre_says_charged(&self, attempt: AttemptId, approval: &Approval, evidence: &Evidence) -> Judged {
        let Some(known) = self.state.attempts.get(&attempt) else { return Ok(Vec::new()) };
        let seen = partial_of(known);
        let merged = Approval {
            brand: approval.brand.clone().or(seen.brand),
            terminal_id: approval.terminal_id.clone().or(seen.terminal_id),
            slip_number: approval.slip_number.clone().or(seen.slip_number),
            ..approval.clone()
        };
        self.centre_says(attempt, same_amount(known, Outcome::Approved(merged)), evidence)
    }

    /// A decision about an attempt that is known here already, or of another amount, is kept and changes nothing.
    fn centre_says(&self, attempt: AttemptId, outcome: Outcome, evidence: &Evidence) -> Judged {
        match self.state.attempts.get(&attempt) {
            Some(known) if known.in_doubt() && !matches!(outcome, Outcome::Unknown(_)) => {
                self.settle(known, outcome, evidence.clone(), Standing::Confirmed)
            }
            _ => Ok(Vec::new()),
        }
    }
}
