//! The centre of the simulation: the real store on SQLite, behind a line that loses things.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use anyhow::{Context as _, Result, bail, ensure};
use domain::{
    command::Command,
    id::{AttemptId, SequenceNumber, TenantId},
    inbox::InboxItem,
    payment::Evidence,
    time::{Clock as _, Timestamp},
};
use journal::{chain::JournalId, entry::Entry, frames};
use pos_agent::journal_store::JournalStore as _;
use store::{
    Store,
    counters::{Enrolment, NewEnrolmentCode},
};

use super::{Dice, Tally, counter::SimulatedCounter};
use crate::{clock::TownClock, masters};

/// Most entries in one simulated batch: small, so that a day needs several.
const BATCH_ENTRIES_MAX: u32 = 40;
/// How long an enrolment code works, in milliseconds.
const CODE_MS: i64 = 3_600_000;

/// The centre.
pub struct Centre {
    /// Its store.
    pub store: Arc<dyn Store>,
    /// 団体
    pub tenant: TenantId,
    clock: TownClock,
}

impl Centre {
    /// A new centre with an empty store.
    ///
    /// # Errors
    /// When the store cannot be made.
    pub async fn open(path: &Path, clock: TownClock) -> Result<Self> {
        Ok(Self { store: store_sqlite::open(path).await?, tenant: "t1".parse()?, clock })
    }

    /// Registers a counter, makes a one-time code and uses it. Returns the counter's first command.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn enrol(&mut self, number: u64) -> Result<Command> {
        let profile = masters::simulated_counter(number)?;
        let code_sha256 = [u8::try_from(number)?; 32];
        let now = self.clock.now();
        let mut unit = self.store.begin().await?;
        unit.put_counter(&self.tenant, &profile, now).await?;
        let code = NewEnrolmentCode {
            code_sha256,
            counter: profile.counter.clone(),
            created_by: "administrator".into(),
            created_at: now,
            expires_at: now.plus_ms(CODE_MS),
        };
        unit.put_enrolment_code(&self.tenant, &code).await?;
        let Enrolment::Granted(grant) = unit.enrol(&self.tenant, &code_sha256, now).await? else {
            bail!("the code was not taken")
        };
        unit.commit().await?;
        Ok(Command::Enrol {
            tenant: self.tenant.clone(),
            counter: grant.counter,
            incarnation: grant.incarnation,
            profile: grant.profile,
            first_receipt: grant.first_receipt,
        })
    }

    /// One exchange: a batch up, the inbox down. Requests and answers get lost; the same batch may come twice.
    ///
    /// # Errors
    /// When the centre refuses a good chain or the journal cannot be opened again.
    pub async fn exchange(
        &mut self,
        dice: &mut Dice,
        counter: &mut SimulatedCounter,
        tally: &mut Tally,
    ) -> Result<()> {
        let journal = counter.core().journal().context("enrolled")?.clone();
        let first = SequenceNumber(counter.centre_has + 1);
        let wanted = usize::try_from(dice.below(BATCH_ENTRIES_MAX) + 1)?;
        let entries = counter.core().store().read_from(first, wanted)?;
        if dice.trouble(4) {
            tally.line_losses += 1;
            return Ok(());
        }
        let mut head = self.append(&journal, &entries).await?;
        if dice.trouble(5) {
            head = self.append(&journal, &entries).await?;
        }
        if dice.trouble(4) {
            // The answer is lost: the counter will send the same again.
            tally.line_losses += 1;
            return Ok(());
        }
        counter.centre_has = head;
        let after = counter.state().inbox_number;
        let mut unit = self.store.snapshot().await?;
        let items = unit.inbox_items(&self.tenant, &journal.counter, after, 10).await?;
        drop(unit);
        for item in items {
            counter.post(Command::ReceiveInbox { number: item.number, item: item.item })?;
        }
        Ok(())
    }

    /// Over the line as bytes, into the store; the head is the only answer.
    async fn append(&mut self, journal: &JournalId, entries: &[Entry]) -> Result<u64> {
        let body = frames::join(entries.iter().map(Entry::bytes));
        let arrived = frames::split(&body)?;
        let mut unit = self.store.begin().await?;
        let appended = unit.append_entries(journal, &arrived, self.clock.now()).await?.context("granted")?;
        unit.commit().await?;
        ensure!(appended.aside == 0, "a good chain was taken for a fork");
        ensure!(appended.gap.is_none(), "a good chain was taken for a gap");
        Ok(appended.head.sequence_number.0)
    }

    /// What the acquirer's statement says of every result that is still unknown here goes into the counter's inbox.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn decide_unknowns(&mut self, counter: &SimulatedCounter) -> Result<u64> {
        let mut unit = self.store.begin().await?;
        let unknowns = unit.open_unknowns(&self.tenant).await?;
        let mine = counter.state().identity.as_ref().context("enrolled")?.counter.clone();
        let mut decided = 0;
        let delivered: BTreeSet<AttemptId> =
            unknowns.iter().filter(|row| row.key.counter == mine).map(|row| row.attempt.attempt).collect();
        for attempt in delivered {
            let evidence =
                Evidence::Statement { file: "00".repeat(32), row: 1, decided_by: "accountant".into() };
            let item = match counter.terminal.holds(attempt) {
                Some(approval) => InboxItem::AttemptCharged { attempt, approval, evidence },
                None => InboxItem::AttemptNotCharged { attempt, evidence },
            };
            let before = unit.inbox_items(&self.tenant, &mine, 0, 10_000).await?.len();
            let number = unit
                .put_inbox_item(&self.tenant, &mine, &format!("attempt:{attempt}"), &item, self.now())
                .await?;
            decided += u64::from(usize::try_from(number)? > before);
        }
        unit.commit().await?;
        Ok(decided)
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
