//! One conversation with a printer over one open line.
//!
//! Invariants: while bytes go out, answers are read; a stalled write does not end the job while the printer says why it stalls
//! (paper end closes the TCP window, `devices.md` M12) nor while a serial line is held by flow control; between XOFF and XON no byte
//! is handed on; after the first printing byte nothing here says "not printed".
//! Deliberately not here: opening lines, repeating anything, and sentences for the clerk (`client.rs`).

use std::{collections::VecDeque, io, time::Duration};

use domain::id::PrintJobId;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf},
    sync::watch,
    time::{Instant, sleep_until, timeout_at},
};

use crate::{pos_printer::PrinterStatus, transport::Line};

use super::{
    command::{ASK_STATUS, CLEAR, KanjiMode, covers, set_up},
    frame::{Answer, Demultiplexer, automatic_status, real_time_status},
};

/// Most bytes taken from the line at once.
const READ_MAX_BYTES: usize = 256;
/// Longest deadline that a configuration can set, in milliseconds.
pub(super) const DEADLINE_MAX_MS: u64 = 3_600_000;

/// The deadlines of one job.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For an answer that a printer in any state gives.
    pub answer_ms: u64,
    /// For the process id while the printer reports nothing wrong.
    pub process_id_ms: u64,
    /// For everything after the last byte while paper, cover or cutter wait for a person, or the line is held.
    pub attention_ms: u64,
    /// Who holds the line when the printer's buffer is full.
    pub flow: FlowControl,
}

/// How a printer makes its host wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FlowControl {
    /// The line itself: it takes no more bytes.
    Line,
    /// XOFF and XON come through to the driver.
    Seen,
    /// The system obeys the printer and says nothing of it: the line may stand still, or its last bytes may wait, without a word.
    System,
}

impl Patience {
    const fn hard_ms(self) -> u64 {
        if self.attention_ms > self.process_id_ms { self.attention_ms } else { self.process_id_ms }
    }
}

/// How sending a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// The process id came.
    Printed,
    /// Not one printing byte was taken.
    Nothing,
    /// Some bytes were taken, no process id came in time; the line still stands.
    Doubt,
    /// The line is gone after some bytes were taken.
    Lost,
}

/// What clearing the printer found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cleared {
    /// The buffer is empty.
    Yes,
    /// The job was on paper before the buffer was emptied.
    AlreadyPrinted,
    /// No answer.
    NoAnswer,
}

/// The instant in so many milliseconds.
pub(super) fn after(ms: u64) -> Instant {
    Instant::now() + Duration::from_millis(ms.min(DEADLINE_MAX_MS))
}

/// Whether a person must do something before the printer goes on.
pub(super) const fn needs_attention(status: PrinterStatus) -> bool {
    status.cover_open || status.paper_end || status.cutter_error
}

struct Incoming<'a> {
    reader: ReadHalf<Line>,
    demultiplexer: Demultiplexer,
    answers: VecDeque<Answer>,
    status: &'a watch::Sender<PrinterStatus>,
}

impl Incoming<'_> {
    /// The next answer; cancel-safe. Automatic status is also posted to the watchers.
    async fn next(&mut self) -> io::Result<Answer> {
        loop {
            if let Some(answer) = self.answers.pop_front() {
                if let Answer::Automatic(bytes) = &answer {
                    self.status.send_replace(automatic_status(*bytes));
                }
                return Ok(answer);
            }
            let mut bytes = [0; READ_MAX_BYTES];
            let length = self.reader.read(&mut bytes).await?;
            if length == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.answers.extend(self.demultiplexer.push(&bytes[..length]));
        }
    }

    /// The first answer of the wanted kind before the deadline.
    async fn find<T>(
        &mut self,
        deadline: Instant,
        mut wanted: impl FnMut(&Answer) -> Option<T>,
    ) -> Option<T> {
        loop {
            let answer = timeout_at(deadline, self.next()).await.ok()?.ok()?;
            if let Some(found) = wanted(&answer) {
                return Some(found);
            }
        }
    }
}

/// An open line to a printer.
pub(super) struct Session<'a> {
    incoming: Incoming<'a>,
    writer: WriteHalf<Line>,
}

