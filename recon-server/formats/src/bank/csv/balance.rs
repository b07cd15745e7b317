//! Row by row: the balance before, and this movement, give the balance after.
//!
//! Invariant: entries come in time order here; a row whose balance does not follow from the one before is refused with what it should be.

use domain::money::{Yen, YenOverflow};

use crate::{bank::Entry, refusal::Refusal};

/// Balances that rows only carry forward: how many entries stand before each, and the balance.
pub(super) type Carried = Vec<(usize, Yen)>;

/// Opening and closing balance of an account, where its rows say any.
pub(super) fn chain(
    entries: &[Entry],
    carried: &Carried,
    column: &str,
    file: &str,
) -> Result<(Option<Yen>, Option<Yen>), Refusal> {
    let mut moved = Yen::ZERO;
    let (mut opening, mut running) = (None, None);
    for at in 0..=entries.len() {
        let row = entries.get(at).or(entries.last()).map(|entry| entry.row);
        let too_much = |_: YenOverflow| Refusal::new(file, row, column, "", "合計が大きすぎます。");
        for (_, balance) in carried.iter().filter(|(place, _)| *place == at) {
            follows(running, *balance, column, file, row)?;
            opening = opening.or(Some(balance.checked_sub(moved).map_err(too_much)?));
            running = Some(*balance);
        }
        let Some(entry) = entries.get(at) else { break };
        moved = moved.checked_add(entry.amount).map_err(too_much)?;
        let expected = running.map(|yen: Yen| yen.checked_add(entry.amount)).transpose().map_err(too_much)?;
        if let Some(balance) = entry.balance_after {
            follows(expected, balance, column, file, row)?;
            opening = opening.or(Some(balance.checked_sub(moved).map_err(too_much)?));
        }
        running = entry.balance_after.or(expected);
    }
    Ok((opening, running))
}

/// A balance is the one that was computed, where one could be.
fn follows(
    expected: Option<Yen>,
    balance: Yen,
    column: &str,
    file: &str,
    row: Option<u32>,
) -> Result<(), Refusal> {
    match expected {
        Some(expected) if expected != balance => {
            let remedy = format!(
                "前の行の残高から計算すると{expected}円です。行が抜けたか、並びが違うか、書き換えられたファイルです。銀行からもう一度取り込んでください。"
            );
            Err(Refusal::new(file, row, column, balance.to_string(), remedy))
        }
        _ => Ok(()),
    }
}
