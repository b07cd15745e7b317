//! A bundle: the raw inputs of a run, the papers that were asked for, and the manifest over both, in one folder.
//!
//! Invariants: the papers are made from the folder's own raw inputs, read once more in an empty store, so that a bundle that was
//! written is one that can be checked; those of a signed month are the kept ones, byte for byte; it is refused where that gives another result than the run recorded. The folder is plain
//! files: no archive format stands between an auditor and the bytes.

use std::{io::Write, path::Path};

use domain::{id::SequenceNumber, time::CivilDate};
use journal::{chain::JournalId, frames};
use serde::Serialize;
use store::{UnitOfWork, audits::ManifestKind, files::FileRow};

use super::{
    Asked, Inputs, JournalInput, Manifest,
    folder::{self, Folder, FolderError},
    inputs::{FileLine, digested, list},
    outputs::{self, Made},
    record::{self, Draft},
    replay::{Replay, ReplayError},
    settings::{Settings, scans},
};
use crate::{
    app::AppState,
    jobs::{JobError, period, reconcile},
};

/// Entries read at a time.
const PAGE_ENTRIES: u32 = 1_000;
/// Receipts of files read at a time.
const FILES_PAGE: u32 = 500;

/// A bundle could not be written.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The job failed.
    #[error(transparent)]
    Job(#[from] JobError),
    /// The folder cannot be used.
    #[error("write the bundle")]
    Folder(#[from] FolderError),
    /// The inputs cannot be read once more.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// The month is open.
    #[error("この月は締めていません。年月を確かめてください。")]
    NotSigned,
    /// The run left no manifest.
    #[error("照合 {0} の監査記録がありません。照合をやり直してください。")]
    NoManifest(u64),
    /// The inputs, read once more, give another result than the run recorded.
    #[error(
        "照合 {run} を生の資料から計算し直すと、記録と異なる結果になります({what})。管理者に連絡してください。"
    )]
    Differs {
        /// Number of the run.
        run: u64,
        /// Which digest.
        what: &'static str,
    },
}

