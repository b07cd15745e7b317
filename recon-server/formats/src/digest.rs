//! SHA-256 as lower-case hex: the identity of a file and of a row's content.
//!
//! Invariant: [`of_parts`] separates its parts by length, so that ("ab","c") and ("a","bc") differ.

use sha2::{Digest, Sha256};

/// SHA-256 of the bytes, as 64 lower-case hex digits.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// SHA-256 over parts, each preceded by its length.
#[must_use]
pub fn of_parts<'a, I: IntoIterator<Item = &'a str>>(parts: I) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hex::encode(hasher.finalize())
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
