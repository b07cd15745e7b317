//! Manifests of results (reconciliation.md 5.2): what a run or a report was made of and what came out, each over the one before.
//!
//! Invariants: a manifest's digest is over its document exactly as stored; its document names the digest before it, so that nothing in
//! the middle can be changed or left out without a break; nothing is updated. The document's meaning is not known here.

use async_trait::async_trait;
use domain::{id::TenantId, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::Result;

/// What a manifest is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ManifestKind {
    /// A recorded run.
    Run,
    /// Papers that were issued from a run.
    Report,
}

/// Where the next manifest goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManifestPlace {
    /// Its number, from 1 per tenant.
    pub number: u64,
    /// Digest of the one before; zeros for the first.
    pub previous: [u8; 32],
}

/// A manifest as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestRow {
    /// Where it stands.
    pub place: ManifestPlace,
    /// What it is about.
    pub kind: ManifestKind,
    /// Number of the run.
    pub run: u64,
    /// The document, JSON.
    pub document: String,
    /// SHA-256 of the document.
    pub sha256: [u8; 32],
    /// When.
    pub made_at: Timestamp,
}

/// Manifests, and the settings that they name by digest.
#[async_trait]
pub trait AuditStore {
    /// The place of the next manifest; held until the unit ends, and lost with it.
    async fn next_manifest(&mut self, tenant: &TenantId) -> Result<ManifestPlace>;

    /// Keeps a manifest at the place that [`Self::next_manifest`] gave in this unit.
    async fn put_manifest(&mut self, tenant: &TenantId, manifest: &ManifestRow) -> Result<()>;

    /// At most `limit` manifests after number `after`, in order.
    async fn manifests(&mut self, tenant: &TenantId, after: u64, limit: u32) -> Result<Vec<ManifestRow>>;

    /// The manifest of a run itself.
    async fn manifest_of_run(&mut self, tenant: &TenantId, run: u64) -> Result<Option<ManifestRow>>;

    /// Keeps bytes under their digest; the same again keeps nothing.
    async fn put_blob(&mut self, tenant: &TenantId, sha256: &[u8; 32], bytes: &[u8]) -> Result<()>;

    /// The bytes of a digest.
    async fn blob(&mut self, tenant: &TenantId, sha256: &[u8; 32]) -> Result<Option<Vec<u8>>>;
}
