//! Small builders for every test: a counter's profile, a clock that is moved by hand, ids in order, a till over a simulated disk.

pub mod centre;
pub mod machines;
pub mod process;

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use domain::{
    cash::CashCount,
    catalogue::CounterProfile,
    command::{Command, LineRequest},
    event::Actor,
    id::{AttemptId, BootId, CommandId, Incarnation, SaleId},
    money::Yen,
    time::{Clock, Timestamp},
};
use pos_agent::{
    edge::Entropy,
    journal_store::{JournalStore, simulated::SimulatedDisk},
    till::{self, Answer, Core, Envelope, SubmitError, TillHandle, View},
};
use uuid::Uuid;

/// How long a test waits for something that must happen, in milliseconds.
const PATIENCE_MS: u64 = 10_000;

pub struct HandClock(AtomicI64);

impl HandClock {
    /// 31 July 2026, 08:30.
    pub fn new() -> Arc<Self> {
        let start = Timestamp::from_jst("2026-07-31".parse().unwrap(), 8, 30, 0).unwrap();
        Arc::new(Self(AtomicI64::new(start.as_micros())))
    }

    pub fn pass_ms(&self, ms: i64) {
        self.0.fetch_add(ms * 1_000, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

#[derive(Default)]
pub struct Counting(AtomicU64);

impl Entropy for Counting {
    fn uuid(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::SeqCst)) + 1)
    }

    fn permille(&self) -> u16 {
        0
    }
}

pub fn profile() -> CounterProfile {
    serde_json::from_str(include_str!("profile.json")).unwrap()
}

pub fn enrol() -> Command {
    Command::Enrol {
        tenant: "t1".parse().unwrap(),
        counter: "m1".parse().unwrap(),
        incarnation: Incarnation(1),
        profile: profile(),
        first_receipt: 1,
    }
}

pub fn open_day(clock: &HandClock) -> Command {
    Command::OpenDay {
        date: clock.now().date(),
        operator: "staff-1".parse().unwrap(),
        float: CashCount::new([(1_000, 20), (500, 10), (100, 50)]).unwrap(),
    }
}

pub fn lines(lines: &[(&str, u32)]) -> Command {
    let lines = lines
        .iter()
        .map(|(code, quantity)| {
            let (item, ground) =
                code.split_once('/').map_or((*code, None), |(item, ground)| (item, Some(ground)));
            LineRequest {
                item: item.parse().unwrap(),
                quantity: *quantity,
                exemption: ground.map(|ground| ground.parse().unwrap()),
            }
        })
        .collect();
    Command::RegisterSale { lines, group: None }
}

pub fn clerk() -> Actor {
    Actor::Operator { id: "staff-1".parse().unwrap() }
}

/// A counter without threads.
pub struct Bench<S> {
    pub core: Core<S>,
    pub clock: Arc<HandClock>,
    pub ids: Arc<Counting>,
}

impl<S: JournalStore> Bench<S> {
    pub fn over(store: S) -> Self {
        let ids = Arc::new(Counting::default());
        Self { core: Core::open(store, BootId(ids.uuid())).unwrap(), clock: HandClock::new(), ids }
    }

    pub fn opened(store: S) -> Self {
        let mut bench = Self::over(store);
        bench.ok(enrol());
        bench.ok(open_day(&bench.clock.clone()));
        bench
    }

    pub fn envelope(&self, command: Command) -> Envelope {
        Envelope { actor: clerk(), id: self.ids.command_id(), command }
    }

    pub fn ok(&mut self, command: Command) -> CommandId {
        self.clock.pass_ms(1_000);
        let envelope = self.envelope(command);
        let id = envelope.id;
        self.core.handle(self.clock.now(), envelope).unwrap().answer.unwrap();
        id
    }

    pub fn cash_sale(&mut self) -> SaleId {
        let sale = SaleId(self.ok(lines(&[("jumin", 1)])).0);
        self.ok(Command::TakeCash { sale, tendered: Yen::new(1_000) });
        sale
    }
}

/// A counter with its thread, over a simulated disk.
pub struct Counter {
    pub till: TillHandle,
    pub stopped: till::Stopped,
    pub disk: SimulatedDisk,
    pub clock: Arc<HandClock>,
    pub ids: Arc<Counting>,
}

impl Counter {
    pub fn start(disk: SimulatedDisk) -> Self {
        Self::resume(disk, HandClock::new(), Arc::new(Counting::default()))
    }

    /// Another start over the same disk.
    pub fn resume(disk: SimulatedDisk, clock: Arc<HandClock>, ids: Arc<Counting>) -> Self {
        let mut core = Core::open(disk.store(), BootId(ids.uuid())).unwrap();
        if core.journal().is_some() {
            let start = Command::Start { version: "test".into() };
            let envelope = Envelope { actor: Actor::Agent, id: ids.command_id(), command: start };
            core.handle(clock.now(), envelope).unwrap().answer.unwrap();
        }
        let (till, stopped) = till::start(core, Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
        Self { till, stopped, disk, clock, ids }
    }

    pub async fn opened(disk: SimulatedDisk) -> Self {
        let counter = Self::start(disk);
        counter.ok(enrol()).await;
        counter.ok(open_day(&counter.clock)).await;
        counter
    }

    pub async fn submit(&self, command: Command) -> Result<(CommandId, Answer), SubmitError> {
        let id = self.ids.command_id();
        let answer = self.till.submit(Envelope { actor: clerk(), id, command }).await?;
        Ok((id, answer))
    }

    pub async fn ok(&self, command: Command) -> CommandId {
        self.submit(command).await.unwrap().0
    }

    pub async fn card_sale(&self) -> (SaleId, AttemptId) {
        let sale = SaleId(self.ok(lines(&[("jumin", 2)])).await.0);
        let route = "card".parse().unwrap();
        let attempt = self.ok(Command::RequestPayment { sale, route, repeat_reason: None }).await;
        (sale, AttemptId(attempt.0))
    }

    /// Waits until the view shows something.
    pub async fn until(&self, what: &str, shows: impl Fn(&View) -> bool) {
        let mut view = self.till.view();
        let waiting = view.wait_for(|view| shows(view));
        let seen = tokio::time::timeout(Duration::from_millis(PATIENCE_MS), waiting).await;
        assert!(matches!(seen, Ok(Ok(_))), "never: {what}");
    }
}
