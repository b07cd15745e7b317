//! What must be equal, as one number of 64 bits that is different for different texts.
//!
//! Invariant: no hash decides whether two rows are one. Terminals of 13 digits with approval numbers of 6 fit into 64 bits as they are
//! (10^19 < 2^64); everything else gets numbers of an [`Interner`]. Both files are coded in the same way: where one row does not fit the
//! plain way, the run starts again with the other.

use std::ops::Deref;

use rustc_hash::FxHashMap;

use crate::{
    columns::Role,
    intern::{Interner, packed, unpacked},
    piece::Row,
    scan::{six_digits, six_digits_and_up_to_eight, thirteen_digits},
};

/// Approval numbers of the plain way: those of 6 digits.
const PLAIN_APPROVALS: u64 = 1_000_000;
/// Bits of a key of texts below its terminal.
const HOME_BITS: u32 = 32;
/// Longest approval number that needs no table.
pub(crate) const PACKED_APPROVAL_LENGTH_MAX: usize = 6;
/// Numbers of those.
const PACKED_APPROVALS: u64 = 37_u64.pow(6);
/// Longest identifier that needs no table.
const PACKED_ID_LENGTH_MAX: usize = 12;
/// Numbers of those.
const PACKED_IDS: u64 = 37_u64.pow(12);
/// Texts that a thread remembers, so that it need not ask the shared table.
const REMEMBERED_TEXTS_MAX: usize = 1 << 16;
/// Between the parts of a text of several parts; it cannot stand in a CSV field of any use.
const PART_SEPARATOR: u8 = 0x1F;

/// A row's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coded {
    /// Terminal and approval number, or an identifier.
    Keyed(u64),
    /// Terminal without an approval number: only a set can prove it.
    Loose(u64),
    /// Nothing that the other side could have too.
    Alone,
    /// It does not fit this way of coding.
    DoesNotFit,
    /// There are no more numbers.
    TooMany,
}

/// Which way the keys of a run are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Way {
    /// Terminals of 13 digits, approval numbers of 6.
    Plain,
    /// Any texts.
    Texts,
}

/// Makes keys of rows; every thread has its own.
pub(crate) trait Coder: Clone + Send + Sync {
    /// Key and yen of a row of the usual shape, where both can be had for less at once.
    #[inline(always)]
    fn key_and_amount(&self, _: &Row<'_>) -> Option<(u64, i32)> {
        None
    }

    /// The key of a row.
    fn code(&mut self, row: &Row<'_>) -> Coded;

    /// What of a key decides in which pass it is looked at: rows that a set could prove stay together.
    fn home(&self, key: u64) -> u64;
}

/// [`Way::Plain`].
#[derive(Clone, Copy)]
pub(crate) struct PlainCoder;

impl Coder for PlainCoder {
    #[inline(always)]
    fn key_and_amount(&self, row: &Row<'_>) -> Option<(u64, i32)> {
        let (start, end) = row.span(Role::Terminal);
        let terminal = thirteen_digits(row.bytes, start, end)?;
        let (approval, amount) =
            six_digits_and_up_to_eight(row.bytes, row.span(Role::Approval), row.span(Role::Amount))?;
        Some((terminal * PLAIN_APPROVALS + approval, i32::try_from(amount).ok()?))
    }

    #[inline(always)]
    fn code(&mut self, row: &Row<'_>) -> Coded {
        let (start, end) = row.span(Role::Terminal);
        let Some(terminal) = thirteen_digits(row.bytes, start, end) else { return Coded::DoesNotFit };
        let (start, end) = row.span(Role::Approval);
        if start == end {
            return Coded::Loose(terminal * PLAIN_APPROVALS);
        }
        six_digits(row.bytes, start, end)
            .map_or(Coded::DoesNotFit, |approval| Coded::Keyed(terminal * PLAIN_APPROVALS + approval))
    }

