//! Stable ids: SHA-256 over a tag and the parts, each with its length, cut to 32 hex digits.
//!
//! Invariant: the same subject gives the same id on every day and in every run; the order of members does not matter where they are a set.

use domain::id::ContractId;
use sha2::{Digest, Sha256};

/// Hex digits of an id (128 bits).
const ID_HEX_DIGITS: usize = 32;

/// The id of a tagged list of parts.
#[must_use]
pub fn stable_id(tag: &str, parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in std::iter::once(&tag).chain(parts) {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let mut id = hex::encode(hasher.finalize());
    id.truncate(ID_HEX_DIGITS);
    id
}

/// The id of a tagged set of members.
#[must_use]
pub fn set_id(tag: &str, rule: &str, members: &[String]) -> String {
    let mut sorted: Vec<&str> = members.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    sorted.insert(0, rule);
    stable_id(tag, &sorted)
}

/// fact id of a statement row: H(source, key, occurrence) (reconciliation.md 5.2).
#[must_use]
pub fn row_id(contract: &ContractId, record_key: &str, occurrence: u32) -> String {
    stable_id("row", &[contract.as_str(), record_key, &occurrence.to_string()])
}

/// fact id of a bank entry.
#[must_use]
pub fn deposit_id(account: &str, record_key: &str, occurrence: u32) -> String {
    stable_id("deposit", &[account, record_key, &occurrence.to_string()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_have_no_order_and_parts_do_not_run_together() {
        let (a, b) = ("a".to_owned(), "b".to_owned());
        assert_eq!(set_id("link", "1", &[a.clone(), b.clone()]), set_id("link", "1", &[b, a]));
        assert_ne!(stable_id("t", &["ab", "c"]), stable_id("t", &["a", "bc"]));
        assert_eq!(stable_id("t", &[]).len(), ID_HEX_DIGITS);
    }
}
