//! 利用券・後納 and 証券 on the pages; wallets that have ended are not offered.

use axum::http::StatusCode;
use domain::{method::Method, money::Yen, state::SaleState};

use super::{Counter, Reply};

/// Keys the number that a page asks for.
async fn key(counter: &Counter, page: &Reply, number: &str) -> Reply {
    let form = counter.get(&page.location).await;
    let command = form.hidden(&page.location, "command");
    counter.post(&page.location, &[("command", &command), ("reference", number)]).await
}

#[tokio::test]
async fn a_coach_pays_with_a_coupon_and_gets_no_receipt_of_money() {
    let counter = Counter::opened().await;
    let asked = counter.sell("line=ADULT&q=40&line=ADULT&q=2&free=1~TECHO", "coupon").await;
    assert!(asked.location.ends_with("/reference/coupon"), "{}", asked.location);
    let form = counter.get(&asked.location).await;
    assert!(form.shows("9,600<small>円") && form.shows("クーポン番号") && form.shows("利用券受領票を印刷"));
    assert!(form.shows("autofocus") && form.shows("お釣りは出ません"));
    let empty = key(&counter, &asked, "　").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.shows("券番号を入れてください"));
    let card = key(&counter, &asked, "４１１１ １１１１ １１１１ １１１１").await;
    assert!(card.shows("カード番号のような数字は記録できません"));
    assert!(counter.state().sales.values().all(|sale| sale.state == SaleState::Open));
    let command = form.hidden(&asked.location, "command");
    for _ in 0..2 {
        let sent = [("command", command.as_str()), ("reference", "Ｋ-2207-0815")];
        let done = counter.post(&asked.location, &sent).await;
        let page = counter.get(&done.location).await;
        assert!(page.shows("会計が済みました") && page.shows("K-2207-0815") && page.shows("利用券受領票"));
        assert!(page.shows("調定のみ") && page.shows("受付日") && !page.shows("領収書"));
    }
    let state = counter.state();
    let payment = &state.sales.values().next().unwrap().completion.as_ref().unwrap().payment;
    assert_eq!((payment.method, payment.amount), (Method::Voucher, Yen::new(9_600)));
    assert_eq!(state.next_receipt, 2, "booked once");
    let today = counter.get("/today").await;
    assert!(today.shows("利用券（クーポン）") && today.shows("9,600"));
    assert!(counter.get("/display").await.shows("ありがとうございました"));
}

#[tokio::test]
async fn the_number_is_keyed_by_touch_without_javascript() {
    let counter = Counter::opened().await;
    let asked = counter.sell("add=ADULT", "later").await;
    let page = counter.get(&format!("{}?reference=R4-1&key=2", asked.location)).await;
    assert!(page.shows("name=\"reference\" value=\"R4-12\"") && page.shows("300<small>円"));
    let page = counter.get(&format!("{}?reference=R4-12&key=back", asked.location)).await;
    assert!(page.shows("name=\"reference\" value=\"R4-1\""));
    let done = key(&counter, &asked, "令４教第１２号").await;
    assert!(counter.get(&done.location).await.shows("令4教第12号"), "as a city writes its approvals");
    assert_eq!(counter.get(&asked.location).await.location, done.location, "once is enough");
}

#[tokio::test]
async fn a_claim_is_voided_and_no_cash_goes_back() {
    let counter = Counter::opened().await;
    for (route, number, advice) in [
        ("coupon", "K-1", "利用券をお客様に返します。現金は返しません"),
        ("later", "R4-1", "後納の請求から外れます"),
        ("kogawase", "A-1", "証券（額面 450円）をお客様に返します"),
    ] {
        let asked = counter.sell("add=KOSEKI", route).await;
        let done = key(&counter, &asked, number).await;
        let void = format!("{}/void", done.location);
        let form = counter.get(&void).await;
        assert!(form.shows(advice) && !form.shows("現金 450円"), "{route}");
        let command = form.hidden(&void, "command");
        let voided = counter.post(&void, &[("command", &command), ("why", "数の打ち間違い")]).await;
        assert!(counter.get(&voided.location).await.shows("取消済"), "{route}");
    }
    assert!(counter.state().attempts.is_empty(), "no device was asked");
}

