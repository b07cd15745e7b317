//! A terminal on TCP and on a serial line: any split of the bytes reads the same; the bound on memory is the fuzzer's own.

#![no_main]

use drivers::zvt::{
    CurrencyExponent,
    bmp::Fields,
    command::Incoming,
    describe::describe,
    frame::{Decoder, Event, Framing},
    status::Status,
    tlv,
};
use libfuzzer_sys::fuzz_target;

fn events<'a>(framing: Framing, parts: impl Iterator<Item = &'a [u8]>) -> Vec<Event> {
    let mut decoder = Decoder::new(framing);
    let mut events = Vec::new();
    for part in parts {
        decoder.push(part);
        events.extend(std::iter::from_fn(|| decoder.next_event()));
    }
    events
}

fuzz_target!(|input: (u8, &[u8])| {
    let (part, bytes) = input;
    for framing in [Framing::Tcp, Framing::Serial] {
        let whole = events(framing, std::iter::once(bytes));
        assert_eq!(events(framing, bytes.chunks(usize::from(part).max(1))), whole);
        for event in whole {
            let Event::Apdu(apdu) = event else { continue };
            let _ = Incoming::parse(&apdu);
            let fields = Fields::parse(&apdu.data);
            assert!(fields.unread_bytes <= apdu.data.len());
            for exponent in [CurrencyExponent::Zero, CurrencyExponent::Two] {
                let _ = Status::read(&fields, exponent);
            }
            let _ = tlv::objects(&apdu.data);
        }
        let _ = describe(framing, bytes, CurrencyExponent::Zero);
    }
});
