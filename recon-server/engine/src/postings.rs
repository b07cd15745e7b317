//! 仕訳: what each day is in the books, derived from the facts and from what a run found (reconciliation.md 5.2 "posting", 6.5).
//!
//! Invariants: every entry adds up to 0 (debits positive, credits negative) and names its evidence; revenue is gross and the fee an
//! expenditure (総計予算主義, 地方自治法210条); what nothing of ours stands behind is suspense (仮受) and never revenue. Over all entries
//! the transit accounts come to what has not arrived and the bank accounts to what has. Not here: which budget line the city books a
//! fee to.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    id::ContractId,
    money::Yen,
    refund::{RefundLane, refund_lane},
    time::{CivilDate, FiscalYear},
};
use serde::{Deserialize, Serialize};

use crate::{
    calendar::period_of,
    class::Leg,
    contract::GrossOrNet,
    facts::{Deposit, Facts, RowClass, Sale, SaleKind, SaleState},
    outcome::{Ended, Link, Outcome, Payout, Side},
    world,
};

/// An account of the double entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "book", rename_all = "snake_case")]
pub enum Book {
    /// 現金・証券
    Cash,
    /// 決済会社未収: taken, not yet in a closing.
    Receivable {
        /// None where no contract covers the sale.
        contract: Option<ContractId>,
    },
    /// 入金未達: closed, not yet arrived.
    InTransit {
        /// 契約
        contract: ContractId,
    },
    /// 次回繰越: too small or a minus.
    Carried {
        /// 契約
        contract: ContractId,
    },
    /// 口座
    Bank {
        /// Key of the account.
        account: String,
    },
    /// 歳入 (a 戻出 is its debit).
    Revenue {
        /// 会計年度
        year: FiscalYear,
        /// 会計
        account: String,
        /// 科目
        revenue: String,
        /// 所属
        section: String,
    },
    /// 歳出 償還金: refunds of a year whose accounts are closed.
    Repayment {
        /// 会計年度
        year: FiscalYear,
    },
    /// 歳出 決済手数料 with tax, transfer fee and plan fee.
    FeeExpenditure {
        /// 会計年度
        year: FiscalYear,
    },
    /// 移行時残高: what was booked before this system.
    OpeningBalance,
    /// 仮受: nothing of ours stands behind it, or nobody knows yet.
    Suspense,
    /// 端数・差額: what a payment statement leaves unexplained.
    Rounding,
}

impl Book {
    /// The word on papers.
    #[must_use]
    pub const fn label_ja(&self) -> &'static str {
        match self {
            Self::Cash => "現金・証券",
            Self::Receivable { .. } => "決済会社未収",
            Self::InTransit { .. } => "入金未達",
            Self::Carried { .. } => "次回繰越",
            Self::Bank { .. } => "口座",
            Self::Revenue { .. } => "歳入",
            Self::Repayment { .. } => "歳出（償還金）",
            Self::FeeExpenditure { .. } => "歳出（決済手数料）",
            Self::OpeningBalance => "移行時残高",
            Self::Suspense => "仮受",
            Self::Rounding => "端数・差額",
        }
    }
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// 移行: what the acquirers owe from before this system.
    Opened,
    /// 収納・戻出 of a day at the counters.
    Taken,
    /// 締め: a closing becomes a payout.
    Closed,
    /// 入金
    Arrived,
}

/// One side of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Account.
    pub book: Book,
    /// Debit positive, credit negative; never 0.
    pub amount: Yen,
}

/// A balanced entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// 仕訳日
    pub day: CivilDate,
    /// What happened.
    pub occasion: Occasion,
    /// What it is about, a few Japanese words.
    pub summary_ja: String,
    /// Debits first; they add up to 0.
    pub lines: Vec<Line>,
    /// Ids of the sales, rows, payouts and deposits behind it.
    pub evidence: Vec<String>,
}

/// An entry under construction.
#[derive(Default)]
struct Draft {
    lines: BTreeMap<Book, Yen>,
    evidence: Vec<String>,
}

impl Draft {
    fn add(&mut self, book: Book, amount: Yen) {
        let sum = self.lines.entry(book).or_default();
        *sum = sum.saturating_add(amount);
    }

    fn take(&mut self, book: Book, amount: Yen) {
        self.add(book, Yen::new(amount.get().saturating_neg()));
    }

    /// What is left goes to an account, so that the entry adds up.
    fn balance_to(&mut self, book: Book) {
        let sum = self.lines.values().fold(Yen::ZERO, |sum, yen| sum.saturating_add(*yen));
        self.take(book, sum);
    }

    fn finish(self, day: CivilDate, occasion: Occasion, summary_ja: String) -> Option<Posting> {
        let mut lines: Vec<Line> = self
            .lines
            .into_iter()
            .filter(|(_, amount)| *amount != Yen::ZERO)
            .map(|(book, amount)| Line { book, amount })
            .collect();
        lines.sort_by_key(|line| line.amount.is_negative());
        let mut evidence = self.evidence;
        evidence.sort_unstable();
        evidence.dedup();
        (!lines.is_empty()).then_some(Posting { day, occasion, summary_ja, lines, evidence })
    }
}