    fn home(&self, key: u64) -> u64 {
        key / PLAIN_APPROVALS
    }
}

/// [`Way::Texts`]: the upper half of a key is the terminal (with contract and brand where both sides have them), the lower half the
/// approval number.
#[derive(Clone)]
pub(crate) struct TextCoder<I> {
    pub interner: I,
    pub parts: Parts,
    remembered: FxHashMap<Box<[u8]>, u32>,
    /// The short ones, as [`short`] has them.
    remembered_short: FxHashMap<u128, u32>,
    scratch: Vec<u8>,
    /// The number of what stands in `scratch`, where a row came by its columns: rows of one terminal often follow each other.
    last: Option<u32>,
}

/// Which columns of a terminal's key both sides have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts {
    pub terminal: bool,
    pub contract: bool,
    pub brand: bool,
    pub approval: bool,
}

impl<I: Deref<Target = Interner>> TextCoder<I> {
    pub fn new(interner: I, parts: Parts) -> Self {
        let (remembered, remembered_short) = (FxHashMap::default(), FxHashMap::default());
        Self { interner, parts, remembered, remembered_short, scratch: Vec::new(), last: None }
    }

    fn terminal(&mut self, row: &Row<'_>) -> Option<u32> {
        self.scratch.clear();
        let wanted = [
            (self.parts.terminal, Role::Terminal),
            (self.parts.contract, Role::Contract),
            (self.parts.brand, Role::Brand),
        ];
        for (_, role) in wanted.iter().filter(|(wanted, _)| *wanted) {
            if !self.scratch.is_empty() {
                self.scratch.push(PART_SEPARATOR);
            }
            self.scratch.extend_from_slice(row.field(*role));
        }
        self.terminal_number()
    }

    /// The number of the terminal that stands in `scratch`.
    fn terminal_number(&mut self) -> Option<u32> {
        let short = short(&self.scratch);
        let remembered = match &short {
            Some(short) => self.remembered_short.get(short),
            None => self.remembered.get(self.scratch.as_slice()),
        };
        if let Some(number) = remembered {
            return Some(*number);
        }
        let number = self.interner.number(&self.scratch)?;
        if self.remembered.len() + self.remembered_short.len() >= REMEMBERED_TEXTS_MAX {
            self.remembered.clear();
            self.remembered_short.clear();
        }
        match short {
            Some(short) => self.remembered_short.insert(short, number),
            None => self.remembered.insert(self.scratch.as_slice().into(), number),
        };
        Some(number)
    }

    /// The upper half of the keys of a terminal whose rows come by their columns; none where there are no more numbers.
    pub fn home_of(&mut self, terminal: &[u8]) -> Option<u64> {
        self.scratch.clear();
        self.scratch.extend_from_slice(terminal);
        self.last = self.terminal_number();
        self.last.map(|terminal| u64::from(terminal) << HOME_BITS)
    }

    /// The key of a row that comes by its columns.
    pub fn code_columns(&mut self, terminal: &[u8], approval: &[u8]) -> Coded {
        if terminal.is_empty() {
            return Coded::Alone;
        }
        if self.scratch != terminal || self.last.is_none() {
            self.scratch.clear();
            self.scratch.extend_from_slice(terminal);
            self.last = self.terminal_number();
        }
        self.key(self.last, approval)
    }

    fn key(&self, terminal: Option<u32>, approval: &[u8]) -> Coded {
        let Some(terminal) = terminal else { return Coded::TooMany };
        let home = u64::from(terminal) << HOME_BITS;
        if approval.is_empty() {
            return Coded::Loose(home);
        }
        approval_of(&self.interner, approval).map_or(Coded::TooMany, |number| Coded::Keyed(home | number))
    }
}

/// A text of at most 15 bytes and its length as one number, different for different texts: it is compared where it lies in the table,
/// while a longer one is a further look into memory that is seldom in the cache.
fn short(text: &[u8]) -> Option<u128> {
    let mut bytes = [0; size_of::<u128>()];
    let (length, texts) = bytes.split_last_mut()?;
    texts.get_mut(..text.len())?.copy_from_slice(text);
    *length = u8::try_from(text.len()).ok()?;
    Some(u128::from_le_bytes(bytes))
}

