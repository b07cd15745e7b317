//! The scanner's cases: every scan once and whole, none joined with another, none in the log.
//!
//! Invariant: what arrives is compared with what was put before the machine; codes stand in a report by their length only.
//! Not here: what a scan is for.

use std::time::Duration;

use drivers::{
    scanner::{
        Reject, ScanEvent, ScannerConfig, ScannerSimulator, SerialScanner, simulator::SimulatorConfig, slip,
    },
    script::Script,
};
use tokio::time::{sleep, timeout};

use super::{
    Person,
    report::Check,
    terminal_faults::Heard,
    trial::{SCANNER, SCRIPTS, Trial},
};

/// How long a scan may take to arrive, in milliseconds.
const ARRIVAL_MS: u64 = 3_000;
/// How long a person may take to scan, in milliseconds.
const PERSON_MS: u64 = 30_000;
/// How long a scanner is left alone, in milliseconds; it stands for a day.
const REST_MS: u64 = 1_000;
/// A payer's code made up for the kit: it names no operator.
const PAYER: &str = "990000000000000042";
/// A slip without its check digit (`devices.md` 1, one vendor's sample).
const SLIP: &str = "9191234500000000000000452087500401310029500";

struct Bench {
    machine: ScannerSimulator,
    scanner: SerialScanner,
}

impl Bench {
    async fn with(device: &ScannerConfig, trial: &mut Trial, rules: &str) -> Option<Self> {
        let script = Script::parse(&format!("device = \"scanner\"\nrule = [{rules}]"));
        let built = match script {
            Err(error) => Err(error.to_string()),
            Ok(script) => ScannerSimulator::start(SimulatorConfig { script, ..SimulatorConfig::default() })
                .await
                .map_err(|error| error.to_string()),
        };
        let machine = built.map_err(|error| trial.must(false, error)).ok()?;
        let usual = ScannerConfig::new(machine.address());
        let config = ScannerConfig { guard: device.guard, reconnect_ms: 200, ..usual };
        let mut bench = Self { machine, scanner: SerialScanner::start(config) };
        let online = bench.next().await;
        trial.must(online == Some(ScanEvent::Online), "the line does not stand");
        Some(bench)
    }

    async fn next(&mut self) -> Option<ScanEvent> {
        timeout(Duration::from_millis(ARRIVAL_MS), self.scanner.next()).await.ok().flatten()
    }

    /// Puts a code before the machine; whether exactly it arrives.
    async fn reads(&mut self, trial: &mut Trial, aim: &str, code: &str) {
        trial.sent(format!("{aim}: {} characters", code.chars().count()));
        self.machine.scan(aim, code.as_bytes()).await;
        let event = self.next().await;
        trial.seen(words(event.as_ref()));
        let whole = matches!(&event, Some(ScanEvent::Scan(scan)) if scan.code.expose() == code);
        trial.must(whole, format!("{aim} did not arrive as it was read: {}", words(event.as_ref())));
    }
}

/// An event without its code.
fn words(event: Option<&ScanEvent>) -> String {
    event.map_or_else(|| "nothing".to_owned(), |event| format!("{event:?}"))
}

/// Every case against the simulator.
pub(super) async fn checks(device: &ScannerConfig) -> Vec<Check> {
    vec![
        symbologies(device).await,
        twice(device).await,
        slips(device).await,
        splits(device).await,
        cut(device).await,
        rest(device).await,
        privacy(device).await,
    ]
}

async fn symbologies(device: &ScannerConfig) -> Check {
    let mut trial = Trial::new("scanner.symbologies", SCANNER, "QR・Code128・JAN13・GS1-128 をそのまま読む");
    if let Some(mut bench) = Bench::with(device, &mut trial, "").await {
        for (aim, code) in [
            ("Q1", "hQVKUFFSMWEUTwgxMjM0NTY3OFcIODc2NTQzMjE="),
            ("C0", PAYER),
            ("E0", "4912345678904"),
            ("C1", "0104912345678904"),
        ] {
            bench.reads(&mut trial, aim, code).await;
        }
    }
    trial.done()
}

async fn twice(device: &ScannerConfig) -> Check {
    let mut trial = Trial::new("scanner.twice", SCANNER, "同じコードが続けて二度読まれても一回だけ受ける");
    if let Some(mut bench) = Bench::with(device, &mut trial, "").await {
        bench.reads(&mut trial, "C0", PAYER).await;
        bench.machine.scan("C0", PAYER.as_bytes()).await;
        let again = bench.next().await;
        trial.must(again == Some(ScanEvent::Rejected(Reject::Repeated)), words(again.as_ref()));
    }
    trial.done()
}

