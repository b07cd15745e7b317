//! A pseudo-terminal as the far end of a serial line: a simulator holds one side, a driver opens the other by its path.
//!
//! Unix only, as pseudo-terminals are. Invariant: this end stays open for the life of the listener, so the driver may close and
//! open its side at will, as it can with a real cable.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::{Mutex, OwnedMutexGuard},
};
use tokio_serial::{SerialPort as _, SerialStream};

/// The simulator's end of a pseudo-terminal.
#[derive(Debug)]
pub(super) struct Pty {
    near: Arc<Mutex<SerialStream>>,
    path: String,
    /// Held open, or the near end would read errors while no driver is there.
    _far: SerialStream,
}

impl Pty {
    pub(super) fn open() -> io::Result<Self> {
        let (near, far) = SerialStream::pair()?;
        let path = far.name().ok_or_else(|| io::Error::other("the pseudo-terminal has no path"))?;
        Ok(Self { near: Arc::new(Mutex::new(near)), path, _far: far })
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The line, once the lease before it is given back.
    pub(super) async fn lease(&self) -> Lease {
        Lease(Arc::clone(&self.near).lock_owned().await)
    }
}

/// The line for as long as it is held.
pub(super) struct Lease(OwnedMutexGuard<SerialStream>);

impl Lease {
    /// Throws away what came while nobody held the line.
    pub(super) fn discard_input(&self) -> io::Result<()> {
        Ok(self.0.clear(tokio_serial::ClearBuffer::Input)?)
    }
}

impl AsyncRead for Lease {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Lease {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
