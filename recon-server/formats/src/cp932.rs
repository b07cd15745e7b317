//! CP932 (Windows-31J, what Japanese systems call `Shift_JIS`), in both directions, with the flag for what does not fit always checked.
//!
//! Invariant: no replacement character is ever produced: text that does not fit is an error that names it.

use encoding_rs::SHIFT_JIS;

/// Bytes that are no CP932 text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("bytes are not CP932 text, first at byte {at}")]
pub struct NotCp932 {
    /// Offset of the first byte that does not fit, from 0.
    pub at: usize,
}

/// A character that CP932 does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("CP932 has no {0:?}")]
pub struct Unencodable(pub char);

/// Bytes to text.
///
/// # Errors
/// Names the first byte that is no CP932 text.
pub fn decode(bytes: &[u8]) -> Result<String, NotCp932> {
    let mut text = String::new();
    decode_into(bytes, &mut text)?;
    Ok(text)
}

/// Bytes to text in a buffer that is used again for each part of a file.
///
/// # Errors
/// Names the first byte that is no CP932 text.
pub(crate) fn decode_into(bytes: &[u8], text: &mut String) -> Result<(), NotCp932> {
    text.clear();
    let mut decoder = SHIFT_JIS.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(bytes.len());
    text.reserve(room);
    match decoder.decode_to_string_without_replacement(bytes, text, true) {
        (encoding_rs::DecoderResult::InputEmpty, _) => Ok(()),
        (encoding_rs::DecoderResult::Malformed(bad, after), read) => {
            Err(NotCp932 { at: read.saturating_sub(usize::from(bad) + usize::from(after)) })
        }
        (encoding_rs::DecoderResult::OutputFull, read) => Err(NotCp932 { at: read }),
    }
}

/// Text to bytes.
///
/// # Errors
/// Names the first character that CP932 does not have.
pub fn encode(text: &str) -> Result<Vec<u8>, Unencodable> {
    let (bytes, _, unmappable) = SHIFT_JIS.encode(text);
    if !unmappable {
        return Ok(bytes.into_owned());
    }
    let culprit = text.chars().find(|c| SHIFT_JIS.encode(c.encode_utf8(&mut [0; 4])).2);
    Err(Unencodable(culprit.unwrap_or(char::REPLACEMENT_CHARACTER)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes from the JIS X 0208 / Shift_JIS code tables, written by hand.
    #[test]
    fn known_bytes() {
        for (text, bytes) in [
            ("取引", &[0x8E, 0xE6, 0x88, 0xF8][..]),
            ("ﾍﾟｲ", &[0xCD, 0xDF, 0xB2]),
            ("①", &[0x87, 0x40]),
            ("～", &[0x81, 0x60]),
        ] {
            assert_eq!(encode(text).as_deref(), Ok(bytes), "{text}");
            assert_eq!(decode(bytes).as_deref(), Ok(text), "{text}");
        }
    }

    #[test]
    fn says_what_does_not_fit() {
        assert_eq!(encode("戸籍😀"), Err(Unencodable('😀')));
        assert_eq!(decode(b"ab\x81"), Err(NotCp932 { at: 2 }));
        assert_eq!(decode(b"ab\xFFcd"), Err(NotCp932 { at: 2 }));
    }
}
