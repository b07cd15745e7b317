//! Jobs that go well, and jobs that are refused before anything is sent.

use domain::id::PrintJobId;
use proptest::prelude::*;
use tokio::{io::AsyncWriteExt as _, net::TcpListener};

use super::*;
use crate::{
    escpos::{
        command::{KanjiMode, set_up},
        text::{FOOTNOTE, glyph},
    },
    transport::{LineOptions, SerialDefaults, Transport},
};

#[tokio::test]
async fn the_paper_reads_as_the_preview_on_every_width() {
    let mut document = receipt();
    document.lines.push(text("ｶﾅと①㈱、〒〜−¥ #$@[]^`{|}~", Align::Right));
    for (columns, kanji) in [
        (48, KanjiMode::Automatic),
        (42, KanjiMode::Automatic),
        (35, KanjiMode::Automatic),
        (42, KanjiMode::Switched),
    ] {
        let simulator =
            EscPosSimulator::start(&SimulatorConfig { columns, ..SimulatorConfig::default() }).await.unwrap();
        let columns = Columns::try_from(columns).unwrap();
        let printer = EscPosPrinter::new(EscPosConfig { columns, kanji, ..config_for(&simulator) });
        assert_eq!(printer.print(PrintJobId(1), document.clone()).await, PrintOutcome::Printed);

        let papers = simulator.papers();
        let [paper] = papers.as_slice() else { panic!("{} papers", papers.len()) };
        // A decoder of CP932 names these two by their other code points.
        let expected: Vec<String> = expected_lines(&document, columns)
            .iter()
            .map(|line| line.replace('\u{301c}', "\u{ff5e}").replace('\u{2212}', "\u{ff0d}"))
            .collect();
        assert_eq!(paper.lines, expected, "{columns:?} {kanji:?}");
        assert!(!paper.lines.concat().contains('?'));
        let [Line::Qr(payload), _] = document.lines.as_slice().last_chunk().unwrap() else { panic!() };
        assert_eq!(paper.qr.as_slice(), std::slice::from_ref(payload));
        assert_eq!((simulator.unknown_bytes(), simulator.drawer_kicks()), (0, 0));
        simulator.stop().await;
    }
}

#[tokio::test]
async fn many_jobs_come_out_in_order_and_once() {
    let simulator = simulator(Script::none()).await;
    let printer: Arc<dyn PosPrinter> = Arc::new(printer_for(&simulator));
    for job in 1..=60 {
        let document =
            Document { lines: vec![text(&format!("{job}番"), Align::Left)], open_drawer: job == 7 };
        assert_eq!(printer.print(PrintJobId(job), document).await, PrintOutcome::Printed);
    }
    let papers = simulator.papers();
    let lines: Vec<&String> = papers.iter().flat_map(|paper| &paper.lines).collect();
    assert!(lines.iter().zip(1..).all(|(line, job)| **line == format!("{job}番")) && lines.len() == 60);
    let kicked: Vec<usize> =
        papers.iter().enumerate().filter(|(_, paper)| paper.drawer_kicks > 0).map(|(i, _)| i).collect();
    assert_eq!((kicked, simulator.drawer_kicks()), (vec![6], 1));
}

#[cfg(unix)]
#[tokio::test]
async fn a_serial_printer_prints_too() {
    let listener = crate::transport::Listener::pty().unwrap();
    let simulator = EscPosSimulator::start_on(listener, &SimulatorConfig::default());
    let printer = printer_for(&simulator);
    for job in [1, 2] {
        assert_eq!(printer.print(PrintJobId(job), receipt()).await, PrintOutcome::Printed);
    }
    let expected = expected_lines(&receipt(), Columns::MIDDLE);
    assert!(simulator.papers().iter().all(|paper| paper.lines == expected));
    assert_eq!(simulator.papers().len(), 2);
}

#[tokio::test]
async fn a_character_without_a_glyph_refuses_the_job_and_names_itself() {
    let simulator = simulator(Script::none()).await;
    let printer = printer_for(&simulator);
    for (given, named) in [
        ("🍣の町", "「🍣」（U+1F363）"),
        ("café", "「é」（U+00E9）"),
        ("辻\u{e01ef}", "見えない文字（U+E01EF）"),
    ] {
        let document = Document { lines: vec![text(given, Align::Left)], open_drawer: true };
        let outcome = printer.print(PrintJobId(1), document).await;
        assert_eq!(ended(&outcome), "not_printed");
        assert!(reason(outcome).contains(named), "{given}");
    }
    assert!(simulator.papers().is_empty() && simulator.hanging().is_blank());
    assert_eq!(simulator.drawer_kicks(), 0);
}

#[tokio::test]
async fn a_replaced_character_is_marked_on_the_paper() {
    let simulator = simulator(Script::none()).await;
    let config = EscPosConfig { replacements: table(&[('髙', "高")]), ..config_for(&simulator) };
    let document = Document { lines: vec![text("髙橋町", Align::Left)], open_drawer: false };
    assert_eq!(EscPosPrinter::new(config).print(PrintJobId(1), document).await, PrintOutcome::Printed);
    assert_eq!(simulator.papers()[0].lines, ["高※橋町", FOOTNOTE]);
}

#[tokio::test]
async fn a_refused_connection_is_not_printed() {
    let unused = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = unused.local_addr().unwrap().port();
    drop(unused);
    let printer =
        EscPosPrinter::new(EscPosConfig::new(Transport::Tcp { host: "127.0.0.1".to_owned(), port }));
    let outcome = printer.print(PrintJobId(1), receipt()).await;
    assert_eq!(ended(&outcome), "not_printed");
    assert!(reason(outcome).contains("つながりません"));
    assert!(!printer.status().await.online);
    assert!(printer.clear().await.is_err());
}

