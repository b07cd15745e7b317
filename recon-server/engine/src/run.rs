//! One run: gate, joins, classes, payouts, deposits, report, in this order; then everything sorted.
//!
//! Invariant: a function of the facts alone. No list keeps the order in which the facts were given.

use std::{collections::BTreeMap, sync::Arc};

use domain::time::CivilDate;

use crate::{
    alias,
    check::{BadFacts, check, twice},
    class::{ExceptionClass, Leg, Verdict},
    counter,
    facts::Facts,
    gaps,
    ledger::age,
    leg1::{self, Way},
    lines::{self, Lines},
    locks,
    memory::{Memory, Rerun},
    notices,
    outcome::{DaySummary, Disposition, Exception, Figure, Link, Outcome, ReportLine, Side},
    setoff::{self, Settled},
    shares, sheet, trustee, variance,
    world::World,
    years,
};

/// Reconciles everything that is known as of a day.
///
/// # Errors
/// When the facts contradict themselves (double ids, rows of a contract that is not given) or a sum leaves the range of yen.
pub fn reconcile(facts: &Facts) -> Result<Outcome, BadFacts> {
    Ok(matched(facts, Way::Cut)?.0)
}

/// The same without partitions: each contract is matched as one. Slower, and the same bytes; for checks that the partitions cut nothing
/// apart (reconciliation.md 5.6, "oracle").
///
/// # Errors
/// As [`reconcile`].
pub fn reconcile_uncut(facts: &Facts) -> Result<Outcome, BadFacts> {
    Ok(matched(facts, Way::Uncut)?.0)
}

/// The same, with what earlier runs found: partitions whose digest is known are not matched again (reconciliation.md 5.6). The result has
/// the same bytes as [`reconcile`] gives; beside it stands which partitions were computed.
///
/// # Errors
/// As [`reconcile`].
pub fn reconcile_with(facts: &Facts, memory: &mut Memory) -> Result<(Outcome, Rerun), BadFacts> {
    matched(facts, Way::Remembering(memory))
}

fn matched(facts: &Facts, way: Way<'_>) -> Result<(Outcome, Rerun), BadFacts> {
    check(facts)?;
    let world = World::new(facts);
    twice(&world)?;
    let (mut leg1, rerun) = leg1::run(&world, way);
    leg1.exceptions.extend(notices::told(&world));
    let conflicts = notices::conflicts(&world, &leg1.decisions, &leg1.exceptions);
    leg1.exceptions.extend(conflicts);
    let Settled { payouts, mut leg3 } = setoff::settle(&world, &leg1)?;
    let leg2 = variance::reviews(&world, &payouts);
    let outside = trustee::outside(&world);
    leg3.exceptions.extend(years::reviews(&world, &payouts));
    leg3.exceptions.extend(trustee::late(&world, &payouts));
    let aliases = alias::proposals(&world, &payouts, &leg3.dispositions);
    let mut lines = Lines::new(&world, &leg1);
    leg1.exceptions.iter().chain(&outside).for_each(|exception| lines.attach(&world, exception));
    let of_payouts: Vec<Exception> = leg3.exceptions.iter().chain(&leg2).cloned().collect();
    shares::share(&world, &leg1, &payouts, &of_payouts, &mut lines);
    let mut exceptions = counter::terminals(&world, &mut lines);
    exceptions.extend(counter::days(&world, &mut lines));
    let of_sheets: Vec<Exception> = leg1.exceptions.iter().chain(&outside).chain(&leg2).cloned().collect();
    let mut sheets = sheet::sheets(&world, &leg1, &payouts, &of_sheets);
    exceptions.extend(of_sheets);
    let missing = gaps::missing(&world, &leg1.exceptions);
    exceptions.extend(missing.iter().map(|missing| missing.exception.clone()));
    exceptions.extend(leg3.exceptions);
    // The locks say nothing of how things stand today: the verdict is that of the present sheets.
    let worst = exceptions.iter().map(|e| e.verdict).chain(sheets.iter().map(|s| s.verdict)).max();
    let arrived = locks::prior::Arrived::of(&world, &payouts, &leg3.links);
    let behind = locks::prior::apply(&world, &mut sheets, &arrived);
    let worst = behind.exceptions.iter().map(|e| e.verdict).chain(worst).max();
    exceptions.extend(behind.exceptions);
    exceptions.sort_by(|a, b| a.order().cmp(&b.order()));
    let links = all_links(leg1.links, leg3.links);
    let mut sets = leg1.sets;
    sets.sort_by(|a, b| a.id.cmp(&b.id));
    let mut decisions = leg1.decisions;
    decisions.sort_by(|a, b| a.sale.cmp(&b.sale));
    let dispositions = all_dispositions(leg1.dispositions, leg3.dispositions);
    let lines = finish_lines(lines);
    let mut days = days(&lines, &exceptions);
    gaps::hold_open(&missing, &mut days);
    exceptions.iter_mut().for_each(|exception| age(&world, exception));
    let outcome = Outcome {
        as_of: facts.as_of,
        config_version: facts.config_version.clone(),
        verdict: worst.unwrap_or_default(),
        links,
        sets,
        decisions,
        payouts: payouts.into_values().collect(),
        days,
        late: lines::late(&world),
        lines,
        sheets,
        exceptions,
        dispositions,
        aliases,
        prior: behind.items,
        standing: behind.standing,
    };
    Ok((outcome, rerun))
}

