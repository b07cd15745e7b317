//! Card numbers end here: only the last four digits go on (DESIGN 3.14, `devices.md` M3).
//!
//! Invariant: nothing that this crate logs or records from a terminal passes by this module.

use encoding_rs::SHIFT_JIS;

/// Digits of an account that may be shown.
const SHOWN_DIGITS: usize = 4;
/// Shortest run of digits that may be a card number (ISO/IEC 7812-1 allows 8 to 19; in use are 13 and more).
const ACCOUNT_DIGITS_MIN: usize = 13;

/// The account of BMP 22: every position but the last four becomes `*`, and so does what the terminal masked (E); F is padding.
#[must_use]
pub fn account(bcd: &[u8]) -> String {
    let nibbles: Vec<u8> =
        bcd.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]).filter(|nibble| *nibble != 0x0F).collect();
    let hidden = nibbles.len().saturating_sub(SHOWN_DIGITS);
    nibbles
        .iter()
        .enumerate()
        .map(|(i, nibble)| char::from_digit(u32::from(*nibble), 10).filter(|_| i >= hidden).unwrap_or('*'))
        .collect()
}

/// Free text of a terminal: runs of 13 and more digits, also with single spaces or hyphens inside, keep their last four.
#[must_use]
pub fn text(line: &str) -> String {
    let chars: Vec<char> = line.chars().collect();
    let mut out = String::with_capacity(line.len());
    let mut at = 0;
    while at < chars.len() {
        let end = run_end(&chars, at);
        let digits = chars[at..end].iter().filter(|c| c.is_ascii_digit()).count();
        if digits < ACCOUNT_DIGITS_MIN {
            let end = end.max(at + 1);
            out.extend(&chars[at..end]);
            at = end;
            continue;
        }
        let mut left = digits;
        for &c in &chars[at..end] {
            out.push(if c.is_ascii_digit() && left > SHOWN_DIGITS { '*' } else { c });
            left -= usize::from(c.is_ascii_digit());
        }
        at = end;
    }
    out
}

/// Where the run of digits (with single separators) that starts at `start` ends; `start` when there is none.
fn run_end(chars: &[char], start: usize) -> usize {
    let is_digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let mut end = start;
    while is_digit(end) || (end > start && matches!(chars.get(end), Some(' ' | '-')) && is_digit(end + 1)) {
        end += 1;
    }
    end
}

/// Text bytes of a terminal, redacted: UTF-8 where they are, otherwise CP932; control characters become spaces.
#[must_use]
pub fn terminal_text(bytes: &[u8]) -> String {
    let decoded = match std::str::from_utf8(bytes) {
        Ok(utf8) => utf8.into(),
        Err(_) => SHIFT_JIS.decode_without_bom_handling(bytes).0,
    };
    let plain: String = decoded.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text(plain.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_keeps_four_digits_at_most() {
        for (bcd, shown) in [
            (&[0x49, 0x99, 0x99, 0xEE, 0xEE, 0xEE, 0xEE, 0x12][..], "**************12"),
            (&[0x49, 0x99, 0x99, 0x00, 0x00, 0x00, 0x12, 0x34], "************1234"),
            (&[0x37, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x3F], "***********0123"),
            (&[0x12, 0x3F], "123"),
            (&[], ""),
        ] {
            assert_eq!(account(bcd), shown);
        }
    }

    #[test]
    fn a_number_in_text_keeps_four_digits() {
        for (line, shown) in [
            ("PAN 4999990000001234", "PAN ************1234"),
            ("4999 9900 0000 1234 OK", "**** **** **** 1234 OK"),
            ("4999-9900-0000-1234", "****-****-****-1234"),
            ("TID 12345678 #0045", "TID 12345678 #0045"),
            ("2026-11-21 10:30:15", "2026-11-21 10:30:15"),
            ("合計 1000円", "合計 1000円"),
            ("12345678901234567890123", "*******************0123"),
        ] {
            assert_eq!(text(line), shown);
        }
    }

    #[test]
    fn terminal_text_is_decoded() {
        assert_eq!(terminal_text("売上票".as_bytes()), "売上票");
        assert_eq!(terminal_text(&[0x94, 0x84, 0x8F, 0xE3]), "売上");
        assert_eq!(terminal_text(b"A\x07B  "), "A B");
    }
}
