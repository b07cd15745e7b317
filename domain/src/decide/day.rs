//! Enrolment, start, opening, hand-over, clock.

use super::{Judged, Wish, typed};
use crate::{
    cash::CashCount,
    catalogue::CounterProfile,
    event::Event,
    id::{CounterId, Incarnation, OperatorId, TenantId},
    payment::{Doubt, DoubtCause, NotStartedWhy, Outcome, Phase},
    refusal::Refusal,
    state::{Attempt, PrintState},
    time::CivilDate,
};

impl Wish<'_> {
    pub(super) fn enrol(
        &self,
        tenant: TenantId,
        counter: CounterId,
        incarnation: Incarnation,
        profile: CounterProfile,
        first_receipt: u32,
    ) -> Judged {
        if self.state.identity.is_some() {
            return Err(Refusal::AlreadyEnrolled);
        }
        Ok(vec![Event::CounterEnrolled { tenant, counter, incarnation, profile, first_receipt }])
    }

    /// The process read its journal and goes on. What was in a device's hands ends by its last durable phase
    /// (`devices.md` 4, "crash or loss in flight").
    pub(super) fn start(&self, version: String) -> Vec<Event> {
        let mut events = vec![Event::AgentStarted { version }];
        let in_hands = self.state.attempts.values().filter(|a| a.running() && a.device.is_some());
        events.extend(in_hands.map(|attempt| Event::PaymentConcluded {
            attempt: attempt.id,
            outcome: outcome_after_restart(attempt),
        }));
        let printing = self.state.prints.values().filter(|job| job.state == PrintState::Started);
        events.extend(printing.map(|job| Event::PrintUnknown {
            job: job.id,
            reason: "印刷中に窓口機が止まりました。紙が出ているか見てください。".into(),
            may_still_print: true,
        }));
        let reading = self.state.day.iter().flat_map(|day| &day.totals_wanted);
        events.extend(reading.map(|route| Event::TerminalTotalsFailed {
            route: route.clone(),
            reason:
                "日計の読取中に窓口機が止まりました。もう一度読み取るか、日計票を見て入れてください。".into(),
        }));
        events
    }

    pub(super) fn open_day(&self, date: CivilDate, operator: OperatorId, float: CashCount) -> Judged {
        if let Some(day) = &self.state.day {
            return Err(if day.date == self.at.date() {
                Refusal::DayAlreadyOpen(day.date)
            } else {
                Refusal::YesterdayNotClosed(day.date)
            });
        }
        if self.clock_doubted {
            return Err(Refusal::ClockInDoubt);
        }
        let clock = self.at.date();
        if date != clock {
            return Err(Refusal::DateDiffers { confirmed: date, clock });
        }
        let profile = self.state.profile.as_deref().ok_or(Refusal::NotEnrolled)?;
        profile.operator(&operator).ok_or(Refusal::UnknownOperator)?;
        profile.price_list(date).ok_or(Refusal::NoPriceList(date))?;
        float.total().map_err(|_| Refusal::AmountOutOfRange)?;
        let cut = match self.state.last_closed {
            Some((closed, _)) if closed > date => return Err(Refusal::DateBeforeLastClose(closed)),
            Some((closed, cut)) if closed == date => cut.saturating_add(1),
            _ => 1,
        };
        Ok(vec![Event::BusinessDayOpened { date, cut, operator, float }])
    }

    pub(super) fn change_operator(&self, operator: OperatorId) -> Judged {
        if self.state.day.is_none() {
            return Err(Refusal::DayNotOpen);
        }
        let known =
            self.state.profile.as_deref().is_some_and(|profile| profile.operator(&operator).is_some());
        if known { Ok(vec![Event::OperatorChanged { operator }]) } else { Err(Refusal::UnknownOperator) }
    }

    pub(super) fn confirm_clock(&self, reason: &str) -> Judged {
        if !self.clock_doubted {
            return Err(Refusal::ClockNotInDoubt);
        }
        Ok(vec![Event::ClockConfirmed { reason: typed("理由", reason)? }])
    }
}

fn outcome_after_restart(attempt: &Attempt) -> Outcome {
    if attempt.phase < Phase::Sent {
        return Outcome::NotStarted {
            why: NotStartedWhy::NoByteLeft,
            detail: "agent stopped before the request was sent".into(),
        };
    }
    Outcome::Unknown(Doubt {
        phase: attempt.phase,
        cause: DoubtCause::AgentStopped,
        detail: "agent stopped while the attempt was in the terminal's hands".into(),
        partial: None,
    })
}
