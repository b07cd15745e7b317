//! The line to a made-up centre that checks every signature and keeps its own journal.

use std::{future::Future, pin::Pin, sync::Arc};

use domain::{
    id::{Incarnation, SequenceNumber},
    inbox::InboxItem,
    time::Clock,
};
use journal::{
    chain::Head,
    signature::CounterKey,
    wire::{EnrolReply, ProblemCode},
};
use pos_agent::{
    journal_store::simulated::SimulatedDisk,
    uplink::{
        carrier::Carrier,
        enrol::enrol,
        grant::{GRANT_FILE, Grant},
        plan::{Alarm, Pace},
        wire::{Answer, Request, Silence, Wire},
    },
};
use tokio_util::sync::CancellationToken;

use crate::support::{
    Counter, HandClock,
    centre::{Centre, KEY},
    lines, profile,
};

/// A counter with its line; ticks are made by moving the clock.
struct Line {
    counter: Counter,
    centre: Arc<Centre>,
    stop: CancellationToken,
}

impl Line {
    async fn connected() -> Self {
        let counter = Counter::opened(SimulatedDisk::new(1)).await;
        let centre = Centre::new(&counter.clock);
        let line = Self { counter, centre, stop: CancellationToken::new() };
        line.connect();
        line
    }

    fn connect(&self) {
        let carrier = Carrier {
            till: self.counter.till.clone(),
            wire: Arc::clone(&self.centre) as Arc<dyn Wire>,
            key: CounterKey::new(KEY),
            key_id: "t1/m1/1".into(),
            clock: Arc::clone(&self.counter.clock) as Arc<dyn Clock>,
            entropy: Arc::clone(&self.counter.ids) as _,
            pace: Pace { inbox_interval_ms: 10_000, back_off_max_ms: 60_000 },
        };
        tokio::spawn(carrier.run(self.stop.clone()));
    }

    async fn tick(&self, ms: i64) {
        self.counter.clock.pass_ms(ms);
        self.counter.ok(domain::command::Command::Tick).await;
    }

    async fn delivered(&self) {
        self.counter.until("everything delivered", |view| view.undelivered() == 0).await;
        let head = self.counter.till.current().head;
        let theirs = self.centre.with(|books| books.entries.last().map(Head::after));
        assert_eq!(theirs, Some(head));
    }
}

#[tokio::test]
async fn entries_arrive_signed_by_the_centres_clock() {
    let line = Line::connected().await;
    line.delivered().await;
    line.counter.ok(lines(&[("jumin", 1)])).await;
    line.delivered().await;
    assert!(line.counter.till.current().uplink.alarm.is_none());
}

#[tokio::test]
async fn a_week_without_a_line_is_normal() {
    let line = Line::connected().await;
    line.delivered().await;
    line.centre.with(|books| books.down = true);
    let asked = line.centre.with(|books| books.requests);
    for _ in 0..1_200 {
        line.counter.ok(lines(&[("jumin", 1)])).await;
        line.tick(5_000).await;
    }
    let view = line.counter.till.current();
    assert_eq!(view.undelivered(), 1_200);
    assert!(view.uplink.alarm.is_none(), "silence is no alarm");
    let tries = line.centre.with(|books| books.requests) - asked;
    assert!(tries < 300, "{tries} tries in 100 minutes");
    line.centre.with(|books| books.down = false);
    line.tick(120_000).await;
    line.delivered().await;
}

#[tokio::test]
async fn a_centre_that_went_back_gets_everything_again() {
    let line = Line::connected().await;
    for _ in 0..5 {
        line.counter.ok(lines(&[("jumin", 1)])).await;
    }
    line.delivered().await;
    let full = line.centre.with(|books| books.entries.clone());
    line.centre.with(|books| books.entries.truncate(2));
    line.counter.ok(lines(&[("koseki", 1)])).await;
    line.counter.until("the gap was seen", |view| view.uplink.failures > 0).await;
    line.tick(120_000).await;
    line.counter.until("the alarm", |view| view.uplink.alarm.is_some()).await;
    line.delivered().await;
    assert_eq!(line.centre.with(|books| books.entries[..full.len()].to_vec()), full);
}

