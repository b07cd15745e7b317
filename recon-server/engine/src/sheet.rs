//! 照合書: one page per contract and closing period, folded from the ledger (papers.md 1).
//!
//! Invariant: residual = (1+2+3+4−5) − carried − awaiting + (payout − deposited − in transit); it equals the net of the breaks plus the deposit's
//! difference ([`crate::audit()`] checks it), so 0 with no breaks is green and +1,000 beside −1,000 is not.

use std::collections::{BTreeMap, BTreeSet};

use domain::{money::Yen, time::CivilDate};

use crate::{
    calendar::Period,
    class::Verdict,
    contract::Contract,
    facts::SaleState,
    ledger::{Classified, OurKind, Ours, Timing},
    matching::Grade,
    outcome::{ContractSheet, Exception, Figure, Payout, PayoutState},
    payout::PayoutKey,
    world::World,
};

/// Every sheet, by contract and period.
pub(crate) fn sheets(
    world: &World<'_>,
    leg1: &Classified,
    payouts: &BTreeMap<PayoutKey, Payout>,
    exceptions: &[Exception],
) -> Vec<ContractSheet> {
    let mut keys: BTreeSet<PayoutKey> = payouts.keys().copied().collect();
    keys.extend(leg1.ours.iter().map(|o| (o.contract, world.period(o.contract, o.date))));
    let by_hand = by_hand(world);
    let mut sheets: BTreeMap<PayoutKey, ContractSheet> =
        keys.iter().map(|key| (*key, blank(world, *key, payouts.get(key), &by_hand))).collect();
    for ours in &leg1.ours {
        add_ours(world, &mut sheets, ours);
    }
    for theirs in &leg1.theirs {
        let Some(sheet) =
            sheets.get_mut(&(theirs.contract, world.period(theirs.contract, theirs.closing_date)))
        else {
            continue;
        };
        let side = if theirs.refund { &mut sheet.reported_refunds } else { &mut sheet.reported_sales };
        side.add(if theirs.refund { -1 } else { 1 }, theirs.amount);
        sheet.breaks_net = sheet.breaks_net.minus(Figure::new(theirs.surplus, theirs.difference));
    }
    let counted: BTreeSet<usize> = leg1.ours.iter().map(|ours| ours.sale).collect();
    for (index, sale) in world.sales.iter().enumerate() {
        if let (SaleState::Unknown, Some(contract)) = (sale.state, world.sale_contract[index])
            && let Some(sheet) = sheets.get_mut(&(contract, world.period(contract, sale.payment_date)))
            && !counted.contains(&index)
        {
            sheet.unknown.add(1, sale.amount);
        }
    }
    let mut done: Vec<ContractSheet> = sheets.into_values().collect();
    for sheet in &mut done {
        finish(world, sheet, exceptions);
    }
    done
}

/// Payment notices and deposits that two persons entered from paper, by id.
fn by_hand<'f>(world: &World<'f>) -> BTreeSet<&'f str> {
    let declared = world.facts.declared.iter().filter(|declared| declared.by_hand);
    let deposits = world.facts.deposits.iter().filter(|deposit| deposit.by_hand);
    declared.map(|one| one.id.as_str()).chain(deposits.map(|one| one.id.as_str())).collect()
}

/// What stands behind a sheet: one figure that was entered by hand makes the whole 手入力, because a chain of evidence is as good as its
/// weakest member. Otherwise the contract says what its rows are worth.
fn grade(contract: &Contract, payout: Option<&Payout>, by_hand: &BTreeSet<&str>) -> Grade {
    let behind = payout.into_iter().flat_map(|payout| {
        let declared = payout.declared.iter().flat_map(|declared| &declared.ids);
        payout.deposits.iter().chain(declared)
    });
    let any = behind.into_iter().any(|id| by_hand.contains(id.as_str()));
    if any { Grade::ByHand } else { contract.matching.grade }
}

