//! 大量突合 of what is stored: the sales of some days against the statement rows of the same days, by keys, for a centre of millions of rows.
//!
//! Invariants: the classes and their rules are those of crate `bulk`; both sides are of one state of the store; the exceptions are durable
//! before anybody is told of them, and no fact is marked. Not here: fees, payouts, deposits, refunds, failed rows and voids, which are
//! the engine's ([`super::reconcile`]): a void shows as a difference until the engine has looked at it.

mod sides;

use bulk::{Exception, Outcome, feeds, settle};
use domain::time::CivilDate;
use serde::Serialize;
use store::{
    Store,
    compared::{ColumnReading, ComparedBy, ComparedException, NewComparison, Scope, Via},
};

use self::sides::{Places, Side};
use super::JobError;
use crate::app::AppState;

/// Threads that settle the keys.
const THREADS: usize = 2;

/// What a comparison found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Number under which it is recorded.
    pub number: u64,
    /// Highest number of an accepted file that was there.
    pub watermark: u64,
    /// Rows and yen of every class. The rows of its exceptions are those of the reading; [`Compared::exceptions`] name the records.
    pub outcome: Outcome,
    /// What is not matched, in the order of the outcome: by class, then by record.
    pub exceptions: Vec<ComparedException>,
}

/// Rows and yen of every class, as they are recorded and shown.
#[derive(Debug, Serialize)]
pub struct Figures<'o> {
    /// `matched` or `differences`
    pub verdict: &'static str,
    /// Rows and yen.
    #[serde(flatten)]
    pub outcome: &'o Outcome,
    /// Exceptions.
    pub exceptions: usize,
}

impl<'o> Figures<'o> {
    /// Of an outcome.
    #[must_use]
    pub fn of(outcome: &'o Outcome) -> Self {
        let verdict = if outcome.agrees() { "matched" } else { "differences" };
        Self { verdict, outcome, exceptions: outcome.exceptions.len() }
    }
}

/// Compares the sales and the statement rows of days `from` to `to`, and records what differs. From what the columns are read changes
/// nothing of it.
///
/// # Errors
/// When the store fails, or a stored row is none that can be compared.
pub async fn compare(
    state: &AppState,
    (from, to): (CivilDate, CivilDate),
    (by, via): (ComparedBy, Via),
    actor: &str,
) -> Result<Compared, JobError> {
    let (store, tenant) = (state.store.clone(), state.tenant().clone());
    let work = move || read_and_settle(&*store, &Scope { tenant: &tenant, from, to, by, via });
    let work = tokio::task::spawn_blocking(work).await;
    let (watermark, outcome, exceptions) =
        work.map_err(|panicked| JobError::Facts(panicked.to_string()))??;
    let result = serde_json::to_string(&Figures::of(&outcome))
        .map_err(|source| JobError::Json { what: "result of a comparison", source })?;
    let comparison = NewComparison {
        from,
        to,
        by,
        watermark,
        result,
        created_at: state.now(),
        created_by: actor.to_owned(),
    };
    let mut unit = state.store.begin().await?;
    let number = unit.record_comparison(state.tenant(), &comparison, &exceptions).await?;
    unit.commit().await?;
    Ok(Compared { number, watermark, outcome, exceptions })
}

fn read_and_settle(
    store: &dyn Store,
    scope: &Scope<'_>,
) -> Result<(u64, Outcome, Vec<ComparedException>), JobError> {
    let (sales, lines) = feeds();
    let (mut sales, mut lines) = (Side::new(sales), Side::new(lines));
    let mut reading = store.columns(scope)?;
    let watermark = reading.read(&mut sales, &mut lines)?;
    refuse(&mut *reading, &sales, &lines)?;
    let ((sales, sale_places), (lines, line_places)) = (sales.parts(), lines.parts());
    let mut outcome =
        settle(sales, lines, THREADS).map_err(|refusal| JobError::Facts(refusal.to_string()))?;
    let named = named(&mut *reading, &outcome, (&sale_places, &line_places))?;
    let named = in_order(&mut outcome, named);
    Ok((watermark, outcome, named))
}

/// Says which record cannot be compared, if there is one.
fn refuse(reading: &mut dyn ColumnReading, sales: &Side, lines: &Side) -> Result<(), JobError> {
    if let Some((place, why)) = &sales.refused {
        let which = reading.sales(&[*place])?.into_iter().next().map_or_else(String::new, |sale| {
            format!("窓口 {} 世代 {} の記録 {}", sale.counter, sale.incarnation.0, sale.sequence.0)
        });
        return Err(JobError::Facts(format!("{which}: {why}")));
    }
    if let Some((place, why)) = &lines.refused {
        let which = reading.lines(&[*place])?.into_iter().next();
        let which = which.map_or_else(String::new, |(file, row)| format!("受付番号 {file} の {row} 行目"));
        return Err(JobError::Facts(format!("{which}: {why}")));
    }
    Ok(())
}

/// By class, then by record: rows are read in another order from packs than from tables.
fn in_order(outcome: &mut Outcome, named: Vec<ComparedException>) -> Vec<ComparedException> {
    let mut both: Vec<_> = std::mem::take(&mut outcome.exceptions).into_iter().zip(named).collect();
    both.sort_by(|(one, a), (other, b)| {
        fn sale(of: &ComparedException) -> Option<(&str, u32, u64)> {
            of.sale.as_ref().map(|sale| (sale.counter.as_str(), sale.incarnation.0, sale.sequence.0))
        }
        (one.class, sale(a), a.line).cmp(&(other.class, sale(b), b.line))
    });
    let (exceptions, named) = both.into_iter().unzip();
    outcome.exceptions = exceptions;
    named
}

/// The exceptions with their records: only these are ever asked for.
fn named(
    reading: &mut dyn ColumnReading,
    outcome: &Outcome,
    (of_sales, of_lines): (&Places, &Places),
) -> Result<Vec<ComparedException>, JobError> {
    let of = |one: &Exception| {
        (one.sales_row.and_then(|row| of_sales.of(row)), one.statement_row.and_then(|row| of_lines.of(row)))
    };
    let places: Vec<_> = outcome.exceptions.iter().map(of).collect();
    let wanted: (Vec<_>, Vec<_>) = (
        places.iter().filter_map(|(sale, _)| *sale).collect(),
        places.iter().filter_map(|(_, line)| *line).collect(),
    );
    let mut sales = reading.sales(&wanted.0)?.into_iter();
    let mut lines = reading.lines(&wanted.1)?.into_iter();
    let exceptions = outcome.exceptions.iter().zip(places).map(|(one, (sale, line))| ComparedException {
        class: one.class.code().to_owned(),
        sale: sale.and_then(|_| sales.next()),
        line: line.and_then(|_| lines.next()),
        terminal: one.terminal.clone(),
        number: one.approval.clone(),
        day: one.date,
        sale_amount: one.sales_yen,
        line_amount: one.statement_yen,
    });
    Ok(exceptions.collect())
}
