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
use rustc_hash::FxHashMap;

use crate::{
    class::Verdict,
    facts::{SaleKind, SaleState},
    ledger::{Classified, Theirs, Timing},
    outcome::{Exception, Figure, LateConfirmed, ReportLine},
    world::World,
};

/// What makes a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LineKey<'f> {
    pub day: CivilDate,
    pub counter: Option<&'f CounterId>,
    pub contract: Option<usize>,
    pub method: Method,
    pub brand: Option<&'f BrandCode>,
}

/// Lines under construction.
#[derive(Default)]
pub(crate) struct Lines<'f> {
    place: FxHashMap<LineKey<'f>, usize>,
    list: Vec<(LineKey<'f>, ReportLine)>,
    /// The line of each sale, by place of the sale; none of what counts nowhere.
    of_sale: Vec<Option<usize>>,
    /// The line of each row that counts, by place of the row.
    of_row: Vec<Option<usize>>,
}

impl<'f> LineKey<'f> {
    /// The line of a sale.
    pub fn of_sale(world: &World<'f>, index: usize) -> Self {
        let sale = world.sales[index];
        Self {
            day: sale.business_day,
            counter: sale.own_counter(),
            contract: world.sale_contract[index],
            method: sale.method,
            brand: sale.brand.as_ref(),
        }
    }

    /// The line of a row that no sale stands behind.
    fn of_row(world: &World<'f>, row: usize) -> Self {
        let r = world.rows[row];
        let (method, brand) = world.method_of_row(row);
        Self {
            day: r.at.date(),
            counter: r.terminal_id.as_deref().and_then(|t| world.counter_of(t)),
            contract: Some(world.row_contract[row]),
            method,
            brand,
        }
    }
}

impl<'f> Lines<'f> {
    /// Lines with the figures of both sides.
    pub fn new(world: &World<'f>, leg1: &Classified) -> Self {
        let mut lines = Self { of_row: vec![None; world.rows.len()], ..Self::default() };
        // Each key is looked up once: afterwards sales and rows know their lines by place.
        for index in 0..world.sales.len() {
            let counts = world.sales[index].state != SaleState::NotCharged;
            let place = counts.then(|| lines.place(world, LineKey::of_sale(world, index)));
            lines.of_sale.push(place);
        }
        let mut reported = vec![false; world.sales.len()];
        for ours in &leg1.ours {
            if matches!(ours.timing, Timing::Reported(_)) {
                reported[ours.sale] = true;
            }
            let missing = if ours.timing == Timing::Break { ours.amount } else { Yen::ZERO };
            let Some(place) = lines.of_sale[ours.sale] else { continue };
            let line = &mut lines.list[place].1;
            line.difference = line.difference.saturating_sub(missing);
        }
        for (index, reported) in reported.into_iter().enumerate() {
            lines.sale(world, index, reported);
        }
        for theirs in &leg1.theirs {
            let Some(place) = lines.new_of_theirs(world, theirs) else { continue };
            let line = &mut lines.list[place].1;
            line.reported.add(if theirs.refund { -1 } else { 1 }, theirs.amount);
            line.difference = line.difference.saturating_add(theirs.difference);
            if let Some(row) = theirs.row {
                lines.of_row[row] = Some(place);
            }
        }
        lines
    }

