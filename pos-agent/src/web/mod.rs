//! The clerk's screen and the customer display: forms in, commands to the till, pages out.
//!
//! Always: a form becomes one command under the id that was made with the form, so that a second press, a reload or the back
//! button gives the first answer; after a command the browser is sent on (POST, redirect, GET); a refusal shows the form again
//! with everything that was typed. Pages work without JavaScript; only waiting pages load themselves again.
//! Not here: rules (`domain`), durability (`crate::till`), what stands around the listener (loopback, Host and Origin).

mod assets;
pub mod basket;
pub mod desk;
pub mod fields;
mod handlers;
pub mod pages;
pub mod present;
pub mod scanned;
pub mod shell;
mod trial;
pub mod typed;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderName, HeaderValue, header},
    middleware::{self, Next},
    response::Response,
    routing::{get, post},
};
use domain::time::Clock;

use self::{
    desk::Mirror,
    handlers::{
        attempt, closing, day, devices, display, doubt, home, lists, pay, reference, sale, scan, sell, totals,
    },
};
use tokio_util::sync::CancellationToken;

use crate::{codes::CodeSettings, edge::Entropy, till::TillHandle};

/// Largest form, in bytes.
pub const FORM_BYTES_MAX: usize = 64 * 1_024;

/// What the customer display says of itself.
#[derive(Debug, Clone)]
pub struct DisplaySettings {
    /// Sentence while nobody is served.
    pub welcome: String,
}

impl Default for DisplaySettings {
    fn default() -> Self {
        Self { welcome: "いらっしゃいませ".to_owned() }
    }
}

/// What the pages need.
#[derive(Clone)]
pub struct WebState {
    /// The till.
    pub till: TillHandle,
    /// Ids of forms. Injected, so that a test or the simulation knows every id.
    pub ids: Arc<dyn Entropy>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The customer display.
    pub display: Arc<DisplaySettings>,
    /// What this counter was told about codes.
    pub codes: Arc<CodeSettings>,
    /// Ends the pages that wait for a scan.
    pub stop: CancellationToken,
    /// A copy of the basket for the customer display; losing it loses nothing.
    pub(crate) mirror: Mirror,
}

impl WebState {
    /// Pages over a till.
    #[must_use]
    pub fn new(
        till: TillHandle,
        ids: Arc<dyn Entropy>,
        clock: Arc<dyn Clock>,
        display: DisplaySettings,
    ) -> Self {
        Self {
            till,
            ids,
            clock,
            display: Arc::new(display),
            codes: Arc::default(),
            stop: CancellationToken::new(),
            mirror: Mirror::default(),
        }
    }

    /// The same pages, with what this counter was told about codes.
    #[must_use]
    pub fn with_codes(mut self, codes: CodeSettings) -> Self {
        self.codes = Arc::new(codes);
        self
    }

    /// The same pages, which wait for nothing any more after `stop`.
    #[must_use]
    pub fn until(mut self, stop: CancellationToken) -> Self {
        self.stop = stop;
        self
    }
}

/// Every page and form of the counter.
pub fn router(state: WebState) -> Router {
    Router::new()
        .merge(selling())
        .merge(paying())
        .merge(closing_the_day())
        .route("/", get(home::home))
        .route("/opening", get(home::opening).post(home::open))
        .route("/clock", get(home::clock).post(home::confirm_clock))
        .route("/today", get(lists::today))
        .route("/change", get(lists::change))
        .route("/unknowns", get(lists::unknowns))
        .route("/inbox", get(day::inbox))
        .route("/devices", get(devices::show))
        .route("/devices.json", get(devices::list))
        .route("/scan/wait", get(scan::wait))
        .route("/devices/{device}", post(devices::look))
        .route("/operator", get(day::operator).post(day::change_operator))
        .route("/display", get(display::show))
        .route("/assets/{file}", get(assets::serve))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(middleware::from_fn(guard_headers))
        .with_state(state)
}

fn selling() -> Router<WebState> {
    Router::new()
        .route("/sell", get(sell::show).post(sell::register))
        .route("/sale/{sale}", get(sale::show))
        .route("/sale/{sale}/pay", post(pay::pay))
        .route("/sale/{sale}/cash", get(pay::cash).post(pay::take_cash))
        .route("/sale/{sale}/scan", post(scan::scan))
        .route("/sale/{sale}/scan/{route}", get(scan::show))
        .route("/sale/{sale}/reference/{route}", get(reference::form).post(reference::take))
        .route("/sale/{sale}/abandon", post(pay::abandon))
        .route("/sale/{sale}/void", get(sale::void_form).post(sale::void))
        .route("/sale/{sale}/reprint", post(sale::reprint))
        .route("/print/{job}", post(sale::settle_print))
}

fn paying() -> Router<WebState> {
    Router::new()
        .route("/attempt/{attempt}", get(attempt::show))
        .route("/attempt/{attempt}/cancel", post(attempt::cancel))
        .route("/attempt/{attempt}/key", post(attempt::key))
        .route("/attempt/{attempt}/jpqr", post(attempt::confirm_code))
        .route("/attempt/{attempt}/resolve", post(doubt::resolve))
        .route("/attempt/{attempt}/exit", post(doubt::exit))
        .route("/attempt/{attempt}/release", post(doubt::release))
}

fn closing_the_day() -> Router<WebState> {
    Router::new()
        .route("/close", get(closing::show).post(closing::close))
        .route("/closed", get(closing::closed))
        .route("/inspect", post(closing::inspect))
        .route("/inspection", get(closing::inspection))
        .route("/close/count", get(closing::count).post(closing::record_count))
        .route("/close/totals/{route}", get(totals::show).post(totals::record))
        .route("/close/totals/{route}/ask", post(totals::ask))
}

/// Nothing from elsewhere, nothing inline, no frame around us, nothing kept by the browser.
async fn guard_headers(request: Request, next: Next) -> Response {
    const POLICY: &str =
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
