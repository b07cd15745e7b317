//! Who may do what: the first administrator, logging in, roles, cross-site posts, headers.

use std::net::{IpAddr, Ipv4Addr};

use recon_server::{
    api::PATH_DAILY_REPORT,
    auth::{self, LoginError, NewUser, Role},
};
use reqwest::StatusCode;

use crate::support::{Centre, TODAY, problem};

const PASSWORD: &str = "長くて覚えやすい合言葉";
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn token(link: &str) -> &str {
    link.rsplit('/').next().unwrap()
}

/// The first administrator; gives the cookie.
async fn administrator(centre: &Centre) -> String {
    let link = centre.server.first_login_link().unwrap().to_owned();
    let session = auth::claim_first_link(centre.state(), token(&link), "kanri", "管理者", PASSWORD).await;
    session.unwrap_or_else(|error| panic!("{error}")).into_cookie().stripped().to_string()
}

async fn login(centre: &Centre, user: &str, password: &str) -> Result<String, LoginError> {
    let session = auth::login(centre.state(), HERE, user, password).await?;
    Ok(session.into_cookie().stripped().to_string())
}

async fn report(centre: &Centre, cookie: Option<&str>) -> reqwest::Response {
    let url = centre.url(&format!("{PATH_DAILY_REPORT}?date={TODAY}"));
    let request = centre.http.get(url);
    match cookie {
        Some(cookie) => request.header("cookie", cookie).send().await.unwrap(),
        None => request.send().await.unwrap(),
    }
}

#[tokio::test]
async fn the_first_link_makes_one_administrator() {
    let centre = Centre::set_up().await;
    let link = centre.server.first_login_link().unwrap().to_owned();
    assert!(auth::first_link_open(centre.state(), token(&link)).await.unwrap());
    let cookie = administrator(&centre).await;
    assert_eq!(report(&centre, Some(&cookie)).await.status(), StatusCode::OK);
    assert!(!auth::first_link_open(centre.state(), token(&link)).await.unwrap());
    let again = auth::claim_first_link(centre.state(), token(&link), "second", "二人目", PASSWORD).await;
    assert!(again.is_err());
    assert_eq!(auth::make_first_link(centre.state()).await.unwrap(), None);
}

#[tokio::test]
async fn a_first_link_expires() {
    let centre = Centre::empty().await;
    let link = centre.server.first_login_link().unwrap().to_owned();
    centre.clock.set(centre.now().plus_ms(61 * 60_000));
    assert!(!auth::first_link_open(centre.state(), token(&link)).await.unwrap());
}

#[tokio::test]
async fn sessions_end_by_logout_idleness_and_age() {
    let centre = Centre::set_up().await;
    administrator(&centre).await;
    assert_eq!(report(&centre, None).await.status(), StatusCode::FORBIDDEN);
    let cookie = login(&centre, "kanri", PASSWORD).await.unwrap();
    for _ in 0..13 {
        centre.clock.set(centre.now().plus_ms(50 * 60_000));
        assert_eq!(report(&centre, Some(&cookie)).await.status(), StatusCode::OK, "used within the hour");
    }
    centre.clock.set(centre.now().plus_ms(3 * 3_600_000));
    assert_eq!(report(&centre, Some(&cookie)).await.status(), StatusCode::FORBIDDEN, "idle");
    let cookie = login(&centre, "kanri", PASSWORD).await.unwrap();
    for _ in 0..15 {
        centre.clock.set(centre.now().plus_ms(50 * 60_000));
        report(&centre, Some(&cookie)).await;
    }
    assert_eq!(report(&centre, Some(&cookie)).await.status(), StatusCode::FORBIDDEN, "12 hours old");
    let bent = format!("{cookie}x");
    assert_eq!(report(&centre, Some(&bent)).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn wrong_passwords_are_counted_per_user() {
    let centre = Centre::set_up().await;
    administrator(&centre).await;
    for _ in 0..5 {
        assert!(matches!(login(&centre, "kanri", "ちがう合言葉です。。").await, Err(LoginError::Refused)));
        assert!(matches!(
            login(&centre, "nobody", PASSWORD).await,
            Err(LoginError::Refused | LoginError::TooMany { .. })
        ));
    }
    let blocked = login(&centre, "kanri", PASSWORD).await;
    assert!(matches!(blocked, Err(LoginError::TooMany { minutes: 15 })), "{:?}", blocked.err());
    centre.clock.set(centre.now().plus_ms(15 * 60_000));
    assert!(login(&centre, "kanri", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn an_accountant_reads_reports_and_a_stopped_user_nothing() {
    let centre = Centre::set_up().await;
    administrator(&centre).await;
    let new = NewUser { user: "kaikei".to_owned(), label: "会計課".to_owned(), role: Role::Accountant };
    let link = auth::add_user(centre.state(), "kanri", new.clone()).await.unwrap();
    assert!(auth::add_user(centre.state(), "kanri", new).await.is_err(), "the id is taken");
    assert!(login(&centre, "kaikei", "").await.is_err(), "no password yet");
    assert_eq!(auth::set_password_by_link(centre.state(), token(&link), PASSWORD).await.unwrap(), "kaikei");
    assert!(auth::set_password_by_link(centre.state(), token(&link), PASSWORD).await.is_err(), "once");
    let cookie = login(&centre, "kaikei", PASSWORD).await.unwrap();
    assert_eq!(report(&centre, Some(&cookie)).await.status(), StatusCode::OK);
    auth::set_active(centre.state(), "kanri", "kaikei", false).await.unwrap();
    assert_eq!(report(&centre, Some(&cookie)).await.status(), StatusCode::FORBIDDEN);
    assert!(login(&centre, "kaikei", PASSWORD).await.is_err());
}

#[tokio::test]
async fn only_administrators_pass_where_they_alone_may() {
    let centre = Centre::set_up().await;
    administrator(&centre).await;
    let new = NewUser { user: "kaikei".to_owned(), label: "会計課".to_owned(), role: Role::Accountant };
    let link = auth::add_user(centre.state(), "kanri", new).await.unwrap();
    auth::set_password_by_link(centre.state(), token(&link), PASSWORD).await.unwrap();
    for (user, status) in [("kanri", StatusCode::OK), ("kaikei", StatusCode::FORBIDDEN)] {
        let cookie = login(&centre, user, PASSWORD).await.unwrap();
        let response = centre.http.get(centre.url("/users")).header("cookie", cookie).send().await.unwrap();
        assert_eq!(response.status(), status, "{user}");
    }
}

#[tokio::test]
async fn other_sites_cannot_post_and_pages_load_nothing_foreign() {
    let centre = Centre::empty().await;
    let foreign = centre
        .http
        .post(centre.url("/login"))
        .header("origin", "https://evil.example")
        .header("sec-fetch-site", "cross-site")
        .body("")
        .send()
        .await
        .unwrap();
    let (status, code, _) = problem(foreign).await;
    assert_eq!((status, code.as_str()), (403, "forbidden"));
    let page = centre.http.get(centre.url("/login")).header("accept", "text/html").send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(page.headers()["x-content-type-options"], "nosniff");
}

#[tokio::test]
async fn browsers_are_led_to_the_login_page() {
    let centre = Centre::empty().await;
    let page = centre.http.get(centre.url("/users")).header("accept", "text/html").send().await.unwrap();
    assert_eq!(
        (page.status(), page.headers()["location"].to_str().unwrap()),
        (StatusCode::SEE_OTHER, "/login")
    );
}
