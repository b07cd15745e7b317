//! Rows as bytes: published examples and tables.

use proptest::prelude::*;

use domain::id::PrintJobId;

use super::*;
use crate::escpos::{
    command::{KanjiMode, NoBytes, PROCESS_IDS, covers, job, process_id, set_up},
    layout::Row,
    text::Unprintable,
};

fn hex(text: &str) -> Vec<u8> {
    text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

fn row(text: &str, align: Align, large: bool, bold: bool) -> Row {
    Row::Text { text: text.to_owned(), align, large, bold }
}

fn encode(rows: &[Row], kanji: KanjiMode) -> Vec<u8> {
    job(rows, Columns::WIDE, kanji, false, PrintJobId(1)).unwrap()
}

/// `protocols.md` 6.1, with the process id after the cut (`devices.md` E16).
#[test]
fn golden_receipt() {
    let rows = [row("領収書", Align::Centre, true, false), row("手数料 300円", Align::Left, false, false)];
    let expected = hex(include_str!("../../../testdata/escpos/receipt_0001.hex"));
    assert_eq!([set_up(KanjiMode::Automatic), encode(&rows, KanjiMode::Automatic)].concat(), expected);
}

/// `protocols.md` 6.1.
#[test]
fn golden_qr() {
    let bytes = encode(&[Row::Qr("R202604010001".to_owned())], KanjiMode::Automatic);
    let expected = hex(include_str!("../../../testdata/escpos/qr_r202604010001.hex"));
    assert_eq!(&bytes[3..3 + expected.len()], expected, "after 1B 61 01");
}

#[test]
fn only_changes_are_written() {
    let rows = [
        row("a", Align::Left, false, true),
        row("b", Align::Left, false, true),
        row("", Align::Centre, true, false),
        row("c", Align::Right, false, false),
    ];
    let bytes = encode(&rows, KanjiMode::Automatic);
    let expected = hex("1B 45 01 61 0A 62 0A 0A 1B 45 00 1B 61 02 63 0A 1D 56 42 00");
    assert_eq!(&bytes[..expected.len()], expected);
}

#[test]
fn gaps_go_by_tabulator_stops_where_that_is_shorter() {
    let check = |row: Row, expected: &str| {
        let (bytes, expected) = (encode(&[row], KanjiMode::Automatic), hex(expected));
        assert_eq!(&bytes[..expected.len()], expected);
    };
    // Columns 1 to 26: stops at 8, 16, 24, then two spaces.
    check(row(&format!("a{}b", " ".repeat(25)), Align::Left, false, false), "61 09 09 09 20 20 62 0A");
    check(row("亜     b", Align::Left, false, false), "88 9F 20 20 20 20 20 62 0A");
    check(row("亜      b", Align::Left, false, false), "88 9F 09 62 0A");
    // Stops count from the paper's edge, not from where a centred row begins.
    check(row("a         b", Align::Centre, false, false), "1B 61 01 61 20 20 20 20 20 20 20 20 20 62 0A");
}

#[test]
fn kanji_mode_is_switched_where_the_model_needs_it() {
    let bytes = encode(&[row("1月ｱ", Align::Left, false, false)], KanjiMode::Switched);
    assert_eq!(&bytes[..9], hex("31 1C 26 8C 8E 1C 2E B1 0A"));
}

#[test]
fn the_drawer_opens_after_the_cut_and_before_the_id() {
    let bytes = job(&[], Columns::WIDE, KanjiMode::Automatic, true, PrintJobId(36)).unwrap();
    assert_eq!(bytes, hex("1D 56 42 00 1B 70 00 19 FA 1D 28 48 06 00 30 30 30 30 31 30"));
}

#[test]
fn process_ids_go_round() {
    for (job, expected) in
        [(1, b"0001"), (36, b"0010"), (1_679_615, b"ZZZZ"), (1_679_616, b"0000"), (1_679_617, b"0001")]
    {
        assert_eq!(&process_id(PrintJobId(job)), expected, "{job}");
    }
    for (answered, job, expected) in [
        (b"0005", 5, true),
        (b"0006", 5, true),
        (b"0004", 5, false),
        (b"0000", 1_679_615, true),
        (b"ZZZZ", 1_679_616, false),
        (b"    ", 5, false),
        (b"+005", 5, false),
    ] {
        assert_eq!(covers(*answered, PrintJobId(job)), expected, "{answered:?} for {job}");
    }
}

#[test]
fn a_character_without_a_glyph_has_no_bytes() {
    let rows = [row("高", Align::Left, false, false), row("町é", Align::Left, false, false)];
    let missing = Unprintable { character: 'é', line: 1, offset: 1 };
    let result = job(&rows, Columns::WIDE, KanjiMode::Automatic, false, PrintJobId(1));
    assert_eq!(result, Err(NoBytes::Unprintable(missing)));
}

proptest! {
    #[test]
    fn a_job_covers_itself_and_its_successors_only(first in any::<u32>(), step in 0..PROCESS_IDS / 2) {
        let (job, later) = (PrintJobId(first % (u32::MAX / 2)), PrintJobId(first % (u32::MAX / 2) + step));
        prop_assert!(covers(process_id(later), job));
        prop_assert_eq!(covers(process_id(job), later), step == 0);
    }
}
