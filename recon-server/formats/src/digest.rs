//! SHA-256, written as lower-case hex: the identity of a file and of a row's content.
//!
//! Invariant: [`of_parts`] separates its parts by length, so that ("ab","c") and ("a","bc") differ.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::block_api::compress256;

/// Bytes of a SHA-256.
const DIGEST_BYTES: usize = 32;
/// Bytes that are taken in at a time.
pub(crate) const BLOCK_BYTES: usize = 64;
/// Blocks of a message that is no longer short.
const SHORT_BLOCKS: usize = 3;
/// What follows a message, before zeros and its length.
const PADDING: u8 = 0x80;
/// Words of the state between blocks.
const STATE_WORDS: usize = 8;
/// The state before the first block (FIPS 180-4, 5.3.3).
const INITIAL: [u32; STATE_WORDS] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
/// Room for the parts of a row and their padding: a usual one fits without growing.
const FRAMED_LENGTH_BYTES: usize = 512;
/// Bytes of the length in front of a part.
const LENGTH_BYTES: usize = 8;

/// A SHA-256. Written as 64 lower-case hex digits everywhere outside of memory.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Digest([u8; DIGEST_BYTES]);

/// A text that is not 64 hex digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 in hex")]
pub struct NotADigest;

impl Digest {
    /// SHA-256 of the bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut state = INITIAL;
        let (blocks, rest) = bytes.as_chunks();
        // Short messages, as rows are, with their padding in one go: to begin and to end costs as much as half a block.
        let (blocks, rest) = if blocks.len() < SHORT_BLOCKS { (&[][..], bytes) } else { (blocks, rest) };
        if !blocks.is_empty() {
            compress256(&mut state, blocks);
        }
        let mut last = [[0; BLOCK_BYTES]; SHORT_BLOCKS + 1];
        let padded = (rest.len() + 1 + LENGTH_BYTES).next_multiple_of(BLOCK_BYTES);
        // What is left is less than all blocks but one, so that all of these places are there.
        let end = &mut last.as_flattened_mut()[..padded];
        end[..rest.len()].copy_from_slice(rest);
        end[rest.len()] = PADDING;
        end[padded - LENGTH_BYTES..].copy_from_slice(&(bytes.len() as u64 * 8).to_be_bytes());
        compress256(&mut state, end.as_chunks().0);
        digest(&state)
    }

    /// Its bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; DIGEST_BYTES] {
        &self.0
    }

    /// The first 64 bits: enough to tell the rows of one file apart.
    pub(crate) const fn head(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    fn in_hex<T>(&self, then: impl FnOnce(&str) -> T) -> T {
        let mut digits = [0; 2 * DIGEST_BYTES];
        // Twice as long as the digest, and only digits: neither can fail.
        let fits = hex::encode_to_slice(self.0, &mut digits).is_ok();
        then(std::str::from_utf8(&digits).ok().filter(|_| fits).unwrap_or_default())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.in_hex(|hex| f.pad(hex))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.in_hex(|hex| f.write_str(hex))
    }
}

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(hex: &str) -> Result<Self, NotADigest> {
        let mut bytes = [0; DIGEST_BYTES];
        hex::decode_to_slice(hex, &mut bytes).map_err(|_| NotADigest)?;
        Ok(Self(bytes))
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.in_hex(str::to_owned)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.in_hex(|hex| serializer.serialize_str(hex))
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        smol_str::SmolStr::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// What digests have taken in already, in whole blocks: many go on from the same one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun {
    state: [u32; STATE_WORDS],
    taken_bytes: usize,
}

impl Begun {
    /// Begins with whole blocks.
    pub fn with(blocks: &[[u8; BLOCK_BYTES]]) -> Self {
        let mut state = INITIAL;
        compress256(&mut state, blocks);
        Self { state, taken_bytes: blocks.as_flattened().len() }
    }

    /// The digest of what was begun with and, behind it, another digest.
    pub fn and(&self, last: &Digest) -> Digest {
        let mut block = [0; BLOCK_BYTES];
        block[..DIGEST_BYTES].copy_from_slice(&last.0);
        block[DIGEST_BYTES] = PADDING;
        let length = (self.taken_bytes + DIGEST_BYTES) as u64 * 8;
        block[BLOCK_BYTES - LENGTH_BYTES..].copy_from_slice(&length.to_be_bytes());
        let mut state = self.state;
        compress256(&mut state, &[block]);
        digest(&state)
    }
}

/// SHA-256 of the bytes, as 64 lower-case hex digits.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    Digest::of(bytes).into()
}

/// SHA-256 over parts, each preceded by its length.
#[must_use]
pub fn of_parts<'a, I: IntoIterator<Item = &'a str>>(parts: I) -> Digest {
    let mut framed = Framed::default();
    parts.into_iter().for_each(|part| framed.push(part));
    framed.take()
}

