//! A file of the disk, however long: read twice by parts, never held whole in memory.
//!
//! Invariants: the same outcome as an import of the same bytes in one piece, with two exceptions that are said: of a refused long file
//! only the head is kept, and how an account's long file joins the one before is not looked at. Rows that an earlier file says otherwise
//! are compared at the end, by what is stored then ([`super::long_rows`]). Everything comes in within one unit of
//! work: a refusal in the last row takes back the first. The first reading gives the digest, the second must give the same.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use domain::time::{CivilDate, Timestamp};
use formats::{Notice, Refusal};
use sha2::{Digest, Sha256};
use store::{
    UnitOfWork,
    files::{Begun, FileKind, FileRow, FileUpload},
};

use super::{
    FILE_LENGTH_MAX_BYTES, Outcome, RESTATED_MAX, Receipt, Settings, Source, SourceChoice, Upload, audit,
    import, known,
    long_read::{Batch, LongRead},
    long_rows::LongRows,
    periods, plain_name, refuse, seen_before,
    source::refusal,
};
use crate::{app::AppState, jobs::JobError, metrics::Count};

/// Bytes that are read and stored at a time.
const PART_LENGTH_BYTES: usize = 4 << 20;
/// Bytes of a file by which its source is found.
const HEAD_LENGTH_BYTES: usize = 256 << 10;

/// Why a file could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum LongError {
    /// The file could not be read.
    #[error("read the file")]
    Io(#[from] io::Error),
    /// The job failed.
    #[error(transparent)]
    Job(#[from] JobError),
}

impl From<store::StoreError> for LongError {
    fn from(error: store::StoreError) -> Self {
        Self::Job(error.into())
    }
}

/// What is said of a file on the disk.
#[derive(Debug, Clone)]
pub struct OnDisk<'p> {
    /// Where it is.
    pub path: &'p Path,
    /// Whose file it is said to be.
    pub source: SourceChoice,
    /// Days that it is said to cover.
    pub period: Option<(CivilDate, CivilDate)>,
    /// Who hands it in.
    pub uploader: String,
    /// Length up to which it is read in one piece, in bytes: usually [`FILE_LENGTH_MAX_BYTES`].
    pub in_one_piece_max_bytes: usize,
}

/// Takes a file of the disk in.
///
/// # Errors
/// When the file cannot be read, or the store fails.
pub async fn import_file(state: &AppState, file: &OnDisk<'_>) -> Result<Outcome, LongError> {
    let name = file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let length = std::fs::metadata(file.path)?.len();
    let mut upload = Upload {
        source: file.source.clone(),
        name: name.clone(),
        bytes: Vec::new(),
        period: file.period,
        uploader: file.uploader.clone(),
    };
    if usize::try_from(length).is_ok_and(|length| length <= file.in_one_piece_max_bytes) {
        upload.bytes = std::fs::read(file.path)?;
        return Ok(import(state, upload).await?);
    }
    let name = plain_name(&name);
    let mut head = vec![0; HEAD_LENGTH_BYTES];
    let read = read_full(&mut File::open(file.path)?, &mut head)?;
    head.truncate(
        head.get(..read).and_then(|head| head.iter().rposition(|b| *b == b'\n')).map_or(read, |at| at + 1),
    );
    let known = known(state).await?;
    let chosen = known.choose(&file.source, &head, file.period, &name);
    let taken = match chosen {
        Ok(source) => take(state, &known.settings, (file.path, length), &upload, &name, &source).await?,
        Err(refusal) => Err(refusal),
    };
    match taken {
        Ok(outcome) => Ok(outcome),
        Err(refusal) => {
            // Only the head is kept: a file that cannot be read may be anything.
            upload.bytes = vec![0; FILE_LENGTH_MAX_BYTES];
            let kept = read_full(&mut File::open(file.path)?, &mut upload.bytes)?;
            upload.bytes.truncate(kept);
            Ok(refuse(state, &upload, &name, state.now(), refusal).await?)
        }
    }
}

