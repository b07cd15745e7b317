//! Packs of both sides, and the sales that no pack holds yet.
//!
//! Invariant: packs come in the order of counters and entries, of files and their packs. Which packs there are is asked first, then
//! one body after the other: asked for both at once in this order, SQLite would carry all bodies through its sorter.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, Row, params};
use store::{
    Fault,
    compared::{ColumnSink, Scope},
    packs::{GivenPacks, LinePack, SalePack},
    words,
};

use super::{
    fault,
    scan::{Ends, SALES, columns},
};

/// Rows of each file that a later file corrected.
pub type Replaced = HashMap<i64, HashSet<i64>>;

/// Gives every pack of sales of the scope.
pub fn sales(
    connection: &Connection,
    scope: &Scope<'_>,
    (packs, sink): (&mut GivenPacks<SalePack>, &mut dyn ColumnSink),
    ends: &mut Ends<'_>,
) -> Result<(), Fault> {
    let owner = |row: &Row<'_>| {
        Ok(SalePack { counter: row.get(1)?, incarnation: row.get(2)?, last_sequence: row.get(3)? })
    };
    let owners = owners(connection, include_str!("sale_packs.sql"), scope, owner).map_err(fault)?;
    let body = "SELECT body FROM sale_pack WHERE rowid = ?1";
    each(connection, body, owners, |owner, body| {
        ends.after_pack(|| packs.give(owner, body, scope, None, sink))
    })
}

/// Gives every pack of statement rows of the scope.
pub fn lines(
    connection: &Connection,
    scope: &Scope<'_>,
    (packs, sink): (&mut GivenPacks<LinePack>, &mut dyn ColumnSink),
    replaced: &Replaced,
    ends: &mut Ends<'_>,
) -> Result<(), Fault> {
    let owner = |row: &Row<'_>| Ok(LinePack { file: row.get(1)?, ordinal: row.get(2)? });
    let owners = owners(connection, include_str!("line_packs.sql"), scope, owner).map_err(fault)?;
    let body = "SELECT body FROM statement_pack WHERE rowid = ?1";
    each(connection, body, owners, |owner, body| {
        let but = replaced.get(&owner.file);
        ends.after_pack(|| packs.give(owner, body, scope, but, sink))
    })
}

/// Whose packs are of the scope and where they stand, in their order.
fn owners<O>(
    connection: &Connection,
    text: &str,
    scope: &Scope<'_>,
    owner: impl Fn(&Row<'_>) -> rusqlite::Result<O>,
) -> rusqlite::Result<Vec<(i64, O)>> {
    let mut statement = connection.prepare(text)?;
    let (from, to) = (words::date_text(scope.from), words::date_text(scope.to));
    let rows = statement
        .query_map(params![scope.tenant.as_str(), from, to], |row| Ok((row.get(0)?, owner(row)?)))?;
    rows.collect()
}

/// Gives the bodies of packs, one by one.
fn each<O>(
    connection: &Connection,
    text: &str,
    owners: Vec<(i64, O)>,
    mut give: impl FnMut(O, &[u8]) -> Result<bool, Fault>,
) -> Result<(), Fault> {
    let mut statement = connection.prepare(text).map_err(fault)?;
    for (place, owner) in owners {
        let mut rows = statement.query([place]).map_err(fault)?;
        let row = rows.next().map_err(fault)?.ok_or(Fault::Missing("pack at this place"))?;
        let body = row.get_ref(0).map_err(fault)?.as_blob().map_err(|error| fault(error.into()))?;
        if !give(owner, body)? {
            break;
        }
    }
    Ok(())
}

/// Files with rows that no pack holds.
pub fn unpacked_files(connection: &Connection, scope: &Scope<'_>) -> Result<i64, Fault> {
    let text = include_str!("../../../sql/packs/unpacked_files.sql");
    connection.query_row(text, [scope.tenant.as_str()], |row| row.get(0)).map_err(fault)
}

/// Counters with entries behind their last pack: counter, incarnation, and the entry that the pack ends with.
#[derive(Default)]
pub struct Behind {
    counters: Vec<(String, i64, i64)>,
    /// All of these entries.
    pub entries: i64,
}

/// Asks for them.
pub fn behind(connection: &Connection, scope: &Scope<'_>) -> Result<Behind, Fault> {
    let mut statement = connection.prepare(include_str!("../../../sql/packs/behind.sql")).map_err(fault)?;
    let mut rows = statement.query([scope.tenant.as_str()]).map_err(fault)?;
    let mut behind = Behind::default();
    while let Some(row) = rows.next().map_err(fault)? {
        let number = |at| row.get::<_, i64>(at).map_err(fault);
        let (incarnation, mark, head) = (number(1)?, number(2)?, number(3)?);
        behind.entries = behind.entries.saturating_add(head.saturating_sub(mark));
        behind.counters.push((row.get(0).map_err(fault)?, incarnation, mark));
    }
    Ok(behind)
}

/// Gives the sales behind the packs of these counters, counter by counter.
pub fn sales_behind(
    connection: &Connection,
    scope: &Scope<'_>,
    sink: &mut dyn ColumnSink,
    behind: &Behind,
    ends: &mut Ends<'_>,
) -> Result<(), Fault> {
    let mut statement = connection.prepare(&SALES.behind(scope.by)).map_err(fault)?;
    let (tenant, from, to) =
        (scope.tenant.as_str(), words::date_text(scope.from), words::date_text(scope.to));
    for (counter, incarnation, mark) in &behind.counters {
        let mut rows =
            statement.query(params![tenant, from, to, counter, incarnation, mark]).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            if !ends.after(sink.take(&columns(row).map_err(fault)?)) {
                return Ok(());
            }
        }
    }
    Ok(())
}
