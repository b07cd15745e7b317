//! Stages 3 to 5 of the slow matcher: windows by asking every pair, sets by augmenting paths, sums by trying every assignment.

use std::collections::{BTreeMap, BTreeSet};

use domain::{money::Yen, time::CivilDate};
use engine::{
    Contract,
    facts::{Row, RowClass, SaleState},
    matching::Accept,
};

use crate::oracle::{End, Half, Slow, sole};

/// Contract, money back, yen, day, brand, terminal.
type Class = (String, bool, i64, CivilDate, Option<String>, Option<String>);

fn place(half: &Half<'_>) -> Option<String> {
    half.sale.sheet_number.clone().or(half.sale.terminal_id.clone())
}

fn clash<T: PartialEq>(a: &Option<T>, b: &Option<T>) -> bool {
    a.is_some() && b.is_some() && a != b
}

/// Most pairs at once, by augmenting paths.
pub fn largest(halves: &[usize], rows: &[usize], near: &dyn Fn(usize, usize) -> bool) -> usize {
    fn grow(
        h: usize,
        rows: &[usize],
        near: &dyn Fn(usize, usize) -> bool,
        of_row: &mut BTreeMap<usize, usize>,
        seen: &mut BTreeSet<usize>,
    ) -> bool {
        for r in rows.iter().filter(|r| near(h, **r)) {
            if seen.insert(*r) {
                let free = match of_row.get(r).copied() {
                    None => true,
                    Some(other) => grow(other, rows, near, of_row, seen),
                };
                if free {
                    of_row.insert(*r, h);
                    return true;
                }
            }
        }
        false
    }
    let mut of_row = BTreeMap::new();
    halves.iter().filter(|h| grow(**h, rows, near, &mut of_row, &mut BTreeSet::new())).count()
}

