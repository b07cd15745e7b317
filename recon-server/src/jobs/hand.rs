//! 手入力: evidence that comes on paper only, typed in by one person and approved by another (papers.md 3).
//!
//! A payment notice or a deposit of a passbook is a wish ([`super::controls`]) with an optional scan. Approved, it becomes a file of its
//! own source (`…#hand`), whose bytes are a slip with everything that was typed and by whom: facts, watermarks, audit bundles and
//! drill-downs treat it as any other file. Taking it back takes two persons again and is one more slip. Invariants: who entered does not
//! approve; the arithmetic of a notice is right before anybody may ask; a figure by hand shows as such beside every verdict that rests
//! on it; what a file says too counts once, by the file. Not here: the rule of the two persons.

mod beside;
mod check;
mod model;
mod slip;
mod standing;

use std::collections::BTreeSet;

use store::{
    UnitOfWork,
    controls::{ControlAction, ControlId, ControlRow, ControlTopic},
    files::FileRow,
};

pub(in crate::jobs) use beside::notices;
pub use beside::{Beside, Book, HandLine, beside, book};
pub use check::{HandRefusal, SCAN_LENGTH_MAX_BYTES};
pub use model::{HandDeposit, HandEntry, HandFact, HandPayout, Provenance, ScanKind, ScanRef, Slip, Step};
pub(in crate::jobs) use slip::take_in;
pub use standing::{HAND_END, counted_payouts, declared, is_hand, provenance, stands};

use super::{
    JobError, contract_rows, contracts_in_force,
    controls::{self, ControlError, ControlRefusal, Document},
    import::{self, BankFormat},
};
use crate::app::AppState;

/// An entry as it is handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// Made with the form ([`controls::new_id`]): a repeated id returns the first answer.
    pub id: ControlId,
    /// What was typed.
    pub fact: HandFact,
    /// Bytes of the scan, where there is one.
    pub scan: Option<Vec<u8>>,
    /// もとの資料: which paper it was typed from.
    pub reason: String,
}

