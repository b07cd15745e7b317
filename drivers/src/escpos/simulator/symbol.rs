//! Barcodes as the printer reads them (`1D 6B`, function B): JAN-13 and Code 128.
//!
//! Invariant: what a real printer would not print reads as nothing. Not here: bars.

/// The characters of a barcode.
pub(super) fn read(kind: u8, content: &[u8]) -> Option<String> {
    match kind {
        67 => jan13(content),
        73 => code128(content),
        _ => None,
    }
}

fn jan13(content: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(content).ok()?;
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(10)).collect::<Option<_>>()?;
    let sum = |from: usize| digits.iter().skip(from).step_by(2).take(6).sum::<u32>();
    let check = (1_000 - sum(0) - 3 * sum(1)) % 10;
    match digits.len() {
        12 => Some(format!("{text}{check}")),
        13 if digits[12] == check => Some(text.to_owned()),
        _ => None,
    }
}

/// Begins with a code set; `{A`, `{B`, `{C` change it; `{{` is a brace.
fn code128(content: &[u8]) -> Option<String> {
    let mut text = String::new();
    let mut set = 0;
    let mut bytes = content.iter().copied();
    while let Some(byte) = bytes.next() {
        match (set, byte) {
            (_, b'{') => match bytes.next()? {
                next @ b'A'..=b'C' => set = next,
                b'{' if set == b'A' || set == b'B' => text.push('{'),
                _ => return None,
            },
            (b'C', 0..=99) => text.push_str(&format!("{byte:02}")),
            (b'B', 0x20..=0x7F) | (b'A', 0..=0x5F) => text.push(char::from(byte)),
            _ => return None,
        }
    }
    (!text.is_empty()).then_some(text)
}