impl From<store::StoreError> for BundleError {
    fn from(error: store::StoreError) -> Self {
        Self::Job(error.into())
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Written {
    /// Number of the manifest.
    pub manifest: u64,
    /// Its SHA-256, hex: what a signed paper can carry.
    pub sha256: String,
    /// Number of the run.
    pub run: u64,
    /// The day as of which it looks.
    pub as_of: CivilDate,
    /// Raw files.
    pub files: usize,
    /// Entries of the journals.
    pub entries: u64,
    /// Papers.
    pub outputs: Vec<super::Output>,
}

/// Reconciles as of a day, and writes the bundle of that run with the papers that are asked for; of a signed month the run that was
/// signed, with everything that was signed.
///
/// # Errors
/// When the folder is not empty or cannot be written, the store fails, or the inputs do not give the recorded result again.
pub async fn write(
    state: &AppState,
    path: &Path,
    asked: Asked,
    as_of: CivilDate,
    by: &str,
) -> Result<Written, BundleError> {
    let folder = Folder::new(path)?;
    let (run, signed) = match &asked {
        Asked::Signed(scope) => {
            let (lock, documents) =
                period::signed_documents(state, scope).await?.ok_or(BundleError::NotSigned)?;
            (lock.run, Some(documents))
        }
        Asked::Day(_) | Asked::Month(_) => (reconcile::reconcile(state, as_of, by).await?.run, None),
    };
    let mut unit = state.store.snapshot().await?;
    let row = unit.manifest_of_run(state.tenant(), run).await?.ok_or(BundleError::NoManifest(run))?;
    let of_run: Manifest =
        serde_json::from_str(&row.document).map_err(|source| JobError::Json { what: "manifest", source })?;
    let files = write_inputs(&mut *unit, state, &folder, &of_run).await?;
    drop(unit);
    let replay = Replay::of(&folder, &of_run.inputs, of_run.made_at).await?;
    let mut made = vec![outcome(&replay, &of_run).await?];
    let as_of = of_run.as_of;
    // What was signed is handed out as it was signed; whether the inputs still say so is what a check finds.
    made.extend(match signed {
        Some(documents) => outputs::signed(&documents),
        None => outputs::make(replay.state(), &asked, as_of, run).await?,
    });
    for paper in &made {
        folder.write(&folder::output(&paper.file), &paper.bytes)?;
    }
    let outputs: Vec<_> = made.iter().map(Made::output).collect();
    let entries = of_run.inputs.journals.iter().map(|journal| journal.entries).sum();
    let draft = Draft {
        kind: ManifestKind::Report,
        run,
        as_of,
        at: state.now(),
        by: by.to_owned(),
        asked: Some(asked),
        inputs: of_run.inputs,
        facts_sha256: of_run.facts_sha256,
        outputs: outputs.clone(),
    };
    let mut unit = state.store.begin().await?;
    let (manifest, bytes) = record::append(&mut *unit, state, draft).await?;
    folder.write(folder::MANIFEST, &bytes)?;
    let sha256 = digested(&bytes).sha256;
    folder.write(folder::MANIFEST_DIGEST, format!("{sha256}  {}\n", folder::MANIFEST).as_bytes())?;
    unit.commit().await?;
    Ok(Written { manifest: manifest.number, sha256, run, as_of, files, entries, outputs })
}

/// The result itself, made from the replay; refused where it is not the recorded one.
async fn outcome(replay: &Replay, of_run: &Manifest) -> Result<Made, BundleError> {
    let (facts_sha256, outcome) = replay.outcome(of_run.as_of).await?;
    if facts_sha256 != of_run.facts_sha256 {
        return Err(BundleError::Differs { run: of_run.run, what: "照合の入力" });
    }
    let made = Made::outcome(outcome);
    if of_run.outputs != [made.output()] {
        return Err(BundleError::Differs { run: of_run.run, what: "照合結果" });
    }
    Ok(made)
}

/// Writes the raw inputs of a run. Returns the number of raw files.
async fn write_inputs(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    folder: &Folder,
    manifest: &Manifest,
) -> Result<usize, BundleError> {
    let Inputs { journals, settings, files, .. } = &manifest.inputs;
    let missing = || BundleError::NoManifest(manifest.run);
    let digest = hex::decode(&settings.sha256).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let bytes = unit.blob(state.tenant(), &digest.ok_or_else(missing)?).await?.ok_or_else(missing)?;
    folder.write(folder::SETTINGS, &bytes)?;
    let settings: Settings = serde_json::from_slice(&bytes)
        .map_err(|source| JobError::Json { what: "settings of a run", source })?;
    for (wish, scan) in scans(&settings.controls) {
        let bytes = unit.scan(state.tenant(), wish).await?.ok_or_else(missing)?;
        folder.write(&folder::scan(&scan.sha256), &bytes)?;
    }
    let rows = first_files(unit, state, files.count).await?;
    folder.write(folder::FILES, &list(&rows.iter().map(FileLine::of).collect::<Vec<_>>())?)?;
    for row in &rows {
        let bytes = unit.file_bytes(state.tenant(), row.file).await?.ok_or_else(missing)?;
        folder.write(&folder::raw(&hex::encode(row.sha256)), &bytes)?;
    }
    for input in journals {
        write_journal(unit, state, folder, input).await?;
    }
    Ok(rows.len())
}

/// The first receipts, in order: numbers have no gaps.
async fn first_files(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    count: u64,
) -> Result<Vec<FileRow>, BundleError> {
    let (mut rows, mut before) = (Vec::new(), Some(count.saturating_add(1)));
    loop {
        let page = unit.files(state.tenant(), before, FILES_PAGE).await?;
        let Some(last) = page.last() else { break };
        before = Some(last.file);
        rows.extend(page);
    }
    rows.reverse();
    Ok(rows)
}

async fn write_journal(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    folder: &Folder,
    input: &JournalInput,
) -> Result<(), BundleError> {
    let name = folder::journal(input);
    let mut file = folder.create(&name)?;
    let id = JournalId {
        tenant: state.tenant().clone(),
        counter: input.counter.clone(),
        incarnation: input.incarnation,
    };
    let mut after = 0;
    while after < input.entries {
        let page = unit.entries(&id, SequenceNumber(after), PAGE_ENTRIES).await?;
        let wanted = page.iter().filter(|stored| stored.entry.sequence_number.0 <= input.entries);
        let body = frames::join(wanted.map(|stored| stored.entry.bytes()));
        let Some(last) = page.last().filter(|_| !body.is_empty()) else { break };
        after = last.entry.sequence_number.0;
        file.write_all(&body).map_err(|source| FolderError::File { path: name.clone().into(), source })?;
    }
    Ok(())
}
