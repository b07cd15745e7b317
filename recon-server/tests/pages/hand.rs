//! 手入力 as two people work with it: typed, refused with what is wrong, approved, seen behind the number, taken back.

use crate::{
    browser::{Browser, Seen},
    support::{Centre, TODAY},
    support_files::bank,
};

const ACCOUNT: &str = "0001-001-1-0001234567";
const SCAN: &[u8] = b"\x89PNG\r\n\x1a\npage three of the passbook";

/// An earlier file of another day names the account.
async fn known_account(centre: &Centre) {
    let earlier = recon_server::jobs::import::Upload {
        source: "bank".parse().unwrap(),
        name: "bank.txt".to_owned(),
        bytes: bank("2026-11-16", &[(5_000, "ﾔﾏﾀﾞ")]),
        period: None,
        uploader: "test".to_owned(),
    };
    recon_server::jobs::import::import(centre.state(), earlier).await.unwrap();
}

async fn new_form(typist: &Browser<'_>) -> String {
    let page = typist.get("/hand/deposit").await;
    assert!(page.html.contains(&format!("<option value=\"{ACCOUNT}\"")), "{}", page.html);
    page.field("class=\"card\" method", "form_id")
}

async fn send(typist: &Browser<'_>, form: &str, amount: &str, scan: &[u8]) -> Seen {
    let fields = [
        ("form_id", form),
        ("account", ACCOUNT),
        ("booked_on", TODAY),
        ("amount", amount),
        ("kana", "ペイペイ（カ"),
        ("summary", ""),
        ("reason", "普通預金通帳 3ページ"),
    ];
    typist.upload("/hand/deposit", &fields, "page.png", scan).await
}

/// Types a deposit; gives its wish.
async fn typed(typist: &Browser<'_>) -> String {
    let form = new_form(typist).await;
    let sent = send(typist, &form, "29,347", SCAN).await;
    let wish = sent.to.unwrap_or_else(|| panic!("{}", sent.html));
    let wish = wish.strip_suffix("?done=requested").unwrap().to_owned();
    let again = send(typist, &form, "29,347", SCAN).await;
    assert!(again.to.is_some_and(|to| to.starts_with(&wish)), "a second click is the same entry");
    wish
}

async fn approve(browser: &Browser<'_>, wish: &str) {
    let form = browser.get(wish).await.field("class=\"card\" method", "form_id");
    let done = browser.post(wish, &[("form_id", &form), ("decision", "approve"), ("note", "")]).await;
    assert_eq!(done.to.as_deref(), Some(format!("{wish}?done=approved").as_str()), "{}", done.html);
}

#[tokio::test]
async fn what_is_wrong_is_said_beside_its_field() {
    let centre = Centre::set_up().await;
    let typist = Browser::administrator(&centre).await;
    known_account(&centre).await;
    assert!(typist.get("/imports").await.links().contains(&"/hand".to_owned()));
    let empty = typist.get("/hand").await;
    assert!(empty.html.contains("承認された手入力はまだありません"), "{}", empty.html);
    let form = new_form(&typist).await;
    let wrong = send(&typist, &form, "三百円", SCAN).await;
    assert!(wrong.html.contains("id=\"amount-fault\"") && wrong.html.contains("三百円"), "{}", wrong.html);
    let form = wrong.field("class=\"card\" method", "form_id");
    let wrong = send(&typist, &form, "29,347", b"<html>").await;
    assert!(wrong.html.contains("PDF、PNG、JPEG のどれか"), "{}", wrong.html);
    let form = wrong.field("class=\"card\" method", "form_id");
    assert!(send(&typist, &form, "29,347", SCAN).await.to.is_some(), "put right, it is asked for");
}

#[tokio::test]
async fn a_scan_is_handed_out_as_a_download() {
    let centre = Centre::set_up().await;
    let typist = Browser::administrator(&centre).await;
    known_account(&centre).await;
    let wish = typed(&typist).await;
    let page = typist.get(&wish).await;
    let scan = format!("{wish}/scan");
    assert!(page.links().contains(&scan), "{:?}", page.links());
    let request = centre.http.get(centre.url(&scan)).header("cookie", &typist.cookie);
    let reply = request.send().await.unwrap();
    let head = |name: &str| reply.headers()[name].to_str().unwrap().to_owned();
    let (kind, sniffed) = (head("content-type"), head("x-content-type-options"));
    assert_eq!((kind.as_str(), sniffed.as_str()), ("image/png", "nosniff"));
    assert!(head("content-disposition").starts_with("attachment"), "never shown in the page's name");
    assert_eq!(&reply.bytes().await.unwrap()[..], SCAN);
    assert_ne!(Browser::outside(&centre).get(&scan).await.status, 200, "not to everybody");
}

