//! 戻出 by two people: asked for from the sale, refused to the one who asked, approved by another, listed with books and number.

use crate::{
    browser::{Browser, Seen},
    day,
    support::{Centre, TODAY, sale_id},
};

/// The wallet sale of ¥900, whose day is closed.
fn sale_path() -> String {
    format!("/sales/{}", sale_id(4))
}

fn ask_path() -> String {
    format!("{}/refund", sale_path())
}

async fn closed_day(centre: &Centre) -> Browser<'_> {
    let (browser, mut counter) = day::play(centre).await;
    day::close(centre, &mut counter).await;
    browser
}

fn request<'a>(
    form: &'a str,
    amount: &'a str,
    ground: &'a str,
    way: &'a str,
    on: &'a str,
) -> [(&'a str, &'a str); 5] {
    [("form_id", form), ("amount", amount), ("ground", ground), ("way", way), ("refunded_on", on)]
}

/// Asks for ¥450 of the ¥900 and returns the refund's page.
async fn asked(browser: &Browser<'_>) -> String {
    let page = browser.get(&ask_path()).await;
    let form = page.field("class=\"card\" method", "form_id");
    let sent = browser.post(&ask_path(), &request(&form, "450", "二重決済のため", "acquirer", TODAY)).await;
    let to = sent.to.unwrap_or_else(|| panic!("{}", sent.html));
    to.strip_suffix("?done=requested").unwrap().to_owned()
}

