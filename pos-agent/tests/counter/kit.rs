//! `devices simulate` and `devices certify`, as an outside program and a field engineer meet them.

use std::{
    io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _},
    path::Path,
    process::{Child, ChildStdout, Command, Output, Stdio},
    sync::Arc,
};

use domain::{
    id::PrintJobId,
    payment::{AttemptFact, Outcome, StrayResult},
};
use drivers::{
    cat::{Cat as _, CatKind, CatRequest, Fut, JournalDown, Progress, Recorder},
    escpos::{EscPosConfig, EscPosPrinter},
    pos_printer::{Align, Document, Line, PosPrinter as _, PrintOutcome},
    scanner::{ScanEvent, ScannerConfig, SerialScanner},
    transport::Transport,
    zvt::{ZvtConfig, ZvtTerminal},
};
use pos_agent::{
    devices::{registry::understand_all, runner::Devices},
    journal_store::simulated::SimulatedDisk,
};
use serde_json::Value;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::program::{json, program};

/// A machine in a process of its own; ended when dropped.
struct Machine {
    child: Child,
    output: BufReader<ChildStdout>,
    address: Transport,
}

impl Machine {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let (mut machine, said) = Self::begin(folder, arguments);
        machine.address = said["listening"].as_str().unwrap().parse().unwrap();
        machine
    }

    /// The machine and what it says of itself; its address may be a web address.
    fn begin(folder: &Path, arguments: &[&str]) -> (Self, Value) {
        let mut child = program(folder)
            .args(["--format", "json", "devices", "simulate"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(said["kind"], arguments[0]);
        let address = Transport::File("/nowhere".into());
        (Self { child, output, address }, said)
    }

    /// Ctrl-C, and what the machine says of itself then.
    fn book(mut self) -> Value {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        serde_json::from_str(&rest).unwrap()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A journal that takes everything.
struct Anything;

impl Recorder for Anything {
    fn record(&self, _: domain::id::AttemptId, _: AttemptFact) -> Fut<'_, Result<(), JournalDown>> {
        Box::pin(async { Ok(()) })
    }

    fn record_stray(&self, _: StrayResult) -> Fut<'_, Result<(), JournalDown>> {
        Box::pin(async { Ok(()) })
    }

    fn knows(&self, _: &domain::payment::Approval) -> bool {
        false
    }

    fn progress(&self, _: domain::id::AttemptId, _: Progress) {}
}

async fn sell(address: &Transport, yen: i64) -> Outcome {
    let terminal = ZvtTerminal::new(ZvtConfig::new(address.clone(), "000000".parse().unwrap()));
    let request = CatRequest {
        attempt: "00000000-0000-7000-8000-000000000001".parse().unwrap(),
        sequence_number: 1,
        amount: domain::money::Yen::new(yen),
        kind: CatKind::Sales,
        original: None,
        code: None,
    };
    terminal.authorize(request, Arc::new(Anything), CancellationToken::new()).await
}

#[tokio::test]
async fn a_simulated_terminal_serves_a_program_outside_and_shows_its_book() {
    let folder = tempfile::tempdir().unwrap();
    for listen in ["tcp://127.0.0.1:0", "pty"] {
        let machine = Machine::start(folder.path(), &["zvt", "--listen", listen]);
        let outcome = sell(&machine.address, 300).await;
        assert!(matches!(outcome, Outcome::Approved(_)), "{listen}: {outcome:?}");
        let book = machine.book();
        assert_eq!((book["sales"].as_u64(), book["registrations"].as_u64()), (Some(1), Some(1)));
        assert_eq!(
            (book["entries"][0]["amount"].as_i64(), &book["entries"][0]["state"]),
            (Some(300), &"standing".into())
        );
    }
}

#[tokio::test]
async fn a_fault_script_takes_hold_of_a_simulated_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script.toml");
    std::fs::write(
        &script,
        "device = \"zvt\"\nrule = [{ rx = \"06 01\", nth = 1, do = \"book\", truth = \"abort 9F\" }]",
    )
    .unwrap();
    let arguments = ["zvt", "--listen", "tcp://127.0.0.1:0", "--script", script.to_str().unwrap()];
    let machine = Machine::start(folder.path(), &arguments);
    let outcome = sell(&machine.address, 300).await;
    assert!(matches!(outcome, Outcome::Unknown(_)), "an unlisted code proves nothing: {outcome:?}");
    assert_eq!(machine.book()["entries"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn a_simulated_printer_prints_for_a_program_outside() {
    let folder = tempfile::tempdir().unwrap();
    for listen in ["tcp://127.0.0.1:0", "pty"] {
        let machine = Machine::start(folder.path(), &["escpos", "--listen", listen, "--columns", "42"]);
        let printer = EscPosPrinter::new(EscPosConfig::new(machine.address.clone()));
        let line = Line::Text { text: "領収書".into(), align: Align::Left, large: false, bold: false };
        let document = Document { lines: vec![line], open_drawer: true };
        assert_eq!(printer.print(PrintJobId(1), document).await, PrintOutcome::Printed, "{listen}");
        let book = machine.book();
        assert_eq!(
            (&book["papers"][0]["lines"][0], book["drawer_kicks"].as_u64()),
            (&"領収書".into(), Some(1))
        );
    }
}

#[tokio::test]
async fn a_simulated_scanner_reads_what_stands_on_its_input() {
    let folder = tempfile::tempdir().unwrap();
    for listen in ["tcp://127.0.0.1:0", "pty"] {
        let mut machine = Machine::start(folder.path(), &["scanner", "--listen", listen]);
        let mut scanner = SerialScanner::start(ScannerConfig::new(machine.address.clone()));
        assert_eq!(scanner.next().await, Some(ScanEvent::Online), "{listen}");
        let input = machine.child.stdin.as_mut().unwrap();
        input.write_all("C0 910000000000004242\n".as_bytes()).unwrap();
        let Some(ScanEvent::Scan(scan)) = scanner.next().await else { panic!("no scan") };
        assert_eq!(scan.code.expose(), "910000000000004242");
        assert_eq!(machine.book()["scans"], serde_json::json!(["C0 18"]), "its length, not its content");
    }
}

#[test]
fn a_machine_that_cannot_be_as_asked_is_not_started() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script.toml");
    let run = |arguments: &[&str]| {
        program(folder.path()).args(["devices", "simulate"]).args(arguments).output().unwrap().status.code()
    };
    let path = script.to_str().unwrap();
    assert_eq!(run(&["zvt", "--script", path]), Some(2), "no such file");
    std::fs::write(&script, "device = \"escpos\"\n").unwrap();
    assert_eq!(run(&["zvt", "--script", path]), Some(2), "for another machine");
    std::fs::write(&script, "device = \"zvt\"\nrule = [{ tx = \"zz\", do = \"drop\" }]").unwrap();
    assert_eq!(run(&["zvt", "--script", path]), Some(2), "not hex");
    assert_eq!(run(&["teapot"]), Some(2));
    assert_eq!(run(&["zvt", "--listen", "ftp://x"]), Some(2));
    assert_eq!(run(&["escpos", "--listen", "file:///x"]), Some(1), "nobody can listen to a file");
}

/// The configuration of a counter whose machines are elsewhere.
fn configured(folder: &Path, terminal: &str, printer: &str, terminal_id: &str) {
    let text = format!(
        "[[device]]\nid = \"terminal-1\"\nrole = \"cat\"\ndriver = \"zvt\"\ntransport = \"{terminal}\"\nterminal_id = \"{terminal_id}\"\n\
         [[device]]\nid = \"printer-1\"\nrole = \"printer\"\ndriver = \"escpos\"\ntransport = \"{printer}\"\n"
    );
    std::fs::write(folder.join("agent.toml"), text).unwrap();
}

/// Runs the kit; `answers` are typed, one for each question.
fn certify(folder: &Path, device: &str, live: bool, answers: &str) -> Output {
    let mut command = program(folder);
    command.arg("--config").arg(folder.join("agent.toml")).args(["--format", "json", "devices", "certify"]);
    command.args(["--device", device, "--out"]).arg(folder.join("out"));
    if live {
        command.arg("--live");
    }
    let mut kit = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let typed = kit.stdin.take().unwrap().write_all(answers.as_bytes());
    // A kit that ends before it asks anything hears nothing: what it said at its end is what the test looks at.
    assert!(typed.is_ok() || typed.is_err_and(|error| error.kind() == ErrorKind::BrokenPipe));
    kit.wait_with_output().unwrap()
}

fn failures(report: &Value) -> Vec<&Value> {
    report["checks"].as_array().unwrap().iter().filter(|check| check["verdict"] == "failed").collect()
}

fn verdict<'a>(report: &'a Value, name: &str) -> &'a str {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().find(|check| check["name"] == name).unwrap()["verdict"].as_str().unwrap()
}

