//! Serial ports, claimed for this process.
//!
//! Invariants: `flush` never drains the port (a drain blocks the whole thread while the other side holds XOFF); bytes that the other
//! side would not take are thrown away before the port is closed, so that neither closing waits for them nor a later job finds them
//! on the line; a claim is given back before the port is closed, so that a pseudo-terminal whose other end stays open can be opened
//! again. With `flow=xonxoff` the system's own line discipline obeys and takes out XOFF and XON.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_serial::{SerialPort as _, SerialPortBuilderExt as _, SerialStream};

use super::address::{Flow, Parity, SerialAddress, StopBits};

/// Serial settings of a driver, for what its address leaves open. Always 8 data bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SerialDefaults {
    /// Speed in baud.
    pub baud: u32,
    /// Parity.
    pub parity: Parity,
    /// Stop bits.
    pub stop: StopBits,
    /// Flow control.
    pub flow: Flow,
}

impl SerialDefaults {
    /// ZVT: 9600 8N2 (`protocols.md` 4.2).
    pub const ZVT: Self = Self { baud: 9_600, parity: Parity::None, stop: StopBits::Two, flow: Flow::None };
    /// 9600 8N1 without flow control, the usual start of everything else.
    pub const PLAIN: Self = Self { baud: 9_600, parity: Parity::None, stop: StopBits::One, flow: Flow::None };
}

/// Opens and claims a port.
pub(super) fn open(address: &SerialAddress, defaults: SerialDefaults) -> io::Result<SerialLine> {
    let parity = match address.parity.unwrap_or(defaults.parity) {
        Parity::None => tokio_serial::Parity::None,
        Parity::Even => tokio_serial::Parity::Even,
        Parity::Odd => tokio_serial::Parity::Odd,
    };
    let stop = match address.stop.unwrap_or(defaults.stop) {
        StopBits::One => tokio_serial::StopBits::One,
        StopBits::Two => tokio_serial::StopBits::Two,
    };
    let flow = match address.flow.unwrap_or(defaults.flow) {
        Flow::None => tokio_serial::FlowControl::None,
        Flow::XonXoff => tokio_serial::FlowControl::Software,
        Flow::RtsCts => tokio_serial::FlowControl::Hardware,
    };
    let stream = tokio_serial::new(&address.path, address.baud.unwrap_or(defaults.baud))
        .data_bits(tokio_serial::DataBits::Eight)
        .parity(parity)
        .stop_bits(stop)
        .flow_control(flow)
        .open_native_async()?;
    // What an earlier process left in the receive buffer is not an answer to us.
    stream.clear(tokio_serial::ClearBuffer::Input)?;
    Ok(SerialLine { port: stream, stuck: false })
}

/// A claimed port.
#[derive(Debug)]
pub(super) struct SerialLine {
    port: SerialStream,
    /// The last write was not taken.
    stuck: bool,
}

impl Drop for SerialLine {
    fn drop(&mut self) {
        if self.stuck
            && let Err(error) = self.port.clear(tokio_serial::ClearBuffer::Output)
        {
            tracing::debug!(%error, "a serial port kept bytes that nobody took");
        }
        #[cfg(unix)]
        if let Err(error) = self.port.set_exclusive(false) {
            tracing::debug!(%error, "a serial port kept its claim");
        }
    }
}

impl AsyncRead for SerialLine {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.port).poll_read(cx, buf)
    }
}

impl AsyncWrite for SerialLine {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.port).poll_write(cx, buf);
        self.stuck = written.is_pending();
        written
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
