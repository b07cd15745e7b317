//! The first administrator: a one-time link on the console, only while there is no user.
//!
//! Invariant: the link makes exactly one user; as soon as there is any user, no such link works any more.

use store::users::{LinkPurpose, Role};

use super::{
    LoginError, NewUser, SessionCookie, UserError,
    login::{audit, open_session},
    users::link,
};
use crate::{app::AppState, keys::secret_hash};

/// Why nobody became the first administrator.
#[derive(Debug, thiserror::Error)]
pub enum FirstError {
    /// The link or the words cannot be used.
    #[error(transparent)]
    User(#[from] UserError),
    /// The session could not be opened.
    #[error(transparent)]
    Login(#[from] LoginError),
}

/// A link for the first administrator; none once there is a user.
///
/// # Errors
/// When the store fails.
pub async fn make_first_link(state: &AppState) -> Result<Option<String>, UserError> {
    let mut unit = state.store.begin().await?;
    if !unit.users(state.tenant()).await?.is_empty() {
        return Ok(None);
    }
    let minutes = i64::from(state.config.sessions.first_link_minutes);
    let (token, row) = link(state, LinkPurpose::FirstAdministrator, None, minutes)?;
    unit.put_link(state.tenant(), &row).await?;
    unit.commit().await?;
    Ok(Some(format!("{}/first/{token}", state.public_url)))
}

/// Whether a first link still works; looking does not use it.
///
/// # Errors
/// When the store fails.
pub async fn first_link_open(state: &AppState, token: &str) -> Result<bool, UserError> {
    let mut unit = state.store.snapshot().await?;
    let found = unit.link(state.tenant(), &secret_hash(token), state.now()).await?;
    let purpose_fits = found.is_some_and(|link| link.purpose == LinkPurpose::FirstAdministrator);
    Ok(purpose_fits && unit.users(state.tenant()).await?.is_empty())
}

/// Makes the first administrator and logs that user in.
///
/// # Errors
/// When the link, the words or the password cannot be used, or the store fails.
pub async fn claim_first_link(
    state: &AppState,
    token: &str,
    user: &str,
    label: &str,
    password: &str,
) -> Result<SessionCookie, FirstError> {
    let new = NewUser { user: user.to_owned(), label: label.to_owned(), role: Role::Administrator };
    new.check()?;
    let hash = state.passwords.hash(&*state.random, password).await.map_err(UserError::from)?;
    let now = state.now();
    let row = new.into_row(Some(hash), now);
    make_first_user(state, token, &row).await?;
    Ok(open_session(state, &row.user, now).await?)
}

async fn make_first_user(
    state: &AppState,
    token: &str,
    row: &store::users::UserRow,
) -> Result<(), UserError> {
    let mut unit = state.store.begin().await?;
    let used = unit.use_link(state.tenant(), &secret_hash(token), row.created_at).await?;
    let purpose_fits = used.is_some_and(|link| link.purpose == LinkPurpose::FirstAdministrator);
    if !purpose_fits || !unit.users(state.tenant()).await?.is_empty() {
        return Err(UserError::Link);
    }
    unit.create_user(state.tenant(), row).await?;
    let entry = audit(row.created_at, &row.user, "user.first_administrator", &row.user);
    unit.record_audit(state.tenant(), &entry).await?;
    Ok(unit.commit().await?)
}
