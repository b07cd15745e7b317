//! One line to a till, with the fault script between the terminal and the wire.
//!
//! Invariants: every message in either direction passes the script once; a break of the line unwinds the conversation as a [`Break`],
//! and the conversation decides what its book says of it.

use std::{collections::VecDeque, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::{Instant, sleep, timeout_at},
};

use super::{
    shared::Shared,
    wire::{Reader, Unit, dress, is_message},
};
use crate::{
    script::{Direction, Step},
    transport::Line,
};

/// How often the terminal repeats a serial block.
const BLOCK_RESENDS_MAX: u32 = 3;
/// One read, in bytes.
const READ_BYTES: usize = 1_024;

/// Why a conversation ends before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Break {
    /// The till closed the line, or it failed.
    Closed,
    /// The line is gone for this long.
    Outage(Duration),
    /// The terminal lost power, or is switched off.
    PowerLost,
    /// The script has decided what became of the payment: nothing more is said of it.
    Decided,
}

/// How a message of the terminal was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ack {
    /// 80 00 or 84 00
    Yes,
    /// 84 xx
    No(u8),
    /// Not at all.
    None,
}

/// An open line.
pub(super) struct Conn<'a> {
    line: Line,
    serial: bool,
    reader: Reader,
    inbox: VecDeque<Vec<u8>>,
    pub shared: &'a Shared,
    /// 06 B0 came and is not yet answered.
    pub abort_asked: bool,
}

impl<'a> Conn<'a> {
    pub(super) fn new(line: Line, serial: bool, shared: &'a Shared) -> Self {
        Self { line, serial, reader: Reader::new(serial), inbox: VecDeque::new(), shared, abort_asked: false }
    }

    /// Says a message as the script lets it.
    pub(super) async fn send(&mut self, message: &[u8]) -> Result<(), Break> {
        let frame = dress(self.serial, message);
        let steps = self.shared.script(Direction::Tx, message, &frame);
        let mut decided = false;
        for step in steps {
            match step {
                Step::Pass(bytes) => {
                    // Damage happens on the line: what is repeated after it is whole again.
                    let repeat = if bytes.len() == frame.len() { &frame } else { &bytes };
                    self.pass(&bytes, repeat).await?;
                }
                other => decided |= self.step(other).await?,
            }
        }
        if decided { Err(Break::Decided) } else { Ok(()) }
    }

    /// The next message of the till, if one comes in time.
    pub(super) async fn receive(&mut self, wait: Duration) -> Result<Option<Vec<u8>>, Break> {
        let by = Instant::now() + wait;
        loop {
            while let Some(unit) = self.reader.pull() {
                self.take(unit).await?;
            }
            if let Some(message) = self.inbox.pop_front() {
                return Ok(Some(message));
            }
            if !self.read_once(by).await? {
                return Ok(None);
            }
        }
    }

    /// Puts a message back that belongs to a later conversation.
    pub(super) fn put_back(&mut self, message: Vec<u8>) {
        self.inbox.push_front(message);
    }

    /// Says a message and waits for its acknowledgement.
    pub(super) async fn tell(&mut self, message: &[u8]) -> Result<Ack, Break> {
        self.send(message).await?;
        let by = Instant::now() + self.shared.config.ack_wait;
        loop {
            let wait = by.saturating_duration_since(Instant::now());
            match self.receive(wait).await? {
                None => return Ok(Ack::None),
                Some(reply) => match reply[..] {
                    [0x80 | 0x84, 0x00, ..] => return Ok(Ack::Yes),
                    [0x84, code, ..] => return Ok(Ack::No(code)),
                    [0x06, 0xB0, ..] => self.abort_asked = true,
                    // The block of the command that is under way, repeated because its 06 was lost.
                    [0x06, 0x01 | 0x30, ..] if self.serial => {}
                    _ => {
                        self.put_back(reply);
                        return Ok(Ack::None);
                    }
                },
            }
        }
    }

