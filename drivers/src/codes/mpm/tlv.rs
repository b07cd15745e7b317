//! `ID(2 digits) LEN(2 digits) VALUE`, where LEN counts characters (EMVCo MPM 1.1, 3.3).
//!
//! Invariants: damage is an error with its place, never a short list; places are counted in bytes of the whole code.

use super::{Breach, Rule};

/// One object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Object<'a> {
    /// 0 to 99.
    pub id: u8,
    /// Bytes of the code before the ID.
    pub offset: usize,
    pub value: &'a str,
}

/// Bytes that ID and LEN take.
const HEAD_BYTES: usize = 4;

impl Object<'_> {
    /// Bytes of the code before the value.
    pub(crate) const fn value_offset(&self) -> usize {
        self.offset + HEAD_BYTES
    }

    /// The breach of a rule by the value.
    pub(super) const fn breach(&self, rule: Rule) -> Breach<Rule> {
        Breach { offset: self.value_offset(), rule }
    }
}

/// The objects of a text; `base` bytes of the code stand before it.
pub(crate) fn objects(text: &str, base: usize) -> Result<Vec<Object<'_>>, Breach<Rule>> {
    match readable(text, base) {
        (found, None) => Ok(found),
        (_, Some(breach)) => Err(breach),
    }
}

/// The objects up to the first damage, and the damage.
pub(crate) fn readable(text: &str, base: usize) -> (Vec<Object<'_>>, Option<Breach<Rule>>) {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match first(text, at) {
            Ok((object, end)) => {
                found.push(Object { offset: base + object.offset, ..object });
                at = end;
            }
            Err((place, rule)) => return (found, Some(Breach { offset: base + place, rule })),
        }
    }
    (found, None)
}

fn first(text: &str, at: usize) -> Result<(Object<'_>, usize), (usize, Rule)> {
    let id = two_digits(text, at).ok_or((at, Rule::Id))?;
    let length = two_digits(text, at + 2).ok_or((at + 2, Rule::Length))?;
    if length == 0 {
        return Err((at + 2, Rule::Empty));
    }
    let rest = text.get(at + HEAD_BYTES..).unwrap_or_default();
    // The place behind the last character of the value.
    let mut ends = rest.char_indices().map(|(start, c)| start + c.len_utf8());
    let end = ends.nth(usize::from(length) - 1).ok_or((at, Rule::PastEnd))?;
    Ok((Object { id, offset: at, value: &rest[..end] }, at + HEAD_BYTES + end))
}

fn two_digits(text: &str, at: usize) -> Option<u8> {
    let digits = text.get(at..at + 2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok()
}
