//! Asking a route for money, what devices report, what the clerk keys.

use super::{Judged, Wish, typed_or_none};
use crate::{
    catalogue::RouteKind,
    command::KeyedResult,
    event::{Event, OverpaymentCause},
    id::{AttemptId, BrandCode, RouteId, SaleId},
    method::{Validity, brand_label, brand_rule, brand_taken_on},
    money::Yen,
    payment::{
        Approval, AttemptFact, AttemptKind, Decline, Doubt, DoubtCause, Evidence, NotStartedWhy, Outcome,
        Phase,
    },
    refusal::Refusal,
    sale::Standing,
    state::{Attempt, AttemptState},
    text::number_text,
    time::CivilDate,
};

/// Digits of the payer's transaction number that the clerk keys.
const PAYER_DIGITS_COUNT: usize = 4;

impl Wish<'_> {
    pub(super) fn known_attempt(&self, attempt: AttemptId) -> Result<&Attempt, Refusal> {
        self.state.attempts.get(&attempt).ok_or(Refusal::UnknownAttempt)
    }

    fn running_attempt(&self, attempt: AttemptId) -> Result<&Attempt, Refusal> {
        let attempt = self.known_attempt(attempt)?;
        if attempt.running() { Ok(attempt) } else { Err(Refusal::AttemptNotRunning) }
    }

    pub(super) fn request_payment(
        &self,
        sale: SaleId,
        route: &RouteId,
        repeat_reason: Option<String>,
    ) -> Judged {
        let day = self.today()?;
        let sale = self.open_sale(sale)?;
        if sale.total == Yen::ZERO {
            return Err(Refusal::NothingToPay);
        }
        let route = self.state.route(route).ok_or(Refusal::UnknownRoute)?;
        if !route.kind.is_terminal() && !matches!(route.kind, RouteKind::StaticSheet { .. }) {
            return Err(Refusal::UnknownRoute);
        }
        let brand = brand_beforehand(&route.brands, day.date)?;
        self.check_barred(sale, route.method)?;
        self.check_terminal_free(&route.id)?;
        let same_in_doubt = self.state.doubts().any(|a| a.amount == sale.total && a.method == route.method);
        let repeat_reason = typed_or_none("理由", repeat_reason.as_deref())?;
        if same_in_doubt && repeat_reason.is_none() {
            return Err(Refusal::RepeatReasonNeeded);
        }
        Ok(vec![Event::PaymentRequested {
            attempt: AttemptId(self.context.command.0),
            sale: sale.id,
            sequence_number: self.state.next_sequence_number,
            kind: AttemptKind::Sales,
            method: route.method,
            route: route.id.clone(),
            contract: route.contract.clone(),
            brand,
            amount: sale.total,
            business_day: day.date,
            repeat_reason: repeat_reason.filter(|_| same_in_doubt),
        }])
    }

    /// A terminal takes one attempt at a time, and none while its last result is unknown. A printed sheet is no terminal.
    pub(super) fn check_terminal_free(&self, route: &RouteId) -> Result<(), Refusal> {
        if self.state.route(route).is_some_and(|route| matches!(route.kind, RouteKind::StaticSheet { .. })) {
            return Ok(());
        }
        let device = self.state.device_of(route);
        let mut here = self
            .state
            .attempts
            .values()
            .filter(|a| a.route == *route || (device.is_some() && a.device == device));
        if here.clone().any(Attempt::running) {
            return Err(Refusal::TerminalBusy);
        }
        if here.any(|a| a.in_doubt() && !a.terminal_released) { Err(Refusal::TerminalHeld) } else { Ok(()) }
    }

    /// Facts of a device are kept whatever the attempt's state: nothing seen is lost.
    pub(super) fn record_fact(&self, attempt: AttemptId, fact: AttemptFact) -> Judged {
        let attempt = self.known_attempt(attempt)?;
        Ok(vec![Event::AttemptProgressed { attempt: attempt.id, fact }])
    }

    pub(super) fn record_outcome(&self, attempt: AttemptId, outcome: Outcome) -> Judged {
        let attempt = self.known_attempt(attempt)?;
        let outcome = same_amount(attempt, outcome);
        match (&attempt.state, outcome) {
            (AttemptState::Running, outcome) => self.conclude(attempt, outcome, Standing::Confirmed),
            // A late result ends the doubt: the device itself is the evidence.
            (AttemptState::InDoubt(_), Outcome::Unknown(_)) | (AttemptState::Known(_), _) => Ok(Vec::new()),
            (AttemptState::InDoubt(_), outcome) => {
                let evidence = Evidence::Device { detail: "late result of the terminal".into() };
                self.settle(attempt, outcome, evidence, Standing::Confirmed)
            }
        }
    }

    /// The outcome of a running attempt and what follows from it.
    pub(super) fn conclude(&self, attempt: &Attempt, outcome: Outcome, standing: Standing) -> Judged {
        let follow = self.after_outcome(attempt, &outcome, standing)?;
        let mut events = vec![Event::PaymentConcluded { attempt: attempt.id, outcome }];
        events.extend(follow);
        Ok(events)
    }

    /// What follows when an outcome is known, for a sale or a void.
    pub(super) fn after_outcome(&self, attempt: &Attempt, outcome: &Outcome, standing: Standing) -> Judged {
        match (outcome, attempt.kind) {
            (Outcome::Approved(approval), AttemptKind::Sales) => {
                self.after_charge(attempt, approval, standing)
            }
            (Outcome::Approved(_), AttemptKind::Void { .. }) => Ok(self.after_void(attempt)),
            _ => Ok(Vec::new()),
        }
    }

    pub(super) fn ask_cancel(&self, attempt: AttemptId) -> Judged {
        let attempt = self.running_attempt(attempt)?;
        if attempt.device.is_some() {
            return Ok(vec![Event::CancelAsked { attempt: attempt.id }]);
        }
        // No device heard of it: the clerk gives up before the terminal or the sheet was used.
        let outcome = Outcome::NotStarted {
            why: NotStartedWhy::CancelledBeforeSend,
            detail: "clerk gave up before the payer acted".into(),
        };
        Ok(vec![
            Event::CancelAsked { attempt: attempt.id },
            Event::PaymentConcluded { attempt: attempt.id, outcome },
        ])
    }

    pub(super) fn key_result(&self, attempt: AttemptId, result: KeyedResult) -> Judged {
        let attempt = self.running_attempt(attempt)?;
        let route = self.state.route(&attempt.route).ok_or(Refusal::UnknownRoute)?;
        // A payment by a printed sheet is confirmed with its digits, never keyed as approved; that nobody can tell, or that the
        // phone shows a failure, is keyed. Taking one back is done in the wallet's portal and keyed here.
        let terminal_id = match (&route.kind, attempt.kind, &result) {
            (RouteKind::ManualTerminal { terminal_id }, _, _) => Some(terminal_id.clone()),
            (RouteKind::StaticSheet { .. }, AttemptKind::Void { .. }, _)
            | (RouteKind::StaticSheet { .. }, _, KeyedResult::Declined | KeyedResult::CannotTell { .. }) => {
                None
            }
            _ => return Err(Refusal::UnknownRoute),
        };
        let outcome = match result {
            KeyedResult::Approved { brand, slip_number } => {
                check_brand(&route.brands, &brand, attempt.business_day)?;
                Outcome::Approved(Approval {
                    settled_amount: Some(attempt.amount),
                    brand: Some(brand),
                    terminal_id,
                    slip_number: Some(number("伝票番号", &slip_number)?),
                    ..Approval::default()
                })
            }
            KeyedResult::Declined => Outcome::Declined(Decline {
                code: "keyed".into(),
                text: "clerk read a refusal on the terminal".into(),
            }),
            KeyedResult::CannotTell { brand } => {
                if let Some(brand) = &brand {
                    check_brand(&route.brands, brand, attempt.business_day)?;
                }
                Outcome::Unknown(Doubt {
                    phase: Phase::Sent,
                    cause: DoubtCause::ClerkCannotTell,
                    detail: "clerk cannot tell from the terminal".into(),
                    partial: Some(Approval { brand, terminal_id, ..Approval::default() }),
                })
            }
        };
        self.conclude(attempt, outcome, Standing::Provisional)
    }

    pub(super) fn confirm_static_code(
        &self,
        attempt: AttemptId,
        wallet: BrandCode,
        sheet_number: &str,
        payer_digits: &str,
        shown_amount: Yen,
    ) -> Judged {
        let attempt = self.running_attempt(attempt)?;
        let route = self.state.route(&attempt.route).ok_or(Refusal::UnknownRoute)?;
        let RouteKind::StaticSheet { sheet_numbers } = &route.kind else { return Err(Refusal::UnknownRoute) };
        check_brand(&route.brands, &wallet, attempt.business_day)?;
        let sheet = number("シート番号", sheet_number)?;
        if !sheet_numbers.contains(&sheet) {
            return Err(Refusal::SheetNotOurs(sheet));
        }
        let four_digits =
            payer_digits.len() == PAYER_DIGITS_COUNT && payer_digits.bytes().all(|b| b.is_ascii_digit());
        if !four_digits {
            return Err(Refusal::PayerDigits);
        }
        if shown_amount <= Yen::ZERO || shown_amount > Yen::new(super::SALE_TOTAL_MAX_YEN) {
            return Err(Refusal::AmountOutOfRange);
        }
        let approval = Approval {
            settled_amount: Some(shown_amount),
            brand: Some(wallet),
            sheet_number: Some(sheet),
            payer_digits: Some(payer_digits.to_owned()),
            ..Approval::default()
        };
        self.conclude_static(attempt, approval, shown_amount)
    }

    /// The payer may have typed a wrong amount (papers C5). Too little: the sale stays open and the money is a case to give
    /// back. Too much: the sale is done and the rest is the case.
    fn conclude_static(&self, attempt: &Attempt, approval: Approval, shown: Yen) -> Judged {
        let case = |amount| Event::OverpaymentCaseOpened {
            attempt: attempt.id,
            sale: attempt.sale,
            amount,
            cause: OverpaymentCause::WrongAmountTyped,
        };
        if shown < attempt.amount {
            let outcome = Outcome::Approved(approval);
            return Ok(vec![Event::PaymentConcluded { attempt: attempt.id, outcome }, case(shown)]);
        }
        let mut events = self.conclude(attempt, Outcome::Approved(approval), Standing::Provisional)?;
        if shown > attempt.amount {
            events.push(case(shown.saturating_sub(attempt.amount)));
        }
        Ok(events)
    }
}

