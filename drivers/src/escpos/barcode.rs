//! Barcodes by the printer's own commands (`1D 6B`; `protocols.md` 6.1): JAN-13 and Code 128.
//!
//! Invariants: the check digit of a JAN is right, given or made; a symbol fits the paper with its quiet zones or is refused; its data
//! holds nothing that the printer would execute (`devices.md` E18). Not here: the bars (`bars.rs`, for the preview).

use super::{
    bars::{self, CODE128_STOP_MODULES, JAN13_MODULES, SYMBOL_MODULES},
    layout::Columns,
    qr::executes,
};
use crate::pos_printer::BarcodeKind;

/// Longest content of a Code 128 that any receipt paper takes, in characters.
pub const BARCODE_MAX_CHARS: usize = 48;
/// Dots of one half-width column, font A (`devices.md` M13).
const COLUMN_DOTS: usize = 12;
/// Blank modules at both sides together (ISO/IEC 15420, 15417: at least 10 and 11).
const QUIET_MODULES: usize = 22;
/// Dots of a module, from the best to the narrowest that scanners read from thermal paper.
const MODULE_DOTS: [u8; 2] = [3, 2];
/// Height of the bars, in dots: 10 mm.
const HEIGHT_DOTS: u8 = 80;

/// A content that is not printed as a barcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoBarcode {
    /// A JAN-13 is 12 digits, or 13 with its check digit.
    #[error("a JAN-13 of {0} characters, or with something else than digits")]
    Digits(usize),
    /// The thirteenth digit does not fit.
    #[error("the check digit of a JAN-13 is {0}")]
    CheckDigit(char),
    /// Code 128 carries printable ASCII here.
    #[error("a character that Code 128 does not carry")]
    Character,
    /// Empty, or wider than the paper.
    #[error("a barcode of {0} characters does not fit the paper")]
    Width(usize),
}

/// The thirteen digits of a JAN.
///
/// # Errors
/// When there are not 12 or 13 digits, or the thirteenth is wrong.
pub fn jan13(data: &str) -> Result<String, NoBarcode> {
    let wrong = NoBarcode::Digits(data.chars().count());
    let digits = data.get(..12).filter(|_| data.bytes().all(|byte| byte.is_ascii_digit())).ok_or(wrong)?;
    let check = check_digit(digits);
    match data.get(12..) {
        Some("") => Ok(format!("{digits}{check}")),
        Some(given) if given.len() == 1 && given.starts_with(check) => Ok(data.to_owned()),
        Some(given) if given.len() == 1 => Err(NoBarcode::CheckDigit(check)),
        _ => Err(wrong),
    }
}

/// Weights 1 and 3 from the left over twelve digits (GS1 General Specifications, 7.9).
fn check_digit(digits: &str) -> char {
    let weighted = digits.bytes().zip([1, 3].into_iter().cycle());
    let sum: u32 = weighted.map(|(digit, weight)| u32::from(digit.saturating_sub(b'0')) * weight).sum();
    char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0')
}

/// Height, module width, digits below, symbol.
pub(super) fn symbol(kind: BarcodeKind, data: &str, columns: Columns) -> Result<Vec<u8>, NoBarcode> {
    let (code, content, modules) = match kind {
        BarcodeKind::Jan13 => (67, jan13(data)?.into_bytes(), JAN13_MODULES),
        BarcodeKind::Code128 => {
            let (content, symbols) = code128(data)?;
            // Start, content, check symbol, stop.
            (73, content, (symbols + 2) * SYMBOL_MODULES + CODE128_STOP_MODULES)
        }
    };
    let too_wide = NoBarcode::Width(data.chars().count());
    let room = columns.get() * COLUMN_DOTS;
    let fits = |dots: &u8| (modules + QUIET_MODULES) * usize::from(*dots) <= room;
    let module = MODULE_DOTS.into_iter().find(fits).ok_or(too_wide)?;
    let length = u8::try_from(content.len()).map_err(|_| too_wide)?;
    let mut bytes = vec![0x1d, 0x68, HEIGHT_DOTS, 0x1d, 0x77, module, 0x1d, 0x48, 0x02];
    bytes.extend([0x1d, 0x6b, code, length]);
    bytes.extend(content);
    Ok(bytes)
}

