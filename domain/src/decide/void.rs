//! 取消: a counter-entry of the same day and cut. After the close it is a refund (戻出), which is not done here.

use super::{Judged, Wish, typed};
use crate::{
    event::{Event, Paper},
    id::{AttemptId, SaleId},
    payment::AttemptKind,
    refusal::Refusal,
    state::{Attempt, Sale, SaleState},
};

impl Wish<'_> {
    pub(super) fn void_sale(&self, sale: SaleId, reason: &str) -> Judged {
        let day = self.today()?;
        let sale = self.known_sale(sale)?;
        let completion = match (&sale.completion, sale.state) {
            (Some(completion), SaleState::Completed) if !completion.late => completion,
            _ => return Err(Refusal::NotVoidable),
        };
        if completion.booked != Some((day.date, day.cut)) {
            return Err(Refusal::NotVoidable);
        }
        let reason = typed("取消の理由", reason)?;
        let Some(original) = completion.payment.attempt else {
            return Ok(self.voided(sale, reason, None));
        };
        self.check_terminal_free(&completion.payment.route)?;
        Ok(vec![Event::PaymentRequested {
            attempt: AttemptId(self.context.command.0),
            sale: sale.id,
            sequence_number: self.state.next_sequence_number,
            kind: AttemptKind::Void { original },
            method: completion.payment.method,
            route: completion.payment.route.clone(),
            contract: completion.payment.contract.clone(),
            brand: completion.payment.brand.clone(),
            amount: sale.total,
            business_day: day.date,
            repeat_reason: Some(reason),
        }])
    }

    /// The device gave the money back.
    pub(super) fn after_void(&self, attempt: &Attempt) -> Vec<Event> {
        let Some(sale) = self.state.sales.get(&attempt.sale) else { return Vec::new() };
        let reason = sale.void_reason.clone().unwrap_or_default();
        self.voided(sale, reason, Some(attempt.id))
    }

    fn voided(&self, sale: &Sale, reason: String, attempt: Option<AttemptId>) -> Vec<Event> {
        let Some(completion) = &sale.completion else { return Vec::new() };
        vec![
            Event::SaleVoided {
                sale: sale.id,
                receipt_number: completion.receipt_number.clone(),
                business_day: self.state.day.as_ref().map_or_else(|| self.at.date(), |day| day.date),
                payment: completion.payment.clone(),
                reason,
                attempt,
            },
            self.print(Paper::VoidSlip { sale: sale.id }),
        ]
    }
}
