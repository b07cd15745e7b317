//! The frame of a page: who is signed in, where one is, and how a context becomes an answer.

use askama::Template;
use axum::response::Html;
use store::users::Role as StoredRole;
use uuid::Builder;

use super::{
    failure::PageError,
    view::{
        form::FormId,
        shell::{Notice, Role, Section, Shell, Tone, UserBadge},
    },
};
use crate::{app::AppState, auth::CurrentUser, random};

/// A page as an answer.
///
/// # Errors
/// When the template cannot be written.
pub fn page(context: &impl Template) -> Result<Html<String>, PageError> {
    Ok(Html(context.render()?))
}

/// The frame of a page.
///
/// # Errors
/// When there are no random bytes for the forms.
pub fn shell(state: &AppState, user: Option<&CurrentUser>, section: Section) -> Result<Shell, PageError> {
    Ok(Shell {
        tenant: state.config.tenant.name.clone(),
        user: user.map(|user| UserBadge { name: user.label.clone(), role: role(user.role) }),
        section,
        notice: None,
        logout_form: form_id(state)?,
        made_at: state.now().to_paper(),
    })
}

/// The frame with a sentence about what was just done.
pub fn saying(shell: Shell, tone: Tone, text: impl Into<String>) -> Shell {
    Shell { notice: Some(Notice { tone, text: text.into() }), ..shell }
}

/// A new form's id.
///
/// # Errors
/// When there are no random bytes.
pub fn form_id(state: &AppState) -> Result<FormId, PageError> {
    Ok(FormId(Builder::from_random_bytes(random::bytes(&*state.random)?).into_uuid()))
}

/// The role as pages word it.
#[must_use]
pub const fn role(stored: StoredRole) -> Role {
    match stored {
        StoredRole::Administrator => Role::Administrator,
        StoredRole::Accountant => Role::Accountant,
    }
}

/// The role as the store keeps it.
#[must_use]
pub const fn stored_role(role: Role) -> StoredRole {
    match role {
        Role::Administrator => StoredRole::Administrator,
        Role::Accountant => StoredRole::Accountant,
    }
}
