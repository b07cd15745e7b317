//! The thread that owns the till. It waits for posts, one after the other, and publishes what is durable.
//!
//! Invariants: a view and what is due are published before the answer of the command that made them; when the core fails, the
//! thread says so on the board, answers nobody, and ends. It never starts again by itself.

use std::{sync::Arc, thread};

use domain::{
    command::Command,
    id::SequenceNumber,
    time::{Clock, Timestamp},
};
use journal::entry::Entry;
use tokio::sync::{mpsc, oneshot};

use super::{Board, Core, CoreError, Handled, MAILBOX_POSTS_MAX, Post, TillHandle};
use crate::journal_store::JournalStore;

/// How often room for a full disk is sought, in milliseconds.
const BALLAST_RETRY_MS: i64 = 60_000;
/// Name of the thread, for debuggers.
const THREAD_NAME: &str = "till";

/// Resolves when the thread has ended: `None` after an orderly stop, the failure otherwise.
pub type Stopped = oneshot::Receiver<Option<String>>;

/// Starts the thread over an opened core. The thread ends when every handle is gone or the core fails.
///
/// # Errors
/// When the store does not give the cursor or the system gives no thread.
pub fn start<S: JournalStore + 'static>(
    mut core: Core<S>,
    clock: Arc<dyn Clock>,
) -> Result<(TillHandle, Stopped), CoreError> {
    let delivered = core.store().delivered()?.0.min(core.head().sequence_number.0);
    let board = Board::new(Arc::clone(core.state()), core.head(), delivered, clock.now());
    let (posts, mailbox) = mpsc::channel(MAILBOX_POSTS_MAX);
    let (ended, stopped) = oneshot::channel();
    let mut owner = Owner { core, clock, board: board.clone(), ballast_sought: None };
    thread::Builder::new()
        .name(THREAD_NAME.into())
        .spawn(move || {
            let failure = owner.run(mailbox).err().map(|error| owner.stop(&error));
            // The store gives its files back before the end is told. Nobody may be waiting for it.
            drop(owner);
            let _ = ended.send(failure);
        })
        .map_err(|error| CoreError::Unwritable(format!("no thread for the till: {error}")))?;
    Ok((TillHandle::new(posts, board), stopped))
}

struct Owner<S> {
    core: Core<S>,
    clock: Arc<dyn Clock>,
    board: Board,
    /// When room was last sought.
    ballast_sought: Option<Timestamp>,
}

impl<S: JournalStore> Owner<S> {
    fn run(&mut self, mut mailbox: mpsc::Receiver<Post>) -> Result<(), CoreError> {
        while let Some(post) = mailbox.blocking_recv() {
            self.serve(post)?;
        }
        Ok(())
    }

    fn serve(&mut self, post: Post) -> Result<(), CoreError> {
        // A reply that nobody waits for any more (a page that was closed) is no failure of the till.
        match post {
            Post::Submit(envelope, reply) => {
                let now = self.clock.now();
                let ticked = envelope.command == Command::Tick;
                let handled = self.core.handle(now, *envelope)?;
                self.publish(now, &handled);
                let _ = reply.send(handled.answer);
                if ticked {
                    self.seek_ballast(now);
                }
            }
            Post::ReadAfter { after, entries_max, reply } => {
                let _ = reply.send(self.read_after(after, entries_max)?);
            }
            Post::HashAt(at, reply) => {
                let _ = reply.send(self.core.hash_at(at)?);
            }
            Post::Delivered(upto) => self.delivered(upto),
        }
        Ok(())
    }

    fn read_after(&mut self, after: SequenceNumber, entries_max: usize) -> Result<Vec<Entry>, CoreError> {
        Ok(self.core.store().read_from(SequenceNumber(after.0.saturating_add(1)), entries_max)?)
    }

    /// The cursor may be lost without loss of money: a failure is logged, and the centre is asked again after a restart.
    fn delivered(&mut self, upto: SequenceNumber) {
        if let Err(error) = self.core.store().set_delivered(upto) {
            tracing::warn!(%error, "delivered cursor not noted");
        }
        self.board.change(|view| view.delivered = upto.0);
    }

    fn publish(&self, now: Timestamp, handled: &Handled) {
        let (state, head, disk_full) = (self.core.state(), self.core.head(), self.core.disk_full());
        self.board.change(|view| {
            view.state = Arc::clone(state);
            view.head = head;
            view.disk_full = disk_full;
            view.now = now;
        });
        self.board.show_due(handled.effects.clone());
    }

    /// Only on a tick: the first start writes the whole ballast, which no clerk should wait for.
    fn seek_ballast(&mut self, now: Timestamp) {
        let never = self.ballast_sought.is_none();
        let again = self.core.disk_full()
            && self.ballast_sought.is_some_and(|last| now.ms_since(last) >= BALLAST_RETRY_MS);
        if never || again {
            self.ballast_sought = Some(now);
            self.core.keep_ballast();
        }
    }

    fn stop(&self, error: &CoreError) -> String {
        let message = format!(
            "記録ができないため窓口機を止めました（{error}）。記録済みの取引は失われません。起動し直して一覧を確かめてください。"
        );
        tracing::error!(error = %Chain(error), "the till stops");
        self.board.change(|view| view.stopped = Some(message.clone()));
        message
    }
}

/// An error and everything that caused it, in one line.
struct Chain<'a>(&'a dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
