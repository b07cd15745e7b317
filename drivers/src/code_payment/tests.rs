//! The adapter with an operator made of answers: a gateway that takes the payer's code, which PayPay's public interface does not.

use std::sync::{Arc, Mutex};

use domain::{
    id::AttemptId,
    money::Yen,
    payment::{
        Approval, AttemptFact, Decline, Doubt, DoubtCause, NotStartedWhy, Outcome, Phase, QueryAnswer,
        StrayResult,
    },
};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::cat::{Cat as _, CatKind, CatRequest, JournalDown, Progress};

/// What happened, in order, on both sides.
type Steps = Arc<Mutex<Vec<String>>>;

/// A gateway: takes the payer's code, ends as it is told.
struct Gateway {
    steps: Steps,
    ends: Outcome,
    waits_for_stop: bool,
    can: CodeCapabilities,
}

impl CodePayment for Gateway {
    fn capabilities(&self) -> CodeCapabilities {
        self.can
    }

    fn link(&self) -> LinkState {
        LinkState::Ready
    }

    fn connect(&self) -> Fut<'_, LinkState> {
        Box::pin(async { LinkState::Ready })
    }

    fn present<'a>(&'a self, sale: &'a CodeSale) -> Fut<'a, Presented> {
        Box::pin(async move {
            let last = sale.code.as_ref().map_or_else(String::new, |code| code.trace().last);
            self.steps.lock().unwrap().push(format!("present {last}"));
            if sale.code.is_some() {
                return Presented::HandedOver;
            }
            Presented::Show(CodeToShow {
                payload: PaymentCode::new("https://code.example/1").unwrap(),
                amount: sale.amount,
                expires_at: domain::time::Timestamp::from_micros(0),
            })
        })
    }

    fn settle<'a>(
        &'a self,
        _sale: &'a CodeSale,
        _presented: Presented,
        _recorder: Arc<dyn Recorder>,
        stop: CancellationToken,
    ) -> Fut<'a, Settled> {
        Box::pin(async move {
            if self.waits_for_stop {
                stop.cancelled().await;
                tokio::task::yield_now().await;
            }
            self.steps.lock().unwrap().push("settled".to_owned());
            Settled { outcome: self.ends.clone(), code: "WORD".to_owned() }
        })
    }

    fn query(&self, _evidence: AttemptEvidence) -> Fut<'_, QueryAnswer> {
        Box::pin(async { QueryAnswer::StillRunning })
    }

    fn take_back<'a>(&'a self, wish: &'a TakeBack) -> Fut<'a, Settled> {
        Box::pin(async move {
            self.steps.lock().unwrap().push(format!("take back {}", wish.amount));
            Settled { outcome: self.ends.clone(), code: "WORD".to_owned() }
        })
    }
}

struct Journal {
    steps: Steps,
    down_at: Option<&'static str>,
}

impl Recorder for Journal {
    fn record(&self, _attempt: AttemptId, fact: AttemptFact) -> Fut<'_, Result<(), JournalDown>> {
        Box::pin(async move {
            let word = match fact {
                AttemptFact::Sending => "sending",
                AttemptFact::ResultSeen { .. } => "result seen",
            };
            if self.down_at == Some(word) {
                return Err(JournalDown);
            }
            self.steps.lock().unwrap().push(word.to_owned());
            Ok(())
        })
    }

    fn record_stray(&self, _stray: StrayResult) -> Fut<'_, Result<(), JournalDown>> {
        Box::pin(async { Ok(()) })
    }

    fn knows(&self, _approval: &Approval) -> bool {
        false
    }

    fn progress(&self, _attempt: AttemptId, _progress: Progress) {}

    fn show(&self, _attempt: AttemptId, code: Option<CodeToShow>) {
        self.steps.lock().unwrap().push(if code.is_some() { "show" } else { "hide" }.to_owned());
    }
}

const GATEWAY: CodeCapabilities =
    CodeCapabilities { show_code: true, accept_code: true, take_back: true, query: true };

fn approved() -> Outcome {
    Outcome::Approved(Approval { settled_amount: Some(Yen::new(300)), ..Approval::default() })
}

