//! The daily report as it is read: verdict and reasons first, every number leads to its records, no link leads nowhere.

use std::collections::BTreeSet;

use crate::{
    browser::Browser,
    day, journal_day,
    support::{Centre, TODAY, attempt_id, sale_id},
    support_files::{at, paypay, profile, row},
};
use formats::statement::write_statement;

/// More pages than the site has for one day; a crawl beyond it is a loop.
const PAGES_MAX: usize = 120;

fn report_path() -> String {
    format!("/report?date={TODAY}")
}

async fn take(browser: &Browser<'_>, source: &str, name: &str, bytes: &[u8]) {
    let fields = [("source", source), ("from", TODAY), ("to", TODAY)];
    let preview = browser.upload("/imports/preview", &fields, name, bytes).await;
    let form = preview.field("class=\"decide\"", "form_id");
    let sha256 = preview.field("class=\"decide\"", "sha256");
    let taken = browser.post("/imports", &[("form_id", &form), ("sha256", &sha256)]).await;
    assert!(taken.to.as_deref().is_some_and(|to| to.ends_with("?done=taken")), "{taken:?}");
}

#[tokio::test]
async fn what_is_missing_stands_first_and_is_no_zero() {
    let centre = Centre::set_up().await;
    let (browser, _) = day::play(&centre).await;
    let page = browser.get(&report_path()).await;
    assert_eq!(page.status, 200);
    let verdict = page.html.find("verdict-heading").unwrap();
    let table = page.html.find("id=\"table\"").unwrap();
    assert!(page.html[verdict..table].contains("未確定"), "verdict and reasons before the figures");
    assert!(page.html.contains("awaited\">資料未着"), "the statement is not here");
    assert!(page.html.contains("awaited\">未締め"), "no terminal total before the close");
    assert!(page.html.contains("未締め"));
    assert!(page.html.contains("1,800"), "net of cash 600 and wallets 1,200; the voided 300 stands beside");
    let quiet = browser.get("/report?date=2026-11-11").await;
    assert!(quiet.html.contains("未確定") && !quiet.html.contains("すべての窓口が締められ"));
}

#[tokio::test]
async fn each_break_says_why_and_leads_to_its_records() {
    let centre = Centre::set_up().await;
    let (browser, _) = day::play(&centre).await;
    take(&browser, "paypay", "paypay.csv", &paypay(TODAY)).await;
    let page = browser.get(&report_path()).await;
    let breaks =
        page.html.split("id=\"breaks\"").nth(1).unwrap().split("</section>").next().unwrap().to_owned();
    assert!(breaks.contains("J_ONLY") && breaks.contains("A_ONLY"), "{breaks}");
    assert!(breaks.contains(&format!("/sales/{}", sale_id(4))), "our sale without a row: {breaks}");
    assert!(breaks.contains("行</a>"), "the row without a sale: {breaks}");
    assert!(page.html.contains("受領") && page.html.contains("/imports/1"), "the file was received");
    let behind =
        page.links().into_iter().find(|link| link.contains("/behind?") && link.contains("paypay")).unwrap();
    let behind = browser.get(&behind).await;
    assert!(
        behind.html.contains(&format!("/sales/{}", sale_id(2))) && behind.html.contains("1,200"),
        "{}",
        behind.html
    );
    let sale = browser.get(&format!("/sales/{}", sale_id(2))).await;
    assert!(sale.html.contains("shimin-1-1-000002") && sale.html.contains("一致した項目"), "{}", sale.html);
    let voided = browser.get(&format!("/sales/{}", sale_id(3))).await;
    assert!(voided.html.contains("取消済") && voided.html.contains("通数の間違い"));
}

#[tokio::test]
async fn no_link_leads_nowhere() {
    let centre = Centre::set_up().await;
    let (browser, _) = day::play(&centre).await;
    take(&browser, "paypay", "paypay.csv", &paypay(TODAY)).await;
    let mut seen = BTreeSet::new();
    let mut wanted = vec![report_path(), format!("/unknowns/{}", attempt_id(journal_day::UNKNOWN))];
    while let Some(path) = wanted.pop() {
        // Other days are the same page again; the month and the papers are walked by their own test.
        let other_day = path.starts_with("/report?date=") && path != report_path();
        let elsewhere = path.starts_with("/month") || path.starts_with("/papers");
        // The upload form again, filled in for one of some hundred expected files.
        let filled_in = path.starts_with("/imports?source=");
        if other_day || elsewhere || filled_in || !seen.insert(path.clone()) {
            continue;
        }
        assert!(seen.len() <= PAGES_MAX, "{seen:?}");
        let page = browser.get(&path).await;
        assert!(matches!(page.status, 200 | 303), "{path}: {}", page.status);
        wanted.extend(page.links());
    }
    assert!(
        seen.iter().any(|path| path.contains("/behind?"))
            && seen.iter().any(|path| path.starts_with("/sales/"))
    );
}

#[tokio::test]
async fn a_plus_and_a_minus_do_not_look_green() {
    let centre = Centre::set_up().await;
    let (browser, _) = day::play(&centre).await;
    // Ours of ¥900 is not in the file, a strange row of ¥900 is: the net is 0, the gross 1,800.
    let rows = [
        row("取引完了", at(TODAY, 10, 5, 11), 300, "04000000000000004821"),
        row("取引完了", at(TODAY, 15, 40, 0), 900, "04000000000000001111"),
    ];
    let file = write_statement(&profile("paypay_for_business"), &rows).unwrap();
    take(&browser, "paypay", "paypay.csv", &file).await;
    let page = browser.get(&report_path()).await;
    assert!(page.html.contains("打ち消し合っています"), "{}", page.html);
    assert!(page.html.contains("総額 1,800円（差引 0円）"), "{}", page.html);
}
