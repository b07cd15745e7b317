//! Files in: an acquirer's statement of sales or of payouts, a bank's file in any format, whole or refused, always kept.
//!
//! Invariants: raw bytes are kept, of refused files too, with the refusal's words; the same file again changes nothing and gives the
//! first receipt; a refused file changes nothing of what was there. Not here: the formats (crate `formats`).

mod continuity;
mod counted;
mod dry_run;
mod facts;
mod layouts;
mod lines;
mod long;
mod long_read;
mod long_rows;
mod model;
mod openings;
mod periods;
mod profiles;
mod replaced;
mod restated;
mod revisions;
mod settings;
mod source;

use domain::{
    id::ContractId,
    time::{CivilDate, Timestamp},
};
use engine::Contract;
use formats::{Refusal, bank::BankReadOptions};
use store::{
    StoreError, UnitOfWork,
    files::{FileFacts, FileKind, FileMode, FileRow, FileState, FileUpload, Import, ImportCounts},
};

pub use counted::{Counted, counted_entries};
pub use dry_run::DRY_ROWS_MAX;
pub use layouts::{ProfileEntry, ProfileKind};
pub use long::{LongError, OnDisk, import_file};
pub use model::{DryRow, DryRun, DryTotal, Outcome, Receipt, Upload};
pub use periods::{replaced_by_file, replaced_since};
pub use profiles::{PROFILES_FOLDER, Profiles, profile, profiles};
pub use replaced::{CHANGES_MAX, Change, ChangedRow, Replaced, RowSum};
pub use restated::{RESTATED_MAX, Restated};
pub use revisions::{REVISIONS_MAX, Revision, revisions};
pub use settings::{BankFormat, DueRule, FileDays, Settings, SourceTerms};
pub(in crate::jobs) use source::account_of;
pub use source::{Source, SourceChoice};

use self::{layouts::Layouts, source::Known};
use super::{JobError, contract_rows, contracts_in_force, hand};
use crate::{app::AppState, jobs::import::facts::Part, metrics::Count};

/// Longest file that is taken, in bytes.
pub const FILE_LENGTH_MAX_BYTES: usize = 32 << 20;
/// The account of a draft of a bank's CSV, where nobody says which.
const DRAFT_ACCOUNT: &str = "0000-000-1-0000000000";
/// Longest file name that is kept, in characters.
const NAME_CHARS_MAX: usize = 200;

/// Takes a file in.
///
/// # Errors
/// When the store fails. A file that cannot be taken is [`Outcome::Refused`], not an error.
pub async fn import(state: &AppState, upload: Upload) -> Result<Outcome, JobError> {
    import_as(state, upload, None).await
}

/// Takes a file in that stands to the earlier ones of its source as it did once, whatever the settings say of it now.
pub(super) async fn import_as(
    state: &AppState,
    upload: Upload,
    mode: Option<FileMode>,
) -> Result<Outcome, JobError> {
    let now = state.now();
    let known = known(state).await?;
    let name = plain_name(&upload.name);
    let taken = match known.read(&upload, &name, now.date(), mode) {
        Ok((source, read)) => take(state, &upload, &name, now, &source, read).await?,
        Err(refusal) => Err(refusal),
    };
    match taken {
        Ok(outcome) => Ok(outcome),
        Err(refusal) => refuse(state, &upload, &name, now, refusal).await,
    }
}

/// Says what [`import`] would do; changes nothing.
///
/// # Errors
/// When the store fails.
pub async fn preview(state: &AppState, upload: &Upload) -> Result<DryRun, JobError> {
    let name = plain_name(&upload.name);
    let known = known(state).await?;
    let source = match known.settle(upload, &name) {
        Ok(source) => source,
        Err(refusal) => return Ok(dry_run::only_refused(None, refusal)),
    };
    let mut seen = dry_run::of(&source, upload, &name, state.today());
    if seen.refused.is_empty()
        && let Ok((_, read)) = known.read(upload, &name, state.today(), None)
    {
        periods::preview(state, &name, sha256(&upload.bytes), &read.parts, &mut seen).await?;
    }
    Ok(seen)
}

