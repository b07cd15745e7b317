//! Whatever goes wrong on the way to a page becomes a page: in the same clothes, with what to do next.
//!
//! It lies around every route and around the guards, so that a browser whose form another site sent gets a page too.
//! Invariants: no page shows an internal; a fault is logged once, with its cause, under the reference that the page shows; what
//! programs ask for (`Accept` without `text/html`) stays a problem document.

use std::error::Error;

use axum::{
    body::{Body, to_bytes},
    extract::{OptionalFromRequestParts, Request, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use journal::wire::Problem;
use store::StoreError;

use super::{
    frame,
    view::{failure::FailurePage, shell::Section, words::Link},
};
use crate::{
    api::Chain,
    app::AppState,
    auth::CurrentUser,
    jobs::JobError,
    random::{self, RandomError},
};

/// Longest problem document that is read again, in bytes.
const PROBLEM_MAX_BYTES: usize = 16 << 10;
/// Random bytes of a reference.
const REFERENCE_LENGTH_BYTES: usize = 4;

/// Why a request gives no page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// There is no such thing.
    #[error("not found")]
    NotFound,
    /// The form cannot be one of ours.
    #[error("unreadable form: {0}")]
    BadForm(&'static str),
    /// An upload over the bound.
    #[error("too large")]
    TooLarge,
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// A job failed.
    #[error("a job failed")]
    Job(#[from] JobError),
    /// A page could not be written.
    #[error("a page could not be written")]
    Template(#[from] askama::Error),
    /// No random bytes.
    #[error("no random bytes")]
    Random(#[from] RandomError),
    /// Anything else underneath.
    #[error("{doing}")]
    Fault {
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}

/// What the dressing room needs to know; travels in the response's extensions.
#[derive(Clone)]
struct Undressed {
    cause: Option<String>,
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadForm(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let cause = status.is_server_error().then(|| Chain(&self).to_string());
        let mut response = status.into_response();
        response.extensions_mut().insert(Undressed { cause });
        response
    }
}

/// What a page says of a failure.
struct Words {
    title: String,
    english: &'static str,
    text: String,
    steps: Vec<String>,
}

/// Dresses every refusal that a browser asked for.
pub async fn dress(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let response = next.run(request).await;
    if !response.status().is_client_error() && !response.status().is_server_error() || is_page(&response) {
        return response;
    }
    let asks = asks_for_page(&headers);
    // What a program's own door failed with stands in the log already.
    let unsaid = asks || response.extensions().get::<Undressed>().is_some();
    let fault = response.status().is_server_error() && unsaid;
    let reference = fault.then(|| reference(&state, &response)).flatten();
    if !asks {
        return response;
    }
    page(&state, headers, response, reference).await
}

fn is_page(response: &Response) -> bool {
    kind(response).starts_with("text/html")
}

fn kind(response: &Response) -> &str {
    response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn asks_for_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kinds| kinds.contains("text/html"))
}

/// Logs a fault and returns the reference under which it stands in the log.
fn reference(state: &AppState, response: &Response) -> Option<String> {
    let bytes: [u8; REFERENCE_LENGTH_BYTES] = random::bytes(&*state.random).ok()?;
    let reference = hex::encode_upper(bytes);
    let cause = response.extensions().get::<Undressed>().and_then(|undressed| undressed.cause.as_deref());
    tracing::error!(reference, status = response.status().as_u16(), error = cause, "a page failed");
    Some(reference)
}

async fn page(
    state: &AppState,
    headers: HeaderMap,
    response: Response,
    reference: Option<String>,
) -> Response {
    let status = response.status();
    let user = user_of(state, headers).await;
    let Some(words) = words(status, response).await else { return status.into_response() };
    let onward = if user.is_some() {
        Link::new("収納日報へ", "/report")
    } else {
        Link::new("ログイン画面へ", "/login")
    };
    let Ok(shell) = frame::shell(state, user.as_ref(), Section::Elsewhere) else {
        return status.into_response();
    };
    let context = FailurePage {
        shell,
        status: status.as_u16(),
        title: words.title,
        english: words.english.to_owned(),
        text: words.text,
        steps: words.steps,
        reference,
        onward,
    };
    match frame::page(&context) {
        Ok(html) => (status, html).into_response(),
        Err(_) => status.into_response(),
    }
}

/// Who asked, so that the frame stays the same; nobody if that cannot be told.
async fn user_of(state: &AppState, headers: HeaderMap) -> Option<CurrentUser> {
    let (mut parts, ()): (Parts, ()) = Request::new(()).into_parts();
    parts.headers = headers;
    let found =
        <CurrentUser as OptionalFromRequestParts<AppState>>::from_request_parts(&mut parts, state).await;
    found.ok().flatten()
}

async fn words(status: StatusCode, response: Response) -> Option<Words> {
    if kind(&response).starts_with("application/problem+json") && !status.is_server_error() {
        let body = to_bytes(Body::new(response.into_body()), PROBLEM_MAX_BYTES).await.ok()?;
        let problem: Problem = serde_json::from_slice(&body).ok()?;
        return Some(Words {
            title: problem.title,
            english: english(status),
            text: problem.detail,
            steps: Vec::new(),
        });
    }
    let (title, text, steps): (_, _, &[&str]) = match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => (
            "ページが見つかりません",
            "アドレスが違うか、なくなったページです。",
            &["アドレスを手で入力したときは、もう一度確かめてください。"],
        ),
        StatusCode::FORBIDDEN => {
            ("この操作はできません", "この画面を使う権限がありません。", &["管理者に頼んでください。"])
        }
        StatusCode::PAYLOAD_TOO_LARGE => (
            "ファイルが大きすぎます",
            "送られたものが大きすぎて、受け取れません。",
            &["期間を短くして、分けて取り込んでください。"],
        ),
        status if status.is_server_error() => (
            "処理できませんでした",
            "途中で失敗したため、記録は変えていません。",
            &[
                "しばらくしてから、もう一度お試しください。",
                "続くときは、参照番号を添えて管理者に連絡してください。",
            ],
        ),
        _ => (
            "受け取れませんでした",
            "送られた内容が読み取れません。",
            &["画面を開き直して、もう一度入力してください。"],
        ),
    };
    Some(Words {
        title: title.to_owned(),
        english: english(status),
        text: text.to_owned(),
        steps: steps.iter().map(|&step| step.to_owned()).collect(),
    })
}

const fn english(status: StatusCode) -> &'static str {
    match status.as_u16() {
        403 => "Not allowed",
        404 | 405 => "Not found",
        413 => "Too large",
        500..=599 => "Something failed",
        _ => "Not accepted",
    }
}
