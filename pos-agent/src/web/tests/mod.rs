//! The pages over the real till: real rules, real journal bytes, a disk in memory, a clock that stands still.

mod claims;
mod evening;
mod money;
mod render;
mod scans;
mod terminals;
mod trouble;

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use domain::{
    command::Command,
    event::Actor,
    id::{BootId, CommandId, DeviceId},
    state::State,
    time::{Clock, Timestamp},
};
use tower::ServiceExt;
use uuid::Uuid;

use super::{DisplaySettings, FORM_BYTES_MAX, WebState, router};
use crate::{
    codes::CodeSettings,
    edge::Entropy,
    journal_store::simulated::SimulatedDisk,
    till::{Core, Envelope, TillHandle, start},
};

const PAGE_BYTES_MAX: usize = 4 * FORM_BYTES_MAX;
const MS_IN_HOUR: i64 = 3_600_000;

/// A clock that the test sets, in milliseconds after the morning.
#[derive(Debug, Default)]
struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let morning = Timestamp::from_jst("2026-11-20".parse().unwrap(), 8, 30, 0).unwrap();
        morning.plus_ms(self.0.load(Ordering::SeqCst))
    }
}

#[derive(Debug, Default)]
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn uuid(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::SeqCst)) + 1)
    }

    fn permille(&self) -> u16 {
        0
    }
}

/// What a page answered.
struct Reply {
    status: StatusCode,
    location: String,
    page: String,
}

impl Reply {
    fn shows(&self, text: &str) -> bool {
        self.page.contains(text)
    }

    /// The value of the first hidden field of a name after the form of an action begins.
    fn hidden(&self, action: &str, name: &str) -> String {
        let form = self
            .page
            .split(&format!("action=\"{action}\""))
            .nth(1)
            .unwrap_or_else(|| panic!("no form {action}"));
        let field = form
            .split(&format!("name=\"{name}\" value=\""))
            .nth(1)
            .unwrap_or_else(|| panic!("no field {name}"));
        field.split('"').next().unwrap().to_owned()
    }
}

/// A counter with its pages.
struct Counter {
    router: Router,
    till: TillHandle,
    clock: Arc<TestClock>,
    ids: Arc<Counting>,
}

impl Counter {
    /// Enrolled, not opened.
    async fn enrolled() -> Self {
        Self::enrolled_as(enrolment(), CodeSettings::default()).await
    }

    /// Enrolled with another profile, and told something about codes.
    async fn enrolled_as(enrolment: Command, codes: CodeSettings) -> Self {
        let clock = Arc::new(TestClock::default());
        let ids = Arc::new(Counting::default());
        let core = Core::open(SimulatedDisk::new(1).store(), BootId(Uuid::from_u128(9))).unwrap();
        let (till, _stopped) = start(core, Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
        let web = WebState::new(
            till.clone(),
            Arc::clone(&ids) as Arc<dyn Entropy>,
            Arc::clone(&clock) as Arc<dyn Clock>,
            DisplaySettings::default(),
        )
        .with_codes(codes);
        let counter = Self { router: router(web), till, clock, ids };
        counter.wish(Actor::Centre, enrolment).await;
        counter
    }

    /// Open, with a float of 10,000 yen.
    async fn opened() -> Self {
        Self::enrolled().await.open_day().await
    }

    async fn open_day(self) -> Self {
        let counter = self;
        let form = counter.get("/opening").await;
        let command = form.hidden("/opening", "command");
        let sent = [
            ("command", command.as_str()),
            ("date", "2026-11-20"),
            ("confirmed", "yes"),
            ("operator", "c01"),
            ("pieces-1000", "10"),
        ];
        assert_eq!(counter.post("/opening", &sent).await.location, "/sell");
        counter
    }

    async fn wish(&self, actor: Actor, command: Command) -> CommandId {
        let id = self.ids.command_id();
        self.till.submit(Envelope { actor, id, command }).await.unwrap();
        id
    }

    async fn device(&self, command: Command) {
        self.wish(Actor::Device { id: "term1".parse::<DeviceId>().unwrap() }, command).await;
    }

    fn state(&self) -> Arc<State> {
        Arc::clone(&self.till.current().state)
    }

    fn pass_hours(&self, hours: i64) {
        self.clock.0.fetch_add(hours * MS_IN_HOUR, Ordering::SeqCst);
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body =
            fields.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect::<Vec<_>>().join("&");
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))
            .unwrap();
        self.send(request).await
    }

    async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let location = response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let bytes = to_bytes(response.into_body(), PAGE_BYTES_MAX).await.unwrap();
        let page = String::from_utf8(bytes.to_vec()).unwrap();
        Reply { status, location: location.unwrap_or_default(), page }
    }

    /// Registers a basket and touches a way of paying; where it leads.
    async fn sell(&self, basket: &str, route: &str) -> Reply {
        let form = self.get(&format!("/sell?{basket}")).await;
        assert!(form.shows("action=\"/sell\" class=\"pay-bar\""), "{}", form.page);
        let pay = form.page.split("class=\"pay-bar\"").nth(1).unwrap();
        let mut fields: Vec<(String, String)> = Vec::new();
        for tag in pay.split("<input type=\"hidden\" name=\"").skip(1) {
            let mut parts = tag.split('"');
            let name = parts.next().unwrap().to_owned();
            fields.push((name, parts.nth(1).unwrap().to_owned()));
        }
        fields.push(("route".to_owned(), route.to_owned()));
        let sent: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        self.post("/sell", &sent).await
    }
}

fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn enrolment() -> Command {
    let profile = serde_json::from_str(include_str!("profile.json")).unwrap();
    Command::Enrol {
        tenant: "t1".parse().unwrap(),
        counter: "M1".parse().unwrap(),
        incarnation: domain::id::Incarnation(1),
        profile,
        first_receipt: 1,
    }
}
