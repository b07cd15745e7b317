//! CONFLICTING_RESOLUTION where money stands on one side: a result in doubt that somebody decided one way, and that the statement says
//! the other way.
//!
//! Invariants: the yen are the difference that they would be as a row or a sale alone, under the name that tells a person what to look
//! at; nobody is told anything by itself, because two proofs contradict each other. Not here: words alone that contradict, without a
//! yen ([`crate::notices`]).

use std::collections::BTreeSet;

use domain::money::Yen;

use crate::{
    class::ExceptionClass, ledger::Draft, notices::Source, outcome::Ended, sentence_sets as sentence,
};

use super::Classifier;

impl Classifier<'_, '_> {
    /// Whether a terminal or a person decided that a sale which was in doubt is charged.
    pub(super) fn decided_charged(&self, index: usize) -> bool {
        let said = self.world.house.said.get(self.world.sales[index].id.as_str());
        said.is_some_and(|said| said.iter().any(|(source, yes)| *yes && *source != Source::Statement))
    }

    /// Decided as not charged, and here is its row.
    pub(super) fn charged_after_all(&mut self, index: usize, row: usize) -> Ended {
        let (sale, r) = (self.world.sales[index], self.world.rows[row]);
        self.theirs(row, Some(index), r.amount, true);
        let members = vec![sale.id.clone(), r.id.clone()];
        let (amount, ours) = (r.amount, Some(Yen::ZERO));
        let draft = self.conflict(index, true);
        self.raise(Draft { members, day: r.closing_date(), amount, ours, ..draft })
    }

    /// Decided as charged, and the whole statement of its day has it not.
    pub(super) fn not_charged_after_all(&mut self, index: usize) -> Ended {
        let ours = self.world.sales[index].amount;
        let draft = self.conflict(index, false);
        self.raise(Draft { amount: Yen::ZERO.saturating_sub(ours), ours: Some(ours), ..draft })
    }

    /// What everybody says of it, the statement last.
    fn conflict(&self, index: usize, happened: bool) -> Draft {
        let sale = self.world.sales[index];
        let said = self.world.house.said.get(sale.id.as_str());
        let mut sources: BTreeSet<(Source, bool)> = said.into_iter().flatten().copied().collect();
        sources.insert((Source::Statement, happened));
        let sources: Vec<(Source, bool)> = sources.into_iter().collect();
        self.about_sale(index, ExceptionClass::ConflictingResolution, sentence::conflicting(sale, &sources))
    }
}
