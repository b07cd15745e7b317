//! Why two things are one: every field that both sides have, compared.
//!
//! Invariant: a link's id depends on its members and the version of the configuration only.

use std::collections::BTreeMap;

use domain::money::Yen;

use crate::{
    class::Leg,
    facts::Deposit,
    ident::set_id,
    join::{ItemEnd, Joined, stage_of},
    keys::{RULES_VERSION, Rule},
    outcome::{Compared, Link, Payout, Stage},
    payout::PayoutKey,
    proof::{LinkState, Pairing, Proof},
    sentence,
    sets::Set,
    sums::Sum,
    world::World,
};

/// Fields that most links compare.
const COMPARED_USUAL: usize = 5;

/// The link of an item and its row.
pub(crate) fn link(world: &World<'_>, joined: &Joined<'_>, item: usize, row: usize) -> Link {
    let (i, r) = (&joined.items[item], world.rows[row]);
    let rule = match joined.item_end[item] {
        ItemEnd::Paired { rule, .. } => rule,
        _ => Rule::Reference,
    };
    let s = i.sale;
    let mut compared = Vec::with_capacity(COMPARED_USUAL);
    for (field_ja, left, right) in [
        ("取引番号", s.acquirer_transaction_id.as_deref(), r.acquirer_transaction_id.as_deref()),
        ("当方の参照番号", s.reference.as_deref(), r.reference.as_deref()),
        ("端末番号・PosID", i.terminal(), r.terminal_id.as_deref()),
        ("伝票番号", s.slip_number.as_deref(), r.slip_number.as_deref()),
        ("承認番号", s.approval_code.as_deref(), r.approval_code.as_deref()),
        ("支払番号下4桁", s.payer_digits.as_deref(), r.payer_digits.as_deref()),
    ] {
        if let (Some(left), Some(right)) = (left, right) {
            compared.push(equal(field_ja, left.to_owned(), right.to_owned()));
        }
    }
    let near = rule.window_ms(i.role).is_none_or(|window| i.at.ms_since(r.at).abs() <= window);
    compared.push(Compared {
        field_ja: "日時".into(),
        left: i.at.to_paper(),
        right: r.at.to_paper(),
        agrees: near,
    });
    compared.push(equal("金額", i.amount.to_string(), r.amount.to_string()));
    let stage = match stage_of(rule) {
        Stage::CompositeKey if i.amount != r.amount => Stage::CompositeKeyAmountDiffers,
        stage => stage,
    };
    Link {
        id: set_id("link", &world.facts.config_version, &[s.id.clone(), r.id.clone()]),
        leg: Leg::JournalStatement,
        stage,
        rule: rule.name().into(),
        left: s.id.clone(),
        right: r.id.clone(),
        left_amount: i.amount,
        right_amount: r.amount,
        compared,
        proof: Proof { rule_version: RULES_VERSION, ..Proof::default() },
    }
}

/// The links of a sum: one for each member of the side that has several, carrying what that member is. Of a day's total, the last link
/// carries the difference too.
pub(crate) fn of_sum(
    world: &World<'_>,
    joined: &Joined<'_>,
    sum: &Sum,
    set: &str,
    state: LinkState,
) -> Vec<(usize, Link)> {
    let mut links = Vec::new();
    let last = sum.items.len() * sum.rows.len();
    for i in &sum.items {
        for r in &sum.rows {
            let (item, row) = (&joined.items[*i], world.rows[*r]);
            let part = if sum.rows.len() > 1 { row.amount } else { item.amount };
            let over = if links.len() + 1 == last { sum.difference } else { Yen::ZERO };
            let theirs = part.saturating_add(over);
            let members = [item.sale.id.clone(), row.id.clone()];
            let link = Link {
                id: set_id("link", &world.facts.config_version, &members),
                leg: Leg::JournalStatement,
                stage: if sum.total { Stage::DayTotal } else { Stage::BoundedSum },
                rule: if sum.total { "total of the day" } else { "the only sum inside terminal and day" }
                    .into(),
                left: item.sale.id.clone(),
                right: row.id.clone(),
                left_amount: part,
                right_amount: theirs,
                compared: vec![
                    equal("日付", item.date.to_string(), row.at.date().to_string()),
                    equal("内訳の金額", part.to_string(), theirs.to_string()),
                ],
                proof: Proof {
                    rule_version: RULES_VERSION,
                    state,
                    pairing: Pairing::Indeterminate,
                    set: Some(set.to_owned()),
                    ..Proof::default()
                },
            };
            links.push((item.index, link));
        }
    }
    links
}

