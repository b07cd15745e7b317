//! Counters and decisions: codes shown once, 休業 with a reason, unknown results decided by evidence.

use domain::{inbox::InboxItem, payment::Evidence};
use journal::wire::InboxReply;

use crate::{
    browser::Browser,
    day, journal_day,
    support::{Centre, attempt_id, read},
};

#[tokio::test]
async fn an_enrolment_code_is_shown_once() {
    let centre = Centre::set_up().await;
    let browser = Browser::administrator(&centre).await;
    let page = browser.get("/counters").await;
    assert!(page.html.contains("未登録"));
    let form = page.field("/counters/shimin-1/enrolment", "form_id");
    let shown = browser.post("/counters/shimin-1/enrolment", &[("form_id", &form)]).await;
    let code =
        shown.html.split("class=\"secret\"><code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert_eq!(
        browser.post("/counters/shimin-1/enrolment", &[("form_id", &form)]).await,
        shown,
        "a second click"
    );
    assert!(!browser.get("/counters").await.html.contains(&code), "shown on one page only");
    assert_eq!(centre.try_enrol(&code).await.status(), 200, "and it works");
    assert_eq!(browser.post("/counters/nowhere/enrolment", &[("form_id", "y")]).await.status, 404);
    let accountant = Browser::accountant(&centre).await;
    assert!(!accountant.get("/counters").await.html.contains("/enrolment"));
    assert_eq!(accountant.post("/counters/shimin-1/enrolment", &[("form_id", "z")]).await.status, 403);
}

#[tokio::test]
async fn a_closed_day_is_entered_with_a_reason_and_taken_back() {
    let centre = Centre::set_up().await;
    let browser = Browser::administrator(&centre).await;
    let page = browser.get("/counters").await;
    let form = page.field("action=\"/counters/holidays\"", "form_id");
    let fields = |reason| {
        [("form_id", form.as_str()), ("counter", "shimin-1"), ("day", "2026-11-19"), ("reason", reason)]
    };
    let refused = browser.post("/counters/holidays", &fields(" ")).await;
    assert!(refused.html.contains("理由を200文字までで書いてください"));
    let form = refused.field("action=\"/counters/holidays\"", "form_id");
    let fields =
        [("form_id", form.as_str()), ("counter", "shimin-1"), ("day", "2026-11-19"), ("reason", "空調工事")];
    assert_eq!(
        browser.post("/counters/holidays", &fields).await.to.as_deref(),
        Some("/counters?done=closed")
    );
    let listed = browser.get("/counters?done=closed").await;
    assert!(listed.html.contains("空調工事") && listed.html.contains("休業を登録しました"));
    let withdraw = [("form_id", "w"), ("counter", "shimin-1"), ("day", "2026-11-19")];
    assert_eq!(browser.post("/counters/holidays/withdraw", &withdraw).await.status, 303);
    assert!(!browser.get("/counters").await.html.contains("空調工事"));
}

#[tokio::test]
async fn an_unknown_result_is_decided_by_evidence_and_told_to_the_counter_once() {
    let centre = Centre::set_up().await;
    let (browser, counter) = day::play(&centre).await;
    let path = format!("/unknowns/{}", attempt_id(journal_day::UNKNOWN));
    assert!(browser.get("/unknowns").await.html.contains(&path));
    let page = browser.get(&path).await;
    assert!(
        page.html.contains("線が切れました") && page.html.contains("不成立の証拠になりません"),
        "{}",
        page.html
    );
    let form = page.field("class=\"card\" method", "form_id");
    let fields = |form: &str, evidence: &str, reason: &str| {
        [("form_id", form), ("evidence", evidence), ("decision", "not_charged"), ("reason", reason)]
            .map(|(name, value)| (name, value.to_owned()))
    };
    let refused = fields(&form, "absent", "行がない");
    let refused = browser.post(&path, &refused.each_ref().map(|(name, value)| (*name, value.as_str()))).await;
    assert!(refused.html.contains("行がないことは証拠になりません"), "{}", refused.html);
    let form = refused.field("class=\"card\" method", "form_id");
    let decided = fields(&form, "person", "11月18日に決済会社へ電話で照会");
    let decided = decided.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(browser.post(&path, &decided).await.to.as_deref(), Some("/unknowns?done=1"));
    assert_eq!(browser.post(&path, &decided).await.status, 303);

    let inbox: InboxReply = read(centre.inbox(&counter, 0).await).await;
    let [item] = inbox.items.as_slice() else { panic!("{:?}", inbox.items) };
    let InboxItem::AttemptNotCharged { attempt, evidence: Evidence::Person { operator, basis } } = &item.item
    else {
        panic!("{item:?}")
    };
    assert_eq!((*attempt, operator.as_str()), (attempt_id(journal_day::UNKNOWN), "kanri"));
    assert_eq!(basis, "11月18日に決済会社へ電話で照会");
    assert!(browser.get("/unknowns").await.html.contains("窓口の記帳待ち"));
    assert!(browser.get(&path).await.html.contains("受信箱1番"), "no form any more");
}
