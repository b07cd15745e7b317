//! 戻出 as a lane of its own: never netted against the month's takings.

use super::RefundLine;
use crate::jobs::refund::Refund;

/// A refund with the books that carry it (papers.md C7).
#[must_use]
pub fn refund_line(refund: &Refund) -> RefundLine {
    let row = &refund.row;
    RefundLine {
        number: row.number,
        sale: row.sale.to_string(),
        counter: row.counter.clone(),
        received_on: row.original_payment_date,
        refunded_on: row.refunded_on,
        method: row.method,
        brand: row.brand.clone(),
        amount: row.amount,
        ground: row.ground.clone(),
        lanes: refund.lanes.clone(),
        lane_ja: refund.lanes.to_japanese(),
        approved: row.is_approved(),
    }
}
