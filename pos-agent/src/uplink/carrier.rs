//! Carries out what [`super::plan`] says: signs, compresses, sends, and gives the inbox to the till.
//!
//! Invariants: one request at a time; an inbox item counts as received only when the till has journalled it; the loop wakes when
//! the view changes (a command or a tick), so that no timer of the runtime is needed.

use std::{io::Write, sync::Arc};

use domain::{
    command::Command,
    event::Actor,
    id::SequenceNumber,
    time::{Clock, Timestamp},
};
use flate2::{Compression, write::GzEncoder};
use journal::{
    entry::Entry,
    frames::{self, BATCH_LENGTH_MAX_BYTES},
    signature::{self, CounterKey, SignedRequest},
    wire::{
        BATCH_CONTENT_TYPE, HeadReply, INBOX_ITEMS_MAX, InboxReply, PATH_BATCHES, PATH_HEAD, PATH_INBOX,
        Problem,
    },
};
use tokio_util::sync::CancellationToken;

use super::{
    plan::{Ask, Heard, Next, Own, Pace, Plan},
    wire::{Answer, Request, Wire},
};
use crate::{
    edge::Entropy,
    till::{Envelope, TillHandle, UplinkView, View},
};

/// Bytes that stand before each entry in a batch.
const FRAME_HEADER_BYTES: usize = 4;

/// Everything that the line needs.
pub struct Carrier {
    /// The till.
    pub till: TillHandle,
    /// The network.
    pub wire: Arc<dyn Wire>,
    /// Key of the signatures.
    pub key: CounterKey,
    /// `keyid` of the signatures.
    pub key_id: String,
    /// Wall clock.
    pub clock: Arc<dyn Clock>,
    /// Ids and jitter.
    pub entropy: Arc<dyn Entropy>,
    /// Pauses.
    pub pace: Pace,
}

impl Carrier {
    /// Runs until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let mut view = self.till.view();
        let delivered = view.borrow_and_update().delivered;
        let mut plan = Plan::new(self.pace, delivered, self.clock.now());
        loop {
            let now = self.clock.now();
            let own = own(&view.borrow_and_update());
            let next = own.map(|own| (own, plan.next(now, &own)));
            match next {
                Some((own, Next::Ask(ask))) => {
                    let heard = tokio::select! {
                        heard = self.ask(&plan, now, ask) => heard,
                        () = stop.cancelled() => return,
                    };
                    self.learn(&mut plan, own, ask, heard).await;
                }
                _ => tokio::select! {
                    changed = view.changed() => if changed.is_err() { return },
                    () = stop.cancelled() => return,
                },
            }
        }
    }

    /// One question and its answer.
    async fn ask(&self, plan: &Plan, now: Timestamp, ask: Ask) -> Heard {
        let created = plan.signing_time(now);
        let request = match ask {
            Ask::Head => self.signed(created, "GET", PATH_HEAD, None, "", "", Vec::new()),
            Ask::Inbox { after } => {
                self.signed(created, "GET", PATH_INBOX, Some(format!("after={after}")), "", "", Vec::new())
            }
            Ask::Batch { after, entries_max } => {
                let entries = self.till.read_after(after, entries_max).await;
                match compressed(&entries) {
                    Ok(body) => {
                        self.signed(created, "POST", PATH_BATCHES, None, BATCH_CONTENT_TYPE, "gzip", body)
                    }
                    Err(error) => {
                        tracing::error!(%error, "batch not made");
                        return Heard::Silence;
                    }
                }
            }
        };
        match self.wire.send(request).await {
            Ok(answer) => self.read(ask, &answer).await,
            Err(silence) => {
                tracing::info!(%silence, failures = plan.failures(), "the centre is silent");
                Heard::Silence
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the six things that a signature covers")]
    fn signed(
        &self,
        created: i64,
        method: &'static str,
        path: &'static str,
        query: Option<String>,
        content_type: &'static str,
        content_encoding: &'static str,
        body: Vec<u8>,
    ) -> Request {
        let covered = SignedRequest {
            method,
            path,
            query: query.as_deref(),
            content_type,
            content_encoding,
            body: &body,
        };
        let signed = signature::sign(&self.key, &self.key_id, created, &covered);
        let mut headers = vec![
            ("content-digest", signed.content_digest),
            ("signature-input", signed.signature_input),
            ("signature", signed.signature),
        ];
        for (name, value) in [("content-type", content_type), ("content-encoding", content_encoding)] {
            if !value.is_empty() {
                headers.push((name, value.to_owned()));
            }
        }
        Request { method, path, query, headers, body }
    }

    async fn read(&self, ask: Ask, answer: &Answer) -> Heard {
        let unreadable = Heard::Problem { status: answer.status, code: None, server_time: None };
        if !(200..300).contains(&answer.status) {
            return serde_json::from_slice::<Problem>(&answer.body).map_or(unreadable, |problem| {
                Heard::Problem {
                    status: answer.status,
                    code: Some(problem.code),
                    server_time: problem.server_time,
                }
            });
        }
        match ask {
            Ask::Head | Ask::Batch { .. } => match serde_json::from_slice::<HeadReply>(&answer.body) {
                Ok(reply) => {
                    let ours = self.till.hash_at(SequenceNumber(reply.sequence_number)).await;
                    Heard::Head { reply, ours }
                }
                Err(_) => unreadable,
            },
            Ask::Inbox { .. } => match serde_json::from_slice::<InboxReply>(&answer.body) {
                Ok(reply) => self.journal_inbox(reply).await,
                Err(_) => unreadable,
            },
        }
    }

    /// In order; the first item that the till does not take ends the look.
    async fn journal_inbox(&self, reply: InboxReply) -> Heard {
        let items_max = usize::try_from(INBOX_ITEMS_MAX).unwrap_or(usize::MAX);
        let mut journalled = 0;
        for numbered in reply.items.into_iter().take(items_max) {
            let number = numbered.number;
            let command = Command::ReceiveInbox { number, item: numbered.item };
            let envelope = Envelope { actor: Actor::Centre, id: self.entropy.command_id(), command };
            if let Err(error) = self.till.submit(envelope).await {
                tracing::warn!(number, %error, "inbox item not journalled");
                break;
            }
            journalled += 1;
        }
        Heard::Inbox { journalled }
    }

    async fn learn(&self, plan: &mut Plan, own: Own, ask: Ask, heard: Heard) {
        let before = plan.delivered();
        plan.heard(self.clock.now(), &own, ask, heard, self.entropy.permille());
        if plan.delivered() != before {
            self.till.delivered(SequenceNumber(plan.delivered())).await;
        }
        self.till.board().show_uplink(UplinkView {
            last_heard: plan.last_heard(),
            failures: plan.failures(),
            alarm: plan.alarm().cloned(),
        });
    }
}

fn own(view: &View) -> Option<Own> {
    let identity = view.state.identity.as_ref()?;
    Some(Own { incarnation: identity.incarnation, head: view.head, inbox_number: view.state.inbox_number })
}

/// As many of the entries as the bound of a batch takes, at least one.
fn compressed(entries: &[Entry]) -> std::io::Result<Vec<u8>> {
    let mut length = 0;
    let fitting = entries.iter().enumerate().take_while(|(index, entry)| {
        length += FRAME_HEADER_BYTES + entry.bytes().len();
        *index == 0 || length <= BATCH_LENGTH_MAX_BYTES
    });
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&frames::join(fitting.map(|(_, entry)| entry.bytes())))?;
    encoder.finish()
}
