//! One-time links: the first administrator (`/first/{token}`) and a user's own password (`/password/{token}`).
//!
//! Invariant: looking at a link does not use it; a link that cannot be used says only that.

use axum::{
    Form,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use store::users::LinkPurpose;

use crate::{
    app::AppState,
    auth::{self, FirstError, UserError},
    keys::secret_hash,
    web::{
        failure::PageError,
        frame,
        view::{accounts::SetUpPage, failure::FailurePage, form::Field, shell::Section, words::Link},
    },
};

/// Shown where the two passwords differ.
pub(super) const DIFFERENT: &str = "二つのパスワードが違います。同じものを入力してください。";

/// The form. Not `Debug`: it holds a password.
#[derive(Deserialize)]
pub struct SetUpForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    label: String,
    password: String,
    again: String,
}

/// `GET /first/{token}`
pub async fn show_first(
    State(state): State<AppState>,
    Path(token): Path<String>,
) -> Result<Response, PageError> {
    if !auth::first_link_open(&state, &token).await.map_err(fault)? {
        return dead_link(&state);
    }
    page(&state, format!("/first/{token}"), None)
}

/// `POST /first/{token}`
pub async fn claim_first(
    State(state): State<AppState>,
    Path(token): Path<String>,
    jar: CookieJar,
    Form(form): Form<SetUpForm>,
) -> Result<Response, PageError> {
    let action = format!("/first/{token}");
    if form.password != form.again {
        return refused(&state, action, &form, None, Refused::Again);
    }
    match auth::claim_first_link(&state, &token, &form.name, &form.label, &form.password).await {
        Ok(session) => Ok((jar.add(session.into_cookie()), Redirect::to("/counters")).into_response()),
        Err(FirstError::User(error)) => refused_by(&state, action, &form, None, error),
        Err(FirstError::Login(error)) => {
            Err(PageError::Fault { doing: "open a session", source: Box::new(error) })
        }
    }
}

/// `GET /password/{token}`
pub async fn show_password(
    State(state): State<AppState>,
    Path(token): Path<String>,
) -> Result<Response, PageError> {
    match user_of(&state, &token).await? {
        Some(user) => page(&state, format!("/password/{token}"), Some(user)),
        None => dead_link(&state),
    }
}

/// `POST /password/{token}`
pub async fn set_password(
    State(state): State<AppState>,
    Path(token): Path<String>,
    Form(form): Form<SetUpForm>,
) -> Result<Response, PageError> {
    let Some(user) = user_of(&state, &token).await? else { return dead_link(&state) };
    let action = format!("/password/{token}");
    if form.password != form.again {
        return refused(&state, action, &form, Some(user), Refused::Again);
    }
    match auth::set_password_by_link(&state, &token, &form.password).await {
        Ok(_) => Ok(Redirect::to("/login").into_response()),
        Err(error) => refused_by(&state, action, &form, Some(user), error),
    }
}

/// The user for whom a password link was made, while it works.
async fn user_of(state: &AppState, token: &str) -> Result<Option<String>, PageError> {
    let mut unit = state.store.snapshot().await?;
    let found = unit.link(state.tenant(), &secret_hash(token), state.now()).await?;
    Ok(found.filter(|link| link.purpose == LinkPurpose::SetPassword).and_then(|link| link.user))
}

/// Which field was refused.
enum Refused {
    Name(String),
    Label(String),
    Password(String),
    Again,
}

fn refused_by(
    state: &AppState,
    action: String,
    form: &SetUpForm,
    user: Option<String>,
    error: UserError,
) -> Result<Response, PageError> {
    let sentence = error.to_string();
    let which = match error {
        UserError::Name | UserError::Exists(_) => Refused::Name(sentence),
        UserError::Label => Refused::Label(sentence),
        UserError::Password(_) => Refused::Password(sentence),
        UserError::Link | UserError::Missing(_) => return dead_link(state),
        UserError::Random(_) | UserError::Store(_) => return Err(fault(error)),
    };
    refused(state, action, form, user, which)
}

fn refused(
    state: &AppState,
    action: String,
    form: &SetUpForm,
    user: Option<String>,
    which: Refused,
) -> Result<Response, PageError> {
    let mut context = context(state, action, user)?;
    if !context.name_is_fixed {
        context.name = Field::typed(&form.name);
    }
    context.label = Field::typed(&form.label);
    match which {
        Refused::Name(why) => context.name.error = Some(why),
        Refused::Label(why) => context.label.error = Some(why),
        Refused::Password(why) => context.password.error = Some(why),
        Refused::Again => context.again.error = Some(DIFFERENT.to_owned()),
    }
    Ok((StatusCode::UNPROCESSABLE_ENTITY, frame::page(&context)?).into_response())
}

fn page(state: &AppState, action: String, user: Option<String>) -> Result<Response, PageError> {
    Ok(frame::page(&context(state, action, user)?)?.into_response())
}

fn context(state: &AppState, action: String, user: Option<String>) -> Result<SetUpPage, PageError> {
    Ok(SetUpPage {
        shell: frame::shell(state, None, Section::Elsewhere)?,
        action,
        name_is_fixed: user.is_some(),
        name: Field::typed(user.unwrap_or_default()),
        label: Field::default(),
        password: Field::default(),
        again: Field::default(),
    })
}

fn dead_link(state: &AppState) -> Result<Response, PageError> {
    let context = FailurePage {
        shell: frame::shell(state, None, Section::Elsewhere)?,
        status: StatusCode::GONE.as_u16(),
        title: "このリンクは使えません".to_owned(),
        english: "This link no longer works".to_owned(),
        text: "一度使われたか、期限が切れています。".to_owned(),
        steps: vec!["管理者に新しいリンクを頼んでください。".to_owned()],
        reference: None,
        onward: Link::new("ログイン画面へ", "/login"),
    };
    Ok((StatusCode::GONE, frame::page(&context)?).into_response())
}

fn fault(error: UserError) -> PageError {
    PageError::Fault { doing: "use a one-time link", source: Box::new(error) }
}
