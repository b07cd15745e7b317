//! Inspection (X), terminal totals, blind count, settlement (Z).

use super::{Judged, Wish, typed_or_none};
use crate::{
    cash::CashCount,
    event::{Event, Paper},
    id::RouteId,
    money::Yen,
    refusal::Refusal,
    settle::settlement,
    settlement::{Settlement, TerminalBrandTotal, TerminalTotals, TotalsSource},
    state::{Attempt, SaleState},
};

impl Wish<'_> {
    pub(super) fn inspect(&self) -> Judged {
        let settlement = settlement(self.state).ok_or(Refusal::DayNotOpen)?;
        let paper = Paper::InspectionSlip { settlement: Box::new(settlement.clone()) };
        Ok(vec![Event::InspectionTaken { settlement }, self.print(paper)])
    }

    pub(super) fn request_totals(&self, route: &RouteId) -> Judged {
        self.state.day.as_ref().ok_or(Refusal::DayNotOpen)?;
        self.state.device_of(route).ok_or(Refusal::UnknownRoute)?;
        if self.state.attempts.values().any(Attempt::running) {
            return Err(Refusal::PaymentRunning);
        }
        Ok(vec![Event::TerminalTotalsRequested { route: route.clone() }])
    }

    /// Typed totals must be alike twice; totals of the wire come once.
    pub(super) fn record_totals(
        &self,
        route: &RouteId,
        source: TotalsSource,
        first: Vec<TerminalBrandTotal>,
        second: &[TerminalBrandTotal],
    ) -> Judged {
        self.state.day.as_ref().ok_or(Refusal::DayNotOpen)?;
        let known = self.state.route(route).ok_or(Refusal::UnknownRoute)?;
        if !known.kind.is_terminal() {
            return Err(Refusal::UnknownRoute);
        }
        if source == TotalsSource::TypedTwice && first != second {
            return Err(Refusal::TotalsDiffer);
        }
        let totals = TerminalTotals { route: route.clone(), source, brands: first };
        Ok(vec![Event::TerminalTotalsRecorded { totals }])
    }

    pub(super) fn count_cash(&self, count: CashCount) -> Judged {
        self.state.day.as_ref().ok_or(Refusal::DayNotOpen)?;
        count.total().map_err(|_| Refusal::AmountOutOfRange)?;
        Ok(vec![Event::CashCounted { count }])
    }

    /// A counter can always be closed; what differs or is missing needs a reason. Results in doubt do not hold the close.
    pub(super) fn close_counter(&self, reason: Option<&str>) -> Judged {
        if self.state.attempts.values().any(Attempt::running) {
            return Err(Refusal::PaymentRunning);
        }
        let waiting = self.state.sales.values().filter(|sale| sale.state == SaleState::Open).count();
        if waiting > 0 {
            return Err(Refusal::SalesOpen(waiting));
        }
        let settlement = settlement(self.state).ok_or(Refusal::DayNotOpen)?;
        let reason = typed_or_none("差異の理由", reason)?;
        if let (Some(what), None) = (self.what_differs(&settlement)?, &reason) {
            return Err(Refusal::ReasonNeeded(what));
        }
        let chain_head = self.context.chain_head.clone();
        let paper = Paper::SettlementSlip {
            settlement: Box::new(settlement.clone()),
            chain_head: chain_head.clone(),
        };
        Ok(vec![Event::CounterClosed { settlement, reason, chain_head }, self.print(paper)])
    }

    /// What an officer must explain, in Japanese; ¥1 is enough.
    fn what_differs(&self, settlement: &Settlement) -> Result<Option<String>, Refusal> {
        let difference = settlement.cash.difference.ok_or(Refusal::CashNotCounted)?;
        let mut what = Vec::new();
        if difference != Yen::ZERO {
            let word = if difference.is_negative() { "不足" } else { "過剰" };
            what.push(format!("現金が{}円{word}です", Yen::new(difference.get().saturating_abs())));
        }
        if !settlement.terminal_differences.is_empty() {
            what.push("端末の日計と合わないブランドがあります".to_owned());
        }
        let missing = self.terminals_without_totals(settlement);
        if !missing.is_empty() {
            what.push(format!("日計のない端末があります（{}）", missing.join("、")));
        }
        Ok(if what.is_empty() { None } else { Some(what.join("。")) })
    }

    /// Terminals that took money or tried to, and whose totals nobody recorded.
    fn terminals_without_totals(&self, settlement: &Settlement) -> Vec<String> {
        let Some(profile) = self.state.profile.as_deref() else { return Vec::new() };
        let used = |route: &RouteId| {
            settlement.methods.iter().any(|row| row.route == *route)
                || self.state.doubts().any(|a| a.route == *route && a.business_day == settlement.date)
        };
        let recorded =
            |route: &RouteId| settlement.terminal_totals.iter().any(|totals| totals.route == *route);
        profile
            .routes
            .iter()
            .filter(|route| route.kind.is_terminal() && used(&route.id) && !recorded(&route.id))
            .map(|route| route.label.clone())
            .collect()
    }
}
