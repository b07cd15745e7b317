//! The agent dies in the middle of a payment by the operator's code: the order stands at the operator, the code has been seen.
//!
//! The operator is the simulator with its own book and lives on; each life of the agent is a runtime that is dropped with everything in
//! it, over the same disk. What must hold: the doubt is asked about under the same id, money that came is booked once with one paper,
//! no second order is made, and a clerk who waits reads until when and what to do.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
};
use domain::{
    command::Command,
    event::Paper,
    id::{AttemptId, SaleId},
    money::Yen,
    state::{SaleState, State},
};
use drivers::paypay::simulator::{ChargeState, PayPaySimulator, SimulatorOptions};
use pos_agent::{
    codes::CodeSettings,
    config::Config,
    devices::{registry::understand_all, runner::Devices},
    edge::SystemClock,
    journal_store::simulated::SimulatedDisk,
    web::{DisplaySettings, WebState, router},
};
use tokio::runtime::{Builder, Runtime};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;

use crate::support::{Counter, Counting, HandClock, enrol, lines, open_day};

/// What outlives the agent.
struct World {
    _runtime: Runtime,
    operator: PayPaySimulator,
    folder: tempfile::TempDir,
    disk: SimulatedDisk,
    clock: Arc<HandClock>,
    ids: Arc<Counting>,
}

impl World {
    fn new() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let options = SimulatorOptions::default();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), &options.secret).unwrap();
        let operator = runtime.block_on(PayPaySimulator::start(options, Arc::new(SystemClock))).unwrap();
        let (disk, clock, ids) = (SimulatedDisk::new(1), HandClock::new(), Arc::default());
        Self { _runtime: runtime, operator, folder, disk, clock, ids }
    }

    fn config(&self) -> Config {
        let text = format!(
            "[[device]]\nid = \"operator-1\"\nrole = \"cat\"\ndriver = \"paypay\"\nhost = \"{}\"\nkey_id = \"SIMULATED-KEY\"\n\
             secret_file = {:?}\npoll_ms = 50\n",
            self.operator.base_url(),
            self.folder.path().join("secret")
        );
        Config::parse(&text).unwrap()
    }

    /// Another life of the agent.
    fn life(&self) -> Life {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let (counter, pages) = runtime.block_on(async {
            let (clock, ids) = (Arc::clone(&self.clock), Arc::clone(&self.ids));
            let counter = Counter::resume(self.disk.clone(), clock, ids);
            let mut devices = Devices::new(counter.till.clone(), Arc::clone(&counter.ids) as _);
            for (id, understood) in understand_all(&self.config().device).unwrap() {
                devices.add(&id, &understood);
            }
            devices.start(&TaskTracker::new(), &CancellationToken::new());
            let (entropy, clock) = (Arc::clone(&counter.ids) as _, Arc::clone(&counter.clock) as _);
            let web = WebState::new(counter.till.clone(), entropy, clock, DisplaySettings::default());
            (counter, router(web.with_codes(CodeSettings::default())))
        });
        Life { counter, pages, runtime }
    }
}

/// An agent. Dropping it is its end at this very moment: nothing of it runs on, nothing is taken back.
struct Life {
    counter: Counter,
    pages: Router,
    runtime: Runtime,
}

impl Life {
    /// Enrols with the operator's way of paying, and sells: the code stands on the display.
    fn shows_a_code(&self) -> (SaleId, AttemptId) {
        let mut enrol = enrol();
        if let Command::Enrol { profile, .. } = &mut enrol {
            let route = serde_json::json!({
                "id": "dynamic", "label": "PayPay", "method": "code_dynamic", "brands": ["paypay"], "contract": "c-code",
                "kind": { "kind": "linked_terminal", "device": "operator-1" },
            });
            profile.routes.push(serde_json::from_value(route).unwrap());
        }
        self.runtime.block_on(async {
            self.counter.ok(enrol).await;
            self.counter.ok(open_day(&self.counter.clock)).await;
            let sale = SaleId(self.counter.ok(lines(&[("jumin", 2)])).await.0);
            let wish =
                Command::RequestPayment { sale, route: "dynamic".parse().unwrap(), repeat_reason: None };
            let attempt = AttemptId(self.counter.ok(wish).await.0);
            self.counter.until("the code is shown", |view| view.codes.contains_key(&attempt)).await;
            (sale, attempt)
        })
    }

