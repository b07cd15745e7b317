//! The terminal's day: no open pre-authorisation (06 23), then 06 50 with its totals (`devices.md` E4, M6).
//!
//! Invariants: 06 50 is sent once and never again for the same call; after it was sent, only its completion with readable totals is
//! `Totals`, a listed refusal is `Refused`, and anything else may have closed the day.

use super::{
    exchange::{self, End, Said},
    link::LinkError,
    payment::words,
    registration::{self, Registered},
    session::Session,
};
use crate::{
    cat::{DailyLogOutcome, LinkState},
    zvt::{
        bmp, command,
        result_code::{self, Meaning, PRE_AUTHORISATION},
        status::{Status, lists_no_pre_authorisation, totals_are_whole},
    },
};

/// Closes the terminal's day and reads its totals.
pub(super) async fn access_daily_log(session: &mut Session) -> DailyLogOutcome {
    if registration::ensure(session).await != Registered::Yes {
        return DailyLogOutcome::Refused(format!("the terminal is not ready: {}", words(&session.state())));
    }
    session.set_state(LinkState::Busy);
    let outcome = close(session).await;
    if session.state() == LinkState::Busy {
        session.set_ready();
    }
    outcome
}

async fn close(session: &mut Session) -> DailyLogOutcome {
    match no_open_pre_authorisation(session).await {
        Ok(None) => {}
        Ok(Some(refused)) => return DailyLogOutcome::Refused(refused),
        Err(error) => {
            session.lose(&error.to_string());
            return DailyLogOutcome::Refused(format!("the line was lost before the day was closed: {error}"));
        }
    }
    let password = session.config.password;
    match exchange::run(session, &command::end_of_day(password)).await {
        Ok((end, said)) => weigh(session, end, &said),
        Err(error) => {
            session.lose(&error.to_string());
            DailyLogOutcome::Unknown(format!("the line was lost while the day was closed: {error}"))
        }
    }
}

/// `None` when there is none, or when the terminal has no such function.
async fn no_open_pre_authorisation(session: &mut Session) -> Result<Option<String>, LinkError> {
    let (end, _said) = exchange::run(session, &command::open_pre_authorisations()).await?;
    Ok(match end {
        End::Aborted(PRE_AUTHORISATION, fields) if lists_no_pre_authorisation(&fields) => None,
        End::Aborted(PRE_AUTHORISATION, fields) => {
            let receipt = fields.digits(bmp::RECEIPT).unwrap_or_default();
            Some(format!("a pre-authorisation is open: receipt {receipt}"))
        }
        End::Refused(_) | End::Aborted(..) | End::Completed => None,
        End::Busy => Some("the terminal is busy".to_owned()),
        End::Silent => {
            session.lose("the terminal did not answer before the day was closed");
            Some("the terminal did not answer".to_owned())
        }
    })
}

fn weigh(session: &mut Session, end: End, said: &Said) -> DailyLogOutcome {
    let exponent = session.config.currency_exponent;
    let totals = said.statuses.iter().rev().find(|fields| fields.get(bmp::TOTALS).is_some());
    match end {
        End::Completed => match totals {
            Some(fields) if totals_are_whole(fields, exponent) => {
                session.day_closed = true;
                DailyLogOutcome::Totals(Status::read(fields, exponent).totals.unwrap_or_default())
            }
            Some(_) => DailyLogOutcome::Unknown("the day was closed; its totals cannot be read".to_owned()),
            None => DailyLogOutcome::Unknown("the day was closed without totals".to_owned()),
        },
        End::Refused(code) => DailyLogOutcome::Refused(format!("the terminal refused with {code:02X}")),
        End::Aborted(code, _)
            if matches!(result_code::meaning(code), Meaning::Declined | Meaning::NotStarted) =>
        {
            DailyLogOutcome::Refused(format!("the terminal ended with {code:02X}"))
        }
        End::Aborted(code, _) => DailyLogOutcome::Unknown(format!("the terminal ended with {code:02X}")),
        End::Busy => DailyLogOutcome::Unknown("the terminal said it is busy".to_owned()),
        End::Silent => {
            session.lose("the terminal fell silent while the day was closed");
            DailyLogOutcome::Unknown("the terminal fell silent".to_owned())
        }
    }
}
