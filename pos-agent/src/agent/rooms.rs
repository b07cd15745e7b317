//! The rooms around the till: devices, page, uplink, ticks. Each is started once and ends after `stop`.

use std::{sync::Arc, time::Duration};

use axum::http::StatusCode;
use domain::time::Clock;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_http::timeout::TimeoutLayer;

use super::StartError;
use crate::{
    config::{Config, ConfigError},
    devices::{registry::understand_all, runner::Devices},
    edge::Entropy,
    guard, ticker,
    till::TillHandle,
    uplink::{carrier::Carrier, grant::Grant, http::HttpWire},
    web,
};

/// How long a page may take, in milliseconds; a disk that hangs must not hold the browser for ever.
const PAGE_TIMEOUT_MS: u64 = 30_000;

/// What every room needs.
pub(super) struct Rooms {
    pub(super) config: Config,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) till: TillHandle,
    pub(super) stop: CancellationToken,
    pub(super) tasks: TaskTracker,
}

impl Rooms {
    pub(super) fn devices(&self) -> Result<(), StartError> {
        let understood = understand_all(&self.config.device).map_err(ConfigError::from)?;
        let mut devices =
            Devices::new(self.till.clone(), Arc::clone(&self.entropy)).timed_by(Arc::clone(&self.clock));
        for (id, device) in &understood {
            devices.add(id, device);
        }
        devices.start(&self.tasks, &self.stop);
        Ok(())
    }

    pub(super) fn page(&self, listener: TcpListener) -> Result<(), StartError> {
        let ids = Arc::clone(&self.entropy);
        let display = web::DisplaySettings { welcome: self.config.display.welcome.clone() };
        let state = web::WebState::new(self.till.clone(), ids, Arc::clone(&self.clock), display)
            .with_codes(self.config.code_settings()?)
            .until(self.stop.clone());
        let late = TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            Duration::from_millis(PAGE_TIMEOUT_MS),
        );
        let router = web::router(state).layer(late).layer(axum::middleware::from_fn(guard::own_page_only));
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            let served = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await;
            if let Err(error) = served {
                tracing::error!(%error, "the page ended");
            }
        });
        Ok(())
    }

    pub(super) fn uplink(&self, grant: &Grant) -> Result<(), StartError> {
        let server = self.config.uplink.server.as_deref().unwrap_or(&grant.server);
        let Some(key) = grant.key() else { return Err(StartError::ForeignKey) };
        let carrier = Carrier {
            till: self.till.clone(),
            wire: Arc::new(HttpWire::new(server)?),
            key,
            key_id: grant.reply.key_id.clone(),
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.entropy),
            pace: self.config.pace(),
        };
        self.tasks.spawn(carrier.run(self.stop.clone()));
        Ok(())
    }

    pub(super) fn ticks(&self) {
        let (till, entropy) = (self.till.clone(), Arc::clone(&self.entropy));
        self.tasks.spawn(ticker::run(till, entropy, self.stop.clone()));
    }
}
