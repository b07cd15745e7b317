//! One builder for every test: a served centre with a clock that stands still until it is moved, and a counter that writes its journal
//! as an agent does.

use std::{
    io::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use domain::{
    event::{Actor, Event, Meta, Recorded},
    id::{AttemptId, BootId, CommandId, CounterId, OperatorId, SaleId},
    time::{CivilDate, Clock, Timestamp},
};
use flate2::{Compression, write::GzEncoder};
use journal::{
    chain::{Head, JournalId},
    entry::Entry,
    frames, payload,
    signature::{CounterKey, SignatureHeaders, SignedRequest, sign},
    wire::{BATCH_CONTENT_TYPE, EnrolReply, PATH_BATCHES, PATH_ENROLMENTS, PATH_HEAD, PATH_INBOX},
};
use recon_server::{
    app::AppState,
    config::{Config, Overrides},
    counters::{Purpose, make_code},
    random::{Random, RandomError},
    server::{Options, Server},
    set_up,
};
use reqwest::{Method, Response, StatusCode};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The counter of the example set-up.
pub const COUNTER: &str = "shimin-1";
/// Every test begins at this time of this Wednesday.
pub const TODAY: &str = "2026-11-18";

pub fn date(text: &str) -> CivilDate {
    text.parse().unwrap()
}

/// Stands still until it is moved.
pub struct StepClock(AtomicI64);

impl StepClock {
    pub fn set(&self, at: Timestamp) {
        self.0.store(at.as_micros(), Ordering::SeqCst);
    }
}

impl Clock for StepClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// The same bytes in every run: SHA-256 of a counter.
#[derive(Default)]
struct SeededRandom(Mutex<u64>);

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), RandomError> {
        let mut drawn = self.0.lock().unwrap();
        for chunk in bytes.chunks_mut(32) {
            *drawn += 1;
            chunk.copy_from_slice(&Sha256::digest(drawn.to_be_bytes())[..chunk.len()]);
        }
        Ok(())
    }
}

/// A served centre.
pub struct Centre {
    pub server: Server,
    pub clock: Arc<StepClock>,
    pub http: reqwest::Client,
    pub folder: tempfile::TempDir,
}

impl Centre {
    /// An empty centre.
    pub async fn empty() -> Self {
        Self::configured("").await
    }

    /// An empty centre with more configuration.
    pub async fn configured(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let overrides = Overrides { data_dir: Some(folder.path().to_owned()), ..Overrides::default() };
        let config = Config::from_toml(&format!("[tenant]\nname = \"例示市\"\n{more}"), overrides).unwrap();
        let clock = Arc::new(StepClock(AtomicI64::new(0)));
        clock.set(Timestamp::from_jst(date(TODAY), 9, 0, 0).unwrap());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let options =
            Options { config, listener, clock: clock.clone(), random: Arc::new(SeededRandom::default()) };
        let server = Server::start(options).await.unwrap();
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(20))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { server, clock, http, folder }
    }

    /// A centre that is set up as the example says.
    pub async fn set_up() -> Self {
        let centre = Self::empty().await;
        let example = set_up::read(set_up::EXAMPLE_TOML).unwrap();
        set_up::apply(centre.state(), &example, "test").await.unwrap();
        centre
    }

    pub fn state(&self) -> &AppState {
        self.server.state()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.url())
    }

    /// A new one-time code for the counter.
    pub async fn code(&self, purpose: Purpose) -> String {
        let counter: CounterId = COUNTER.parse().unwrap();
        make_code(self.state(), "test", &counter, purpose).await.unwrap().code
    }

    pub async fn try_enrol(&self, code: &str) -> Response {
        let body = serde_json::json!({ "code": code }).to_string();
        self.http.post(self.url(PATH_ENROLMENTS)).body(body).send().await.unwrap()
    }

    /// A counter that is enrolled and has written its first entry.
    pub async fn counter(&self) -> Counter {
        self.counter_for(Purpose::Enrol).await
    }

    pub async fn counter_for(&self, purpose: Purpose) -> Counter {
        let reply = self.try_enrol(&self.code(purpose).await).await;
        assert_eq!(reply.status(), StatusCode::OK);
        let granted: EnrolReply = read(reply).await;
        let mut counter = Counter::of(&granted);
        counter.write(
            self.now(),
            Event::CounterEnrolled {
                tenant: granted.tenant,
                counter: granted.counter,
                incarnation: granted.incarnation,
                profile: granted.profile,
                first_receipt: granted.first_receipt,
            },
        );
        counter
    }

    /// Sends a request that the counter signed just so.
    pub async fn send(&self, request: Request<'_>, headers: SignatureHeaders) -> Response {
        let query = request.query.map(|query| format!("?{query}")).unwrap_or_default();
        let method = Method::from_bytes(request.method.as_bytes()).unwrap();
        let mut builder = self.http.request(method, self.url(&format!("{}{query}", request.path)));
        if !request.content_type.is_empty() {
            builder = builder.header("content-type", request.content_type);
        }
        if !request.content_encoding.is_empty() {
            builder = builder.header("content-encoding", request.content_encoding);
        }
        builder
            .header("content-digest", headers.content_digest)
            .header("signature-input", headers.signature_input)
            .header("signature", headers.signature)
            .body(request.body.to_vec())
            .send()
            .await
            .unwrap()
    }

    /// Sends entries as one compressed, signed batch.
    pub async fn deliver(&self, counter: &Counter, entries: &[Entry]) -> Response {
        let body = gzip(&frames::join(entries.iter().map(Entry::bytes)));
        let request = batch(&body);
        self.send(request, counter.sign(self.now(), &request)).await
    }

    pub async fn head(&self, counter: &Counter) -> Response {
        let request = get(PATH_HEAD, None);
        self.send(request, counter.sign(self.now(), &request)).await
    }

    pub async fn inbox(&self, counter: &Counter, after: u64) -> Response {
        let query = format!("after={after}");
        let request = get(PATH_INBOX, Some(&query));
        self.send(request, counter.sign(self.now(), &request)).await
    }
}

