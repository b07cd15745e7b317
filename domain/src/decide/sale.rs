//! Registering lines, giving up, cash, free issues.

use super::{
    Judged, LINE_QUANTITY_MAX, SALE_LINES_MAX, SALE_TOTAL_MAX_YEN, TENDERED_OVER_MAX_YEN, Wish, typed,
};
use crate::{
    catalogue::{Item, PaymentRoute, PriceList, RouteKind},
    command::{GroupOverride, LineRequest},
    event::Event,
    id::SaleId,
    method::Method,
    money::Yen,
    refusal::Refusal,
    sale::{Exemption, Line, Payment, Standing, total},
    state::{OpenDay, Sale, SaleState},
};

impl Wish<'_> {
    /// The open day, if today is still its date (a business day never spans two civil dates).
    pub(super) fn today(&self) -> Result<&OpenDay, Refusal> {
        let day = self.state.day.as_ref().ok_or(Refusal::DayNotOpen)?;
        if day.date == self.at.date() { Ok(day) } else { Err(Refusal::YesterdayNotClosed(day.date)) }
    }

    pub(super) fn known_sale(&self, sale: SaleId) -> Result<&Sale, Refusal> {
        self.state.sales.get(&sale).ok_or(Refusal::UnknownSale)
    }

    /// A sale that waits for its money.
    pub(super) fn open_sale(&self, sale: SaleId) -> Result<&Sale, Refusal> {
        let sale = self.known_sale(sale)?;
        if sale.state == SaleState::Open { Ok(sale) } else { Err(Refusal::SaleNotOpen) }
    }

    pub(super) fn register_sale(&self, requests: &[LineRequest], group: Option<GroupOverride>) -> Judged {
        let day = self.today()?;
        if self.clock_doubted {
            return Err(Refusal::ClockInDoubt);
        }
        let profile = self.state.profile.as_deref().ok_or(Refusal::NotEnrolled)?;
        let list = profile.price_list(day.date).ok_or(Refusal::NoPriceList(day.date))?;
        if requests.is_empty() || requests.len() > SALE_LINES_MAX {
            return Err(Refusal::LineCount);
        }
        let by_rule = group_by_rule(list, requests);
        let (is_group, group_override_reason) = match group {
            Some(wish) if wish.group != by_rule => (wish.group, Some(typed("団体料金の理由", &wish.reason)?)),
            _ => (by_rule, None),
        };
        let lines = requests.iter().map(|r| line(list, r, is_group)).collect::<Result<Vec<_>, _>>()?;
        check_owners(&lines)?;
        let total = total(&lines).map_err(|_| Refusal::AmountOutOfRange)?;
        if total > Yen::new(SALE_TOTAL_MAX_YEN) || total.is_negative() {
            return Err(Refusal::AmountOutOfRange);
        }
        let sale = SaleId(self.context.command.0);
        Ok(vec![Event::SaleRegistered { sale, lines, total, group_override_reason }])
    }

    pub(super) fn abandon_sale(&self, sale: SaleId, reason: &str) -> Judged {
        let sale = self.open_sale(sale)?;
        Ok(vec![Event::SaleAbandoned { sale: sale.id, reason: typed("中止の理由", reason)? }])
    }

    pub(super) fn issue_free(&self, sale: SaleId) -> Judged {
        self.today()?;
        let sale = self.open_sale(sale)?;
        if sale.total != Yen::ZERO {
            return Err(Refusal::NotFree);
        }
        let route = self.cash_route()?;
        self.complete(sale, payment_in_cash(route, Yen::ZERO, None), self.at.date(), self.at)
    }

    pub(super) fn take_cash(&self, sale: SaleId, tendered: Yen) -> Judged {
        self.today()?;
        let sale = self.open_sale(sale)?;
        if sale.total == Yen::ZERO {
            return Err(Refusal::NothingToPay);
        }
        let route = self.cash_route()?;
        self.check_barred(sale, Method::Cash)?;
        if tendered < sale.total {
            return Err(Refusal::TooLittleTendered);
        }
        if tendered.saturating_sub(sale.total) > Yen::new(TENDERED_OVER_MAX_YEN) {
            return Err(Refusal::TooMuchTendered);
        }
        self.complete(sale, payment_in_cash(route, sale.total, Some(tendered)), self.at.date(), self.at)
    }

    fn cash_route(&self) -> Result<&PaymentRoute, Refusal> {
        let profile = self.state.profile.as_deref().ok_or(Refusal::NotEnrolled)?;
        profile.routes.iter().find(|route| route.kind == RouteKind::CashDrawer).ok_or(Refusal::UnknownRoute)
    }

    /// Items that the city does not take by this method.
    pub(super) fn check_barred(&self, sale: &Sale, method: Method) -> Result<(), Refusal> {
        let list = self.state.profile.as_deref().and_then(|profile| profile.price_list(sale.day.0));
        let barred = sale.lines.iter().find(|line| {
            list.and_then(|list| list.item(&line.item))
                .is_some_and(|item| item.barred_methods.contains(&method))
        });
        match barred {
            Some(line) => Err(Refusal::MethodBarred { item: line.name.clone(), method }),
            None => Ok(()),
        }
    }
}

