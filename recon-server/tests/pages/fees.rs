//! 手数料の決まり beside the 照合書: 判定不能 after one payment statement, one rule after three, the alarm with the fourth; and nothing
//! on a paper that is signed.

use domain::money::Yen;
use formats::{
    cp932,
    statement::{RowOut, write_statement},
};
use recon_server::{
    jobs::{
        fees::{Standing, fee_rules, of_contract},
        import::{Outcome, Upload, import},
        papers::render,
        period::{self, NewLock},
    },
    set_up,
};

use crate::{
    browser::{Browser, Seen},
    journal_day::{cash, close, open, sell},
    support::{Centre, TODAY, date},
    support_files::{at, profile, row},
};

/// Days of a closing, its sales, and what 1.5% and 10% of tax on the total come to, both cut off; but the last.
const CLOSINGS: [(&str, &str, &[i64], i64); 4] = [
    ("2026-09-01", "2026-09-15", &[1_000], 16),
    ("2026-09-16", "2026-09-30", &[2_501, 1_333, 4_479], 136),
    ("2026-10-01", "2026-10-15", &[2_231, 8_417, 7_664], 301),
    ("2026-10-16", LAST, &[4_000], 88),
];
const LAST: &str = "2026-10-31";
/// First line of a payment statement.
const HEADER: &str = "支払先番号,振込年月日,締切年月日（自）,締切年月日（至）,店舗名,ブランド,件数,売上金額,手数料,その他精算,振込金額";

/// The example city, whose card company sends payment statements.
async fn city() -> Centre {
    let centre = Centre::empty().await;
    let source = "[[sources]]\nsource = \"payout:card\"\nvalid_from = \"2026-04-01\"\n[sources.terms]\npayout_profile = \"jcb_link_payout\"\n";
    let read = set_up::read(&format!("{}\n{source}", set_up::EXAMPLE_TOML)).unwrap();
    set_up::apply(centre.state(), &read, "test").await.unwrap();
    centre
}

async fn take(centre: &Centre, source: &str, period: Option<(&str, &str)>, bytes: Vec<u8>) {
    let upload = Upload {
        source: source.parse().unwrap(),
        name: "f".to_owned(),
        bytes,
        period: period.map(|(from, to)| (date(from), date(to))),
        uploader: "test".to_owned(),
    };
    let taken = import(centre.state(), upload).await.unwrap();
    assert!(matches!(taken, Outcome::Accepted { .. }), "{taken:?}");
}

/// The rows of a closing and its payment statement; sales of three days.
async fn closing(centre: &Centre, (from, to, sales, fee): (&str, &str, &[i64], i64)) {
    let sold = |(place, yen): (i32, &i64)| RowOut {
        brand_word: "VISA".to_owned(),
        terminal_or_pos_id: "T0001".to_owned(),
        slip_number: format!("{place:05}"),
        approval_code: "123456".to_owned(),
        ..row("売上", at(&date(from).plus_days(place).to_string(), 10, 0, 0), *yen, "")
    };
    let rows: Vec<RowOut> = (1..).zip(sales).map(sold).collect();
    take(centre, "card", Some((from, to)), write_statement(&profile("generic_card"), &rows).unwrap()).await;
    let (gross, count): (i64, usize) = (sales.iter().sum(), sales.len());
    let [paid, from, to] = [&date(to).plus_days(15).to_string(), from, to].map(|day| day.replace('-', "/"));
    let line = format!("123456789,{paid},{from},{to},市役所,VISA,{count},{gross},{fee},0,{}", gross - fee);
    take(centre, "payout:card", None, cp932::encode(&format!("{HEADER}\r\n{line}\r\n")).unwrap()).await;
}

/// The block on the 照合書 of a closing; none where it is not there.
fn block(page: &Seen) -> Option<&str> {
    assert_eq!(page.status, 200, "{}", page.html);
    page.html.split("aria-labelledby=\"fees-heading\"").nth(1)?.split("</section>").next()
}

async fn of_closing(browser: &Browser<'_>, to: &str) -> String {
    let page = browser.get(&format!("/papers/contract/card/{to}")).await;
    block(&page).unwrap_or_else(|| panic!("no block: {}", page.html)).to_owned()
}

#[tokio::test]
async fn one_rule_is_found_and_the_closing_that_it_does_not_explain_is_an_alarm() {
    let centre = city().await;
    let browser = Browser::administrator(&centre).await;
    let (state, card, now) = (centre.state(), "card".parse().unwrap(), date(TODAY));
    assert_eq!(of_contract(state, &card, now).await.unwrap(), None, "no payment statement");
    assert_eq!(state.live.matches_made(), 0, "and nothing was matched for it");

    closing(&centre, CLOSINGS[0]).await;
    let first = of_closing(&browser, CLOSINGS[0].1).await;
    assert!(
        first.contains("手数料の決まり: 判定不能") && first.contains("どれかは決められません"),
        "{first}"
    );
    assert!(first.matches("<li>").count() > 1 && !first.contains("要確認"), "every candidate: {first}");

    closing(&centre, CLOSINGS[1]).await;
    closing(&centre, CLOSINGS[2]).await;
    let third = of_closing(&browser, CLOSINGS[2].1).await;
    assert!(third.contains("手数料の決まり: 説明できる") && third.contains("支払明細3件"), "{third}");
    assert!(third.contains("契約に登録された計算方法と合っています"), "{third}");
    assert!(!third.contains("要確認") && !third.contains("<li>"), "{third}");

    closing(&centre, CLOSINGS[3]).await;
    let found = fee_rules(state, now).await.unwrap();
    let [fees] = &found.contracts[..] else { panic!("{found:?}") };
    let at = fees.stopped_at.as_ref().unwrap();
    assert_eq!((fees.standing, at.closing, at.counted_by.len()), (Standing::Stops, date(LAST), 1));
    assert_eq!((at.by_rule, at.kept), (Yen::new(66), Yen::new(88)));
    let text = render::to_text(&found.table());
    assert!(text.contains("2026-10-31の締めから説明できません"), "{text}");
    assert!(text.contains("計算では66円、支払明細では88円"), "{text}");

    let alarm = of_closing(&browser, LAST).await;
    assert!(alarm.contains("要確認") && alarm.contains("2026-10-31の締めから説明できません"), "{alarm}");
    assert!(alarm.contains("ここでは数えません"), "{alarm}");
    assert!(alarm.contains("/exceptions?contract=card"), "{alarm}");
    let list = browser.get(&format!("/exceptions?contract=card&from={LAST}&to={LAST}&as_of={TODAY}")).await;
    assert!(list.status == 200 && list.html.contains("手数料相違"), "{}", list.html);
    let earlier = of_closing(&browser, CLOSINGS[0].1).await;
    assert!(earlier.contains(&format!("/papers/contract/card/{LAST}")), "leads to the closing: {earlier}");
}

