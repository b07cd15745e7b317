//! What a clerk typed, read into the vocabulary, or a sentence that says what to type instead.
//!
//! Always: digits may be ASCII or full-width (an input method left on is no reason to refuse), and nothing else is guessed:
//! `1,200`, `1200.5` and `-5` are refused, never repaired. Guards for free text are `domain::text`'s; here only its words.

use domain::{
    cash::PIECES_MAX,
    money::Yen,
    text::{FREE_TEXT_LENGTH_MAX_CHARS, NUMBER_LENGTH_MAX_CHARS, TextFault, free_text, number_text},
};

/// Largest amount that a clerk may key, in yen. Fees of a public counter stay far below it; a slip of the finger does not.
pub const KEYED_YEN_MAX: i64 = 9_999_999;
/// From so many characters on, a text in a field of figures is a code that a scanner typed there (JAN has 13 digits).
pub const SCANNED_CHARS_MIN: usize = 13;
/// Digits of a payer's transaction number that a clerk keys.
pub const PAYER_DIGITS: usize = 4;

/// Why a typed text is not taken; `Display` is what the clerk reads beside the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Typed {
    /// Nothing was typed.
    #[error("{0}を入れてください。")]
    Missing(&'static str),
    /// Something that is no digit.
    #[error("数字だけで入れてください（例: 1200）。「{0}」は使えません。")]
    NotADigit(char),
    /// More than [`KEYED_YEN_MAX`] yen.
    #[error("金額が大きすぎます（9,999,999円まで）。けた数を確かめてください。")]
    TooMuch,
    /// More pieces than a drawer can hold.
    #[error("枚数が多すぎます。けた数を確かめてください。")]
    TooManyPieces,
    /// Not as many digits as asked.
    #[error("数字{0}けたで入れてください。")]
    WrongLength(usize),
    /// Longer than the field may be.
    #[error("長すぎます（{0}文字まで）。")]
    TooLong(usize),
    /// A character that a reference number never holds.
    #[error("英字と数字だけで入れてください。「{0}」は使えません。")]
    NotAReference(char),
    /// Looks like a card number.
    #[error("カード番号のような数字は記録できません。伝票番号か、言葉で書いてください。")]
    CardNumber,
    /// So long a number is no sum: a scanner typed a code into the field.
    #[error("バーコードリーダーで読み取った番号が入りました。消しましたので、{0}を手で入れてください。")]
    Scanned(&'static str),
    /// A character that no paper can carry.
    #[error("使えない文字があります。消してください。")]
    Control,
}

/// The text with full-width letters, digits and hyphens as ASCII.
#[must_use]
pub fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '　' => ' ',
            '−' | '‐' | 'ー' => '-',
            other => other,
        })
        .collect()
}

fn digits(text: &str, what: &'static str) -> Result<String, Typed> {
    if text.trim().chars().count() >= SCANNED_CHARS_MIN {
        return Err(Typed::Scanned(what));
    }
    let plain: String = text
        .trim()
        .chars()
        .map(|c| match c {
            '0'..='9' => Ok(c),
            '０'..='９' => char::from_u32(u32::from(c) - 0xFEE0).ok_or(Typed::NotADigit(c)),
            other => Err(Typed::NotADigit(other)),
        })
        .collect::<Result<_, _>>()?;
    if plain.is_empty() { Err(Typed::Missing(what)) } else { Ok(plain) }
}

/// An amount in yen.
///
/// # Errors
/// When nothing, no plain number, or more than [`KEYED_YEN_MAX`] was typed.
pub fn yen(text: &str) -> Result<Yen, Typed> {
    let number: i64 = digits(text, "金額")?.parse().map_err(|_| Typed::TooMuch)?;
    if number > KEYED_YEN_MAX { Err(Typed::TooMuch) } else { Ok(Yen::new(number)) }
}

/// A number of pieces; an empty field counts as none.
///
/// # Errors
/// When something that is no plain number, or more than a drawer holds, was typed.
pub fn pieces(text: &str) -> Result<u32, Typed> {
    if text.trim().is_empty() {
        return Ok(0);
    }
    let number: u32 = digits(text, "枚数")?.parse().map_err(|_| Typed::TooManyPieces)?;
    if number > PIECES_MAX { Err(Typed::TooManyPieces) } else { Ok(number) }
}

