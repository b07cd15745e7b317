//! The logged-in user as an extractor.
//!
//! Invariants: a page that takes [`CurrentUser`] is never served without a living session; browsers are sent to the login page,
//! programs get a problem document; the idle end moves at most once a minute, so that reading costs no write.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{Method, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use journal::wire::ProblemCode;
use store::{StoreError, counters::SecretDigest, users::Role};

use super::login::{SESSION_COOKIE, idle_end};
use crate::{api::ApiProblem, app::AppState, keys::secret_hash};

/// Shortest time between two moves of a session's idle end, in milliseconds.
const TOUCH_EVERY_MS: i64 = 60_000;
/// Where people log in.
const LOGIN_PATH: &str = "/login";

/// The logged-in user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentUser {
    /// Staff code or login word.
    pub user: String,
    /// Word on screens.
    pub label: String,
    /// What the user may do.
    pub role: Role,
    /// Digest of the session's id.
    pub(super) session_sha256: SecretDigest,
}

/// A logged-in administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Administrator(pub CurrentUser);

/// Why a request goes no further.
#[derive(Debug)]
pub enum NotAllowed {
    /// Nobody is logged in and a browser asks: to the login page.
    LogIn,
    /// Nobody is logged in and a program asks.
    Unknown,
    /// The role does not allow it.
    Role,
    /// The store failed.
    Fault(StoreError),
}

impl IntoResponse for NotAllowed {
    fn into_response(self) -> Response {
        match self {
            Self::LogIn => Redirect::to(LOGIN_PATH).into_response(),
            Self::Unknown => {
                ApiProblem::new(ProblemCode::Forbidden, "ログインしてください。").into_response()
            }
            Self::Role => ApiProblem::new(
                ProblemCode::Forbidden,
                "この操作は管理者だけができます。管理者に頼んでください。",
            )
            .into_response(),
            Self::Fault(error) => ApiProblem::fault("read the session", &error).into_response(),
        }
    }
}

/// Whether a user may do what asks for `role`. An administrator may do everything.
///
/// # Errors
/// When the role does not allow it.
pub fn require(current: &CurrentUser, role: Role) -> Result<(), NotAllowed> {
    if current.role == Role::Administrator || current.role == role { Ok(()) } else { Err(NotAllowed::Role) }
}

impl CurrentUser {
    async fn find(parts: &Parts, state: &AppState) -> Result<Option<Self>, StoreError> {
        let jar = CookieJar::from_headers(&parts.headers);
        let Some(cookie) = jar.get(SESSION_COOKIE) else { return Ok(None) };
        let digest = secret_hash(cookie.value());
        let now = state.now();
        let found = state.store.snapshot().await?.session(state.tenant(), &digest, now).await?;
        let Some((session, row)) = found else { return Ok(None) };
        let idle = idle_end(state, now).min(session.absolute_expires_at);
        if idle.ms_since(session.idle_expires_at) >= TOUCH_EVERY_MS {
            let mut unit = state.store.begin().await?;
            unit.touch_session(state.tenant(), &digest, idle).await?;
            unit.commit().await?;
        }
        Ok(Some(Self { user: row.user, label: row.label, role: row.role, session_sha256: digest }))
    }
}

fn asks_for_page(parts: &Parts) -> bool {
    let accepts = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepts.contains("text/html") && matches!(parts.method, Method::GET | Method::POST)
}

impl FromRequestParts<AppState> for CurrentUser {
    type Rejection = NotAllowed;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, NotAllowed> {
        let found = Self::find(parts, state).await.map_err(NotAllowed::Fault)?;
        found.ok_or_else(|| if asks_for_page(parts) { NotAllowed::LogIn } else { NotAllowed::Unknown })
    }
}

/// For pages that look different when nobody is logged in.
impl axum::extract::OptionalFromRequestParts<AppState> for CurrentUser {
    type Rejection = NotAllowed;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Option<Self>, NotAllowed> {
        Self::find(parts, state).await.map_err(NotAllowed::Fault)
    }
}

impl FromRequestParts<AppState> for Administrator {
    type Rejection = NotAllowed;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, NotAllowed> {
        let current = <CurrentUser as FromRequestParts<AppState>>::from_request_parts(parts, state).await?;
        require(&current, Role::Administrator)?;
        Ok(Self(current))
    }
}

/// The address that a request came from; loopback where the server was not told (tests without a socket).
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub std::net::IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let told = parts.extensions.get::<axum::extract::ConnectInfo<std::net::SocketAddr>>();
        Ok(Self(told.map_or(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), |info| info.0.ip())))
    }
}
