//! Why a sale and a row are one, or are not.
//!
//! Invariant: only rows of methods with an acquirer are candidates, and only within [`LOOK_MINUTES`].

use std::{collections::BTreeSet, sync::Arc};

use domain::money::Yen;

use super::{Asked, Refused, Source, Why, nearest, nearest_words};
use crate::{
    class::Leg,
    facts::{Row, Sale, SaleKind, SaleState},
    outcome::{Ended, Link},
    proof::{LinkState, Pairing},
    sentence, words,
};

/// Minutes around a sale within which rows (and around a row, sales) are looked at.
const LOOK_MINUTES: i64 = 24 * 60;
/// Minutes within which two times are the same for a clerk.
const SAME_MINUTES: i64 = 15;

impl<'a> Asked<'a> {
    fn link(&self, fits: impl Fn(&&Link) -> bool) -> Option<&'a Link> {
        self.outcome.links.iter().map(Arc::as_ref).filter(|l| l.leg == Leg::JournalStatement).find(fits)
    }

    /// Ids of one side that are linked.
    fn taken(&self, side: impl Fn(&'a Link) -> &'a str) -> BTreeSet<&'a str> {
        self.outcome
            .links
            .iter()
            .map(Arc::as_ref)
            .filter(|l| l.leg == Leg::JournalStatement)
            .map(side)
            .collect()
    }

    pub(super) fn sale(&self, mut why: Why) -> Option<Why> {
        let sale = self.facts.sales.iter().find(|s| s.id == why.subject)?;
        let link = self.link(|link| link.left == sale.id);
        let row = link.and_then(|l| self.facts.rows.iter().find(|row| row.id == l.right));
        take(&mut why, link);
        let taken = self.taken(|link| &link.right);
        let refused = self
            .facts
            .rows
            .iter()
            .filter(|other| row.is_none_or(|row| row.id != other.id))
            .filter_map(|other| refuse(sale, other, true, &taken));
        nearest(&mut why, refused.collect());
        why.sources.extend(row.map(source));
        why.sources.extend(opened(sale));
        let head = sentence::sale(sale);
        why.paragraph_ja = match (row, &why.ended) {
            (Some(row), _) => joined(&why, &head, &sentence::row(row)) + standing(link) + &self.findings(),
            (None, Ended::NoAcquirer) => format!("{head}は、決済会社の明細に載らない収納です。"),
            (None, Ended::OwnFigures) => {
                format!("{head}は、明細を受け取らない契約のため、当方の記録どおりに扱います。")
            }
            (None, Ended::NoMoney) if sale.state == SaleState::NotCharged => {
                format!("{head}は、結果不明のあと不成立と判定されていて、お金は動いていません。")
            }
            (None, Ended::NoMoney) => format!("{head}は取り消されていて、お金は動いていません。"),
            (None, _) => alone(&head, "明細", &self.findings()) + &nearest_words(&why),
        };
        Some(why)
    }

    pub(super) fn row(&self, mut why: Why) -> Option<Why> {
        let row = self.facts.rows.iter().find(|row| row.id == why.subject)?;
        let link = self.link(|link| link.right == row.id);
        let sale = link.and_then(|l| self.facts.sales.iter().find(|sale| sale.id == l.left));
        take(&mut why, link);
        let taken = self.taken(|link| &link.left);
        let refused = self
            .facts
            .sales
            .iter()
            .filter(|other| sale.is_none_or(|sale| sale.id != other.id))
            .filter_map(|other| refuse(other, row, false, &taken));
        nearest(&mut why, refused.collect());
        why.sources.push(source(row));
        why.sources.extend(sale.and_then(opened));
        let head = format!("{}の明細", sentence::row(row));
        why.paragraph_ja = match (sale, &why.ended) {
            (Some(sale), _) => joined(&why, &head, &sentence::sale(sale)) + standing(link) + &self.findings(),
            (None, Ended::NoMoney) => format!("{head}では、お金は動いていません（失敗、または取消との対）。"),
            (None, _) => alone(&head, "収納", &self.findings()) + &nearest_words(&why),
        };
        Some(why)
    }
}

