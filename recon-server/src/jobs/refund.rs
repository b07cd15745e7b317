//! Refunds after the close (戻出): one person asks, another decides, and the books' lane follows from two dates.
//!
//! Invariants: nobody approves what they asked for; the refunds of a sale that were not sent back never exceed what was paid;
//! before the close of its counter's day there is no refund, the counter voids; a repeated id returns the first answer; the audit
//! line is written in the same transaction as what it tells of. Money back never comes out of the day's takings (DESIGN 3.6), so
//! there are two ways only ([`RefundWay`]).
//! Not here: a day's lane (`domain::refund`), a refund's lanes (`lanes`), the matching of what an acquirer gave back (`jobs::reconcile`).

mod check;
mod lanes;
mod refusal;
#[cfg(test)]
pub mod samples;

use domain::{
    id::{SaleId, TenantId},
    money::Yen,
    sale::Line,
    time::CivilDate,
};
use serde::Serialize;
use store::{
    StoreError, UnitOfWork,
    refunds::{RefundDecision, RefundId, RefundRow, RefundWay},
    reports::SaleDetail,
    users::AuditEntry,
};

pub use lanes::{Back, Divided, LaneYen, Lanes, SaleYear, divide, years_of_sale};
pub use refusal::{RefundError, RefundRefusal};

use super::second_person::Decision;
use crate::{
    app::AppState,
    random::{self, RandomError},
};

/// A refund as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRefund {
    /// Made with the form ([`new_id`]): a repeated id returns the first answer.
    pub refund: RefundId,
    /// The sale that it takes back.
    pub sale: SaleId,
    /// Yen, positive.
    pub amount: Yen,
    /// 返金理由
    pub ground: String,
    /// How.
    pub way: RefundWay,
    /// 返金日
    pub refunded_on: CivilDate,
}

/// A refund and the books that carry it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refund {
    /// What was asked for and decided.
    pub row: RefundRow,
    /// 戻出 of each line's year, or expenditure once that year's accounts are closed (papers.md 2, C7).
    #[serde(flatten)]
    pub lanes: Lanes,
}

impl Refund {
    /// A refund of a sale with these lines; without any it goes by 領収日.
    #[must_use]
    pub fn of(row: RefundRow, lines: &[Line]) -> Self {
        Self { lanes: Lanes::of(&row, lines), row }
    }
}

/// A refund with the books that carry it.
///
/// # Errors
/// When the store fails.
pub async fn with_lanes(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    row: RefundRow,
) -> Result<Refund, StoreError> {
    let sale = unit.sale(tenant, row.sale).await?;
    Ok(Refund::of(row, sale.as_ref().map(|sale| sale.row.sale.lines.as_slice()).unwrap_or_default()))
}

/// Each refund with the books that carry it, in the order given.
///
/// # Errors
/// When the store fails.
pub async fn all_with_lanes(
    unit: &mut dyn UnitOfWork,
    tenant: &TenantId,
    rows: impl IntoIterator<Item = RefundRow, IntoIter: Send> + Send,
) -> Result<Vec<Refund>, StoreError> {
    let mut refunds = Vec::new();
    for row in rows {
        refunds.push(with_lanes(unit, tenant, row).await?);
    }
    Ok(refunds)
}

/// What a sale still has to give back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refundable {
    /// The sale.
    pub sale: SaleDetail,
    /// Its refunds, oldest first.
    pub refunds: Vec<RefundRow>,
    /// Yen that may still be asked for.
    pub remaining: Yen,
    /// Why nothing may be asked for; none where something may.
    pub refusal: Option<RefundRefusal>,
}

/// The id of a new form.
///
/// # Errors
/// When there is no randomness.
pub fn new_id(state: &AppState) -> Result<RefundId, RandomError> {
    let random = random::bytes(&*state.random)?;
    Ok(RefundId(uuid::Builder::from_random_bytes(random).into_uuid()))
}

/// Asks for a refund. It takes effect when another person approves it ([`decide`]).
///
/// # Errors
/// With a Japanese sentence where a rule refuses it; when the store fails.
pub async fn request(state: &AppState, actor: &str, new: NewRefund) -> Result<Refund, RefundError> {
    let mut unit = state.store.begin().await?;
    if let Some(first) = unit.refund(state.tenant(), new.refund).await? {
        let first = check::same_request(first, actor, &new)?;
        return Ok(with_lanes(&mut *unit, state.tenant(), first).await?);
    }
    let ground = check::ground(&new.ground)?;
    let sale = unit.sale(state.tenant(), new.sale).await?.ok_or(RefundRefusal::NoSale)?;
    unit.lock_refunds(state.tenant(), &sale.row.key.counter).await?;
    // Read again under the lock: two forms sent at the same moment must not both find the same money.
    if let Some(first) = unit.refund(state.tenant(), new.refund).await? {
        let first = check::same_request(first, actor, &new)?;
        return Ok(Refund::of(first, &sale.row.sale.lines));
    }
    let refunds = unit.refunds_of_sale(state.tenant(), new.sale).await?;
    check::sale_stands(&sale.row)?;
    check::day_closed(&sale.row, &day_of(&mut *unit, state, &sale).await?)?;
    check::amount(new.amount, check::remaining(&sale.row, refunds.iter()))?;
    check::dates(&sale.row, new.refunded_on, state.today())?;
    check::way(&sale.row, new.way)?;
    let row = row_of(&sale, &new, ground, actor, state);
    unit.request_refund(state.tenant(), &row).await?;
    audit(&mut *unit, state, actor, "refund.requested", &row).await?;
    unit.commit().await?;
    Ok(Refund::of(row, &sale.row.sale.lines))
}

