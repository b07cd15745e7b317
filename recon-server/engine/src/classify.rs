//! Stage 9 for journal and statement: every sale and every row ends in exactly one place, with a sentence why.
//!
//! Invariant: each sale and each row is settled exactly once ([`crate::audit()`] counts them). Sales: [`sales`]; voids: [`voids`];
//! refunds beyond their sale: [`refunds`]; sets and sums: [`sets`]; unclosed terminals: [`unclosed`]; chargebacks: [`chargebacks`];
//! results that two sources decide differently: [`decided`];
//! rows and groups: here.

mod chargebacks;
mod decided;
pub(crate) mod refunds;
mod sales;
mod sets;
mod unclosed;
mod voids;

use std::{collections::BTreeMap, sync::Arc};

use domain::{money::Yen, time::CivilDate};

use crate::{
    class::{ExceptionClass, Verdict},
    facts::{RowClass, SaleState},
    house::{first_occurrences, repeated_key},
    join::{Group, ItemEnd, Joined, RowEnd},
    ledger::{Classified, Draft, OurKind, Ours, Theirs, Timing, about_sale},
    near::Ask,
    outcome::{Disposition, Ended, Side},
    refused::Candidates,
    sentence, sentence_sets,
    twins::Twins,
    world::World,
};

/// Classifies both sides.
pub(crate) fn classify<'f>(world: &World<'f>, joined: &Joined<'f>) -> Classified {
    let mut c = Classifier {
        world,
        joined,
        first: first_occurrences(world),
        twins: Twins::new(world, joined),
        out: Classified::default(),
        refused: Candidates::new(world),
        said: Vec::new(),
        waiting: BTreeMap::new(),
        short: BTreeMap::new(),
        over: BTreeMap::new(),
        unclosed: Vec::new(),
    };
    let mut by_sale: Vec<Vec<usize>> = vec![Vec::new(); world.sales.len()];
    for (i, item) in joined.items.iter().enumerate() {
        by_sale[item.index].push(i);
    }
    c.groups();
    c.say_sets();
    c.settle_sums();
    for (index, items) in by_sale.iter().enumerate() {
        match items[..] {
            [] => c.without_contract(index),
            [item] => c.single(index, item),
            [charge, reversal, ..] => c.voided(index, charge, reversal),
        }
    }
    c.missing_files();
    c.unclosed();
    c.too_few_rows();
    (0..world.rows.len()).for_each(|row| c.row(row));
    c.too_many_rows();
    c.left_open();
    c.out
}

use self::sets::Said;

struct Classifier<'w, 'f> {
    world: &'w World<'f>,
    joined: &'w Joined<'f>,
    twins: Twins<'f>,
    out: Classified,
    refused: Candidates,
    /// First rows of those that are repeated.
    first: BTreeMap<(usize, &'f str, &'f str), usize>,
    /// Of each set of stage 4: its id and state.
    said: Vec<Said>,
    /// Sales too many of a set.
    short: BTreeMap<usize, Vec<usize>>,
    /// Rows too many of a set.
    over: BTreeMap<usize, Vec<usize>>,
    /// Sales whose terminal was not closed.
    unclosed: Vec<usize>,
    /// Sales whose statement is not here, by contract and day.
    waiting: BTreeMap<(usize, CivilDate), Vec<usize>>,
}

impl Classifier<'_, '_> {
    fn raise(&mut self, draft: Draft) -> Ended {
        let exception = draft.finish(self.world);
        let ended = Ended::Exception { exception: exception.id.clone(), class: exception.class };
        self.out.exceptions.push(exception);
        ended
    }

    /// Raises something of which is to be said what comes nearest, when everything is put together.
    fn raise_near(&mut self, draft: Draft, ask: Ask) -> Ended {
        self.out.asks.push((self.out.exceptions.len(), ask));
        self.raise(draft)
    }

    /// What stayed open: only this can be near something else.
    fn left_open(&mut self) {
        let (world, joined) = (self.world, self.joined);
        let open = |row: &usize| {
            let money = matches!(world.rows[*row].class, RowClass::Sale | RowClass::Refund);
            money && matches!(joined.row_end[*row], RowEnd::Open | RowEnd::Alone)
        };
        self.out.open_rows = (0..world.rows.len()).filter(open).collect();
        for (item, end) in joined.items.iter().zip(&joined.item_end) {
            let counts = !matches!(item.sale.state, SaleState::Voided | SaleState::NotCharged);
            if matches!(end, ItemEnd::Open | ItemEnd::Alone) && counts {
                self.out.open_items.push((item.at, item.amount, item.index));
            }
        }
    }