#[test]
fn the_kit_passes_the_terminals_driver_against_its_simulator() {
    let folder = tempfile::tempdir().unwrap();
    configured(folder.path(), "tcp://192.0.2.10:20007", "tcp://192.0.2.20:9100", "87654321");
    let ended = certify(folder.path(), "terminal-1", false, "");
    let report = json(&ended);
    assert!(failures(&report).is_empty(), "{:#?}", failures(&report));
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!((report["live"].as_bool(), report["failed"].as_u64()), (Some(false), Some(0)));
    assert!(report["passed"].as_u64().unwrap() >= 24, "{}", report["passed"]);
    assert!(report["mark"].as_str().unwrap().contains("シミュレーターのみ"));
    for check in report["checks"].as_array().unwrap() {
        assert!(check["section"].as_str().unwrap().starts_with("devices.md"), "{check}");
        assert!(check["verdict"] == "skipped" || !check["seen"].as_array().unwrap().is_empty(), "{check}");
    }
    let html = std::fs::read_to_string(folder.path().join("out/certify-terminal-1.html")).unwrap();
    assert!(html.contains("シミュレーターのみ") && html.contains("合格") && html.contains("規格団体"));
    assert!(!html.contains("4999990000001234") && html.contains("************1234"));
    let kept: Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("out/certify-terminal-1.json")).unwrap())
            .unwrap();
    assert_eq!(kept, report);
}

