//! Files in: an acquirer's statement or a bank's Zengin file, whole or refused, always kept.
//!
//! Invariants: raw bytes are kept, of refused files too, with the refusal's words; the same file again changes nothing and gives the
//! first receipt; a refused file changes nothing of what was there. Not here: the formats (crate `formats`).

mod dry_run;
mod facts;
mod model;
mod profiles;
mod revisions;
mod source;

use domain::{
    id::ContractId,
    time::{CivilDate, Timestamp},
};
use engine::Contract;
use formats::Refusal;
use store::{
    StoreError, UnitOfWork,
    files::{FileFacts, FileKind, FileRow, FileUpload, Import, ImportCounts},
};

pub use dry_run::DRY_ROWS_MAX;
pub use model::{DryRow, DryRun, DryTotal, Outcome, Receipt, Upload};
pub use profiles::{PROFILES_FOLDER, Profiles, profile, profiles};
pub use revisions::{REVISIONS_MAX, Revision, revisions};
pub use source::{Source, SourceChoice};

use super::{JobError, contracts_in_force};
use crate::{app::AppState, jobs::import::facts::Part, metrics::Count};

/// Longest file that is taken, in bytes.
pub const FILE_LENGTH_MAX_BYTES: usize = 32 << 20;
/// Longest file name that is kept, in characters.
const NAME_CHARS_MAX: usize = 200;

/// Takes a file in.
///
/// # Errors
/// When the store fails. A file that cannot be taken is [`Outcome::Refused`], not an error.
pub async fn import(state: &AppState, upload: Upload) -> Result<Outcome, JobError> {
    let now = state.now();
    let contracts = contracts(state).await?;
    let name = plain_name(&upload.name);
    let read = source::settle(&upload, &name, &contracts, &profiles(state))
        .and_then(|source| Ok((source.clone(), facts::read(&source, &upload, &name, now.date())?)));
    match read {
        Ok((source, read)) => take(state, &upload, &name, now, &source, read).await,
        Err(refusal) => refuse(state, &upload, &name, now, refusal).await,
    }
}

/// Says what [`import`] would do; changes nothing.
///
/// # Errors
/// When the store fails.
pub async fn preview(state: &AppState, upload: &Upload) -> Result<DryRun, JobError> {
    let contracts = contracts(state).await?;
    let name = plain_name(&upload.name);
    Ok(match source::settle(upload, &name, &contracts, &profiles(state)) {
        Ok(source) => dry_run::of(&source, upload, &name, state.today()),
        Err(refusal) => dry_run::only_refused(None, refusal),
    })
}

/// A profile's file that is not installed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileDraft {
    /// Name of the file, for messages.
    pub name: String,
    /// Its TOML.
    pub text: String,
}

/// Says what a profile that is not installed yet would read of a file; changes nothing, and asks the store nothing.
#[must_use]
pub fn preview_with(upload: &Upload, draft: &ProfileDraft, today: CivilDate) -> DryRun {
    let contract = match &upload.source {
        SourceChoice::Contract(contract) => Ok(contract.clone()),
        SourceChoice::Bank | SourceChoice::Find => "draft".parse(),
    };
    let name = plain_name(&upload.name);
    let profile = profiles::parse(&plain_name(&draft.name), &draft.text).map(Box::new);
    match (profile, contract) {
        (Ok(profile), Ok(contract)) => {
            let source = Source::Statement { contract, brand: None, profile };
            dry_run::of(&source, upload, &name, today)
        }
        (Err(refusal), _) => dry_run::only_refused(None, refusal),
        (_, Err(error)) => {
            let refusal = source::refusal(&name, "契約", &error.0, "契約IDを確かめてください。");
            dry_run::only_refused(None, refusal)
        }
    }
}

/// The contracts whose statements can be read today.
///
/// # Errors
/// When the store fails or a stored contract cannot be read.
pub async fn contracts(state: &AppState) -> Result<Vec<Contract>, JobError> {
    let rows = state.store.snapshot().await?.contracts(state.tenant()).await?;
    contracts_in_force(&rows, state.today())
}

