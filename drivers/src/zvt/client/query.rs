//! What became of an attempt: a fresh line, a result that comes by itself, else the terminal's last receipt (06 20).
//!
//! Invariants: no transaction is started; what is not proven is `CannotTell` ([`crate::zvt::evidence`]).

use domain::payment::QueryAnswer;
use tokio::time::Instant;

use super::{
    exchange::{self, End},
    link::{Heard, LinkError},
    payment::words,
    registration::{self, Registered},
    session::{OpenAttempt, Session},
};
use crate::{
    cat::{AttemptEvidence, CatKind},
    zvt::{
        command,
        evidence::{LastReceipt, judge},
        result_code::NOT_POSSIBLE,
        status::Status,
    },
};

/// Asks what became of an attempt.
pub(super) async fn query(session: &mut Session, evidence: &AttemptEvidence) -> QueryAnswer {
    let is_void = matches!(evidence.kind, CatKind::Void { .. });
    let is_new = session.open.as_ref().is_none_or(|open| open.attempt != evidence.attempt);
    if is_new {
        session.late = None;
    }
    let partial = evidence.partial.clone();
    session.open = Some(OpenAttempt { attempt: evidence.attempt, amount: evidence.amount, is_void, partial });
    match registration::ensure(session).await {
        Registered::Yes => {}
        Registered::Busy => return QueryAnswer::StillRunning,
        Registered::No => {
            let detail = format!("the terminal is not ready: {}", words(&session.state()));
            return QueryAnswer::CannotTell { detail };
        }
    }
    match ask(session, evidence).await {
        Ok(answer) => {
            if matches!(answer, QueryAnswer::Happened { .. } | QueryAnswer::DidNotHappen { .. }) {
                session.open = None;
                session.late = None;
            }
            answer
        }
        Err(error) => {
            session.lose(&error.to_string());
            QueryAnswer::CannotTell { detail: format!("the line was lost while asking: {error}") }
        }
    }
}

async fn ask(session: &mut Session, evidence: &AttemptEvidence) -> Result<QueryAnswer, LinkError> {
    listen_for_late_result(session).await?;
    if let Some(approval) = session.late.clone() {
        let detail = "the terminal delivered the result by itself after the doubt".to_owned();
        return Ok(QueryAnswer::Happened { approval, detail });
    }
    let password = session.config.password;
    let (end, said) = exchange::run(session, &command::repeat_receipt(password)).await?;
    let exponent = session.config.currency_exponent;
    let last = match end {
        End::Busy => return Ok(QueryAnswer::StillRunning),
        End::Silent => {
            session.lose("the terminal did not answer when it was asked for its last receipt");
            return Ok(cannot_tell("the terminal did not repeat its last receipt"));
        }
        End::Refused(code) => {
            return Ok(cannot_tell(&format!("the terminal refused the question with {code:02X}")));
        }
        End::Aborted(NOT_POSSIBLE, _) => LastReceipt::None,
        End::Aborted(code, _) => {
            return Ok(cannot_tell(&format!("the terminal ended the question with {code:02X}")));
        }
        End::Completed => match said.statuses.last().map(|fields| Status::read(fields, exponent)) {
            Some(status) if status.totals.is_some() => LastReceipt::EndOfDay,
            Some(status) => LastReceipt::Payment(Box::new(status)),
            None => LastReceipt::Text(said.text.clone()),
        },
    };
    let mut answer = judge(evidence, &last, exponent, session.day_closed);
    if let QueryAnswer::Happened { approval, .. } = &mut answer {
        approval.receipt_text = said.text;
    }
    Ok(answer)
}

/// Gives the terminal a moment to deliver by itself what it could not deliver before.
async fn listen_for_late_result(session: &mut Session) -> Result<(), LinkError> {
    let by = Instant::now() + session.config.timers.late_result;
    while session.late.is_none() {
        match session.link()?.hear(by, None).await? {
            Heard::Message(message) => session.unasked(message).await?,
            Heard::Stop | Heard::Deadline => break,
        }
    }
    Ok(())
}

fn cannot_tell(detail: &str) -> QueryAnswer {
    QueryAnswer::CannotTell { detail: detail.to_owned() }
}
