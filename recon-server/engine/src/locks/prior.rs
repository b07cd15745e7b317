//! 前期分: what changed in a locked period after it was signed, and the open period in which it is accounted for (reconciliation.md 5.5,
//! "correction").
//!
//! Invariants: signed + prior = present, line by line; the signed sheet itself never changes. Money that arrives after the lock is no
//! correction: it is an event of the open period, shown with its payout. Not here: which period is locked.

use std::collections::BTreeMap;

use domain::{money::Yen, time::CivilDate};

use super::{PriorItem, PriorLine};
use crate::{
    calendar::Period,
    class::{ExceptionClass, Verdict},
    ledger::{Draft, exception_id},
    outcome::{ContractSheet, Exception, Figure},
    sheet,
    world::World,
};

/// Puts the signed sheets in the place of the present ones, and tells what differs: items, and one exception each in the open period.
pub(crate) fn apply(world: &World<'_>, sheets: &mut Vec<ContractSheet>) -> (Vec<PriorItem>, Vec<Exception>) {
    let signed = signed(world);
    if signed.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let mut present: BTreeMap<(usize, CivilDate), ContractSheet> = BTreeMap::new();
    for sheet in std::mem::take(sheets) {
        if let Some(place) = place(world, &sheet) {
            present.insert((place, sheet.to), sheet);
        }
    }
    let (mut items, mut exceptions) = (Vec::new(), Vec::new());
    for ((contract, to), sheet) in signed {
        let now = present.insert((contract, to), sheet.clone());
        let lines = differences(sheet, now.as_ref(), through(world, contract));
        if lines.is_empty() {
            continue;
        }
        let open = open_period(world, contract);
        let item = item(sheet, now.as_ref(), open, lines);
        exceptions.push(raise(world, contract, &item));
        if let Some(sheet) = present.get_mut(&(contract, open.to)) {
            sheet.verdict = sheet.verdict.max(Verdict::Pending);
            let claim = world.contracts[contract].is_claim();
            sheet.sentence_ja = sheet::sentence(sheet, claim, Some(&note(&items, &item)));
        }
        items.push(item);
    }
    *sheets = present.into_values().collect();
    (items, exceptions)
}

fn place(world: &World<'_>, sheet: &ContractSheet) -> Option<usize> {
    world.contracts.binary_search_by(|c| c.id.cmp(&sheet.contract)).ok()
}

/// Every signed sheet by contract and closing day. Where several locks hold one, the oldest lock does: it was signed first.
fn signed<'f>(world: &World<'f>) -> BTreeMap<(usize, CivilDate), &'f ContractSheet> {
    let mut locks: Vec<_> = world.facts.locks.iter().collect();
    locks.sort_by(|a, b| {
        (a.through, &a.contract, &a.frozen.run_sha256).cmp(&(b.through, &b.contract, &b.frozen.run_sha256))
    });
    let mut signed = BTreeMap::new();
    for lock in locks {
        for sheet in lock.frozen.sheets.iter().filter(|sheet| lock.holds(&sheet.contract, sheet.to)) {
            if let Some(place) = place(world, sheet) {
                signed.entry((place, sheet.to)).or_insert(sheet);
            }
        }
    }
    signed
}

/// Last locked day of a contract.
fn through(world: &World<'_>, contract: usize) -> CivilDate {
    let id = &world.contracts[contract].id;
    let of = world.facts.locks.iter().filter(|lock| lock.contract.as_ref().is_none_or(|own| own == id));
    of.map(|lock| lock.through).max().unwrap_or(world.facts.as_of)
}

/// The first period of a contract that is not locked.
fn open_period(world: &World<'_>, contract: usize) -> Period {
    world.period(contract, through(world, contract).plus_days(1))
}

/// Lines 1 to 9 of a sheet. What arrived counts only where it arrived within the lock.
fn figures(sheet: &ContractSheet, through: CivilDate) -> [(&'static str, Figure); 10] {
    let yen = |yen| Figure::new(0, yen);
    let in_lock = sheet.deposited_on.is_some_and(|day| day <= through);
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
        ("口座入金", yen(if in_lock { sheet.deposited } else { Yen::ZERO })),
    ]
}

fn differences(signed: &ContractSheet, now: Option<&ContractSheet>, through: CivilDate) -> Vec<PriorLine> {
    let none = [("", Figure::default()); 10];
    let now = now.map_or(none, |sheet| figures(sheet, through));
    let lines = figures(signed, through).into_iter().zip(now);
    lines
        .filter(|((_, signed), (_, now))| signed != now)
        .map(|((label_ja, signed), (_, now))| PriorLine { label_ja: label_ja.to_owned(), signed, now })
        .collect()
}

fn item(
    signed: &ContractSheet,
    now: Option<&ContractSheet>,
    open: Period,
    lines: Vec<PriorLine>,
) -> PriorItem {
    let ours = |sheet: &ContractSheet| sheet.sales.plus(sheet.settled_unknowns).plus(sheet.refunds);
    let theirs = |sheet: &ContractSheet| sheet.reported_sales.plus(sheet.reported_refunds);
    let payout = now.map_or(Yen::ZERO, |sheet| sheet.payout);
    let mut item = PriorItem {
        exception: exception_id(ExceptionClass::RevisedAfterClose, &subject(signed)),
        contract: signed.contract.clone(),
        from: signed.from,
        to: signed.to,
        open_from: open.from,
        open_to: open.to,
        ours: now.map(ours).unwrap_or_default().minus(ours(signed)),
        reported: now.map(theirs).unwrap_or_default().minus(theirs(signed)),
        payout: payout.saturating_sub(signed.payout),
        lines,
        sentence_ja: String::new(),
    };
    item.sentence_ja = sentence(&item, &signed.label_ja);
    item
}

fn subject(signed: &ContractSheet) -> String {
    format!("prior/{}/{}", signed.contract, signed.to)
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
    format!(
        "{label_ja}の締め済みの期間（{}〜{}）の数字が、締めた後に変わりました（{}）。締めた照合書はそのままにし、差を前期分として{}〜{}の期で扱います。",
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
        subject: format!("prior/{}/{}", item.contract, item.to),
        members: Vec::new(),
        contract: Some(contract),
        counter: None,
        day: item.open_from,
        amount: item.reported.minus(item.ours).amount,
        gross: Yen::new(sizes.into_iter().max().unwrap_or_default()),
        sentence_ja: item.sentence_ja.clone(),
        near: Vec::new(),
        verdict: None,
    };
    draft.finish(world)
}
