//! A counter's signed request: read within bounds, then believed or not ([`journal::signature`]).
//!
//! Invariants: the signature is verified over the bytes as sent, before anything is unpacked; a key is derived, never looked up; a
//! clock that is off is told the centre's time, so that the counter can sign again.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, HeaderName, header},
};
use journal::{
    chain::JournalId,
    signature::{self, SignatureError, SignatureHeaders, SignedRequest},
    wire::ProblemCode,
};

use super::{
    ApiProblem,
    body::{SIGNED_BODY_MAX_BYTES, read_bounded},
};
use crate::{app::AppState, keys::journal_of_key_id, metrics::Count};

/// A request that a counter signed.
pub struct Signed {
    /// The journal whose key signed.
    pub journal: JournalId,
    /// Body as sent.
    pub body: Bytes,
    /// `content-type`, or empty.
    pub content_type: String,
    /// `content-encoding`, or empty.
    pub content_encoding: String,
    /// Query without `?`.
    pub query: Option<String>,
}

impl FromRequest<AppState> for Signed {
    type Rejection = ApiProblem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiProblem> {
        let (parts, body) = request.into_parts();
        let body = read_bounded(body, SIGNED_BODY_MAX_BYTES).await?;
        let content_type = text(&parts.headers, &header::CONTENT_TYPE);
        let content_encoding = text(&parts.headers, &header::CONTENT_ENCODING);
        let request = SignedRequest {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            query: parts.uri.query(),
            content_type,
            content_encoding,
            body: &body,
        };
        let now = state.now().as_seconds();
        let journal = believe(state, now, &request, &headers_of(&parts.headers)).map_err(|error| {
            Count::SignaturesRefused.add(1);
            tracing::warn!(path = parts.uri.path(), error = %error, "signature refused");
            refusal(error, now)
        })?;
        Ok(Self {
            journal,
            content_type: content_type.to_owned(),
            content_encoding: content_encoding.to_owned(),
            query: parts.uri.query().map(ToOwned::to_owned),
            body,
        })
    }
}

fn believe(
    state: &AppState,
    now: i64,
    request: &SignedRequest<'_>,
    headers: &SignatureHeaders,
) -> Result<JournalId, SignatureError> {
    let input = signature::read_input(&headers.signature_input)?;
    let journal = journal_of_key_id(&input.key_id).ok_or(SignatureError::Shape)?;
    if journal.tenant != *state.tenant() {
        return Err(SignatureError::Mismatch);
    }
    signature::verify(&state.master_key.counter_key(&journal), now, request, headers)?;
    Ok(journal)
}

fn refusal(error: SignatureError, now: i64) -> ApiProblem {
    match error {
        SignatureError::Stale => ApiProblem::new(
            ProblemCode::ClockOff,
            "窓口の時計がサーバーの時計から5分以上ずれています。server_time に合わせて署名し直してください。",
        )
        .with_server_time(now),
        SignatureError::Shape | SignatureError::Digest | SignatureError::Mismatch => ApiProblem::new(
            ProblemCode::BadSignature,
            "署名が正しくありません。窓口を登録し直す必要があるかもしれません。管理者に連絡してください。",
        ),
    }
}

fn headers_of(headers: &HeaderMap) -> SignatureHeaders {
    SignatureHeaders {
        content_digest: text(headers, &HeaderName::from_static("content-digest")).to_owned(),
        signature_input: text(headers, &HeaderName::from_static("signature-input")).to_owned(),
        signature: text(headers, &HeaderName::from_static("signature")).to_owned(),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
