//! Which keys a file has had so far, in 17 bytes a key: a file of ten million rows is checked within a few hundred megabytes.
//!
//! Invariants: a key is known by 64 bits of it and its content by 32. Two different keys that agree in all 64 bits (once in some hundred
//! thousand files of ten million rows) look like one key with two contents: the file is refused, never taken wrongly.

use std::collections::{HashMap, hash_map::Entry};

use crate::{Digest, mix::Mixed};

/// A key's first row.
#[derive(Debug, Clone, Copy)]
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
    first: HashMap<u64, First, Mixed>,
    /// How many rows a repeated key has had.
    repeated: HashMap<u64, u32, Mixed>,
}

impl Seen {
    /// Room for so many keys more.
    pub fn reserve(&mut self, keys: usize) {
        self.first.reserve(keys);
    }

    /// Takes note of a row by the hash of its key ([`crate::mix::hash`]) and the digest of its content.
    #[inline]
    pub fn note(&mut self, key: u64, content_hash: Digest, row: u32) -> Again {
        let [a, b, c, d, ..] = *content_hash.bytes();
        let content = u32::from_be_bytes([a, b, c, d]);
        match self.first.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(First { content, row });
                Again::First
            }
            Entry::Occupied(entry) => {
                let first = *entry.get();
                let rows = self.repeated.entry(key).or_insert(1);
                *rows = rows.saturating_add(1);
                if first.content == content { Again::Twin(*rows) } else { Again::Other(*rows, first.row) }
            }
        }
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
