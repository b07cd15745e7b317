//! Where the members of sets and sums end (stages 4 and 5), and the proposals that wait for a person.
//!
//! Invariants: a set's proven part is linked pair by pair, formally; what is too many is one exception with a count, whose members are all
//! that may be meant; a proposal that a person confirmed is none.

use std::{collections::BTreeMap, sync::Arc};

use domain::money::Yen;

use crate::{
    class::ExceptionClass,
    evidence,
    facts::{Row, Sale},
    house::Ruling,
    ident::set_id,
    keys::Rule,
    ledger::{Draft, Timing},
    notices::pair_subject,
    outcome::{Ended, Link, SetProof, Stage},
    proof::{LinkState, Pairing},
    sentence_sets as sentence,
    sums::Sum,
};

use super::Classifier;

/// What is said of each set before its members are settled.
pub(super) struct Said {
    id: String,
    state: LinkState,
    single: bool,
}

impl Classifier<'_, '_> {
    /// Raises a proposal, unless a person confirmed it.
    fn propose(&mut self, draft: Draft) -> LinkState {
        let exception = draft.finish(self.world);
        if self.world.ruling(&exception.id) == Ruling::Confirmed {
            return LinkState::Confirmed;
        }
        self.out.exceptions.push(exception);
        LinkState::Proposed
    }

    /// The sets of stage 4: their proofs, and proposals about those whose times do not agree.
    pub(super) fn say_sets(&mut self) {
        let joined = self.joined;
        for alike in &joined.sets {
            let kind = alike.kind;
            let ours: Vec<String> = alike.items.iter().map(|i| joined.items[*i].sale.id.clone()).collect();
            let theirs: Vec<String> = alike.rows.iter().map(|r| self.world.rows[*r].id.clone()).collect();
            let members: Vec<String> = ours.iter().chain(&theirs).cloned().collect();
            let id = set_id("set", "", &members);
            let contract = self.world.contracts[kind.contract];
            let head = sentence::kind(contract, kind.day, kind.amount, kind.terminal);
            let total = times(kind.amount, alike.proven);
            let mut sentence_ja = sentence::set_proven(&head, ours.len(), theirs.len(), alike.proven, total);
            let mut state = LinkState::Confirmed;
            if let (false, Some(first)) = (alike.in_time, alike.items.first()) {
                sentence_ja = sentence::set_proposed(&head, alike.proven, total);
                let index = joined.items[*first].index;
                let draft = self.about_sale(index, ExceptionClass::ProposedMatch, sentence_ja.clone());
                let gross = Yen::new(total.get().saturating_abs());
                let ours = Some(total);
                let draft = Draft { subject: id.clone(), members, ours, gross, day: kind.day, ..draft };
                state = self.propose(draft);
            }
            let single = ours.len() == 1 && theirs.len() == 1;
            self.said.push(Said { id: id.clone(), state, single });
            if alike.proven > 0 {
                self.out.sets.push(SetProof {
                    id,
                    contract: contract.id.clone(),
                    stage: Stage::InterchangeableSet,
                    state,
                    proven: u32::try_from(alike.proven).unwrap_or(u32::MAX),
                    amount: total,
                    ours,
                    theirs,
                    sentence_ja,
                });
            }
        }
    }

