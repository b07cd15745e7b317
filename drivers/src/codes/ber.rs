//! BER-TLV as the payer's code carries it (EMVCo CPM 1.1; ISO/IEC 8825-1), with the place of every object.
//!
//! Invariants: damage is an error with its place, never a short list; tags have at most three bytes, lengths at most two more.

use super::{Breach, cpm::Rule};

/// Longest tag, in bytes.
const TAG_MAX_BYTES: usize = 3;

/// One object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Object<'a> {
    /// The tag, first byte highest.
    pub tag: u32,
    /// Bytes of the code before the tag.
    pub offset: usize,
    /// Bytes of the code before the value.
    pub value_offset: usize,
    pub value: &'a [u8],
}

/// The objects of a template; `base` bytes of the code stand before it.
pub(crate) fn objects(bytes: &[u8], base: usize) -> Result<Vec<Object<'_>>, Breach<Rule>> {
    match readable(bytes, base) {
        (found, None) => Ok(found),
        (_, Some(breach)) => Err(breach),
    }
}

/// The objects up to the first damage, and the damage.
pub(crate) fn readable(bytes: &[u8], base: usize) -> (Vec<Object<'_>>, Option<Breach<Rule>>) {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match first(bytes, at) {
            Ok((object, end)) => {
                let (offset, value_offset) = (base + object.offset, base + object.value_offset);
                found.push(Object { offset, value_offset, ..object });
                at = end;
            }
            Err((place, rule)) => return (found, Some(Breach { offset: base + place, rule })),
        }
    }
    (found, None)
}

fn first(bytes: &[u8], at: usize) -> Result<(Object<'_>, usize), (usize, Rule)> {
    let (tag, tag_bytes) = tag(&bytes[at..]).ok_or((at, Rule::Tag))?;
    let length_at = at + tag_bytes;
    let (length, length_bytes) = length(&bytes[length_at..]).ok_or((length_at, Rule::Length))?;
    let value_offset = length_at + length_bytes;
    let end = value_offset + length;
    let value = bytes.get(value_offset..end).ok_or((at, Rule::PastEnd))?;
    Ok((Object { tag, offset: at, value_offset, value }, end))
}

/// The first tag and how many bytes it takes.
fn tag(bytes: &[u8]) -> Option<(u32, usize)> {
    let first = *bytes.first()?;
    let mut taken = 1;
    if first & 0x1F == 0x1F {
        loop {
            let more = bytes.get(taken)? & 0x80 != 0;
            taken += 1;
            match more {
                false => break,
                true if taken == TAG_MAX_BYTES => return None,
                true => {}
            }
        }
    }
    Some((bytes[..taken].iter().fold(0, |tag, &byte| tag << 8 | u32::from(byte)), taken))
}

fn length(bytes: &[u8]) -> Option<(usize, usize)> {
    match *bytes {
        [short @ 0..=0x7F, ..] => Some((usize::from(short), 1)),
        [0x81, one, ..] => Some((usize::from(one), 2)),
        [0x82, high, low, ..] => Some((usize::from(u16::from_be_bytes([high, low])), 3)),
        _ => None,
    }
}
