//! `/login`, `/logout`.
//!
//! Invariant: after the login one goes only to a path of this site.

use axum::{
    Form,
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use crate::{
    app::AppState,
    auth::{self, CurrentUser, LoginError, Peer, SESSION_COOKIE, SessionCookie},
    web::{
        failure::PageError,
        frame,
        view::{
            accounts::{LoginPage, LoginTrouble},
            shell::Section,
        },
    },
};

/// Where one goes after the login.
const HOME: &str = "/report";
/// Set on the address after signing out.
const SIGNED_OUT: &str = "/login?out=1";

/// Query of the login page.
#[derive(Debug, Deserialize)]
pub struct LoginQuery {
    next: Option<String>,
    out: Option<String>,
}

/// The login form. Not `Debug`: it holds a password.
#[derive(Deserialize)]
pub struct LoginForm {
    name: String,
    password: String,
    next: Option<String>,
}

/// A path of this site, or none: `//host` and `/\host` lead elsewhere.
fn own_path(path: Option<String>) -> Option<String> {
    path.filter(|path| path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n']))
}

/// `GET /login`
pub async fn show(
    State(state): State<AppState>,
    Query(query): Query<LoginQuery>,
    user: Option<CurrentUser>,
    jar: CookieJar,
) -> Result<Response, PageError> {
    if user.is_some() {
        return Ok(Redirect::to(HOME).into_response());
    }
    let had_session = jar.get(SESSION_COOKIE).is_some_and(|cookie| !cookie.value().is_empty());
    let trouble = match query.out {
        Some(_) => Some(LoginTrouble::SignedOut),
        None => had_session.then_some(LoginTrouble::Expired),
    };
    page(&state, String::new(), own_path(query.next), trouble)
}

/// `POST /login`
pub async fn sign_in(
    State(state): State<AppState>,
    Peer(from): Peer,
    jar: CookieJar,
    Form(form): Form<LoginForm>,
) -> Result<Response, PageError> {
    let next = own_path(form.next);
    match auth::login(&state, from, &form.name, &form.password).await {
        Ok(session) => {
            let to = next.unwrap_or_else(|| HOME.to_owned());
            Ok((jar.add(session.into_cookie()), Redirect::to(&to)).into_response())
        }
        Err(LoginError::Refused) => page(&state, form.name, next, Some(LoginTrouble::Wrong)),
        Err(LoginError::TooMany { minutes }) => {
            let wait_minutes = u32::try_from(minutes).unwrap_or(u32::MAX);
            page(&state, form.name, next, Some(LoginTrouble::TooMany { wait_minutes }))
        }
        Err(error) => Err(PageError::Fault { doing: "log in", source: Box::new(error) }),
    }
}

/// `POST /logout`
pub async fn sign_out(
    State(state): State<AppState>,
    user: CurrentUser,
    jar: CookieJar,
) -> Result<Response, PageError> {
    auth::logout(&state, &user).await?;
    Ok((jar.add(SessionCookie::removal()), Redirect::to(SIGNED_OUT)).into_response())
}

fn page(
    state: &AppState,
    name: String,
    next: Option<String>,
    trouble: Option<LoginTrouble>,
) -> Result<Response, PageError> {
    let shell = frame::shell(state, None, Section::Elsewhere)?;
    Ok(frame::page(&LoginPage { shell, name, next, trouble })?.into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_paths_are_followed() {
        for (path, followed) in [
            ("/report?date=2026-11-20", true),
            ("//evil.example", false),
            ("https://evil.example", false),
            ("/\\evil.example", false),
            ("", false),
        ] {
            assert_eq!(own_path(Some(path.to_owned())).is_some(), followed, "{path}");
        }
    }
}
