//! What every handler of the centre can reach: store, clock, randomness, configuration, keys.
//!
//! Invariants: handlers know only `Arc<dyn Store>`; time and randomness come from here and nowhere else; cloning is cheap.

use std::{net::SocketAddr, sync::Arc};

use domain::{
    id::TenantId,
    time::{CivilDate, Clock, Timestamp},
};
use metrics_exporter_prometheus::PrometheusHandle;
use store::Store;

use crate::{
    auth::{LoginLimit, Passwords},
    config::Config,
    jobs::reconcile::Live,
    keys::MasterKey,
    random::Random,
};

/// The state of the running centre.
#[derive(Clone)]
pub struct AppState {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The source of secrets.
    pub random: Arc<dyn Random>,
    /// The configuration.
    pub config: Arc<Config>,
    /// The key from which counter keys are derived.
    pub master_key: MasterKey,
    /// Failed logins of late.
    pub login_limit: Arc<LoginLimit>,
    /// Hashes passwords, few at a time.
    pub passwords: Passwords,
    /// The last result that was made for a reader.
    pub live: Arc<Live>,
    /// Renders `/metrics`.
    pub metrics: Option<PrometheusHandle>,
    /// Address under which people reach the pages, without a final slash.
    pub public_url: Arc<str>,
}

/// What the state is made of, as the edge hands it in.
pub struct Parts {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The wall clock.
    pub clock: Arc<dyn Clock>,
    /// The source of secrets.
    pub random: Arc<dyn Random>,
    /// The configuration.
    pub config: Config,
    /// The key from which counter keys are derived.
    pub master_key: MasterKey,
}

impl AppState {
    /// A state whose pages are reached at `address`, unless the configuration names another.
    #[must_use]
    pub fn new(parts: Parts, address: SocketAddr) -> Self {
        let configured = &parts.config.server.public_url;
        let public_url = if configured.is_empty() { format!("http://{address}") } else { configured.clone() };
        Self {
            store: parts.store,
            clock: parts.clock,
            random: parts.random,
            config: Arc::new(parts.config),
            master_key: parts.master_key,
            login_limit: Arc::default(),
            passwords: Passwords::default(),
            live: Arc::default(),
            metrics: crate::metrics::handle(),
            public_url: public_url.into(),
        }
    }

    /// 団体 of this centre.
    #[must_use]
    pub fn tenant(&self) -> &TenantId {
        &self.config.tenant.id
    }

    /// The wall time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Today in Japan.
    #[must_use]
    pub fn today(&self) -> CivilDate {
        self.clock.now().date()
    }

    /// Whether pages are reached over TLS; cookies are marked `Secure` then.
    #[must_use]
    pub fn over_tls(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}
