//! The judge: compares the journal and the centre with what the simulators' own books say.
//!
//! Invariant: nothing here asks the product whether it is right; it reads entries and rows, and adds them up by itself.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, ensure};
use domain::{
    event::{Event, Recorded},
    evolve::evolve,
    id::{AttemptId, SaleId, SequenceNumber},
    method::Method,
    money::Yen,
    payment::AttemptKind,
    state::State,
    time::CivilDate,
};
use journal::{chain::verify, payload};
use pos_agent::journal_store::{JournalStore as _, READ_ENTRIES_MAX};

use super::{
    Tally,
    centre::Centre,
    counter::{SimulatedCounter, TakenPaper},
};

/// What must hold at every moment.
///
/// # Errors
/// Names what does not hold.
pub fn while_running(counter: &SimulatedCounter) -> Result<()> {
    for (sale, originals) in &counter.originals {
        ensure!(*originals <= 1, "sale {sale} has {originals} originals on paper");
    }
    Ok(())
}

/// What must hold when the trouble is over.
///
/// # Errors
/// Names what does not hold.
pub async fn at_rest(
    counters: &mut [SimulatedCounter],
    centre: &mut Centre,
    tally: &mut Tally,
) -> Result<()> {
    for counter in counters {
        let history = read(counter)?;
        let refolded = fold(&history);
        ensure!(refolded == *counter.state(), "the state does not fold again from the journal");
        ensure!(counter.state().doubts().next().is_none(), "a result is still unknown");
        ensure!(counter.state().day.is_none(), "a day is still open");
        let book = Book::of(&history);
        book.check_against_terminal(counter)?;
        book.check_receipts()?;
        book.check_what_was_handed_over(counter)?;
        same_at_the_centre(counter, centre, &book).await?;
        tally.entries += u64::try_from(history.len())?;
        tally.sales += u64::try_from(book.sales.len())?;
        tally.charges += u64::try_from(counter.terminal.book.len())?;
        tally.doubts += u64::try_from(counter.doubted.len())?;
        tally.papers += u64::try_from(counter.papers_taken.len())?;
        tally.overpayments += u64::try_from(book.overpaid.len())?;
    }
    Ok(())
}

/// The whole journal, its chain verified on the way.
fn read(counter: &mut SimulatedCounter) -> Result<Vec<Recorded>> {
    let id = counter.core().journal().context("enrolled")?.clone();
    let mut entries = Vec::new();
    loop {
        let first = SequenceNumber(u64::try_from(entries.len())? + 1);
        let page = counter.core().store().read_from(first, READ_ENTRIES_MAX)?;
        if page.is_empty() {
            break;
        }
        entries.extend(page);
    }
    ensure!(verify(&id, &entries).is_ok(), "the chain is broken");
    entries.iter().map(|entry| Ok(payload::read(entry)?)).collect()
}

fn fold(history: &[Recorded]) -> State {
    let mut state = State::default();
    for recorded in history {
        evolve(&mut state, recorded);
    }
    state
}

/// The journal added up by hand.
#[derive(Default)]
struct Book {
    sales: BTreeMap<SaleId, (u32, Yen, Option<AttemptId>)>,
    voided: BTreeSet<SaleId>,
    overpaid: BTreeSet<AttemptId>,
    by_card: BTreeMap<AttemptId, AttemptKind>,
    /// What was handed over the counter: cash and papers.
    by_hand: BTreeMap<SaleId, TakenPaper>,
}

impl Book {
    fn of(history: &[Recorded]) -> Self {
        let mut book = Self::default();
        for recorded in history {
            match &recorded.event {
                Event::SaleCompleted { sale, receipt_number, payment, .. } => {
                    book.sales.insert(*sale, (receipt_number.number, payment.amount, payment.attempt));
                    if payment.attempt.is_none() {
                        let number = payment.slip_number.clone().unwrap_or_default();
                        let taken = TakenPaper { method: payment.method, number, amount: payment.amount };
                        book.by_hand.insert(*sale, taken);
                    }
                }
                Event::SaleVoided { sale, .. } => {
                    book.voided.insert(*sale);
                }
                Event::OverpaymentCaseOpened { attempt, .. } => {
                    book.overpaid.insert(*attempt);
                }
                Event::PaymentRequested { attempt, kind, route, .. } if route.as_str() == "card" => {
                    book.by_card.insert(*attempt, *kind);
                }
                _ => {}
            }
        }
        book
    }