/// Approves a refund, which gives it its 戻出決裁番号, or sends it back. The first decision stays.
///
/// # Errors
/// With a Japanese sentence where a rule refuses it; when the store fails.
pub async fn decide(
    state: &AppState,
    actor: &str,
    refund: RefundId,
    decision: Decision,
) -> Result<Refund, RefundError> {
    let mut unit = state.store.begin().await?;
    let asked = unit.refund(state.tenant(), refund).await?.ok_or(RefundRefusal::NoRefund)?;
    unit.lock_refunds(state.tenant(), &asked.counter).await?;
    let mut row = unit.refund(state.tenant(), refund).await?.ok_or(RefundRefusal::NoRefund)?;
    let note = check::note(&decision)?;
    let decision =
        RefundDecision { approved: decision.approved, note, by: actor.to_owned(), at: state.now() };
    if let Some(first) = &row.decision {
        check::same_decision(first, &decision)?;
        return Ok(with_lanes(&mut *unit, state.tenant(), row).await?);
    }
    check::other_person(&row, actor)?;
    if decision.approved {
        // A void may have come from the counter since it was asked for.
        let sale = unit.sale(state.tenant(), row.sale).await?.ok_or(RefundRefusal::NoSale)?;
        check::sale_stands(&sale.row)?;
        let refunds = unit.refunds_of_sale(state.tenant(), row.sale).await?;
        let others = refunds.iter().filter(|other| other.refund != refund);
        check::amount(row.amount, check::remaining(&sale.row, others))?;
    }
    let action = if decision.approved { "refund.approved" } else { "refund.rejected" };
    row.number = unit.decide_refund(state.tenant(), refund, &decision).await?;
    row.decision = Some(decision);
    audit(&mut *unit, state, actor, action, &row).await?;
    let decided = with_lanes(&mut *unit, state.tenant(), row).await?;
    unit.commit().await?;
    Ok(decided)
}

/// Refunds with 返金日 from `from` to `to`, whatever was decided; by day.
///
/// # Errors
/// When the store fails.
pub async fn list(state: &AppState, from: CivilDate, to: CivilDate) -> Result<Vec<Refund>, RefundError> {
    let mut unit = state.store.snapshot().await?;
    let rows = unit.refunds(state.tenant(), from, to).await?;
    Ok(all_with_lanes(&mut *unit, state.tenant(), rows).await?)
}

/// Refunds on which nobody has decided yet, oldest first.
///
/// # Errors
/// When the store fails.
pub async fn waiting(state: &AppState) -> Result<Vec<Refund>, RefundError> {
    let mut unit = state.store.snapshot().await?;
    let rows = unit.undecided_refunds(state.tenant()).await?;
    Ok(all_with_lanes(&mut *unit, state.tenant(), rows).await?)
}

/// One refund.
///
/// # Errors
/// When the store fails.
pub async fn find(state: &AppState, refund: RefundId) -> Result<Option<Refund>, RefundError> {
    let mut unit = state.store.snapshot().await?;
    let Some(row) = unit.refund(state.tenant(), refund).await? else { return Ok(None) };
    Ok(Some(with_lanes(&mut *unit, state.tenant(), row).await?))
}

/// What a sale still has to give back, for the form; none where there is no such sale.
///
/// # Errors
/// When the store fails.
pub async fn refundable(state: &AppState, sale: SaleId) -> Result<Option<Refundable>, RefundError> {
    let mut unit = state.store.snapshot().await?;
    let Some(sale) = unit.sale(state.tenant(), sale).await? else { return Ok(None) };
    let refunds = unit.refunds_of_sale(state.tenant(), sale.row.sale.sale).await?;
    let days = day_of(&mut *unit, state, &sale).await?;
    let remaining = check::remaining(&sale.row, refunds.iter());
    let refusal = check::sale_stands(&sale.row)
        .and_then(|()| check::day_closed(&sale.row, &days))
        .and_then(|()| check::something_remains(remaining))
        .err();
    Ok(Some(Refundable { sale, refunds, remaining, refusal }))
}

/// The openings and closes of the sale's 取扱日, of all counters.
async fn day_of(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    sale: &SaleDetail,
) -> Result<Vec<store::reports::DayRow>, StoreError> {
    let day = sale.row.sale.business_day;
    unit.days(state.tenant(), day, day).await
}

fn row_of(sale: &SaleDetail, new: &NewRefund, ground: String, actor: &str, state: &AppState) -> RefundRow {
    let paid = &sale.row.sale;
    RefundRow {
        refund: new.refund,
        sale: paid.sale,
        counter: sale.row.key.counter.clone(),
        contract: paid.payment.contract.clone(),
        method: paid.payment.method,
        brand: paid.payment.brand.clone(),
        original_payment_date: paid.payment_date,
        amount: new.amount,
        ground,
        way: new.way,
        refunded_on: new.refunded_on,
        number: None,
        requested_by: actor.to_owned(),
        requested_at: state.now(),
        decision: None,
    }
}

/// The free texts stay in their own rows: the trail names what was done, to which sale and how much.
async fn audit(
    unit: &mut dyn UnitOfWork,
    state: &AppState,
    actor: &str,
    action: &str,
    row: &RefundRow,
) -> Result<(), StoreError> {
    let detail = serde_json::json!({
        "sale": row.sale.to_string(),
        "amount": row.amount.get(),
        "way": row.way.code(),
        "refunded_on": row.refunded_on.to_string(),
        "number": row.number,
    });
    let entry = AuditEntry {
        at: state.now(),
        actor: actor.to_owned(),
        action: action.to_owned(),
        subject: row.refund.to_string(),
        detail: detail.to_string(),
    };
    unit.record_audit(state.tenant(), &entry).await.map(|_| ())
}
