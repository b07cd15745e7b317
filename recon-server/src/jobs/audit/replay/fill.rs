//! Puts what a bundle holds into an empty store: settings, generations with their journals, refunds, files in the order of their receipts.

use std::sync::atomic::Ordering;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    id::{Incarnation, TenantId},
    time::Timestamp,
};
use journal::{chain::JournalId, entry::Entry};
use sha2::{Digest, Sha256};
use store::{
    UnitOfWork,
    controls::ControlRow,
    counters::NewEnrolmentCode,
    files::{FileKind, FileState, FileUpload},
    matching::{BankHoliday, CounterHoliday},
};

use super::{
    super::{
        Inputs, JournalInput, check,
        folder::{self, Folder},
        inputs::{FileLine, count, sha256_hex},
        settings::Counter,
    },
    Replay, ReplayError,
};
use crate::jobs::{
    hand,
    import::{self, BankFormat, SourceChoice, Upload},
    reconcile::locked::FROZEN_PAPER,
};

/// Entries appended in one transaction.
const PAGE_ENTRIES: usize = 5_000;
/// Actor of everything that is done here.
const ACTOR: &str = "replay";

impl Replay {
    pub(super) async fn put_settings(&self) -> Result<(), ReplayError> {
        let tenant = self.tenant();
        let mut unit = self.state.store.begin().await?;
        for row in &self.settings.contracts {
            let at = self.state.now();
            unit.put_contract(tenant, &row.contract, row.valid_from, &row.config, at).await?;
        }
        for row in &self.settings.sources {
            let at = self.state.now();
            unit.put_source_setting(tenant, &row.source, row.valid_from, &row.config, at).await?;
        }
        for row in &self.settings.bank_holidays {
            let holiday = BankHoliday { day: row.day, name: row.name.clone() };
            unit.put_bank_holiday(tenant, &holiday).await?;
        }
        for row in &self.settings.counters {
            unit.put_counter(tenant, &row.profile, row.created_at).await?;
        }
        for row in &self.settings.counter_holidays {
            let holiday = CounterHoliday {
                counter: row.counter.clone(),
                day: row.day,
                closed: row.closed,
                reason: row.reason.clone(),
                entered_by: ACTOR.to_owned(),
                entered_at: self.state.now(),
            };
            unit.put_counter_holiday(tenant, &holiday).await?;
        }
        Ok(unit.commit().await?)
    }

    /// Grants the generations of a counter one after the other, each with its journal.
    pub(super) async fn put_counter(
        &self,
        folder: &Folder,
        inputs: &Inputs,
        counter: &Counter,
    ) -> Result<(), ReplayError> {
        for (incarnation, granted_at) in &counter.granted {
            self.enrol(counter, *incarnation, *granted_at).await?;
            let of_this = |input: &&JournalInput| {
                input.counter == counter.profile.counter && input.incarnation == *incarnation
            };
            if let Some(input) = inputs.journals.iter().find(of_this) {
                self.put_journal(folder, input, *granted_at).await?;
            }
        }
        Ok(())
    }

    async fn enrol(
        &self,
        counter: &Counter,
        incarnation: Incarnation,
        at: Timestamp,
    ) -> Result<(), ReplayError> {
        let id = &counter.profile.counter;
        let code = Sha256::digest(format!("{id}/{}", incarnation.0)).into();
        let new = NewEnrolmentCode {
            code_sha256: code,
            counter: id.clone(),
            created_by: ACTOR.to_owned(),
            created_at: at,
            expires_at: at.plus_ms(1_000),
        };
        let mut unit = self.state.store.begin().await?;
        unit.put_enrolment_code(self.tenant(), &new).await?;
        unit.enrol(self.tenant(), &code, at).await?;
        Ok(unit.commit().await?)
    }

    pub(super) async fn put_journal(
        &self,
        folder: &Folder,
        input: &JournalInput,
        at: Timestamp,
    ) -> Result<(), ReplayError> {
        let bytes = folder.read(&folder::journal(input))?.unwrap_or_default();
        let entries = check::entries(&bytes).map_err(ReplayError::Input)?;
        for page in entries.chunks(PAGE_ENTRIES) {
            let mut unit = self.state.store.begin().await?;
            for (received_at, run) in self.by_arrival(page, at) {
                append(&mut *unit, self.tenant(), run, received_at).await?;
            }
            unit.commit().await?;
        }
        Ok(())
    }

