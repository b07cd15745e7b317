//! Terminals and printers in words: published frames, and what this crate's own encoders send.

use domain::id::PrintJobId;

use super::*;
use crate::{
    escpos::{
        Columns,
        command::{CLEAR, KanjiMode, job, set_up},
        layout::Row,
    },
    pos_printer::Align,
};

fn hex(text: &str) -> Vec<u8> {
    bytes_of_hex(text).unwrap()
}

#[test]
fn a_payment_reads_in_words_without_the_account() {
    let bytes = hex("06 01 0A 04 00 00 00 08 58 34 49 03 92 80 00 00 04 FF 01 0A
        04 0F 1A 27 00 04 00 00 00 08 58 34 87 00 45 22 F0 F8 49 99 99 00 00 00 12 34 77 01 02
        06 1E 01 9F");
    let explanation = explain(Protocol::Zvt, &bytes);
    assert_eq!(explanation.breach, None);
    let text = words(&explanation);
    for line in [
        "06 01 (10 bytes) till: sale",
        "  BMP 04 amount: 85834",
        "  BMP 49 currency: 0392",
        "  BMP 27 result: 00 (success)",
        "  BMP 22 account: ************1234",
        "  BMP 77 is in no list: 3 bytes cannot be read  [devices.md M1]",
        "06 1E (1 bytes) ended with 9F (proves nothing)",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("4999"), "{text}");
}

#[test]
fn a_password_is_not_shown() {
    let text = words(&explain(Protocol::Zvt, &hex("06 00 06 12 34 56 BE 03 92")));
    assert!(text.contains("password (not shown)") && !text.contains("123456"), "{text}");
}

/// The worked payment and the serial forms of `protocols.md` 4.2.
#[test]
fn published_frames_are_sound() {
    for (protocol, bytes, says) in [
        (
            Protocol::Zvt,
            "06 00 0E 12 34 56 BE 03 92 06 06 26 04 0A 02 06 D3 80 00 00 06 0F 00 80 00 00
             06 01 0A 04 00 00 00 00 10 00 49 03 92 80 00 00 04 FF 01 0A 80 00 00 04 FF 01 04 80 00 00
             04 0F 2C 27 00 04 00 00 00 00 10 00 49 03 92 0C 10 30 15 0D 04 06 0B 00 01 23 87 00 45
             29 12 34 56 78 22 F0 F8 49 99 99 EE EE EE EE 12 8A 06 80 00 00",
            "BMP 22 account: **************12",
        ),
        (Protocol::Zvt, "06 31 0D 12 34 56 04 00 00 00 00 10 00 49 03 92", "BMP 04 amount: 1000"),
        (Protocol::Zvt, "06 00 06 12 34 56 DE 09 78", "currency"),
        (Protocol::Zvt, "06 0F 0A 19 10 29 52 52 35 35 49 09 78", "BMP 29 terminal id: 52523535"),
        (Protocol::Zvt, "06 1E 04 B8 87 FF FF", "BMP 87 receipt number: FFFF"),
        (Protocol::Zvt, "06 0F 06 F0 F0 F2 4F 4B 00", "text \"OK\""),
        (Protocol::ZvtSerial, "10 02 06 01 0A 04 00 00 00 00 10 10 00 49 03 92 10 03 B4 07", "amount: 1000"),
        (Protocol::ZvtSerial, "10 02 80 00 00 10 03 F5 1F", "accepted"),
        (Protocol::ZvtSerial, "10 02 06 0F 00 10 03 C6 33", "completion"),
        (Protocol::ZvtSerial, "10 02 04 0F 02 27 00 10 03 83 FE", "BMP 27 result: 00 (success)"),
        (Protocol::ZvtSerial, "10 02 06 30 06 12 34 56 87 02 31 10 03 2C B4", "till: void"),
        (Protocol::ZvtSerial, "10 02 06 50 03 12 34 56 10 03 C4 AF", "till: end of day"),
        (Protocol::ZvtSerial, "10 02 06 B0 00 10 03 43 F3", "till: stop"),
        (Protocol::ZvtSerial, "10 02 05 01 03 12 34 56 10 03 E0 43", "till: status enquiry"),
        (Protocol::ZvtSerial, "10 02 06 20 03 12 34 56 10 03 C5 6A", "till: repeat the last receipt"),
        (Protocol::ZvtSerial, "10 02 06 1E 01 6C 10 03 C9 F2", "proves a decline"),
    ] {
        let explanation = explain(protocol, &hex(bytes));
        let text = words(&explanation);
        assert_eq!(explanation.breach, None, "{text}");
        assert!(text.contains(says), "{says}\n{text}");
        assert!(!text.contains("123456") || text.contains("12345678"), "no password: {text}");
    }
}

/// `devices.md` M7: the check of the first block is 10 03 itself, the second is a published refusal.
#[test]
fn blocks_are_read_behind_doubled_bytes() {
    let tricky =
        hex("10 02 06 01 0A 04 00 00 00 08 58 34 49 03 92 10 03 10 03 06 10 02 84 66 00 10 03 8D BE");
    let explanation = explain(Protocol::ZvtSerial, &tricky);
    assert_eq!(explanation.breach, None, "{}", words(&explanation));
    // An amount with a 10 within: ¥1,000 is 00 00 00 00 10 00, and the field behind it moves by one.
    let apdu = hex("06 01 0A 04 00 00 00 00 10 00 49 03 92");
    let framed = crate::zvt::frame::encode(
        crate::zvt::frame::Framing::Serial,
        &crate::zvt::frame::Apdu::parse(&apdu).unwrap().0,
    );
    let explanation = explain(Protocol::ZvtSerial, &framed);
    let place = |number: &str| {
        let piece = explanation.pieces.iter().find(|piece| piece.words.starts_with(number)).unwrap();
        (piece.offset, piece.length)
    };
    assert_eq!((place("BMP 04"), place("BMP 49")), ((5, 8), (13, 3)));
}

#[test]
fn broken_terminal_bytes_name_the_place() {
    for (protocol, bytes, offset, says) in [
        (Protocol::Zvt, "80 00 00 06 0F 05 01", 3, "announces"),
        (Protocol::Zvt, "04 0F 05 27 00 04 00 00", 5, "BMP 04 has the bytes"),
        (Protocol::Zvt, "04 0F 09 27 00 04 00 00 00 0A 10 00", 5, "packed BCD"),
        (Protocol::Zvt, "06 D3 05 06 03 25 05 07", 5, "TLV object"),
        (Protocol::Zvt, "06 00 02 12 34", 3, "password"),
        (Protocol::ZvtSerial, "06 10 02 80 00 00 10 03 F5 1E", 8, "F5 1F"),
        (Protocol::ZvtSerial, "10 02 80 00 10 04", 4, "10 is followed by 10 or 03"),
        (Protocol::ZvtSerial, "06 41", 1, "between blocks"),
        (Protocol::ZvtSerial, "10 02 80 00 00 10 03 F5", 0, "ends with 10 03"),
        (Protocol::ZvtSerial, "10 02 80 00 10 03 99 C4", 2, "one message"),
    ] {
        let bytes = hex(bytes);
        let explanation = explain(protocol, &bytes);
        if says == "one message" {
            // Its check is made right here, so that only the length is wrong.
            let crc = crate::zvt::frame::crc(&[0x80, 0, 3]).to_le_bytes();
            let bytes = [&hex("10 02 80 00 10 03")[..], &crc].concat();
            let explanation = explain(protocol, &bytes);
            assert!(broken(&explanation).is_some_and(|(at, rule)| at == offset && rule.contains(says)));
            continue;
        }
        let (at, rule) = broken(&explanation).unwrap_or_else(|| panic!("{bytes:02X?}"));
        assert!(at == offset && rule.contains(says), "{bytes:02X?}: {at} {rule}");
    }
}

/// `protocols.md` 6.1: the receipt asks for its id before the cut, which `devices.md` E16 corrects.
#[test]
fn the_published_receipt_reads_in_words() {
    let receipt =
        hex("1B 40 1B 74 01 1C 43 31 1B 52 08 1B 61 01 1D 21 11 97 CC 8E FB 8F 91 0A 1D 21 00 1B 61 00
        8E E8 90 94 97 BF 20 33 30 30 89 7E 0A 1D 28 48 06 00 30 30 30 30 30 31 1D 56 42 00");
    let explanation = explain(Protocol::Escpos, &receipt);
    assert_eq!(explanation.breach, None);
    let text = words(&explanation);
    for line in [
        "000000     2  initialise",
        "kanji code: Shift_JIS",
        "alignment: centre",
        "size: 2 wide, 2 high",
        "000017     6  text \"領収書\"",
        "text \"手数料 300円\"",
        "process id \"0001\" when all before it is on paper; it stands before the cut",
        "[devices.md E16]",
        "cut, one point left",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let qr = hex("1D 28 6B 04 00 31 41 32 00 1D 28 6B 03 00 31 43 06 1D 28 6B 03 00 31 45 31
        1D 28 6B 10 00 31 50 30 52 32 30 32 36 30 34 30 31 30 30 30 31 1D 28 6B 03 00 31 51 30");
    let text = words(&explain(Protocol::Escpos, &qr));
    assert!(text.contains("QR: store 13 bytes") && text.contains("QR: error correction M"), "{text}");
}

#[test]
fn our_own_jobs_are_sound() {
    let rows = [
        Row::Text { text: "領収書".to_owned(), align: Align::Centre, large: true, bold: true },
        Row::Text { text: "ｶﾅ ¥1,650".to_owned(), align: Align::Left, large: false, bold: false },
        Row::Text { text: "製麵 邉\u{e0101}".to_owned(), align: Align::Left, large: false, bold: true },
        Row::Text { text: "𠮟る".to_owned(), align: Align::Left, large: true, bold: false },
        Row::Qr("https://example.jp/".to_owned()),
    ];
    for kanji in [KanjiMode::Automatic, KanjiMode::Switched] {
        let printing = job(&rows, Columns::WIDE, kanji, true, PrintJobId(7)).unwrap();
        let bytes = [set_up(kanji), printing, CLEAR.to_vec()].concat();
        let explanation = explain(Protocol::Escpos, &bytes);
        let text = words(&explanation);
        assert_eq!(explanation.breach, None, "{text}");
        assert!(text.contains("real-time drawer kicks off") && text.contains("empty the buffers"), "{text}");
        assert!(!text.contains("before the cut"), "{text}");
        assert_eq!(text.matches("an image of 24 columns").count(), 2, "{text}");
        assert!(
            text.contains("define kanji EC 40, 24 x 24 dots") && text.contains("text \"〓る\""),
            "{text}"
        );
        let covered: usize = explanation.pieces.iter().map(|piece| piece.length).sum();
        assert_eq!(covered, bytes.len(), "every byte belongs to one piece");
    }
}

#[test]
fn broken_printer_bytes_name_the_place() {
    for (bytes, offset, says) in [
        ("1B 40 1B 99 41", 2, "one of the list"),
        ("41 1D 28 6B 10 00 31 50", 1, "all of its bytes"),
        ("0A 1B", 1, "all of its bytes"),
        ("1D 76 30 00 02 00 01 00 10 04", 10, ""),
        ("1D 76 30 00 03 00 01 00 10 04 01", 8, "E18"),
        ("1D 28 44 05 00 14 01 30 02 30 1D 6B 49 05 7B 42 10 14 01", 0, ""),
        ("1D 6B 49 05 7B 42 10 14 01", 6, "E18"),
        ("1C 43 31 81", 3, "Shift_JIS"),
        ("10 14 08 01 03 14 01 06 02 09", 0, "one of the list"),
        ("1B 2A 21 01 00 10 04 01", 5, "E18"),
        ("1B 2A 21 02 00 10 04 01", 0, "all of its bytes"),
        ("1C 32 EC 40 00", 0, "all of its bytes"),
        ("1C 43 31 EC 40", 3, "Shift_JIS"),
    ] {
        let explanation = explain(Protocol::Escpos, &hex(bytes));
        match broken(&explanation) {
            None => assert_eq!(says, "", "{bytes}"),
            Some((at, rule)) => {
                assert!(!says.is_empty() && at == offset && rule.contains(says), "{bytes}: {at} {rule}");
            }
        }
    }
}

#[test]
fn answers_of_a_printer_read_in_words() {
    let bytes = hex("12 1A 14 00 00 0F 37 22 30 13 30 30 11 31 00 37 25 00 5F 54 4D 00 03");
    let explanation = explain(Protocol::EscposStatus, &bytes);
    assert_eq!(explanation.breach, None, "{}", words(&explanation));
    let text = words(&explanation);
    for line in [
        "000000     1  12 status at once (10 04 n): nothing to tell",
        "if n = 1 off line; if 2 feed key; if 3 cutter error; if 4 paper near its end",
        "000002     4  automatic status: drawer pin high",
        "000006     9  process id \"0001\": all before it is on paper",
        "000009     1  13 the printer takes no data",
        "the buffers are empty",
        "the printer's text \"TM\"",
        "03 status in order (1D 72 1): paper near its end",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    for (bytes, offset) in [("12 FF", 1), ("14 00", 0), ("14 00 80 00", 0), ("12 37 22 30", 1)] {
        assert_eq!(
            broken(&explain(Protocol::EscposStatus, &hex(bytes))).map(|(at, _)| at),
            Some(offset),
            "{bytes}"
        );
    }
}
