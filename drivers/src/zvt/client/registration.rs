//! Opening a line and registering on it: 06 00 on every connect, the TID compared (`devices.md` E5, E8, M7).
//!
//! Invariant: neither a transaction nor a timed job of the terminal is started; a terminal with another TID is not used.

use tokio::time::Instant;

use super::{
    link::{Heard, LinkError},
    session::Session,
};
use crate::{
    cat::LinkState,
    zvt::{bmp, command, command::Incoming},
};

/// How a registration ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Registered {
    Yes,
    /// The terminal is at something else.
    Busy,
    /// The line state says why.
    No,
}

/// Opens and registers unless that is done already.
pub(super) async fn ensure(session: &mut Session) -> Registered {
    if session.has_link() && matches!(session.state(), LinkState::Ready | LinkState::Faulted(_)) {
        return Registered::Yes;
    }
    match connect(session).await {
        Ok(registered) => registered,
        Err(error) => {
            session.lose(&error.to_string());
            Registered::No
        }
    }
}

async fn connect(session: &mut Session) -> Result<Registered, LinkError> {
    session.reopen().await?;
    let password = session.config.password;
    session.link()?.send(&command::registration(password)).await?;
    let timers = session.config.timers;
    let hard_by = Instant::now() + timers.hard;
    let mut by = Instant::now() + timers.reply;
    let mut accepted = false;
    loop {
        let message = match session.link()?.hear(by.min(hard_by), None).await? {
            Heard::Message(message) => message,
            Heard::Stop | Heard::Deadline => {
                session.lose("the terminal did not answer the registration");
                return Ok(Registered::No);
            }
        };
        match message {
            Incoming::Accepted => {
                accepted = true;
                by = Instant::now() + timers.idle;
            }
            Incoming::Wait => {
                session.lose("the terminal is busy");
                return Ok(Registered::Busy);
            }
            Incoming::Refused(code) | Incoming::Abort(code, _) => {
                session.fault(&format!("the terminal refused the registration with {code:02X}"));
                return Ok(Registered::No);
            }
            Incoming::Completion(fields) if accepted => {
                session.link()?.acknowledge().await?;
                return Ok(identify(session, fields.digits(bmp::TERMINAL_ID)));
            }
            // E8: no port is standard, so whatever speaks first in another way is no ZVT terminal.
            Incoming::Other { class, instr } if !accepted => {
                session.fault(&format!("not a ZVT terminal: it began with {class:02X} {instr:02X}"));
                return Ok(Registered::No);
            }
            other => session.unasked(other).await?,
        }
    }
}

fn identify(session: &mut Session, said: Option<String>) -> Registered {
    match (&session.config.terminal_id, said) {
        (Some(enrolled), Some(said)) if *enrolled != said => {
            let why = format!("terminal {said} answers where {enrolled} was enrolled");
            session.fault(&why);
            Registered::No
        }
        _ => {
            session.set_ready();
            Registered::Yes
        }
    }
}
