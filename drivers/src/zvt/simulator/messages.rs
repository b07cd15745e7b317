//! What the terminal says, byte by byte, and the little it must read of the till's commands.

use encoding_rs::SHIFT_JIS;

use super::{
    Quirks, SimulatorConfig,
    book::{BookEntry, EntryKind, digits},
    wire::message,
};

pub(super) const ACCEPTED: [u8; 3] = [0x80, 0x00, 0x00];
pub(super) const NOT_POSSIBLE: [u8; 3] = [0x84, 0x83, 0x00];
pub(super) const WAIT: [u8; 3] = [0x84, 0x9C, 0x00];
pub(super) const COMPLETED: [u8; 3] = [0x06, 0x0F, 0x00];
pub(super) const NO_PRE_AUTHORISATION: [u8; 7] = [0x06, 0x1E, 0x04, 0xB8, 0x87, 0xFF, 0xFF];

/// 04 FF
pub(super) fn intermediate(code: u8) -> Vec<u8> {
    message(0x04, 0xFF, &[code])
}

/// 06 1E
pub(super) fn abort(code: u8) -> Vec<u8> {
    message(0x06, 0x1E, &[code])
}

/// 06 0F of a registration: TID and currency.
pub(super) fn registered(config: &SimulatorConfig) -> Vec<u8> {
    message(0x06, 0x0F, &[&[0x19, 0x00, 0x29][..], &terminal_id(config), &[0x49, 0x03, 0x92]].concat())
}

/// 04 0F of a decline: the code and the TID, no receipt.
pub(super) fn declined(config: &SimulatorConfig, code: u8) -> Vec<u8> {
    message(0x04, 0x0F, &[&[0x27, code, 0x29][..], &terminal_id(config)].concat())
}

/// 04 0F of an entry.
pub(super) fn result(config: &SimulatorConfig, entry: &BookEntry, quirks: Quirks) -> Vec<u8> {
    let mut data = vec![0x27, 0x00];
    if !quirks.without_amount {
        let factor = if quirks.amount_times_100 { 100 } else { 1 };
        data.push(0x04);
        data.extend(digits(entry.amount.get() * config.units_per_yen() * factor, 6));
    }
    data.extend([0x49, 0x03, 0x92]);
    data.extend(moment(entry));
    data.push(0x0B);
    data.extend(digits(if quirks.zero_trace { 0 } else { i64::from(entry.trace) }, 3));
    data.push(0x87);
    data.extend(digits(i64::from(entry.receipt), 2));
    if let EntryKind::Void { trace, .. } = entry.kind {
        data.push(0x37);
        data.extend(digits(if quirks.zero_trace { 0 } else { i64::from(trace) }, 3));
    }
    data.push(0x29);
    data.extend(terminal_id(config));
    data.extend([0x22, 0xF0, 0xF8, 0x49, 0x99, 0x99, 0xEE, 0xEE, 0xEE, 0xEE, 0x12]);
    data.extend([0x8A, entry.card.type_code()]);
    let name = entry.card.name().as_bytes();
    data.extend([0x8B, 0xF0 | ten(name.len()), 0xF0 | one(name.len())]);
    data.extend(name);
    message(0x04, 0x0F, &data)
}

/// 04 0F of an end of day.
pub(super) fn day(config: &SimulatorConfig, totals: &[u8]) -> Vec<u8> {
    let length = totals.len();
    let mut data = vec![0x27, 0x00, 0x29];
    data.extend(terminal_id(config));
    data.extend([0x60, 0xF0 | hundred(length), 0xF0 | ten(length), 0xF0 | one(length)]);
    data.extend(totals);
    message(0x04, 0x0F, &data)
}

/// 06 D3: the customer's slip as a text block in CP932.
pub(super) fn slip(entry: &BookEntry) -> Vec<u8> {
    let title = match entry.kind {
        EntryKind::Sale => "売上票（お客様控え）",
        EntryKind::Void { .. } => "取消票（お客様控え）",
        EntryKind::Refund => "返品票（お客様控え）",
    };
    let lines = [
        title.to_owned(),
        format!("{} {}", entry.card.name(), "************1234"),
        format!("伝票番号 {:04}", entry.receipt),
        format!("金額 {}円", entry.amount),
    ];
    let mut inner = Vec::new();
    for line in lines {
        inner.extend(tagged(&[0x07], &SHIFT_JIS.encode(&line).0));
    }
    let content = [vec![0x1F, 0x07, 0x01, 0x02], tagged(&[0x25], &inner)].concat();
    message(0x06, 0xD3, &tagged(&[0x06], &content))
}

fn tagged(tag: &[u8], value: &[u8]) -> Vec<u8> {
    let length = value.len();
    let mut bytes = tag.to_vec();
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => bytes.push(short),
        Ok(long) => bytes.extend([0x81, long]),
        Err(_) => {
            bytes.push(0x82);
            bytes.extend(u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    bytes.extend_from_slice(value);
    bytes
}

/// BMP 0C and 0D.
fn moment(entry: &BookEntry) -> Vec<u8> {
    let at = entry.at.jst();
    let two = |number: i8| digits(i64::from(number), 1);
    [
        &[0x0C][..],
        &two(at.hour()),
        &two(at.minute()),
        &two(at.second()),
        &[0x0D],
        &two(at.month()),
        &two(at.day()),
    ]
    .concat()
}

fn terminal_id(config: &SimulatorConfig) -> Vec<u8> {
    digits(config.terminal_id.parse().unwrap_or(0), 4)
}

fn one(length: usize) -> u8 {
    digit(length % 10)
}

fn ten(length: usize) -> u8 {
    digit(length / 10 % 10)
}

fn hundred(length: usize) -> u8 {
    digit(length / 100 % 10)
}

fn digit(value: usize) -> u8 {
    u8::try_from(value).unwrap_or(0)
}

/// BMP 04 of a sale or a refund, in the terminal's units.
pub(super) fn asked_units(fields: &[u8]) -> Option<i64> {
    let mut rest = fields;
    loop {
        let width = match rest.first()? {
            0x04 => return super::book::number(rest.get(1..7)?),
            0x49 | 0x0E | 0x87 => 2,
            0x01 | 0x02 | 0x03 | 0x05 | 0x19 => 1,
            _ => return None,
        };
        rest = rest.get(1 + width..)?;
    }
}

/// BMP 87 of a void, after the password.
pub(super) fn asked_receipt(command: &[u8]) -> Option<u16> {
    match command.get(6..9)? {
        [0x87, digits @ ..] => u16::try_from(super::book::number(digits)?).ok(),
        _ => None,
    }
}