async fn slips(device: &ScannerConfig) -> Check {
    let mut trial = Trial::new("scanner.slip", SCANNER, "払込票44けたの検査数字を確かめる");
    if let Some(mut bench) = Bench::with(device, &mut trial, "").await {
        let digit = slip::check_digit(SLIP).unwrap_or_default();
        bench.reads(&mut trial, "C1", &format!("{SLIP}{digit}")).await;
        let read =
            |text: String| drivers::codes::PaymentCode::new(text).map(|code| slip::read(&code).is_ok());
        trial.must_equal("a sound slip is read", &read(format!("{SLIP}{digit}")), &Ok(true));
        let wrong = if digit == '0' { '1' } else { '0' };
        trial.must_equal("a wrong check digit is refused", &read(format!("{SLIP}{wrong}")), &Ok(false));
    }
    trial.done()
}

async fn splits(device: &ScannerConfig) -> Check {
    let mut trial = Trial::new("scanner.splits", SCRIPTS, "どのバイトで分かれても同じに読む");
    let rules: Vec<String> = (1..=PAYER.len())
        .map(|at| format!("{{ tx = \"5D\", nth = {at}, at_byte = {at}, do = \"split\", ms = 2 }}"))
        .collect();
    if let Some(mut bench) = Bench::with(device, &mut trial, &rules.join(", ")).await {
        for number in 1..=PAYER.len() {
            bench.reads(&mut trial, "C0", &format!("{PAYER}{number}")).await;
        }
    }
    trial.done()
}

async fn cut(device: &ScannerConfig) -> Check {
    let mut trial =
        Trial::new("scanner.cut", SCRIPTS, "読取の途中で線が切れたコードは使わず、自動でつなぎ直す");
    let rule = "{ tx = \"5D\", nth = 1, at_byte = 6, do = \"cut\", reconnect_ms = 20 }";
    if let Some(mut bench) = Bench::with(device, &mut trial, rule).await {
        bench.machine.scan("C0", PAYER.as_bytes()).await;
        let lost = bench.next().await;
        trial.must(matches!(lost, Some(ScanEvent::Lost(_))), words(lost.as_ref()));
        let back = bench.next().await;
        trial.must(back == Some(ScanEvent::Online), words(back.as_ref()));
        bench.reads(&mut trial, "C0", &format!("{PAYER}7")).await;
    }
    trial.done()
}

async fn rest(device: &ScannerConfig) -> Check {
    let mut trial = Trial::new("scanner.idle", SCANNER, "置いておくだけでは何も起こらない（短縮）");
    if let Some(mut bench) = Bench::with(device, &mut trial, "").await {
        sleep(Duration::from_millis(REST_MS)).await;
        let event = timeout(Duration::from_millis(1), bench.scanner.next()).await.ok().flatten();
        trial.must_equal("events at rest", &event, &None);
        trial.must_equal("codes read", &bench.machine.book().len(), &0);
    }
    trial.done()
}

async fn privacy(device: &ScannerConfig) -> Check {
    let mut trial = Trial::new("scanner.privacy", SCANNER, "コードはログに残らない");
    let heard = Heard::default();
    let _listening = heard.listen();
    if let Some(mut bench) = Bench::with(device, &mut trial, "").await {
        bench.reads(&mut trial, "C0", PAYER).await;
        let log = heard.text();
        trial.must(log.contains("scan"), "the log was not heard");
        trial.must(!log.contains(PAYER) && !log.contains(&PAYER[6..]), "the log holds the code");
    }
    trial.done()
}

/// With the machine itself and a person: connect, and read one code twice.
pub(super) async fn live(device: &ScannerConfig, person: &dyn Person) -> Vec<Check> {
    let mut trial = Trial::new("scanner.live.read", SCANNER, "実機で読み取る");
    let mut scanner = SerialScanner::start(device.clone());
    let online = timeout(Duration::from_millis(ARRIVAL_MS), scanner.next()).await.ok().flatten();
    trial.must(online == Some(ScanEvent::Online), words(online.as_ref()));
    let question = "商品などの JAN コードを用意してください。「はい」のあと30秒以内に、続けて二度読み取ります。始めますか。";
    if !person.agrees(question).await {
        return vec![trial.skipped("nobody scans")];
    }
    let wait = Duration::from_millis(PERSON_MS);
    let first = timeout(wait, scanner.next()).await.ok().flatten();
    trial.seen(words(first.as_ref()));
    trial.must(matches!(first, Some(ScanEvent::Scan(_))), "no scan arrived");
    let second = timeout(wait, scanner.next()).await.ok().flatten();
    trial.seen(words(second.as_ref()));
    let once =
        matches!(second, None | Some(ScanEvent::Rejected(Reject::Repeated)) | Some(ScanEvent::Scan(_)));
    trial.must(once && second != first, "the second reading was taken as another scan of the same code");
    vec![trial.done()]
}
