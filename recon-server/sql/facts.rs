//! Rows of files: new, revised or unchanged; and reading them as of a watermark.
//!
//! Invariant: a fact is inserted, never updated; what a row says now is its newest revision up to the watermark.

use std::collections::BTreeSet;

use domain::{
    id::{BrandCode, TenantId},
    money::Yen,
    time::CivilDate,
};
use sqlx::query_file;
use store::{
    Fault,
    facts::{BankEntry, RowIdentity, StatementLine, Stored},
    files::{FileFacts, ImportCounts},
    words,
};

use crate::support::{OneRow, Unit, fault};

/// A file that brings facts.
#[derive(Clone, Copy)]
struct Origin<'a> {
    tenant: &'a TenantId,
    source: &'a str,
    file_number: i64,
}

/// The revision that a row gets; none where the newest has the same content.
fn next_revision(newest: Option<(i64, Vec<u8>)>, identity: &RowIdentity) -> Option<i64> {
    match newest {
        None => Some(1),
        Some((_, content)) if content == identity.content_sha256 => None,
        Some((revision, _)) => Some(revision.saturating_add(1)),
    }
}

fn count(counts: &mut ImportCounts, revision: Option<i64>) {
    let counted = match revision {
        None => &mut counts.unchanged,
        Some(1) => &mut counts.new,
        Some(_) => &mut counts.revised,
    };
    *counted = counted.saturating_add(1);
}

/// The identity of a stored row from its columns.
fn identity(key: String, occurrence: i64, digest: &[u8], row: i64) -> Result<RowIdentity, Fault> {
    Ok(RowIdentity {
        record_key: key,
        occurrence: words::to_u32("occurrence", occurrence)?,
        content_sha256: words::digest("row digest", digest)?,
        row: words::to_u32("row", row)?,
    })
}

/// Refuses rows of which two have one identity: the second would pass for a revision of the first.
fn ensure_distinct<'a>(identities: impl Iterator<Item = &'a RowIdentity>) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    for identity in identities {
        if !seen.insert((identity.record_key.as_str(), identity.occurrence)) {
            return Err(Fault::Repeated("row identity in one file"));
        }
    }
    Ok(())
}

impl Unit {
    /// Brings in the facts of a file.
    pub async fn insert_facts(
        &mut self,
        tenant: &TenantId,
        source: &str,
        file_number: i64,
        facts: &FileFacts,
    ) -> Result<ImportCounts, Fault> {
        let origin = Origin { tenant, source, file_number };
        let mut counts = ImportCounts::default();
        match facts {
            FileFacts::Statement(lines) => {
                ensure_distinct(lines.iter().map(|line| &line.identity))?;
                for line in lines {
                    count(&mut counts, self.insert_statement(origin, line).await?);
                }
            }
            FileFacts::Bank(entries) => {
                ensure_distinct(entries.iter().map(|entry| &entry.identity))?;
                for entry in entries {
                    count(&mut counts, self.insert_bank(origin, entry).await?);
                }
            }
        }
        Ok(counts)
    }

    async fn insert_statement(
        &mut self,
        origin: Origin<'_>,
        line: &StatementLine,
    ) -> Result<Option<i64>, Fault> {
        let (tenant, source) = (origin.tenant.as_str(), origin.source);
        let (key, occurrence) =
            (words::plain(&line.identity.record_key), i64::from(line.identity.occurrence));
        let newest = query_file!("../sql/facts/newest_statement.sql", tenant, source, key, occurrence)
            .fetch_optional(&mut *self.tx)
            .await
            .map_err(fault)?
            .map(|row| (row.revision, row.content_sha256));
        let Some(revision) = next_revision(newest, &line.identity) else { return Ok(None) };
        query_file!(
            "../sql/facts/insert_statement.sql",
            tenant,
            source,
            key,
            occurrence,
            revision,
            origin.file_number,
            i64::from(line.identity.row),
            &line.identity.content_sha256[..],
            words::plain(&line.class),
            line.contract.as_str(),
            line.brand.as_ref().map(BrandCode::as_str),
            words::plain_opt(line.terminal_id.as_deref()),
            words::plain_opt(line.slip_number.as_deref()),
            words::plain_opt(line.approval_code.as_deref()),
            words::plain_opt(line.transaction_id.as_deref()),
            line.amount.get(),
            words::date_text(line.day),
            line.payout_date.map(words::date_text),
            words::plain(&line.document)
        )
        .execute(&mut *self.tx)
        .await
        .one_row()?;
        Ok(Some(revision))
    }

