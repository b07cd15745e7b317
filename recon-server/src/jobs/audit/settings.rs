//! The settings of a result byte for byte: contracts, holidays, counters, refunds decided, the city's own statement profiles, and the
//! few records of the journals' surroundings that are no chain (entries kept aside, times of entries that cannot be read).
//!
//! Invariant: what is read here and put back into an empty store ([`super::replay`]) gives the same result.

use std::path::Path;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    catalogue::CounterProfile,
    id::{ContractId, CounterId, Incarnation, SequenceNumber, TenantId},
    time::{CivilDate, Timestamp},
};
use serde::{Deserialize, Serialize};
use store::{
    UnitOfWork,
    controls::{ControlAction, ControlId, ControlRow, ControlTopic, LockRow},
    counters::CounterRow,
    journal::{AsideReason, GapRow},
    refunds::RefundRow,
};

use crate::{
    app::AppState,
    jobs::{
        JobError,
        controls::{self, Document},
        hand::ScanRef,
        import::PROFILES_FOLDER,
        reconcile::{
            locked::FROZEN_PAPER,
            notices::{self, Told},
        },
    },
};

/// No refund of a municipality is older.
const FIRST_YEAR: i16 = 2000;
/// Longest profile file that is kept, in bytes.
const PROFILE_LENGTH_MAX_BYTES: u64 = 256 << 10;

/// Folders of profiles below the city's folder, by kind; statements lie in the folder itself.
pub(super) const PROFILE_KINDS: [&str; 3] = ["", "bank", "payout"];

/// A version of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractVersion {
    pub contract: ContractId,
    pub valid_from: CivilDate,
    pub version: u32,
    pub config: String,
}

/// A day with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    pub day: CivilDate,
    pub name: String,
}

/// A 休業 in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    pub counter: CounterId,
    pub day: CivilDate,
    pub closed: bool,
    pub reason: String,
}

/// A counter with its generations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    pub profile: CounterProfile,
    pub profile_version: u32,
    pub created_at: Timestamp,
    pub granted: Vec<(Incarnation, Timestamp)>,
}

/// An entry that is kept aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aside {
    pub counter: CounterId,
    pub incarnation: Incarnation,
    pub reason: AsideReason,
    pub received_at: Timestamp,
    pub bytes_base64: String,
}

/// When an entry came that cannot be read, and so does not say its own time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    pub counter: CounterId,
    pub incarnation: Incarnation,
    pub sequence_number: SequenceNumber,
    pub received_at: Timestamp,
}

/// How a source of files is read and when its files are due, from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceSetting {
    pub source: String,
    pub valid_from: CivilDate,
    pub version: u32,
    pub config: String,
}

/// A file of the city's own profiles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnProfile {
    /// The kind's folder and the name, as `bank/juroku.toml`; a statement's profile stands without a folder.
    pub file: String,
    pub text: String,
}

/// Everything that is set or decided at the centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    pub tenant: TenantId,
    pub tenant_name: String,
    pub contracts: Vec<ContractVersion>,
    #[serde(default)]
    pub sources: Vec<SourceSetting>,
    pub bank_holidays: Vec<Holiday>,
    pub counters: Vec<Counter>,
    pub counter_holidays: Vec<Closed>,
    pub refunds: Vec<RefundRow>,
    pub aside: Vec<Aside>,
    pub unread: Vec<Unread>,
    pub profiles: Vec<OwnProfile>,
    /// What two persons decided; wishes on which nobody has decided have no effect and are left out, but for changes of charges, which
    /// hold their version back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<ControlRow>,
    /// 締め, each with the sheets that it froze.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locks: Vec<Lock>,
    /// Numbers that counters skipped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<GapRow>,
    /// What counters were told of results in doubt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Told>,
}

/// A lock, or its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    pub row: LockRow,
    pub frozen: Option<String>,
}

