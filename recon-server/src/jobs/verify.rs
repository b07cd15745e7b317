//! Walks every journal chain from its first byte, as the offline verifier does, and compares with the stored heads.
//!
//! Invariant: nothing is taken from a column that the frozen bytes also say; a break names counter, incarnation and position.

use domain::id::{CounterId, Incarnation, SequenceNumber};
use journal::chain::{Head, JournalId};
use serde::Serialize;
use store::{UnitOfWork, counters::IncarnationRow};

use super::JobError;
use crate::app::AppState;

/// Entries read at a time.
const PAGE_ENTRIES: u32 = 1_000;

/// What one journal is found to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JournalCheck {
    /// 窓口
    pub counter: CounterId,
    /// 世代
    pub incarnation: Incarnation,
    /// Entries that were walked.
    pub entries: u64,
    /// Hash of the last good entry, hex.
    pub head: String,
    /// What is wrong; none where the chain is whole.
    pub broken: Option<String>,
}

/// What all journals are found to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// One by one.
    pub journals: Vec<JournalCheck>,
    /// Entries kept aside.
    pub aside: usize,
    /// Entries that this program does not understand.
    pub unread: usize,
}

impl Verification {
    /// Whether every chain is whole.
    #[must_use]
    pub fn whole(&self) -> bool {
        self.journals.iter().all(|journal| journal.broken.is_none())
    }
}

/// Walks every journal.
///
/// # Errors
/// When the store cannot be read. A broken chain is an answer, not an error.
pub async fn verify(state: &AppState) -> Result<Verification, JobError> {
    let mut unit = state.store.snapshot().await?;
    let mut journals = Vec::new();
    for counter in unit.counters(state.tenant()).await? {
        for row in unit.incarnations(state.tenant(), &counter.counter).await? {
            let id = JournalId {
                tenant: state.tenant().clone(),
                counter: counter.counter.clone(),
                incarnation: row.incarnation,
            };
            journals.push(walk(&mut *unit, &id, &row).await?);
        }
    }
    let aside = unit.aside_entries(state.tenant()).await?.len();
    let unread = unit.unread_entries(state.tenant()).await?.len();
    Ok(Verification { journals, aside, unread })
}

async fn walk(
    unit: &mut dyn UnitOfWork,
    id: &JournalId,
    row: &IncarnationRow,
) -> Result<JournalCheck, JobError> {
    let (mut head, mut broken) = (Head::EMPTY, None);
    'pages: loop {
        let page = unit.entries(id, head.sequence_number, PAGE_ENTRIES).await?;
        if page.is_empty() {
            break;
        }
        for stored in &page {
            if let Err(chain_break) = head.check(id, &stored.entry) {
                broken = Some(chain_break.to_string());
                break 'pages;
            }
            head = Head::after(&stored.entry);
        }
    }
    if broken.is_none() && head != row.head {
        let SequenceNumber(stored) = row.head.sequence_number;
        broken =
            Some(format!("the stored head is entry {stored}, the chain ends at {}", head.sequence_number.0));
    }
    Ok(JournalCheck {
        counter: id.counter.clone(),
        incarnation: id.incarnation,
        entries: head.sequence_number.0,
        head: head.hash.to_hex(),
        broken,
    })
}
