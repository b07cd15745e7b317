//! The client on a line to the simulator, with faults.

use std::time::Duration;

use tokio::time::timeout;

use crate::{
    scanner::{
        ScanEvent, ScannerConfig, ScannerSimulator, SerialScanner,
        guard::{GuardRules, Reject},
        simulator::SimulatorConfig,
        split::Terminator,
    },
    script::Script,
    transport::{Listener, SerialDefaults},
};

const JPQR: &[u8] = b"hQVKUFFSMWEUTwgxMjM0NTY3OFcIODc2NTQzMjE=";
const NUMBER: &[u8] = b"281234567890123456";
/// Longest time that an event is waited for.
const SOON: Duration = Duration::from_secs(10);

fn script(rule: &str) -> SimulatorConfig {
    let text = format!("device = \"scanner\"\nrule = [{rule}]");
    SimulatorConfig { script: Script::parse(&text).unwrap(), ..SimulatorConfig::default() }
}

/// Idle time long enough for a busy machine, reconnect at once.
fn config(simulator: &ScannerSimulator) -> ScannerConfig {
    ScannerConfig { reconnect_ms: 10, idle_ms: 400, ..ScannerConfig::new(simulator.address()) }
}

async fn next(scanner: &mut SerialScanner) -> ScanEvent {
    timeout(SOON, scanner.next()).await.expect("an event in time").expect("a running scanner")
}

/// The code of the next scan, or the word of what came instead.
async fn code(scanner: &mut SerialScanner) -> String {
    match next(scanner).await {
        ScanEvent::Scan(scan) => scan.code.expose().to_owned(),
        ScanEvent::Rejected(reject) => format!("{reject:?}"),
        ScanEvent::Online => "online".to_owned(),
        ScanEvent::Lost(_) => "lost".to_owned(),
    }
}

async fn bench(config_of: SimulatorConfig) -> (ScannerSimulator, SerialScanner) {
    let simulator = ScannerSimulator::start(config_of).await.unwrap();
    let mut scanner = SerialScanner::start(config(&simulator));
    assert_eq!(next(&mut scanner).await, ScanEvent::Online);
    (simulator, scanner)
}

#[tokio::test]
async fn codes_arrive_once_and_in_order() {
    let (simulator, mut scanner) = bench(SimulatorConfig::default()).await;
    for number in 0..100 {
        simulator.scan("C0", format!("28123456789012{number:04}").as_bytes()).await;
        assert_eq!(code(&mut scanner).await, format!("28123456789012{number:04}"));
    }
    assert_eq!(simulator.book().len(), 100);
}

#[cfg(unix)]
#[tokio::test]
async fn a_serial_line_byte_by_byte_and_every_suffix() {
    for (suffix, terminator) in [
        (&b"\r"[..], Terminator::Cr),
        (b"\n", Terminator::Lf),
        (b"\r\n", Terminator::CrLf),
        (b"\r\n", Terminator::Any),
        (b"\x03", Terminator::Etx),
        (b"", Terminator::Idle),
    ] {
        let settings = SimulatorConfig {
            suffix: suffix.to_vec(),
            byte_pause: Duration::from_millis(1),
            ..SimulatorConfig::default()
        };
        let simulator = ScannerSimulator::start_on(Listener::pty().unwrap(), settings);
        let guard = GuardRules { symbology_required: true, gap_max_ms: 390, ..GuardRules::default() };
        let mut scanner = SerialScanner::start(ScannerConfig { terminator, guard, ..config(&simulator) });
        assert_eq!(next(&mut scanner).await, ScanEvent::Online);
        simulator.scan("Q1", JPQR).await;
        assert_eq!(code(&mut scanner).await.as_bytes(), JPQR, "{terminator:?}");
    }
}

#[tokio::test]
async fn a_scan_cut_in_the_middle_gives_none_and_the_line_comes_back() {
    let (simulator, mut scanner) =
        bench(script("{ tx = \"5D\", nth = 1, do = \"cut\", at_byte = 9, reconnect_ms = 30 }")).await;
    simulator.scan("C0", NUMBER).await;
    assert_eq!(code(&mut scanner).await, "lost");
    assert_eq!(code(&mut scanner).await, "online");
    // During the outage the door may have opened for a moment.
    simulator.scan("C0", NUMBER).await;
    loop {
        match code(&mut scanner).await.as_str() {
            "lost" | "online" => simulator.scan("C0", NUMBER).await,
            other => break assert_eq!(other.as_bytes(), NUMBER),
        }
    }
}