    /// Fills in what stage 3 or 4 says of a link, and where its members end.
    pub(super) fn linked(&mut self, mut link: Link, rule: Rule, index: usize, row: usize) -> Ended {
        let (sale, r) = (self.world.sales[index], self.world.rows[row]);
        let mut ended = Ended::Linked { link: link.id.clone() };
        match rule {
            Rule::Alike { set } => {
                let said = &self.said[set];
                link.proof.state = said.state;
                link.proof.pairing = if said.single { Pairing::Unique } else { Pairing::Indeterminate };
                link.proof.set = Some(said.id.clone());
                ended = Ended::LinkedInSet { set: said.id.clone(), link: link.id.clone() };
            }
            Rule::Window { digits_differ, .. } => {
                let contract = self.world.contracts[self.world.row_contract[row]];
                let by_policy = contract.matching.window.accept == crate::matching::Accept::Proposed;
                if digits_differ {
                    link.proof.note_ja = sentence::digits_differ(sale, r);
                }
                if digits_differ || by_policy {
                    let text = if digits_differ {
                        link.proof.note_ja.clone()
                    } else {
                        sentence::window_proposed(sale, r)
                    };
                    let draft = self.about_sale(index, ExceptionClass::ProposedMatch, text);
                    let members = vec![sale.id.clone(), r.id.clone()];
                    let subject = pair_subject(&sale.id, &r.id);
                    let (ours, day) = (Some(link.left_amount), r.closing_date());
                    link.proof.state = self.propose(Draft { subject, members, ours, day, ..draft });
                }
            }
            _ => {}
        }
        let exact = matches!(rule, Rule::TransactionId | Rule::Reference | Rule::Alike { .. })
            || matches!(rule, Rule::Key { with_amount: true, .. });
        self.refused.fill(self.world, &mut link, index, row, !exact);
        self.out.links.push((index, Arc::new(link)));
        ended
    }

    /// Sales too many of a set, one exception a set.
    pub(super) fn too_few_rows(&mut self) {
        for (set, sales) in std::mem::take(&mut self.short) {
            let alike = &self.joined.sets[set];
            let total = times(alike.kind.amount, sales.len());
            let head = self.head(set);
            let at: Vec<_> = alike.possible.iter().map(|i| self.joined.items[*i].at).collect();
            let text = sentence::set_j_only(&head, alike.items.len(), sales.len(), total, &at);
            let members = alike.possible.iter().map(|i| self.joined.items[*i].sale.id.clone()).collect();
            let draft = self.about_sale(sales[0], ExceptionClass::JOnly, text);
            let amount = Yen::new(total.get().saturating_neg());
            let draft = Draft { subject: self.subject(set), members, amount, day: alike.kind.day, ..draft };
            let ended = self.raise_counted(draft, total, sales.len());
            for sale in sales {
                self.settle_sale(sale, ended.clone());
            }
        }
    }

    /// Rows too many of a set, one exception a set: without a key nobody knows of them; with one they are second charges.
    pub(super) fn too_many_rows(&mut self) {
        for (set, rows) in std::mem::take(&mut self.over) {
            let alike = &self.joined.sets[set];
            let total = times(alike.kind.amount, rows.len());
            let head = self.head(set);
            let at: Vec<_> = alike.possible.iter().map(|r| self.world.rows[*r].at).collect();
            let text = sentence::set_a_only(&head, alike.rows.len(), rows.len(), total, &at);
            let members = alike.possible.iter().map(|r| self.world.rows[*r].id.clone()).collect();
            let class = if alike.keyed { ExceptionClass::DuplicateCharge } else { ExceptionClass::AOnly };
            let draft = self.about_row(rows[0], class, text);
            let draft = Draft { subject: self.subject(set), members, amount: total, ..draft };
            let ended = self.raise_counted(draft, total, rows.len());
            for row in rows {
                self.theirs(row, None, self.world.rows[row].amount, true);
                self.settle_row(row, ended.clone());
            }
        }
    }

    fn raise_counted(&mut self, draft: Draft, total: Yen, count: usize) -> Ended {
        let ended = self.raise(Draft { gross: Yen::new(total.get().saturating_abs()), ..draft });
        if let Some(exception) = self.out.exceptions.last_mut() {
            exception.count = u32::try_from(count).unwrap_or(u32::MAX);
        }
        ended
    }

    fn head(&self, set: usize) -> String {
        let kind = self.joined.sets[set].kind;
        sentence::kind(self.world.contracts[kind.contract], kind.day, kind.amount, kind.terminal)
    }

    /// What a set's remainder is called: its kind, not its members, so that it is the same tomorrow with one row more (papers.md C6).
    fn subject(&self, set: usize) -> String {
        let alike = &self.joined.sets[set];
        let kind = alike.kind;
        let own = alike.items.first().filter(|_| alike.keyed).map(|i| &self.joined.items[*i].sale.id);
        format!(
            "{}/{}/{}/{}/{:?}/{:?}/{own:?}",
            self.world.contracts[kind.contract].id,
            kind.charge,
            kind.amount.get(),
            kind.day,
            kind.brand,
            kind.terminal
        )
    }

