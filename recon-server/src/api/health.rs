//! Whether the centre lives, is ready, and what it counts.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::ApiProblem;
use crate::app::AppState;

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the store answers too.
pub async fn ready(State(state): State<AppState>) -> Result<&'static str, ApiProblem> {
    state.store.ping().await.map_err(|error| ApiProblem::fault("ping the store", &error))?;
    Ok("ready\n")
}

/// `GET /metrics`: counters in the Prometheus text form.
pub async fn metrics(State(state): State<AppState>) -> Response {
    match &state.metrics {
        Some(handle) => {
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
