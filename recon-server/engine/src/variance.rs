//! Leg 2: a payment statement against what we compute of the rows (stage 6, "compare declared"; reconciliation.md 5.4).
//!
//! Invariants: a statement is compared only where it speaks of every day that has rows; its figures are then the payout's, because they
//! are what will arrive, and each figure that differs from ours is an exception of its own. Each declared payout stands in one payout or
//! in one exception.

use std::collections::{BTreeMap, BTreeSet};

use domain::{money::Yen, time::CivilDate};

use crate::{
    class::{ExceptionClass, Verdict},
    contract::GrossOrNet,
    declared::{DeclaredBeside, DeclaredPayout},
    ledger::{Draft, Theirs},
    outcome::{Exception, Payout, PayoutState},
    payout::PayoutKey,
    sentence, words,
    world::World,
};

/// Everything that is declared for one closing.
#[derive(Debug, Clone)]
pub(crate) struct Said<'f> {
    /// Sorted by days.
    rows: Vec<&'f DeclaredPayout>,
}

/// What is declared, by closing.
pub(crate) fn by_closing<'f>(world: &World<'f>) -> BTreeMap<PayoutKey, Said<'f>> {
    let mut said: BTreeMap<PayoutKey, Said<'f>> = BTreeMap::new();
    for declared in &world.facts.declared {
        if let Some(contract) = world.contracts.iter().position(|c| c.id == declared.contract) {
            let key = (contract, world.period(contract, declared.to));
            said.entry(key).or_insert_with(|| Said { rows: Vec::new() }).rows.push(declared);
        }
    }
    for said in said.values_mut() {
        said.rows.sort_by_key(|d| (d.from, d.to, d.id.as_str()));
    }
    said
}

impl Said<'_> {
    /// Whether it speaks of the day of every row.
    pub fn covers(&self, rows: &[&Theirs]) -> bool {
        let holds = |day: CivilDate| self.rows.iter().any(|d| d.from <= day && day <= d.to);
        let days: BTreeSet<CivilDate> = rows.iter().map(|row| row.closing_date).collect();
        days.into_iter().all(holds)
    }

    fn sum(&self, of: impl Fn(&DeclaredPayout) -> Yen) -> Yen {
        self.rows.iter().fold(Yen::ZERO, |sum, row| sum.saturating_add(of(row)))
    }

    /// Tax, where every row states it.
    fn tax(&self) -> Option<Yen> {
        self.rows.iter().try_fold(Yen::ZERO, |sum, row| Some(sum.saturating_add(row.tax?)))
    }

    fn ids(&self) -> Vec<String> {
        self.rows.iter().map(|row| row.id.clone()).collect()
    }

    /// Takes the statement's figures over.
    pub fn adopt(&self, payout: &mut Payout) {
        payout.declared = Some(DeclaredBeside {
            ids: self.ids(),
            paid_on: self.rows.iter().filter_map(|row| row.paid_on).max(),
            fee: payout.fee,
            fee_tax: payout.fee_tax,
            transfer_fee: payout.transfer_fee,
            plan_fee: payout.plan_fee,
            net: payout.net,
        });
        let fee = self.sum(|row| row.fee);
        match self.tax() {
            Some(tax) => (payout.fee, payout.fee_tax) = (fee, tax),
            // One figure for both: the tax stays as the contract has it, the rest is the fee.
            None => payout.fee = fee.saturating_sub(payout.fee_tax),
        }
        payout.transfer_fee = self.sum(|row| row.transfer_fee);
        payout.plan_fee = self.sum(|row| row.plan_fee);
        payout.adjustment = self.sum(|row| row.adjustment);
        payout.net = self.sum(|row| row.net);
        payout.carry_in = self.rows.first().map_or(Yen::ZERO, |row| row.carry_in);
        payout.carry_out = self.rows.last().map_or(Yen::ZERO, |row| row.carry_out);
        payout.state = if payout.net == Yen::ZERO { PayoutState::CarriedOver } else { PayoutState::NotDue };
    }
}

/// What a row of a payment statement comes to by its own figures.
fn own_sum(row: &DeclaredPayout, kept: GrossOrNet) -> Yen {
    let fees = row.fee.saturating_add(row.tax.unwrap_or_default()).saturating_add(row.plan_fee);
    let fees = if kept == GrossOrNet::Net { fees } else { Yen::ZERO };
    row.gross
        .saturating_sub(fees)
        .saturating_sub(row.transfer_fee)
        .saturating_add(row.adjustment)
        .saturating_add(row.carry_in)
        .saturating_sub(row.carry_out)
}

