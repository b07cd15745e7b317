//! 前期分: what changed in a locked period after it was signed, and the open period in which it is accounted for (reconciliation.md 5.5,
//! "correction").
//!
//! Invariants: what a closing is measured against ([`super::base`]) + prior = present, line by line; the signed sheet itself never
//! changes. Money that arrives after the lock is no correction: it is an event of the open period, shown with its payout. Not here:
//! which period is locked.

use std::collections::BTreeMap;

use domain::{id::ContractId, money::Yen, time::CivilDate};

use super::{
    PriorItem, PriorLine, Standing,
    base::{self, Closing, Signed, emptied},
};
use crate::{
    calendar::Period,
    class::{ExceptionClass, Leg, Verdict},
    ledger::{Draft, exception_id},
    outcome::{ContractSheet, Exception, Figure, Link, Payout},
    payout::PayoutKey,
    sheet,
    world::World,
};

/// What the locks make of a result.
#[derive(Default)]
pub(crate) struct Told {
    /// 前期分
    pub items: Vec<PriorItem>,
    /// One exception for each.
    pub exceptions: Vec<Exception>,
    /// Signed closings that would be something else now.
    pub standing: Vec<Standing>,
}

/// Money by payout: the days on which it arrived.
pub(crate) struct Arrived(BTreeMap<Closing, Vec<(CivilDate, Yen)>>);

impl Arrived {
    /// What the links of leg 3 carry.
    pub(crate) fn of(world: &World<'_>, payouts: &BTreeMap<PayoutKey, Payout>, links: &[Link]) -> Self {
        let days: BTreeMap<&str, CivilDate> =
            world.deposits.iter().map(|deposit| (deposit.id.as_str(), deposit.booked_on)).collect();
        let closings: BTreeMap<&str, Closing> =
            payouts.iter().map(|((contract, period), p)| (p.id.as_str(), (*contract, period.to))).collect();
        let mut arrived: BTreeMap<Closing, Vec<(CivilDate, Yen)>> = BTreeMap::new();
        for link in links.iter().filter(|link| link.leg == Leg::PayoutDeposit) {
            let known = closings.get(link.left.as_str()).zip(days.get(link.right.as_str()));
            if let Some((closing, day)) = known {
                arrived.entry(*closing).or_default().push((*day, link.right_amount));
            }
        }
        Self(arrived)
    }

    fn until(&self, closing: Closing, through: CivilDate) -> Yen {
        let parts = self.0.get(&closing).into_iter().flatten().filter(|(day, _)| *day <= through);
        parts.fold(Yen::ZERO, |sum, (_, yen)| sum.saturating_add(*yen))
    }
}

/// Puts the signed sheets in the place of the present ones, and tells what differs: items, and one exception each in the open period.
pub(crate) fn apply(world: &World<'_>, sheets: &mut Vec<ContractSheet>, arrived: &Arrived) -> Told {
    let mut told = Told::default();
    if world.facts.locks.is_empty() {
        return told;
    }
    let mut present: BTreeMap<Closing, ContractSheet> = BTreeMap::new();
    for sheet in std::mem::take(sheets) {
        if let Some(place) = base::place(world, &sheet) {
            present.insert((place, sheet.to), sheet);
        }
    }
    for (closing, signed) in base::signed(world, &present) {
        let now = present.get(&closing).cloned().unwrap_or_else(|| emptied(&signed.sheet));
        let compared = world.facts.locks.iter().all(|lock| lock.knows(&signed.sheet));
        if signed.seen || signed.again {
            present.insert(closing, signed.sheet.clone());
        }
        if !compared {
            continue;
        }
        let open = open_period(world, closing.0);
        let lines = differences(&signed, &now, arrived.until(closing, signed.through));
        let money = (signed.base.deposited, signed.base.deposited_on) != (now.deposited, now.deposited_on);
        if !lines.is_empty() {
            // What nobody saw when its period was signed stays as nothing there, and is an item here.
            present.insert(closing, signed.sheet.clone());
            let item = item(&signed, &now, open, lines);
            told.exceptions.push(raise(world, closing.0, &item));
            if let Some(sheet) = present.get_mut(&(closing.0, open.to)) {
                sheet.verdict = sheet.verdict.max(Verdict::Pending);
                let claim = world.contracts[closing.0].is_claim();
                sheet.sentence_ja = sheet::sentence(sheet, claim, Some(&note(&told.items, &item)));
            }
            told.items.push(item);
        } else if !money {
            continue;
        }
        told.standing.push(Standing { open_to: open.to, sheet: now });
    }
    *sheets = present.into_values().collect();
    told
}

/// The first period of a contract that is not locked.
fn open_period(world: &World<'_>, contract: usize) -> Period {
    let id = &world.contracts[contract].id;
    let of = world.facts.locks.iter().filter(|lock| lock.contract.as_ref().is_none_or(|own| own == id));
    let through = of.map(|lock| lock.through).max().unwrap_or(world.facts.as_of);
    world.period(contract, through.plus_days(1))
}

