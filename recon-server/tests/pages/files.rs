//! Files in through the page: looked at first, taken once, refused with row, field and remedy.

use crate::{
    browser::{Browser, Seen},
    support::{Centre, TODAY},
    support_files::{at, bank, paypay, profile, row},
};
use formats::statement::write_statement;

async fn preview(browser: &Browser<'_>, source: &str, name: &str, bytes: &[u8]) -> Seen {
    browser.upload("/imports/preview", &[("source", source), ("from", ""), ("to", "")], name, bytes).await
}

#[tokio::test]
async fn a_file_is_looked_at_then_taken_once() {
    let centre = Centre::set_up().await;
    let browser = Browser::administrator(&centre).await;
    let page = preview(&browser, "auto", "paypay.csv", &paypay(TODAY)).await;
    assert_eq!(page.status, 200);
    assert!(page.html.contains("2件を取り込む") && page.html.contains("1,500"), "{}", page.html);
    assert!(browser.get("/imports").await.html.contains("まだ資料はありません"), "looking changes nothing");

    let (form, sha256) =
        (page.field("class=\"decide\"", "form_id"), page.field("class=\"decide\"", "sha256"));
    let fields = [("form_id", form.as_str()), ("sha256", sha256.as_str())];
    let taken = browser.post("/imports", &fields).await;
    assert_eq!(taken.to.as_deref(), Some("/imports/1?done=taken"));
    assert_eq!(browser.post("/imports", &fields).await, taken, "a second click changes nothing");
    let receipt = browser.get("/imports/1?done=taken").await;
    assert!(receipt.html.contains("新規 2行") && receipt.html.contains(&sha256));

    let again = preview(&browser, "paypay", "paypay-copy.csv", &paypay(TODAY)).await;
    assert!(again.html.contains("取り込み済み") && again.html.contains("/imports/1"));
    let form = again.field("class=\"decide\"", "form_id");
    let seen = browser.post("/imports", &[("form_id", &form), ("sha256", &sha256)]).await;
    assert_eq!(seen.to.as_deref(), Some("/imports/1?done=seen"));
}

#[tokio::test]
async fn a_bad_file_is_refused_with_its_remedy() {
    let centre = Centre::set_up().await;
    let browser = Browser::administrator(&centre).await;
    let mut broken = bank(TODAY, &[(5_000, "ﾔﾏﾀﾞ")]);
    broken.truncate(broken.len() - 100);
    let page = preview(&browser, "bank", "half.txt", &broken).await;
    assert!(page.html.contains("取り込めません") && page.html.contains("直し方"), "{}", page.html);
    assert!(!page.html.contains("class=\"decide\""), "there is nothing to press");
    let empty = preview(&browser, "bank", "empty.txt", b"").await;
    assert!(empty.html.contains("ファイルが空か、選ばれていません"));
    let late = browser.post("/imports", &[("form_id", "x"), ("sha256", "00")]).await;
    assert_eq!(late.to.as_deref(), Some("/imports?done=late"), "only what was looked at is taken");
}

#[tokio::test]
async fn a_bank_file_shows_its_control_totals() {
    let centre = Centre::set_up().await;
    let browser = Browser::administrator(&centre).await;
    let page = preview(&browser, "bank", "bank.txt", &bank(TODAY, &[(5_000, "ﾔﾏﾀﾞ"), (29_347, "ﾍﾟｲﾍﾟｲ")])).await;
    assert!(page.html.contains("取引後残高") && page.html.contains("2件 34,347円"), "{}", page.html);
    assert!(page.html.contains("1,034,347円"));
}

#[tokio::test]
async fn a_corrected_file_says_what_it_changed_for_ever() {
    let centre = Centre::set_up().await;
    let browser = Browser::administrator(&centre).await;
    let wrong = [row("取引完了", at(TODAY, 10, 5, 11), 200, "04000000000000004821")];
    let right = [row("取引完了", at(TODAY, 10, 5, 11), 300, "04000000000000004821")];
    for (number, rows) in [("1", wrong), ("2", right)] {
        let bytes = write_statement(&profile("paypay_for_business"), &rows).unwrap();
        let fields = [("source", "paypay"), ("from", TODAY), ("to", TODAY)];
        let page = browser.upload("/imports/preview", &fields, "paypay.csv", &bytes).await;
        let form = page.field("class=\"decide\"", "form_id");
        let sha256 = page.field("class=\"decide\"", "sha256");
        let taken = browser.post("/imports", &[("form_id", &form), ("sha256", &sha256)]).await;
        assert_eq!(taken.to.as_deref(), Some(format!("/imports/{number}?done=taken").as_str()));
    }
    assert!(!browser.get("/imports/1").await.html.contains("改訂された行"));
    let receipt = browser.get("/imports/2").await;
    assert!(receipt.html.contains("改訂 1行") && receipt.html.contains("改訂された行"), "{}", receipt.html);
    assert!(
        receipt.html.contains("<del>200円</del>") && receipt.html.contains("<ins>300円</ins>"),
        "{}",
        receipt.html
    );
}
