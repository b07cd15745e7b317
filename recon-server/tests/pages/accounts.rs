//! Login, first administrator, users, password: what a person sees when it works and when it does not.

use crate::{
    browser::{Browser, PASSWORD},
    support::Centre,
};

#[tokio::test]
async fn nobody_sees_anything_without_a_login() {
    let centre = Centre::set_up().await;
    let outside = Browser::outside(&centre);
    for path in [
        "/report",
        "/imports",
        "/unknowns",
        "/counters",
        "/users",
        "/password",
        "/sales/x",
        "/month",
        "/papers",
        "/refunds",
    ] {
        let seen = outside.get(path).await;
        assert_eq!((seen.status, seen.to.as_deref()), (303, Some("/login")), "{path}");
    }
    assert_eq!(outside.get("/").await.to.as_deref(), Some("/report"));
    let login = outside.get("/login").await;
    assert_eq!(login.status, 200);
    assert!(login.html.contains("利用者ID") && !login.html.contains("aria-label=\"主な画面\""));
    let stylesheet = outside.get("/assets/centre.css").await;
    assert_eq!(stylesheet.status, 200);
}

#[tokio::test]
async fn a_refused_login_says_neither_which_nor_leads_elsewhere() {
    let centre = Centre::set_up().await;
    Browser::administrator(&centre).await;
    let outside = Browser::outside(&centre);
    let wrong =
        outside.post("/login", &[("name", "kanri"), ("password", "x"), ("next", "//evil.example")]).await;
    assert_eq!(wrong.status, 200);
    assert!(
        wrong.html.contains("利用者IDまたはパスワードが違います") && wrong.html.contains("value=\"kanri\"")
    );
    assert!(!wrong.html.contains("evil.example"));
    let unknown = outside.post("/login", &[("name", "nobody"), ("password", "x")]).await;
    assert!(unknown.html.contains("利用者IDまたはパスワードが違います"));
    let right = [("name", "kanri"), ("password", PASSWORD), ("next", "//evil.example")];
    assert_eq!(outside.post("/login", &right).await.to.as_deref(), Some("/report"));
    let right = [("name", "kanri"), ("password", PASSWORD), ("next", "/counters")];
    assert_eq!(outside.post("/login", &right).await.to.as_deref(), Some("/counters"));
    for _ in 0..5 {
        outside.post("/login", &[("name", "kanri"), ("password", "x")]).await;
    }
    let too_many = outside.post("/login", &right).await;
    assert!(too_many.html.contains("いまは受け付けません"), "{}", too_many.html);
}

#[tokio::test]
async fn the_first_administrator_comes_through_the_link_once() {
    let centre = Centre::set_up().await;
    let link = centre.server.first_login_link().unwrap().to_owned();
    let path = link.strip_prefix(centre.server.url()).unwrap();
    let outside = Browser::outside(&centre);
    assert!(outside.get(path).await.html.contains("初回管理者の登録"));
    let form = |password: &'static str, again: &'static str| {
        [("name", "kanri"), ("label", "会計課 管理者"), ("password", password), ("again", again)]
    };
    let short = outside.post(path, &form("short", "short")).await;
    assert_eq!(short.status, 422);
    assert!(short.html.contains("パスワードは10文字以上") && !short.html.contains("value=\"short\""));
    assert!(
        outside
            .post(path, &form(PASSWORD, "different-words"))
            .await
            .html
            .contains("二つのパスワードが違います")
    );
    assert_eq!(outside.post(path, &form(PASSWORD, PASSWORD)).await.status, 303);
    let again = outside.get(path).await;
    assert_eq!(again.status, 410);
    assert!(again.html.contains("このリンクは使えません"));
}

#[tokio::test]
async fn only_administrators_manage_users() {
    let centre = Centre::set_up().await;
    let administrator = Browser::administrator(&centre).await;
    let accountant = Browser::accountant(&centre).await;
    let refused = accountant.get("/users").await;
    assert_eq!(refused.status, 403);
    assert!(
        refused.html.starts_with("<!doctype html>") && refused.html.contains("管理者だけ"),
        "{}",
        refused.html
    );
    assert!(!accountant.get("/report").await.html.contains("href=\"/users\""));

    let page = administrator.get("/users").await;
    let form = page.field("利用者を追加", "form_id");
    let fields =
        [("form_id", form.as_str()), ("name", "shinsa"), ("label", "審査係"), ("role", "accountant")];
    let added = administrator.post("/users", &fields).await;
    assert!(added.html.contains("shinsa さんのパスワード登録用リンク"), "{}", added.html);
    assert_eq!(administrator.post("/users", &fields).await, added, "the same form gives the first answer");
    let link = added.html.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let path = link.strip_prefix(centre.server.url()).unwrap().to_owned();
    let outside = Browser::outside(&centre);
    assert!(outside.get(&path).await.html.contains("パスワードの登録"));
    assert_eq!(outside.post(&path, &[("password", PASSWORD), ("again", PASSWORD)]).await.status, 303);

    let page = administrator.get("/users").await;
    let form = page.field("/users/kaikei/active", "form_id");
    let stopped = administrator.post("/users/kaikei/active", &[("form_id", &form), ("active", "no")]).await;
    assert_eq!(stopped.to.as_deref(), Some("/users?done=stopped"));
    assert_eq!(accountant.get("/report").await.status, 303, "a stopped user is out at once");
    let own = administrator.post("/users/kanri/active", &[("form_id", "x"), ("active", "no")]).await;
    assert_eq!(own.status, 400, "nobody stops the own account");
}

#[tokio::test]
async fn a_password_is_changed_with_the_present_one() {
    let centre = Centre::set_up().await;
    let mut browser = Browser::administrator(&centre).await;
    let new = "もうひとつの長い合言葉";
    let form = |current: &'static str| [("current", current), ("password", new), ("again", new)];
    let refused = browser.post("/password", &form("違う合言葉です")).await;
    assert!(refused.html.contains("今のパスワードが違います"));
    assert_eq!(browser.post("/password", &form(PASSWORD)).await.to.as_deref(), Some("/report"));
    assert_eq!(browser.get("/report").await.status, 303, "the old session is over");
    browser.cookie.clear();
    assert_eq!(browser.post("/login", &[("name", "kanri"), ("password", new)]).await.status, 303);
}

#[tokio::test]
async fn failures_wear_the_same_clothes_and_show_no_internals() {
    let centre = Centre::set_up().await;
    let browser = Browser::administrator(&centre).await;
    for (path, status) in [
        ("/nowhere", 404),
        ("/imports/999", 404),
        ("/sales/not-an-id", 404),
        ("/report?date=2026-13-01", 400),
    ] {
        let seen = browser.get(path).await;
        assert_eq!(seen.status, status, "{path}");
        assert!(seen.html.starts_with("<!doctype html>") && seen.html.contains("収納日報へ"), "{path}");
        assert!(!seen.html.contains("rror"), "{path}: no internals");
    }
    let cross = centre
        .http
        .post(centre.url("/users"))
        .header("accept", "text/html")
        .header("sec-fetch-site", "cross-site");
    let cross = cross.header("cookie", &browser.cookie).body("name=x").send().await.unwrap();
    assert_eq!(cross.status(), 403);
    let words = cross.text().await.unwrap();
    assert!(words.starts_with("<!doctype html>") && words.contains("別のサイトから送られた操作"), "{words}");
    let program = centre.http.get(centre.url("/nowhere")).send().await.unwrap();
    assert_eq!(program.status(), 404);
    assert_eq!(program.text().await.unwrap(), "", "a program gets no page");
}