    /// Reads once, or does what the script does meanwhile; false at the deadline.
    async fn read_once(&mut self, by: Instant) -> Result<bool, Break> {
        let mut bytes = [0; READ_BYTES];
        let reading = timeout_at(by, self.line.read(&mut bytes));
        let read = tokio::select! {
            read = reading => read,
            () = self.shared.powered_off() => return Err(Break::PowerLost),
            steps = self.shared.script_by_itself() => return self.by_itself(steps).await,
        };
        match read {
            Err(_elapsed) => Ok(false),
            Ok(Ok(0) | Err(_)) => Err(Break::Closed),
            Ok(Ok(count)) => {
                self.reader.add(&bytes[..count]);
                Ok(true)
            }
        }
    }

    /// What the script does while the terminal waits. The wait goes on.
    async fn by_itself(&mut self, steps: Vec<Step>) -> Result<bool, Break> {
        for step in steps {
            match step {
                Step::Pass(bytes) => self.write(&bytes).await?,
                other => {
                    if self.step(other).await? {
                        return Err(Break::Decided);
                    }
                }
            }
        }
        Ok(true)
    }

    async fn take(&mut self, unit: Unit) -> Result<(), Break> {
        let message = match unit {
            Unit::Taken | Unit::Again => return Ok(()),
            Unit::Broken => return self.write(&[0x15]).await,
            Unit::Message(message) => message,
        };
        if self.serial {
            self.write(&[0x06]).await?;
        }
        for step in self.shared.script(Direction::Rx, &message, &message) {
            match step {
                Step::Pass(bytes) if is_message(&bytes) => self.inbox.push_back(bytes),
                // Part of a message is none.
                Step::Pass(_) => {}
                other => {
                    self.step(other).await?;
                }
            }
        }
        Ok(())
    }

    /// Carries out a step that moves no bytes; true when the script has decided what became of the payment.
    async fn step(&mut self, step: Step) -> Result<bool, Break> {
        match step {
            Step::Pass(_) => Ok(false),
            Step::Wait(time) => {
                tokio::select! {
                    () = sleep(time) => Ok(false),
                    () = self.shared.powered_off() => Err(Break::PowerLost),
                }
            }
            Step::Cut(outage) => Err(Break::Outage(outage)),
            Step::Power(outage) => Err(Break::Outage(outage)),
            Step::Truth(word) => Ok(self.shared.truth(&word)),
            Step::Stall => {
                let mut ignored = [0; READ_BYTES];
                loop {
                    tokio::select! {
                        read = self.line.read(&mut ignored) => if matches!(read, Ok(0) | Err(_)) { return Err(Break::Closed) },
                        () = self.shared.powered_off() => return Err(Break::PowerLost),
                    }
                }
            }
        }
    }

    /// Puts bytes on the line; a whole serial block is repeated until its 06.
    async fn pass(&mut self, bytes: &[u8], repeat: &[u8]) -> Result<(), Break> {
        self.write(bytes).await?;
        if !self.serial {
            return Ok(());
        }
        for resend in 0..=BLOCK_RESENDS_MAX {
            if resend > 0 {
                self.write(repeat).await?;
            }
            let by = Instant::now() + self.shared.config.ack_wait;
            let mut again = false;
            while !again && self.read_once(by).await? {
                while let Some(unit) = self.reader.pull() {
                    match unit {
                        Unit::Taken => return Ok(()),
                        Unit::Again => again = true,
                        other => self.take_later(other).await?,
                    }
                }
            }
        }
        Ok(())
    }

    /// [`Conn::take`] behind a box, since a step of the script may wait.
    async fn take_later(&mut self, unit: Unit) -> Result<(), Break> {
        Box::pin(self.take(unit)).await
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Break> {
        let written = async {
            self.line.write_all(bytes).await?;
            self.line.flush().await
        };
        written.await.map_err(|_failed: std::io::Error| Break::Closed)
    }
}
