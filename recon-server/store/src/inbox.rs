//! What the centre tells a counter: gapless numbers per counter, acknowledged by the counter's own journal.
//!
//! Invariants: numbers are 1, 2, 3, … without gaps; the same decision (by its key) has one number, however often it is put.

use async_trait::async_trait;
use domain::{
    id::{CounterId, TenantId},
    inbox::InboxItem,
    time::Timestamp,
};
use journal::{chain::JournalId, wire::NumberedItem};

use crate::Result;

/// The inboxes of all counters.
#[async_trait]
pub trait InboxStore {
    /// Puts an item and returns its number. `key` names the decision (`attempt:<id>`, `profile:<version>`): put again, it keeps
    /// its first number and its first content.
    async fn put_inbox_item(
        &mut self,
        tenant: &TenantId,
        counter: &CounterId,
        key: &str,
        item: &InboxItem,
        at: Timestamp,
    ) -> Result<u64>;

    /// At most `limit` items after number `after`, in order.
    async fn inbox_items(
        &mut self,
        tenant: &TenantId,
        counter: &CounterId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<NumberedItem>>;

    /// Every decision about an attempt (key `attempt:<id>`), by counter and number; profiles are long and left out.
    async fn decisions_told(&mut self, tenant: &TenantId) -> Result<Vec<(CounterId, InboxItem)>>;

    /// The highest number that this journal says it received; 0 for none.
    async fn inbox_acknowledged(&mut self, journal: &JournalId) -> Result<u64>;
}