/// Lines 1 to 8 of a sheet.
fn figures(sheet: &ContractSheet) -> [(&'static str, Figure); 9] {
    let yen = |yen| Figure::new(0, yen);
    [
        ("当方収納", sheet.sales),
        ("結果不明の確定", sheet.settled_unknowns),
        ("締め後返金", sheet.refunds),
        ("会社明細（売上）", sheet.reported_sales),
        ("会社明細（返金）", sheet.reported_refunds),
        ("結果不明", sheet.unknown),
        ("決済手数料", yen(sheet.fee)),
        ("手数料の消費税", yen(sheet.fee_tax)),
        ("支払予定額", yen(sheet.payout)),
    ]
}

/// Line 9, 口座入金, as far as the lock reaches. None where what the closing is measured against came partly later: how much of it had
/// arrived within the lock is not on a sheet.
fn money(signed: &Signed, now: &ContractSheet, arrived: Yen) -> Option<(Yen, Yen)> {
    let within = |day: Option<CivilDate>| day.is_none_or(|day| day <= signed.through);
    within(signed.base.deposited_on)
        .then(|| (signed.base.deposited, if within(now.deposited_on) { now.deposited } else { arrived }))
}

fn differences(signed: &Signed, now: &ContractSheet, arrived: Yen) -> Vec<PriorLine> {
    let lines = figures(&signed.base).into_iter().zip(figures(now)).map(|((label, a), (_, b))| (label, a, b));
    let of_money =
        money(signed, now, arrived).map(|(a, b)| ("口座入金", Figure::new(0, a), Figure::new(0, b)));
    lines
        .chain(of_money)
        .filter(|(_, signed, now)| signed != now)
        .map(|(label_ja, signed, now)| PriorLine { label_ja: label_ja.to_owned(), signed, now })
        .collect()
}

fn item(signed: &Signed, now: &ContractSheet, open: Period, lines: Vec<PriorLine>) -> PriorItem {
    let ours = |sheet: &ContractSheet| sheet.sales.plus(sheet.settled_unknowns).plus(sheet.refunds);
    let theirs = |sheet: &ContractSheet| sheet.reported_sales.plus(sheet.reported_refunds);
    let base = &signed.base;
    let accounted_through = signed.again.then_some(signed.through);
    let subject = subject(&base.contract, base.to, accounted_through);
    let mut item = PriorItem {
        exception: exception_id(ExceptionClass::RevisedAfterClose, &subject),
        contract: base.contract.clone(),
        from: base.from,
        to: base.to,
        open_from: open.from,
        open_to: open.to,
        accounted_through,
        ours: ours(now).minus(ours(base)),
        reported: theirs(now).minus(theirs(base)),
        payout: now.payout.saturating_sub(base.payout),
        lines,
        sentence_ja: String::new(),
    };
    item.sentence_ja = sentence(&item, &base.label_ja);
    item
}

/// A further correction of a closing is another item than the one that an earlier lock took in.
fn subject(contract: &ContractId, to: CivilDate, accounted_through: Option<CivilDate>) -> String {
    let again = accounted_through.map(|day| format!("/{day}")).unwrap_or_default();
    format!("prior/{contract}/{to}{again}")
}

/// `締め済みの令和8年7月1日(水)から…の分が、署名の後に変わりました（会社明細（売上） 100件 30,000円から101件 30,300円）。…`
fn sentence(item: &PriorItem, label_ja: &str) -> String {
    let figure = |figure: Figure| match figure.count {
        0 => format!("{}円", figure.amount),
        count => format!("{count}件 {}円", figure.amount),
    };
    let told: Vec<String> = item
        .lines
        .iter()
        .map(|line| format!("{} {}→{}", line.label_ja, figure(line.signed), figure(line.now)))
        .collect();
    let since = match item.accounted_through {
        None => "締めた後に変わりました".to_owned(),
        Some(through) => format!("{through}までの締めで前期分として扱った後に、さらに変わりました"),
    };
    format!(
        "{label_ja}の締め済みの期間（{}〜{}）の数字が、{since}（{}）。締めた照合書はそのままにし、差を前期分として{}〜{}の期で扱います。",
        item.from,
        item.to,
        told.join("、"),
        item.open_from,
        item.open_to
    )
}

/// `前期分 当方0円・会社300円・支払294円`, over all items of an open period.
fn note(earlier: &[PriorItem], item: &PriorItem) -> String {
    let same = |other: &&PriorItem| (&other.contract, other.open_to) == (&item.contract, item.open_to);
    let all = || earlier.iter().filter(same).chain(std::iter::once(item));
    let sum = |yen: fn(&PriorItem) -> Yen| all().fold(Yen::ZERO, |sum, item| sum.saturating_add(yen(item)));
    format!(
        "前期分 当方 {}円・会社 {}円・支払 {}円",
        sum(|item| item.ours.amount),
        sum(|item| item.reported.amount),
        sum(|item| item.payout)
    )
}

fn raise(world: &World<'_>, contract: usize, item: &PriorItem) -> Exception {
    let sizes = [item.ours.amount, item.reported.amount, item.payout].map(|yen| yen.get().saturating_abs());
    let draft = Draft {
        class: ExceptionClass::RevisedAfterClose,
        subject: subject(&item.contract, item.to, item.accounted_through),
        members: Vec::new(),
        contract: Some(contract),
        counter: None,
        day: item.open_from,
        amount: item.reported.minus(item.ours).amount,
        gross: Yen::new(sizes.into_iter().max().unwrap_or_default()),
        sentence_ja: item.sentence_ja.clone(),
        ours: Some(item.ours.amount),
        near: Vec::new(),
        verdict: None,
    };
    draft.finish(world)
}
