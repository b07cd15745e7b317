//! The terminal's cases against the simulator (`devices.md` 6): identity, amounts, refusals, cancels, voids, totals, rest, privacy.
//!
//! Invariant: the simulator's book is the judge, never the driver's word alone. Not here: faults of the line
//! ([`super::terminal_faults`]), deaths of the agent ([`super::terminal_kills`]).

use std::time::Duration;

use domain::payment::{NotStartedWhy, Outcome};
use drivers::{
    cat::{DailyLogOutcome, LinkState},
    zvt::{
        ZvtConfig,
        simulator::{Card, Counters, Next, NextEnd},
    },
};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{
    ledger::{Moment, Trip},
    report::Check,
    rest,
    terminal_bench::Bench,
    terminal_faults, terminal_kills,
    trial::{TERMINAL, Trial},
};

/// Longest time for one check, in milliseconds.
pub(super) const CHECK_MAX_MS: u64 = 60_000;
/// The amounts of the specification, in yen.
const AMOUNTS: [i64; 3] = [1, 99_999, 85_834];
/// How long a terminal is left alone in real time, in milliseconds.
const REST_MS: u64 = 3_000;
/// Looks at the link in the day of the specification, and in one of its hours.
const LOOKS_PER_DAY: u32 = 86_400;
const LOOKS_PER_HOUR: u32 = 3_600;
/// Every message of a result is cut at each of its first bytes.
const SPLITS_COUNT: usize = 60;

/// Runs a check on a bench of its own; a bench that cannot be built skips it.
macro_rules! on_bench {
    ($device:expr, $trial:expr, $change:expr, |$bench:ident, $check:ident| $body:block) => {{
        let mut check = $trial;
        match Bench::with($device, $change).await {
            Err(error) => check.skipped(format!("the simulator does not start: {error}")),
            Ok(mut built) => {
                let limit = Duration::from_millis(crate::certify::terminal::CHECK_MAX_MS);
                let ended = {
                    let ($bench, $check) = (&mut built, &mut check);
                    timeout(limit, async { $body }).await
                };
                check.must(ended.is_ok(), "it did not come to an end");
                built.tell(&mut check);
                built.simulator.stop().await;
                check.done()
            }
        }
    }};
}
pub(super) use on_bench;

/// Every case.
pub(super) async fn checks(device: &ZvtConfig) -> Vec<Check> {
    let mut checks = vec![
        identify(device).await,
        wrong_tid(device).await,
        amounts(device).await,
        decline(device).await,
        customers_cancel(device).await,
        cancel_before_sending(device).await,
        cancel_at_the_card(device).await,
        voids(device).await,
        totals(device).await,
        rest(device).await,
        splits(device).await,
        privacy(device).await,
    ];
    checks.extend(terminal_faults::checks(device).await);
    checks.extend(terminal_kills::checks(device).await);
    checks
}

async fn identify(device: &ZvtConfig) -> Check {
    let trial = Trial::new("terminal.identify", TERMINAL, "接続し、端末番号を確かめる");
    on_bench!(device, trial, |_, _| {}, |bench, trial| {
        let link = bench.terminal.connect().await;
        trial.must_equal("link", &link, &LinkState::Ready);
        let wanted = Counters { registrations: 1, ..Counters::default() };
        trial.must_equal("what was asked", &bench.simulator.counters(), &wanted);
    })
}

async fn wrong_tid(device: &ZvtConfig) -> Check {
    let trial = Trial::new("terminal.wrong-tid", TERMINAL, "登録と違う端末番号は使わない");
    let other = |_: &mut _, config: &mut ZvtConfig| config.terminal_id = Some("87654321".to_owned());
    on_bench!(device, trial, other, |bench, trial| {
        let link = bench.terminal.connect().await;
        trial.must(matches!(link, LinkState::Faulted(_)), format!("the link is {link:?}"));
        let (_, outcome) = bench.sell(300).await;
        let kept = matches!(outcome, Outcome::NotStarted { why: NotStartedWhy::DeviceUnavailable, .. });
        trial.must(kept, format!("a sale ended as {}", outcome.word()));
        trial.must_equal("sales asked for", &bench.simulator.counters().sales, &0);
    })
}

