//! Yesterday open, a doubted clock, papers that nobody is sure of, strange addresses, headers.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use domain::command::{Command, PrintReport};
use domain::id::PrintJobId;
use drivers::cat::LinkState;
use tower::ServiceExt;

use super::Counter;
use crate::{
    devices::standing::Stage,
    till::{DeviceView, Role},
};

#[tokio::test]
async fn a_new_date_asks_for_yesterdays_close_first() {
    let counter = Counter::opened().await;
    counter.pass_hours(23);
    let page = counter.get("/sell").await;
    assert!(
        page.shows("前日の締めが済んでいません")
            && page.shows("令和8年11月20日(金)")
            && page.shows("href=\"/close\"")
    );
    assert!(counter.get("/opening").await.shows("前日の締めが済んでいません"));
    assert!(counter.get("/close").await.shows("締めの前にすること"));
}

#[tokio::test]
async fn a_clock_that_stepped_back_is_confirmed_by_a_person() {
    let counter = Counter::opened().await;
    counter.pass_hours(-2);
    counter.sell_anything().await;
    let page = counter.get("/sell").await;
    assert_eq!(page.location, "/clock");
    let form = counter.get("/clock").await;
    assert!(form.shows("戻っています") && form.shows("2026-11-20 08:30:00"), "{}", form.page);
    let command = form.hidden("/clock", "command");
    assert!(counter.post("/clock", &[("command", &command)]).await.shows("確かめた方法を入れてください"));
    let confirmed = counter.post("/clock", &[("command", &command), ("reason", "電波時計と同じ")]).await;
    assert_eq!(confirmed.location, "/");
    assert_eq!(counter.get("/").await.location, "/sell");
}

impl Counter {
    /// Any command makes the till look at its clock.
    async fn sell_anything(&self) {
        let command = self.get("/operator").await.hidden("/operator", "command");
        self.post("/operator", &[("command", &command), ("operator", "c01")]).await;
    }
}

#[tokio::test]
async fn a_paper_that_nobody_is_sure_of_waits_for_a_person() {
    let counter = Counter::opened().await;
    let cash = counter.sell("add=JUMIN", "cash").await;
    let command = counter.get(&cash.location).await.hidden(&cash.location, "command");
    let done = counter.post(&cash.location, &[("command", &command), ("tendered", "300")]).await;
    assert!(counter.get(&done.location).await.shows("http-equiv=\"refresh\""));
    let job = PrintJobId(1);
    counter.device(Command::ReportPrint { job, report: PrintReport::Started }).await;
    assert!(counter.get(&done.location).await.shows("印刷中"));
    let reason = "紙が切れました。紙を入れて、出たところを見てください。".to_owned();
    let report = PrintReport::Unknown { reason, may_still_print: true };
    counter.device(Command::ReportPrint { job, report }).await;
    let page = counter.get(&done.location).await;
    assert!(page.shows("印刷不明") && page.shows("紙を入れて") && !page.shows("http-equiv=\"refresh\""));
    assert!(counter.get("/sell").await.shows("印刷確認 1"));
    let command = page.hidden("/print/1", "command");
    let settled = counter.post("/print/1", &[("command", &command), ("seen", "no")]).await;
    assert_eq!(settled.location, done.location);
    assert!(counter.get(&done.location).await.shows("再発行 1回目"));
}

#[tokio::test]
async fn a_machine_that_wants_a_person_says_so_and_hears_when_the_person_has_looked() {
    let counter = Counter::opened().await;
    assert!(counter.get("/devices").await.shows("機器は設定されていません"));
    let id: domain::id::DeviceId = "term1".parse().unwrap();
    let shown = |stage| DeviceView {
        takes_codes: false,
        gives_totals: true,
        role: Role::Cat,
        stage,
        rests: false,
        link: LinkState::Opening,
        attention_ja: Some("端末の画面を見てください。".into()),
    };
    for (stage, words, button) in [
        (Stage::Faulted, "確認が必要", "確かめました"),
        (Stage::Lost, "つながりません", "今すぐ探す"),
        (Stage::Recovering, "前回の結果を確認中", ""),
    ] {
        counter.till.board().show_device(&id, shown(stage));
        let page = counter.get("/devices").await;
        assert!(page.shows(words) && page.shows("決済端末") && page.shows("端末の画面を見て"), "{words}");
        assert_eq!(page.shows("action=\"/devices/term1\""), !button.is_empty(), "{words}");
        assert!(page.shows(button));
        assert!(counter.get("/sell?add=JUMIN").await.shows("class=\"method barred\""), "{words}");
    }
    let asked = counter.till.board().asked_for();
    let reply = counter.post("/devices/term1", &[]).await;
    assert_eq!((reply.location.as_str(), asked.borrow().get(&id)), ("/devices", Some(&1)));
    counter.post("/devices/nobody", &[]).await;
    assert_eq!(asked.borrow().len(), 1, "only machines of this counter are remembered");
}

#[tokio::test]
async fn strange_addresses_and_fields_are_answered_calmly() {
    let counter = Counter::opened().await;
    for path in ["/sale/x", "/attempt/00000000-0000-0000-0000-0000000000ff", "/sale/x/void"] {
        let reply = counter.get(path).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        assert!(reply.shows("見つかりません"), "{path}");
    }
    let empty = counter.post("/sell", &[("command", "x"), ("route", "cash")]).await;
    assert!(empty.shows("明細は1行以上"));
    let long = "あ".repeat(400);
    assert_eq!(counter.post("/sell", &[("line", &long)]).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let unknown = counter.get("/sell?add=NOTHING").await;
    assert!(unknown.shows("単価表にありません"));
    let script = counter.get("/sell?find=%3Cscript%3E").await;
    assert!(!script.shows("<script>") && script.shows("見つかりません"));
}

#[tokio::test]
async fn nothing_from_elsewhere_may_run_here() {
    let counter = Counter::enrolled().await;
    for path in ["/opening", "/display", "/assets/madoguchi.css"] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = counter.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let policy = response.headers().get("content-security-policy").unwrap().to_str().unwrap();
        assert!(policy.starts_with("default-src 'self';"), "{path}");
    }
}