    /// The sums of stage 5.
    pub(super) fn settle_sums(&mut self) {
        let joined = self.joined;
        joined.sums.iter().for_each(|sum| self.settle_sum(sum));
    }

    /// Links that carry a part each, a proposal, and the places of all members.
    fn settle_sum(&mut self, sum: &Sum) {
        let joined = self.joined;
        let (Some(first), Some(row)) = (sum.items.first(), sum.rows.first()) else { return };
        let (index, row) = (joined.items[*first].index, self.world.rows[*row]);
        let proof = self.say_sum(sum, index, row);
        let mut place = BTreeMap::new();
        for (sale, link) in evidence::of_sum(self.world, joined, sum, &proof.id, proof.state) {
            place.insert(link.left.clone(), link.id.clone());
            place.insert(link.right.clone(), link.id.clone());
            self.out.links.push((sale, Arc::new(link)));
        }
        let differs = (sum.difference != Yen::ZERO).then(|| {
            let draft = self.about_sale(index, ExceptionClass::AmountDiff, proof.sentence_ja.clone());
            self.raise(Draft {
                subject: proof.id.clone(),
                members: proof.ours.iter().chain(&proof.theirs).cloned().collect(),
                amount: sum.difference,
                ours: Some(proof.amount),
                gross: Yen::new(sum.difference.get().saturating_abs()),
                day: row.closing_date(),
                ..draft
            })
        });
        let ended = |id: &String| {
            let link = place.get(id).cloned().unwrap_or_default();
            differs.clone().unwrap_or_else(|| Ended::LinkedInSet { set: proof.id.clone(), link })
        };
        for i in &sum.items {
            let item = &joined.items[*i];
            self.ours(*i, self.our_kind(item.index), Timing::Reported(row.closing_date()));
            self.settle_sale(item.index, ended(&item.sale.id));
        }
        for (nth, r) in sum.rows.iter().enumerate() {
            let difference = if nth == 0 { sum.difference } else { Yen::ZERO };
            self.theirs(*r, Some(index), difference, false);
            self.settle_row(*r, ended(&self.world.rows[*r].id));
        }
        self.out.sets.push(proof);
    }

    /// What is said of a sum. Of a day's total nobody is asked: more than the total is not to be had.
    fn say_sum(&mut self, sum: &Sum, index: usize, row: &Row) -> SetProof {
        let joined = self.joined;
        let items = sum.items.iter().map(|i| &joined.items[*i]);
        let amount = items.clone().fold(Yen::ZERO, |all, item| all.saturating_add(item.amount));
        let sales: Vec<&Sale> = items.map(|item| item.sale).collect();
        let ours: Vec<String> = sales.iter().map(|sale| sale.id.clone()).collect();
        let theirs: Vec<String> = sum.rows.iter().map(|r| self.world.rows[*r].id.clone()).collect();
        let members: Vec<String> = ours.iter().chain(&theirs).cloned().collect();
        let id = set_id("set", "sum", &members);
        let sentence_ja = match (sum.total, &sales[..]) {
            (true, _) => sentence::day_total(sales.len(), amount, row, sum.difference),
            (false, [one]) => sentence::split(one, theirs.len()),
            (false, _) => sentence::merged(&sales, row),
        };
        let state = if sum.total {
            LinkState::Confirmed
        } else {
            let draft = self.about_sale(index, ExceptionClass::ProposedMatch, sentence_ja.clone());
            let (subject, day) = (id.clone(), row.closing_date());
            let gross = Yen::new(amount.get().saturating_abs());
            self.propose(Draft { subject, members, ours: Some(amount), gross, day, ..draft })
        };
        SetProof {
            id,
            contract: row.contract.clone(),
            stage: if sum.total { Stage::DayTotal } else { Stage::BoundedSum },
            state,
            proven: u32::try_from(ours.len().max(theirs.len())).unwrap_or(u32::MAX),
            amount,
            ours,
            theirs,
            sentence_ja,
        }
    }
}

fn times(yen: Yen, count: usize) -> Yen {
    Yen::new(yen.get().saturating_mul(i64::try_from(count).unwrap_or(i64::MAX)))
}
