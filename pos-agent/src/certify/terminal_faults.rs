//! The terminal's line fails: fault scripts 1 to 6 (`devices.md` 5), a cut on both sides of the acknowledgement, a late result.
//!
//! Invariant: the scripts are those of the drivers' own tests; their `expect` tables and the simulator's book are the judges.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::payment::{NotStartedWhy, Outcome};
use drivers::{
    cat::Recorder,
    script::{Direction, Script},
    zvt::{
        ZvtConfig,
        simulator::{SimulatorConfig, Unacknowledged},
    },
};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{
    ledger::{Moment, Trip},
    report::Check,
    terminal::on_bench,
    terminal_bench::Bench,
    trial::{SCRIPTS, TERMINAL, Trial},
};

macro_rules! script {
    ($file:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../drivers/testdata/scripts/", $file, ".toml"))
    };
}

/// The scripts of a terminal: name, title, text.
const TERMINAL_SCRIPTS: [(&str, &str, &str); 6] = [
    ("script.1", "返事がなく課金される: 問合せで成立、二重に頼まない", script!("01_no_answer_but_charged")),
    ("script.2", "こちらの受領が届かず端末が取り消す: 不成立に戻る", script!("02_acknowledgement_lost")),
    ("script.3", "同じ結果が三度届く: 一度だけ成立", script!("03_result_doubled")),
    ("script.4", "金額と通番のない結果: 成立", script!("04_result_without_amount")),
    (
        "script.5",
        "結果の直前の中止: 成立が勝ち、黙って取り消さない",
        script!("05_cancel_just_before_the_result"),
    ),
    ("script.6", "何も証明しないコード: 二度とも結果不明から問合せ", script!("06_codes_that_prove_nothing")),
];
/// A doubt must be resolved within this time after the line is back (`devices.md` 6), in milliseconds.
const RESOLVED_WITHIN_MS: u64 = 60_000;
/// What the scripts sell, in yen: the first as their books expect, another for what comes after it.
const SOLD: [i64; 2] = [300, 450];
/// When a second request comes while the first is at the terminal, in milliseconds.
const SECOND_TAP_MS: u64 = 100;

/// Every case.
pub(super) async fn checks(device: &ZvtConfig) -> Vec<Check> {
    let mut checks = Vec::new();
    for (name, title, text) in TERMINAL_SCRIPTS {
        checks.push(by_script(device, name, title, text).await);
    }
    checks.push(
        cut(device, "terminal.cut.before-ack", "受領前に線が切れても二重に課金しない", BEFORE_ACK).await,
    );
    checks
        .push(cut(device, "terminal.cut.after-ack", "受領後に線が切れても二重に課金しない", AFTER_ACK).await);
    checks.push(late_result(device).await);
    checks
}

/// The result is cut three bytes in; the money is taken.
const BEFORE_ACK: &str =
    "{ tx = \"04 0F\", nth = 1, at_byte = 3, do = \"cut\", reconnect_ms = 300, truth = \"charged\" }";
/// The completion of the sale, which follows that of the registration.
const AFTER_ACK: &str = "{ tx = \"06 0F\", nth = 2, do = \"cut\", reconnect_ms = 300 }";

async fn by_script(device: &ZvtConfig, name: &'static str, title: &'static str, text: &str) -> Check {
    let trial = Trial::new(name, SCRIPTS, title);
    on_bench!(device, trial, |_, _| {}, |bench, trial| {
        let script = match Script::parse(text) {
            Ok(script) => script,
            Err(error) => return trial.must(false, format!("the script: {error}")),
        };
        bench.simulator.load_script(&script);
        let wanted = words(&script);
        let sales = wanted.iter().filter(|word| *word == "PaymentRequested").count();
        for yen in SOLD.into_iter().take(sales) {
            one_sale(bench, trial, &script, yen).await;
        }
        bench.listen().await;
        trial.must_equal("recorded", &bench.ledger.words(), &wanted);
        trial.must_equal("the terminal's book", &bench.charged(), &charged(&script));
        trial.must_equal("results that fit nothing", &bench.ledger.strays(), &0);
        let refused = bench
            .simulator
            .transcript()
            .iter()
            .any(|(direction, message)| *direction == Direction::Rx && message.first() == Some(&0x84));
        trial.must(!refused, "a result was refused, which would reverse it");
    })
}

