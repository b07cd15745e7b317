//! Which of several alike entries one is: genuine twins of one file get occurrences 1, 2, …
//!
//! Invariant: a key is known by 64 of its 256 bits, so that a file of millions of entries fits into memory. Two keys that agree in them
//! without being alike would only be numbered on: their identities stay different, because the whole key is part of them.

use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasherDefault, Hasher},
};

use crate::Digest;

/// Keys that are hashes already.
#[derive(Debug, Default)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| hash.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

type Build = BuildHasherDefault<Hashed>;

/// How often each key came.
#[derive(Debug, Default)]
pub(super) struct Occurrences {
    once: HashSet<u64, Build>,
    /// Keys that came again, which few do.
    again: HashMap<u64, u32, Build>,
}

impl Occurrences {
    /// Room for so many keys.
    pub fn reserve(&mut self, keys: usize) {
        self.once.reserve(keys);
    }

    /// The occurrence of the next entry with a key.
    pub fn next(&mut self, key: Digest) -> u32 {
        if self.once.insert(key.head()) {
            return 1;
        }
        let seen = self.again.entry(key.head()).or_insert(1);
        *seen = seen.saturating_add(1);
        *seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_are_numbered() {
        let mut occurrences = Occurrences::default();
        let (one, two) = (Digest::of(b"1"), Digest::of(b"2"));
        let numbers: Vec<u32> = [one, two, one, one].into_iter().map(|key| occurrences.next(key)).collect();
        assert_eq!(numbers, [1, 1, 2, 3]);
    }
}
