//! Where each sale ends: with its row, with a difference, waiting, unknown, or alone.
//!
//! Invariant: an unknown result counts for nothing until a row or a person decides it; "not charged" is said only when the statement of its
//! time, to the end of the cut-off band, is complete.

use domain::money::Yen;

use crate::{
    class::ExceptionClass,
    evidence,
    facts::{SaleKind, SaleState},
    join::ItemEnd,
    keys::{Role, Rule},
    ledger::{Draft, OurKind, Theirs, Timing},
    near::Ask,
    outcome::{Ended, UnknownDecided},
    sentence, sentence_sets,
    world::has_acquirer,
};

use super::Classifier;

impl Classifier<'_, '_> {
    /// Cash and the like, and cashless sales that no contract covers.
    pub(super) fn without_contract(&mut self, index: usize) {
        let sale = self.world.sales[index];
        let counted = sale.state == SaleState::Completed;
        let ended = match (has_acquirer(sale.method), sale.state) {
            (_, SaleState::Voided | SaleState::NotCharged) => Ended::NoMoney,
            (false, _) => Ended::NoAcquirer,
            (true, _) => self.raise(Draft {
                amount: if counted { Yen::new(-sale.amount.get()) } else { Yen::ZERO },
                ..self.about_sale(index, ExceptionClass::NoContract, sentence::no_contract(sale))
            }),
        };
        self.settle_sale(index, ended);
    }

    /// A sale or refund that is one thing.
    pub(super) fn single(&mut self, index: usize, item: usize) {
        let ended = match self.joined.item_end[item] {
            ItemEnd::Paired { row, rule } => self.paired(index, item, row, rule),
            ItemEnd::Summed { .. } => return,
            ItemEnd::Failed { row } => self.failed(index, item, row),
            ItemEnd::Ambiguous { group } => self.in_group(group),
            ItemEnd::Open | ItemEnd::Alone => match self.open(index, item) {
                Some(ended) => ended,
                None => return,
            },
        };
        self.settle_sale(index, ended);
    }

    pub(super) fn our_kind(&self, index: usize) -> OurKind {
        let sale = self.world.sales[index];
        match (sale.kind, sale.state) {
            (SaleKind::Refund, _) => OurKind::Refund,
            (_, SaleState::Unknown) => OurKind::SettledUnknown,
            _ if sale.settled_by_statement => OurKind::SettledUnknown,
            _ => OurKind::Sale,
        }
    }

    /// A sale and its row. The row's own place is settled here too.
    pub(super) fn paired(&mut self, index: usize, item: usize, row: usize, rule: Rule) -> Ended {
        let (sale, r) = (self.world.sales[index], self.world.rows[row]);
        let link = evidence::link(self.world, self.joined, item, row);
        let linked = self.linked(link, rule, index, row);
        if sale.state == SaleState::NotCharged {
            let ended = self.charged_after_all(index, row);
            self.settle_row(row, ended.clone());
            return ended;
        }
        if sale.state == SaleState::Unknown {
            self.decide(index, true, Some(row));
            if self.paid_again(index) {
                let draft =
                    self.about_sale(index, ExceptionClass::DuplicateCharge, sentence::paid_twice(sale, r));
                let members = vec![sale.id.clone(), r.id.clone()];
                let ended = self.raise(Draft { amount: r.amount, members, day: r.closing_date(), ..draft });
                self.theirs(row, Some(index), r.amount, true);
                self.settle_row(row, ended.clone());
                return ended;
            }
        }
        let amount = self.joined.items[item].amount;
        let difference = r.amount.saturating_sub(amount);
        self.ours(item, self.our_kind(index), Timing::Reported(r.closing_date()));
        self.theirs(row, Some(index), difference, false);
        let ended = if difference == Yen::ZERO {
            linked
        } else {
            let draft = self.about_sale(
                index,
                ExceptionClass::AmountDiff,
                sentence::amount_diff(sale, r, difference),
            );
            self.raise(Draft {
                members: vec![sale.id.clone(), r.id.clone()],
                day: r.closing_date(),
                amount: difference,
                ours: Some(amount),
                gross: Yen::new(difference.get().saturating_abs()),
                ..draft
            })
        };
        self.settle_row(row, ended.clone());
        ended
    }

    /// Whether the citizen paid again, and that payment stands.
    pub(super) fn paid_again(&self, index: usize) -> bool {
        self.world.house.paid_again.contains(self.world.sales[index].id.as_str())
    }

    pub(super) fn failed(&mut self, index: usize, item: usize, row: usize) -> Ended {
        let (sale, r) = (self.world.sales[index], self.world.rows[row]);
        if sale.state == SaleState::Unknown {
            self.decide(index, false, Some(row));
            let text = sentence::did_not_happen(
                sale,
                self.world.contracts[self.joined.items[item].contract],
                Some(r),
            );
            return self.raise(self.about_sale(index, ExceptionClass::UnknownPending, text));
        }
        self.ours(item, self.our_kind(index), Timing::Break);
        if self.decided_charged(index) {
            return self.not_charged_after_all(index);
        }
        let draft = self.about_sale(index, ExceptionClass::FailedOnly, sentence::failed_only(sale, r));
        let members = vec![sale.id.clone(), r.id.clone()];
        self.raise(Draft { amount: Yen::new(-sale.amount.get()), members, ..draft })
    }

