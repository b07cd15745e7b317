//! The conversation of a payment, a void or a refund, from its first byte to the terminal's completion (`devices.md` 3, E1, E2, E6, E7, M3, M5, M7).
//!
//! Invariants: the command is sent once; `ResultSeen` is durable before a result is acknowledged; `Approved` only at 06 0F after an
//! acknowledged 27 00 with our amount; an approval that arrives after the clerk's cancel wins; every other end that no listed code
//! proves is `Unknown` with the phase that was reached.

use std::sync::Arc;

use domain::payment::{AttemptFact, DoubtCause, NotStartedWhy, Outcome, Phase};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    link::{Heard, Link, LinkError},
    session::{OpenAttempt, Session},
    verdict::Weight,
};
use crate::{
    cat::{CatKind, CatRequest, JournalDown, Progress, Recorder},
    zvt::{
        command::{self, GOODS_NOT_HANDED_OUT, Incoming, TEXT_LINES_MAX},
        evidence::{has_identity, same_result},
        frame::Apdu,
        result_code::{self, NOT_POSSIBLE},
        status::Status,
    },
};

/// A conversation under way.
pub(super) struct Money<'a> {
    pub(super) session: &'a mut Session,
    pub(super) request: &'a CatRequest,
    recorder: Arc<dyn Recorder>,
    stop: CancellationToken,
    pub(super) phase: Phase,
    idle_by: Instant,
    hard_by: Instant,
    abort_sent: bool,
    /// The result of this attempt.
    pub(super) result: Option<Status>,
    pub(super) text: Vec<String>,
    /// What already keeps the result from being good; the conversation goes on to its orderly end.
    pub(super) doubt: Option<(DoubtCause, String)>,
    /// What makes the terminal unusable until a person has looked.
    pub(super) fault: Option<String>,
}

impl<'a> Money<'a> {
    pub fn new(
        session: &'a mut Session,
        request: &'a CatRequest,
        recorder: Arc<dyn Recorder>,
        stop: CancellationToken,
    ) -> Self {
        let now = Instant::now();
        let timers = session.config.timers;
        Self {
            session,
            request,
            recorder,
            stop,
            phase: Phase::Sent,
            idle_by: now + timers.reply,
            hard_by: now + timers.hard,
            abort_sent: false,
            result: None,
            text: Vec::new(),
            doubt: None,
            fault: None,
        }
    }

    /// Sends the command and listens to the end. `Sending` is durable already.
    pub async fn run(mut self, command: &Apdu) -> Outcome {
        let outcome = match self.talk(command).await {
            Ok(outcome) => outcome,
            Err(error) => {
                let why = error.to_string();
                self.session.lose(&why);
                self.unknown(DoubtCause::LineCut, &why)
            }
        };
        self.session.open = match &outcome {
            Outcome::Unknown(doubt) => Some(OpenAttempt {
                attempt: self.request.attempt,
                amount: self.request.amount,
                is_void: matches!(self.request.kind, CatKind::Void { .. }),
                partial: doubt.partial.clone(),
            }),
            _ => None,
        };
        if let Some(why) = self.fault.take() {
            self.session.fault(&why);
        }
        outcome
    }

    async fn talk(&mut self, command: &Apdu) -> Result<Outcome, LinkError> {
        self.link()?.send(command).await?;
        self.idle_by = Instant::now() + self.session.config.timers.reply;
        loop {
            let by = self.idle_by.min(self.hard_by);
            let may_abort = !self.abort_sent && (Phase::Accepted..=Phase::AtCentre).contains(&self.phase);
            let stop = may_abort.then(|| self.stop.clone());
            match self.link()?.hear(by, stop.as_ref()).await? {
                Heard::Stop => {
                    self.abort_sent = true;
                    self.link()?.send(&command::abort()).await?;
                }
                Heard::Deadline => {
                    self.session.lose("the terminal fell silent in a payment");
                    return Ok(self.unknown(DoubtCause::Silence, "no message within the deadline"));
                }
                Heard::Message(message) => {
                    if let Some(outcome) = self.on_message(message).await? {
                        return Ok(outcome);
                    }
                }
            }
        }
    }

