//! The facts of a run, sorted and indexed: from here on the order of the input no longer exists.
//!
//! Invariant: every list is sorted by id; stage 0 (what was received) is answered here and nowhere else.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use domain::{
    id::{BrandCode, ContractId, CounterId},
    method::Method,
    time::CivilDate,
};
use rustc_hash::FxHashMap;

use crate::{
    calendar::{Period, period_of},
    contract::Contract,
    facts::{Deposit, Facts, Row, Sale},
    house::{Asked, House, Ruling},
};

/// Sorted facts: all of them, or those of one partition ([`crate::partition`]).
pub(crate) struct World<'f> {
    pub facts: &'f Facts,
    /// Kind and id of two facts that have one id, where there are such: nothing is made of them ([`crate::check`]).
    pub twice: Option<(&'static str, &'f str)>,
    pub sales: Vec<&'f Sale>,
    pub rows: Vec<&'f Row>,
    pub deposits: Vec<&'f Deposit>,
    pub contracts: Vec<&'f Contract>,
    /// Contract of each sale, by place in `contracts`.
    pub sale_contract: Vec<Option<usize>>,
    /// Contract of each row.
    pub row_contract: Vec<usize>,
    /// What is known of the whole, whichever part of the facts is looked at.
    pub house: Rc<House<'f>>,
    /// What was asked beyond the facts.
    asked: RefCell<Asked>,
    /// Periods that were asked for: the same few again and again.
    periods: RefCell<FxHashMap<(usize, CivilDate), Period>>,
}

impl<'f> World<'f> {
    pub fn new(facts: &'f Facts) -> Self {
        let (sales, sale) = sorted(&facts.sales, |s| s.id.as_str());
        let (rows, row) = sorted(&facts.rows, |r| r.id.as_str());
        let (deposits, deposit) = sorted(&facts.deposits, |d| d.id.as_str());
        let (contracts, contract) = sorted(&facts.contracts, |c| c.id.as_str());
        let (_, declared) = sorted(&facts.declared, |d| d.id.as_str());
        let kinds = ["sale", "row", "deposit", "contract", "declared payout"];
        let ids = [sale, row, deposit, contract, declared];
        let twice = kinds.into_iter().zip(ids).find_map(|(kind, id)| Some((kind, id?)));
        let place: BTreeMap<&ContractId, usize> =
            contracts.iter().enumerate().map(|(i, c)| (&c.id, i)).collect();
        let sale_contract: Vec<Option<usize>> =
            sales.iter().map(|sale| contract_of(sale, &contracts, &place)).collect();
        let row_contract: Vec<usize> =
            rows.iter().filter_map(|row| place.get(&row.contract).copied()).collect();
        let mut world = Self {
            facts,
            deposits,
            twice,
            sales,
            rows,
            contracts,
            sale_contract,
            row_contract,
            house: Rc::default(),
            asked: RefCell::default(),
            periods: RefCell::default(),
        };
        world.house = Rc::new(House::new(&world));
        world
    }

    /// The same world with some of its sales and rows only, given by their places, ascending. Nothing of leg 3 is in it.
    pub fn part(&self, sales: &[usize], rows: &[usize]) -> Self {
        Self {
            facts: self.facts,
            sales: sales.iter().map(|place| self.sales[*place]).collect(),
            rows: rows.iter().map(|place| self.rows[*place]).collect(),
            deposits: Vec::new(),
            twice: None,
            contracts: self.contracts.clone(),
            sale_contract: sales.iter().map(|place| self.sale_contract[*place]).collect(),
            row_contract: rows.iter().map(|place| self.row_contract[*place]).collect(),
            house: Rc::clone(&self.house),
            asked: RefCell::default(),
            periods: RefCell::default(),
        }
    }

    /// Place of a sale.
    pub fn sale(&self, id: &str) -> Option<usize> {
        self.sales.binary_search_by(|sale| sale.id.as_str().cmp(id)).ok()
    }

