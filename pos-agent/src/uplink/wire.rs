//! The network as a parameter: one request, one answer or silence. Production uses [`super::http`], tests a made-up centre.

use std::{future::Future, pin::Pin};

/// Longest body of an answer, in bytes: a full inbox with profiles.
pub const ANSWER_LENGTH_MAX_BYTES: usize = 8 << 20;

/// A request, signed or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Upper-case method.
    pub method: &'static str,
    /// Path without query.
    pub path: &'static str,
    /// Query without `?`.
    pub query: Option<String>,
    /// Header names and values.
    pub headers: Vec<(&'static str, String)>,
    /// Bytes as sent.
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// At most [`ANSWER_LENGTH_MAX_BYTES`].
    pub body: Vec<u8>,
}

/// No answer, or one over the bound.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no answer from the centre: {0}")]
pub struct Silence(pub String);

/// The way of one request to the centre.
pub trait Wire: Send + Sync {
    /// Sends and waits, within the deadlines of the adapter.
    fn send(&self, request: Request) -> Pin<Box<dyn Future<Output = Result<Answer, Silence>> + Send + '_>>;
}
