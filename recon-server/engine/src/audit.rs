//! Conservation: every yen of every side in exactly one class. Runs over facts and outcome alone, so it knows nothing of how the outcome came about.
//!
//! Invariant: an outcome that passes has lost, doubled and invented nothing.

use std::collections::{BTreeMap, BTreeSet};

use domain::money::Yen;

use crate::{
    class::{Leg, Verdict},
    facts::Facts,
    outcome::{ContractSheet, Ended, Figure, Outcome, Part, PriorItem, Side, Stage, YearShare},
};

/// Checks an outcome against its facts. Each finding is one English sentence; none means that all is well.
#[must_use]
pub fn audit(facts: &Facts, outcome: &Outcome) -> Vec<String> {
    let mut findings = Vec::new();
    let sides: [(Side, BTreeMap<&str, Yen>); 4] = [
        (Side::Journal, facts.sales.iter().map(|s| (s.id.as_str(), s.amount)).collect()),
        (Side::Statement, facts.rows.iter().map(|r| (r.id.as_str(), r.amount)).collect()),
        (Side::Payout, outcome.payouts.iter().map(|p| (p.id.as_str(), p.net)).collect()),
        (Side::Bank, facts.deposits.iter().map(|d| (d.id.as_str(), d.amount)).collect()),
    ];
    for (side, expected) in sides {
        once_each(outcome, side, expected, &mut findings);
    }
    references(outcome, &mut findings);
    amounts(outcome, &mut findings);
    allocations(outcome, &mut findings);
    years(outcome, &mut findings);
    breakdowns(outcome, &mut findings);
    declared(facts, outcome, &mut findings);
    sheets(facts, outcome, &mut findings);
    lines(facts, outcome, &mut findings);
    findings
}

/// Everything of a side is placed once, with its own yen.
fn once_each(outcome: &Outcome, side: Side, mut expected: BTreeMap<&str, Yen>, findings: &mut Vec<String>) {
    for placed in outcome.dispositions.iter().filter(|d| d.side == side) {
        match expected.remove(placed.id.as_str()) {
            Some(amount) if amount == placed.amount => {}
            Some(amount) => {
                findings.push(format!("{side:?} {} is {amount} yen, placed as {}", placed.id, placed.amount))
            }
            None => findings.push(format!("{side:?} {} is placed twice or does not exist", placed.id)),
        }
    }
    findings.extend(expected.into_keys().map(|id| format!("{side:?} {id} is placed nowhere")));
}

/// Where both sides of an exception are known, it is about what they differ by.
fn amounts(outcome: &Outcome, findings: &mut Vec<String>) {
    for exception in &outcome.exceptions {
        let Some((ours, theirs)) = exception.ours.zip(exception.theirs) else { continue };
        let differ = theirs.saturating_sub(ours);
        if differ != exception.amount {
            let (id, amount) = (&exception.id, exception.amount);
            findings.push(format!("exception {id} has {ours} and {theirs} yen and differs by {amount}"));
        }
    }
}

/// Every place exists.
fn references(outcome: &Outcome, findings: &mut Vec<String>) {
    let exceptions: BTreeMap<&str, usize> =
        outcome.exceptions.iter().map(|e| (e.id.as_str(), e.members.len())).collect();
    let links: BTreeMap<&str, usize> = outcome.links.iter().map(|l| (l.id.as_str(), 2)).collect();
    let sets: BTreeSet<&str> = outcome.sets.iter().map(|set| set.id.as_str()).collect();
    if exceptions.len() != outcome.exceptions.len() || links.len() != outcome.links.len() {
        findings.push("two exceptions or two links have one id".to_owned());
    }
    for placed in &outcome.dispositions {
        let known = match &placed.ended {
            Ended::Linked { link } => links.contains_key(link.as_str()),
            Ended::LinkedInSet { set, link } => {
                sets.contains(set.as_str()) && links.contains_key(link.as_str())
            }
            Ended::Exception { exception, .. } => exceptions.contains_key(exception.as_str()),
            _ => true,
        };
        if !known {
            findings.push(format!("{:?} {} ended in something that is not there", placed.side, placed.id));
        }
    }
}

