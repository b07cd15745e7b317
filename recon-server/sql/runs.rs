//! Runs of the reconciliation: appended once, read back.

use std::collections::BTreeMap;

use domain::{id::TenantId, money::Yen, time::Timestamp};
use sqlx::{query_file, query_file_as};
use store::{
    Fault,
    matching::{ExceptionRow, LinkMember, LinkRow, NewRun, ReportLineRow, RunRow},
    words,
};

use crate::{
    speed,
    support::{OneRow, Unit, fault, limit},
};

/// A run as the database has it.
struct RunRecord {
    run_number: i64,
    as_of: String,
    scope_from: String,
    scope_to: String,
    config_version: String,
    watermark: i64,
    input_sha256: Vec<u8>,
    output_sha256: Vec<u8>,
    verdict: String,
    summary: String,
    created_at: i64,
    created_by: String,
}

impl TryFrom<RunRecord> for RunRow {
    type Error = Fault;

    fn try_from(record: RunRecord) -> Result<Self, Fault> {
        Ok(Self {
            number: words::to_u64("run number", record.run_number)?,
            run: NewRun {
                as_of: words::parse("day", &record.as_of)?,
                from: words::parse("day", &record.scope_from)?,
                to: words::parse("day", &record.scope_to)?,
                config_version: record.config_version,
                watermark: words::to_u64("file number", record.watermark)?,
                input_sha256: words::digest("input digest", &record.input_sha256)?,
                output_sha256: words::digest("output digest", &record.output_sha256)?,
                verdict: record.verdict,
                summary: record.summary,
                created_at: Timestamp::from_micros(record.created_at),
                created_by: record.created_by,
            },
        })
    }
}

/// A member of a link with its link, as the database has it.
struct MemberRecord {
    link_id: String,
    leg: String,
    stage: String,
    evidence: String,
    side: String,
    subject: String,
    amount: i64,
}

/// The run that rows belong to.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    pub tenant: &'a str,
    pub number: i64,
}

/// A member of a link, to be inserted.
pub struct Member<'a> {
    pub link: &'a str,
    pub position: i64,
    pub member: &'a LinkMember,
}

/// Ensures that every row went in.
fn all(rows: usize, inserted: Result<u64, sqlx::Error>) -> Result<(), Fault> {
    let (expected, actual) =
        (u64::try_from(rows).map_err(|_| Fault::OutOfRange("rows"))?, inserted.map_err(fault)?);
    if actual == expected { Ok(()) } else { Err(Fault::RowsAffected { expected, actual }) }
}

/// Members that stand together, as links, in the order of their legs and ids.
fn links(records: Vec<MemberRecord>) -> Vec<LinkRow> {
    let mut links: BTreeMap<(String, String), LinkRow> = BTreeMap::new();
    for record in records {
        let member =
            LinkMember { side: record.side, subject: record.subject, amount: Yen::new(record.amount) };
        let link = links.entry((record.leg.clone(), record.link_id.clone())).or_insert_with(|| LinkRow {
            link: record.link_id,
            leg: record.leg,
            stage: record.stage,
            members: Vec::new(),
            evidence: record.evidence,
        });
        link.members.push(member);
    }
    links.into_values().collect()
}

impl Unit {
    /// Records the run itself. Returns its number.
    pub async fn insert_run(&mut self, tenant: &TenantId, run: &NewRun) -> Result<i64, Fault> {
        let number = self.next_number(tenant, "run").await?;
        query_file!(
            "../sql/runs/insert.sql",
            tenant.as_str(),
            number,
            words::date_text(run.as_of),
            words::date_text(run.from),
            words::date_text(run.to),
            run.config_version,
            words::to_i64("file number", run.watermark)?,
            &run.input_sha256[..],
            &run.output_sha256[..],
            run.verdict,
            run.summary,
            run.created_at.as_micros(),
            run.created_by
        )
        .execute(&mut *self.tx)
        .await
        .one_row()?;
        Ok(number)
    }