/// Every entry, by day.
#[must_use]
pub fn postings(facts: &Facts, outcome: &Outcome) -> Vec<Posting> {
    let mut all = taken(facts);
    all.extend(closed(facts, outcome));
    all.extend(arrived(facts, outcome));
    all.sort_by(|a, b| {
        (a.day, a.occasion, &a.summary_ja, &a.evidence).cmp(&(b.day, b.occasion, &b.summary_ja, &b.evidence))
    });
    all
}

/// What the accounts hold after all entries, debits less credits.
#[must_use]
pub fn balances(postings: &[Posting]) -> BTreeMap<Book, Yen> {
    let mut balances: BTreeMap<Book, Yen> = BTreeMap::new();
    for line in postings.iter().flat_map(|posting| &posting.lines) {
        let sum = balances.entry(line.book.clone()).or_default();
        *sum = sum.saturating_add(line.amount);
    }
    balances.retain(|_, amount| *amount != Yen::ZERO);
    balances
}

/// Sales and refunds of a day, by contract; and what was taken before this system, which is no revenue again.
fn taken(facts: &Facts) -> Vec<Posting> {
    let mut drafts: BTreeMap<(CivilDate, Occasion, Book), Draft> = BTreeMap::new();
    for sale in facts.sales.iter().filter(|sale| sale.state == SaleState::Completed) {
        let with = if world::has_acquirer(sale.method) {
            Book::Receivable { contract: world::contract_id_of(sale, &facts.contracts) }
        } else {
            Book::Cash
        };
        let occasion = if sale.is_opening() { Occasion::Opened } else { Occasion::Taken };
        let draft = drafts.entry((sale.business_day, occasion, with.clone())).or_default();
        draft.add(with, sale.amount);
        if sale.is_opening() {
            draft.take(Book::OpeningBalance, sale.amount);
        } else {
            revenue(draft, sale);
        }
        draft.evidence.push(sale.id.clone());
    }
    let finish = |((day, occasion, with), draft): ((CivilDate, Occasion, Book), Draft)| {
        let whose = match &with {
            Book::Receivable { contract: Some(id) } => label(facts, id),
            Book::Receivable { contract: None } => "契約の登録なし".to_owned(),
            _ => with.label_ja().to_owned(),
        };
        let word = if occasion == Occasion::Opened { "移行時の未収" } else { "収納" };
        draft.finish(day, occasion, format!("{day} {word} {whose}"))
    };
    drafts.into_iter().filter_map(finish).collect()
}

/// The revenue (or, after the closing of the accounts, the repayment) of a sale.
fn revenue(draft: &mut Draft, sale: &Sale) {
    let mut rest = sale.amount;
    for part in &sale.parts {
        rest = rest.saturating_sub(part.amount);
        let book = match (sale.kind, sale.lane_of(part)) {
            (SaleKind::Refund, Some(RefundLane::AsExpenditure { year })) => Book::Repayment { year },
            _ => Book::Revenue {
                year: sale.part_year(part),
                account: part.account.clone(),
                revenue: part.revenue.clone(),
                section: part.section.clone(),
            },
        };
        draft.take(book, part.amount);
    }
    let lane = sale.refund_of.as_ref().map(|original| refund_lane(original.payment_date, sale.payment_date));
    if let (SaleKind::Refund, Some(RefundLane::AsExpenditure { year })) = (sale.kind, lane) {
        draft.take(Book::Repayment { year }, rest);
        return;
    }
    let year = sale.books_year();
    let (account, revenue, section) = (String::new(), String::new(), String::new());
    draft.take(Book::Revenue { year, account, revenue, section }, rest);
}

/// Closings whose day has passed: the receivable becomes a payout, its costs, and what is carried.
fn closed(facts: &Facts, outcome: &Outcome) -> Vec<Posting> {
    let proven = proven_by_closing(facts, outcome);
    let is_closed = |payout: &&Payout| payout.to < outcome.as_of;
    outcome.payouts.iter().filter(is_closed).filter_map(|payout| close(facts, payout, &proven)).collect()
}

/// What of a closing's rows stands for sales of ours, and the rows.
type Proven<'a> = BTreeMap<(&'a ContractId, CivilDate), (Yen, Vec<String>)>;

