//! Linked terminal, terminal that is not linked, printed sheet; and what happens when nobody can tell.

use domain::{
    command::Command,
    id::AttemptId,
    payment::{Approval, AttemptFact, Decline, Doubt, DoubtCause, Outcome, Phase},
    state::SaleState,
};

use super::{Counter, Reply};

fn attempt_of(reply: &Reply) -> AttemptId {
    reply.location.strip_prefix("/attempt/").unwrap().parse().unwrap()
}

/// A card payment whose answer never came.
async fn card_in_doubt(counter: &Counter) -> (AttemptId, String) {
    let reply = counter.sell("line=JUMIN&q=2", "card").await;
    let attempt = attempt_of(&reply);
    counter.device(Command::RecordFact { attempt, fact: AttemptFact::Sending }).await;
    let doubt = Doubt {
        phase: Phase::Sent,
        cause: DoubtCause::Silence,
        detail: "no completion".into(),
        partial: None,
    };
    counter.device(Command::RecordOutcome { attempt, outcome: Outcome::Unknown(doubt) }).await;
    (attempt, reply.location)
}

#[tokio::test]
async fn a_card_payment_is_followed_and_ends_with_its_result() {
    let counter = Counter::opened().await;
    let reply = counter.sell("line=JUMIN&q=2", "card").await;
    let attempt = attempt_of(&reply);
    let page = counter.get(&reply.location).await;
    assert!(page.shows("http-equiv=\"refresh\"") && page.shows("600<small>円") && page.shows("中止を頼む"));
    let cancel = page.hidden(&format!("{}/cancel", reply.location), "command");
    counter.post(&format!("{}/cancel", reply.location), &[("command", &cancel)]).await;
    let page = counter.get(&reply.location).await;
    assert!(page.shows("中止を端末に頼みました") && !page.shows("中止を頼む</button>"));
    let approval = Approval { brand: Some("visa".parse().unwrap()), ..Approval::default() };
    counter.device(Command::RecordOutcome { attempt, outcome: Outcome::Approved(approval) }).await;
    let done = counter.get(&counter.get(&reply.location).await.location).await;
    assert!(done.shows("会計が済みました") && done.shows("クレジットカード Visa"));
}

#[tokio::test]
async fn a_refusal_offers_the_other_ways() {
    let counter = Counter::opened().await;
    let reply = counter.sell("add=JUMIN", "card").await;
    let attempt = attempt_of(&reply);
    let decline = Decline { code: "6c".into(), text: "abort".into() };
    counter.device(Command::RecordOutcome { attempt, outcome: Outcome::Declined(decline) }).await;
    let page = counter.get(&reply.location).await;
    assert!(page.shows("不成立") && page.shows("引き落とされていません") && page.shows("value=\"cash\""));
}

#[tokio::test]
async fn a_doubt_never_offers_to_pay_again_before_the_check() {
    let counter = Counter::opened().await;
    let (_, address) = card_in_doubt(&counter).await;
    let page = counter.get(&address).await;
    assert!(page.shows("もう一度決済しないでください") && page.shows("端末から返事がありません"));
    assert!(!page.shows("class=\"methods\"") && !page.shows("http-equiv=\"refresh\""));
    for exit in ["待っていただく", "預り証を渡す", "別の方法で支払う"] {
        assert!(page.shows(exit), "{exit}");
    }
    let resolve = format!("{address}/resolve");
    let command = page.hidden(&resolve, "command");
    let early = [("command", command.as_str()), ("charged", "no"), ("basis", "見た"), ("check", "0")];
    let refused = counter.post(&resolve, &early).await;
    assert!(refused.shows("確かめていない手順があります") && refused.shows("value=\"見た\""));
    assert_eq!(counter.state().doubts().count(), 1);
    let next = counter.get("/sell?add=JUMIN").await;
    assert!(next.shows("前回の結果を確認中です"), "the terminal waits, the counter does not");
    assert!(counter.get("/unknowns").await.shows("クレジット"));
    assert!(counter.get("/display").await.shows("もう一度お支払いにならず"));
}

#[tokio::test]
async fn a_doubt_ends_by_a_person_with_a_basis() {
    let counter = Counter::opened().await;
    let (_, address) = card_in_doubt(&counter).await;
    let resolve = format!("{address}/resolve");
    let page = counter.get(&format!("{address}?brand=visa")).await;
    let command = page.hidden(&resolve, "command");
    let mut sent = vec![
        ("command", command.as_str()),
        ("brand", "visa"),
        ("charged", "yes"),
        ("basis", "再印字で売上票が出た"),
        ("slip_number", "００１２"),
    ];
    sent.extend([("check", "0"), ("check", "1"), ("check", "2")]);
    let resolved = counter.post(&resolve, &sent).await;
    let sale = counter.get(&resolved.location).await.location;
    let page = counter.get(&sale).await;
    assert!(page.shows("会計が済みました") && page.shows("0012") && page.shows("暫定"), "{}", page.page);
}

