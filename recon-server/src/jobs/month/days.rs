//! What was taken, by 領収日, and the month day by day. Pure.
//!
//! Invariants: a late confirmed sale is taken off the day on whose books it stands and put on the day on which it was paid, once; voids
//! are not counted; refunds are a lane of their own and change no day.

use domain::{id::ContractId, method::Method, money::Yen, time::CivilDate};
use engine::{
    facts::CounterDayState,
    outcome::{Figure, ReportLine},
};

use super::{MixKind, MonthDay, Overpaid, YearMonth};
use crate::jobs::reconcile::Recorded;

/// Money that belongs to one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// 領収日
    pub date: CivilDate,
    /// Line of the mix table.
    pub kind: MixKind,
    /// 契約
    pub contract: Option<ContractId>,
    /// Count and yen.
    pub figure: Figure,
}

/// The line of the mix table of a method.
const fn kind_of(method: Method) -> MixKind {
    match method {
        Method::Cash => MixKind::Cash,
        Method::PostalOrder => MixKind::Security,
        Method::Credit => MixKind::Credit,
        Method::ElectronicMoney => MixKind::ElectronicMoney,
        Method::CodeStatic | Method::CodeDynamic | Method::CodeConsumerPresented => MixKind::Code,
        Method::Voucher => MixKind::Voucher,
        Method::Deferred => MixKind::Deferred,
    }
}

/// Of a line, what was both paid and booked on its day: taken, not voided, not late.
#[must_use]
pub fn taken_on_its_day(line: &ReportLine) -> Figure {
    line.sales.minus(line.voids).minus(line.late)
}

/// 過誤納 of the month.
pub fn overpaid_of(month: YearMonth, overpaid: &[Overpaid]) -> Vec<Overpaid> {
    overpaid.iter().filter(|case| month.holds(case.business_day)).cloned().collect()
}

/// Everything whose 領収日 lies in the month, without what was taken beside any sale.
pub fn taken(recorded: &Recorded, month: YearMonth, overpaid: &[Overpaid]) -> Vec<Taken> {
    let own = recorded.lines.iter().filter(|line| month.holds(line.business_day)).map(|line| Taken {
        date: line.business_day,
        kind: kind_of(line.method),
        contract: line.contract.clone(),
        figure: taken_on_its_day(line),
    });
    let late = recorded.late.iter().filter(|late| month.holds(late.payment_date)).map(|late| Taken {
        date: late.payment_date,
        kind: kind_of(late.method),
        contract: late.contract.clone(),
        figure: Figure::new(1, late.amount),
    });
    // No contract: the acquirer took it and will pay it, so the contract's own figures keep it.
    let beside = overpaid_of(month, overpaid).into_iter().map(|case| Taken {
        date: case.business_day,
        kind: kind_of(case.method),
        contract: None,
        figure: Figure::default().minus(Figure::new(1, case.amount)),
    });
    own.chain(late).chain(beside).filter(|taken| !taken.figure.is_zero()).collect()
}

/// The days of the month in order.
pub fn days(recorded: &Recorded, month: YearMonth, taken: &[Taken]) -> Vec<MonthDay> {
    let mut days: Vec<MonthDay> = month.days().map(|date| blank(recorded, date)).collect();
    for each in taken {
        let Some(day) = days.iter_mut().find(|day| day.date == each.date) else { continue };
        let side = match each.kind {
            MixKind::Cash | MixKind::Security => &mut day.cash,
            MixKind::Credit => &mut day.credit,
            MixKind::ElectronicMoney => &mut day.electronic_money,
            MixKind::Code | MixKind::Cashless => &mut day.code,
            MixKind::Voucher | MixKind::Deferred => &mut day.claims,
        };
        *side = side.saturating_add(each.figure.amount);
        day.total = day.total.plus(each.figure);
    }
    days
}

fn blank(recorded: &Recorded, date: CivilDate) -> MonthDay {
    let mut states = recorded.counter_days.iter().filter(|day| day.business_day == date).peekable();
    let known = states.peek().is_some();
    MonthDay {
        date,
        cash: Yen::ZERO,
        credit: Yen::ZERO,
        electronic_money: Yen::ZERO,
        code: Yen::ZERO,
        claims: Yen::ZERO,
        total: Figure::default(),
        verdict: recorded.days.iter().find(|day| day.business_day == date).map(|day| day.verdict),
        holiday: known && states.all(|day| day.state == CounterDayState::Holiday),
    }
}
