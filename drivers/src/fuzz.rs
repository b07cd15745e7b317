//! Every codec against bytes that nobody meant: whole samples with damage, and noise. `PROPTEST_CASES` sets how long.
//!
//! What must hold: no panic; what a decoder holds back is bounded by one frame; a place that is named lies within the bytes; what is
//! redacted stays redacted. Deliberately not here: meaning; each codec has tests of its own for that.

use proptest::{prelude::*, sample::Index};

use crate::{
    codes::{BrandTable, PaymentCode, cpm, mpm},
    escpos::{Columns, bitmap::Bitmap, frame::Demultiplexer, text::glyph},
    explain::{Protocol, explain},
    paypay::{Asked, Proof, weigh},
    scanner::{
        guard::{Guard, GuardRules},
        recognise, slip,
        split::{Event as ScanEvent, Splitter, Terminator},
    },
    script::{Direction, Engine, Script},
    transport::Transport,
    zvt::{
        CurrencyExponent,
        bmp::Fields,
        command::Incoming,
        describe::describe,
        frame::{APDU_MAX_BYTES, Decoder, Event, Framing},
        redact,
        status::Status,
        tlv,
    },
};

/// Samples whose damage is most likely to reach far.
const SAMPLES: [&[u8]; 10] = [
    b"\x06\x01\x0A\x04\x00\x00\x00\x08\x58\x34\x49\x03\x92",
    b"\x04\x0F\x1A\x27\x00\x04\x00\x00\x00\x08\x58\x34\x87\x00\x45\x22\xF0\xF8\x49\x99\x99\x00\x00\x00\x12\x34\x77\x01\x02",
    b"\x06\xD3\xFF\x0D\x00\x06\x82\x00\x09\x1F\x07\x01\x02\x25\x03\x07\x01\x41",
    b"\x10\x02\x06\x01\x0A\x04\x00\x00\x00\x08\x58\x34\x49\x03\x92\x10\x03\x10\x03\x06",
    b"\x10\x02\x84\x66\x00\x10\x03\x8D\xBE\x15",
    b"\x1b\x40\x1b\x74\x01\x1c\x43\x31\x1b\x52\x08\x97\xcc\x0a\x1d\x28\x48\x06\x00\x30\x300001\x1d\x56\x42\x00",
    b"\x1d\x28\x6b\x10\x00\x31\x50\x30R202604010001\x1d\x76\x30\x00\x01\x00\x02\x00\xff\xff\x1d\x6b\x49\x05{B\x10\x04\x01",
    b"\x12\x14\x00\x00\x0f\x37\x22\x30\x13\x30\x30\x11\x31\x00\x37\x25\x00",
    b"00020101021226680019jp.or.paymentsjapan01131234567890123020400010306000123040600000752049399530339254033005802JP5911CITY OFFICE6005TOKYO6107163800164150002JA0105\xe5\xb8\x82\xe6\xb0\x91\xe8\xaa\xb2\xe7\xaa\x93\xe5\x8f\xa363040A40",
    b"hQVKUFFSMWElTwgxMjM0NTY3OFcIODc2NTQzMjGZD3sia2V5IjoidmFsdWUifQ==",
];

/// One kind of damage.
#[derive(Debug, Clone)]
enum Damage {
    Set(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Cut(Index),
    Double(Index, Index),
}

fn damages() -> impl Strategy<Value = Damage> {
    prop_oneof![
        4 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        2 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Insert(at, byte)),
        2 => any::<Index>().prop_map(Damage::Remove),
        1 => any::<Index>().prop_map(Damage::Cut),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Damage::Double(from, to)),
    ]
}

fn damaged(mut bytes: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        let place = |at: &Index| at.index(bytes.len() + 1);
        match damage {
            _ if bytes.is_empty() => {}
            Damage::Set(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Damage::Insert(at, byte) => bytes.insert(place(at), *byte),
            Damage::Remove(at) => {
                bytes.remove(at.index(bytes.len()));
            }
            Damage::Cut(at) => bytes.truncate(place(at)),
            Damage::Double(from, to) => {
                let (from, to) = (place(from).min(place(to)), place(from).max(place(to)));
                let part = bytes[from..to].to_vec();
                bytes.splice(from..from, part);
            }
        }
    }
    bytes
}

/// Damaged samples one after the other, or noise.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let sample = (prop::sample::select(SAMPLES.to_vec()), proptest::collection::vec(damages(), 0..4))
        .prop_map(|(sample, damages)| damaged(sample.to_vec(), &damages));
    prop_oneof![
        6 => proptest::collection::vec(sample, 1..4).prop_map(|parts| parts.concat()),
        1 => proptest::collection::vec(any::<u8>(), 0..400),
    ]
}

fn parts(bytes: &[u8], cuts: &[Index]) -> Vec<Vec<u8>> {
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    ends.extend([0, bytes.len()]);
    ends.sort_unstable();
    ends.windows(2).map(|pair| bytes[pair[0]..pair[1]].to_vec()).collect()
}

fn events(framing: Framing, parts: &[Vec<u8>]) -> Vec<Event> {
    let mut decoder = Decoder::new(framing);
    let mut events = Vec::new();
    for part in parts {
        decoder.push(part);
        assert!(decoder.held_bytes() <= APDU_MAX_BYTES);
        events.extend(std::iter::from_fn(|| decoder.next_event()));
    }
    events
}

