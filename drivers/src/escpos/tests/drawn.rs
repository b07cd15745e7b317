//! Kanji that the printer lacks, on the simulator's paper: what a reader of the dots reads is what was meant (ADR 0012).

use domain::id::PrintJobId;
use proptest::prelude::*;

use super::*;
use crate::escpos::{
    cell::{Cell, Shape, cells},
    command::{KanjiMode, NoBytes, job},
    gaiji::DEFINED_MAX,
    layout::{Row, place},
    preview_svg,
    qr::executes,
    wrap::text_width,
};

fn styled(text: &str, large: bool, bold: bool) -> Line {
    Line::Text { text: text.to_owned(), align: Align::Left, large, bold }
}

/// Names as a register of families has them.
const NAMES: &str = "𠮟麵 髙﨑 邉\u{e0101} 辻\u{e0100} 葛\u{e0100} 𠮷";

#[tokio::test]
async fn missing_kanji_are_drawn_in_their_place_on_every_width() {
    for (columns, kanji) in
        [(48, KanjiMode::Automatic), (42, KanjiMode::Switched), (35, KanjiMode::Automatic)]
    {
        let simulator =
            EscPosSimulator::start(&SimulatorConfig { columns, ..SimulatorConfig::default() }).await.unwrap();
        let columns = Columns::try_from(columns).unwrap();
        let printer = EscPosPrinter::new(EscPosConfig { columns, kanji, ..config_for(&simulator) });
        let mut lines: Vec<Line> = [(false, false), (false, true), (true, false), (true, true)]
            .into_iter()
            .map(|(large, bold)| styled(NAMES, large, bold))
            .collect();
        lines.push(pair("邉\u{e0101}製麵所 様", "¥1,650"));
        lines.push(text("𠮟", Align::Centre));
        lines.push(text("𠮟", Align::Right));
        let document = Document { lines, open_drawer: false };
        assert_eq!(printer.print(PrintJobId(1), document.clone()).await, PrintOutcome::Printed);
        let papers = simulator.papers();
        assert_eq!(papers[0].lines, expected_lines(&document, columns), "{columns:?}");
        assert!(!papers[0].lines.concat().contains(['?', '\u{fffd}', '※']));
        assert_eq!((simulator.unknown_bytes(), simulator.drawer_kicks()), (0, 0));
    }
}

#[test]
fn a_plain_row_carries_its_dots_and_a_large_one_defines_a_character() {
    let bytes = |line| {
        let rows = place(&Document { lines: vec![line], open_drawer: false }, Columns::WIDE);
        job(&rows, Columns::WIDE, KanjiMode::Automatic, false, PrintJobId(1)).unwrap()
    };
    let Some(Shape::Dots(dots)) = (Cell { base: '𠮟', selector: None }).shape() else { panic!() };
    // `ESC *`, 24 dots double density, 24 columns; three bytes a column.
    let image = [&[0x1b, 0x2a, 0x21, 24, 0][..], &dots.columns()].concat();
    let plain = bytes(styled("𠮟る", false, false));
    assert_eq!(plain[..image.len()], image);
    assert_eq!(plain[image.len()..][..3], [0x82, 0xe9, 0x0a]);
    let bold = bytes(styled("𠮟", false, true));
    assert_eq!(bold[3 + 5..][..72], dots.bold().columns(), "the printer makes no image bold");
    // `FS 2` once, then its code as often as it is needed, at the size of the row.
    let large = bytes(styled("𠮟𠮟", true, false));
    let defined =
        [&[0x1c, 0x32, 0xec, 0x40][..], &dots.columns(), &[0x1d, 0x21, 0x11, 0xec, 0x40, 0xec, 0x40, 0x0a]];
    assert!(large.starts_with(&defined.concat()));
}

#[test]
fn a_large_row_defines_no_more_than_a_small_printer_holds() {
    let all: Vec<char> =
        ('\u{3400}'..'\u{3500}').filter(|c| Cell { base: *c, selector: None }.shape().is_some()).collect();
    let row = |from: usize, length| {
        let text: String = all[from..from + length].iter().collect();
        Row::Text { text, align: Align::Left, large: true, bold: false }
    };
    let wide = Columns::try_from(64).unwrap();
    let encode = |rows: &[Row]| job(rows, wide, KanjiMode::Automatic, false, PrintJobId(1));
    let definitions = |bytes: &[u8]| bytes.windows(3).filter(|three| *three == [0x1c, 0x32, 0xec]).count();
    assert_eq!(definitions(&encode(&[row(0, 10), row(0, 10)]).unwrap()), 10, "kept from row to row");
    assert_eq!(definitions(&encode(&[row(0, 10), row(5, 10), row(5, 10)]).unwrap()), 10 + 5);
    assert_eq!(definitions(&encode(&[row(0, 10), row(10, 10)]).unwrap()), 20, "begun anew when full");
    assert!(matches!(encode(&[row(0, DEFINED_MAX + 1)]), Err(NoBytes::Unprintable(_))));
}

