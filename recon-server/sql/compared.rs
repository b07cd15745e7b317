//! 大量突合 of stored facts: recorded comparisons and their exceptions. How the columns are read is each engine's own (`crate::columns`).

use async_trait::async_trait;
use domain::{id::TenantId, money::Yen, time::Timestamp};
use sqlx::{query_file, query_file_as};
use store::{
    ComparisonStore, Fault, Result, StoreError,
    compared::{ComparedException, ComparisonRow, NewComparison, SaleKey},
    words,
};

use crate::{
    speed,
    support::{During, OneRow, Unit, fault, limit},
};

/// A comparison as the database has it.
struct ComparisonRecord {
    match_number: i64,
    scope_from: String,
    scope_to: String,
    compared_by: String,
    watermark: i64,
    exception_count: i64,
    result: String,
    created_at: i64,
    created_by: String,
}

impl TryFrom<ComparisonRecord> for ComparisonRow {
    type Error = Fault;

    fn try_from(record: ComparisonRecord) -> Result<Self, Fault> {
        Ok(Self {
            number: words::to_u64("match number", record.match_number)?,
            exceptions: words::to_u64("exceptions", record.exception_count)?,
            comparison: NewComparison {
                from: words::parse("day", &record.scope_from)?,
                to: words::parse("day", &record.scope_to)?,
                by: words::from_word("compared by", &record.compared_by)?,
                watermark: words::to_u64("file number", record.watermark)?,
                result: record.result,
                created_at: Timestamp::from_micros(record.created_at),
                created_by: record.created_by,
            },
        })
    }
}

/// An exception as the database has it.
struct ExceptionRecord {
    class: String,
    counter_id: Option<String>,
    incarnation: Option<i64>,
    sequence_number: Option<i64>,
    file_number: Option<i64>,
    row_number: Option<i64>,
    terminal_id: String,
    key_number: String,
    day: Option<String>,
    sale_amount: Option<i64>,
    line_amount: Option<i64>,
}

impl TryFrom<ExceptionRecord> for ComparedException {
    type Error = Fault;

    fn try_from(record: ExceptionRecord) -> Result<Self, Fault> {
        let sale = match (record.counter_id, record.incarnation, record.sequence_number) {
            (Some(counter), Some(incarnation), Some(sequence)) => Some(SaleKey {
                counter: words::parse("counter", &counter)?,
                incarnation: words::incarnation(incarnation)?,
                sequence: words::sequence_number(sequence)?,
            }),
            _ => None,
        };
        let line = match (record.file_number, record.row_number) {
            (Some(file), Some(row)) => {
                Some((words::to_u64("file number", file)?, words::to_u32("row", row)?))
            }
            _ => None,
        };
        Ok(Self {
            class: record.class,
            sale,
            line,
            terminal: record.terminal_id,
            number: record.key_number,
            day: words::parse_opt("day", record.day.as_deref())?,
            sale_amount: record.sale_amount.map(Yen::new),
            line_amount: record.line_amount.map(Yen::new),
        })
    }
}

impl Unit {
    async fn insert_comparison(
        &mut self,
        tenant: &TenantId,
        comparison: &NewComparison,
        exceptions: &[ComparedException],
    ) -> Result<u64, Fault> {
        let number = self.next_number(tenant, "stored_match").await?;
        let count = i64::try_from(exceptions.len()).map_err(|_| Fault::OutOfRange("exceptions"))?;
        query_file!(
            "../sql/compared/insert.sql",
            tenant.as_str(),
            number,
            words::date_text(comparison.from),
            words::date_text(comparison.to),
            words::to_word(&comparison.by)?,
            words::to_i64("file number", comparison.watermark)?,
            count,
            comparison.result,
            comparison.created_at.as_micros(),
            comparison.created_by
        )
        .execute(&mut *self.tx)
        .await
        .one_row()?;
        speed::insert_compared(&mut self.tx, tenant.as_str(), number, exceptions).await.map_err(fault)?;
        words::to_u64("match number", number)
    }
}

#[async_trait]
impl ComparisonStore for Unit {
    async fn record_comparison(
        &mut self,
        tenant: &TenantId,
        comparison: &NewComparison,
        exceptions: &[ComparedException],
    ) -> Result<u64> {
        self.insert_comparison(tenant, comparison, exceptions).await.during(StoreError::RecordComparison)
    }

    async fn comparisons(&mut self, tenant: &TenantId, rows: u32) -> Result<Vec<ComparisonRow>> {
        query_file_as!(ComparisonRecord, "../sql/compared/page.sql", tenant.as_str(), limit(rows))
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadColumns)?
            .into_iter()
            .map(ComparisonRow::try_from)
            .collect::<Result<_, Fault>>()
            .during(StoreError::ReadColumns)
    }

    async fn compared_exceptions(
        &mut self,
        tenant: &TenantId,
        number: u64,
        after: u64,
        rows: u32,
    ) -> Result<Vec<ComparedException>> {
        let number = words::to_i64("match number", number).during(StoreError::ReadColumns)?;
        let after = words::to_i64("position", after).during(StoreError::ReadColumns)?;
        let (team, rows) = (tenant.as_str(), limit(rows));
        query_file_as!(ExceptionRecord, "../sql/compared/exceptions.sql", team, number, after, rows)
            .fetch_all(&mut *self.tx)
            .await
            .during(StoreError::ReadColumns)?
            .into_iter()
            .map(ComparedException::try_from)
            .collect::<Result<_, Fault>>()
            .during(StoreError::ReadColumns)
    }
}