/// The links of a row carry all of it, and more than one only where it is a sum; what links carry of a deposit, and of a payout that has arrived, is all of it; and each payout names the
/// deposits that its links go to.
fn allocations(outcome: &Outcome, findings: &mut Vec<String>) {
    let mut rows = BTreeMap::new();
    let (mut ours, mut theirs): (BTreeMap<&str, Yen>, BTreeMap<&str, Yen>) = Default::default();
    let mut named: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for link in &outcome.links {
        if link.leg == Leg::PayoutDeposit {
            let (left, right) = (ours.entry(&link.left).or_default(), theirs.entry(&link.right).or_default());
            *left = left.saturating_add(link.left_amount);
            *right = right.saturating_add(link.right_amount);
            named.entry(&link.left).or_default().push(&link.right);
        } else {
            let row: &mut (u32, Yen, bool) = rows.entry(link.right.as_str()).or_default();
            row.0 += 1;
            row.1 = row.1.saturating_add(link.right_amount);
            row.2 |= !matches!(link.stage, Stage::BoundedSum | Stage::DayTotal);
        }
    }
    let amounts: BTreeMap<(Side, &str), Yen> =
        outcome.dispositions.iter().map(|d| ((d.side, d.id.as_str()), d.amount)).collect();
    for (id, (links, yen, one)) in rows {
        if one && links > 1 {
            findings.push(format!("row {id} is linked {links} times"));
        }
        if amounts.get(&(Side::Statement, id)) != Some(&yen) {
            findings.push(format!("row {id}: its links carry {yen} yen, which is not its amount"));
        }
    }
    for (side, carried) in [(Side::Payout, &ours), (Side::Bank, &theirs)] {
        for (id, yen) in carried.iter().filter(|(id, yen)| amounts.get(&(side, **id)) != Some(*yen)) {
            findings.push(format!("{side:?} {id}: its links carry {yen} yen, which is not its amount"));
        }
    }
    for payout in &outcome.payouts {
        let mut deposits: Vec<&str> = payout.deposits.iter().map(String::as_str).collect();
        deposits.sort_unstable();
        if deposits != named.remove(payout.id.as_str()).unwrap_or_default() {
            findings.push(format!("payout {} names other deposits than its links", payout.id));
        }
    }
}

/// The years of a payout add up to it.
fn years(outcome: &Outcome, findings: &mut Vec<String>) {
    for payout in &outcome.payouts {
        let parts =
            |yen: fn(&YearShare) -> Yen| payout.years.iter().map(yen).fold(Yen::ZERO, Yen::saturating_add);
        let gross = payout.years.iter().fold(Figure::default(), |sum, share| sum.plus(share.gross));
        let fee = payout.fee.saturating_add(payout.fee_tax);
        // A payout counts its refunds, a year's part counts them against the sales.
        let refunds = Figure::new(-payout.refunds.count, payout.refunds.amount);
        if gross != payout.sales.plus(refunds)
            || parts(|share| share.fee) != fee
            || parts(|share| share.net) != payout.net
        {
            findings.push(format!("payout {}: its years do not add up to it", payout.id));
        }
        let ascending = payout.years.windows(2).all(|pair| pair[0].year < pair[1].year);
        if !ascending {
            findings.push(format!("payout {}: its years are out of order", payout.id));
        }
    }
}

/// The parts of each year of a payout add up to the year's share.
fn breakdowns(outcome: &Outcome, findings: &mut Vec<String>) {
    for payout in &outcome.payouts {
        for share in &payout.years {
            let parts = |yen: fn(&Part) -> Yen| {
                let of_year = payout.breakdown.iter().filter(|part| part.year == share.year);
                of_year.map(yen).fold(Yen::ZERO, Yen::saturating_add)
            };
            let sums = (parts(|part| part.gross), parts(|part| part.fee), parts(|part| part.net));
            if sums != (share.gross.amount, share.fee, share.net) {
                findings.push(format!(
                    "payout {}: its parts of {} do not add up to the year",
                    payout.id, share.year.0
                ));
            }
        }
        let strays = payout.breakdown.iter().filter(|part| payout.years.iter().all(|s| s.year != part.year));
        findings.extend(
            strays.map(|_| format!("payout {} has a part of a year that it does not have", payout.id)),
        );
    }
}

/// Each declared payout stands in one payout, or in an exception.
fn declared(facts: &Facts, outcome: &Outcome, findings: &mut Vec<String>) {
    let mut named: BTreeMap<&str, u32> = BTreeMap::new();
    for id in outcome.payouts.iter().flat_map(|payout| &payout.declared).flat_map(|declared| &declared.ids) {
        *named.entry(id).or_default() += 1;
    }
    for declared in &facts.declared {
        let raised = || outcome.exceptions.iter().any(|e| e.members.contains(&declared.id));
        let times = named.get(declared.id.as_str()).copied().unwrap_or(0);
        if times > 1 || (times == 0 && !raised()) {
            findings.push(format!("declared payout {} stands in {times} payouts", declared.id));
        }
    }
}