    fn settle_sale(&mut self, index: usize, ended: Ended) {
        let sale = self.world.sales[index];
        let (id, amount) = (sale.id.clone(), sale.amount);
        let placed = Disposition { side: Side::Journal, id, amount, ended };
        self.out.dispositions.push((Side::Journal, index, Arc::new(placed)));
    }

    fn settle_row(&mut self, index: usize, ended: Ended) {
        let row = self.world.rows[index];
        let (id, amount) = (row.id.clone(), row.amount);
        let placed = Disposition { side: Side::Statement, id, amount, ended };
        self.out.dispositions.push((Side::Statement, index, Arc::new(placed)));
    }

    fn ours(&mut self, item: usize, kind: OurKind, timing: Timing) {
        let i = &self.joined.items[item];
        let count = if i.amount.is_negative() { -1 } else { 1 };
        self.out.ours.push(Ours {
            sale: i.index,
            contract: i.contract,
            date: i.date,
            kind,
            count,
            amount: i.amount,
            timing,
        });
    }

    fn theirs(&mut self, row: usize, sale: Option<usize>, difference: Yen, surplus: bool) {
        let r = self.world.rows[row];
        let refund = r.class.gives_back();
        let one = if refund { -1 } else { 1 };
        self.out.theirs.push(Theirs {
            contract: self.world.row_contract[row],
            closing_date: r.closing_date(),
            refund,
            amount: r.amount,
            difference,
            surplus: if surplus { one } else { 0 },
            sale,
            row: Some(row),
        });
    }

    /// A draft about one sale.
    fn about_sale(&self, index: usize, class: ExceptionClass, sentence_ja: String) -> Draft {
        about_sale(self.world, index, class, sentence_ja)
    }

    /// A draft about one row.
    fn about_row(&self, row: usize, class: ExceptionClass, sentence_ja: String) -> Draft {
        let r = self.world.rows[row];
        Draft {
            class,
            subject: r.id.clone(),
            members: vec![r.id.clone()],
            contract: Some(self.world.row_contract[row]),
            counter: r.terminal_id.as_deref().and_then(|t| self.world.counter_of(t)).cloned(),
            day: r.closing_date(),
            amount: r.amount,
            gross: Yen::new(r.amount.get().saturating_abs()),
            sentence_ja,
            ours: None,
            near: Vec::new(),
            verdict: None,
        }
    }

    /// A row that no sale has settled yet.
    fn row(&mut self, row: usize) {
        let r = self.world.rows[row];
        let ended = match (&self.joined.row_end[row], &r.class) {
            (RowEnd::Paired { .. } | RowEnd::Summed { .. }, _) => return,
            (RowEnd::Spare { set }, _) if !self.world.is_foreign(r.terminal_id.as_deref()) => {
                self.over.entry(*set).or_default().push(row);
                return;
            }
            (RowEnd::Ambiguous { group }, _) => self.in_group(*group),
            (_, RowClass::Failed) => Ended::NoMoney,
            (_, RowClass::Unclassified(word)) => {
                let text = sentence::unclassified(r, word);
                self.raise(Draft {
                    amount: Yen::ZERO,
                    ..self.about_row(row, ExceptionClass::UnclassifiedRow, text)
                })
            }
            (RowEnd::DuplicateOf { item }, _) => self.duplicate(row, self.joined.items[*item].index, None),
            (RowEnd::Open | RowEnd::Alone | RowEnd::FailedFor { .. } | RowEnd::Spare { .. }, class) => {
                if let Some(ended) = self.chargeback(row) {
                    self.settle_row(row, ended);
                    return;
                }
                match (self.twin_of(row), self.first_charge(row)) {
                    (Some(sale), _) => self.duplicate(row, sale, None),
                    (None, Some((first, sale))) => self.duplicate(row, sale, Some(first)),
                    (None, None) => {
                        self.theirs(row, None, r.amount, true);
                        let foreign = self.world.is_foreign(r.terminal_id.as_deref());
                        let (class, text) = if foreign {
                            (ExceptionClass::SheetUnknown, sentence::sheet_unknown(r))
                        } else {
                            (ExceptionClass::AOnly, sentence::a_only(r, *class == RowClass::Refund, None))
                        };
                        self.raise_near(self.about_row(row, class, text), Ask::Sales { row })
                    }
                }
            }
        };
        self.settle_row(row, ended);
    }

