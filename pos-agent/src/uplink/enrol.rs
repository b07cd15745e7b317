//! Enrolment: a one-time code becomes a key, an identity and a profile.
//!
//! Invariant: the code is sent once and never stored; what comes back is kept before the journal begins.

use journal::wire::{EnrolReply, EnrolRequest, PATH_ENROLMENTS, Problem};

use super::{
    grant::Grant,
    wire::{Request, Silence, Wire},
};

/// Why the centre granted nothing.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// No answer.
    #[error(transparent)]
    Silence(#[from] Silence),
    /// The centre refuses; the sentence is its own, in Japanese.
    #[error("{0}")]
    Refused(String),
    /// The answer is not what this program understands.
    #[error("the centre's answer cannot be understood (status {0})")]
    Answer(u16),
}

/// Asks the centre at `server` for the grant of a code.
///
/// # Errors
/// When the centre is silent, refuses, or cannot be understood.
pub async fn enrol(wire: &dyn Wire, server: &str, code: &str) -> Result<Grant, EnrolError> {
    let asked = EnrolRequest { code: code.trim().to_owned() };
    let request = Request {
        method: "POST",
        path: PATH_ENROLMENTS,
        query: None,
        headers: vec![("content-type", "application/json".into())],
        body: serde_json::to_vec(&asked).map_err(|_| EnrolError::Answer(0))?,
    };
    let answer = wire.send(request).await?;
    if !(200..300).contains(&answer.status) {
        return Err(match serde_json::from_slice::<Problem>(&answer.body) {
            Ok(problem) => EnrolError::Refused(format!("{}: {}", problem.title, problem.detail)),
            Err(_) => EnrolError::Answer(answer.status),
        });
    }
    let reply: EnrolReply =
        serde_json::from_slice(&answer.body).map_err(|_| EnrolError::Answer(answer.status))?;
    let grant = Grant { server: server.to_owned(), reply };
    if grant.key().is_none() { Err(EnrolError::Answer(answer.status)) } else { Ok(grant) }
}