/// The residual of each sheet is its net of breaks plus the deposit's difference, and green means 0.
fn sheets(facts: &Facts, outcome: &Outcome, findings: &mut Vec<String>) {
    for sheet in &outcome.sheets {
        if outcome.prior.iter().any(|item| (&item.contract, item.open_to) == (&sheet.contract, sheet.to))
            && sheet.verdict == Verdict::Matched
        {
            findings.push(format!("{} {} is green beside a prior-period item", sheet.contract, sheet.to));
        }
        let cash = sheet.payout.saturating_sub(sheet.deposited).saturating_sub(sheet.in_transit);
        if sheet.residual != sheet.breaks_net.amount.saturating_add(cash) {
            findings.push(format!(
                "{} {}: residual {} is not the net of breaks {} plus {cash}",
                sheet.contract, sheet.to, sheet.residual, sheet.breaks_net.amount
            ));
        }
        let clean =
            sheet.residual == Yen::ZERO && sheet.breaks_gross == Yen::ZERO && sheet.awaiting.is_zero();
        if sheet.verdict == Verdict::Matched && !clean {
            findings.push(format!("{} {} is green but not clean", sheet.contract, sheet.to));
        }
    }
    let reported = |p: &crate::outcome::Payout| p.sales.plus(p.refunds).amount;
    for payout in &outcome.payouts {
        let own = |s: &&ContractSheet| s.contract == payout.contract && s.to == payout.to;
        if facts.locks.iter().any(|lock| lock.facts_from.is_some_and(|first| payout.from < first)) {
            continue;
        }
        // Of a locked period: what was signed, what later locks took in, and what changed since.
        let taken_in = facts
            .locks
            .iter()
            .filter_map(|lock| lock.frozen.standing.iter().find(own).map(|sheet| (lock.through, sheet)));
        let taken_in = taken_in.max_by_key(|(through, _)| *through).map(|(_, sheet)| sheet);
        let sheet = taken_in.or_else(|| outcome.sheets.iter().find(own));
        let same = |item: &&PriorItem| (&item.contract, item.to) == (&payout.contract, payout.to);
        let prior = outcome.prior.iter().find(same).map_or(Yen::ZERO, |item| item.reported.amount);
        let theirs = sheet.map(|s| s.reported_sales.plus(s.reported_refunds).amount.saturating_add(prior));
        if theirs != Some(reported(payout)) {
            findings.push(format!("payout {} has another sum than its sheet", payout.id));
        }
    }
}

/// Lines hold every sale and every share of every payout.
fn lines(facts: &Facts, outcome: &Outcome, findings: &mut Vec<String>) {
    let sum = |amounts: &mut dyn Iterator<Item = Yen>| amounts.fold(Yen::ZERO, Yen::saturating_add);
    let ours = |state| sum(&mut facts.sales.iter().filter(move |s| s.state == state).map(|s| s.amount));
    let opening = sum(&mut facts.sales.iter().filter(|s| s.is_opening()).map(|s| s.amount));
    let completed = ours(crate::facts::SaleState::Completed).saturating_sub(opening);
    for (what, left, right) in [
        ("net", sum(&mut outcome.lines.iter().map(|l| l.net.amount)), completed),
        ("from before", sum(&mut outcome.lines.iter().map(|l| l.opening.amount)), opening),
        (
            "unknown",
            sum(&mut outcome.lines.iter().map(|l| l.unknown.amount)),
            ours(crate::facts::SaleState::Unknown),
        ),
        (
            "late",
            sum(&mut outcome.lines.iter().map(|l| l.late.amount)),
            sum(&mut facts.sales.iter().filter(|s| s.is_late()).map(|s| s.amount)),
        ),
        (
            "late in the list",
            sum(&mut outcome.late.iter().map(|l| l.amount)),
            sum(&mut outcome.lines.iter().map(|l| l.late.amount)),
        ),
        (
            "fee",
            sum(&mut outcome.lines.iter().map(|l| l.fee)),
            sum(&mut outcome.payouts.iter().map(|p| p.fee.saturating_add(p.fee_tax))),
        ),
        (
            "expected",
            sum(&mut outcome.lines.iter().map(|l| l.expected)),
            sum(&mut outcome.payouts.iter().map(|p| p.net)),
        ),
        (
            "deposited",
            sum(&mut outcome.lines.iter().map(|l| l.deposited)),
            sum(&mut outcome.payouts.iter().map(|p| p.deposited)),
        ),
        (
            "reported",
            sum(&mut outcome.lines.iter().map(|l| l.reported.amount)),
            sum(&mut outcome.payouts.iter().map(|p| p.sales.plus(p.refunds).amount)),
        ),
    ] {
        if left != right {
            findings.push(format!("lines have {left} {what}, facts and payouts have {right}"));
        }
    }
}
