//! Guards for what people type: bounded, and never a card number.
//!
//! Invariant: a text that holds a run of 13 to 19 digits with a valid check digit (ISO/IEC 7812-1, Luhn) does not enter the
//! journal (DESIGN 3.14). Separators inside the run do not hide it.

/// Longest free text, in characters.
pub const FREE_TEXT_LENGTH_MAX_CHARS: usize = 200;
/// Longest slip, sheet or terminal number, in characters.
pub const NUMBER_LENGTH_MAX_CHARS: usize = 32;

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFault {
    /// Nothing was typed.
    Empty,
    /// Longer than the bound.
    TooLong,
    /// Looks like a card number.
    CardNumber,
    /// Holds a control character.
    Control,
}

/// A free text within its bounds, trimmed.
///
/// # Errors
/// Says which guard it breaks.
pub fn free_text(text: &str) -> Result<String, TextFault> {
    bounded(text, FREE_TEXT_LENGTH_MAX_CHARS)
}

/// A slip, sheet or terminal number within its bounds, trimmed.
///
/// # Errors
/// Says which guard it breaks.
pub fn number_text(text: &str) -> Result<String, TextFault> {
    bounded(text, NUMBER_LENGTH_MAX_CHARS)
}

fn bounded(text: &str, max_chars: usize) -> Result<String, TextFault> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextFault::Empty);
    }
    if text.chars().count() > max_chars {
        return Err(TextFault::TooLong);
    }
    if text.chars().any(char::is_control) {
        return Err(TextFault::Control);
    }
    if holds_card_number(text) { Err(TextFault::CardNumber) } else { Ok(text.to_owned()) }
}

/// Whether any run of 13 to 19 digits (spaces and hyphens allowed inside) passes the Luhn check.
#[must_use]
pub fn holds_card_number(text: &str) -> bool {
    let mut run: Vec<u32> = Vec::new();
    for c in text.chars().chain(std::iter::once('.')) {
        match ascii_digit(c) {
            Some(digit) => run.push(digit),
            None if matches!(c, ' ' | '-' | '－' | '‐' | '　') => {}
            None => {
                if run_is_card(&run) {
                    return true;
                }
                run.clear();
            }
        }
    }
    false
}

/// A digit in ASCII or full width.
fn ascii_digit(c: char) -> Option<u32> {
    match c {
        '０'..='９' => Some(u32::from(c) - u32::from('０')),
        _ => c.to_digit(10),
    }
}

fn run_is_card(run: &[u32]) -> bool {
    (13..=19).any(|length| run.windows(length).any(luhn))
}

fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, &digit)| match (i % 2, digit) {
            (1, d) if d > 4 => d * 2 - 9,
            (1, d) => d * 2,
            (_, d) => d,
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|&d| d != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_free_text() {
        for (text, expected) in [
            ("  申請書の記載違い ", Ok("申請書の記載違い".to_owned())),
            ("", Err(TextFault::Empty)),
            ("カード 4111 1111 1111 1111 で", Err(TextFault::CardNumber)),
            ("４１１１－１１１１－１１１１－１１１１", Err(TextFault::CardNumber)),
            ("受付 2026073100012 番", Ok("受付 2026073100012 番".to_owned())),
            ("a\u{7}b", Err(TextFault::Control)),
        ] {
            assert_eq!(free_text(text), expected, "{text}");
        }
        assert_eq!(free_text(&"あ".repeat(201)), Err(TextFault::TooLong));
    }
}
