//! 利用券・後納 and 証券: no drawer and no device, a number that the clerk keys. The sale is done at once, as with cash.
//!
//! Invariants: a claim always names the contract that owes; the reference passes the guards of every other number, so that a card
//! number never enters; a number is taken once on a route and day, unless the sale that took it was voided; a security is taken at
//! face value, which is the sale's total. Not here: a number that comes back on another day or counter (the centre sees all), when the organisation's transfer
//! arrives (the centre), what is carried to the bank ([`crate::settle`]).

use super::{Judged, Wish, payment::number};
use crate::{
    catalogue::{PaymentRoute, RouteKind},
    id::{RouteId, SaleId},
    money::Yen,
    refusal::Refusal,
    sale::{Payment, Standing},
    state::{Sale, SaleState},
    time::CivilDate,
};

impl Wish<'_> {
    pub(super) fn take_claim(&self, sale: SaleId, route: &RouteId, reference: &str) -> Judged {
        let route = self.state.route(route).ok_or(Refusal::UnknownRoute)?;
        if !matches!(route.kind, RouteKind::Claim { .. }) {
            return Err(Refusal::UnknownRoute);
        }
        // Without a contract nobody could be asked for the money.
        if !route.method.is_claim() || route.contract.is_none() {
            return Err(Refusal::RouteSetUpWrongly(route.label.clone()));
        }
        self.take_by_reference(sale, route, reference)
    }

    pub(super) fn take_security(&self, sale: SaleId, route: &RouteId, reference: &str) -> Judged {
        let route = self.state.route(route).ok_or(Refusal::UnknownRoute)?;
        if route.kind != RouteKind::Security {
            return Err(Refusal::UnknownRoute);
        }
        if !route.method.is_security() {
            return Err(Refusal::RouteSetUpWrongly(route.label.clone()));
        }
        self.take_by_reference(sale, route, reference)
    }

    fn take_by_reference(&self, sale: SaleId, route: &PaymentRoute, reference: &str) -> Judged {
        let today = self.today()?.date;
        let sale = self.open_sale(sale)?;
        if sale.total == Yen::ZERO {
            return Err(Refusal::NothingToPay);
        }
        self.check_barred(sale, route.method)?;
        let reference = number(route.method.reference_ja(), reference)?;
        self.check_not_taken(route, today, &reference)?;
        let payment = payment_by_reference(sale, route, reference);
        self.complete(sale, payment, self.at.date(), self.at)
    }

    /// One coupon, one sale: the organisation pays it once, and a security exists once. Letters count alike in both cases.
    fn check_not_taken(
        &self,
        route: &PaymentRoute,
        today: CivilDate,
        reference: &str,
    ) -> Result<(), Refusal> {
        let earlier = self.state.sales.values().filter(|sale| sale.state != SaleState::Voided);
        let taken = earlier.filter_map(|sale| sale.completion.as_ref()).find(|done| {
            let number = done.payment.slip_number.as_deref();
            done.payment.route == route.id
                && done.booked.is_some_and(|(date, _)| date == today)
                && number.is_some_and(|number| number.eq_ignore_ascii_case(reference))
        });
        match taken {
            Some(done) => Err(Refusal::ReferenceTaken {
                reference: reference.to_owned(),
                receipt: done.receipt_number.clone(),
            }),
            None => Ok(()),
        }
    }
}

fn payment_by_reference(sale: &Sale, route: &PaymentRoute, reference: String) -> Payment {
    Payment {
        method: route.method,
        route: route.id.clone(),
        brand: None,
        contract: route.contract.clone(),
        attempt: None,
        amount: sale.total,
        tendered: None,
        change: None,
        standing: Standing::Confirmed,
        terminal_id: None,
        slip_number: Some(reference),
        approval_code: None,
        sheet_number: None,
        payer_digits: None,
    }
}