/// Parts, each preceded by its length, gathered for one digest after another: a row's cells are many and short.
#[derive(Debug)]
pub(crate) struct Framed {
    /// What is not taken in yet. The first `kept` bytes begin every digest.
    bytes: Vec<u8>,
    kept: usize,
    /// What every digest has taken in before `bytes`, and how many bytes that was.
    state: [u32; STATE_WORDS],
    taken_bytes: usize,
}

impl Default for Framed {
    fn default() -> Self {
        Self { bytes: Vec::with_capacity(FRAMED_LENGTH_BYTES), kept: 0, state: INITIAL, taken_bytes: 0 }
    }
}

impl Framed {
    /// Adds parts that are framed already, as [`frame`] does it.
    #[inline]
    pub fn push_framed(&mut self, parts: &[u8]) {
        self.bytes.extend_from_slice(parts);
    }

    /// Adds a part.
    #[inline]
    pub fn push(&mut self, part: &str) {
        self.bytes.reserve(LENGTH_BYTES + part.len());
        frame(&mut self.bytes, part);
    }

    /// The digest of what was added; nothing is left but what is kept.
    pub fn take(&mut self) -> Digest {
        let length = self.taken_bytes + self.bytes.len();
        pad(&mut self.bytes, length);
        let mut state = self.state;
        compress256(&mut state, self.bytes.as_chunks().0);
        self.bytes.truncate(self.kept);
        digest(&state)
    }

    /// What was added so far begins every digest from now on: parts that are the same again and again are taken in once.
    pub fn keep(&mut self) {
        let blocks = self.bytes.as_chunks().0;
        compress256(&mut self.state, blocks);
        let taken = blocks.as_flattened().len();
        self.taken_bytes += taken;
        self.bytes.drain(..taken);
        self.kept = self.bytes.len();
    }

    /// Begins anew: nothing is kept.
    pub fn clear(&mut self) {
        self.bytes.clear();
        (self.kept, self.state, self.taken_bytes) = (0, INITIAL, 0);
    }
}

/// A part as [`Framed::push`] adds it: its length, then its bytes.
pub(crate) fn frame(framed: &mut Vec<u8>, part: &str) {
    framed.extend_from_slice(&(part.len() as u64).to_be_bytes());
    framed.extend_from_slice(part.as_bytes());
}

/// Adds the padding of a message of so many bytes, of which these are the last (FIPS 180-4, 5.1.1).
fn pad(bytes: &mut Vec<u8>, length_bytes: usize) {
    bytes.push(PADDING);
    let blocks = (bytes.len() + LENGTH_BYTES).div_ceil(BLOCK_BYTES);
    bytes.resize(blocks * BLOCK_BYTES - LENGTH_BYTES, 0);
    bytes.extend_from_slice(&(length_bytes as u64 * 8).to_be_bytes());
}

/// The digest of a final state.
fn digest(state: &[u32; STATE_WORDS]) -> Digest {
    let mut bytes = [0; DIGEST_BYTES];
    for (place, word) in bytes.as_chunks_mut().0.iter_mut().zip(state) {
        *place = word.to_be_bytes();
    }
    Digest(bytes)
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;

    /// FIPS 180-4, the one-block example message "abc".
    #[test]
    fn known_digest() {
        assert_eq!(sha256_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn hex_both_ways() {
        let digest = Digest::of(b"abc");
        let json = serde_json::to_string(&digest).unwrap();
        assert_eq!(json, format!("\"{}\"", sha256_hex(b"abc")));
        assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
        assert_eq!("ab".parse::<Digest>(), Err(NotADigest));
    }

    /// The padding ends in each place of a block once, and what is kept in each place too.
    #[test]
    fn framed_parts_are_the_library_s_digest() {
        let mut framed = Framed::default();
        for head in 0..150 {
            let head = "h".repeat(head);
            assert_eq!(Digest::of(head.as_bytes()), Digest(Sha256::digest(&head).into()), "{}", head.len());
            framed.clear();
            framed.push(&head);
            framed.keep();
            for tail in [0, 1, 38, 39, 40, 47, 48, 200] {
                let tail = "t".repeat(tail);
                framed.push(&tail);
                let mut whole = Sha256::new();
                for part in [&head, &tail] {
                    whole.update((part.len() as u64).to_be_bytes());
                    whole.update(part);
                }
                assert_eq!(framed.take(), Digest(whole.finalize().into()), "{} {}", head.len(), tail.len());
                assert_eq!(
                    Digest::of(tail.as_bytes()),
                    Digest(Sha256::digest(&tail).into()),
                    "{}",
                    tail.len()
                );
            }
        }
    }

    #[test]
    fn a_begun_digest_is_that_of_the_whole() {
        let last = Digest::of(b"last");
        for blocks in 0..4 {
            let head = vec![[7; BLOCK_BYTES]; blocks];
            let whole = [head.as_flattened(), last.bytes()].concat();
            assert_eq!(Begun::with(&head).and(&last), Digest::of(&whole), "{blocks}");
        }
    }

    #[test]
    fn parts_are_kept_apart() {
        assert_ne!(of_parts(["ab", "c"]), of_parts(["a", "bc"]));
        assert_ne!(of_parts(["a", ""]), of_parts(["a"]));
    }
}
