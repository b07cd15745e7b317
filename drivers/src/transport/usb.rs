//! Printers on USB as Linux shows them: one character device a printer (`usblp`), written and read.
//!
//! Invariants: opening and writing never hold the thread (the device is opened non-blocking); a printer named by vendor and product is
//! found wherever it is plugged in, and two of the same kind are never guessed between. The system gives such a device to one
//! process at a time. On other systems nothing of this is there and the error says what to use instead.
//! Deliberately not here: USB itself, other classes than printers.

use std::io;

use super::{UsbAddress, line::Duplex};

/// Opens a printer.
#[cfg(unix)]
pub(super) fn open(address: &UsbAddress) -> io::Result<Box<dyn Duplex>> {
    let path = match address {
        UsbAddress::Path(path) => path.clone(),
        UsbAddress::Id { vendor, product } => find(*vendor, *product)?,
    };
    Ok(Box::new(device::Device::open(&path)?))
}

/// Printers on USB are driven on Unix only.
#[cfg(not(unix))]
pub(super) fn open(_: &UsbAddress) -> io::Result<Box<dyn Duplex>> {
    Err(unsupported("printers on USB are driven on Linux only; use the printer's serial or TCP interface"))
}

#[cfg(target_os = "linux")]
fn find(vendor: u16, product: u16) -> io::Result<std::path::PathBuf> {
    by_id::find(std::path::Path::new(by_id::CLASS), vendor, product)
}

#[cfg(all(unix, not(target_os = "linux")))]
fn find(_: u16, _: u16) -> io::Result<std::path::PathBuf> {
    Err(unsupported(
        "a printer is found by vendor and product on Linux only; use usb:// with its device node",
    ))
}

#[cfg(not(target_os = "linux"))]
fn unsupported(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, why)
}

#[cfg(target_os = "linux")]
pub(super) mod by_id {
    //! `/sys/class/usbmisc/lp0/device` is the printer's interface; the USB device above it says vendor and product.

    use std::{
        fs, io,
        path::{Path, PathBuf},
    };

    /// Where the system lists such devices.
    pub(super) const CLASS: &str = "/sys/class/usbmisc";
    /// Where their nodes are.
    const NODES: &str = "/dev/usb";

    /// The node of the only printer of this kind.
    pub(in crate::transport) fn find(class: &Path, vendor: u16, product: u16) -> io::Result<PathBuf> {
        let mut found = None;
        for entry in fs::read_dir(class)? {
            let entry = entry?;
            let name = entry.file_name();
            if !name.to_string_lossy().starts_with("lp") || ids(&entry.path()) != Some((vendor, product)) {
                continue;
            }
            if found.replace(Path::new(NODES).join(name)).is_some() {
                let why = "two printers of this vendor and product; give the device node instead";
                return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
            }
        }
        found.ok_or_else(|| {
            io::Error::new(io::ErrorKind::NotFound, "no printer of this vendor and product is plugged in")
        })
    }

    fn ids(entry: &Path) -> Option<(u16, u16)> {
        let interface = fs::canonicalize(entry.join("device")).ok()?;
        let id = |file: &str| {
            let text = fs::read_to_string(interface.parent()?.join(file)).ok()?;
            u16::from_str_radix(text.trim(), 16).ok()
        };
        Some((id("idVendor")?, id("idProduct")?))
    }
}

#[cfg(unix)]
mod device {
    //! A character device behind the reactor.

    use std::{
        fs::{File, OpenOptions},
        io::{self, Read as _, Write as _},
        os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _},
        path::Path,
        pin::Pin,
        task::{Context, Poll, ready},
    };

    use nix::fcntl::OFlag;
    use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, unix::AsyncFd};

    pub(super) struct Device(AsyncFd<File>);

    impl Device {
        pub(super) fn open(path: &Path) -> io::Result<Self> {
            // Looked at before it is opened: what stands here may be a file by mistake, and would grow for ever.
            if !std::fs::metadata(path)?.file_type().is_char_device() {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a character device"));
            }
            let flags = (OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits();
            let file = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path)?;
            #[expect(
                deprecated,
                reason = "its successor is unsafe, for types whose descriptor may change; a `File` keeps its own"
            )]
            AsyncFd::new(file).map(Self)
        }
    }

    impl AsyncRead for Device {
        fn poll_read(
            self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            loop {
                let mut ready = ready!(self.0.poll_read_ready(cx))?;
                match ready.try_io(|device| device.get_ref().read(buf.initialize_unfilled())) {
                    // An empty packet: the printer had nothing to say. A printer that is gone is an error, not an end.
                    Ok(Ok(0)) => ready.clear_ready(),
                    Ok(Ok(length)) => {
                        buf.advance(length);
                        return Poll::Ready(Ok(()));
                    }
                    Ok(Err(error)) => return Poll::Ready(Err(error)),
                    Err(_would_block) => {}
                }
            }
        }
    }

    impl AsyncWrite for Device {
        fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
            loop {
                let mut ready = ready!(self.0.poll_write_ready(cx))?;
                if let Ok(written) = ready.try_io(|device| device.get_ref().write(buf)) {
                    return Poll::Ready(written);
                }
            }
        }

        fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }
}