#[tokio::test]
async fn before_the_close_the_counter_voids() {
    let centre = Centre::set_up().await;
    let (browser, _) = day::play(&centre).await;
    assert!(!browser.get(&sale_path()).await.html.contains("返金（戻出）を起案"));
    let page = browser.get(&ask_path()).await;
    assert!(page.html.contains("当日中は窓口で取消してください"), "{}", page.html);
    assert!(!page.html.contains("name=\"amount\""), "there is nothing to fill in");
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_said_beside_its_field() {
    let centre = Centre::set_up().await;
    let browser = closed_day(&centre).await;
    assert!(browser.get(&sale_path()).await.html.contains(&format!("href=\"{}\"", ask_path())));
    let mut page = browser.get(&ask_path()).await;
    assert_eq!(page.field("class=\"card\" method", "amount"), "900", "the whole, unless somebody says less");
    for (fields, id, sentence) in [
        (["901", "二重決済", "acquirer", TODAY], "amount-fault", "900円以下"),
        (["四百", "二重決済", "acquirer", TODAY], "amount-fault", "数字で"),
        (["450", "  ", "acquirer", TODAY], "ground-fault", "返金理由"),
        (["450", "4111111111111111 の方", "acquirer", TODAY], "ground-fault", "カード番号"),
        (["450", "二重決済", "", TODAY], "way-fault", "返金方法"),
        (["450", "二重決済", "acquirer", "2026-11-17"], "refunded_on-fault", "領収日"),
        (["450", "二重決済", "acquirer", "2026-12-24"], "refunded_on-fault", "先の日付"),
    ] {
        let form = page.field("class=\"card\" method", "form_id");
        let [amount, ground, way, on] = fields;
        page = browser.post(&ask_path(), &request(&form, amount, ground, way, on)).await;
        let fault =
            page.html.split(&format!("id=\"{id}\"")).nth(1).unwrap_or_else(|| panic!("{id}: {}", page.html));
        assert!(fault.split("</p>").next().unwrap().contains(sentence), "{fields:?}: {fault}");
        assert!(page.html.contains(&format!("value=\"{amount}\"")), "what was typed stands there again");
    }
    assert!(browser.get("/refunds").await.html.contains("承認を待つ返金はありません"), "nothing was kept");
    let cash = browser.get(&format!("/sales/{}/refund", sale_id(1))).await;
    assert!(!cash.html.contains("value=\"acquirer\""), "no acquirer gives cash back");
    let voided = browser.get(&format!("/sales/{}/refund", sale_id(3))).await;
    assert!(voided.html.contains("取消済みです"));
}

#[tokio::test]
async fn one_person_asks_and_another_approves() {
    let centre = Centre::set_up().await;
    let administrator = closed_day(&centre).await;
    let accountant = Browser::accountant(&centre).await;
    let path = asked(&administrator).await;

    // The one who asked cannot approve, an administrator neither: no buttons, and a form sent all the same is refused.
    let own = administrator.get(&path).await;
    assert!(
        own.html.contains("別の人の承認が必要です") && !own.html.contains("name=\"decision\""),
        "{}",
        own.html
    );
    let approve = |form: &'static str| [("form_id", form), ("decision", "approve"), ("note", "")];
    let refused = administrator.post(&path, &approve("a")).await;
    assert_eq!(refused.to, None);
    assert!(administrator.get("/refunds").await.html.contains("承認待ち"));

    let listed = accountant.get("/refunds").await;
    assert!(listed.html.contains(&path) && listed.html.contains("shimin-1-1-000004"), "{}", listed.html);
    let page = accountant.get(&path).await;
    let form = page.field("class=\"card\" method", "form_id");
    let nothing = accountant.post(&path, &[("form_id", "b"), ("decision", ""), ("note", "")]).await;
    assert!(nothing.html.contains("承認か差戻しかを選んでください"));
    let decided = [("form_id", form.as_str()), ("decision", "approve"), ("note", "")];
    let done = accountant.post(&path, &decided).await;
    assert_eq!(done.to.as_deref(), Some(format!("{path}?done=approved").as_str()), "{}", done.html);
    assert_eq!(accountant.post(&path, &decided).await, done, "the same form gives the first answer");

    let listed = accountant.get("/refunds").await;
    let rows = listed.html.split("id=\"decided\"").nth(1).unwrap();
    for words in [
        "令和8年度 第1号",
        "▲450",
        "令和8年度 戻出（減額調定）",
        "二重決済のため",
        "kanri",
        "kaikei",
        "承認済",
    ] {
        assert!(rows.contains(words), "{words}: {rows}");
    }
    let sale = accountant.get(&sale_path()).await;
    assert!(sale.html.contains("戻出 ▲450円 承認済") && sale.html.contains(&ask_path()), "450 is left");
    let left = accountant.get(&ask_path()).await;
    assert_eq!(left.field("class=\"card\" method", "amount"), "450");
    let month = accountant.get(&format!("/month/{}", &TODAY[..7])).await;
    let lane = month.html.split("id=\"refunds\"").nth(1).unwrap();
    assert!(lane.contains("▲450") && lane.contains("第1号"), "{lane}");
}

#[tokio::test]
async fn a_repeated_request_is_one_and_a_rejected_one_takes_nothing() {
    let centre = Centre::set_up().await;
    let administrator = closed_day(&centre).await;
    let accountant = Browser::accountant(&centre).await;
    let form = administrator.get(&ask_path()).await.field("class=\"card\" method", "form_id");
    let fields = request(&form, "900", "二重決済のため", "bank_transfer", TODAY);
    let first = administrator.post(&ask_path(), &fields).await;
    assert_eq!(administrator.post(&ask_path(), &fields).await, first);
    let path = first.to.unwrap().strip_suffix("?done=requested").unwrap().to_owned();
    let nothing_left = administrator.get(&ask_path()).await;
    assert!(nothing_left.html.contains("全額の返金が申請または承認"), "{}", nothing_left.html);

    let reject =
        |form: &'static str, note: &'static str| [("form_id", form), ("decision", "reject"), ("note", note)];
    let why: Seen = accountant.post(&path, &reject("r1", "")).await;
    assert!(why.html.contains("差し戻す理由") && why.html.contains("note-fault"), "{}", why.html);
    let done = accountant.post(&path, &reject("r2", "会社で確認したところ一件でした")).await;
    assert!(done.to.unwrap().ends_with("?done=rejected"));
    assert!(administrator.get(&path).await.html.contains("差し戻しました"));
    assert!(
        administrator.get(&sale_path()).await.html.contains("返金（戻出）を起案"),
        "all of it is left again"
    );
}
