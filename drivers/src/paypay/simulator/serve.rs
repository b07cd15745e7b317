//! The operator's server: each request passes the script, the gate, the book, and the script again on its way out.
//!
//! Invariants: what a script holds back stays held until the caller hangs up; a request that the gate refuses never reaches the book; the
//! operator's time is in each answer.

use std::{
    collections::VecDeque,
    io,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Path, Request, State},
    http::StatusCode,
    response::Response,
    routing::{any, post},
};
use futures_util::stream;
use tokio::{
    net::TcpListener,
    time::{Instant, sleep, sleep_until},
};

use super::{
    Shared,
    api::{Asked, Reply},
    auth::{self, Arrived},
};
use crate::script::{Direction, Step};

/// Longest request, in bytes.
const REQUEST_LENGTH_MAX_BYTES: usize = 65_536;

/// Serves until it is told to stop.
pub(super) async fn run(listener: TcpListener, shared: Arc<Shared>) {
    let calls =
        Router::new().route("/app/{code}", post(pay)).fallback(any(call)).with_state(Arc::clone(&shared));
    let serving = async { axum::serve(listener, calls).await };
    tokio::select! {
        served = serving => if let Err(error) = served {
            tracing::error!(%error, "simulator: the server ended");
        },
        () = by_itself(&shared) => {}
        () = shared.stop.cancelled() => {}
    }
}

/// What a script does by itself, when its time comes.
async fn by_itself(shared: &Arc<Shared>) {
    loop {
        let (due, began) = {
            let inner = shared.lock();
            (inner.engine.due_ms(), inner.began)
        };
        let next = async {
            match due {
                Some(ms) => sleep_until(began + Duration::from_millis(ms)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = next => {
                let now_ms = shared.run_ms();
                let steps = shared.lock().engine.on_time(now_ms);
                for step in steps {
                    carry_out(shared, step).await;
                }
            }
            () = shared.changed.notified() => {}
        }
    }
}

/// Carries out a step that is no part of a message; true when the line is cut by it.
async fn carry_out(shared: &Shared, step: Step) -> bool {
    match step {
        Step::Pass(_) => false,
        Step::Wait(time) => {
            sleep(time).await;
            false
        }
        Step::Truth(word) => {
            shared.truth(&word);
            false
        }
        Step::Cut(time) | Step::Power(time) => {
            shared.lock().out_of_reach_until = Some(Instant::now() + time);
            true
        }
        Step::Stall => std::future::pending().await,
    }
}

/// A citizen's telephone opens the address that the code carries.
async fn pay(State(shared): State<Arc<Shared>>, Path(code): Path<String>) -> (StatusCode, &'static str) {
    if shared.pay_code(&code) {
        (StatusCode::OK, "支払いました\n")
    } else {
        (StatusCode::GONE, "このコードは使えません\n")
    }
}

async fn call(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, REQUEST_LENGTH_MAX_BYTES).await else {
        return answer(&shared, Reply::error(400, "INVALID_REQUEST_PARAMS"), VecDeque::new());
    };
    let out_of_reach = shared.lock().out_of_reach_until.is_some_and(|until| Instant::now() < until);
    if out_of_reach {
        return cut();
    }
    let asked = Asked::read(parts.method.as_str(), parts.uri.path());
    let message = format!("{} {}", asked.word(), parts.uri.path());
    let steps = {
        let now_ms = shared.run_ms();
        let mut inner = shared.lock();
        *inner.counters.entry(asked.word()).or_insert(0) += 1;
        if asked == Asked::Create {
            inner.engine.begin_attempt(now_ms);
            shared.changed.notify_one();
        }
        inner.engine.on_message(Direction::Rx, message.as_bytes())
    };
    let mut reply = None;
    for step in steps {
        if matches!(&step, Step::Pass(_)) {
            let arrived = Arrived {
                method: parts.method.as_str(),
                path: parts.uri.path(),
                headers: &parts.headers,
                body: &body,
            };
            reply = Some(decide(&shared, &asked, parts.uri.query().unwrap_or_default(), &arrived));
        } else if carry_out(&shared, step).await {
            return cut();
        }
    }
    match reply {
        // The request was lost on its way.
        None => std::future::pending().await,
        Some(reply) => on_its_way_out(&shared, asked.word(), reply).await,
    }
}

/// The gate and the book.
fn decide(shared: &Arc<Shared>, asked: &Asked, query: &str, arrived: &Arrived<'_>) -> Reply {
    let now = shared.now();
    if let Err((status, code)) = auth::check(&shared.options, now, arrived) {
        *shared.lock().counters.entry("unauthorized").or_insert(0) += 1;
        return Reply::error(status, code);
    }
    let refused = shared.lock().refuse.take();
    if let Some((status, code)) = refused {
        return Reply::error(status, &code);
    }
    let reply = shared.carry_out(asked, query, arrived.body);
    if let (Asked::Create, Some(after)) = (asked, shared.options.pays_after) {
        let shared = Arc::clone(shared);
        tokio::spawn(async move {
            tokio::select! {
                () = sleep(after) => {
                    let now = shared.now();
                    shared.lock().book.pay_newest(now, shared.options.cancel_pace);
                }
                () = shared.stop.cancelled() => {}
            }
        });
    }
    reply
}

async fn on_its_way_out(shared: &Arc<Shared>, word: &str, reply: Reply) -> Response {
    let message = format!("{word} {} {}", reply.status, reply.code);
    let steps = shared.lock().engine.on_framed(Direction::Tx, message.as_bytes(), &reply.body);
    let mut steps: VecDeque<Step> = steps.into();
    // What comes before the first byte holds back the status line too.
    while let Some(step) = steps.pop_front_if(|step| !matches!(step, Step::Pass(_))) {
        if carry_out(shared, step).await {
            return cut();
        }
    }
    if steps.is_empty() {
        // The answer was lost on its way.
        std::future::pending::<()>().await;
    }
    answer(shared, reply, steps)
}

/// Puts an answer on the line, in the pieces that the script made of it.
fn answer(shared: &Arc<Shared>, reply: Reply, mut steps: VecDeque<Step>) -> Response {
    let instead = shared.lock().answer.take();
    let reply = match instead {
        Some((status, code)) => {
            let reply = Reply::error(status, &code);
            steps = VecDeque::from([Step::Pass(reply.body.clone())]);
            reply
        }
        None => reply,
    };
    if steps.is_empty() {
        steps.push_back(Step::Pass(reply.body));
    }
    let seconds = u64::try_from(shared.now().as_seconds()).unwrap_or(0);
    let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds));
    let shared = Arc::clone(shared);
    let pieces = stream::unfold(steps, move |mut steps| {
        let shared = Arc::clone(&shared);
        async move {
            loop {
                match steps.pop_front()? {
                    Step::Pass(bytes) => return Some((Ok(bytes), steps)),
                    step => {
                        if carry_out(&shared, step).await {
                            return Some((Err(gone()), VecDeque::new()));
                        }
                    }
                }
            }
        }
    });
    let response = Response::builder()
        .status(reply.status)
        .header("content-type", "application/json")
        .header("date", date)
        .header("x-request-id", "SIMULATOR")
        .body(Body::from_stream(pieces));
    response.unwrap_or_else(|_| cut())
}

/// The line ends in the middle of an answer.
fn cut() -> Response {
    Response::new(Body::from_stream(stream::iter([Err::<Vec<u8>, io::Error>(gone())])))
}

fn gone() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "the script cuts the line")
}
