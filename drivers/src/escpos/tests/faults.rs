//! Jobs that go wrong: paper, cover, power, lost answers, data that looks like commands.

use domain::id::PrintJobId;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::{
    escpos::{command, layout::Row, logo::LogoSource},
    transport::{LineOptions, SerialDefaults},
};

fn script(rule: &str) -> Script {
    Script::parse(&format!("device = \"escpos\"\nrule = [{rule}]")).unwrap()
}

/// A reprint as the agent would make it.
fn reprint() -> Document {
    let mut document = receipt();
    document.lines.insert(0, text("再発行 1回目", Align::Left));
    document
}

/// Script 11 of `devices.md` 5.
#[tokio::test]
async fn script_11a_paper_end_then_reload() {
    let script =
        Script::parse(include_str!("../../../testdata/scripts/11a_paper_end_then_reload.toml")).unwrap();
    let (clerk, expect) = (script.clerk.clone(), script.expect.clone());
    let ms = |key: &str| u64::try_from(clerk[key].as_integer().unwrap()).unwrap();
    let simulator = simulator(script).await;
    let config = EscPosConfig { attention_ms: ms("attention_ms"), ..impatient(&simulator) };
    let printer = EscPosPrinter::new(config);
    let mut status = printer.watch_status();

    let reload = async {
        tokio::time::sleep(Duration::from_millis(ms("reload_after_ms"))).await;
        assert_eq!(simulator.hanging().lines.len(), 9, "nothing moves without paper");
        simulator.reload_paper();
    };
    let seen = async { status.wait_for(|status| status.paper_end).await.is_ok() };
    let (outcome, (), seen) = tokio::join!(printer.print(PrintJobId(1), receipt()), reload, seen);
    assert!(seen, "the screen could say why it waits");
    assert_eq!(Some(ended(&outcome)), expect["first"].as_str());
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(
        i64::try_from(simulator.hanging().lines.len()).ok(),
        expect["hanging_lines"].as_integer(),
        "after the reload nothing more of the cleared job comes"
    );

    let outcome = printer.print(PrintJobId(2), reprint()).await;
    assert_eq!(Some(ended(&outcome)), expect["reprint"].as_str());
    let papers = simulator.papers();
    assert_eq!(i64::try_from(papers.len()).ok(), expect["papers"].as_integer());
    let whole = expected_lines(&reprint(), Columns::MIDDLE);
    assert_eq!(papers[0].lines[9..], whole, "the reprint is whole, behind the torso");
}

/// Script 11 of `devices.md` 5, variant.
#[tokio::test]
async fn script_11b_power_cut_before_process_id() {
    let script =
        Script::parse(include_str!("../../../testdata/scripts/11b_power_cut_before_process_id.toml"))
            .unwrap();
    let expect = script.expect.clone();
    let simulator = simulator(script).await;
    let outcome = EscPosPrinter::new(impatient(&simulator)).print(PrintJobId(1), receipt()).await;
    assert_eq!(Some(ended(&outcome)), expect["first"].as_str());
    assert_eq!(i64::try_from(simulator.papers().len()).ok(), expect["papers"].as_integer());
}

/// Script 11 of `devices.md` 5, the raster that holds `10 14`: as a picture, and in cells of kanji that the printer lacks.
#[tokio::test]
async fn script_11c_raster_that_looks_like_a_drawer_kick() {
    let script = Script::parse(include_str!(
        "../../../testdata/scripts/11c_raster_that_looks_like_a_drawer_kick.toml"
    ))
    .unwrap();
    let expect = script.expect.clone();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logo.pbm");
    std::fs::write(&path, [&b"P4\n40 30\n"[..], &[0x10, 0x14, 0x01, 0x00, 0x01].repeat(30)].concat())
        .unwrap();
    let simulator = simulator(script).await;
    let config = EscPosConfig { logo: Some(LogoSource::Pbm(path)), ..impatient(&simulator) };
    let document = Document { lines: vec![Line::Logo, text("𠮟", Align::Left)], open_drawer: false };
    let outcome = EscPosPrinter::new(config).print(PrintJobId(1), document).await;
    assert_eq!(Some(ended(&outcome)), expect["first"].as_str());
    let papers = simulator.papers();
    assert_eq!(i64::try_from(papers.len()).ok(), expect["papers"].as_integer());
    assert_eq!(i64::try_from(papers[0].raster_rows.len()).ok(), expect["raster_rows"].as_integer());
    assert!(papers[0].raster_rows.iter().all(|row| row[..5] == [0x10, 0x14, 0x01, 0x00, 0x01]), "unmoved");
    assert_eq!(Some(i64::from(simulator.drawer_kicks())), expect["drawer_kicks"].as_integer());
}