proptest! {
    #[test]
    fn terminals(bytes in bytes(), cuts in proptest::collection::vec(any::<Index>(), 0..6)) {
        for framing in [Framing::Tcp, Framing::Serial] {
            let whole = events(framing, std::slice::from_ref(&bytes));
            prop_assert_eq!(&events(framing, &parts(&bytes, &cuts)), &whole);
            for event in whole {
                let Event::Apdu(apdu) = event else { continue };
                let _ = Incoming::parse(&apdu);
                let fields = Fields::parse(&apdu.data);
                prop_assert!(fields.unread_bytes <= apdu.data.len());
                for exponent in [CurrencyExponent::Zero, CurrencyExponent::Two] {
                    let _ = Status::read(&fields, exponent);
                }
                let _ = (tlv::objects(&apdu.data), tlv::find(&apdu.data, 0x1F2B));
            }
            let _ = describe(framing, &bytes, CurrencyExponent::Zero);
        }
    }

    #[test]
    fn printers(bytes in bytes(), cuts in proptest::collection::vec(any::<Index>(), 0..6)) {
        let whole = Demultiplexer::default().push(&bytes);
        let mut demultiplexer = Demultiplexer::default();
        let split: Vec<_> = parts(&bytes, &cuts).iter().flat_map(|part| demultiplexer.push(part)).collect();
        prop_assert_eq!(split, whole);
        let _ = Bitmap::from_pbm(&[b"P4 9 9\n", bytes.as_slice()].concat());
        let _ = Bitmap::from_pbm(&[b"P1 ", bytes.as_slice()].concat());
    }

    #[test]
    fn codes_and_scans(bytes in bytes()) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Err(breach) = mpm::decode(&text) {
            prop_assert!(breach.offset <= text.len());
        }
        if let Ok(code) = PaymentCode::new(text) {
            let shown = format!("{:?}", (cpm::decode(&code), slip::read(&code)));
            prop_assert!(!shown.contains("87654321"), "{}", shown);
        }
        let mut splitter = Splitter::new(Terminator::Any, 100);
        for event in splitter.push(0, &bytes) {
            let ScanEvent::Frame(frame) = event else { continue };
            if let Ok(scan) = Guard::new(GuardRules::default()).judge(0, &frame) {
                let _ = recognise(&scan, &BrandTable::default()).advice_ja();
            }
        }
    }

    #[test]
    fn explanations(bytes in bytes()) {
        for protocol in Protocol::ALL {
            let explanation = explain(protocol, &bytes);
            for piece in &explanation.pieces {
                prop_assert!(piece.offset + piece.length <= bytes.len(), "{protocol} {piece:?}");
            }
            prop_assert!(explanation.breach.as_ref().is_none_or(|breach| breach.offset <= bytes.len()));
            prop_assert!(!serde_json::to_string(&explanation).unwrap().is_empty());
        }
    }

    /// An operator's answer with any status: its word is a word, and what no list names proves nothing.
    #[test]
    fn operators(status in any::<u16>(), cut in any::<Index>(), damages in proptest::collection::vec(damages(), 0..4), noise in bytes()) {
        let whole = br#"{"resultInfo":{"code":"SUCCESS"},"data":{"status":"COMPLETED","paymentId":"01","acceptedAt":1795222700,"codeId":"04-1","url":"https://qr.example.jp/1","amount":{"amount":600,"currency":"JPY"}}}"#;
        let attempt: domain::id::AttemptId = "00000000-0000-7000-8000-000000000001".parse().unwrap();
        let statuses = [200, 201, 202, 400, 404, 500, status];
        for body in [damaged(whole.to_vec(), &damages), noise] {
            for asked in Asked::ALL {
                let weighed = weigh(asked, statuses[cut.index(statuses.len())], &body, attempt);
                prop_assert!(weighed.listed || weighed.proof == Proof::Open);
                prop_assert!(weighed.word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_'));
            }
        }
    }

    /// A run of digits as long as a card number keeps its last four.
    #[test]
    fn redaction(before in "[a-z ]{0,8}", digits in "[0-9]{13,19}", after in "[a-z ]{0,8}") {
        let shown = redact::text(&format!("{before}{digits}{after}"));
        let left = shown.chars().filter(char::is_ascii_digit).count();
        prop_assert_eq!(left, 4);
    }

    #[test]
    fn texts(text in "\\PC{0,80}", toml in "(device = \"a\"\n)?rule = \\[\\{ ?[rt]x = \"[0-9A-F? ]{0,8}\", do = \"[a-z]{3,7}\"(, ms = [0-9]{1,7})? ?\\}\\]") {
        let _ = (text.parse::<Transport>(), Script::parse(&text), text.chars().filter_map(glyph).count());
        let _ = Columns::try_from(u8::try_from(text.len() % 256).unwrap());
        if let Ok(script) = Script::parse(&toml) {
            let mut engine = Engine::new(&script);
            for sample in SAMPLES {
                let steps = engine.on_message(Direction::Tx, sample);
                prop_assert!(steps.len() <= 4);
            }
        }
    }
}

/// A rule that merges for ever holds back no more than its bound.
#[test]
fn merging_is_bounded() {
    let script = Script::parse("device = \"a\"\nrule = [{ tx = \"01\", do = \"merge\" }]").unwrap();
    let mut engine = Engine::new(&script);
    let sent: usize = (0..1_000)
        .flat_map(|_| engine.on_message(Direction::Tx, &[1; 1_000]))
        .map(|step| match step {
            crate::script::Step::Pass(bytes) => bytes.len(),
            other => panic!("{other:?}"),
        })
        .sum();
    assert!(sent >= 1_000_000 - crate::script::HELD_MAX_BYTES - 1_000, "{sent}");
}