#[test]
fn a_preview_shows_the_dots_and_names_them() {
    let document = Document { lines: vec![styled("a𠮟邉\u{e0101}b", false, false)], open_drawer: false };
    let picture = preview_svg(&document, Columns::NARROW, None);
    assert!(picture.contains("<title>𠮟</title>") && picture.contains("<title>邉\u{e0101}</title>"));
    assert!(picture.contains("x=\"24 84\"") && picture.contains(">ab</text>"), "{picture}");
    assert_eq!(preview(&document, Columns::NARROW), ["a𠮟邉\u{e0101}b"]);
    // A character outside of the plane has two places (SVG 2, 11.2).
    let emoji = Document { lines: vec![styled("🍣b", false, false)], open_drawer: false };
    assert!(preview_svg(&emoji, Columns::NARROW, None).contains("x=\"24 24 48\""));
}

/// `devices.md` M13: 576, 504 and 420 dots.
#[test]
fn every_paper_takes_as_many_characters_as_its_dots() {
    for (columns, half, full) in [(48, 48, 24), (42, 42, 21), (35, 35, 17)] {
        let columns = Columns::try_from(columns).unwrap();
        let longest = |text: &str, large| {
            let document =
                Document { lines: vec![styled(&text.repeat(100), large, false)], open_drawer: false };
            let length = |row: &Row| match row {
                Row::Text { text, .. } => cells(text).count(),
                _ => 0,
            };
            place(&document, columns).iter().map(length).max()
        };
        for drawn_or_not in ["𠮟", "領", "邉\u{e0101}"] {
            assert_eq!(longest(drawn_or_not, false), Some(full), "{drawn_or_not} on {columns:?}");
            assert_eq!(longest(drawn_or_not, true), Some(full / 2), "{drawn_or_not}, large, on {columns:?}");
        }
        assert_eq!(longest("x", false), Some(half));
        assert_eq!(longest("x", true), Some(half / 2));
    }
}

/// Any Han and any sequence of the common surnames, beside what printers have.
fn names() -> impl Strategy<Value = String> {
    let han = prop_oneof![
        prop::char::range('\u{3400}', '\u{4dbf}'),
        prop::char::range('\u{4e00}', '\u{9fff}'),
        prop::char::range('\u{20000}', '\u{2a6df}'),
    ];
    let drawn = han.prop_filter_map("has a shape", |base| {
        let shape = Cell { base, selector: None }.shape()?;
        Some((base, matches!(shape, Shape::Dots(_))))
    });
    let one = prop_oneof![
        3 => drawn.prop_map(|(base, _)| base.to_string()),
        1 => Just("邉\u{e0103}".to_owned()),
        1 => "[ a-z0-9¥]{1,3}",
        1 => "[あ-んア-ンｱ-ﾝ]{1,3}",
    ];
    prop::collection::vec(one, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Wrapping in columns is wrapping in dots; no row is wider than the paper, no byte is a command.
    #[test]
    fn any_name_wraps_in_dots_and_executes_nothing(name in names(), large in any::<bool>(), bold in any::<bool>()) {
        for columns in [48, 42, 35] {
            let columns = Columns::try_from(columns).unwrap();
            let rows = place(&Document { lines: vec![styled(&name, large, bold)], open_drawer: false }, columns);
            for row in &rows {
                let Row::Text { text, .. } = row else { panic!() };
                let dots: usize = cells(text)
                    .map(|(_, cell)| match cell.shape().unwrap() {
                        Shape::Dots(_) => 24,
                        Shape::Font(_) => 12 * text_width(&cell.base.to_string()),
                    })
                    .sum();
                prop_assert!(dots * if large { 2 } else { 1 } <= columns.get() * 12, "{text:?}");
            }
            let bytes = job(&rows, columns, KanjiMode::Automatic, false, PrintJobId(1));
            prop_assert!(!executes(&bytes.unwrap()));
        }
    }
}