/// A payout and a deposit of it, and how many yen of each meet here.
#[derive(Debug, Clone)]
pub(crate) struct Paid {
    pub key: PayoutKey,
    /// Place of the deposit in the world.
    pub deposit: usize,
    pub stage: Stage,
    pub of_payout: Yen,
    pub of_deposit: Yen,
    /// All members of the set that both are part of.
    pub members: Option<Compared>,
}

/// The pairs of an accepted set: each carries the yen of the side that has several members.
pub(crate) fn of_set(world: &World<'_>, payouts: &BTreeMap<PayoutKey, Payout>, set: &Set) -> Vec<Paid> {
    let ours: Vec<(PayoutKey, &Payout)> =
        set.payouts.iter().filter_map(|key| payouts.get(key).map(|payout| (*key, payout))).collect();
    let theirs: Vec<(usize, &Deposit)> =
        set.deposits.iter().map(|place| (*place, world.deposits[*place])).collect();
    let members = Compared {
        field_ja: "内訳（支払予定の計・入金の計）".into(),
        left: ours
            .iter()
            .map(|(key, p)| sentence::payout(p, world.contracts[key.0]))
            .collect::<Vec<_>>()
            .join("、"),
        right: theirs.iter().map(|(_, d)| sentence::deposit(d)).collect::<Vec<_>>().join("、"),
        agrees: true,
    };
    let stage = if ours.len() > 1 { Stage::DepositSet } else { Stage::DepositSplit };
    let pair = |(key, p): &(PayoutKey, &Payout), (deposit, d): &(usize, &Deposit)| {
        let yen = if stage == Stage::DepositSet { p.net } else { d.amount };
        let members = Some(members.clone());
        Paid { key: *key, deposit: *deposit, stage, of_payout: yen, of_deposit: yen, members }
    };
    ours.iter()
        .flat_map(|one| theirs.iter().map(move |other| (one, other)))
        .map(|(p, d)| pair(p, d))
        .collect()
}

/// The link of a payout and a deposit.
pub(crate) fn deposit_link(world: &World<'_>, payout: &Payout, paid: &Paid) -> Link {
    let deposit = world.deposits[paid.deposit];
    let agreed = |field_ja: &'static str, left: String, right: String| Compared {
        field_ja: field_ja.into(),
        left,
        right,
        agrees: true,
    };
    let name = deposit.remitter_kana.clone();
    let mut compared = vec![
        agreed("振込名義", name.clone(), name),
        agreed("入金日（予定・実際）", payout.expected_on.to_string(), deposit.booked_on.to_string()),
    ];
    compared.extend(paid.members.clone());
    compared.push(equal("金額", paid.of_payout.to_string(), paid.of_deposit.to_string()));
    let rule = match paid.stage {
        Stage::DepositSet => {
            "account, remitter, day: one deposit is the sum of these payouts, and of no others"
        }
        Stage::DepositSplit => "account, remitter, day: these deposits, and no others, add up to one payout",
        _ => "account, remitter, net amount, expected day",
    };
    let members = [payout.id.clone(), deposit.id.clone()];
    Link {
        id: set_id("link", &world.facts.config_version, &members),
        leg: Leg::PayoutDeposit,
        stage: paid.stage,
        rule: rule.into(),
        left: payout.id.clone(),
        right: deposit.id.clone(),
        left_amount: paid.of_payout,
        right_amount: paid.of_deposit,
        compared,
        proof: Proof::default(),
    }
}

fn equal(field_ja: &'static str, left: String, right: String) -> Compared {
    let agrees = left == right;
    Compared { field_ja: field_ja.into(), left, right, agrees }
}
