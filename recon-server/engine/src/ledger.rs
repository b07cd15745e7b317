//! The ledger of leg 1: every counted yen of journal and statement once, and the drafts of exceptions.
//!
//! Invariant: the 照合書 is folded from [`Ours`] and [`Theirs`] alone, so what is not in here does not exist for accounting.

use domain::{id::CounterId, money::Yen, time::CivilDate};

use crate::{
    class::{ExceptionClass, Verdict},
    ident::stable_id,
    outcome::{Disposition, Exception, Link, NearMiss, SetProof, UnknownDecided},
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
#[derive(Default)]
pub(crate) struct Classified {
    pub links: Vec<Link>,
    pub exceptions: Vec<Exception>,
    pub decisions: Vec<UnknownDecided>,
    pub dispositions: Vec<Disposition>,
    pub ours: Vec<Ours>,
    pub theirs: Vec<Theirs>,
    pub sets: Vec<SetProof>,
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
    pub gross: Yen,
    pub sentence_ja: String,
    pub near: Vec<NearMiss>,
    /// Where the case is less (or more) than its class.
    pub verdict: Option<Verdict>,
}

impl Draft {
    /// The exception as of a day.
    pub fn finish(self, world: &World<'_>) -> Exception {
        let leg = format!("{:?}", self.class.leg());
        Exception {
            id: stable_id("exception", &[&leg, self.class.code(), &self.subject]),
            class: self.class,
            verdict: self.verdict.unwrap_or(self.class.verdict()),
            members: self.members,
            contract: self.contract.map(|c| world.contracts[c].id.clone()),
            counter: self.counter,
            day: self.day,
            amount: self.amount,
            gross: self.gross,
            days: world.facts.as_of.days_since(self.day),
            business_days: world.facts.calendar.banking_days_between(self.day, world.facts.as_of),
            sentence_ja: self.sentence_ja,
            near: self.near,
            count: 0,
        }
    }
}