/// A sheet with its payout's lines filled in.
fn blank(
    world: &World<'_>,
    key: PayoutKey,
    payout: Option<&Payout>,
    by_hand: &BTreeSet<&str>,
) -> ContractSheet {
    let (contract, Period { from, to }) = key;
    let c = world.contracts[contract];
    let expected_on = world.facts.calendar.payout_day(&c.payout, to);
    let state = if world.facts.as_of <= to { PayoutState::Open } else { PayoutState::CarriedOver };
    let arrived = payout.map_or(Yen::ZERO, |p| p.deposited);
    let net = payout.map_or(Yen::ZERO, |p| p.net);
    let waiting = payout.is_some_and(|p| p.deposits.is_empty());
    ContractSheet {
        contract: c.id.clone(),
        label_ja: c.label_ja.clone(),
        from,
        to,
        opening: Figure::default(),
        from_before: Figure::default(),
        sales: Figure::default(),
        settled_unknowns: Figure::default(),
        refunds: Figure::default(),
        reported_sales: Figure::default(),
        reported_refunds: Figure::default(),
        carried: Figure::default(),
        awaiting: Figure::default(),
        breaks_net: Figure::default(),
        breaks_gross: Yen::ZERO,
        unknown: Figure::default(),
        fee: payout.map_or(Yen::ZERO, |p| p.fee),
        fee_tax: payout.map_or(Yen::ZERO, |p| p.fee_tax),
        payout: net,
        expected_on: payout.map_or(expected_on, |p| p.expected_on),
        deposited: arrived,
        deposited_on: payout.and_then(|p| p.deposited_on),
        in_transit: if waiting { net } else { Yen::ZERO },
        residual: Yen::ZERO,
        payout_state: payout.map_or(state, |p| p.state),
        grade: grade(c, payout, by_hand),
        verdict: Verdict::Matched,
        sentence_ja: String::new(),
    }
}

/// One thing of ours into its own period, and into every period between it and its row.
fn add_ours(world: &World<'_>, sheets: &mut BTreeMap<PayoutKey, ContractSheet>, ours: &Ours) {
    let own = world.period(ours.contract, ours.date);
    let figure = Figure::new(ours.count, ours.amount);
    if let Some(sheet) = sheets.get_mut(&(ours.contract, own)) {
        match ours.kind {
            // Taken before this system: of the closing's own sales none, whatever its day.
            OurKind::Sale if world.sales[ours.sale].is_opening() => {
                sheet.opening = sheet.opening.plus(figure)
            }
            OurKind::Sale | OurKind::VoidPair => sheet.sales = sheet.sales.plus(figure),
            OurKind::SettledUnknown => sheet.settled_unknowns = sheet.settled_unknowns.plus(figure),
            OurKind::Refund => sheet.refunds = sheet.refunds.plus(figure),
        }
        match ours.timing {
            Timing::Awaiting => sheet.awaiting = sheet.awaiting.plus(figure),
            Timing::Break => sheet.breaks_net = sheet.breaks_net.plus(figure),
            Timing::Reported(_) | Timing::Cutoff => {}
        }
    }
    let reported = match ours.timing {
        Timing::Reported(day) => Some(world.period(ours.contract, day).to),
        Timing::Cutoff => None,
        Timing::Awaiting | Timing::Break => return,
    };
    if let (true, Some(to)) = (world.sales[ours.sale].is_opening(), reported)
        && let Some(sheet) = sheets.iter_mut().find(|(key, _)| key.0 == ours.contract && key.1.to == to)
    {
        sheet.1.from_before = sheet.1.from_before.plus(figure);
    }
    if reported == Some(own.to) {
        return;
    }
    // Unreported at the end of a period: ours by then, theirs later (or, around midnight, the other way round).
    let open_after =
        |to: CivilDate| i64::from(own.to <= to) - i64::from(reported.is_some_and(|day| day <= to));
    let same = |(contract, _): &&PayoutKey| *contract == ours.contract;
    let periods: Vec<PayoutKey> = sheets.keys().filter(same).copied().collect();
    for key in periods {
        let Some(sheet) = sheets.get_mut(&key) else { continue };
        for (side, open) in [
            (&mut sheet.carried, open_after(key.1.to)),
            (&mut sheet.opening, open_after(key.1.from.plus_days(-1))),
        ] {
            *side = match open {
                1 => side.plus(figure),
                -1 => side.minus(figure),
                _ => *side,
            };
        }
    }
}

