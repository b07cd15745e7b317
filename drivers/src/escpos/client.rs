//! The receipt printer behind [`PosPrinter`]: one job at a time, each on its own connection (`devices.md` E16, E17, M12).
//!
//! What always holds: `Printed` only on the process id of the whole job; `NotPrinted` only while no printing byte has left; in
//! doubt the printer is cleared, and only its answer says that nothing more will come. A job that is dropped by its caller still ends.
//! Deliberately not here: the queue of jobs, what is reprinted and the mark 再発行 (the agent's).

use std::{sync::Arc, time::Duration};

use domain::id::PrintJobId;
use tokio::{
    sync::{Mutex, OnceCell, watch},
    time::sleep,
};

use crate::{
    cat::Fut,
    pos_printer::{Document, PosPrinter, PrintOutcome, PrinterStatus},
    transport::Transport,
};

use super::{
    command::{self, NoBytes},
    config::EscPosConfig,
    layout::place_with,
    logo::Logo,
    near_end::NearEnd,
    session::{Cleared, Patience, Sent, Session},
    sink::{self, Appended},
    text::prepare,
    words,
};

/// Longest job, in bytes on the wire.
pub const JOB_MAX_BYTES: usize = 262_144;
/// How often a lost printer is called back to be cleared.
const CALLS_BACK_MAX: u32 = 3;
/// Pause before each call, in milliseconds: a printer that was reset listens again only after a while.
const CALL_BACK_PAUSE_MS: u64 = 300;

/// A receipt printer that speaks ESC/POS.
///
/// It remembers only what its own process sent: after a crash the caller clears first ([`PosPrinter::clear`]) and then decides.
#[derive(Debug, Clone)]
pub struct EscPosPrinter {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    config: EscPosConfig,
    /// Held for as long as a conversation lasts.
    line: Mutex<Memory>,
    status: watch::Sender<PrinterStatus>,
    /// Read at the first job.
    logo: OnceCell<Option<Logo>>,
    warning: watch::Sender<Option<&'static str>>,
}

/// What one conversation leaves for the next.
#[derive(Debug, Default)]
struct Memory {
    /// The last job of which bytes left.
    last_job: Option<PrintJobId>,
    /// Something may still be in the printer.
    uncleared: bool,
    near_end: NearEnd,
}

impl EscPosPrinter {
    /// A printer; nothing is connected until something is asked of it.
    #[must_use]
    pub fn new(config: EscPosConfig) -> Self {
        let (status, _) = watch::channel(PrinterStatus::default());
        let (warning, _) = watch::channel(None);
        let inner = Inner { config, line: Mutex::default(), status, logo: OnceCell::new(), warning };
        Self { inner: Arc::new(inner) }
    }

    /// What the clerk should be told although all goes well, once: the paper is nearly at its end. Taken by being read.
    #[must_use]
    pub fn take_warning(&self) -> Option<&'static str> {
        let mut taken = None;
        self.inner.warning.send_if_modified(|warning| {
            taken = warning.take();
            taken.is_some()
        });
        taken
    }

    /// Changes whenever there may be a new warning to take.
    #[must_use]
    pub fn watch_warning(&self) -> watch::Receiver<Option<&'static str>> {
        self.inner.warning.subscribe()
    }

    /// The status as it changes, for the screen: also while a job waits for paper.
    #[must_use]
    pub fn watch_status(&self) -> watch::Receiver<PrinterStatus> {
        self.inner.status.subscribe()
    }
}

impl PosPrinter for EscPosPrinter {
    fn print(&self, job: PrintJobId, document: Document) -> Fut<'_, PrintOutcome> {
        let inner = Arc::clone(&self.inner);
        // In a task of its own: a caller that stops waiting must not stop a job half-way.
        let running = async move { inner.print(job, &document).await };
        Box::pin(async move { tokio::spawn(running).await.unwrap_or_else(|_| in_doubt(true)) })
    }

    fn clear(&self) -> Fut<'_, Result<(), String>> {
        Box::pin(self.inner.clear())
    }

    fn status(&self) -> Fut<'_, PrinterStatus> {
        Box::pin(self.inner.status())
    }
}

