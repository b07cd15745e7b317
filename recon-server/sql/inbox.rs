//! The counters' inboxes.

use async_trait::async_trait;
use domain::{
    id::{CounterId, TenantId},
    inbox::InboxItem,
    time::Timestamp,
};
use journal::{chain::JournalId, wire::NumberedItem};
use sqlx::query_file;
use store::{Fault, InboxStore, Result, StoreError, words};

use crate::support::{During, OneRow, Unit, fault, limit};

impl Unit {
    async fn put_item(
        &mut self,
        tenant: &TenantId,
        counter: &CounterId,
        key: &str,
        item: &InboxItem,
        at: Timestamp,
    ) -> Result<u64, Fault> {
        let (team, desk) = (tenant.as_str(), counter.as_str());
        self.lock_counter(tenant, counter).await?;
        let known = query_file!("../sql/inbox/find.sql", team, desk, key)
            .fetch_optional(&mut *self.tx)
            .await
            .map_err(fault)?;
        if let Some(known) = known {
            return words::to_u64("inbox number", known.number);
        }
        let number = self.next_number(tenant, &format!("inbox/{counter}")).await?;
        let text = words::to_json(item)?;
        query_file!("../sql/inbox/insert.sql", team, desk, number, key, text, at.as_micros())
            .execute(&mut *self.tx)
            .await
            .one_row()?;
        words::to_u64("inbox number", number)
    }
}

#[async_trait]
impl InboxStore for Unit {
    async fn put_inbox_item(
        &mut self,
        tenant: &TenantId,
        counter: &CounterId,
        key: &str,
        item: &InboxItem,
        at: Timestamp,
    ) -> Result<u64> {
        self.put_item(tenant, counter, key, item, at).await.during(StoreError::PutInboxItem)
    }

    async fn inbox_items(
        &mut self,
        tenant: &TenantId,
        counter: &CounterId,
        after: u64,
        rows: u32,
    ) -> Result<Vec<NumberedItem>> {
        let after = words::to_i64("inbox number", after).during(StoreError::ReadInbox)?;
        query_file!("../sql/inbox/page.sql", tenant.as_str(), counter.as_str(), after, limit(rows))
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadInbox)?
            .into_iter()
            .map(|row| {
                Ok(NumberedItem {
                    number: words::to_u64("inbox number", row.number)?,
                    item: words::from_json("inbox item", &row.item)?,
                })
            })
            .collect::<Result<_, Fault>>()
            .during(StoreError::ReadInbox)
    }

    async fn decisions_told(&mut self, tenant: &TenantId) -> Result<Vec<(CounterId, InboxItem)>> {
        query_file!("../sql/inbox/decisions.sql", tenant.as_str())
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadInbox)?
            .into_iter()
            .map(|row| {
                let counter = words::parse("counter", &row.counter_id)?;
                Ok((counter, words::from_json("inbox item", &row.item)?))
            })
            .collect::<Result<_, Fault>>()
            .during(StoreError::ReadInbox)
    }

    async fn inbox_acknowledged(&mut self, journal: &JournalId) -> Result<u64> {
        let row = query_file!(
            "../sql/inbox/acknowledged.sql",
            journal.tenant.as_str(),
            journal.counter.as_str(),
            i64::from(journal.incarnation.0)
        )
        .fetch_one(&mut *self.tx)
        .await
        .during(StoreError::ReadInbox)?;
        words::to_u64("inbox number", row.number).during(StoreError::ReadInbox)
    }
}