#[tokio::test]
async fn a_passbook_s_line_is_approved_seen_and_taken_back() {
    let centre = Centre::set_up().await;
    let typist = Browser::administrator(&centre).await;
    let other = Browser::accountant(&centre).await;
    known_account(&centre).await;
    let wish = typed(&typist).await;
    let own = typist.get(&wish).await;
    assert!(own.html.contains("別の人の承認が必要です"), "{}", own.html);
    let theirs = other.get(&wish).await;
    assert!(theirs.html.contains("29,347円") && theirs.html.contains("ﾍﾟｲﾍﾟｲ(ｶ"), "{}", theirs.html);
    approve(&other, &wish).await;
    let list = other.get("/hand").await;
    assert!(list.html.contains("照合で使用中"), "{}", list.html);
    for (page, why) in
        [("/imports/2", "the receipt"), ("/exceptions", "behind the deposit that nobody expects")]
    {
        let seen = other.get(page).await;
        assert!(seen.html.contains("手入力(入力 kanri、承認 kaikei"), "{why}: {}", seen.html);
    }
    let form = other.get(&wish).await.field("/revoke\"", "form_id");
    let asked = other.post(&format!("{wish}/revoke"), &[("form_id", &form), ("note", "写し間違い")]).await;
    let revoke = asked.to.unwrap_or_else(|| panic!("{}", asked.html));
    approve(&typist, revoke.strip_suffix("?done=requested").unwrap()).await;
    let list = typist.get("/hand").await;
    assert!(list.html.contains("取り消したもの・差し戻したもの"), "{}", list.html);
    assert!(!list.html.contains("照合で使用中"), "{}", list.html);
}

/// Types a payment notice of a hundred sales, of which so many yen are paid.
async fn notice_of_october(browser: &Browser<'_>, net: &str) -> Seen {
    let form = browser.get("/hand/payout").await.field("class=\"card\" method", "form_id");
    let fields = [
        ("form_id", form.as_str()),
        ("contract", "paypay"),
        ("from", "2026-10-01"),
        ("to", "2026-10-31"),
        ("count", "100"),
        ("sales", "30,000"),
        ("refunds", ""),
        ("fee", "594"),
        ("tax", "59"),
        ("net", net),
        ("paid_on", "2026-11-02"),
        ("reason", "11月2日付け 支払通知書"),
    ];
    browser.upload("/hand/payout", &fields, "", b"").await
}

/// Who approves knows the company by its name, not by the id that the set-up gave it.
#[tokio::test]
async fn a_notice_that_waits_names_its_contract() {
    let centre = Centre::set_up().await;
    let browser = Browser::administrator(&centre).await;
    let sent = notice_of_october(&browser, "29,347").await;
    let wish = sent.to.unwrap_or_else(|| panic!("{}", sent.html));
    let wish = wish.strip_suffix("?done=requested").unwrap().to_owned();
    for page in ["/confirm", "/hand", wish.as_str()] {
        let seen = browser.get(page).await;
        assert!(
            seen.html.contains("PayPay（印刷QR）の支払通知: 2026-10-01〜2026-10-31"),
            "{page}: {}",
            seen.html
        );
        assert!(!seen.html.contains("契約 paypay"), "{page}: {}", seen.html);
    }
}

#[tokio::test]
async fn a_notice_that_does_not_add_up_is_not_asked_for() {
    let centre = Centre::set_up().await;
    let browser = Browser::administrator(&centre).await;
    let refused = notice_of_october(&browser, "30000").await;
    assert!(refused.html.contains("= 29,347円 ですが、支払額は 30,000円"), "{}", refused.html);
    assert!(refused.html.contains("id=\"net-fault\""), "{}", refused.html);
}
