//! なぜ, 組 and 振込名義の提案 as an accountant sees them.

use std::sync::Arc;

use formats::statement::write_statement;
use recon_server::{
    app::AppState,
    jobs::{
        books,
        import::{Outcome, Upload, import},
        reconcile::reconcile,
    },
};

use crate::{
    browser::Browser,
    day,
    support::{Centre, TODAY, sale_id},
    support_files::{at, bank, paypay, profile, row},
};

/// The day on which the wallet pays the example's takings of the month.
const PAY_DAY: &str = "2026-12-02";

async fn take(centre: &Centre, source: &str, day: &str, bytes: Vec<u8>) {
    let upload = Upload {
        source: source.parse().unwrap(),
        name: "f".to_owned(),
        bytes,
        period: Some((TODAY.parse().unwrap(), day.parse().unwrap())),
        uploader: "test".to_owned(),
    };
    let taken = import(centre.state(), upload).await.unwrap();
    assert!(matches!(taken, Outcome::Accepted { .. }), "{taken:?}");
}

async fn links_to_why(browser: &Browser<'_>, place: &str) -> Vec<String> {
    let page = browser.get(place).await;
    assert_eq!(page.status, 200, "{place}");
    page.links().into_iter().filter(|link| link.starts_with("/why/")).collect()
}

#[tokio::test]
async fn every_difference_leads_to_its_reason() {
    let centre = Centre::set_up().await;
    let (browser, mut counter) = day::play(&centre).await;
    day::close(&centre, &mut counter).await;
    take(&centre, "paypay", TODAY, paypay(TODAY)).await;
    let mut reasons = Vec::new();
    let month = format!("/month/{}", &TODAY[..7]);
    for place in ["/exceptions".to_owned(), format!("/report?date={TODAY}"), month] {
        let links = links_to_why(&browser, &place).await;
        assert!(!links.is_empty(), "{place}");
        reasons.extend(links);
    }
    for link in &reasons {
        let page = browser.get(link).await;
        assert_eq!(page.status, 200, "{link}");
        let paragraph = page.html.find("class=\"why-paragraph\">").unwrap_or_else(|| panic!("{link}"));
        let first_list = page.html.find("<h2").unwrap();
        assert!(paragraph < first_list, "the paragraph stands first: {link}");
        assert!(page.html.contains("決まりの版"), "{link}");
    }
    let tied = browser.get(&format!("/why/{}", sale_id(2))).await;
    assert!(tied.html.contains("比べた項目") && tied.html.contains("受付票 1 の"), "{}", tied.html);
    assert!(tied.links().contains(&format!("/sales/{}", sale_id(2))));
}

/// The reason is read from what the run saw and found: no page of it costs a match, and a match made anew says the same.
#[tokio::test]
async fn a_reason_after_a_recorded_run_is_not_matched_again() {
    let centre = Centre::set_up().await;
    let (browser, mut counter) = day::play(&centre).await;
    day::close(&centre, &mut counter).await;
    take(&centre, "paypay", TODAY, paypay(TODAY)).await;
    let (state, today) = (centre.state(), TODAY.parse().unwrap());
    reconcile(state, today, "test").await.unwrap();
    let made = state.live.matches_made();
    let subject = sale_id(2).to_string();
    for place in [
        &format!("/why/{subject}"),
        "/exceptions",
        "/papers/forecast",
        "/papers/postings",
        "/papers/deposits",
    ] {
        assert_eq!(browser.get(place).await.status, 200, "{place}");
    }
    assert_eq!(state.live.matches_made(), made, "everything was read");
    let json = |why| serde_json::to_string(&why).unwrap();
    let kept = json(books::why(state, today, &subject).await.unwrap().unwrap());
    let restarted = AppState { live: Arc::default(), ..state.clone() };
    let anew = json(books::why(&restarted, today, &subject).await.unwrap().unwrap());
    assert_eq!((kept, restarted.live.matches_made()), (anew, 1));
    // The counter writes on: what was kept is not what there is any more.
    counter.write_start(at(TODAY, 18, 30, 0));
    let entries = counter.entries.clone();
    assert!(centre.deliver(&counter, &entries[entries.len() - 1..]).await.status().is_success());
    for _ in 0..2 {
        assert!(books::why(state, today, &subject).await.unwrap().is_some());
    }
    assert_eq!(state.live.matches_made(), made + 1, "once for the new state, then kept again");
}

