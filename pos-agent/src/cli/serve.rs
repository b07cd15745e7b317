//! `pos-agent serve`: runs until it is asked to stop or the till stops.

use std::net::SocketAddr;

use clap::Args;
use tokio::runtime::Runtime;

use super::{Exit, asked_to_stop, failed, overlay, runtime};
use crate::{
    agent::{Agent, Options},
    config::Config,
};

/// Run the counter.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Address of the clerk's page; loopback only, port 0 lets the system choose.
    #[arg(long, env = "POS_AGENT_LISTEN")]
    listen: Option<SocketAddr>,
    /// Base address of the centre, instead of the one of the enrolment.
    #[arg(long, env = "POS_AGENT_SERVER")]
    server: Option<String>,
    /// Abort right after the n-th durable append.
    #[cfg(feature = "crash-points")]
    #[arg(long, hide = true, value_name = "N")]
    kill_after_appends: Option<u64>,
    /// Abort right before the n-th durable append.
    #[cfg(feature = "crash-points")]
    #[arg(long, hide = true, value_name = "N", conflicts_with = "kill_after_appends")]
    kill_before_append: Option<u64>,
}

impl Serve {
    pub(super) fn run(self, mut config: Config) -> Exit {
        if let Err(error) = overlay(&mut config, self.listen, self.server.clone()) {
            eprintln!("設定を使えません: {error}");
            return Exit::Usage;
        }
        match (runtime(), self.options(config)) {
            (Ok(runtime), Ok(options)) => serve(&runtime, options),
            (Err(error), _) => failed(&format!("起動できません: {error}")),
            (_, Err(error)) => failed(&format!("起動できません: {error}")),
        }
    }

    #[cfg(not(feature = "crash-points"))]
    #[expect(
        clippy::unnecessary_wraps,
        clippy::unused_self,
        reason = "the crash tests' build opens the store here"
    )]
    fn options(&self, config: Config) -> Result<Options, crate::journal_store::sqlite::OpenError> {
        Ok(Options::new(config))
    }

    #[cfg(feature = "crash-points")]
    fn options(&self, config: Config) -> Result<Options, crate::journal_store::sqlite::OpenError> {
        use crate::journal_store::{
            crash_points::{CrashPoint, CrashingStore},
            sqlite::SqliteStore,
        };
        let after = self.kill_after_appends.map(CrashPoint::After);
        let point = after.or(self.kill_before_append.map(CrashPoint::Before));
        let mut options = Options::new(config);
        if let Some(point) = point {
            let store = SqliteStore::open(&options.config.journal_path())?;
            options.store = Some(Box::new(CrashingStore::new(store, point)));
        }
        Ok(options)
    }
}

fn serve(runtime: &Runtime, options: Options) -> Exit {
    runtime.block_on(async {
        let mut running = match Agent::start(options).await {
            Ok(running) => running,
            Err(error) => return failed(&format!("起動できません: {}", causes(&error))),
        };
        println!("窓口の画面: http://{}/", running.address());
        tracing::info!(address = %running.address(), "serving");
        let ended = tokio::select! {
            ended = running.ended() => ended,
            () = asked_to_stop() => {
                running.stop().await;
                None
            }
        };
        ended.map_or(Exit::Done, |message| failed(&message))
    })
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}
