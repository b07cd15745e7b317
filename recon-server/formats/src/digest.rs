//! SHA-256 as lower-case hex: the identity of a file and of a row's content.
//!
//! Invariant: [`of_parts`] separates its parts by length, so that ("ab","c") and ("a","bc") differ.

use sha2::{Digest, Sha256};

/// SHA-256 of the bytes, as 64 lower-case hex digits.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    to_hex(&Sha256::digest(bytes).into())
}

/// SHA-256 over parts, each preceded by its length.
#[must_use]
pub fn of_parts<'a, I: IntoIterator<Item = &'a str>>(parts: I) -> String {
    let mut framed = Framed::default();
    parts.into_iter().for_each(|part| framed.push(part));
    framed.take_hex()
}

fn to_hex(digest: &[u8; 32]) -> String {
    let mut digits = [0; 64];
    // Twice as long as the digest, and only digits: neither can fail.
    let fits = hex::encode_to_slice(digest, &mut digits).is_ok();
    std::str::from_utf8(&digits).ok().filter(|_| fits).unwrap_or_default().to_owned()
}

/// Parts, each preceded by its length, gathered for one digest: a row's cells are many and short.
#[derive(Debug, Default)]
pub(crate) struct Framed {
    bytes: Vec<u8>,
}

impl Framed {
    /// Adds a part.
    pub fn push(&mut self, part: &str) {
        self.bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        self.bytes.extend_from_slice(part.as_bytes());
    }

    /// The digest of what was added, as hex; nothing is left.
    pub fn take_hex(&mut self) -> String {
        let digest = Sha256::digest(&self.bytes);
        self.bytes.clear();
        to_hex(&digest.into())
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
    fn parts_are_kept_apart() {
        assert_ne!(of_parts(["ab", "c"]), of_parts(["a", "bc"]));
        assert_ne!(of_parts(["a", ""]), of_parts(["a"]));
    }
}