#[tokio::test]
async fn a_closing_leads_to_the_reason_of_its_payout() {
    let centre = Centre::set_up().await;
    let (mut browser, mut counter) = day::play(&centre).await;
    day::close(&centre, &mut counter).await;
    take(&centre, "paypay", "2026-11-30", paypay(TODAY)).await;
    centre.clock.set(at(PAY_DAY, 8, 0, 0));
    browser.sign_in_again().await;
    let sheet = "/papers/contract/paypay/2026-11-30";
    let links = links_to_why(&browser, sheet).await;
    let why = browser.get(links.first().unwrap()).await;
    assert!(why.html.contains("支払予定額") && why.html.contains("決済手数料"), "{}", why.html);
    assert_eq!(links_to_why(&browser, &format!("{sheet}/behind")).await, links[..1]);
    for place in [sheet, "/papers/deposits", "/papers/forecast"] {
        let page = browser.get(place).await;
        let lines = page.html.split("<table class=\"paper-table\">").nth(1).unwrap();
        assert!(lines.contains(&links[0]), "{place} has なぜ in the line of the payout: {lines}");
        assert!(lines.contains("なぜ<span class=\"visually-hidden\">（"), "said to those who do not see it");
    }
    let brands = browser.get(&format!("/report?date={TODAY}")).await;
    let behind = brands.links().into_iter().find(|link| link.contains("/behind?") && link.contains("paypay"));
    assert!(!links_to_why(&browser, &behind.unwrap()).await.is_empty(), "the payout in the report's drill");
}

#[tokio::test]
async fn an_unknown_name_that_fits_one_payout_is_proposed() {
    let centre = Centre::set_up().await;
    let (mut browser, mut counter) = day::play(&centre).await;
    day::close(&centre, &mut counter).await;
    let rows = [
        row("取引完了", at(TODAY, 10, 5, 11), 300, "04000000000000004821"),
        row("取引完了", at(TODAY, 10, 15, 11), 900, "04000000000000007777"),
    ];
    let file = write_statement(&profile("paypay_for_business"), &rows).unwrap();
    take(&centre, "paypay", "2026-11-30", file).await;
    centre.clock.set(at(PAY_DAY, 8, 0, 0));
    browser.sign_in_again().await;
    let contract = "paypay".parse().unwrap();
    let payout = recon_server::jobs::papers::contract_sheet(
        centre.state(),
        &contract,
        "2026-11-30".parse().unwrap(),
        Some(PAY_DAY.parse().unwrap()),
    );
    let payout = payout.await.unwrap().unwrap().payout.unwrap();
    let expected = payout.expected_on.to_string();
    assert!(!browser.get("/exceptions").await.html.contains("振込名義の提案"));
    centre.clock.set(at(&expected, 18, 0, 0));
    browser.sign_in_again().await;
    take(&centre, "bank", &expected, bank(&expected, &[(payout.net.get(), "ｱﾀﾗｼｲﾒｲｷﾞ")])).await;
    let page = browser.get("/exceptions").await;
    let part = page.html.split("id=\"aliases\"").nth(1).unwrap_or_else(|| panic!("{}", page.html));
    assert!(part.contains("ｱﾀﾗｼｲﾒｲｷﾞ") || part.contains("アタラシイメイギ"), "{part}");
    assert!(part.contains("/confirm/ask/alias/") && part.contains("PayPay"), "{part}");
    let reason = part.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(browser.get(reason).await.html.contains("口座入金"));
}