#[test]
fn the_kit_passes_the_printers_driver_against_its_simulator() {
    let folder = tempfile::tempdir().unwrap();
    configured(folder.path(), "tcp://192.0.2.10:20007", "file:///nowhere/paper.bin", "12345678");
    let ended = certify(folder.path(), "printer-1", false, "");
    let report = json(&ended);
    assert!(failures(&report).is_empty(), "{:#?}", failures(&report));
    assert_eq!((ended.status.code(), report["live"].as_bool()), (Some(0), Some(false)));
    for case in ["printer.raster", "printer.xoff", "script.11a"] {
        assert_eq!(verdict(&report, case), "passed", "{case}");
    }
    assert!(
        report["checks"]
            .as_array()
            .unwrap()
            .iter()
            .all(|check| { check["verdict"] != "skipped" || !check["reason"].as_str().unwrap().is_empty() })
    );
}

#[test]
fn the_kit_passes_the_operators_driver_against_its_simulator() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[[device]]\nid = \"paypay-1\"\nrole = \"cat\"\ndriver = \"paypay\"\nhost = \"https://apigw.sandbox.paypay.ne.jp\"\n\
                key_id = \"KEY\"\nsecret_file = \"/nowhere\"\n";
    std::fs::write(folder.path().join("agent.toml"), text).unwrap();
    let ended = certify(folder.path(), "paypay-1", false, "");
    let report = json(&ended);
    assert!(failures(&report).is_empty(), "{:#?}", failures(&report));
    assert_eq!((ended.status.code(), report["passed"].as_u64()), (Some(0), Some(4)));
}

/// The whole way: a counter's device table, a secret in a file, the operator in a process of its own, its book.
#[tokio::test]
async fn a_counter_sells_by_an_operator_of_codes() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "SIMULATED-SECRET-0001\n").unwrap();
    let (machine, said) = Machine::begin(folder.path(), &["paypay", "--pays-after-ms", "200"]);
    let host = said["listening"].as_str().unwrap().to_owned();
    let text = format!(
        "[[device]]\nid = \"cat-1\"\nrole = \"cat\"\ndriver = \"paypay\"\nhost = \"{host}\"\nkey_id = \"SIMULATED-KEY\"\n\
         secret_file = \"{}\"\npoll_ms = 50\n",
        secret.display()
    );
    let config = pos_agent::config::Config::parse(&text).unwrap();
    let counter = crate::support::Counter::opened(SimulatedDisk::new(1)).await;
    let mut devices = Devices::new(counter.till.clone(), Arc::clone(&counter.ids) as _);
    for (id, device) in understand_all(&config.device).unwrap() {
        devices.add(&id, &device);
    }
    devices.start(&TaskTracker::new(), &CancellationToken::new());
    let (sale, attempt) = counter.card_sale().await;
    counter.until("paid", |view| view.state.sales[&sale].state == domain::state::SaleState::Completed).await;
    assert!(
        counter.till.current().codes.is_empty() && !counter.till.current().state.attempts[&attempt].running()
    );
    let book = machine.book();
    let first = (book["orders"][0]["amount"].as_i64(), book["orders"][0]["state"].as_str());
    assert_eq!(
        (first, book["asked"]["create"].as_u64()),
        ((Some(600), Some("completed")), Some(1)),
        "{book}"
    );
}

