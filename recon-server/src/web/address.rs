//! Words in the query part of an address of this house.

use std::fmt::Write as _;

/// A word as it stands in a query: letters, digits and `-._~` as they are, any other byte as `%XX` (RFC 3986, 2.1 and 2.3).
pub fn word(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            made.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(made, "%{byte:02X}");
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn only_unreserved_bytes_stay() {
        assert_eq!(word("bank:0001-1"), "bank%3A0001-1");
        assert_eq!(word("口&a=b"), "%E5%8F%A3%26a%3Db");
    }
}
