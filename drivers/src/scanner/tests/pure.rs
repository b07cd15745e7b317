//! Splitter, guard and recognition: no line, no clock.

use proptest::prelude::*;

use crate::{
    codes::{BrandAnswer, BrandTable, PaymentCode},
    scanner::{
        Scan, Scanned, Symbology,
        guard::{Arrival, Guard, GuardRules, Reject, arrival},
        recognise,
        split::{Event, FRAME_MAX_BYTES, Frame, Splitter, Terminator},
    },
};

const IDLE_MS: u64 = 100;

fn frames(terminator: Terminator, bytes: &[u8]) -> Vec<Event> {
    let mut splitter = Splitter::new(terminator, IDLE_MS);
    let mut events = splitter.push(0, bytes);
    events.extend(splitter.tick(IDLE_MS));
    events
}

fn frame(text: &[u8]) -> Event {
    Event::Frame(Frame { bytes: text.to_vec(), largest_gap_ms: 0 })
}

#[test]
fn terminators_as_a_table() {
    use Terminator::{Any, Cr, CrLf, Etx, Idle, Lf};
    for (terminator, bytes, expected) in [
        (Any, &b"1234\r5678\r\n\x02abc\x03\r\r"[..], vec![frame(b"1234"), frame(b"5678"), frame(b"abc")]),
        (Cr, b"1234\r\n56\r", vec![frame(b"1234"), frame(b"\n56")]),
        (Lf, b"1234\r\n56\n", vec![frame(b"1234\r"), frame(b"56")]),
        (CrLf, b"12\r34\n\r\n56\r\n\r\n", vec![frame(b"12\r34\n"), frame(b"56")]),
        (Etx, b"\x02ab\x02c\x03d\x03", vec![frame(b"ab\x02c"), frame(b"d")]),
        (Idle, b"12\r34", vec![frame(b"12\r34")]),
        (Cr, b"1234", vec![Event::Broken(4)]),
        (Any, b"", vec![]),
    ] {
        assert_eq!(frames(terminator, bytes), expected, "{terminator:?}");
    }
}

#[test]
fn half_a_scan_is_never_joined_with_the_next() {
    let mut splitter = Splitter::new(Terminator::Cr, IDLE_MS);
    assert_eq!(splitter.push(0, b"281234"), []);
    assert_eq!(splitter.due_ms(), Some(IDLE_MS));
    assert_eq!(splitter.tick(IDLE_MS - 1), None);
    // Nobody called `tick` in time: the bytes alone tell.
    assert_eq!(splitter.push(IDLE_MS, b"289999\r"), [Event::Broken(6), frame(b"289999")]);
    assert_eq!((splitter.due_ms(), splitter.tick(9_999)), (None, None));
}

#[test]
fn a_frame_without_end_is_bounded_and_hides_nothing_behind_it() {
    for (terminator, end) in
        [(Terminator::Any, &b"\r"[..]), (Terminator::CrLf, b"\r\n"), (Terminator::Etx, b"\x03")]
    {
        let bytes = [&[b'x'; FRAME_MAX_BYTES * 3][..], end, b"next", end].concat();
        assert_eq!(frames(terminator, &bytes), [Event::TooLong, frame(b"next")], "{terminator:?}");
    }
    let whole = [b'x'; FRAME_MAX_BYTES];
    assert_eq!(frames(Terminator::Cr, &[&whole[..], b"\r"].concat()), [frame(&whole)]);
    let mut splitter = Splitter::new(Terminator::Idle, IDLE_MS);
    assert_eq!(splitter.push(0, &[b'x'; FRAME_MAX_BYTES + 1]), [Event::TooLong]);
    assert_eq!(splitter.tick(IDLE_MS), None);
    assert_eq!(splitter.push(IDLE_MS, b"next"), []);
    assert_eq!(splitter.tick(2 * IDLE_MS), Some(frame(b"next")));
}

fn judge(guard: &mut Guard, at: u64, text: &[u8]) -> Result<Scan, Reject> {
    guard.judge(at, &Frame { bytes: text.to_vec(), largest_gap_ms: 0 })
}

#[test]
fn the_guard_as_a_table() {
    for (text, expected) in [
        (&b"]Q1hQVKUFFS"[..], Ok("hQVKUFFS")),
        ("]Q1市民課窓口".as_bytes(), Ok("市民課窓口")),
        (b"\x8e\x73\x96\xaf\x89\xdb\x91\x8b", Err(Reject::NotText)),
        (b"]C1\x1d9191234\x1d5", Ok("9191234\u{1d}5")),
        (b"123", Err(Reject::TooShort)),
        (b"]Q1", Err(Reject::TooShort)),
        (b"12\x1b34", Err(Reject::NotText)),
        (b"1234\r\n5678", Err(Reject::NotText)),
        (b"12345\xff", Err(Reject::NotText)),
        (&[b'1'; FRAME_MAX_BYTES], Err(Reject::TooLong)),
    ] {
        let scan = judge(&mut Guard::new(GuardRules::default()), 0, text);
        let code = scan.as_ref().map(|scan| scan.code.expose());
        assert_eq!(code.map_err(|reject| *reject), expected, "{text:02x?}");
    }
    let kanji = GuardRules { shift_jis: true, ..GuardRules::default() };
    let scan = judge(&mut Guard::new(kanji), 0, b"\x8e\x73\x96\xaf\x89\xdb\x91\x8b").unwrap();
    assert_eq!(scan.code.expose(), "市民課窓");
    let strict = GuardRules { symbology_required: true, ..GuardRules::default() };
    assert_eq!(judge(&mut Guard::new(strict), 0, b"4901234567894"), Err(Reject::NoSymbology));
    let scan = judge(&mut Guard::new(strict), 0, b"]E04901234567894").unwrap();
    assert_eq!(scan.aim.map(|aim| aim.symbology), Some(Symbology::Jan13));
}