async fn take(
    state: &AppState,
    upload: &Upload,
    name: &str,
    now: Timestamp,
    source: &Source,
    read: facts::Read,
) -> Result<Outcome, JobError> {
    let mut unit = state.store.begin().await?;
    let mut receipts = Vec::new();
    let mut seen = None;
    for part in &read.parts {
        let file = file_upload(upload, name, now, part);
        match unit.import_file(state.tenant(), &file, &part.facts).await? {
            Import::Accepted { file, counts, replaced } => {
                let revisions = revisions(&replaced, &part.facts);
                receipts.push(receipt(file, part, counts, revisions));
            }
            Import::SeenBefore { first } => seen = Some(first),
        }
    }
    if let (Some(first), true) = (seen, receipts.is_empty()) {
        return Ok(seen_before(&first));
    }
    audit(&mut *unit, state, upload, now, "file.imported", &source.word()).await?;
    unit.commit().await?;
    Count::FilesAccepted.add(1);
    Ok(Outcome::Accepted { receipts, notices: read.notices })
}

async fn refuse(
    state: &AppState,
    upload: &Upload,
    name: &str,
    now: Timestamp,
    refusal: Refusal,
) -> Result<Outcome, JobError> {
    let (kind, source) = match &upload.source {
        SourceChoice::Bank => (FileKind::Bank, "bank".to_owned()),
        SourceChoice::Contract(contract) => (FileKind::Statement, contract.to_string()),
        SourceChoice::Find if source::looks_like_bank(&upload.bytes) => (FileKind::Bank, "bank".to_owned()),
        SourceChoice::Find => (FileKind::Statement, "?".to_owned()),
    };
    let facts = FileFacts::Statement(Vec::new());
    let part = Part { source, kind, period: upload.period, facts };
    let mut file = file_upload(upload, name, now, &part);
    // A file over the bound is kept by its head only: the refusal says so, and the store keeps its own bound.
    file.bytes.truncate(FILE_LENGTH_MAX_BYTES);
    let mut unit = state.store.begin().await?;
    let number = unit.keep_refused_file(state.tenant(), &file, &refusal.to_string()).await?;
    audit(&mut *unit, state, upload, now, "file.refused", &part.source).await?;
    unit.commit().await?;
    Count::FilesRefused.add(1);
    Ok(Outcome::Refused { file: number, refusal })
}

async fn audit(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    upload: &Upload,
    at: Timestamp,
    action: &str,
    subject: &str,
) -> Result<(), StoreError> {
    let entry = store::users::AuditEntry {
        at,
        actor: upload.uploader.clone(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        detail: format!(r#"{{"sha256":"{}"}}"#, formats::sha256_hex(&upload.bytes)),
    };
    unit.record_audit(state.tenant(), &entry).await.map(|_| ())
}

fn file_upload(upload: &Upload, name: &str, now: Timestamp, part: &Part) -> FileUpload {
    FileUpload {
        sha256: sha256(&upload.bytes),
        source: part.source.clone(),
        kind: part.kind,
        name: name.to_owned(),
        received_at: now,
        uploader: upload.uploader.clone(),
        period_from: part.period.map(|(from, _)| from),
        period_to: part.period.map(|(_, to)| to),
        bytes: upload.bytes.clone(),
    }
}

fn receipt(file: u64, part: &Part, counts: ImportCounts, revisions: Vec<Revision>) -> Receipt {
    Receipt {
        file,
        source: part.source.clone(),
        period_from: part.period.map(|(from, _)| from),
        period_to: part.period.map(|(_, to)| to),
        new: counts.new,
        revised: counts.revised,
        unchanged: counts.unchanged,
        revisions,
    }
}

fn seen_before(first: &FileRow) -> Outcome {
    Outcome::SeenBefore {
        file: first.file,
        received_at: first.received_at,
        sentence_ja: format!(
            "同じファイルを{}に取り込み済みです(受付番号 {})。何も変えていません。",
            first.received_at.to_paper(),
            first.file
        ),
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    <sha2::Sha256 as sha2::Digest>::digest(bytes).into()
}

/// The last part of a path, without control characters, cut.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let plain: String = last.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
    if plain.is_empty() { "(名前なし)".to_owned() } else { plain }
}

/// The word under which statements of a contract are kept.
fn statement_source(contract: &ContractId) -> String {
    contract.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        for (given, kept) in [
            ("/home/a/入金.txt", "入金.txt"),
            ("C:\\x\\y.csv", "y.csv"),
            ("a\nb.csv", "ab.csv"),
            ("x/", "(名前なし)"),
        ] {
            assert_eq!(plain_name(given), kept);
        }
    }
}
