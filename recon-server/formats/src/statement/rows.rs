//! The rows of a file, packed: what has one size in a list, all texts behind one another in one string, what rows have in common once.
//!
//! A row with its own texts would be some hundred bytes that are written, moved and freed a million times; here it is a hundred and its
//! texts, and nothing is freed but the whole. Invariants: a row is looked at as a [`StatementRow`], which says everything of it; an empty
//! text is none. Not here: what a cell means, which of several alike rows one is.

use std::fmt;

use domain::{money::Yen, time::Timestamp};

use crate::{Digest, mix};

use super::model::{StatementRow, Words};

/// Texts of a row: its key and six fields.
const TEXTS: usize = 7;
/// Bytes by which a row's texts are longer than the row, as a guess: the key repeats some of its cells, and ends with a word.
const KEY_LENGTH_BYTES: usize = 16;
/// Bits of a place among the words that are looked up.
const WORDS_BITS: u32 = 6;

/// Rows in the order of the file.
#[derive(Clone, Default)]
pub struct Rows {
    pub(super) heads: Vec<Head>,
    texts: String,
    pub(super) words: WordList,
}

/// What has one size in every row.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub row: u32,
    pub occurrence: u32,
    pub content_hash: Digest,
    pub at: Timestamp,
    pub amount: Yen,
    /// Which of the [`WordList`].
    pub words: u32,
    /// Where its texts begin, and where each of them ends.
    begins: u32,
    ends: [u32; TEXTS],
}

/// What a row has beside its texts.
pub(super) struct Fixed {
    pub row: u32,
    pub content_hash: Digest,
    pub at: Timestamp,
    pub amount: Yen,
    pub words: u32,
}

impl Rows {
    /// Number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// The nth row, from 0.
    #[must_use]
    pub fn get(&self, nth: usize) -> Option<StatementRow<'_>> {
        self.heads.get(nth).map(|head| self.view(head))
    }

    /// All rows.
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter { rows: self, heads: self.heads.iter() }
    }

    /// Room for so many rows that stand in so many bytes: a list that grows is moved.
    pub(super) fn reserve(&mut self, rows: usize, bytes: usize) {
        self.heads.reserve(rows);
        self.texts.reserve(bytes.saturating_add(rows.saturating_mul(KEY_LENGTH_BYTES)));
    }

    /// Adds a row, the first with its key until the caller knows better, and gives its key. None, and nothing is added, where the texts
    /// would no longer fit into 4 GiB.
    pub(super) fn push<'k>(
        &mut self,
        of: Fixed,
        key: impl Iterator<Item = &'k str>,
        fields: [&str; TEXTS - 1],
    ) -> Option<&str> {
        let texts = &mut self.texts;
        let begun = texts.len();
        for (nth, part) in key.enumerate() {
            if nth > 0 {
                texts.push('/');
            }
            texts.push_str(part);
        }
        let key = begun..texts.len();
        let mut ends = [place(texts); TEXTS];
        for (field, end) in fields.into_iter().zip(&mut ends[1..]) {
            texts.push_str(field);
            *end = place(texts);
        }
        let Some(begins) = u32::try_from(texts.len()).ok().and(u32::try_from(begun).ok()) else {
            texts.truncate(begun);
            return None;
        };
        let Fixed { row, content_hash, at, amount, words } = of;
        self.heads.push(Head { row, occurrence: 1, content_hash, at, amount, words, begins, ends });
        self.texts.get(key)
    }

    /// The key of a row of these.
    pub(super) fn key(&self, head: &Head) -> &str {
        self.text(head.begins, head.ends[0])
    }

    fn text(&self, from: u32, to: u32) -> &str {
        let at = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
        self.texts.get(at(from)..at(to)).unwrap_or_default()
    }

    fn view<'r>(&'r self, head: &Head) -> StatementRow<'r> {
        let mut begins = head.begins;
        let [record_key, fields @ ..] = head.ends.map(|ends| {
            let text = self.text(begins, ends);
            begins = ends;
            text
        });
        let [terminal, slip, approval, transaction, payment, digits] =
            fields.map(|text| Some(text).filter(|text| !text.is_empty()));
        StatementRow {
            row: head.row,
            record_key,
            occurrence: head.occurrence,
            content_hash: head.content_hash,
            words: self.words.get(head.words),
            at: head.at,
            amount: head.amount,
            terminal_or_pos_id: terminal,
            slip_number: slip,
            approval_code: approval,
            acquirer_transaction_id: transaction,
            merchant_payment_id: payment,
            payer_digits: digits,
        }
    }
}

/// The end of what was written; the last place beyond 4 GiB, which the caller looks for.
fn place(texts: &str) -> u32 {
    u32::try_from(texts.len()).unwrap_or(u32::MAX)
}

/// Looks at rows one after another.
#[derive(Clone)]
pub struct Iter<'r> {
    rows: &'r Rows,
    heads: std::slice::Iter<'r, Head>,
}

