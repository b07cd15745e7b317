//! The rules of a refund, each a function of values (papers.md 2, C7 and 4; DESIGN 3.6).
//!
//! Invariant: pure; nothing here reads the store or a clock.

use domain::{
    method::Method,
    money::Yen,
    text::{self, TextFault},
    time::CivilDate,
};
use store::{
    refunds::{RefundDecision, RefundRow, RefundWay},
    reports::{DayRow, SaleRow},
};

use super::{NewRefund, RefundRefusal};
use crate::jobs::second_person::Decision;

/// Yen of a sale that no refund takes: those sent back take nothing, those waiting take theirs already.
pub fn remaining<'a>(sale: &SaleRow, refunds: impl Iterator<Item = &'a RefundRow>) -> Yen {
    refunds
        .filter(|refund| !refund.is_rejected())
        .fold(sale.sale.total, |left, refund| left.saturating_sub(refund.amount))
}

/// The sale was not taken back at the counter.
pub const fn sale_stands(sale: &SaleRow) -> Result<(), RefundRefusal> {
    if sale.void.is_some() { Err(RefundRefusal::Voided) } else { Ok(()) }
}

/// A close of the sale's day stands behind the sale in its counter's journal. A day may have several cuts: the one that holds the
/// sale is the first whose close comes after it.
pub fn day_closed(sale: &SaleRow, days: &[DayRow]) -> Result<(), RefundRefusal> {
    let closed = days.iter().filter_map(|day| day.closing.as_ref()).any(|close| {
        close.key.counter == sale.key.counter
            && close.fact.settlement.date == sale.sale.business_day
            && (close.key.incarnation, close.key.sequence_number)
                > (sale.key.incarnation, sale.key.sequence_number)
    });
    if closed { Ok(()) } else { Err(RefundRefusal::DayOpen(sale.sale.business_day)) }
}

/// There is something left to give back.
pub fn something_remains(remaining: Yen) -> Result<(), RefundRefusal> {
    if remaining > Yen::ZERO { Ok(()) } else { Err(RefundRefusal::NothingLeft) }
}

/// From one yen to what is left.
pub fn amount(amount: Yen, remaining: Yen) -> Result<(), RefundRefusal> {
    something_remains(remaining)?;
    let fits = amount > Yen::ZERO && amount <= remaining;
    if fits { Ok(()) } else { Err(RefundRefusal::Amount(remaining)) }
}

/// Not before the citizen paid, not later than today.
pub fn dates(sale: &SaleRow, refunded_on: CivilDate, today: CivilDate) -> Result<(), RefundRefusal> {
    let paid_on = sale.sale.payment_date;
    if refunded_on < paid_on {
        Err(RefundRefusal::BeforePayment(paid_on))
    } else if refunded_on > today {
        Err(RefundRefusal::InFuture(refunded_on))
    } else {
        Ok(())
    }
}

/// An acquirer gives back only what an acquirer took.
pub const fn way(sale: &SaleRow, way: RefundWay) -> Result<(), RefundRefusal> {
    let method = sale.sale.payment.method;
    let taken_by_acquirer = match method {
        Method::Credit
        | Method::ElectronicMoney
        | Method::CodeStatic
        | Method::CodeDynamic
        | Method::CodeConsumerPresented => true,
        Method::Cash | Method::Voucher | Method::Deferred | Method::PostalOrder => false,
    };
    match way {
        RefundWay::Acquirer if !taken_by_acquirer => Err(RefundRefusal::NoAcquirer(method.label_ja())),
        RefundWay::Acquirer | RefundWay::BankTransfer => Ok(()),
    }
}

/// 返金理由, trimmed.
pub fn ground(text: &str) -> Result<String, RefundRefusal> {
    text::free_text(text).map_err(|fault| guarded(fault, RefundRefusal::Ground))
}

/// The remark, trimmed; may be empty where it approves.
pub fn note(decision: &Decision) -> Result<String, RefundRefusal> {
    decision.note().map_err(|fault| guarded(fault, RefundRefusal::Note))
}

fn guarded(fault: TextFault, other: RefundRefusal) -> RefundRefusal {
    match fault {
        TextFault::CardNumber => RefundRefusal::CardNumber,
        TextFault::Empty | TextFault::TooLong | TextFault::Control => other,
    }
}

/// Who asked does not approve, and does not send back either: a decision has two persons.
pub fn other_person(row: &RefundRow, actor: &str) -> Result<(), RefundRefusal> {
    if row.requested_by == actor { Err(RefundRefusal::SamePerson) } else { Ok(()) }
}

/// The first request again, or another one under its id.
pub fn same_request(first: RefundRow, actor: &str, new: &NewRefund) -> Result<RefundRow, RefundRefusal> {
    let same = first.requested_by == actor
        && first.sale == new.sale
        && first.amount == new.amount
        && first.ground == new.ground.trim()
        && first.way == new.way
        && first.refunded_on == new.refunded_on;
    if same { Ok(first) } else { Err(RefundRefusal::OtherRequest) }
}

/// The first decision again, or another one.
pub fn same_decision(first: &RefundDecision, again: &RefundDecision) -> Result<(), RefundRefusal> {
    let same = first.by == again.by && first.approved == again.approved && first.note == again.note;
    if same { Ok(()) } else { Err(RefundRefusal::AlreadyDecided) }
}