    /// Every charge that stands is a sale that stands or an overpayment case, and the other way round; never both, never twice.
    fn check_against_terminal(&self, counter: &SimulatedCounter) -> Result<()> {
        let mut charged = BTreeSet::new();
        for charge in counter.terminal.book.iter().filter(|charge| charge.stands) {
            ensure!(charged.insert(charge.attempt), "attempt {} was charged twice", charge.attempt);
        }
        let mut sold = BTreeSet::new();
        for (sale, (_, amount, attempt)) in &self.sales {
            let Some(attempt) = attempt.filter(|attempt| self.by_card.contains_key(attempt)) else {
                continue;
            };
            if self.voided.contains(sale) {
                ensure!(!charged.contains(&attempt), "sale {sale} was taken back and is still charged");
                continue;
            }
            ensure!(sold.insert(attempt), "attempt {attempt} paid two sales");
            let charge =
                counter.terminal.book.iter().find(|charge| charge.attempt == attempt && charge.stands);
            let charge = charge.with_context(|| format!("sale {sale} is booked and not charged"))?;
            ensure!(charge.amount == *amount, "sale {sale}: booked {amount}, charged {}", charge.amount);
        }
        for attempt in &charged {
            let accounted = sold.contains(attempt) || self.overpaid.contains(attempt);
            ensure!(accounted, "attempt {attempt} is charged and nobody says so");
        }
        let pays: BTreeSet<AttemptId> = self.sales.values().filter_map(|(_, _, attempt)| *attempt).collect();
        for attempt in &self.overpaid {
            // What was keyed from the other terminal's slip has no book here; a citizen who paid by both is a case all the same.
            let known = charged.contains(attempt) || !self.by_card.contains_key(attempt);
            ensure!(known, "attempt {attempt} is called overpaid and is not charged");
            ensure!(!pays.contains(attempt), "attempt {attempt} is a sale and an overpayment");
        }
        Ok(())
    }

    fn check_receipts(&self) -> Result<()> {
        let mut numbers: Vec<u32> = self.sales.values().map(|(number, _, _)| *number).collect();
        numbers.sort_unstable();
        for (position, number) in (1..).zip(&numbers) {
            ensure!(position == *number, "receipt {position} is missing or repeated");
        }
        Ok(())
    }

    /// What the clerk put into the drawer and into the folder is what the journal says of cash, coupons and securities.
    fn check_what_was_handed_over(&self, counter: &SimulatedCounter) -> Result<()> {
        let standing = |sale: &SaleId| !self.voided.contains(sale);
        let handed = || self.by_hand.iter().filter(|(sale, _)| standing(sale));
        let cash: BTreeMap<SaleId, Yen> = handed()
            .filter(|(_, taken)| taken.method == Method::Cash)
            .map(|(sale, taken)| (*sale, taken.amount))
            .collect();
        ensure!(cash == counter.cash_taken, "cash in the journal is not the cash in the drawer");
        let papers: BTreeMap<SaleId, TakenPaper> = handed()
            .filter(|(_, taken)| taken.method != Method::Cash)
            .map(|(sale, taken)| (*sale, taken.clone()))
            .collect();
        ensure!(papers == counter.papers_taken, "the papers in the journal are not those in the folder");
        Ok(())
    }
}

/// The centre has every entry, and its rows give the same sums.
async fn same_at_the_centre(counter: &mut SimulatedCounter, centre: &mut Centre, book: &Book) -> Result<()> {
    let journal = counter.core().journal().context("enrolled")?.clone();
    let head = counter.core().head();
    let mut unit = centre.store.snapshot().await?;
    let at_centre = unit.head(&journal).await?.context("granted")?;
    ensure!(at_centre == head, "the centre has {:?}, the counter {:?}", at_centre, head);
    let (from, to): (CivilDate, CivilDate) = ("2026-07-01".parse()?, "2027-12-31".parse()?);
    let rows = unit.sales_booked(&centre.tenant, from, to, Some(&journal.counter)).await?;
    let sum = |amounts: &mut dyn Iterator<Item = Yen>| Yen::try_sum(amounts);
    let ours = sum(&mut book.sales.values().map(|(_, amount, _)| *amount))?;
    let theirs = sum(&mut rows.iter().map(|row| row.sale.payment.amount))?;
    ensure!(
        rows.len() == book.sales.len(),
        "the centre has {} sales, the journal {}",
        rows.len(),
        book.sales.len()
    );
    ensure!(ours == theirs, "the centre has {theirs} yen, the journal {ours}");
    let voids = rows.iter().filter(|row| row.void.is_some()).count();
    ensure!(voids == book.voided.len(), "the centre has {voids} voids, the journal {}", book.voided.len());
    Ok(())
}
