//! The facts of a run, sorted and indexed: from here on the order of the input no longer exists.
//!
//! Invariant: every list is sorted by id; stage 0 (what was received) is answered here and nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    id::{BrandCode, ContractId, CounterId},
    method::Method,
    time::CivilDate,
};

use crate::{
    calendar::{Period, period_of},
    contract::Contract,
    facts::{Deposit, Facts, Row, Sale},
};

/// Sorted facts.
pub(crate) struct World<'f> {
    pub facts: &'f Facts,
    pub sales: Vec<&'f Sale>,
    pub rows: Vec<&'f Row>,
    pub deposits: Vec<&'f Deposit>,
    pub contracts: Vec<&'f Contract>,
    /// Contract of each sale, by place in `contracts`.
    pub sale_contract: Vec<Option<usize>>,
    /// Contract of each row.
    pub row_contract: Vec<usize>,
    terminals: BTreeMap<&'f str, &'f CounterId>,
    /// Contracts of which rows were received.
    has_rows: BTreeSet<usize>,
    /// Received days per contract.
    received: Vec<Days>,
    /// Received days per account.
    bank_received: BTreeMap<&'f str, Days>,
}

impl<'f> World<'f> {
    pub fn new(facts: &'f Facts) -> Self {
        let sales = sorted(&facts.sales, |s| s.id.as_str());
        let rows = sorted(&facts.rows, |r| r.id.as_str());
        let contracts = sorted(&facts.contracts, |c| c.id.as_str());
        let place: BTreeMap<&ContractId, usize> =
            contracts.iter().enumerate().map(|(i, c)| (&c.id, i)).collect();
        let sale_contract = sales.iter().map(|sale| contract_of(sale, &contracts, &place)).collect();
        let row_contract: Vec<usize> =
            rows.iter().filter_map(|row| place.get(&row.contract).copied()).collect();
        let mut received = vec![Days::default(); contracts.len()];
        for file in &facts.received {
            if let Some(list) = place.get(&file.contract).and_then(|i| received.get_mut(*i)) {
                list.add(file.from, file.to);
            }
        }
        let mut bank_received: BTreeMap<&str, Days> = BTreeMap::new();
        for file in &facts.bank_received {
            bank_received.entry(file.account.as_str()).or_default().add(file.from, file.to);
        }
        Self {
            facts,
            deposits: sorted(&facts.deposits, |d| d.id.as_str()),
            terminals: facts.terminals.iter().map(|t| (t.id.as_str(), &t.counter)).collect(),
            sales,
            rows,
            contracts,
            sale_contract,
            has_rows: row_contract.iter().copied().collect(),
            row_contract,
            received,
            bank_received,
        }
    }

    /// Whether the contract's statement of this day was received.
    pub fn covered(&self, contract: usize, day: CivilDate) -> bool {
        self.received.get(contract).is_some_and(|days| days.hold(day))
    }

    /// Whether the bank file of this day was received: of the account, or of any account where the contract names none.
    pub fn bank_covered(&self, account: Option<&str>, day: CivilDate) -> bool {
        match account {
            Some(account) => self.bank_received.get(account).is_some_and(|days| days.hold(day)),
            None => self.bank_received.values().any(|days| days.hold(day)),
        }
    }

    /// Whether a contract lives without rows: then our own sales are what it pays.
    pub fn own_figures(&self, contract: usize) -> bool {
        let c = self.contracts[contract];
        !c.statement_required && c.statement_profile.is_none() && !self.has_rows.contains(&contract)
    }

    /// The closing period of a contract that holds a day.
    pub fn period(&self, contract: usize, day: CivilDate) -> Period {
        period_of(&self.contracts[contract].closing, day)
    }

    /// The counter where a terminal or sheet of ours stands.
    pub fn counter_of(&self, terminal: &str) -> Option<&'f CounterId> {
        self.terminals.get(terminal).copied()
    }

    /// Whether a terminal or sheet is known not to be ours.
    pub fn is_foreign(&self, terminal: Option<&str>) -> bool {
        !self.terminals.is_empty() && terminal.is_some_and(|id| !self.terminals.contains_key(id))
    }

    /// Method and brand of a row that no sale stands behind.
    pub fn method_of_row(&self, row: usize) -> (Method, Option<BrandCode>) {
        let covers = &self.contracts[self.row_contract[row]].covers;
        let brand = self.rows[row].brand.as_ref();
        let known = covers.iter().find(|(_, b)| Some(b) == brand);
        match (known.or(covers.first()), brand) {
            (Some((method, covered)), None) => (*method, Some(covered.clone())),
            (Some((method, _)), Some(brand)) => (*method, Some(brand.clone())),
            (None, brand) => (Method::Credit, brand.cloned()),
        }
    }
}

