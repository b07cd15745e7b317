//! What the scanner reads reaches the page that is open, payers' codes reach nothing else; codes to scan from the display.

use domain::{
    command::Command,
    id::{AttemptId, SequenceNumber},
    money::Yen,
    state::SaleState,
};
use drivers::{
    cat::{CodeToShow, LinkState},
    codes::PaymentCode,
    scanner::{Reject, Scan, slip::check_digit},
};
use serde_json::json;

use super::{Counter, Reply, enrolment};
use crate::{
    codes::{
        CodeSettings,
        scans::Heard,
        sheet::{SheetConfig, understand},
    },
    devices::standing::Stage,
    till::{DeviceView, Role},
};

/// A payer's barcode of the brand that the table names, and one that it does not.
const PAYPAY: &str = "910000000000004242";
const NOBODYS: &str = "990000000000004242";
/// `protocols.md` 1.4, C3: operator 12345678.
const PAYER_QR: &str = "hQVKUFFSMWEUTwgxMjM0NTY3OFcIODc2NTQzMjE=";
/// `protocols.md` 1.2, V7.
const SHEET: &str = "00020101021126680019jp.or.paymentsjapan0113123456789012302040001030600012304060000075204939953033925802JP5911CITY OFFICE6005TOKYO6107163800164150002JA0105市民課窓口63045186";

