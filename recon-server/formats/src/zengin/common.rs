//! What the entries of one payer have in common, read once: names, 摘要, what else hardly ever differs, and the beginning of what is
//! digested of it.
//!
//! Invariants: what is kept says exactly what the fields say of the same bytes; the number of what is kept is bounded. Everything that an
//! entry's key does not say is in here, so that key and content together say the whole record (ADR 0022). Not here: dates, amount,
//! references, which differ from entry to entry.

use std::{ops::Range, sync::Arc};

use domain::money::Yen;

use crate::{
    Text,
    digest::{BLOCK_BYTES, Begun, frame},
    mix,
    refusal::Refusal,
};

use super::{
    charset::{Oddities, TextRule},
    field::{BLANK, FieldSpec, Record},
    layout::{RECORD_BYTES, data},
    model::Common,
    words::Words,
};

/// Bits of a place among what is kept.
const KEPT_BITS: u32 = 10;
/// Characters of 契約者番号 in the remitter's field.
const CONTRACT_NUMBER_CHARS: usize = 20;
/// Blocks of a digest that hold the bytes of [`CONTENT`].
const CONTENT_BLOCKS: usize = 2;

/// Where what is in common stands.
const SPANS: [Range<usize>; 4] = [DIRECTION, DETAILS, span(data::REMITTER, data::SUMMARY), DUMMY];
/// Where that stands which a key does not say: the names as they were written among it.
const CONTENT: [Range<usize>; 4] = [DIRECTION, DETAILS, span(data::REMITTER, data::SENDING_BRANCH), DUMMY];
const DIRECTION: Range<usize> = span(data::DIRECTION, data::DIRECTION);
/// Cheques and bills.
const DETAILS: Range<usize> = span(data::CHEQUES, data::OTHER_BRANCH);
/// What tells payers apart.
const NAMES: Range<usize> = span(data::REMITTER, data::SUMMARY);
const DUMMY: Range<usize> = span(data::DUMMY, data::DUMMY);

/// The bytes from one field to another.
const fn span(first: FieldSpec, last: FieldSpec) -> Range<usize> {
    first.start - 1..last.start - 1 + last.len
}

/// The texts among it and what they may hold.
const TEXTS: &[(FieldSpec, TextRule)] = &[
    (data::REMITTER, TextRule::Party),
    (data::SENDING_BANK, TextRule::Branch),
    (data::SENDING_BRANCH, TextRule::Branch),
    (data::SUMMARY, TextRule::Free),
];

/// What entries have in common, with the bytes that say it.
#[derive(Debug)]
pub(super) struct Kept {
    /// A record that says it.
    record: [u8; RECORD_BYTES],
    /// Whether a text holds what the standard does not allow.
    odd: bool,
    pub incoming: bool,
    pub common: Arc<Common>,
    /// Remitter and summary, framed for a key.
    pub framed: Vec<u8>,
    /// What contents' digests begin with.
    pub content: Begun,
}

/// What was in common so far.
#[derive(Debug, Default)]
pub(super) struct Commons {
    words: Words,
    kept: Vec<Option<Box<Kept>>>,
}

impl Commons {
    /// What a record has in common with others; what the standard does not allow is noted.
    pub fn of(&mut self, record: Record<'_>, oddities: &mut Oddities) -> Result<&Kept, Refusal> {
        if self.kept.is_empty() {
            self.kept.resize_with(1 << KEPT_BITS, || None);
        }
        let hash = mix::hash(record.bytes.get(NAMES).unwrap_or_default());
        let place = usize::try_from(hash >> (u64::BITS - KEPT_BITS)).unwrap_or_default();
        let slot = &mut self.kept[place];
        let kept = match slot.take().filter(|kept| kept.is_of(record.bytes)) {
            Some(kept) => {
                if kept.odd {
                    oddities.look(record, TEXTS);
                }
                kept
            }
            None => Box::new(Kept::read(record, &mut self.words, oddities)?),
        };
        Ok(slot.insert(kept))
    }
}

impl Kept {
    fn is_of(&self, record: &[u8]) -> bool {
        SPANS.iter().all(|span| self.record.get(span.clone()) == record.get(span.clone()))
    }

    fn read(record: Record<'_>, words: &mut Words, oddities: &mut Oddities) -> Result<Self, Refusal> {
        let incoming = match record.raw(data::DIRECTION) {
            b"1" => true,
            b"2" => false,
            b" " => return Err(record.refuse(data::DIRECTION, BLANK)),
            _ => return Err(record.refuse(data::DIRECTION, "1（入金）か2（出金）の欄です。")),
        };
        let mut text = |spec, rule| words.often(record, (spec, rule), oddities);
        let (written, compared) = text(data::REMITTER, TextRule::Party)?;
        let (sending_bank, _) = text(data::SENDING_BANK, TextRule::Branch)?;
        let (sending_branch, _) = text(data::SENDING_BRANCH, TextRule::Branch)?;
        let (summary, _) = text(data::SUMMARY, TextRule::Free)?;
        record.conforms(&[data::DUMMY])?;
        let contract_number = if incoming { None } else { contract_number(&written) };
        let named = |text: Text| if incoming { text } else { Text::default() };
        let common = Common {
            of_which_cheques: record.optional_number(data::CHEQUES)?.map(Yen::new),
            remitter_kana_raw: named(written),
            remitter_kana: named(compared),
            sending_bank,
            sending_branch,
            summary,
            contract_number,
            payee: None,
        };
        let mut framed = Vec::new();
        frame(&mut framed, &common.remitter_kana);
        frame(&mut framed, &common.summary);
        Ok(Self {
            record: record.bytes.first_chunk().copied().unwrap_or([0; RECORD_BYTES]),
            odd: !oddities.none_in(record, TEXTS),
            incoming,
            common: Arc::new(common),
            framed,
            content: content(record.bytes),
        })
    }
}