/// The month of the page, its block of alarms, and its own text as a program takes it.
async fn october(browser: &Browser<'_>) -> (String, String, Vec<u8>) {
    let page = browser.get("/month/2026-10").await.html;
    let alarm = page.split("fee-alarm").nth(1).and_then(|rest| rest.split("</p>").next());
    let alarm = alarm.unwrap_or_default().to_owned();
    let url = browser.centre.url("/month/2026-10?format=json");
    let sent = browser.centre.http.get(url).header("cookie", &browser.cookie).send().await.unwrap();
    (page, alarm, sent.bytes().await.unwrap().to_vec())
}

/// The alarm stands on the page of the month and in none of its texts: a month that was signed before stays as it was, byte for byte.
#[tokio::test]
async fn a_month_tells_of_a_rule_that_stopped_and_stays_what_was_signed() {
    let centre = city().await;
    let mut browser = Browser::administrator(&centre).await;
    for one in &CLOSINGS[..3] {
        closing(&centre, *one).await;
    }
    let (page, quiet, _) = october(&browser).await;
    assert!(quiet.is_empty(), "{page}");
    centre.clock.set(at(LAST, 9, 0, 0));
    let mut counter = centre.counter().await;
    open(&mut counter, LAST);
    sell(&mut counter, LAST, 1, 1, cash(Yen::new(600)));
    close(&mut counter, LAST);
    centre.clock.set(at(TODAY, 9, 0, 0));
    assert_eq!(centre.deliver(&counter, &counter.entries).await.status(), 200);
    browser.sign_in_again().await;
    let month = "2026-10".parse().unwrap();
    let lock = NewLock { month, contract: None, reason: "確かめたうえで締めます".to_owned() };
    period::lock(centre.state(), "kaikei-1", lock).await.unwrap();
    let signed = october(&browser).await.2;

    closing(&centre, CLOSINGS[3]).await;
    let (page, alarm, json) = october(&browser).await;
    assert!(alarm.contains("締めた月報には含まれません") && alarm.contains("説明できません"), "{page}");
    let sheet = format!("/papers/contract/card/{LAST}?as_of={TODAY}");
    assert!(alarm.contains(&sheet), "{alarm}");
    assert!(block(&browser.get(&sheet).await).is_some_and(|block| block.contains("要確認")), "told there");
    assert!(json == signed, "as it was signed");
    let open = browser.get("/month/2026-11").await.html;
    assert!(open.contains("判定の理由には含まれません") && open.contains("説明できません"), "{open}");
    let anew = browser.get(&format!("/month/2026-10?as_of={TODAY}")).await.html;
    assert!(anew.contains("判定の理由には含まれません"), "made anew: {anew}");
    assert!(!browser.get("/month/2026-09").await.html.contains("fee-alarm"), "before it stopped");
}

/// A statement whose sales are not those of the rows explains nothing; it is said and not used.
#[tokio::test]
async fn a_statement_of_other_sales_is_left_out_and_a_signed_paper_stays_as_it_is() {
    let centre = city().await;
    let mut browser = Browser::administrator(&centre).await;
    closing(&centre, CLOSINGS[0]).await;
    closing(&centre, CLOSINGS[1]).await;
    let other =
        format!("{HEADER}\r\n123456789,2026/11/15,2026/10/01,2026/10/15,市役所,VISA,1,500,8,0,492\r\n");
    take(&centre, "payout:card", None, cp932::encode(&other).unwrap()).await;
    let said = of_closing(&browser, CLOSINGS[1].1).await;
    assert!(said.contains("支払明細のうち1件は") && said.contains("推定に使っていません"), "{said}");

    // A month can be signed once a counter has spoken of it.
    let day = CLOSINGS[0].1;
    centre.clock.set(at(day, 9, 0, 0));
    let mut counter = centre.counter().await;
    open(&mut counter, day);
    sell(&mut counter, day, 1, 1, cash(Yen::new(600)));
    close(&mut counter, day);
    centre.clock.set(at(TODAY, 9, 0, 0));
    assert_eq!(centre.deliver(&counter, &counter.entries).await.status(), 200);
    browser.sign_in_again().await;
    let reason = "確かめたうえで締めます".to_owned();
    let month = "2026-09".parse().unwrap();
    period::lock(centre.state(), "kaikei-1", NewLock { month, contract: None, reason }).await.unwrap();
    let address = format!("/papers/contract/card/{}", CLOSINGS[0].1);
    assert_eq!(block(&browser.get(&address).await), None, "as it was signed");
    assert!(block(&browser.get(&format!("{address}?as_of={TODAY}")).await).is_some(), "made anew");
}