#[tokio::test]
async fn paper_that_comes_in_time_lets_the_job_end_well() {
    let simulator = simulator(Script::none()).await;
    simulator.paper_end_after_lines(5);
    let printer = EscPosPrinter::new(EscPosConfig { attention_ms: 20_000, ..impatient(&simulator) });
    let mut status = printer.watch_status();
    let clerk = async {
        // Longer than the time that a healthy printer is given for its answer.
        status.wait_for(|status| status.paper_end).await.unwrap();
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert!(printer.status().await.paper_end, "told from what the printer said, without a second line");
        simulator.reload_paper();
    };
    let (outcome, ()) = tokio::join!(printer.print(PrintJobId(1), receipt()), clerk);
    assert_eq!(outcome, PrintOutcome::Printed);
    assert_eq!(simulator.papers()[0].lines, expected_lines(&receipt(), Columns::MIDDLE));
}

#[tokio::test]
async fn a_power_cut_leaves_a_cleared_doubt_when_the_printer_comes_back() {
    let simulator = simulator(Script::none()).await;
    simulator.power_cut_before_process_id();
    let printer = EscPosPrinter::new(impatient(&simulator));
    let back = async {
        eventually("the receipt is out", || simulator.papers().len() == 1).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        simulator.power_on();
    };
    let (outcome, ()) = tokio::join!(printer.print(PrintJobId(1), receipt()), back);
    assert_eq!(ended(&outcome), "unknown_cleared");
    // After a power cut the modes are gone; the next job sets them up again.
    assert_eq!(printer.print(PrintJobId(2), reprint()).await, PrintOutcome::Printed);
    assert_eq!(simulator.papers()[1].lines, expected_lines(&reprint(), Columns::MIDDLE));
}

#[tokio::test]
async fn a_printer_that_cannot_begin_says_why_and_prints_nothing() {
    let simulator = simulator(Script::none()).await;
    let printer = EscPosPrinter::new(impatient(&simulator));
    simulator.cover(true);
    let outcome = printer.print(PrintJobId(1), receipt()).await;
    assert_eq!(ended(&outcome), "not_printed");
    assert!(reason(outcome).contains("カバー"));
    assert!(printer.status().await.cover_open);
    simulator.cover(false);
    simulator.take_paper();
    assert!(reason(printer.print(PrintJobId(1), receipt()).await).contains("用紙がありません"));
    simulator.reload_paper();
    simulator.near_end(true);
    assert!(printer.status().await.paper_near_end);
    assert_eq!(
        printer.print(PrintJobId(1), receipt()).await,
        PrintOutcome::Printed,
        "near end is no obstacle"
    );
    assert_eq!(simulator.papers().len(), 1);
}

#[tokio::test]
async fn without_an_answer_to_the_clearing_nothing_else_is_printed() {
    let simulator = simulator(script("{ tx = \"37\", do = \"drop\" }")).await;
    let printer = EscPosPrinter::new(impatient(&simulator));
    let outcome = printer.print(PrintJobId(1), receipt()).await;
    assert_eq!(ended(&outcome), "unknown_may_still_print");
    let other = printer.print(PrintJobId(2), receipt()).await;
    assert_eq!(ended(&other), "not_printed");
    assert!(reason(other).contains("前の印刷データ"));
    let again = printer.print(PrintJobId(1), receipt()).await;
    assert_eq!(ended(&again), "unknown_may_still_print", "the first try may still come");
    assert!(printer.clear().await.is_err());
    assert_eq!(simulator.papers().len(), 1);
}