    /// A sale that no row fits. `None` when its place is settled with others of its day.
    pub(super) fn open(&mut self, index: usize, item: usize) -> Option<Ended> {
        let sale = self.world.sales[index];
        let i = &self.joined.items[item];
        let contract = i.contract;
        let covered = self.world.covered(contract, i.date);
        if matches!(sale.state, SaleState::Voided | SaleState::NotCharged) {
            return Some(Ended::NoMoney);
        }
        if self.world.own_figures(contract) && sale.state == SaleState::Completed {
            self.own_figures(index, item);
            return Some(Ended::OwnFigures);
        }
        if sale.state == SaleState::Unknown {
            return Some(self.open_unknown(index, item, covered));
        }
        let kind = self.our_kind(index);
        if !covered {
            self.ours(item, kind, Timing::Awaiting);
            self.waiting.entry((contract, i.date)).or_default().push(index);
            return None;
        }
        if self.terminal_is_open(index) {
            self.ours(item, kind, Timing::Cutoff);
            self.unclosed.push(index);
            return None;
        }
        let label = self.world.contracts[contract];
        let amount = Yen::new(-sale.amount.get());
        if self.at_cutoff(item) {
            self.ours(item, kind, Timing::Cutoff);
            let draft = self.about_sale(index, ExceptionClass::CutoffShift, sentence::cutoff(sale, label));
            return Some(self.raise(Draft { amount, ..draft }));
        }
        self.ours(item, kind, Timing::Break);
        if self.decided_charged(index) {
            return Some(self.not_charged_after_all(index));
        }
        if let Some(set) = self.joined.spare_items.get(&item) {
            self.short.entry(*set).or_default().push(index);
            return None;
        }
        let text = match sale.kind {
            SaleKind::Sale => sentence::j_only(sale, label),
            SaleKind::Refund => sentence::refund_only(sale, label),
        };
        let draft = self.about_sale(index, ExceptionClass::JOnly, text);
        Some(self.raise_near(Draft { amount, ..draft }, Ask::Rows { sale: index, contract }))
    }

    /// Without statements, what we took is what the acquirer owes.
    pub(super) fn own_figures(&mut self, index: usize, item: usize) {
        let i = &self.joined.items[item];
        self.ours(item, self.our_kind(index), Timing::Reported(i.date));
        self.out.theirs.push(Theirs {
            contract: i.contract,
            closing_date: i.date,
            refund: i.role == Role::Refund,
            amount: i.amount,
            difference: Yen::ZERO,
            surplus: 0,
            sale: Some(index),
            row: None,
        });
    }

    /// An unknown without a row: not charged, where the statement of its time is complete.
    pub(super) fn open_unknown(&mut self, index: usize, item: usize, covered: bool) -> Ended {
        let sale = self.world.sales[index];
        let contract = self.joined.items[item].contract;
        let doubt = self.joined.doubts.contains(&item);
        let label = self.world.contracts[contract];
        let band = i64::from(label.cutoff_band_minutes) * 60_000;
        let until = sale.at.plus_ms(band).date();
        let complete =
            covered && self.world.covered(contract, until) && self.world.has_passed(sale.payment_date);
        let text = if doubt {
            sentence_sets::unknown_in_doubt(sale)
        } else if complete {
            self.decide(index, false, None);
            sentence::did_not_happen(sale, label, None)
        } else {
            sentence::unknown_pending(sale)
        };
        let draft = self.about_sale(index, ExceptionClass::UnknownPending, text);
        self.raise_near(draft, Ask::Rows { sale: index, contract })
    }

    /// Within the band before the closing of its period, with the next day's statement not here yet.
    pub(super) fn at_cutoff(&self, item: usize) -> bool {
        let i = &self.joined.items[item];
        let band = i64::from(self.world.contracts[i.contract].cutoff_band_minutes);
        let next = i.at.plus_ms(band * 60_000).date();
        band > 0
            && next > i.date
            && !self.world.period(i.contract, i.date).holds(next)
            && !self.world.covered(i.contract, next)
    }

    /// What the centre should tell the counter.
    pub(super) fn decide(&mut self, index: usize, happened: bool, row: Option<usize>) {
        let sale = self.world.sales[index];
        let r = row.map(|r| self.world.rows[r]);
        let contract = self.world.sale_contract[index];
        let file = r
            .map(|r| r.file.clone())
            .or_else(|| self.world.house.covering.get(sale.id.as_str()).map(|file| (*file).to_owned()));
        let sentence_ja = match (happened, r, contract) {
            (true, Some(r), _) => sentence::happened(sale, r),
            (_, _, Some(contract)) => sentence::did_not_happen(sale, self.world.contracts[contract], r),
            _ => String::new(),
        };
        self.out.decisions.push(UnknownDecided {
            sale: sale.id.clone(),
            attempt: sale.attempt.clone(),
            counter: sale.counter.clone(),
            happened,
            amount: r.filter(|_| happened).map_or(sale.amount, |r| r.amount),
            file,
            row: r.map(|r| r.row),
            sentence_ja,
        });
    }
}
