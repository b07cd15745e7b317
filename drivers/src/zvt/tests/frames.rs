//! Golden bytes of `protocols.md` 4.2 and `devices.md` M7, and the promise that any split reads the same.

use proptest::prelude::*;

use crate::zvt::{
    bmp,
    command::{self, Incoming},
    config::CurrencyExponent,
    frame::{APDU_MAX_BYTES, Apdu, Decoder, Event, Framing, crc, encode},
    status::Status,
};

fn hex(text: &str) -> Vec<u8> {
    text.split_ascii_whitespace().map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

fn password() -> crate::zvt::Password {
    "123456".parse().unwrap()
}

fn decode(framing: Framing, chunks: &[&[u8]]) -> Vec<Event> {
    let mut decoder = Decoder::new(framing);
    let mut events = Vec::new();
    for chunk in chunks {
        decoder.push(chunk);
        while let Some(event) = decoder.next_event() {
            events.push(event);
        }
    }
    events
}

#[test]
fn the_check_value_of_the_crc() {
    assert_eq!(crc(b"123456789"), 0x2189);
}

#[test]
fn our_commands_are_the_published_bytes() {
    for (apdu, bytes) in [
        (command::registration(password()), "06 00 0E 12 34 56 BE 03 92 06 06 26 04 0A 02 06 D3"),
        (command::sale(1_000).unwrap(), "06 01 0A 04 00 00 00 00 10 00 49 03 92"),
        (command::sale(100_000).unwrap(), "06 01 0A 04 00 00 00 10 00 00 49 03 92"),
        (command::void(password(), "0231").unwrap(), "06 30 06 12 34 56 87 02 31"),
        (command::end_of_day(password()), "06 50 03 12 34 56"),
        (command::repeat_receipt(password()), "06 20 03 12 34 56"),
        (command::refund(password(), 1_000).unwrap(), "06 31 0D 12 34 56 04 00 00 00 00 10 00 49 03 92"),
        (command::open_pre_authorisations(), "06 23 03 87 FF FF"),
        (command::abort(), "06 B0 00"),
        (command::log_off(), "06 02 00"),
        (command::acknowledge(), "80 00 00"),
        (command::refuse(0x66), "84 66 00"),
    ] {
        assert_eq!(apdu.to_bytes(), hex(bytes), "{bytes}");
    }
    assert_eq!(command::sale(1_000_000_000_000), None);
    assert_eq!(command::void(password(), "12345"), None);
}

#[test]
fn serial_blocks_are_the_published_bytes() {
    for (apdu, block) in [
        (
            "06 01 0A 04 00 00 00 00 10 00 49 03 92",
            "10 02 06 01 0A 04 00 00 00 00 10 10 00 49 03 92 10 03 B4 07",
        ),
        ("80 00 00", "10 02 80 00 00 10 03 F5 1F"),
        ("06 0F 00", "10 02 06 0F 00 10 03 C6 33"),
        ("04 0F 02 27 00", "10 02 04 0F 02 27 00 10 03 83 FE"),
        ("06 30 06 12 34 56 87 02 31", "10 02 06 30 06 12 34 56 87 02 31 10 03 2C B4"),
        ("06 50 03 12 34 56", "10 02 06 50 03 12 34 56 10 03 C4 AF"),
        ("06 B0 00", "10 02 06 B0 00 10 03 43 F3"),
        ("05 01 03 12 34 56", "10 02 05 01 03 12 34 56 10 03 E0 43"),
        ("06 20 03 12 34 56", "10 02 06 20 03 12 34 56 10 03 C5 6A"),
        ("06 1E 01 6C", "10 02 06 1E 01 6C 10 03 C9 F2"),
        // ¥85,834: the check bytes are themselves 10 03.
        (
            "06 01 0A 04 00 00 00 08 58 34 49 03 92",
            "10 02 06 01 0A 04 00 00 00 08 58 34 49 03 92 10 03 10 03",
        ),
        ("84 66 00", "10 02 84 66 00 10 03 8D BE"),
    ] {
        let (apdu, used) = Apdu::parse(&hex(apdu)).unwrap();
        assert_eq!(used, apdu.to_bytes().len());
        assert_eq!(encode(Framing::Serial, &apdu), hex(block), "{block}");
        // Whole, byte by byte, and followed by another block at once.
        let block = hex(block);
        let expected = vec![Event::Apdu(apdu.clone())];
        assert_eq!(decode(Framing::Serial, &[&block]), expected);
        let bytes: Vec<&[u8]> = block.chunks(1).collect();
        assert_eq!(decode(Framing::Serial, &bytes), expected);
        let twice = [block.as_slice(), block.as_slice()].concat();
        assert_eq!(decode(Framing::Serial, &[&twice]).len(), 2);
    }
}

#[test]
fn the_published_result_is_read_whole() {
    let bytes =
        hex("04 0F 2C 27 00 04 00 00 00 00 10 00 49 03 92 0C 10 30 15 0D 04 06 0B 00 01 23 87 00 45 \
         29 12 34 56 78 22 F0 F8 49 99 99 EE EE EE EE 12 8A 06");
    let (apdu, used) = Apdu::parse(&bytes).unwrap();
    assert_eq!(used, bytes.len());
    let Incoming::Status(fields) = Incoming::parse(&apdu) else { panic!() };
    assert_eq!(fields.unread_bytes, 0);
    let status = Status::read(&fields, CurrencyExponent::Zero);
    assert_eq!((status.code, status.units, status.foreign_currency), (Some(0), Some(1_000), false));
    let approval = status.approval;
    assert_eq!(approval.settled_amount, Some(domain::money::Yen::new(1_000)));
    assert_eq!(approval.terminal_time.as_deref(), Some("04-06 10:30:15"));
    assert_eq!(approval.trace_number.as_deref(), Some("000123"));
    assert_eq!(approval.slip_number.as_deref(), Some("0045"));
    assert_eq!(approval.terminal_id.as_deref(), Some("12345678"));
    assert_eq!(approval.masked_account.as_deref(), Some("**************12"));
    assert_eq!(approval.brand.unwrap().as_str(), "mastercard");
}

#[test]
fn other_published_messages_are_understood() {
    let read = |text: &str| Incoming::parse(&Apdu::parse(&hex(text)).unwrap().0);
    assert_eq!(read("80 00 00"), Incoming::Accepted);
    assert_eq!(read("84 00 00"), Incoming::Accepted);
    assert_eq!(read("84 9C 00"), Incoming::Wait);
    assert_eq!(read("84 83 00"), Incoming::Refused(0x83));
    assert_eq!(read("04 FF 01 0A"), Incoming::Intermediate(0x0A));
    let Incoming::Abort(0xB8, fields) = read("06 1E 04 B8 87 FF FF") else { panic!() };
    assert_eq!(fields.get(bmp::RECEIPT), Some(&[0xFF, 0xFF][..]));
    let Incoming::Completion(fields) = read("06 0F 0A 19 10 29 52 52 35 35 49 09 78") else { panic!() };
    assert_eq!(fields.digits(bmp::TERMINAL_ID).as_deref(), Some("52523535"));
    assert_eq!(
        read("06 D3 0E 06 0C 1F 07 01 02 25 06 07 01 41 07 01 42"),
        Incoming::Text(vec!["A".into(), "B".into()])
    );
    assert_eq!(read("06 D1 03 00 4F 4B"), Incoming::Text(vec!["OK".into()]));
    assert_eq!(read("06 D1 02 FF 03"), Incoming::Text(vec![]));
    assert_eq!(read("0A 0B 00"), Incoming::Other { class: 0x0A, instr: 0x0B });
}

#[test]
fn long_lengths_at_their_edges() {
    for length in [0, 1, 254, 255, 256, 65_535] {
        let apdu = Apdu::new(6, 0xD3, vec![0x10; length]);
        let bytes = apdu.to_bytes();
        assert_eq!(bytes[2] == 0xFF, length >= 255, "{length}");
        assert_eq!(decode(Framing::Tcp, &[&bytes]), vec![Event::Apdu(apdu)]);
    }
    assert_eq!(&Apdu::new(6, 0xD3, vec![0; 255]).to_bytes()[..5], &[6, 0xD3, 0xFF, 0xFF, 0x00]);
}

#[test]
fn damage_is_reported_and_the_next_block_is_read() {
    let good = encode(Framing::Serial, &command::acknowledge());
    for at in 2..good.len() {
        let mut damaged = good.clone();
        damaged[at] ^= 0x40;
        let mut decoder = Decoder::new(Framing::Serial);
        decoder.push(&damaged);
        if decoder.is_mid_frame() {
            decoder.give_up_block();
        }
        decoder.push(&good);
        let events: Vec<Event> = std::iter::from_fn(|| decoder.next_event()).collect();
        assert!(events.contains(&Event::Damaged), "byte {at}: {events:?}");
        assert_eq!(events.last(), Some(&Event::Apdu(command::acknowledge())), "byte {at}");
    }
}

#[test]
fn a_block_without_end_is_bounded() {
    let mut decoder = Decoder::new(Framing::Serial);
    decoder.push(&[0x10, 0x02]);
    decoder.push(&vec![0x41; APDU_MAX_BYTES + 1]);
    assert_eq!(decoder.next_event(), Some(Event::Damaged));
    assert!(!decoder.is_mid_frame());
}

fn any_apdu() -> impl Strategy<Value = Apdu> {
    // Many 10, 02, 03, 06, 15: the bytes with a meaning on a serial line.
    let byte = prop_oneof![Just(0x10_u8), Just(0x02), Just(0x03), Just(0x06), Just(0x15), any::<u8>()];
    (any::<u8>(), any::<u8>(), prop::collection::vec(byte, 0..300))
        .prop_map(|(class, instr, data)| Apdu::new(class, instr, data))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// However the line cuts, joins or doubles what is sent, the same messages are read.
    #[test]
    fn any_split_reads_the_same(
        apdus in prop::collection::vec((any_apdu(), 1..3_usize), 1..6),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        serial in any::<bool>(),
    ) {
        let framing = if serial { Framing::Serial } else { Framing::Tcp };
        let mut line = Vec::new();
        let mut expected = Vec::new();
        for (apdu, times) in &apdus {
            for _ in 0..*times {
                line.extend(encode(framing, apdu));
                expected.push(Event::Apdu(apdu.clone()));
                if serial {
                    line.push(0x06);
                    expected.push(Event::Ack);
                }
            }
        }
        let mut points: Vec<usize> = cuts.iter().map(|cut| cut.index(line.len())).collect();
        points.extend([0, line.len()]);
        points.sort_unstable();
        let chunks: Vec<&[u8]> = points.windows(2).map(|pair| &line[pair[0]..pair[1]]).collect();
        prop_assert_eq!(decode(framing, &chunks), expected);
    }

    /// Nothing that a line can carry makes the readers panic, and what they hold stays bounded.
    #[test]
    fn noise_is_harmless(noise in prop::collection::vec(any::<u8>(), 0..2_000), serial in any::<bool>()) {
        let framing = if serial { Framing::Serial } else { Framing::Tcp };
        for event in decode(framing, &[&noise]) {
            if let Event::Apdu(apdu) = event
                && let Incoming::Status(fields) = Incoming::parse(&apdu)
            {
                let _ = Status::read(&fields, CurrencyExponent::Two);
            }
        }
    }
}
