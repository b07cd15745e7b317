//! Writing packs ([`store::packs`]) beside the rows that they repeat.
//!
//! Invariants: a pack is written in the transaction that writes the last of its rows, from the rows themselves; each row of class sale of a
//! file is in one pack of that file, and each sale without cash up to a counter's mark in one pack of that counter. A counter's sales
//! are packed when it closes; after a migration it catches up, one pack a close. Not here: reading them (`crate::columns`).

use sqlx::query_file;
use store::{
    Fault,
    packs::{PACK_ROWS_MAX, PackRow, packs},
    words,
};

use crate::{
    db::Tx,
    fact_rows::Origin,
    journal::KeyColumns,
    support::{OneRow, Unit, fault},
};

/// Writes the packs of rows that a file has just brought; one without rows where none of them is compared.
pub async fn insert_of_file(tx: &mut Tx, origin: Origin<'_>, rows: &[PackRow<'_>]) -> Result<(), Fault> {
    for packed in packs(rows)? {
        let (first, last) = packed.days.unzip();
        query_file!(
            "../sql/packs/insert_statement.sql",
            origin.tenant.as_str(),
            origin.file_number,
            packed.rows,
            first,
            last,
            packed.body
        )
        .execute(&mut **tx)
        .await
        .one_row()?;
    }
    Ok(())
}

impl Unit {
    /// Packs the sales of a counter up to its close, whose entry this is: no more than one pack has room for.
    pub async fn pack_sales(&mut self, close: &KeyColumns<'_>) -> Result<(), Fault> {
        let (tenant, counter, incarnation) = (close.tenant, close.counter, close.incarnation);
        let mark = query_file!("../sql/packs/mark.sql", tenant, counter, incarnation)
            .fetch_one(&mut *self.tx)
            .await
            .map_err(fault)?
            .last_sequence;
        let room = i64::try_from(PACK_ROWS_MAX).map_err(|_| Fault::OutOfRange("rows of a pack"))?;
        let sales = query_file!("../sql/packs/unpacked_sales.sql", tenant, counter, incarnation, mark, room)
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?;
        let mut rows = Vec::with_capacity(sales.len());
        for sale in &sales {
            rows.push(PackRow {
                record: sale.sequence_number,
                terminal: sale.terminal.as_deref().unwrap_or_default(),
                slip: sale.slip_number.as_deref().unwrap_or_default(),
                approval: sale.approval_code.as_deref().unwrap_or_default(),
                day: words::parse("day", &sale.payment_date)?,
                amount: sale.total,
            });
        }
        let mut packed_rows = 0;
        for packed in packs(&rows)? {
            packed_rows += usize::try_from(packed.rows).map_err(|_| Fault::OutOfRange("rows of a pack"))?;
            // Where rows are left over, the last pack ends with its last row, and the next close goes on there.
            let is_last = packed_rows == rows.len() && rows.len() < PACK_ROWS_MAX;
            let last_row = packed_rows.checked_sub(1).and_then(|last| rows.get(last)).map(|row| row.record);
            let last_sequence =
                if is_last { close.sequence_number } else { last_row.unwrap_or(close.sequence_number) };
            let (first, last) = packed.days.unzip();
            query_file!(
                "../sql/packs/insert_sale.sql",
                tenant,
                counter,
                incarnation,
                last_sequence,
                packed.rows,
                first,
                last,
                packed.body
            )
            .execute(&mut *self.tx)
            .await
            .one_row()?;
        }
        Ok(())
    }
}