impl Settings {
    /// Reads what the store has; name and profiles of the city are put in by [`Self::of_city`].
    pub async fn read(
        unit: &mut dyn UnitOfWork,
        tenant: &TenantId,
        counters: &[CounterRow],
        (from, to): (CivilDate, CivilDate),
        far: CivilDate,
    ) -> Result<Self, JobError> {
        let contracts = unit.contracts(tenant).await?.into_iter().map(|row| ContractVersion {
            contract: row.contract,
            valid_from: row.valid_from,
            version: row.version,
            config: row.config,
        });
        let sources = unit.source_settings(tenant).await?.into_iter().map(|row| SourceSetting {
            source: row.source,
            valid_from: row.valid_from,
            version: row.version,
            config: row.config,
        });
        let bank_holidays = unit.bank_holidays(tenant, from, far).await?;
        let closed = unit.counter_holidays(tenant, from, to).await?.into_iter().map(|row| Closed {
            counter: row.counter,
            day: row.day,
            closed: row.closed,
            reason: row.reason,
        });
        let mut own = Vec::new();
        for row in counters {
            let granted = unit.incarnations(tenant, &row.counter).await?;
            own.push(Counter {
                profile: row.profile.clone(),
                profile_version: row.profile_version,
                created_at: row.created_at,
                granted: granted.iter().map(|one| (one.incarnation, one.granted_at)).collect(),
            });
        }
        let first = CivilDate::new(FIRST_YEAR, 1, 1).unwrap_or(from);
        Ok(Self {
            tenant: tenant.clone(),
            tenant_name: String::new(),
            contracts: contracts.collect(),
            sources: sources.collect(),
            bank_holidays: bank_holidays
                .into_iter()
                .map(|row| Holiday { day: row.day, name: row.name })
                .collect(),
            counters: own,
            counter_holidays: closed.collect(),
            refunds: unit.refunds(tenant, first, far).await?,
            aside: aside(unit, tenant).await?,
            unread: unread(unit, tenant).await?,
            profiles: Vec::new(),
            controls: controls(unit, tenant).await?,
            locks: locks(unit, tenant).await?,
            gaps: unit.journal_gaps(tenant).await?,
            told: notices::told(unit, tenant).await?,
        })
    }

    /// The same with what lies outside the store.
    pub fn of_city(&self, state: &AppState) -> Self {
        let profiles = profiles(state);
        Self { tenant_name: state.config.tenant.name.clone(), profiles, ..self.clone() }
    }
}

/// 証ひょう of entries by hand among the decisions: the wish that handed it in, and what it is.
pub(super) fn scans(controls: &[ControlRow]) -> Vec<(ControlId, ScanRef)> {
    let of = |row: &ControlRow| match (row.action, controls::document(row)) {
        (ControlAction::Confirm, Ok(Document::Hand { entry })) => Some((row.id, entry.scan?)),
        _ => None,
    };
    controls.iter().filter_map(of).collect()
}

async fn controls(unit: &mut dyn UnitOfWork, tenant: &TenantId) -> Result<Vec<ControlRow>, JobError> {
    let rows = unit.controls(tenant).await?;
    // A change of charges holds its version back while nobody has approved it: such a wish has an effect.
    let counts = |row: &ControlRow| row.is_approved() || row.topic == ControlTopic::Terms;
    Ok(rows.into_iter().filter(counts).collect())
}

async fn locks(unit: &mut dyn UnitOfWork, tenant: &TenantId) -> Result<Vec<Lock>, JobError> {
    let mut locks = Vec::new();
    for row in unit.locks(tenant).await? {
        let frozen = unit.signed_paper(tenant, row.number, FROZEN_PAPER).await?;
        locks.push(Lock { row, frozen });
    }
    Ok(locks)
}

async fn aside(unit: &mut dyn UnitOfWork, tenant: &TenantId) -> Result<Vec<Aside>, JobError> {
    let entries = unit.aside_entries(tenant).await?.into_iter().map(|entry| Aside {
        counter: entry.key.counter,
        incarnation: entry.key.incarnation,
        reason: entry.reason,
        received_at: entry.received_at,
        bytes_base64: STANDARD.encode(&entry.bytes),
    });
    Ok(entries.collect())
}

async fn unread(unit: &mut dyn UnitOfWork, tenant: &TenantId) -> Result<Vec<Unread>, JobError> {
    let mut found = Vec::new();
    for row in unit.unread_entries(tenant).await? {
        let Some(stored) = unit.entry(tenant, &row.key).await? else { continue };
        found.push(Unread {
            counter: row.key.counter,
            incarnation: row.key.incarnation,
            sequence_number: row.key.sequence_number,
            received_at: stored.received_at,
        });
    }
    Ok(found)
}

/// The profile files that an import would look at, by name. A file that cannot be read as text bars only itself, there as here.
fn profiles(state: &AppState) -> Vec<OwnProfile> {
    let folder = state.config.storage.data_dir.join(PROFILES_FOLDER);
    let mut found: Vec<OwnProfile> =
        PROFILE_KINDS.iter().flat_map(|kind| profiles_of(&folder.join(kind), kind)).collect();
    found.sort_by(|a, b| a.file.cmp(&b.file));
    found
}

fn profiles_of(folder: &Path, kind: &str) -> Vec<OwnProfile> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "toml"))
        .filter(|entry| entry.metadata().is_ok_and(|file| file.len() <= PROFILE_LENGTH_MAX_BYTES))
        .filter_map(|entry| {
            let text = std::fs::read_to_string(entry.path()).ok()?;
            let name = entry.file_name().to_string_lossy().into_owned();
            Some(OwnProfile { file: if kind.is_empty() { name } else { format!("{kind}/{name}") }, text })
        })
        .collect()
}
