//! `/users`: administrators list, add, stop users, and hand out password links.
//!
//! Invariants: a link stands on one page only, the answer to the form that made it; nobody stops the own account.

use axum::{
    Extension, Form,
    extract::{Path, Query, State},
};
use serde::Deserialize;
use store::users::{LinkPurpose, OneTimeLink as StoredLink, UserRow};

use crate::{
    app::AppState,
    auth::{self, Administrator, CurrentUser, NewUser, UserError},
    keys::secret_hash,
    random,
    web::{
        answers::{Answer, Answers},
        failure::PageError,
        frame,
        view::{
            accounts::{OneTimeLink, UserLine, UsersPage},
            form::Field,
            shell::{Role, Section, Tone},
        },
    },
};
use std::sync::Arc;

use super::day_and_time;

/// Random bytes of a link.
const LINK_TOKEN_LENGTH_BYTES: usize = 24;
/// Milliseconds of an hour.
const HOUR_MS: i64 = 3_600_000;

/// What was just done.
#[derive(Debug, Deserialize)]
pub struct Done {
    done: Option<String>,
}

/// The form of a new user.
#[derive(Debug, Deserialize)]
pub struct AddForm {
    form_id: String,
    name: String,
    label: String,
    role: String,
}

/// A form with nothing but its id.
#[derive(Debug, Deserialize)]
pub struct PlainForm {
    form_id: String,
}

/// The form that stops a user or lets one in again.
#[derive(Debug, Deserialize)]
pub struct ActiveForm {
    form_id: String,
    active: String,
}

/// `GET /users`
pub async fn list(
    State(state): State<AppState>,
    Administrator(user): Administrator,
    Query(query): Query<Done>,
) -> Result<Answer, PageError> {
    let mut page = context(&state, &user).await?;
    let said = match query.done.as_deref() {
        Some("stopped") => Some("利用を停止しました。ログイン中の画面も切れます。"),
        Some("resumed") => Some("利用を再開しました。"),
        _ => None,
    };
    if let Some(text) = said {
        page.shell = frame::saying(page.shell, Tone::Done, text);
    }
    Ok(frame::page(&page)?.into())
}

/// `POST /users`
pub async fn add(
    State(state): State<AppState>,
    Extension(answers): Extension<Arc<Answers>>,
    Administrator(user): Administrator,
    Form(form): Form<AddForm>,
) -> Result<Answer, PageError> {
    let role = Role::from_code(&form.role).ok_or(PageError::BadForm("role"))?;
    let act = async {
        let new =
            NewUser { user: form.name.clone(), label: form.label.clone(), role: frame::stored_role(role) };
        let added = auth::add_user(&state, &user.user, new).await;
        let mut page = context(&state, &user).await?;
        match added {
            Ok(url) => page.link = Some(link_of(&state, &form.name, url)),
            Err(error) => {
                let sentence = error.to_string();
                page.role = role;
                page.name = Field::typed(&form.name);
                page.label = Field::typed(&form.label);
                match error {
                    UserError::Name | UserError::Exists(_) => page.name.error = Some(sentence),
                    UserError::Label => page.label.error = Some(sentence),
                    other => return Err(PageError::Fault { doing: "add a user", source: Box::new(other) }),
                }
            }
        }
        Ok(frame::page(&page)?.into())
    };
    answers.once(&user.user, &form.form_id, state.now(), act).await
}

/// `POST /users/{user}/link`
pub async fn renew_link(
    State(state): State<AppState>,
    Extension(answers): Extension<Arc<Answers>>,
    Administrator(user): Administrator,
    Path(name): Path<String>,
    Form(form): Form<PlainForm>,
) -> Result<Answer, PageError> {
    let act = async {
        let url = make_link(&state, &user, &name).await?;
        let mut page = context(&state, &user).await?;
        page.link = Some(link_of(&state, &name, url));
        Ok(frame::page(&page)?.into())
    };
    answers.once(&user.user, &form.form_id, state.now(), act).await
}

/// `POST /users/{user}/active`
pub async fn set_active(
    State(state): State<AppState>,
    Extension(answers): Extension<Arc<Answers>>,
    Administrator(user): Administrator,
    Path(name): Path<String>,
    Form(form): Form<ActiveForm>,
) -> Result<Answer, PageError> {
    if name == user.user {
        return Err(PageError::BadForm("one's own account"));
    }
    let active = form.active == "yes";
    let act = async {
        match auth::set_active(&state, &user.user, &name, active).await {
            Ok(()) => Ok(Answer::See(format!("/users?done={}", if active { "resumed" } else { "stopped" }))),
            Err(UserError::Missing(_)) => Err(PageError::NotFound),
            Err(error) => Err(PageError::Fault { doing: "change a user", source: Box::new(error) }),
        }
    };
    answers.once(&user.user, &form.form_id, state.now(), act).await
}

/// A link by which an existing, active user sets a new password.
async fn make_link(state: &AppState, actor: &CurrentUser, name: &str) -> Result<String, PageError> {
    let token = hex::encode(random::bytes::<LINK_TOKEN_LENGTH_BYTES>(&*state.random)?);
    let now = state.now();
    let mut unit = state.store.begin().await?;
    let found = unit.user(state.tenant(), name).await?.filter(|row| row.active);
    let Some(row) = found else { return Err(PageError::NotFound) };
    let link = StoredLink {
        token_sha256: secret_hash(&token),
        purpose: LinkPurpose::SetPassword,
        user: Some(row.user.clone()),
        created_at: now,
        expires_at: now.plus_ms(link_life_ms(state)),
    };
    unit.put_link(state.tenant(), &link).await?;
    let entry = auth::audit(now, &actor.user, "user.link_renewed", &row.user);
    unit.record_audit(state.tenant(), &entry).await?;
    unit.commit().await?;
    Ok(format!("{}/password/{token}", state.public_url))
}

fn link_life_ms(state: &AppState) -> i64 {
    i64::from(state.config.enrolment.code_hours).saturating_mul(HOUR_MS)
}

fn link_of(state: &AppState, user: &str, url: String) -> OneTimeLink {
    let expires = day_and_time(state.now().plus_ms(link_life_ms(state)));
    OneTimeLink { user: user.to_owned(), url, expires }
}

async fn context(state: &AppState, user: &CurrentUser) -> Result<UsersPage, PageError> {
    let rows = state.store.snapshot().await?.users(state.tenant()).await?;
    let users = rows.iter().map(|row| line(state, user, row)).collect::<Result<_, _>>()?;
    Ok(UsersPage {
        shell: frame::shell(state, Some(user), Section::Users)?,
        users,
        link: None,
        form: frame::form_id(state)?,
        name: Field::default(),
        label: Field::default(),
        role: Role::Accountant,
    })
}

fn line(state: &AppState, user: &CurrentUser, row: &UserRow) -> Result<UserLine, PageError> {
    Ok(UserLine {
        name: row.user.clone(),
        label: row.label.clone(),
        role: frame::role(row.role),
        active: row.active,
        waiting: row.password_hash.is_none(),
        created: row.created_at.date().to_japanese(),
        is_self: row.user == user.user,
        form: frame::form_id(state)?,
    })
}
