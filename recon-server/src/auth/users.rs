//! Making and changing users.
//!
//! Invariants: a user id is a plain word; every change leaves an audit row in the same transaction; a changed password ends the
//! user's other sessions.

use domain::time::Timestamp;
use store::{
    StoreError,
    users::{LinkPurpose, OneTimeLink, Role, UserRow},
};

use super::{PasswordError, login::audit};
use crate::{
    app::AppState,
    keys::secret_hash,
    random::{self, RandomError},
};

/// Longest user id, in characters.
pub const USER_CHARS_MAX: usize = 40;
/// Longest word on screens, in characters.
const LABEL_CHARS_MAX: usize = 60;
/// Random bytes of a link.
pub(super) const LINK_TOKEN_LENGTH_BYTES: usize = 24;

/// Why a user was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// Not a user id.
    #[error("利用者名は英数字と - _ . で、1文字以上{USER_CHARS_MAX}文字までにしてください。")]
    Name,
    /// No label, or too long.
    #[error("表示名は1文字以上{LABEL_CHARS_MAX}文字までにしてください。")]
    Label,
    /// There is one already.
    #[error("利用者 {0} は既に登録されています。")]
    Exists(String),
    /// There is none.
    #[error("利用者 {0} は登録されていません。")]
    Missing(String),
    /// The link is unknown, used or expired.
    #[error("このリンクは使えません。管理者に新しいリンクを頼んでください。")]
    Link,
    /// Too short, too long, or the hasher failed.
    #[error("パスワードは{min}文字以上{max}文字までにしてください。", min = super::PASSWORD_CHARS_MIN, max = super::PASSWORD_CHARS_MAX)]
    Password(#[from] PasswordError),
    /// No random bytes.
    #[error("make a link")]
    Random(#[from] RandomError),
    /// The store failed.
    #[error("change a user")]
    Store(#[from] StoreError),
}

/// A user to be made.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Staff code or login word.
    pub user: String,
    /// Word on screens.
    pub label: String,
    /// What the user may do.
    pub role: Role,
}

impl NewUser {
    /// Checks the words.
    ///
    /// # Errors
    /// When the id or the label cannot be one.
    pub fn check(&self) -> Result<(), UserError> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        let name_ok = (1..=USER_CHARS_MAX).contains(&self.user.len()) && self.user.bytes().all(plain);
        let label_ok = (1..=LABEL_CHARS_MAX).contains(&self.label.trim().chars().count());
        match (name_ok, label_ok) {
            (false, _) => Err(UserError::Name),
            (_, false) => Err(UserError::Label),
            _ => Ok(()),
        }
    }

    /// The row to store.
    pub(super) fn into_row(self, password_hash: Option<String>, now: Timestamp) -> UserRow {
        UserRow {
            user: self.user,
            label: self.label.trim().to_owned(),
            role: self.role,
            password_hash,
            active: true,
            created_at: now,
        }
    }
}

/// Makes a user without a password and returns the one-time link by which the user sets one.
///
/// # Errors
/// When the id is taken or cannot be one, or the store fails.
pub async fn add_user(state: &AppState, actor: &str, new: NewUser) -> Result<String, UserError> {
    new.check()?;
    let now = state.now();
    let mut unit = state.store.begin().await?;
    if unit.user(state.tenant(), &new.user).await?.is_some() {
        return Err(UserError::Exists(new.user));
    }
    let (token, link) = link(state, LinkPurpose::SetPassword, Some(new.user.clone()), link_minutes(state))?;
    let row = new.into_row(None, now);
    unit.create_user(state.tenant(), &row).await?;
    unit.put_link(state.tenant(), &link).await?;
    unit.record_audit(state.tenant(), &audit(now, actor, "user.added", &row.user)).await?;
    unit.commit().await?;
    Ok(format!("{}/password/{token}", state.public_url))
}