fn payment_in_cash(route: &PaymentRoute, amount: Yen, tendered: Option<Yen>) -> Payment {
    Payment {
        method: Method::Cash,
        route: route.id.clone(),
        brand: None,
        contract: None,
        attempt: None,
        amount,
        tendered,
        change: tendered.map(|tendered| tendered.saturating_sub(amount)),
        standing: Standing::Confirmed,
        terminal_id: None,
        slip_number: None,
        approval_code: None,
        sheet_number: None,
        payer_digits: None,
    }
}

/// Whether the people who pay make a group.
fn group_by_rule(list: &PriceList, requests: &[LineRequest]) -> bool {
    let paying = requests.iter().filter(|request| {
        request.exemption.is_none() && list.item(&request.item).is_some_and(|item| item.group_price.is_some())
    });
    let people = paying.fold(0_u32, |sum, request| sum.saturating_add(request.quantity));
    list.group_minimum_people.is_some_and(|minimum| people >= minimum)
}

fn line(list: &PriceList, request: &LineRequest, is_group: bool) -> Result<Line, Refusal> {
    let item = list.item(&request.item).ok_or_else(|| Refusal::UnknownItem(request.item.to_string()))?;
    if request.quantity == 0 || request.quantity > LINE_QUANTITY_MAX {
        return Err(Refusal::Quantity(item.name.clone()));
    }
    let exemption = match &request.exemption {
        None => None,
        Some(code) => {
            let ground =
                list.ground(code, &item.code).ok_or_else(|| Refusal::UnknownGround(item.name.clone()))?;
            Some(Exemption { code: ground.code.clone(), label: ground.label.clone() })
        }
    };
    let unit_price = unit_price(item, is_group, exemption.is_some());
    Ok(Line {
        item: item.code.clone(),
        name: item.name.clone(),
        quantity: request.quantity,
        unit_price,
        amount: unit_price.checked_mul(request.quantity).map_err(|_| Refusal::AmountOutOfRange)?,
        group: is_group && item.group_price.is_some() && exemption.is_none(),
        exemption,
        visitor_category: item.visitor_category.clone(),
        account: item.account.clone(),
        section: item.section.clone(),
        owner: item.owner.clone(),
        tax: item.tax,
        year_rule: item.year_rule,
    })
}

fn unit_price(item: &Item, is_group: bool, exempt: bool) -> Yen {
    match (exempt, is_group, item.group_price) {
        (true, _, _) => Yen::ZERO,
        (false, true, Some(price)) => price,
        _ => item.price,
    }
}

/// Worked case C10: money of two owners never goes through one payment.
fn check_owners(lines: &[Line]) -> Result<(), Refusal> {
    let mut owners = lines.iter().filter(|line| line.amount != Yen::ZERO).map(|line| &line.owner);
    let first = owners.next();
    if owners.all(|owner| Some(owner) == first) { Ok(()) } else { Err(Refusal::MixedOwners) }
}
