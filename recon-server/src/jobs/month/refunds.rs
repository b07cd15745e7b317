//! 戻出 as a lane of its own: never netted against the month's takings.

use domain::refund::refund_lane;
use store::refunds::RefundRow;

use super::RefundLine;

/// A refund with the books that carry it (papers.md C7).
#[must_use]
pub fn refund_line(row: &RefundRow) -> RefundLine {
    let lane = refund_lane(row.original_payment_date, row.refunded_on);
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
        lane,
        lane_ja: lane.to_japanese(),
        approved: row.is_approved(),
    }
}