    async fn on_message(&mut self, message: Incoming) -> Result<Option<Outcome>, LinkError> {
        self.idle_by = Instant::now() + self.session.config.timers.idle;
        match message {
            Incoming::Accepted => self.reach(Phase::Accepted),
            // E7: ambiguous from a terminal; it is listened to until it falls silent.
            Incoming::Wait => {}
            Incoming::Refused(code) if self.phase == Phase::Sent => {
                return Ok(Some(Outcome::NotStarted {
                    why: NotStartedWhy::RefusedByDevice,
                    detail: format!("the terminal refused the request with {code:02X}"),
                }));
            }
            // The terminal cannot abort any more: what follows decides.
            Incoming::Refused(_) => {}
            Incoming::Intermediate(code) => {
                self.reach(phase_of(code));
                let text_ja = result_code::progress_ja(code).to_owned();
                self.recorder.progress(self.request.attempt, Progress { code, text_ja });
                self.link()?.acknowledge().await?;
            }
            Incoming::Text(lines) => {
                // Paper never holds up the acknowledgement (M2).
                self.link()?.acknowledge().await?;
                let room = TEXT_LINES_MAX.saturating_sub(self.text.len());
                self.text.extend(lines.into_iter().take(room));
            }
            Incoming::Status(fields) => {
                let status = Status::read(&fields, self.session.config.currency_exponent);
                self.reach(Phase::AtCentre);
                return self.on_result(status).await;
            }
            Incoming::Completion(_) => {
                self.link()?.acknowledge().await?;
                return Ok(Some(self.completed()));
            }
            Incoming::Abort(code, _) => {
                self.link()?.acknowledge().await?;
                return Ok(Some(self.aborted(code)));
            }
            Incoming::SetClock => self.link()?.acknowledge().await?,
            Incoming::Other { .. } => self.link()?.send(&command::refuse(NOT_POSSIBLE)).await?,
        }
        Ok(None)
    }

    async fn on_result(&mut self, status: Status) -> Result<Option<Outcome>, LinkError> {
        let ours = self.result.as_ref().is_some_and(|ours| {
            same_result(&ours.approval, &status.approval) || ours.approval == status.approval
        });
        // E1: a repeat, of this attempt or of an earlier one, is acknowledged; a negative answer would reverse it.
        if ours || (has_identity(&status.approval) && self.recorder.knows(&status.approval)) {
            self.link()?.acknowledge().await?;
            return Ok(None);
        }
        if self.result.is_some() {
            self.session.unasked_result(&status).await?;
            return Ok(None);
        }
        let fact = AttemptFact::ResultSeen { code: status.code_text(), approval: status.approval.clone() };
        let recorded = self.recorder.record(self.request.attempt, fact).await;
        let weight = self.weigh(&status);
        self.result = Some(status);
        if recorded == Err(JournalDown) {
            let detail = "the result was refused because the journal is down; a reversal is not proven";
            self.doubt = Some((DoubtCause::JournalDown, detail.to_owned()));
            self.link()?.send(&command::refuse(GOODS_NOT_HANDED_OUT)).await?;
            return Ok(None);
        }
        self.phase = Phase::ResultSeen;
        let answer = match weight {
            Weight::Good => command::acknowledge(),
            Weight::Keep(cause, detail) => {
                self.doubt = Some((cause, detail));
                command::acknowledge()
            }
            Weight::Refuse(detail) => {
                self.fault = Some(detail.clone());
                self.doubt = Some((DoubtCause::AmountDiffers, detail));
                command::refuse(GOODS_NOT_HANDED_OUT)
            }
        };
        let good = answer == command::acknowledge();
        self.link()?.send(&answer).await?;
        if good {
            self.phase = Phase::Acknowledged;
        }
        Ok(None)
    }

    fn link(&mut self) -> Result<&mut Link, LinkError> {
        self.session.link()
    }

    fn reach(&mut self, phase: Phase) {
        self.phase = self.phase.max(phase);
    }
}

/// What an intermediate status says of the way that is done.
const fn phase_of(code: u8) -> Phase {
    match code {
        0x0B | 0x40..=0x7F => Phase::CardSeen,
        0x04 | 0x05 | 0x17 | 0x1C | 0x1D => Phase::AtCentre,
        _ => Phase::Accepted,
    }
}