/// A counter whose scanner reads for the way `read`, and whose display shows codes for the way `dynamic`.
async fn counter() -> Counter {
    let Command::Enrol { tenant, counter, incarnation, profile, first_receipt } = enrolment() else {
        unreachable!()
    };
    let mut profile = serde_json::to_value(&profile).unwrap();
    let way = |id: &str, method: &str, device: &str, brand: &str| {
        json!({ "id": id, "label": id, "method": method, "brands": [brand], "contract": "k-code",
                "kind": { "kind": "linked_terminal", "device": device } })
    };
    profile["routes"].as_array_mut().unwrap().extend([
        way("read", "code_consumer_presented", "code1", "paypay"),
        way("elsewhere", "code_consumer_presented", "term1", "merpay"),
        way("dynamic", "code_dynamic", "code2", "paypay"),
    ]);
    let profile = serde_json::from_value(profile).unwrap();
    let enrolment = Command::Enrol { tenant, counter, incarnation, profile, first_receipt };
    let brands = toml::from_str(
        "operator = [{ code = \"12345678\", brand = \"paypay\" }]
         barcode = [{ prefix = \"91\", digits_min = 18, digits_max = 18, brand = \"paypay\" },
                    { prefix = \"92\", digits_min = 18, digits_max = 18, brand = \"merpay\" },
                    { prefix = \"93\", digits_min = 18, digits_max = 18, brand = \"aupay\" }]",
    )
    .unwrap();
    let sheets = understand(&[SheetConfig { number: "00017".into(), payload: SHEET.into() }]).unwrap();
    let counter = Counter::enrolled_as(enrolment, CodeSettings { brands, sheets }).await.open_day().await;
    for (id, role) in [("scanner", Role::Scanner), ("code1", Role::Cat), ("code2", Role::Cat)] {
        let view = DeviceView {
            role,
            stage: Stage::Ready,
            rests: false,
            link: LinkState::Ready,
            takes_codes: id == "code1",
            gives_totals: false,
            attention_ja: None,
        };
        counter.till.board().show_device(&id.parse().unwrap(), view);
    }
    counter
}

impl Counter {
    fn scan(&self, code: &str) -> String {
        let code = PaymentCode::new(code).unwrap();
        self.till.board().scans().put(Heard::Scan(Scan { code, aim: None })).to_string()
    }

    /// A registered sale of 600 yen on its page of payment.
    async fn waiting(&self) -> Reply {
        let address = self.sell("line=JUMIN&q=2", "coupon").await.location;
        let sale = address.split("/reference").next().unwrap().to_owned();
        let page = self.get(&sale).await;
        Reply { location: sale, ..page }
    }

    /// What the page of a sale does with a scan.
    async fn read(&self, page: &Reply, code: &str) -> Reply {
        let (action, number) = (format!("{}/scan", page.location), self.scan(code));
        let command = page.hidden(&action, "command");
        self.post(&action, &[("command", &command), ("scan", &number)]).await
    }

    /// Everything that is durable.
    async fn journal(&self) -> String {
        let entries = self.till.read_after(SequenceNumber(0), 1_000).await;
        entries.iter().map(|entry| String::from_utf8_lossy(entry.bytes()).into_owned()).collect()
    }
}

#[tokio::test]
async fn a_payers_code_begins_the_payment_and_stands_nowhere() {
    for code in [PAYPAY, PAYER_QR] {
        let counter = counter().await;
        let page = counter.waiting().await;
        assert!(page.shows("data-scan=\""));
        let begun = counter.read(&page, code).await;
        let attempt: AttemptId = begun.location.strip_prefix("/attempt/").unwrap().parse().unwrap();
        let known = &counter.state().attempts[&attempt];
        assert_eq!((known.amount, known.route.as_str()), (Yen::new(600), "read"));
        for address in [begun.location.as_str(), "/display", "/today", "/unknowns"] {
            assert!(!counter.get(address).await.page.contains(code), "{address}");
        }
        assert!(!counter.journal().await.contains(code));
        assert!(!format!("{:?}", counter.till.current()).contains(code));
        let kept = counter.till.board().safe().take(attempt).unwrap();
        assert_eq!(kept.expose(), code, "for the terminal, through memory");
        let again = counter.read(&page, code).await;
        assert_eq!(again.location, page.location, "the sale is being paid");
        assert_eq!(counter.till.board().safe().take(attempt), None);
    }
}

#[tokio::test]
async fn the_way_that_reads_has_a_page_of_its_own() {
    let counter = counter().await;
    let to = counter.sell("line=JUMIN&q=2", "read").await.location;
    let page = counter.get(&to).await;
    assert!(
        to.ends_with("/scan/read")
            && page.shows("お客様のコードを読み取ってください")
            && page.shows("600<small>円")
    );
    let action = format!("{}/scan", to.split("/scan/").next().unwrap());
    let command = page.hidden(&action, "command");
    let number = counter.scan(NOBODYS);
    let sent = [("command", command.as_str()), ("route", "read"), ("scan", number.as_str())];
    let begun = counter.post(&action, &sent).await;
    assert!(begun.location.starts_with("/attempt/"), "the clerk chose the way: {}", begun.page);
}

#[tokio::test]
async fn what_cannot_be_paid_with_says_what_to_do() {
    let counter = counter().await;
    let page = counter.waiting().await;
    let body = "9191234500000000000000452087500401310029500";
    let slip = format!("{body}{}", check_digit(body).unwrap());
    for (code, says) in [
        (NOBODYS, "どの決済サービスのコードか分かりません"),
        ("920000000000004242", "決済端末で読み取ってください"),
        ("930000000000004242", "au PAYの読取払いを扱っていません"),
        (slip.as_str(), "払込票（29,500円・期限 2004年1月31日"),
        ("91912345000000000000004520875004013100295005", "納付書のバーコードを正しく読み取れませんでした"),
        ("hQVKUFFSMWEUTwgx", "画面を明るくしてもらい"),
        (SHEET, "お店側のコード"),
        ("https://qr.example.jp/x", "支払いのコードではありません"),
        ("K-2207-0815", "先に支払方法を押し"),
    ] {
        let said = counter.read(&page, code).await;
        assert!(said.shows(says), "{code}: {}", said.page);
        assert!(!said.shows(code) && !said.shows("0000004520875"), "{code}");
    }
    let number = counter.till.board().scans().put(Heard::Rejected(Reject::Broken)).to_string();
    let action = format!("{}/scan", page.location);
    let said = counter.post(&action, &[("command", ""), ("scan", &number)]).await;
    assert!(said.shows("もう一度読み取ってください"));
    let gone = counter.post(&action, &[("command", ""), ("scan", &number)]).await;
    assert!(gone.shows("読取から時間がたった"));
    assert!(counter.state().attempts.is_empty());
}

#[tokio::test]
async fn a_scan_on_the_basket_adds_the_item_or_says_why_not() {
    let counter = counter().await;
    let number = counter.scan("kisai");
    let to = counter.get(&format!("/sell?line=JUMIN&q=2&scan={number}")).await.location;
    assert_eq!(to, "/sell?line=JUMIN&q=2&group=&group_reason=&add=KISAI");
    assert!(counter.get(&to).await.shows("value=\"KISAI\""));
    let number = counter.scan(PAYPAY);
    let early = counter.get(&format!("/sell?line=JUMIN&q=2&scan={number}")).await;
    assert!(early.shows("先に金額を確かめて") && !early.shows(PAYPAY) && early.shows("600<small>円"));
    let again = counter.get(&format!("/sell?line=JUMIN&q=2&scan={number}")).await;
    assert!(!again.shows("role=\"alert\"") && again.shows("600<small>円"));
    let number = counter.scan("4912345678904");
    assert!(counter.get(&format!("/sell?scan={number}")).await.shows("（末尾 8904）の項目はありません"));
}

#[tokio::test]
async fn what_a_keyboard_scanner_types_into_the_search_leaves_the_page() {
    let counter = counter().await;
    let address = counter.get(&format!("/sell?line=JUMIN&q=2&find={PAYPAY}")).await.location;
    assert!(address.contains("line=JUMIN") && address.contains("scan=") && !address.contains(PAYPAY));
    let page = counter.get(&address).await;
    assert!(page.shows("先に金額を確かめて") && !page.shows(PAYPAY));
    assert!(counter.get("/sell?find=いんかん").await.shows("印鑑登録証明書"));
}

#[tokio::test]
async fn a_coupons_number_stands_in_its_field_and_a_payers_never() {
    let counter = counter().await;
    let sale = counter.waiting().await.location;
    let form = format!("{sale}/reference/coupon");
    let number = counter.scan("K-2207-0815");
    let page = counter.get(&format!("{form}?scan={number}")).await;
    assert!(page.shows("name=\"reference\" value=\"K-2207-0815\""), "{}", page.page);
    for code in [PAYPAY, PAYER_QR, NOBODYS] {
        let number = counter.scan(code);
        let page = counter.get(&format!("{form}?scan={number}")).await;
        assert!(page.shows("支払い用コードのような数字") && !page.shows(code));
        let typed = counter.post(&form, &[("command", ""), ("reference", code)]).await;
        assert!(typed.shows("支払い用コードのような数字") && !typed.shows(code));
        assert!(!counter.get(&format!("{form}?reference={code}&key=7")).await.shows(code));
    }
    let taken = counter
        .post(&form, &[("command", &page.hidden(&form, "command")), ("reference", "K-2207-0815")])
        .await;
    assert_eq!(taken.location, sale);
    assert!(counter.state().sales.values().any(|sale| sale.state == SaleState::Completed));
}

#[tokio::test]
async fn a_code_in_a_field_of_money_is_refused_and_not_shown_again() {
    let counter = counter().await;
    let sale = counter.sell("line=JUMIN&q=2", "cash").await.location;
    let page = counter.get(&sale).await;
    assert!(page.shows("maxlength=\"300\""), "a code that is cut would pass for a sum");
    for code in [PAYPAY, PAYER_QR, "4912345678904", "0000000000600"] {
        let command = page.hidden(&sale, "command");
        let said = counter.post(&sale, &[("command", &command), ("tendered", code)]).await;
        assert!(said.shows("手で入れてください") && !said.shows(code), "{code}");
        assert!(!counter.get(&format!("{sale}?tendered={code}&key=1")).await.shows(code));
        let count = counter.post("/close/count", &[("command", ""), ("pieces-1000", code)]).await;
        assert!(!count.shows(code), "{code}");
    }
    assert!(counter.state().sales.values().all(|sale| sale.state == SaleState::Open));
}

#[tokio::test]
async fn a_code_for_this_sale_stands_on_the_display_until_it_ends() {
    let counter = counter().await;
    let reply = counter.sell("line=JUMIN&q=2", "dynamic").await;
    let attempt: AttemptId = reply.location.strip_prefix("/attempt/").unwrap().parse().unwrap();
    let payload = PaymentCode::new("https://qr.example.jp/28180104").unwrap();
    let expires_at = counter.till.current().now.plus_ms(272_000);
    let code = CodeToShow { payload, amount: Yen::new(600), expires_at };
    counter.till.board().show_code(attempt, Some(code));
    for (address, says) in [("/display", "残り 4分32秒"), (reply.location.as_str(), "残り 4分32秒")] {
        let page = counter.get(address).await;
        assert!(
            page.shows("<svg") && page.shows(says) && !page.shows("28180104"),
            "{address}: {}",
            page.page
        );
        assert!(page.shows("600"));
    }
    counter.till.board().clear_progress(attempt);
    assert!(!counter.get("/display").await.shows("<svg"));
}

#[tokio::test]
async fn a_known_sheet_shows_its_code_with_the_amount() {
    let counter = counter().await;
    counter.sell("line=JUMIN&q=2", "jpqr").await;
    let page = counter.get("/display").await;
    assert!(page.shows("<svg") && page.shows("金額は入っています"), "{}", page.page);
}

#[tokio::test]
async fn a_page_hears_of_the_next_scan_and_a_program_of_the_devices() {
    let counter = counter().await;
    let (told, ()) = tokio::join!(counter.get("/scan/wait?after=0"), async {
        tokio::task::yield_now().await;
        counter.scan(PAYPAY);
    });
    assert_eq!(told.page, "1", "the number and nothing of the code");
    let list: serde_json::Value = serde_json::from_str(&counter.get("/devices.json").await.page).unwrap();
    let scanner = list.as_array().unwrap().iter().find(|row| row["id"] == "scanner").unwrap();
    assert_eq!((&scanner["stage"], &scanner["power_state"]), (&json!("ready"), &json!(2001)));
    assert!(counter.get("/devices").await.shows("オンライン 2001"));
}
