//! Requests and answers over HTTPS.
//!
//! Invariants: a request is sent once; what has no answer is told apart by whether a byte of it can have left; an answer is bounded; the
//! log has the call, the status and the operator's word, never a path, a key or a body. Not here: what an answer means.

use std::sync::Arc;

use domain::time::{Clock, Timestamp};
use tokio::{sync::OnceCell, task::spawn_blocking};

use super::Nonces;
use crate::paypay::{
    config::{ApiSecret, ConfigError, PayPayConfig},
    message::{ANSWER_LENGTH_MAX_BYTES, Reply},
    result_code::{Call, Meaning, meaning},
    signature::{CONTENT_TYPE, Signed},
};

/// How far our clock may be off, in seconds; the operator refuses more (`protocols.md` 2.1).
pub(super) const CLOCK_OFF_MAX_SECONDS: u64 = 120;
/// How long an idle connection is kept, in milliseconds: longer than a poll, shorter than any gateway's patience.
const IDLE_TIMEOUT_MS: u64 = 20_000;

/// The operator at the other end.
pub(super) struct Wire {
    pub config: PayPayConfig,
    base: reqwest::Url,
    secret: ApiSecret,
    pub clock: Arc<dyn Clock>,
    nonces: Arc<dyn Nonces>,
    client: OnceCell<reqwest::Client>,
}

/// One request.
pub(super) struct Ask<'a> {
    pub call: Call,
    pub path: String,
    pub query: Option<(&'static str, &'a str)>,
    pub body: Option<Vec<u8>>,
}

/// An answer.
#[derive(Debug)]
pub(in crate::paypay) struct Answer {
    pub reply: Reply,
    pub meaning: Meaning,
    /// How many seconds our clock is off, where that is more than the operator bears.
    pub clock_off_seconds: Option<u64>,
}

/// No answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// No byte of the request left: there was no connection.
    NotSent(String),
    /// It may have arrived.
    Lost(String),
}

impl NoAnswer {
    pub fn words(&self) -> &str {
        match self {
            Self::NotSent(words) | Self::Lost(words) => words,
        }
    }
}

impl Wire {
    pub fn new(
        config: PayPayConfig,
        secret: ApiSecret,
        clock: Arc<dyn Clock>,
        nonces: Arc<dyn Nonces>,
    ) -> Result<Self, ConfigError> {
        let base = config.check()?;
        Ok(Self { config, base, secret, clock, nonces, client: OnceCell::new() })
    }

    /// Sends a request and reads its answer, once.
    pub async fn ask(&self, ask: Ask<'_>) -> Result<Answer, NoAnswer> {
        let call = ask.call;
        let answered = self.exchange(ask).await;
        match &answered {
            Ok(answer) => {
                tracing::debug!(call = call.word(), code = answer.reply.code, "paypay: answer");
            }
            Err(error) => tracing::warn!(call = call.word(), error = error.words(), "paypay: no answer"),
        }
        answered
    }

    async fn exchange(&self, ask: Ask<'_>) -> Result<Answer, NoAnswer> {
        let client = self.client.get_or_try_init(|| make_client(self.config.timers.connect)).await?;
        let now = self.clock.now();
        let request = self.request(client, &ask, now);
        let mut response = request.send().await.map_err(no_answer)?;
        let status = response.status().as_u16();
        let request_id = printable(response.headers().get("x-request-id"));
        let clock_off_seconds = clock_off(response.headers().get(reqwest::header::DATE), now);
        tracing::debug!(call = ask.call.word(), status, request_id, "paypay: answer begins");
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(no_answer)? {
            if body.len() + chunk.len() > ANSWER_LENGTH_MAX_BYTES {
                return Err(NoAnswer::Lost(format!("an answer longer than {ANSWER_LENGTH_MAX_BYTES} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        let reply = Reply::read(&body);
        let meaning = meaning(ask.call, status, &reply.code);
        Ok(Answer { reply, meaning, clock_off_seconds })
    }

    fn request(&self, client: &reqwest::Client, ask: &Ask<'_>, now: Timestamp) -> reqwest::RequestBuilder {
        let (method, timeout) = match ask.call {
            Call::Create | Call::Refund => (reqwest::Method::POST, self.config.timers.create),
            Call::Details | Call::RefundDetails => (reqwest::Method::GET, self.config.timers.read),
            Call::Delete | Call::Cancel => (reqwest::Method::DELETE, self.config.timers.read),
        };
        let nonce = format!("{:08x}", self.nonces.nonce());
        let signed = Signed {
            method: method.as_str(),
            path: &ask.path,
            body: ask.body.as_deref(),
            nonce: &nonce,
            epoch: now.as_seconds(),
        };
        let authorization = signed.header(&self.config.api_key, self.secret.expose());
        let mut url = self.base.clone();
        url.set_path(&ask.path);
        if let Some((name, value)) = ask.query {
            url.query_pairs_mut().append_pair(name, value);
        }
        let mut request = client
            .request(method, url)
            .timeout(timeout)
            .header(reqwest::header::AUTHORIZATION, authorization)
            .header(reqwest::header::ACCEPT, "application/json");
        if let Some(merchant) = &self.config.merchant {
            request = request.header("X-ASSUME-MERCHANT", merchant);
        }
        match &ask.body {
            Some(body) => request.header(reqwest::header::CONTENT_TYPE, CONTENT_TYPE).body(body.clone()),
            None => request,
        }
    }
}

/// Made beside the runtime's thread: reading the system's certificates takes longer than a page may wait.
async fn make_client(connect: std::time::Duration) -> Result<reqwest::Client, NoAnswer> {
    let make = move || {
        reqwest::Client::builder()
            .connect_timeout(connect)
            .pool_idle_timeout(std::time::Duration::from_millis(IDLE_TIMEOUT_MS))
            .pool_max_idle_per_host(1)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .build()
    };
    let not_sent = |words: String| NoAnswer::NotSent(words);
    let made = spawn_blocking(make).await.map_err(|error| not_sent(error.to_string()))?;
    made.map_err(|error| not_sent(error.to_string()))
}

/// A connection that never stood carried no byte; everything else may have arrived.
fn no_answer(error: reqwest::Error) -> NoAnswer {
    let error = error.without_url();
    let words =
        if error.is_timeout() { "no answer within the deadline".to_owned() } else { error.to_string() };
    if error.is_connect() { NoAnswer::NotSent(words) } else { NoAnswer::Lost(words) }
}

/// The operator's time is in each of its answers.
fn clock_off(date: Option<&reqwest::header::HeaderValue>, ours: Timestamp) -> Option<u64> {
    let theirs = httpdate::parse_http_date(date?.to_str().ok()?).ok()?;
    let theirs = theirs.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs();
    let off = ours.as_seconds().abs_diff(i64::try_from(theirs).ok()?);
    (off > CLOCK_OFF_MAX_SECONDS).then_some(off)
}

/// The operator's own number of the request, for a question to its support.
fn printable(header: Option<&reqwest::header::HeaderValue>) -> Option<&str> {
    /// Longest number that is logged, in characters.
    const LENGTH_MAX_CHARS: usize = 64;
    let text = header?.to_str().ok()?;
    let fits = text.len() <= LENGTH_MAX_CHARS && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then_some(text)
}
