//! The centre's interface for programs: enrolment and journals of counters, reports, health, metrics, its own description.
//!
//! Invariants: every answer that is not a success is an RFC 9457 problem with a code of the closed list; every body has a bound; a
//! counter is believed only by its signature.

mod batches;
mod body;
mod enrolments;
mod health;
mod inbox;
pub mod openapi;
mod papers;
mod problem;
mod reports;
mod signed;
mod written;

use axum::{
    Router,
    routing::{get, post},
};
use domain::time::Timestamp;
use journal::{
    chain::{Head, JournalId},
    wire::{HeadReply, PATH_BATCHES, PATH_ENROLMENTS, PATH_HEAD, PATH_INBOX, ProblemCode},
};

pub use enrolments::{CODE_CHARS, code_hash, new_code};
pub use papers::{PATH_CASHLESS, PATH_CONTRACT_SHEET, PATH_DAY_SHEET, PATH_DEPOSITS, PATH_EXCEPTIONS};
pub use problem::{ApiProblem, Chain};
pub use reports::{PATH_DAILY_REPORT, PATH_MONTHLY_REPORT};
pub use written::{KIND_XLSX, file};

use crate::app::AppState;

/// Path of the interface's description.
pub const PATH_OPENAPI: &str = "/api/openapi.json";

/// Every route for programs.
pub fn router(state: AppState) -> Router {
    Router::new()
        .route(PATH_ENROLMENTS, post(enrolments::post))
        .route(PATH_BATCHES, post(batches::post))
        .route(PATH_HEAD, get(inbox::head))
        .route(PATH_INBOX, get(inbox::get))
        .route(PATH_DAILY_REPORT, get(reports::daily))
        .route(PATH_MONTHLY_REPORT, get(reports::monthly))
        .route(PATH_DAY_SHEET, get(papers::day_sheet))
        .route(PATH_CASHLESS, get(papers::cashless))
        .route(PATH_CONTRACT_SHEET, get(papers::contract))
        .route(PATH_DEPOSITS, get(papers::deposits))
        .route(PATH_EXCEPTIONS, get(papers::exceptions))
        .route(PATH_OPENAPI, get(openapi::get))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/api/{*rest}", axum::routing::any(nothing_here))
        .method_not_allowed_fallback(nothing_here)
        .with_state(state)
}

async fn nothing_here() -> ApiProblem {
    ApiProblem::new(ProblemCode::NotFound, "この名前の窓口はありません。/api/openapi.json を見てください。")
}

/// The acknowledgement of a journal.
fn head_reply(journal: &JournalId, head: Head, now: Timestamp) -> HeadReply {
    HeadReply {
        incarnation: journal.incarnation,
        sequence_number: head.sequence_number.0,
        hash: head.hash.to_hex(),
        server_time: now.as_seconds(),
    }
}

/// The answer to a journal whose incarnation this centre never granted.
fn not_granted() -> ApiProblem {
    ApiProblem::new(
        ProblemCode::WrongJournal,
        "この窓口の世代は登録されていません。管理者に登録コードを発行してもらい、登録し直してください。",
    )
}
