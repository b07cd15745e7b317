//! Refunds after the close (戻出): one person asks, another decides, and the books' lane follows from two dates.
//!
//! Invariants: nobody approves what they asked for; the refunds of a sale that were not sent back never exceed what was paid;
//! before the close of its counter's day there is no refund, the counter voids; a repeated id returns the first answer; the audit
//! line is written in the same transaction as what it tells of. Money back never comes out of the day's takings (DESIGN 3.6), so
//! there are two ways only ([`RefundWay`]).
//! Not here: the lane's rule (`domain::refund`), the matching of what an acquirer gave back (`jobs::reconcile`).

mod check;
mod refusal;

use domain::{
    id::SaleId,
    money::Yen,
    refund::{RefundLane, refund_lane},
    time::CivilDate,
};
use serde::Serialize;
use store::{
    UnitOfWork,
    refunds::{RefundDecision, RefundId, RefundRow, RefundWay},
    reports::SaleDetail,
    users::AuditEntry,
};

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
    /// 戻出 of the receipt's year, or expenditure once its accounts are closed (papers.md 2, C7).
    pub lane: RefundLane,
}

impl From<RefundRow> for Refund {
    fn from(row: RefundRow) -> Self {
        Self { lane: refund_lane(row.original_payment_date, row.refunded_on), row }
    }
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
        return check::same_request(first, actor, &new).map(Refund::from).map_err(RefundError::from);
    }
    let ground = check::ground(&new.ground)?;
    let sale = unit.sale(state.tenant(), new.sale).await?.ok_or(RefundRefusal::NoSale)?;
    unit.lock_refunds(state.tenant(), &sale.row.key.counter).await?;
    // Read again under the lock: two forms sent at the same moment must not both find the same money.
    if let Some(first) = unit.refund(state.tenant(), new.refund).await? {
        return check::same_request(first, actor, &new).map(Refund::from).map_err(RefundError::from);
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
    Ok(row.into())
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
        return Ok(row.into());
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
    unit.commit().await?;
    Ok(row.into())
}

/// Refunds with 返金日 from `from` to `to`, whatever was decided; by day.
///
/// # Errors
/// When the store fails.
pub async fn list(state: &AppState, from: CivilDate, to: CivilDate) -> Result<Vec<Refund>, RefundError> {
    let rows = state.store.snapshot().await?.refunds(state.tenant(), from, to).await?;
    Ok(rows.into_iter().map(Refund::from).collect())
}

/// Refunds on which nobody has decided yet, oldest first.
///
/// # Errors
/// When the store fails.
pub async fn waiting(state: &AppState) -> Result<Vec<Refund>, RefundError> {
    let rows = state.store.snapshot().await?.undecided_refunds(state.tenant()).await?;
    Ok(rows.into_iter().map(Refund::from).collect())
}

/// One refund.
///
/// # Errors
/// When the store fails.
pub async fn find(state: &AppState, refund: RefundId) -> Result<Option<Refund>, RefundError> {
    Ok(state.store.snapshot().await?.refund(state.tenant(), refund).await?.map(Refund::from))
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
) -> Result<Vec<store::reports::DayRow>, store::StoreError> {
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
) -> Result<(), store::StoreError> {
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
