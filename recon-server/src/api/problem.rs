//! Refusals over HTTP: RFC 9457 problem documents with a code of the closed list ([`journal::wire::ProblemCode`]).
//!
//! Invariant: title and detail are Japanese and say what to do; a fault of the centre is logged with its cause and told only as
//! "try again".

use std::{error::Error, fmt};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use journal::wire::{HeadReply, Problem, ProblemCode};
use serde::Serialize;

/// A refusal on its way out; boxed, because it travels in every handler's `Result`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiProblem(Box<Document>);

/// The document: RFC 9457 allows extension members; `head` tells where the chain stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Document {
    #[serde(flatten)]
    problem: Problem,
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<HeadReply>,
}

impl ApiProblem {
    /// A refusal with the title of its code.
    #[must_use]
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        let (status, title) = words(code);
        let problem = Problem {
            problem_type: "about:blank".to_owned(),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            code,
            server_time: None,
        };
        Self(Box::new(Document { problem, head: None }))
    }

    /// A fault of the centre: logged with its cause, told as "try again".
    #[must_use]
    pub fn fault(doing: &'static str, error: &dyn Error) -> Self {
        tracing::error!(doing, error = %Chain(error), "request failed");
        Self::new(ProblemCode::Unavailable, "いま記録できません。しばらくしてから、もう一度送ってください。")
    }

    /// Adds the centre's time, seconds since the epoch.
    #[must_use]
    pub fn with_server_time(mut self, seconds: i64) -> Self {
        self.0.problem.server_time = Some(seconds);
        self
    }

    /// Adds where the chain stands.
    #[must_use]
    pub fn with_head(mut self, head: HeadReply) -> Self {
        self.0.head = Some(head);
        self
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        self.0.problem.code
    }

    /// The document without extensions.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.0.problem
    }
}

impl IntoResponse for ApiProblem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let kind = HeaderValue::from_static("application/problem+json");
        (status, [(header::CONTENT_TYPE, kind)], body).into_response()
    }
}

const fn words(code: ProblemCode) -> (StatusCode, &'static str) {
    match code {
        ProblemCode::BadSignature => (StatusCode::UNAUTHORIZED, "署名が確かめられません"),
        ProblemCode::ClockOff => (StatusCode::UNAUTHORIZED, "窓口の時計がずれています"),
        ProblemCode::BadEnrolmentCode => (StatusCode::FORBIDDEN, "登録コードが使えません"),
        ProblemCode::ChainGap => (StatusCode::CONFLICT, "記録に抜けがあります"),
        ProblemCode::Fork => (StatusCode::CONFLICT, "記録が枝分かれしています"),
        ProblemCode::WrongJournal => (StatusCode::CONFLICT, "この窓口の記録ではありません"),
        ProblemCode::BadRequest => (StatusCode::BAD_REQUEST, "読み取れない送信です"),
        ProblemCode::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "送信が大きすぎます"),
        ProblemCode::NotFound => (StatusCode::NOT_FOUND, "見つかりません"),
        ProblemCode::Forbidden => (StatusCode::FORBIDDEN, "この操作はできません"),
        ProblemCode::FileRefused => (StatusCode::UNPROCESSABLE_ENTITY, "ファイルを取り込めません"),
        ProblemCode::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "いま処理できません"),
    }
}

/// An error and its causes in one line, for logs.
pub struct Chain<'a>(pub &'a dyn Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = self.0.to_string();
        f.write_str(&said)?;
        let mut next = self.0.source();
        while let Some(cause) = next {
            let text = cause.to_string();
            // Some errors say their cause themselves.
            if !said.contains(&text) {
                write!(f, ": {text}")?;
                said = text;
            }
            next = cause.source();
        }
        Ok(())
    }
}