impl Inner {
    async fn print(&self, job: PrintJobId, document: &Document) -> PrintOutcome {
        let (bytes, rows) = match self.encode(job, document).await {
            Ok(encoded) => encoded,
            Err(reason_ja) => return PrintOutcome::NotPrinted { reason_ja },
        };
        let mut memory = self.line.lock().await;
        let outcome = match &self.config.transport {
            Transport::File(path) => {
                append(path, &[command::set_up(self.config.kanji), bytes.clone()].concat()).await
            }
            _ => self.print_on_line(job, &bytes, rows, &mut memory).await,
        };
        self.look_at_the_roll(&mut memory);
        tracing::info!(job = job.0, bytes = bytes.len(), outcome = word(&outcome), "print job ended");
        outcome
    }

    /// The printing bytes and the number of their rows, or why there are none, for the clerk.
    async fn encode(&self, job: PrintJobId, document: &Document) -> Result<(Vec<u8>, usize), String> {
        let prepared =
            prepare(document, &self.config.replacements).map_err(|missing| words::unprintable(&missing))?;
        let rows = place_with(&prepared, self.config.columns, self.logo().await);
        let bytes = command::job(&rows, self.config.columns, self.config.kanji, document.open_drawer, job)
            .map_err(|error| match error {
                NoBytes::Unprintable(missing) => words::unprintable(&[missing]),
                NoBytes::Qr(_) => words::QR_UNFIT.to_owned(),
                // The logo was held against this paper when it was read.
                NoBytes::Barcode(_) | NoBytes::Picture(_) => words::BARCODE_UNFIT.to_owned(),
            })?;
        if bytes.len() > JOB_MAX_BYTES { Err(words::TOO_LONG.to_owned()) } else { Ok((bytes, rows.len())) }
    }

    /// The logo, if there is one that fits this paper. Without it the receipt is printed all the same.
    async fn logo(&self) -> Option<&Logo> {
        let read = async {
            let source = self.config.logo.as_ref()?;
            let fits = |logo: &Logo| match logo {
                Logo::Stored(_) => Ok(()),
                Logo::Picture(picture) => picture.raster(self.config.columns).map(drop),
            };
            match source.load().await.and_then(|logo| fits(&logo).map(|()| logo).map_err(Into::into)) {
                Ok(logo) => Some(logo),
                Err(error) => {
                    tracing::warn!(%error, "printing without the logo");
                    None
                }
            }
        };
        self.logo.get_or_init(|| read).await.as_ref()
    }

    /// Warns once a roll.
    fn look_at_the_roll(&self, memory: &mut Memory) {
        let status = *self.status.borrow();
        if let Some(warning) = memory.near_end.observe(status) {
            self.warning.send_replace(Some(warning));
        }
    }

