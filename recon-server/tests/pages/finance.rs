//! 不一致, なぜ, 入金予定, 仕訳 and 財務会計連携 as an accountant sees them.

use crate::{
    browser::Browser,
    day,
    support::{Centre, TODAY},
    support_files::paypay,
};

/// The example's day with the wallet's statement, which knows one sale of ours and one that is nobody's.
async fn with_statement(centre: &Centre) -> Browser<'_> {
    let (browser, mut counter) = day::play(centre).await;
    day::close(centre, &mut counter).await;
    let page = browser.get("/imports").await;
    assert_eq!(page.status, 200);
    let upload = recon_server::jobs::import::Upload {
        source: "paypay".parse().unwrap(),
        name: "p.csv".to_owned(),
        bytes: paypay(TODAY),
        period: Some((TODAY.parse().unwrap(), TODAY.parse().unwrap())),
        uploader: "test".to_owned(),
    };
    recon_server::jobs::import::import(centre.state(), upload).await.unwrap();
    browser
}

#[tokio::test]
async fn differences_can_be_narrowed_and_each_says_why() {
    let centre = Centre::set_up().await;
    let browser = with_statement(&centre).await;
    let all = browser.get("/exceptions").await;
    assert!(all.html.contains("A_ONLY") && all.html.contains("差異の総額"), "{}", all.html);
    let only = browser.get("/exceptions?class=A_ONLY&verdict=differences&contract=&counter=&from=&to=").await;
    assert!(only.html.contains("A_ONLY") && !only.html.contains("class=\"code\">J_ONLY"));
    assert!(only.html.contains("ほかに表示していないもの"), "what is hidden is counted");
    let none = browser.get("/exceptions?to=2026-01-01").await;
    assert!(none.html.contains("この絞り込みに当てはまるものはありません"));
    for wrong in ["verdict=good", "from=yesterday", "contract=%20"] {
        assert_eq!(browser.get(&format!("/exceptions?{wrong}")).await.status, 400, "{wrong}");
    }
    let why = only.links().into_iter().find(|link| link.starts_with("/why/")).unwrap();
    let page = browser.get(&why).await;
    assert_eq!(page.status, 200, "{why}");
    assert!(page.html.contains("突合の根拠"), "{}", page.html);
    assert_eq!(browser.get("/why/nothing").await.status, 404);
}

#[tokio::test]
async fn every_table_can_be_taken_along() {
    let centre = Centre::set_up().await;
    let browser = with_statement(&centre).await;
    for (address, words) in [
        ("/papers/forecast", "入金予定60日"),
        ("/papers/postings", "仕訳一覧"),
        ("/exceptions", "不一致"),
        ("/papers/deposits", "入金予定"),
        ("/month/2026-11", "収納月報"),
    ] {
        let page = browser.get(address).await;
        assert!(page.status == 200 && page.html.contains(words), "{address}");
        for format in ["xlsx", "csv", "json"] {
            let wanted = format!("format={format}");
            let link = page.links().into_iter().find(|link| link.ends_with(&wanted));
            let link = link.unwrap_or_else(|| panic!("{address}: no {format}"));
            assert_eq!(browser.get(&link).await.status, 200, "{link}");
        }
    }
}

#[tokio::test]
async fn a_file_is_made_once_and_again_only_as_a_second_issue() {
    let centre = Centre::set_up().await;
    let browser = with_statement(&centre).await;
    let page = browser.get("/finance").await;
    assert!(page.html.contains("まだファイルを作っていません"));
    let send = async |form: &str, from: &str| {
        let fields = [("form_id", form), ("template", "generic_finance_csv"), ("from", from), ("to", TODAY)];
        browser.post("/finance", &fields).await
    };
    let form = page.field("class=\"filter\"", "form_id");
    let first = send(&form, TODAY).await;
    assert_eq!(first.to.as_deref(), Some("/finance?done=1"), "{}", first.html);
    assert_eq!(send(&form, TODAY).await.to, first.to, "the same form makes no second file");
    let done = browser.get("/finance?done=1").await;
    assert!(done.html.contains("出力番号 1 のファイルを作りました") && done.html.contains("初回"));
    let form = done.field("class=\"filter\"", "form_id");
    assert_eq!(send(&form, TODAY).await.to.as_deref(), Some("/finance?done=2"));
    assert!(browser.get("/finance?done=2").await.html.contains("再出力（2回目）"));
    assert_eq!(browser.get("/finance/1").await.status, 200);
    assert_eq!(browser.get("/finance/9").await.status, 404);
    let form = browser.get("/finance").await.field("class=\"filter\"", "form_id");
    let wrong = send(&form, "2027-01-01").await;
    assert!(wrong.html.contains("期間を確かめてください"), "{}", wrong.html);
}

/// DESIGN 3.13: what a file does not take is said where the file is made.
#[tokio::test]
async fn what_a_file_leaves_out_is_said_on_the_page() {
    let centre = Centre::set_up().await;
    let browser = with_statement(&centre).await;
    let page = browser.get("/finance").await;
    assert!(page.html.contains("財務会計 歳出CSV（例） — 団体の分、歳出"), "{}", page.html);
    let form = page.field("class=\"filter\"", "form_id");
    let fields =
        [("form_id", form.as_str()), ("template", "generic_expenditure_csv"), ("from", TODAY), ("to", TODAY)];
    let made = browser.post("/finance", &fields).await;
    assert_eq!((made.status, made.to), (200, None));
    assert!(made.html.contains("出力番号 1 のファイルを作りました"), "{}", made.html);
    assert!(made.html.contains("この様式に載せないもの: 団体の歳入"), "{}", made.html);
}