/// Takes the file in, or says why not; then nothing of it is in.
async fn take(
    state: &AppState,
    settings: &Settings,
    (path, length): (&Path, u64),
    upload: &Upload,
    name: &str,
    source: &Source,
) -> Result<Result<Outcome, Refusal>, LongError> {
    let sha256 = digest(path)?;
    let options = super::facts::options(upload, name, source);
    let Some(mut reader) = LongRead::new(source, &options, length) else {
        let remedy = format!(
            "この形式のファイルは{}MiBまでです。期間を分けて取り込んでください。",
            FILE_LENGTH_MAX_BYTES >> 20
        );
        return Ok(Err(refusal(name, "ファイルの大きさ", &format!("{length}バイト"), &remedy)));
    };
    let mut unit = state.store.begin().await?;
    let mut taking = Taking::new(state, settings, upload, name, sha256);
    let mut file = File::open(path)?;
    let (mut part, mut hasher) = (vec![0; PART_LENGTH_BYTES], Sha256::new());
    loop {
        let read = read_full(&mut file, &mut part)?;
        let bytes = part.get(..read).unwrap_or_default();
        hasher.update(bytes);
        taking.keep_bytes(&mut *unit, bytes, &reader.sources(source)).await?;
        let batches = if read == 0 { reader.finish() } else { reader.push(bytes) };
        let batches = match batches {
            Ok(batches) => batches,
            Err(refusal) => return Ok(Err(refusal)),
        };
        for batch in batches {
            taking.take(&mut *unit, batch).await?;
        }
        if read == 0 {
            break;
        }
        // Reading and storing are one task: others get their turn between parts.
        tokio::task::yield_now().await;
    }
    if <[u8; 32]>::from(hasher.finalize()) != sha256 {
        let remedy = "読んでいる間にファイルが変わりました。書き終わってから取り込んでください。";
        return Ok(Err(refusal(name, "ファイル", "内容の変化", remedy)));
    }
    let mut notices = reader.notices(source, upload.period);
    let outcome = match taking.end(&mut *unit, &reader, &mut notices).await? {
        Ended::SeenBefore(first) => {
            let since = periods::replaced_since(&mut *unit, state.tenant(), &first).await?;
            seen_before(&first, since)
        }
        Ended::Refused(refusal) => return Ok(Err(refusal)),
        Ended::Taken(receipts) => {
            audit_long(&mut *unit, state, upload, sha256, &source.word()).await?;
            unit.commit().await?;
            Count::FilesAccepted.add(1);
            Outcome::Accepted { receipts, notices }
        }
    };
    Ok(Ok(outcome))
}

async fn audit_long(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    upload: &Upload,
    sha256: [u8; 32],
    subject: &str,
) -> Result<(), LongError> {
    Ok(audit(unit, state, upload, &hex::encode(sha256), state.now(), "file.imported", subject).await?)
}

/// Fills a buffer as far as the file goes.
fn read_full(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
        match file.read(room)? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

fn digest(path: &Path) -> io::Result<[u8; 32]> {
    let (mut file, mut hasher) = (File::open(path)?, Sha256::new());
    let mut part = vec![0; PART_LENGTH_BYTES];
    loop {
        match read_full(&mut file, &mut part)? {
            0 => return Ok(hasher.finalize().into()),
            read => hasher.update(part.get(..read).unwrap_or_default()),
        }
    }
}

/// One source's receipt in the making.
struct Open {
    source: String,
    file: u64,
    counts: store::files::ImportCounts,
    revisions: Vec<super::Revision>,
    rows: LongRows,
}

/// How the taking ended.
enum Ended {
    Taken(Vec<Receipt>),
    SeenBefore(Box<FileRow>),
    Refused(Refusal),
}

/// The file on its way into the store.
struct Taking<'a> {
    state: &'a AppState,
    settings: &'a Settings,
    upload: &'a Upload,
    name: &'a str,
    sha256: [u8; 32],
    now: Timestamp,
    open: Vec<Open>,
    seen: Option<Box<FileRow>>,
    parts: u32,
    bytes_known: Option<bool>,
    first: Vec<u8>,
}

impl<'a> Taking<'a> {
    fn new(
        state: &'a AppState,
        settings: &'a Settings,
        upload: &'a Upload,
        name: &'a str,
        sha256: [u8; 32],
    ) -> Self {
        Self {
            state,
            settings,
            upload,
            name,
            sha256,
            now: state.now(),
            open: Vec::new(),
            seen: None,
            parts: 0,
            bytes_known: None,
            first: Vec::new(),
        }
    }

