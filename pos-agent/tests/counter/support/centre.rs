//! A made-up centre: checks every signature, keeps its own journal, may be down, go back or refuse.

use std::{
    future::Future,
    io::Read,
    pin::Pin,
    sync::{Arc, Mutex},
};

use domain::{id::Incarnation, inbox::InboxItem, time::Clock};
use flate2::read::GzDecoder;
use journal::{
    chain::{Head, JournalId},
    entry::Entry,
    frames,
    signature::{CounterKey, SignatureHeaders, SignedRequest, verify},
    wire::{HeadReply, InboxReply, NumberedItem, PATH_BATCHES, PATH_INBOX, Problem, ProblemCode},
};
use pos_agent::uplink::wire::{Answer, Request, Silence, Wire};

use super::HandClock;

/// The counter's key.
pub const KEY: [u8; 32] = [7; 32];
/// How far the centre's clock is ahead of the counter's, in seconds.
const CLOCK_AHEAD_SECONDS: i64 = 1_000;

#[derive(Default)]
pub struct Books {
    pub entries: Vec<Entry>,
    pub inbox: Vec<InboxItem>,
    pub down: bool,
    pub requests: u32,
    pub refused: Option<ProblemCode>,
}

pub struct Centre {
    books: Mutex<Books>,
    clock: Arc<HandClock>,
}

impl Centre {
    pub fn new(clock: &Arc<HandClock>) -> Arc<Self> {
        Arc::new(Self { books: Mutex::default(), clock: Arc::clone(clock) })
    }

    pub fn with<T>(&self, change: impl FnOnce(&mut Books) -> T) -> T {
        change(&mut self.books.lock().unwrap())
    }

    fn now(&self) -> i64 {
        self.clock.now().as_seconds() + CLOCK_AHEAD_SECONDS
    }

    fn head(&self, books: &Books) -> Answer {
        let head = books.entries.last().map_or(Head::EMPTY, Head::after);
        let reply = HeadReply {
            incarnation: Incarnation(1),
            sequence_number: head.sequence_number.0,
            hash: head.hash.to_hex(),
            server_time: self.now(),
        };
        Answer { status: 200, body: serde_json::to_vec(&reply).unwrap() }
    }

    pub fn problem(&self, status: u16, code: ProblemCode) -> Answer {
        let problem = Problem {
            problem_type: "about:blank".into(),
            title: "断り".into(),
            status,
            detail: "試験".into(),
            code,
            server_time: Some(self.now()),
        };
        Answer { status, body: serde_json::to_vec(&problem).unwrap() }
    }

    fn answer(&self, request: &Request) -> Result<Answer, Silence> {
        let mut books = self.books.lock().unwrap();
        books.requests += 1;
        if books.down {
            return Err(Silence("down".into()));
        }
        if let Some(code) = books.refused {
            return Ok(self.problem(409, code));
        }
        if !believed(request, self.now()) {
            return Ok(self.problem(401, ProblemCode::ClockOff));
        }
        if request.path == PATH_INBOX {
            let after: usize =
                request.query.as_deref().unwrap().strip_prefix("after=").unwrap().parse().unwrap();
            let items = books.inbox.iter().cloned().zip(1_u64..).skip(after);
            let reply =
                InboxReply { items: items.map(|(item, number)| NumberedItem { number, item }).collect() };
            return Ok(Answer { status: 200, body: serde_json::to_vec(&reply).unwrap() });
        }
        if request.path == PATH_BATCHES {
            let mut body = Vec::new();
            GzDecoder::new(&request.body[..]).read_to_end(&mut body).unwrap();
            for entry in frames::split(&body).unwrap() {
                let head = books.entries.last().map_or(Head::EMPTY, Head::after);
                if entry.sequence_number > head.sequence_number {
                    if head.check(&journal_id(), &entry).is_err() {
                        return Ok(self.problem(409, ProblemCode::ChainGap));
                    }
                    books.entries.push(entry);
                }
            }
        }
        Ok(self.head(&books))
    }
}

fn journal_id() -> JournalId {
    JournalId { tenant: "t1".parse().unwrap(), counter: "m1".parse().unwrap(), incarnation: Incarnation(1) }
}

fn believed(request: &Request, now: i64) -> bool {
    let header =
        |name: &str| request.headers.iter().find(|(n, _)| *n == name).map_or("", |(_, value)| value.as_str());
    let covered = SignedRequest {
        method: request.method,
        path: request.path,
        query: request.query.as_deref(),
        content_type: header("content-type"),
        content_encoding: header("content-encoding"),
        body: &request.body,
    };
    let headers = SignatureHeaders {
        content_digest: header("content-digest").into(),
        signature_input: header("signature-input").into(),
        signature: header("signature").into(),
    };
    verify(&CounterKey::new(KEY), now, &covered, &headers).is_ok()
}

impl Wire for Centre {
    fn send(&self, request: Request) -> Pin<Box<dyn Future<Output = Result<Answer, Silence>> + Send + '_>> {
        Box::pin(async move { self.answer(&request) })
    }
}
