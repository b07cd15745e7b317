//! The end of a sale: everything by value, the next receipt number, the paper.

use super::{Judged, Wish};
use crate::{
    event::{Event, OverpaymentCause, Paper},
    id::{PrintJobId, ReceiptNumber},
    money::Yen,
    payment::Approval,
    refusal::Refusal,
    sale::{Payment, Standing},
    state::{Attempt, Sale, SaleState},
    time::{CivilDate, Timestamp},
};

/// How far a terminal's own date may be from ours and still decide the payment date, in days (DESIGN 3.11: 24 hours).
const TERMINAL_DATE_OFF_MAX_DAYS: u32 = 1;

impl Wish<'_> {
    /// Completion and the original paper, in this order.
    pub(super) fn complete(
        &self,
        sale: &Sale,
        payment: Payment,
        payment_date: CivilDate,
        paid_at: Timestamp,
    ) -> Judged {
        Ok(vec![
            Event::SaleCompleted {
                sale: sale.id,
                receipt_number: self.next_receipt_number()?,
                business_day: self.state.day.as_ref().map_or_else(|| self.at.date(), |day| day.date),
                payment_date,
                paid_at,
                lines: sale.lines.clone(),
                total: sale.total,
                payment,
            },
            self.print(Paper::Receipt { sale: sale.id, copy: 0 }),
        ])
    }

    /// What follows when an attempt turns out to be charged: the sale is done, or, where it was paid another way meanwhile, an
    /// overpayment case opens by itself.
    pub(super) fn after_charge(&self, attempt: &Attempt, approval: &Approval, standing: Standing) -> Judged {
        let Some(sale) = self.state.sales.get(&attempt.sale) else { return Ok(Vec::new()) };
        let paid_already =
            matches!(sale.state, SaleState::Completed | SaleState::Voiding(_) | SaleState::Voided);
        if paid_already || sale.state == SaleState::Abandoned {
            return Ok(vec![Event::OverpaymentCaseOpened {
                attempt: attempt.id,
                sale: sale.id,
                amount: approval.settled_amount.unwrap_or(attempt.amount),
                cause: OverpaymentCause::PaidTwice,
            }]);
        }
        let paid_on = payment_date(approval.terminal_time.as_deref(), attempt.requested_at);
        self.complete(
            sale,
            payment_of(attempt, approval, standing, sale.total),
            paid_on,
            attempt.requested_at,
        )
    }

    /// The paper's print job; its number is the next one.
    pub(super) fn print(&self, paper: Paper) -> Event {
        Event::PrintRequested { job: PrintJobId(self.state.next_print_job), paper }
    }

    fn next_receipt_number(&self) -> Result<ReceiptNumber, Refusal> {
        let identity = self.state.identity.as_ref().ok_or(Refusal::NotEnrolled)?;
        Ok(ReceiptNumber {
            counter: identity.counter.clone(),
            incarnation: identity.incarnation,
            number: self.state.next_receipt,
        })
    }
}

/// How the attempt paid, by value.
pub(super) fn payment_of(attempt: &Attempt, approval: &Approval, standing: Standing, amount: Yen) -> Payment {
    Payment {
        method: attempt.method,
        route: attempt.route.clone(),
        brand: approval.brand.clone().or_else(|| attempt.brand.clone()),
        contract: attempt.contract.clone(),
        attempt: Some(attempt.id),
        amount,
        tendered: None,
        change: None,
        standing,
        terminal_id: approval.terminal_id.clone(),
        slip_number: approval.slip_number.clone(),
        approval_code: approval.approval_code.clone(),
        sheet_number: approval.sheet_number.clone(),
        payer_digits: approval.payer_digits.clone(),
    }
}

/// 領収日: the terminal's date if it is within a day of ours, else ours. `terminal_time` begins with `MM-DD` or `YYYY-MM-DD`.
pub(super) fn payment_date(terminal_time: Option<&str>, ours: Timestamp) -> CivilDate {
    let our_date = ours.date();
    let Some(day) = terminal_time.and_then(|text| text.split(' ').next()) else { return our_date };
    let parsed = day.parse::<CivilDate>().ok().or_else(|| {
        let with_year = |year: i16| format!("{year:04}-{day}").parse::<CivilDate>().ok();
        // Around New Year the terminal's month and day may belong to the year before or after ours.
        [our_date.year(), our_date.year() - 1, our_date.year() + 1]
            .into_iter()
            .filter_map(with_year)
            .min_by_key(|date| date.days_since(our_date).unsigned_abs())
    });
    match parsed {
        Some(date) if date.days_since(our_date).unsigned_abs() <= TERMINAL_DATE_OFF_MAX_DAYS => date,
        _ => our_date,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terminals_date_decides_within_a_day() {
        let ours = Timestamp::from_jst("2027-01-01".parse().unwrap(), 0, 0, 30).unwrap();
        for (terminal, expected) in [
            (None, "2027-01-01"),
            (Some("12-31 23:59:58"), "2026-12-31"),
            (Some("2026-12-31 23:59:58"), "2026-12-31"),
            (Some("01-01 00:00:10"), "2027-01-01"),
            (Some("03-15 10:00:00"), "2027-01-01"),
            (Some("rubbish"), "2027-01-01"),
        ] {
            assert_eq!(payment_date(terminal, ours).to_string(), expected, "{terminal:?}");
        }
    }
}