    fn until(&self, what: &str, holds: impl Fn(&State) -> bool) {
        self.runtime.block_on(self.counter.until(what, |view| holds(&view.state)));
    }

    fn page(&self, address: &str) -> String {
        self.runtime.block_on(async {
            let request = Request::get(address).body(Body::empty()).unwrap();
            let response = self.pages.clone().oneshot(request).await.unwrap();
            let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
            String::from_utf8(bytes.to_vec()).unwrap()
        })
    }

    fn state(&self) -> Arc<State> {
        Arc::clone(&self.counter.till.current().state)
    }

    /// Booked once, on one paper, from one order.
    fn must_be_paid_once(&self, world: &World, sale: SaleId, attempt: AttemptId) {
        let state = self.state();
        let is_receipt = |paper: &Paper| matches!(paper, Paper::Receipt { sale: of, .. } if *of == sale);
        assert_eq!(state.prints.values().filter(|job| is_receipt(&job.paper)).count(), 1);
        let approval = state.attempts[&attempt].approval().unwrap();
        assert_eq!(approval.settled_amount, Some(Yen::new(600)));
        let book = world.operator.book();
        assert_eq!((book.len(), world.operator.asked("create")), (1, 1), "no second order");
        assert_eq!(book[0].merchant_payment_id, attempt.to_string());
        assert_eq!(world.operator.charged(), [Yen::new(600)]);
    }
}

fn completed(sale: SaleId) -> impl Fn(&State) -> bool {
    move |state| state.sales[&sale].state == SaleState::Completed
}

#[test]
fn money_that_came_while_the_agent_was_dead_is_booked_once() {
    let world = World::new();
    let life = world.life();
    let (sale, attempt) = life.shows_a_code();
    drop(life);
    assert!(world.operator.pay(), "the citizen still has the code on the telephone");
    let life = world.life();
    life.until("asked and booked", completed(sale));
    life.must_be_paid_once(&world, sale, attempt);
    drop(life);
    // One more start asks nothing and changes nothing.
    let asked = world.operator.asked("details");
    let life = world.life();
    life.runtime.block_on(life.counter.until("ready", |view| {
        view.devices.values().all(|device| device.stage == pos_agent::devices::standing::Stage::Ready)
            && !view.devices.is_empty()
    }));
    life.must_be_paid_once(&world, sale, attempt);
    assert!(world.operator.asked("details") <= asked + 1, "the look at the line alone");
}

#[test]
fn an_order_that_nobody_has_paid_yet_stays_in_doubt_and_the_clerk_reads_until_when() {
    let world = World::new();
    let life = world.life();
    let (sale, attempt) = life.shows_a_code();
    drop(life);
    let life = world.life();
    life.until("asked", |state| state.attempts[&attempt].last_query.is_some());
    assert!(life.state().attempts[&attempt].in_doubt(), "its code may still be paid");
    assert_eq!(world.operator.book()[0].state, ChargeState::Created);
    let page = life.page(&format!("/attempt/{attempt}"));
    for words in [
        "もう一度決済しないでください",
        "決済の途中で窓口機が止まりました",
        "PayPayには自動で問い合わせています",
        // The request of 08:30 and seven minutes.
        "<strong>08:37</strong> まで支払われることがあります",
        "別の方法で受け取らないでください",
        "管理画面の取引明細",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("端末の"), "there is no terminal: {page}");
    assert!(life.page(&format!("/attempt/{attempt}?wait=yes")).contains("08:37"));
    let display = life.page("/display");
    assert!(display.contains("お支払いの結果を確認しています") && !display.contains("<svg"));
    // The citizen pays after all.
    assert!(world.operator.pay());
    life.until("asked again and booked", completed(sale));
    life.must_be_paid_once(&world, sale, attempt);
}