async fn amounts(device: &ZvtConfig) -> Check {
    let trial = Trial::new("terminal.amounts", TERMINAL, "1円・99,999円・85,834円が正確に通る");
    on_bench!(device, trial, |_, _| {}, |bench, trial| {
        for yen in AMOUNTS {
            let (_, outcome) = bench.sell(yen).await;
            match outcome {
                Outcome::Approved(approval) => {
                    let settled = approval.settled_amount.map(domain::money::Yen::get);
                    trial.must_equal("settled amount", &settled, &Some(yen));
                }
                other => trial.must(false, format!("{yen} yen ended as {}", other.word())),
            }
        }
        trial.must_equal("the terminal's book", &bench.charged(), &AMOUNTS.to_vec());
    })
}

async fn decline(device: &ZvtConfig) -> Check {
    let trial = Trial::new("terminal.decline", TERMINAL, "断られた決済は不成立になり、売上は残らない");
    on_bench!(device, trial, |_, _| {}, |bench, trial| {
        bench.simulator.set_next(Next::decline(0x71));
        let (_, outcome) = bench.sell(300).await;
        trial.must(matches!(outcome, Outcome::Declined(_)), format!("it ended as {}", outcome.word()));
        trial.must_equal("the terminal's book", &bench.charged(), &Vec::new());
    })
}

async fn customers_cancel(device: &ZvtConfig) -> Check {
    let trial = Trial::new("terminal.cancel.customer", TERMINAL, "お客様が端末で中止する");
    on_bench!(device, trial, |_, _| {}, |bench, trial| {
        bench.simulator.set_next(Next { end: NextEnd::Abort(0x6C), ..Next::approve(Card::Visa) });
        let (_, outcome) = bench.sell(300).await;
        trial.must(matches!(outcome, Outcome::Declined(_)), format!("it ended as {}", outcome.word()));
        trial.must_equal("the terminal's book", &bench.charged(), &Vec::new());
    })
}

async fn cancel_before_sending(device: &ZvtConfig) -> Check {
    let trial = Trial::new("terminal.cancel.queued", TERMINAL, "送る前の中止は端末に何も送らない");
    on_bench!(device, trial, |_, _| {}, |bench, trial| {
        let request = bench.request(300);
        let stop = CancellationToken::new();
        stop.cancel();
        let outcome = bench.send(&request, stop).await;
        let kept = matches!(outcome, Outcome::NotStarted { why: NotStartedWhy::CancelledBeforeSend, .. });
        trial.must(kept, format!("it ended as {}", outcome.word()));
        trial.must_equal("sales asked for", &bench.simulator.counters().sales, &0);
    })
}

async fn cancel_at_the_card(device: &ZvtConfig) -> Check {
    let trial = Trial::new("terminal.cancel.card", TERMINAL, "カード待ちでの中止は端末の結果と一致する");
    on_bench!(device, trial, |_, _| {}, |bench, trial| {
        let slow = Next { hold: Duration::from_millis(2_000), ..Next::approve(Card::Visa) };
        bench.simulator.set_next(slow);
        let (request, stop) = (bench.request(300), CancellationToken::new());
        bench.ledger.at(Moment::Status(0x0A), Trip::Cancel(stop.clone()));
        let outcome = bench.send(&request, stop).await;
        trial.must(matches!(outcome, Outcome::Declined(_)), format!("it ended as {}", outcome.word()));
        trial.must_equal("the terminal's book", &bench.charged(), &Vec::new());
    })
}

async fn voids(device: &ZvtConfig) -> Check {
    let trial =
        Trial::new("terminal.void", TERMINAL, "直前の取消・前の取引の取消ができ、二重の取消は断られる");
    on_bench!(device, trial, |_, _| {}, |bench, trial| {
        let (older, last) = (bench.sell(300).await, bench.sell(450).await);
        let ((older, Outcome::Approved(first)), (last, Outcome::Approved(second))) = (older, last) else {
            return trial.must(false, "the sales were not approved");
        };
        for (sold, approval, left) in [(&last, &second, vec![300]), (&older, &first, Vec::new())] {
            let voided = bench.void(sold, approval).await;
            trial.must(matches!(voided, Outcome::Approved(_)), format!("a void ended as {}", voided.word()));
            trial.must_equal("the terminal's book", &bench.charged(), &left);
        }
        let again = bench.void(&older, &first).await;
        trial.must(!matches!(again, Outcome::Approved(_)), "a second void was approved");
        trial.must_equal("the terminal's book", &bench.charged(), &Vec::new());
    })
}

