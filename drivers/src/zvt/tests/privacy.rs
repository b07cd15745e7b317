//! No card number in logs or in what is recorded, even where a terminal says it unmasked (DESIGN 3.14). And: a simulator that does
//! not borrow the driver's reading.

use domain::payment::Outcome;

use super::support::Bench;
use crate::{script::Script, test_counter::Log};

#[tokio::test]
async fn a_card_number_goes_nowhere() {
    let (log, _guard) = Log::listen();

    let mut bench = Bench::new().await;
    let text = |line: &str| line.bytes().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ");
    // BMP 22 and BMP 23 unmasked in the result; the number in plain and in groups on the slip.
    let rules = format!(
        "device = \"zvt\"\nrule = [\
         {{ tx = \"04 0F\", do = \"replace\", with = \"04 0F 1B 27 00 87 00 01 22 F0 F8 49 99 99 00 00 00 12 34 23 F0 F8 49 99 99 00 00 00 12 34\" }},\
         {{ tx = \"06 D3\", do = \"replace\", with = \"06 D3 2B 06 29 25 27 07 10 {} 07 13 {}\" }}]",
        text("4999990000001234"),
        text("4999 9900 0000 1234"),
    );
    bench.simulator.load_script(&Script::parse(&rules).unwrap());
    let outcome = bench.sale(300).await;
    let Outcome::Approved(approval) = &outcome else { panic!("{outcome:?}") };
    assert_eq!(approval.masked_account.as_deref(), Some("************1234"));
    assert_eq!(approval.receipt_text, ["************1234", "**** **** **** 1234"]);

    let logged = log.text();
    assert!(logged.contains("04 0F (27 bytes)"), "the log is on: {logged}");
    let recorded = format!("{outcome:?} {:?}", bench.journal.everything());
    for place in [logged, recorded] {
        for number in ["4999990000", "4999 99", "49, 99, 99", "49 99 99", "73, 153, 153"] {
            assert!(!place.contains(number), "{number} in {place}");
        }
    }
}

#[test]
fn the_simulator_reads_for_itself() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/zvt/simulator");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() > 5);
    for file in files {
        let source = std::fs::read_to_string(&file).unwrap();
        for room in ["zvt::", "super::super", "frame::", "bmp::", "tlv::", "status::", "result_code::"] {
            assert!(!source.contains(room), "{} uses {room}", file.display());
        }
    }
}
