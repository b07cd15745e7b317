//! Opening, baskets, cash, free issues, groups, voids.

use axum::http::StatusCode;
use domain::{money::Yen, state::SaleState};

use super::Counter;

#[tokio::test]
async fn the_day_opens_only_after_the_date_was_confirmed() {
    let counter = Counter::enrolled().await;
    assert_eq!(counter.get("/").await.location, "/opening");
    let sent = [("date", "2026-11-20"), ("operator", "c01"), ("pieces-1000", "１０"), ("pieces-500", "五")];
    let refused = counter.post("/opening", &sent).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.shows("数字だけで入れてください")
            && refused.shows("value=\"１０\"")
            && refused.shows("value=\"五\"")
    );
    let refused = counter.post("/opening", &sent[..3]).await;
    assert!(refused.shows("今日の日付を確かめて") && refused.shows("10,000円"));
    assert!(counter.state().day.is_none());
    let opened = Counter::opened().await;
    assert_eq!(opened.state().day.as_ref().unwrap().float.total(), Ok(Yen::new(10_000)));
}

#[tokio::test]
async fn a_certificate_in_cash_takes_few_touches_and_is_booked_once() {
    let counter = Counter::opened().await;
    let cash = counter.sell("line=JUMIN&q=1&add=JUMIN", "cash").await;
    assert_eq!(cash.status, StatusCode::SEE_OTHER);
    let form = counter.get(&cash.location).await;
    assert!(form.shows("600<small>円") && form.shows("1,000円"));
    let command = form.hidden(&cash.location, "command");
    let refused = counter.post(&cash.location, &[("command", &command), ("tendered", "1,000")]).await;
    assert!(refused.shows("数字だけで入れてください") && refused.shows("value=\"1,000\""));
    let refused = counter.post(&cash.location, &[("command", &command), ("tendered", "500")]).await;
    assert!(refused.shows("お預りが合計より少ないです") && refused.shows("value=\"500\""));
    for _ in 0..2 {
        let done = counter.post(&cash.location, &[("command", &command), ("tendered", "１０００")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER);
        let page = counter.get(&done.location).await;
        assert!(page.shows("400<small>円") && page.shows("印刷待ち"), "{}", page.page);
    }
    let state = counter.state();
    assert_eq!(state.sales.len(), 1);
    assert_eq!(state.next_receipt, 2);
    let display = counter.get("/display").await;
    assert!(display.shows("お釣り") && display.shows("400") && display.shows("ありがとうございました"));
    assert!(counter.get("/change").await.shows("<strong>400</strong>"));
}

#[tokio::test]
async fn the_keypad_works_without_javascript() {
    let counter = Counter::opened().await;
    let cash = counter.sell("add=JUMIN", "cash").await;
    let page = counter.get(&format!("{}?tendered=5&key=00", cash.location)).await;
    assert!(page.shows("name=\"tendered\" value=\"500\"") && page.shows("200<small>円"));
}

#[tokio::test]
async fn the_basket_lives_in_the_address() {
    let counter = Counter::opened().await;
    let page = counter.get("/sell?line=JUMIN&q=2&line=INKAN&q=1&add=KOSEKI").await;
    assert!(page.shows("1,350<small>円"));
    let again = counter.get("/sell?line=JUMIN&q=2&line=INKAN&q=1&add=KOSEKI").await;
    assert!(again.shows("1,350<small>円"), "loading again changes nothing");
    assert!(counter.get("/display").await.shows("1,350"));
    let found = counter.get("/sell?find=%E3%82%B3%E3%82%BB%E3%82%AD").await;
    assert!(found.shows("戸籍全部事項証明") && !found.shows("印鑑登録証明書"));
    assert!(counter.get("/sell?find=koseki").await.shows("450<small>円"), "a code is taken at once");
    assert!(counter.state().sales.is_empty());
}

#[tokio::test]
async fn free_issues_need_a_ground_from_the_list() {
    let counter = Counter::opened().await;
    let grounds = counter.get("/sell?line=JUMIN&q=1&show=grounds~0").await;
    assert!(grounds.shows("国民年金法104条") && !grounds.shows("障害者手帳"));
    let free = counter.sell("line=JUMIN&q=1&free=0~NENKIN", "free").await;
    let page = counter.get(&free.location).await;
    assert!(page.shows("会計が済みました") && page.shows("国民年金法104条"));
}

#[tokio::test]
async fn the_group_price_comes_by_itself_and_is_overridden_with_a_reason() {
    let counter = Counter::opened().await;
    assert!(counter.get("/sell?line=ADULT&q=19").await.shows("5,700<small>円"));
    let group = counter.get("/sell?line=ADULT&q=20").await;
    assert!(group.shows("4,800<small>円") && group.shows("団体料金・自動"));
    let asks = counter.get("/sell?line=ADULT&q=19&group=group&group_reason=").await;
    assert!(asks.shows("団体料金の理由を入れてください") && asks.shows("id=\"group_reason\""));
    let given = counter.get("/sell?line=ADULT&q=19&group=group&group_reason=%E6%AC%A0%E5%B8%AD").await;
    assert!(given.shows("4,560<small>円") && given.shows("人の判断"));
}

#[tokio::test]
async fn what_cannot_be_paid_so_says_why() {
    let counter = Counter::opened().await;
    let page = counter.get("/sell?add=CARD").await;
    assert!(page.shows("「個人番号カード再交付」は不可"));
    let mixed = counter.get("/sell?line=ADULT&q=1&line=GOODS&q=1").await;
    assert!(mixed.shows("収入の帰属が違う") && !mixed.shows("pay-bar"));
}

#[tokio::test]
async fn a_total_that_changed_under_the_clerks_eyes_is_not_charged() {
    let counter = Counter::opened().await;
    let fields = [("line", "JUMIN"), ("q", "2"), ("shown_total", "300"), ("route", "cash"), ("command", "x")];
    let reply = counter.post("/sell", &fields).await;
    assert!(reply.location.ends_with("?changed=yes"), "{}", reply.location);
    assert!(counter.get(&reply.location).await.shows("合計を確かめてから"));
}

#[tokio::test]
async fn a_sale_is_voided_with_a_reason_and_keeps_its_number() {
    let counter = Counter::opened().await;
    let cash = counter.sell("add=JUMIN", "cash").await;
    let form = counter.get(&cash.location).await;
    let command = form.hidden(&cash.location, "command");
    let done = counter.post(&cash.location, &[("command", &command), ("tendered", "300")]).await;
    let void = format!("{}/void", done.location);
    let form = counter.get(&void).await;
    assert!(form.shows("現金 300円 をお客様に返します"));
    let command = form.hidden(&void, "command");
    let refused = counter.post(&void, &[("command", &command)]).await;
    assert!(refused.shows("取消の理由を入れてください"));
    let voided = counter.post(&void, &[("command", &command), ("why", "数の打ち間違い")]).await;
    assert!(counter.get(&voided.location).await.shows("取消済"));
    assert_eq!(counter.state().sales.values().next().unwrap().state, SaleState::Voided);
    assert!(counter.get("/today").await.shows("000001"));
}