/// Everything that settles whose file an upload is.
async fn known(state: &AppState) -> Result<Known, JobError> {
    let mut unit = state.store.snapshot().await?;
    let rows = contract_rows(&mut *unit, state.tenant()).await?;
    Ok(Known {
        first_counter_day: first_counter_day(&mut *unit, state).await?,
        contracts: contracts_in_force(&rows, state.today())?,
        profiles: profiles(state),
        layouts: layouts(state),
        settings: Settings::read(&mut *unit, state.tenant()).await?,
        today: state.today(),
    })
}

/// The first day on which a counter was ours: the day of the first grant to any.
async fn first_counter_day(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
) -> Result<Option<CivilDate>, JobError> {
    let mut first = None;
    for counter in unit.counters(state.tenant()).await? {
        let granted = unit.incarnations(state.tenant(), &counter.counter).await?;
        let granted = granted.first().map(|incarnation| incarnation.granted_at.date());
        first = [first, granted].into_iter().flatten().min();
    }
    Ok(first)
}

/// The profiles of banks' CSV files and of payout statements at this centre.
fn layouts(state: &AppState) -> Layouts {
    Layouts::in_folder(&state.config.storage.data_dir.join(PROFILES_FOLDER))
}

/// Every profile that this centre could read a file with, and what is wrong with the city's own.
#[must_use]
pub fn profile_list(state: &AppState) -> (Vec<ProfileEntry>, Vec<Refusal>) {
    let (own, layouts) = (profiles(state), layouts(state));
    let faults = own.faults().chain(layouts.faults()).cloned().collect();
    (layouts::list(&own, &layouts), faults)
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
    let name = plain_name(&upload.name);
    match draft_source(upload, draft, &name, today) {
        Ok(source) => dry_run::of(&source, upload, &name, today),
        Err(refusal) => dry_run::only_refused(None, refusal),
    }
}

/// What a draft would read: of a statement, else of a payout statement or a bank's CSV, as its keys show.
fn draft_source(
    upload: &Upload,
    draft: &ProfileDraft,
    name: &str,
    today: CivilDate,
) -> Result<Source, Refusal> {
    let file = plain_name(&draft.name);
    let contract = match &upload.source {
        SourceChoice::Contract(contract) | SourceChoice::Payout(contract) => Ok(contract.clone()),
        SourceChoice::Bank | SourceChoice::Account(_) | SourceChoice::Opening | SourceChoice::Find => {
            "draft".parse()
        }
    };
    let contract = contract.map_err(|error: domain::id::NotAnId| {
        source::refusal(name, "契約", &error.0, "契約IDを確かめてください。")
    })?;
    let holds = |key: &str| {
        let table = toml::from_str::<toml::Table>(&draft.text).unwrap_or_default();
        let fields = table.get("fields").and_then(toml::Value::as_table).cloned().unwrap_or_default();
        fields.contains_key(key)
    };
    if holds("booked_on") {
        let profile = layouts::parse_bank(&file, &draft.text)?;
        let account = match &upload.source {
            SourceChoice::Account(key) => account_of(key),
            _ => None,
        };
        let account = account.or_else(|| account_of(DRAFT_ACCOUNT)).filter(|_| profile.accounts.is_empty());
        let strict = BankReadOptions::strict(name, today);
        let options = BankReadOptions { csv: Some(profile), account, period: upload.period, ..strict };
        return Ok(Source::Bank(Box::new(options)));
    }
    if holds("net") {
        let profile = layouts::parse_payout(&file, &draft.text).map(Box::new)?;
        return Ok(Source::Payout { contract, profile });
    }
    let profile = profiles::parse(&file, &draft.text).map(Box::new)?;
    Ok(Source::Statement { contract, brand: None, profile })
}

