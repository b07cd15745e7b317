//! QR symbols by the printer's own commands (`1D 28 6B`): a tenth of the bytes of an image (`performance.md` 4).
//!
//! Invariants: a symbol fits the paper with its margin; a payload that the printer would execute is refused (`devices.md` E18).

use super::layout::Columns;

/// Longest QR payload, in bytes: version 20 with error correction M, which narrow paper still takes.
pub const QR_PAYLOAD_MAX_BYTES: usize = 666;

/// Largest size of a module, in dots; 6 dots are 0.75 mm.
const MODULE_MAX_DOTS: usize = 6;
/// Dots of one half-width column, font A (`devices.md` M13).
const COLUMN_DOTS: usize = 12;
/// Modules of the blank margin around a symbol, both sides together.
const MARGIN_MODULES: usize = 8;
/// Payload bytes of versions 1 to 20 with error correction M (ISO/IEC 18004, table 7).
const CAPACITY_M_BYTES: [usize; 20] = [
    14,
    26,
    42,
    62,
    84,
    106,
    122,
    152,
    180,
    213,
    251,
    287,
    331,
    362,
    412,
    450,
    504,
    560,
    624,
    QR_PAYLOAD_MAX_BYTES,
];

/// A payload that is not printed as a QR symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSymbol {
    /// Empty or longer than [`QR_PAYLOAD_MAX_BYTES`].
    #[error("a QR payload of {0} bytes")]
    Length(usize),
    /// It holds a real-time command that cannot be switched off (`10 04`, `10 05`, `10 14 08`): it would be executed.
    #[error("a QR payload that the printer would execute")]
    Command,
}

/// Model 2, error correction M (`protocols.md` 6.1).
pub(super) fn symbol(payload: &[u8], columns: Columns) -> Result<Vec<u8>, NoSymbol> {
    let too_long = NoSymbol::Length(payload.len());
    let module = module_dots(payload.len(), columns).ok_or(too_long)?;
    if executes(payload) {
        return Err(NoSymbol::Command);
    }
    let stored = u16::try_from(payload.len() + 3).map_err(|_| too_long)?;
    let mut bytes = vec![0x1d, 0x28, 0x6b, 0x04, 0x00, 0x31, 0x41, 0x32, 0x00];
    bytes.extend([0x1d, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x43, module]);
    bytes.extend([0x1d, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x45, 0x31]);
    bytes.extend([0x1d, 0x28, 0x6b]);
    bytes.extend(stored.to_le_bytes());
    bytes.extend([0x31, 0x50, 0x30]);
    bytes.extend(payload);
    bytes.extend([0x1d, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x51, 0x30]);
    Ok(bytes)
}

/// The largest module with which the symbol and its margin fit the paper.
fn module_dots(payload_bytes: usize, columns: Columns) -> Option<u8> {
    let version =
        1 + CAPACITY_M_BYTES.iter().position(|capacity| (1..=*capacity).contains(&payload_bytes))?;
    let modules = 17 + 4 * version + MARGIN_MODULES;
    let fits = (columns.get() * COLUMN_DOTS / modules).min(MODULE_MAX_DOTS);
    u8::try_from(fits).ok().filter(|dots| *dots > 0)
}

/// Real-time commands which the set-up does not switch off; the printer executes them even inside data.
pub(super) fn executes(data: &[u8]) -> bool {
    data.windows(2).any(|pair| matches!(pair, [0x10, 0x04 | 0x05]))
        || data.windows(3).any(|three| matches!(three, [0x10, 0x14, 0x03..=0xff]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_fits_the_paper_or_is_refused() {
        for (bytes, columns, expected) in [
            (13, Columns::WIDE, Some(6)),
            (62, Columns::NARROW, Some(6)),
            (251, Columns::NARROW, Some(6)),
            (287, Columns::NARROW, Some(5)),
            (QR_PAYLOAD_MAX_BYTES, Columns::NARROW, Some(4)),
            (QR_PAYLOAD_MAX_BYTES + 1, Columns::WIDE, None),
            (0, Columns::WIDE, None),
        ] {
            assert_eq!(module_dots(bytes, columns), expected, "{bytes} bytes");
        }
        let too_long = vec![b'x'; QR_PAYLOAD_MAX_BYTES + 1];
        assert_eq!(symbol(&too_long, Columns::WIDE), Err(NoSymbol::Length(QR_PAYLOAD_MAX_BYTES + 1)));
    }

    #[test]
    fn data_that_the_printer_would_execute_is_refused() {
        for (payload, refused) in [
            (&b"\x10\x14\x08\x01"[..], true),
            (b"a\x10\x04\x01", true),
            (b"\x10\x05\x02", true),
            (b"\x10\x14\x01\x00\x01", false),
            (b"https://example.jp/", false),
        ] {
            assert_eq!(symbol(payload, Columns::WIDE) == Err(NoSymbol::Command), refused, "{payload:02x?}");
        }
    }
}