#[test]
fn the_kit_passes_the_scanners_driver_against_its_simulator() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[[device]]\nid = \"scanner-1\"\nrole = \"scanner\"\ndriver = \"serial-scanner\"\ntransport = \"serial:///dev/none\"\n";
    std::fs::write(folder.path().join("agent.toml"), text).unwrap();
    let ended = certify(folder.path(), "scanner-1", false, "");
    let report = json(&ended);
    assert!(failures(&report).is_empty(), "{:#?}", failures(&report));
    assert_eq!((ended.status.code(), report["passed"].as_u64()), (Some(0), Some(7)));
    let html = std::fs::read_to_string(folder.path().join("out/certify-scanner-1.html")).unwrap();
    assert!(!html.contains("990000000000000042"), "codes stand in no report");
}

#[test]
fn a_live_terminal_is_asked_for_money_only_after_a_yes() {
    let folder = tempfile::tempdir().unwrap();
    for (answers, sales, voids, sale) in [("", 0, 0, "skipped"), ("y\ny\nn\n", 1, 2, "passed")] {
        let machine = Machine::start(folder.path(), &["zvt"]);
        configured(folder.path(), &machine.address.to_string(), "file:///x", "12345678");
        let ended = certify(folder.path(), "terminal-1", true, answers);
        let report = json(&ended);
        assert_eq!(ended.status.code(), Some(0), "{:#?}", failures(&report));
        assert!(report["live"] == true && report["mark"].as_str().unwrap().starts_with("実機"));
        assert_eq!(
            (verdict(&report, "terminal.sale"), verdict(&report, "terminal.identify")),
            (sale, "passed")
        );
        let book = machine.book();
        assert_eq!((book["sales"].as_u64(), book["voids"].as_u64()), (Some(sales), Some(voids)), "{book}");
        assert_eq!((book["days_closed"].as_u64(), book["status_enquiries"].as_u64()), (Some(0), Some(0)));
        let stands = |entry: &Value| entry["kind"] == "sale" && entry["state"] == "standing";
        assert!(!book["entries"].as_array().unwrap().iter().any(stands), "nothing was kept: {book}");
    }
}

#[test]
fn a_live_machine_that_is_not_as_enrolled_fails_with_exit_code_three() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::start(folder.path(), &["zvt", "--terminal-id", "11112222"]);
    configured(folder.path(), &machine.address.to_string(), "file:///x", "12345678");
    let ended = certify(folder.path(), "terminal-1", true, "y\ny\ny\n");
    let report = json(&ended);
    assert_eq!((ended.status.code(), verdict(&report, "terminal.identify")), (Some(3), "failed"));
    assert_eq!(
        verdict(&report, "terminal.sale"),
        "skipped",
        "a machine of somebody else is not asked for money"
    );
    assert_eq!(machine.book()["sales"].as_u64(), Some(0));
    assert_eq!(certify(folder.path(), "nobody", false, "").status.code(), Some(2));
}

#[test]
fn a_live_printer_is_judged_by_the_persons_eyes() {
    let folder = tempfile::tempdir().unwrap();
    for (answers, glyphs, papers, code) in
        [("", "skipped", 0, 0), ("y\ny\n", "passed", 1, 0), ("y\nn\n", "failed", 1, 3)]
    {
        let machine = Machine::start(folder.path(), &["escpos"]);
        configured(folder.path(), "tcp://192.0.2.10:20007", &machine.address.to_string(), "12345678");
        let ended = certify(folder.path(), "printer-1", true, answers);
        let report = json(&ended);
        assert_eq!(
            (ended.status.code(), verdict(&report, "printer.glyphs")),
            (Some(code), glyphs),
            "{answers:?}"
        );
        let book = machine.book();
        assert_eq!(
            (book["papers"].as_array().unwrap().len(), book["drawer_kicks"].as_u64()),
            (papers, Some(0))
        );
    }
}
