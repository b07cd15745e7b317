//! Where the blocks of bank files begin and end: what the next file must carry on from.
//!
//! Invariants: written in the unit that takes the file in, once, and never updated; only accepted files have any. Files that were taken
//! before this was kept have none: nothing is said of how they join.

use async_trait::async_trait;
use domain::{id::TenantId, money::Yen, time::CivilDate};

use crate::Result;

/// One block of a bank's file: an account's days and its balances before and after them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankStretch {
    /// First day.
    pub from: CivilDate,
    /// Last day.
    pub to: CivilDate,
    /// 取引前残高, where the file says it.
    pub opening: Option<Yen>,
    /// 取引後残高, where the file says it.
    pub closing: Option<Yen>,
}

/// A block with where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedStretch {
    /// Source of its file: an account in one format.
    pub source: String,
    /// Number of its file.
    pub file: u64,
    /// The block.
    pub stretch: BankStretch,
}

/// Blocks of bank files.
#[async_trait]
pub trait StretchStore {
    /// Keeps the blocks of an accepted file, in the order of the file. Once a file.
    async fn put_bank_stretches(
        &mut self,
        tenant: &TenantId,
        file: u64,
        stretches: &[BankStretch],
    ) -> Result<()>;

    /// The blocks of files up to number `watermark` that end on `from` or later, in the order of the files.
    async fn bank_stretches(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        watermark: u64,
    ) -> Result<Vec<ReceivedStretch>>;
}