    /// The sale of the first row with the same key in the same file, where this row repeats it.
    fn twin_of(&self, row: usize) -> Option<usize> {
        let r = self.world.rows[row];
        if r.occurrence <= 1 {
            return None;
        }
        let first = self.first.get(&repeated_key(self.world, row, r))?;
        match self.joined.row_end[*first] {
            RowEnd::Paired { item } => Some(self.joined.items[item].index),
            _ => None,
        }
    }

    /// The linked row minutes away that this one repeats under another number, and its sale.
    fn first_charge(&self, row: usize) -> Option<(usize, usize)> {
        let first = self.twins.first_charge(self.world.row_contract[row], self.world.rows[row])?;
        match self.joined.row_end[first] {
            RowEnd::Paired { item } => Some((first, self.joined.items[item].index)),
            _ => None,
        }
    }

    /// A charge too many; `first` is the charge that it repeats, where it has a number of its own.
    fn duplicate(&mut self, row: usize, sale: usize, first: Option<usize>) -> Ended {
        let (s, r) = (self.world.sales[sale], self.world.rows[row]);
        self.theirs(row, Some(sale), r.amount, true);
        let text = match first {
            Some(first) => sentence::second_charge(r, s, self.world.rows[first]),
            None => sentence::duplicate(r, s),
        };
        let draft = self.about_row(row, ExceptionClass::DuplicateCharge, text);
        self.raise(Draft {
            members: vec![r.id.clone(), s.id.clone()],
            counter: Some(s.counter.clone()),
            ..draft
        })
    }

    /// What cannot be told apart, one exception a group.
    fn groups(&mut self) {
        for Group { items, rows, reason_ja } in &self.joined.groups {
            // A voided charge counts for nothing, an unknown one only when it is decided.
            let counts = |i: &&usize| self.joined.items[**i].sale.state == SaleState::Completed;
            let counted: Vec<usize> = items.iter().filter(counts).copied().collect();
            let ours =
                counted.iter().fold(Yen::ZERO, |sum, i| sum.saturating_add(self.joined.items[*i].amount));
            let theirs = rows.iter().fold(Yen::ZERO, |sum, r| sum.saturating_add(self.world.rows[*r].amount));
            let Some(first) = items.first() else { continue };
            let first = self.joined.items[*first];
            for item in counted {
                self.ours(item, self.our_kind(self.joined.items[item].index), Timing::Break);
            }
            for row in rows {
                self.theirs(*row, None, self.world.rows[*row].amount, true);
            }
            let mut members: Vec<String> =
                items.iter().map(|i| self.joined.items[*i].sale.id.clone()).collect();
            members.extend(rows.iter().map(|r| self.world.rows[*r].id.clone()));
            members.dedup();
            let amount = theirs.saturating_sub(ours);
            let text = match reason_ja {
                Some(reason) => sentence_sets::several_ways(items.len(), ours, rows.len(), theirs, reason),
                None => sentence::ambiguous(items.len(), rows.len(), ours, theirs),
            };
            let draft = self.about_sale(first.index, ExceptionClass::Ambiguous, text);
            let gross = Yen::new(amount.get().saturating_abs());
            let verdict = (gross > Yen::ZERO).then_some(Verdict::Differences);
            // A voided sale may stand in two groups, with its charge and with its reversal.
            let subject = format!("{}/{:?}", first.sale.id, first.role);
            self.raise(Draft { subject, members, amount, ours: Some(ours), gross, verdict, ..draft });
        }
    }

    /// The place of a group's members: its exception, raised before them.
    fn in_group(&self, group: usize) -> Ended {
        let class = ExceptionClass::Ambiguous;
        let exception = self.out.exceptions.get(group).map(|e| e.id.clone()).unwrap_or_default();
        Ended::Exception { exception, class }
    }

    /// 資料未着: one exception per contract and day.
    fn missing_files(&mut self) {
        for ((contract, day), sales) in std::mem::take(&mut self.waiting) {
            let amount =
                sales.iter().fold(Yen::ZERO, |sum, s| sum.saturating_add(self.world.sales[*s].amount));
            let label = self.world.contracts[contract];
            let ended = self.raise(Draft {
                class: ExceptionClass::MissingFile,
                subject: format!("{}/{day}", label.id),
                members: sales.iter().map(|s| self.world.sales[*s].id.clone()).collect(),
                contract: Some(contract),
                counter: None,
                day,
                amount: Yen::ZERO,
                gross: Yen::new(amount.get().saturating_abs()),
                sentence_ja: sentence::missing_file(label, day, sales.len(), amount),
                ours: None,
                near: Vec::new(),
                verdict: None,
            });
            for sale in sales {
                self.settle_sale(sale, ended.clone());
            }
        }
    }
}
