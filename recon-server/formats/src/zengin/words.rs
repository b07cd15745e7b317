//! Text fields to texts, once for each of the few values that most records have: names of payers, banks and branches.
//!
//! Invariants: a word says exactly what [`Record::text`], the charset and [`kana::normalise`] say of its bytes; the number of words that
//! are kept is bounded. Only fields of single bytes are kept: the others are rare.

use crate::{Text, refusal::Refusal};

use super::{
    charset::{Oddities, TextRule},
    field::{FieldSpec, Record, are_single, singles},
    kana,
};

/// Words that are kept at a time, a power of two.
const WORDS_MAX: usize = 1 << SLOT_BITS;
/// Bits of a place among the words.
const SLOT_BITS: u32 = 10;
/// Longest field that is kept, in bytes: that of a payer's name.
const FIELD_BYTES_MAX: usize = 48;
/// Bytes that are looked at together.
const CHUNK_BYTES: usize = 8;
/// Spreads the bits of a product over its upper half (the golden ratio of 2^64).
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// A field's bytes and what they say.
#[derive(Debug, Clone)]
struct Word {
    raw: [u8; FIELD_BYTES_MAX],
    length: usize,
    /// A bit for each rule that allows every byte.
    allowed: u8,
    text: Text,
    compared: Text,
}

/// The words of one file.
#[derive(Debug)]
pub(super) struct Words {
    slots: Vec<Option<Box<Word>>>,
}

impl Default for Words {
    fn default() -> Self {
        Self { slots: vec![None; WORDS_MAX] }
    }
}

impl Words {
    /// The text of a field that often says the same, and its comparison form; what the standard does not allow is noted.
    pub fn often(
        &mut self,
        record: Record<'_>,
        (spec, rule): (FieldSpec, TextRule),
        oddities: &mut Oddities,
    ) -> Result<(Text, Text), Refusal> {
        let raw = record.raw(spec);
        let Some(slot) = self.slots.get_mut(place(raw)) else {
            return seldom(record, (spec, rule), oddities);
        };
        let word = match slot {
            Some(word) if word.raw.get(..word.length) == Some(raw) => word,
            slot => {
                let Some(word) = word(raw, oddities) else { return seldom(record, (spec, rule), oddities) };
                slot.insert(Box::new(word))
            }
        };
        if word.allowed & rule.bit() == 0 {
            oddities.look_closely(record, spec, rule);
        }
        Ok((word.text.clone(), word.compared.clone()))
    }
}

/// The text of a field that says something else each time, as references do.
pub(super) fn once(
    record: Record<'_>,
    (spec, rule): (FieldSpec, TextRule),
    oddities: &mut Oddities,
) -> Result<Text, Refusal> {
    let text = record.text(spec)?;
    if oddities.allowed(record.raw(spec)) & rule.bit() == 0 {
        oddities.look_closely(record, spec, rule);
    }
    Ok(text)
}

/// A field that cannot be kept.
fn seldom(
    record: Record<'_>,
    field: (FieldSpec, TextRule),
    oddities: &mut Oddities,
) -> Result<(Text, Text), Refusal> {
    let text = once(record, field, oddities)?;
    let compared = kana::normalise(&text).into();
    Ok((text, compared))
}

/// What bytes say; none where they are not single ones, or too many.
fn word(raw: &[u8], oddities: &Oddities) -> Option<Word> {
    let mut kept = [0; FIELD_BYTES_MAX];
    kept.get_mut(..raw.len())?.copy_from_slice(raw);
    if !are_single(raw) {
        return None;
    }
    let text = singles(raw);
    let compared = kana::normalise(&text);
    // Most names are written in their comparison form already: then both share one text.
    let compared = if compared == text { text.clone() } else { compared.into() };
    Some(Word { raw: kept, length: raw.len(), allowed: oddities.allowed(raw), text, compared })
}

/// Where a field's word is kept.
fn place(raw: &[u8]) -> usize {
    let (chunks, rest) = raw.as_chunks::<CHUNK_BYTES>();
    let mix = |hash: u64, bits: u64| (hash.rotate_left(5) ^ bits).wrapping_mul(SPREAD);
    let hash = chunks.iter().fold(0, |hash, chunk| mix(hash, u64::from_le_bytes(*chunk)));
    let hash = rest.iter().fold(hash, |hash, byte| mix(hash, u64::from(*byte)));
    usize::try_from(hash >> (u64::BITS - SLOT_BITS)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zengin::layout::data;

    /// Each value twice: as it is met and as it is kept.
    #[test]
    fn a_kept_word_says_the_same() {
        let (mut words, mut kept, mut fresh) = (Words::default(), Oddities::default(), Oddities::default());
        let field = (data::REMITTER, TextRule::Party);
        for name in ["ﾍﾟｲﾍﾟｲ (ｶ", "ﾋﾞﾕｰｶｰﾄﾞ", "振込", "A,b", "", "ﾏﾄﾞｸﾞﾁ ﾀﾛｳ"]
        {
            let mut bytes = vec![b' '; 200];
            let name = crate::cp932::encode(name).unwrap();
            bytes[81..81 + name.len()].copy_from_slice(&name);
            for row in 1..=2 {
                let record = Record { file: "f", row, bytes: &bytes };
                let (text, compared) = words.often(record, field, &mut kept).unwrap();
                assert_eq!(text, record.text(data::REMITTER).unwrap());
                assert_eq!(compared, kana::normalise(&text));
                fresh.look(record, &[field]);
            }
        }
        let notices = kept.notices();
        assert!(!notices.is_empty());
        assert_eq!(notices, fresh.notices());
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_each_time() {
        let (mut words, mut oddities) = (Words::default(), Oddities::default());
        let bytes = [0x80; 200];
        for row in 1..=2 {
            let record = Record { file: "f", row, bytes: &bytes };
            assert!(words.often(record, (data::REMITTER, TextRule::Party), &mut oddities).is_err());
        }
    }
}
