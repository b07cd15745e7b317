//! 手入力 as two people work with it: typed, refused with what is wrong, approved, seen behind the number, taken back.

use crate::{
    browser::Browser,
    support::{Centre, TODAY},
    support_files::bank,
};

const ACCOUNT: &str = "0001-001-1-0001234567";
const SCAN: &[u8] = b"\x89PNG\r\n\x1a\npage three of the passbook";

#[tokio::test]
async fn a_passbook_s_line_is_typed_and_approved() {
    let centre = Centre::set_up().await;
    let typist = Browser::administrator(&centre).await;
    let other = Browser::accountant(&centre).await;
    // An earlier file of another day names the account.
    let earlier = recon_server::jobs::import::Upload {
        source: "bank".parse().unwrap(),
        name: "bank.txt".to_owned(),
        bytes: bank("2026-11-16", &[(5_000, "ﾔﾏﾀﾞ")]),
        period: None,
        uploader: "test".to_owned(),
    };
    recon_server::jobs::import::import(centre.state(), earlier).await.unwrap();
    assert!(typist.get("/imports").await.links().contains(&"/hand".to_owned()));
    let empty = typist.get("/hand").await;
    assert!(empty.html.contains("承認された手入力はまだありません"), "{}", empty.html);
    let page = typist.get("/hand/deposit").await;
    assert!(page.html.contains(&format!("<option value=\"{ACCOUNT}\"")), "{}", page.html);
    let form = page.field("class=\"card\" method", "form_id");
    let fields = |form: &str, amount: &str| {
        [
            ("form_id", form.to_owned()),
            ("account", ACCOUNT.to_owned()),
            ("booked_on", TODAY.to_owned()),
            ("amount", amount.to_owned()),
            ("kana", "ペイペイ（カ".to_owned()),
            ("summary", String::new()),
            ("reason", "普通預金通帳 3ページ".to_owned()),
        ]
    };
    let send = async |form: &str, amount: &str, scan: &[u8]| {
        let fields = fields(form, amount);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        typist.upload("/hand/deposit", &fields, "page.png", scan).await
    };
    let wrong = send(&form, "三百円", SCAN).await;
    assert!(wrong.html.contains("id=\"amount-fault\"") && wrong.html.contains("三百円"), "{}", wrong.html);
    let form = wrong.field("class=\"card\" method", "form_id");
    let wrong = send(&form, "29,347", b"<html>").await;
    assert!(wrong.html.contains("PDF、PNG、JPEG のどれか"), "{}", wrong.html);
    let form = wrong.field("class=\"card\" method", "form_id");
    let sent = send(&form, "29,347", SCAN).await;
    let wish = sent.to.unwrap_or_else(|| panic!("{}", sent.html));
    let wish = wish.strip_suffix("?done=requested").unwrap();
    let again = send(&form, "29,347", SCAN).await;
    assert!(again.to.is_some_and(|to| to.starts_with(wish)), "a second click is the same entry");

    let own = typist.get(wish).await;
    assert!(own.html.contains("別の人の承認が必要です"), "{}", own.html);
    let theirs = other.get(wish).await;
    assert!(theirs.html.contains("29,347円") && theirs.html.contains("ﾍﾟｲﾍﾟｲ(ｶ"), "{}", theirs.html);
    let scan = format!("{wish}/scan");
    assert!(theirs.links().contains(&scan), "{:?}", theirs.links());
    let request = centre.http.get(centre.url(&scan)).header("cookie", &other.cookie);
    let reply = request.send().await.unwrap();
    let head = |name: &str| reply.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(
        (head("content-type"), head("x-content-type-options")),
        ("image/png".into(), "nosniff".into())
    );
    assert!(
        head("content-disposition").starts_with("attachment"),
        "handed out, never shown in the page's name"
    );
    assert_eq!(&reply.bytes().await.unwrap()[..], SCAN);
    assert_ne!(Browser::outside(&centre).get(&scan).await.status, 200, "not to everybody");

    let form = theirs.field("class=\"card\" method", "form_id");
    let approve = [("form_id", form.as_str()), ("decision", "approve"), ("note", "")];
    let done = other.post(wish, &approve).await;
    assert_eq!(done.to.as_deref(), Some(format!("{wish}?done=approved").as_str()), "{}", done.html);
    let list = other.get("/hand").await;
    assert!(list.html.contains("照合で使用中"), "{}", list.html);
    let receipt = other.get("/imports/2").await;
    assert!(receipt.html.contains("手入力(入力 kanri、承認 kaikei"), "{}", receipt.html);
    let breaks = other.get("/exceptions").await;
    assert!(
        breaks.html.contains("手入力(入力 kanri、承認 kaikei"),
        "behind the deposit that nobody expects: {}",
        breaks.html
    );

    let decided = other.get(wish).await;
    let form = decided.field("/revoke\"", "form_id");
    let asked = other.post(&format!("{wish}/revoke"), &[("form_id", &form), ("note", "写し間違い")]).await;
    let revoke = asked.to.unwrap_or_else(|| panic!("{}", asked.html));
    let revoke = revoke.strip_suffix("?done=requested").unwrap();
    let form = typist.get(revoke).await.field("class=\"card\" method", "form_id");
    typist.post(revoke, &[("form_id", &form), ("decision", "approve"), ("note", "")]).await;
    let list = typist.get("/hand").await;
    assert!(list.html.contains("取り消したもの・差し戻したもの"), "{}", list.html);
    assert!(!list.html.contains("照合で使用中"), "{}", list.html);
}

#[tokio::test]
async fn a_notice_that_does_not_add_up_is_not_asked_for() {
    let centre = Centre::set_up().await;
    let browser = Browser::administrator(&centre).await;
    let page = browser.get("/hand/payout").await;
    let form = page.field("class=\"card\" method", "form_id");
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
        ("net", "30000"),
        ("paid_on", "2026-11-02"),
        ("reason", "11月2日付け 支払通知書"),
    ];
    let refused = browser.upload("/hand/payout", &fields, "", b"").await;
    assert!(refused.html.contains("= 29,347円 ですが、支払額は 30,000円"), "{}", refused.html);
    assert!(refused.html.contains("id=\"net-fault\""), "{}", refused.html);
}
