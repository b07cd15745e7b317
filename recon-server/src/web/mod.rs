//! The pages of the centre for 会計課: accountants and administrators.
//!
//! Invariants: every page works without JavaScript, by keyboard and by touch; nothing is loaded from elsewhere; a form that changes
//! something carries an id, and a repeated id gives the first answer; every refusal is a page that says what to do next.
//! Walk: [`router`] → one file per page in [`pages`] (extract, ask the jobs or the store, fill a context) → [`view`] (contexts and
//! templates). Not here: sessions and guards ([`crate::auth`]), matching, file formats, SQL.

mod address;
mod answers;
mod assets;
mod failure;
mod frame;
pub mod pages;
mod tray;
pub mod view;

use std::sync::Arc;

pub use failure::dress;

use axum::{
    Extension, Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};

use crate::app::AppState;

/// Longest body of a form without a file, in bytes.
const FORM_BODY_MAX_BYTES: usize = 64 << 10;
/// Room around a file in an upload form, in bytes.
const UPLOAD_EXTRA_MAX_BYTES: usize = 64 << 10;

/// Every page. Cross-site guard, the dressing of refusals ([`dress`]) and security headers are layered around it by the server.
pub fn router(state: AppState) -> Router {
    let upload = DefaultBodyLimit::max(crate::jobs::import::FILE_LENGTH_MAX_BYTES + UPLOAD_EXTRA_MAX_BYTES);
    Router::new()
        .merge(account_pages())
        .merge(report_pages())
        .merge(paper_pages())
        .merge(refund_pages())
        .merge(control_pages())
        .merge(finance_pages())
        .route("/exceptions", get(pages::exceptions::list))
        .route("/imports", get(pages::imports::list).post(pages::imports::take))
        .route("/imports/opening-template.csv", get(pages::imports::opening_template))
        .route("/imports/{file}", get(pages::imports::receipt))
        .route("/expected", get(pages::expected::list))
        .route("/unknowns", get(pages::unknowns::list))
        .route("/unknowns/{attempt}", get(pages::unknowns::show).post(pages::unknowns::decide))
        .route("/counters", get(pages::counters::list))
        .route("/counters/{counter}/enrolment", post(pages::counters::issue_code))
        .route("/counters/holidays", post(pages::counters::add_holiday))
        .route("/counters/holidays/withdraw", post(pages::counters::withdraw_holiday))
        .layer(DefaultBodyLimit::max(FORM_BODY_MAX_BYTES))
        .merge(Router::new().route("/imports/preview", post(pages::imports::preview)).layer(upload))
        .merge(hand_pages())
        .route("/assets/{name}", get(assets::get))
        .fallback(pages::nothing_here)
        .method_not_allowed_fallback(pages::nothing_here)
        .layer(Extension(Arc::new(answers::Answers::default())))
        .layer(Extension(Arc::new(tray::Tray::default())))
        .with_state(state)
}

fn account_pages() -> Router<AppState> {
    Router::new()
        .route("/login", get(pages::session::show).post(pages::session::sign_in))
        .route("/logout", post(pages::session::sign_out))
        .route("/first/{token}", get(pages::set_up::show_first).post(pages::set_up::claim_first))
        .route("/password/{token}", get(pages::set_up::show_password).post(pages::set_up::set_password))
        .route("/password", get(pages::password::show).post(pages::password::change))
        .route("/users", get(pages::users::list).post(pages::users::add))
        .route("/users/{user}/link", post(pages::users::renew_link))
        .route("/users/{user}/active", post(pages::users::set_active))
}

fn report_pages() -> Router<AppState> {
    Router::new()
        .route("/", get(pages::report::home))
        .route("/report", get(pages::report::show))
        .route("/report/{day}", get(pages::report::at))
        .route("/report/{day}/behind", get(pages::drill::show))
        .route("/sales/{sale}", get(pages::sale::show))
        .route("/month", get(pages::month::find))
        .route("/month/{month}", get(pages::month::show))
        .route("/month/{month}/behind", get(pages::month::behind))
}

fn paper_pages() -> Router<AppState> {
    Router::new()
        .route("/papers", get(pages::papers::index))
        .route("/papers/day-sheet", get(pages::papers::find_day_sheet))
        .route("/papers/day-sheet/{day}", get(pages::papers::day_sheet_of_all))
        .route("/papers/day-sheet/{day}/{counter}", get(pages::papers::day_sheet))
        .route("/papers/cashless", get(pages::papers::find_cashless))
        .route("/papers/cashless/{day}", get(pages::papers::cashless))
        .route("/papers/contract/{contract}/{closing}", get(pages::papers::contract_sheet))
        .route("/papers/contract/{contract}/{closing}/behind", get(pages::papers::behind))
        .route("/papers/deposits", get(pages::papers::deposits))
        .route("/papers/postings", get(pages::papers::postings))
        .route("/papers/forecast", get(pages::papers::forecast))
        .route("/why/{subject}", get(pages::why::show))
}

fn finance_pages() -> Router<AppState> {
    Router::new()
        .route("/finance", get(pages::finance::list).post(pages::finance::hand_out))
        .route("/finance/{number}", get(pages::finance::file))
}

fn refund_pages() -> Router<AppState> {
    Router::new()
        .route("/refunds", get(pages::refunds::list))
        .route("/refunds/{refund}", get(pages::refunds::show).post(pages::refunds::decide))
        .route("/sales/{sale}/refund", get(pages::refunds::ask).post(pages::refunds::request))
}

fn hand_pages() -> Router<AppState> {
    let scan = DefaultBodyLimit::max(crate::jobs::hand::SCAN_LENGTH_MAX_BYTES + UPLOAD_EXTRA_MAX_BYTES);
    Router::new()
        .route("/hand", get(pages::hand::list))
        .route("/hand/payout", get(pages::hand::payout).post(pages::hand::enter_payout))
        .route("/hand/deposit", get(pages::hand::deposit).post(pages::hand::enter_deposit))
        .route("/confirm/{id}/scan", get(pages::hand::scan))
        .layer(scan)
}

fn control_pages() -> Router<AppState> {
    Router::new()
        .route("/confirm", get(pages::controls::list))
        .route("/confirm/ask/{topic}/{subject}", get(pages::controls::ask).post(pages::controls::request))
        .route("/confirm/{id}", get(pages::controls::show).post(pages::controls::decide))
        .route("/confirm/{id}/revoke", post(pages::controls::revoke))
        .route("/periods", get(pages::periods::list).post(pages::periods::lock))
        .route("/periods/{number}/reopen", post(pages::periods::reopen))
}
