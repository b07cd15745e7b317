//! A scanner in software: it sends what a test puts before it, with prefix and suffix as a model would, and fails by script.
//!
//! What always holds: it frames by itself and shares no code with `split.rs`, `aim.rs` or `guard.rs`; a code that is put before it
//! while nobody is connected is lost, as it is with a real scanner. Fault scripts (`devices.md` 5) see each code with prefix
//! and suffix as one message (`tx`); an attempt is one scan.
//! Deliberately not here: commands to the scanner, and lamps.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::mpsc,
    time::{Instant, sleep, sleep_until, timeout_at},
};
use tokio_util::sync::CancellationToken;

use crate::{
    script::{Direction, Engine, Script, Step},
    transport::{Line, Listener, SerialDefaults, Transport, TransportError},
};

/// Codes that wait to be sent.
const QUEUE_CODES_MAX: usize = 64;
/// Pause after a line that is sent away, in milliseconds.
const REFUSED_PAUSE_MS: u64 = 5;

/// What kind of scanner it is.
#[derive(Debug, Clone)]
pub struct SimulatorConfig {
    /// Where it waits; port 0 lets the system choose.
    pub listen: Transport,
    /// Sent after each code.
    pub suffix: Vec<u8>,
    /// Whether the AIM prefix is sent.
    pub prefix: bool,
    /// Pause after each byte.
    pub byte_pause: Duration,
    /// What goes wrong, and when.
    pub script: Script,
}

impl Default for SimulatorConfig {
    /// CR, with prefix, on loopback, without faults.
    fn default() -> Self {
        Self {
            listen: Transport::Tcp { host: "127.0.0.1".to_owned(), port: 0 },
            suffix: vec![0x0D],
            prefix: true,
            byte_pause: Duration::ZERO,
            script: Script::none(),
        }
    }
}

/// A running scanner. Dropping it switches it off.
#[derive(Debug)]
pub struct ScannerSimulator {
    codes: mpsc::Sender<(String, Vec<u8>)>,
    book: Arc<Mutex<Vec<String>>>,
    address: Transport,
    stop: CancellationToken,
}

impl ScannerSimulator {
    /// Starts a scanner at the configured place.
    ///
    /// # Errors
    /// When nothing can wait there.
    pub async fn start(config: SimulatorConfig) -> Result<Self, TransportError> {
        let listener = Listener::bind(&config.listen, SerialDefaults::PLAIN).await?;
        Ok(Self::start_on(listener, config))
    }

    /// Starts a scanner behind a listener that is already open.
    #[must_use]
    pub fn start_on(listener: Listener, config: SimulatorConfig) -> Self {
        let (codes, waiting) = mpsc::channel(QUEUE_CODES_MAX);
        let (address, stop) = (listener.address().clone(), CancellationToken::new());
        let book = Arc::new(Mutex::new(Vec::new()));
        let scanner = Scanner {
            engine: Engine::new(&config.script),
            config,
            waiting,
            book: Arc::clone(&book),
            started: Instant::now(),
        };
        let stopped = stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = stopped.cancelled() => {}
                () = scanner.serve(listener) => {}
            }
        });
        Self { codes, book, address, stop }
    }

    /// Where a driver finds it.
    #[must_use]
    pub fn address(&self) -> Transport {
        self.address.clone()
    }

    /// Puts a code before the scanner; `aim` is the prefix without `]`, as in `Q1`.
    pub async fn scan(&self, aim: &str, data: &[u8]) {
        // A scanner that was stopped reads nothing.
        let _ = self.codes.send((aim.to_owned(), data.to_vec())).await;
    }

    /// What the scanner read and beeped for, as prefix and number of bytes, oldest first.
    #[must_use]
    pub fn book(&self) -> Vec<String> {
        lock(&self.book).clone()
    }
}

impl Drop for ScannerSimulator {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn lock(book: &Mutex<Vec<String>>) -> MutexGuard<'_, Vec<String>> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How a line ended, and how long nobody can come then.
enum Ended {
    ByOther,
    Outage(Duration),
    /// No one will ever put a code before it again.
    Stopped,
}

struct Scanner {
    config: SimulatorConfig,
    engine: Engine,
    waiting: mpsc::Receiver<(String, Vec<u8>)>,
    book: Arc<Mutex<Vec<String>>>,
    started: Instant,
}

impl Scanner {
    async fn serve(mut self, mut listener: Listener) {
        loop {
            let Ok(line) = listener.accept().await else { return };
            match self.converse(line).await {
                Ended::ByOther => {}
                Ended::Stopped => return,
                Ended::Outage(time) => {
                    let until = Instant::now() + time;
                    while timeout_at(until, listener.accept()).await.is_ok() {
                        sleep(Duration::from_millis(REFUSED_PAUSE_MS)).await;
                    }
                }
            }
        }
    }

    async fn converse(&mut self, mut line: Line) -> Ended {
        let mut ignored = [0; 64];
        loop {
            let due = self.engine.due_ms().map(|ms| self.started + Duration::from_millis(ms));
            let by_itself = async {
                match due {
                    Some(due) => sleep_until(due).await,
                    None => std::future::pending().await,
                }
            };
            let steps = tokio::select! {
                code = self.waiting.recv() => match code {
                    Some((aim, data)) => self.read(&aim, &data),
                    None => return Ended::Stopped,
                },
                read = line.read(&mut ignored) => match read {
                    Ok(0) | Err(_) => return Ended::ByOther,
                    Ok(_) => continue,
                },
                () = by_itself => {
                    let now_ms = self.now_ms();
                    self.engine.on_time(now_ms)
                }
            };
            for step in steps {
                if let Err(ended) = self.carry_out(&mut line, step).await {
                    return ended;
                }
            }
        }
    }

    fn read(&mut self, aim: &str, data: &[u8]) -> Vec<Step> {
        let now_ms = self.now_ms();
        self.engine.begin_attempt(now_ms);
        lock(&self.book).push(format!("{aim} {}", data.len()));
        let mut message = Vec::new();
        if self.config.prefix {
            message.push(b']');
            message.extend(aim.as_bytes());
        }
        message.extend(data);
        message.extend(&self.config.suffix);
        self.engine.on_message(Direction::Tx, &message)
    }

    async fn carry_out(&self, line: &mut Line, step: Step) -> Result<(), Ended> {
        match step {
            Step::Pass(bytes) if self.config.byte_pause.is_zero() => write(line, &bytes).await,
            Step::Pass(bytes) => {
                for byte in bytes {
                    write(line, &[byte]).await?;
                    sleep(self.config.byte_pause).await;
                }
                Ok(())
            }
            Step::Wait(time) => {
                sleep(time).await;
                Ok(())
            }
            Step::Cut(time) | Step::Power(time) => Err(Ended::Outage(time)),
            Step::Stall => {
                let mut ignored = [0; 64];
                while line.read(&mut ignored).await.is_ok_and(|length| length > 0) {}
                Err(Ended::ByOther)
            }
            Step::Truth(word) => {
                tracing::warn!(word, "fault script: a scanner knows no truth but its codes");
                Ok(())
            }
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

async fn write(line: &mut Line, bytes: &[u8]) -> Result<(), Ended> {
    line.write_all(bytes).await.map_err(|_gone: std::io::Error| Ended::ByOther)
}
