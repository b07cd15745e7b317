//! `/password`: a user changes the own password.
//!
//! Invariant: the present password is asked for and counted like a login; afterwards every other session is over.

use axum::{
    Form,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use super::set_up::DIFFERENT;
use crate::{
    app::AppState,
    auth::{self, CurrentUser, LoginError, Peer, UserError},
    web::{
        failure::PageError,
        frame,
        view::{accounts::PasswordPage, form::Field, shell::Section},
    },
};

/// The form. Not `Debug`: it holds passwords.
#[derive(Deserialize)]
pub struct PasswordForm {
    current: String,
    password: String,
    again: String,
}

/// `GET /password`
pub async fn show(State(state): State<AppState>, user: CurrentUser) -> Result<Response, PageError> {
    Ok(frame::page(&context(&state, &user)?)?.into_response())
}

/// `POST /password`
pub async fn change(
    State(state): State<AppState>,
    user: CurrentUser,
    Peer(from): Peer,
    jar: CookieJar,
    Form(form): Form<PasswordForm>,
) -> Result<Response, PageError> {
    let mut context = context(&state, &user)?;
    if form.password != form.again {
        context.again.error = Some(DIFFERENT.to_owned());
        return refused(&context);
    }
    match auth::login(&state, from, &user.user, &form.current).await {
        Ok(_) => {}
        Err(LoginError::Refused) => {
            context.current.error = Some("今のパスワードが違います。".to_owned());
            return refused(&context);
        }
        Err(error @ LoginError::TooMany { .. }) => {
            context.current.error = Some(error.to_string());
            return refused(&context);
        }
        Err(error) => return Err(PageError::Fault { doing: "check the password", source: Box::new(error) }),
    }
    match auth::change_password(&state, &user.user, &user.user, &form.password).await {
        Ok(()) => {}
        Err(error @ UserError::Password(_)) => {
            context.password.error = Some(error.to_string());
            return refused(&context);
        }
        Err(error) => return Err(PageError::Fault { doing: "change the password", source: Box::new(error) }),
    }
    // The change ended every session of the user, this one too: a new one for this browser.
    let session = auth::login(&state, from, &user.user, &form.password)
        .await
        .map_err(|error| PageError::Fault { doing: "open a session", source: Box::new(error) })?;
    Ok((jar.add(session.into_cookie()), Redirect::to("/report")).into_response())
}

fn refused(context: &PasswordPage) -> Result<Response, PageError> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, frame::page(context)?).into_response())
}

fn context(state: &AppState, user: &CurrentUser) -> Result<PasswordPage, PageError> {
    Ok(PasswordPage {
        shell: frame::shell(state, Some(user), Section::Elsewhere)?,
        form: frame::form_id(state)?,
        current: Field::default(),
        password: Field::default(),
        again: Field::default(),
    })
}