#[tokio::test]
async fn a_coupon_is_not_taken_twice() {
    let counter = Counter::opened().await;
    let first = counter.sell("add=ADULT", "coupon").await;
    key(&counter, &first, "K-77").await;
    let second = counter.sell("add=ADULT", "coupon").await;
    let refused = key(&counter, &second, "ｋ-77").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.shows("本日すでに領収書番号") && refused.shows("000001") && refused.shows("aria-invalid")
    );
    assert_eq!(counter.state().next_receipt, 2, "booked once");
}

#[tokio::test]
async fn the_evening_lists_what_is_owed_and_what_goes_to_the_bank() {
    let counter = Counter::opened().await;
    for (basket, route, number) in [
        ("line=ADULT&q=20", "coupon", "K-1"),
        ("add=STUDENT", "later", "R4-1"),
        ("add=KOSEKI", "kogawase", "A-45001"),
    ] {
        let asked = counter.sell(basket, route).await;
        key(&counter, &asked, number).await;
    }
    let cash = counter.sell("add=JUMIN", "cash").await;
    let command = counter.get(&cash.location).await.hidden(&cash.location, "command");
    counter.post(&cash.location, &[("command", &command), ("tendered", "300")]).await;
    let close = counter.get("/close").await;
    assert!(!close.shows("端末日計: 旅行会社クーポン") && !close.shows("端末日計: 定額小為替"));
    assert_eq!(counter.get("/close/totals/coupon").await.location, "/close", "no terminal, no totals");
    let command = counter.get("/close/count").await.hidden("/close/count", "command");
    let counted =
        [("command", command.as_str()), ("record", "yes"), ("pieces-1000", "10"), ("pieces-100", "3")];
    counter.post("/close/count", &counted).await;
    let page = counter.get("/close").await;
    assert!(page.shows("差はありません"), "claims and securities do not stand in the drawer");
    let command = page.hidden("/close", "command");
    let closed = counter.post("/close", &[("command", &command)]).await;
    let page = counter.get(&closed.location).await;
    for text in ["調定のみ・未収納", "うち未収納（利用券・後納）", "<strong>5,000</strong>円", "後納"]
    {
        assert!(page.shows(text), "{text}\n{}", page.page);
    }
    assert!(
        page.shows("<dt>証券</dt><dd>450円</dd>") && page.shows("<strong class=\"figure\">750円</strong>")
    );
    assert!(page.shows("現金収納と証券の額です"));
}

#[tokio::test]
async fn a_claim_that_nobody_owes_is_not_offered() {
    let counter = Counter::opened().await;
    let page = counter.get("/sell?add=ADULT").await;
    assert!(page.shows("value=\"coupon\"") && !page.shows("value=\"nobody-owes\""));
    assert!(page.shows("登録が正しくありません"));
    let asked = counter.sell("add=ADULT", "coupon").await;
    let elsewhere = asked.location.replace("/coupon", "/nobody-owes");
    let command = counter.get(&elsewhere).await.hidden(&elsewhere, "command");
    let refused = counter.post(&elsewhere, &[("command", &command), ("reference", "K-1")]).await;
    assert!(refused.shows("管理者に連絡してください") && refused.shows("value=\"K-1\""));
    let cash = asked.location.replace("/coupon", "/cash");
    assert!(counter.get(&cash).await.shows("見つかりません"), "the drawer takes no number");
}

#[tokio::test]
async fn a_wallet_that_has_ended_is_not_offered() {
    let counter = Counter::opened().await;
    let asked = counter.sell("add=ADULT", "jpqr").await;
    let page = counter.get(&asked.location).await;
    assert!(page.shows("PayPay") && !page.shows("LINE Pay"), "LINE Pay ended on 23 April 2025");
    let form = format!("{}/jpqr", asked.location);
    let command = page.hidden(&form, "command");
    let sent = [
        ("command", command.as_str()),
        ("wallet", "linepay"),
        ("sheet_number", "00017"),
        ("shown_amount", "300"),
        ("payer_digits", "4821"),
    ];
    let refused = counter.post(&form, &sent).await;
    assert!(refused.shows("「LINE Pay」は令和7年4月24日(木)から使えません"));
}