/// Received days: first days and the last day reached from each, kept disjoint so that a look-up is one search.
#[derive(Debug, Clone, Default)]
struct Days(BTreeMap<CivilDate, CivilDate>);

impl Days {
    /// Adds a span; overlapping and touching spans become one.
    fn add(&mut self, from: CivilDate, to: CivilDate) {
        if to < from {
            return;
        }
        let (mut first, mut last) = (from, to);
        let touches = |(_, end): &(&CivilDate, &CivilDate)| end.plus_days(1) >= from;
        let near: Vec<CivilDate> =
            self.0.range(..=to.plus_days(1)).rev().take_while(touches).map(|(start, _)| *start).collect();
        for start in near {
            last = last.max(self.0.remove(&start).unwrap_or(to));
            first = first.min(start);
        }
        self.0.insert(first, last);
    }

    /// Whether a day lies in a span.
    fn hold(&self, day: CivilDate) -> bool {
        self.0.range(..=day).next_back().is_some_and(|(_, last)| day <= *last)
    }
}

/// References in the order of their ids.
fn sorted<'f, T>(facts: &'f [T], id: impl Fn(&'f T) -> &'f str) -> Vec<&'f T> {
    let mut list: Vec<&T> = facts.iter().collect();
    list.sort_by_key(|fact| id(fact));
    list
}

/// Whether a method's money comes later, from an acquirer or from an organisation that is billed. Cash and 証券 (定額小為替) are carried
/// to the bank by the counter itself.
pub(crate) const fn has_acquirer(method: Method) -> bool {
    matches!(
        method,
        Method::Credit
            | Method::ElectronicMoney
            | Method::CodeStatic
            | Method::CodeDynamic
            | Method::CodeConsumerPresented
            | Method::Voucher
            | Method::Deferred
    )
}

/// 利用券 and 後納: an organisation pays later.
const fn is_claim(method: Method) -> bool {
    matches!(method, Method::Voucher | Method::Deferred)
}

/// The contract of a sale: as it says, else the only one that covers its method and brand.
fn contract_of(sale: &Sale, contracts: &[&Contract], place: &BTreeMap<&ContractId, usize>) -> Option<usize> {
    if !has_acquirer(sale.method) {
        return None;
    }
    if let Some(id) = &sale.contract {
        return place.get(id).copied();
    }
    // A coupon has no brand: its method decides.
    let fits = |brand: &BrandCode| sale.brand.as_ref().map_or(is_claim(sale.method), |own| own == brand);
    let mut covering = contracts
        .iter()
        .enumerate()
        .filter(|(_, c)| c.covers.iter().any(|(method, b)| *method == sale.method && fits(b)))
        .map(|(i, _)| i);
    match (covering.next(), covering.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// The same, by id.
pub(crate) fn contract_id_of(sale: &Sale, contracts: &[Contract]) -> Option<ContractId> {
    let list: Vec<&Contract> = contracts.iter().collect();
    let place = list.iter().enumerate().map(|(i, c)| (&c.id, i)).collect();
    contract_of(sale, &list, &place).map(|found| list[found].id.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_grow_together() {
        let date = |day: i8| CivilDate::new(2026, 7, day).unwrap();
        for order in [[(1, 3), (6, 8), (4, 5)], [(4, 5), (6, 8), (1, 3)], [(6, 8), (1, 3), (3, 6)]] {
            let mut days = Days::default();
            order.into_iter().for_each(|(from, to)| days.add(date(from), date(to)));
            assert_eq!(days.0.len(), 1, "{order:?}");
            assert!((1..=8).all(|d| days.hold(date(d))) && !days.hold(date(9)), "{order:?}");
        }
        let mut apart = Days::default();
        apart.add(date(1), date(2));
        apart.add(date(5), date(4));
        apart.add(date(10), date(12));
        assert!(apart.hold(date(2)) && !apart.hold(date(5)) && apart.hold(date(12)) && !apart.hold(date(13)));
    }
}
