//! The month and the papers: figures first as words and sums, each number leading on, files of the same values.

use std::collections::BTreeSet;

use crate::{
    browser::Browser,
    day,
    support::{Centre, TODAY},
    support_files::paypay,
};

/// More pages than the month's own; a crawl beyond it is a loop.
const PAGES_MAX: usize = 80;

async fn take(browser: &Browser<'_>, bytes: &[u8]) {
    let fields = [("source", "paypay"), ("from", TODAY), ("to", TODAY)];
    let preview = browser.upload("/imports/preview", &fields, "paypay.csv", bytes).await;
    let form = preview.field("class=\"decide\"", "form_id");
    let sha256 = preview.field("class=\"decide\"", "sha256");
    let taken = browser.post("/imports", &[("form_id", &form), ("sha256", &sha256)]).await;
    assert_eq!(taken.status, 303);
}

fn section<'a>(html: &'a str, id: &str) -> &'a str {
    html.split(&format!("id=\"{id}\""))
        .nth(1)
        .unwrap_or_else(|| panic!("no {id}"))
        .split("</section>")
        .next()
        .unwrap()
}

/// A cell's row of the mix table, without markup.
fn row(html: &str, label: &str) -> String {
    let table = section(html, "mix");
    let row = table
        .split("<tr")
        .find(|row| row.contains(&format!("{label}<")))
        .unwrap_or_else(|| panic!("{label}: {table}"));
    let row = row.split("</tr>").next().unwrap();
    let mut text = String::new();
    let mut inside = false;
    for c in format!("<tr{row}").chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn the_month_stands_with_its_verdict_its_mix_and_its_days() {
    let centre = Centre::set_up().await;
    let (browser, _) = day::play(&centre).await;
    assert_eq!(
        browser.get("/month").await.to.as_deref(),
        Some("/month/2026-11"),
        "the newest with a business day"
    );
    assert_eq!(browser.get("/month?month=2022-07").await.to.as_deref(), Some("/month/2022-07"));
    let page = browser.get("/month/2026-11").await;
    assert_eq!(page.status, 200, "{}", page.html);
    let verdict = page.html.find("verdict-heading").unwrap();
    assert!(verdict < page.html.find("id=\"mix\"").unwrap() && page.html[verdict..].contains("未確定"));
    // Cash 600 (a sale of 300 was voided), wallets 300 + 900; the card in doubt is no money yet.
    assert_eq!(row(&page.html, "QRコード決済"), "QRコード決済 2 1,200 66.7%");
    assert_eq!(row(&page.html, "キャッシュレス計"), "キャッシュレス計 2 1,200 66.7%");
    assert_eq!(row(&page.html, "現金"), "現金 1 600 33.3%");
    assert_eq!(row(&page.html, "収納合計"), "収納合計 1,800");
    let trend = section(&page.html, "trend");
    let links = |part: &str| part.matches("<a href=\"/report?date=2026-11-").count();
    assert_eq!(links(trend), 30, "a bar for each day");
    let figures = page.html.split("class=\"figures\"").nth(1).unwrap().split("</details>").next().unwrap();
    assert_eq!(links(figures), 30, "and a row of the table");
    assert!(trend.contains("合計 1,800円 3件"), "{trend}");
    assert!(
        section(&page.html, "contracts").contains("資料未着"),
        "the statement is not here, which is no 0"
    );
    assert!(section(&page.html, "unknowns").contains("/unknowns/"));
    for wrong in ["/month/2026-13", "/month/x", "/month/2026-11-01"] {
        assert_eq!(browser.get(wrong).await.status, 404, "{wrong}");
    }
}

#[tokio::test]
async fn every_number_leads_to_sales_rows_and_bank_lines() {
    let centre = Centre::set_up().await;
    let (browser, _) = day::play(&centre).await;
    take(&browser, &paypay(TODAY)).await;
    let days = browser.get("/month/2026-11/behind?kind=code").await;
    assert!(days.html.contains("11/18(水)") && days.html.contains("1,200"), "{}", days.html);
    let sales = browser.get("/month/2026-11/behind?kind=code&day=2026-11-18").await;
    assert!(
        sales.html.contains("shimin-1-1-000002") && sales.html.contains("shimin-1-1-000004"),
        "{}",
        sales.html
    );
    let all = browser.get("/month/2026-11/behind?kind=all&day=2026-11-18").await;
    assert!(all.html.contains("取消済 300円") && all.html.contains("1,800"), "{}", all.html);
    let contract = browser.get("/month/2026-11/behind?contract=paypay").await;
    assert!(contract.html.contains("/report/2026-11-18/behind?method=code_static"), "{}", contract.html);
    let closing = browser.get("/papers/contract/paypay/2026-11-30/behind").await;
    for words in ["当方の収納", "会社明細", "まだ入金はありません"] {
        assert!(closing.html.contains(words), "{words}: {}", closing.html);
    }
    assert_eq!(browser.get("/month/2026-11/behind?kind=gold").await.status, 400);
    assert_eq!(browser.get("/papers/contract/paypay/2026-11-29").await.status, 404, "no such closing");
    let all_counters = browser.get("/report/2026-11-18/behind?method=code_static&scope=all").await;
    assert!(
        all_counters.html.contains("すべての窓口") && all_counters.html.contains("1,200"),
        "{}",
        all_counters.html
    );
}

#[tokio::test]
async fn the_papers_are_laid_out_to_be_signed() {
    let centre = Centre::set_up().await;
    let (browser, mut counter) = day::play(&centre).await;
    day::close(&centre, &mut counter).await;
    take(&browser, &paypay(TODAY)).await;
    let index = browser.get("/papers").await;
    assert!(
        index.html.contains("value=\"2026-11-18\"")
            && index.html.contains("/papers/contract/paypay/2026-11-30")
    );
    let to = browser.get("/papers/day-sheet?day=2026-11-18&counter=shimin-1").await.to;
    assert_eq!(to.as_deref(), Some("/papers/day-sheet/2026-11-18/shimin-1"));
    for (path, title) in [
        ("/papers/day-sheet/2026-11-18/shimin-1", "収納日計表"),
        ("/papers/day-sheet/2026-11-18", "収納日計表"),
        ("/papers/cashless/2026-11-18", "キャッシュレス収納内訳"),
        ("/papers/contract/paypay/2026-11-30", "照合書"),
        ("/papers/deposits?as_of=2026-11-18", "入金予定・未入金一覧"),
    ] {
        let paper = browser.get(path).await;
        assert_eq!(paper.status, 200, "{path}: {}", paper.html);
        assert!(paper.html.contains(&format!("<h1 id=\"paper-title\">{title}")), "{path}: {}", paper.html);
        assert!(paper.html.contains("決裁欄") && paper.html.contains("class=\"paper-table\""), "{path}");
        assert!(paper.html.contains("format=csv_cp932"), "{path}");
    }
    assert_eq!(browser.get("/papers/day-sheet/2026-11-18/nobody").await.status, 404);
}

#[tokio::test]
async fn the_same_values_come_as_files() {
    let centre = Centre::set_up().await;
    let (browser, _) = day::play(&centre).await;
    for path in [
        "/month/2026-11",
        "/papers/day-sheet/2026-11-18/shimin-1",
        "/papers/cashless/2026-11-18",
        "/papers/deposits?as_of=2026-11-18",
    ] {
        let join = if path.contains('?') { '&' } else { '?' };
        let get = |format: &str| {
            let url = centre.url(&format!("{path}{join}format={format}"));
            centre.http.get(url).header("cookie", &browser.cookie).send()
        };
        let csv = get("csv").await.unwrap();
        let attached = csv.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert!(
            attached.starts_with("attachment; filename=\"") && attached.ends_with(".csv\""),
            "{attached}"
        );
        let utf8 = csv.bytes().await.unwrap();
        let text =
            std::str::from_utf8(utf8.strip_prefix(b"\xEF\xBB\xBF").expect("a byte order mark")).unwrap();
        let cp932 = get("csv_cp932").await.unwrap().bytes().await.unwrap();
        assert_eq!(formats::cp932::decode(&cp932).unwrap(), text, "{path}: the same words in both encodings");
        let json: serde_json::Value = get("json").await.unwrap().json().await.unwrap();
        assert!(json.is_object(), "{path}");
    }
}

#[tokio::test]
async fn no_link_of_the_month_leads_nowhere() {
    let centre = Centre::set_up().await;
    let (browser, mut counter) = day::play(&centre).await;
    day::close(&centre, &mut counter).await;
    take(&browser, &paypay(TODAY)).await;
    let mut seen = BTreeSet::new();
    let mut wanted: Vec<String> =
        ["/month/2026-11", "/papers", "/refunds", "/papers/day-sheet/2026-11-18", "/papers/deposits"]
            .map(str::to_owned)
            .to_vec();
    while let Some(path) = wanted.pop() {
        let other_month = path.starts_with("/month/") && !path.starts_with("/month/2026-11");
        // Days of the report are walked by their own test; papers of other days are the same page again.
        let other_day = path.starts_with("/report?date=")
            || (path.starts_with("/papers/") && !path.contains(TODAY) && !path.contains("2026-11-30"));
        if other_month || other_day || path.contains("format=") || !seen.insert(path.clone()) {
            continue;
        }
        assert!(seen.len() <= PAGES_MAX, "{seen:?}");
        let page = browser.get(&path).await;
        assert!(matches!(page.status, 200 | 303), "{path}: {}", page.status);
        wanted.extend(page.links());
    }
    for part in ["/behind?kind=", "/papers/contract/", "/papers/day-sheet/"] {
        assert!(seen.iter().any(|path| path.contains(part)), "{part}: {seen:?}");
    }
}