async fn one_sale(bench: &mut Bench, trial: &mut Trial, script: &Script, yen: i64) {
    let (request, stop) = (bench.request(yen), CancellationToken::new());
    let status = script.clerk.get("cancel_on_status").and_then(toml::Value::as_str);
    if let Some(code) = status.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
        bench.ledger.at(Moment::Status(code), Trip::Cancel(stop.clone()));
    }
    let second = bench.request(yen);
    let taps_twice = script.expect.contains_key("second_tap_meanwhile");
    let meanwhile = async {
        if !taps_twice {
            return None;
        }
        sleep(Duration::from_millis(SECOND_TAP_MS)).await;
        let recorder = Arc::clone(&bench.ledger) as Arc<dyn Recorder>;
        Some(bench.terminal.authorize(second, recorder, CancellationToken::new()).await)
    };
    let (outcome, tapped) = tokio::join!(bench.send(&request, stop), meanwhile);
    if let Some(tapped) = tapped {
        let refused = matches!(tapped, Outcome::NotStarted { why: NotStartedWhy::DeviceUnavailable, .. });
        trial.must(refused, format!("a second request meanwhile ended as {}", tapped.word()));
    }
    if matches!(outcome, Outcome::Unknown(_)) {
        let answer = bench.resolve(&bench.terminal, &request).await;
        trial.must(answer.is_some(), "nobody could ever tell");
    }
}

fn words(script: &Script) -> Vec<String> {
    let journal = script.expect.get("journal").and_then(toml::Value::as_array);
    journal.into_iter().flatten().filter_map(|word| word.as_str().map(str::to_owned)).collect()
}

fn charged(script: &Script) -> Vec<i64> {
    let book = script.expect.get("book").and_then(|book| book.get("charged"));
    book.and_then(toml::Value::as_array).into_iter().flatten().filter_map(toml::Value::as_integer).collect()
}

async fn cut(device: &ZvtConfig, name: &'static str, title: &'static str, rules: &str) -> Check {
    let trial = Trial::new(name, TERMINAL, title);
    on_bench!(device, trial, |_, _| {}, |bench, trial| {
        bench.faults(trial, rules);
        let (taken, took) = bench.sell_to_the_end(300).await;
        let book = bench.charged();
        trial.must(taken.is_some(), "nobody could ever tell");
        trial.must(book.len() <= 1, format!("charged {} times", book.len()));
        trial.must_equal("taken", &taken, &Some(book == [300]));
        trial.must(took <= Duration::from_millis(RESOLVED_WITHIN_MS), format!("resolved after {took:?}"));
        trial.must_equal("requests", &bench.simulator.counters().sales, &1);
    })
}

async fn late_result(device: &ZvtConfig) -> Check {
    let trial =
        Trial::new("terminal.late-result", TERMINAL, "遅れて届く結果を受け取る（10分の代わりに短縮）");
    let keeps = |machine: &mut SimulatorConfig, _: &mut ZvtConfig| {
        machine.unacknowledged = Unacknowledged::SayAgain;
    };
    on_bench!(device, trial, keeps, |bench, trial| {
        bench.faults(trial, "{ rx = \"80 00 00\", after = \"04 0F\", nth = 1, do = \"drop\" }");
        let (taken, _) = bench.sell_to_the_end(300).await;
        trial.must_equal("taken", &taken, &Some(true));
        trial.must_equal("the terminal's book", &bench.charged(), &vec![300]);
        trial.must_equal("results that fit nothing", &bench.ledger.strays(), &0);
    })
}

/// The log of this thread, kept to be looked through. The program's own log is silent meanwhile.
#[derive(Debug, Clone, Default)]
pub(super) struct Heard(Arc<Mutex<Vec<u8>>>);

impl Heard {
    /// Listens until the guard goes.
    pub fn listen(&self) -> tracing::subscriber::DefaultGuard {
        let kept = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || kept.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }

    pub fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl io::Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