impl<'a> Session<'a> {
    pub(super) fn new(line: Line, status: &'a watch::Sender<PrinterStatus>) -> Self {
        let (reader, writer) = tokio::io::split(line);
        let incoming =
            Incoming { reader, demultiplexer: Demultiplexer::default(), answers: VecDeque::new(), status };
        Self { incoming, writer }
    }

    /// Sends the set-up. The automatic status that answers it proves that the printer lives and took all of it.
    pub(super) async fn set_up(&mut self, kanji: KanjiMode, patience: Patience) -> Option<PrinterStatus> {
        self.writer.write_all(&set_up(kanji)).await.ok()?;
        self.incoming
            .find(after(patience.answer_ms), |answer| match answer {
                Answer::Automatic(bytes) => Some(automatic_status(*bytes)),
                _ => None,
            })
            .await
    }

    /// Asks in real time: a printer answers this even while it stands still.
    pub(super) async fn ask_status(&mut self, patience: Patience) -> Option<PrinterStatus> {
        let mut answers = [0; ASK_STATUS.len()];
        for (question, slot) in ASK_STATUS.iter().zip(&mut answers) {
            self.writer.write_all(question).await.ok()?;
            *slot = self
                .incoming
                .find(after(patience.answer_ms), |answer| match answer {
                    Answer::RealTime(byte) => Some(*byte),
                    _ => None,
                })
                .await?;
        }
        let status = real_time_status(answers);
        self.incoming.status.send_replace(status);
        Some(status)
    }

    /// Empties the printer's buffers. An id of `job` that arrives first means that the job was on paper already.
    pub(super) async fn clear(&mut self, job: Option<PrintJobId>, patience: Patience) -> Cleared {
        if self.writer.write_all(&CLEAR).await.is_err() {
            return Cleared::NoAnswer;
        }
        self.incoming
            .find(after(patience.answer_ms), |answer| match answer {
                Answer::Cleared => Some(Cleared::Yes),
                Answer::ProcessId(id) => job.filter(|job| covers(*id, *job)).map(|_| Cleared::AlreadyPrinted),
                _ => None,
            })
            .await
            .unwrap_or(Cleared::NoAnswer)
    }

    /// Sends the printing bytes and waits for their process id.
    pub(super) async fn print(&mut self, bytes: &[u8], job: PrintJobId, patience: Patience) -> Sent {
        let mut left = bytes;
        let ended = |left: &[u8], end| if left.len() == bytes.len() { Sent::Nothing } else { end };
        let (mut hard, mut quiet) = (after(patience.hard_ms()), after(patience.process_id_ms));
        let (mut waiting_for_a_person, mut held) = (false, false);
        loop {
            let may_stand = waiting_for_a_person || held || patience.flow == FlowControl::System;
            let deadline = if may_stand { hard } else { hard.min(quiet) };
            tokio::select! {
                biased;
                answer = self.incoming.next() => match answer {
                    Ok(Answer::ProcessId(id)) if covers(id, job) => return Sent::Printed,
                    Ok(Answer::Automatic(status)) => {
                        let status = automatic_status(status);
                        if status.unrecoverable {
                            return ended(left, Sent::Doubt);
                        }
                        if waiting_for_a_person && !needs_attention(status) {
                            quiet = after(patience.process_id_ms);
                        }
                        waiting_for_a_person = needs_attention(status);
                    }
                    Ok(Answer::Xoff) => held = patience.flow == FlowControl::Seen,
                    Ok(Answer::Xon) => {
                        held = false;
                        quiet = after(patience.process_id_ms);
                    }
                    Ok(_) => {}
                    Err(_) => return ended(left, Sent::Lost),
                },
                written = self.writer.write(left), if !left.is_empty() && !held => match written {
                    Ok(0) => return ended(left, Sent::Lost),
                    Ok(length) => {
                        left = left.get(length..).unwrap_or_default();
                        // A slow line is no reason to give up while it moves; its length bounds the wait.
                        (hard, quiet) = (after(patience.hard_ms()), after(patience.process_id_ms));
                    }
                    Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                        if !may_stand {
                            return ended(left, Sent::Doubt);
                        }
                    }
                    Err(_) => return ended(left, Sent::Lost),
                },
                () = sleep_until(deadline) => return ended(left, Sent::Doubt),
            }
        }
    }
}
