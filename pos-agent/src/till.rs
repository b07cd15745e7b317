//! The till: one thread owns the state and the journal; everyone else posts to its bounded mailbox.
//!
//! Invariants: the events of one command are durable before its answer, before the screen and before any device hears of it; a
//! repeated command id gives the first answer; after a failed append nothing more is judged (DESIGN 3.16).
//! Not here: the rules (`domain`), the bytes (`journal`), what devices do ([`crate::devices`]).
//!
//! [`core`] is the whole of it without threads, stepped by the simulation; [`owner`] is the thread; [`board`] is what pages see.

pub mod board;
pub mod core;
mod freeze;
pub mod owner;

use std::sync::Arc;

use domain::{
    command::Command,
    event::{Actor, Event},
    id::{CommandId, SequenceNumber},
    refusal::Refusal,
};
use journal::{
    chain::Head,
    entry::{Entry, EntryHash},
};
use tokio::sync::{mpsc, oneshot, watch};

pub use self::{
    board::{Board, DeviceView, Role, UplinkView, View},
    core::{Core, CoreError, Handled},
    owner::{Stopped, start},
};

/// Posts that wait for the till; whoever posts more waits.
pub const MAILBOX_POSTS_MAX: usize = 64;

/// A wish with who wishes it and the id that was made with the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Who.
    pub actor: Actor,
    /// Made with the form; also the id of the sale or attempt that the command makes.
    pub id: CommandId,
    /// What.
    pub command: Command,
}

/// What a command came to. It is durable, and the view shows it already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The id was answered before: nothing happened now, the first answer stands.
    pub repeated: bool,
    /// What happened, in order; empty when repeated or when nothing changed.
    pub events: Arc<[Event]>,
    /// The journal's head after the command.
    pub head: Head,
}

/// Why a command has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// The rules refuse it; nothing was written.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The disk is full: what runs is brought to its end, nothing new begins.
    #[error("the disk is full")]
    DiskFull,
    /// The till has stopped; whether the command happened is known after the restart.
    #[error("the till has stopped")]
    Stopped,
}

impl SubmitError {
    /// What to tell the clerk.
    #[must_use]
    pub fn message_ja(&self) -> String {
        match self {
            Self::Refused(refusal) => refusal.message_ja(),
            Self::DiskFull => {
                "この機械の保存場所がいっぱいです。新しい取引は始められません。責任者に連絡してください。"
                    .into()
            }
            Self::Stopped => {
                "記録ができないため止まりました。起動し直してから、直前の操作を一覧で確かめてください。"
                    .into()
            }
        }
    }
}

/// Everything that is posted to the till.
#[derive(Debug)]
pub(crate) enum Post {
    /// A wish.
    Submit(Box<Envelope>, oneshot::Sender<Result<Answer, SubmitError>>),
    /// Entries after a position, for the uplink.
    ReadAfter { after: SequenceNumber, entries_max: usize, reply: oneshot::Sender<Vec<Entry>> },
    /// The hash at a position, to judge the centre's head.
    HashAt(SequenceNumber, oneshot::Sender<Option<EntryHash>>),
    /// The centre has durably what stands up to this position.
    Delivered(SequenceNumber),
}

/// The way to the till. Clones share one mailbox.
#[derive(Debug, Clone)]
pub struct TillHandle {
    posts: mpsc::Sender<Post>,
    board: Board,
}

impl TillHandle {
    pub(crate) const fn new(posts: mpsc::Sender<Post>, board: Board) -> Self {
        Self { posts, board }
    }

    /// Submits a wish and waits until it is durable or refused.
    ///
    /// # Errors
    /// Refused by the rules, no room on the disk, or the till has stopped.
    pub async fn submit(&self, envelope: Envelope) -> Result<Answer, SubmitError> {
        let (reply, answer) = oneshot::channel();
        let post = Post::Submit(Box::new(envelope), reply);
        self.posts.send(post).await.map_err(|_| SubmitError::Stopped)?;
        answer.await.unwrap_or(Err(SubmitError::Stopped))
    }

    /// What pages show; the newest value, older ones may be skipped.
    #[must_use]
    pub fn view(&self) -> watch::Receiver<Arc<View>> {
        self.board.subscribe()
    }

    /// The view at this moment.
    #[must_use]
    pub fn current(&self) -> Arc<View> {
        self.board.current()
    }

    /// Where devices and the uplink put what is for the screen only.
    #[must_use]
    pub const fn board(&self) -> &Board {
        &self.board
    }

    /// Entries after a position, at most `entries_max`; none when the till has stopped.
    pub(crate) async fn read_after(&self, after: SequenceNumber, entries_max: usize) -> Vec<Entry> {
        let (reply, answer) = oneshot::channel();
        if self.posts.send(Post::ReadAfter { after, entries_max, reply }).await.is_err() {
            return Vec::new();
        }
        answer.await.unwrap_or_default()
    }

    /// The hash of the entry at a position, if the journal has it.
    pub(crate) async fn hash_at(&self, at: SequenceNumber) -> Option<EntryHash> {
        let (reply, answer) = oneshot::channel();
        self.posts.send(Post::HashAt(at, reply)).await.ok()?;
        answer.await.ok().flatten()
    }

    /// The centre acknowledged everything up to a position.
    pub(crate) async fn delivered(&self, upto: SequenceNumber) {
        // A till that has stopped asks the centre for its head after the restart.
        let _ = self.posts.send(Post::Delivered(upto)).await;
    }
}
