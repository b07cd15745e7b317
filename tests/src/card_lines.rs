//! A linked terminal's own book as lines of the card company.

use drivers::zvt::simulator::{Card, EntryKind, EntryState};

use crate::{city::Counter, world::card_company::CardLine};

/// What the card company has of a linked terminal: the terminal's own book.
#[must_use]
pub fn terminal_lines(counter: &Counter) -> Vec<CardLine> {
    let brand = |card: Card| match card {
        Card::Visa => "VISA",
        Card::Mastercard => "Mastercard",
        Card::Jcb => "JCB",
        Card::Amex => "AMEX",
        Card::Diners => "Diners",
        Card::Other => "クレジット",
    };
    counter
        .terminal
        .book()
        .into_iter()
        .filter(|entry| entry.state != EntryState::Reversed)
        .filter_map(|entry| {
            let amount = match entry.kind {
                EntryKind::Sale => entry.amount,
                EntryKind::Void { .. } | EntryKind::Refund => entry.amount.checked_neg().ok()?,
            };
            Some(CardLine {
                terminal: counter.terminal_id.clone(),
                slip: format!("{:04}", entry.receipt),
                brand: brand(entry.card).into(),
                amount,
                at: entry.at,
            })
        })
        .collect()
}
