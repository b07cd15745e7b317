//! Remitter names that are not registered (reconciliation.md 4, gap 4): a deposit under an unknown name that fits one payout, and no
//! other, is evidence that the name is the payer's.
//!
//! Invariants: a proposal has no effect; only a name that a person confirmed (`Contract::payer_kana`) matches. A proposal is made only
//! where deposit and payout are each the other's sole candidate by account, exact net and expected day. Not here: who confirms.

use std::collections::{BTreeMap, BTreeSet};

use domain::{id::ContractId, money::Yen, time::CivilDate};
use serde::{Deserialize, Serialize};

use crate::{
    class::ExceptionClass,
    contract::Contract,
    facts::Deposit,
    outcome::{Disposition, Ended, Payout, Side},
    payout::PayoutKey,
    sentence,
    world::World,
};

/// A name to confirm, with what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AliasProposal {
    /// 契約 whose payer it would be.
    pub contract: ContractId,
    /// 振込依頼人名 in comparison form.
    pub remitter_kana: String,
    /// Every pair that speaks for it, oldest deposit first.
    pub evidence: Vec<AliasEvidence>,
    /// What to do, one Japanese sentence.
    pub sentence_ja: String,
}

/// One deposit that fits one payout.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AliasEvidence {
    /// 勘定日
    pub booked_on: CivilDate,
    /// Id of the deposit.
    pub deposit: String,
    /// Key of the account.
    pub account: String,
    /// Id of the payout.
    pub payout: String,
    /// The day on which it was expected.
    pub expected_on: CivilDate,
    /// Yen, the same on both sides.
    pub amount: Yen,
}

/// Names to confirm, by contract and name.
pub(crate) fn proposals(
    world: &World<'_>,
    payouts: &BTreeMap<PayoutKey, Payout>,
    placed: &[Disposition],
) -> Vec<AliasProposal> {
    let open: BTreeSet<&str> = placed
        .iter()
        .filter(|p| p.side == Side::Bank && is_unexpected(&p.ended))
        .map(|p| p.id.as_str())
        .collect();
    let strangers: Vec<&Deposit> = world
        .deposits
        .iter()
        .copied()
        .filter(|d| open.contains(d.id.as_str()) && !d.remitter_kana.is_empty())
        .filter(|d| !world.contracts.iter().any(|c| c.payer_kana.contains(&d.remitter_kana)))
        .collect();
    let waiting: Vec<(&PayoutKey, &Payout)> =
        payouts.iter().filter(|(_, p)| p.waits() && p.net > Yen::ZERO).collect();
    let fits = |deposit: &Deposit, key: &PayoutKey, payout: &Payout| {
        let contract = world.contracts[key.0];
        deposit.amount == payout.net
            && contract.deposit_account.as_ref().is_none_or(|account| *account == deposit.account)
            && contract.deposit_window.holds(payout.expected_on, deposit.booked_on)
    };
    let mut found: BTreeMap<(usize, &str), Vec<(&Deposit, &Payout)>> = BTreeMap::new();
    for deposit in &strangers {
        let mut of_deposit = waiting.iter().filter(|(key, p)| fits(deposit, key, p));
        let (Some((key, payout)), None) = (of_deposit.next(), of_deposit.next()) else { continue };
        if strangers.iter().filter(|other| fits(other, key, payout)).count() == 1 {
            found.entry((key.0, &deposit.remitter_kana)).or_default().push((deposit, payout));
        }
    }
    let mut list: Vec<AliasProposal> = found
        .into_iter()
        .filter_map(|((c, kana), pairs)| proposal(world.contracts[c], kana, pairs))
        .collect();
    list.sort();
    list
}

fn is_unexpected(ended: &Ended) -> bool {
    matches!(ended, Ended::Exception { class: ExceptionClass::DepositNoPayout, .. })
}

fn proposal(contract: &Contract, kana: &str, mut pairs: Vec<(&Deposit, &Payout)>) -> Option<AliasProposal> {
    pairs.sort_by_key(|(deposit, _)| (deposit.booked_on, &deposit.id));
    let (deposit, payout) = *pairs.first()?;
    let evidence = |(deposit, payout): &(&Deposit, &Payout)| AliasEvidence {
        booked_on: deposit.booked_on,
        deposit: deposit.id.clone(),
        account: deposit.account.clone(),
        payout: payout.id.clone(),
        expected_on: payout.expected_on,
        amount: deposit.amount,
    };
    Some(AliasProposal {
        contract: contract.id.clone(),
        remitter_kana: kana.to_owned(),
        evidence: pairs.iter().map(evidence).collect(),
        sentence_ja: sentence::alias(contract, kana, deposit, payout, pairs.len()),
    })
}
