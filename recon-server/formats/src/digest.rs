//! SHA-256, written as lower-case hex: the identity of a file and of a row's content.
//!
//! Invariant: [`of_parts`] separates its parts by length, so that ("ab","c") and ("a","bc") differ.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

/// Bytes of a SHA-256.
const DIGEST_BYTES: usize = 32;
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
        Self(Sha256::digest(bytes).into())
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

/// SHA-256 of the bytes, as 64 lower-case hex digits.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    Digest::of(bytes).into()
}

/// SHA-256 over parts, each preceded by its length.
#[must_use]
pub fn of_parts<'a, I: IntoIterator<Item = &'a str>>(parts: I) -> String {
    let mut framed = Framed::default();
    parts.into_iter().for_each(|part| framed.push(part));
    framed.take().into()
}

/// Parts, each preceded by its length, gathered for one digest: a row's cells are many and short.
#[derive(Debug, Default)]
pub(crate) struct Framed {
    bytes: Vec<u8>,
}

impl Framed {
    /// Adds a part.
    pub fn push(&mut self, part: &str) {
        self.bytes.reserve(LENGTH_BYTES + part.len());
        self.bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        self.bytes.extend_from_slice(part.as_bytes());
    }

    /// The digest of what was added; nothing is left.
    pub fn take(&mut self) -> Digest {
        let digest = Digest::of(&self.bytes);
        self.bytes.clear();
        digest
    }
}

/// Digests of parts of which the first are the same again and again: those are taken in once.
#[derive(Debug, Default)]
pub(crate) struct Begun(Sha256);

impl Begun {
    /// After these parts.
    pub fn with(framed: &mut Framed) -> Self {
        let begun = Self(Sha256::new_with_prefix(&framed.bytes));
        framed.bytes.clear();
        begun
    }

    /// The digest of the parts begun with and of those added since; of these nothing is left.
    pub fn take(&self, framed: &mut Framed) -> Digest {
        let digest = self.0.clone().chain_update(&framed.bytes).finalize();
        framed.bytes.clear();
        Digest(digest.into())
    }
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn begun_parts_count() {
        for long in ["a".to_owned(), "a".repeat(200)] {
            let mut framed = Framed::default();
            framed.push(&long);
            let begun = Begun::with(&mut framed);
            for tail in ["b", "c"] {
                framed.push(tail);
                assert_eq!(String::from(begun.take(&mut framed)), of_parts([&*long, tail]));
            }
        }
    }

    #[test]
    fn parts_are_kept_apart() {
        assert_ne!(of_parts(["ab", "c"]), of_parts(["a", "bc"]));
        assert_ne!(of_parts(["a", ""]), of_parts(["a"]));
    }
}
