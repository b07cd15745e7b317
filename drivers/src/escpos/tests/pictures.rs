//! Barcodes, logos and the near end of the roll, on the simulator's paper; bars against another program's.

use domain::id::PrintJobId;

use super::*;
use crate::{
    escpos::{bars, bitmap::Bitmap, near_end::NEAR_END_JA},
    pos_printer::BarcodeKind,
};

fn barcode(kind: BarcodeKind, data: &str) -> Line {
    Line::Barcode { kind, data: data.to_owned() }
}

fn black(pattern: &str) -> Vec<bool> {
    pattern.bytes().map(|bit| bit == b'1').collect()
}

/// Patterns as python-barcode 0.15 (MIT) builds them.
#[test]
fn bars_are_as_another_program_draws_them() {
    assert_eq!(
        bars::jan13("4901234567894"),
        Some(black(
            "10100010110100111001100100100110100001001110101010100111010100001000100100100011101001011100101"
        ))
    );
    for (text, pattern) in [
        (
            "R202604010001",
            "110100100001100010111010111011110110010011101110010011010010001100110011011001101100110011001101100100010001101100011101011",
        ),
        (
            "No.1{2",
            "11010010000101110001101000111101010011001110100111001101111011011011001110010111010110001100011101011",
        ),
    ] {
        assert_eq!(bars::code128(text), Some(black(pattern)), "{text}");
    }
    assert_eq!((bars::jan13("490123456789"), bars::code128("é"), bars::code128("")), (None, None, None));
}

#[tokio::test]
async fn barcodes_read_on_paper_as_they_were_meant() {
    let simulator = simulator(Script::none()).await;
    let printer = printer_for(&simulator);
    let contents = ["JUMIN-01-000123", "R202604010001", "12345", "a{b}1234{", "991604", "00"];
    let mut lines: Vec<Line> = contents.iter().map(|data| barcode(BarcodeKind::Code128, data)).collect();
    lines.push(barcode(BarcodeKind::Jan13, "490123456789"));
    lines.push(text("下", Align::Left));
    let document = Document { lines, open_drawer: false };
    assert_eq!(printer.print(PrintJobId(1), document).await, PrintOutcome::Printed);
    let paper = simulator.papers().remove(0);
    assert_eq!(paper.barcodes[..6], contents);
    assert_eq!(paper.barcodes[6], "4901234567894");
    assert_eq!((paper.lines, simulator.unknown_bytes()), (vec!["下".to_owned()], 0));

    let wrong = Document { lines: vec![barcode(BarcodeKind::Jan13, "4901234567890")], open_drawer: true };
    let outcome = printer.print(PrintJobId(2), wrong).await;
    assert_eq!(ended(&outcome), "not_printed");
    assert!(reason(outcome).contains("検査数字"));
    assert_eq!(simulator.drawer_kicks(), 0);
}

/// 10 x 50 dots whose every row begins with DLE DC4: on paper it is the picture, and no drawer opens.
fn dangerous_picture() -> Vec<u8> {
    [&b"P4\n16 50\n"[..], &[0x10, 0x14].repeat(50)].concat()
}

#[tokio::test]
async fn a_logo_is_printed_from_a_file_or_from_the_printer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logo.pbm");
    std::fs::write(&path, dangerous_picture()).unwrap();
    let simulator = simulator(Script::none()).await;
    let config = |logo: &str| {
        let text = format!("transport = \"{}\"\ncolumns = 42\nlogo = {logo}", simulator.address());
        toml::from_str::<EscPosConfig>(&text).unwrap()
    };
    let document = Document { lines: vec![Line::Logo, text("領収書", Align::Left)], open_drawer: false };
    let print = async |logo: String, job| {
        EscPosPrinter::new(config(&logo)).print(PrintJobId(job), document.clone()).await
    };
    assert_eq!(print(format!("{{ pbm = \"{}\" }}", path.display()), 1).await, PrintOutcome::Printed);
    assert_eq!(print("{ stored = \"LG\" }".to_owned(), 2).await, PrintOutcome::Printed);
    assert_eq!(print("{ pbm = \"/nowhere/logo.pbm\" }".to_owned(), 3).await, PrintOutcome::Printed);
    let papers = simulator.papers();
    assert_eq!((papers[0].rasters, papers[0].raster_rows.len()), (3, 50));
    let picture = Bitmap::from_pbm(&dangerous_picture()).unwrap();
    let dots = |row: &[u8]| row.iter().map(|byte| byte.count_ones()).sum::<u32>();
    assert!(papers[0].raster_rows.iter().all(|row| dots(row) == 3));
    assert!(picture.is_black(3, 0) && picture.is_black(11, 49));
    assert_eq!((papers[1].stored.as_slice(), papers[1].rasters), (&["LG".to_owned()][..], 0));
    assert_eq!(
        (papers[2].rasters, papers[2].lines.len()),
        (0, 1),
        "without its logo it is a receipt all the same"
    );
    assert_eq!((simulator.drawer_kicks(), simulator.unknown_bytes()), (0, 0));
}

#[test]
fn a_key_of_a_stored_logo_has_two_characters() {
    for key in ["", "L", "LOGO", "あ"] {
        let text = format!("transport = \"tcp://192.0.2.10:9100\"\nlogo = {{ stored = \"{key}\" }}");
        assert!(toml::from_str::<EscPosConfig>(&text).unwrap_err().to_string().contains("two printable"));
    }
}

#[tokio::test]
async fn the_near_end_of_a_roll_is_said_once() {
    let simulator = simulator(Script::none()).await;
    let printer = printer_for(&simulator);
    let print = async |job| {
        assert_eq!(printer.print(PrintJobId(job), receipt()).await, PrintOutcome::Printed);
        printer.take_warning()
    };
    assert_eq!(print(1).await, None);
    simulator.near_end(true);
    assert_eq!(print(2).await, Some(NEAR_END_JA));
    assert_eq!(printer.take_warning(), None, "taken");
    assert_eq!(print(3).await, None);
    assert!(printer.status().await.paper_near_end);
    assert_eq!(printer.take_warning(), None);
    simulator.reload_paper();
    assert_eq!(print(4).await, None);
    simulator.near_end(true);
    assert!(printer.status().await.paper_near_end);
    assert_eq!(printer.take_warning(), Some(NEAR_END_JA), "a new roll");
}

/// The `after_ms` point and the `attempt` filter on the printer.
#[tokio::test]
async fn a_script_can_take_the_paper_by_time_or_by_job() {
    let script = Script::parse(
        "device = \"escpos\"\nrule = [{ after_ms = 40, attempt = 2, do = \"book\", truth = \"near_end\" }, \
         { state = \"line\", attempt = 3, nth = 2, do = \"book\", truth = \"paper_end\" }]",
    )
    .unwrap();
    let simulator = simulator(script).await;
    let printer = EscPosPrinter::new(impatient(&simulator));
    assert_eq!(printer.print(PrintJobId(1), receipt()).await, PrintOutcome::Printed);
    assert_eq!(printer.print(PrintJobId(2), receipt()).await, PrintOutcome::Printed);
    tokio::time::sleep(Duration::from_millis(80)).await;
    assert!(printer.status().await.paper_near_end, "long after the job, by time alone");
    assert_eq!(ended(&printer.print(PrintJobId(3), receipt()).await), "unknown_cleared");
    assert_eq!(simulator.hanging().lines.len(), 2);
}