/// Why an entry was not kept.
#[derive(Debug, thiserror::Error)]
pub enum HandError {
    /// A field is wrong.
    #[error(transparent)]
    Refused(#[from] HandRefusal),
    /// A rule of wishes refuses, or a job failed.
    #[error(transparent)]
    Control(#[from] ControlError),
}

impl From<JobError> for HandError {
    fn from(error: JobError) -> Self {
        Self::Control(error.into())
    }
}

impl From<store::StoreError> for HandError {
    fn from(error: store::StoreError) -> Self {
        Self::Control(error.into())
    }
}

impl From<ControlRefusal> for HandError {
    fn from(refusal: ControlRefusal) -> Self {
        Self::Control(refusal.into())
    }
}

/// Receipts of files that are looked through for accounts.
const FILES_MAX: u32 = 500;

/// Accounts that a contract, a setting or an earlier file names.
///
/// # Errors
/// When the store fails or a contract cannot be read.
pub async fn accounts(state: &AppState) -> Result<BTreeSet<String>, JobError> {
    let mut unit = state.store.snapshot().await?;
    let rows = contract_rows(&mut *unit, state.tenant()).await?;
    let settings = import::Settings::read(&mut *unit, state.tenant()).await?;
    let files = unit.files(state.tenant(), None, FILES_MAX).await?;
    let of_contracts = contracts_in_force(&rows, state.today())?;
    let of_contracts = of_contracts.into_iter().filter_map(|contract| contract.deposit_account);
    let set = settings.accounts(state.today()).map(|(account, _)| account.to_owned());
    let came = files.iter().filter_map(|row| BankFormat::of_source(&row.source));
    Ok(of_contracts.chain(set).chain(came.map(|(account, _)| account.to_owned())).collect())
}

/// Keeps an entry, with its scan, until another person approves it ([`controls::decide`]).
///
/// # Errors
/// With a Japanese sentence where a rule refuses it; when the store fails.
pub async fn enter(state: &AppState, actor: &str, new: NewEntry) -> Result<ControlRow, HandError> {
    let reason = controls::reason(&new.reason)?;
    let rows = contract_rows(&mut *state.store.snapshot().await?, state.tenant()).await?;
    let contracts = contracts_in_force(&rows, state.today())?;
    let fact = check::fact(new.fact, (&contracts, &accounts(state).await?), state.today())?;
    let scan = new.scan.as_deref().map(check::scan).transpose()?;
    let document = Document::Hand { entry: Box::new(HandEntry { fact, scan: scan.clone() }) };
    let mut row = ControlRow {
        id: new.id,
        number: 0,
        topic: ControlTopic::Hand,
        action: ControlAction::Confirm,
        subject: new.id.to_string(),
        document: controls::json(&document)?,
        reason,
        requested_by: actor.to_owned(),
        requested_at: state.now(),
        decision: None,
    };
    let mut unit = state.store.begin().await?;
    row.number = unit.next_control(state.tenant()).await?;
    if let Some(first) = unit.control(state.tenant(), new.id).await? {
        let same = first.requested_by == row.requested_by
            && (first.topic, &first.document, &first.reason) == (row.topic, &row.document, &row.reason);
        return if same { Ok(first) } else { Err(ControlRefusal::OtherRequest.into()) };
    }
    unit.request_control(state.tenant(), &row).await?;
    if let (Some(scan), Some(bytes)) = (&scan, &new.scan) {
        let digest = formats::Digest::of(bytes);
        debug_assert_eq!(scan.sha256, formats::sha256_hex(bytes), "the scan is what the entry says");
        unit.put_scan(state.tenant(), new.id, *digest.bytes(), bytes).await?;
    }
    controls::audit(&mut *unit, state, actor, "control.requested", &row).await?;
    unit.commit().await?;
    Ok(row)
}

/// An entry that was approved, or taken back, becomes a file, in the unit that keeps the decision.
///
/// # Errors
/// When the store fails or the wish cannot be read.
pub(super) async fn record(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    row: &ControlRow,
) -> Result<(), JobError> {
    let rows = unit.controls(state.tenant()).await?;
    let entered = match row.action {
        ControlAction::Confirm => Some(row),
        _ => rows.iter().rev().find(|one| {
            (one.topic, one.action) == (ControlTopic::Hand, ControlAction::Confirm)
                && one.subject == row.subject
                && one.is_approved()
        }),
    };
    let step = |row: &ControlRow| Step { by: row.requested_by.clone(), at: row.requested_at };
    let approval = |row: &ControlRow| {
        let decision = row.decision.as_ref()?;
        Some(Step { by: decision.by.clone(), at: decision.at })
    };
    let missing = || JobError::Facts(format!("entry {} was never approved", row.subject));
    let entered = entered.ok_or_else(missing)?;
    let Document::Hand { entry } = controls::document(entered)? else { return Err(missing()) };
    let approved = approval(row).ok_or_else(missing)?;
    let at = approved.at;
    let provenance = Provenance {
        entry: row.subject.clone(),
        entered: step(entered),
        approved: approval(entered).ok_or_else(missing)?,
        scan: entry.scan,
        withdrawn: (row.action == ControlAction::Revoke).then(|| (step(row), approved)),
    };
    take_in(unit, state.tenant(), slip::bytes(provenance, entry.fact)?, at).await.map(|_| ())
}

/// Where the rows of a file by hand come from; none of every other file.
///
/// # Errors
/// When the store fails.
pub async fn of_file(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    row: &FileRow,
) -> Result<Option<Provenance>, JobError> {
    if !is_hand(&row.source) {
        return Ok(None);
    }
    let bytes = unit.file_bytes(state.tenant(), row.file).await?.unwrap_or_default();
    Ok(serde_json::from_slice::<Slip>(&bytes).ok().map(|slip| slip.provenance))
}

/// The scan of an entry: what it is, and its bytes. Read by the wish that handed it in.
///
/// # Errors
/// When the store fails or the wish cannot be read.
pub async fn scan(state: &AppState, id: ControlId) -> Result<Option<(ScanRef, Vec<u8>)>, JobError> {
    let mut unit = state.store.snapshot().await?;
    let Some(row) = unit.control(state.tenant(), id).await? else { return Ok(None) };
    let Document::Hand { entry } = controls::document(&row)? else { return Ok(None) };
    // A wish to take back names the entry by its subject; the scan lies with the first wish.
    let first = row.subject.parse().unwrap_or(id);
    let bytes = unit.scan(state.tenant(), first).await?;
    Ok(entry.scan.zip(bytes))
}
