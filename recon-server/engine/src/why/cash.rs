//! Why a payout and a deposit are one, or are not.
//!
//! Invariant: the steps of a payout add up to its net; those of a deposit to the deposit.

use std::{collections::BTreeMap, sync::Arc};

use domain::money::Yen;

use super::{Asked, Refused, Source, Step, Why, nearest, nearest_words};
use crate::{
    causes::{Cause, CauseKind, causes},
    class::{ExceptionClass, Leg},
    contract::{Contract, GrossOrNet},
    facts::Deposit,
    outcome::{ContractSheet, Link, Payout, PayoutState},
    words,
};

/// Days around a payout within which deposits (and around a deposit, payouts) are looked at.
const LOOK_DAYS: i32 = 31;
/// Step of a deposit: the payout came in several.
const OTHER_DEPOSITS: &str = "同じ支払のほかの入金";
/// Step of a deposit: what it is more or less than the payout.
const GAP: &str = "予定との差";

impl<'a> Asked<'a> {
    fn contract(&self, payout: &Payout) -> Option<&'a Contract> {
        self.facts.contracts.iter().find(|c| c.id == payout.contract)
    }

    fn cash_links(&self, fits: impl Fn(&&Link) -> bool) -> Vec<&'a Link> {
        self.outcome
            .links
            .iter()
            .map(Arc::as_ref)
            .filter(|l| l.leg == Leg::PayoutDeposit)
            .filter(fits)
            .collect()
    }

    fn payouts_of(&self, links: &[&Link]) -> Vec<&'a Payout> {
        let left: BTreeMap<&str, ()> = links.iter().map(|link| (link.left.as_str(), ())).collect();
        self.outcome.payouts.iter().filter(|p| left.contains_key(p.id.as_str())).collect()
    }

    pub(super) fn payout(&self, mut why: Why) -> Option<Why> {
        let payout = self.outcome.payouts.iter().find(|p| p.id == why.subject)?;
        let contract = self.contract(payout)?;
        let links = self.cash_links(|link| link.left == payout.id);
        self.versions(&mut why, payout, contract);
        take_links(&mut why, &links);
        why.steps = self.steps(payout);
        self.source_deposits(&mut why, &links);
        let declared = payout.declared.iter().flat_map(|d| &d.ids);
        for id in declared {
            let row = self.facts.declared.iter().find(|d| d.id == *id);
            why.sources.extend(row.map(|d| Source { id: d.id.clone(), file: d.file.clone(), row: d.row }));
        }
        if payout.deposits.is_empty() {
            let others = self.facts.deposits.iter().filter(|d| d.amount > Yen::ZERO);
            let others = others.filter(|d| d.booked_on.days_since(payout.expected_on).abs() <= LOOK_DAYS);
            nearest(&mut why, others.map(|d| self.refuse(payout, contract, d, true)).collect());
        }
        self.differs(&mut why, payout);
        why.paragraph_ja = self.payout_words(&why, payout, contract);
        Some(why)
    }

    pub(super) fn deposit(&self, mut why: Why) -> Option<Why> {
        let deposit = self.facts.deposits.iter().find(|d| d.id == why.subject)?;
        let links = self.cash_links(|link| link.right == deposit.id);
        let payouts = self.payouts_of(&links);
        take_links(&mut why, &links);
        why.sources.push(Source { id: deposit.id.clone(), file: deposit.file.clone(), row: deposit.row });
        let head = format!("{}の入金 {}円（{}）", deposit.booked_on, deposit.amount, deposit.remitter_kana);
        match payouts[..] {
            [] => {
                let near = |p: &&Payout| {
                    p.net > Yen::ZERO && p.expected_on.days_since(deposit.booked_on).abs() <= LOOK_DAYS
                };
                let refuse = |p| Some(self.refuse(p, self.contract(p)?, deposit, false));
                let refused = self.outcome.payouts.iter().filter(near).filter_map(refuse).collect();
                nearest(&mut why, refused);
                why.steps = vec![step("当てはまる支払予定のない入金", deposit.amount, None)];
                let tail = nearest_words(&why);
                why.paragraph_ja =
                    format!("{head}は、どの支払予定とも結び付いていません。{}{tail}", self.findings());
            }
            [payout] => {
                let contract = self.contract(payout)?;
                self.versions(&mut why, payout, contract);
                why.steps = self.steps(payout);
                let others = payout.deposits.iter().filter(|id| **id != deposit.id);
                let elsewhere = self.facts.deposits.iter().filter(|d| others.clone().any(|id| *id == d.id));
                let elsewhere = elsewhere.fold(Yen::ZERO, |sum, d| sum.saturating_add(d.amount));
                push(&mut why.steps, OTHER_DEPOSITS, negative(elsewhere), None);
                let gap = deposit.amount.saturating_add(elsewhere).saturating_sub(payout.net);
                self.differs(&mut why, payout);
                let cause = why.causes.first().map(|cause| cause.kind);
                push(&mut why.steps, GAP, gap, cause);
                why.paragraph_ja = format!("{head}は、{}", self.payout_words(&why, payout, contract));
            }
            _ => {
                let named: Vec<String> = payouts.iter().map(|p| self.named(p)).collect();
                for (payout, name) in payouts.iter().zip(&named) {
                    why.steps.push(step(name, payout.net, Some(CauseKind::MergedContracts)));
                }
                why.paragraph_ja = format!(
                    "{head}は、{}件の支払の合算です: {}。契約ごとの予定額と比べると違って見えますが、合計は1円まで一致しています。{}",
                    payouts.len(),
                    named.join("、"),
                    self.findings()
                );
            }
        }
        Some(why)
    }

    fn named(&self, payout: &Payout) -> String {
        let label = self.contract(payout).map(|c| c.label_ja.as_str()).unwrap_or_default();
        format!("{label} {}締め {}円", payout.to, payout.net)
    }

    fn versions(&self, why: &mut Why, payout: &Payout, contract: &Contract) {
        let terms = contract.terms_on(payout.to);
        why.versions.fee_ja = Some(words::fee_rule(&terms.fee));
        why.versions.names.clone_from(&contract.payer_kana);
        let shifted = !self.facts.calendar.is_banking_day(payout.expected_on);
        let note = if shifted { "（銀行休業日）" } else { "" };
        why.versions.calendar_ja =
            Some(format!("{}締め → 入金予定 {}{note}", payout.to, payout.expected_on.to_japanese()));
    }

    fn source_deposits(&self, why: &mut Why, links: &[&Link]) {
        for link in links {
            let deposit = self.facts.deposits.iter().find(|d| d.id == link.right);
            why.sources.extend(deposit.map(|d| Source {
                id: d.id.clone(),
                file: d.file.clone(),
                row: d.row,
            }));
        }
    }

    /// Names the difference of an arrived payout, where there is one.
    fn differs(&self, why: &mut Why, payout: &Payout) {
        if payout.state == PayoutState::AmountDiffers {
            why.causes = causes(self.facts, self.outcome.payouts.iter(), payout, payout.deposited);
        }
    }

    /// From what the counters took in the period to what is to arrive.
    fn steps(&self, payout: &Payout) -> Vec<Step> {
        let mut steps = Vec::new();
        let sheet = self.outcome.sheets.iter().find(|s| s.contract == payout.contract && s.to == payout.to);
        if let Some(sheet) = sheet {
            self.reported(sheet, &mut steps);
        }
        let kept = payout.gross_or_net == GrossOrNet::Net;
        let fee = Some(CauseKind::Fee);
        if kept {
            push(&mut steps, "決済手数料", negative(payout.fee), fee);
            push(&mut steps, "手数料の消費税", negative(payout.fee_tax), fee);
        }
        push(&mut steps, "月額利用料", negative(payout.plan_fee), Some(CauseKind::PlanFee));
        push(&mut steps, "振込手数料", negative(payout.transfer_fee), Some(CauseKind::TransferFee));
        push(&mut steps, "会社による調整", payout.adjustment, None);
        push(&mut steps, "前回からの繰越", payout.carry_in, None);
        push(&mut steps, "次回への繰越", negative(payout.carry_out), None);
        let sum = steps.iter().fold(Yen::ZERO, |sum, step| sum.saturating_add(step.amount));
        push(&mut steps, "支払明細の計算相違", payout.net.saturating_sub(sum), None);
        steps
    }

    /// From what the counters took to what the statement reports.
    fn reported(&self, sheet: &ContractSheet, steps: &mut Vec<Step>) {
        let own = sheet.sales.plus(sheet.settled_unknowns).plus(sheet.refunds).amount;
        steps.push(step("当方の収納（返金を引いた額）", own, None));
        let failed = self.failed(sheet);
        let closing = Some(CauseKind::ClosingDate);
        push(steps, "前期の締めに載らなかった分", sheet.opening.amount, closing);
        push(steps, "翌期の明細に載る分", negative(sheet.carried.amount), closing);
        push(steps, "明細がまだ届いていない分", negative(sheet.awaiting.amount), None);
        push(steps, "明細では取引失敗の分", negative(failed), Some(CauseKind::FailedStatus));
        let other = sheet.breaks_net.amount.saturating_sub(failed);
        push(steps, "明細とのそのほかの差異", negative(other), None);
    }

    /// Sales of the period that the statement calls failed.
    fn failed(&self, sheet: &ContractSheet) -> Yen {
        let of_sheet = |e: &&&crate::outcome::Exception| {
            e.class == ExceptionClass::FailedOnly
                && e.contract.as_ref() == Some(&sheet.contract)
                && (sheet.from..=sheet.to).contains(&e.day)
        };
        let all: Vec<&crate::outcome::Exception> = self.outcome.exceptions.iter().collect();
        all.iter().filter(of_sheet).fold(Yen::ZERO, |sum, e| sum.saturating_sub(e.amount))
    }

    /// Why a payout and a deposit are not one.
    fn refuse(&self, payout: &Payout, contract: &Contract, deposit: &Deposit, of_payout: bool) -> Refused {
        let mut failing = Vec::new();
        if contract.deposit_account.as_ref().is_some_and(|account| *account != deposit.account) {
            failing.push("口座が違います".to_owned());
        }
        if !contract.payer_kana.contains(&deposit.remitter_kana) {
            failing.push(format!("名義「{}」が登録されていません", deposit.remitter_kana));
        }
        let (mine, theirs) =
            if of_payout { (payout.net, deposit.amount) } else { (deposit.amount, payout.net) };
        let apart = theirs.saturating_sub(mine);
        if apart != Yen::ZERO {
            failing.push(format!("金額が{apart}円違います"));
        }
        let days = deposit.booked_on.days_since(payout.expected_on);
        if !contract.deposit_window.holds(payout.expected_on, deposit.booked_on) {
            failing.push(format!("予定日から{days}日離れています"));
        }
        let linked = self.cash_links(|l| if of_payout { l.right == deposit.id } else { l.left == payout.id });
        if !linked.is_empty() {
            failing.push("すでに別の相手と一致しています".to_owned());
        }
        if failing.is_empty() {
            failing.push("当てはまる相手がほかにもあり、決められません".to_owned());
        }
        let (id, label_ja) = if of_payout {
            (deposit.id.clone(), format!("{}の入金 {}円", deposit.booked_on, deposit.amount))
        } else {
            (payout.id.clone(), self.named(payout))
        };
        Refused { id, label_ja, failing_ja: failing, yen_apart: apart, time_apart: i64::from(days.abs()) }
    }

    fn payout_words(&self, why: &Why, payout: &Payout, contract: &Contract) -> String {
        let steps: Vec<String> = why
            .steps
            .iter()
            .filter(|step| step.label_ja != GAP && step.label_ja != OTHER_DEPOSITS)
            .map(|step| format!("{} {}円", step.label_ja, step.amount))
            .collect();
        let head = format!(
            "{}の{}締めの支払です。予定額 {}円の内訳は、{}。",
            contract.label_ja,
            payout.to,
            payout.net,
            steps.join("、")
        );
        let state = match payout.state {
            PayoutState::Arrived => "入金は予定額と1円まで一致しています。".to_owned(),
            PayoutState::AmountDiffers => {
                let gap = payout.deposited.saturating_sub(payout.net);
                let named = Cause::text(&why.causes);
                let named = if named.is_empty() {
                    "当てはまる原因は見つかりません。".to_owned()
                } else {
                    named
                };
                format!("入金は{}円で、予定との差は{gap}円です。{named}", payout.deposited)
            }
            state => format!("入金は{}です。{}", state.label_ja(), nearest_words(why)),
        };
        head + &state
    }
}

/// What joined it.
fn take_links(why: &mut Why, links: &[&Link]) {
    if let Some(link) = links.first() {
        why.stage = Some(link.stage);
        why.rule = Some(link.rule.to_string());
        why.compared.clone_from(&link.compared);
    }
}

fn step(label: &str, amount: Yen, cause: Option<CauseKind>) -> Step {
    Step { label_ja: label.to_owned(), amount, cause }
}

/// A step that is not 0.
fn push(steps: &mut Vec<Step>, label: &str, amount: Yen, cause: Option<CauseKind>) {
    if amount != Yen::ZERO {
        steps.push(step(label, amount, cause));
    }
}

fn negative(amount: Yen) -> Yen {
    Yen::new(amount.get().saturating_neg())
}
