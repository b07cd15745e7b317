//! The ledger of leg 1: every counted yen of journal and statement once, and the drafts of exceptions.
//!
//! Invariant: the 照合書 is folded from [`Ours`] and [`Theirs`] alone, so what is not in here does not exist for accounting.

use std::sync::Arc;

use domain::{
    id::CounterId,
    money::Yen,
    time::{CivilDate, Timestamp},
};

use crate::{
    class::{ExceptionClass, Verdict},
    ident::stable_id,
    near::Ask,
    outcome::{Disposition, Exception, Link, NearMiss, SetProof, Side, UnknownDecided},
    sides::sides,
    world::World,
};

/// What of ours counts in which line of the 照合書.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OurKind {
    Sale,
    SettledUnknown,
    Refund,
    /// A charge or reversal of a voided sale that the statement has too.
    VoidPair,
}

/// Whether and when the statement has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timing {
    /// A row has it, closed on this day.
    Reported(CivilDate),
    /// At the cut-off; the next statement should have it.
    Cutoff,
    /// The statement is not here.
    Awaiting,
    /// It should be there and is not.
    Break,
}

/// One counted yen of ours.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ours {
    /// Place of the sale in the world.
    pub sale: usize,
    pub contract: usize,
    pub date: CivilDate,
    pub kind: OurKind,
    pub count: i64,
    pub amount: Yen,
    pub timing: Timing,
}

/// One counted yen of theirs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Theirs {
    pub contract: usize,
    pub closing_date: CivilDate,
    pub refund: bool,
    pub amount: Yen,
    /// Theirs less ours: 0 where they agree, everything where nothing of ours stands behind it.
    pub difference: Yen,
    /// Items of theirs that nothing of ours stands behind.
    pub surplus: i64,
    /// The sale behind it, for the report line.
    pub sale: Option<usize>,
    /// The row; none where our own figures stand in for it.
    pub row: Option<usize>,
}

/// Everything that leg 1 finds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Classified {
    /// Each with the place of its sale.
    pub links: Vec<(usize, Arc<Link>)>,
    pub exceptions: Vec<Exception>,
    pub decisions: Vec<UnknownDecided>,
    /// Each with its side and the place of its sale or row, which it is sorted by.
    pub dispositions: Vec<(Side, usize, Arc<Disposition>)>,
    pub ours: Vec<Ours>,
    pub theirs: Vec<Theirs>,
    pub sets: Vec<SetProof>,
    /// Places in `theirs` whose sale is outside of the partition, and its id.
    pub far: Vec<(usize, String)>,
    /// Places in `exceptions` of which is to be said what comes nearest.
    pub asks: Vec<(usize, Ask)>,
    /// Rows of money that nothing fits.
    pub open_rows: Vec<usize>,
    /// What of ours nothing fits: time, yen, place of the sale.
    pub open_items: Vec<(Timestamp, Yen, usize)>,
}

/// H(leg, class, subject): the same tomorrow.
pub(crate) fn exception_id(class: ExceptionClass, subject: &str) -> String {
    let leg = format!("{:?}", class.leg());
    stable_id("exception", &[&leg, class.code(), subject])
}

/// A draft about one sale.
pub(crate) fn about_sale(
    world: &World<'_>,
    index: usize,
    class: ExceptionClass,
    sentence_ja: String,
) -> Draft {
    let sale = world.sales[index];
    Draft {
        class,
        subject: sale.id.clone(),
        members: vec![sale.id.clone()],
        contract: world.sale_contract[index],
        counter: sale.own_counter().cloned(),
        day: sale.payment_date,
        amount: Yen::ZERO,
        gross: Yen::new(sale.amount.get().saturating_abs()),
        sentence_ja,
        ours: None,
        near: Vec::new(),
        verdict: None,
    }
}

/// What an exception is made of.
pub(crate) struct Draft {
    pub class: ExceptionClass,
    pub subject: String,
    pub members: Vec<String>,
    pub contract: Option<usize>,
    pub counter: Option<CounterId>,
    pub day: CivilDate,
    /// Theirs less ours.
    pub amount: Yen,
    /// What we have, where the class alone does not say it ([`crate::sides`]).
    pub ours: Option<Yen>,
    pub gross: Yen,
    pub sentence_ja: String,
    pub near: Vec<NearMiss>,
    /// Where the case is less (or more) than its class.
    pub verdict: Option<Verdict>,
}

impl Draft {
    /// The exception. Its age is told at the end of the run ([`age`]): nothing else of it changes overnight.
    pub fn finish(self, world: &World<'_>) -> Exception {
        let verdict = self.verdict.unwrap_or(self.class.verdict());
        let (ours, theirs) = sides(&self, verdict);
        Exception {
            id: exception_id(self.class, &self.subject),
            class: self.class,
            verdict,
            members: self.members,
            contract: self.contract.map(|c| world.contracts[c].id.clone()),
            counter: self.counter,
            day: self.day,
            amount: self.amount,
            ours,
            theirs,
            gross: self.gross,
            days: 0,
            business_days: 0,
            due_on: None,
            sentence_ja: self.sentence_ja,
            near: self.near,
            count: 0,
        }
    }
}

/// How long an exception has been there, as of the day of the run.
pub(crate) fn age(world: &World<'_>, exception: &mut Exception) {
    let as_of = world.facts.as_of;
    exception.days = as_of.days_since(exception.day);
    exception.business_days = world.facts.calendar.banking_days_between(exception.day, as_of);
}
