//! Logging in and out.
//!
//! Invariants: the answer to a wrong name and to a wrong password is the same, and takes the same time; after too many failures the
//! password is not even looked at; a session is stored by the digest of its id.

use std::net::IpAddr;

use axum_extra::extract::cookie::{Cookie, SameSite};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::time::Timestamp;
use store::{
    StoreError,
    users::{AuditEntry, SessionRow, UserRow},
};

use super::{Allowance, CurrentUser, PasswordError, password::PASSWORD_CHARS_MAX, users::USER_CHARS_MAX};
use crate::{
    app::AppState,
    keys::secret_hash,
    metrics::Count,
    random::{self, RandomError},
};

/// Name of the session's cookie.
pub const SESSION_COOKIE: &str = "recon_session";
/// Random bytes of a session's id.
const SESSION_ID_LENGTH_BYTES: usize = 32;

/// Why nobody was logged in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Wrong name or password, or the user is not active.
    #[error("利用者名かパスワードが違います。")]
    Refused,
    /// Too many failures of late.
    #[error("続けて間違えたため、いまはログインできません。{minutes}分ほどたってからやり直してください。")]
    TooMany {
        /// Minutes to wait, rounded up.
        minutes: i64,
    },
    /// The password cannot be checked.
    #[error("check the password")]
    Password(#[from] PasswordError),
    /// No random bytes.
    #[error("make a session id")]
    Random(#[from] RandomError),
    /// The store failed.
    #[error("log in")]
    Store(#[from] StoreError),
}

/// A session's id on its way to the browser.
pub struct SessionCookie {
    id: String,
    over_tls: bool,
}

impl SessionCookie {
    /// The cookie to set. It has no age of its own: it ends with the browser, and the centre ends the session anyway.
    #[must_use]
    pub fn into_cookie(self) -> Cookie<'static> {
        let mut cookie = Cookie::new(SESSION_COOKIE, self.id);
        cookie.set_path("/");
        cookie.set_http_only(true);
        cookie.set_same_site(SameSite::Strict);
        cookie.set_secure(self.over_tls);
        cookie
    }

    /// The cookie that takes a session's id out of the browser.
    #[must_use]
    pub fn removal() -> Cookie<'static> {
        let mut cookie = Cookie::new(SESSION_COOKIE, "");
        cookie.set_path("/");
        cookie.set_http_only(true);
        cookie.set_same_site(SameSite::Strict);
        cookie.make_removal();
        cookie
    }
}

/// Logs a user in.
///
/// # Errors
/// When the name or password is wrong, there were too many failures, or the centre cannot store the session.
pub async fn login(
    state: &AppState,
    from: IpAddr,
    user: &str,
    password: &str,
) -> Result<SessionCookie, LoginError> {
    let now = state.now();
    let allow = allowance(state);
    let plausible = user.chars().count() <= USER_CHARS_MAX && password.chars().count() <= PASSWORD_CHARS_MAX;
    state.login_limit.check(user, from, now, allow).map_err(|minutes| LoginError::TooMany { minutes })?;
    let found = if plausible { known_user(state, user).await? } else { None };
    let hash = found.as_ref().filter(|row| row.active).and_then(|row| row.password_hash.clone());
    let fits = state.passwords.fits(password, hash).await?;
    match found {
        Some(row) if fits => {
            state.login_limit.succeeded(user, from);
            open_session(state, &row.user, now).await
        }
        known => {
            state.login_limit.failed(user, from, now, allow);
            Count::LoginsRefused.add(1);
            audit_refusal(state, known.map(|row| row.user), now).await?;
            Err(LoginError::Refused)
        }
    }
}

fn allowance(state: &AppState) -> Allowance {
    let login = &state.config.login;
    Allowance { failures_max: login.failures_max, window_ms: i64::from(login.window_minutes) * 60_000 }
}

async fn known_user(state: &AppState, user: &str) -> Result<Option<UserRow>, StoreError> {
    state.store.snapshot().await?.user(state.tenant(), user).await
}

/// Only names that exist are written down: people type passwords into the name field.
async fn audit_refusal(state: &AppState, user: Option<String>, now: Timestamp) -> Result<(), StoreError> {
    let Some(user) = user else { return Ok(()) };
    let mut unit = state.store.begin().await?;
    unit.record_audit(state.tenant(), &audit(now, &user, "login.refused", &user)).await?;
    unit.commit().await
}

/// Opens a session for a user whose identity is proven.
pub(super) async fn open_session(
    state: &AppState,
    user: &str,
    now: Timestamp,
) -> Result<SessionCookie, LoginError> {
    let id_bytes: [u8; SESSION_ID_LENGTH_BYTES] = random::bytes(&*state.random)?;
    let id = URL_SAFE_NO_PAD.encode(id_bytes);
    let absolute_ms = i64::from(state.config.sessions.absolute_hours) * 3_600_000;
    let session = SessionRow {
        id_sha256: secret_hash(&id),
        user: user.to_owned(),
        created_at: now,
        idle_expires_at: idle_end(state, now),
        absolute_expires_at: now.plus_ms(absolute_ms),
    };
    let mut unit = state.store.begin().await?;
    unit.remove_ended_sessions(state.tenant(), now).await?;
    unit.open_session(state.tenant(), &session).await?;
    unit.record_audit(state.tenant(), &audit(now, user, "login.accepted", user)).await?;
    unit.commit().await?;
    Ok(SessionCookie { id, over_tls: state.over_tls() })
}

/// When a session ends if nothing happens from now on.
pub(super) fn idle_end(state: &AppState, now: Timestamp) -> Timestamp {
    now.plus_ms(i64::from(state.config.sessions.idle_minutes) * 60_000)
}

/// Ends the user's session. Set [`SessionCookie::removal`] on the answer.
///
/// # Errors
/// When the store fails.
pub async fn logout(state: &AppState, current: &CurrentUser) -> Result<(), StoreError> {
    let mut unit = state.store.begin().await?;
    unit.end_session(state.tenant(), &current.session_sha256).await?;
    unit.record_audit(state.tenant(), &audit(state.now(), &current.user, "logout", &current.user)).await?;
    unit.commit().await
}

/// An audit row without further detail.
pub(crate) fn audit(at: Timestamp, actor: &str, action: &str, subject: &str) -> AuditEntry {
    AuditEntry {
        at,
        actor: actor.to_owned(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        detail: "{}".to_owned(),
    }
}
