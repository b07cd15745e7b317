//! 過誤納: money that an acquirer took beside any sale. It has to go back and is revenue of no month.
//!
//! Invariant: what the run counts as taken although no sale was completed with it is here exactly once, so that month and papers can
//! leave it out; contracts keep it, because the acquirer pays it. Not here: a surplus within a sale's own payment, which no line counts.

use domain::{
    id::{CounterId, TenantId},
    method::Method,
    money::Yen,
    payment::Outcome,
    time::CivilDate,
};
use store::{StoreError, UnitOfWork};

/// One payment beside its sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overpaid {
    /// 取扱日
    pub business_day: CivilDate,
    /// 窓口
    pub counter: CounterId,
    /// 決済手段
    pub method: Method,
    /// Yen, positive.
    pub amount: Yen,
}

/// Payments beside their sales whose day is `from` or later.
///
/// # Errors
/// When the store fails.
pub async fn overpaid(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    from: CivilDate,
) -> Result<Vec<Overpaid>, StoreError> {
    let mut found = Vec::new();
    for case in unit.overpayments(tenant).await? {
        // A case is opened when the result is known, never before the day on which it was asked for.
        if case.fact.recorded_at.date() < from {
            continue;
        }
        let Some(row) = unit.attempt(tenant, case.fact.attempt).await? else { continue };
        let Some(Outcome::Approved(approval)) = row.last_outcome().map(|fact| &fact.outcome) else {
            continue;
        };
        let sale = unit.sale(tenant, case.fact.sale).await?;
        let own = sale.is_some_and(|sale| sale.row.sale.payment.attempt == Some(case.fact.attempt));
        if own || row.attempt.business_day < from {
            continue;
        }
        found.push(Overpaid {
            business_day: row.attempt.business_day,
            counter: row.key.counter.clone(),
            method: row.attempt.method,
            amount: approval.settled_amount.unwrap_or(row.attempt.amount),
        });
    }
    Ok(found)
}
