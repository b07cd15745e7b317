//! A fast hash of short texts: which keys a file has had so far.
//!
//! Invariants: the same bytes give the same hash in every process; nothing is stored or decided by it alone. Not here: identity, which is
//! a SHA-256 ([`crate::Digest`]). Nobody gains by two keys of one hash: his own file is refused or a place is looked at twice.

use std::hash::{BuildHasherDefault, Hasher};

/// Bytes that are mixed at a time.
const CHUNK_BYTES: usize = 16;
/// Odd numbers without pattern: the first digits of π after the point (as in Blowfish's tables).
const SECRETS: [u64; 4] =
    [0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7345, 0xA409_3822_299F_31D1, 0x082E_FA98_EC4E_6C89];

/// The hash of bytes.
#[must_use]
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let [first, second, third, last] = SECRETS;
    let (chunks, rest) = bytes.as_chunks::<CHUNK_BYTES>();
    let state = chunks.iter().fold(first, |state, chunk| mixed(state, second, chunk));
    // Of a longer text the last bytes again rather than a few of them alone.
    let tail = bytes.last_chunk().copied().unwrap_or_else(|| {
        let mut tail = [0; CHUNK_BYTES];
        tail.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
        tail
    });
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    folded(mixed(state, third, &tail) ^ length, last)
}

/// A chunk taken into a state.
fn mixed(state: u64, secret: u64, chunk: &[u8; CHUNK_BYTES]) -> u64 {
    let both = u128::from_le_bytes(*chunk);
    let low = u64::try_from(both & u128::from(u64::MAX)).unwrap_or_default();
    let high = u64::try_from(both >> u64::BITS).unwrap_or_default();
    folded(low ^ state, high ^ secret)
}

/// The product of two numbers, its halves laid over one another.
fn folded(a: u64, b: u64) -> u64 {
    let (low, high) = a.carrying_mul(b, 0);
    low ^ high
}

/// Builds the hasher of maps whose keys are hashes already.
pub(crate) type Mixed = BuildHasherDefault<AsItIs>;

/// Gives a hash back as it is.
#[derive(Debug, Default)]
pub(crate) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(bytes);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Consecutive numbers, lengths of zeros and single bits: no two alike, and neither half of a hash is.
    #[test]
    fn short_texts_are_told_apart() {
        let numbers =
            (0..20_000).map(|n| format!("{:019}/sale", 4_000_000_000_000_000_000_u64 + n).into_bytes());
        let zeros = (0..200).map(|n| vec![0; n]);
        let bits = (0..800).map(|n| {
            let mut bytes = vec![0; 100];
            bytes[n / 8] = 1 << (n % 8);
            bytes
        });
        let hashes: Vec<u64> = numbers.chain(zeros).chain(bits).map(|bytes| hash(&bytes)).collect();
        assert_eq!(hashes.iter().collect::<BTreeSet<_>>().len(), hashes.len());
        // A map places by the low bits and tells apart by the high ones: about as many as dice would give.
        for shift in [0, 48] {
            let places: BTreeSet<u64> = hashes.iter().map(|hash| (hash >> shift) & 0xFFFF).collect();
            assert!((17_000..19_500).contains(&places.len()), "{}", places.len());
        }
    }
}
