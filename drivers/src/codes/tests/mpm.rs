//! Merchant's codes: the samples V2 to V10 and I3 to I17 of `protocols.md` 1.2 and 1.3.

use domain::money::Yen;
use proptest::prelude::*;

use crate::codes::{
    Breach,
    mpm::{Amount, Merchant, Mpm, Rule, Unfit, additional, decode, emv, encode},
};

/// EMVCo MPM 1.1, annex A, with template 80, as in mercari/go-emv-code (MIT), `mpm/emv_test.go`.
const V2: &str = "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115303156540523.725502015802CN5914BEST TRANSPORT6007BEIJING6233030412340603***0708A60086670902ME64200002ZH0104最佳运输0202北京8036003239401ff0c21a4543a8ed5fbaa30ab02e81360032c2fbf6dd646f4f36b617f10747c0b96163046F32";
/// The same without 64.
const V3: &str = "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115303156540523.725502015802CN5914BEST TRANSPORT6007BEIJING6233030412340603***0708A60086670902ME8036003239401ff0c21a4543a8ed5fbaa30ab02e81360032c2fbf6dd646f4f36b617f10747c0b9616304EBCA";
/// The same without 80 and 81.
const V4: &str = "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115303156540523.725502015802CN5914BEST TRANSPORT6007BEIJING6233030412340603***0708A60086670902ME64200002ZH0104最佳运输0202北京6304CDE7";
const V7: &str = "00020101021126680019jp.or.paymentsjapan0113123456789012302040001030600012304060000075204939953033925802JP5911CITY OFFICE6005TOKYO6107163800164150002JA0105市民課窓口63045186";
const V8: &str = "00020101021226680019jp.or.paymentsjapan01131234567890123020400010306000123040600000752049399530339254033005802JP5911CITY OFFICE6005TOKYO6107163800164150002JA0105市民課窓口63040A40";
const V9: &str = "00020101021226680019jp.or.paymentsjapan011312345678901230204000103060001230406000007520479915303392540412505802JP5906MUSEUM6005TOKYO6107163800164150002JA0105市立博物館63045751";
const V10: &str = "00020101021226680019jp.or.paymentsjapan01131234567890123020400010306000123040600000752049399530339254033005802JP5911CITY OFFICE6005TOKYO6107163800162240513R2026040100010703W0364150002JA0105市民課窓口63046F01";

fn city(amount: Amount) -> Mpm {
    Mpm {
        amount,
        merchant: Merchant {
            account: ["1234567890123", "0001", "000123", "000007"].map(str::to_owned),
            category: "9399".to_owned(),
            name: "CITY OFFICE".to_owned(),
            city: "TOKYO".to_owned(),
            postal_code: "1638001".to_owned(),
            name_ja: "市民課窓口".to_owned(),
        },
        additional: std::collections::BTreeMap::new(),
    }
}

fn museum() -> Mpm {
    let mut museum = city(Amount::Dynamic(Yen::new(1_250)));
    museum.merchant.category = "7991".to_owned();
    museum.merchant.name = "MUSEUM".to_owned();
    museum.merchant.name_ja = "市立博物館".to_owned();
    museum
}

fn with_reference() -> Mpm {
    let mut code = city(Amount::Dynamic(Yen::new(300)));
    code.additional.insert(additional::REFERENCE, "R202604010001".to_owned());
    code.additional.insert(additional::TERMINAL, "W03".to_owned());
    code
}

#[test]
fn samples_are_written_and_read() {
    for (text, value) in [
        (V7, city(Amount::Static)),
        (V8, city(Amount::Dynamic(Yen::new(300)))),
        (V9, museum()),
        (V10, with_reference()),
    ] {
        assert_eq!(encode(&value).as_deref(), Ok(text));
        assert_eq!(decode(text), Ok(value));
    }
}

#[test]
fn foreign_samples_are_sound_and_yet_no_jpqr() {
    for text in [V2, V3, V4] {
        let code = emv::read(text).unwrap_or_else(|breach| panic!("{breach}"));
        assert_eq!((code.value(59), code.value(53)), (Some("BEST TRANSPORT"), Some("156")));
        assert_eq!(decode(text).unwrap_err().rule, Rule::JpqrAccount);
    }
    let ids: Vec<u8> = emv::read(V4).unwrap().ids().collect();
    assert_eq!(ids, [0, 1, 29, 31, 52, 53, 54, 55, 58, 59, 60, 62, 64, 63]);
}

/// A code with a right CRC, out of one without.
fn sealed(body: &str) -> String {
    let text = format!("{body}6304");
    let crc = crate::codes::crc::crc(text.as_bytes());
    format!("{text}{crc:04X}")
}

fn body(text: &str) -> &str {
    &text[..text.len() - 8]
}