/// Exactly `PAYER_DIGITS` digits of the payer's transaction number.
///
/// # Errors
/// When they are missing, more, fewer, or no digits.
pub fn payer_digits(text: &str) -> Result<String, Typed> {
    let plain = digits(text, "取引番号の下4けた")?;
    if plain.len() == PAYER_DIGITS { Ok(plain) } else { Err(Typed::WrongLength(PAYER_DIGITS)) }
}

/// A slip or sheet number: letters, digits and hyphens.
///
/// # Errors
/// When it is missing, too long, holds another character or looks like a card number.
pub fn reference(text: &str, what: &'static str) -> Result<String, Typed> {
    let plain = number_text(&half_width(text)).map_err(|fault| say(fault, what, NUMBER_LENGTH_MAX_CHARS))?;
    match plain.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
        Some(bad) => Err(Typed::NotAReference(bad)),
        None => Ok(plain),
    }
}

/// The number of a coupon, an approval or a security, as it is printed there; a city's approval number may hold Japanese.
///
/// # Errors
/// When it is missing, too long or looks like a card number.
pub fn printed_number(text: &str, what: &'static str) -> Result<String, Typed> {
    let narrow = |c: char| match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '　' => ' ',
        other => other,
    };
    let plain: String = text.chars().map(narrow).collect();
    number_text(&plain).map_err(|fault| say(fault, what, NUMBER_LENGTH_MAX_CHARS))
}

/// A reason or note in the clerk's words.
///
/// # Errors
/// When it is missing, too long or holds what looks like a card number.
pub fn words(text: &str, what: &'static str) -> Result<String, Typed> {
    free_text(text).map_err(|fault| say(fault, what, FREE_TEXT_LENGTH_MAX_CHARS))
}

const fn say(fault: TextFault, what: &'static str, max_chars: usize) -> Typed {
    match fault {
        TextFault::Empty => Typed::Missing(what),
        TextFault::TooLong => Typed::TooLong(max_chars),
        TextFault::CardNumber => Typed::CardNumber,
        TextFault::Control => Typed::Control,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_plain_digits_of_either_width() {
        for (text, expected) in
            [("1200", 1_200), ("１２００", 1_200), (" ５0０ ", 500), ("0", 0), ("9999999", 9_999_999)]
        {
            assert_eq!(yen(text), Ok(Yen::new(expected)), "{text}");
        }
        for (text, refusal) in [
            ("", Typed::Missing("金額")),
            ("1,200", Typed::NotADigit(',')),
            ("１，２００", Typed::NotADigit('，')),
            ("1200.5", Typed::NotADigit('.')),
            ("-5", Typed::NotADigit('-')),
            ("千円", Typed::NotADigit('千')),
            ("10000000", Typed::TooMuch),
            ("999999999999", Typed::TooMuch),
            ("4912345678904", Typed::Scanned("金額")),
            ("hQVKUFFSMWEUTwgxMjM0NTY3OFc", Typed::Scanned("金額")),
        ] {
            assert_eq!(yen(text), Err(refusal), "{text}");
        }
    }

    #[test]
    fn pieces_may_be_left_empty() {
        assert_eq!(pieces(""), Ok(0));
        assert_eq!(pieces("２０"), Ok(20));
        assert_eq!(pieces("100001"), Err(Typed::TooManyPieces));
    }

    #[test]
    fn payer_digits_are_four() {
        assert_eq!(payer_digits("４８２１").as_deref(), Ok("4821"));
        assert_eq!(payer_digits("48211"), Err(Typed::WrongLength(4)));
        assert_eq!(payer_digits(""), Err(Typed::Missing("取引番号の下4けた")));
    }

    #[test]
    fn card_numbers_are_turned_away_and_other_numbers_are_not() {
        // 4111 1111 1111 1111 is the industry's published test number.
        for card in ["4111111111111111", "番号 4111 1111 1111 1111", "４１１１-1111-1111-1111"] {
            assert_eq!(words(card, "理由"), Err(Typed::CardNumber), "{card}");
        }
        assert_eq!(reference("００１２３", "伝票番号").as_deref(), Ok("00123"));
        assert_eq!(reference("12/3", "伝票番号"), Err(Typed::NotAReference('/')));
        assert_eq!(printed_number(" 令４教第１２号 ", "後納承認番号").as_deref(), Ok("令4教第12号"));
        assert_eq!(printed_number("クーポンＡ－１", "券番号").as_deref(), Ok("クーポンA-1"));
        assert_eq!(printed_number("４１１１１１１１１１１１１１１１", "券番号"), Err(Typed::CardNumber));
        assert_eq!(printed_number("　", "券番号"), Err(Typed::Missing("券番号")));
    }
}
