//! A conversation that moves no money: a command, statuses and text, completion or abort. Used by the query and the end of day.
//!
//! Invariant: every message is answered 80 at once, results too: inside 06 20, 06 23 and 06 50 a 04 0F is a repeat or a total, and a
//! negative answer could reverse a payment (`devices.md` E1).

use tokio::time::Instant;

use super::{
    link::{Heard, LinkError},
    session::Session,
};
use crate::zvt::{
    bmp::Fields,
    command::{Incoming, TEXT_LINES_MAX},
    frame::Apdu,
};

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// 06 0F
    Completed,
    /// 06 1E with its code and fields.
    Aborted(u8, Fields),
    /// 84 xx to the command.
    Refused(u8),
    /// 84 9C, or nothing after it.
    Busy,
    /// Nothing within the deadline.
    Silent,
}

/// What was said on the way.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub statuses: Vec<Fields>,
    pub text: Vec<String>,
}

/// Most results kept of one exchange.
const STATUSES_MAX: usize = 8;

/// Sends a command and listens to its end.
pub(super) async fn run(session: &mut Session, command: &Apdu) -> Result<(End, Said), LinkError> {
    let timers = session.config.timers;
    let mut said = Said::default();
    session.link()?.send(command).await?;
    let hard_by = Instant::now() + timers.hard;
    let mut by = Instant::now() + timers.reply;
    let mut accepted = false;
    loop {
        let message = match session.link()?.hear(by.min(hard_by), None).await? {
            Heard::Message(message) => message,
            Heard::Stop | Heard::Deadline => return Ok((End::Silent, said)),
        };
        by = Instant::now() + timers.idle;
        match message {
            Incoming::Accepted => accepted = true,
            Incoming::Wait => return Ok((End::Busy, said)),
            Incoming::Refused(code) if !accepted => return Ok((End::Refused(code), said)),
            Incoming::Status(fields) if accepted => {
                session.link()?.acknowledge().await?;
                if said.statuses.len() < STATUSES_MAX {
                    said.statuses.push(fields);
                }
            }
            Incoming::Text(lines) => {
                session.link()?.acknowledge().await?;
                let room = TEXT_LINES_MAX.saturating_sub(said.text.len());
                said.text.extend(lines.into_iter().take(room));
            }
            Incoming::Completion(_) if accepted => {
                session.link()?.acknowledge().await?;
                return Ok((End::Completed, said));
            }
            Incoming::Abort(code, fields) => {
                session.link()?.acknowledge().await?;
                return Ok((End::Aborted(code, fields), said));
            }
            // Before the command was accepted nothing belongs to it.
            other => session.unasked(other).await?,
        }
    }
}