#[test]
fn typing_pasting_and_doubles_are_told_apart() {
    let mut guard = Guard::new(GuardRules::default());
    let slow = Frame { bytes: b"1234567".to_vec(), largest_gap_ms: 51 };
    assert_eq!(guard.judge(0, &slow), Err(Reject::Typed));
    assert!(judge(&mut guard, 0, b"1234567").is_ok(), "what was refused is not remembered");
    assert_eq!(judge(&mut guard, 1_400, b"1234567"), Err(Reject::Repeated));
    assert_eq!(judge(&mut guard, 2_800, b"1234567"), Err(Reject::Repeated), "each repeat prolongs");
    assert!(judge(&mut guard, 2_900, b"1234568").is_ok());
    assert!(judge(&mut guard, 2_950, b"1234567").is_ok());
    assert!(judge(&mut guard, 4_450, b"1234567").is_ok());
    guard.broken(10_000);
    assert_eq!(judge(&mut guard, 10_100, b"890123456"), Err(Reject::Broken), "a tail");
    assert!(judge(&mut guard, 10_200, b"]C0890123456").is_ok());
    assert!(judge(&mut guard, 11_600, b"7777777").is_ok());
    for (chars, gaps, expected) in [
        (5, &[2, 1, 2, 50][..], Arrival::Scanned),
        (5, &[2, 1, 2, 51], Arrival::Typed),
        (5, &[], Arrival::Pasted),
        (5, &[120], Arrival::Pasted),
        (1, &[], Arrival::Scanned),
        (0, &[], Arrival::Scanned),
    ] {
        assert_eq!(arrival(chars, gaps), expected, "{chars} {gaps:?}");
    }
}

#[test]
fn what_was_scanned_is_told_without_guessing() {
    let table: BrandTable =
        toml::from_str("foreign_wallets = true\noperator = [{ code = \"12345678\", brand = \"paypay\" }]")
            .unwrap();
    let read = |text: &str| recognise(&Scan { code: PaymentCode::new(text).unwrap(), aim: None }, &table);
    let known = |brand: &str| BrandAnswer::Known(brand.parse().unwrap());
    let jpqr = read("hQVKUFFSMWEUTwgxMjM0NTY3OFcIODc2NTQzMjE=");
    assert!(matches!(&jpqr, Scanned::Payer(_, brand) if *brand == known("paypay")));
    assert_eq!(jpqr.advice_ja(), None);
    let emv = read("hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8=");
    assert!(matches!(&emv, Scanned::Payer(_, BrandAnswer::AskTheClerk)) && emv.advice_ja().is_some());
    assert!(matches!(read("hQVKUFFSMWEUTwgxMjM0"), Scanned::PayerBroken(_)));
    assert_eq!(read("130000000000000000"), Scanned::PayerNumber(known("wechatpay")));
    assert_eq!(read("990000000000000000"), Scanned::PayerNumber(BrandAnswer::AskTheClerk));
    let slip = format!("{}4", "9191234500000000000000452087500401310029500");
    assert!(matches!(read(&slip), Scanned::Slip(slip) if slip.amount.get() == 29_500));
    assert!(matches!(read(&slip.replace("29500", "29501")), Scanned::SlipBroken(_)));
    assert_eq!(read("00020101021126680019jp.or.paymentsjapan"), Scanned::Merchant);
    assert_eq!(read("https://qr.example.jp/28180104"), Scanned::Address);
    assert_eq!(read("JUMIN-01-1-000123"), Scanned::Other);
}

fn terminators() -> impl Strategy<Value = Terminator> {
    use Terminator::{Any, Cr, CrLf, Etx, Idle, Lf};
    prop::sample::select(vec![Any, Cr, Lf, CrLf, Etx, Idle])
}

/// Digits and everything that could end or begin a frame.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![4 => b'0'..=b'9', 1 => prop::sample::select(vec![2_u8, 3, 10, 13, 0x1D, 0xFF])];
    proptest::collection::vec(byte, 0..200)
}

proptest! {
    #[test]
    fn any_split_reads_the_same(terminator in terminators(), bytes in bytes(), cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8)) {
        let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        ends.push(bytes.len());
        ends.sort_unstable();
        let mut splitter = Splitter::new(terminator, IDLE_MS);
        let (mut events, mut from) = (Vec::new(), 0);
        for end in ends {
            events.extend(splitter.push(0, &bytes[from..end]));
            from = end;
        }
        events.extend(splitter.tick(IDLE_MS));
        prop_assert_eq!(events, frames(terminator, &bytes));
    }

    #[test]
    fn any_bytes_are_judged(bytes in proptest::collection::vec(any::<u8>(), 1..300)) {
        let table = BrandTable::default();
        for event in frames(Terminator::Any, &bytes) {
            let Event::Frame(frame) = event else { continue };
            if let Ok(scan) = Guard::new(GuardRules::default()).judge(0, &frame) {
                let (shown, code) = (format!("{scan:?}"), scan.code.expose());
                prop_assert!(code.len() < 8 || !shown.contains(code));
                let _ = recognise(&scan, &table);
            }
        }
    }
}
