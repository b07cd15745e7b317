//! Which of several alike entries one is: genuine twins of one file get occurrences 1, 2, …
//!
//! Invariant: a key is known by 64 of its 256 bits, so that a file of millions of entries fits into memory. Two keys that agree in them
//! without being alike would only be numbered on: their identities stay different, because the whole key is part of them.

use std::collections::HashMap;

use crate::{Digest, firsts::Firsts, mix::Mixed};

/// How often each key came.
#[derive(Debug, Default)]
pub(crate) struct Occurrences {
    once: Firsts<()>,
    /// Keys that came again, which few do.
    again: HashMap<u64, u32, Mixed>,
}

impl Occurrences {
    /// Room for so many keys.
    pub fn reserve(&mut self, keys: usize) {
        self.once.reserve(keys);
    }

    /// Makes ready for entries of these keys.
    pub fn approach<'k>(&self, keys: impl Iterator<Item = &'k Digest>) {
        self.once.approach(keys.map(Digest::head));
    }

    /// The occurrence of the next entry with a key.
    pub fn next(&mut self, key: Digest) -> u32 {
        self.next_of(key.head())
    }

    /// The occurrence of the next entry with a key of this hash.
    pub fn next_of(&mut self, key: u64) -> u32 {
        if self.once.first(key, ()).is_none() {
            return 1;
        }
        let seen = self.again.entry(key).or_insert(1);
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
