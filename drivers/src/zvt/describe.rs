//! Captured bytes in words, for an engineer at the counter (`devices decode`). Redacted: fields are named, card numbers are not shown.

use std::fmt::Write as _;

use super::{
    command::Incoming,
    config::CurrencyExponent,
    frame::{Apdu, Decoder, Event, Framing},
    result_code::{Meaning, meaning},
    status::Status,
};

/// One line for each message, block answer or damage in the bytes; a rest that is no whole message is counted.
#[must_use]
pub fn describe(framing: Framing, bytes: &[u8], exponent: CurrencyExponent) -> Vec<String> {
    let mut decoder = Decoder::new(framing);
    decoder.push(bytes);
    let mut lines = Vec::new();
    while let Some(event) = decoder.next_event() {
        lines.push(match event {
            Event::Ack => "06 block taken".to_owned(),
            Event::Nak => "15 block again".to_owned(),
            Event::Damaged => "-- damaged block".to_owned(),
            Event::Apdu(apdu) => message(&apdu, exponent),
        });
    }
    if decoder.is_mid_frame() {
        lines.push("-- an incomplete message follows".to_owned());
    }
    lines
}

/// One message in words.
pub(crate) fn message(apdu: &Apdu, exponent: CurrencyExponent) -> String {
    let mut line = format!("{apdu:?} ");
    line.push_str(match (apdu.class, apdu.instr) {
        (0x06, 0x00) => "till: registration",
        (0x06, 0x01) => "till: sale",
        (0x06, 0x02) => "till: log off",
        (0x06, 0x20) => "till: repeat the last receipt",
        (0x06, 0x23) => "till: list open pre-authorisations",
        (0x06, 0x30) => "till: void",
        (0x06, 0x50) => "till: end of day",
        (0x06, 0xB0) => "till: stop",
        (0x05, 0x01) => "till: status enquiry",
        _ => "",
    });
    // Writing to a String cannot fail.
    let _ = match Incoming::parse(apdu) {
        Incoming::Accepted => write!(line, "accepted"),
        Incoming::Wait => write!(line, "please wait"),
        Incoming::Refused(code) => write!(line, "refused with {code:02X}"),
        Incoming::Intermediate(code) => write!(line, "status {code:02X}"),
        Incoming::Text(lines) => write!(line, "text: {}", lines.join(" / ")),
        Incoming::Completion(fields) => write!(line, "completion, {fields:?}"),
        Incoming::Abort(code, _) => write!(line, "ended with {code:02X} ({})", proof(code)),
        Incoming::SetClock => write!(line, "the terminal's clock"),
        Incoming::Status(fields) => {
            let status = Status::read(&fields, exponent);
            let approval = &status.approval;
            let code = status.code.map_or("no code", proof);
            write!(
                line,
                "result {} ({code}), amount {}, TID {}, slip {}, trace {}, time {}, account {}, {fields:?}",
                status.code_text(),
                approval.settled_amount.map_or_else(|| "-".to_owned(), |yen| yen.to_string()),
                shown(approval.terminal_id.as_ref()),
                shown(approval.slip_number.as_ref()),
                shown(approval.trace_number.as_ref()),
                shown(approval.terminal_time.as_ref()),
                shown(approval.masked_account.as_ref()),
            )
        }
        Incoming::Other { .. } => Ok(()),
    };
    line
}

/// What a code proves, in words.
pub(crate) fn proof(code: u8) -> &'static str {
    match meaning(code) {
        Meaning::Success => "success",
        Meaning::Declined => "proves a decline",
        Meaning::NotStarted => "proves that nothing began",
        Meaning::Unknown => "proves nothing",
    }
}

fn shown(text: Option<&String>) -> &str {
    text.map_or("-", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capture_reads_as_lines_without_card_numbers() {
        let bytes = [
            &[0x06, 0x01, 0x07, 0x04, 0, 0, 0, 0, 0x10, 0][..],
            &[0x80, 0x00, 0x00, 0x04, 0xFF, 0x01, 0x0A],
            &[
                0x04, 0x0F, 0x10, 0x27, 0x00, 0x87, 0x00, 0x45, 0x22, 0xF0, 0xF8, 0x49, 0x99, 0x99, 0, 0, 0,
                0x12, 0x34,
            ],
            &[0x06, 0x1E, 0x01, 0x9F, 0x06, 0x0F],
        ]
        .concat();
        let lines = describe(Framing::Tcp, &bytes, CurrencyExponent::Zero);
        assert_eq!(lines[0], "06 01 (7 bytes) till: sale");
        assert_eq!(lines[1], "80 00 (0 bytes) accepted");
        assert_eq!(lines[2], "04 FF (1 bytes) status 0A");
        assert!(
            lines[3].contains("slip 0045") && lines[3].contains("account ************1234"),
            "{}",
            lines[3]
        );
        assert_eq!(lines[4], "06 1E (1 bytes) ended with 9F (proves nothing)");
        assert_eq!(lines[5], "-- an incomplete message follows");
        let blocks = describe(
            Framing::Serial,
            &[0x06, 0x15, 0x10, 0x02, 0x80, 0, 0, 0x10, 0x03, 0xF5, 0x1F],
            CurrencyExponent::Zero,
        );
        assert_eq!(blocks, ["06 block taken", "15 block again", "80 00 (0 bytes) accepted"]);
    }
}
