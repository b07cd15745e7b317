//! What a run saw, gathered in the snapshot that it read from.

use domain::id::TenantId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{
    UnitOfWork,
    counters::CounterRow,
    files::{FileKind, FileMode, FileRow, FileState},
};

use super::{Digested, Inputs, JournalInput, Settings};
use crate::{app::AppState, jobs::JobError};

/// The receipt of a file, as a bundle lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLine {
    pub file: u64,
    pub sha256: String,
    pub source: String,
    pub kind: FileKind,
    pub name: String,
    pub received_at: domain::time::Timestamp,
    pub uploader: String,
    pub period_from: Option<domain::time::CivilDate>,
    pub period_to: Option<domain::time::CivilDate>,
    pub state: FileState,
    pub refusal: Option<String>,
    pub new: u32,
    pub revised: u32,
    pub unchanged: u32,
    /// Left out where it is as it always was, so that lists of older runs stay the same bytes.
    #[serde(default, skip_serializing_if = "FileMode::is_default")]
    pub mode: FileMode,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub withdrawn: u32,
}

impl FileLine {
    /// The receipt of a stored file.
    pub fn of(row: &FileRow) -> Self {
        Self {
            file: row.file,
            sha256: hex::encode(row.sha256),
            source: row.source.clone(),
            kind: row.kind,
            name: row.name.clone(),
            received_at: row.received_at,
            uploader: row.uploader.clone(),
            period_from: row.period_from,
            period_to: row.period_to,
            state: row.state,
            refusal: row.refusal.clone(),
            new: row.counts.new,
            revised: row.counts.revised,
            unchanged: row.counts.unchanged,
            mode: row.mode,
            withdrawn: row.withdrawn,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over by reference")]
const fn is_zero(rows: &u32) -> bool {
    *rows == 0
}

/// What a run saw.
#[derive(Debug, Clone)]
pub struct Seen {
    files: Vec<FileLine>,
    journals: Vec<JournalInput>,
    config_version: String,
    settings: Settings,
}

impl Seen {
    /// Puts together what the snapshot of a run holds.
    pub async fn read<'a>(
        unit: &mut dyn UnitOfWork,
        tenant: &TenantId,
        files: impl Iterator<Item = &'a FileRow>,
        counters: &[CounterRow],
        config_version: String,
        settings: Settings,
    ) -> Result<Self, JobError> {
        let mut journals = Vec::new();
        for row in counters {
            for incarnation in unit.incarnations(tenant, &row.counter).await? {
                journals.push(JournalInput {
                    counter: row.counter.clone(),
                    incarnation: incarnation.incarnation,
                    entries: incarnation.head.sequence_number.0,
                    head: incarnation.head.hash.to_hex(),
                });
            }
        }
        let files = files.map(FileLine::of).collect();
        Ok(Self { files, journals, config_version, settings })
    }

    /// Digests for the manifest, and the settings' bytes.
    pub fn digested(&self, state: &AppState) -> Result<(Inputs, Vec<u8>), JobError> {
        let files = list(&self.files)?;
        let settings = json("settings of a run", &self.settings.of_city(state))?;
        let inputs = Inputs {
            files: Digested { count: count(self.files.len()), sha256: sha256_hex(&files) },
            journals: self.journals.clone(),
            config_version: self.config_version.clone(),
            settings: digested(&settings),
        };
        Ok((inputs, settings))
    }
}

/// The list of files byte for byte: `inputs/files.json`.
pub fn list(files: &[FileLine]) -> Result<Vec<u8>, JobError> {
    json("list of files", &files)
}

/// A value as JSON with a final line break.
pub fn json<T: Serialize>(what: &'static str, value: &T) -> Result<Vec<u8>, JobError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|source| JobError::Json { what, source })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Length and digest of bytes.
pub fn digested(bytes: &[u8]) -> Digested {
    Digested { count: count(bytes.len()), sha256: sha256_hex(bytes) }
}

pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

pub fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
