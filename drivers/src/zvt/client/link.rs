//! One open line to a terminal: whole messages out, whole messages in.
//!
//! Invariants: on a serial line every block is answered 06 or 15, and our own block is repeated (the same bytes) on 15 or T2 at
//! most [`BLOCK_RESENDS_MAX`] times and only until its 06 (`devices.md` M7); bytes that arrive while we wait for a 06 are kept (E21);
//! over TCP nothing is ever sent twice; [`Link::fill`] loses nothing when it is dropped.

use std::{collections::VecDeque, io};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::{Instant, sleep_until, timeout, timeout_at},
};
use tokio_util::sync::CancellationToken;

use crate::{
    transport::{Line, LineOptions, SerialDefaults, TransportError},
    zvt::{
        ZvtConfig, ZvtTimers, command,
        command::Incoming,
        frame::{self, Apdu, Decoder, Event, Framing},
    },
};

/// How often a serial block is repeated.
pub const BLOCK_RESENDS_MAX: u32 = 3;
/// Most messages that wait to be handled; a terminal sends one at a time.
const INBOX_MESSAGES_MAX: usize = 64;
/// One read of the line, in bytes.
const READ_BYTES: usize = 4_096;

/// Why a line is no longer good.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// It never opened.
    #[error(transparent)]
    Open(#[from] TransportError),
    /// The system says so.
    #[error("the line failed: {0}")]
    Io(#[from] io::Error),
    /// The terminal closed it.
    #[error("the terminal closed the line")]
    Closed,
    /// A serial block got no 06.
    #[error("the terminal did not take a block after {BLOCK_RESENDS_MAX} repeats")]
    BlockRefused,
    /// More messages than a terminal sends.
    #[error("the terminal sent more than {INBOX_MESSAGES_MAX} messages without waiting")]
    Flooded,
}

/// What was heard.
#[derive(Debug)]
pub enum Heard {
    /// A message, not yet answered.
    Message(Incoming),
    /// The wish to stop.
    Stop,
    /// Nothing until the deadline.
    Deadline,
}

/// An open line.
#[derive(Debug)]
pub struct Link {
    line: Line,
    framing: Framing,
    decoder: Decoder,
    inbox: VecDeque<Apdu>,
    timers: ZvtTimers,
    heard_at: Instant,
}

impl Link {
    /// Opens the line; nothing is sent.
    pub async fn open(config: &ZvtConfig) -> Result<Self, LinkError> {
        let options = LineOptions {
            serial: SerialDefaults::ZVT,
            connect_timeout: config.timers.connect,
            write_timeout: config.timers.reply,
        };
        let line = config.transport.connect(&options).await?;
        let framing = if config.transport.is_serial() { Framing::Serial } else { Framing::Tcp };
        Ok(Self {
            line,
            framing,
            decoder: Decoder::new(framing),
            inbox: VecDeque::new(),
            timers: config.timers,
            heard_at: Instant::now(),
        })
    }

    /// Whether nothing was heard for so long that the line may be dead.
    pub fn is_stale(&self) -> bool {
        self.heard_at.elapsed() > self.timers.stale
    }

    /// Sends a message; on a serial line, until the terminal has taken the block.
    pub async fn send(&mut self, apdu: &Apdu) -> Result<(), LinkError> {
        tracing::trace!(message = ?apdu, "to the terminal");
        let bytes = frame::encode(self.framing, apdu);
        if self.framing == Framing::Tcp {
            return Ok(self.write(&bytes).await?);
        }
        // A 06 that waits here answered an earlier block.
        while let Some(event) = self.decoder.next_event() {
            self.settle(event).await?;
        }
        for _ in 0..=BLOCK_RESENDS_MAX {
            self.write(&bytes).await?;
            let by = Instant::now() + self.timers.block;
            if self.block_taken(by).await? {
                return Ok(());
            }
        }
        Err(LinkError::BlockRefused)
    }

    /// 80 00 00
    pub async fn acknowledge(&mut self) -> Result<(), LinkError> {
        self.send(&command::acknowledge()).await
    }

    /// Waits for a message, a wish to stop, or the deadline.
    pub async fn hear(&mut self, by: Instant, stop: Option<&CancellationToken>) -> Result<Heard, LinkError> {
        let stopped = async {
            match stop {
                Some(stop) => stop.cancelled().await,
                None => std::future::pending().await,
            }
        };
        tokio::pin!(stopped);
        loop {
            if let Some(message) = self.take_message().await? {
                return Ok(Heard::Message(message));
            }
            tokio::select! {
                biased;
                read = self.fill() => read?,
                () = &mut stopped => return Ok(Heard::Stop),
                () = sleep_until(by) => return Ok(Heard::Deadline),
            }
        }
    }

    /// Reads once, so that [`Link::take_message`] may have something. Nothing is lost when this is dropped.
    pub async fn fill(&mut self) -> Result<(), LinkError> {
        if !self.inbox.is_empty() || self.decoder.has_event() {
            return Ok(());
        }
        let mut bytes = [0; READ_BYTES];
        let reading = self.line.read(&mut bytes);
        let read = if self.framing == Framing::Serial && self.decoder.is_mid_frame() {
            match timeout(self.timers.character, reading).await {
                Ok(read) => read?,
                Err(_elapsed) => {
                    self.decoder.give_up_block();
                    return Ok(());
                }
            }
        } else {
            reading.await?
        };
        if read == 0 {
            return Err(LinkError::Closed);
        }
        self.heard_at = Instant::now();
        self.decoder.push(&bytes[..read]);
        Ok(())
    }

    /// The next whole message that was read, with its block answered.
    pub async fn take_message(&mut self) -> Result<Option<Incoming>, LinkError> {
        while let Some(event) = self.decoder.next_event() {
            self.settle(event).await?;
        }
        let Some(apdu) = self.inbox.pop_front() else { return Ok(None) };
        tracing::trace!(message = ?apdu, "from the terminal");
        Ok(Some(Incoming::parse(&apdu)))
    }

    /// Waits for the 06 to our block. A reply to the message itself proves that the block arrived.
    async fn block_taken(&mut self, by: Instant) -> Result<bool, LinkError> {
        loop {
            while let Some(event) = self.decoder.next_event() {
                let replied = matches!(&event, Event::Apdu(apdu) if Incoming::parse(apdu).is_reply());
                match event {
                    Event::Ack => return Ok(true),
                    Event::Nak => return Ok(false),
                    other => self.settle(other).await?,
                }
                if replied {
                    return Ok(true);
                }
            }
            match timeout_at(by, self.read_more()).await {
                Ok(read) => read?,
                Err(_elapsed) => return Ok(false),
            }
        }
    }

    /// [`Link::fill`] regardless of what waits in the inbox.
    async fn read_more(&mut self) -> Result<(), LinkError> {
        let mut bytes = [0; READ_BYTES];
        match self.line.read(&mut bytes).await? {
            0 => Err(LinkError::Closed),
            read => {
                self.heard_at = Instant::now();
                self.decoder.push(&bytes[..read]);
                Ok(())
            }
        }
    }

    async fn settle(&mut self, event: Event) -> Result<(), LinkError> {
        match event {
            Event::Apdu(apdu) => {
                if self.inbox.len() == INBOX_MESSAGES_MAX {
                    return Err(LinkError::Flooded);
                }
                self.inbox.push_back(apdu);
                if self.framing == Framing::Serial {
                    self.write(&[frame::ACK]).await?;
                }
            }
            Event::Damaged => self.write(&[frame::NAK]).await?,
            // An answer to a block that is no longer waited for.
            Event::Ack | Event::Nak => {}
        }
        Ok(())
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.line.write_all(bytes).await?;
        self.line.flush().await
    }
}