async fn totals(device: &ZvtConfig) -> Check {
    let trial = Trial::new("terminal.totals", TERMINAL, "日計の合計が記録と一致する");
    on_bench!(device, trial, |_, _| {}, |bench, trial| {
        for (card, yen) in [(Card::Visa, 300), (Card::Jcb, 450), (Card::Visa, 200)] {
            bench.simulator.set_next(Next::approve(card));
            let (sold, outcome) = bench.sell(yen).await;
            let Outcome::Approved(approval) = outcome else {
                return trial.must(false, format!("{yen} yen ended as {}", outcome.word()));
            };
            if yen == 200 {
                bench.void(&sold, &approval).await;
            }
        }
        match bench.terminal.access_daily_log().await {
            DailyLogOutcome::Totals(totals) => {
                let found: Vec<(String, u32, i64)> = totals
                    .into_iter()
                    .filter(|total| total.count > 0)
                    .map(|total| (total.brand, total.count, total.amount.get()))
                    .collect();
                let wanted = vec![("jcb".to_owned(), 1, 450), ("visa".to_owned(), 1, 300)];
                let mut sorted = found.clone();
                sorted.sort();
                trial.must_equal("totals", &sorted, &wanted);
            }
            other => trial.must(false, format!("the totals ended as {other:?}")),
        }
        trial.must_equal("days closed", &bench.simulator.counters().days_closed, &1);
    })
}

async fn rest(device: &ZvtConfig) -> Check {
    let trial = Trial::new(
        "terminal.idle",
        TERMINAL,
        "置いておくだけ・つなぎ直すだけでは取引が始まらない（24時間の代わりに短縮）",
    );
    on_bench!(device, trial, |_, _| {}, |bench, trial| {
        bench.terminal.connect().await;
        // A day of the supervisor's looks, one a second, without its waiting; then a while in real time, for the processor's sake.
        for second in 0..LOOKS_PER_DAY {
            bench.terminal.link();
            if second % LOOKS_PER_HOUR == 0 {
                bench.terminal.connect().await;
            }
        }
        let idle = rest::measured(Duration::from_millis(REST_MS)).await;
        rest::tell(trial, idle);
        for _ in 0..3 {
            bench.simulator.power_off();
            bench.listen().await;
            bench.simulator.power_on();
            bench.listen().await;
        }
        let asked = bench.simulator.counters();
        let wanted = Counters { registrations: asked.registrations, ..Counters::default() };
        trial.must_equal("what was asked", &asked, &wanted);
        trial.must(asked.registrations > 1, "it did not connect again");
    })
}

async fn splits(device: &ZvtConfig) -> Check {
    let trial = Trial::new("terminal.splits", TERMINAL, "結果の電文がどのバイトで分かれても同じに読む");
    on_bench!(device, trial, |config, _| config.pace = Duration::ZERO, |bench, trial| {
        let rules: Vec<String> = (1..=SPLITS_COUNT)
            .map(|at| format!("{{ tx = \"04 0F\", nth = {at}, at_byte = {at}, do = \"split\", ms = 2 }}"))
            .collect();
        bench.faults(trial, &rules.join(", "));
        for at in 1..=SPLITS_COUNT {
            let (_, outcome) = bench.sell(300).await;
            trial.must(
                matches!(outcome, Outcome::Approved(_)),
                format!("split at byte {at}: {}", outcome.word()),
            );
        }
        trial.must_equal("payments in the book", &bench.charged().len(), &SPLITS_COUNT);
    })
}

/// The terminal says a whole card number (`devices.md` M3). It may stand nowhere: not in what is recorded or shown, not in the log.
async fn privacy(device: &ZvtConfig) -> Check {
    const NUMBER: &str = "4999990000001234";
    let trial = Trial::new("terminal.privacy", TERMINAL, "カード番号は記録にもログにも残らない");
    let heard = terminal_faults::Heard::default();
    let _listening = heard.listen();
    on_bench!(device, trial, |_, _| {}, |bench, trial| {
        bench.faults(
            trial,
            "{ tx = \"04 0F\", nth = 1, do = \"replace\", with = \
             \"04 0F 19 27 00 0B 00 00 01 87 00 01 29 12 34 56 78 22 F0 F8 49 99 99 00 00 00 12 34\" }",
        );
        let (_, outcome) = bench.sell(300).await;
        let account = match &outcome {
            Outcome::Approved(approval) => approval.masked_account.clone(),
            _ => None,
        };
        trial.must_equal("account", &account, &Some("************1234".to_owned()));
        let log = heard.text();
        trial.must(log.contains("terminal"), "the log was not heard");
        for (place, text) in [("the record", bench.ledger.everything()), ("the log", log)] {
            let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
            trial.must(!digits.contains(NUMBER), format!("{place} holds the card number"));
        }
    })
}
