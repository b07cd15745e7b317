//! The server as a library: the binary, the town and the tests start it the same way.
//!
//! Invariants: listener, clock and randomness are handed in; stopping waits for running requests, but not for ever; guards and
//! time-outs lie around every route.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use domain::time::Clock;
use journal::wire::ProblemCode;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    api::{self, ApiProblem},
    app::{AppState, Parts},
    auth::{self, UserError},
    config::Config,
    open::{self, OpenError},
    random::Random,
    web,
};

/// Longest wait for running requests when the server stops, in seconds.
const STOP_WAIT_MAX_SECONDS: u64 = 10;

/// What a server is started with.
pub struct Options {
    /// The configuration.
    pub config: Config,
    /// Bound by the caller; port 0 lets the system choose.
    pub listener: TcpListener,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The source of secrets.
    pub random: Arc<dyn Random>,
}

/// The server could not be started or did not end well.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Store or key.
    #[error("open the centre")]
    Open(#[from] OpenError),
    /// The listener has no address.
    #[error("listen")]
    Listen(#[source] io::Error),
    /// No link for the first administrator could be made.
    #[error("make the first administrator's link")]
    FirstLink(#[from] UserError),
    /// Serving ended with an error.
    #[error("serve")]
    Serve(#[source] io::Error),
    /// Running requests did not end in time.
    #[error("requests were still running after {STOP_WAIT_MAX_SECONDS} seconds")]
    Stop,
}

/// A running server.
pub struct Server {
    address: SocketAddr,
    first_login_link: Option<String>,
    state: AppState,
    stopping: CancellationToken,
    served: JoinHandle<io::Result<()>>,
}

impl Server {
    /// Opens store and key and begins to serve.
    ///
    /// # Errors
    /// Names what could not be opened.
    pub async fn start(options: Options) -> Result<Self, ServerError> {
        let parts = open::open(options.config, options.clock, options.random).await?;
        Self::serve(parts, options.listener).await
    }

    /// Serves with a store and key that the caller opened (the simulation brings its own).
    ///
    /// # Errors
    /// When the listener has no address, or the store fails.
    pub async fn serve(parts: Parts, listener: TcpListener) -> Result<Self, ServerError> {
        let address = listener.local_addr().map_err(ServerError::Listen)?;
        let state = AppState::new(parts, address);
        let first_login_link = auth::make_first_link(&state).await?;
        let stopping = CancellationToken::new();
        let service = router(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let stopped = stopping.clone().cancelled_owned();
        let served =
            tokio::spawn(async move { axum::serve(listener, service).with_graceful_shutdown(stopped).await });
        Ok(Self { address, first_login_link, state, stopping, served })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Address of the pages, without a final slash.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.state.public_url
    }

    /// One-time link for the first administrator; none once there is a user.
    #[must_use]
    pub fn first_login_link(&self) -> Option<&str> {
        self.first_login_link.as_deref()
    }

    /// What the handlers see; jobs take it too.
    #[must_use]
    pub const fn state(&self) -> &AppState {
        &self.state
    }

    /// Takes no further requests and waits for the running ones.
    ///
    /// # Errors
    /// When serving had failed, or requests did not end in time.
    pub async fn stop(self) -> Result<(), ServerError> {
        self.stopping.cancel();
        let wait = Duration::from_secs(STOP_WAIT_MAX_SECONDS);
        match tokio::time::timeout(wait, self.served).await {
            Ok(Ok(ended)) => ended.map_err(ServerError::Serve),
            Ok(Err(panicked)) => Err(ServerError::Serve(io::Error::other(panicked))),
            Err(_) => Err(ServerError::Stop),
        }
    }
}

/// Every route with its guards.
pub fn router(state: AppState) -> Router {
    let limit = Duration::from_secs(u64::from(state.config.server.request_timeout_seconds));
    api::router(state.clone())
        .merge(web::router(state.clone()))
        .layer(middleware::from_fn_with_state(limit, within_time))
        .layer(middleware::from_fn(auth::cross_site_guard))
        .layer(middleware::from_fn_with_state(state, web::dress))
        .layer(middleware::from_fn(auth::security_headers))
}

/// Ends a request that takes too long, a slowly sent body included.
async fn within_time(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let late = |_| {
        let detail = "時間内に終わりませんでした。しばらくしてから、もう一度試してください。";
        ApiProblem::new(ProblemCode::Unavailable, detail).into_response()
    };
    tokio::time::timeout(limit, next.run(request)).await.unwrap_or_else(late)
}