/// What stands alone: by what the run found of it; its own words name it already.
fn alone(head: &str, partner_ja: &str, findings: &str) -> String {
    if findings.is_empty() {
        format!("{head}と対になる{partner_ja}は見つかりません。")
    } else {
        findings.to_owned()
    }
}

/// Why a sale and a row are not one; none where they are too far apart to be asked about.
fn refuse(sale: &Sale, row: &Row, of_sale: bool, taken: &BTreeSet<&str>) -> Option<Refused> {
    let minutes = (row.at.ms_since(sale.at) / 60_000).abs();
    if minutes > LOOK_MINUTES || (sale.kind == SaleKind::Refund) != row.amount.is_negative() {
        return None;
    }
    let mut failing = Vec::new();
    let own = sale.contract.as_ref();
    if own.is_some_and(|contract| *contract != row.contract) {
        failing.push("別の契約です".to_owned());
    }
    let terminal = sale.sheet_number.as_ref().or(sale.terminal_id.as_ref());
    for (what, ours, theirs) in [
        ("端末・印刷QR", terminal, row.terminal_id.as_ref()),
        ("伝票番号", sale.slip_number.as_ref(), row.slip_number.as_ref()),
        ("承認番号", sale.approval_code.as_ref(), row.approval_code.as_ref()),
        ("支払番号下4桁", sale.payer_digits.as_ref(), row.payer_digits.as_ref()),
    ] {
        match (ours, theirs) {
            (Some(ours), Some(theirs)) if ours != theirs => failing.push(format!("{what}が違います")),
            _ => {}
        }
    }
    let apart = row.amount.saturating_sub(sale.amount);
    if apart != Yen::ZERO {
        failing.push(format!("金額が{}円違います", Yen::new(apart.get().saturating_abs())));
    }
    if minutes > SAME_MINUTES {
        failing.push(format!("時刻が{}離れています", words::apart(minutes)));
    }
    let other = if of_sale { &row.id } else { &sale.id };
    if taken.contains(other.as_str()) {
        failing.push("すでに別の相手と一致しています".to_owned());
    }
    if failing.is_empty() {
        failing.push("当てはまる相手がほかにもあり、決められません".to_owned());
    }
    let (id, label_ja) =
        if of_sale { (&row.id, sentence::row(row)) } else { (&sale.id, sentence::sale(sale)) };
    Some(Refused { id: id.clone(), label_ja, failing_ja: failing, yen_apart: apart, time_apart: minutes })
}

fn take(why: &mut Why, link: Option<&Link>) {
    if let Some(link) = link {
        why.stage = Some(link.stage);
        why.rule = Some(link.rule.to_string());
        why.compared.clone_from(&link.compared);
    }
}

/// What a person must know of a link that is no plain pair.
fn standing(link: Option<&Link>) -> &str {
    let Some(proof) = link.map(|link| &link.proof) else { return "" };
    match (proof.state, proof.pairing) {
        (LinkState::Proposed, _) => "これは提案で、人の確認を待っています。",
        (_, Pairing::Indeterminate) => {
            "同じ内容のものが同じ数だけあり、組としての金額は確かですが、どれとどれが対かは決められません。"
        }
        _ => &proof.note_ja,
    }
}

/// Where 移行時の未収 was read.
fn opened(sale: &Sale) -> Option<Source> {
    let opening = sale.opening.as_ref()?;
    Some(Source { id: sale.id.clone(), file: opening.file.clone(), row: opening.row })
}

fn source(row: &Row) -> Source {
    Source { id: row.id.clone(), file: row.file.clone(), row: row.row }
}

/// `Aは、Bと一致します（端末番号・PosID、金額が同じ）。`
fn joined(why: &Why, head: &str, other: &str) -> String {
    let words = |agrees: bool| {
        let fields: Vec<&str> =
            why.compared.iter().filter(|c| c.agrees == agrees).map(|c| &*c.field_ja).collect();
        fields.join("・")
    };
    let differing = words(false);
    let tail = if differing.is_empty() { String::new() } else { format!("。違うのは{differing}") };
    format!("{head}は、{other}と対です（一致した項目: {}{tail}）。", words(true))
}
