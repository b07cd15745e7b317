//! An open line: bytes in, bytes out, and a deadline on every write.
//!
//! Invariant: a write that makes no progress for the deadline fails with `TimedOut`, whatever combinator drives it; how much
//! of it reached the machine is then unknown, and the caller treats the whole as received (`devices.md` 4).

use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

/// Anything that carries bytes both ways.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// An open line with a write deadline.
pub struct Line {
    stream: Box<dyn Duplex>,
    write_timeout: Duration,
    stuck_until: Option<Pin<Box<Sleep>>>,
}

impl Line {
    /// Puts a deadline on a stream.
    #[must_use]
    pub fn new(stream: Box<dyn Duplex>, write_timeout: Duration) -> Self {
        Self { stream, write_timeout, stuck_until: None }
    }

    /// Passes a ready result on and forgets the deadline; starts or checks the deadline while nothing moves.
    fn deadline<T>(&mut self, cx: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.stuck_until = None;
            return polled;
        }
        let timeout = self.write_timeout;
        let timer = self.stuck_until.get_or_insert_with(|| Box::pin(sleep(timeout)));
        match timer.as_mut().poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => {
                self.stuck_until = None;
                Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the line takes no bytes")))
            }
        }
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("write_timeout", &self.write_timeout).finish_non_exhaustive()
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.deadline(cx, polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_flush(cx);
        self.deadline(cx, polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.deadline(cx, polled)
    }
}
