//! The rules that a merchant's code can break, each with its source.

use std::fmt;

/// A rule of EMVCo MPM 1.1 or of the JPQR MPM guideline 1.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// At most 512 characters.
    TooLong,
    /// An ID is two digits.
    Id,
    /// A length is two digits.
    Length,
    /// A length is at least 01.
    Empty,
    /// A value ends within its template.
    PastEnd,
    /// `000201` comes first.
    FormatFirst,
    /// 63 is there.
    CrcMissing,
    /// 63 is the last object.
    CrcLast,
    /// 63 is four upper-case hexadecimal digits.
    CrcForm,
    /// The CRC fits the bytes before it.
    CrcWrong,
    /// Each ID once.
    Repeated,
    /// 01 is 11 or 12.
    Method,
    /// One of 02 to 51 is there.
    NoAccount,
    /// A required object is there.
    Missing(u8),
    /// A value has the form of its ID.
    Form(u8),
    /// 55 to 57 fit together.
    Tip,
    /// JPQR: an account of 26 to 51 names `jp.or.paymentsjapan`.
    JpqrAccount,
    /// JPQR: only one does.
    JpqrAccountTwice,
    /// JPQR: the account is 00 to 04 with 13, 4, 6 and 6 digits.
    JpqrParts,
    /// JPQR: 01 is there.
    JpqrMethod,
    /// JPQR: yen.
    JpqrCurrency,
    /// JPQR: Japan.
    JpqrCountry,
    /// JPQR: whole yen, digits only.
    JpqrAmount,
    /// JPQR: above zero.
    JpqrAmountZero,
    /// JPQR: a static code carries no amount.
    JpqrStatic,
    /// JPQR: a dynamic code carries its amount.
    JpqrDynamic,
    /// JPQR: no tip.
    JpqrTip,
    /// JPQR: 61 is there.
    JpqrPostalCode,
    /// JPQR: 64 is there.
    JpqrLanguage,
    /// JPQR: 64 00 is JA.
    JpqrJapanese,
    /// JPQR: no city within 64.
    JpqrCity,
}

impl Rule {
    /// What must be, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::TooLong => "a code has at most 512 characters",
            Self::Id => "an ID is two digits",
            Self::Length => "a length is two digits",
            Self::Empty => "a length is 01 to 99",
            Self::PastEnd => "a value ends within its template; LEN counts characters, not bytes",
            Self::FormatFirst => "the code begins with 000201",
            Self::CrcMissing => "the code ends with a CRC (63)",
            Self::CrcLast => "the CRC (63) is the last object",
            Self::CrcForm => "the CRC is four upper-case hexadecimal digits",
            Self::CrcWrong => "the CRC fits the UTF-8 bytes up to and including 6304",
            Self::Repeated => "an ID stands once in its template",
            Self::Method => "01 is 11 (static) or 12 (dynamic)",
            Self::NoAccount => "at least one account of 02 to 51 is present",
            Self::Missing(_) => "a required object is present",
            Self::Form(_) => "the value has the form and length of its ID",
            Self::Tip => "56 goes with 55 = 02, 57 with 55 = 03",
            Self::JpqrAccount => "one account of 26 to 51 names jp.or.paymentsjapan",
            Self::JpqrAccountTwice => "only one account names jp.or.paymentsjapan",
            Self::JpqrParts => "the account holds 00 to 04: the identifier, then 13, 4, 6 and 6 digits",
            Self::JpqrMethod => "01 is present",
            Self::JpqrCurrency => "the currency is 392 (yen)",
            Self::JpqrCountry => "the country is JP",
            Self::JpqrAmount => "the amount is whole yen, digits only",
            Self::JpqrAmountZero => "the amount is above zero",
            Self::JpqrStatic => "a static code carries no amount",
            Self::JpqrDynamic => "a dynamic code carries its amount",
            Self::JpqrTip => "tips (55 to 57) are not used",
            Self::JpqrPostalCode => "the postal code (61) is present",
            Self::JpqrLanguage => "the language template (64) is present",
            Self::JpqrJapanese => "the language (64 00) is JA",
            Self::JpqrCity => "the language template carries no city (64 02)",
        }
    }

    /// The document that says so.
    #[must_use]
    pub const fn source(self) -> &'static str {
        match self {
            Self::JpqrAccount
            | Self::JpqrAccountTwice
            | Self::JpqrParts
            | Self::JpqrMethod
            | Self::JpqrCurrency
            | Self::JpqrCountry
            | Self::JpqrAmount
            | Self::JpqrAmountZero
            | Self::JpqrStatic
            | Self::JpqrDynamic
            | Self::JpqrTip
            | Self::JpqrPostalCode
            | Self::JpqrLanguage
            | Self::JpqrJapanese
            | Self::JpqrCity => "JPQR MPM guideline 1.0",
            _ => "EMVCo MPM 1.1",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(id) | Self::Form(id) => write!(f, "ID {id:02}: ")?,
            _ => {}
        }
        write!(f, "{} ({})", self.words(), self.source())
    }
}
