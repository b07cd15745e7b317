//! Walks every journal chain from its first byte, as the offline verifier does, and compares with the stored heads; then every manifest
//! with its run, its settings and the raw files; and the packs against their rows ([`packs`]).
//!
//! Invariant: nothing is taken from a column that the frozen bytes also say; a break names counter, incarnation and position, or the number
//! of the manifest, run or file. Not here: doing the work once more ([`super::audit::check`]).

mod packs;

use domain::id::{CounterId, Incarnation, SequenceNumber};
use journal::chain::{Head, JournalId};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::{
    UnitOfWork,
    audits::ManifestRow,
    controls::{LockRow, LockState},
    counters::IncarnationRow,
};

use super::{
    JobError,
    audit::{Asked, Manifest, OUTCOME_FILE, signed_name},
    period::Scope,
};
use crate::app::AppState;

/// Entries read at a time.
const PAGE_ENTRIES: u32 = 1_000;
/// Manifests read at a time.
const PAGE_MANIFESTS: u32 = 200;
/// Receipts of files read at a time.
const PAGE_FILES: u32 = 200;

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
    /// Manifests that were walked.
    pub manifests: u64,
    /// Raw files whose bytes were read.
    pub files: u64,
    /// Rows that packs hold and that were compared with their tables.
    pub packed_rows: u64,
    /// What is wrong with manifests, files and packs, one Japanese sentence each.
    pub broken: Vec<String>,
}

impl Verification {
    /// Whether every chain is whole.
    #[must_use]
    pub fn whole(&self) -> bool {
        self.broken.is_empty() && self.journals.iter().all(|journal| journal.broken.is_none())
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
    let mut broken = Vec::new();
    let manifests = manifests(&mut *unit, state, &mut broken).await?;
    let files = files(&mut *unit, state, &mut broken).await?;
    // The packs are read in states of the store of their own.
    drop(unit);
    let packed_rows = packs::check(state, &mut broken).await?;
    Ok(Verification { journals, aside, unread, manifests, files, packed_rows, broken })
}

/// Walks the chain of manifests; each must say what its run and its settings say.
async fn manifests(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    broken: &mut Vec<String>,
) -> Result<u64, JobError> {
    let (mut last, mut head) = (0, [0; 32]);
    loop {
        let page = unit.manifests(state.tenant(), last, PAGE_MANIFESTS).await?;
        if page.is_empty() {
            return Ok(last);
        }
        for row in page {
            let number = row.place.number;
            let digest: [u8; 32] = Sha256::digest(&row.document).into();
            if number != last.saturating_add(1) || row.place.previous != head {
                broken.push(format!("監査記録 {number} の前で鎖が切れています。"));
            }
            if digest != row.sha256 {
                broken.push(format!("監査記録 {number} の内容が書き換えられています。"));
            }
            match serde_json::from_str::<Manifest>(&row.document) {
                Ok(manifest) => of_manifest(unit, state, &row, &manifest, broken).await?,
                Err(_) => broken.push(format!("監査記録 {number} は監査記録として読めません。")),
            }
            (last, head) = (number, row.sha256);
        }
    }
}

async fn of_manifest(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    row: &ManifestRow,
    manifest: &Manifest,
    broken: &mut Vec<String>,
) -> Result<(), JobError> {
    let number = row.place.number;
    if manifest.number != number || manifest.previous_sha256 != hex::encode(row.place.previous) {
        broken.push(format!("監査記録 {number} が、別の場所の記録を名乗っています。"));
    }
    let wanted = |name: &str| manifest.outputs.iter().find(|output| output.file == name);
    let run = unit.run(state.tenant(), manifest.run).await?;
    let recorded = run.map(|run| (hex::encode(run.run.input_sha256), hex::encode(run.run.output_sha256)));
    let said =
        wanted(OUTCOME_FILE).map(|output| (manifest.facts_sha256.clone(), output.digest.sha256.clone()));
    if recorded.is_none() || recorded != said {
        broken.push(format!("監査記録 {number} と照合 {} の記録が一致しません。", manifest.run));
    }
    let digest = hex::decode(&manifest.inputs.settings.sha256).ok().and_then(|bytes| bytes.try_into().ok());
    let settings = match digest {
        Some(digest) => unit.blob(state.tenant(), &digest).await?,
        None => None,
    };
    let settings = settings.map(|bytes| hex::encode(Sha256::digest(bytes)));
    if settings.as_ref() != Some(&manifest.inputs.settings.sha256) {
        broken.push(format!("監査記録 {number} の設定が失われたか、書き換えられています。"));
    }
    match &manifest.asked {
        Some(Asked::Signed(scope)) => of_signed(unit, state, manifest, scope, broken).await,
        _ => Ok(()),
    }
}

/// Every document that a lock signed must be there as it was signed; of a lock that was ended too. A run is signed once: the lock is
/// among what the next one depends on.
async fn of_signed(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    manifest: &Manifest,
    scope: &Scope,
    broken: &mut Vec<String>,
) -> Result<(), JobError> {
    let month = scope.month.to_japanese();
    let locks = unit.locks(state.tenant()).await?;
    let own = |lock: &&LockRow| {
        lock.state == LockState::Locked
            && (lock.run, &lock.contract, lock.through) == (manifest.run, &scope.contract, scope.month.last())
    };
    let Some(lock) = locks.iter().find(own) else {
        broken.push(format!("監査記録 {} が証する{month}の締めがありません。", manifest.number));
        return Ok(());
    };
    for output in &manifest.outputs {
        let Some(name) = signed_name(&output.file) else { continue };
        let document = unit.signed_paper(state.tenant(), lock.number, &name).await?;
        let digest = document.map(|document| hex::encode(Sha256::digest(document.as_bytes())));
        if digest.as_ref() != Some(&output.digest.sha256) {
            let title = &output.title_ja;
            broken.push(format!("{month}の締めた{title}({name})が失われたか、書き換えられています。"));
        }
    }
    Ok(())
}

/// Reads the raw bytes of every file against its digest.
async fn files(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    broken: &mut Vec<String>,
) -> Result<u64, JobError> {
    let (mut before, mut seen) = (None, 0_u64);
    loop {
        let page = unit.files(state.tenant(), before, PAGE_FILES).await?;
        let Some(last) = page.last() else { return Ok(seen) };
        before = Some(last.file);
        for row in page {
            let bytes = unit.file_bytes(state.tenant(), row.file).await?;
            let digest: Option<[u8; 32]> = bytes.map(|bytes| Sha256::digest(bytes).into());
            if digest != Some(row.sha256) {
                broken.push(format!(
                    "資料「{}」(受付番号 {})の内容が書き換えられています。",
                    row.name, row.file
                ));
            }
            seen = seen.saturating_add(1);
        }
    }
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
