//! Codes in words.

use super::*;

const V8: &str = "00020101021226680019jp.or.paymentsjapan01131234567890123020400010306000123040600000752049399530339254033005802JP5911CITY OFFICE6005TOKYO6107163800164150002JA0105市民課窓口63040A40";
const V3: &str = "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115303156540523.725502015802CN5914BEST TRANSPORT6007BEIJING6233030412340603***0708A60086670902ME8036003239401ff0c21a4543a8ed5fbaa30ab02e81360032c2fbf6dd646f4f36b617f10747c0b9616304EBCA";
const C4: &str = "hQVKUFFSMWElTwgxMjM0NTY3OFcIODc2NTQzMjGZD3sia2V5IjoidmFsdWUifQ==";

#[test]
fn a_merchants_code_reads_in_words() {
    let explanation = explain(Protocol::JpqrMpm, format!("{V8}\n").as_bytes());
    assert_eq!(explanation.breach, None);
    let text = words(&explanation);
    for line in [
        "000000     6  00 format: 01",
        "01 method: 12 (dynamic, one sale)",
        "000012    72  26 account template: 68 characters",
        "  00 identifier of the scheme: jp.or.paymentsjapan (JPQR)",
        "54 amount: 300",
        "  01 name in that language: 市民課窓口",
        "a sound JPQR code: Dynamic(Yen(300)) for 市民課窓口",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let foreign = explain(Protocol::JpqrMpm, V3.as_bytes());
    assert!(words(&foreign).contains("a sound EMVCo code that is no JPQR code"));
    assert_eq!(broken(&foreign).map(|(_, rule)| rule.contains("JPQR MPM guideline 1.0")), Some(true));
}

#[test]
fn a_broken_code_shows_what_is_sound_and_where_it_breaks() {
    let i8 = V8.replace("64150002JA0105", "64250002JA0115");
    let explanation = explain(Protocol::JpqrMpm, i8.as_bytes());
    assert!(words(&explanation).contains("61 postal code: 1638001"));
    let (offset, rule) = broken(&explanation).unwrap();
    assert_eq!(offset, i8.find("64250002JA").unwrap());
    assert!(rule.contains("LEN counts characters, not bytes"), "{rule}");
    assert_eq!(broken(&explain(Protocol::JpqrMpm, b"0002\xFF")).map(|(at, _)| at), Some(4));
}

#[test]
fn a_payers_code_reads_in_words_without_what_pays() {
    let explanation = explain(Protocol::JpqrCpm, C4.as_bytes());
    assert_eq!(explanation.breach, None);
    let text = words(&explanation);
    for line in [
        "000000     7  85 format: \"JPQR1\"",
        "000007    39  61 application template: 37 bytes",
        "  4F application, or operator code of JPQR: 3132333435363738 \"12345678\"",
        "  57 track 2, or settlement ID of JPQR (not shown): 8 bytes",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("87654321") && !text.contains("value\""), "{text}");
    let cut = explain(Protocol::JpqrCpm, &C4.as_bytes()[..32]);
    assert_eq!(broken(&cut).map(|(at, rule)| (at, rule.contains("ISO/IEC 8825-1"))), Some((7, true)));
    let no_base64 = explain(Protocol::JpqrCpm, b"hQVKU!FS");
    assert_eq!(broken(&no_base64).map(|(at, _)| at), Some(5));
}