fn check(text: &str, rule: Rule, offset: usize) {
    assert_eq!(decode(text), Err(Breach { offset, rule }), "{text}");
}

#[test]
fn broken_samples_name_rule_and_place() {
    let at = |text: &str, part: &str| text.find(part).unwrap_or_else(|| panic!("{part} in {text}"));
    let i3 = "00020101021226670019jp.or.paymentsjapan0112123456789012020400010306000123040600000752049399530339254033005802JP5911CITY OFFICE6005TOKYO6107163800164150002JA0105市民課窓口630414D7";
    check(i3, Rule::JpqrParts, at(i3, "123456789012"));
    let i4 = "00020101021226680019jp.or.paymentsjapan01131234567890123020400010306000123040600000752049399530384054033005802JP5911CITY OFFICE6005TOKYO6107163800164150002JA0105市民課窓口630495A9";
    check(i4, Rule::JpqrCurrency, at(i4, "84054"));
    let i5 = "00020101021226680019jp.or.paymentsjapan01131234567890123020400010306000123040600000752049399530339254033005802JP5911CITY OFFICE6005TOKYO6107163800163045780";
    check(i5, Rule::JpqrLanguage, i5.len() - 8);
    let i6 = "00020101021226680019jp.or.paymentsjapan01131234567890123020400010306000123040600000752049399530339254033005802JP5911CITY OFFICE6005TOKYO6107163800164210002JA0105市民課窓口0202東京63045474";
    check(i6, Rule::JpqrCity, at(i6, "0202東京"));
    let i7 = "00020101021226680019jp.or.paymentsjapan0113123456789012302040001030600012304060000075204939953033925405300.55802JP5911CITY OFFICE6005TOKYO6107163800164150002JA0105市民課窓口6304CE71";
    check(i7, Rule::JpqrAmount, at(i7, "300.5"));
    let i8 = "00020101021226680019jp.or.paymentsjapan01131234567890123020400010306000123040600000752049399530339254033005802JP5911CITY OFFICE6005TOKYO6107163800164250002JA0115市民課窓口63045DEC";
    check(i8, Rule::PastEnd, at(i8, "64250002JA"));
    // I14 to I17.
    check(body(V8), Rule::CrcMissing, body(V8).len());
    check(&V8[6..], Rule::FormatFirst, 0);
    check(&V8.replace("5911CITY", "5999CITY"), Rule::PastEnd, at(V8, "5911CITY"));
    let not_last = format!("{V8}80080004ABCD");
    check(&not_last, Rule::CrcLast, V8.len());
}

#[test]
fn each_rule_is_kept() {
    let v8 = body(V8);
    let place = |text: &str| v8.find(text).unwrap();
    for (changed, rule, offset) in [
        (v8.replacen("010212", "010213", 1), Rule::Method, 10),
        (v8.replacen("010212", "010211", 1), Rule::JpqrStatic, place("5403300")),
        (v8.replacen("5403300", "", 1), Rule::JpqrDynamic, v8.len() - 7),
        (v8.replacen("5403300", "5403000", 1), Rule::JpqrAmountZero, place("300")),
        (v8.replacen("5403300", "5403-30", 1), Rule::Form(54), place("300")),
        (v8.replacen("010212", "", 1), Rule::JpqrMethod, v8.len() - 6),
        (v8.replacen("61071638001", "61A71638001", 1), Rule::Length, place("6107") + 2),
        (v8.replacen("61071638001", "", 1), Rule::JpqrPostalCode, v8.len() - 11),
        (v8.replacen("5802JP", "5802US", 1), Rule::JpqrCountry, place("5802JP") + 4),
        (v8.replacen("5802JP", "5802jp", 1), Rule::Form(58), place("5802JP") + 4),
        (v8.replacen("5204939", "520493A", 1), Rule::Form(52), place("5204") + 4),
        (v8.replacen("0002JA", "0002EN", 1), Rule::JpqrJapanese, place("0002JA") + 4),
        (v8.replacen("0019jp.or", "0019jp.ar", 1), Rule::JpqrAccount, v8.len()),
        (v8.replacen("TOKYO", "TŌKYO", 1), Rule::Form(60), place("TOKYO")),
        (format!("{v8}5802JP"), Rule::Repeated, v8.len()),
        (format!("{v8}550201"), Rule::JpqrTip, v8.len()),
        (format!("{v8}5603100"), Rule::Tip, v8.len()),
        (format!("{v8}65000"), Rule::Empty, v8.len() + 2),
        (format!("{v8}X5021"), Rule::Id, v8.len()),
        (format!("{v8}80040100"), Rule::Empty, v8.len() + 6),
        (format!("{v8}8006010210"), Rule::Missing(0), v8.len() + 4),
    ] {
        let text = sealed(&changed);
        assert_eq!(decode(&text), Err(Breach { offset, rule }), "{text}");
    }
    let second = format!("{v8}51{}", &v8[v8.find("2668").unwrap() + 2..][..70]);
    assert_eq!(decode(&sealed(&second)).unwrap_err().rule, Rule::JpqrAccountTwice);
    let more = v8.replacen("26680019", "26740019", 1).replacen("000007", "000007050212", 1);
    assert_eq!(decode(&sealed(&more)).unwrap_err().rule, Rule::JpqrParts);
    assert_eq!(decode(&V8.replace("0A40", "0a40")).unwrap_err().rule, Rule::CrcForm);
    assert_eq!(decode(&V8.replace("0A40", "0A41")).unwrap_err().rule, Rule::CrcWrong);
    assert_eq!(decode(&"0".repeat(513)).unwrap_err(), Breach { offset: 512, rule: Rule::TooLong });
    // A scheme's account beside ours, and another template position, are no breach.
    let moved =
        sealed(&v8.replacen("2668", "02081234567838", 1).replacen("123456783800", "12345678386800", 1));
    assert!(decode(&moved).is_ok(), "{moved}");
}