fn close(facts: &Facts, payout: &Payout, proven: &Proven<'_>) -> Option<Posting> {
    let contract = facts.contracts.iter().find(|c| c.id == payout.contract)?;
    let gross = payout.sales.plus(payout.refunds).amount;
    let nothing = (Yen::ZERO, Vec::new());
    // Without rows our own figures are what is reported, and all of it is ours.
    let own = (gross, Vec::new());
    let (ours, rows) = match proven.get(&(&payout.contract, payout.to)) {
        Some(found) => found,
        None if contract.statement_profile.is_none() && !contract.statement_required => &own,
        None => &nothing,
    };
    let mut draft = Draft { evidence: rows.clone(), ..Draft::default() };
    draft.evidence.push(payout.id.clone());
    draft.evidence.extend(payout.declared.iter().flat_map(|declared| declared.ids.iter().cloned()));
    draft.take(Book::Receivable { contract: Some(payout.contract.clone()) }, *ours);
    draft.take(Book::Suspense, gross.saturating_sub(*ours));
    draft.add(Book::InTransit { contract: payout.contract.clone() }, payout.net);
    let carried = payout.carry_out.saturating_sub(payout.carry_in);
    draft.add(Book::Carried { contract: payout.contract.clone() }, carried);
    if payout.gross_or_net == GrossOrNet::Net {
        for share in &payout.years {
            draft.add(Book::FeeExpenditure { year: share.year }, share.fee);
        }
    }
    let year = payout.to.fiscal_year();
    let others = payout.transfer_fee.saturating_add(payout.plan_fee);
    draft.add(Book::FeeExpenditure { year }, others);
    draft.take(Book::Suspense, payout.adjustment);
    draft.balance_to(Book::Rounding);
    draft.finish(payout.to, Occasion::Closed, format!("{} {}締め", contract.label_ja, payout.to))
}

/// By closing: yen of the rows behind which a sale of ours stands that is not in doubt.
fn proven_by_closing<'a>(facts: &'a Facts, outcome: &Outcome) -> Proven<'a> {
    // A voided sale is no revenue, and one in doubt is none yet: their rows are suspense until they are taken back or decided.
    let not_ours: BTreeSet<&str> = facts
        .sales
        .iter()
        .filter(|sale| sale.state != SaleState::Completed)
        .map(|sale| sale.id.as_str())
        .collect();
    let mut links: BTreeMap<&str, Yen> = BTreeMap::new();
    for link in outcome.links.iter().filter(|link| link.leg == Leg::JournalStatement) {
        if not_ours.contains(link.left.as_str()) {
            links.entry(link.right.as_str()).or_default();
            continue;
        }
        let sum = links.entry(link.right.as_str()).or_default();
        *sum = sum.saturating_add(link.left_amount);
    }
    let ended: BTreeMap<&str, &Ended> = outcome
        .dispositions
        .iter()
        .filter(|placed| placed.side == Side::Statement)
        .map(|placed| (placed.id.as_str(), &placed.ended))
        .collect();
    let mut proven: Proven<'a> = BTreeMap::new();
    for row in &facts.rows {
        let Some(contract) = facts.contracts.iter().find(|c| c.id == row.contract) else { continue };
        if row.occurrence != 1
            || !matches!(row.class, RowClass::Sale | RowClass::Refund | RowClass::Chargeback)
        {
            continue;
        }
        let ours = match (links.get(row.id.as_str()), ended.get(row.id.as_str())) {
            (Some(ours), _) => *ours,
            // In a set whose single pairs nobody can tell: the money is ours all the same.
            (None, Some(Ended::Linked { .. })) => row.amount,
            (None, _) => Yen::ZERO,
        };
        let closing = period_of(&contract.closing, row.closing_date()).to;
        let entry = proven.entry((&row.contract, closing)).or_default();
        entry.0 = entry.0.saturating_add(ours);
        entry.1.push(row.id.clone());
    }
    proven
}

/// Bank entries that concern a payout, or that nobody expected.
fn arrived(facts: &Facts, outcome: &Outcome) -> Vec<Posting> {
    let mut links: BTreeMap<&str, Vec<&Link>> = BTreeMap::new();
    for link in outcome.links.iter().filter(|link| link.leg == Leg::PayoutDeposit) {
        links.entry(link.right.as_str()).or_default().push(link);
    }
    let payouts: BTreeMap<&str, &Payout> = outcome.payouts.iter().map(|p| (p.id.as_str(), p)).collect();
    let others: BTreeSet<&str> = outcome
        .dispositions
        .iter()
        .filter(|placed| placed.side == Side::Bank && placed.ended == Ended::OutOfScope)
        .map(|placed| placed.id.as_str())
        .collect();
    let ours = |deposit: &&Deposit| !others.contains(deposit.id.as_str());
    let post = |deposit: &Deposit| {
        let mut draft = Draft { evidence: vec![deposit.id.clone()], ..Draft::default() };
        draft.add(Book::Bank { account: deposit.account.clone() }, deposit.amount);
        for link in links.get(deposit.id.as_str()).into_iter().flatten() {
            if let Some(payout) = payouts.get(link.left.as_str()) {
                draft.take(Book::InTransit { contract: payout.contract.clone() }, link.left_amount);
                draft.evidence.extend([link.left.clone(), link.id.clone()]);
            }
        }
        draft.balance_to(Book::Suspense);
        let summary = format!("{} 入金 {}円", deposit.booked_on, deposit.amount);
        draft.finish(deposit.booked_on, Occasion::Arrived, summary)
    };
    facts.deposits.iter().filter(ours).filter_map(post).collect()
}

fn label(facts: &Facts, id: &ContractId) -> String {
    facts.contracts.iter().find(|c| c.id == *id).map_or_else(|| id.to_string(), |c| c.label_ja.clone())
}