    /// Whether a day has passed; the answer is kept with the result.
    pub fn has_passed(&self, day: CivilDate) -> bool {
        let passed = day < self.facts.as_of;
        self.asked.borrow_mut().days.insert(day, passed);
        passed
    }

    /// What a person said of a proposal; the answer is kept with the result.
    pub fn ruling(&self, proposal: &str) -> Ruling {
        let ruling = self.house.ruling(proposal);
        self.asked.borrow_mut().proposals.insert(proposal.to_owned(), ruling);
        ruling
    }

    /// Everything that was asked so far.
    pub fn asked(&self) -> Asked {
        self.asked.take()
    }

    /// Whether the contract's statement of this day was received.
    pub fn covered(&self, contract: usize, day: CivilDate) -> bool {
        self.house.received.get(contract).is_some_and(|days| days.hold(day))
    }

    /// Whether the bank file of this day was received: of the account, or of any account where the contract names none.
    pub fn bank_covered(&self, account: Option<&str>, day: CivilDate) -> bool {
        match account {
            Some(account) => self.house.bank_received.get(account).is_some_and(|days| days.hold(day)),
            None => self.house.bank_received.values().any(|days| days.hold(day)),
        }
    }

    /// Whether a contract lives without rows: then our own sales are what it pays.
    pub fn own_figures(&self, contract: usize) -> bool {
        let c = self.contracts[contract];
        !c.statement_required && c.statement_profile.is_none() && !self.house.has_rows.contains(&contract)
    }

    /// The closing period of a contract that holds a day.
    pub fn period(&self, contract: usize, day: CivilDate) -> Period {
        let mut known = self.periods.borrow_mut();
        *known.entry((contract, day)).or_insert_with(|| period_of(&self.contracts[contract].closing, day))
    }

    /// The counter where a terminal or sheet of ours stands.
    pub fn counter_of(&self, terminal: &str) -> Option<&'f CounterId> {
        self.house.terminals.get(terminal).copied()
    }

    /// Whether a terminal or sheet is known not to be ours.
    pub fn is_foreign(&self, terminal: Option<&str>) -> bool {
        !self.house.terminals.is_empty() && terminal.is_some_and(|id| !self.house.terminals.contains_key(id))
    }

    /// Method and brand of a row that no sale stands behind.
    pub fn method_of_row(&self, row: usize) -> (Method, Option<&'f BrandCode>) {
        let covers = &self.contracts[self.row_contract[row]].covers;
        let brand = self.rows[row].brand.as_ref();
        let known = covers.iter().find(|(_, b)| Some(b) == brand);
        match (known.or(covers.first()), brand) {
            (Some((method, covered)), None) => (*method, Some(covered)),
            (Some((method, _)), Some(brand)) => (*method, Some(brand)),
            (None, brand) => (Method::Credit, brand),
        }
    }
}

/// References in the order of their ids; and an id that two of them have. Where things lie in memory is another order, so each is
/// looked at once.
fn sorted<'f, T>(facts: &'f [T], id: impl Fn(&'f T) -> &'f str) -> (Vec<&'f T>, Option<&'f str>) {
    let mut list: Vec<(u128, &T)> = facts.iter().map(|fact| (head(id(fact)), fact)).collect();
    list.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| id(a.1).cmp(id(b.1))));
    let twice = list.windows(2).find(|pair| pair[0].0 == pair[1].0 && id(pair[0].1) == id(pair[1].1));
    let twice = twice.map(|pair| id(pair[0].1));
    (list.into_iter().map(|(_, fact)| fact).collect(), twice)
}

/// The first bytes of an id as a number of the same order: most comparisons need no more.
fn head(id: &str) -> u128 {
    let mut bytes = [0_u8; 16];
    bytes.iter_mut().zip(id.bytes()).for_each(|(to, from)| *to = from);
    u128::from_be_bytes(bytes)
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
