//! The gates of a message: balances and the bank's own totals.
//!
//! Gates: opening + booked entries = closing where both balances are there; every number of `TxsSummry` for one and the same set of
//! entries, either the booked ones or all of them (banks do both). Not here: continuity, which needs the file before.

use domain::money::Yen;

use crate::{
    bank::{Account, Entry},
    refusal::Refusal,
};

use super::{node::Node, value};

const REMEDY: &str = "明細と合計が合いません。欠けたか書き換えられたファイルです。銀行からもう一度取り込み、それでも合わなければ銀行に照会してください。";

/// Balances of a block, as they come.
#[derive(Default)]
pub(super) struct Balances {
    opening: Option<Yen>,
    previous: Option<Yen>,
    closing: Option<Yen>,
    interim: Option<Yen>,
}

impl Balances {
    /// Takes a `Bal`.
    pub fn take(&mut self, node: &Node, file: &str, row: u32) -> Result<(), Refusal> {
        let kind = node.text_at(&["Tp", "CdOrPrtry", "Cd"]).or_else(|| node.text_at(&["Tp", "Cd"]));
        let Some(kind @ ("OPBD" | "PRCD" | "CLBD" | "ITBD")) = kind else { return Ok(()) };
        let refuse = |found: &str, remedy: &str| {
            Refusal::new(file, Some(row), format!("残高（{kind}）"), found, remedy)
        };
        let amount = node
            .at(&["Amt"])
            .ok_or_else(|| refuse("", "残高の金額がありません。銀行に確かめてください。"))?;
        let yen = value::yen(amount).map_err(|remedy| refuse(amount.text(), remedy))?;
        let indicator = node.text_at(&["CdtDbtInd"]);
        let yen =
            value::signed(yen, indicator).map_err(|remedy| refuse(indicator.unwrap_or_default(), remedy))?;
        match kind {
            "OPBD" => self.opening = self.opening.or(Some(yen)),
            "PRCD" => self.previous = self.previous.or(Some(yen)),
            "CLBD" => self.closing = Some(yen),
            _ => self.interim = Some(yen),
        }
        Ok(())
    }

    /// Opening and closing balance. The closing balance of the day before is the opening one; an intraday report ends with the balance
    /// in between.
    pub fn ends(&self) -> (Option<Yen>, Option<Yen>) {
        (self.opening.or(self.previous), self.closing.or(self.interim))
    }
}

/// opening + booked = closing.
pub(super) fn balance(account: &Account, file: &str) -> Result<(), Refusal> {
    let (Some(opening), Some(closing)) = (account.opening, account.closing) else { return Ok(()) };
    let field = "取引後残高";
    let after = opening
        .checked_add(account.in_total)
        .and_then(|yen| yen.checked_sub(account.out_total))
        .map_err(|_| Refusal::new(file, Some(account.row), field, "", "合計が大きすぎます。"))?;
    if after == closing {
        return Ok(());
    }
    let remedy = format!("取引前残高＋入金−出金は{after}円ですが、ファイルの残高は{closing}円です。{REMEDY}");
    Err(Refusal::new(file, Some(account.row), field, closing.to_string(), remedy))
}

/// Count and sum of entries in, out and together.
fn tally<'e>(entries: impl Iterator<Item = &'e Entry>) -> [(u64, Yen); 3] {
    let mut totals = [(0_u64, Yen::ZERO); 3];
    for entry in entries {
        let magnitude = Yen::new(entry.amount.get().saturating_abs());
        let side = if entry.amount.is_negative() { 1 } else { 0 };
        for place in [side, 2] {
            totals[place] = (totals[place].0 + 1, totals[place].1.saturating_add(magnitude));
        }
    }
    totals
}

/// One declared number: 0 in, 1 out, 2 together; its name; a count or a sum.
struct Declared {
    place: usize,
    field: String,
    number: Number,
}

/// What is declared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Number {
    Count(u64),
    Sum(Yen),
}

/// The bank's totals (`TxsSummry`).
pub(super) struct Summary(Vec<Declared>);

impl Summary {
    /// Reads the element.
    pub fn of(node: &Node, file: &str, row: u32) -> Result<Self, Refusal> {
        let mut declared = Vec::new();
        let places = [("TtlCdtNtries", "入金"), ("TtlDbtNtries", "出金"), ("TtlNtries", "合計")];
        for (place, (element, word)) in places.into_iter().enumerate() {
            let Some(total) = node.at(&[element]) else { continue };
            if let Some(text) = total.text_at(&["NbOfNtries"]) {
                let field = format!("{word}件数");
                let count = text.parse().map_err(|_| {
                    Refusal::new(file, Some(row), field.as_str(), text, "件数として読めません。")
                })?;
                declared.push(Declared { place, field, number: Number::Count(count) });
            }
            if let Some(sum) = total.at(&["Sum"]).filter(|sum| !sum.text().is_empty()) {
                let field = format!("{word}額");
                let yen = value::yen(sum)
                    .map_err(|remedy| Refusal::new(file, Some(row), field.as_str(), sum.text(), remedy))?;
                declared.push(Declared { place, field, number: Number::Sum(yen) });
            }
        }
        Ok(Self(declared))
    }

    /// Every number against the booked entries, or every number against all of them.
    pub fn check(&self, account: &Account, file: &str) -> Result<(), Refusal> {
        let booked = tally(account.entries.iter());
        let all = tally(account.entries.iter().chain(&account.pending));
        let ours = |totals: &[(u64, Yen); 3], declared: &Declared| match declared.number {
            Number::Count(_) => Number::Count(totals[declared.place].0),
            Number::Sum(_) => Number::Sum(totals[declared.place].1),
        };
        let differs = |totals| self.0.iter().find(|declared| declared.number != ours(totals, declared));
        let Some(declared) = differs(&booked).filter(|_| differs(&all).is_some()) else { return Ok(()) };
        let shown = |number| match number {
            Number::Count(count) => count.to_string(),
            Number::Sum(yen) => yen.to_string(),
        };
        let remedy = format!("数え直すと{}です。{REMEDY}", shown(ours(&booked, declared)));
        Err(Refusal::new(file, Some(account.row), declared.field.as_str(), shown(declared.number), remedy))
    }
}