/// The contracts whose statements can be read today.
///
/// # Errors
/// When the store fails or a stored contract cannot be read.
pub async fn contracts(state: &AppState) -> Result<Vec<Contract>, JobError> {
    let rows = contract_rows(&mut *state.store.snapshot().await?, state.tenant()).await?;
    contracts_in_force(&rows, state.today())
}

/// Takes the file in, or says why not; then nothing of it is in.
async fn take(
    state: &AppState,
    upload: &Upload,
    name: &str,
    now: Timestamp,
    source: &Source,
    read: facts::Read,
) -> Result<Result<Outcome, Refusal>, JobError> {
    let mut notices = read.notices;
    let mut unit = state.store.begin().await?;
    if let Source::Bank(options) = source {
        notices.extend(continuity::notices(&mut *unit, state, &read.parts, options).await?);
    }
    let mut receipts = Vec::new();
    let mut seen = None;
    let watermark = unit.last_file(state.tenant()).await?;
    for part in &read.parts {
        let restated = restated::restated(&mut *unit, state.tenant(), part, watermark).await?;
        let plan = periods::plan(&mut *unit, state.tenant(), name, part, watermark).await?;
        let upload = file_upload(upload, name, now, part);
        match unit.import_file(state.tenant(), &upload, &part.facts).await? {
            Import::Accepted { file, counts, replaced } => {
                let plan = match plan.transpose() {
                    Ok(plan) => plan,
                    Err(refusal) => return Ok(Err(refusal)),
                };
                unit.put_bank_stretches(state.tenant(), file, &continuity::stretches(&part.ends)).await?;
                let revisions = revisions(&replaced, &part.facts);
                notices.extend(restated::notices(&restated));
                let by_hand = hand::notices(&mut *unit, state.tenant(), &part.facts, part.period, watermark);
                notices.extend(by_hand.await?);
                let replaced =
                    periods::replace(&mut *unit, state.tenant(), (&part.source, file), plan).await?;
                notices.extend(replaced.iter().flat_map(Replaced::notices));
                receipts.push(receipt(file, part, counts, (revisions, restated, replaced)));
            }
            Import::SeenBefore { first } => seen = Some(first),
        }
    }
    if let (Some(first), true) = (seen, receipts.is_empty()) {
        let since = replaced_since(&mut *unit, state.tenant(), &first).await?;
        return Ok(Ok(seen_before(&first, since)));
    }
    let sha256 = formats::sha256_hex(&upload.bytes);
    audit(&mut *unit, state, upload, &sha256, now, "file.imported", &source.word()).await?;
    unit.commit().await?;
    Count::FilesAccepted.add(1);
    Ok(Ok(Outcome::Accepted { receipts, notices }))
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
        SourceChoice::Account(account) => (FileKind::Bank, format!("{}{account}", settings::BANK_PREFIX)),
        SourceChoice::Contract(contract) => (FileKind::Statement, contract.to_string()),
        SourceChoice::Payout(contract) => (FileKind::Payout, payout_source(contract)),
        SourceChoice::Opening => (FileKind::Opening, settings::OPENING_SOURCE.to_owned()),
        SourceChoice::Find if formats::bank::recognise(&upload.bytes).is_some() => {
            (FileKind::Bank, "bank".to_owned())
        }
        SourceChoice::Find => (FileKind::Statement, "?".to_owned()),
    };
    let facts = FileFacts::Statement(Vec::new());
    let part = Part { source, kind, period: upload.period, facts, ends: Vec::new(), mode: FileMode::Delta };
    let mut file = file_upload(upload, name, now, &part);
    // A file over the bound is kept by its head only: the refusal says so, and the store keeps its own bound.
    file.bytes.truncate(FILE_LENGTH_MAX_BYTES);
    let mut unit = state.store.begin().await?;
    let number = unit.keep_refused_file(state.tenant(), &file, &refusal.to_string()).await?;
    audit(&mut *unit, state, upload, &formats::sha256_hex(&upload.bytes), now, "file.refused", &part.source)
        .await?;
    unit.commit().await?;
    Count::FilesRefused.add(1);
    Ok(Outcome::Refused { file: number, refusal })
}

