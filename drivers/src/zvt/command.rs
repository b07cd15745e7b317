//! ZVT messages: what the till sends, and what a terminal's message means (`protocols.md` 4.2, `devices.md` E7, M2, M4–M6).
//!
//! Invariants: no reply of ours is 84 9C or 84 9D; a message that is not known here becomes [`Incoming::Other`], never an error.

use super::{
    bmp::{self, Fields},
    config::Password,
    frame::Apdu,
    redact, result_code, tlv,
};

/// ISO 4217 number of yen, packed BCD.
pub const CURRENCY_YEN: [u8; 2] = [0x03, 0x92];
/// Config byte of the registration: receipts to the till (02, 04, 80), intermediate statuses (08), only the till starts payments and
/// administration (10, 20).
pub const CONFIG_BYTE: u8 = 0xBE;
/// Registration TLV: the till takes text blocks (06 D3).
const ALLOW_TEXT_BLOCKS: [u8; 8] = [bmp::TLV, 0x06, 0x26, 0x04, 0x0A, 0x02, 0x06, 0xD3];
/// "Goods not handed out": the terminal reverses by itself.
pub const GOODS_NOT_HANDED_OUT: u8 = 0x66;
/// Most lines of text kept of one message.
pub const TEXT_LINES_MAX: usize = 200;

/// 06 00
#[must_use]
pub fn registration(password: Password) -> Apdu {
    let head = [&password.bcd()[..], &[CONFIG_BYTE], &CURRENCY_YEN, &ALLOW_TEXT_BLOCKS];
    Apdu::new(0x06, 0x00, head.concat())
}

/// 06 01 for an amount in the terminal's units; `None` when twelve digits cannot say it.
#[must_use]
pub fn sale(units: i64) -> Option<Apdu> {
    let amount = bmp::to_bcd::<6>(units)?;
    Some(Apdu::new(0x06, 0x01, [&[bmp::AMOUNT][..], &amount, &[bmp::CURRENCY], &CURRENCY_YEN].concat()))
}

/// 06 30 for a receipt number of the terminal; `None` when it is not four digits.
#[must_use]
pub fn void(password: Password, receipt: &str) -> Option<Apdu> {
    let number = bmp::to_bcd::<2>(receipt.parse().ok()?)?;
    Some(Apdu::new(0x06, 0x30, [&password.bcd()[..], &[bmp::RECEIPT], &number].concat()))
}

/// 06 31: money back for a sale of a closed day. The terminal asks for the card; nothing in the command names the sale.
#[must_use]
pub fn refund(password: Password, units: i64) -> Option<Apdu> {
    let amount = bmp::to_bcd::<6>(units)?;
    let fields = [&password.bcd()[..], &[bmp::AMOUNT], &amount, &[bmp::CURRENCY], &CURRENCY_YEN];
    Some(Apdu::new(0x06, 0x31, fields.concat()))
}

/// 06 50
#[must_use]
pub fn end_of_day(password: Password) -> Apdu {
    Apdu::new(0x06, 0x50, password.bcd().to_vec())
}

/// 06 20
#[must_use]
pub fn repeat_receipt(password: Password) -> Apdu {
    Apdu::new(0x06, 0x20, password.bcd().to_vec())
}

/// 06 23 with receipt FFFF: lists open pre-authorisations, which must be none before the end of day.
#[must_use]
pub fn open_pre_authorisations() -> Apdu {
    Apdu::new(0x06, 0x23, vec![bmp::RECEIPT, 0xFF, 0xFF])
}

/// 06 B0
#[must_use]
pub fn abort() -> Apdu {
    Apdu::new(0x06, 0xB0, Vec::new())
}

/// 06 02
#[must_use]
pub fn log_off() -> Apdu {
    Apdu::new(0x06, 0x02, Vec::new())
}

/// 80 00 00
#[must_use]
pub fn acknowledge() -> Apdu {
    Apdu::new(0x80, 0x00, Vec::new())
}

/// 84 xx 00
#[must_use]
pub fn refuse(code: u8) -> Apdu {
    Apdu::new(0x84, code, Vec::new())
}

/// What a terminal's message means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// 80 00, or 84 00.
    Accepted,
    /// 84 9C: ambiguous from a terminal (`devices.md` E7).
    Wait,
    /// 84 xx.
    Refused(u8),
    /// 04 0F
    Status(Fields),
    /// 04 FF with its code.
    Intermediate(u8),
    /// 06 D1 or 06 D3: lines for the receipt, redacted.
    Text(Vec<String>),
    /// 06 0F
    Completion(Fields),
    /// 06 1E with its code and what followed it.
    Abort(u8, Fields),
    /// 04 01: the terminal offers its clock.
    SetClock,
    /// Anything else.
    Other {
        /// CLASS byte.
        class: u8,
        /// INSTR byte.
        instr: u8,
    },
}

impl Incoming {
    /// Reads a message.
    #[must_use]
    pub fn parse(apdu: &Apdu) -> Self {
        match (apdu.class, apdu.instr) {
            (0x80, 0x00) | (0x84, 0x00) => Self::Accepted,
            (0x84, result_code::PLEASE_WAIT) => Self::Wait,
            (0x84, code) => Self::Refused(code),
            (0x04, 0x0F) => Self::Status(Fields::parse(&apdu.data)),
            (0x04, 0xFF) => Self::Intermediate(apdu.data.first().copied().unwrap_or(0xFF)),
            (0x04, 0x01) => Self::SetClock,
            (0x06, 0xD1) => Self::Text(print_line(&apdu.data)),
            (0x06, 0xD3) => Self::Text(text_block(&apdu.data)),
            (0x06, 0x0F) => Self::Completion(Fields::parse(&apdu.data)),
            (0x06, 0x1E) => {
                let (code, rest) =
                    apdu.data.split_first().map_or((0xFF, &[][..]), |(code, rest)| (*code, rest));
                Self::Abort(code, Fields::parse(rest))
            }
            (class, instr) => Self::Other { class, instr },
        }
    }

    /// Whether the message answers a command of ours, and so is not answered itself.
    #[must_use]
    pub const fn is_reply(&self) -> bool {
        matches!(self, Self::Accepted | Self::Wait | Self::Refused(_))
    }
}

/// 06 D1: attribute, then the text; attribute FF feeds paper.
fn print_line(data: &[u8]) -> Vec<String> {
    match data.split_first() {
        Some((0xFF, _)) | None => Vec::new(),
        Some((_, text)) => vec![redact::terminal_text(text)],
    }
}

/// 06 D3: TLV container with 25 { 07 line, … }.
fn text_block(data: &[u8]) -> Vec<String> {
    let fields = Fields::parse(data);
    let Some(lines) = fields.tlv(0x25) else { return Vec::new() };
    let lines = tlv::objects(lines).into_iter().filter(|object| object.tag == 0x07);
    lines.take(TEXT_LINES_MAX).map(|object| redact::terminal_text(object.value)).collect()
}
