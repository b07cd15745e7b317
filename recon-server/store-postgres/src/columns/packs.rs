//! Packs of both sides, and the sales that no pack holds yet.
//!
//! Invariant: packs come in the order of counters and entries, of files and their packs, whatever the server's plan.

use std::collections::{HashMap, HashSet};

use futures_util::TryStreamExt as _;
use sqlx::query_file;
use store::{
    Fault,
    compared::{ComparedBy, Scope},
    packs::{GivenPacks, LinePack, SalePack},
    words,
};

use super::{Given, Tx, places};
use crate::support::fault;

/// Rows of each file that a later file corrected.
pub type Replaced = HashMap<i64, HashSet<i64>>;

/// The first and the last day of a scope as they are kept.
fn days(scope: &Scope<'_>) -> (String, String) {
    (words::date_text(scope.from), words::date_text(scope.to))
}

/// Gives every pack of sales of the scope.
pub async fn sales(
    tx: &mut Tx,
    scope: &Scope<'_>,
    given: &mut Given<'_>,
    packs: &mut GivenPacks<SalePack>,
) -> Result<(), Fault> {
    let (from, to) = days(scope);
    let mut rows = query_file!("../sql/packs/sales.sql", scope.tenant.as_str(), from, to).fetch(&mut **tx);
    while !given.over
        && let Some(row) = rows.try_next().await.map_err(fault)?
    {
        let owner = SalePack {
            counter: row.counter_id,
            incarnation: row.incarnation,
            last_sequence: row.last_sequence,
        };
        given.pack(|sink| packs.give(owner, &row.body, scope, None, sink))?;
    }
    Ok(())
}

/// Gives every pack of statement rows of the scope.
pub async fn lines(
    tx: &mut Tx,
    scope: &Scope<'_>,
    given: &mut Given<'_>,
    (packs, replaced): (&mut GivenPacks<LinePack>, &Replaced),
) -> Result<(), Fault> {
    let (from, to) = days(scope);
    let mut rows = query_file!("../sql/packs/lines.sql", scope.tenant.as_str(), from, to).fetch(&mut **tx);
    while !given.over
        && let Some(row) = rows.try_next().await.map_err(fault)?
    {
        let (owner, but) =
            (LinePack { file: row.file_number, ordinal: row.ordinal }, replaced.get(&row.file_number));
        given.pack(|sink| packs.give(owner, &row.body, scope, but, sink))?;
    }
    Ok(())
}

/// Files with rows that no pack holds.
pub async fn unpacked_files(tx: &mut Tx, scope: &Scope<'_>) -> Result<i64, Fault> {
    let row = query_file!("../sql/packs/unpacked_files.sql", scope.tenant.as_str());
    Ok(row.fetch_one(&mut **tx).await.map_err(fault)?.files)
}

/// Counters with entries behind their last pack: counter, incarnation, and the entry that the pack ends with.
#[derive(Default)]
pub struct Behind {
    counters: Vec<String>,
    incarnations: Vec<i64>,
    marks: Vec<i64>,
    /// All of these entries.
    pub entries: i64,
}

/// Asks for them.
pub async fn behind(tx: &mut Tx, scope: &Scope<'_>) -> Result<Behind, Fault> {
    let rows = query_file!("../sql/packs/behind.sql", scope.tenant.as_str());
    let mut behind = Behind::default();
    for row in rows.fetch_all(&mut **tx).await.map_err(fault)? {
        behind.entries = behind.entries.saturating_add(row.head_sequence.saturating_sub(row.mark));
        behind.counters.push(row.counter_id);
        behind.incarnations.push(row.incarnation);
        behind.marks.push(row.mark);
    }
    Ok(behind)
}

/// Gives the sales behind the packs of these counters, counter by counter.
pub async fn sales_behind(
    tx: &mut Tx,
    scope: &Scope<'_>,
    given: &mut Given<'_>,
    behind: &Behind,
) -> Result<(), Fault> {
    if behind.counters.is_empty() {
        return Ok(());
    }
    let (from, to) = days(scope);
    let (tenant, counters) = (scope.tenant.as_str(), &behind.counters);
    let mut rows = query_file!(
        "src/columns/behind.sql",
        tenant,
        counters,
        &behind.incarnations,
        &behind.marks,
        from,
        to
    )
    .fetch(&mut **tx);
    while let Some(row) = rows.try_next().await.map_err(fault)? {
        let number = match scope.by {
            ComparedBy::Slip => row.slip_number,
            ComparedBy::Approval => row.approval_code,
        };
        let texts = (row.terminal.as_deref().unwrap_or_default(), number.as_deref().unwrap_or_default());
        if !given.row(places::of_text(&row.place)?, texts, row.total, &row.payment_date) {
            break;
        }
    }
    Ok(())
}
