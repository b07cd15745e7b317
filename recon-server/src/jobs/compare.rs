//! 大量突合 of what is stored: the sales of some days against the statement rows of the same days, by keys, for a centre of millions of rows.
//!
//! Invariants: the classes and their rules are those of crate `bulk`; both sides are of one state of the store; the exceptions are durable
//! before anybody is told of them, and no fact is marked. Not here: fees, payouts, deposits, refunds, failed rows and voids, which are
//! the engine's ([`super::reconcile`]): a void shows as a difference until the engine has looked at it.

mod sides;

use bulk::{Outcome, feeds, settle};
use domain::time::CivilDate;
use serde::Serialize;
use store::{
    Store,
    compared::{ComparedBy, ComparedException, NewComparison, Scope},
};

use self::sides::{LinesSide, SalesSide};
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
    /// What is not matched, in the order of the outcome.
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

/// Compares the sales and the statement rows of days `from` to `to`, and records what differs.
///
/// # Errors
/// When the store fails, or a stored row is none that can be compared.
pub async fn compare(
    state: &AppState,
    (from, to): (CivilDate, CivilDate),
    by: ComparedBy,
    actor: &str,
) -> Result<Compared, JobError> {
    let (store, tenant) = (state.store.clone(), state.tenant().clone());
    let work = move || read_and_settle(&*store, &Scope { tenant: &tenant, from, to, by });
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
    let (mut sales, mut lines) = (SalesSide::new(sales), LinesSide::new(lines));
    let watermark = store.read_columns(scope, &mut sales, &mut lines)?;
    let (sales_feed, sale_keys) = sales.done()?;
    let (lines_feed, line_keys) = lines.done()?;
    let fault = |refusal: bulk::Refusal| JobError::Facts(refusal.to_string());
    let outcome = settle(sales_feed, lines_feed, THREADS).map_err(fault)?;
    let exceptions = outcome.exceptions.iter().map(|one| ComparedException {
        class: one.class.code().to_owned(),
        sale: one.sales_row.and_then(|row| sale_keys.of(row)),
        line: one.statement_row.and_then(|row| line_keys.of(row)),
        terminal: one.terminal.clone(),
        number: one.approval.clone(),
        day: one.date,
        sale_amount: one.sales_yen,
        line_amount: one.statement_yen,
    });
    let exceptions = exceptions.collect();
    Ok((watermark, outcome, exceptions))
}