    async fn insert_bank(&mut self, origin: Origin<'_>, entry: &BankEntry) -> Result<Option<i64>, Fault> {
        let (tenant, source) = (origin.tenant.as_str(), origin.source);
        let (key, occurrence) =
            (words::plain(&entry.identity.record_key), i64::from(entry.identity.occurrence));
        let newest = query_file!("../sql/facts/newest_bank.sql", tenant, source, key, occurrence)
            .fetch_optional(&mut *self.tx)
            .await
            .map_err(fault)?
            .map(|row| (row.revision, row.content_sha256));
        let Some(revision) = next_revision(newest, &entry.identity) else { return Ok(None) };
        query_file!(
            "../sql/facts/insert_bank.sql",
            tenant,
            source,
            key,
            occurrence,
            revision,
            origin.file_number,
            i64::from(entry.identity.row),
            &entry.identity.content_sha256[..],
            words::plain(&entry.account),
            words::date_text(entry.booked_on),
            entry.value_date.map(words::date_text),
            entry.amount.get(),
            words::plain(&entry.class),
            words::plain_opt(entry.remitter_code.as_deref()),
            words::plain_opt(entry.remitter_name.as_deref()),
            words::plain_opt(entry.inquiry_number.as_deref()),
            words::plain(&entry.document)
        )
        .execute(&mut *self.tx)
        .await
        .one_row()?;
        Ok(Some(revision))
    }

    /// Statement rows of days `from` to `to` as of file `watermark`.
    pub async fn read_statement_lines(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
        watermark: u64,
    ) -> Result<Vec<Stored<StatementLine>>, Fault> {
        let (from, to) = (words::date_text(from), words::date_text(to));
        let watermark = words::to_i64("file number", watermark)?;
        let rows = query_file!("../sql/facts/statements.sql", tenant.as_str(), from, to, watermark)
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?;
        rows.into_iter()
            .map(|row| {
                Ok(Stored {
                    source: row.source,
                    revision: words::to_u32("revision", row.revision)?,
                    file: words::to_u64("file number", row.file_number)?,
                    fact: StatementLine {
                        identity: identity(
                            row.record_key,
                            row.occurrence,
                            &row.content_sha256,
                            row.row_number,
                        )?,
                        class: row.class,
                        contract: words::parse("contract", &row.contract_id)?,
                        brand: words::parse_opt("brand", row.brand.as_deref())?,
                        terminal_id: row.terminal_id,
                        slip_number: row.slip_number,
                        approval_code: row.approval_code,
                        transaction_id: row.transaction_id,
                        amount: Yen::new(row.amount),
                        day: words::parse("day", &row.day)?,
                        payout_date: words::parse_opt("day", row.payout_date.as_deref())?,
                        document: row.document,
                    },
                })
            })
            .collect()
    }

    /// Bank rows of days `from` to `to` as of file `watermark`.
    pub async fn read_bank_entries(
        &mut self,
        tenant: &TenantId,
        from: CivilDate,
        to: CivilDate,
        watermark: u64,
    ) -> Result<Vec<Stored<BankEntry>>, Fault> {
        let (from, to) = (words::date_text(from), words::date_text(to));
        let watermark = words::to_i64("file number", watermark)?;
        let rows = query_file!("../sql/facts/banks.sql", tenant.as_str(), from, to, watermark)
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?;
        rows.into_iter()
            .map(|row| {
                Ok(Stored {
                    source: row.source,
                    revision: words::to_u32("revision", row.revision)?,
                    file: words::to_u64("file number", row.file_number)?,
                    fact: BankEntry {
                        identity: identity(
                            row.record_key,
                            row.occurrence,
                            &row.content_sha256,
                            row.row_number,
                        )?,
                        account: row.account,
                        booked_on: words::parse("day", &row.booked_on)?,
                        value_date: words::parse_opt("day", row.value_date.as_deref())?,
                        amount: Yen::new(row.amount),
                        class: row.class,
                        remitter_code: row.remitter_code,
                        remitter_name: row.remitter_name,
                        inquiry_number: row.inquiry_number,
                        document: row.document,
                    },
                })
            })
            .collect()
    }
}