#[test]
fn what_no_code_can_carry_is_refused() {
    let long = |change: fn(&mut Merchant)| {
        let mut code = city(Amount::Static);
        change(&mut code.merchant);
        encode(&code).unwrap_err()
    };
    assert_eq!(long(|merchant| merchant.name = "X".repeat(100)), Unfit::TooLong(59));
    for (unfit, rule) in [
        (long(|merchant| merchant.name = "X".repeat(26)), Rule::Form(59)),
        (long(|merchant| merchant.name = "市役所".to_owned()), Rule::Form(59)),
        (long(|merchant| merchant.name_ja = "あ".repeat(26)), Rule::Form(1)),
        (long(|merchant| merchant.name_ja = String::new()), Rule::Empty),
        (long(|merchant| merchant.account[0] = "123".to_owned()), Rule::JpqrParts),
        (encode(&city(Amount::Dynamic(Yen::ZERO))).unwrap_err(), Rule::JpqrAmountZero),
        (encode(&city(Amount::Dynamic(Yen::new(-1)))).unwrap_err(), Rule::Form(54)),
    ] {
        assert!(matches!(unfit, Unfit::Breach(breach) if breach.rule == rule), "{unfit:?} {rule:?}");
    }
}

fn codes() -> impl Strategy<Value = Mpm> {
    let merchant = (
        ("[0-9]{13}", "[0-9]{4}", "[0-9]{6}", "[0-9]{6}"),
        "[0-9]{4}",
        "[ -~]{1,25}",
        "[ -~]{1,15}",
        "[0-9]{7}",
        "[あ-ん一-十𠮟 -~]{1,25}",
    );
    let amount = prop_oneof![
        Just(Amount::Static),
        (1_i64..=9_999_999_999_999).prop_map(|yen| Amount::Dynamic(Yen::new(yen)))
    ];
    let additional = proptest::collection::btree_map(1_u8..=8, "[ -~]{1,25}", 0..3);
    (amount, merchant, additional).prop_map(|(amount, merchant, additional)| {
        let ((a, b, c, d), category, name, city, postal_code, name_ja) = merchant;
        let merchant = Merchant { account: [a, b, c, d], category, name, city, postal_code, name_ja };
        Mpm { amount, merchant, additional }
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back(code in codes()) {
        let text = encode(&code).unwrap();
        prop_assert_eq!(decode(&text), Ok(code));
    }

    /// A CRC of 16 bits finds every single changed byte.
    #[test]
    fn a_changed_digit_is_found(code in codes(), at in any::<prop::sample::Index>(), add in 1_u8..10) {
        let mut text = encode(&code).unwrap().into_bytes();
        let digits: Vec<usize> = (0..text.len()).filter(|at| text[*at].is_ascii_digit()).collect();
        let at = *at.get(&digits);
        text[at] = b'0' + (text[at] - b'0' + add) % 10;
        prop_assert!(decode(std::str::from_utf8(&text).unwrap()).is_err());
    }

    #[test]
    fn any_cut_of_a_code_is_refused(code in codes(), at in any::<prop::sample::Index>()) {
        let text: Vec<char> = encode(&code).unwrap().chars().collect();
        let cut: String = text[..at.index(text.len())].iter().collect();
        prop_assert!(decode(&cut).is_err());
    }

    #[test]
    fn any_text_is_read_or_refused_at_a_place_within_it(text in "(000201)?[0-9あ]{0,60}\\PC{0,40}") {
        if let Err(breach) = decode(&text) {
            prop_assert!(breach.offset <= text.len());
        }
    }
}
