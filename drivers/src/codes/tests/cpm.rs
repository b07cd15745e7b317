//! Payer's codes: the EMVCo samples and the JPQR samples C3 and C4 of `protocols.md` 1.4.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use proptest::prelude::*;

use crate::codes::{
    Breach, Cpm, PaymentCode,
    cpm::{Rule, decode, looks_like},
};

/// EMVCo CPM 1.1, examples 1 and 2, as in the tests of mvallim/emv-qrcode (Apache-2.0), dongri/emv-qrcode and kenmaz/JPQRReader.
const EMV_1: &str = "hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8=";
const EMV_2: &str = "hQVDUFYwMWETTwegAAAAVVVVUAhQcm9kdWN0MWETTwegAAAAZmZmUAhQcm9kdWN0MmJJWggSNFZ4kBI0WF8gDkNBUkRIT0xERVIvRU1WXy0IcnVlc2RlZW5kIZ8QBwYBCgMAAACfJghYT9OF+iNLzJ82AgABnzcEbVjvEw==";
const C3: &str = "hQVKUFFSMWEUTwgxMjM0NTY3OFcIODc2NTQzMjE=";
const C4: &str = "hQVKUFFSMWElTwgxMjM0NTY3OFcIODc2NTQzMjGZD3sia2V5IjoidmFsdWUifQ==";

fn read(text: &str) -> Result<Cpm, Breach<Rule>> {
    decode(&PaymentCode::new(text).unwrap())
}

#[test]
fn emvco_samples() {
    let Ok(Cpm::Emv(one)) = read(EMV_1) else { panic!("{:?}", read(EMV_1)) };
    let aid = |last: [u8; 4]| [&[0xA0, 0, 0][..], &last].concat();
    assert_eq!(one.applications[0].aid, aid([0, 0x55, 0x55, 0x55]));
    assert_eq!(one.applications[0].label, None);
    let Ok(Cpm::Emv(two)) = read(EMV_2) else { panic!() };
    let found: Vec<_> = two.applications.iter().map(|one| (one.aid.clone(), one.label.as_deref())).collect();
    assert_eq!(
        found,
        [(aid([0, 0x55, 0x55, 0x55]), Some("Product1")), (aid([0, 0x66, 0x66, 0x66]), Some("Product2"))]
    );
    assert!([EMV_1, EMV_2, C3, C4].into_iter().all(looks_like));
}

#[test]
fn jpqr_samples() {
    for (text, free) in [(C3, None), (C4, Some(&b"{\"key\":\"value\"}"[..]))] {
        let Ok(Cpm::Jpqr(code)) = read(text) else { panic!("{:?}", read(text)) };
        assert_eq!((code.operator.as_str(), code.settlement.expose()), ("12345678", "87654321"));
        assert_eq!(code.free.as_deref(), free);
        let shown = format!("{code:?}");
        assert!(!shown.contains("87654321") && !shown.contains("value"), "{shown}");
    }
}

/// `tag length value`, short lengths only.
fn object(tag: &[u8], value: &[u8]) -> Vec<u8> {
    [tag, &[u8::try_from(value.len()).unwrap()], value].concat()
}

fn code(format: &[u8], templates: &[Vec<u8>]) -> String {
    STANDARD.encode([object(&[0x85], format), templates.concat()].concat())
}

#[test]
fn broken_codes_name_rule_and_place() {
    let operator = object(&[0x4F], b"12345678");
    let settlement = object(&[0x57], b"87654321");
    let template = |parts: &[&[u8]]| object(&[0x61], &parts.concat());
    let name = object(&[0x5F, 0x20], b"X");
    let jpqr = |parts: &[&[u8]]| code(b"JPQR1", &[template(parts)]);
    for (text, rule, offset) in [
        (C3[..39].to_owned(), Rule::Base64, 39),
        (C3.replace('Q', "?"), Rule::Base64, 1),
        (code(b"JPQR", &[]), Rule::FormatFirst, 0),
        (STANDARD.encode(template(&[&operator])), Rule::FormatFirst, 0),
        (String::from("===="), Rule::Base64, 0),
        (code(b"CPV02", &[]), Rule::Format, 2),
        (code(b"CPV01", &[]), Rule::NoApplication, 7),
        (code(b"JPQR1", &[]), Rule::JpqrTemplates, 7),
        (code(b"JPQR1", &[object(&[0x62], &operator)]), Rule::JpqrTemplates, 7),
        (code(b"JPQR1", &[template(&[&operator, &settlement]), template(&[])]), Rule::JpqrTemplates, 29),
        (jpqr(&[&settlement]), Rule::NoApplicationName, 9),
        (jpqr(&[&operator]), Rule::NoSettlement, 9),
        (jpqr(&[&object(&[0x4F], b"1-2"), &settlement]), Rule::Operator, 11),
        (jpqr(&[&operator, &object(&[0x57], &[7])]), Rule::Settlement, 21),
        (jpqr(&[&operator, &object(&[0x57], &[])]), Rule::Settlement, 21),
        (jpqr(&[&operator, &operator, &settlement]), Rule::Repeated, 19),
        (code(b"CPV01", &[template(&[&settlement])]), Rule::NoApplicationName, 9),
        (code(b"CPV01", &[template(&[&operator, &name]), object(&[0x62], &name)]), Rule::Repeated, 19),
        (code(b"CPV01", &[vec![0x61, 0x20, 0x4F]]), Rule::PastEnd, 7),
        (code(b"CPV01", &[vec![0x61, 0x83, 0, 0, 0]]), Rule::Length, 8),
        (code(b"CPV01", &[vec![0x9F, 0x81, 0x81, 0x01, 0]]), Rule::Tag, 7),
        ("A".repeat(1_025), Rule::TooLong, 1_024),
    ] {
        assert_eq!(read(&text), Err(Breach { offset, rule }), "{text}");
    }
}

proptest! {
    #[test]
    fn any_cut_of_a_sample_is_refused(sample in 0_usize..4, at in any::<prop::sample::Index>()) {
        let text = [EMV_1, EMV_2, C3, C4][sample];
        let whole = STANDARD.decode(text).unwrap();
        let cut = &whole[..at.index(whole.len())];
        // Between two templates an EMVCo code is whole too; with its first template it is sound.
        let read = PaymentCode::new(STANDARD.encode(cut)).map(|code| decode(&code));
        prop_assert!(!matches!(read, Ok(Ok(_))) || sample == 1);
    }

    #[test]
    fn any_bytes_are_read_or_refused_at_a_place_within_them(bytes in proptest::collection::vec(any::<u8>(), 1..80)) {
        let headed = [&b"\x85\x05JPQR1\x61"[..], &bytes].concat();
        for bytes in [bytes, headed] {
            if let Err(breach) = read(&STANDARD.encode(&bytes)) {
                prop_assert!(breach.offset <= bytes.len());
            }
        }
    }
}
