//! The daily report: one line per day, counter, contract, method and brand.
//!
//! Invariants: every sale and every row stands in exactly one line; shares of a closing's fee, payout and deposit add up to them exactly.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    id::{BrandCode, CounterId},
    method::Method,
    money::Yen,
    time::CivilDate,
};

use crate::{
    class::Verdict,
    facts::{SaleKind, SaleState},
    ledger::{Classified, Theirs, Timing},
    outcome::{Exception, Figure, LateConfirmed, ReportLine},
    world::World,
};

/// What makes a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LineKey {
    pub day: CivilDate,
    pub counter: Option<CounterId>,
    pub contract: Option<usize>,
    pub method: Method,
    pub brand: Option<BrandCode>,
}

/// Lines under construction.
pub(crate) struct Lines {
    pub map: BTreeMap<LineKey, ReportLine>,
    /// Lines of each sale and row by id.
    members: BTreeMap<String, LineKey>,
}

impl LineKey {
    /// The line of a sale.
    pub fn of_sale(world: &World<'_>, index: usize) -> Self {
        let sale = world.sales[index];
        Self {
            day: sale.business_day,
            counter: Some(sale.counter.clone()),
            contract: world.sale_contract[index],
            method: sale.method,
            brand: sale.brand.clone(),
        }
    }

    /// The line of a row that no sale stands behind.
    fn of_row(world: &World<'_>, row: usize) -> Self {
        let r = world.rows[row];
        let (method, brand) = world.method_of_row(row);
        Self {
            day: r.at.date(),
            counter: r.terminal_id.as_deref().and_then(|t| world.counter_of(t)).cloned(),
            contract: Some(world.row_contract[row]),
            method,
            brand,
        }
    }

    /// The line of something of theirs.
    pub fn of_theirs(world: &World<'_>, theirs: &Theirs) -> Option<Self> {
        match (theirs.sale, theirs.row) {
            (Some(sale), _) => Some(Self::of_sale(world, sale)),
            (None, Some(row)) => Some(Self::of_row(world, row)),
            (None, None) => None,
        }
    }
}

impl Lines {
    /// Lines with the figures of both sides.
    pub fn new(world: &World<'_>, leg1: &Classified) -> Self {
        let mut lines = Self { map: BTreeMap::new(), members: BTreeMap::new() };
        let mut reported = BTreeSet::new();
        for ours in &leg1.ours {
            if matches!(ours.timing, Timing::Reported(_)) {
                reported.insert(ours.sale);
            }
            let missing = if ours.timing == Timing::Break { ours.amount } else { Yen::ZERO };
            let line = lines.line(world, LineKey::of_sale(world, ours.sale));
            line.difference = line.difference.saturating_sub(missing);
        }
        for index in 0..world.sales.len() {
            lines.sale(world, index, reported.contains(&index));
        }
        for theirs in &leg1.theirs {
            let Some(key) = LineKey::of_theirs(world, theirs) else { continue };
            let line = lines.line(world, key.clone());
            line.reported.add(if theirs.refund { -1 } else { 1 }, theirs.amount);
            line.difference = line.difference.saturating_add(theirs.difference);
            if let Some(row) = theirs.row {
                lines.members.insert(world.rows[row].id.clone(), key);
            }
        }
        lines
    }

    fn sale(&mut self, world: &World<'_>, index: usize, reported: bool) {
        let sale = world.sales[index];
        let key = LineKey::of_sale(world, index);
        self.members.insert(sale.id.clone(), key.clone());
        let line = self.line(world, key);
        match (sale.kind, sale.state) {
            (_, SaleState::Unknown) => line.unknown.add(1, sale.amount),
            (SaleKind::Refund, SaleState::Completed) => line.refunds.add(1, sale.amount),
            (SaleKind::Refund, SaleState::Voided) => {}
            (SaleKind::Sale, state) => {
                line.sales.add(1, sale.amount);
                if state == SaleState::Voided {
                    line.voids.add(1, sale.amount);
                } else {
                    if sale.is_late() {
                        line.late.add(1, sale.amount);
                    }
                    if sale.provisional && !reported {
                        line.provisional.add(1, sale.amount);
                    }
                }
            }
        }
        let refunds = Figure::new(-line.refunds.count, line.refunds.amount);
        line.net = line.sales.minus(line.voids).plus(refunds);
    }

    /// The line of a key, made when it is not there.
    pub fn line(&mut self, world: &World<'_>, key: LineKey) -> &mut ReportLine {
        self.map.entry(key.clone()).or_insert_with(|| blank(world, key))
    }

    /// Hangs an exception on the lines of its members; its yen count in the first of them only.
    pub fn attach(&mut self, world: &World<'_>, exception: &Exception) {
        let mut keys: BTreeSet<LineKey> = BTreeSet::new();
        for member in &exception.members {
            let key = self.members.get(member).cloned().or_else(|| {
                let place = world.rows.binary_search_by(|row| row.id.as_str().cmp(member)).ok();
                place.map(|row| LineKey::of_row(world, row))
            });
            keys.extend(key);
        }
        for (nth, key) in keys.into_iter().enumerate() {
            self.hang(world, key, exception, nth == 0);
        }
    }

    /// Hangs an exception on one line.
    pub fn hang(&mut self, world: &World<'_>, key: LineKey, exception: &Exception, with_yen: bool) {
        let line = self.line(world, key);
        line.verdict = line.verdict.max(exception.verdict);
        line.exceptions.push(exception.id.clone());
        if with_yen && exception.class.is_break() {
            line.breaks_gross = line.breaks_gross.saturating_add(exception.gross);
        }
    }
}

/// 過日分確定, by business day and sale.
pub(crate) fn late(world: &World<'_>) -> Vec<LateConfirmed> {
    let places = (0..world.sales.len()).filter(|place| world.sales[*place].is_late());
    let confirmed = places.map(|place| {
        let sale = world.sales[place];
        LateConfirmed {
            business_day: sale.business_day,
            sale: sale.id.clone(),
            counter: sale.counter.clone(),
            contract: world.sale_contract[place].map(|contract| world.contracts[contract].id.clone()),
            method: sale.method,
            brand: sale.brand.clone(),
            payment_date: sale.payment_date,
            amount: sale.amount,
        }
    });
    let mut list: Vec<LateConfirmed> = confirmed.collect();
    list.sort();
    list
}

fn blank(world: &World<'_>, key: LineKey) -> ReportLine {
    let received = key.contract.is_none_or(|c| world.covered(c, key.day) || world.own_figures(c));
    ReportLine {
        business_day: key.day,
        counter: key.counter,
        contract: key.contract.map(|c| world.contracts[c].id.clone()),
        method: key.method,
        brand: key.brand,
        sales: Figure::default(),
        voids: Figure::default(),
        refunds: Figure::default(),
        net: Figure::default(),
        late: Figure::default(),
        provisional: Figure::default(),
        unknown: Figure::default(),
        terminal: None,
        reported: Figure::default(),
        statement_received: received,
        fee: Yen::ZERO,
        expected: Yen::ZERO,
        expected_on: None,
        deposited: Yen::ZERO,
        difference: Yen::ZERO,
        breaks_gross: Yen::ZERO,
        exceptions: Vec::new(),
        verdict: Verdict::Matched,
    }
}
