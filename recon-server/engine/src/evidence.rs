//! Why two things are one: every field that both sides have, compared.
//!
//! Invariant: a link's id depends on its members and the version of the configuration only.

use domain::money::Yen;

use crate::{
    class::Leg,
    ident::set_id,
    join::{ItemEnd, Joined, stage_of},
    keys::Rule,
    outcome::{Compared, Link, Stage},
    world::World,
};

/// The link of an item and its row.
pub(crate) fn link(world: &World<'_>, joined: &Joined<'_>, item: usize, row: usize) -> Link {
    let (i, r) = (&joined.items[item], world.rows[row]);
    let rule = match joined.item_end[item] {
        ItemEnd::Paired { rule, .. } => rule,
        _ => Rule::Reference,
    };
    let s = i.sale;
    let mut compared = Vec::new();
    for (field_ja, left, right) in [
        ("取引番号", &s.acquirer_transaction_id, &r.acquirer_transaction_id),
        ("当方の参照番号", &s.reference, &r.reference),
        ("端末番号・PosID", &i.terminal().map(str::to_owned), &r.terminal_id),
        ("伝票番号", &s.slip_number, &r.slip_number),
        ("承認番号", &s.approval_code, &r.approval_code),
        ("支払番号下4桁", &s.payer_digits, &r.payer_digits),
    ] {
        if let (Some(left), Some(right)) = (left, right) {
            compared.push(equal(field_ja, left.clone(), right.clone()));
        }
    }
    let near = rule.window_ms(i.role).is_none_or(|window| i.at.ms_since(r.at).abs() <= window);
    compared.push(Compared {
        field_ja: "日時".to_owned(),
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
        rule: rule.name().to_owned(),
        left: s.id.clone(),
        right: r.id.clone(),
        left_amount: i.amount,
        right_amount: r.amount,
        compared,
    }
}

/// The link of a payout and its deposit.
pub(crate) fn deposit_link(
    version: &str,
    payout: (&str, Yen, String),
    deposit: (&str, Yen, String),
    name: &str,
) -> Link {
    let ((payout_id, net, expected), (deposit_id, amount, booked)) = (payout, deposit);
    let name = Compared {
        field_ja: "振込名義".to_owned(),
        left: name.to_owned(),
        right: name.to_owned(),
        agrees: true,
    };
    let day =
        Compared {
            field_ja: "入金日（予定・実際）".to_owned(), left: expected, right: booked, agrees: true
        };
    Link {
        id: set_id("link", version, &[payout_id.to_owned(), deposit_id.to_owned()]),
        leg: Leg::PayoutDeposit,
        stage: Stage::DepositOneToOne,
        rule: "account, remitter, net amount, expected day".to_owned(),
        left: payout_id.to_owned(),
        right: deposit_id.to_owned(),
        left_amount: net,
        right_amount: amount,
        compared: vec![name, day, equal("金額", net.to_string(), amount.to_string())],
    }
}

fn equal(field_ja: &str, left: String, right: String) -> Compared {
    let agrees = left == right;
    Compared { field_ja: field_ja.to_owned(), left, right, agrees }
}