    /// Records the links of a run, many to a statement.
    pub async fn insert_links(
        &mut self,
        tenant: &TenantId,
        number: i64,
        links: &[LinkRow],
    ) -> Result<(), Fault> {
        let run = Run { tenant: tenant.as_str(), number };
        let members: Vec<Member<'_>> = links
            .iter()
            .flat_map(|link| {
                let member = |(position, member)| Member { link: &link.link, position, member };
                (1_i64..).zip(&link.members).map(member)
            })
            .collect();
        all(links.len(), speed::insert_links(&mut self.tx, run, links).await)?;
        all(members.len(), speed::insert_members(&mut self.tx, run, &members).await)
    }

    /// Records the exceptions and report lines of a run, many to a statement.
    pub async fn insert_findings(
        &mut self,
        tenant: &TenantId,
        number: i64,
        exceptions: &[ExceptionRow],
        lines: &[ReportLineRow],
    ) -> Result<(), Fault> {
        let run = Run { tenant: tenant.as_str(), number };
        all(exceptions.len(), speed::insert_exceptions(&mut self.tx, run, exceptions).await)?;
        all(lines.len(), speed::insert_report_lines(&mut self.tx, run, lines).await)
    }

    /// The newest runs.
    pub async fn read_runs(&mut self, tenant: &TenantId, rows: u32) -> Result<Vec<RunRow>, Fault> {
        query_file_as!(RunRecord, "../sql/runs/page.sql", tenant.as_str(), limit(rows))
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?
            .into_iter()
            .map(RunRow::try_from)
            .collect()
    }

    /// One run.
    pub async fn read_run(&mut self, tenant: &TenantId, number: u64) -> Result<Option<RunRow>, Fault> {
        let number = words::to_i64("run number", number)?;
        query_file_as!(RunRecord, "../sql/runs/find.sql", tenant.as_str(), number)
            .fetch_optional(&mut *self.tx)
            .await
            .map_err(fault)?
            .map(RunRow::try_from)
            .transpose()
    }

    /// The links of a run, all or those that use one fact.
    pub async fn read_links(
        &mut self,
        tenant: &TenantId,
        number: u64,
        subject: Option<&str>,
    ) -> Result<Vec<LinkRow>, Fault> {
        let (team, number) = (tenant.as_str(), words::to_i64("run number", number)?);
        let records = match subject {
            None => {
                query_file_as!(MemberRecord, "../sql/runs/links.sql", team, number)
                    .fetch_all(&mut *self.tx)
                    .await
            }
            Some(subject) => {
                query_file_as!(MemberRecord, "../sql/runs/links_of.sql", team, number, subject)
                    .fetch_all(&mut *self.tx)
                    .await
            }
        };
        Ok(links(records.map_err(fault)?))
    }

    /// The exceptions of a run.
    pub async fn read_exceptions(
        &mut self,
        tenant: &TenantId,
        number: u64,
    ) -> Result<Vec<ExceptionRow>, Fault> {
        let number = words::to_i64("run number", number)?;
        query_file!("../sql/runs/exceptions.sql", tenant.as_str(), number)
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?
            .into_iter()
            .map(|row| {
                Ok(ExceptionRow {
                    exception: row.exception_id,
                    class: row.class,
                    leg: row.leg,
                    subject: row.subject,
                    amount: Yen::new(row.amount),
                    day: words::parse_opt("day", row.day.as_deref())?,
                    sentence: row.sentence,
                    detail: row.detail,
                })
            })
            .collect()
    }

    /// The lines of one report of a run.
    pub async fn read_report(
        &mut self,
        tenant: &TenantId,
        number: u64,
        report: &str,
    ) -> Result<Vec<ReportLineRow>, Fault> {
        let number = words::to_i64("run number", number)?;
        query_file!("../sql/runs/report.sql", tenant.as_str(), number, report)
            .fetch_all(&mut *self.tx)
            .await
            .map_err(fault)?
            .into_iter()
            .map(|row| {
                let position = words::to_u32("position", row.position)?;
                Ok(ReportLineRow { report: report.to_owned(), position, line: row.line })
            })
            .collect()
    }
}