/// Every figure in which a statement and our own arithmetic differ.
pub(crate) fn reviews(world: &World<'_>, payouts: &BTreeMap<PayoutKey, Payout>) -> Vec<Exception> {
    let mut found = Vec::new();
    for (key, said) in by_closing(world) {
        let review = Review { world, key, said: &said };
        match payouts.get(&key) {
            Some(payout) if payout.declared.is_some() => review.compare(payout, &mut found),
            Some(payout) => found.push(review.partial(Some(payout))),
            None => found.push(review.partial(None)),
        }
    }
    found
}

struct Review<'a, 'f> {
    world: &'a World<'f>,
    key: PayoutKey,
    said: &'a Said<'f>,
}

impl Review<'_, '_> {
    fn compare(&self, payout: &Payout, found: &mut Vec<Exception>) {
        let Some(ours) = &payout.declared else { return };
        let contract = self.world.contracts[self.key.0];
        for row in &self.said.rows {
            let own = own_sum(row, contract.gross_or_net);
            if own != row.net {
                let text = sentence::declared_sum(payout, contract, row, own);
                let amounts = (own, row.net);
                found.push(self.raise(payout, ExceptionClass::PayoutMath, &row.id, amounts, text));
            }
        }
        let (gross, rows) = (self.said.sum(|row| row.gross), payout.sales.plus(payout.refunds).amount);
        let mut differs = |class, what: &str, theirs: Yen, ours: Yen| {
            if theirs != ours {
                let rule = words::fee_rule(&contract.terms_on(payout.to).fee);
                let text = sentence::declared_differs(payout, contract, what, theirs, ours, &rule);
                found.push(self.raise(payout, class, what, (ours, theirs), text));
            }
        };
        differs(ExceptionClass::PayoutMath, "売上", gross, rows);
        // A fee on another sum than ours is no finding of its own.
        if gross == rows {
            match self.said.tax() {
                Some(tax) if payout.fee == ours.fee => {
                    differs(ExceptionClass::TaxVariance, "手数料の消費税", tax, ours.fee_tax);
                }
                Some(_) => differs(ExceptionClass::FeeVariance, "手数料", payout.fee, ours.fee),
                None => differs(
                    ExceptionClass::FeeVariance,
                    "手数料（税込）",
                    self.said.sum(|row| row.fee),
                    ours.fee.saturating_add(ours.fee_tax),
                ),
            }
        }
        differs(ExceptionClass::PayoutMath, "振込手数料", payout.transfer_fee, ours.transfer_fee);
        differs(ExceptionClass::PayoutMath, "月額利用料", payout.plan_fee, ours.plan_fee);
        if payout.adjustment != Yen::ZERO {
            let text = sentence::adjusted(payout, contract, payout.adjustment);
            let amounts = (Yen::ZERO, payout.adjustment);
            found.push(self.raise(payout, ExceptionClass::Adjustment, "調整", amounts, text));
        }
    }

    /// A statement of days that hold no row, or not of every day that holds one.
    fn partial(&self, payout: Option<&Payout>) -> Exception {
        let contract = self.world.contracts[self.key.0];
        let (gross, net) = (self.said.sum(|row| row.gross), self.said.sum(|row| row.net));
        let waits = payout.is_some() || !self.world.covered(self.key.0, self.key.1.to);
        let draft = Draft {
            class: ExceptionClass::PayoutMath,
            subject: format!("{}/{}", contract.id, self.key.1.to),
            members: self.said.ids(),
            contract: Some(self.key.0),
            counter: None,
            day: self.key.1.to,
            amount: net,
            gross: net,
            sentence_ja: sentence::declared_alone(contract, self.key.1.to, gross, net, payout.is_some()),
            // Of a statement that speaks of other days than our rows no figure of ours is the counterpart.
            ours: payout.is_none().then_some(Yen::ZERO),
            near: Vec::new(),
            verdict: waits.then_some(Verdict::Pending),
        };
        draft.finish(self.world)
    }

    fn raise(
        &self,
        payout: &Payout,
        class: ExceptionClass,
        what: &str,
        (ours, theirs): (Yen, Yen),
        sentence_ja: String,
    ) -> Exception {
        let amount = theirs.saturating_sub(ours);
        let mut members = vec![payout.id.clone()];
        members.extend(self.said.ids());
        let draft = Draft {
            class,
            subject: format!("{}/{what}", payout.id),
            members,
            contract: Some(self.key.0),
            counter: None,
            day: payout.to,
            amount,
            gross: Yen::new(amount.get().saturating_abs()),
            sentence_ja,
            ours: Some(ours),
            near: Vec::new(),
            verdict: None,
        };
        draft.finish(self.world)
    }
}
