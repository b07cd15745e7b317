//! `recon-server serve`: bind, say where, serve until told to stop.

use std::sync::Arc;

use serde_json::json;
use tokio::net::TcpListener;

use super::{Ended, OutputFormat, output};
use crate::{
    clock::SystemClock,
    config::Config,
    random::SystemRandom,
    server::{Options, Server},
};

/// Serves until SIGINT or SIGTERM.
pub async fn serve(config: Config, format: OutputFormat) -> anyhow::Result<Ended> {
    let listener = TcpListener::bind(config.server.listen).await?;
    let options = Options { config, listener, clock: Arc::new(SystemClock), random: Arc::new(SystemRandom) };
    let server = Server::start(options).await?;
    let said = json!({
        "address": server.address().to_string(),
        "url": server.url(),
        "first_login_link": server.first_login_link(),
    });
    match format {
        // One line, so that a program that started us can read it at once.
        OutputFormat::Json => output::line(&said.to_string())?,
        _ => output::value(format, &said, || words(&server))?,
    }
    tracing::info!(address = %server.address(), "serving");
    stop_asked().await?;
    tracing::info!("stopping");
    server.stop().await?;
    Ok(Ended::Done)
}

fn words(server: &Server) -> String {
    let mut words = format!("画面: {}\n", server.url());
    if let Some(link) = server.first_login_link() {
        words.push_str(&format!("最初の管理者を登録するリンク(一度だけ使えます): {link}\n"));
    }
    words.push_str("止めるには Ctrl+C を押してください。\n");
    words
}

#[cfg(unix)]
async fn stop_asked() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn stop_asked() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
