//! How a conversation ends: what a result weighs, and which of the four outcomes is proven.
//!
//! Invariants: an amount is compared only where the terminal gives it (`devices.md` E1); a result in wrong units is refused (M3), any
//! other that is not as asked is kept for a person; every end without a listed code or a good result is `Unknown`.

use domain::payment::{Approval, Doubt, DoubtCause, Outcome, Phase};

use super::money::Money;
use crate::cat::CatKind;
use crate::zvt::{
    result_code::{Meaning, meaning, proven_refusal},
    status::{AmountCheck, Status},
};

/// What a result is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Weight {
    /// As asked, or a decline.
    Good,
    /// Acknowledged, but a person decides.
    Keep(DoubtCause, String),
    /// Refused: the terminal counts in other units.
    Refuse(String),
}

impl Money<'_> {
    /// Compares a result with what was asked.
    pub(super) fn weigh(&mut self, status: &Status) -> Weight {
        self.compare_terminal(&status.approval);
        if status.code != Some(0) {
            return Weight::Good;
        }
        let exponent = self.session.config.currency_exponent;
        let units = status.units.unwrap_or(0);
        match status.check_amount(self.request.amount, exponent) {
            _ if status.foreign_currency => Weight::Refuse("the result is in another currency".to_owned()),
            AmountCheck::WrongExponent => Weight::Refuse(format!(
                "the terminal counts in other units: {units} for {}",
                self.request.amount
            )),
            AmountCheck::Differs => {
                let detail = format!("the terminal settled {units} units for {}", self.request.amount);
                Weight::Keep(DoubtCause::AmountDiffers, detail)
            }
            AmountCheck::Agrees => self.compare_kind(status),
        }
    }

    /// One model took back its last sale whatever receipt number it was given (`devices.md` M7).
    fn compare_kind(&self, status: &Status) -> Weight {
        let is_void = matches!(self.request.kind, CatKind::Void { .. });
        let keep = |detail: &str| Weight::Keep(DoubtCause::UnlistedCode, detail.to_owned());
        if status.totals.is_some() {
            return keep("the terminal answered with the totals of a day");
        }
        match (is_void, &status.takes_back) {
            (false, Some(_)) => keep("the terminal answered with a void that was not asked for"),
            (true, Some(taken_back)) => {
                let wanted =
                    self.request.original.as_ref().and_then(|original| original.trace_number.as_ref());
                let told = |trace: &str| trace.bytes().any(|digit| digit != b'0');
                match wanted {
                    Some(wanted) if told(wanted) && told(taken_back) && wanted != taken_back => {
                        keep(&format!("the terminal took back trace {taken_back} instead of {wanted}"))
                    }
                    _ => Weight::Good,
                }
            }
            _ => Weight::Good,
        }
    }

    /// A result from a terminal that was not enrolled counts, but nothing more is asked of that terminal.
    fn compare_terminal(&mut self, approval: &Approval) {
        if let (Some(enrolled), Some(said)) = (&self.session.config.terminal_id, &approval.terminal_id)
            && enrolled != said
        {
            self.fault = Some(format!("terminal {said} answered where {enrolled} was enrolled"));
        }
    }

    /// 06 0F: the terminal has stored what it said.
    pub(super) fn completed(&mut self) -> Outcome {
        if self.phase == Phase::Acknowledged {
            self.phase = Phase::Committed;
        }
        if self.doubt.is_some() {
            return self.unknown(DoubtCause::UnlistedCode, "");
        }
        let Some(status) = &self.result else {
            return self.unknown(DoubtCause::UnlistedCode, "the terminal completed without a result");
        };
        match status.code {
            Some(0) => {
                self.session.day_closed = false;
                Outcome::Approved(self.approval().unwrap_or_default())
            }
            Some(code) => self.refused(code),
            None => self.unknown(DoubtCause::UnlistedCode, "the result carries no code"),
        }
    }

    /// 06 1E: the terminal gave up.
    pub(super) fn aborted(&mut self, code: u8) -> Outcome {
        let success_seen = self.result.as_ref().is_some_and(|status| status.code == Some(0));
        if success_seen || self.doubt.is_some() {
            let detail = format!("the terminal gave up with {code:02X} after its result");
            return self.unknown(DoubtCause::UnlistedCode, &detail);
        }
        // The result said why; the code after it must not contradict it.
        match self.result.as_ref().and_then(|status| status.code) {
            Some(said) if meaning(said) == Meaning::Unknown => self.refused(said),
            _ => self.refused(code),
        }
    }

    fn refused(&self, code: u8) -> Outcome {
        proven_refusal(code).unwrap_or_else(|| {
            self.unknown(
                DoubtCause::UnlistedCode,
                &format!("the terminal ended with {code:02X}, which proves nothing"),
            )
        })
    }

    /// The outcome in doubt; an earlier doubt names the cause.
    pub(super) fn unknown(&self, cause: DoubtCause, detail: &str) -> Outcome {
        let (cause, detail) = match &self.doubt {
            Some((earlier, why)) => (*earlier, format!("{why}; {detail}").trim_end_matches("; ").to_owned()),
            None => (cause, detail.to_owned()),
        };
        let partial =
            self.result.as_ref().filter(|status| status.code == Some(0)).and_then(|_| self.approval());
        Outcome::Unknown(Doubt { phase: self.phase, cause, detail, partial })
    }

    fn approval(&self) -> Option<Approval> {
        let status = self.result.as_ref()?;
        Some(Approval { receipt_text: self.text.clone(), ..status.approval.clone() })
    }
}