impl<'r> Iterator for Iter<'r> {
    type Item = StatementRow<'r>;

    fn next(&mut self) -> Option<Self::Item> {
        self.heads.next().map(|head| self.rows.view(head))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.heads.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'r> IntoIterator for &'r Rows {
    type Item = StatementRow<'r>;
    type IntoIter = Iter<'r>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

impl PartialEq for Rows {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other)
    }
}

impl Eq for Rows {}

/// What rows have in common: most have the same few words.
#[derive(Debug, Clone, Default)]
pub(super) struct WordList {
    words: Vec<Words>,
    /// Which of them stand in each place, by the hash of what they say.
    places: Vec<Option<u32>>,
    /// Those of the last row that was looked up.
    last: Option<u32>,
}

impl WordList {
    /// Those that a row of this list has.
    pub fn get(&self, nth: u32) -> &Words {
        // A row names only words that were added for it, and none are taken away.
        &self.words[usize::try_from(nth).unwrap_or(usize::MAX)]
    }

    /// The words of a row: those of another one that says the same, or new ones.
    pub fn of(&mut self, status: &str, brand: &str, new: impl FnOnce() -> Words) -> u32 {
        let says = |list: &Self, nth: u32| {
            let words = list.get(nth);
            words.status_word == status && words.brand_word == brand
        };
        if let Some(last) = self.last.filter(|last| says(self, *last)) {
            return last;
        }
        self.places.resize(1 << WORDS_BITS, None);
        let hash = mix::hash(status.as_bytes()) ^ mix::hash(brand.as_bytes()).rotate_left(1);
        let place = usize::try_from(hash >> (u64::BITS - WORDS_BITS)).unwrap_or_default();
        let found = self.places[place].filter(|nth| says(self, *nth)).unwrap_or_else(|| self.add(new()));
        self.places[place] = Some(found);
        self.last = Some(found);
        found
    }

    /// Words of one row alone.
    pub fn add(&mut self, words: Words) -> u32 {
        // There are fewer words than rows, and rows are counted in 32 bits.
        let nth = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        self.words.push(words);
        nth
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::RowClass;

    fn words(class: RowClass, status: &str, brand: &str) -> Words {
        Words { class, status_word: status.into(), brand: None, brand_word: brand.into() }
    }

    /// Every text comes back as it was put in, an empty one as none, wherever its row stands.
    #[test]
    fn rows_say_what_was_put_in() {
        let texts = ["端末", "", "123456", "4000000000000000000", "ﾍﾟｲ", "4821"];
        let mut rows = Rows::default();
        for row in 1..=3_u32 {
            let words = rows.words.of("売上", "VISA", || words(RowClass::Sale, "売上", "VISA"));
            let (at, amount) = (Timestamp::from_micros(i64::from(row)), Yen::new(i64::from(row) * 100));
            let content_hash = Digest::of(&row.to_be_bytes());
            let of = Fixed { row, content_hash, at, amount, words };
            let number = row.to_string();
            assert_eq!(rows.push(of, ["端末", &number].into_iter(), texts), Some(&*format!("端末/{row}")));
        }
        assert_eq!((rows.len(), rows.iter().len(), rows.words.words.len()), (3, 3, 1));
        for (row, number) in rows.iter().zip(1_u32..) {
            assert_eq!((row.row, row.occurrence, row.amount), (number, 1, Yen::new(i64::from(number) * 100)));
            assert_eq!(row.record_key, format!("端末/{number}"));
            assert_eq!((row.terminal_or_pos_id, row.slip_number), (Some("端末"), None));
            assert_eq!((row.approval_code, row.acquirer_transaction_id), (Some(texts[2]), Some(texts[3])));
            assert_eq!((row.merchant_payment_id, row.payer_digits), (Some(texts[4]), Some(texts[5])));
            assert_eq!((&row.words.class, row.words.status_word.as_str()), (&RowClass::Sale, "売上"));
        }
        assert_eq!(rows.get(3), None);
        assert_eq!(rows, rows.clone());
        let mut other = rows.clone();
        other.heads[1].occurrence = 2;
        assert_ne!(rows, other);
    }

    /// More words than there are places, twice in turn: each row gets what it says; words of one row alone are nobody else's.
    #[test]
    fn words_are_looked_up_by_what_they_say() {
        let mut list = WordList::default();
        for _ in 0..2 {
            for n in 0..200 {
                let (status, brand) = (format!("s{n}"), format!("b{}", n / 2));
                let new = || words(RowClass::Sale, &status, &brand);
                let nth = list.of(&status, &brand, new);
                assert_eq!(list.get(nth), &words(RowClass::Sale, &status, &brand));
                assert_eq!(list.of(&status, &brand, || words(RowClass::Failed, "", "")), nth);
                let alone = list.add(words(RowClass::Refund, &status, &brand));
                assert_ne!(list.of(&status, &brand, || words(RowClass::Failed, "", "")), alone);
            }
        }
    }
}