#[tokio::test]
async fn faults_of_the_line_as_a_table() {
    let number = std::str::from_utf8(NUMBER).unwrap();
    for (rule, after_first, after_second) in [
        // The end is lost: the next code begins anew.
        (
            "{ tx = \"5D\", nth = 1, do = \"replace\", with = \"5D 43 30 31 32 33 34\" }",
            &["Broken"][..],
            &[number][..],
        ),
        // A tail without prefix, behind a broken scan, could pass for a code.
        ("{ tx = \"5D\", nth = 1, do = \"split\", at_byte = 7, ms = 800 }", &["Broken", "Broken"], &[number]),
        ("{ tx = \"5D\", nth = 1, do = \"split\", at_byte = 7, ms = 150 }", &["Typed"], &[number]),
        ("{ tx = \"5D\", nth = 1, do = \"double\" }", &[number, "Repeated"], &["Repeated"]),
        ("{ tx = \"5D\", nth = 1, do = \"corrupt\", at_byte = 5 }", &["NotText"], &[number]),
        ("{ tx = \"5D\", nth = 1, do = \"drop\" }", &[], &[number]),
        ("{ tx = \"5D\", nth = 1, do = \"merge\" }", &[], &[number, "Repeated"]),
        (
            "{ tx = \"5D\", attempt = 2, do = \"insert\", with = \"31 0D\" }",
            &[number],
            &["TooShort", "Repeated"],
        ),
        (
            "{ after_ms = 20, attempt = 2, do = \"insert\", with = \"31 32 33 34 35 0D\" }",
            &[number],
            &["Repeated", "12345"],
        ),
    ] {
        let (simulator, mut scanner) = bench(script(rule)).await;
        for expected in [after_first, after_second] {
            simulator.scan("C0", NUMBER).await;
            for wanted in expected {
                assert_eq!(code(&mut scanner).await, *wanted, "{rule}");
            }
        }
    }
}

#[tokio::test]
async fn a_flood_without_end_is_refused_and_the_next_code_read() {
    let (simulator, mut scanner) = bench(SimulatorConfig::default()).await;
    simulator.scan("Q1", &[b'x'; 100_000]).await;
    assert_eq!(next(&mut scanner).await, ScanEvent::Rejected(Reject::TooLong));
    simulator.scan("C0", NUMBER).await;
    assert_eq!(code(&mut scanner).await.as_bytes(), NUMBER);
}

#[tokio::test]
async fn a_scanner_that_is_not_there_is_said_once() {
    let listener =
        Listener::bind(&"tcp://127.0.0.1:0".parse().unwrap(), SerialDefaults::PLAIN).await.unwrap();
    let address = listener.address().clone();
    drop(listener);
    let mut scanner =
        SerialScanner::start(ScannerConfig { reconnect_ms: 5, ..ScannerConfig::new(address.clone()) });
    assert_eq!(code(&mut scanner).await, "lost");
    assert!(timeout(Duration::from_millis(80), scanner.next()).await.is_err(), "not with every try");
    let simulator =
        ScannerSimulator::start(SimulatorConfig { listen: address, ..SimulatorConfig::default() }).await;
    let Ok(simulator) = simulator else { return };
    assert_eq!(code(&mut scanner).await, "online");
    simulator.scan("C0", NUMBER).await;
    assert_eq!(code(&mut scanner).await.as_bytes(), NUMBER);
}

#[test]
fn a_configuration_is_read_and_its_mistakes_are_named() {
    let read = |text: &str| toml::from_str::<ScannerConfig>(text).map_err(|error| error.to_string());
    let config = read(
        "transport = \"serial:///dev/ttyACM0\"\nterminator = \"cr_lf\"\nguard = { symbology_required = true }",
    )
    .unwrap();
    assert_eq!((config.terminator, config.guard.symbology_required), (Terminator::CrLf, true));
    for (text, says) in [
        ("terminator = \"cr\"", "transport"),
        ("transport = \"serial://COM3\"\nterminator = \"tab\"", "tab"),
        ("transport = \"serial://COM3\"\nguard = { gap = 1 }", "gap"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(says), "{text}: {error}");
    }
}
