//! Where rows stand, as a number; and which records stand at a few such places.

use std::collections::HashMap;

use sqlx::query_file;
use store::{
    Fault,
    compared::{LineKey, Place, SaleKey},
    words,
};

use super::Tx;
use crate::{copied::unreadable, support::fault};

/// Places looked up by one statement.
const PLACES_TOGETHER: usize = 10_000;
/// Lower bits of a place: the row within its block.
const ROW_BITS: u32 = 16;

/// A place as the binary copy has it: block and row.
pub fn of_bytes(bytes: &[u8]) -> Result<Place, Fault> {
    let &[a, b, c, d, e, f] = bytes else { return Err(unreadable("a place")) };
    Ok(Place(u64::from_be_bytes([0, 0, a, b, c, d, e, f])))
}

/// A place as text: `(block,row)`.
pub fn of_text(text: &str) -> Result<Place, Fault> {
    let parts = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')?.split_once(','));
    let place = parts.and_then(|(block, row)| {
        Some(Place(u64::from(block.parse::<u32>().ok()?) << ROW_BITS | u64::from(row.parse::<u16>().ok()?)))
    });
    place.ok_or_else(|| unreadable("a place"))
}

fn to_text(Place(place): &Place) -> String {
    format!("({},{})", place >> ROW_BITS, place & ((1 << ROW_BITS) - 1))
}

/// The sales at these places.
pub async fn sales(tx: &mut Tx, wanted: &[Place]) -> Result<Vec<SaleKey>, Fault> {
    let mut found = HashMap::with_capacity(wanted.len());
    for together in wanted.chunks(PLACES_TOGETHER) {
        let texts: Vec<_> = together.iter().map(to_text).collect();
        let rows = query_file!("src/columns/sales.sql", &texts).fetch_all(&mut **tx).await.map_err(fault)?;
        for row in rows {
            let key = SaleKey {
                counter: words::parse("counter", &row.counter_id)?,
                incarnation: words::incarnation(row.incarnation)?,
                sequence: words::sequence_number(row.sequence_number)?,
            };
            found.insert(of_text(&row.place)?, key);
        }
    }
    in_order(wanted, &found)
}

/// The statement rows at these places.
pub async fn lines(tx: &mut Tx, wanted: &[Place]) -> Result<Vec<LineKey>, Fault> {
    let mut found = HashMap::with_capacity(wanted.len());
    for together in wanted.chunks(PLACES_TOGETHER) {
        let texts: Vec<_> = together.iter().map(to_text).collect();
        let rows = query_file!("src/columns/lines.sql", &texts).fetch_all(&mut **tx).await.map_err(fault)?;
        for row in rows {
            let key = (words::to_u64("file number", row.file_number)?, words::to_u32("row", row.row_number)?);
            found.insert(of_text(&row.place)?, key);
        }
    }
    in_order(wanted, &found)
}

fn in_order<K: Clone>(wanted: &[Place], found: &HashMap<Place, K>) -> Result<Vec<K>, Fault> {
    wanted.iter().map(|place| found.get(place).cloned().ok_or_else(|| unreadable("a place"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_the_same_in_bytes_and_in_words() {
        for (bytes, text) in [
            ([0, 0, 0, 0, 0, 1], "(0,1)"),
            ([0, 1, 0, 2, 1, 0], "(65538,256)"),
            ([255; 6], "(4294967295,65535)"),
        ] {
            let place = of_bytes(&bytes).unwrap();
            assert_eq!(of_text(text).unwrap(), place);
            assert_eq!(to_text(&place), text);
        }
        assert!(of_bytes(&[0; 5]).is_err());
        for text in ["", "(1)", "(1,2", "1,2", "(1,65536)", "(4294967296,1)", "(-1,1)"] {
            assert!(of_text(text).is_err(), "{text}");
        }
    }
}