    /// Entries in runs that share a time of arrival: only one that cannot be read needs its own.
    fn by_arrival<'a>(&self, entries: &'a [Entry], usual: Timestamp) -> Vec<(Timestamp, &'a [Entry])> {
        let own = |entry: &Entry| {
            let unread = self.settings.unread.iter().find(|row| {
                row.counter == entry.counter
                    && row.incarnation == entry.incarnation
                    && row.sequence_number == entry.sequence_number
            });
            unread.map_or(usual, |row| row.received_at)
        };
        entries.chunk_by(|a, b| own(a) == own(b)).map(|run| (run.first().map_or(usual, own), run)).collect()
    }

    pub(super) async fn put_aside(&self) -> Result<(), ReplayError> {
        for row in &self.settings.aside {
            let bytes = STANDARD.decode(&row.bytes_base64).unwrap_or_default();
            let entry = Entry::thaw(bytes).map_err(|error| ReplayError::Input(error.to_string()))?;
            let mut unit = self.state.store.begin().await?;
            append(&mut *unit, self.tenant(), std::slice::from_ref(&entry), row.received_at).await?;
            unit.commit().await?;
        }
        Ok(())
    }

    pub(super) async fn put_refunds(&self) -> Result<(), ReplayError> {
        let mut rows = self.settings.refunds.clone();
        rows.sort_by_key(|row| (row.requested_at, row.refund));
        let mut unit = self.state.store.begin().await?;
        for row in &rows {
            let request = store::refunds::RefundRow { number: None, decision: None, ..row.clone() };
            unit.request_refund(self.tenant(), &request).await?;
        }
        // Numbers are given in the order of the decisions.
        rows.sort_by_key(|row| (row.decision.as_ref().map(|decision| decision.at), row.number));
        for row in &rows {
            if let Some(decision) = &row.decision {
                unit.decide_refund(self.tenant(), row.refund, decision).await?;
            }
        }
        Ok(unit.commit().await?)
    }

    /// Puts back what two persons decided, locks, gaps, and what counters were told.
    pub(super) async fn put_controls(&self) -> Result<(), ReplayError> {
        let tenant = self.tenant();
        let mut unit = self.state.store.begin().await?;
        for row in &self.settings.controls {
            unit.request_control(tenant, &ControlRow { decision: None, ..row.clone() }).await?;
            if let Some(decision) = &row.decision {
                unit.decide_control(tenant, row.id, decision).await?;
            }
        }
        for lock in &self.settings.locks {
            unit.put_lock(tenant, &lock.row).await?;
            if let Some(frozen) = &lock.frozen {
                unit.put_signed_paper(tenant, lock.row.number, FROZEN_PAPER, frozen).await?;
            }
        }
        for gap in &self.settings.gaps {
            unit.put_journal_gap(tenant, gap).await?;
        }
        for told in &self.settings.told {
            let Some((attempt, _)) = told.line() else { continue };
            let (key, at) = (format!("attempt:{attempt}"), self.state.now());
            unit.put_inbox_item(tenant, &told.counter, &key, &told.item, at).await?;
        }
        Ok(unit.commit().await?)
    }

    /// Takes one file in at the time of its receipt. A bank's file of several accounts has several receipts and comes in once.
    pub(super) async fn put_file(&self, folder: &Folder, line: &FileLine) -> Result<(), ReplayError> {
        let mut unit = self.state.store.snapshot().await?;
        if unit.file(self.tenant(), line.file).await?.is_some() {
            return Ok(());
        }
        drop(unit);
        self.clock.0.store(line.received_at.as_micros(), Ordering::SeqCst);
        let bytes = folder.read(&folder::raw(&line.sha256))?.unwrap_or_default();
        match (line.state, &line.refusal) {
            (FileState::Refused, refusal) => {
                self.keep_refused(line, bytes, refusal.as_deref().unwrap_or_default()).await
            }
            // A slip is approved before it is a file; whoever approved it is among the settings.
            (FileState::Accepted, _) if hand::is_hand(&line.source) => {
                let mut unit = self.state.store.begin().await?;
                hand::take_in(&mut *unit, self.tenant(), bytes, line.received_at).await?;
                Ok(unit.commit().await?)
            }
            (FileState::Accepted, _) => {
                let upload = Upload {
                    source: choice(line)?,
                    name: line.name.clone(),
                    bytes,
                    period: match line.kind {
                        FileKind::Bank => None,
                        FileKind::Statement | FileKind::Payout | FileKind::Opening => {
                            line.period_from.zip(line.period_to)
                        }
                    },
                    uploader: line.uploader.clone(),
                };
                import::import_as(&self.state, upload, Some(line.mode)).await?;
                Ok(())
            }
        }
    }

    async fn keep_refused(&self, line: &FileLine, bytes: Vec<u8>, refusal: &str) -> Result<(), ReplayError> {
        let file = FileUpload {
            sha256: Sha256::digest(&bytes).into(),
            source: line.source.clone(),
            kind: line.kind,
            name: line.name.clone(),
            received_at: line.received_at,
            uploader: line.uploader.clone(),
            period_from: line.period_from,
            period_to: line.period_to,
            mode: line.mode,
            bytes,
        };
        let mut unit = self.state.store.begin().await?;
        unit.keep_refused_file(self.tenant(), &file, refusal).await?;
        Ok(unit.commit().await?)
    }
}

fn choice(line: &FileLine) -> Result<SourceChoice, ReplayError> {
    match (line.kind, BankFormat::of_source(&line.source)) {
        // Only a CSV does not say itself whose it is.
        (FileKind::Bank, Some((account, BankFormat::Csv))) => Ok(SourceChoice::Account(account.to_owned())),
        (FileKind::Bank, _) => Ok(SourceChoice::Bank),
        (FileKind::Opening, _) => Ok(SourceChoice::Opening),
        (FileKind::Statement | FileKind::Payout, _) => line.source.parse().map_err(|_| {
            ReplayError::Input(format!("file {} names no contract: {}", line.file, line.source))
        }),
    }
}

async fn append(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    entries: &[Entry],
    received_at: Timestamp,
) -> Result<(), ReplayError> {
    let Some(first) = entries.first() else { return Ok(()) };
    let id =
        JournalId { tenant: tenant.clone(), counter: first.counter.clone(), incarnation: first.incarnation };
    let appended = unit.append_entries(&id, entries, received_at).await?;
    let taken =
        appended.map_or(0, |done| u64::from(done.stored) + u64::from(done.known) + u64::from(done.aside));
    if taken == count(entries.len()) {
        return Ok(());
    }
    let digest = sha256_hex(first.bytes());
    Err(ReplayError::Input(format!(
        "journal {}-{}: entry {digest} does not fit",
        id.counter, id.incarnation.0
    )))
}
