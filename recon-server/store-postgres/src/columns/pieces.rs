//! Rows by many at once: each column of a piece is one value. The server then sends one message for some two thousand rows, and nobody
//! has to take two thousand apart: that took longer than everything else that is done with a row here.
//!
//! Invariant: a piece is given as a whole or, where a text holds the separator, not at all: then each of its texts has more parts than the
//! piece has rows, and it is read again row by row.

use std::ops::Range;

use store::Fault;

use super::{
    Given, Tx, places,
    texts::{self, SEPARATOR, Texts},
};
use crate::copied::{self, Cell, unreadable};

/// Bytes of a place and of an amount.
const PLACE_BYTES: usize = 6;
const AMOUNT_BYTES: usize = 8;
/// Characters of a day.
const DAY_BYTES: usize = 10;

/// Gives every row that pieces can say. Returns the blocks of the others.
pub async fn read(tx: &mut Tx, texts: &Texts<'_>, given: &mut Given<'_>) -> Result<Vec<Range<i64>>, Fault> {
    let mut left = Vec::new();
    let mut copied = copied::begin(tx, &texts.pieces()).await?;
    while let Some([first, places, terminals, numbers, amounts, days]) = copied.next().await? {
        let Some(piece) = Piece::of([places, terminals, numbers, amounts, days])? else {
            left.push(texts::piece(first.number()?));
            continue;
        };
        if !piece.give(given)? {
            break;
        }
    }
    copied.finish().await?;
    Ok(left)
}

/// Columns of a piece.
struct Piece<'p> {
    places: &'p [[u8; PLACE_BYTES]],
    terminals: &'p str,
    numbers: &'p str,
    amounts: &'p [[u8; AMOUNT_BYTES]],
    days: &'p str,
}

impl<'p> Piece<'p> {
    /// None where the texts cannot be told apart.
    fn of([places, terminals, numbers, amounts, days]: [Cell<'p>; 5]) -> Result<Option<Self>, Fault> {
        let (places, odd) = places.bytes().as_chunks();
        let (amounts, odd_too) = amounts.bytes().as_chunks();
        let days = days.text()?;
        let rows = places.len();
        let whole = odd.is_empty() && odd_too.is_empty() && amounts.len() == rows;
        if !whole || !(days.is_empty() || days.is_ascii() && days.len() == rows * DAY_BYTES) {
            return Err(unreadable("a piece"));
        }
        let (terminals, numbers) = (terminals.text()?, numbers.text()?);
        let parts = |text: &str| 1 + text.bytes().filter(|byte| char::from(*byte) == SEPARATOR).count();
        let alike = rows == 0 || parts(terminals) == rows && parts(numbers) == rows;
        Ok(alike.then_some(Self { places, terminals, numbers, amounts, days }))
    }

    fn give(&self, given: &mut Given<'_>) -> Result<bool, Fault> {
        let texts = self.terminals.split(SEPARATOR).zip(self.numbers.split(SEPARATOR));
        let mut days = self.days;
        for ((place, amount), texts) in self.places.iter().zip(self.amounts).zip(texts) {
            let (day, rest) = days.split_at(days.len().min(DAY_BYTES));
            days = rest;
            if !given.row(places::of_bytes(place)?, texts, i64::from_be_bytes(*amount), day) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece<'p>(bytes: &'p [Vec<u8>; 4], days: &'p str) -> Result<Option<Piece<'p>>, Fault> {
        let [places, terminals, numbers, amounts] = bytes.each_ref().map(|bytes| Cell::of(bytes));
        Piece::of([places, terminals, numbers, amounts, Cell::of(days.as_bytes())])
    }

    fn columns(terminals: &str, rows: u8) -> [Vec<u8>; 4] {
        let places = (0..rows).flat_map(|row| [0, 0, 0, 9, 0, row + 1]).collect();
        let amounts = (0..rows).flat_map(|row| i64::from(row).to_be_bytes()).collect();
        [places, terminals.into(), vec![0x1F; usize::from(rows.saturating_sub(1))], amounts]
    }

    #[test]
    fn a_text_that_holds_the_separator_is_seen_in_any_piece() {
        assert!(piece(&columns("a\u{1f}b", 2), "").unwrap().is_some());
        assert!(piece(&columns("", 1), "").unwrap().is_some(), "a text without characters is a text");
        assert!(piece(&columns("", 0), "").unwrap().is_some(), "no rows");
        assert!(piece(&columns("a\u{1f}b", 1), "").unwrap().is_none());
        assert!(piece(&columns("a\u{1f}\u{1f}b", 2), "").unwrap().is_none());
    }

    #[test]
    fn columns_of_other_lengths_are_an_error() {
        let mut short = columns("a\u{1f}b", 2);
        short[3].truncate(8);
        assert!(piece(&short, "").is_err());
        assert!(piece(&columns("a\u{1f}b", 2), "2026-07-012026-07-02").unwrap().is_some());
        assert!(piece(&columns("a\u{1f}b", 2), "2026-07-01").is_err());
    }
}