/// An approval over another amount than ours is no approval of ours: a person decides (`devices.md` M3).
pub(super) fn same_amount(attempt: &Attempt, outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Approved(approval)
            if approval.settled_amount.is_some_and(|settled| settled != attempt.amount) =>
        {
            Outcome::Unknown(Doubt {
                phase: Phase::ResultSeen,
                cause: DoubtCause::AmountDiffers,
                detail: "terminal settled another amount than was asked".into(),
                partial: Some(approval),
            })
        }
        other => other,
    }
}

/// A brand that a clerk keys: one of the route's, on a day of its own. Evidence about an old doubt does not come through here.
fn check_brand(taken: &[BrandCode], brand: &BrandCode, on: CivilDate) -> Result<(), Refusal> {
    if !taken.contains(brand) {
        return Err(Refusal::BrandNotTaken(brand_label(brand)));
    }
    if brand_taken_on(brand, on) { Ok(()) } else { Err(not_valid(brand)) }
}

/// The brand of a route that takes only one on this day; none where the payer's choice decides. A route whose brands are all out
/// of their days takes no payment.
fn brand_beforehand(brands: &[BrandCode], on: CivilDate) -> Result<Option<BrandCode>, Refusal> {
    let taken: Vec<&BrandCode> = brands.iter().filter(|brand| brand_taken_on(brand, on)).collect();
    match (brands.first(), taken.as_slice()) {
        (Some(ended), []) => Err(not_valid(ended)),
        (_, [only]) => Ok(Some((*only).clone())),
        _ => Ok(None),
    }
}

fn not_valid(brand: &BrandCode) -> Refusal {
    let validity = brand_rule(brand).map_or(Validity::ALWAYS, |rule| rule.validity);
    Refusal::BrandNotValid { brand: brand_label(brand), validity }
}

pub(super) fn number(field: &'static str, text: &str) -> Result<String, Refusal> {
    number_text(text).map_err(|fault| Refusal::Text { field, fault })
}