/// A random link and its row.
pub(super) fn link(
    state: &AppState,
    purpose: LinkPurpose,
    user: Option<String>,
    minutes: i64,
) -> Result<(String, OneTimeLink), RandomError> {
    let bytes: [u8; LINK_TOKEN_LENGTH_BYTES] = random::bytes(&*state.random)?;
    let token = hex::encode(bytes);
    let now = state.now();
    let row = OneTimeLink {
        token_sha256: secret_hash(&token),
        purpose,
        user,
        created_at: now,
        expires_at: now.plus_ms(minutes.saturating_mul(60_000)),
    };
    Ok((token, row))
}

/// A new one-time link by which a user sets a password; a forgotten password is answered this way.
///
/// # Errors
/// When there is no such active user, or the store fails.
pub async fn new_password_link(state: &AppState, actor: &str, user: &str) -> Result<String, UserError> {
    let mut unit = state.store.begin().await?;
    let known = unit.user(state.tenant(), user).await?.is_some_and(|row| row.active);
    if !known {
        return Err(UserError::Missing(user.to_owned()));
    }
    let (token, link) = link(state, LinkPurpose::SetPassword, Some(user.to_owned()), link_minutes(state))?;
    unit.put_link(state.tenant(), &link).await?;
    unit.record_audit(state.tenant(), &audit(state.now(), actor, "user.link_made", user)).await?;
    unit.commit().await?;
    Ok(format!("{}/password/{token}", state.public_url))
}

/// A user's link lives as long as a counter's code: both are handed over by a person.
fn link_minutes(state: &AppState) -> i64 {
    i64::from(state.config.enrolment.code_hours) * 60
}

/// Sets the password of the user for whom a link was made. The link works once. Returns the user id.
///
/// # Errors
/// When the link or the password cannot be used, or the store fails.
pub async fn set_password_by_link(
    state: &AppState,
    token: &str,
    password: &str,
) -> Result<String, UserError> {
    let hash = state.passwords.hash(&*state.random, password).await?;
    let now = state.now();
    let mut unit = state.store.begin().await?;
    let used = unit.use_link(state.tenant(), &secret_hash(token), now).await?;
    let user = used.filter(|link| link.purpose == LinkPurpose::SetPassword).and_then(|link| link.user);
    let Some(user) = user else { return Err(UserError::Link) };
    let row = unit.user(state.tenant(), &user).await?.filter(|row| row.active).ok_or(UserError::Link)?;
    unit.update_user(state.tenant(), &UserRow { password_hash: Some(hash), ..row }).await?;
    unit.end_sessions_of(state.tenant(), &user).await?;
    unit.record_audit(state.tenant(), &audit(now, &user, "user.password_set", &user)).await?;
    unit.commit().await?;
    Ok(user)
}

/// Changes a user's password and ends every session of that user.
///
/// # Errors
/// When there is no such user, the password cannot be used, or the store fails.
pub async fn change_password(
    state: &AppState,
    actor: &str,
    user: &str,
    password: &str,
) -> Result<(), UserError> {
    let hash = state.passwords.hash(&*state.random, password).await?;
    change(state, actor, user, "user.password_set", |row| row.password_hash = Some(hash)).await
}

/// Lets a user sign in, or no longer; ends every session of that user.
///
/// # Errors
/// When there is no such user or the store fails.
pub async fn set_active(state: &AppState, actor: &str, user: &str, active: bool) -> Result<(), UserError> {
    let action = if active { "user.activated" } else { "user.deactivated" };
    change(state, actor, user, action, |row| row.active = active).await
}

async fn change(
    state: &AppState,
    actor: &str,
    user: &str,
    action: &str,
    edit: impl FnOnce(&mut UserRow),
) -> Result<(), UserError> {
    let mut unit = state.store.begin().await?;
    let found = unit.user(state.tenant(), user).await?;
    let Some(mut row) = found else { return Err(UserError::Missing(user.to_owned())) };
    edit(&mut row);
    unit.update_user(state.tenant(), &row).await?;
    unit.end_sessions_of(state.tenant(), user).await?;
    unit.record_audit(state.tenant(), &audit(state.now(), actor, action, user)).await?;
    Ok(unit.commit().await?)
}
