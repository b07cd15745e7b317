//! Blind count, terminal totals typed twice, close with a reason, X, hand-over.

use domain::{
    command::Command,
    id::AttemptId,
    money::Yen,
    payment::{Approval, AttemptFact, Outcome},
};
use drivers::cat::LinkState;
use serde_json::json;

use super::{Counter, enrolment};
use crate::{
    codes::CodeSettings,
    devices::standing::Stage,
    till::{DeviceView, Role},
};

async fn sold_in_cash(counter: &Counter) {
    let cash = counter.sell("line=JUMIN&q=2", "cash").await;
    let command = counter.get(&cash.location).await.hidden(&cash.location, "command");
    counter.post(&cash.location, &[("command", &command), ("tendered", "1000")]).await;
}

async fn count(counter: &Counter, pieces: &[(&str, &str)]) -> String {
    let command = counter.get("/close/count").await.hidden("/close/count", "command");
    let mut sent = vec![("command", command.as_str()), ("record", "yes")];
    sent.extend_from_slice(pieces);
    counter.post("/close/count", &sent).await.location
}

#[tokio::test]
async fn the_count_is_blind_and_a_difference_needs_a_reason() {
    let counter = Counter::opened().await;
    sold_in_cash(&counter).await;
    for page in [counter.get("/close").await, counter.get("/close/count").await] {
        assert!(!page.shows("10,600"), "what should be there is hidden until it was counted");
    }
    let sum = counter.post("/close/count", &[("sum", "yes"), ("pieces-1000", "10")]).await;
    assert!(sum.shows("10,000円") && sum.shows("value=\"10\""));
    assert_eq!(
        count(&counter, &[("pieces-1000", "10"), ("pieces-500", "1"), ("pieces-10", "9")]).await,
        "/close"
    );
    let page = counter.get("/close").await;
    assert!(page.shows("10,600円") && page.shows("10,590円") && page.shows("▲10"));
    let command = page.hidden("/close", "command");
    let refused = counter.post("/close", &[("command", &command)]).await;
    assert!(refused.shows("現金が10円不足です") && counter.state().day.is_some());
    let closed = counter.post("/close", &[("command", &command), ("reason", "原因不明・調査中")]).await;
    let page = counter.get(&closed.location).await;
    assert!(page.shows("締めました") && page.shows("払込") && page.shows("600円") && page.shows("鎖の先頭"));
    assert!(counter.state().day.is_none());
    assert_eq!(counter.get("/").await.location, "/opening");
}

#[tokio::test]
async fn a_day_without_difference_closes_without_a_reason() {
    let counter = Counter::opened().await;
    sold_in_cash(&counter).await;
    count(&counter, &[("pieces-1000", "10"), ("pieces-100", "6")]).await;
    let page = counter.get("/close").await;
    assert!(page.shows("差はありません") && !page.shows("差異の理由"));
    let command = page.hidden("/close", "command");
    assert_eq!(counter.post("/close", &[("command", &command)]).await.location, "/closed");
}

#[tokio::test]
async fn totals_of_a_terminal_that_is_not_linked_are_typed_twice() {
    let counter = Counter::opened().await;
    let reply = counter.sell("add=JUMIN", "emoney").await;
    let key = format!("{}/key", reply.location);
    let command = counter.get(&reply.location).await.hidden(&key, "command");
    let sent =
        [("command", command.as_str()), ("brand", "waon"), ("slip_number", "1"), ("result", "approved")];
    counter.post(&key, &sent).await;
    let address = "/close/totals/emoney";
    let command = counter.get(address).await.hidden(address, "command");
    let first = [("command", command.as_str()), ("count1-waon", "1"), ("amount1-waon", "３００")];
    let second_round = counter.post(address, &[&first[..], &[("round", "1")]].concat()).await;
    assert!(
        second_round.shows("もう一度同じものを") && second_round.shows("name=\"count2-waon\" value=\"\"")
    );
    let differs = [("round", "2"), ("count2-waon", "1"), ("amount2-waon", "200")];
    let refused = counter.post(address, &[&first[..], &differs[..]].concat()).await;
    assert!(refused.shows("1回目と2回目の日計が違います"));
    let alike = [("round", "2"), ("count2-waon", "1"), ("amount2-waon", "300")];
    assert_eq!(counter.post(address, &[&first[..], &alike[..]].concat()).await.location, "/close");
    assert!(counter.get("/close").await.shows("記録しました"));
}

#[tokio::test]
async fn totals_of_a_linked_terminal_are_asked_for_by_a_button() {
    let counter = Counter::opened().await;
    let address = "/close/totals/card";
    let page = counter.get(address).await;
    let command = page.hidden(&format!("{address}/ask"), "command");
    let asked = counter.post(&format!("{address}/ask"), &[("command", &command)]).await;
    let page = counter.get(&asked.location).await;
    assert!(page.shows("日計を読んでいます") && page.shows("http-equiv=\"refresh\""));
    let by_hand = counter.get(&format!("{address}?typed=yes")).await;
    assert!(by_hand.shows("count1-visa") && !by_hand.shows("http-equiv=\"refresh\""));
}

#[tokio::test]
async fn an_inspection_shows_the_figures_and_hides_the_cash_before_the_count() {
    let counter = Counter::opened().await;
    sold_in_cash(&counter).await;
    let command = counter.get("/close").await.hidden("/inspect", "command");
    let taken = counter.post("/inspect", &[("command", &command)]).await;
    let page = counter.get(&taken.location).await;
    assert!(page.shows("点検（X）") && page.shows("住民票の写し") && !page.shows("10,600"));
}