/// Residual, breaks and verdict.
fn finish(world: &World<'_>, sheet: &mut ContractSheet, exceptions: &[Exception]) {
    let ours = sheet.opening.plus(sheet.sales).plus(sheet.settled_unknowns).plus(sheet.refunds);
    let gap = ours.minus(sheet.reported_sales).minus(sheet.reported_refunds);
    let unexplained = gap.minus(sheet.carried).minus(sheet.awaiting).amount;
    let cash = sheet.payout.saturating_sub(sheet.deposited).saturating_sub(sheet.in_transit);
    sheet.residual = unexplained.saturating_add(cash);
    let period = Period { from: sheet.from, to: sheet.to };
    let mine = |e: &&Exception| {
        let about_payout = e.class.leg() == crate::class::Leg::PayoutDeposit;
        e.contract.as_ref() == Some(&sheet.contract) && !about_payout && period.holds(e.day)
    };
    let mut verdict = payout_verdict(sheet.payout_state);
    let mut breaks = cash.get().saturating_abs();
    for exception in exceptions.iter().filter(mine) {
        verdict = verdict.max(exception.verdict);
        breaks = breaks.saturating_add(exception.breaks().get());
    }
    sheet.breaks_gross = Yen::new(breaks);
    if sheet.residual != Yen::ZERO {
        verdict = verdict.max(Verdict::Differences);
    }
    if !sheet.awaiting.is_zero() {
        verdict = Verdict::Incomplete;
    }
    sheet.verdict = verdict;
    let claim = world.contracts.iter().any(|c| c.id == sheet.contract && c.is_claim());
    sheet.sentence_ja = sentence(sheet, claim, None);
}

/// What the state of a payout alone allows.
pub(crate) const fn payout_verdict(state: PayoutState) -> Verdict {
    match state {
        PayoutState::Arrived | PayoutState::CarriedOver => Verdict::Matched,
        PayoutState::Open | PayoutState::NotDue => Verdict::Pending,
        PayoutState::Overdue | PayoutState::AmountDiffers => Verdict::Differences,
        PayoutState::BankFileMissing => Verdict::Incomplete,
    }
}

/// `一致（翌期繰越 1件 300円）` and the like.
pub(crate) fn sentence(sheet: &ContractSheet, claim: bool, prior_ja: Option<&str>) -> String {
    let mut notes: Vec<String> = prior_ja.map(str::to_owned).into_iter().collect();
    let mut note = |word: &str, figure: Figure| {
        if !figure.is_zero() {
            notes.push(format!("{word} {}件 {}円", figure.count, figure.amount));
        }
    };
    note("翌期繰越", sheet.carried);
    note("資料未着", sheet.awaiting);
    note("結果不明", sheet.unknown);
    if sheet.breaks_gross > Yen::ZERO {
        notes.push(format!("差異の総額 {}円・差引（当方−会社） {}円", sheet.breaks_gross, sheet.residual));
    }
    let waits = matches!(sheet.payout_state, PayoutState::Open | PayoutState::NotDue | PayoutState::Overdue);
    if claim && waits {
        notes.push(claimed(sheet));
    } else if payout_verdict(sheet.payout_state) != Verdict::Matched {
        notes.push(format!("入金 {}", sheet.payout_state.label_ja()));
    }
    if notes.is_empty() {
        sheet.verdict.label_ja().to_owned()
    } else {
        format!("{}（{}）", sheet.verdict.label_ja(), notes.join("、"))
    }
}

/// `調定済・収納未済 4件 1,200円、手数料を引いた1,104円は令和8年8月31日(月)に入金予定`.
fn claimed(sheet: &ContractSheet) -> String {
    let figure = sheet.reported_sales.plus(sheet.reported_refunds);
    let when = match sheet.payout_state {
        PayoutState::Overdue => "の期日を過ぎても未入金",
        _ => "に入金予定",
    };
    format!(
        "調定済・収納未済 {}件 {}円、手数料を引いた{}円は{}{when}",
        figure.count,
        figure.amount,
        sheet.payout,
        sheet.expected_on.to_japanese()
    )
}