#[tokio::test]
async fn a_job_that_its_caller_drops_is_printed_whole() {
    let simulator = simulator(Script::none()).await;
    simulator.slow_ms(10);
    let printer = printer_for(&simulator);
    let waited =
        tokio::time::timeout(Duration::from_millis(60), printer.print(PrintJobId(1), receipt())).await;
    assert!(waited.is_err(), "the caller stops waiting in the middle");
    eventually("the whole receipt is cut off", || simulator.papers().len() == 1).await;
    assert_eq!(simulator.papers()[0].lines, expected_lines(&receipt(), Columns::MIDDLE));
}

#[tokio::test]
async fn a_file_holds_what_a_printer_would_have_got() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kiosk.bin");
    let transport: Transport = format!("file://{}", path.display()).parse().unwrap();
    let printer =
        EscPosPrinter::new(EscPosConfig { columns: Columns::MIDDLE, ..EscPosConfig::new(transport) });
    assert!(printer.status().await.online);
    for job in [1, 2] {
        assert_eq!(printer.print(PrintJobId(job), receipt()).await, PrintOutcome::Printed);
    }
    let bytes = std::fs::read(&path).unwrap();
    assert!(bytes.starts_with(&set_up(KanjiMode::Automatic)));

    // The spooled bytes, sent to a printer later, are the two receipts.
    let simulator = simulator(Script::none()).await;
    let mut line = simulator.address().connect(&LineOptions::new(SerialDefaults::PLAIN)).await.unwrap();
    line.write_all(&bytes).await.unwrap();
    eventually("both receipts are cut off", || simulator.papers().len() == 2).await;
    let expected = expected_lines(&receipt(), Columns::MIDDLE);
    assert!(simulator.papers().iter().all(|paper| paper.lines == expected));
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_path_buf(), folder.path().join("missing").join("kiosk.bin")] {
        let printer = EscPosPrinter::new(EscPosConfig::new(Transport::File(path)));
        assert_eq!(ended(&printer.print(PrintJobId(1), receipt()).await), "not_printed");
        assert!(!printer.status().await.online);
    }
}

/// Documents of all kinds of lines, in the characters of a counter.
fn documents() -> impl Strategy<Value = Document> {
    let words = || "[ -~&&[^\\\\]]{0,6}[あ-んア-ン亜-腕ｱ-ﾝ¥　 ]{0,30}[ -~&&[^\\\\]]{0,50}";
    let align = prop_oneof![Just(Align::Left), Just(Align::Centre), Just(Align::Right)];
    let printable = |text: String| text.chars().filter(|c| glyph(*c).is_some()).collect::<String>();
    let line = prop_oneof![
        (words(), align, any::<bool>(), any::<bool>()).prop_map(move |(text, align, large, bold)| {
            Line::Text { text: printable(text), align, large, bold }
        }),
        (words(), words(), any::<bool>()).prop_map(move |(left, right, bold)| Line::Pair {
            left: printable(left),
            right: printable(right),
            bold
        }),
        Just(Line::Rule),
        Just(Line::Blank),
        "[a-z0-9:/.]{1,80}".prop_map(Line::Qr),
    ];
    proptest::collection::vec(line, 0..25).prop_map(|lines| Document { lines, open_drawer: false })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Tabulators, alignment, sizes and wrapping leave no trace: any document reads on paper as on the screen.
    #[test]
    fn any_document_reads_on_paper_as_on_the_screen(document in documents(), columns in 32_u8..=48) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (outcome, papers) = runtime.block_on(async {
            let config = SimulatorConfig { columns, ..SimulatorConfig::default() };
            let simulator = EscPosSimulator::start(&config).await.unwrap();
            let columns = Columns::try_from(columns).unwrap();
            let printer = EscPosPrinter::new(EscPosConfig { columns, ..config_for(&simulator) });
            (printer.print(PrintJobId(1), document.clone()).await, simulator.papers())
        });
        prop_assert_eq!(outcome, PrintOutcome::Printed);
        // Blanks at the end of a line leave no ink.
        let inked = |lines: &[String]| lines.iter().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
        let expected = expected_lines(&document, Columns::try_from(columns).unwrap());
        prop_assert_eq!(inked(&papers[0].lines), inked(&expected));
    }
}

#[test]
fn a_configuration_is_read_and_its_mistakes_are_named() {
    let read = |text: &str| toml::from_str::<EscPosConfig>(text).map_err(|error| error.to_string());
    let config =
        read("transport = \"tcp://192.0.2.10:9100\"\ncolumns = 42\nreplacements = { \"髙\" = \"高\" }")
            .unwrap();
    assert_eq!((config.columns, config.kanji), (Columns::MIDDLE, KanjiMode::Automatic));
    assert_eq!(config.replacements, table(&[('髙', "高")]));
    for (text, says) in [
        ("columns = 42", "transport"),
        ("transport = \"tcp://192.0.2.10:9100\"\ncolumns = 80", "80 columns"),
        ("transport = \"tcp://192.0.2.10:9100\"\nwidth = 42", "width"),
        (
            "transport = \"tcp://192.0.2.10:9100\"\nreplacements = { \"髙\" = \"﨑\" }",
            "cannot be printed either",
        ),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(says), "{text}: {error}");
    }
}
