//! One order on one line, on the till's side.
//!
//! Invariants: `ResultSeen` is durable before a result is acknowledged; a result that is known is acknowledged again; one that fits
//! no attempt is recorded, then refused; an approval that arrives after the clerk's cancel wins; an end that no listed code proves is
//! `Unknown` with the phase that was reached (`devices.md` 3).

use std::sync::Arc;

use domain::payment::{AttemptFact, Decline, Doubt, DoubtCause, NotStartedWhy, Outcome, Phase, StrayResult};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::{
    client::NullTimers,
    machine::NullMachine,
    serve::TillEnd,
    word::{Asked, OK, Said, decline_ja},
};
use crate::cat::{CatRequest, Progress, Recorder};
use domain::payment::Approval;

/// The terminal cannot be reached.
pub(super) struct NoLine;

/// An open line.
pub(super) struct Line {
    end: TillEnd,
    timers: NullTimers,
}

impl Line {
    /// Opens a line and answers what the terminal says by itself. Without a journal it stays unanswered.
    pub async fn open(
        machine: &NullMachine,
        timers: NullTimers,
        recorder: Option<&Arc<dyn Recorder>>,
    ) -> Result<Self, NoLine> {
        let end = machine.open().ok_or(NoLine)?;
        let mut line = Self { end, timers };
        match timeout(timers.reply, line.end.hear.recv()).await {
            Ok(Some(Said::Hello)) => {}
            _ => return Err(NoLine),
        }
        if let Some(recorder) = recorder {
            while let Ok(Some(said)) = timeout(timers.late_result, line.end.hear.recv()).await {
                line.unasked(said, recorder).await;
            }
        }
        Ok(line)
    }

    /// One question, one answer.
    pub async fn ask(&mut self, question: Asked) -> Option<Said> {
        self.end.say.send(question).await.ok()?;
        timeout(self.timers.reply, self.end.hear.recv()).await.ok()?
    }

    async fn unasked(&self, said: Said, recorder: &Arc<dyn Recorder>) {
        let Said::Result { code, approval } = said else { return };
        let answer = if recorder.knows(&approval) {
            Asked::Ack
        } else if recorder.record_stray(StrayResult { code, approval }).await.is_ok() {
            Asked::Refuse
        } else {
            return;
        };
        // A line that is gone needs no answer.
        let _ = self.end.say.send(answer).await;
    }
}

/// An attempt under way.
pub(super) struct Talk<'a> {
    line: Line,
    request: &'a CatRequest,
    recorder: Arc<dyn Recorder>,
    stop: CancellationToken,
    phase: Phase,
    stop_sent: bool,
    result: Option<(String, Approval)>,
    /// What keeps the result from being good.
    doubt: Option<(DoubtCause, String)>,
}

impl<'a> Talk<'a> {
    pub const fn new(
        line: Line,
        request: &'a CatRequest,
        recorder: Arc<dyn Recorder>,
        stop: CancellationToken,
    ) -> Self {
        Self {
            line,
            request,
            recorder,
            stop,
            phase: Phase::Sent,
            stop_sent: false,
            result: None,
            doubt: None,
        }
    }

    pub async fn run(mut self) -> Outcome {
        let ask = Asked::Ask {
            attempt: self.request.attempt,
            kind: self.request.kind,
            amount: self.request.amount,
        };
        if self.line.end.say.send(ask).await.is_err() {
            return self.unknown(DoubtCause::LineCut, "the line was cut");
        }
        let mut by = Instant::now() + self.line.timers.reply;
        loop {
            let may_stop = !self.stop_sent && (Phase::Accepted..=Phase::AtCentre).contains(&self.phase);
            let said = tokio::select! {
                biased;
                said = timeout_at(by, self.line.end.hear.recv()) => said,
                () = self.stop.cancelled(), if may_stop => {
                    self.stop_sent = true;
                    // Whether it arrives or not, the terminal's word decides.
                    let _ = self.line.end.say.send(Asked::Stop).await;
                    continue;
                }
            };
            match said {
                Err(_elapsed) => return self.unknown(DoubtCause::Silence, "no message within the deadline"),
                Ok(None) => return self.unknown(DoubtCause::LineCut, "the line was cut"),
                Ok(Some(said)) => {
                    if let Some(outcome) = self.on(said).await {
                        return outcome;
                    }
                }
            }
            by = Instant::now() + self.line.timers.idle;
        }
    }