async fn audit(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    upload: &Upload,
    sha256: &str,
    at: Timestamp,
    action: &str,
    subject: &str,
) -> Result<(), StoreError> {
    let entry = store::users::AuditEntry {
        at,
        actor: upload.uploader.clone(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        detail: format!(r#"{{"sha256":"{sha256}"}}"#),
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
        mode: part.mode,
        bytes: upload.bytes.clone(),
    }
}

fn receipt(
    file: u64,
    part: &Part,
    counts: ImportCounts,
    (revisions, mut restated, replaced): (Vec<Revision>, Vec<Restated>, Option<Replaced>),
) -> Receipt {
    restated.truncate(RESTATED_MAX);
    Receipt {
        file,
        source: part.source.clone(),
        period_from: part.period.map(|(from, _)| from),
        period_to: part.period.map(|(_, to)| to),
        new: counts.new,
        revised: counts.revised,
        unchanged: counts.unchanged,
        revisions,
        restated,
        replaced,
    }
}

/// What a taken file said otherwise than the files before it where no key can say it, read again from its kept bytes: a receipt says
/// it for ever.
///
/// # Errors
/// When the store fails.
pub async fn restated_by(state: &AppState, row: &FileRow) -> Result<Vec<Restated>, JobError> {
    let compared = row.mode == FileMode::Delta && restated::is_compared(&row.source, row.kind);
    let kept = compared && row.state == FileState::Accepted;
    if !kept || row.length > u64::try_from(FILE_LENGTH_MAX_BYTES).unwrap_or(u64::MAX) {
        return Ok(Vec::new());
    }
    let Some(source) = SourceChoice::of_file(row) else { return Ok(Vec::new()) };
    let mut unit = state.store.snapshot().await?;
    let bytes = unit.file_bytes(state.tenant(), row.file).await?.unwrap_or_default();
    let period = row.period_from.zip(row.period_to).filter(|_| row.kind == FileKind::Payout);
    let upload = Upload { source, name: row.name.clone(), bytes, period, uploader: row.uploader.clone() };
    let read = known(state)
        .await?
        .settle(&upload, &row.name)
        .and_then(|source| facts::read(&source, &upload, &row.name, row.received_at.date()));
    // A profile that was changed since reads the file in another way, or not at all: then nothing can be said.
    let Ok(read) = read else { return Ok(Vec::new()) };
    let part = read.parts.iter().find(|part| part.source == row.source);
    let Some(part) = part else { return Ok(Vec::new()) };
    // Several receipts of one bank's file follow each other: none of them is before the other.
    let mut found = restated::restated(&mut *unit, state.tenant(), part, row.file.saturating_sub(1)).await?;
    found.truncate(RESTATED_MAX);
    Ok(found)
}

fn seen_before(first: &FileRow, replaced_by: Option<u64>) -> Outcome {
    let mut sentence_ja = format!(
        "同じファイルを{}に取り込み済みです(受付番号 {})。何も変えていません。",
        first.received_at.to_paper(),
        first.file
    );
    if let Some(newer) = replaced_by {
        sentence_ja.push_str(&format!(
            "このファイルの期間は、あとから届いた受付番号 {newer} の内容に置き換わっています。"
        ));
    }
    Outcome::SeenBefore { file: first.file, received_at: first.received_at, sentence_ja }
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

/// The word under which payout statements of a contract are kept.
fn payout_source(contract: &ContractId) -> String {
    format!("{}{contract}", settings::PAYOUT_PREFIX)
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