/// The content with its code sets as the printer takes it (`{B`, `{C`), and the number of symbols without start, check and stop.
fn code128(data: &str) -> Result<(Vec<u8>, usize), NoBarcode> {
    let plan = bars::code128_plan(data).ok_or(NoBarcode::Character)?;
    if data.is_empty() || data.len() > BARCODE_MAX_CHARS {
        return Err(NoBarcode::Width(data.len()));
    }
    let written = write(&plan);
    if !executes(&written.0) {
        return Ok(written);
    }
    // Pairs such as 16 04 are the bytes of a real-time command: letters instead.
    Ok(write(&[bars::Run::Letters(data)]))
}

fn write(plan: &[bars::Run<'_>]) -> (Vec<u8>, usize) {
    let (mut bytes, mut symbols) = (Vec::new(), 0);
    for (at, run) in plan.iter().enumerate() {
        // The first run's set is the start symbol; each further one costs a symbol.
        symbols += usize::from(at > 0);
        match run {
            bars::Run::Letters(text) => {
                bytes.extend(b"{B");
                for byte in text.bytes() {
                    bytes.push(byte);
                    // An opening brace announces a code set; two of them are the brace.
                    if byte == b'{' {
                        bytes.push(byte);
                    }
                    symbols += 1;
                }
            }
            bars::Run::Pairs(digits) => {
                bytes.extend(b"{C");
                bytes.extend(bars::pairs(digits));
                symbols += digits.len() / 2;
            }
        }
    }
    (bytes, symbols)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jan_digits_are_checked_or_made() {
        // GS1 Japan's sample number, and ISO's.
        assert_eq!(jan13("490123456789").as_deref(), Ok("4901234567894"));
        assert_eq!(jan13("4901234567894").as_deref(), Ok("4901234567894"));
        assert_eq!(jan13("4006381333931").as_deref(), Ok("4006381333931"));
        assert_eq!(jan13("4901234567895"), Err(NoBarcode::CheckDigit('4')));
        assert_eq!(jan13("49012345678"), Err(NoBarcode::Digits(11)));
        assert_eq!(jan13("49012345678945"), Err(NoBarcode::Digits(14)));
        assert_eq!(jan13("49012345678X"), Err(NoBarcode::Digits(12)));
        assert_eq!(jan13("４９０１"), Err(NoBarcode::Digits(4)));
    }

    fn bytes(kind: BarcodeKind, data: &str, columns: Columns) -> Result<Vec<u8>, NoBarcode> {
        symbol(kind, data, columns)
    }

    #[test]
    fn symbols_are_the_printers_commands() {
        let jan = bytes(BarcodeKind::Jan13, "490123456789", Columns::WIDE).unwrap();
        assert_eq!(jan[..9], [0x1d, 0x68, 80, 0x1d, 0x77, 3, 0x1d, 0x48, 2]);
        assert_eq!(jan[9..], [&[0x1d, 0x6b, 67, 13][..], b"4901234567894"].concat());
        let code = |data| bytes(BarcodeKind::Code128, data, Columns::WIDE).unwrap()[9..].to_vec();
        assert_eq!(code("No.1{2"), [&[0x1d, 0x6b, 73, 9][..], b"{BNo.1{{2"].concat());
        assert_eq!(code("123456"), [&[0x1d, 0x6b, 73, 5][..], b"{C\x0c\x22\x38"].concat());
        // 1604 in pairs would be DLE EOT.
        assert_eq!(code("991604"), [&[0x1d, 0x6b, 73, 8][..], b"{B991604"].concat());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let long = "x".repeat(BARCODE_MAX_CHARS + 1);
        for (data, columns, refusal) in [
            ("", Columns::WIDE, NoBarcode::Width(0)),
            (long.as_str(), Columns::WIDE, NoBarcode::Width(49)),
            ("JUMIN-01-1-000123456", Columns::NARROW, NoBarcode::Width(20)),
            ("領収書", Columns::WIDE, NoBarcode::Character),
            ("a\x10b", Columns::WIDE, NoBarcode::Character),
        ] {
            assert_eq!(bytes(BarcodeKind::Code128, data, columns), Err(refusal), "{data}");
        }
        let narrow = bytes(BarcodeKind::Code128, "JUMIN-01-000123", Columns::WIDE).unwrap();
        assert_eq!(narrow[5], 2, "narrower modules before none");
    }
}
