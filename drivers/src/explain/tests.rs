//! Explanations: published samples, the driver's own bytes, broken bytes, any bytes.

mod codes;
mod devices;

use super::*;

fn words(explanation: &Explanation) -> String {
    explanation.to_lines().join("\n")
}

fn broken(explanation: &Explanation) -> Option<(usize, &str)> {
    explanation.breach.as_ref().map(|breach| (breach.offset, breach.rule.as_str()))
}

#[test]
fn protocols_have_their_words() {
    for protocol in Protocol::ALL {
        assert_eq!(protocol.to_string().parse(), Ok(protocol));
        assert_eq!(serde_json::to_value(protocol).unwrap(), protocol.word());
    }
    assert!("zvt2".parse::<Protocol>().unwrap_err().to_string().contains("zvt-serial"));
    assert_eq!(bytes_of_hex("10 02\n8000 00"), Some(vec![0x10, 2, 0x80, 0, 0]));
    assert_eq!((bytes_of_hex("1"), bytes_of_hex("1g")), (None, None));
}

#[test]
fn json_has_places_words_and_the_breach() {
    let json = serde_json::to_value(explain(Protocol::Zvt, &[0x80, 0, 0, 0x06, 0x0F])).unwrap();
    assert_eq!(json["protocol"], "zvt");
    assert_eq!(json["pieces"][0]["offset"], 0);
    assert_eq!(json["pieces"][0]["length"], 3);
    assert_eq!(json["breach"]["offset"], 3);
}

#[test]
fn input_and_output_are_bounded() {
    let many = explain(Protocol::Escpos, &vec![0x0A; CAPTURE_MAX_BYTES + 1]);
    assert_eq!((many.bytes, many.pieces.len()), (CAPTURE_MAX_BYTES, PIECES_MAX));
    assert_eq!(broken(&many).map(|(offset, _)| offset), Some(CAPTURE_MAX_BYTES));
    assert!(many.pieces.last().unwrap().words.contains("more pieces"));
    let long = explain(Protocol::Escpos, &[b'x'; 100_000]);
    assert!(long.pieces[0].words.chars().count() <= WORDS_MAX_CHARS + 1);
}

proptest::proptest! {
    /// No panic, and every place lies within the bytes.
    #[test]
    fn any_bytes_are_explained(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
        for protocol in Protocol::ALL {
            let explanation = explain(protocol, &bytes);
            for piece in &explanation.pieces {
                proptest::prop_assert!(piece.offset + piece.length <= bytes.len(), "{protocol} {piece:?}");
            }
            let offset = explanation.breach.as_ref().map_or(0, |breach| breach.offset);
            proptest::prop_assert!(offset <= bytes.len(), "{protocol}");
        }
    }
}
