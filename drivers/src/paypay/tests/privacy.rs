//! No key's secret and no code in logs, in what is recorded, or in what is printed for debugging. And: an operator in software that
//! does not borrow the driver's signing and reading.

use std::path::Path;

use super::support::{Bench, SECRET, word};
use crate::{
    paypay::{ApiSecret, simulator::SimulatorOptions},
    test_counter::Log,
};

#[tokio::test]
async fn a_code_and_a_secret_go_nowhere() {
    // The driver's own words at the finest level; the HTTP libraries log addresses, so the agent keeps them at `info`.
    let (log, _guard) = Log::listen();

    let rules = "{ after_ms = 40, attempt = 1, do = \"book\", truth = \"paid\" }, { tx = \"'create 201'\", attempt = 2, do = \"cut\", at_byte = 60 }, { rx = \"'delete'\", do = \"drop\" }";
    let mut bench = Bench::scripted(rules).await;
    let outcomes = [bench.sale(300).await.1, bench.sale(450).await.1, bench.sale(500).await.1];
    assert_eq!(word(&outcomes[0]), "Approved");

    let shown = bench.journal.shown.lock().unwrap().clone();
    let codes: Vec<String> = shown.iter().flatten().map(|code| code.payload.expose().to_owned()).collect();
    assert_eq!(codes.len(), 2);
    let code_ids: Vec<String> = bench.machine.book().into_iter().map(|charge| charge.code_id).collect();
    let logged = log.text();
    let ours: Vec<&str> = logged.lines().filter(|line| line.contains("paypay")).collect();
    assert!(ours.iter().any(|line| line.contains("create")), "the log is on: {logged}");
    let secret = ApiSecret::new(SECRET).unwrap();
    let printed = format!("{outcomes:?} {shown:?} {:?} {secret:?}", bench.till);
    for place in [ours.join("\n"), printed] {
        for hidden in codes.iter().chain(&code_ids).map(String::as_str).chain([SECRET, "OPA-Auth"]) {
            assert!(!place.contains(hidden), "{hidden} in {place}");
        }
    }
    for line in logged.lines() {
        assert!(!line.contains(SECRET), "{line}");
        assert!(codes.iter().all(|code| !line.contains(code.as_str())), "{line}");
    }
}

#[test]
fn the_operator_reads_for_itself() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/paypay/simulator");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 5);
    for file in files {
        let source = std::fs::read_to_string(&file).unwrap();
        for room in ["signature::", "message::", "result_code::", "client::", "paypay::", "super::super"] {
            assert!(!source.contains(room), "{} uses {room}", file.display());
        }
    }
    assert_eq!(SimulatorOptions::default().secret, SECRET, "made up");
}