impl Slow<'_> {
    fn contract(&self, id: &str) -> &Contract {
        self.facts.contracts.iter().find(|c| c.id.as_str() == id).unwrap()
    }

    fn contract_of(&self, h: usize) -> &Contract {
        self.contract(self.halves[h].sale.contract.as_ref().unwrap().as_str())
    }

    /// Stage 3: every pair that may be one, by place, brand, amount and time; sole on both sides.
    pub fn windows(&mut self, any_digits: bool) {
        let edges = self.edges(|h, r| self.window_fits(any_digits, h, r));
        let pairs = sole(&edges);
        for h in edges.iter().map(|(h, _)| *h) {
            let taken = pairs.iter().any(|(p, _)| *p == h);
            if self.halves[h].sale.state == SaleState::Unknown && !taken {
                self.doubts.insert(h);
            }
        }
        for (h, r) in pairs {
            self.pair(h, r);
        }
    }

    fn window_fits(&self, any_digits: bool, h: usize, r: usize) -> bool {
        let (half, row) = (&self.halves[h], self.rows[r]);
        let rule = self.contract_of(h).matching.window;
        let unknown = half.sale.state == SaleState::Unknown;
        let class = if half.gives_back { RowClass::Refund } else { RowClass::Sale };
        let seconds = match (half.gives_back, unknown) {
            (true, _) => 14 * 86_400,
            (false, true) => 600,
            (false, false) => i64::from(rule.window_seconds),
        };
        let digits = clash(&half.sale.payer_digits, &row.payer_digits);
        self.half_end[h] == End::Free
            && self.row_end[r] == End::Free
            && (rule.accept != Accept::Never || (unknown && !any_digits))
            && row.class == class
            && row.occurrence == 1
            && half.sale.contract.as_ref() == Some(&row.contract)
            && half.amount == row.amount
            && half.at.ms_since(row.at).abs() <= seconds * 1_000
            && !clash(&half.sale.brand, &row.brand)
            && !clash(&place(half), &row.terminal_id)
            && !clash(&half.sale.slip_number, &row.slip_number)
            && (!digits || (any_digits && !unknown))
            && !(unknown && (place(half).is_none() || row.terminal_id.is_none()))
    }

    /// Stage 4. Charges first: a reversal counts where its charge was found.
    pub fn alike(&mut self) {
        for gives_back in [false, true] {
            let mut classes: BTreeMap<Class, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
            for h in (0..self.halves.len()).filter(|h| self.halves[*h].gives_back == gives_back) {
                if self.counts(h) && self.contract_of(h).matching.window.accept != Accept::Never {
                    let class = self.class_of_half(h);
                    classes.entry(class).or_default().0.push(h);
                }
            }
            for r in 0..self.rows.len() {
                let class = if gives_back { RowClass::Refund } else { RowClass::Sale };
                if self.rows[r].class == class && self.row_end[r] == End::Free && self.stands_alone(r) {
                    let class = self.class_of_row(r, gives_back);
                    classes.entry(class).or_default().1.push(r);
                }
            }
            for (class, (halves, rows)) in classes {
                let (halves, rows) = self.anonymous(halves, rows);
                if !halves.is_empty() && !rows.is_empty() {
                    self.class(&class, &halves, &rows);
                }
            }
        }
    }

    fn class(&mut self, class: &Class, halves: &[usize], rows: &[usize]) {
        let window = i64::from(self.contract(&class.0).matching.window.window_seconds) * 1_000;
        let timeless = rows.iter().all(|r| (self.rows[*r].at.as_seconds() + 9 * 3_600) % 86_400 == 0);
        let times: Vec<Vec<bool>> = (0..self.halves.len())
            .map(|h| self.rows.iter().map(|r| self.halves[h].at.ms_since(r.at).abs() <= window).collect())
            .collect();
        let near = |h: usize, r: usize| times[h][r];
        let timed = !timeless && largest(halves, rows, &near) == halves.len().min(rows.len());
        let doubtful = self.doubts.iter().any(|h| {
            let half = &self.halves[*h];
            half.sale.contract.as_ref().is_some_and(|c| c.as_str() == class.0)
                && (half.amount.get(), half.day) == (class.2, class.3)
        });
        let proposed = !(timeless || timed) || doubtful;
        self.set(halves, rows, if timed { Some(&near) } else { None }, proposed, false);
    }

    /// A set; what is too many is the latest that can be.
    pub fn set(
        &mut self,
        halves: &[usize],
        rows: &[usize],
        near: Option<&dyn Fn(usize, usize) -> bool>,
        proposed: bool,
        keyed: bool,
    ) {
        let any = |_: usize, _: usize| true;
        let near = near.unwrap_or(&any);
        let proven = halves.len().min(rows.len());
        let mut by_time = halves.to_vec();
        by_time.sort_by_key(|h| (self.halves[*h].at, *h));
        let mut kept: Vec<usize> = Vec::new();
        for h in by_time {
            kept.push(h);
            if largest(&kept, rows, near) < kept.len() {
                kept.pop();
            }
        }
        for h in halves {
            self.half_end[*h] = if kept.contains(h) { End::Paired } else { End::Spare(keyed) };
        }
        let turned = |r: usize, h: usize| near(h, r);
        let mut by_time = rows.to_vec();
        by_time.sort_by_key(|r| (self.rows[*r].at, *r));
        let mut kept: Vec<usize> = Vec::new();
        for r in by_time {
            kept.push(r);
            if largest(&kept, halves, &turned) < kept.len() {
                kept.pop();
            }
        }
        for r in rows {
            self.row_end[*r] = if kept.contains(r) { End::Paired } else { End::Spare(keyed) };
        }
        let mut ours: Vec<String> = halves.iter().map(|h| self.halves[*h].sale.id.clone()).collect();
        let mut theirs: Vec<String> = rows.iter().map(|r| self.rows[*r].id.clone()).collect();
        ours.sort();
        theirs.sort();
        self.found.sets.insert((ours, theirs, u32::try_from(proven).unwrap(), proposed));
    }

    fn counts(&self, h: usize) -> bool {
        let half = &self.halves[h];
        let other = (0..self.halves.len()).find(|o| *o != h && self.halves[*o].sale.id == half.sale.id);
        self.half_end[h] == End::Free
            && match half.sale.state {
                SaleState::Completed => true,
                SaleState::Unknown | SaleState::NotCharged => false,
                SaleState::Voided => other.is_some_and(|o| self.half_end[o] == End::Paired),
            }
    }

    fn stands_alone(&self, r: usize) -> bool {
        let row = self.rows[r];
        row.occurrence == 1 || (row.slip_number.is_none() && row.payer_digits.is_none())
    }

    /// Whether brands, and terminals, are known on both sides of a contract.
    fn known(&self, contract: &str) -> (bool, bool) {
        let halves = || {
            self.halves.iter().filter(|h| h.sale.contract.as_ref().is_some_and(|c| c.as_str() == contract))
        };
        let rows = || self.rows.iter().filter(|r| r.contract.as_str() == contract);
        (
            halves().any(|h| h.sale.brand.is_some()) && rows().any(|r| r.brand.is_some()),
            halves().any(|h| place(h).is_some()) && rows().any(|r| r.terminal_id.is_some()),
        )
    }

    fn class_of_half(&self, h: usize) -> Class {
        let half = &self.halves[h];
        let contract = half.sale.contract.as_ref().unwrap().to_string();
        let (brands, terminals) = self.known(&contract);
        let brand = half.sale.brand.as_ref().filter(|_| brands).map(|b| b.as_str().to_owned());
        (contract, half.gives_back, half.amount.get(), half.day, brand, place(half).filter(|_| terminals))
    }

    fn class_of_row(&self, r: usize, gives_back: bool) -> Class {
        let row: &Row = self.rows[r];
        let contract = row.contract.to_string();
        let (brands, terminals) = self.known(&contract);
        let brand = row.brand.as_ref().filter(|_| brands).map(|b| b.as_str().to_owned());
        let terminal = row.terminal_id.clone().filter(|_| terminals);
        (contract, gives_back, row.amount.get(), row.at.date(), brand, terminal)
    }

    /// Without those that carry a slip or digits where the other side carries them too.
    fn anonymous(&self, mut halves: Vec<usize>, mut rows: Vec<usize>) -> (Vec<usize>, Vec<usize>) {
        let slips = halves.iter().any(|h| self.halves[*h].sale.slip_number.is_some())
            && rows.iter().any(|r| self.rows[*r].slip_number.is_some());
        let digits = halves.iter().any(|h| self.halves[*h].sale.payer_digits.is_some())
            && rows.iter().any(|r| self.rows[*r].payer_digits.is_some());
        halves.retain(|h| {
            let sale = self.halves[*h].sale;
            !((slips && sale.slip_number.is_some()) || (digits && sale.payer_digits.is_some()))
        });
        rows.retain(|r| {
            let row = self.rows[*r];
            !((slips && row.slip_number.is_some()) || (digits && row.payer_digits.is_some()))
        });
        (halves, rows)
    }

    /// Stage 5.
    pub fn sums(&mut self) {
        let mut parts: BTreeMap<Class, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        let whole_day = |class: Class| (class.0, false, 0, class.3, class.4, class.5);
        for h in 0..self.halves.len() {
            let half = &self.halves[h];
            let open = matches!(self.half_end[h], End::Free | End::Spare(false));
            let stands = half.sale.state == SaleState::Completed && half.amount != Yen::ZERO;
            if open && stands && self.contract_of(h).matching.window.accept != Accept::Never {
                parts.entry(whole_day(self.class_of_half(h))).or_default().0.push(h);
            }
        }
        for r in 0..self.rows.len() {
            let row = self.rows[r];
            let open = matches!(self.row_end[r], End::Free | End::Spare(false));
            let money = matches!(row.class, RowClass::Sale | RowClass::Refund) && row.amount != Yen::ZERO;
            if open && money && self.stands_alone(r) {
                parts.entry(whole_day(self.class_of_row(r, false))).or_default().1.push(r);
            }
        }
        for (halves, rows) in parts.into_values() {
            let (halves, rows) = self.anonymous(halves, rows);
            if !halves.is_empty() && !rows.is_empty() {
                self.partition(&halves, &rows);
            }
        }
    }

    fn partition(&mut self, halves: &[usize], rows: &[usize]) {
        let ours: Vec<i64> = halves.iter().map(|h| self.halves[*h].amount.get()).collect();
        let theirs: Vec<i64> = rows.iter().map(|r| self.rows[*r].amount.get()).collect();
        let (merged, split) = (ways(&theirs, &ours), ways(&ours, &theirs));
        match (merged.len(), split.len()) {
            (0, 0) => {}
            (1, 0) => {
                let way = merged.into_iter().flatten();
                self.found.sums.extend(way.map(|(whole, parts)| (parts, vec![whole])));
            }
            (0, 1) => {
                let way = split.into_iter().flatten();
                self.found.sums.extend(way.map(|(whole, parts)| (vec![whole], parts)));
            }
            _ => {
                let free = |end: &End| *end == End::Free;
                let halves: Vec<usize> =
                    halves.iter().copied().filter(|h| free(&self.half_end[*h])).collect();
                let rows: Vec<usize> = rows.iter().copied().filter(|r| free(&self.row_end[*r])).collect();
                if !halves.is_empty() && !rows.is_empty() {
                    self.ambiguous(&halves, &rows);
                }
            }
        }
    }
}

/// Each whole with the values of its parts, sorted.
type Way = Vec<(i64, Vec<i64>)>;

/// Every way to give each whole two parts or more that add up to it, by trying every assignment of every part.
fn ways(wholes: &[i64], parts: &[i64]) -> BTreeSet<Way> {
    let mut found = BTreeSet::new();
    if parts.len() < wholes.len() * 2 {
        return found;
    }
    let choices = wholes.len() + 1;
    let all = choices.pow(u32::try_from(parts.len()).unwrap());
    for nth in 0..all {
        let mut of_whole: Vec<Vec<i64>> = vec![Vec::new(); choices];
        let mut rest = nth;
        for part in parts {
            of_whole[rest % choices].push(*part);
            rest /= choices;
        }
        let fits = |(whole, own): (&i64, &Vec<i64>)| own.len() >= 2 && own.iter().sum::<i64>() == *whole;
        if wholes.iter().zip(&of_whole).all(fits) {
            let mut way: Way = wholes.iter().copied().zip(of_whole).collect();
            way.iter_mut().for_each(|(_, own)| own.sort_unstable());
            way.sort();
            found.insert(way);
        }
    }
    found
}