pub type Request<'a> = SignedRequest<'a>;

pub fn batch(body: &[u8]) -> Request<'_> {
    Request {
        method: "POST",
        path: PATH_BATCHES,
        query: None,
        content_type: BATCH_CONTENT_TYPE,
        content_encoding: "gzip",
        body,
    }
}

pub fn get<'a>(path: &'a str, query: Option<&'a str>) -> Request<'a> {
    Request { method: "GET", path, query, content_type: "", content_encoding: "", body: b"" }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub async fn read<T: serde::de::DeserializeOwned>(response: Response) -> T {
    let text = response.text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Status, code and document of a refusal.
pub async fn problem(response: Response) -> (u16, String, Value) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let document: Value = read(response).await;
    assert_eq!(document["status"], status);
    (status, document["code"].as_str().unwrap().to_owned(), document)
}

/// A counter's agent, as far as the centre can see one.
#[derive(Clone)]
pub struct Counter {
    pub id: JournalId,
    pub key: CounterKey,
    pub key_id: String,
    pub head: Head,
    pub entries: Vec<Entry>,
}

impl Counter {
    fn of(granted: &EnrolReply) -> Self {
        Self {
            id: JournalId {
                tenant: granted.tenant.clone(),
                counter: granted.counter.clone(),
                incarnation: granted.incarnation,
            },
            key: CounterKey::from_base64(&granted.key).unwrap(),
            key_id: granted.key_id.clone(),
            head: Head::EMPTY,
            entries: Vec::new(),
        }
    }

    pub fn sign(&self, at: Timestamp, request: &Request<'_>) -> SignatureHeaders {
        sign(&self.key, &self.key_id, at.as_seconds(), request)
    }

    /// Appends an event to the counter's own journal.
    pub fn write(&mut self, at: Timestamp, event: Event) {
        let recorded = Recorded { meta: self.meta(at), event };
        let kind = payload::kind_of(&recorded.event);
        self.write_raw(kind, payload::PAYLOAD_VERSION, &payload::write(&recorded).unwrap());
    }

    pub fn write_raw(&mut self, kind: u16, version: u16, payload: &[u8]) {
        let entry = self.head.freeze_next(&self.id, kind, version, payload).unwrap();
        self.head = Head::after(&entry);
        self.entries.push(entry);
    }

    /// A plain entry without money.
    pub fn write_start(&mut self, at: Timestamp) {
        self.write(at, Event::AgentStarted { version: "0.1.0".to_owned() });
    }

    pub fn meta(&self, at: Timestamp) -> Meta {
        let number = u128::from(self.head.sequence_number.0) + 1;
        Meta {
            actor: Actor::Operator { id: operator() },
            command: CommandId(Uuid::from_u128(number)),
            at,
            boot: BootId(Uuid::from_u128(1)),
        }
    }
}

pub fn operator() -> OperatorId {
    "c01".parse().unwrap()
}

pub fn sale_id(number: u128) -> SaleId {
    SaleId(Uuid::from_u128(0xA000 + number))
}

pub fn attempt_id(number: u128) -> AttemptId {
    AttemptId(Uuid::from_u128(0xB000 + number))
}
