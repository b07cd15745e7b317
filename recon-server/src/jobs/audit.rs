//! What a result was made of, so that anybody can make it again (reconciliation.md 5.2, `run, manifest`).
//!
//! Each recorded run, and each bundle of papers issued from one, leaves a [`Manifest`]: digests of the raw files, heads of the journals,
//! the settings byte for byte, the program's version, digests of what came out, and the digest of the manifest before it.
//! A bundle ([`bundle::write`]) is a folder with the raw inputs, the papers and the manifest; [`check::check`] needs nothing else, reads the
//! raw files once more and compares byte for byte. Invariants: inputs are raw (a file as it was uploaded, entries as they were frozen),
//! never rows that this program computed from them; a manifest is written in the transaction that records its result; nothing secret
//! is in a bundle. Not here: the chain's SQL (`store::audits`), the journals' own chains ([`super::verify`]).

pub mod bundle;
pub mod check;
mod folder;
mod inputs;
mod outputs;
mod record;
mod replay;
mod settings;

use domain::{
    id::{CounterId, Incarnation, TenantId},
    time::{CivilDate, Timestamp},
};
use serde::{Deserialize, Serialize};
use store::audits::ManifestKind;

pub use inputs::Seen;
pub(super) use inputs::sha256_hex;
pub(super) use outputs::outcome_bytes;
pub(super) use outputs::signed_name;
pub use outputs::{Asked, OUTCOME_FILE};
pub use record::record_run;
pub(super) use record::record_signed;
pub(super) use settings::Settings;

/// Form of the documents that this program writes.
const FORMAT: u32 = 1;
/// The program that makes results.
pub const PROGRAM: &str = concat!("recon-server ", env!("CARGO_PKG_VERSION"));

/// A list by its length and digest; the list itself is in the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digested {
    /// Members, or bytes where it is no list.
    pub count: u64,
    /// SHA-256, hex.
    pub sha256: String,
}

/// How far a journal was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalInput {
    /// 窓口
    pub counter: CounterId,
    /// 世代
    pub incarnation: Incarnation,
    /// Entries.
    pub entries: u64,
    /// Hash of the last one, hex; it covers all before it.
    pub head: String,
}

/// Everything that a result depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// Receipts of the files with their digests: `inputs/files.json`.
    pub files: Digested,
    /// 電子ジャーナル
    pub journals: Vec<JournalInput>,
    /// Version of the configuration, as links name it.
    pub config_version: String,
    /// The settings byte for byte: `inputs/settings.json`.
    pub settings: Digested,
}

/// Something that came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Name of the file below `outputs`.
    pub file: String,
    /// What it is, in Japanese.
    pub title_ja: String,
    /// Bytes and digest.
    #[serde(flatten)]
    pub digest: Digested,
}

/// One manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Form of this document.
    pub format: u32,
    /// A run, or papers of one.
    pub kind: ManifestKind,
    /// Its number, from 1 per tenant.
    pub number: u64,
    /// SHA-256 of the manifest before, hex; zeros for the first.
    pub previous_sha256: String,
    /// Name and version of the program.
    pub program: String,
    /// 団体
    pub tenant: TenantId,
    /// Number of the run.
    pub run: u64,
    /// The day as of which it looks.
    pub as_of: CivilDate,
    /// When this was written.
    pub made_at: Timestamp,
    /// By whom, user id, `cli` or `job`.
    pub made_by: String,
    /// Which papers were asked for; none of a run.
    pub asked: Option<Asked>,
    /// What went in.
    pub inputs: Inputs,
    /// SHA-256 of the facts that the inputs were read as, hex.
    pub facts_sha256: String,
    /// What came out.
    pub outputs: Vec<Output>,
}
