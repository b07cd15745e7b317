//! AIM symbology identifiers: `]cm` before the data (ISO/IEC 15424; `protocols.md` 7).
//!
//! Invariant: a prefix that is not known is kept as [`Symbology::Other`], never taken for data. Not here: ECI and GS1 structure.

/// A family of symbols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbology {
    /// `]Q`
    Qr,
    /// `]C1`
    Gs1Code128,
    /// `]C` otherwise
    Code128,
    /// `]E4`
    Jan8,
    /// `]E` otherwise: JAN-13 and UPC
    Jan13,
    /// `]I`
    Itf,
    /// `]A`
    Code39,
    /// `]F`: NW-7
    Codabar,
    /// `]L`
    Pdf417,
    /// `]d`
    DataMatrix,
    /// `]e`
    Gs1DataBar,
    /// `]z`
    Aztec,
    /// Any other letter.
    Other(char),
}

/// A prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aim {
    /// The symbol.
    pub symbology: Symbology,
    /// Its modifier: a digit or a letter.
    pub modifier: char,
}

/// Takes the prefix from the data, if there is one.
#[must_use]
pub fn strip(text: &str) -> (Option<Aim>, &str) {
    let mut chars = text.chars();
    match (chars.next(), chars.next(), chars.next()) {
        (Some(']'), Some(code), Some(modifier))
            if code.is_ascii_alphabetic() && modifier.is_ascii_alphanumeric() =>
        {
            (Some(Aim { symbology: symbology(code, modifier), modifier }), chars.as_str())
        }
        _ => (None, text),
    }
}

const fn symbology(code: char, modifier: char) -> Symbology {
    match (code, modifier) {
        ('Q', _) => Symbology::Qr,
        ('C', '1') => Symbology::Gs1Code128,
        ('C', _) => Symbology::Code128,
        ('E', '4') => Symbology::Jan8,
        ('E', _) => Symbology::Jan13,
        ('I', _) => Symbology::Itf,
        ('A', _) => Symbology::Code39,
        ('F', _) => Symbology::Codabar,
        ('L', _) => Symbology::Pdf417,
        ('d', _) => Symbology::DataMatrix,
        ('e', _) => Symbology::Gs1DataBar,
        ('z', _) => Symbology::Aztec,
        (other, _) => Symbology::Other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_as_a_table() {
        for (text, symbology, data) in [
            ("]Q1https://example.jp/", Some(Symbology::Qr), "https://example.jp/"),
            ("]C1919123", Some(Symbology::Gs1Code128), "919123"),
            ("]C0ABC", Some(Symbology::Code128), "ABC"),
            ("]E04901234567894", Some(Symbology::Jan13), "4901234567894"),
            ("]E449123456", Some(Symbology::Jan8), "49123456"),
            ("]X0?", Some(Symbology::Other('X')), "?"),
            ("]Q", None, "]Q"),
            ("]1Q", None, "]1Q"),
            ("]", None, "]"),
            ("4901234567894", None, "4901234567894"),
            ("あ]Q1", None, "あ]Q1"),
            ("]Q1", Some(Symbology::Qr), ""),
        ] {
            let (aim, rest) = strip(text);
            assert_eq!((aim.map(|aim| aim.symbology), rest), (symbology, data), "{text}");
        }
    }
}