#[tokio::test]
async fn lost_and_late_answers() {
    let mut cases = tokio::task::JoinSet::new();
    for (rule, expected, papers) in [
        // The line is cut in the answer; the printer comes back and is cleared.
        ("{ tx = \"37 22\", nth = 1, do = \"cut\", at_byte = 3, reconnect_ms = 100 }", "unknown_cleared", 1),
        // The answer is swallowed; clearing is answered.
        ("{ tx = \"37 22\", nth = 1, do = \"drop\" }", "unknown_cleared", 1),
        // The answer comes while the printer is already being cleared: it is on paper.
        ("{ tx = \"37 22\", nth = 1, do = \"delay\", ms = 700 }", "printed", 1),
        // Flow control and noise within an answer.
        ("{ tx = \"37 22\", nth = 1, do = \"insert\", with = \"13\", at_byte = 3 }", "printed", 1),
        ("{ tx = \"37 22\", nth = 1, do = \"insert\", with = \"FF 12\" }", "printed", 1),
        ("{ tx = \"37 22\", nth = 1, do = \"split\", at_byte = 4, ms = 20 }", "printed", 1),
        // Another job's id is no proof for this one.
        (
            "{ tx = \"37 22\", nth = 1, do = \"replace\", with = \"37 22 30 30 30 34 00\" }",
            "unknown_cleared",
            1,
        ),
        ("{ tx = \"37 22\", nth = 1, do = \"replace\", with = \"37 22 30 30 30 36 00\" }", "printed", 1),
        // The printer falls silent at the set-up: nothing was sent.
        ("{ tx = \"10\", nth = 1, do = \"stall\" }", "not_printed", 0),
        ("{ tx = \"10\", nth = 1, do = \"cut\" }", "not_printed", 0),
    ] {
        cases.spawn(async move {
            let simulator = simulator(script(rule)).await;
            let outcome = EscPosPrinter::new(impatient(&simulator)).print(PrintJobId(5), receipt()).await;
            assert_eq!(ended(&outcome), expected, "{rule}");
            assert_eq!(simulator.papers().len(), papers, "{rule}");
            simulator.stop().await;
        });
    }
    while let Some(case) = cases.join_next().await {
        case.unwrap();
    }
}

#[tokio::test]
async fn a_repeated_job_is_cleared_first() {
    let simulator = simulator(Script::none()).await;
    let printer = EscPosPrinter::new(impatient(&simulator));
    simulator.paper_end_after_lines(3);
    // The first try gives up while the printer waits for paper, and this printer's clearing is what empties it.
    assert_eq!(ended(&printer.print(PrintJobId(1), receipt()).await), "unknown_cleared");
    simulator.reload_paper();
    assert_eq!(printer.print(PrintJobId(1), receipt()).await, PrintOutcome::Printed);
    assert_eq!(simulator.papers()[0].lines.len(), 3 + expected_lines(&receipt(), Columns::MIDDLE).len());
    assert_eq!(printer.clear().await, Ok(()));
}

/// `devices.md` E16: the id is asked for after the cut, so a jam is no receipt.
#[tokio::test]
async fn a_jammed_cutter_is_not_printed_until_it_has_cut() {
    let simulator = simulator(Script::none()).await;
    let printer = EscPosPrinter::new(impatient(&simulator));
    simulator.jam_cutter();
    assert_eq!(ended(&printer.print(PrintJobId(1), receipt()).await), "unknown_cleared");
    assert_eq!(simulator.papers().len(), 0);
    assert!(printer.status().await.cutter_error);
    assert!(reason(printer.print(PrintJobId(2), reprint()).await).contains("カッター"));
    simulator.free_cutter();
    assert!(!printer.status().await.cutter_error);
    simulator.jam_cutter();
    let mut status = printer.watch_status();
    let clerk = async {
        status.wait_for(|status| status.cutter_error).await.unwrap();
        simulator.free_cutter();
    };
    let (outcome, ()) = tokio::join!(printer.print(PrintJobId(3), reprint()), clerk);
    assert_eq!(outcome, PrintOutcome::Printed);
    assert_eq!(simulator.papers().len(), 1);
}

