//! Keys of millions of rows, and what was said with the first row of each.
//!
//! Invariants: keys are hashes, whose bits are spread evenly; a key is told by all of its 64 bits, but for 0, which counts as 1; nothing
//! is taken out. Slots lie open in one list, a few to a line of the processor's cache, so that a key costs one look into memory far away;
//! a map of the standard library takes two. Not here: identity, and what is done about keys that come again.

use std::hint::black_box;

/// Of so many slots …
const SHARE_SLOTS: usize = 8;
/// … so many are taken at most.
const SHARE_TAKEN: usize = 7;
/// Fewest slots.
const SLOTS_MIN: usize = 16;

/// The first value of each key.
#[derive(Debug, Default)]
pub(crate) struct Firsts<V> {
    /// A power of two, or none; the key 0 where nothing is yet.
    slots: Vec<(u64, V)>,
    taken: usize,
}

impl<V: Copy + Default> Firsts<V> {
    /// Room for so many keys more.
    pub fn reserve(&mut self, keys: usize) {
        let keys = self.taken.saturating_add(keys);
        let slots = keys.saturating_mul(SHARE_SLOTS).div_ceil(SHARE_TAKEN).max(SLOTS_MIN).next_power_of_two();
        if slots <= self.slots.len() {
            return;
        }
        let before = std::mem::replace(&mut self.slots, vec![(0, V::default()); slots]);
        for (key, value) in before.into_iter().filter(|(key, _)| *key != 0) {
            let slot = self.slot(key);
            self.slots[slot] = (key, value);
        }
    }

    /// The value that the key came with first; none where that is now.
    #[inline]
    pub fn first(&mut self, key: u64, value: V) -> Option<V> {
        if self.taken >= self.slots.len() / SHARE_SLOTS * SHARE_TAKEN {
            self.reserve(self.taken.max(1));
        }
        let key = key.max(1);
        let slot = self.slot(key);
        let found = &mut self.slots[slot];
        if found.0 == key {
            return Some(found.1);
        }
        *found = (key, value);
        self.taken += 1;
        None
    }

    /// Looks at where the keys will be looked for. The looks wait for nothing, so that all of them are under way together.
    pub fn approach(&self, keys: impl Iterator<Item = u64>) {
        let Some(last) = self.slots.len().checked_sub(1) else { return };
        black_box(keys.fold(0, |sum, key| sum ^ self.slots[place(key, last)].0));
    }

    /// The slot of a key that is not 0, or the one that it will have. There always is a free one.
    #[inline]
    fn slot(&self, key: u64) -> usize {
        let last = self.slots.len() - 1;
        let mut at = place(key, last);
        while self.slots[at].0 != 0 && self.slots[at].0 != key {
            at = (at + 1) & last;
        }
        at
    }
}

/// The place of a key among slots of which the last has this place.
#[inline]
fn place(key: u64, last: usize) -> usize {
    usize::try_from(key & u64::try_from(last).unwrap_or(u64::MAX)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// As a map of the standard library, also where all keys want the same few slots.
        #[test]
        fn as_a_map(keys in vec(prop_oneof![1..40_u64, any::<u64>(), (0..9_u64).prop_map(|n| u64::MAX << n)], 0..300), room in 0..200_usize) {
            let (mut firsts, mut map) = (Firsts::default(), HashMap::new());
            firsts.reserve(room);
            for (nth, key) in keys.iter().map(|key| (*key).max(1)).enumerate() {
                firsts.approach(keys.iter().copied());
                let before = map.get(&key).copied();
                map.entry(key).or_insert(nth);
                prop_assert_eq!(firsts.first(key, nth), before);
            }
            prop_assert_eq!(firsts.taken, map.len());
        }
    }

    #[test]
    fn nothing_is_a_key_like_one() {
        let mut firsts = Firsts::default();
        assert_eq!(firsts.first(0, 'a'), None);
        assert_eq!(firsts.first(1, 'b'), Some('a'));
    }
}
