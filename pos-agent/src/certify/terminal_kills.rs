//! The agent dies at each phase of a payment: its driver is gone with its line, only what was durable is left; a new one asks.
//!
//! Invariant: what the new driver concludes is what stands in the simulator's book, and nothing was asked for twice. Not here: the
//! death of the whole process around its journal writes (that is tested with the real program).

use std::{sync::Arc, time::Duration};

use drivers::{
    cat::{Cat, CatRequest, Recorder},
    zvt::{
        ZvtConfig, ZvtTerminal,
        simulator::{SimulatorConfig, Unacknowledged},
    },
};
use tokio::{
    sync::oneshot,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    ledger::{Ledger, Moment, Trip},
    report::Check,
    terminal::on_bench,
    terminal_bench::Bench,
    trial::{TERMINAL, Trial},
};

/// Where it dies.
const DEATHS: [(&str, &str, Moment); 4] = [
    ("terminal.kill.sending", "送信直前に窓口機が止まる", Moment::Sending),
    ("terminal.kill.card", "カード待ちで窓口機が止まる", Moment::Status(0x0A)),
    ("terminal.kill.centre", "センター通信中に窓口機が止まる", Moment::Status(0x04)),
    ("terminal.kill.result", "結果を記録した直後・受領前に窓口機が止まる", Moment::ResultSeen),
];
/// The dead agent's line is noticed by the terminal, in milliseconds.
const BURIAL_MS: u64 = 400;

/// Every case, each with a terminal that reverses what was not acknowledged and one that says it again.
pub(super) async fn checks(device: &ZvtConfig) -> Vec<Check> {
    let mut checks = Vec::new();
    for (name, title, moment) in DEATHS {
        checks.push(dies(device, name, title, moment).await);
    }
    checks
}

async fn dies(device: &ZvtConfig, name: &'static str, title: &'static str, moment: Moment) -> Check {
    let reversing = one_death(device, name, title, moment, Unacknowledged::Reverse).await;
    if reversing.reason().is_empty() {
        one_death(device, name, title, moment, Unacknowledged::SayAgain).await
    } else {
        reversing
    }
}

async fn one_death(
    device: &ZvtConfig,
    name: &'static str,
    title: &'static str,
    moment: Moment,
    habit: Unacknowledged,
) -> Check {
    let trial = Trial::new(name, TERMINAL, title);
    let set = |machine: &mut SimulatorConfig, _: &mut ZvtConfig| machine.unacknowledged = habit;
    on_bench!(device, trial, set, |bench, trial| {
        let (request, dead) = (bench.request(300), CancellationToken::new());
        bench.ledger.at(moment, Trip::Die(dead.clone()));
        bench.ledger.note("PaymentRequested");
        let died = doomed(&bench.config, &bench.ledger, &request, dead).await;
        trial.must(died, "it did not come to the moment of its death");
        sleep(Duration::from_millis(BURIAL_MS)).await;
        let recorder = Arc::clone(&bench.ledger) as Arc<dyn Recorder>;
        let after: Arc<dyn Cat> = ZvtTerminal::with_recorder(bench.config.clone(), recorder);
        let taken = bench.resolve(&after, &request).await;
        let book = bench.charged();
        trial.must(book.len() <= 1, format!("charged {} times", book.len()));
        trial.must_equal("taken", &taken, &Some(book == [300]));
        trial.must(bench.simulator.counters().sales <= 1, "it was asked for twice");
    })
}

/// A driver in a world of its own that ends at the moment of its death: its tasks stop where they are, its line closes.
async fn doomed(
    config: &ZvtConfig,
    ledger: &Arc<Ledger>,
    request: &CatRequest,
    dead: CancellationToken,
) -> bool {
    let (config, request) = (config.clone(), request.clone());
    let recorder = Arc::clone(ledger) as Arc<dyn Recorder>;
    let (say, heard) = oneshot::channel();
    let world = std::thread::spawn(move || {
        let Ok(world) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        let died = world.block_on(async {
            let terminal = ZvtTerminal::with_recorder(config, Arc::clone(&recorder));
            tokio::select! {
                biased;
                () = dead.cancelled() => true,
                _ = terminal.authorize(request, recorder, CancellationToken::new()) => false,
            }
        });
        world.shutdown_background();
        // Whoever waits may have given up.
        let _ = say.send(died);
    });
    let died = heard.await.unwrap_or(false);
    died && world.join().is_ok()
}
