//! The line to a scanner: one task reads, splits, judges, and opens a lost line again.
//!
//! Invariants: a scan is handed over once, in order, or waits (the queue is bounded and nothing in it is dropped); a line that was
//! lost in the middle of a scan gives no scan. Not here: what a scan is for, and how long it is still good: the caller looks.

use std::time::Duration;

use serde::Deserialize;
use tokio::{
    io::AsyncReadExt as _,
    sync::mpsc,
    time::{Instant, sleep, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::{
    guard::{Guard, GuardRules, Reject, Scan},
    split::{Event, Splitter, Terminator},
};
use crate::transport::{Line, LineOptions, SerialDefaults, Transport};

/// Scans that wait to be fetched.
const QUEUE_EVENTS_MAX: usize = 32;
/// Most bytes taken from the line at once.
const READ_MAX_BYTES: usize = 512;
/// First pause before a lost line is opened again, in milliseconds (`devices.md` 4).
const RECONNECT_FIRST_MS: u64 = 500;
/// Shortest pause that a configuration can set, in milliseconds.
const RECONNECT_MIN_MS: u64 = 5;
/// Longest pause before a lost line is opened again, in milliseconds (`devices.md` 4).
const RECONNECT_MAX_MS: u64 = 30_000;
/// Longest idle time that a configuration can set, in milliseconds.
const IDLE_MAX_MS: u64 = 60_000;
/// Shortest idle time that a configuration can set, in milliseconds: a byte at 9600 baud takes one.
const IDLE_MIN_MS: u64 = 20;

/// A scanner and how it is set.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScannerConfig {
    /// Where it is.
    pub transport: Transport,
    /// What it sends after a code.
    #[serde(default)]
    pub terminator: Terminator,
    /// Silence after which a scan that has begun is over, in milliseconds; from 20 ms to one minute.
    #[serde(default = "ScannerConfig::default_idle_ms")]
    pub idle_ms: u64,
    /// What is a scan.
    #[serde(default)]
    pub guard: GuardRules,
    /// First pause before a lost line is opened again, in milliseconds.
    #[serde(default = "ScannerConfig::default_reconnect_ms")]
    pub reconnect_ms: u64,
}

impl ScannerConfig {
    /// A scanner with the usual settings.
    #[must_use]
    pub fn new(transport: Transport) -> Self {
        Self {
            transport,
            terminator: Terminator::default(),
            idle_ms: Self::default_idle_ms(),
            guard: GuardRules::default(),
            reconnect_ms: Self::default_reconnect_ms(),
        }
    }

    const fn default_idle_ms() -> u64 {
        200
    }

    const fn default_reconnect_ms() -> u64 {
        RECONNECT_FIRST_MS
    }
}

/// What a scanner tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanEvent {
    /// The line stands.
    Online,
    /// A code.
    Scan(Scan),
    /// Something that is no scan; the clerk scans again.
    Rejected(Reject),
    /// The line is lost, and why; it is opened again by itself.
    Lost(String),
}

/// A running scanner. Dropping it gives the line back.
#[derive(Debug)]
pub struct SerialScanner {
    events: mpsc::Receiver<ScanEvent>,
    stop: CancellationToken,
}

impl SerialScanner {
    /// Starts to listen. Must be called inside a tokio runtime.
    #[must_use]
    pub fn start(config: ScannerConfig) -> Self {
        let (sender, events) = mpsc::channel(QUEUE_EVENTS_MAX);
        let stop = CancellationToken::new();
        let (stopped, reader) = (stop.clone(), Reader::new(config, sender));
        tokio::spawn(async move {
            tokio::select! {
                () = stopped.cancelled() => {}
                () = reader.run() => {}
            }
        });
        Self { events, stop }
    }

    /// The next event; waits for one. `None` only when the scanner's task is gone.
    pub async fn next(&mut self) -> Option<ScanEvent> {
        self.events.recv().await
    }
}

impl Drop for SerialScanner {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Nobody listens any more.
struct Unheard;

struct Reader {
    config: ScannerConfig,
    sender: mpsc::Sender<ScanEvent>,
    guard: Guard,
    started: Instant,
}

impl Reader {
    fn new(config: ScannerConfig, sender: mpsc::Sender<ScanEvent>) -> Self {
        let guard = Guard::new(config.guard);
        Self { config, sender, guard, started: Instant::now() }
    }

    async fn run(mut self) {
        let options = LineOptions::new(SerialDefaults::PLAIN);
        let first_ms = self.config.reconnect_ms.clamp(RECONNECT_MIN_MS, RECONNECT_MAX_MS);
        let mut pause_ms = first_ms;
        let mut told = false;
        loop {
            let why = match self.config.transport.connect(&options).await {
                Err(error) => error.to_string(),
                Ok(line) => {
                    pause_ms = first_ms;
                    told = false;
                    if self.tell(ScanEvent::Online).await.is_err() {
                        return;
                    }
                    match self.listen(line).await {
                        Ok(why) => why,
                        Err(Unheard) => return,
                    }
                }
            };
            // Said once, not with every try.
            if !std::mem::replace(&mut told, true) {
                tracing::warn!(why, "scanner: line lost");
                if self.tell(ScanEvent::Lost(why)).await.is_err() {
                    return;
                }
            }
            sleep(Duration::from_millis(pause_ms)).await;
            pause_ms = pause_ms.saturating_mul(2).min(RECONNECT_MAX_MS);
        }
    }

    /// Reads until the line is lost.
    async fn listen(&mut self, mut line: Line) -> Result<String, Unheard> {
        let mut splitter =
            Splitter::new(self.config.terminator, self.config.idle_ms.clamp(IDLE_MIN_MS, IDLE_MAX_MS));
        let mut bytes = [0; READ_MAX_BYTES];
        loop {
            let due = splitter.due_ms().map(|ms| self.started + Duration::from_millis(ms));
            let idle = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            let events = tokio::select! {
                read = line.read(&mut bytes) => match read {
                    Ok(0) => return Ok("the scanner closed the line".to_owned()),
                    Ok(length) => splitter.push(self.now_ms(), &bytes[..length]),
                    Err(error) => return Ok(error.to_string()),
                },
                () = idle => splitter.tick(self.now_ms()).into_iter().collect(),
            };
            for event in events {
                let event = self.judge(&event);
                self.tell(event).await?;
            }
        }
    }

    fn judge(&mut self, event: &Event) -> ScanEvent {
        let judged = match event {
            Event::Frame(frame) => self.guard.judge(self.now_ms(), frame),
            Event::Broken(_) => {
                self.guard.broken(self.now_ms());
                Err(Reject::Broken)
            }
            Event::TooLong => Err(Reject::TooLong),
        };
        match judged {
            Ok(scan) => {
                tracing::debug!(aim = ?scan.aim, code = ?scan.code, "scanner: scan");
                ScanEvent::Scan(scan)
            }
            Err(reject) => {
                tracing::info!(%reject, "scanner: no scan");
                ScanEvent::Rejected(reject)
            }
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    async fn tell(&self, event: ScanEvent) -> Result<(), Unheard> {
        self.sender.send(event).await.map_err(|_| Unheard)
    }
}