/// The lower half of the keys of an approval number; none where there are no more numbers.
pub(crate) fn approval_of(interner: &Interner, approval: &[u8]) -> Option<u64> {
    packed(approval, PACKED_APPROVAL_LENGTH_MAX)
        .or_else(|| Some(u64::from(interner.number(approval)?) + PACKED_APPROVALS))
        .filter(|number| *number <= u64::from(u32::MAX))
}

impl<I: Deref<Target = Interner> + Clone + Send + Sync> Coder for TextCoder<I> {
    fn code(&mut self, row: &Row<'_>) -> Coded {
        if !self.parts.terminal || row.field(Role::Terminal).is_empty() {
            return Coded::Alone;
        }
        let terminal = self.terminal(row);
        let approval = if self.parts.approval { row.field(Role::Approval) } else { &[] };
        self.key(terminal, approval)
    }

    fn home(&self, key: u64) -> u64 {
        key >> HOME_BITS
    }
}

/// Identifiers.
#[derive(Clone)]
pub(crate) struct IdCoder<'i>(pub &'i Interner);

impl Coder for IdCoder<'_> {
    fn code(&mut self, row: &Row<'_>) -> Coded {
        let text = row.field(Role::Reference);
        if text.is_empty() {
            return Coded::Alone;
        }
        packed(text, PACKED_ID_LENGTH_MAX)
            .or_else(|| Some(u64::from(self.0.number(text)?) + PACKED_IDS))
            .map_or(Coded::TooMany, Coded::Keyed)
    }

    fn home(&self, key: u64) -> u64 {
        key
    }
}

/// Terminal (with contract and brand) and approval number of a key.
pub(crate) fn texts(way: Way, interner: &Interner, key: u64, loose: bool) -> (String, String) {
    if way == Way::Plain {
        let approval = if loose { String::new() } else { format!("{:06}", key % PLAIN_APPROVALS) };
        return (format!("{:013}", key / PLAIN_APPROVALS), approval);
    }
    let terminal = u32::try_from(key >> HOME_BITS).unwrap_or_default();
    let terminal = interner.text(terminal).replace(char::from(PART_SEPARATOR), "/");
    let approval = key & u64::from(u32::MAX);
    let approval = match approval.checked_sub(PACKED_APPROVALS) {
        Some(number) => interner.text(u32::try_from(number).unwrap_or_default()),
        None => unpacked(approval),
    };
    (terminal, approval)
}

/// The identifier of a key.
pub(crate) fn id_text(interner: &Interner, key: u64) -> String {
    match key.checked_sub(PACKED_IDS) {
        Some(number) => interner.text(u32::try_from(number).unwrap_or_default()),
        None => unpacked(key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_are_told_apart_and_long_ones_are_none() {
        let texts: [&[u8]; 7] =
            [b"", b"\0", b"\0\0", b"0", b"4971000000001", b"4971000000001\0", b"123456789012345"];
        let numbers: Vec<_> = texts.iter().map(|text| short(text)).collect();
        assert!(numbers.iter().all(Option::is_some));
        for (place, number) in numbers.iter().enumerate() {
            assert!(!numbers[..place].contains(number), "{place}");
        }
        assert_eq!(short(b"1234567890123456"), None);
    }

    #[test]
    fn a_terminal_keeps_its_number_however_long_it_is_and_whatever_is_forgotten() {
        let parts = Parts { terminal: true, contract: false, brand: false, approval: true };
        let interner = Interner::default();
        let mut coder = TextCoder::new(&interner, parts);
        // More than are remembered, short and long ones by turns.
        let texts: Vec<_> = (0..REMEMBERED_TEXTS_MAX + 1_000)
            .map(|n| if n % 2 == 0 { format!("{n:013}") } else { format!("terminal number {n}") })
            .collect();
        let first: Vec<_> = texts.iter().map(|text| coder.home_of(text.as_bytes())).collect();
        let again: Vec<_> = texts.iter().map(|text| coder.home_of(text.as_bytes())).collect();
        assert_eq!(first, again);
        let different: std::collections::HashSet<_> = first.iter().flatten().collect();
        assert_eq!(different.len(), texts.len());
    }
}
