//! Which rows a long file has, remembered while it is read, and compared at its end with those of the files before it.
//!
//! Invariants: of a row 16 bytes are remembered, whatever its length; what is compared is what the store holds before and after the file,
//! so that the result is that of the same file read in one piece. Of files that nothing is compared of, nothing is remembered.

use std::collections::HashSet;

use domain::id::TenantId;
use formats::{Notice, Refusal, bank::Ends};
use sha2::{Digest, Sha256};
use store::{
    UnitOfWork,
    files::{FileFacts, FileKind, FileMode},
    words,
};

use super::{
    Replaced, Restated,
    lines::{self, Days, Line},
    periods, replaced, restated,
};
use crate::jobs::JobError;

/// Bytes of a row's digest that are remembered.
const REMEMBERED_LENGTH_BYTES: usize = 16;

/// A row's key and occurrence, digested.
type Remembered = [u8; REMEMBERED_LENGTH_BYTES];

/// The rows of one source in a long file.
pub struct LongRows {
    source: String,
    kind: FileKind,
    mode: FileMode,
    /// None where nothing is compared.
    seen: Option<HashSet<Remembered>>,
}

/// What a long file says otherwise.
#[derive(Default)]
pub struct Compared {
    /// Rows of earlier files that it has not, of a source whose files add.
    pub restated: Vec<Restated>,
    /// What it changed in its period, of a source whose files replace.
    pub replaced: Option<Replaced>,
}

impl Compared {
    /// What a person should know of it.
    pub fn notices(&self) -> Vec<Notice> {
        let mut notices = restated::notices(&self.restated);
        notices.extend(self.replaced.iter().flat_map(Replaced::notices));
        notices
    }
}

impl LongRows {
    /// Nothing read yet.
    pub fn new(source: &str, kind: FileKind, mode: FileMode) -> Self {
        let compared = mode == FileMode::ReplacePeriod || restated::is_compared(source, kind);
        Self { source: source.to_owned(), kind, mode, seen: compared.then(HashSet::new) }
    }

    /// Remembers the rows of a part.
    pub fn see(&mut self, facts: &FileFacts) {
        let Some(seen) = &mut self.seen else { return };
        match facts {
            FileFacts::Statement(rows) => seen.extend(rows.iter().map(|row| key(&row.identity))),
            FileFacts::Bank(rows) => seen.extend(rows.iter().map(|row| key(&row.identity))),
            FileFacts::Payout(rows) => seen.extend(rows.iter().map(|row| key(&row.identity))),
            FileFacts::Opening(rows) => seen.extend(rows.iter().map(|row| key(&row.identity))),
        }
    }

    /// Compares with the files before number `file`, whose rows are stored by now, and withdraws what it no longer has.
    pub async fn end(
        self,
        unit: &mut dyn UnitOfWork,
        tenant: &TenantId,
        name: &str,
        (file, period): (u64, Option<Days>),
        ends: &[Ends],
    ) -> Result<Result<Compared, Refusal>, JobError> {
        let Self { source, kind, mode, seen: Some(seen) } = self else { return Ok(Ok(Compared::default())) };
        let (mut before, mut after) = (Vec::new(), Vec::new());
        if let Some(days) = period {
            before = lines::stored(unit, tenant, (&source, kind), days, file.saturating_sub(1)).await?;
            after = lines::stored(unit, tenant, (&source, kind), days, file).await?;
            after.retain(|line: &Line| seen.contains(&key(&line.identity)));
        }
        if mode == FileMode::Delta {
            let restated = period.map(|days| {
                restated::compare(&restated::ended_in(before, days), &restated::ended_in(after, days))
            });
            return Ok(Ok(Compared { restated: restated.unwrap_or_default(), replaced: None }));
        }
        let plan = match replaced::plan(name, period, &before, &after) {
            Ok(plan) => plan,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if !plan.withdrawn.is_empty() {
            let earlier = file.saturating_sub(1);
            if let Some(refusal) = periods::carries_on(unit, tenant, (name, &source), ends, earlier).await? {
                return Ok(Err(refusal));
            }
            unit.withdraw_rows(tenant, &source, file, &plan.withdrawn).await?;
        }
        Ok(Ok(Compared { restated: Vec::new(), replaced: Some(plan.replaced) }))
    }
}

fn key(identity: &store::facts::RowIdentity) -> Remembered {
    let mut hasher = Sha256::new();
    hasher.update(identity.occurrence.to_be_bytes());
    hasher.update(words::plain_ref(&identity.record_key).as_bytes());
    let mut remembered = Remembered::default();
    let digest = hasher.finalize();
    remembered.iter_mut().zip(digest).for_each(|(kept, byte)| *kept = byte);
    remembered
}