#[tokio::test]
async fn the_three_exits_are_recorded() {
    let counter = Counter::opened().await;
    let (attempt, address) = card_in_doubt(&counter).await;
    let exit = format!("{address}/exit");
    let mut lead = Vec::new();
    for word in ["waits", "held", "other"] {
        let command = counter.get(&address).await.hidden(&exit, "command");
        lead.push(counter.post(&exit, &[("command", &command), ("exit", word)]).await.location);
    }
    let waiting = counter.get(lead.first().unwrap()).await;
    assert!(waiting.shows("http-equiv=\"refresh\"") && waiting.shows("もう一度決済しないでください"));
    assert!(counter.get("/unknowns").await.shows("二重納付確認中"));
    let pay = counter.get(lead.last().unwrap()).await;
    assert!(pay.shows("支払方法を選んでください"));
    assert!(counter.state().attempts.get(&attempt).unwrap().in_doubt(), "another way does not end the doubt");
    let page = counter.get(&address).await;
    assert!(page.shows("別の方法の支払へ進む"));
}

#[tokio::test]
async fn what_a_terminal_shows_is_keyed_and_kept_when_refused() {
    let counter = Counter::opened().await;
    let reply = counter.sell("add=JUMIN", "emoney").await;
    let page = counter.get(&reply.location).await;
    assert!(page.shows("T-2201") && page.shows("300<small>円"));
    let key = format!("{}/key", reply.location);
    let command = page.hidden(&key, "command");
    let refused =
        counter.post(&key, &[("command", &command), ("slip_number", "00123"), ("result", "approved")]).await;
    assert!(refused.shows("売上票のブランドを選んで") && refused.shows("value=\"00123\""));
    let sent =
        [("command", command.as_str()), ("brand", "waon"), ("slip_number", "00123"), ("result", "approved")];
    counter.post(&key, &sent).await;
    let today = counter.get("/today").await;
    assert!(today.shows("電子マネー WAON") && today.shows("暫定"));
}

#[tokio::test]
async fn a_transit_doubt_shows_its_deadline() {
    let counter = Counter::opened().await;
    let reply = counter.sell("add=JUMIN", "emoney").await;
    let key = format!("{}/key", reply.location);
    let command = counter.get(&reply.location).await.hidden(&key, "command");
    let sent = [("command", command.as_str()), ("brand", "transit"), ("result", "cannot_tell")];
    counter.post(&key, &sent).await;
    let page = counter.get(&reply.location).await;
    // 55 days after 20 November 2026 (domain.md 7).
    assert!(page.shows("令和9年1月14日(木)まで") && page.shows("残高照会"));
    assert!(counter.get("/unknowns").await.shows("令和9年1月14日(木)"));
}

async fn jpqr(counter: &Counter, shown: &str, accepted: bool) -> Reply {
    let reply = counter.sell("add=JUMIN", "jpqr").await;
    let confirm = format!("{}/jpqr", reply.location);
    let command = counter.get(&reply.location).await.hidden(&confirm, "command");
    let mut sent = vec![
        ("command", command.as_str()),
        ("wallet", "paypay"),
        ("sheet_number", "00017"),
        ("payer_digits", "4821"),
        ("shown_amount", shown),
    ];
    if accepted {
        sent.push(("accepted_amount", shown));
    }
    let answer = counter.post(&confirm, &sent).await;
    if answer.location.is_empty() { answer } else { counter.get(&answer.location).await }
}

#[tokio::test]
async fn a_printed_sheet_asks_for_the_payers_screen() {
    let counter = Counter::opened().await;
    let done = jpqr(&counter, "300", false).await;
    let page = counter.get(&done.location).await;
    assert!(page.shows("会計が済みました") && page.shows("4821") && page.shows("暫定"));
}

#[tokio::test]
async fn another_amount_on_the_payers_screen_is_explained_before_it_is_recorded() {
    let counter = Counter::opened().await;
    let too_much = jpqr(&counter, "3000", false).await;
    assert!(too_much.shows("2,700円 多く支払われています") && too_much.shows("value=\"4821\""));
    assert!(counter.state().overpayments.is_empty());
    let done = jpqr(&counter, "3000", true).await;
    assert!(done.location.starts_with("/sale/"));
    assert_eq!(counter.state().overpayments.len(), 1);
    let too_little = jpqr(&counter, "30", true).await;
    let page = counter.get(&too_little.location).await;
    assert!(page.shows("支払が足りませんでした") && page.shows("支払方法を選んでください"));
    let open = counter.state().sales.values().filter(|sale| sale.state == SaleState::Open).count();
    assert_eq!(open, 1, "the one left on the first try is still paying; the short one waits again");
}