    /// Keeps a part of the bytes: the first goes with the first source that begins.
    async fn keep_bytes(
        &mut self,
        unit: &mut dyn UnitOfWork,
        bytes: &[u8],
        sources: &[(String, FileKind)],
    ) -> Result<(), LongError> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.parts = self.parts.saturating_add(1);
        if self.parts == 1 {
            self.first = bytes.to_vec();
            for (source, kind) in sources {
                self.begin(unit, source, *kind).await?;
            }
            return Ok(());
        }
        if self.bytes_known == Some(false) {
            unit.add_file_part(self.state.tenant(), self.sha256, self.parts, bytes).await?;
        }
        Ok(())
    }

    /// The place of a source among those that have begun; none where its file was taken before.
    async fn begin(
        &mut self,
        unit: &mut dyn UnitOfWork,
        source: &str,
        kind: FileKind,
    ) -> Result<Option<usize>, LongError> {
        if let Some(place) = self.open.iter().position(|open| open.source == source) {
            return Ok(Some(place));
        }
        let mode = self.settings.mode(source, self.now.date());
        let upload = FileUpload {
            sha256: self.sha256,
            source: source.to_owned(),
            kind,
            name: self.name.to_owned(),
            received_at: self.now,
            uploader: self.upload.uploader.clone(),
            period_from: None,
            period_to: None,
            mode,
            bytes: self.first.clone(),
        };
        match unit.begin_file(self.state.tenant(), &upload).await? {
            Begun::SeenBefore { first } => {
                self.seen = Some(Box::new(first));
                Ok(None)
            }
            Begun::New { file, bytes_known } => {
                self.bytes_known = self.bytes_known.or(Some(bytes_known));
                let (counts, revisions) = (store::files::ImportCounts::default(), Vec::new());
                let rows = LongRows::new(source, kind, mode);
                self.open.push(Open { source: source.to_owned(), file, counts, revisions, rows });
                Ok(Some(self.open.len() - 1))
            }
        }
    }

    async fn take(&mut self, unit: &mut dyn UnitOfWork, batch: Batch) -> Result<(), LongError> {
        let Some(place) = self.begin(unit, &batch.source, batch.kind).await? else { return Ok(()) };
        let Some(open) = self.open.get_mut(place) else { return Ok(()) };
        let (counts, replaced) =
            unit.add_facts(self.state.tenant(), &open.source, open.file, &batch.facts).await?;
        open.counts.new = open.counts.new.saturating_add(counts.new);
        open.counts.revised = open.counts.revised.saturating_add(counts.revised);
        open.counts.unchanged = open.counts.unchanged.saturating_add(counts.unchanged);
        open.rows.see(&batch.facts);
        let room = super::REVISIONS_MAX.saturating_sub(open.revisions.len());
        open.revisions.extend(super::revisions(&replaced, &batch.facts).into_iter().take(room));
        Ok(())
    }

    async fn end(
        self,
        unit: &mut dyn UnitOfWork,
        reader: &LongRead<'_>,
        notices: &mut Vec<Notice>,
    ) -> Result<Ended, LongError> {
        if let (Some(first), true) = (self.seen, self.open.is_empty()) {
            return Ok(Ended::SeenBefore(first));
        }
        let tenant = self.state.tenant();
        let mut receipts = Vec::new();
        for open in self.open {
            let period = self.upload.period.or_else(|| reader.period(&open.source));
            unit.end_file(tenant, open.file, open.counts, period).await?;
            let stretches = super::continuity::stretches(reader.ends(&open.source));
            unit.put_bank_stretches(tenant, open.file, &stretches).await?;
            let ends = reader.ends(&open.source);
            let compared = match open.rows.end(unit, tenant, self.name, (open.file, period), ends).await? {
                Ok(compared) => compared,
                Err(refusal) => return Ok(Ended::Refused(refusal)),
            };
            notices.extend(compared.notices());
            receipts.push(Receipt {
                file: open.file,
                source: open.source,
                period_from: period.map(|(from, _)| from),
                period_to: period.map(|(_, to)| to),
                new: open.counts.new,
                revised: open.counts.revised,
                unchanged: open.counts.unchanged,
                revisions: open.revisions,
                restated: compared.restated.into_iter().take(RESTATED_MAX).collect(),
                replaced: compared.replaced,
            });
        }
        Ok(Ended::Taken(receipts))
    }
}

/// What a person should know of a long file besides what its reader says.
pub fn long_notice() -> Notice {
    Notice {
        row: None,
        field: "大きなファイル".to_owned(),
        sentence_ja: "少しずつ読み込みました。前のファイルとの残高のつながりは、照合のときに確かめます。"
            .to_owned(),
    }
}