/// The links of leg 1, which are in order, then those of leg 3.
fn all_links(of_rows: Vec<(usize, Arc<Link>)>, mut of_cash: Vec<Link>) -> Vec<Arc<Link>> {
    of_cash.sort_by(|a, b| (a.leg, &a.left, &a.right).cmp(&(b.leg, &b.left, &b.right)));
    of_rows.into_iter().map(|(_, link)| link).chain(of_cash.into_iter().map(Arc::new)).collect()
}

/// Where everything ended: leg 1, which is in order, then leg 3.
fn all_dispositions(
    of_rows: Vec<(Side, usize, Arc<Disposition>)>,
    mut of_cash: Vec<Disposition>,
) -> Vec<Arc<Disposition>> {
    of_cash.sort_by(|a, b| (a.side, &a.id).cmp(&(b.side, &b.id)));
    of_rows.into_iter().map(|(.., placed)| placed).chain(of_cash.into_iter().map(Arc::new)).collect()
}

fn finish_lines(lines: Lines<'_>) -> Vec<ReportLine> {
    let mut done: Vec<ReportLine> = lines.into_lines();
    for line in &mut done {
        line.exceptions.sort_unstable();
        line.exceptions.dedup();
    }
    done
}

/// One summary a day, over its lines and what is raised about it.
fn days(lines: &[ReportLine], exceptions: &[Exception]) -> Vec<DaySummary> {
    let by_id: BTreeMap<&str, &Exception> = exceptions.iter().map(|e| (e.id.as_str(), e)).collect();
    let mut days: BTreeMap<CivilDate, (Verdict, Figure, i64, BTreeMap<_, String>)> = BTreeMap::new();
    for line in lines {
        let day = days.entry(line.business_day).or_default();
        day.0 = day.0.max(line.verdict);
        day.1 = day.1.plus(line.net);
        day.2 = day.2.saturating_add(line.breaks_gross.get());
        for exception in line.exceptions.iter().filter_map(|id| by_id.get(id.as_str())) {
            day.3.entry(exception.class).or_insert_with(|| exception.sentence_ja.clone());
        }
    }
    for exception in
        exceptions.iter().filter(|e| e.class.leg() == Leg::Counter && e.class != ExceptionClass::TerminalDiff)
    {
        let day = days.entry(exception.day).or_default();
        day.0 = day.0.max(exception.verdict);
        day.3.entry(exception.class).or_insert_with(|| exception.sentence_ja.clone());
    }
    let summaries = days.into_iter().map(|(business_day, (verdict, net, breaks, sentences))| DaySummary {
        business_day,
        verdict,
        net,
        breaks_gross: domain::money::Yen::new(breaks),
        sentences_ja: sentences.into_values().collect(),
    });
    summaries.collect()
}