/// Conformance kit (`devices.md` 6): power at ten points, `Printed` only if whole, never two originals.
#[tokio::test]
async fn power_at_ten_points() {
    let mut points = tokio::task::JoinSet::new();
    for row in (1..=20).step_by(2) {
        points.spawn(async move {
            let rule = format!("{{ state = \"line\", nth = {row}, do = \"power\", reconnect_ms = 150 }}");
            let simulator = simulator(script(&rule)).await;
            simulator.slow_ms(5);
            let printer = printer_for(&simulator);
            let outcome = printer.print(PrintJobId(1), receipt()).await;
            assert_eq!(ended(&outcome), "unknown_cleared", "power at row {row}");
            assert!(simulator.papers().is_empty(), "power at row {row}: a torso is not cut off");
            assert_eq!(printer.print(PrintJobId(2), reprint()).await, PrintOutcome::Printed);
            let papers = simulator.papers();
            let originals =
                papers.iter().filter(|paper| !paper.lines.iter().any(|line| line.starts_with("再発行")));
            assert_eq!((papers.len(), originals.count()), (1, 0), "power at row {row}");
        });
    }
    while let Some(point) = points.join_next().await {
        point.unwrap();
    }
}

/// `devices.md` E18: real-time commands work inside data until the set-up has switched them off.
#[tokio::test]
async fn data_opens_no_drawer() {
    let kick = [0x10, 0x14, 0x01, 0x00, 0x01];
    let raster = [&[0x1d, 0x76, 0x30, 0x00, 0x05, 0x00, 0x02, 0x00][..], &kick, &kick].concat();
    let whole = command::set_up(command::KanjiMode::Automatic);
    for (set_up, kicks) in [(&[0x1b, 0x40][..], 2), (whole.as_slice(), 0)] {
        let simulator = simulator(Script::none()).await;
        let mut line = simulator.address().connect(&LineOptions::new(SerialDefaults::PLAIN)).await.unwrap();
        line.write_all(set_up).await.unwrap();
        if set_up == whole {
            // Its answer says that it is in force before the data arrives, as in the driver.
            line.read_exact(&mut [0; 4]).await.unwrap();
        }
        line.write_all(&raster).await.unwrap();
        eventually("the image is printed", || simulator.hanging().rasters == 1).await;
        assert_eq!(simulator.drawer_kicks(), kicks);
        assert_eq!(simulator.unknown_bytes(), 0);
    }

    let simulator = simulator(Script::none()).await;
    let payload = format!("a{}z", String::from_utf8(kick.to_vec()).unwrap());
    let document = Document { lines: vec![Line::Qr(payload.clone())], open_drawer: false };
    assert_eq!(printer_for(&simulator).print(PrintJobId(1), document).await, PrintOutcome::Printed);
    assert_eq!((simulator.papers()[0].qr.as_slice(), simulator.drawer_kicks()), ([payload].as_slice(), 0));
}

#[tokio::test]
async fn a_simulated_printer_that_was_not_set_up_prints_wrong_characters() {
    // Proves that the equality of paper and model depends on the set-up, and is not kindness of the simulator.
    let simulator = simulator(Script::none()).await;
    let rows = [Row::Text { text: "領ｱ¥".to_owned(), align: Align::Left, large: false, bold: false }];
    let bytes =
        command::job(&rows, Columns::MIDDLE, command::KanjiMode::Automatic, false, PrintJobId(1)).unwrap();
    let mut line = simulator.address().connect(&LineOptions::new(SerialDefaults::PLAIN)).await.unwrap();
    line.write_all(&bytes).await.unwrap();
    eventually("it is cut off", || simulator.papers().len() == 1).await;
    assert_eq!(simulator.papers()[0].lines, ["???\\"]);
}