    async fn open(&self) -> Option<Session<'_>> {
        match self.config.transport.connect(&self.config.line_options()).await {
            Ok(line) => Some(Session::new(line, &self.status)),
            Err(error) => {
                tracing::warn!(%error, "printer cannot be reached");
                self.status.send_replace(PrinterStatus::default());
                None
            }
        }
    }

    async fn print_on_line(
        &self,
        job: PrintJobId,
        bytes: &[u8],
        rows: usize,
        memory: &mut Memory,
    ) -> PrintOutcome {
        let patience = self.config.patience(rows);
        let Some(mut session) = self.open().await else {
            return self.nothing_sent(job, memory, words::UNREACHABLE);
        };
        if memory.uncleared || memory.last_job == Some(job) {
            if session.clear(None, patience).await == Cleared::NoAnswer {
                return self.nothing_sent(job, memory, words::OLD_JOB_LEFT);
            }
            memory.uncleared = false;
        }
        let status = match session.set_up(self.config.kanji, patience).await {
            Some(status) => Some(status),
            None => {
                session.ask_status(patience).await.filter(|status| words::cannot_begin(*status).is_some())
            }
        };
        let Some(status) = status else {
            return self.nothing_sent(job, memory, words::SILENT);
        };
        if let Some(reason) = words::cannot_begin(status) {
            return self.nothing_sent(job, memory, reason);
        }
        memory.last_job = Some(job);
        match session.print(bytes, job, patience).await {
            Sent::Printed => PrintOutcome::Printed,
            Sent::Nothing => self.nothing_sent(job, memory, words::NOT_TAKEN),
            Sent::Doubt => {
                let cleared = session.clear(Some(job), patience).await;
                after_doubt(cleared, memory)
            }
            Sent::Lost => {
                // The old socket goes first: a printer talks to one host only.
                drop(session);
                let cleared = self.call_back(patience).await;
                after_doubt(cleared, memory)
            }
        }
    }

    /// No printing byte of this try left. Still in doubt if an earlier try of the same job may be in the printer.
    fn nothing_sent(&self, job: PrintJobId, memory: &Memory, reason: &str) -> PrintOutcome {
        if memory.uncleared && memory.last_job == Some(job) {
            in_doubt(true)
        } else {
            PrintOutcome::NotPrinted { reason_ja: reason.to_owned() }
        }
    }

    /// Reaches a lost printer again, only to clear it.
    async fn call_back(&self, patience: Patience) -> Cleared {
        for _ in 0..CALLS_BACK_MAX {
            sleep(Duration::from_millis(CALL_BACK_PAUSE_MS)).await;
            let Some(mut session) = self.open().await else { continue };
            if session.clear(None, patience).await == Cleared::Yes {
                return Cleared::Yes;
            }
        }
        Cleared::NoAnswer
    }

    async fn clear(&self) -> Result<(), String> {
        let mut memory = self.line.lock().await;
        if self.config.transport.is_write_only() {
            return Ok(());
        }
        let mut session = self.open().await.ok_or_else(|| words::UNREACHABLE.to_owned())?;
        match session.clear(None, self.config.patience(0)).await {
            Cleared::NoAnswer => Err(words::NO_CLEAR_ANSWER.to_owned()),
            Cleared::Yes | Cleared::AlreadyPrinted => {
                memory.uncleared = false;
                Ok(())
            }
        }
    }

    /// What is known now: during a job what the printer last said, else its answer to a question.
    async fn status(&self) -> PrinterStatus {
        let Ok(mut memory) = self.line.try_lock() else {
            return *self.status.borrow();
        };
        if let Transport::File(path) = &self.config.transport {
            return PrinterStatus { online: sink::takes_jobs(path).await, ..PrinterStatus::default() };
        }
        let answered = match self.open().await {
            Some(mut session) => session.ask_status(self.config.patience(0)).await,
            None => None,
        };
        let status = answered.unwrap_or_default();
        self.status.send_replace(status);
        self.look_at_the_roll(&mut memory);
        status
    }
}

fn after_doubt(cleared: Cleared, memory: &mut Memory) -> PrintOutcome {
    match cleared {
        Cleared::AlreadyPrinted => PrintOutcome::Printed,
        Cleared::Yes => in_doubt(false),
        Cleared::NoAnswer => {
            memory.uncleared = true;
            in_doubt(true)
        }
    }
}

fn in_doubt(may_still_print: bool) -> PrintOutcome {
    let reason = if may_still_print { words::DOUBT_MAY_PRINT } else { words::DOUBT_CLEARED };
    PrintOutcome::Unknown { reason_ja: reason.to_owned(), may_still_print }
}

async fn append(path: &std::path::Path, bytes: &[u8]) -> PrintOutcome {
    match sink::append(path, bytes).await {
        Appended::Synced => PrintOutcome::Printed,
        Appended::Nothing(error) => {
            tracing::warn!(%error, "print file is as it was");
            PrintOutcome::NotPrinted { reason_ja: words::FILE_FAILED.to_owned() }
        }
        Appended::Doubt(error) => {
            tracing::warn!(%error, "print file may hold part of a job");
            PrintOutcome::Unknown { reason_ja: words::FILE_DOUBT.to_owned(), may_still_print: false }
        }
    }
}

const fn word(outcome: &PrintOutcome) -> &'static str {
    match outcome {
        PrintOutcome::Printed => "printed",
        PrintOutcome::NotPrinted { .. } => "not_printed",
        PrintOutcome::Unknown { may_still_print: true, .. } => "unknown_may_still_print",
        PrintOutcome::Unknown { may_still_print: false, .. } => "unknown_cleared",
    }
}
