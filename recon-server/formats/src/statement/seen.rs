//! Which keys a file has had so far, in 16 bytes a slot: a file of ten million rows is checked within a few hundred megabytes.
//!
//! Invariants: a key is known by 64 bits of it and its content by 32. Two different keys that agree in all 64 bits (once in some hundred
//! thousand files of ten million rows) look like one key with two contents: the file is refused, never taken wrongly.

use std::collections::HashMap;

use crate::{Digest, firsts::Firsts, mix::Mixed};

/// A key's first row.
#[derive(Debug, Clone, Copy, Default)]
struct First {
    content: u32,
    row: u32,
}

/// What a repeated key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// The first row of its key.
    First,
    /// The nth row of its key with the first row's content.
    Twin(u32),
    /// The nth row of its key, with another content than the row named second.
    Other(u32, u32),
}

/// The keys of one file.
#[derive(Debug, Default)]
pub(super) struct Seen {
    first: Firsts<First>,
    /// How many rows a repeated key has had.
    repeated: HashMap<u64, u32, Mixed>,
}

impl Seen {
    /// Room for so many keys more.
    pub fn reserve(&mut self, keys: usize) {
        self.first.reserve(keys);
    }

    /// Makes ready for rows of these keys.
    pub fn approach(&self, keys: &[u64]) {
        self.first.approach(keys.iter().copied());
    }

    /// Takes note of a row by the hash of its key ([`crate::mix::hash`]) and the digest of its content.
    #[inline]
    pub fn note(&mut self, key: u64, content_hash: Digest, row: u32) -> Again {
        let [a, b, c, d, ..] = *content_hash.bytes();
        let content = u32::from_be_bytes([a, b, c, d]);
        let Some(first) = self.first.first(key, First { content, row }) else { return Again::First };
        let rows = self.repeated.entry(key).or_insert(1);
        *rows = rows.saturating_add(1);
        if first.content == content { Again::Twin(*rows) } else { Again::Other(*rows, first.row) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mix::hash;

    #[test]
    fn rows_of_one_key_are_counted() {
        let mut seen = Seen::default();
        let (one, two) = (Digest::of(b"1"), Digest::of(b"2"));
        assert_eq!(seen.note(hash(b"a"), one, 2), Again::First);
        assert_eq!(seen.note(hash(b"b"), one, 3), Again::First);
        assert_eq!(seen.note(hash(b"a"), one, 4), Again::Twin(2));
        assert_eq!(seen.note(hash(b"a"), two, 5), Again::Other(3, 2));
        assert_eq!(seen.note(hash(b"a"), one, 6), Again::Twin(4));
    }
}