    fn sale(&mut self, world: &World<'f>, index: usize, reported: bool) {
        let sale = world.sales[index];
        let Some(place) = self.of_sale[index] else { return };
        let line = &mut self.list[place].1;
        match (sale.kind, sale.state) {
            (_, SaleState::Unknown) => line.unknown.add(1, sale.amount),
            (SaleKind::Refund, SaleState::Completed) => line.refunds.add(1, sale.amount),
            (SaleKind::Refund, SaleState::Voided) | (_, SaleState::NotCharged) => {}
            (SaleKind::Sale, _) if sale.is_opening() => line.opening.add(1, sale.amount),
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
    pub fn line(&mut self, world: &World<'f>, key: LineKey<'f>) -> &mut ReportLine {
        let place = self.place(world, key);
        &mut self.list[place].1
    }

    fn place(&mut self, world: &World<'f>, key: LineKey<'f>) -> usize {
        let next = self.list.len();
        let place = *self.place.entry(key).or_insert(next);
        if place == next {
            self.list.push((key, blank(world, key)));
        }
        place
    }

    /// The line of something of theirs, made when it is not there.
    fn new_of_theirs(&mut self, world: &World<'f>, theirs: &Theirs) -> Option<usize> {
        match (theirs.sale, theirs.row) {
            (Some(sale), _) => {
                let known = self.of_sale[sale];
                let place = known.unwrap_or_else(|| self.place(world, LineKey::of_sale(world, sale)));
                self.of_sale[sale] = Some(place);
                Some(place)
            }
            (None, Some(row)) => Some(self.place(world, LineKey::of_row(world, row))),
            (None, None) => None,
        }
    }

    /// The place of the line of something of theirs that counts.
    pub fn of_theirs(&self, theirs: &Theirs) -> Option<usize> {
        match (theirs.sale, theirs.row) {
            (Some(sale), _) => self.of_sale[sale],
            (None, Some(row)) => self.of_row[row],
            (None, None) => None,
        }
    }

    /// The key of the line at a place.
    pub fn key(&self, place: usize) -> LineKey<'f> {
        self.list[place].0
    }

    /// The line of a key, where there is one.
    pub fn get(&self, key: &LineKey<'f>) -> Option<&ReportLine> {
        self.place.get(key).map(|place| &self.list[*place].1)
    }

    /// Keys by day and counter, in their order.
    pub fn by_counter(&self) -> BTreeMap<(CivilDate, &'f CounterId), BTreeSet<LineKey<'f>>> {
        let mut keys: BTreeMap<_, BTreeSet<LineKey<'f>>> = BTreeMap::new();
        for (key, _) in &self.list {
            if let Some(counter) = key.counter {
                keys.entry((key.day, counter)).or_default().insert(*key);
            }
        }
        keys
    }

    /// All lines, in the order of their keys.
    pub fn into_lines(mut self) -> Vec<ReportLine> {
        self.list.sort_unstable_by_key(|(key, _)| *key);
        self.list.into_iter().map(|(_, line)| line).collect()
    }

    /// Hangs an exception on the lines of its members; its yen count in the first of them only.
    pub fn attach(&mut self, world: &World<'f>, exception: &Exception) {
        let mut keys: BTreeSet<LineKey<'f>> = BTreeSet::new();
        for member in &exception.members {
            let row = world.rows.binary_search_by(|row| row.id.as_str().cmp(member)).ok();
            let counted = row.and_then(|row| self.of_row[row]).map(|place| self.key(place));
            let sold = || world.sale(member).map(|sale| LineKey::of_sale(world, sale));
            keys.extend(counted.or_else(sold).or_else(|| row.map(|row| LineKey::of_row(world, row))));
        }
        for (nth, key) in keys.into_iter().enumerate() {
            self.hang(world, key, exception, nth == 0);
        }
    }

    /// Hangs an exception on one line.
    pub fn hang(&mut self, world: &World<'f>, key: LineKey<'f>, exception: &Exception, with_yen: bool) {
        let line = self.line(world, key);
        line.verdict = line.verdict.max(exception.verdict);
        line.exceptions.push(exception.id.clone());
        if with_yen {
            line.breaks_gross = line.breaks_gross.saturating_add(exception.breaks());
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

fn blank(world: &World<'_>, key: LineKey<'_>) -> ReportLine {
    let received = key.contract.is_none_or(|c| world.covered(c, key.day) || world.own_figures(c));
    ReportLine {
        business_day: key.day,
        counter: key.counter.cloned(),
        contract: key.contract.map(|c| world.contracts[c].id.clone()),
        method: key.method,
        brand: key.brand.cloned(),
        sales: Figure::default(),
        voids: Figure::default(),
        refunds: Figure::default(),
        net: Figure::default(),
        late: Figure::default(),
        provisional: Figure::default(),
        unknown: Figure::default(),
        opening: Figure::default(),
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