#[tokio::test]
async fn a_sale_that_waits_holds_the_close_and_can_be_abandoned() {
    let counter = Counter::opened().await;
    let cash = counter.sell("add=JUMIN", "cash").await;
    count(&counter, &[("pieces-1000", "10")]).await;
    let page = counter.get("/close").await;
    assert!(page.shows("支払待ちの取引が1件あります") && page.shows(" disabled>"));
    let sale = cash.location.strip_suffix("/cash").unwrap();
    let abandon = format!("{sale}/abandon");
    let command = counter.get(sale).await.hidden(&abandon, "command");
    let refused = counter.post(&abandon, &[("command", &command)]).await;
    assert!(refused.shows("中止の理由を入れてください"));
    counter.post(&abandon, &[("command", &command), ("reason", "申請の取下げ")]).await;
    assert!(!counter.get("/close").await.shows("支払待ちの取引が"));
}

#[tokio::test]
async fn the_clerk_changes_in_one_touch() {
    let counter = Counter::opened().await;
    let command = counter.get("/operator").await.hidden("/operator", "command");
    let changed = counter.post("/operator", &[("command", &command), ("operator", "c02")]).await;
    assert_eq!(changed.location, "/sell");
    assert!(counter.get("/sell").await.shows("窓口担当B"));
    let unknown = counter.post("/operator", &[("command", "x"), ("operator", "nobody")]).await;
    assert!(unknown.shows("担当者が登録されていません"));
}

/// A counter that has sold for 600 yen by an operator in the network.
async fn sold_by_an_operator() -> Counter {
    let mut enrolment = enrolment();
    if let Command::Enrol { profile, .. } = &mut enrolment {
        let route = json!({ "id": "dynamic", "label": "コード決済", "method": "code_dynamic", "brands": ["paypay"],
                            "contract": "k-pp", "kind": { "kind": "linked_terminal", "device": "operator-1" } });
        profile.routes.push(serde_json::from_value(route).unwrap());
    }
    let counter = Counter::enrolled_as(enrolment, CodeSettings::default()).await.open_day().await;
    let view = DeviceView {
        role: Role::Cat,
        stage: Stage::Ready,
        rests: false,
        link: LinkState::Ready,
        takes_codes: false,
        gives_totals: false,
        attention_ja: None,
    };
    counter.till.board().show_device(&"operator-1".parse().unwrap(), view);
    let reply = counter.sell("line=JUMIN&q=2", "dynamic").await;
    let attempt: AttemptId = reply.location.strip_prefix("/attempt/").unwrap().parse().unwrap();
    let page = counter.get(&reply.location).await;
    assert!(page.shows("PayPayで決済しています") && !page.shows("端末に"));
    counter.device(Command::RecordFact { attempt, fact: AttemptFact::Sending }).await;
    let approval = Approval {
        settled_amount: Some(Yen::new(600)),
        brand: Some("paypay".parse().unwrap()),
        slip_number: Some("0123".into()),
        ..Approval::default()
    };
    counter.device(Command::RecordOutcome { attempt, outcome: Outcome::Approved(approval) }).await;
    assert_eq!(count(&counter, &[("pieces-1000", "10")]).await, "/close");
    counter
}

#[tokio::test]
async fn an_operator_has_no_slip_and_its_screens_totals_are_typed_twice() {
    let counter = sold_by_an_operator().await;
    assert!(counter.get("/close").await.shows("PayPay管理画面の当日合計"));
    let address = "/close/totals/dynamic";
    let page = counter.get(address).await;
    assert!(page.shows("PayPayの管理画面で当日の合計を見て") && page.shows("照合は支払明細で行う"));
    assert!(page.shows("name=\"count1-paypay\"") && !page.shows("端末から") && !page.shows("日計票"));
    let command = page.hidden(address, "command");
    // Never asked over the line, also by a page of yesterday.
    assert_eq!(counter.post(&format!("{address}/ask"), &[("command", "x")]).await.location, address);
    assert!(counter.state().day.as_ref().unwrap().totals_wanted.is_empty());
    let first = [("command", command.as_str()), ("count1-paypay", "1"), ("amount1-paypay", "600")];
    let second = counter.post(address, &[&first[..], &[("round", "1")]].concat()).await;
    assert!(second.shows("もう一度同じものを") && !second.shows("日計票"));
    let differs = [("round", "2"), ("count2-paypay", "1"), ("amount2-paypay", "6000")];
    let refused = counter.post(address, &[&first[..], &differs[..]].concat()).await;
    assert!(refused.shows("PayPayの管理画面を見て、もう一度") && !refused.shows("日計票"));
    let alike = [("round", "2"), ("count2-paypay", "1"), ("amount2-paypay", "600")];
    assert_eq!(counter.post(address, &[&first[..], &alike[..]].concat()).await.location, "/close");
    let page = counter.get("/close").await;
    assert!(page.shows("記録しました") && page.shows("差はありません"), "{}", page.page);
    let command = page.hidden("/close", "command");
    assert_eq!(counter.post("/close", &[("command", &command)]).await.location, "/closed");
}

#[tokio::test]
async fn a_day_closes_without_an_operators_totals_for_a_reason_that_is_kept() {
    let counter = sold_by_an_operator().await;
    let page = counter.get("/close").await;
    assert!(page.shows("照合は支払明細で行う") && page.shows("理由を書けば締められます"));
    let command = page.hidden("/close", "command");
    let refused = counter.post("/close", &[("command", &command)]).await;
    assert!(counter.state().day.is_some(), "{}", refused.page);
    let sent = [("command", command.as_str()), ("reason", "照合は支払明細で行う")];
    assert_eq!(counter.post("/close", &sent).await.location, "/closed");
    assert!(counter.state().day.is_none());
}