    async fn on(&mut self, said: Said) -> Option<Outcome> {
        match said {
            Said::Accepted => self.reach(Phase::Accepted, 1, "端末が受け付けました"),
            Said::Card => self.reach(Phase::CardSeen, 2, "カードを確認しました"),
            Said::Centre => self.reach(Phase::AtCentre, 3, "センターに問い合わせています"),
            Said::Result { code, approval } => return self.on_result(code, approval).await,
            Said::Completed => return Some(self.completed()),
            Said::Ended(code) => return Some(self.ended(code)),
            Said::Refused(why) if self.phase == Phase::Sent => {
                return Some(Outcome::NotStarted { why: NotStartedWhy::RefusedByDevice, detail: why });
            }
            Said::Hello | Said::Wait | Said::TooLate | Said::Refused(_) | Said::Last(_) | Said::Totals(_) => {
            }
        }
        None
    }

    fn reach(&mut self, phase: Phase, code: u8, text_ja: &str) {
        self.phase = self.phase.max(phase);
        self.recorder.progress(self.request.attempt, Progress { code, text_ja: text_ja.to_owned() });
    }

    async fn on_result(&mut self, code: String, approval: Approval) -> Option<Outcome> {
        let ours = self.result.as_ref().is_some_and(|(_, ours)| *ours == approval);
        if !ours && !self.recorder.knows(&approval) {
            if self.result.is_some() {
                self.line.unasked(Said::Result { code, approval }, &Arc::clone(&self.recorder)).await;
                return None;
            }
            let fact = AttemptFact::ResultSeen { code: code.clone(), approval: approval.clone() };
            if self.recorder.record(self.request.attempt, fact).await.is_err() {
                // Never acknowledged unrecorded: this terminal can be told to take it back.
                let _ = self.line.end.say.send(Asked::Refuse).await;
                return Some(self.unknown(DoubtCause::JournalDown, "the journal could not take the result"));
            }
            self.phase = self.phase.max(Phase::ResultSeen);
            if approval.settled_amount.is_some_and(|amount| amount != self.request.amount) {
                let detail = format!("the terminal settled another amount for {}", self.request.amount);
                self.doubt = Some((DoubtCause::AmountDiffers, detail));
            }
            self.result = Some((code, approval));
        }
        if self.line.end.say.send(Asked::Ack).await.is_ok() {
            self.phase = self.phase.max(Phase::Acknowledged);
        }
        None
    }

    fn completed(&mut self) -> Outcome {
        self.phase = Phase::Committed;
        match &self.result {
            Some((code, approval)) if code == OK && self.doubt.is_none() => {
                Outcome::Approved(approval.clone())
            }
            Some((code, _)) if code != OK && self.doubt.is_none() => self.ended(code.clone()),
            _ => self.unknown(DoubtCause::UnlistedCode, "the terminal completed without a good result"),
        }
    }

    fn ended(&self, code: String) -> Outcome {
        let success_seen = self.result.as_ref().is_some_and(|(code, _)| code == OK);
        match decline_ja(&code) {
            Some(text) if !success_seen => Outcome::Declined(Decline { code, text: text.to_owned() }),
            _ => self.unknown(DoubtCause::UnlistedCode, &format!("the terminal ended with {code}")),
        }
    }

    /// An earlier doubt names the cause.
    fn unknown(&self, cause: DoubtCause, detail: &str) -> Outcome {
        let (cause, detail) = match &self.doubt {
            Some((earlier, why)) => (*earlier, format!("{why}; {detail}")),
            None => (cause, detail.to_owned()),
        };
        let partial = self.result.as_ref().filter(|(code, _)| code == OK).map(|(_, seen)| seen.clone());
        Outcome::Unknown(Doubt { phase: self.phase, cause, detail, partial })
    }
}
