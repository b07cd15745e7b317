//! The line between a counter and the centre, which can be cut and mended: a relay on loopback.
//!
//! Invariant: while it is cut, not one byte passes, also on connections that were open before.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Result;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    time::timeout,
};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Deadline for the relay's own connection, in milliseconds.
const CONNECT_MAX_MS: u64 = 2_000;

/// A line. Dropping it cuts it for ever.
pub struct Line {
    address: SocketAddr,
    up: Arc<watch::Sender<bool>>,
    _stop: DropGuard,
}

impl Line {
    /// A line to the centre at `centre`, up.
    ///
    /// # Errors
    /// When loopback has no port.
    pub async fn to(centre: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let up = Arc::new(watch::Sender::new(true));
        let stop = CancellationToken::new();
        let serving = serve(listener, centre, Arc::clone(&up));
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(async move {
            tokio::select! { () = serving => {}, () = stopped => {} }
        });
        Ok(Self { address, up, _stop: stop.drop_guard() })
    }

    /// Where the counter finds the centre.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Cuts the line.
    pub fn cut(&self) {
        self.up.send_replace(false);
    }

    /// Mends the line.
    pub fn mend(&self) {
        self.up.send_replace(true);
    }
}

async fn serve(listener: TcpListener, centre: SocketAddr, up: Arc<watch::Sender<bool>>) {
    while let Ok((near, _)) = listener.accept().await {
        if *up.borrow() {
            tokio::spawn(relay(near, centre, up.subscribe()));
        }
    }
}

async fn relay(mut near: TcpStream, centre: SocketAddr, mut up: watch::Receiver<bool>) {
    let connecting = timeout(Duration::from_millis(CONNECT_MAX_MS), TcpStream::connect(centre));
    let Ok(Ok(mut far)) = connecting.await else { return };
    tokio::select! {
        biased;
        _ = up.wait_for(|up| !*up) => {}
        // A connection that breaks is what a line does; whoever sent will find out.
        _ = copy_bidirectional(&mut near, &mut far) => {}
    }
}
