//! The cases of an operator of codes (PayPay): every end is proven, no order stands that nobody asked for.
//!
//! Invariant: the operator's own book is the judge. Not here: the fault scripts of the driver (its own tests).

use std::{sync::Arc, time::Duration};

use domain::{id::AttemptId, money::Yen, payment::Outcome};
use drivers::{
    cat::{Cat, CatKind, CatRequest, LinkState},
    code_payment::CodeTerminal,
    paypay::{
        ApiSecret, PayPay, PayPayConfig, PayPayTimers,
        simulator::{PayPaySimulator, SimulatorOptions},
    },
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    ledger::Ledger,
    report::Check,
    rest,
    trial::{OPERATOR, Trial},
};
use crate::{
    devices::paypay_settings::PayPaySettings,
    edge::{Entropy as _, SystemClock, SystemEntropy},
};

/// How long an operator is left alone, in milliseconds; it stands for a day.
const REST_MS: u64 = 1_000;

/// The driver before the operator's simulator, with short times.
struct Bench {
    simulator: PayPaySimulator,
    cat: CodeTerminal<PayPay>,
    ledger: Arc<Ledger>,
}

impl Bench {
    async fn with(options: SimulatorOptions, secret: Option<&str>) -> Result<Self, String> {
        let words = |error: &dyn std::fmt::Display| error.to_string();
        let simulator = PayPaySimulator::start(options.clone(), Arc::new(SystemClock))
            .await
            .map_err(|error| words(&error))?;
        let timers = PayPayTimers {
            poll: Duration::from_millis(50),
            patience: Duration::from_millis(600),
            retry: Duration::from_millis(50),
            ..PayPayTimers::default()
        };
        let config = PayPayConfig { timers, ..PayPayConfig::new(simulator.base_url(), &options.api_key) };
        let secret = ApiSecret::new(secret.unwrap_or(&options.secret)).map_err(|error| words(&error))?;
        let nonces = Arc::new(|| SystemEntropy.uuid().as_fields().0);
        let operator =
            PayPay::new(config, secret, Arc::new(SystemClock), nonces).map_err(|error| words(&error))?;
        Ok(Self { simulator, cat: CodeTerminal::new(operator), ledger: Arc::default() })
    }

    async fn sell(&self, yen: i64) -> Outcome {
        let request = CatRequest {
            attempt: AttemptId(Uuid::from_u128(u128::from(yen.unsigned_abs()))),
            sequence_number: 1,
            amount: Yen::new(yen),
            kind: CatKind::Sales,
            original: None,
            code: None,
        };
        self.cat.authorize(request, Arc::clone(&self.ledger) as _, CancellationToken::new()).await
    }

    fn charged(&self) -> Vec<i64> {
        self.simulator.charged().into_iter().map(Yen::get).collect()
    }
}

/// Every case against the simulator.
pub(super) async fn checks() -> Vec<Check> {
    vec![paid().await, unpaid().await, wrong_key().await, idle().await]
}

async fn paid() -> Check {
    let mut trial =
        Trial::new("operator.paid", OPERATOR, "画面のコードで支払われ、金額と決済番号が記録と一致する");
    let pays =
        SimulatorOptions { pays_after: Some(Duration::from_millis(100)), ..SimulatorOptions::default() };
    match Bench::with(pays, None).await {
        Err(why) => return trial.skipped(why),
        Ok(bench) => {
            for yen in [1, 99_999, 85_834] {
                let outcome = bench.sell(yen).await;
                trial.seen(format!("{yen} yen: {}", outcome.word()));
                let settled = match &outcome {
                    Outcome::Approved(approval) => approval.settled_amount.map(Yen::get),
                    _ => None,
                };
                trial.must_equal("settled amount", &settled, &Some(yen));
            }
            trial.must_equal("the operator's book", &bench.charged(), &vec![1, 99_999, 85_834]);
        }
    }
    trial.done()
}

async fn unpaid() -> Check {
    let mut trial =
        Trial::new("operator.unpaid", OPERATOR, "支払われないコードは取り下げられ、不成立か未開始になる");
    match Bench::with(SimulatorOptions::default(), None).await {
        Err(why) => return trial.skipped(why),
        Ok(bench) => {
            let outcome = bench.sell(300).await;
            trial.seen(outcome.word());
            let clean = matches!(outcome, Outcome::Declined(_) | Outcome::NotStarted { .. });
            trial.must(clean, format!("it ended as {}", outcome.word()));
            trial.must(bench.simulator.asked("delete") > 0, "the code was not taken back");
            trial.must_equal("the operator's book", &bench.charged(), &Vec::new());
        }
    }
    trial.done()
}

async fn wrong_key() -> Check {
    let mut trial = Trial::new("operator.key", OPERATOR, "鍵が違えば何も注文されない");
    match Bench::with(SimulatorOptions::default(), Some("ANOTHER-SECRET")).await {
        Err(why) => return trial.skipped(why),
        Ok(bench) => {
            let outcome = bench.sell(300).await;
            trial.seen(outcome.word());
            trial.must(!matches!(outcome, Outcome::Approved(_)), "it was approved");
            trial.must(bench.simulator.book().is_empty(), "an order stands in the operator's book");
        }
    }
    trial.done()
}

async fn idle() -> Check {
    let mut trial =
        Trial::new("operator.idle", OPERATOR, "置いておくだけ・つなぎ直すだけでは注文されない（短縮）");
    match Bench::with(SimulatorOptions::default(), None).await {
        Err(why) => return trial.skipped(why),
        Ok(bench) => {
            for _ in 0..24 {
                bench.cat.connect().await;
            }
            rest::tell(&mut trial, rest::measured(Duration::from_millis(REST_MS)).await);
            trial.must_equal("orders asked for", &bench.simulator.asked("create"), &0);
        }
    }
    trial.done()
}

/// With the operator itself: the key is good, the clock is right, nothing is ordered. Money moves at a counter only, where it is
/// journalled.
pub(super) async fn live(device: &PayPaySettings) -> Vec<Check> {
    let mut trial = Trial::new("operator.live.connect", OPERATOR, "運営会社につながり、鍵と時計が正しい");
    match device.start(Arc::new(SystemClock), Arc::new(SystemEntropy)) {
        Ok(made) => {
            let link = made.cat.connect().await;
            trial.must_equal("link", &link, &LinkState::Ready);
        }
        Err(why) => trial.must(false, why),
    }
    vec![trial.done()]
}