/// The digest of what a key does not say, to be ended with the key: [`CONTENT`], filled up with zeros to whole blocks.
fn content(record: &[u8]) -> Begun {
    let mut blocks = [[0; BLOCK_BYTES]; CONTENT_BLOCKS];
    let said = CONTENT.iter().flat_map(|span| record.get(span.clone()).unwrap_or_default());
    blocks.as_flattened_mut().iter_mut().zip(said).for_each(|(place, byte)| *place = *byte);
    Begun::with(&blocks)
}

/// 契約者番号 of an entry out: the left 20 bytes of the remitter's field.
fn contract_number(text: &str) -> Option<Text> {
    let end = text.char_indices().nth(CONTRACT_NUMBER_CHARS).map_or(text.len(), |(at, _)| at);
    text.get(..end).map(str::trim_end).filter(|number| !number.is_empty()).map(Text::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Digest;

    /// A record of an entry in, with one byte changed.
    fn record(at: usize, byte: u8) -> [u8; RECORD_BYTES] {
        let mut bytes = [b' '; RECORD_BYTES];
        bytes[..36].copy_from_slice(b"200000001080803080803111000000001200");
        bytes[81..87].copy_from_slice(b"PAYPAY");
        bytes[159..165].copy_from_slice(b"FURIKO");
        bytes[at] = byte;
        bytes
    }

    /// What is beside dates, amount and references is in what entries have in common, and all of it in key or content.
    #[test]
    fn what_differs_is_not_in_common() {
        let own = [data::KIND, data::INQUIRY, data::BOOKED, data::VALUE, data::CLASS, data::AMOUNT];
        let own = own.iter().chain(&[data::REMITTER_CODE, data::EDI]);
        let own: Vec<usize> = own.flat_map(|spec| span(*spec, *spec)).collect();
        let said: Vec<usize> = CONTENT.into_iter().flatten().collect();
        assert!(said.len() <= CONTENT_BLOCKS * BLOCK_BYTES);
        for at in 0..RECORD_BYTES {
            let common = SPANS.iter().any(|span| span.contains(&at));
            assert_ne!(common, own.contains(&at), "{at}");
            let summary = span(data::SUMMARY, data::SUMMARY).contains(&at);
            assert_eq!(common && !summary, said.contains(&at), "{at}");
        }
    }

    /// By its definition: the bytes in their order, zeros to 128, the key.
    #[test]
    fn content_begins_with_what_the_key_does_not_say() {
        let (bytes, key) = (record(0, b'2'), Digest::of(b"key"));
        let mut said = [&bytes[21..22], &bytes[36..71], &bytes[81..159], &bytes[199..]].concat();
        said.resize(128, 0);
        said.extend_from_slice(key.bytes());
        assert_eq!(content(&bytes).and(&key), Digest::of(&said));
    }

    /// Each record twice and among others: what is kept is never taken for another's.
    #[test]
    fn kept_is_as_read() {
        let mut commons = Commons::default();
        for round in 0..2 {
            for at in 36..RECORD_BYTES {
                let bytes = record(at, b'7');
                let record = Record { file: "f", row: 1, bytes: &bytes };
                let fresh = Kept::read(record, &mut Words::default(), &mut Oddities::default());
                let kept = commons.of(record, &mut Oddities::default());
                match (kept, fresh) {
                    (Ok(kept), Ok(fresh)) => {
                        let says = |kept: &Kept| {
                            let content = kept.content.and(&Digest::default());
                            (kept.incoming, kept.common.clone(), kept.framed.clone(), content)
                        };
                        assert_eq!(says(kept), says(&fresh), "{round} {at}");
                    }
                    (kept, fresh) => assert_eq!(kept.err(), fresh.err(), "{round} {at}"),
                }
            }
        }
    }

    #[test]
    fn contract_numbers_of_entries_out() {
        let mut bytes = record(21, b'2');
        bytes[81..91].copy_from_slice(b"1234567890");
        let record = Record { file: "f", row: 1, bytes: &bytes };
        let mut commons = Commons::default();
        let kept = commons.of(record, &mut Oddities::default()).unwrap();
        assert_eq!(kept.common.contract_number.as_deref(), Some("1234567890"));
        assert_eq!((kept.incoming, kept.common.remitter_kana.as_str()), (false, ""));
    }
}