#[tokio::test]
async fn a_fork_alarms_and_deletes_nothing() {
    let line = Line::connected().await;
    line.delivered().await;
    line.centre.with(|books| books.refused = Some(ProblemCode::Fork));
    line.counter.ok(lines(&[("jumin", 1)])).await;
    line.counter.until("the alarm", |view| matches!(view.uplink.alarm, Some(Alarm::Forked { .. }))).await;
    let view = line.counter.till.current();
    assert_eq!(view.undelivered(), 1);
    line.centre.with(|books| books.refused = None);
    line.tick(120_000).await;
    line.delivered().await;
}

#[tokio::test]
async fn the_inbox_is_journalled_in_order() {
    let line = Line::connected().await;
    let mut renamed = profile();
    renamed.counter_label = "2番窓口".into();
    line.centre.with(|books| {
        for label in ["仮の名", "2番窓口"] {
            let profile = Box::new(domain::catalogue::CounterProfile {
                counter_label: label.into(),
                ..renamed.clone()
            });
            books.inbox.push(InboxItem::ProfileReplaced { profile });
        }
    });
    line.tick(30_000).await;
    line.counter.until("both items", |view| view.state.inbox_number == 2).await;
    assert_eq!(line.counter.till.current().state.profile.as_ref().unwrap().counter_label, "2番窓口");
    line.delivered().await;
}

#[tokio::test]
async fn the_cursor_survives_a_restart() {
    let line = Line::connected().await;
    line.delivered().await;
    line.stop.cancel();
    let after = Counter::resume(
        line.counter.disk.clone(),
        Arc::clone(&line.counter.clock),
        Arc::clone(&line.counter.ids),
    );
    let view = after.till.current();
    assert_eq!(view.undelivered(), 1, "only the entry of the start");
    assert_eq!(SequenceNumber(view.delivered + 1), view.head.sequence_number);
}

struct Registrar(u16, Vec<u8>);

impl Wire for Registrar {
    fn send(&self, request: Request) -> Pin<Box<dyn Future<Output = Result<Answer, Silence>> + Send + '_>> {
        assert!(!request.headers.iter().any(|(name, _)| *name == "signature"));
        Box::pin(async { Ok(Answer { status: self.0, body: self.1.clone() }) })
    }
}

#[tokio::test]
async fn a_code_becomes_a_key_in_a_file_of_its_own() {
    let reply = EnrolReply {
        tenant: "t1".parse().unwrap(),
        counter: "m1".parse().unwrap(),
        incarnation: Incarnation(1),
        first_receipt: 1,
        key: CounterKey::new(KEY).to_base64(),
        key_id: "t1/m1/1".into(),
        profile: profile(),
        server_time: 0,
    };
    let wire = Registrar(200, serde_json::to_vec(&reply).unwrap());
    let grant = enrol(&wire, "https://centre.example.jp", " 1234-5678 ").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    assert!(Grant::read(folder.path()).unwrap().is_none());
    grant.write(folder.path()).unwrap();
    let read = Grant::read(folder.path()).unwrap().unwrap();
    assert_eq!(read.key(), Some(CounterKey::new(KEY)));
    assert!(!format!("{read:?}").contains(&reply.key), "the key is in no log");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.path().join(GRANT_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    std::fs::write(folder.path().join(GRANT_FILE), b"{}").unwrap();
    assert!(Grant::read(folder.path()).is_err(), "a damaged key stops the start");
}

#[tokio::test]
async fn a_refused_code_says_why() {
    let clock = HandClock::new();
    let refusal = Centre::new(&clock).problem(403, ProblemCode::BadEnrolmentCode);
    let error = enrol(&Registrar(403, refusal.body), "https://c.example.jp", "x").await.unwrap_err();
    assert_eq!(error.to_string(), "断り: 試験");
    let unreadable =
        enrol(&Registrar(502, b"<html>".to_vec()), "https://c.example.jp", "x").await.unwrap_err();
    assert!(unreadable.to_string().contains("502"));
}