/// One order; how it ends and what happened.
async fn order(
    kind: CatKind,
    code: Option<&str>,
    gateway: Gateway,
    down_at: Option<&'static str>,
    stop_at_once: bool,
) -> (Outcome, Vec<String>) {
    let steps = Arc::clone(&gateway.steps);
    let stop = CancellationToken::new();
    let waits = gateway.waits_for_stop;
    let terminal = CodeTerminal::new(gateway);
    let request = CatRequest {
        attempt: "00000000-0000-7000-8000-000000000001".parse().unwrap(),
        sequence_number: 1,
        amount: Yen::new(300),
        kind,
        original: None,
        code: code.map(|code| PaymentCode::new(code).unwrap()),
    };
    let recorder = Arc::new(Journal { steps: Arc::clone(&steps), down_at });
    if stop_at_once {
        stop.cancel();
    }
    let clerk = async {
        if waits {
            while !steps.lock().unwrap().iter().any(|step| step == "show") {
                tokio::task::yield_now().await;
            }
            stop.cancel();
        }
    };
    let (outcome, ()) = tokio::join!(terminal.authorize(request, recorder, stop.clone()), clerk);
    let steps = steps.lock().unwrap().clone();
    (outcome, steps)
}

fn gateway(ends: Outcome, can: CodeCapabilities) -> Gateway {
    Gateway { steps: Steps::default(), ends, waits_for_stop: false, can }
}

#[tokio::test]
async fn each_fact_is_durable_before_the_next_step() {
    let (outcome, steps) =
        order(CatKind::Sales, Some("281234567890123456"), gateway(approved(), GATEWAY), None, false).await;
    assert_eq!(outcome, approved());
    assert_eq!(steps, ["sending", "present 3456", "settled", "hide", "result seen"]);
    let (outcome, steps) = order(CatKind::Sales, None, gateway(approved(), GATEWAY), None, false).await;
    assert_eq!(outcome, approved());
    assert_eq!(steps, ["sending", "present ", "show", "settled", "hide", "result seen"]);
    let original = "00000000-0000-7000-8000-000000000009".parse().unwrap();
    let (_, steps) = order(CatKind::Void { original }, None, gateway(approved(), GATEWAY), None, false).await;
    assert_eq!(steps, ["sending", "take back 300", "result seen"]);
}

#[tokio::test]
async fn the_code_leaves_the_display_with_the_clerks_cancel() {
    let declined = Outcome::Declined(Decline { code: "D".to_owned(), text: "やめました".to_owned() });
    let waiting = Gateway { waits_for_stop: true, ..gateway(declined.clone(), GATEWAY) };
    let (outcome, steps) = order(CatKind::Sales, None, waiting, None, false).await;
    assert_eq!(outcome, declined);
    assert_eq!(steps, ["sending", "present ", "show", "hide", "settled", "hide"]);
}

#[tokio::test]
async fn what_is_not_offered_or_not_durable_is_not_sent() {
    let blind = CodeCapabilities { show_code: false, ..GATEWAY };
    let shows = CodeCapabilities { accept_code: false, take_back: false, ..GATEWAY };
    let original = "00000000-0000-7000-8000-000000000009".parse().unwrap();
    for (kind, code, can, down_at, stop, why) in [
        // The payer's code was lost with the memory that held it.
        (CatKind::Sales, None, blind, None, false, NotStartedWhy::NoByteLeft),
        (CatKind::Sales, Some("1234"), shows, None, false, NotStartedWhy::NoByteLeft),
        (CatKind::Void { original }, None, shows, None, false, NotStartedWhy::NoByteLeft),
        (CatKind::Sales, None, GATEWAY, Some("sending"), false, NotStartedWhy::NoByteLeft),
        (CatKind::Sales, None, GATEWAY, None, true, NotStartedWhy::CancelledBeforeSend),
    ] {
        let (outcome, steps) = order(kind, code, gateway(approved(), can), down_at, stop).await;
        assert!(matches!(outcome, Outcome::NotStarted { why: said, .. } if said == why), "{outcome:?}");
        assert!(steps.is_empty(), "{steps:?}");
    }
}

#[tokio::test]
async fn money_that_cannot_be_recorded_is_a_doubt() {
    let (outcome, _) =
        order(CatKind::Sales, None, gateway(approved(), GATEWAY), Some("result seen"), false).await;
    let Outcome::Unknown(doubt) = outcome else { panic!("{outcome:?}") };
    assert_eq!((doubt.cause, doubt.phase), (DoubtCause::JournalDown, Phase::AtCentre));
    assert_eq!(doubt.partial.and_then(|seen| seen.settled_amount), Some(Yen::new(300)));

    let differs = Doubt {
        phase: Phase::AtCentre,
        cause: DoubtCause::AmountDiffers,
        detail: "another amount".to_owned(),
        partial: Some(Approval::default()),
    };
    let (outcome, steps) =
        order(CatKind::Sales, None, gateway(Outcome::Unknown(differs), GATEWAY), None, false).await;
    assert!(matches!(outcome, Outcome::Unknown(doubt) if doubt.phase == Phase::ResultSeen));
    assert_eq!(steps.last().map(String::as_str), Some("result seen"));
}
